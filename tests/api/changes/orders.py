"""Changes of service orders, their lines and activities."""

from domain.core.actor import Role
from tests.api.changes.table import Told, change
from tests.builders import rows


@change(
    "createServiceOrder",
    "serviceOrder { number priority customer { id } lines { lineNumber quantity activity { worker { id } } } }",
    Role.TECHNICIAN,
)
async def _() -> Told:
    await rows.number_sequences("service_order")
    await rows.a_stage()
    await rows.the_parameters(allow_without_service_agreement=True)
    customer, worker, other = await rows.a_customer(), await rows.a_worker(), await rows.an_address()
    line = {"transactionType": "HOUR", "quantity": "1.5", "workerId": f"wrk_{worker.id}"}
    shown = {"quantity": "1.5000", "activity": {"worker": {"id": f"wrk_{worker.id}"}}}
    return Told(
        given={"customerId": f"cus_{customer.id}", "priority": "HIGH", "lines": [line, line]},
        gives={
            "serviceOrder": {
                "number": "SO-10001",
                "priority": "HIGH",
                "customer": {"id": f"cus_{customer.id}"},
                "lines": [{"lineNumber": 1} | shown, {"lineNumber": 2} | shown],
            }
        },
        wrong={"addressId": f"adr_{other.id}"},
        code="NOT_FOUND",
        path=("addressId",),
    )


@change("changeServiceOrder", "serviceOrder { description project { id } version }", Role.TECHNICIAN)
async def _() -> Told:
    order, project = await rows.an_order(), await rows.a_project()
    return Told(
        given={"orderId": f"so_{order.id}", "projectId": f"prj_{project.id}"},
        gives={
            "serviceOrder": {
                "description": "Cold room does not cool",
                "project": {"id": f"prj_{project.id}"},
                "version": 2,
            }
        },
        wrong={"expectedVersion": 3},
        code="VERSION_CONFLICT",
        path=("expectedVersion",),
    )


@change("addServiceOrderLine", "line { lineNumber quantity unit status }", Role.TECHNICIAN)
async def _() -> Told:
    line = await rows.a_line()
    new = {"transactionType": "EXPENSE", "quantity": "2", "unit": "km"}
    return Told(
        given={"orderId": f"so_{line.order_id}", "line": new},
        gives={"line": {"lineNumber": 2, "quantity": "2.0000", "unit": "km", "status": "CREATED"}},
        wrong={"line": new | {"itemId": "itm_404"}},
        code="NOT_FOUND",
        path=("line", "itemId"),
    )


@change("changeServiceOrderLine", "line { quantity version }", Role.TECHNICIAN)
async def _() -> Told:
    line, cancelled = await rows.a_line(), await rows.a_line(status="CANCELED")
    return Told(
        given={"lineId": f"sol_{line.id}", "quantity": "3"},
        gives={"line": {"quantity": "3.0000", "version": 2}},
        wrong={"lineId": f"sol_{cancelled.id}"},
        code="LINE_NOT_OPEN",
        path=("lineId",),
    )


@change("cancelServiceOrderLine", "line { status }", Role.TECHNICIAN)
async def _() -> Told:
    line, cancelled = await rows.a_line(), await rows.a_line(status="CANCELED")
    return Told(
        given={"lineId": f"sol_{line.id}", "expectedVersion": 1},
        gives={"line": {"status": "CANCELED"}},
        wrong={"lineId": f"sol_{cancelled.id}"},
        code="LINE_NOT_OPEN",
        path=("lineId",),
    )


@change("createServiceActivity", "activity { title startsAt endsAt dispatchStatus worker { id } }", Role.TECHNICIAN)
async def _() -> Told:
    order = await rows.an_order()
    return Told(
        given={
            "orderId": f"so_{order.id}",
            "title": "Replace the fan",
            "startsAt": "2026-11-24T09:00:00+01:00",
            "duration": "PT1H30M",
        },
        gives={
            "activity": {
                "title": "Replace the fan",
                "startsAt": "2026-11-24T08:00:00Z",
                "endsAt": "2026-11-24T09:30:00Z",
                "dispatchStatus": "UNDISPATCHED",
                "worker": None,
            }
        },
        wrong={"duration": None},
        code="TIME_REQUIRED",
        path=("duration",),
    )


@change("changeServiceActivity", "activity { title type { name } version }", Role.TECHNICIAN)
async def _() -> Told:
    activity, kind = await rows.an_activity(), await rows.an_activity_type()
    return Told(
        given={"activityId": f"act_{activity.id}", "typeId": f"aty_{kind.id}"},
        gives={"activity": {"title": "Repair", "type": {"name": "Repair visit"}, "version": 2}},
        wrong={"title": ""},
        code="INVALID",
        path=("title",),
    )
