"""Laws that creating and changing master data keep, whatever the area."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from tortoise.models import Model

from domain.agreements import operations as agreements
from domain.agreements.models import AgreementGroup, ServiceInterval, TemplateGroup, TimeWindow
from domain.agreements.rules import IntervalRange, WindowMethod
from domain.calendars import operations as calendars
from domain.calendars.models import Calendar
from domain.core.actor import ANONYMOUS, PERMISSIONS, Role, actor_of
from domain.core.errors import Code, NotPermitted, NotSignedIn
from domain.core.operation import OPERATIONS, Operation, Stale, columns_of, perform, subject_type
from domain.customers import operations as customers
from domain.customers.models import Address, Contact, Customer
from domain.items import operations as items
from domain.items.models import Item
from domain.items.rules import ItemType
from domain.numbering.operations import SEQUENCES
from domain.orders import operations as orders
from domain.orders.models import ActivityType
from domain.projects import operations as projects
from domain.projects.models import Journal, LedgerAccount, LineProperty, Project, ProjectCategory, ProjectGroup
from domain.projects.rules import ProjectType, TransactionType
from domain.service_objects import operations as service_objects
from domain.service_objects.models import ServiceObject, ServiceObjectGroup, ServiceTask
from domain.slas import operations as slas
from domain.slas.models import ServiceLevel
from domain.stages import operations as stages
from domain.stages.models import ActivityPhase
from domain.workforce import operations as workforce
from domain.workforce.models import DispatchTeam, Worker
from domain.workforce.rules import WorkerType
from tests.builders import agreed, rows
from tests.builders.actors import DISPATCHER, MANAGER
from tests.builders.log import events, everything, nothing_changes, only_event, refusal, refusals

pytestmark = pytest.mark.usefixtures("database")


@dataclass(frozen=True, slots=True)
class Thing:
    """One kind of master data: how it is made and changed, and how its id is named in a path."""

    model: type[Model]
    create: Operation[Any, int]
    creation: Callable[[], Awaitable[Any]]
    change: Operation[Any, int]
    alteration: type[Any]
    id_name: str
    builder: Callable[..., Awaitable[Any]]


async def _contact() -> customers.CreateContact:
    return customers.CreateContact((await rows.a_customer()).id, "Bo Holm")


async def _address() -> customers.CreateAddress:
    return customers.CreateAddress((await rows.a_customer()).id, "Warehouse", "Søndre Kaj 4", "2150", "Nordhavn")


async def _team() -> workforce.CreateDispatchTeam:
    return workforce.CreateDispatchTeam("North", (await rows.a_worker()).id)


async def _service_object() -> service_objects.CreateServiceObject:
    return service_objects.CreateServiceObject("Lift 1", (await agreed.a_service_object_group()).id)


def _given(command: object) -> Callable[[], Awaitable[Any]]:
    async def give() -> object:
        return command

    return give


THINGS = [
    Thing(
        Customer,
        customers.create_customer,
        _given(customers.CreateCustomer("Havnens Køl ApS")),
        customers.change_customer,
        customers.ChangeCustomer,
        "customerId",
        rows.a_customer,
    ),
    Thing(
        Contact,
        customers.create_contact,
        _contact,
        customers.change_contact,
        customers.ChangeContact,
        "contactId",
        rows.a_contact,
    ),
    Thing(
        Address,
        customers.create_address,
        _address,
        customers.change_address,
        customers.ChangeAddress,
        "addressId",
        rows.an_address,
    ),
    Thing(
        Worker,
        workforce.create_worker,
        _given(workforce.CreateWorker("Meg Madsen", WorkerType.EMPLOYEE)),
        workforce.change_worker,
        workforce.ChangeWorker,
        "workerId",
        rows.a_worker,
    ),
    Thing(
        DispatchTeam,
        workforce.create_dispatch_team,
        _team,
        workforce.change_dispatch_team,
        workforce.ChangeDispatchTeam,
        "teamId",
        rows.a_team,
    ),
    Thing(
        Calendar,
        calendars.create_calendar,
        _given(calendars.CreateCalendar("Nights", "Europe/Copenhagen")),
        calendars.change_calendar,
        calendars.ChangeCalendar,
        "calendarId",
        rows.a_calendar,
    ),
    Thing(
        ActivityPhase,
        stages.create_activity_phase,
        _given(stages.CreateActivityPhase("Under way")),
        stages.change_activity_phase,
        stages.ChangeActivityPhase,
        "phaseId",
        rows.an_activity_phase,
    ),
    Thing(
        ActivityType,
        orders.create_activity_type,
        _given(orders.CreateActivityType("Repair visit")),
        orders.change_activity_type,
        orders.ChangeActivityType,
        "activityTypeId",
        rows.an_activity_type,
    ),
    Thing(
        ServiceTask,
        service_objects.create_service_task,
        _given(service_objects.CreateServiceTask("Inspection")),
        service_objects.change_service_task,
        service_objects.ChangeServiceTask,
        "taskId",
        rows.a_service_task,
    ),
    Thing(
        Project,
        projects.create_project,
        _given(projects.CreateProject("Cold chain", ProjectType.TIME_AND_MATERIAL)),
        projects.change_project,
        projects.ChangeProject,
        "projectId",
        rows.a_project,
    ),
    Thing(
        ProjectCategory,
        projects.create_project_category,
        _given(projects.CreateProjectCategory("Service hours", TransactionType.HOUR)),
        projects.change_project_category,
        projects.ChangeProjectCategory,
        "categoryId",
        rows.a_project_category,
    ),
    Thing(
        Item,
        items.create_item,
        _given(items.CreateItem("Fan belt", ItemType.ITEM, "pcs")),
        items.change_item,
        items.ChangeItem,
        "itemId",
        rows.an_item,
    ),
    Thing(
        LineProperty,
        projects.create_line_property,
        _given(projects.CreateLineProperty("Invoiced")),
        projects.change_line_property,
        projects.ChangeLineProperty,
        "linePropertyId",
        agreed.a_line_property,
    ),
    Thing(
        LedgerAccount,
        projects.create_ledger_account,
        _given(projects.CreateLedgerAccount("Owed to employees")),
        projects.change_ledger_account,
        projects.ChangeLedgerAccount,
        "accountId",
        rows.a_ledger_account,
    ),
    Thing(
        ProjectGroup,
        projects.create_project_group,
        _given(projects.CreateProjectGroup("Service")),
        projects.change_project_group,
        projects.ChangeProjectGroup,
        "groupId",
        rows.a_project_group,
    ),
    Thing(
        Journal,
        projects.create_journal,
        _given(projects.CreateJournal("Hours", TransactionType.HOUR)),
        projects.change_journal,
        projects.ChangeJournal,
        "journalId",
        rows.a_journal,
    ),
    Thing(
        ServiceObjectGroup,
        service_objects.create_service_object_group,
        _given(service_objects.CreateServiceObjectGroup("Passenger lifts")),
        service_objects.change_service_object_group,
        service_objects.ChangeServiceObjectGroup,
        "groupId",
        agreed.a_service_object_group,
    ),
    Thing(
        ServiceObject,
        service_objects.create_service_object,
        _service_object,
        service_objects.change_service_object,
        service_objects.ChangeServiceObject,
        "objectId",
        agreed.a_service_object,
    ),
    Thing(
        ServiceLevel,
        slas.create_service_level,
        _given(slas.CreateServiceLevel("Gold", hours=8)),
        slas.change_service_level,
        slas.ChangeServiceLevel,
        "slaId",
        agreed.a_service_level,
    ),
    Thing(
        AgreementGroup,
        agreements.create_agreement_group,
        _given(agreements.CreateAgreementGroup("Full service")),
        agreements.change_agreement_group,
        agreements.ChangeAgreementGroup,
        "groupId",
        agreed.an_agreement_group,
    ),
    Thing(
        TemplateGroup,
        agreements.create_template_group,
        _given(agreements.CreateTemplateGroup("Lifts")),
        agreements.change_template_group,
        agreements.ChangeTemplateGroup,
        "groupId",
        agreed.a_template_group,
    ),
    Thing(
        ServiceInterval,
        agreements.create_service_interval,
        _given(agreements.CreateServiceInterval("Every quarter", IntervalRange.QUARTERLY)),
        agreements.change_service_interval,
        agreements.ChangeServiceInterval,
        "intervalId",
        agreed.a_service_interval,
    ),
    Thing(
        TimeWindow,
        agreements.create_time_window,
        _given(agreements.CreateTimeWindow("Within the week", WindowMethod.WEEK)),
        agreements.change_time_window,
        agreements.ChangeTimeWindow,
        "windowId",
        agreed.a_time_window,
    ),
]
each_thing = pytest.mark.parametrize("thing", THINGS, ids=lambda thing: subject_type(thing.model))
BAD_NAMES = ["", "  ", "x" * 121, "a\x00b"]
BAD_NUMBERS = ["", "-1", "a b", "x" * 21, "n\x00", "١٢"]


def test_every_numbered_table_with_names_is_covered() -> None:
    nameless = {
        "service_order",
        "service_agreement",
        "service_object_relation",
        "journal_posting",
        "project_price",
        "project_validation",
        "webhook",
    }

    assert {subject_type(thing.model) for thing in THINGS} == SEQUENCES.keys() - nameless


@each_thing
async def test_without_a_number_the_next_of_the_sequence_is_drawn(thing: Thing) -> None:
    await rows.number_sequences(following=77)
    kind = subject_type(thing.model)

    done = await perform(thing.create, await thing.creation(), actor=MANAGER)

    made: Any = await thing.model.get(id=done.result)
    event = await only_event()
    assert made.number == f"{SEQUENCES[kind]}77"
    assert made.version == 1
    assert (event.kind, event.subject_type, event.subject_id) == (f"{kind}_created", kind, made.id)
    assert event.body["before"] is None
    assert {name: event.body["after"][name] for name in columns_of(made)} == columns_of(made)
    assert done.cursor.endswith(":1")


@each_thing
async def test_a_number_that_is_given_is_kept_and_draws_nothing(thing: Thing) -> None:
    await rows.number_sequences(following=77)

    done = await perform(thing.create, replace(await thing.creation(), number=" Ø-7/b.1_x "), actor=MANAGER)

    made: Any = await thing.model.get(id=done.result)
    assert made.number == "Ø-7/b.1_x"
    assert [row["next"] for row in (await everything())["number_sequence"]] == [77] * len(SEQUENCES)


@each_thing
async def test_a_number_that_exists_is_refused(thing: Thing) -> None:
    earlier = await thing.builder()

    command = replace(await thing.creation(), number=earlier.number)

    assert await refusal(thing.create, command, actor=MANAGER) == (Code.ALREADY_EXISTS, ("number",))


@each_thing
async def test_without_a_sequence_a_number_has_to_be_given(thing: Thing) -> None:
    assert await refusal(thing.create, await thing.creation(), actor=MANAGER) == (
        Code.NUMBER_SEQUENCE_MISSING,
        ("number",),
    )


@each_thing
async def test_a_number_that_is_none_is_refused(thing: Thing) -> None:
    creation = await thing.creation()

    for number in BAD_NUMBERS:
        assert await refusal(thing.create, replace(creation, number=number), actor=MANAGER) == (
            Code.INVALID,
            ("number",),
        )


@each_thing
async def test_a_name_that_is_none_is_refused(thing: Thing) -> None:
    row = await thing.builder()
    creation = replace(await thing.creation(), number="N-1")

    for name in BAD_NAMES:
        changed = thing.alteration(row.id, name=name)
        assert await refusal(thing.create, replace(creation, name=name), actor=MANAGER) == (Code.INVALID, ("name",))
        assert await refusal(thing.change, changed, actor=MANAGER) == (Code.INVALID, ("name",))


@each_thing
async def test_a_change_keeps_what_is_omitted(thing: Thing) -> None:
    row = await thing.builder()
    before = columns_of(await thing.model.get(id=row.id))

    done = await perform(thing.change, thing.alteration(row.id, name=" Another ", expected_version=1), actor=MANAGER)

    after = columns_of(await thing.model.get(id=row.id))
    event = await only_event()
    kind = subject_type(thing.model)
    assert after == before | {"name": "Another", "version": 2}
    assert (event.kind, event.subject_type, event.subject_id) == (f"{kind}_changed", kind, row.id)
    assert {name: event.body["before"][name] for name in before} == before
    assert {name: event.body["after"][name] for name in after} == after
    assert (event.actor_id, event.actor_name, event.batch) == (MANAGER.user_id, MANAGER.name, 1)
    assert done.result == row.id


@each_thing
async def test_a_change_of_nothing_raises_no_version_and_no_event(thing: Thing) -> None:
    row = await thing.builder()

    async with nothing_changes():
        omitted = await perform(thing.change, thing.alteration(row.id), actor=MANAGER)
        equal = await perform(thing.change, thing.alteration(row.id, name=f" {row.name} "), actor=MANAGER)

    assert (omitted.result, equal.result) == (row.id, row.id)
    assert omitted.cursor.endswith(":0")


@each_thing
async def test_an_unknown_id_is_refused(thing: Thing) -> None:
    row = await thing.builder()

    for unknown in (row.id + 1000, 0, -1):
        assert await refusal(thing.change, thing.alteration(unknown, name="Another"), actor=MANAGER) == (
            Code.NOT_FOUND,
            (thing.id_name,),
        )


@each_thing
async def test_a_stale_version_is_refused_and_names_who_changed_it(thing: Thing) -> None:
    row = await thing.builder()
    await perform(thing.change, thing.alteration(row.id, name="Mine"), actor=MANAGER)

    stale = thing.alteration(row.id, name="Yours", expected_version=1)
    [only] = await refusals(thing.change, stale, actor=MANAGER)

    assert (only.code, only.path) == (Code.VERSION_CONFLICT, ("expectedVersion",))
    assert only.details == Stale(subject_type(thing.model), row.id, MANAGER.name)
    assert only.message == f"This has been changed by {MANAGER.name} since you read it (version 2, yours is 1)."


@each_thing
async def test_a_repeat_with_the_same_key_is_answered_again_and_not_done_again(thing: Thing) -> None:
    await rows.number_sequences()
    row = await thing.builder()
    creation, change = await thing.creation(), thing.alteration(row.id, name="Another", expected_version=1)

    created = await perform(thing.create, creation, actor=MANAGER, key="one")
    changed = await perform(thing.change, change, actor=MANAGER, key="two")
    async with nothing_changes():
        created_again = await perform(thing.create, creation, actor=MANAGER, key="one")
        changed_again = await perform(thing.change, change, actor=MANAGER, key="two")

    assert (created_again, changed_again) == (created, changed)
    assert [event.key for event in await events()] == ["one", "two"]


@each_thing
async def test_a_role_without_the_permission_may_neither_create_nor_change(thing: Thing) -> None:
    await rows.number_sequences()
    row = await thing.builder()
    attempts = [(thing.create, await thing.creation()), (thing.change, thing.alteration(row.id, name="Another"))]

    async with nothing_changes():
        for wanted, command in attempts:
            for role in (role for role in Role if wanted.requires not in PERMISSIONS[role]):
                with pytest.raises(NotPermitted, match=role):
                    await perform(wanted, command, actor=actor_of(role, user_id=9, name="Nosy"))
            with pytest.raises(NotSignedIn):
                await perform(wanted, command, actor=ANONYMOUS)


def test_master_data_is_the_managers_and_customers_are_the_dispatchers_too() -> None:
    mine = {wanted.name for wanted in OPERATIONS.values() if DISPATCHER.may(wanted.requires)}
    of_customers = {thing.create.name for thing in THINGS[:3]} | {thing.change.name for thing in THINGS[:3]}

    assert {thing.create.name for thing in THINGS if thing.create.name in mine} | {
        thing.change.name for thing in THINGS if thing.change.name in mine
    } == of_customers
    assert all(MANAGER.may(each.requires) for thing in THINGS for each in (thing.create, thing.change))
