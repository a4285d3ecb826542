"""The board's rules: what a change comes to, what is in its way, and what can be done."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendars.rules import Holiday, OpenHours, Period, WorkingCalendar
from domain.core.errors import Code, Path, Refusal, Refused
from domain.core.keep import KEEP
from domain.dispatch.rules import (
    WARNINGS,
    AvailableAction,
    BoardAction,
    BoardWorker,
    Booking,
    Placement,
    available_actions,
    judge,
    misses,
    needs_judging,
    outside_calendar,
    overlapping,
    plan_assignment,
    plan_closing,
    plan_dispatch,
    plan_priority,
    plan_unassignment,
)
from domain.orders.rules import DispatchStatus, Priority
from tests.builders.refused import refused
from tests.builders.times import at

OFFICE = WorkingCalendar(
    "Europe/Copenhagen", tuple(OpenHours(weekday, time(8), time(16)) for weekday in range(1, 6)), ()
)
MEG = BoardWorker(7, "Meg Madsen", active=True, team_id=1, calendar=OFFICE)
HOUR = timedelta(hours=1)
# Meg's, Monday from nine to eleven in Copenhagen.
BOOKED = Placement(7, at(0), at(2), Priority.NORMAL, DispatchStatus.DISPATCHED, closed=False)
WAITING = Placement(None, None, None, Priority.NORMAL, DispatchStatus.UNDISPATCHED, closed=False)
CLOSED = replace(BOOKED, closed=True)


# --- what a change comes to ------------------------------------------------------------------------------------------


def test_another_worker_makes_an_activity_undispatched_and_keeps_its_time() -> None:
    planned = plan_assignment("SO-1-1", BOOKED, worker=replace(MEG, id=8))

    assert planned == replace(BOOKED, worker_id=8, dispatch_status=DispatchStatus.UNDISPATCHED)


def test_the_same_worker_again_leaves_an_activity_dispatched() -> None:
    assert plan_assignment("SO-1-1", BOOKED, worker=MEG) == BOOKED


def test_taking_the_worker_away_makes_an_activity_undispatched() -> None:
    nobody = replace(BOOKED, worker_id=None, dispatch_status=DispatchStatus.UNDISPATCHED)

    assert plan_assignment("SO-1-1", BOOKED, worker=None) == nobody
    assert plan_unassignment("SO-1-1", BOOKED) == nobody


def test_a_new_start_keeps_worker_length_and_dispatch_status() -> None:
    assert plan_assignment("SO-1-1", BOOKED, starts_at=at(5)) == replace(BOOKED, starts_at=at(5), ends_at=at(7))


def test_a_new_length_keeps_the_start() -> None:
    assert plan_assignment("SO-1-1", BOOKED, duration=3 * HOUR) == replace(BOOKED, ends_at=at(3))


def test_a_start_with_any_offset_is_kept_in_utc() -> None:
    copenhagen = datetime(2026, 11, 23, 13, tzinfo=timezone(HOUR))

    planned = plan_assignment("SO-1-1", BOOKED, starts_at=copenhagen)

    assert planned.starts_at is not None
    assert (planned.starts_at, planned.starts_at.tzinfo, planned.ends_at) == (at(4), UTC, at(6))


def test_clearing_the_time_makes_an_activity_undispatched_and_keeps_its_worker() -> None:
    planned = plan_assignment("SO-1-1", BOOKED, starts_at=None)

    assert planned == replace(BOOKED, starts_at=None, ends_at=None, dispatch_status=DispatchStatus.UNDISPATCHED)


def test_worker_and_time_change_together() -> None:
    planned = plan_assignment("SO-1-1", WAITING, worker=MEG, starts_at=at(1), duration=HOUR)

    assert planned == replace(WAITING, worker_id=7, starts_at=at(1), ends_at=at(2))


def test_dispatch_priority_and_closing_change_nothing_else() -> None:
    undispatched = replace(BOOKED, dispatch_status=DispatchStatus.UNDISPATCHED)

    assert plan_dispatch("SO-1-1", undispatched) == BOOKED
    assert plan_priority("SO-1-1", BOOKED, Priority.HIGH) == replace(BOOKED, priority=Priority.HIGH)
    assert plan_closing("SO-1-1", BOOKED) == CLOSED


GONE = replace(MEG, id=9, name="Ib Ibsen", active=False)


@pytest.mark.parametrize(
    ("now", "change", "expected"),
    [
        (CLOSED, {}, (Code.ACTIVITY_CLOSED, ("activity",))),
        (BOOKED, {"worker": GONE}, (Code.WORKER_INACTIVE, ("workerId",))),
        (WAITING, {"starts_at": at(1)}, (Code.TIME_REQUIRED, ("duration",))),
        (WAITING, {"duration": HOUR}, (Code.TIME_REQUIRED, ("startsAt",))),
        (BOOKED, {"starts_at": None, "duration": HOUR}, (Code.TIME_REQUIRED, ("duration",))),
        (BOOKED, {"starts_at": datetime(2026, 11, 23, 8)}, (Code.INVALID, ("startsAt",))),  # noqa: DTZ001
        (BOOKED, {"starts_at": datetime(1999, 12, 31, tzinfo=UTC)}, (Code.INVALID, ("startsAt",))),
        (BOOKED, {"starts_at": datetime(2100, 1, 1, tzinfo=UTC)}, (Code.INVALID, ("startsAt",))),
        (BOOKED, {"starts_at": datetime(2099, 12, 31, 23, tzinfo=UTC)}, (Code.INVALID, ("duration",))),
        (BOOKED, {"duration": timedelta()}, (Code.INVALID, ("duration",))),
        (BOOKED, {"duration": -HOUR}, (Code.INVALID, ("duration",))),
        (BOOKED, {"duration": timedelta(days=31, seconds=1)}, (Code.INVALID, ("duration",))),
    ],
)
def test_an_assignment_that_makes_no_sense_is_refused_where_it_is_wrong(
    now: Placement, change: dict[str, Any], expected: tuple[Code, Path]
) -> None:
    assert refused(lambda: plan_assignment("SO-1-1", now, **change)) == expected


def test_the_longest_activity_is_a_month() -> None:
    assert plan_assignment("SO-1-1", BOOKED, duration=timedelta(days=31)).ends_at == at(days=31)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (CLOSED, Code.ACTIVITY_CLOSED),
        (WAITING, Code.WORKER_REQUIRED),
        (replace(WAITING, starts_at=at(0), ends_at=at(1)), Code.WORKER_REQUIRED),
        (replace(WAITING, worker_id=7), Code.TIME_REQUIRED),
    ],
)
def test_what_has_no_worker_or_time_is_not_dispatched(now: Placement, expected: Code) -> None:
    assert refused(lambda: plan_dispatch("SO-1-1", now)) == (expected, ("activity",))


def test_a_closed_activity_does_not_change_any_more() -> None:
    closed = (Code.ACTIVITY_CLOSED, ("activity",))

    assert refused(lambda: plan_unassignment("SO-1-1", CLOSED)) == closed
    assert refused(lambda: plan_priority("SO-1-1", CLOSED, Priority.HIGH)) == closed
    assert refused(lambda: plan_closing("SO-1-1", CLOSED)) == closed


def test_a_refusal_names_the_activity_by_its_number() -> None:
    with pytest.raises(Refused, match="SO-10001-2"):
        plan_closing("SO-10001-2", CLOSED)


# --- what is in the way ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "planned", "expected"),
    [
        (BOOKED, BOOKED, False),
        (BOOKED, replace(BOOKED, priority=Priority.HIGH), False),
        (BOOKED, replace(BOOKED, worker_id=8), True),
        (BOOKED, replace(BOOKED, starts_at=at(-1)), True),
        (BOOKED, replace(BOOKED, ends_at=at(1)), True),
        (BOOKED, replace(BOOKED, worker_id=None), False),
        (BOOKED, CLOSED, False),
        (CLOSED, BOOKED, True),
        (replace(BOOKED, dispatch_status=DispatchStatus.UNDISPATCHED), BOOKED, False),
        (WAITING, replace(WAITING, worker_id=7), True),
    ],
)
def test_only_a_change_that_takes_somebodys_time_is_judged(
    now: Placement, planned: Placement, *, expected: bool
) -> None:
    assert needs_judging(now, planned) is expected


def booking(activity_id: int, starts_at: datetime, ends_at: datetime, worker_id: int = 7) -> Booking:
    return Booking(activity_id, worker_id, starts_at, ends_at, f"SO-9-{activity_id}")


def test_only_other_bookings_of_the_worker_that_share_time_overlap_earliest_first() -> None:
    bookings = [
        booking(1, at(1), at(3)),
        booking(2, at(-1), at(0.5)),
        booking(3, at(0), at(2), worker_id=8),
        booking(4, at(0), at(2)),
        booking(5, at(-5), at(9)),
        booking(6, at(3), at(4)),
    ]

    assert [other.activity_id for other in overlapping(BOOKED, 4, bookings)] == [5, 2, 1]


def test_touching_bookings_do_not_overlap() -> None:
    assert overlapping(BOOKED, 1, [booking(2, at(-1), at(0)), booking(3, at(2), at(3))]) == []


@pytest.mark.parametrize("free", [CLOSED, WAITING, replace(BOOKED, worker_id=None)])
def test_what_takes_nobodys_time_overlaps_nothing(free: Placement) -> None:
    assert overlapping(free, 1, [booking(2, at(0), at(2))]) == []


MINUTES = st.integers(0, 600)


@given(MINUTES, st.integers(1, 300), MINUTES, st.integers(1, 300))
def test_overlap_is_mutual_and_means_an_instant_in_both(first: int, length: int, second: int, other: int) -> None:
    one = booking(1, at(first / 60), at((first + length) / 60))
    two = booking(2, at(second / 60), at((second + other) / 60))
    shares_a_minute = bool(set(range(first, first + length)) & set(range(second, second + other)))

    assert bool(overlapping(replace(BOOKED, starts_at=one.starts_at, ends_at=one.ends_at), 1, [two])) is shares_a_minute
    assert bool(overlapping(replace(BOOKED, starts_at=two.starts_at, ends_at=two.ends_at), 2, [one])) is shares_a_minute


def test_everything_in_the_way_is_named_together() -> None:
    late = replace(BOOKED, starts_at=at(6), ends_at=at(8))
    teamless = replace(MEG, team_id=None)

    assert judge(late, teamless, [booking(2, at(6), at(7)), booking(3, at(7), at(9))], too_late_for=at(7)) == [
        Refusal(
            Code.NOT_IN_TEAM,
            "Meg Madsen is in no dispatch team, so the activity would not show on the board.",
            ("workerId",),
        ),
        Refusal(Code.OVERLAP, "Meg Madsen is busy then with SO-9-2, SO-9-3.", ("startsAt",), (2, 3)),
        Refusal(
            Code.OUTSIDE_CALENDAR,
            "Meg Madsen's calendar is closed for part of that time.",
            ("startsAt",),
            (Period(at(7), at(8)),),
        ),
        Refusal(
            Code.SLA_AT_RISK,
            "The service level of its order runs out before that, at 2026-11-23 15:00 UTC.",
            ("startsAt",),
        ),
    ]


@pytest.mark.parametrize(
    ("was", "ends", "due", "missed"),
    [
        (None, 3, 2, True),
        (None, 2, 2, False),
        (1, 3, 2, True),
        (3, 4, 2, True),
        (4, 3, 2, False),
        (3, 3, 2, False),
        (1, 3, -1, False),
        (1, 3, None, False),
    ],
)
def test_what_is_moved_beyond_what_was_promised_misses_it(
    was: int | None, ends: int, due: int | None, *, missed: bool
) -> None:
    now = replace(BOOKED, starts_at=None, ends_at=None) if was is None else replace(BOOKED, ends_at=at(was))
    due_at = None if due is None else at(due)

    assert misses(now, replace(BOOKED, ends_at=at(ends)), due_at, at=at(0)) is missed


@pytest.mark.parametrize("accepted", [*WARNINGS])
def test_an_accepted_warning_is_not_in_the_way_and_the_others_are(accepted: Code) -> None:
    late = replace(BOOKED, starts_at=at(6), ends_at=at(8))
    found = judge(late, replace(MEG, team_id=None), [booking(2, at(6), at(7))], accepted={accepted}, too_late_for=at(7))

    assert {refusal.code for refusal in found} == WARNINGS - {accepted}


def test_nothing_is_in_the_way_of_work_in_open_hours() -> None:
    assert judge(BOOKED, MEG, []) == []


def test_one_who_has_left_is_refused_alone_and_for_good() -> None:
    [only] = judge(BOOKED, GONE, [booking(2, at(0), at(1))], accepted=WARNINGS)

    assert (only.code, only.path, only.message) == (
        Code.WORKER_INACTIVE,
        ("workerId",),
        "Ib Ibsen has left the company.",
    )


def test_the_calendar_is_judged_over_the_whole_duration() -> None:
    over_night = replace(BOOKED, starts_at=at(6), ends_at=at(1, days=1))

    assert outside_calendar(over_night, MEG) == [Period(at(7), at(-1, days=1))]


def test_a_holiday_and_a_weekend_are_closed() -> None:
    tuesday_off = replace(OFFICE, holidays=(Holiday(at(days=1).date(), "Closed"),))
    long_one = replace(BOOKED, starts_at=at(-1), ends_at=at(-1, days=7))

    assert outside_calendar(long_one, replace(MEG, calendar=tuesday_off)) == [
        Period(at(7), at(-1, days=2)),
        Period(at(7, days=2), at(-1, days=3)),
        Period(at(7, days=3), at(-1, days=4)),
        Period(at(7, days=4), at(-1, days=7)),
    ]


def test_open_hours_are_meant_in_the_calendars_zone() -> None:
    new_york = replace(OFFICE, time_zone="America/New_York")

    assert outside_calendar(BOOKED, replace(MEG, calendar=new_york)) == [Period(at(0), at(2))]
    assert outside_calendar(replace(BOOKED, starts_at=at(5), ends_at=at(13)), replace(MEG, calendar=new_york)) == []


@pytest.mark.parametrize(
    ("sunday", "opens_at"),
    [
        (datetime(2026, 3, 29, tzinfo=UTC), 6),  # summer time has begun that night: 08:00 is 06:00 UTC
        (datetime(2026, 10, 25, tzinfo=UTC), 7),  # and has ended: 08:00 is 07:00 UTC
    ],
)
def test_open_hours_follow_the_clock_on_the_days_when_it_changes(sunday: datetime, opens_at: int) -> None:
    every_day = replace(OFFICE, weekly=tuple(OpenHours(weekday, time(8), time(16)) for weekday in range(1, 8)))
    worker = replace(MEG, calendar=every_day)
    opening, closing = sunday + opens_at * HOUR, sunday + (opens_at + 8) * HOUR
    all_day = replace(BOOKED, starts_at=opening, ends_at=closing)

    assert outside_calendar(all_day, worker) == []
    assert outside_calendar(replace(all_day, starts_at=opening - HOUR), worker) == [Period(opening - HOUR, opening)]
    assert outside_calendar(replace(all_day, ends_at=closing + HOUR), worker) == [Period(closing, closing + HOUR)]


def test_who_has_no_calendar_and_what_has_no_time_is_never_outside() -> None:
    assert outside_calendar(BOOKED, replace(MEG, calendar=None)) == []
    assert outside_calendar(replace(WAITING, worker_id=7), MEG) == []


# --- what can be done ------------------------------------------------------------------------------------------------


@st.composite
def placements(draw: st.DrawFn) -> Placement:
    """Anything an activity can be."""
    worker_id = draw(st.none() | st.just(7))
    times = draw(st.booleans())
    return Placement(
        worker_id,
        at(0) if times else None,
        at(2) if times else None,
        draw(st.sampled_from(Priority)),
        DispatchStatus.UNDISPATCHED if worker_id is None else draw(st.sampled_from(DispatchStatus)),
        draw(st.booleans()),
    )


@given(now=placements(), worker_active=st.booleans())
def test_an_action_is_available_exactly_when_it_would_not_be_refused(now: Placement, *, worker_active: bool) -> None:
    plans: dict[BoardAction, Callable[[], object]] = {
        BoardAction.ASSIGN: lambda: plan_assignment("SO-1-1", now),
        BoardAction.DISPATCH: lambda: plan_dispatch("SO-1-1", now, worker_active=worker_active),
        BoardAction.UNASSIGN: lambda: plan_unassignment("SO-1-1", now),
        BoardAction.SET_PRIORITY: lambda: plan_priority("SO-1-1", now, Priority.HIGH),
        BoardAction.CLOSE: lambda: plan_closing("SO-1-1", now),
    }

    found = available_actions("SO-1-1", now, worker_active=worker_active, is_dispatcher=True, may_change=True)

    assert [available.action for available in found] == list(BoardAction)
    for available in found:
        if available.allowed:
            plans[available.action]()
            assert (available.code, available.reason) == (None, None)
        else:
            with pytest.raises(Refused) as caught:
                plans[available.action]()
            assert (available.code, available.reason) == (caught.value.refusals[0].code, str(caught.value))


def test_one_who_has_left_gets_nothing_dispatched() -> None:
    waiting = replace(BOOKED, dispatch_status=DispatchStatus.UNDISPATCHED)

    assert refused(lambda: plan_dispatch("SO-1-1", waiting, worker_active=False)) == (
        Code.WORKER_INACTIVE,
        ("activity",),
    )


def test_who_is_no_dispatcher_may_move_and_close_and_others_nothing() -> None:
    no = "Your role does not allow this."

    assert available_actions("SO-1-1", BOOKED, is_dispatcher=False, may_change=True) == [
        AvailableAction(BoardAction.ASSIGN, allowed=True),
        AvailableAction(BoardAction.DISPATCH, allowed=False, reason=no),
        AvailableAction(BoardAction.UNASSIGN, allowed=False, reason=no),
        AvailableAction(BoardAction.SET_PRIORITY, allowed=False, reason=no),
        AvailableAction(BoardAction.CLOSE, allowed=True),
    ]
    assert not any(found.allowed for found in available_actions("", BOOKED, is_dispatcher=False, may_change=False))


def test_keep_is_no_value_of_an_input() -> None:
    assert plan_assignment("SO-1-1", BOOKED, worker=KEEP, starts_at=KEEP, duration=KEEP) == BOOKED
