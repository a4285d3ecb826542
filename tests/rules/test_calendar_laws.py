"""Working time: laws that hold for any calendar, on and around the days when clocks change."""

from bisect import bisect_left
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calendars.rules import (
    Holiday,
    OpenHours,
    Period,
    WorkingCalendar,
    add_open_minutes,
    add_open_time,
    check_holidays,
    check_weekly_hours,
    closed_periods,
    date_range_bounds,
    day_bounds,
    is_open,
    open_minutes,
    open_periods,
    open_time,
)

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
MIDNIGHT = time(0)

CLOCK_CHANGES = [
    ("Europe/Copenhagen", date(2024, 3, 31)),
    ("Europe/Copenhagen", date(2024, 10, 27)),
    ("America/New_York", date(2024, 3, 10)),
    ("America/New_York", date(2024, 11, 3)),
    ("Australia/Lord_Howe", date(2024, 4, 7)),
    ("Australia/Lord_Howe", date(2024, 10, 6)),
    ("America/Sao_Paulo", date(2018, 11, 4)),
    ("America/Sao_Paulo", date(2018, 2, 17)),
    ("Asia/Beirut", date(2024, 3, 31)),
    ("America/Havana", date(2024, 11, 3)),
    ("America/St_Johns", date(2010, 11, 7)),  # 00:01 → 23:01: midnight comes twice
    ("Pacific/Apia", date(2011, 12, 30)),
]


@st.composite
def day_hours(draw: st.DrawFn) -> list[tuple[time, time]]:
    """Hours of one day that do not overlap, often around the hours in which clocks change."""
    minute = st.integers(0, 240) | st.integers(0, 1440)
    edges = sorted(draw(st.lists(minute, unique=True, max_size=6)))
    clock = [time(edge // 60 % 24, edge % 60) for edge in edges]
    return [(clock[at], clock[at + 1]) for at in range(0, len(clock) - 1, 2)]


@st.composite
def calendars(draw: st.DrawFn, zone: str, around: date) -> WorkingCalendar:
    weekly = [OpenHours(day, *hours) for day in range(1, 8) for hours in draw(day_hours())]
    holidays = []
    for days in draw(st.sets(st.integers(-3, 3), max_size=3)):
        hours: tuple[time, time] | tuple[()] = next(iter(draw(day_hours())), ())
        holidays.append(Holiday(around + timedelta(days=days), "Holiday", *hours))
    check_weekly_hours(weekly)
    check_holidays(holidays)
    return WorkingCalendar(zone, tuple(weekly), tuple(holidays))


@st.composite
def calendars_and_instants(draw: st.DrawFn, instants: int) -> tuple[WorkingCalendar, list[datetime]]:
    """A calendar, and instants in order within some weeks around a change of its clocks."""
    zone, on = draw(st.sampled_from(CLOCK_CHANGES))
    noon = datetime.combine(on, time(12), UTC)
    offset = st.timedeltas(-2 * DAY, 2 * DAY) | st.timedeltas(-20 * DAY, 20 * DAY)
    picked = draw(st.lists(offset, min_size=instants, max_size=instants))
    return draw(calendars(zone, on)), sorted(noon + each for each in picked)


@settings(max_examples=100, deadline=None)
@given(calendars_and_instants(2))
def test_open_and_closed_time_divide_a_range_exactly(drawn: tuple[WorkingCalendar, list[datetime]]) -> None:
    working, (starts_at, ends_at) = drawn

    opened, closed = open_periods(working, starts_at, ends_at), closed_periods(working, starts_at, ends_at)

    pieces = sorted(opened + closed)
    assert all(piece.starts_at < piece.ends_at for piece in pieces)
    assert all(one.ends_at == two.starts_at for one, two in pairwise(pieces))
    assert all((one in opened) != (two in opened) for one, two in pairwise(pieces))  # merged: open and closed alternate
    if starts_at < ends_at:
        assert (pieces[0].starts_at, pieces[-1].ends_at) == (starts_at, ends_at)
        assert is_open(working, Period(starts_at, ends_at)) is (closed == [])
    assert sum((piece.ends_at - piece.starts_at for piece in pieces), timedelta()) == ends_at - starts_at


@settings(max_examples=100, deadline=None)
@given(calendars_and_instants(3))
def test_the_open_time_of_two_parts_adds_up_to_the_whole(drawn: tuple[WorkingCalendar, list[datetime]]) -> None:
    working, (first, second, third) = drawn

    assert open_time(working, first, third) == open_time(working, first, second) + open_time(working, second, third)

    on_the_minute = [each.replace(second=0, microsecond=0) for each in (first, second, third)]
    first, second, third = on_the_minute
    whole = open_minutes(working, first, third)
    assert whole == open_minutes(working, first, second) + open_minutes(working, second, third)


@settings(max_examples=100, deadline=None)
@given(calendars_and_instants(2))
def test_adding_the_open_time_of_a_range_leads_back_to_its_end(drawn: tuple[WorkingCalendar, list[datetime]]) -> None:
    working, (starts_at, ends_at) = drawn
    duration = open_time(working, starts_at, ends_at)

    reached = add_open_time(working, starts_at, duration)

    assert starts_at <= reached <= ends_at
    assert open_time(working, starts_at, reached) == duration
    assert open_time(working, reached, ends_at) == timedelta()
    if reached > starts_at:  # the earliest such instant: just before it, some is still missing
        assert open_time(working, starts_at, reached - timedelta.resolution) < duration


@settings(max_examples=100, deadline=None)
@given(calendars_and_instants(1), st.integers(1, 30_000))
def test_adding_minutes_passes_exactly_so_many(drawn: tuple[WorkingCalendar, list[datetime]], minutes: int) -> None:
    working, (starts_at,) = drawn
    # One long day at least, or ten years might not hold the minutes.
    others = [hours for hours in working.weekly if hours.weekday != 7]
    working = replace(working, weekly=(*others, OpenHours(7, time(6), MIDNIGHT)))

    assert open_minutes(working, starts_at, add_open_minutes(working, starts_at, minutes)) == minutes


@dataclass(frozen=True, slots=True)
class Walk:
    """Every minute of six days: the instants, and what the clock on the wall shows then, has shown, and will show."""

    instants: list[datetime]
    shows: list[datetime]
    latest_so_far: list[datetime]
    earliest_to_come: list[datetime]


@cache
def walk_around(zone: str, on: date) -> Walk:
    first = datetime.combine(on, time(12), UTC) - 3 * DAY
    instants = [first + number * MINUTE for number in range(6 * 1440)]
    shows = [each.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for each in instants]
    earliest_to_come = list(accumulate(reversed(shows), min))[::-1]
    return Walk(instants, shows, list(accumulate(shows, max)), earliest_to_come)


def walked_open_minutes(working: WorkingCalendar, walk: Walk) -> set[datetime]:
    """The minutes from the first showing of an opening time or later, to the last showing of less than its closing."""
    special = {holiday.on: holiday for holiday in working.holidays}
    opened: set[datetime] = set()
    for on in {clock.date() for clock in walk.shows}:
        weekly = [each for each in working.weekly if each.weekday == on.isoweekday()]
        for hours in [special[on]] if on in special else weekly:
            if hours.opens is not None and hours.closes is not None:
                opens, closes = datetime.combine(on, hours.opens), datetime.combine(on, hours.closes)
                closes += DAY if hours.closes == MIDNIGHT else timedelta()
                first, end = bisect_left(walk.latest_so_far, opens), bisect_left(walk.earliest_to_come, closes)
                opened.update(walk.instants[first:end])
    return opened


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(CLOCK_CHANGES), st.data())
def test_a_walk_minute_by_minute_finds_the_same_open_time(change: tuple[str, date], data: st.DataObject) -> None:
    zone, on = change
    working, walk = data.draw(calendars(zone, on)), walk_around(zone, on)
    starts_at, ends_at = walk.instants[1440], walk.instants[-1440]

    found = open_periods(working, starts_at, ends_at)

    minutes = [
        each.starts_at + number * MINUTE
        for each in found
        for number in range((each.ends_at - each.starts_at) // MINUTE)
    ]
    assert len(minutes) == len(set(minutes))
    assert set(minutes) == {each for each in walked_open_minutes(working, walk) if starts_at <= each < ends_at}


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(CLOCK_CHANGES), st.integers(-3, 3), st.integers(0, 3))
def test_civil_days_leave_no_gap_and_never_overlap(change: tuple[str, date], before: int, days: int) -> None:
    zone, on = change
    dates = [on + timedelta(days=before + number) for number in range(days + 1)]

    bounds = [day_bounds(zone, each) for each in dates]

    assert all(one.ends_at == two.starts_at for one, two in pairwise(bounds))
    assert date_range_bounds(zone, dates[0], dates[-1]) == Period(bounds[0].starts_at, bounds[-1].ends_at)
