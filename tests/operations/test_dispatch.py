"""Changes made on the dispatch board: what each does, who may, what refuses it, and what it leaves in the log."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest

from db.config import is_postgres
from db.health import counting
from domain.calendars.operations import ChangeCalendar, change_calendar
from domain.calendars.rules import OpenHours, Period
from domain.core.actor import ANONYMOUS, Actor
from domain.core.errors import Code, NotPermitted, NotSignedIn, Path, Refused
from domain.core.operation import Stale, perform
from domain.dispatch.operations import (
    ActivityRef,
    ApplyBoardChanges,
    Assign,
    BoardChange,
    Close,
    Dispatch,
    apply_board_changes,
    check_board_changes,
)
from domain.orders.models import ServiceActivity, ServiceOrder, ServiceOrderLine
from domain.orders.operations import ChangeServiceActivity, change_service_activity
from domain.orders.rules import DispatchStatus, LineStatus, Priority
from domain.workforce.models import Worker
from domain.workforce.operations import ChangeWorker, SetTeamMember, change_worker, set_team_member
from tests.builders import actors
from tests.builders.actors import DISPATCHER, INTEGRATION, MANAGER
from tests.builders.boards import (
    HOUR,
    a_booking,
    a_dispatched_worker,
    assign,
    by_id,
    change,
    close,
    dispatch,
    prioritise,
    stored,
    unassign,
)
from tests.builders.log import events, nothing_changes, only_event, refusal, refusals
from tests.builders.rows import a_calendar, a_line, a_worker, an_activity, an_order, the_parameters
from tests.builders.slas import measure
from tests.builders.times import SetClock, at

pytestmark = pytest.mark.usefixtures("database")


async def refused(*changes: BoardChange, actor: Actor = DISPATCHER) -> tuple[Code, Path]:
    """The one code and path with which the changes are refused, in a query as in a mutation; nothing is changed."""
    with pytest.raises(Refused) as caught:
        await check_board_changes(actor, changes)
    found = await refusals(apply_board_changes, ApplyBoardChanges(changes), actor=actor)
    assert caught.value.refusals == found
    [only] = found
    return only.code, only.path


# --- single changes --------------------------------------------------------------------------------------------------


async def test_tc_dsp_1_a_visit_is_given_to_a_worker_of_another_team(set_clock: SetClock) -> None:
    john, meg = await a_dispatched_worker("John"), await a_dispatched_worker("Meg")
    order = await an_order(priority=Priority.HIGH)
    visit = await a_booking(john, order=order, priority=Priority.LOW)

    done = await change(assign(visit, worker_id=meg.id))

    moved = await stored(visit)
    assert done.result == [visit.id]
    assert (moved.worker_id, moved.dispatch_status) == (meg.id, DispatchStatus.UNDISPATCHED)
    assert (moved.starts_at, moved.ends_at, moved.priority, moved.closed) == (at(0), at(2), Priority.LOW, False)
    event = await only_event()
    assert (event.kind, event.subject_type, event.subject_id) == ("activity_assigned", "service_activity", visit.id)
    assert (event.actor_id, event.actor_name, event.at, event.undoable_by) == (
        DISPATCHER.user_id,
        DISPATCHER.name,
        set_clock.now,
        DISPATCHER.key,
    )
    before = event.body["before"]
    assert before == {
        "id": visit.id,
        "number": visit.number,
        "title": "Repair",
        "category": None,
        "purpose": None,
        "order_id": order.id,
        "type_id": None,
        "phase_id": None,
        "task_id": None,
        "worker_id": john.id,
        "starts_at": "2026-11-23T08:00:00+00:00",
        "ends_at": "2026-11-23T10:00:00+00:00",
        "priority": "LOW",
        "dispatch_status": "DISPATCHED",
        "closed": False,
        "overlap_accepted": False,
        "version": 1,
    }
    changed = {"worker_id": meg.id, "dispatch_status": "UNDISPATCHED", "version": 2}
    assert event.body["after"] == before | changed


async def test_a_visit_is_moved_in_time_and_stays_dispatched() -> None:
    visit = await a_booking(await a_dispatched_worker())

    await change(assign(visit, starts_at=at(4)))

    moved = await stored(visit)
    assert (moved.starts_at, moved.ends_at, moved.dispatch_status) == (at(4), at(6), DispatchStatus.DISPATCHED)


async def test_an_activity_is_named_by_its_number_too() -> None:
    meg = await a_dispatched_worker()
    visit = await an_activity(number="SO-1-1")

    await change(Assign(ActivityRef(number="SO-1-1"), worker_id=meg.id, starts_at=at(0), duration=HOUR))
    await change(Dispatch(ActivityRef(number="SO-1-1")))

    moved = await stored(visit)
    assert (moved.worker_id, moved.ends_at, moved.dispatch_status) == (meg.id, at(1), DispatchStatus.DISPATCHED)


@pytest.mark.parametrize(
    ("make", "kind", "expected"),
    [
        (unassign, "activity_unassigned", {"worker_id": None, "dispatch_status": DispatchStatus.UNDISPATCHED}),
        (
            lambda visit: prioritise(visit, Priority.HIGH),
            "activity_priority_set",
            {"priority": Priority.HIGH},
        ),
        (close, "activity_closed", {"closed": True}),
    ],
)
async def test_a_change_changes_what_it_says_and_logs_one_event(
    make: Callable[[ServiceActivity], BoardChange], kind: str, expected: dict[str, Any]
) -> None:
    visit = await a_booking(await a_dispatched_worker())
    [before] = await ServiceActivity.filter(id=visit.id).values()

    await change(make(visit))

    [after] = await ServiceActivity.filter(id=visit.id).values()
    assert after == before | expected | {"version": 2}
    assert (await only_event()).kind == kind


async def test_dispatching_sends_an_activity_to_its_worker() -> None:
    visit = await a_booking(await a_dispatched_worker(), dispatch_status=DispatchStatus.UNDISPATCHED)

    await change(dispatch(visit))

    assert (await stored(visit)).dispatch_status is DispatchStatus.DISPATCHED
    assert (await only_event()).kind == "activity_dispatched"


async def test_what_changes_nothing_raises_no_version_and_no_event() -> None:
    meg = await a_dispatched_worker()
    visit = await a_booking(meg)

    done = await change(
        dispatch(visit), assign(visit, worker_id=meg.id, starts_at=at(0)), prioritise(visit, Priority.NORMAL)
    )

    assert done.result == [visit.id]
    assert (await stored(visit)).version == 1
    assert await events() == []


async def test_open_lines_follow_their_activity_to_its_worker_and_are_logged() -> None:
    john, meg = await a_dispatched_worker("John"), await a_dispatched_worker("Meg")
    order = await an_order()
    visit = await a_booking(john, order=order)
    first = await a_line(order, worker_id=john.id, activity_id=visit.id)
    second = await a_line(order, worker_id=john.id, activity_id=visit.id)
    posted = await a_line(order, worker_id=john.id, activity_id=visit.id, status=LineStatus.POSTED)
    other = await a_line(order, worker_id=john.id)

    await change(assign(visit, worker_id=meg.id))

    lines = await ServiceOrderLine.all().order_by("id")
    assert [(line.id, line.worker_id, line.version) for line in lines] == [
        (first.id, meg.id, 2),
        (second.id, meg.id, 2),
        (posted.id, john.id, 1),
        (other.id, john.id, 1),
    ]
    logged = await events()
    assert [(event.subject_type, event.subject_id, event.batch) for event in logged] == [
        ("service_activity", visit.id, 1),
        ("service_order_line", first.id, 1),
        ("service_order_line", second.id, 1),
    ]
    assert logged[1].body["before"]["worker_id"] == john.id
    assert logged[1].body["after"] == logged[1].body["before"] | {"worker_id": meg.id, "version": 2}

    await change(unassign(visit))

    assert [line.worker_id for line in await ServiceOrderLine.all().order_by("id")] == [None, None, john.id, john.id]


# --- refusals --------------------------------------------------------------------------------------------------------


async def test_what_does_not_exist_is_named() -> None:
    visit = await a_booking(await a_dispatched_worker())

    assert await refused(Assign(ActivityRef(id=999), starts_at=at(1))) == (Code.NOT_FOUND, ("activity",))
    assert await refused(Close(ActivityRef(number="SO-9-9"))) == (Code.NOT_FOUND, ("activity",))
    assert await refused(assign(visit, worker_id=999)) == (Code.NOT_FOUND, ("workerId",))


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"starts_at": datetime(2026, 11, 23, 8)}, (Code.INVALID, ("startsAt",))),  # noqa: DTZ001
        ({"duration": timedelta()}, (Code.INVALID, ("duration",))),
        ({"duration": -HOUR}, (Code.INVALID, ("duration",))),
        ({"starts_at": None, "duration": HOUR}, (Code.TIME_REQUIRED, ("duration",))),
        ({"expected_version": 2}, (Code.VERSION_CONFLICT, ("expectedVersion",))),
    ],
)
async def test_a_move_that_makes_no_sense_is_refused(wanted: dict[str, Any], expected: tuple[Code, Path]) -> None:
    visit = await a_booking(await a_dispatched_worker())

    assert await refused(assign(visit, **wanted)) == expected


async def test_nothing_is_dispatched_without_worker_and_time() -> None:
    meg = await a_dispatched_worker()

    assert await refused(dispatch(await an_activity())) == (Code.WORKER_REQUIRED, ("activity",))
    assert await refused(dispatch(await an_activity(worker_id=meg.id))) == (Code.TIME_REQUIRED, ("activity",))


async def test_a_closed_activity_changes_no_more() -> None:
    visit = await a_booking(await a_dispatched_worker(), closed=True)

    changes: list[BoardChange] = [
        assign(visit, starts_at=at(5)),
        dispatch(visit),
        unassign(visit),
        prioritise(visit, Priority.LOW),
        close(visit),
    ]
    for each in changes:
        assert await refused(each) == (Code.ACTIVITY_CLOSED, ("activity",))


async def test_one_who_has_left_gets_no_work() -> None:
    meg = await a_dispatched_worker()
    gone = await a_worker(name="Ib Ibsen", active=False)
    left = await a_booking(gone, dispatch_status=DispatchStatus.UNDISPATCHED)

    assert await refused(assign(await a_booking(meg), worker_id=gone.id)) == (Code.WORKER_INACTIVE, ("workerId",))
    assert await refused(dispatch(left)) == (Code.WORKER_INACTIVE, ("activity",))
    assert await refused(assign(left, starts_at=at(5))) == (Code.WORKER_INACTIVE, ("workerId",))
    assert await refused(assign(left, starts_at=at(5), accept_warnings=frozenset(Code))) == (
        Code.WORKER_INACTIVE,
        ("workerId",),
    )

    await change(assign(left, worker_id=meg.id, starts_at=at(5)))

    assert (await stored(left)).worker_id == meg.id


async def test_work_of_one_who_leaves_is_taken_over_by_others() -> None:
    meg, ib = await a_dispatched_worker("Meg"), await a_worker(name="Ib")
    visit = await a_booking(ib)
    await perform(set_team_member, SetTeamMember(ib.id, meg.team_id), actor=MANAGER)
    await perform(change_worker, ChangeWorker(ib.id, active=False), actor=MANAGER)

    assert (await Worker.get(id=ib.id)).team_id is None
    await change(prioritise(visit, Priority.HIGH), unassign(visit))
    await change(assign(visit, worker_id=meg.id))

    assert (await stored(visit)).worker_id == meg.id


async def test_a_stale_version_is_refused_and_names_who_changed_it() -> None:
    visit = await a_booking(await a_dispatched_worker())
    await perform(change_service_activity, ChangeServiceActivity(visit.id, title="Other"), actor=MANAGER)

    [found] = await refusals(
        apply_board_changes, ApplyBoardChanges((assign(visit, starts_at=at(5), expected_version=1),)), actor=DISPATCHER
    )

    assert (found.code, found.path) == (Code.VERSION_CONFLICT, ("expectedVersion",))
    assert found.details == Stale("service_activity", visit.id, MANAGER.name)
    await change(assign(visit, starts_at=at(5), expected_version=2))
    assert (await stored(visit)).version == 3


# --- what is in the way ----------------------------------------------------------------------------------------------


async def test_everything_in_the_way_is_named_together_over_the_whole_duration() -> None:
    calendar = await a_calendar(opens=time(8), closes=time(16))
    meg = await a_worker(name="Meg Madsen", calendar_id=calendar.id)
    first, second = await a_booking(meg, 3), await a_booking(meg, 6, 1)
    done = await a_booking(meg, 4, closed=True)
    visit = await an_activity()

    wanted = assign(visit, worker_id=meg.id, starts_at=at(4), duration=24 * HOUR)
    found = await refusals(apply_board_changes, ApplyBoardChanges((wanted,)), actor=DISPATCHER)

    assert [(each.code, each.path, each.details) for each in found] == [
        (Code.NOT_IN_TEAM, ("workerId",), None),
        (Code.OVERLAP, ("startsAt",), (first.id, second.id)),
        (Code.OUTSIDE_CALENDAR, ("startsAt",), (Period(at(7), at(-1, days=1)),)),
    ]
    with pytest.raises(Refused) as caught:
        await check_board_changes(DISPATCHER, (wanted,))
    assert caught.value.refusals == found
    accepted = frozenset({Code.NOT_IN_TEAM, Code.OVERLAP})
    some = assign(visit, worker_id=meg.id, starts_at=at(4), duration=24 * HOUR, accept_warnings=accepted)
    assert await refused(some) == (Code.OUTSIDE_CALENDAR, ("startsAt",))
    assert (await stored(done)).closed

    everything = accepted | {Code.OUTSIDE_CALENDAR}
    await change(assign(visit, worker_id=meg.id, starts_at=at(4), duration=24 * HOUR, accept_warnings=everything))

    moved = await stored(visit)
    assert (moved.worker_id, moved.starts_at, moved.ends_at) == (meg.id, at(4), at(4, days=1))
    assert moved.overlap_accepted


async def test_a_visit_that_ends_after_its_order_is_due_is_warned_of(set_clock: SetClock) -> None:
    set_clock.now = at(0)
    worker = await a_dispatched_worker()
    visit = await a_booking(worker, 1, 1)
    await measure(await ServiceOrder.get(id=visit.order_id))  # due in seven hours

    late = assign(visit, starts_at=at(6.5))
    assert await refused(late) == (Code.SLA_AT_RISK, ("startsAt",))
    await change(assign(visit, starts_at=at(6)))
    await change(replace(late, accept_warnings=frozenset({Code.SLA_AT_RISK})))
    # Late as it is, it goes to others without a word, and to an earlier time.
    await change(assign(visit, worker_id=(await a_dispatched_worker()).id))
    await change(assign(visit, starts_at=at(6.25)))

    assert (await stored(visit)).starts_at == at(6.25)


async def test_the_companys_calendar_counts_for_a_worker_without_one() -> None:
    visit = await a_booking(await a_dispatched_worker())
    await the_parameters(calendar_id=(await a_calendar()).id)

    assert await refused(assign(visit, starts_at=at(6))) == (Code.OUTSIDE_CALENDAR, ("startsAt",))


@pytest.mark.parametrize(("own", "companys"), [(True, False), (False, True)])
async def test_a_calendar_that_was_changed_counts_as_it_now_is(own: bool, companys: bool) -> None:  # noqa: FBT001
    calendar = await a_calendar()
    visit = await a_booking(await a_dispatched_worker(calendar_id=calendar.id if own else None))
    if companys:
        await the_parameters(calendar_id=calendar.id)
    assert await refused(assign(visit, starts_at=at(6))) == (Code.OUTSIDE_CALENDAR, ("startsAt",))

    around_the_clock = tuple(OpenHours(weekday, time(), time()) for weekday in range(1, 8))
    await perform(change_calendar, ChangeCalendar(calendar.id, hours=around_the_clock), actor=MANAGER)

    await change(assign(visit, starts_at=at(6)))
    assert (await stored(visit)).starts_at == at(6)


async def test_an_assignment_takes_few_statements(database: str) -> None:
    calendar = await a_calendar()
    john = await a_dispatched_worker("John", calendar_id=calendar.id)
    meg = await a_dispatched_worker("Meg", calendar_id=calendar.id)
    order = await an_order()
    visit = await a_booking(john, order=order)
    await a_line(order, worker_id=john.id, activity_id=visit.id)
    await change(assign(visit, worker_id=meg.id, starts_at=at(4)))  # knows the calendar from here on

    with counting() as sent:
        await change(assign(visit, worker_id=john.id, starts_at=at(5)))

    # The activity, the workers, what is in the way, the lines that follow; and then PostgreSQL changes both rows, draws
    # the numbers and writes the events in one statement, which on SQLite are four.
    assert sent.count == (5 if is_postgres(database) else 8)
    assert [event.subject_type for event in await events()] == ["service_activity", "service_order_line"] * 2


async def test_touching_bookings_are_not_in_each_others_way() -> None:
    meg = await a_dispatched_worker()
    await a_booking(meg, 0, 2)
    await a_booking(meg, 4, 2)
    visit = await a_booking(meg, 10, 2)

    await change(assign(visit, starts_at=at(2)))

    assert (await stored(visit)).starts_at == at(2)
    assert await refused(assign(visit, starts_at=at(1.5))) == (Code.OVERLAP, ("startsAt",))


async def test_the_longest_booking_is_found_wherever_it_began() -> None:
    meg = await a_dispatched_worker()
    long_one = await a_booking(meg, -743, 744)
    visit = await a_booking(meg, 10, 2)

    [found] = await refusals(
        apply_board_changes, ApplyBoardChanges((assign(visit, starts_at=at(0.5)),)), actor=DISPATCHER
    )

    assert (found.code, found.details) == (Code.OVERLAP, (long_one.id,))


async def test_an_accepted_overlap_is_forgotten_once_the_activity_has_moved_on() -> None:
    meg = await a_dispatched_worker()
    await a_booking(meg, 0)
    visit = await a_booking(meg, 10)
    await change(assign(visit, starts_at=at(1), accept_warnings=frozenset({Code.OVERLAP})))
    assert (await stored(visit)).overlap_accepted
    await change(prioritise(visit, Priority.HIGH), dispatch(visit))
    assert (await stored(visit)).overlap_accepted

    await change(assign(visit, starts_at=at(10)))

    assert not (await stored(visit)).overlap_accepted


# --- several at once -------------------------------------------------------------------------------------------------


async def test_two_activities_swap_places() -> None:
    john, meg = await a_dispatched_worker("John"), await a_dispatched_worker("Meg")
    one, two = await a_booking(john, 0), await a_booking(meg, 0)

    done = await change(assign(one, worker_id=meg.id), assign(two, worker_id=john.id))

    assert done.result == [one.id, two.id]
    assert ((await stored(one)).worker_id, (await stored(two)).worker_id) == (meg.id, john.id)
    logged = await events()
    assert [(event.subject_id, event.batch) for event in logged] == [(one.id, 1), (two.id, 1)]


async def test_two_activities_of_one_worker_swap_times() -> None:
    meg = await a_dispatched_worker()
    one, two = await a_booking(meg, 0), await a_booking(meg, 2)

    await change(assign(one, starts_at=at(2)), assign(two, starts_at=at(0)))

    assert ((await stored(one)).starts_at, (await stored(two)).starts_at) == (at(2), at(0))


async def test_all_or_none_is_done_and_what_refused_is_named() -> None:
    meg = await a_dispatched_worker()
    one, two, three = await a_booking(meg, 0), await a_booking(meg, 2), await a_booking(meg, 4)

    assert await refused(
        assign(one, starts_at=at(10), path=("changes", 0)),
        assign(two, starts_at=at(5), path=("changes", 1)),
        prioritise(two, Priority.HIGH, path=("priorities", 0)),
        close(one, path=("close", 0)),
    ) == (Code.OVERLAP, ("changes", 1, "startsAt"))
    assert await refused(
        assign(one, starts_at=at(10), path=("changes", 0)), close(three, path=("close", 0), expected_version=7)
    ) == (Code.VERSION_CONFLICT, ("close", 0, "expectedVersion"))
    assert await refused(
        assign(one, starts_at=at(10), path=("changes", 0)),
        dispatch(await an_activity(), path=("dispatch", 0)),
    ) == (Code.WORKER_REQUIRED, ("dispatch", 0, "activity"))
    assert await refused(
        assign(one, starts_at=at(10), path=("changes", 0)), Close(ActivityRef(id=999), path=("close", 3))
    ) == (Code.NOT_FOUND, ("close", 3, "activity"))
    assert await refused(assign(one, worker_id=999, path=("changes", 4))) == (
        Code.NOT_FOUND,
        ("changes", 4, "workerId"),
    )


async def test_two_changes_that_get_in_each_others_way_are_both_named() -> None:
    meg = await a_dispatched_worker()
    one, two = await an_activity(), await an_activity()

    found = await refusals(
        apply_board_changes,
        ApplyBoardChanges(
            tuple(
                assign(each, worker_id=meg.id, starts_at=at(0), duration=HOUR, path=("changes", place))
                for place, each in enumerate((one, two))
            )
        ),
        actor=DISPATCHER,
    )

    assert [(each.code, each.path, each.details) for each in found] == [
        (Code.OVERLAP, ("changes", 0, "startsAt"), (two.id,)),
        (Code.OVERLAP, ("changes", 1, "startsAt"), (one.id,)),
    ]


async def test_changes_of_one_activity_go_in_order_and_come_to_one_version_and_one_event() -> None:
    meg = await a_dispatched_worker()
    visit = await an_activity(number="SO-1-1")

    done = await change(
        assign(visit, worker_id=meg.id, starts_at=at(0), duration=HOUR, expected_version=1),
        Assign(ActivityRef(number="SO-1-1"), duration=2 * HOUR, expected_version=1),
        prioritise(visit, Priority.HIGH),
        dispatch(visit),
        close(visit),
    )

    moved = await stored(visit)
    assert done.result == [visit.id]
    assert (moved.worker_id, moved.ends_at, moved.priority, moved.version) == (meg.id, at(2), Priority.HIGH, 2)
    assert (moved.dispatch_status, moved.closed) == (DispatchStatus.DISPATCHED, True)
    assert (await only_event()).kind == "activity_closed"


async def test_closing_one_makes_room_for_another_in_the_same_save() -> None:
    meg = await a_dispatched_worker()
    done, visit = await a_booking(meg, 0), await a_booking(meg, 4)

    await change(assign(visit, starts_at=at(0)), close(done))

    assert (await stored(visit)).starts_at == at(0)


# --- who may ---------------------------------------------------------------------------------------------------------


async def test_a_technician_moves_and_closes_own_work_and_nothing_more() -> None:
    tim, meg = await a_dispatched_worker("Tim"), await a_dispatched_worker("Meg")
    own, hers, nobodys = await a_booking(tim), await a_booking(meg), await an_activity()
    technician = actors.technician(tim.id)

    for foreign in (hers, nobodys):
        assert await refused(assign(foreign, starts_at=at(5)), actor=technician) == (Code.NOT_FOUND, ("activity",))
        assert await refused(close(foreign), actor=technician) == (Code.NOT_FOUND, ("activity",))
    for theirs in (
        assign(own, worker_id=meg.id),
        assign(own, worker_id=tim.id),
        assign(own, worker_id=None),
        unassign(own),
        dispatch(own),
        prioritise(own, Priority.HIGH),
    ):
        await stopped(theirs, actor=technician)

    await change(assign(own, starts_at=at(5)), actor=technician)
    await change(close(own), actor=technician)

    moved = await stored(own)
    assert (moved.starts_at, moved.closed, moved.version) == (at(5), True, 3)
    assert [event.actor_name for event in await events()] == [technician.name] * 2


async def stopped(*changes: BoardChange, actor: Actor) -> None:
    """The role does not allow the changes, in a mutation or in a query; nothing is changed."""
    async with nothing_changes():
        with pytest.raises(NotPermitted):
            await change(*changes, actor=actor)
        with pytest.raises(NotPermitted):
            await check_board_changes(actor, changes)


async def test_a_technician_without_a_worker_finds_nothing() -> None:
    visit = await an_activity()

    assert await refused(close(visit), actor=actors.technician()) == (Code.NOT_FOUND, ("activity",))


async def test_a_manager_may_not_give_work_to_people() -> None:
    meg = await a_dispatched_worker()
    visit = await a_booking(meg)

    for each in (dispatch(visit), unassign(visit), prioritise(visit, Priority.LOW), assign(visit, worker_id=meg.id)):
        await stopped(each, actor=MANAGER)
    await stopped(close(visit), dispatch(visit), actor=MANAGER)


async def test_a_customer_may_change_and_try_nothing() -> None:
    meg = await a_dispatched_worker()
    order = await an_order()
    visit = await a_booking(meg, order=order)
    await a_booking(meg, 5)

    for each in (assign(visit, starts_at=at(5)), close(visit)):
        await stopped(each, actor=actors.customer(order.customer_id))


async def test_nobody_changes_or_tries_anything_without_signing_in() -> None:
    visit = await a_booking(await a_dispatched_worker())
    tries: list[Callable[[], Awaitable[object]]] = [
        lambda: change(close(visit), actor=ANONYMOUS),
        lambda: check_board_changes(ANONYMOUS, (assign(visit, starts_at=at(5)),)),
    ]

    for each in tries:
        async with nothing_changes():
            with pytest.raises(NotSignedIn):
                await each()


async def test_a_program_may_what_a_dispatcher_may() -> None:
    meg = await a_dispatched_worker()
    visit = await an_activity()

    await change(assign(visit, worker_id=meg.id, starts_at=at(0), duration=HOUR), actor=INTEGRATION)
    await change(dispatch(visit), actor=INTEGRATION)

    assert (await stored(visit)).dispatch_status is DispatchStatus.DISPATCHED


async def test_a_repeat_with_the_same_key_is_answered_again_and_not_done_again() -> None:
    visit = await a_booking(await a_dispatched_worker())
    first = await change(assign(visit, starts_at=at(5)), key="drop-1")

    assert await change(assign(visit, starts_at=at(5)), key="drop-1") == first
    assert await refusal(
        apply_board_changes, ApplyBoardChanges((Assign(by_id(visit), starts_at=at(6)),)), actor=DISPATCHER, key="drop-1"
    ) == (Code.KEY_REUSED, ("clientMutationKey",))
    assert (await stored(visit)).version == 2
    assert len(await events()) == 1
