"""Taking changes of the board back: what is put back, in which order, and when it cannot be."""

import asyncio

import pytest

from domain.core.actor import ANONYMOUS, Actor, Role, actor_of
from domain.core.errors import Code, NotPermitted, NotSignedIn, Path, Refused
from domain.core.operation import Stale, perform
from domain.dispatch.operations import BoardChange, UndoBoardChange, undo_board_change
from domain.orders.models import ServiceActivity, ServiceOrderLine
from domain.orders.operations import (
    ChangeServiceActivity,
    ChangeServiceOrder,
    change_service_activity,
    change_service_order,
)
from domain.orders.rules import Priority
from domain.workforce.models import Worker
from tests.builders import actors
from tests.builders.actors import DISPATCHER, INTEGRATION, MANAGER
from tests.builders.boards import (
    HOUR,
    a_booking,
    a_dispatched_worker,
    assign,
    change,
    close,
    dispatch,
    prioritise,
    stored,
    unassign,
    undo,
)
from tests.builders.log import events, nothing_changes, refusal, refusals
from tests.builders.rows import a_line, a_worker, an_activity, an_order
from tests.builders.times import at

pytestmark = pytest.mark.usefixtures("database")

COLLEAGUE = actor_of(Role.DISPATCHER, user_id=12, name="Carl Colleague")
NOTHING_LEFT = (Code.NOTHING_TO_UNDO, ())


async def placed(activity: ServiceActivity) -> dict[str, object]:
    """The activity's columns but for its version."""
    [columns] = await ServiceActivity.filter(id=activity.id).values()
    del columns["version"]
    return columns


async def refused(*, actor: Actor = DISPATCHER, accept: frozenset[Code] = frozenset()) -> tuple[Code, Path]:
    return await refusal(undo_board_change, UndoBoardChange(accept), actor=actor)


async def test_tc_dsp_2_a_change_is_undone_and_saved_as_it_was() -> None:
    first, second = await a_dispatched_worker("W1"), await a_dispatched_worker("W2")
    visit = await an_activity()
    await change(assign(visit, worker_id=first.id))
    saved = await placed(visit)
    await change(assign(visit, worker_id=second.id))

    done = await undo()

    assert done.result == [visit.id]
    assert await placed(visit) == saved
    assert (await stored(visit)).worker_id == first.id


async def test_tc_dsp_3_three_changes_are_undone_one_after_the_other_and_then_none_is_left() -> None:
    meg = await a_dispatched_worker()
    visit, other = await a_booking(meg), await an_activity()
    states = [(await placed(visit), await placed(other))]
    for each in (assign(visit, starts_at=at(5)), prioritise(other, Priority.HIGH), close(visit)):
        await change(each)
        states.append((await placed(visit), await placed(other)))

    for state in reversed(states[:-1]):
        await undo()
        assert (await placed(visit), await placed(other)) == state

    assert await refused() == NOTHING_LEFT


@pytest.mark.parametrize("what", ["assign", "unassign", "dispatch", "priority", "close", "clear"])
async def test_every_kind_of_change_is_undone(what: str) -> None:
    meg = await a_dispatched_worker()
    visit, waiting = await a_booking(meg), await an_activity(worker_id=meg.id, starts_at=at(5), ends_at=at(6))
    changes: dict[str, BoardChange] = {
        "assign": assign(waiting, worker_id=None, starts_at=at(8), duration=HOUR),
        "unassign": unassign(visit),
        "dispatch": dispatch(waiting),
        "priority": prioritise(visit, Priority.LOW),
        "close": close(visit),
        "clear": assign(visit, starts_at=None),
    }
    before = await placed(visit), await placed(waiting)
    await change(changes[what])
    assert (await placed(visit), await placed(waiting)) != before

    await undo()

    assert (await placed(visit), await placed(waiting)) == before
    changed, undone = await events()
    assert (undone.kind, undone.undoable_by) == ("board_change_undone", None)
    assert {name: value for name, value in undone.body["after"].items() if name != "version"} == {
        name: value for name, value in changed.body["before"].items() if name != "version"
    }
    assert undone.body["after"]["version"] == 3


async def test_a_group_is_undone_as_a_whole() -> None:
    john, meg = await a_dispatched_worker("John"), await a_dispatched_worker("Meg")
    one, two, third = await a_booking(john), await a_booking(meg), await a_booking(meg, 4)
    before = [await placed(each) for each in (one, two, third)]
    await change(
        assign(one, worker_id=meg.id), assign(two, worker_id=john.id), close(third), prioritise(one, Priority.HIGH)
    )

    done = await undo()

    assert done.result == [one.id, two.id, third.id]
    assert [await placed(each) for each in (one, two, third)] == before
    logged = await events()
    assert [(event.subject_id, event.batch) for event in logged[3:]] == [(one.id, 4), (two.id, 4), (third.id, 4)]
    assert await refused() == NOTHING_LEFT


async def test_lines_come_back_with_their_activity() -> None:
    john, meg = await a_dispatched_worker("John"), await a_dispatched_worker("Meg")
    order = await an_order()
    visit = await a_booking(john, order=order)
    line = await a_line(order, worker_id=john.id, activity_id=visit.id)
    await change(assign(visit, worker_id=meg.id))

    await undo()

    assert (await ServiceOrderLine.get(id=line.id)).worker_id == john.id
    assert [event.subject_type for event in await events()] == ["service_activity", "service_order_line"] * 2


async def test_everyone_undoes_their_own_changes_only() -> None:
    visit, other = await a_booking(await a_dispatched_worker()), await an_activity()
    await change(assign(visit, starts_at=at(5)))
    await change(prioritise(other, Priority.HIGH), actor=COLLEAGUE)

    for nobody in (INTEGRATION, MANAGER):
        assert await refused(actor=nobody) == NOTHING_LEFT
    assert (await undo()).result == [visit.id]
    assert (await undo(actor=COLLEAGUE)).result == [other.id]
    assert await refused() == await refused(actor=COLLEAGUE) == NOTHING_LEFT


async def test_what_somebody_else_has_changed_since_is_not_overwritten() -> None:
    visit = await a_booking(await a_dispatched_worker())
    await change(assign(visit, starts_at=at(5)))
    await change(prioritise(visit, Priority.HIGH), actor=COLLEAGUE)

    [found] = await refusals(undo_board_change, UndoBoardChange(), actor=DISPATCHER)

    assert (found.code, found.path) == (Code.VERSION_CONFLICT, ())
    assert found.details == Stale("service_activity", visit.id, COLLEAGUE.name)
    await undo(actor=COLLEAGUE)
    await undo()
    assert (await stored(visit)).starts_at == at(0)


async def test_a_conflict_in_one_activity_of_a_group_undoes_none() -> None:
    meg = await a_dispatched_worker()
    one, two = await a_booking(meg, 0), await a_booking(meg, 4)
    await change(close(one), assign(two, starts_at=at(8)))
    await change(assign(two, starts_at=at(12)), actor=COLLEAGUE)

    assert await refused() == (Code.VERSION_CONFLICT, ())


async def test_changes_that_others_have_overtaken_are_passed_over_when_that_is_asked_for() -> None:
    meg = await a_dispatched_worker()
    first, moved, gone = await a_booking(meg), await a_booking(meg, 4), await an_activity()
    await change(prioritise(first, Priority.HIGH))
    await change(assign(moved, starts_at=at(8)))
    await change(prioritise(moved, Priority.LOW), actor=COLLEAGUE)
    await change(prioritise(gone, Priority.HIGH))
    await ServiceActivity.filter(id=gone.id).delete()
    assert await refused() == (Code.NOT_FOUND, ())

    done = await undo(pass_over=True)

    assert done.result == [first.id]
    assert (await stored(moved)).starts_at == at(8)
    # For good: they are not the last ones again.
    assert await refused() == NOTHING_LEFT
    await undo(actor=COLLEAGUE)
    assert await refused() == NOTHING_LEFT


async def test_what_is_refused_for_another_reason_is_not_passed_over() -> None:
    meg = await a_dispatched_worker()
    done, other = await a_booking(meg), await an_activity()
    await change(prioritise(other, Priority.HIGH))
    await change(close(done))
    await a_booking(meg, 1)

    [found] = await refusals(undo_board_change, UndoBoardChange(pass_over=True), actor=DISPATCHER)

    assert found.code is Code.OVERLAP


async def test_when_all_have_been_overtaken_there_is_nothing_to_undo_and_they_stay() -> None:
    visit = await a_booking(await a_dispatched_worker())
    await change(assign(visit, starts_at=at(5)))
    await change(prioritise(visit, Priority.HIGH), actor=COLLEAGUE)

    [found] = await refusals(undo_board_change, UndoBoardChange(pass_over=True), actor=DISPATCHER)
    assert found.code is Code.NOTHING_TO_UNDO

    await undo(actor=COLLEAGUE)
    assert (await undo()).result == [visit.id]


async def test_a_new_title_is_no_change_of_the_board_and_in_nobodys_way() -> None:
    visit = await a_booking(await a_dispatched_worker())
    await change(assign(visit, starts_at=at(5)))
    await perform(change_service_activity, ChangeServiceActivity(visit.id, title="Other"), actor=MANAGER)

    await undo()

    back = await stored(visit)
    assert (back.starts_at, back.title, back.version) == (at(0), "Other", 4)


async def test_a_new_priority_of_the_order_counts_as_somebody_elses_change() -> None:
    order = await an_order()
    visit = await an_activity(order)
    await change(prioritise(visit, Priority.LOW))
    await perform(change_service_order, ChangeServiceOrder(order.id, priority=Priority.HIGH), actor=MANAGER)

    assert await refused() == (Code.VERSION_CONFLICT, ())


async def test_an_activity_that_is_gone_cannot_be_put_back() -> None:
    visit = await a_booking(await a_dispatched_worker())
    await change(assign(visit, starts_at=at(5)))
    await ServiceActivity.filter(id=visit.id).delete()

    assert await refused() == (Code.NOT_FOUND, ())


async def test_an_undone_close_takes_its_time_again_or_says_whose_it_is_now() -> None:
    meg = await a_dispatched_worker()
    done = await a_booking(meg)
    await change(close(done))
    newer = await a_booking(meg, 1)

    [found] = await refusals(undo_board_change, UndoBoardChange(), actor=DISPATCHER)
    assert (found.code, found.path, found.details) == (Code.OVERLAP, ("startsAt",), (newer.id,))

    await undo(accept_warnings=frozenset({Code.OVERLAP}))

    back = await stored(done)
    assert (back.closed, back.overlap_accepted) == (False, True)


async def test_an_undone_move_is_judged_like_any_other() -> None:
    john = await a_dispatched_worker("John")
    visit = await a_booking(john)
    await change(assign(visit, worker_id=(await a_dispatched_worker("Meg")).id))
    await Worker.filter(id=john.id).update(team_id=None)
    assert await refused() == (Code.NOT_IN_TEAM, ("workerId",))

    await Worker.filter(id=john.id).update(active=False)
    assert await refused(accept=frozenset(Code)) == (Code.WORKER_INACTIVE, ("workerId",))


async def test_an_undo_is_not_undone() -> None:
    visit, other = await a_booking(await a_dispatched_worker()), await an_activity()
    await change(prioritise(other, Priority.HIGH))
    await change(assign(visit, starts_at=at(5)))
    await undo()

    assert (await undo()).result == [other.id]
    assert (await stored(visit)).starts_at == at(0)


async def test_a_change_after_an_undo_is_the_last_one() -> None:
    visit, other = await a_booking(await a_dispatched_worker()), await an_activity()
    await change(prioritise(other, Priority.HIGH))
    await change(assign(visit, starts_at=at(5)))
    await undo()
    await change(close(visit))

    assert [(await undo()).result, (await undo()).result] == [[visit.id], [other.id]]


async def test_a_change_of_nothing_leaves_nothing_to_undo() -> None:
    visit = await a_booking(await a_dispatched_worker())
    await change(assign(visit, starts_at=at(0)))

    assert await refused() == NOTHING_LEFT


async def test_a_repeated_undo_with_the_same_key_undoes_once() -> None:
    visit, other = await a_booking(await a_dispatched_worker()), await an_activity()
    await change(prioritise(other, Priority.HIGH))
    await change(assign(visit, starts_at=at(5)))

    first = await undo(key="undo-1")

    assert await undo(key="undo-1") == first
    assert (await stored(other)).priority is Priority.HIGH
    assert len(await events()) == 3


async def test_a_technician_undoes_own_moves_while_the_work_is_theirs() -> None:
    tim, meg = await a_dispatched_worker("Tim"), await a_dispatched_worker("Meg")
    technician = actors.technician(tim.id)
    visit = await a_booking(tim)
    await change(assign(visit, starts_at=at(5)), actor=technician)
    await change(close(visit), actor=technician)

    await undo(actor=technician)
    await change(assign(visit, worker_id=meg.id))
    assert await refused(actor=technician) == (Code.NOT_FOUND, ())
    await undo()
    await change(dispatch(visit))
    await undo(actor=technician)

    assert (await stored(visit)).starts_at == at(0)


async def test_who_is_no_dispatcher_any_more_puts_nobodys_work_back() -> None:
    tim, meg = await a_dispatched_worker("Tim"), await a_dispatched_worker("Meg")
    visit = await a_booking(meg)
    await change(assign(visit, worker_id=tim.id))
    demoted = actor_of(Role.TECHNICIAN, user_id=DISPATCHER.user_id, name=DISPATCHER.name, worker_id=tim.id)

    async with nothing_changes():
        with pytest.raises(NotPermitted):
            await undo(actor=demoted)


@pytest.mark.parametrize(("actor", "error"), [(ANONYMOUS, NotSignedIn), (actors.customer(1), NotPermitted)])
async def test_who_changes_nothing_undoes_nothing(actor: Actor, error: type[Exception]) -> None:
    with pytest.raises(error):
        await undo(actor=actor)


async def test_the_same_person_in_two_windows_undoes_two_changes() -> None:
    workers = [await a_worker(name=f"W{place}") for place in range(8)]
    visits = [await an_activity() for _ in workers]
    for visit in visits:
        await change(prioritise(visit, Priority.HIGH))

    undone = await asyncio.gather(*(undo() for _ in range(12)), return_exceptions=True)

    done = [each.result for each in undone if not isinstance(each, BaseException)]
    codes = [each.refusals[0].code for each in undone if isinstance(each, Refused)]
    assert sorted(done) == [[visit.id] for visit in visits]
    assert codes == [Code.NOTHING_TO_UNDO] * 4
