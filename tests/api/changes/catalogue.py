"""Changes of projects, items, service tasks and activity types."""

from tests.api.changes.table import Told, change
from tests.builders import rows


@change("createProject", "project { number type customer { id } active }")
async def _() -> Told:
    await rows.number_sequences("project")
    customer = f"cus_{(await rows.a_customer()).id}"
    return Told(
        given={"name": "Cold chain", "type": "FIXED_PRICE", "customerId": customer},
        gives={"project": {"number": "PRJ-10001", "type": "FIXED_PRICE", "customer": {"id": customer}, "active": True}},
        wrong={"number": "no spaces please"},
        code="INVALID",
        path=("number",),
    )


@change("changeProject", "project { name customer { id } active version }")
async def _() -> Told:
    project = await rows.a_project(customer_id=(await rows.a_customer()).id)
    return Told(
        given={"projectId": f"prj_{project.id}", "customerId": None, "active": False},
        gives={"project": {"name": "Cold chain", "customer": None, "active": False, "version": 2}},
        wrong={"projectId": "prj_404"},
        code="NOT_FOUND",
        path=("projectId",),
    )


@change("createProjectCategory", "projectCategory { number transactionType activeInJournals }")
async def _() -> Told:
    await rows.a_project_category(number="HOURS")
    return Told(
        given={"name": "Travel", "transactionType": "EXPENSE", "number": "TRAVEL"},
        gives={
            "projectCategory": {"number": "TRAVEL", "transactionType": "EXPENSE", "activeInJournals": True},
        },
        wrong={"number": "HOURS"},
        code="ALREADY_EXISTS",
        path=("number",),
    )


@change("changeProjectCategory", "projectCategory { name activeInJournals version }")
async def _() -> Told:
    category = await rows.a_project_category()
    return Told(
        given={"categoryId": f"pca_{category.id}", "activeInJournals": False},
        gives={"projectCategory": {"name": "Service hours", "activeInJournals": False, "version": 2}},
        wrong={"name": " "},
        code="INVALID",
        path=("name",),
    )


@change("createItem", "item { number type unit active }")
async def _() -> Told:
    await rows.number_sequences("item")
    return Told(
        given={"name": "Fan belt", "type": "ITEM", "unit": "pcs"},
        gives={"item": {"number": "ITM-10001", "type": "ITEM", "unit": "pcs", "active": True}},
        wrong={"unit": "x" * 11},
        code="INVALID",
        path=("unit",),
    )


@change("changeItem", "item { type unit version }")
async def _() -> Told:
    item = await rows.an_item()
    return Told(
        given={"itemId": f"itm_{item.id}", "type": "BOM", "expectedVersion": 1},
        gives={"item": {"type": "BOM", "unit": "pcs", "version": 2}},
        wrong={"expectedVersion": 2},
        code="VERSION_CONFLICT",
        path=("expectedVersion",),
    )


@change("createServiceTask", "serviceTask { number name }")
async def _() -> Told:
    await rows.number_sequences("service_task")
    return Told(
        given={"name": "Inspection"},
        gives={"serviceTask": {"number": "TSK-10001", "name": "Inspection"}},
        wrong={"name": ""},
        code="INVALID",
        path=("name",),
    )


@change("changeServiceTask", "serviceTask { name version }")
async def _() -> Told:
    task = await rows.a_service_task()
    return Told(
        given={"taskId": f"tsk_{task.id}", "name": "Yearly inspection"},
        gives={"serviceTask": {"name": "Yearly inspection", "version": 2}},
        wrong={"taskId": f"TSK_{task.id}"},
        code="NOT_FOUND",
        path=("taskId",),
    )


@change("createActivityType", "activityType { number name }")
async def _() -> Told:
    return Told(
        given={"name": "Repair visit", "number": "REPAIR"},
        gives={"activityType": {"number": "REPAIR", "name": "Repair visit"}},
        wrong={"number": None},
        code="NUMBER_SEQUENCE_MISSING",
        path=("number",),
    )


@change("changeActivityType", "activityType { name version }")
async def _() -> Told:
    activity_type = await rows.an_activity_type()
    return Told(
        given={"activityTypeId": f"aty_{activity_type.id}", "name": "Urgent repair"},
        gives={"activityType": {"name": "Urgent repair", "version": 2}},
        wrong={"name": "bell\u0007"},
        code="INVALID",
        path=("name",),
    )
