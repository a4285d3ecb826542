"""What the mutations of master data and orders are told, and what comes of it: one table for one test."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from domain.core.actor import Role
from tests.builders import rows


@dataclass(frozen=True, slots=True)
class Told:
    """An input with its result, and what in it is to be put wrong with the refusal that follows."""

    given: dict[str, Any]
    gives: dict[str, Any]
    wrong: dict[str, Any]
    code: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A mutation, what is selected of its payload, who may not use it, and the rows it needs."""

    name: str
    selection: str
    forbidden: Role
    tell: Callable[[], Awaitable[Told]]


CHANGES: list[Change] = []


def change(name: str, selection: str, forbidden: Role = Role.DISPATCHER) -> Callable[[Any], Any]:
    """Put a mutation in the table."""

    def put(tell: Callable[[], Awaitable[Told]]) -> Callable[[], Awaitable[Told]]:
        CHANGES.append(Change(name, selection, forbidden, tell))
        return tell

    return put


# --- customers -------------------------------------------------------------------------------------------------------


@change("createCustomer", "customer { number name email version }", Role.TECHNICIAN)
async def _() -> Told:
    await rows.number_sequences("customer")
    return Told(
        given={"name": " Kold ApS ", "email": "kold@kold.example"},
        gives={"customer": {"number": "CUS-10001", "name": "Kold ApS", "email": "kold@kold.example", "version": 1}},
        wrong={"email": "kold"},
        code="INVALID",
        path=("email",),
    )


@change("changeCustomer", "customer { name phone active version }", Role.TECHNICIAN)
async def _() -> Told:
    customer = await rows.a_customer(name="Kold ApS", phone="12345678")
    return Told(
        given={"customerId": f"cus_{customer.id}", "phone": None, "expectedVersion": 1},
        gives={"customer": {"name": "Kold ApS", "phone": None, "active": True, "version": 2}},
        wrong={"expectedVersion": 7},
        code="VERSION_CONFLICT",
        path=("expectedVersion",),
    )


@change("createContact", "contact { number name customer { id } }", Role.TECHNICIAN)
async def _() -> Told:
    await rows.number_sequences("contact")
    customer = f"cus_{(await rows.a_customer()).id}"
    return Told(
        given={"customerId": customer, "name": "Bo Holm"},
        gives={"contact": {"number": "CON-10001", "name": "Bo Holm", "customer": {"id": customer}}},
        wrong={"customerId": "wrk_1"},
        code="NOT_FOUND",
        path=("customerId",),
    )


@change("changeContact", "contact { name version }", Role.TECHNICIAN)
async def _() -> Told:
    contact = await rows.a_contact()
    return Told(
        given={"contactId": f"con_{contact.id}", "name": "Bo Holm Nielsen"},
        gives={"contact": {"name": "Bo Holm Nielsen", "version": 2}},
        wrong={"name": "x" * 121},
        code="INVALID",
        path=("name",),
    )


@change("createAddress", "address { number city latitude longitude timeZone }", Role.TECHNICIAN)
async def _() -> Told:
    await rows.number_sequences("address")
    customer = await rows.a_customer()
    return Told(
        given={
            "customerId": f"cus_{customer.id}",
            "name": "Harbour",
            "street": "Søndre Kaj 4",
            "postalCode": "2150",
            "city": "Nordhavn",
            "latitude": "55.7079",
            "longitude": "12.5934",
        },
        gives={
            "address": {
                "number": "ADR-10001",
                "city": "Nordhavn",
                "latitude": "55.707900",
                "longitude": "12.593400",
                "timeZone": None,
            }
        },
        wrong={"timeZone": "Europe/Nordhavn"},
        code="INVALID",
        path=("timeZone",),
    )


@change("changeAddress", "address { city latitude }", Role.TECHNICIAN)
async def _() -> Told:
    address = await rows.an_address(latitude=Decimal("55.7"), longitude=Decimal("12.6"))
    return Told(
        given={"addressId": f"adr_{address.id}", "latitude": None, "longitude": None},
        gives={"address": {"city": "Nordhavn", "latitude": None}},
        wrong={"longitude": "181"},
        code="INVALID",
        path=("latitude",),
    )


# --- workers and teams -----------------------------------------------------------------------------------------------


@change("createWorker", "worker { number name type calendar { name } team { id } }")
async def _() -> Told:
    await rows.number_sequences("worker")
    calendar = await rows.a_calendar(name="Nights")
    return Told(
        given={"name": "Meg Madsen", "type": "CONTRACTOR", "calendarId": f"cal_{calendar.id}"},
        gives={
            "worker": {
                "number": "WRK-10001",
                "name": "Meg Madsen",
                "type": "CONTRACTOR",
                "calendar": {"name": "Nights"},
                "team": None,
            }
        },
        wrong={"calendarId": "cal_404"},
        code="NOT_FOUND",
        path=("calendarId",),
    )


@change("changeWorker", "worker { name active team { id } version }")
async def _() -> Told:
    worker = await rows.a_worker()
    team = await rows.a_team(worker)
    return Told(
        given={"workerId": f"wrk_{worker.id}", "active": False},
        gives={"worker": {"name": "Meg Madsen", "active": False, "team": None, "version": 2}},
        wrong={"workerId": f"wrk_{team.owner_id}"},
        code="IN_USE",
        path=("active",),
    )


@change("createDispatchTeam", "team { number name owner { id } workers { id } }")
async def _() -> Told:
    await rows.number_sequences("dispatch_team")
    owner, contractor = await rows.a_worker(), await rows.a_worker(type="CONTRACTOR")
    return Told(
        given={"name": "North", "ownerId": f"wrk_{owner.id}"},
        gives={"team": {"number": "TEAM-10001", "name": "North", "owner": {"id": f"wrk_{owner.id}"}, "workers": []}},
        wrong={"ownerId": f"wrk_{contractor.id}"},
        code="OWNER_NOT_EMPLOYEE",
        path=("ownerId",),
    )


@change("changeDispatchTeam", "team { name owner { id } version }")
async def _() -> Told:
    team, owner, gone = await rows.a_team(), await rows.a_worker(), await rows.a_worker(active=False)
    return Told(
        given={"teamId": f"team_{team.id}", "ownerId": f"wrk_{owner.id}"},
        gives={"team": {"name": "Copenhagen North", "owner": {"id": f"wrk_{owner.id}"}, "version": 2}},
        wrong={"ownerId": f"wrk_{gone.id}"},
        code="WORKER_INACTIVE",
        path=("ownerId",),
    )


@change("deleteDispatchTeam", "deletedId")
async def _() -> Told:
    empty, full = await rows.a_team(), await rows.a_team(await rows.a_worker())
    return Told(
        given={"teamId": f"team_{empty.id}"},
        gives={"deletedId": f"team_{empty.id}"},
        wrong={"teamId": f"team_{full.id}"},
        code="IN_USE",
        path=("teamId",),
    )


@change("setTeamMember", "worker { team { name workers { name } } }")
async def _() -> Told:
    worker, team = await rows.a_worker(), await rows.a_team(await rows.a_worker(name="Ann Aa"))
    members = [{"name": "Ann Aa"}, {"name": "Meg Madsen"}]
    return Told(
        given={"workerId": f"wrk_{worker.id}", "teamId": f"team_{team.id}"},
        gives={"worker": {"team": {"name": "Copenhagen North", "workers": members}}},
        wrong={"teamId": "team_404"},
        code="NOT_FOUND",
        path=("teamId",),
    )


# --- calendars, settings, numbers ------------------------------------------------------------------------------------


@change("createCalendar", "calendar { number hours { weekday opens closes } holidays { on name opens closes } }")
async def _() -> Told:
    await rows.number_sequences("calendar")
    hours = [{"weekday": 1, "opens": "06:00", "closes": "14:00"}, {"weekday": 1, "opens": "15:30", "closes": "24:00"}]
    holidays = [
        {"on": "2026-12-24", "name": "Christmas Eve", "opens": "08:00", "closes": "12:00"},
        {"on": "2026-12-25", "name": "Christmas Day", "opens": None, "closes": None},
    ]
    return Told(
        given={"name": "Office", "timeZone": "Europe/Copenhagen", "hours": hours[::-1], "holidays": holidays[::-1]},
        gives={"calendar": {"number": "CAL-10001", "hours": hours, "holidays": holidays}},
        wrong={"hours": [hours[0], {"weekday": 2, "opens": "24:00", "closes": "24:00"}]},
        code="INVALID",
        path=("hours", "1", "opens"),
    )


@change("changeCalendar", "calendar { name hours { weekday opens closes } version }")
async def _() -> Told:
    calendar = await rows.a_calendar(weekdays=(1,))
    return Told(
        given={"calendarId": f"cal_{calendar.id}", "hours": [{"weekday": 7, "opens": "10:00", "closes": "00:00"}]},
        gives={
            "calendar": {
                "name": "Office hours",
                "hours": [{"weekday": 7, "opens": "10:00", "closes": "24:00"}],
                "version": 2,
            }
        },
        wrong={"holidays": [{"on": "2026-12-24", "name": "Eve", "opens": "08:00"}]},
        code="INVALID",
        path=("holidays", "0", "closes"),
    )


@change("deleteCalendar", "deletedId")
async def _() -> Told:
    idle, used = await rows.a_calendar(), await rows.a_calendar()
    await rows.a_worker(calendar_id=used.id)
    return Told(
        given={"calendarId": f"cal_{idle.id}"},
        gives={"deletedId": f"cal_{idle.id}"},
        wrong={"calendarId": f"cal_{used.id}"},
        code="IN_USE",
        path=("calendarId",),
    )


@change(
    "changeServiceManagementParameters",
    "serviceManagementParameters { id companyName currency calendar { name } dispatchColorHigh dispatchDaysAfter }",
)
async def _() -> Told:
    calendar = await rows.a_calendar()
    return Told(
        given={
            "companyName": "Nordlift A/S",
            "currency": "EUR",
            "calendarId": f"cal_{calendar.id}",
            "dispatchColorHigh": "#AA0000",
            "expectedVersion": 1,
        },
        gives={
            "serviceManagementParameters": {
                "id": "par_1",
                "companyName": "Nordlift A/S",
                "currency": "EUR",
                "calendar": {"name": "Office hours"},
                "dispatchColorHigh": "#aa0000",
                "dispatchDaysAfter": 7,
            }
        },
        wrong={"dispatchDaysAfter": 61},
        code="INVALID",
        path=("dispatchDaysAfter",),
    )


@change("changeNumberSequence", "numberSequence { code prefix next version }")
async def _() -> Told:
    await rows.number_sequences("worker")
    return Told(
        given={"code": "worker", "prefix": None, "next": 20001},
        gives={"numberSequence": {"code": "worker", "prefix": "", "next": 20001, "version": 2}},
        wrong={"next": 1_000_000_000},
        code="INVALID",
        path=("next",),
    )


# --- projects, items, tasks, activity types --------------------------------------------------------------------------


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
