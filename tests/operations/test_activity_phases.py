"""Phases of visits: they follow the stage of their order, until somebody says otherwise."""

from decimal import Decimal
from typing import Any

import pytest

from domain.core.errors import Code
from domain.core.operation import perform
from domain.orders.models import ServiceActivity, ServiceOrder
from domain.orders.operations import (
    AddServiceOrderLine,
    ChangeServiceActivity,
    CreateServiceActivity,
    CreateStage,
    MoveLines,
    MoveToNextStage,
    MoveToPreviousStage,
    NewLine,
    add_service_order_line,
    change_service_activity,
    create_service_activity,
    create_stage,
    move_service_order_lines,
    move_service_order_to_next_stage,
    move_service_order_to_previous_stage,
)
from domain.projects.rules import TransactionType
from domain.stages.models import Stage
from tests.builders import agreed, rows
from tests.builders.actors import DISPATCHER, MANAGER
from tests.builders.log import events, nothing_changes, refusal
from tests.builders.planned import APRIL, gen_1, plan

pytestmark = pytest.mark.usefixtures("database")
HOURS = NewLine(TransactionType.HOUR, Decimal(1))


async def three_stages() -> tuple[Stage, Stage, Stage]:
    """Stages one after the other, of which the second gives no phase."""
    first = await rows.a_stage(activity_phase=await rows.an_activity_phase(name="Planned"))
    second = await rows.a_stage(first)
    return first, second, await rows.a_stage(second, activity_phase=await rows.an_activity_phase(name="Under way"))


async def on(order: ServiceOrder) -> None:
    await perform(move_service_order_to_next_stage, MoveToNextStage(order.id), actor=DISPATCHER)


async def phase_of(visit: ServiceActivity) -> int | None:
    return (await ServiceActivity.get(id=visit.id)).phase_id


async def test_open_visits_are_in_the_phase_of_the_stage_their_order_entered_last() -> None:
    first, _, third = await three_stages()
    order = await rows.an_order(stage_id=first.id)
    visit = await rows.an_activity(order, phase_id=first.activity_phase_id)
    made = await rows.an_activity(order, closed=True, phase_id=first.activity_phase_id)
    other = await rows.an_activity(await rows.an_order(stage_id=first.id))

    await on(order)
    assert await phase_of(visit) == first.activity_phase_id
    await on(order)

    assert await phase_of(visit) == third.activity_phase_id
    assert (await phase_of(made), await phase_of(other)) == (first.activity_phase_id, None)
    kinds = [event.kind for event in await events()]
    assert kinds == ["service_order_moved", "service_order_moved", "activity_changed"]
    for _ in range(2):
        await perform(move_service_order_to_previous_stage, MoveToPreviousStage(order.id), actor=DISPATCHER)
    assert await phase_of(visit) == first.activity_phase_id


async def test_a_new_visit_begins_in_the_phase_of_its_orders_stage() -> None:
    first, second, _ = await three_stages()
    await rows.a_project_category()
    planned, later = await rows.an_order(stage_id=first.id), await rows.an_order(stage_id=second.id)

    for order in (planned, later):
        command = CreateServiceActivity(order.id, "Look at it")
        made = (await perform(create_service_activity, command, actor=DISPATCHER)).result
        await perform(add_service_order_line, AddServiceOrderLine(order.id, HOURS), actor=DISPATCHER)
        expected = first.activity_phase_id if order is planned else None
        assert (await ServiceActivity.get(id=made)).phase_id == expected
        assert {each.phase_id for each in await ServiceActivity.filter(order_id=order.id)} == {expected}


async def test_a_visit_that_a_stage_brings_is_in_its_phase() -> None:
    _, second, third = await three_stages()
    await rows.the_parameters(activity_generation_stage_id=third.id)
    order = await rows.an_order(stage_id=second.id)
    await rows.a_line(order)

    await on(order)

    [visit] = await ServiceActivity.all()
    assert visit.phase_id == third.activity_phase_id


@pytest.mark.parametrize("own", [False, True])
async def test_planned_visits_begin_in_the_phase_of_the_first_stage(own: bool) -> None:  # noqa: FBT001
    first, second, _ = await three_stages()
    await rows.number_sequences("service_order", "service_object_relation")
    # Visits of their own for orders, where those of lines wait for a later stage.
    waits = {"activity_generation_stage_id": second.id, "create_activity_for_order": True} if own else {}
    await rows.the_parameters(**waits)
    await gen_1()

    await plan(APRIL)

    assert {visit.phase_id for visit in await ServiceActivity.all()} == {first.activity_phase_id}


async def test_a_visit_that_moves_to_another_order_is_in_the_phase_of_that_ones_stage() -> None:
    first, second, third = await three_stages()
    agreement = await agreed.an_agreement()
    under: dict[str, Any] = {"agreement_id": agreement.id, "project_id": agreement.project_id}
    orders = [await rows.an_order(stage_id=stage.id, **under) for stage in (first, third, second)]
    visit = await rows.an_activity(orders[0], phase_id=first.activity_phase_id)
    line = await rows.a_line(orders[0], activity_id=visit.id)

    for target in orders[1:]:
        await perform(move_service_order_lines, MoveLines((line.id,), target.id), actor=DISPATCHER)
        moved = await ServiceActivity.get(id=visit.id)
        assert (moved.order_id, moved.phase_id) == (target.id, third.activity_phase_id)


async def test_the_first_stage_gives_its_phase_to_the_visits_that_there_are() -> None:
    phase, visit = await rows.an_activity_phase(), await rows.an_activity(await rows.an_order(stage_id=None))

    command = CreateStage("PLANNING", "Planning", activity_phase_id=phase.id)
    await perform(create_stage, command, actor=MANAGER)

    assert await phase_of(visit) == phase.id
    unknown = CreateStage("NEXT", "Next", (await Stage.get()).id, activity_phase_id=404)
    assert await refusal(create_stage, unknown, actor=MANAGER) == (Code.NOT_FOUND, ("activityPhaseId",))


async def test_people_may_say_which_phase_a_visit_is_in() -> None:
    phase, visit = await rows.an_activity_phase(), await rows.an_activity()

    for wanted in (phase.id, None):
        command = ChangeServiceActivity(visit.id, phase_id=wanted)
        await perform(change_service_activity, command, actor=DISPATCHER)
        assert await phase_of(visit) == wanted
        async with nothing_changes():
            await perform(change_service_activity, command, actor=DISPATCHER)
    unknown = ChangeServiceActivity(visit.id, phase_id=404)
    assert await refusal(change_service_activity, unknown, actor=DISPATCHER) == (Code.NOT_FOUND, ("phaseId",))
