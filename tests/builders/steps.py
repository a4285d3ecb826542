"""Steps of a company's day: for each mutation of the schema an input that fits what is there, drawn at random."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tortoise.models import Model

from domain.access.models import User
from domain.access.operations import CreateApiToken, create_api_token
from domain.agreements.models import ServiceAgreement
from domain.calendars.models import Calendar
from domain.calendars.operations import CreateCalendar, create_calendar
from domain.core.actor import SYSTEM, Role
from domain.core.operation import perform
from domain.customers.models import Address, Contact, Customer
from domain.items.models import Item
from domain.orders.models import ActivityType, ServiceActivity, ServiceOrder, ServiceOrderLine
from domain.orders.rules import LineStatus
from domain.projects.models import Project, ProjectCategory
from domain.projects.rules import TransactionType
from domain.service_objects.models import ServiceObject, ServiceTask, ServiceTaskRelation
from domain.stages.models import ActivityPhase
from domain.workforce.models import DispatchTeam, Worker
from domain.workforce.operations import CreateDispatchTeam, create_dispatch_team
from domain.workforce.rules import WorkerType
from tests.builders.actors import MANAGER
from tests.builders.agreed import a_related_task, a_service_object, a_template, an_agreement, an_agreement_line
from tests.builders.rows import (
    a_calendar,
    a_contact,
    a_customer,
    a_line,
    a_project,
    a_project_category,
    a_service_task,
    a_team,
    a_user,
    a_worker,
    an_activity,
    an_activity_phase,
    an_activity_type,
    an_address,
    an_item,
    an_order,
    number_sequences,
    the_parameters,
)
from tests.builders.times import at

Input = dict[str, Any]
WARNINGS = ["OVERLAP", "OUTSIDE_CALENDAR", "NOT_IN_TEAM", "SLA_AT_RISK"]


@dataclass
class Dice:
    """Chance, and what it is thrown for: rows that are in the database now."""

    chance: random.Random
    count: int = 0

    async def one(self, model: type[Model], **condition: Any) -> Any:
        """Any row of a table."""
        return self.chance.choice(await model.filter(**condition).order_by("id"))

    async def key(self, prefix: str, model: type[Model], *, none: float = 0.0, **condition: Any) -> str | None:
        """The public id of any row, now and then none, and none where there is no row."""
        if self.chance.random() < none or not await model.filter(**condition).exists():
            return None
        return f"{prefix}_{(await self.one(model, **condition)).pk}"

    def name(self, what: str) -> str:
        """A name nobody has had yet."""
        self.count += 1
        return f"{what} {self.count}"

    def instant(self) -> str:
        """A moment in or around the week of the boards."""
        return (at() + timedelta(hours=self.chance.randrange(-30, 180))).isoformat()

    def some(self, *values: Any) -> Any:
        """One of these."""
        return self.chance.choice(values)

    def maybe(self, **values: Any) -> Input:
        """Some of these, at least one."""
        names = self.chance.sample(list(values), self.chance.randrange(1, len(values) + 1))
        return {name: values[name] for name in names}


@dataclass(frozen=True)
class Step:
    """A mutation, who sends it, and how its input is drawn."""

    name: str
    role: Role
    draw: Callable[[Dice], Awaitable[Input]]

    @property
    def document(self) -> str:
        """The mutation."""
        verb = self.name[0].upper() + self.name[1:]
        return f"mutation($input: {verb}Input!) {{ {self.name}(input: $input) {{ userErrors {{ code path }} }} }}"


STEPS: dict[str, Step] = {}


def step(name: str, role: Role = Role.SERVICE_MANAGER) -> Callable[[Callable[[Dice], Awaitable[Input]]], None]:
    """Put a mutation in the table."""

    def put(draw: Callable[[Dice], Awaitable[Input]]) -> None:
        STEPS[name] = Step(name, role, draw)

    return put


async def a_small_company(tim: Worker) -> None:
    """Two teams, a worker in none, orders that share customers and lines that share activities; Tim is in team A."""
    await number_sequences()
    calendar = await a_calendar()
    await the_parameters(
        calendar_id=calendar.id,
        order_activity_type_id=(await an_activity_type()).id,
        allow_without_service_agreement=True,
    )
    tim.team_id = (await a_team(tim, *[await a_worker(name=name) for name in ("Anna", "Bo")], name="A")).id
    await a_team(*[await a_worker(name=name, calendar_id=calendar.id) for name in ("Cleo", "Dan")], name="B")
    workers = [*await Worker.filter(team_id__not_isnull=True).order_by("id"), await a_worker(name="Loose")]
    tasks = [await a_service_task() for _ in range(2)]
    types = [await an_activity_type() for _ in range(2)]
    for name in ("Begun", "Done"):
        await an_activity_phase(name=name)
    for number in range(3):
        customer = await a_customer(name=f"Customer {number}")
        contact, address = await a_contact(customer), await an_address(customer)
        project = await a_project(customer_id=customer.id)
        for _ in range(2):
            order = await an_order(
                customer,
                contact_id=contact.id,
                address_id=address.id,
                project_id=project.id,
                responsible_id=workers[number].id,
            )
            for place in range(3):
                worker = (*workers, None)[(number * 2 + place) % (len(workers) + 1)]
                activity = await an_activity(
                    order,
                    worker_id=None if worker is None else worker.id,
                    type_id=types[place % 2].id,
                    task_id=tasks[place % 2].id,
                    starts_at=None if place == 2 else at(number * 3, days=place),
                    ends_at=None if place == 2 else at(number * 3 + 2, days=place),
                    overlap_accepted=True,
                )
                await a_line(
                    order,
                    activity_id=activity.id,
                    task_id=activity.task_id,
                    worker_id=activity.worker_id,
                    category_id=(await a_project_category()).id,
                    item_id=(await an_item()).id,
                )
    await a_user(email="someone@tavle.example")
    await a_service_object()
    last = await ServiceOrder.all().order_by("-id").first()
    assert last is not None
    agreement = await an_agreement(starts_on=date(2000, 1, 1), ends_on=None, project_id=last.project_id)
    for task in tasks:
        await a_related_task(agreement, task)
    last.agreement_id = agreement.id
    await last.save(update_fields=["agreement_id"])
    await a_related_task(last)


# --- the board -------------------------------------------------------------------------------------------------------


async def _open(dice: Dice, **condition: Any) -> Input:
    activity = await dice.one(ServiceActivity, closed=False, **condition)
    return {"activity": dice.some({"id": f"act_{activity.id}"}, {"number": activity.number})}


@step("assignActivity", Role.DISPATCHER)
async def _assign(dice: Dice) -> Input:
    wanted: Input = await _open(dice) | {"acceptWarnings": WARNINGS}
    if dice.chance.random() < 0.6:
        wanted["workerId"] = await dice.key("wrk", Worker, none=0.2, active=True)
    if dice.chance.random() < 0.6:
        wanted |= {"startsAt": dice.instant(), "duration": dice.some("PT1H", "PT30M", "P1D")}
    return wanted


@step("dispatchActivity", Role.DISPATCHER)
async def _dispatch(dice: Dice) -> Input:
    return await _open(dice, worker__active=True, starts_at__not_isnull=True)


@step("unassignActivity", Role.DISPATCHER)
async def _unassign(dice: Dice) -> Input:
    return await _open(dice)


@step("setActivityPriority", Role.DISPATCHER)
async def _prioritise(dice: Dice) -> Input:
    return await _open(dice) | {"priority": dice.some("HIGH", "NORMAL", "LOW")}


@step("closeActivity", Role.DISPATCHER)
async def _close(dice: Dice) -> Input:
    return await _open(dice)


@step("applyBoardChanges", Role.DISPATCHER)
async def _apply(dice: Dice) -> Input:
    return {
        "changes": [await _assign_known(dice) for _ in range(dice.chance.randrange(1, 4))],
        "priorities": [await _open(dice) | {"priority": "HIGH"}],
    }


async def _assign_known(dice: Dice) -> Input:
    wanted = {"startsAt": dice.instant(), "duration": "PT1H", "acceptWarnings": WARNINGS}
    return await _open(dice) | wanted | {"workerId": await dice.key("wrk", Worker, active=True)}


@step("undoBoardChange", Role.DISPATCHER)
async def _undo(_dice: Dice) -> Input:
    return {"acceptWarnings": WARNINGS}


# --- orders ----------------------------------------------------------------------------------------------------------


async def _line(dice: Dice) -> Input:
    item = await dice.key("itm", Item, none=0.7)
    kind = TransactionType.HOUR if item is None else TransactionType.ITEM
    return {
        "transactionType": kind,
        "quantity": "1.5",
        "description": dice.name("Line"),
        "categoryId": await dice.key("pca", ProjectCategory, transaction_type=kind, active_in_journals=True),
        "taskId": await dice.key("tsk", ServiceTask, none=0.3),
        "workerId": await dice.key("wrk", Worker, none=0.3, active=True),
        "itemId": item,
    }


@step("createServiceOrder")
async def _create_order(dice: Dice) -> Input:
    lines = [await _line(dice) for _ in range(2)]
    return {"customerId": await dice.key("cus", Customer), "description": dice.name("Order"), "lines": lines}


@step("createPlannedServiceOrders", Role.DISPATCHER)
async def _plan(dice: Dice) -> Input:
    agreement = await ServiceAgreement.get(starts_on=date(2000, 1, 1))
    on = at(days=dice.chance.randrange(7)).date()
    await an_agreement_line(agreement, starts_on=on, worker_id=(await dice.one(Worker, active=True)).id)
    return {"agreementIds": [f"sa_{agreement.id}"], "fromOn": str(on), "toOn": str(on)}


@step("copyLinesToServiceOrder", Role.DISPATCHER)
async def _copy_lines(dice: Dice) -> Input:
    template = await a_template()
    task = await a_related_task(template)
    line = await an_agreement_line(template, task_id=task.task_id)
    return {"orderId": await dice.key("so", ServiceOrder), "lineIds": [f"sal_{line.id}"]}


@step("changeServiceOrder")
async def _change_order(dice: Dice) -> Input:
    order = await dice.one(ServiceOrder)
    of_customer = {"customer_id": order.customer_id}
    return {"orderId": f"so_{order.id}"} | dice.maybe(
        description=dice.name("Order"),
        priority=dice.some("HIGH", "NORMAL", "LOW"),
        contactId=await dice.key("con", Contact, **of_customer),
        addressId=await dice.key("adr", Address, none=0.3, **of_customer),
        projectId=await dice.key("prj", Project, none=0.3),
        responsibleId=await dice.key("wrk", Worker, none=0.3, active=True),
        preferredTechnicianId=await dice.key("wrk", Worker, none=0.3, active=True),
        serviceAt=dice.instant(),
    )


@step("addServiceOrderLine")
async def _add_line(dice: Dice) -> Input:
    return {"orderId": await dice.key("so", ServiceOrder), "line": await _line(dice)}


@step("changeServiceOrderLine")
async def _change_line(dice: Dice) -> Input:
    return {"lineId": await dice.key("sol", ServiceOrderLine, status=LineStatus.CREATED)} | dice.maybe(
        quantity=str(dice.chance.randrange(1, 9)),
        description=dice.name("Line"),
        taskId=await dice.key("tsk", ServiceTask, none=0.2),
        workerId=await dice.key("wrk", Worker, none=0.2, active=True),
    )


@step("cancelServiceOrderLine")
async def _cancel_line(dice: Dice) -> Input:
    return {"lineId": await dice.key("sol", ServiceOrderLine, status=LineStatus.CREATED)}


@step("deleteServiceOrderLine")
async def _delete_line(dice: Dice) -> Input:
    return {"lineId": await dice.key("sol", ServiceOrderLine, status=LineStatus.CREATED)}


@step("createServiceActivity")
async def _create_activity(dice: Dice) -> Input:
    times = dice.some({}, {"startsAt": dice.instant(), "duration": "PT2H"})
    wanted = {"orderId": await dice.key("so", ServiceOrder), "title": dice.name("Visit"), **times}
    return wanted | {"typeId": await dice.key("aty", ActivityType, none=0.3)}


@step("changeServiceActivity")
async def _change_activity(dice: Dice) -> Input:
    return {"activityId": await dice.key("act", ServiceActivity)} | dice.maybe(
        title=dice.name("Visit"),
        typeId=await dice.key("aty", ActivityType, none=0.3),
        phaseId=await dice.key("pha", ActivityPhase, none=0.3),
    )


# --- what stands beside them -----------------------------------------------------------------------------------------


def _created(name: str, **columns: Any) -> None:
    @step(f"create{name}")
    async def _create(dice: Dice) -> Input:
        return {"name": dice.name(name), **columns}


def _renamed(name: str, argument: str, prefix: str, model: type[Model]) -> None:
    @step(f"change{name}")
    async def _rename(dice: Dice) -> Input:
        return {argument: await dice.key(prefix, model), "name": dice.name(name)}


def _of_customer(name: str, **columns: Any) -> None:
    @step(f"create{name}")
    async def _create(dice: Dice) -> Input:
        return {"customerId": await dice.key("cus", Customer), "name": dice.name(name), **columns}


_created("ActivityType")
_renamed("ActivityType", "activityTypeId", "aty", ActivityType)
_created("ActivityPhase")
_renamed("ActivityPhase", "phaseId", "pha", ActivityPhase)
_created("Customer")
_renamed("Customer", "customerId", "cus", Customer)
_of_customer("Contact")
_renamed("Contact", "contactId", "con", Contact)
_of_customer("Address", street="Kajen 1", postalCode="2150", city="Nordhavn")
_renamed("Address", "addressId", "adr", Address)
_of_customer("Project", type="TIME_AND_MATERIAL")
_created("ProjectCategory", transactionType=TransactionType.HOUR)
_renamed("ProjectCategory", "categoryId", "pca", ProjectCategory)
_created("Item", type="ITEM", unit="pcs")
_renamed("Item", "itemId", "itm", Item)
_created("ServiceTask")
_renamed("ServiceTask", "taskId", "tsk", ServiceTask)


@step("changeProject")
async def _change_project(dice: Dice) -> Input:
    return {"projectId": await dice.key("prj", Project)} | dice.maybe(
        name=dice.name("Project"), customerId=await dice.key("cus", Customer, none=0.3)
    )


# --- people, teams, settings: the layout -----------------------------------------------------------------------------

_created("Worker", type=WorkerType.EMPLOYEE)
_created("Calendar", timeZone="Europe/Copenhagen")


@step("changeWorker")
async def _change_worker(dice: Dice) -> Input:
    # Tim stays: a technician who has left sees nothing, and this is about what is seen.
    worker = await dice.one(Worker, name__not="Tim Technician", owned_teams__isnull=True)
    return {"workerId": f"wrk_{worker.id}"} | dice.maybe(
        active=dice.chance.random() < 0.7, calendarId=await dice.key("cal", Calendar, none=0.5)
    )


@step("createDispatchTeam")
async def _create_team(dice: Dice) -> Input:
    owner = await dice.key("wrk", Worker, active=True, type=WorkerType.EMPLOYEE)
    return {"name": dice.name("Team"), "ownerId": owner}


@step("changeDispatchTeam")
async def _change_team(dice: Dice) -> Input:
    return {"teamId": await dice.key("team", DispatchTeam), "name": dice.name("Team")}


@step("deleteDispatchTeam")
async def _delete_team(dice: Dice) -> Input:
    owner = await dice.one(Worker, active=True, type=WorkerType.EMPLOYEE)
    made = await perform(create_dispatch_team, CreateDispatchTeam(dice.name("Team"), owner.id), actor=MANAGER)
    return {"teamId": f"team_{made.result}"}


@step("setTeamMember")
async def _set_member(dice: Dice) -> Input:
    wanted = {"workerId": await dice.key("wrk", Worker, active=True)}
    return wanted | {"teamId": await dice.key("team", DispatchTeam, none=0.2)}


@step("changeCalendar")
async def _change_calendar(dice: Dice) -> Input:
    hours = [{"weekday": day, "opens": "07:00", "closes": dice.some("15:00", "17:00")} for day in range(1, 6)]
    return {"calendarId": await dice.key("cal", Calendar), "hours": hours}


@step("deleteCalendar")
async def _delete_calendar(dice: Dice) -> Input:
    made = await perform(create_calendar, CreateCalendar(dice.name("Calendar"), "Europe/Copenhagen"), actor=MANAGER)
    return {"calendarId": f"cal_{made.result}"}


@step("changeServiceManagementParameters")
async def _change_parameters(dice: Dice) -> Input:
    return dice.maybe(
        timeZone=dice.some("Europe/Copenhagen", "America/New_York"),
        dispatchColorLow=dice.some("#00ff00", "#00aa00"),
        orderActivityTypeId=await dice.key("aty", ActivityType),
    )


# --- what no board shows ---------------------------------------------------------------------------------------------


@step("changeNumberSequence")
async def _change_sequence(dice: Dice) -> Input:
    return {"code": "service_order", "next": 20_000 + dice.chance.randrange(1_000_000)}


@step("createUser")
async def _create_user(dice: Dice) -> Input:
    name = dice.name("User")
    return {"email": f"{name.replace(' ', '.')}@tavle.example", "name": name, "role": "DISPATCHER"}


@step("changeUser")
async def _change_user(dice: Dice) -> Input:
    return {"userId": await dice.key("usr", User, email="someone@tavle.example"), "name": dice.name("User")}


@step("createApiToken")
async def _create_token(dice: Dice) -> Input:
    return {"name": dice.name("Token")}


@step("endApiToken")
async def _end_token(dice: Dice) -> Input:
    made = await perform(create_api_token, CreateApiToken(dice.name("Token")), actor=SYSTEM)
    return {"tokenId": f"tok_{made.result.token_id}"}


# --- agreements, and what orders are about ---------------------------------------------------------------------------


@step("changeServiceAgreement")
async def _(dice: Dice) -> Input:
    return {"agreementId": await dice.key("sa", ServiceAgreement), "description": dice.name("Agreement")}


@step("suspendServiceAgreement")
async def _(dice: Dice) -> Input:
    return {"agreementId": await dice.key("sa", ServiceAgreement)}


@step("resumeServiceAgreement")
async def _(dice: Dice) -> Input:
    return {"agreementId": await dice.key("sa", ServiceAgreement)}


@step("addOrderObject", Role.DISPATCHER)
async def _(dice: Dice) -> Input:
    found = await dice.key("obj", ServiceObject)
    return {"orderId": await dice.key("so", ServiceOrder), "objectId": found, "serialNumber": dice.name("Piece")}


@step("addOrderTask", Role.DISPATCHER)
async def _(dice: Dice) -> Input:
    task = await a_service_task()
    return {"orderId": await dice.key("so", ServiceOrder), "taskId": f"tsk_{task.id}", "externalNote": "We call"}


@step("changeOrderTask", Role.DISPATCHER)
async def _(dice: Dice) -> Input:
    relation = await dice.key("trl", ServiceTaskRelation, order_id__isnull=False)
    return {"relationId": relation, "externalNote": dice.name("Note")}
