"""Time windows: the days that a visit calculated on one day may take place on. Pure."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from domain.agreements.rules.validity import DateRange
from domain.calendars.rules import WorkingCalendar, is_open_day
from domain.core.errors import Code, Path, Refused

WIDEST = 366
_ONE_DAY = timedelta(days=1)


class WindowMethod(StrEnum):
    """How a time window lies around the calculated day."""

    WEEK = "WEEK"
    MONTH = "MONTH"
    MANUAL = "MANUAL"


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """The calculated day's week (Monday first), its month, or so many days before and after it.

    Source: DOMAIN.md 4.7, D-7.
    """

    method: WindowMethod
    days_before: int = 0
    days_after: int = 0


class OpenDays:
    """Which days a calendar is open, each worked out once; without a calendar every day is open.

    Source: DOMAIN.md 1.1 (calendarId).
    """

    __slots__ = ("_calendar", "_known")

    def __init__(self, calendar: WorkingCalendar | None) -> None:
        self._calendar = calendar
        self._known: dict[date, bool] = {}

    def __contains__(self, on: date) -> bool:
        if self._calendar is None:
            return True
        known = self._known.get(on)
        if known is None:
            known = self._known[on] = is_open_day(self._calendar, on)
        return known

    def first(self, days: DateRange) -> date | None:
        """The first open day of a range."""
        on = days.from_on
        while on not in self:
            if on >= days.to_on:
                return None
            on += _ONE_DAY
        return on

    def last(self, days: DateRange) -> date | None:
        """The last open day of a range."""
        on = days.to_on
        while on not in self:
            if on <= days.from_on:
                return None
            on -= _ONE_DAY
        return on


def check_time_window(window: TimeWindow, path: Path = ()) -> None:
    """Refuse days that are negative or too many, and days of a window that has its own.

    Raises:
        Refused: INVALID.

    Source: DOMAIN.md 4.7.
    """
    for field, days in (("daysBefore", window.days_before), ("daysAfter", window.days_after)):
        if not 0 <= days <= WIDEST:
            raise Refused(Code.INVALID, f"A time window has 0 to {WIDEST} days, not {days}.", (*path, field))
        if days and window.method is not WindowMethod.MANUAL:
            message = f"A window of a {window.method.lower()} has no days of its own; leave them out, or choose MANUAL."
            raise Refused(Code.INVALID, message, (*path, field))


def window_days(window: TimeWindow | None, on: date) -> DateRange:
    """The days around a calculated one, open or not; without a window only itself.

    Source: DOMAIN.md 4.7.
    """
    if window is None:
        return DateRange(on, on)
    match window.method:
        case WindowMethod.WEEK:
            monday = on - timedelta(days=on.weekday())
            return DateRange(monday, monday + timedelta(days=6))
        case WindowMethod.MONTH:
            return DateRange(on.replace(day=1), on.replace(day=monthrange(on.year, on.month)[1]))
        case WindowMethod.MANUAL:
            return DateRange(on - timedelta(days=window.days_before), on + timedelta(days=window.days_after))


def candidate_days(window: TimeWindow | None, on: date, within: DateRange, open_days: OpenDays) -> DateRange:
    """From the first to the last open day of a window, within the days that may be planned at all.

    Only the open days of the range may be taken. Without a window, or where no day of it is open, it is the calculated
    day alone, which then may be closed: a calendar conflict.

    Source: DOMAIN.md 4.7, D-8.
    """
    if window is None:
        return DateRange(on, on)
    around = window_days(window, on)
    days = DateRange(max(around.from_on, within.from_on), min(around.to_on, within.to_on))
    first, last = open_days.first(days), open_days.last(days)
    return DateRange(on, on) if first is None or last is None else DateRange(first, last)


def candidate_dates(window: TimeWindow | None, on: date, within: DateRange, open_days: OpenDays) -> list[date]:
    """Every day that a visit calculated on one day may take place on, in order.

    Source: DOMAIN.md 4.7.
    """
    days = candidate_days(window, on, within, open_days)
    every = (days.from_on + timedelta(days=number) for number in range((days.to_on - days.from_on).days + 1))
    return [each for each in every if each in open_days] or [on]
