"""Steps of the time that counts for service levels, in the table of `tests.builders.steps`."""

from typing import Any

from domain.core.actor import Role
from domain.core.operation import perform
from domain.orders.models import ServiceActivity, ServiceOrder
from domain.orders.operations import EndSlaTime, stop_sla_time
from domain.slas.rules import SlaStatus
from tests.builders.actors import DISPATCHER
from tests.builders.slas import measure
from tests.builders.steps import Dice, Input, step


async def _measured(dice: Dice, *, stopped: bool = False) -> ServiceOrder:
    """An order with a visit on the board, measured from an hour ago unless it was measured before."""
    status = SlaStatus.STOPPED if stopped else SlaStatus.STARTED
    found = await ServiceOrder.filter(sla_status=status).order_by("id").first()
    if found is not None:
        return found
    wanted: dict[str, Any] = {"order__sla_status": SlaStatus.NONE, "starts_at__not_isnull": True}
    order = await ServiceOrder.get(id=(await dice.one(ServiceActivity, closed=False, **wanted)).order_id)
    await measure(order, stopped=stopped)
    return order


@step("stopSlaTime", Role.DISPATCHER)
async def _stop(dice: Dice) -> Input:
    return {"orderId": f"so_{(await _measured(dice)).id}"}


@step("startSlaTime", Role.DISPATCHER)
async def _start(dice: Dice) -> Input:
    return {"orderId": f"so_{(await _measured(dice, stopped=True)).id}"}


@step("cancelSla", Role.DISPATCHER)
async def _cancel(dice: Dice) -> Input:
    return {"orderId": f"so_{(await _measured(dice)).id}"}


@step("changeServiceLevel")
async def _change_level(dice: Dice) -> Input:
    order = await ServiceOrder.get(id=(await _measured(dice)).id)
    # Nobody has been told that it is measured, and a level that changes is no news about its orders.
    await perform(stop_sla_time, EndSlaTime(order.id), actor=DISPATCHER)
    return {"slaId": f"sla_{order.sla_id}"} | dice.maybe(name=dice.name("Level"), suspended=True)
