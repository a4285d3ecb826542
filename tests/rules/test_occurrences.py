"""When a line recurs: counted from its start, clamped to the end of short months, never drifting."""

from calendar import monthrange
from datetime import date, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.agreements.rules import DateRange, Interval, IntervalRange, check_interval, occurrences
from domain.core.errors import Code, Refused

EVER = DateRange(date(1990, 1, 1), date(2060, 12, 31))
DAYS = {IntervalRange.DAILY: 1, IntervalRange.WEEKLY: 7}
MONTHS = {IntervalRange.MONTHLY: 1, IntervalRange.QUARTERLY: 3, IntervalRange.YEARLY: 12}

intervals = st.builds(Interval, st.sampled_from(IntervalRange), st.integers(1, 30))
starts = st.dates(date(2000, 1, 1), date(2030, 12, 31))
month_ends = st.builds(
    lambda month, back: month.replace(day=monthrange(month.year, month.month)[1] - back), starts, st.integers(0, 3)
)


def kth(start: date, interval: Interval, k: int) -> date:
    """The k-th occurrence as the specification writes it: the start and k times the interval."""
    if interval.range in DAYS:
        return start + timedelta(days=k * interval.frequency * DAYS[interval.range])
    month = start.month - 1 + k * interval.frequency * MONTHS[interval.range]
    year, month = start.year + month // 12, month % 12 + 1
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def test_the_first_occurrence_is_the_start() -> None:
    april = DateRange(date(2007, 4, 1), date(2007, 4, 30))

    assert occurrences(date(2007, 4, 1), Interval(IntervalRange.WEEKLY, 1), april) == [
        date(2007, 4, day) for day in (1, 8, 15, 22, 29)
    ]
    assert occurrences(date(2007, 4, 1), Interval(IntervalRange.WEEKLY, 2), april) == [
        date(2007, 4, day) for day in (1, 15, 29)
    ]


def test_without_an_interval_a_line_occurs_once() -> None:
    on = date(2026, 5, 5)

    assert occurrences(on, None, EVER) == [on]
    assert occurrences(on, None, DateRange(on, on)) == [on]
    assert occurrences(on, None, DateRange(date(2026, 5, 6), date(2026, 12, 31))) == []


@pytest.mark.parametrize(
    ("unit", "frequency", "expected"),
    [
        (IntervalRange.DAILY, 40, [date(2024, 1, 31), date(2024, 3, 11), date(2024, 4, 20)]),
        (IntervalRange.WEEKLY, 6, [date(2024, 1, 31), date(2024, 3, 13), date(2024, 4, 24)]),
        (IntervalRange.MONTHLY, 1, [date(2024, 1, 31), date(2024, 2, 29), date(2024, 3, 31), date(2024, 4, 30)]),
        (IntervalRange.MONTHLY, 2, [date(2024, 1, 31), date(2024, 3, 31)]),
        (IntervalRange.QUARTERLY, 1, [date(2024, 1, 31), date(2024, 4, 30)]),
        (IntervalRange.YEARLY, 1, [date(2024, 1, 31)]),
    ],
)
def test_each_unit_counts_from_the_start(unit: IntervalRange, frequency: int, expected: list[date]) -> None:
    first_third = DateRange(date(2024, 1, 1), date(2024, 4, 30))

    assert occurrences(date(2024, 1, 31), Interval(unit, frequency), first_third) == expected


def test_the_29th_of_february_returns_in_leap_years() -> None:
    found = occurrences(
        date(2024, 2, 29), Interval(IntervalRange.YEARLY, 1), DateRange(date(2027, 1, 1), date(2028, 12, 31))
    )

    assert found == [date(2027, 2, 28), date(2028, 2, 29)]


def test_nothing_occurs_beyond_what_a_date_can_hold() -> None:
    last_days = DateRange(date(9890, 1, 1), date(9899, 12, 31))

    assert occurrences(date(2024, 1, 31), Interval(IntervalRange.YEARLY, 999), last_days) == []
    assert occurrences(date(2024, 2, 29), Interval(IntervalRange.YEARLY, 984), last_days) == [date(9896, 2, 29)]


@given(starts | month_ends, intervals, starts, st.integers(0, 1500))
def test_occurrences_are_exactly_the_start_and_its_multiples_within_the_range(
    start: date, interval: Interval, from_on: date, length: int
) -> None:
    within = DateRange(from_on, from_on + timedelta(days=length))
    expected = []
    for k in count():
        on = kth(start, interval, k)
        if on > within.to_on:
            break
        if on in within:
            expected.append(on)

    assert occurrences(start, interval, within) == expected


@given(month_ends, st.sampled_from(list(MONTHS)), st.integers(1, 12))
def test_months_clamp_to_their_end_and_never_drift(start: date, unit: IntervalRange, frequency: int) -> None:
    found = occurrences(start, Interval(unit, frequency), EVER)

    assert found[0] == start
    assert len({(on.year, on.month) for on in found}) == len(found)
    for on in found:
        assert on.day == min(start.day, monthrange(on.year, on.month)[1])


@given(starts | month_ends, intervals, st.dates(date(2000, 1, 1), date(2050, 1, 1)))
def test_two_runs_find_what_one_run_finds(start: date, interval: Interval, cut: date) -> None:
    before, after = DateRange(EVER.from_on, cut), DateRange(cut + timedelta(days=1), EVER.to_on)

    assert occurrences(start, interval, before) + occurrences(start, interval, after) == occurrences(
        start, interval, EVER
    )


@pytest.mark.parametrize("frequency", [0, -1, 1000])
def test_a_frequency_is_at_least_one(frequency: int) -> None:
    with pytest.raises(Refused) as caught:
        check_interval(Interval(IntervalRange.WEEKLY, frequency), ("interval",))

    assert [(refusal.code, refusal.path) for refusal in caught.value.refusals] == [
        (Code.INVALID, ("interval", "frequency"))
    ]


def test_a_frequency_of_one_is_accepted() -> None:
    check_interval(Interval(IntervalRange.WEEKLY, 1))
    check_interval(Interval(IntervalRange.DAILY, 999))
