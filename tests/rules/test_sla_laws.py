"""Service levels: laws that hold for any log, with and without a calendar, across the days when clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calendars.rules import Holiday, OpenHours, WorkingCalendar
from domain.parameters.rules import SlaCalendarMode
from domain.slas.rules import (
    ServiceLevel,
    SlaRisk,
    TimeLog,
    begin,
    compliance_percent,
    elapsed,
    is_exceeded,
    latest_completion,
    limit,
    plan_start,
    plan_stop,
    reached_at,
    risk_of,
)

CLOCK_CHANGES = [
    ("Europe/Copenhagen", date(2024, 3, 31)),
    ("Europe/Copenhagen", date(2024, 10, 27)),
    ("America/New_York", date(2024, 11, 3)),
    ("Australia/Lord_Howe", date(2024, 4, 7)),
    ("America/Havana", date(2024, 11, 3)),
]
TICK = timedelta.resolution
FORWARD = datetime(2040, 1, 1, tzinfo=UTC)


@st.composite
def levels(draw: st.DrawFn, zone: str, around: date) -> ServiceLevel:
    """A service level: without a calendar, or with one of day or night shifts; Sunday is always open."""
    days, hours, minutes = draw(st.integers(0, 3)), draw(st.integers(0, 30)), draw(st.integers(1, 90))
    if draw(st.booleans()):
        return ServiceLevel(days, hours, minutes)
    weekly = [OpenHours(7, time(0), time(6)), OpenHours(7, time(7), time(0))]
    for weekday in range(1, 7):
        opens = draw(st.none() | st.integers(0, 22))
        if opens is not None:
            weekly.append(OpenHours(weekday, time(opens), time(draw(st.integers(opens + 1, 24)) % 24)))
    closed = draw(st.sets(st.integers(-5, 5), max_size=3))
    holidays = tuple(Holiday(around + timedelta(days=days), "Holiday") for days in sorted(closed))
    calendar = WorkingCalendar(zone, tuple(weekly), holidays)
    return ServiceLevel(days, hours, minutes, calendar, draw(st.sampled_from(SlaCalendarMode)))


@st.composite
def measured(draw: st.DrawFn) -> tuple[ServiceLevel, TimeLog, datetime]:
    """A level, a log of starts and stops around a change of clocks, and an instant after the last of them."""
    zone, on = draw(st.sampled_from(CLOCK_CHANGES))
    steps = draw(st.lists(st.timedeltas(timedelta(), timedelta(days=2)), min_size=2, max_size=6))
    moment = datetime.combine(on, time(12), UTC) - timedelta(days=draw(st.integers(0, 5)))
    log = begin(moment)
    for index, step in enumerate(steps[:-1]):
        moment += step
        plan = plan_start if index % 2 else plan_stop
        log = plan("SO-1", log, at=moment, now=FORWARD)
    return draw(levels(zone, on)), log, moment + steps[-1]


@settings(max_examples=150, deadline=None)
@given(measured())
def test_if_time_runs_on_exactly_the_limit_is_used_at_the_last_moment(
    drawn: tuple[ServiceLevel, TimeLog, datetime],
) -> None:
    level, log, now = drawn
    before = elapsed(level, log, now=now)
    if log.spans[-1].ends_at is not None:
        log = plan_start("SO-1", log, at=now, now=now)

    due = latest_completion(level, log, now=now)

    assert due is not None
    assert elapsed(level, log, now=now) == before
    assert is_exceeded(level, log, now=now) is (before > limit(level))
    assert due <= now or before < limit(level)
    if due >= log.spans[-1].starts_at:  # else it was reached before the last start
        assert elapsed(level, log, now=due) == limit(level)
        assert elapsed(level, log, now=due - TICK) < limit(level) or due == log.spans[-1].starts_at
        assert compliance_percent(level, log, now=due) == Decimal(100)
        assert risk_of(level, log, now=due) is SlaRisk.AT_RISK


@settings(max_examples=150, deadline=None)
@given(measured())
def test_shares_are_reached_one_after_the_other(drawn: tuple[ServiceLevel, TimeLog, datetime]) -> None:
    level, log, now = drawn

    moments = [reached_at(level, log, percent, now=now) for percent in (10, 50, 80, 100)]

    assert all(one is not None and two is not None and one < two for one, two in pairwise(moments))


@settings(max_examples=150, deadline=None)
@given(measured(), st.timedeltas(timedelta(), timedelta(days=3)))
def test_while_time_stands_the_last_moment_is_pushed_and_compliance_is_not(
    drawn: tuple[ServiceLevel, TimeLog, datetime], pause: timedelta
) -> None:
    level, log, now = drawn
    if log.spans[-1].ends_at is None:
        log = plan_stop("SO-1", log, at=now, now=now)

    due, later = (latest_completion(level, log, now=moment) for moment in (now, now + pause))

    assert due is not None
    assert later is not None
    assert compliance_percent(level, log, now=now) == compliance_percent(level, log, now=now + pause)
    if elapsed(level, log, now=now) >= limit(level):
        assert later == due  # reached before it stood still
    elif level.calendar is None:
        assert later - due == pause
    else:
        assert due <= later
    restarted = plan_start("SO-1", log, at=now + pause, now=FORWARD)
    assert latest_completion(level, restarted, now=FORWARD) == later


@settings(max_examples=100, deadline=None)
@given(measured())
def test_to_stop_and_start_at_one_instant_changes_nothing(drawn: tuple[ServiceLevel, TimeLog, datetime]) -> None:
    level, log, now = drawn
    if level.calendar_mode is SlaCalendarMode.START_ONLY:
        level = ServiceLevel(level.days, level.hours, level.minutes, level.calendar)
    if log.spans[-1].ends_at is not None:
        log = plan_start("SO-1", log, at=now, now=now)
    interrupted = plan_start("SO-1", plan_stop("SO-1", log, at=now, now=now), at=now, now=now)

    for moment in (now, now + timedelta(hours=1), now + timedelta(days=4)):
        assert elapsed(level, interrupted, now=moment) == elapsed(level, log, now=moment)
    assert latest_completion(level, interrupted, now=now) == latest_completion(level, log, now=now)
