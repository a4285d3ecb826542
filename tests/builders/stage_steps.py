"""Steps of orders through stages and to their ends, in the table of `tests.builders.steps`."""

from typing import Any

from domain.core.actor import Role
from domain.core.operation import perform
from domain.orders.models import ItemRequirement, ServiceActivity, ServiceOrder, ServiceOrderLine
from domain.orders.operations import (
    AddStageReason,
    CreateStage,
    EndOrder,
    SetLineStatus,
    add_stage_reason,
    cancel_service_order,
    cancel_service_order_line,
    create_stage,
)
from domain.orders.rules import LineStatus, OrderProgress
from domain.parameters.models import ServiceManagementParameters
from domain.postings.operations import PostServiceOrderLine, post_service_order_line
from domain.projects.models import Journal
from domain.projects.rules import TransactionType
from domain.stages.models import ActivityPhase, Stage, StageReasonCode
from domain.stages.operations import CreateStageReasonCode, create_stage_reason_code
from tests.builders.actors import MANAGER
from tests.builders.rows import a_journal, a_line, a_project, a_stage, a_stage_reason_code, an_activity, an_order
from tests.builders.steps import Dice, Input, step
from tests.builders.times import at


async def a_tree_of_stages() -> None:
    """Four stages that allow everything, a code of reasons, and all orders in the first two."""
    planning = await a_stage(number="PLANNING", name="Planning")
    phase = await ActivityPhase.all().order_by("id").first()
    process = await a_stage(planning, number="IN_PROCESS", activity_phase=phase)
    await a_stage(process, number="DONE", name="Done")
    await a_stage(planning, number="CANCELLED", name="Cancelled", require_reason=True)
    await a_stage_reason_code()
    await ServiceOrder.all().update(stage_id=planning.id)
    await ServiceOrder.filter(id__in=[1, 3]).update(stage_id=process.id)


# --- set-up ----------------------------------------------------------------------------------------------------------


@step("createStage")
async def _create_stage(dice: Dice) -> Input:
    parent = await dice.key("stg", Stage, number__not="PLANNING")
    return {"number": dice.name("S").replace(" ", "-"), "name": dice.name("Stage"), "parentStageId": parent}


@step("changeStage")
async def _change_stage(dice: Dice) -> Input:
    return {"stageId": await dice.key("stg", Stage)} | dice.maybe(
        name=dice.name("Stage"), stopsTimeRecording=True, activityPhaseId=await dice.key("pha", ActivityPhase, none=0.2)
    )


@step("deleteStage")
async def _delete_stage(dice: Dice) -> Input:
    parent = await dice.one(Stage)
    made = await perform(create_stage, CreateStage(dice.name("S").replace(" ", "-"), "Stage", parent.id), actor=MANAGER)
    return {"stageId": f"stg_{made.result}"}


@step("createStageReasonCode")
async def _create_code(dice: Dice) -> Input:
    return {"number": dice.name("R").replace(" ", "-"), "name": dice.name("Reason")}


@step("changeStageReasonCode")
async def _change_code(dice: Dice) -> Input:
    return {"reasonCodeId": await dice.key("src", StageReasonCode), "name": dice.name("Reason")}


@step("deleteStageReasonCode")
async def _delete_code(dice: Dice) -> Input:
    command = CreateStageReasonCode(dice.name("R").replace(" ", "-"), "Reason")
    made = await perform(create_stage_reason_code, command, actor=MANAGER)
    return {"reasonCodeId": f"src_{made.result}"}


# --- on the way ------------------------------------------------------------------------------------------------------


async def _order(dice: Dice, **condition: Any) -> ServiceOrder:
    """An order that meets the condition, while there is one."""
    found = condition if await ServiceOrder.filter(**condition).exists() else {}
    order: ServiceOrder = await dice.one(ServiceOrder, **found)
    return order


@step("moveServiceOrderToNextStage", Role.DISPATCHER)
async def _move_on(dice: Dice) -> Input:
    order = await _order(dice, stage__has_next=True)
    following = await Stage.filter(parent_id=order.stage_id).order_by("id")
    return {
        "orderId": f"so_{order.id}",
        "stageId": None if not following else f"stg_{dice.some(*following).id}",
        "reasonCodeId": await dice.key("src", StageReasonCode),
    }


@step("moveServiceOrderToPreviousStage", Role.DISPATCHER)
async def _move_back(dice: Dice) -> Input:
    return {"orderId": f"so_{(await _order(dice, stage__parent_id__not_isnull=True)).id}"}


@step("addStageReason", Role.DISPATCHER)
async def _add_reason(dice: Dice) -> Input:
    return {
        "orderId": await dice.key("so", ServiceOrder),
        "reasonCodeId": await dice.key("src", StageReasonCode),
        "description": dice.name("Because"),
    }


@step("deleteStageReason", Role.DISPATCHER)
async def _delete_reason(dice: Dice) -> Input:
    order, code = await dice.one(ServiceOrder), await dice.one(StageReasonCode)
    await perform(add_stage_reason, AddStageReason(order.id, code.id), actor=MANAGER)
    reason = await order.reasons.all().order_by("-line_number").first()
    return {"reasonId": f"srs_{reason.id}"}


# --- to an end -------------------------------------------------------------------------------------------------------


@step("signOffServiceOrder")
async def _sign_off(dice: Dice) -> Input:
    return {"orderId": await dice.key("so", ServiceOrder, progress=OrderProgress.IN_PROCESS)}


@step("signOffServiceOrderLine")
async def _sign_off_line(dice: Dice) -> Input:
    return {"lineId": await dice.key("sol", ServiceOrderLine, status=LineStatus.CREATED)}


@step("cancelServiceOrder")
async def _cancel(dice: Dice) -> Input:
    return {"orderId": await dice.key("so", ServiceOrder, progress=OrderProgress.IN_PROCESS)}


async def _cancelled(dice: Dice) -> ServiceOrder:
    """An order with visits on the board, cancelled now."""
    free = {"order__progress": OrderProgress.IN_PROCESS, "order__has_item_requirements__isnull": True}
    activity = await dice.one(ServiceActivity, closed=False, **free)
    await a_line(await ServiceOrder.get(id=activity.order_id), line_number=1000 + dice.chance.randrange(10**6))
    await perform(cancel_service_order, EndOrder(activity.order_id), actor=MANAGER)
    return await ServiceOrder.get(id=activity.order_id)


@step("revokeServiceOrderCancellation")
async def _revoke(dice: Dice) -> Input:
    return {"orderId": f"so_{(await _cancelled(dice)).id}"}


@step("revokeServiceOrderLineCancellation")
async def _revoke_line(dice: Dice) -> Input:
    line = await dice.one(ServiceOrderLine, status=LineStatus.CREATED, order__has_item_requirements__isnull=True)
    await perform(cancel_service_order_line, SetLineStatus(line.id), actor=MANAGER)
    return {"lineId": f"sol_{line.id}"}


async def _doomed(dice: Dice) -> ServiceOrder:
    """An order on the board that nobody will miss."""
    stage = await Stage.get(number="PLANNING")
    order = await an_order(description=dice.name("Doomed"), stage_id=stage.id)
    activity = await an_activity(order, starts_at=at(2), ends_at=at(3))
    await a_line(order, activity_id=activity.id)
    return order


@step("deleteServiceOrder")
async def _delete(dice: Dice) -> Input:
    kept = await ItemRequirement.all().values_list("order_id", flat=True)
    kept += await ServiceOrder.filter(has_posted_lines=True).values_list("id", flat=True)
    activity = await dice.one(ServiceActivity, closed=False, starts_at__not_isnull=True, order_id__not_in=kept)
    return {"orderId": f"so_{activity.order_id}"}


@step("cancelServiceOrders")
async def _cancel_many(dice: Dice) -> Input:
    return {"filter": {"search": (await dice.one(ServiceOrder, progress=OrderProgress.IN_PROCESS)).number}}


@step("revokeServiceOrderCancellations")
async def _revoke_many(dice: Dice) -> Input:
    await _cancelled(dice)
    return {"confirmAll": True}


@step("deleteServiceOrders")
async def _delete_many(dice: Dice) -> Input:
    return {"filter": {"search": (await _doomed(dice)).description}}


# --- posting ---------------------------------------------------------------------------------------------------------


async def _done(dice: Dice) -> ServiceOrder:
    """An order on the board that is signed off and may be posted, in a company that can post."""
    if not await Journal.all().exists():
        for each in TransactionType:
            column: Any = {f"journal_{each.lower()}_id": (await a_journal(transaction_type=each)).id}
            await ServiceManagementParameters.all().update(**column, allow_without_service_agreement=True)
    stage = await Stage.filter(allow_post=True).first() or await Stage.get(number="PLANNING")
    if not stage.allow_post:
        stage.allow_post = True
        await stage.save(update_fields=["allow_post"])
    order = await an_order(description=dice.name("Done"), stage_id=stage.id, project_id=(await a_project()).id)
    visit = await an_activity(order, starts_at=at(4), ends_at=at(5))
    await a_line(order, activity_id=visit.id, signed_off_at=at())
    return order


@step("postServiceOrder")
async def _post(dice: Dice) -> Input:
    return {"orderId": f"so_{(await _done(dice)).id}"}


@step("postServiceOrderLine")
async def _post_line(dice: Dice) -> Input:
    line = await ServiceOrderLine.get(order_id=(await _done(dice)).id)
    return {"lineId": f"sol_{line.id}"}


@step("recordInvoice")
async def _invoice(dice: Dice) -> Input:
    line = await ServiceOrderLine.get(order_id=(await _done(dice)).id)
    await perform(post_service_order_line, PostServiceOrderLine(line.id), actor=MANAGER)
    return {"lineIds": [f"sol_{line.id}"], "invoiceNumber": dice.name("INV")}


@step("postServiceOrders")
async def _post_many(dice: Dice) -> Input:
    return {"filter": {"search": (await _done(dice)).description}}
