"""When a line recurs: its start, and every so many days, weeks, months, quarters or years after it. Pure."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.agreements.rules.validity import DateRange
from domain.core.errors import Code, Path, Refused

MOST_FREQUENT, LEAST_FREQUENT = 1, 999


class IntervalRange(StrEnum):
    """The unit of an interval."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    QUARTERLY = "QUARTERLY"
    YEARLY = "YEARLY"


_DAYS = {IntervalRange.DAILY: 1, IntervalRange.WEEKLY: 7}
_MONTHS = {IntervalRange.MONTHLY: 1, IntervalRange.QUARTERLY: 3, IntervalRange.YEARLY: 12}


@dataclass(frozen=True, slots=True)
class Interval:
    """Every `frequency` units.

    Source: DOMAIN.md 4.6.
    """

    range: IntervalRange
    frequency: int


def check_interval(interval: Interval, path: Path = ()) -> None:
    """Refuse a frequency that is none.

    Raises:
        Refused: INVALID.

    Source: DOMAIN.md 4.6.
    """
    if not MOST_FREQUENT <= interval.frequency <= LEAST_FREQUENT:
        message = f"A frequency is {MOST_FREQUENT} to {LEAST_FREQUENT}, not {interval.frequency}."
        raise Refused(Code.INVALID, message, (*path, "frequency"))


def occurrences(starts_on: date, interval: Interval | None, within: DateRange) -> list[date]:
    """The days on which a line that starts on a day recurs within a range, in order.

    The start is the first of them, and the only one without an interval. Each is counted from the start, never from
    the one before: a month that is too short gives its last day, and the month after it has the start's day again.

    Source: DOMAIN.md 4.6.
    """
    if interval is None:
        return [starts_on] if starts_on in within else []
    if interval.range in _DAYS:
        return _every_so_many_days(starts_on, interval.frequency * _DAYS[interval.range], within)
    return _every_so_many_months(starts_on, interval.frequency * _MONTHS[interval.range], within)


def _every_so_many_days(starts_on: date, step: int, within: DateRange) -> list[date]:
    start = starts_on.toordinal()
    first = start + _steps(within.from_on.toordinal() - start, step) * step
    return [date.fromordinal(day) for day in range(first, within.to_on.toordinal() + 1, step)]


def _every_so_many_months(starts_on: date, step: int, within: DateRange) -> list[date]:
    start = _month(starts_on)
    first = start + _steps(_month(within.from_on) - start, step) * step
    days = (_in_month(month, starts_on.day) for month in range(first, _month(within.to_on) + 1, step))
    return [on for on in days if on in within]


def _steps(distance: int, step: int) -> int:
    """The fewest steps that cover a distance."""
    return max(0, -(-distance // step))


def _month(on: date) -> int:
    return on.year * 12 + on.month - 1


def _in_month(month: int, day: int) -> date:
    year, index = divmod(month, 12)
    return date(year, index + 1, min(day, monthrange(year, index + 1)[1]))
