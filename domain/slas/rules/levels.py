"""Service levels: how long an order may take, and which one applies to it. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.calendars.rules import WorkingCalendar, add_open_time, standard_day_minutes
from domain.core.errors import Code, Path, Refused
from domain.parameters.rules import SlaCalendarMode

LONGEST_PART = 9_999
_DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """How long an order may take, and which time counts.

    Source: DOMAIN.md 8.1.
    """

    days: int
    hours: int
    minutes: int
    calendar: WorkingCalendar | None = None
    calendar_mode: SlaCalendarMode = SlaCalendarMode.OPEN_TIME


def level_with(minutes: int, calendar: WorkingCalendar | None, mode: SlaCalendarMode | None) -> ServiceLevel:
    """The service level that an order began with, as the order keeps it: its whole length in minutes."""
    return ServiceLevel(0, 0, minutes, calendar, mode or SlaCalendarMode.OPEN_TIME)


def effective_sla_id(
    agreement_sla_id: int | None, group_sla_id: int | None, *, generated: bool, measure_generated: bool
) -> int | None:
    """The service level of an order that is attached to an agreement: the agreement's own, else its group's.

    Orders that were planned from the agreement have none, unless the company measures those too.

    Source: DOMAIN.md 8.2, D-4.
    """
    if generated and not measure_generated:
        return None
    return agreement_sla_id if agreement_sla_id is not None else group_sla_id


def limit_minutes(level: ServiceLevel) -> int:
    """How long an order may take. A day is the calendar's standard day, or 24 hours without one.

    A calendar that has lost its weekly hours has no standard day; then, too, a day has 24 hours.

    Source: DOMAIN.md 8.3, D-23.
    """
    calendar = level.calendar
    day = _DAY_MINUTES if calendar is None or not calendar.weekly else standard_day_minutes(calendar)
    return level.days * day + level.hours * 60 + level.minutes


def limit(level: ServiceLevel) -> timedelta:
    """`limit_minutes` as a duration."""
    return timedelta(minutes=limit_minutes(level))


def check_service_level(level: ServiceLevel, *, now: datetime, path: Path = ()) -> None:
    """Refuse a service level of no length, or one that its calendar does not reach within ten years.

    Raises:
        Refused: INVALID.

    Source: DOMAIN.md 8.1.
    """
    parts = {"days": level.days, "hours": level.hours, "minutes": level.minutes}
    for field, length in parts.items():
        if not 0 <= length <= LONGEST_PART:
            raise Refused(Code.INVALID, f"A service level has 0 to {LONGEST_PART} {field}.", (*path, field))
    if not any(parts.values()):
        raise Refused(Code.INVALID, "A service level has a length; give days, hours or minutes.", (*path, "minutes"))
    if level.calendar is not None:
        try:
            if level.days:
                standard_day_minutes(level.calendar)
            add_open_time(level.calendar, now, limit(level))
        except Refused as refused:
            raise refused.under(*path, "calendarId") from None


def check_selectable(name: str, *, suspended: bool, path: Path = ("slaId",)) -> None:
    """Refuse to choose a service level that is suspended; where it was chosen before, it stays.

    Raises:
        Refused: INVALID.

    Source: DOMAIN.md 8.1.
    """
    if suspended:
        raise Refused(Code.INVALID, f"The service level {name} is suspended; choose another.", path)
