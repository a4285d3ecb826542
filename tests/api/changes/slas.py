"""Changes of the time of orders that counts for their service levels."""

from typing import Any

from domain.core.actor import Role
from domain.orders.models import ServiceOrder
from tests.api.changes.table import Told, change
from tests.builders import rows
from tests.builders.slas import measure


async def _order(*, stopped: bool = False) -> ServiceOrder:
    order = await rows.an_order(stage_id=(await rows.a_stage()).id)
    await measure(order, stopped=stopped)
    return order


def _told(order: ServiceOrder, gives: dict[str, Any], **wrong: Any) -> Told:
    code, path = wrong.pop("refused")
    return Told(
        given={"orderId": f"so_{order.id}", "expectedVersion": 1},
        gives={"serviceOrder": gives},
        wrong=wrong,
        code=code,
        path=path,
    )


@change("startSlaTime", "serviceOrder { sla { status risk log { status } } version }", Role.TECHNICIAN)
async def _() -> Told:
    order, running = await _order(stopped=True), await rows.an_order(stage_id=None)
    await measure(running)
    gives = {"sla": {"status": "STARTED", "risk": "ON_TIME", "log": [{"status": "STOPPED"}, {"status": "STARTED"}]}}
    refused = "SLA_ALREADY_STARTED", ("orderId",)
    return _told(order, gives | {"version": 2}, orderId=f"so_{running.id}", refused=refused)


@change(
    "stopSlaTime", "serviceOrder { sla { status level { name } log { status } } reasons { type } }", Role.TECHNICIAN
)
async def _() -> Told:
    order, code = await _order(), await rows.a_stage_reason_code()
    told = _told(
        order,
        {
            "sla": {"status": "STOPPED", "level": {"name": "Gold"}, "log": [{"status": "STOPPED"}]},
            "reasons": [{"type": "CLOSE"}],
        },
        at="2999-01-01T00:00:00Z",
        refused=("INVALID_TIME", ("at",)),
    )
    told.given["reasonCodeId"] = f"src_{code.id}"
    return told


@change(
    "cancelSla",
    "serviceOrder { sla { status risk latestCompletionAt } availableActions { action code } }",
    Role.TECHNICIAN,
)
async def _() -> Told:
    order, plain = await _order(), await rows.an_order(stage_id=None)
    refusals: dict[str, str | None] = {
        "CHANGE": None,
        "ADD_LINE": None,
        "MOVE_TO_NEXT_STAGE": "STAGE_TRANSITION_NOT_ALLOWED",
        "MOVE_TO_PREVIOUS_STAGE": "STAGE_TRANSITION_NOT_ALLOWED",
        "START_SLA_TIME": "SLA_CANCELED",
        "STOP_SLA_TIME": "SLA_CANCELED",
        "CANCEL_SLA": "SLA_CANCELED",
        "SIGN_OFF": None,
        "CANCEL": None,
        "REVOKE_CANCELLATION": "NOT_CANCELED",
        "DELETE": None,
        "TRANSFER": "NOT_A_WEB_ORDER",
        "POST": None,
    }
    gives = {
        "sla": {"status": "CANCELED", "risk": "NONE", "latestCompletionAt": None},
        "availableActions": [{"action": action, "code": code} for action, code in refusals.items()],
    }
    return _told(order, gives, orderId=f"so_{plain.id}", refused=("SLA_NOT_STARTED", ("orderId",)))
