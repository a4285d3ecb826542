"""Stages: the tree, the moves of orders along it, and the reasons given on the way."""

import asyncio
from datetime import timedelta

import pytest

from domain.core.errors import Code, Refused
from domain.core.operation import perform
from domain.orders.models import ServiceOrder, StageReason
from domain.orders.operations import (
    AddStageReason,
    CreateServiceOrder,
    CreateStage,
    DeleteStage,
    DeleteStageReason,
    MoveToNextStage,
    MoveToPreviousStage,
    add_stage_reason,
    create_service_order,
    create_stage,
    delete_stage,
    delete_stage_reason,
    move_service_order_to_next_stage,
    move_service_order_to_previous_stage,
)
from domain.stages.models import Stage, StageReasonCode
from domain.stages.operations import (
    ChangeStage,
    ChangeStageReasonCode,
    CreateStageReasonCode,
    DeleteStageReasonCode,
    change_stage,
    change_stage_reason_code,
    create_stage_reason_code,
    delete_stage_reason_code,
)
from tests.builders.actors import DISPATCHER, MANAGER
from tests.builders.log import events, only_event, refusal
from tests.builders.rows import (
    a_customer,
    a_stage,
    a_stage_reason,
    a_stage_reason_code,
    an_activity_phase,
    an_order,
    the_parameters,
)
from tests.builders.times import SetClock, at

pytestmark = pytest.mark.usefixtures("database")


async def has_next() -> dict[str, bool]:
    """Of each stage whether others come after it."""
    return {stage.number: stage.has_next for stage in await Stage.all()}


# --- the test cases of the specification -----------------------------------------------------------------------------


async def test_tc_stg_1_an_order_moves_to_a_child_of_its_stage_and_nowhere_else() -> None:
    planning = await a_stage(number="PLANNING")
    process = await a_stage(planning, number="IN_PROCESS")
    await a_stage(planning, number="CANCEL")
    closed = await a_stage(process, number="CLOSED")
    order = await an_order(stage_id=planning.id)

    jump = await refusal(move_service_order_to_next_stage, MoveToNextStage(order.id, closed.id), actor=DISPATCHER)
    unsaid = await refusal(move_service_order_to_next_stage, MoveToNextStage(order.id), actor=DISPATCHER)
    await perform(move_service_order_to_next_stage, MoveToNextStage(order.id, process.id), actor=DISPATCHER)

    event = await only_event()
    assert jump == unsaid == (Code.STAGE_TRANSITION_NOT_ALLOWED, ("stageId",))
    assert (await ServiceOrder.get(id=order.id)).stage_id == process.id
    assert (event.kind, event.body["before"]["stage_id"], event.body["after"]["stage_id"]) == (
        "service_order_moved",
        planning.id,
        process.id,
    )


async def test_tc_stg_3_a_stage_that_asks_for_a_reason_is_entered_with_one(set_clock: SetClock) -> None:
    planning = await a_stage()
    cancel = await a_stage(planning, number="CANCEL", require_reason=True)
    code = await a_stage_reason_code(number="CUSTOMER_CANCELLED")
    order = await an_order(stage_id=planning.id)
    set_clock.advance(timedelta(minutes=5))

    without = await refusal(move_service_order_to_next_stage, MoveToNextStage(order.id), actor=DISPATCHER)
    await perform(
        move_service_order_to_next_stage,
        MoveToNextStage(order.id, reason_code_id=code.id, description=" They moved. "),
        actor=DISPATCHER,
    )

    assert without == (Code.REASON_REQUIRED, ("reasonCodeId",))
    assert (await ServiceOrder.get(id=order.id)).stage_id == cancel.id
    assert await StageReason.all().values() == [
        {
            "id": 1,
            "order_id": order.id,
            "line_number": 1,
            "code_id": code.id,
            "stage_id": cancel.id,
            "type": "STAGE_CHANGE",
            "description": "They moved.",
            "created_at": at(5 / 60),
            "created_by": "Dina Dispatcher",
            "version": 1,
        }
    ]
    assert [event.kind for event in await events()] == ["service_order_moved", "stage_reason_created"]


# --- moves -----------------------------------------------------------------------------------------------------------


async def test_an_order_goes_back_to_the_stage_before_without_a_reason() -> None:
    planning = await a_stage()
    order = await an_order(stage_id=(await a_stage(planning, require_reason=True)).id)

    await perform(
        move_service_order_to_previous_stage, MoveToPreviousStage(order.id, expected_version=1), actor=MANAGER
    )

    stored = await ServiceOrder.get(id=order.id)
    assert (stored.stage_id, stored.version, await StageReason.all().count()) == (planning.id, 2, 0)


async def test_a_move_that_is_not_possible_is_refused() -> None:
    planning = await a_stage()
    last = await a_stage(planning)
    code = await a_stage_reason_code()
    first, end, nowhere = await an_order(stage_id=planning.id), await an_order(stage_id=last.id), await an_order()
    on, back = move_service_order_to_next_stage, move_service_order_to_previous_stage

    refused = [
        await refusal(on, MoveToNextStage(404), actor=MANAGER),
        await refusal(on, MoveToNextStage(first.id, expected_version=2), actor=MANAGER),
        await refusal(on, MoveToNextStage(end.id), actor=MANAGER),
        await refusal(on, MoveToNextStage(nowhere.id), actor=MANAGER),
        await refusal(on, MoveToNextStage(first.id, reason_code_id=404), actor=MANAGER),
        await refusal(on, MoveToNextStage(first.id, description="because"), actor=MANAGER),
        await refusal(on, MoveToNextStage(first.id, None, code.id, "x" * 1001), actor=MANAGER),
        await refusal(back, MoveToPreviousStage(404), actor=MANAGER),
        await refusal(back, MoveToPreviousStage(end.id, expected_version=2), actor=MANAGER),
        await refusal(back, MoveToPreviousStage(first.id), actor=MANAGER),
        await refusal(back, MoveToPreviousStage(nowhere.id), actor=MANAGER),
    ]

    assert refused == [
        (Code.NOT_FOUND, ("orderId",)),
        (Code.VERSION_CONFLICT, ("expectedVersion",)),
        (Code.STAGE_TRANSITION_NOT_ALLOWED, ("stageId",)),
        (Code.NO_INITIAL_STAGE, ("orderId",)),
        (Code.NOT_FOUND, ("reasonCodeId",)),
        (Code.REASON_REQUIRED, ("reasonCodeId",)),
        (Code.INVALID, ("description",)),
        (Code.NOT_FOUND, ("orderId",)),
        (Code.VERSION_CONFLICT, ("expectedVersion",)),
        (Code.STAGE_TRANSITION_NOT_ALLOWED, ("orderId",)),
        (Code.NO_INITIAL_STAGE, ("orderId",)),
    ]


async def test_of_two_who_move_an_order_at_once_one_is_told_that_it_has_moved() -> None:
    planning = await a_stage()
    await a_stage(planning)
    order = await an_order(stage_id=planning.id)
    move = MoveToNextStage(order.id, expected_version=1)

    outcomes = await asyncio.gather(
        *[perform(move_service_order_to_next_stage, move, actor=actor) for actor in (MANAGER, DISPATCHER)],
        return_exceptions=True,
    )

    [refused] = [each for each in outcomes if isinstance(each, Refused)]
    assert refused.refusals[0].code is Code.VERSION_CONFLICT
    assert (await only_event()).kind == "service_order_moved"


# --- the tree --------------------------------------------------------------------------------------------------------


async def test_the_first_stage_takes_in_all_orders_and_new_ones_begin_in_it() -> None:
    await the_parameters(allow_without_service_agreement=True)
    earlier = [await an_order(), await an_order()]
    customer = await a_customer()
    new = CreateServiceOrder(customer.id, "S-1")

    refused = await refusal(create_service_order, new, actor=MANAGER)
    made = await perform(create_stage, CreateStage("PLANNING", "Planning", allow_modify=True), actor=MANAGER)
    await perform(create_service_order, new, actor=MANAGER)

    assert refused == (Code.NO_INITIAL_STAGE, ())
    assert {order.number: order.stage_id for order in await ServiceOrder.all()} == {
        **{order.number: made.result for order in earlier},
        "S-1": made.result,
    }
    assert [event.kind for event in await events()] == [
        "stage_created",
        "service_order_moved",
        "service_order_moved",
        "service_order_created",
    ]


async def test_a_stage_knows_whether_others_come_after_it() -> None:
    parent = await a_stage(number="A")

    made = [await perform(create_stage, CreateStage(number, number, parent.id), actor=MANAGER) for number in ("B", "C")]
    with_two = await has_next()
    await perform(delete_stage, DeleteStage(made[0].result), actor=MANAGER)
    with_one = await has_next()
    await perform(delete_stage, DeleteStage(made[1].result), actor=MANAGER)

    assert with_two == {"A": True, "B": False, "C": False}
    assert with_one == {"A": True, "C": False}
    assert await has_next() == {"A": False}
    assert [event.kind for event in await events()] == [
        "stage_created",
        "stage_changed",
        "stage_created",
        "stage_deleted",
        "stage_deleted",
        "stage_changed",
    ]


async def test_a_stage_that_cannot_be_made_is_refused() -> None:
    parent = await a_stage(number="A")

    refused = [
        await refusal(create_stage, CreateStage("B", "Second"), actor=MANAGER),
        await refusal(create_stage, CreateStage("B", "Lost", 404), actor=MANAGER),
        await refusal(create_stage, CreateStage("A", "Again", parent.id), actor=MANAGER),
        await refusal(create_stage, CreateStage("no number", "B", parent.id), actor=MANAGER),
        await refusal(create_stage, CreateStage("B", " ", parent.id), actor=MANAGER),
    ]

    assert refused == [
        (Code.INITIAL_STAGE_EXISTS, ("parentStageId",)),
        (Code.NOT_FOUND, ("parentStageId",)),
        (Code.ALREADY_EXISTS, ("number",)),
        (Code.INVALID, ("number",)),
        (Code.INVALID, ("name",)),
    ]


async def test_of_two_who_make_the_first_stage_at_once_one_is_refused() -> None:
    outcomes = await asyncio.gather(
        *[perform(create_stage, CreateStage(number, "First"), actor=MANAGER) for number in ("A", "B")],
        return_exceptions=True,
    )

    [refused] = [each for each in outcomes if isinstance(each, Refused)]
    assert refused.refusals[0].code is Code.INITIAL_STAGE_EXISTS
    assert await Stage.all().count() == 1


async def test_a_stage_is_changed_in_everything_but_its_place() -> None:
    parent = await a_stage(number="A")
    stage, other, phase = await a_stage(parent), await a_stage(parent), await an_activity_phase()

    await perform(
        change_stage,
        ChangeStage(stage.id, " Done ", parent.id, False, False, False, False, True, True, phase.id, 1),
        actor=MANAGER,
    )
    refused = [
        await refusal(change_stage, ChangeStage(404), actor=MANAGER),
        await refusal(change_stage, ChangeStage(stage.id, "Old", expected_version=1), actor=MANAGER),
        await refusal(change_stage, ChangeStage(stage.id, parent_id=other.id), actor=MANAGER),
        await refusal(change_stage, ChangeStage(stage.id, parent_id=None), actor=MANAGER),
        await refusal(change_stage, ChangeStage(stage.id, name=""), actor=MANAGER),
        await refusal(change_stage, ChangeStage(stage.id, activity_phase_id=404), actor=MANAGER),
    ]

    [stored] = await Stage.filter(id=stage.id).values()
    assert stored == {
        "id": stage.id,
        "number": stage.number,
        "name": "Done",
        "parent_id": parent.id,
        "has_next": False,
        "allow_delete": False,
        "allow_modify": False,
        "allow_cancel": False,
        "allow_post": False,
        "stops_time_recording": True,
        "require_reason": True,
        "activity_phase_id": phase.id,
        "version": 2,
    }
    assert (await only_event()).kind == "stage_changed"
    assert refused == [
        (Code.NOT_FOUND, ("stageId",)),
        (Code.VERSION_CONFLICT, ("expectedVersion",)),
        (Code.PARENT_IMMUTABLE, ("parentStageId",)),
        (Code.PARENT_IMMUTABLE, ("parentStageId",)),
        (Code.INVALID, ("name",)),
        (Code.NOT_FOUND, ("activityPhaseId",)),
    ]


async def test_a_stage_in_use_is_not_deleted() -> None:
    parent = await a_stage()
    with_order, with_reason, idle = await a_stage(parent), await a_stage(parent), await a_stage(parent)
    order = await an_order(stage_id=with_order.id)
    await a_stage_reason(order, stage_id=with_reason.id)

    refused = [
        await refusal(delete_stage, DeleteStage(stage.id), actor=MANAGER) for stage in (parent, with_order, with_reason)
    ]
    stale = await refusal(delete_stage, DeleteStage(idle.id, expected_version=2), actor=MANAGER)
    gone = await refusal(delete_stage, DeleteStage(404), actor=MANAGER)

    assert refused == [(Code.STAGE_IN_USE, ("stageId",))] * 3
    assert (stale, gone) == ((Code.VERSION_CONFLICT, ("expectedVersion",)), (Code.NOT_FOUND, ("stageId",)))


# --- reasons ---------------------------------------------------------------------------------------------------------


async def test_a_code_of_reasons_is_made_renamed_and_deleted() -> None:
    made = await perform(create_stage_reason_code, CreateStageReasonCode("R1", " Rain "), actor=MANAGER)
    await perform(change_stage_reason_code, ChangeStageReasonCode(made.result, "Storm", 1), actor=MANAGER)
    [stored] = await StageReasonCode.all().values("number", "name", "version")
    await perform(delete_stage_reason_code, DeleteStageReasonCode(made.result, 2), actor=MANAGER)

    assert stored == {"number": "R1", "name": "Storm", "version": 2}
    assert not await StageReasonCode.all().exists()
    assert [event.kind for event in await events()] == [
        "stage_reason_code_created",
        "stage_reason_code_changed",
        "stage_reason_code_deleted",
    ]


async def test_codes_of_reasons_that_are_wrong_or_in_use_are_refused() -> None:
    used, idle = await a_stage_reason_code(number="R1"), await a_stage_reason_code()
    await a_stage_reason(await an_order(stage_id=(await a_stage()).id), code_id=used.id)

    refused = [
        await refusal(create_stage_reason_code, CreateStageReasonCode("R1", "Again"), actor=MANAGER),
        await refusal(create_stage_reason_code, CreateStageReasonCode("R 2", "Space"), actor=MANAGER),
        await refusal(create_stage_reason_code, CreateStageReasonCode("R3", ""), actor=MANAGER),
        await refusal(change_stage_reason_code, ChangeStageReasonCode(404), actor=MANAGER),
        await refusal(change_stage_reason_code, ChangeStageReasonCode(idle.id, "New", 2), actor=MANAGER),
        await refusal(change_stage_reason_code, ChangeStageReasonCode(idle.id, "x" * 121), actor=MANAGER),
        await refusal(delete_stage_reason_code, DeleteStageReasonCode(used.id), actor=MANAGER),
        await refusal(delete_stage_reason_code, DeleteStageReasonCode(idle.id, 2), actor=MANAGER),
        await refusal(delete_stage_reason_code, DeleteStageReasonCode(404), actor=MANAGER),
    ]

    assert refused == [
        (Code.ALREADY_EXISTS, ("number",)),
        (Code.INVALID, ("number",)),
        (Code.INVALID, ("name",)),
        (Code.NOT_FOUND, ("reasonCodeId",)),
        (Code.VERSION_CONFLICT, ("expectedVersion",)),
        (Code.INVALID, ("name",)),
        (Code.IN_USE, ("reasonCodeId",)),
        (Code.VERSION_CONFLICT, ("expectedVersion",)),
        (Code.NOT_FOUND, ("reasonCodeId",)),
    ]


async def test_a_reason_noted_by_hand_is_deleted_and_stays_in_the_audit_trail() -> None:
    stage, code = await a_stage(), await a_stage_reason_code()
    order = await an_order(stage_id=stage.id)
    await a_stage_reason(order, type="CLOSE")

    await perform(add_stage_reason, AddStageReason(order.id, code.id, "Wrong one"), actor=DISPATCHER)
    noted = await StageReason.get(line_number=2)
    await perform(delete_stage_reason, DeleteStageReason(noted.id, 1), actor=DISPATCHER)

    made, gone = await events()
    assert (noted.type, noted.stage_id, noted.description) == ("MANUAL", stage.id, "Wrong one")
    assert (made.kind, gone.kind) == ("stage_reason_created", "stage_reason_deleted")
    assert gone.body == {"before": made.body["after"], "after": None}
    assert [reason.line_number for reason in await StageReason.all()] == [1]


async def test_reasons_that_cannot_be_noted_or_deleted_are_refused() -> None:
    code = await a_stage_reason_code()
    homeless, order = await an_order(), await an_order(stage_id=(await a_stage()).id)
    noted, asked = await a_stage_reason(order), await a_stage_reason(order, type="STAGE_CHANGE")

    refused = [
        await refusal(add_stage_reason, AddStageReason(404, code.id), actor=DISPATCHER),
        await refusal(add_stage_reason, AddStageReason(order.id, 404), actor=DISPATCHER),
        await refusal(add_stage_reason, AddStageReason(order.id, code.id, "bell\u0007"), actor=DISPATCHER),
        await refusal(add_stage_reason, AddStageReason(homeless.id, code.id), actor=DISPATCHER),
        await refusal(delete_stage_reason, DeleteStageReason(404), actor=DISPATCHER),
        await refusal(delete_stage_reason, DeleteStageReason(noted.id, 2), actor=DISPATCHER),
        await refusal(delete_stage_reason, DeleteStageReason(asked.id), actor=DISPATCHER),
    ]

    assert refused == [
        (Code.NOT_FOUND, ("orderId",)),
        (Code.NOT_FOUND, ("reasonCodeId",)),
        (Code.INVALID, ("description",)),
        (Code.NO_INITIAL_STAGE, ("orderId",)),
        (Code.NOT_FOUND, ("reasonId",)),
        (Code.VERSION_CONFLICT, ("expectedVersion",)),
        (Code.INVALID, ("reasonId",)),
    ]
