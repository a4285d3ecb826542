"""Working time: when a calendar is open, and how much open time lies between two instants.

Hours are written on the wall clock of the calendar's zone, and they are counted in real elapsed time. On the days when
clocks change, an interval runs from the first instant at which the clock shows its opening time or later, until the
last instant at which the clock shows less than its closing time:

- a time that is skipped stands for the first instant after the gap;
- a time that comes twice opens the first time and closes the second time, so an interval is never cut in two. Intervals
  that the repeated hour makes overlap count once.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from domain.core.errors import Code, Path, Refused

MIDNIGHT = time(0)
ONE_DAY = timedelta(days=1)
LONGEST_RANGE = timedelta(days=36_525)
SEARCH_HORIZON = timedelta(days=3_653)
FIRST_YEAR, LAST_YEAR = 1900, 9900


@dataclass(frozen=True, slots=True)
class OpenHours:
    """Hours of every such weekday (ISO: Monday is 1). Closing at 00:00 means the midnight that ends the day."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Holiday:
    """A date that replaces its weekday's hours: closed, or open only at the hours given."""

    on: date
    name: str
    opens: time | None = None
    closes: time | None = None


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """A week of open hours and the dates that differ, on the wall clock of an IANA time zone."""

    time_zone: str
    weekly: tuple[OpenHours, ...]
    holidays: tuple[Holiday, ...]


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The instants from `starts_at` until just before `ends_at`, both UTC."""

    starts_at: datetime
    ends_at: datetime


# --- what a calendar may say -----------------------------------------------------------------------------------------


def check_weekly_hours(weekly: Sequence[OpenHours], *, path: Path = ()) -> None:
    """Refuse hours that close before they open, or overlap on the same weekday; touching is allowed."""
    for index, hours in enumerate(weekly):
        if not 1 <= hours.weekday <= 7:  # noqa: PLR2004 (days of the week)
            message = f"There is no weekday {hours.weekday}; Monday is 1 and Sunday is 7."
            raise Refused(Code.INVALID, message, (*path, index, "weekday"))
        _check_hours(hours.opens, hours.closes, (*path, index))
    in_order = sorted(range(len(weekly)), key=lambda index: (weekly[index].weekday, weekly[index].opens))
    for earlier, later in pairwise(in_order):
        one, two = weekly[earlier], weekly[later]
        if one.weekday == two.weekday and (one.closes == MIDNIGHT or two.opens < one.closes):
            both = f"{_spoken(one.opens, one.closes)} and {_spoken(two.opens, two.closes)}"
            message = f"The hours {both} of weekday {one.weekday} overlap; write them as one."
            raise Refused(Code.INVALID, message, (*path, later, "opens"))


def check_holidays(holidays: Sequence[Holiday], *, path: Path = ()) -> None:
    """Refuse a date listed twice, and special hours that are incomplete or close before they open."""
    seen: set[date] = set()
    for index, holiday in enumerate(holidays):
        if holiday.on in seen:
            raise Refused(Code.INVALID, f"{holiday.on} is listed twice; keep one of them.", (*path, index, "on"))
        seen.add(holiday.on)
        if holiday.opens is not None or holiday.closes is not None:
            _check_hours(holiday.opens, holiday.closes, (*path, index))


def _check_hours(opens: time | None, closes: time | None, path: Path) -> None:
    if opens is None or closes is None:
        message = "Hours need both an opening and a closing time; leave out both for a day that is closed."
        raise Refused(Code.INVALID, message, (*path, "opens" if opens is None else "closes"))
    for field, value in (("opens", opens), ("closes", closes)):
        if value.tzinfo is not None:
            message = "Hours are on the calendar's own clock; leave out the offset."
            raise Refused(Code.INVALID, message, (*path, field))
        if value.second or value.microsecond:
            raise Refused(Code.INVALID, f"Hours are whole minutes, unlike {value}.", (*path, field))
    if closes != MIDNIGHT and closes <= opens:
        message = (
            f"The hours {_spoken(opens, closes)} close before they open; "
            "write a night as two parts, until 00:00 and from 00:00 the day after."
        )
        raise Refused(Code.INVALID, message, (*path, "closes"))


def _spoken(opens: time, closes: time) -> str:
    return f"{opens:%H:%M} to {closes:%H:%M}"


# --- civil days ------------------------------------------------------------------------------------------------------


def day_bounds(time_zone: str, on: date) -> Period:
    """A civil day as instants: 23 to 25 hours where clocks change, none at all where the date was skipped."""
    return date_range_bounds(time_zone, on, on)


def date_range_bounds(time_zone: str, from_on: date, to_on: date) -> Period:
    """The instants of the civil days from one date to another, both included; neighbouring ranges share a bound.

    Source: the specification, Conventions (date ranges are inclusive at both ends).
    Raises: Refused when the range is reversed or its years are nonsense.
    """
    if to_on < from_on:
        raise Refused(Code.INVALID, f"The range ends on {to_on}, before it starts on {from_on}.")
    _check_years(from_on, to_on)
    zone = ZoneInfo(time_zone)
    return Period(_first_showing(zone, _midnight(from_on)), _first_showing(zone, _midnight(to_on + ONE_DAY)))


# --- open and closed time --------------------------------------------------------------------------------------------


def open_periods(calendar: WorkingCalendar, starts_at: datetime, ends_at: datetime) -> list[Period]:
    """The open time of a range: in order, clipped to the range, merged where periods touch.

    Raises: Refused when the range is reversed, naive, or longer than a century.
    """
    starts_at, ends_at = _checked_range(starts_at, ends_at)
    clipped = (
        Period(max(opening.starts_at, starts_at), min(opening.ends_at, ends_at))
        for opening in _openings(calendar, starts_at, ends_at)
    )
    return [period for period in clipped if period.starts_at < period.ends_at]


def closed_periods(calendar: WorkingCalendar, starts_at: datetime, ends_at: datetime) -> list[Period]:
    """The rest of a range: what stands in the way of an activity that needs all of it.

    Source: the specification, 9.4 (OUTSIDE_CALENDAR).
    Raises: as `open_periods`.
    """
    starts_at, ends_at = _checked_range(starts_at, ends_at)
    closed: list[Period] = []
    closed_since = starts_at
    for opening in open_periods(calendar, starts_at, ends_at):
        if closed_since < opening.starts_at:
            closed.append(Period(closed_since, opening.starts_at))
        closed_since = opening.ends_at
    if closed_since < ends_at:
        closed.append(Period(closed_since, ends_at))
    return closed


def is_open(calendar: WorkingCalendar, period: Period) -> bool:
    """Whether the calendar is open throughout; for an empty period, at that instant."""
    starts_at, ends_at = _checked_range(period.starts_at, period.ends_at)
    return any(
        opening.starts_at <= starts_at < opening.ends_at and ends_at <= opening.ends_at
        for opening in _openings(calendar, starts_at, ends_at)
    )


def is_open_day(calendar: WorkingCalendar, on: date) -> bool:
    """Whether the calendar has any open time on a date.

    Source: the specification, 4.7 (open days).
    """
    _check_years(on, on)
    return any(True for _ in _day_openings(ZoneInfo(calendar.time_zone), on, _timetable(calendar).hours_on(on)))


def open_time(calendar: WorkingCalendar, starts_at: datetime, ends_at: datetime) -> timedelta:
    """The exact open time of a range; the parts of a divided range add up to the whole.

    Source: the specification, 8.3 (elapsed counts open time only).
    """
    return sum((each.ends_at - each.starts_at for each in open_periods(calendar, starts_at, ends_at)), timedelta())


def open_minutes(calendar: WorkingCalendar, starts_at: datetime, ends_at: datetime) -> int:
    """The whole minutes of open time in a range; parts of minutes are dropped from the sum, not from each period."""
    return open_time(calendar, starts_at, ends_at) // timedelta(minutes=1)


def add_open_time(calendar: WorkingCalendar, starts_at: datetime, duration: timedelta) -> datetime:
    """The earliest instant by which that much open time has passed; nothing to pass is the start itself.

    Source: the specification, 8.3 (latest completion).
    Raises: Refused when ten years do not hold that much open time.
    """
    if duration < timedelta():
        raise ValueError(f"Open time is added, never taken away: {duration}.")
    starts_at, _ = _checked_range(starts_at, starts_at)
    if not duration:
        return starts_at
    missing = duration
    for opening in _openings(calendar, starts_at, starts_at + SEARCH_HORIZON):
        opens_at = max(opening.starts_at, starts_at)
        if opening.ends_at - opens_at >= missing:
            return opens_at + missing
        missing -= max(opening.ends_at - opens_at, timedelta())
    hours = duration / timedelta(hours=1)
    message = (
        f"The calendar is not open for {hours:g} hours in the ten years after {starts_at:%Y-%m-%d}; add open hours."
    )
    raise Refused(Code.INVALID, message)


def add_open_minutes(calendar: WorkingCalendar, starts_at: datetime, minutes: int) -> datetime:
    """The earliest instant by which that many open minutes have passed.

    Raises: as `add_open_time`.
    """
    return add_open_time(calendar, starts_at, timedelta(minutes=minutes))


def standard_day_minutes(calendar: WorkingCalendar) -> int:
    """The length of the usual open day: of the weekdays' lengths the most frequent, among equals the longest.

    Source: the specification, 8.3 (a day of a service level is the calendar's standard day).
    Raises: Refused when no weekday has open hours.
    """
    if not calendar.weekly:
        raise Refused(Code.INVALID, "The calendar has no weekly hours, so a day has no length; add open hours.")
    by_weekday: Counter[int] = Counter()
    for hours in calendar.weekly:
        by_weekday[hours.weekday] += _minute_of_day(hours.closes) - _minute_of_day(hours.opens)
        if hours.closes == MIDNIGHT:
            by_weekday[hours.weekday] += 24 * 60
    lengths = Counter(by_weekday.values())
    return max(lengths, key=lambda minutes: (lengths[minutes], minutes))


def _minute_of_day(at: time) -> int:
    return at.hour * 60 + at.minute


# --- from the wall clock to instants ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Timetable:
    by_weekday: dict[int, list[tuple[time, time]]]
    by_date: dict[date, list[tuple[time, time]]]

    def hours_on(self, on: date) -> list[tuple[time, time]]:
        special = self.by_date.get(on)
        return self.by_weekday.get(on.isoweekday(), []) if special is None else special


def _timetable(calendar: WorkingCalendar) -> _Timetable:
    by_weekday: dict[int, list[tuple[time, time]]] = {}
    for hours in sorted(calendar.weekly, key=lambda hours: hours.opens):
        by_weekday.setdefault(hours.weekday, []).append((hours.opens, hours.closes))
    by_date = {
        holiday.on: [] if holiday.opens is None or holiday.closes is None else [(holiday.opens, holiday.closes)]
        for holiday in calendar.holidays
    }
    return _Timetable(by_weekday, by_date)


def _openings(calendar: WorkingCalendar, starts_at: datetime, ends_at: datetime) -> Iterator[Period]:
    """The merged openings that may touch a range, in order and not clipped; read only as far as the caller goes."""
    zone = ZoneInfo(calendar.time_zone)
    timetable = _timetable(calendar)
    # Clocks set back at midnight show a date again after the next one has begun: hence a day more at both ends.
    on = starts_at.astimezone(zone).date() - ONE_DAY
    last = ends_at.astimezone(zone).date() + ONE_DAY
    pending: Period | None = None
    while on <= last:
        for opening in _day_openings(zone, on, timetable.hours_on(on)):
            if pending is None:
                pending = opening
            elif opening.starts_at <= pending.ends_at:
                pending = Period(pending.starts_at, max(pending.ends_at, opening.ends_at))
            else:
                yield pending
                pending = opening
        on += ONE_DAY
    if pending is not None:
        yield pending


def _day_openings(zone: ZoneInfo, on: date, hours: list[tuple[time, time]]) -> Iterator[Period]:
    for opens, closes in hours:
        closing_day = on + ONE_DAY if closes == MIDNIGHT else on
        opens_at = _first_showing(zone, datetime.combine(on, opens))
        closes_at = _last_before_showing(zone, datetime.combine(closing_day, closes))
        if opens_at < closes_at:  # all of it may lie in a gap
            yield Period(opens_at, closes_at)


def _first_showing(zone: ZoneInfo, clock: datetime) -> datetime:
    """The first instant at which the zone's clock shows this time or a later one."""
    local = clock.replace(tzinfo=zone)
    offset, other = _offset(local), _offset(local.replace(fold=1))
    if offset < other:
        return _end_of_gap(zone, clock - other, clock - offset)
    return (clock - offset).replace(tzinfo=UTC)


def _last_before_showing(zone: ZoneInfo, clock: datetime) -> datetime:
    """The end of the last instant at which the zone's clock shows less than this time."""
    local = clock.replace(tzinfo=zone)
    offset, other = _offset(local), _offset(local.replace(fold=1))
    if offset < other:
        return _end_of_gap(zone, clock - other, clock - offset)
    if offset == other:
        return (clock - offset).replace(tzinfo=UTC)
    # A clock set back to exactly this time shows nothing less afterwards: then the first time is the end.
    second = (clock - other).replace(tzinfo=UTC)
    just_before = (second - timedelta.resolution).astimezone(zone).replace(tzinfo=None)
    return second if just_before < clock else (clock - offset).replace(tzinfo=UTC)


def _end_of_gap(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The instant at which clocks were set forward; transitions fall on whole seconds."""
    low, high = before.replace(tzinfo=UTC), after.replace(tzinfo=UTC)
    old = low.astimezone(zone).utcoffset()
    low_second, high_second = 0, int((high - low).total_seconds())
    while high_second - low_second > 1:
        middle = (low_second + high_second) // 2
        if (low + timedelta(seconds=middle)).astimezone(zone).utcoffset() == old:
            low_second = middle
        else:
            high_second = middle
    return low + timedelta(seconds=high_second)


def _offset(local: datetime) -> timedelta:
    return local.utcoffset() or timedelta()


def _midnight(on: date) -> datetime:
    return datetime.combine(on, MIDNIGHT)


# --- ranges that can be answered -------------------------------------------------------------------------------------


def _checked_range(starts_at: datetime, ends_at: datetime) -> tuple[datetime, datetime]:
    if starts_at.utcoffset() is None or ends_at.utcoffset() is None:
        raise Refused(Code.INVALID, "The time has no offset, so it is no instant; end it with Z or an offset.")
    _check_years(starts_at.date(), ends_at.date())
    # Two times of one zone subtract on the wall clock; in UTC they subtract as instants.
    starts_at, ends_at = starts_at.astimezone(UTC), ends_at.astimezone(UTC)
    if ends_at < starts_at:
        raise Refused(Code.INVALID, f"The range ends at {ends_at:%Y-%m-%d %H:%M}Z, before it starts.")
    if ends_at - starts_at > LONGEST_RANGE:
        raise Refused(Code.INVALID, "The range is longer than a hundred years.")
    return starts_at, ends_at


def _check_years(first: date, last: date) -> None:
    for on in (first, last):
        if not FIRST_YEAR <= on.year <= LAST_YEAR:
            raise Refused(Code.INVALID, f"The year {on.year} is not between {FIRST_YEAR} and {LAST_YEAR}.")
