"""Time windows: which days a visit calculated on one day may take."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.agreements.rules import (
    DateRange,
    OpenDays,
    TimeWindow,
    WindowMethod,
    candidate_dates,
    candidate_days,
    check_time_window,
)
from domain.core.errors import Code, Path, Refused
from tests.builders.agreements import monday_to_friday

WEEK, MONTH = TimeWindow(WindowMethod.WEEK), TimeWindow(WindowMethod.MONTH)
EVER = DateRange(date(2000, 1, 1), date(2100, 1, 1))
CALCULATED = date(2017, 2, 15)
SUNDAY = date(2017, 2, 19)


def test_tc_tw_1_a_month_offers_its_20_open_days() -> None:
    offered = candidate_dates(MONTH, CALCULATED, EVER, monday_to_friday())

    assert len(offered) == 20
    assert (offered[0], offered[-1]) == (date(2017, 2, 1), date(2017, 2, 28))
    assert all(on.isoweekday() <= 5 for on in offered)


def test_tc_tw_2_a_week_offers_monday_to_friday() -> None:
    offered = candidate_dates(WEEK, CALCULATED, EVER, monday_to_friday())

    assert offered == [date(2017, 2, day) for day in (13, 14, 15, 16, 17)]


def test_without_a_window_the_calculated_day_stays_even_if_it_is_closed() -> None:
    assert candidate_dates(None, CALCULATED, EVER, monday_to_friday()) == [CALCULATED]
    assert candidate_dates(None, SUNDAY, EVER, monday_to_friday()) == [SUNDAY]


def test_the_week_of_a_sunday_is_the_one_that_it_ends() -> None:
    assert candidate_days(WEEK, SUNDAY, EVER, monday_to_friday()) == DateRange(date(2017, 2, 13), date(2017, 2, 17))


def test_a_manual_window_has_its_own_days() -> None:
    manual = TimeWindow(WindowMethod.MANUAL, days_before=2, days_after=5)

    assert candidate_dates(manual, CALCULATED, EVER, monday_to_friday()) == [
        date(2017, 2, day) for day in (13, 14, 15, 16, 17, 20)
    ]
    assert candidate_dates(TimeWindow(WindowMethod.MANUAL), CALCULATED, EVER, monday_to_friday()) == [CALCULATED]


def test_without_a_calendar_every_day_is_open() -> None:
    assert candidate_days(WEEK, CALCULATED, EVER, OpenDays(None)) == DateRange(date(2017, 2, 13), date(2017, 2, 19))


def test_a_window_never_leaves_the_days_that_may_be_planned() -> None:
    within = DateRange(date(2017, 2, 15), date(2017, 2, 16))

    assert candidate_dates(MONTH, CALCULATED, within, monday_to_friday()) == [date(2017, 2, 15), date(2017, 2, 16)]


def test_where_no_day_is_open_the_calculated_one_stays() -> None:
    holidays = [date(2017, 2, day) for day in (13, 14, 15, 16, 17)]

    assert candidate_dates(WEEK, CALCULATED, EVER, monday_to_friday(*holidays)) == [CALCULATED]
    weekend = DateRange(date(2017, 2, 18), date(2017, 2, 19))
    assert candidate_dates(MONTH, SUNDAY, weekend, monday_to_friday()) == [SUNDAY]


@pytest.mark.parametrize(
    ("window", "path"),
    [
        (TimeWindow(WindowMethod.MANUAL, days_before=-1), ("window", "daysBefore")),
        (TimeWindow(WindowMethod.MANUAL, days_after=-1), ("window", "daysAfter")),
        (TimeWindow(WindowMethod.MANUAL, days_after=367), ("window", "daysAfter")),
        (TimeWindow(WindowMethod.WEEK, days_before=1), ("window", "daysBefore")),
        (TimeWindow(WindowMethod.MONTH, days_after=1), ("window", "daysAfter")),
    ],
)
def test_only_a_manual_window_has_days_and_none_are_negative(window: TimeWindow, path: Path) -> None:
    with pytest.raises(Refused) as caught:
        check_time_window(window, ("window",))

    assert [(refusal.code, refusal.path) for refusal in caught.value.refusals] == [(Code.INVALID, path)]


@pytest.mark.parametrize("window", [WEEK, MONTH, TimeWindow(WindowMethod.MANUAL, 0, 366)])
def test_windows_that_can_be_used_are_accepted(window: TimeWindow) -> None:
    check_time_window(window)


@given(
    st.builds(TimeWindow, st.just(WindowMethod.MANUAL), st.integers(0, 9), st.integers(0, 9))
    | st.sampled_from([WEEK, MONTH]),
    st.dates(date(2017, 1, 1), date(2017, 12, 31)),
    st.integers(0, 20),
    st.integers(0, 20),
    st.sets(st.dates(date(2017, 1, 1), date(2017, 12, 31)), max_size=30),
)
def test_the_days_offered_are_the_open_ones_of_the_window_within_the_range(
    window: TimeWindow, on: date, before: int, after: int, closed: set[date]
) -> None:
    open_days = monday_to_friday(*closed)
    within = DateRange(on - timedelta(days=before), on + timedelta(days=after))

    def is_offered(day: date) -> bool:
        inside = {
            WindowMethod.WEEK: day.isocalendar()[:2] == on.isocalendar()[:2],
            WindowMethod.MONTH: (day.year, day.month) == (on.year, on.month),
            WindowMethod.MANUAL: -window.days_before <= (day - on).days <= window.days_after,
        }[window.method]
        return inside and day in within and day.isoweekday() <= 5 and day not in closed

    expected = [day for day in (on + timedelta(days=number) for number in range(-40, 41)) if is_offered(day)]

    assert candidate_dates(window, on, within, open_days) == (expected or [on])
