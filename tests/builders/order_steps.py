"""Steps of web orders, moved lines and required items, in the table of `tests.builders.steps`."""

from decimal import Decimal

from domain.agreements.models import ServiceAgreement
from domain.core.actor import Role
from domain.core.operation import perform
from domain.customers.models import Customer
from domain.items.models import Item
from domain.orders.models import ServiceActivity, ServiceOrder
from domain.orders.operations import (
    CreateItemRequirement,
    CreateWebOrder,
    create_item_requirement,
    create_web_order,
)
from domain.orders.rules import OrderProgress
from domain.stages.models import Stage
from tests.builders.actors import MANAGER
from tests.builders.rows import a_line, an_activity, an_item, an_order
from tests.builders.steps import STEPS, Dice, Input, step
from tests.builders.times import at

__all__ = ["STEPS"]


@step("createWebOrder")
async def _create_web_order(dice: Dice) -> Input:
    return {"customerId": await dice.key("cus", Customer), "description": dice.name("Web order")}


@step("transferWebOrder", Role.DISPATCHER)
async def _transfer_web_order(dice: Dice) -> Input:
    customer = await dice.one(Customer)
    made = await perform(create_web_order, CreateWebOrder(dice.name("Web order"), customer.id), actor=MANAGER)
    return {"orderId": f"so_{made.result}"}


@step("moveServiceOrderLines", Role.DISPATCHER)
async def _move_lines(dice: Dice) -> Input:
    """A visit with one or two lines, of which one moves to an order of the same agreement."""
    agreement, stage = await dice.one(ServiceAgreement), await Stage.get(number="PLANNING")
    source, target = [
        await an_order(agreement_id=agreement.id, project_id=agreement.project_id, stage_id=stage.id) for _ in range(2)
    ]
    visit = await an_activity(source, starts_at=at(4), ends_at=at(5))
    lines = [await a_line(source, activity_id=visit.id) for _ in range(dice.some(1, 2))]
    return {
        "lineIds": [f"sol_{lines[0].id}"],
        "targetOrderId": f"so_{target.id}",
        "deleteEmptySource": dice.some(True, False),
    }


async def _order_with_project(dice: Dice) -> ServiceOrder:
    """An order on a board that has a project, and to which something is still done."""
    activity = await dice.one(
        ServiceActivity,
        closed=False,
        order__project_id__not_isnull=True,
        order__progress=OrderProgress.IN_PROCESS,
        order__incoming_web_order=False,
    )
    return await ServiceOrder.get(id=activity.order_id)


@step("createItemRequirement", Role.DISPATCHER)
async def _require(dice: Dice) -> Input:
    order = await _order_with_project(dice)
    return {"orderId": f"so_{order.id}", "itemId": await dice.key("itm", Item), "quantity": "2"}


async def _required(dice: Dice) -> str:
    """An item that an order on a board requires from now on."""
    command = CreateItemRequirement((await _order_with_project(dice)).id, (await an_item()).id, Decimal(1))
    made = await perform(create_item_requirement, command, actor=MANAGER)
    return f"req_{made.result}"


@step("deliverItemRequirement", Role.DISPATCHER)
async def _deliver(dice: Dice) -> Input:
    return {"requirementId": await _required(dice)}


@step("deleteItemRequirement", Role.DISPATCHER)
async def _delete_requirement(dice: Dice) -> Input:
    return {"requirementId": await _required(dice)}
