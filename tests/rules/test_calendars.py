"""Working time: the specification's examples, the days when clocks change, and what is refused."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.calendars.rules import (
    Holiday,
    OpenHours,
    Period,
    WorkingCalendar,
    add_open_minutes,
    check_holidays,
    check_weekly_hours,
    closed_periods,
    date_range_bounds,
    day_bounds,
    is_open,
    is_open_day,
    open_minutes,
    open_periods,
    open_time,
    standard_day_minutes,
)
from domain.core.errors import Code, Refused

MIDNIGHT = time(0)


def utc(month: int, day: int, hour: int = 0, minute: int = 0, *, year: int = 2024) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def weekdays(opens: time, closes: time, days: range = range(1, 6)) -> tuple[OpenHours, ...]:
    return tuple(OpenHours(day, opens, closes) for day in days)


def calendar(
    *weekly: OpenHours, zone: str = "Europe/Copenhagen", holidays: tuple[Holiday, ...] = ()
) -> WorkingCalendar:
    return WorkingCalendar(zone, weekly, holidays)


def daily(opens: time, closes: time, zone: str = "Europe/Copenhagen") -> WorkingCalendar:
    return calendar(*weekdays(opens, closes, range(1, 8)), zone=zone)


OFFICE = calendar(*weekdays(time(8), time(16)))


# --- the specification's examples ------------------------------------------------------------------------------------


def test_a_saturday_request_is_measured_from_monday_morning() -> None:  # TC-SLA-3
    office = calendar(*weekdays(time(8), time(16)), zone="UTC")
    created, limit = utc(1, 6, 10), standard_day_minutes(office)

    assert limit == 480
    assert open_periods(office, created, utc(1, 9))[0].starts_at == utc(1, 8, 8)
    assert open_minutes(office, created, utc(1, 8, 12)) == 240
    assert 100 * open_time(office, created, utc(1, 8, 12)) / timedelta(minutes=limit) == 50
    assert add_open_minutes(office, created, limit) == utc(1, 8, 16)


def test_a_month_and_a_week_offer_their_open_days() -> None:  # TC-TW-1, TC-TW-2
    february = [date(2017, 2, day) for day in range(1, 29)]

    open_days = [on for on in february if is_open_day(OFFICE, on)]

    assert (len(open_days), open_days[0], open_days[-1]) == (20, date(2017, 2, 1), date(2017, 2, 28))
    assert [on.day for on in open_days if on.isocalendar().week == 7] == [13, 14, 15, 16, 17]


# --- open and closed time --------------------------------------------------------------------------------------------


def test_what_stands_in_the_way_of_an_activity_is_named_in_the_zone_of_the_calendar() -> None:
    half_past_seven_to_ten = utc(7, 1, 5, 30), utc(7, 1, 8)
    same_clock_in_winter = utc(1, 8, 6, 30), utc(1, 8, 9)

    assert closed_periods(OFFICE, *half_past_seven_to_ten) == [Period(utc(7, 1, 5, 30), utc(7, 1, 6))]
    assert closed_periods(OFFICE, *same_clock_in_winter) == [Period(utc(1, 8, 6, 30), utc(1, 8, 7))]


def test_a_long_activity_meets_the_lunch_break_the_night_and_the_holiday_between() -> None:
    hours = (OpenHours(4, time(8), time(12)), OpenHours(4, time(12, 30), time(16)), *weekdays(time(8), time(16)))
    christmas = Holiday(date(2024, 12, 25), "Christmas Day")
    thursday = calendar(*(each for each in hours if each.weekday != 4), *hours[:2], holidays=(christmas,))

    assert closed_periods(thursday, utc(12, 24, 14), utc(12, 26, 12)) == [
        Period(utc(12, 24, 15), utc(12, 26, 7)),
        Period(utc(12, 26, 11), utc(12, 26, 11, 30)),
    ]


def test_special_hours_replace_the_hours_of_the_weekday() -> None:
    special = (
        Holiday(date(2024, 12, 24), "Christmas Eve", time(8), time(11)),
        Holiday(date(2024, 12, 28), "Stocktaking", time(10), MIDNIGHT),
        Holiday(date(2024, 12, 25), "Christmas Day"),
    )
    office = calendar(*weekdays(time(8), time(16)), holidays=special)

    assert open_periods(office, utc(12, 24), utc(12, 25)) == [Period(utc(12, 24, 7), utc(12, 24, 10))]
    assert open_periods(office, utc(12, 28), utc(12, 29)) == [Period(utc(12, 28, 9), utc(12, 28, 23))]
    assert [is_open_day(office, date(2024, 12, day)) for day in (24, 25, 26, 28, 29)] == [
        True,
        False,
        True,
        True,
        False,
    ]


def test_hours_that_touch_are_one_period_even_across_midnight() -> None:
    night = calendar(OpenHours(1, time(22), MIDNIGHT), OpenHours(2, MIDNIGHT, time(6)), OpenHours(2, time(6), time(7)))

    assert open_periods(night, utc(1, 8), utc(1, 10)) == [Period(utc(1, 8, 21), utc(1, 9, 6))]


def test_hours_may_be_listed_in_any_order_and_count_once_where_they_overlap() -> None:
    hours = (OpenHours(1, time(13), time(16)), OpenHours(1, time(8), time(12)), OpenHours(1, time(9), time(10)))

    assert open_periods(calendar(*hours), utc(1, 8), utc(1, 9)) == [
        Period(utc(1, 8, 7), utc(1, 8, 11)),
        Period(utc(1, 8, 12), utc(1, 8, 15)),
    ]


def test_a_round_the_clock_calendar_is_one_period_through_both_clock_changes() -> None:
    always = daily(MIDNIGHT, MIDNIGHT)

    assert open_periods(always, utc(1, 1), utc(12, 31)) == [Period(utc(1, 1), utc(12, 31))]
    assert closed_periods(always, utc(1, 1), utc(12, 31)) == []
    assert standard_day_minutes(always) == 1440


def test_an_empty_range_has_neither_open_nor_closed_time() -> None:
    noon = utc(1, 8, 12)

    assert open_periods(OFFICE, noon, noon) == []
    assert closed_periods(OFFICE, noon, noon) == []


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "expected"),
    [
        (utc(1, 8, 7), utc(1, 8, 15), True),
        (utc(1, 8, 6, 59), utc(1, 8, 15), False),
        (utc(1, 8, 7), utc(1, 8, 15, 1), False),
        (utc(1, 8, 8), utc(1, 9, 8), False),
        (utc(1, 8, 7), utc(1, 8, 7), True),
        (utc(1, 8, 15), utc(1, 8, 15), False),
    ],
)
def test_open_means_open_throughout(starts_at: datetime, ends_at: datetime, expected: bool) -> None:  # noqa: FBT001
    assert is_open(OFFICE, Period(starts_at, ends_at)) is expected


def test_instants_of_another_zone_give_the_same_answer() -> None:
    copenhagen = ZoneInfo("Europe/Copenhagen")
    before, after = datetime(2024, 10, 27, 1, 30, tzinfo=copenhagen), datetime(2024, 10, 27, 4, 30, tzinfo=copenhagen)

    assert open_time(daily(MIDNIGHT, MIDNIGHT), before, after) == timedelta(hours=4)
    assert closed_periods(OFFICE, before, after) == [Period(utc(10, 26, 23, 30), utc(10, 27, 3, 30))]
    assert add_open_minutes(daily(MIDNIGHT, MIDNIGHT), before, 0).tzinfo is UTC


# --- adding open time ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (0, utc(1, 5, 14)),  # Friday 15:00 in Copenhagen
        (60, utc(1, 5, 15)),
        (61, utc(1, 8, 7, 1)),
        (540, utc(1, 8, 15)),
        (480 * 5 + 60, utc(1, 12, 15)),
    ],
)
def test_open_time_stands_still_while_closed(minutes: int, expected: datetime) -> None:
    assert add_open_minutes(OFFICE, utc(1, 5, 14), minutes) == expected


def test_nothing_added_to_closed_time_is_that_instant() -> None:
    assert add_open_minutes(OFFICE, utc(1, 6, 10), 0) == utc(1, 6, 10)


def test_a_calendar_that_never_opens_refuses_a_deadline() -> None:
    with pytest.raises(Refused, match="not open for 1 hours in the ten years") as refused:
        add_open_minutes(calendar(), utc(1, 6), 60)

    assert refused.value.refusals[0].code is Code.INVALID


def test_too_little_open_time_in_ten_years_refuses_a_deadline() -> None:
    hours = tuple(Holiday(date(2024, 1, day), "Open house", time(8), time(9)) for day in range(1, 11))
    rarely = calendar(holidays=hours)

    assert add_open_minutes(rarely, utc(1, 1), 600) == utc(1, 10, 8)
    with pytest.raises(Refused, match=r"not open for 10\.0167 hours"):
        add_open_minutes(rarely, utc(1, 1), 601)


def test_open_time_is_never_taken_away() -> None:
    with pytest.raises(ValueError, match="never taken away"):
        add_open_minutes(OFFICE, utc(1, 6), -1)


@pytest.mark.parametrize(
    ("weekly", "minutes"),
    [
        ((*weekdays(time(8), time(16), range(1, 5)), OpenHours(5, time(8), time(14))), 480),
        ((OpenHours(1, time(8), time(12)), OpenHours(1, time(13), time(16, 30))), 450),
        ((OpenHours(1, time(8), time(12)), OpenHours(2, time(8), time(14))), 360),
        ((OpenHours(1, time(8), time(12)), OpenHours(1, time(20), MIDNIGHT)), 480),
    ],
)
def test_the_usual_day_is_the_most_frequent_length_and_else_the_longest(
    weekly: tuple[OpenHours, ...], minutes: int
) -> None:
    assert standard_day_minutes(calendar(*weekly)) == minutes


def test_a_calendar_without_weekly_hours_has_no_usual_day() -> None:
    with pytest.raises(Refused, match="no weekly hours"):
        standard_day_minutes(calendar())


# --- days when clocks change -----------------------------------------------------------------------------------------

SPRING, AUTUMN = date(2024, 3, 31), date(2024, 10, 27)  # Copenhagen: 02:00 → 03:00, and 03:00 → 02:00


@pytest.mark.parametrize(
    ("on", "opens", "closes", "expected"),
    [
        (SPRING, time(2, 30), time(4), Period(utc(3, 31, 1), utc(3, 31, 2))),
        (SPRING, time(1), time(2, 30), Period(utc(3, 31, 0), utc(3, 31, 1))),
        (SPRING, time(1), time(4), Period(utc(3, 31, 0), utc(3, 31, 2))),
        (SPRING, time(2, 15), time(2, 45), None),
        (AUTUMN, time(1, 30), time(2, 30), Period(utc(10, 26, 23, 30), utc(10, 27, 1, 30))),
        (AUTUMN, time(2, 30), time(3, 30), Period(utc(10, 27, 0, 30), utc(10, 27, 2, 30))),
        (AUTUMN, time(1), time(2), Period(utc(10, 26, 23), utc(10, 27, 0))),
        (AUTUMN, time(3), time(4), Period(utc(10, 27, 2), utc(10, 27, 3))),
        (AUTUMN, time(2, 15), time(2, 30), Period(utc(10, 27, 0, 15), utc(10, 27, 1, 30))),
    ],
)
def test_hours_are_elapsed_time_where_clocks_change(
    on: date, opens: time, closes: time, expected: Period | None
) -> None:
    open_that_day = calendar(holidays=(Holiday(on, "Clock change", opens, closes),))

    bounds = day_bounds("Europe/Copenhagen", on)
    found = open_periods(open_that_day, bounds.starts_at, bounds.ends_at)

    assert found == ([] if expected is None else [expected])
    assert is_open_day(open_that_day, on) is (expected is not None)


def test_hours_that_the_repeated_hour_makes_overlap_count_once() -> None:
    hours = (OpenHours(7, time(2), time(2, 30)), OpenHours(7, time(2, 45), time(4)))

    assert open_periods(calendar(*hours), utc(10, 26), utc(10, 28)) == [Period(utc(10, 27, 0), utc(10, 27, 3))]


def test_a_midnight_that_comes_twice_belongs_to_both_days() -> None:
    # St John's, 7 November 2010: at 00:01 the clock went back to 23:01, so Sunday began before Saturday was over.
    first_midnight, second_midnight = utc(11, 7, 2, 30, year=2010), utc(11, 7, 3, 30, year=2010)
    saturday = calendar(OpenHours(6, time(22), MIDNIGHT), zone="America/St_Johns")
    sunday = calendar(OpenHours(7, MIDNIGHT, time(1)), zone="America/St_Johns")

    assert closed_periods(saturday, first_midnight, second_midnight) == []
    assert is_open(sunday, Period(first_midnight, first_midnight + timedelta(minutes=30)))


@pytest.mark.parametrize(
    ("zone", "on", "starts_at", "length"),
    [
        ("Europe/Copenhagen", SPRING, utc(3, 30, 23), timedelta(hours=23)),
        ("Europe/Copenhagen", AUTUMN, utc(10, 26, 22), timedelta(hours=25)),
        ("Europe/Copenhagen", date(2024, 7, 1), utc(6, 30, 22), timedelta(hours=24)),
        ("Australia/Lord_Howe", date(2024, 4, 7), utc(4, 6, 13), timedelta(hours=24.5)),
        ("Australia/Lord_Howe", date(2024, 10, 6), utc(10, 5, 13, 30), timedelta(hours=23.5)),
        # No midnight: the clock goes from 23:59 to 01:00.
        ("America/Sao_Paulo", date(2018, 11, 4), utc(11, 4, 3, year=2018), timedelta(hours=23)),
        ("Asia/Beirut", date(2024, 3, 31), utc(3, 30, 22), timedelta(hours=23)),
        # The last hour before midnight comes twice; then the first hour after it.
        ("America/Sao_Paulo", date(2018, 2, 17), utc(2, 17, 2, year=2018), timedelta(hours=25)),
        ("Asia/Beirut", date(2024, 10, 26), utc(10, 25, 21), timedelta(hours=25)),
        ("America/Havana", date(2024, 11, 3), utc(11, 3, 4), timedelta(hours=25)),
        # Samoa crossed the date line: 30 December never was.
        ("Pacific/Apia", date(2011, 12, 29), utc(12, 29, 10, year=2011), timedelta(hours=24)),
        ("Pacific/Apia", date(2011, 12, 30), utc(12, 30, 10, year=2011), timedelta()),
    ],
)
def test_a_civil_day_is_as_long_as_it_was(zone: str, on: date, starts_at: datetime, length: timedelta) -> None:
    assert day_bounds(zone, on) == Period(starts_at, starts_at + length)


def test_a_range_of_dates_includes_both_ends() -> None:
    assert date_range_bounds("Europe/Copenhagen", date(2024, 3, 30), AUTUMN) == Period(utc(3, 29, 23), utc(10, 27, 23))


def test_a_skipped_date_is_no_open_day() -> None:
    always = daily(MIDNIGHT, MIDNIGHT, zone="Pacific/Apia")

    assert [is_open_day(always, date(2011, 12, day)) for day in (29, 30, 31)] == [True, False, True]


# --- refusals --------------------------------------------------------------------------------------------------------


def refused_path(call: Callable[[], object]) -> tuple[str | int, ...]:
    """The input path of the one INVALID refusal that the call must raise."""
    with pytest.raises(Refused) as refused:
        call()
    (refusal,) = refused.value.refusals
    assert refusal.code is Code.INVALID
    assert refusal.message.endswith(".")
    return refusal.path


@pytest.mark.parametrize(
    ("weekly", "path"),
    [
        ([OpenHours(1, time(16), time(8))], (0, "closes")),
        ([OpenHours(1, time(8), time(8))], (0, "closes")),
        ([OpenHours(0, time(8), time(9))], (0, "weekday")),
        ([OpenHours(8, time(8), time(9))], (0, "weekday")),
        ([OpenHours(1, time(8, tzinfo=UTC), time(9))], (0, "opens")),
        ([OpenHours(1, time(8), time(9, 0, 30))], (0, "closes")),
        ([OpenHours(1, time(12), time(16)), OpenHours(1, time(8), time(12, 1))], (0, "opens")),
        ([OpenHours(1, time(8), time(12)), OpenHours(1, time(8), time(12))], (1, "opens")),
        (
            [OpenHours(1, time(8), MIDNIGHT), OpenHours(2, time(8), time(9)), OpenHours(1, time(20), time(21))],
            (2, "opens"),
        ),
    ],
)
def test_hours_that_make_no_sense_are_refused_where_they_stand(
    weekly: list[OpenHours], path: tuple[str | int, ...]
) -> None:
    assert refused_path(lambda: check_weekly_hours(weekly, path=("input", "hours"))) == ("input", "hours", *path)


def test_touching_hours_equal_hours_of_two_days_and_midnight_are_accepted() -> None:
    check_weekly_hours([
        OpenHours(2, MIDNIGHT, time(6)), OpenHours(1, time(12), MIDNIGHT), OpenHours(1, time(8), time(12)),
        OpenHours(7, MIDNIGHT, MIDNIGHT), OpenHours(2, time(8), time(12)),
    ])  # fmt: skip


@pytest.mark.parametrize(
    ("holidays", "path"),
    [
        ([Holiday(SPRING, "Easter Day"), Holiday(SPRING, "Clock change")], (1, "on")),
        ([Holiday(SPRING, "Easter Day", opens=time(8))], (0, "closes")),
        ([Holiday(SPRING, "Easter Day", closes=time(8))], (0, "opens")),
        ([Holiday(SPRING, "Easter Day", time(12), time(8))], (0, "closes")),
    ],
)
def test_holidays_that_make_no_sense_are_refused_where_they_stand(
    holidays: list[Holiday], path: tuple[str | int, ...]
) -> None:
    assert refused_path(lambda: check_holidays(holidays, path=("input",))) == ("input", *path)


def test_closed_and_shortened_holidays_are_accepted() -> None:
    check_holidays([Holiday(SPRING, "Easter Day"), Holiday(AUTUMN, "Half day", time(8), time(12))])


@pytest.mark.parametrize(
    "ask",
    [
        lambda: closed_periods(OFFICE, utc(1, 2), utc(1, 1)),
        lambda: is_open(OFFICE, Period(utc(1, 2), utc(1, 1))),
        lambda: open_periods(OFFICE, utc(1, 1).replace(tzinfo=None), utc(1, 2)),
        lambda: open_periods(OFFICE, utc(1, 1, year=1950), utc(1, 1, year=2060)),
        lambda: open_periods(OFFICE, utc(1, 1), utc(12, 31, 23, 59, year=9999)),
        lambda: add_open_minutes(OFFICE, utc(12, 31, 23, 59, year=9999), 1),
        lambda: is_open_day(OFFICE, date.max),
        lambda: day_bounds("Asia/Tokyo", date.min),
        lambda: day_bounds("America/New_York", date.max),
        lambda: date_range_bounds("UTC", date(2024, 1, 2), date(2024, 1, 1)),
    ],
)
def test_a_range_that_cannot_be_answered_is_refused(ask: Callable[[], object]) -> None:
    assert refused_path(ask) == ()
