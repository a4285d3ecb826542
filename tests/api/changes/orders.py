"""Changes of service orders, their lines and activities."""

from domain.core.actor import Role
from tests.api.changes.table import Told, change
from tests.builders import agreed, rows
from tests.builders.times import MONDAY


@change(
    "createServiceOrder",
    "serviceOrder { number priority customer { id } lines { lineNumber quantity activity { worker { id } } } }",
    Role.TECHNICIAN,
)
async def _() -> Told:
    await rows.number_sequences("service_order")
    await rows.a_stage()
    await rows.the_parameters(allow_without_service_agreement=True)
    customer, worker = await rows.a_customer(), await rows.a_worker()
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
        wrong={"addressId": "adr_404"},
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


@change("deleteServiceOrderLine", "deletedId", Role.TECHNICIAN)
async def _() -> Told:
    line, cancelled = await rows.a_line(), await rows.a_line(status="CANCELED")
    return Told(
        given={"lineId": f"sol_{line.id}"},
        gives={"deletedId": f"sol_{line.id}"},
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


@change("createWebOrder", "serviceOrder { number origin incomingWebOrder customer { id } }")
async def _() -> Told:
    await rows.number_sequences("service_order")
    await rows.a_stage()
    customer = await rows.a_customer()
    return Told(
        given={"customerId": f"cus_{customer.id}", "description": "The lift squeaks"},
        gives={
            "serviceOrder": {
                "number": "SO-10001",
                "origin": "WEB",
                "incomingWebOrder": True,
                "customer": {"id": f"cus_{customer.id}"},
            }
        },
        wrong={"description": " "},
        code="INVALID",
        path=("description",),
    )


@change("transferWebOrder", "serviceOrder { incomingWebOrder project { id } }", Role.TECHNICIAN)
async def _() -> Told:
    await rows.the_parameters(allow_without_service_agreement=True)
    order, ordinary, project = await rows.a_web_order(), await rows.an_order(), await rows.a_project()
    return Told(
        given={"orderId": f"so_{order.id}", "projectId": f"prj_{project.id}"},
        gives={"serviceOrder": {"incomingWebOrder": False, "project": {"id": f"prj_{project.id}"}}},
        wrong={"orderId": f"so_{ordinary.id}"},
        code="NOT_A_WEB_ORDER",
        path=("orderId",),
    )


@change("moveServiceOrderLines", "serviceOrder { id lines { id lineNumber } }", Role.TECHNICIAN)
async def _() -> Told:
    agreement = await agreed.an_agreement()
    source, target = [await rows.an_order(agreement_id=agreement.id) for _ in range(2)]
    line, other = await rows.a_line(source), await rows.an_order()
    return Told(
        given={"lineIds": [f"sol_{line.id}"], "targetOrderId": f"so_{target.id}"},
        gives={"serviceOrder": {"id": f"so_{target.id}", "lines": [{"id": f"sol_{line.id}", "lineNumber": 1}]}},
        wrong={"targetOrderId": f"so_{other.id}"},
        code="DIFFERENT_AGREEMENT",
        path=("targetOrderId",),
    )


@change("createItemRequirement", "itemRequirement { lineNumber unit supply project { id } }", Role.TECHNICIAN)
async def _() -> Told:
    project, item = await rows.a_project(), await rows.an_item()
    order = await rows.an_order(project_id=project.id)
    return Told(
        given={"orderId": f"so_{order.id}", "itemId": f"itm_{item.id}", "quantity": "2", "supply": "PURCHASE"},
        gives={
            "itemRequirement": {
                "lineNumber": 1,
                "unit": "pcs",
                "supply": "PURCHASE",
                "project": {"id": f"prj_{project.id}"},
            }
        },
        wrong={"orderId": f"so_{(await rows.an_order()).id}"},
        code="PROJECT_REQUIRED",
        path=("orderId",),
    )


@change("deliverItemRequirement", "itemRequirement { lineNumber version }", Role.TECHNICIAN)
async def _() -> Told:
    required = await rows.a_requirement()
    delivered = await rows.a_requirement(delivered_at=MONDAY)
    return Told(
        given={"requirementId": f"req_{required.id}", "expectedVersion": 1},
        gives={"itemRequirement": {"lineNumber": 1, "version": 2}},
        wrong={"requirementId": f"req_{delivered.id}", "expectedVersion": None},
        code="ALREADY_DELIVERED",
        path=("requirementId",),
    )


@change("deleteItemRequirement", "deletedId", Role.TECHNICIAN)
async def _() -> Told:
    required = await rows.a_requirement()
    delivered = await rows.a_requirement(delivered_at=MONDAY)
    return Told(
        given={"requirementId": f"req_{required.id}"},
        gives={"deletedId": f"req_{required.id}"},
        wrong={"requirementId": f"req_{delivered.id}"},
        code="ALREADY_DELIVERED",
        path=("requirementId",),
    )
