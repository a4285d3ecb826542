"""Changes of stages and reasons, and of service orders on their way through them to an end."""

from typing import Any

from domain.core.actor import Role
from domain.orders.models import ServiceOrder, ServiceOrderLine
from tests.api.changes.agreements import record
from tests.api.changes.table import Told, change
from tests.builders import rows

ACTIONS = "availableActions { action allowed code }"


def _action(action: str, code: str | None = None) -> dict[str, Any]:
    return {"action": action, "allowed": code is None, "code": code}


async def _order(*statuses: str, **columns: Any) -> ServiceOrder:
    """An order in a stage that allows everything unless told, with lines of these statuses."""
    if "stage_id" not in columns:
        columns["stage_id"] = (await rows.a_stage()).id
    order = await rows.an_order(**columns)
    for status in statuses:
        await rows.a_line(order, status=status)
    return order


async def _line(status: str, **columns: Any) -> ServiceOrderLine:
    return await rows.a_line(await _order(**columns), status=status)


# --- set-up ----------------------------------------------------------------------------------------------------------


@change("createStage", "stage { number name parent { number } children { id } allowModify allowPost requireReason }")
async def _() -> Told:
    parent = await rows.a_stage(number="PLANNING")
    return Told(
        given={"number": "DONE", "name": " Done ", "parentStageId": f"stg_{parent.id}", "allowPost": True},
        gives={
            "stage": {
                "number": "DONE",
                "name": "Done",
                "parent": {"number": "PLANNING"},
                "children": [],
                "allowModify": False,
                "allowPost": True,
                "requireReason": False,
            }
        },
        wrong={"parentStageId": None},
        code="INITIAL_STAGE_EXISTS",
        path=("parentStageId",),
    )


@change("changeStage", "stage { name allowDelete requireReason version }")
async def _() -> Told:
    parent = await rows.a_stage()
    stage = await rows.a_stage(parent, number="DONE")
    return Told(
        given={"stageId": f"stg_{stage.id}", "name": "Done", "allowDelete": False, "parentStageId": f"stg_{parent.id}"},
        gives={"stage": {"name": "Done", "allowDelete": False, "requireReason": False, "version": 2}},
        wrong={"parentStageId": None},
        code="PARENT_IMMUTABLE",
        path=("parentStageId",),
    )


@change("deleteStage", "deletedId")
async def _() -> Told:
    parent = await rows.a_stage()
    stage = await rows.a_stage(parent)
    return Told(
        given={"stageId": f"stg_{stage.id}", "expectedVersion": 1},
        gives={"deletedId": f"stg_{stage.id}"},
        wrong={"stageId": f"stg_{parent.id}"},
        code="STAGE_IN_USE",
        path=("stageId",),
    )


@change("createStageReasonCode", "reasonCode { number name version }")
async def _() -> Told:
    await rows.a_stage_reason_code(number="TAKEN")
    return Told(
        given={"number": "CUSTOMER_CANCELLED", "name": "The customer has cancelled"},
        gives={"reasonCode": {"number": "CUSTOMER_CANCELLED", "name": "The customer has cancelled", "version": 1}},
        wrong={"number": "TAKEN"},
        code="ALREADY_EXISTS",
        path=("number",),
    )


@change("changeStageReasonCode", "reasonCode { name version }")
async def _() -> Told:
    code = await rows.a_stage_reason_code()
    return Told(
        given={"reasonCodeId": f"src_{code.id}", "name": "No access"},
        gives={"reasonCode": {"name": "No access", "version": 2}},
        wrong={"expectedVersion": 2},
        code="VERSION_CONFLICT",
        path=("expectedVersion",),
    )


@change("deleteStageReasonCode", "deletedId")
async def _() -> Told:
    idle, used = await rows.a_stage_reason_code(), await rows.a_stage_reason_code()
    await rows.a_stage_reason(await _order(), code_id=used.id)
    return Told(
        given={"reasonCodeId": f"src_{idle.id}"},
        gives={"deletedId": f"src_{idle.id}"},
        wrong={"reasonCodeId": f"src_{used.id}"},
        code="IN_USE",
        path=("reasonCodeId",),
    )


record(
    "activityPhase",
    "pha",
    "activity_phase",
    "phaseId",
    rows.an_activity_phase,
    lambda row: rows.a_stage(activity_phase_id=row.id),
)


# --- on the way ------------------------------------------------------------------------------------------------------


@change(
    "moveServiceOrderToNextStage",
    f"serviceOrder {{ stage {{ number }} reasons {{ type description code {{ number }} createdBy }} {ACTIONS} }}",
    Role.TECHNICIAN,
)
async def _() -> Told:
    planning = await rows.a_stage()
    await rows.a_stage(planning)
    allowed = dict.fromkeys(("allow_modify", "allow_cancel", "allow_delete"), False)
    cancelled = await rows.a_stage(planning, number="CANCELLED", require_reason=True, **allowed)
    code = await rows.a_stage_reason_code(number="CUSTOMER_CANCELLED")
    return Told(
        given={
            "orderId": f"so_{(await _order(stage_id=planning.id)).id}",
            "stageId": f"stg_{cancelled.id}",
            "reasonCodeId": f"src_{code.id}",
            "description": " They moved. ",
        },
        gives={
            "serviceOrder": {
                "stage": {"number": "CANCELLED"},
                "reasons": [
                    {
                        "type": "STAGE_CHANGE",
                        "description": "They moved.",
                        "code": {"number": "CUSTOMER_CANCELLED"},
                        "createdBy": "Service_Manager",
                    }
                ],
                "availableActions": [
                    _action("CHANGE", "STAGE_FORBIDS_MODIFY"),
                    _action("ADD_LINE", "STAGE_FORBIDS_MODIFY"),
                    _action("MOVE_TO_NEXT_STAGE", "STAGE_TRANSITION_NOT_ALLOWED"),
                    _action("MOVE_TO_PREVIOUS_STAGE"),
                    _action("START_SLA_TIME", "SLA_NOT_STARTED"),
                    _action("STOP_SLA_TIME", "SLA_NOT_STARTED"),
                    _action("CANCEL_SLA", "SLA_NOT_STARTED"),
                    _action("SIGN_OFF", "STAGE_FORBIDS_MODIFY"),
                    _action("CANCEL", "STAGE_FORBIDS_CANCEL"),
                    _action("REVOKE_CANCELLATION", "STAGE_FORBIDS_CANCEL"),
                    _action("DELETE", "STAGE_FORBIDS_DELETE"),
                    _action("TRANSFER", "NOT_A_WEB_ORDER"),
                    _action("POST"),
                ],
            }
        },
        wrong={"reasonCodeId": None, "description": None},
        code="REASON_REQUIRED",
        path=("reasonCodeId",),
    )


@change("moveServiceOrderToPreviousStage", "serviceOrder { stage { id } reasons { id } version }", Role.TECHNICIAN)
async def _() -> Told:
    planning = await rows.a_stage()
    order = await _order(stage_id=(await rows.a_stage(planning)).id)
    first = await _order(stage_id=planning.id)
    return Told(
        given={"orderId": f"so_{order.id}", "expectedVersion": 1},
        gives={"serviceOrder": {"stage": {"id": f"stg_{planning.id}"}, "reasons": [], "version": 2}},
        wrong={"orderId": f"so_{first.id}"},
        code="STAGE_TRANSITION_NOT_ALLOWED",
        path=("orderId",),
    )


@change("addStageReason", "serviceOrder { reasons { lineNumber type stage { number } } }", Role.TECHNICIAN)
async def _() -> Told:
    order = await _order(stage_id=(await rows.a_stage(number="PLANNING")).id)
    code = await rows.a_stage_reason_code()
    return Told(
        given={"orderId": f"so_{order.id}", "reasonCodeId": f"src_{code.id}"},
        gives={
            "serviceOrder": {"reasons": [{"lineNumber": 1, "type": "MANUAL", "stage": {"number": "PLANNING"}}]},
        },
        wrong={"reasonCodeId": "src_404"},
        code="NOT_FOUND",
        path=("reasonCodeId",),
    )


@change("deleteStageReason", "deletedId", Role.TECHNICIAN)
async def _() -> Told:
    order = await _order()
    noted, asked = await rows.a_stage_reason(order), await rows.a_stage_reason(order, type="STAGE_CHANGE")
    return Told(
        given={"reasonId": f"srs_{noted.id}"},
        gives={"deletedId": f"srs_{noted.id}"},
        wrong={"reasonId": f"srs_{asked.id}"},
        code="INVALID",
        path=("reasonId",),
    )


# --- to an end -------------------------------------------------------------------------------------------------------


@change("signOffServiceOrder", "serviceOrder { progress reasons { type } version }", Role.TECHNICIAN)
async def _() -> Told:
    order, code = await _order("CREATED"), await rows.a_stage_reason_code()
    return Told(
        given={"orderId": f"so_{order.id}", "reasonCodeId": f"src_{code.id}"},
        gives={"serviceOrder": {"progress": "IN_PROCESS", "reasons": [{"type": "CLOSE"}], "version": 2}},
        wrong={"reasonCodeId": None, "description": "Late"},
        code="REASON_REQUIRED",
        path=("reasonCodeId",),
    )


@change("signOffServiceOrderLine", f"line {{ status version {ACTIONS} }}", Role.TECHNICIAN)
async def _() -> Told:
    actions = [
        _action("CHANGE"),
        _action("SIGN_OFF"),
        _action("CANCEL"),
        _action("REVOKE_CANCELLATION", "NOT_CANCELED"),
        _action("DELETE"),
        _action("POST"),
    ]
    return Told(
        given={"lineId": f"sol_{(await _line('CREATED', stage_id=None)).id}"},
        gives={"line": {"status": "CREATED", "version": 2, "availableActions": actions}},
        wrong={"lineId": f"sol_{(await _line('POSTED')).id}"},
        code="LINE_NOT_OPEN",
        path=("lineId",),
    )


@change("cancelServiceOrder", "serviceOrder { progress lines { status } }", Role.TECHNICIAN)
async def _() -> Told:
    order, posted = await _order("CREATED", "CREATED"), await _order("POSTED", "CREATED", stage_id=None)
    return Told(
        given={"orderId": f"so_{order.id}"},
        gives={"serviceOrder": {"progress": "CANCELED", "lines": [{"status": "CANCELED"}] * 2}},
        wrong={"orderId": f"so_{posted.id}"},
        code="ALREADY_POSTED",
        path=("orderId",),
    )


@change("revokeServiceOrderCancellation", "serviceOrder { progress lines { status } }", Role.TECHNICIAN)
async def _() -> Told:
    order, other = await _order("CANCELED", progress="CANCELED"), await _order("CREATED", stage_id=None)
    return Told(
        given={"orderId": f"so_{order.id}", "expectedVersion": 1},
        gives={"serviceOrder": {"progress": "IN_PROCESS", "lines": [{"status": "CREATED"}]}},
        wrong={"orderId": f"so_{other.id}"},
        code="NOT_CANCELED",
        path=("orderId",),
    )


@change("revokeServiceOrderLineCancellation", "line { status activity { title } }", Role.TECHNICIAN)
async def _() -> Told:
    line, other = await _line("CANCELED"), await _line("CREATED", stage_id=None)
    return Told(
        given={"lineId": f"sol_{line.id}"},
        gives={"line": {"status": "CREATED", "activity": {"title": "Cold room does not cool"}}},
        wrong={"lineId": f"sol_{other.id}"},
        code="NOT_CANCELED",
        path=("lineId",),
    )


@change("deleteServiceOrder", "deletedId", Role.TECHNICIAN)
async def _() -> Told:
    order, posted = await _order("CREATED", "CANCELED"), await _order("POSTED", stage_id=None)
    return Told(
        given={"orderId": f"so_{order.id}"},
        gives={"deletedId": f"so_{order.id}"},
        wrong={"orderId": f"so_{posted.id}"},
        code="ALREADY_POSTED",
        path=("orderId",),
    )


async def _bulk(done: ServiceOrder, refused: ServiceOrder, code: str) -> Told:
    customer = (await rows.a_customer()).id
    for order in (done, refused):
        order.customer_id = customer
        await order.save(update_fields=["customer_id"])
    return Told(
        given={"filter": {"customerIds": [f"cus_{customer}"]}},
        gives={
            "outcomes": [
                {"orderId": f"so_{done.id}", "number": done.number, "done": True, "code": None},
                {"orderId": f"so_{refused.id}", "number": refused.number, "done": False, "code": code},
            ]
        },
        wrong={"filter": {}},
        code="CONFIRM_ALL_REQUIRED",
        path=("confirmAll",),
    )


OUTCOMES = "outcomes { orderId number done code }"


@change("cancelServiceOrders", OUTCOMES, Role.TECHNICIAN)
async def _() -> Told:
    return await _bulk(await _order("CREATED"), await _order("CREATED", "POSTED", stage_id=None), "ALREADY_POSTED")


@change("revokeServiceOrderCancellations", OUTCOMES, Role.TECHNICIAN)
async def _() -> Told:
    cancelled = await _order("CANCELED", progress="CANCELED")
    return await _bulk(cancelled, await _order("CREATED", stage_id=None), "NOT_CANCELED")


@change("deleteServiceOrders", OUTCOMES, Role.TECHNICIAN)
async def _() -> Told:
    return await _bulk(await _order("CREATED"), await _order("POSTED", stage_id=None), "ALREADY_POSTED")
