"""Changes of working calendars; open hours and holidays are part of their calendar and are replaced as a whole."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import time
from typing import Any

from tortoise.exceptions import IntegrityError

from domain.calendars import rules
from domain.calendars.models import Calendar, CalendarHoliday, CalendarHours
from domain.calendars.queries import working_calendars
from domain.calendars.rules import Holiday, OpenHours
from domain.core.actor import Permission
from domain.core.checks import check_text, check_time_zone
from domain.core.errors import Code, Refused
from domain.core.keep import KEEP, Keep, chosen
from domain.core.operation import Work, check_version, columns_of, operation
from domain.core.rows import locked
from domain.numbering.operations import number_for

_END_OF_DAY = 1440


@dataclass(frozen=True, slots=True)
class CreateCalendar:
    """A new calendar; without a number it draws one, and without hours it is closed."""

    name: str
    time_zone: str
    number: str | None = None
    hours: tuple[OpenHours, ...] = ()
    holidays: tuple[Holiday, ...] = ()


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def create_calendar(work: Work, command: CreateCalendar) -> int:
    """Create a calendar with its hours and holidays.

    Raises:
        Refused: INVALID, ALREADY_EXISTS, NUMBER_SEQUENCE_MISSING.
    """
    hours, holidays = _checked_hours(command.hours), _checked_holidays(command.holidays)
    calendar = Calendar(
        name=check_text(command.name, "name"),
        time_zone=check_time_zone(command.time_zone, "timeZone"),
        number=await number_for(work, Calendar, command.number),
    )
    await calendar.save(force_create=True)
    await _replace_hours(calendar.id, hours)
    await _replace_holidays(calendar.id, holidays)
    work.record("calendar_created", calendar, before=None, after=described(calendar, hours, holidays))
    return calendar.id


@dataclass(frozen=True, slots=True)
class ChangeCalendar:
    """What is to be different about a calendar; hours and holidays that are given replace all there were."""

    calendar_id: int
    name: str | Keep = KEEP
    time_zone: str | Keep = KEEP
    hours: tuple[OpenHours, ...] | Keep = KEEP
    holidays: tuple[Holiday, ...] | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def change_calendar(work: Work, command: ChangeCalendar) -> int:
    """Change a calendar.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID.
    """
    calendar = await locked(Calendar, command.calendar_id, "calendar", "calendarId")
    await check_version(calendar, command.expected_version)
    stored = (await working_calendars([calendar.id]))[calendar.id]
    hours = stored.weekly if isinstance(command.hours, Keep) else _checked_hours(command.hours)
    holidays = stored.holidays if isinstance(command.holidays, Keep) else _checked_holidays(command.holidays)
    before = described(calendar, stored.weekly, stored.holidays)
    calendar.name = check_text(chosen(command.name, calendar.name), "name")
    calendar.time_zone = check_time_zone(chosen(command.time_zone, calendar.time_zone), "timeZone")
    if described(calendar, hours, holidays) == before:
        return calendar.id
    calendar.version += 1
    await calendar.save(update_fields=["name", "time_zone", "version"])
    if hours != stored.weekly:
        await _replace_hours(calendar.id, hours)
    if holidays != stored.holidays:
        await _replace_holidays(calendar.id, holidays)
    work.record("calendar_changed", calendar, before=before, after=described(calendar, hours, holidays))
    return calendar.id


@dataclass(frozen=True, slots=True)
class DeleteCalendar:
    """A calendar that is no longer needed."""

    calendar_id: int
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def delete_calendar(work: Work, command: DeleteCalendar) -> int:
    """Delete a calendar that no worker, service level or order and not the company uses, with hours and holidays.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, IN_USE.
    """
    calendar = await locked(Calendar, command.calendar_id, "calendar", "calendarId")
    await check_version(calendar, command.expected_version)
    stored = (await working_calendars([calendar.id]))[calendar.id]
    try:
        await calendar.delete()
    except IntegrityError as error:
        message = f"{calendar.number} is in use by workers, service levels, orders or the company; it has to stay."
        raise Refused(Code.IN_USE, message, ("calendarId",)) from error
    before = described(calendar, stored.weekly, stored.holidays)
    work.record("calendar_deleted", calendar, before=before, after=None)
    return command.calendar_id


def _checked_hours(hours: tuple[OpenHours, ...]) -> tuple[OpenHours, ...]:
    """The hours in the order in which they are stored."""
    rules.check_weekly_hours(hours, path=("hours",))
    return tuple(sorted(hours, key=lambda each: (each.weekday, each.opens)))


def _checked_holidays(holidays: tuple[Holiday, ...]) -> tuple[Holiday, ...]:
    """The holidays in the order in which they are stored."""
    rules.check_holidays(holidays, path=("holidays",))
    named = (
        replace(holiday, name=check_text(holiday.name, "holidays", place, "name"))
        for place, holiday in enumerate(holidays)
    )
    return tuple(sorted(named, key=lambda each: each.on))


async def _replace_hours(calendar_id: int, hours: Iterable[OpenHours]) -> None:
    await CalendarHours.filter(calendar_id=calendar_id).delete()
    await CalendarHours.bulk_create(
        [
            CalendarHours(
                calendar_id=calendar_id,
                weekday=each.weekday,
                opens_minute=_minute(each.opens),
                closes_minute=_closing_minute(each.closes),
            )
            for each in hours
        ]
    )


async def _replace_holidays(calendar_id: int, holidays: Iterable[Holiday]) -> None:
    await CalendarHoliday.filter(calendar_id=calendar_id).delete()
    await CalendarHoliday.bulk_create(
        [
            CalendarHoliday(
                calendar_id=calendar_id,
                on_date=each.on,
                name=each.name,
                opens_minute=None if each.opens is None else _minute(each.opens),
                closes_minute=None if each.closes is None else _closing_minute(each.closes),
            )
            for each in holidays
        ]
    )


def described(calendar: Calendar, hours: Iterable[OpenHours], holidays: Iterable[Holiday]) -> dict[str, Any]:
    """A calendar with all that belongs to it, as the event log keeps it."""
    return columns_of(calendar) | {
        "hours": [
            {"weekday": each.weekday, "opens": f"{each.opens:%H:%M}", "closes": f"{each.closes:%H:%M}"}
            for each in hours
        ],
        "holidays": [
            {
                "on": each.on.isoformat(),
                "name": each.name,
                "opens": None if each.opens is None else f"{each.opens:%H:%M}",
                "closes": None if each.closes is None else f"{each.closes:%H:%M}",
            }
            for each in holidays
        ],
    }


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _closing_minute(at: time) -> int:
    """The minute after midnight; midnight itself ends the day."""
    return _minute(at) or _END_OF_DAY
