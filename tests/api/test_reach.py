"""What a customer and a technician can reach of the company, along every edge of the schema: nothing but their own."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from graphql import parse
from pydantic import SecretStr
from tortoise.expressions import Q

from api import demo
from api.auth import Sessions
from api.context import Context, Services
from api.live.sources import open_stream
from api.schema.build import schema
from api.settings import Settings
from db import lifecycle
from db.outbox import read_head
from db.relay import Relay
from domain.access.queries import actor_for_email
from domain.agreements.models import ServiceAgreement
from domain.core.actor import Actor
from domain.core.operation import finish_running, perform
from domain.customers.models import Address, Contact, Customer
from domain.dispatch.operations import ActivityRef, ApplyBoardChanges, SetPriority, apply_board_changes
from domain.orders.models import ItemRequirement, ServiceActivity, ServiceOrder, ServiceOrderLine, StageReason
from domain.orders.rules import Priority
from domain.parameters.models import ServiceManagementParameters
from domain.projects.models import Project
from domain.service_objects.models import ServiceTaskRelation
from tests.api.walk import Kind, Ownership, Walk, kinds, ownership
from tests.builders.actors import DISPATCHER
from tests.contract.roles import CUSTOMERS_SEE, TYPES
from tests.serving import SECRET

# Texts of these types speak of somebody; the others are the company's catalogue, which the technician knows.
OF_CUSTOMERS = {"Customer", "Contact", "Address", "Project", "ServiceOrder", "ServiceActivity", "ServiceAgreement"}
OF_THE_COMPANY = {"Worker", "DispatchTeam", "User", "ApiToken", "TemplateGroup"}
SECRET_NOTE = "Charge this customer double"
PLAN = {"ServiceOrder", "ServiceActivity", "User", "ApiToken"}


@dataclass(frozen=True, slots=True)
class Company:
    """The demo company, and two who may see little of it."""

    services: Services
    customer: Actor
    technician: Actor


@pytest.fixture(scope="module")
async def company(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Company]:
    """The demo company with notes for technicians on all that can bear them."""
    url = f"sqlite://{tmp_path_factory.mktemp('reach')}/demo.sqlite3"
    settings = Settings(database_url=url, secret=SecretStr(SECRET), mode="demo")
    await demo.prepare(settings)
    async with lifecycle.database(url):
        await ServiceTaskRelation.all().update(internal_note=SECRET_NOTE)
        customer = await actor_for_email(demo.TOKENS["demo-customer"])
        technician = await actor_for_email(demo.TOKENS["demo-technician"])
        assert customer is not None
        assert technician is not None
        yield Company(Services(settings, Sessions(SECRET), Relay(url)), customer, technician)
        await finish_running()


async def keys(kind: Any, *where: Q, **columns: Any) -> set[int]:
    return set(await kind.filter(*where, **columns).values_list("id", flat=True))


async def of_customer(actor: Actor) -> dict[str, set[int]]:
    """What is a customer's own, by what the specification says and not by the product's queries."""
    own = actor.customer_id
    orders, agreements = (
        await keys(ServiceOrder, customer_id=own),
        await keys(ServiceAgreement, project__customer_id=own, template_group_id=None),
    )
    return {
        "Customer": {own or 0},
        "Contact": await keys(Contact, customer_id=own),
        "Address": await keys(Address, customer_id=own),
        "Project": await keys(Project, customer_id=own),
        "ServiceOrder": orders,
        "ServiceActivity": await keys(ServiceActivity, order_id__in=orders),
        "ServiceOrderLine": await keys(ServiceOrderLine, order_id__in=orders),
        "ServiceAgreement": agreements,
        "ServiceTaskRelation": await keys(ServiceTaskRelation, Q(agreement_id__in=agreements) | Q(order_id__in=orders)),
        "ServiceManagementParameters": await keys(ServiceManagementParameters),
        "User": {actor.user_id or 0},
    }


async def of_technician(actor: Actor) -> dict[str, set[int]]:
    """What a technician may know: the company's master data, but of the plan only orders they work on."""
    own = actor.worker_id
    orders = await keys(ServiceOrder, Q(activities__worker_id=own) | Q(lines__worker_id=own) | Q(responsible_id=own))
    found = {kind.name: await keys(kind.model) for kind in kinds() if "T" in TYPES[kind.name]}
    return found | {
        "ServiceOrder": orders,
        "ServiceActivity": await keys(ServiceActivity, order_id__in=orders),
        "ServiceOrderLine": await keys(ServiceOrderLine, order_id__in=orders),
        "StageReason": await keys(StageReason, order_id__in=orders),
        "ItemRequirement": await keys(ItemRequirement, order_id__in=orders),
        "User": {actor.user_id or 0},
    }


async def some_ids(kind: Kind, own: set[int]) -> tuple[list[str], list[str]]:
    """A few ids of a type that are the caller's, and a few that are not."""
    foreign = await kind.model.exclude(id__in=own).limit(20).values_list("id", flat=True)
    return ([f"{kind.prefix}_{key}" for key in sorted(own)[:20]], [f"{kind.prefix}_{key}" for key in foreign])


async def walk_everything(company: Company, actor: Actor, own: dict[str, set[int]]) -> Walk:
    """Ask for everything, from every root and from entities of every type, one's own and others'."""
    walk = Walk(company.services, actor)
    await walk.roots()
    ids = {
        kind.name: [each for some in await some_ids(kind, own.get(kind.name, set())) for each in some]
        for kind in kinds()
        if kind.prefix is not None
    }
    await walk.entities({name: some for name, some in ids.items() if some})
    return walk


def leaks(walk: Walk, owner: Ownership) -> list[str]:
    """Each question whose answer holds what is not the caller's; ids that were asked for do not count."""
    return [
        f"{text} gives {strangers[:5]}"
        for text, answer in walk.answers
        if (strangers := owner.strangers(orjson.dumps(answer, default=str).decode()))
    ]


async def test_a_customer_reaches_nothing_of_others_or_of_the_company(company: Company) -> None:
    own = await of_customer(company.customer)
    owner = await ownership(own, guarded=OF_CUSTOMERS | OF_THE_COMPANY)
    owner.foreign_texts.add(SECRET_NOTE)
    # Their relations bear the names of tasks, which others' posted work may bear as well.
    related = ServiceTaskRelation.filter(id__in=own["ServiceTaskRelation"])
    owner.foreign_texts -= set(await related.values_list("task__name", flat=True))

    walk = await walk_everything(company, company.customer, own)

    assert len(own["ServiceOrder"]) > 0
    assert len(owner.foreign_texts) > 1_000
    assert walk.asked > 200
    found = leaks(walk, owner)
    assert not found, "\n".join(found)
    # An edge that is refused leads to what customers see nothing of, and every other edge was walked.
    assert {where.split(".")[0] for where in walk.refused} >= {"ServiceOrder", "ServiceActivity", "ServiceAgreement"}


async def test_a_technician_reaches_no_plan_but_their_own(company: Company) -> None:
    own = await of_technician(company.technician)
    owner = await ownership(own, guarded=PLAN)

    walk = await walk_everything(company, company.technician, own)

    assert len(own["ServiceOrder"]) > 0
    assert len(owner.foreign_texts) > 500
    assert walk.asked > 400
    found = leaks(walk, owner)
    assert not found, "\n".join(found)


async def test_what_is_decided_to_be_null_for_customers_is(company: Company) -> None:
    own = await of_customer(company.customer)
    by_prefix = {kind.name: kind for kind in kinds()}
    for name, shown in CUSTOMERS_SEE.items():
        type_name, field = name.split(".")
        mine, _ = await some_ids(by_prefix[type_name], own[type_name])
        quoted = ", ".join(f'"{each}"' for each in mine)
        data, codes = await Walk(company.services, company.customer).ask(
            f"{{ nodes(ids: [{quoted}]) {{ ... on {type_name} {{ {field} }} }} }}"
        )
        assert codes == []
        assert data["nodes"]
        if shown == "NULL":
            assert {each[field] for each in data["nodes"]} == {None}


@pytest.mark.parametrize("who", ["customer", "technician"])
async def test_what_is_not_theirs_is_not_there_by_its_id(company: Company, who: str) -> None:
    actor: Actor = getattr(company, who)
    own = await (of_customer if who == "customer" else of_technician)(actor)
    tried = 0
    for kind in kinds():
        if kind.prefix is None:
            continue
        _, foreign = await some_ids(kind, own.get(kind.name, set()))
        for each in foreign[:5]:
            data, codes = await Walk(company.services, actor).ask(f'{{ node(id: "{each}") {{ id }} }}')
            assert (data, codes) in [({"node": None}, []), (None, ["FORBIDDEN"]), ({"node": None}, ["FORBIDDEN"])], each
            tried += 1
    assert tried > 5


async def test_counts_and_filters_tell_nothing_of_others(company: Company) -> None:
    own = await of_customer(company.customer)
    walk = Walk(company.services, company.customer)
    for listed, name in {
        "serviceOrders": "ServiceOrder",
        "serviceActivities": "ServiceActivity",
        "customers": "Customer",
        "contacts": "Contact",
        "addresses": "Address",
        "projects": "Project",
        "serviceAgreements": "ServiceAgreement",
    }.items():
        data, _ = await walk.ask(f"{{ {listed} {{ totalCount }} }}")
        waiting, _ = await walk.ask("{ serviceOrders(filter: {incomingWebOrders: true}) { totalCount } }")
        aside = waiting["serviceOrders"]["totalCount"] if listed == "serviceOrders" else 0
        assert data[listed]["totalCount"] + aside == len(own[name]), listed
    other = await Customer.exclude(id=company.customer.customer_id).first()
    assert other is not None
    data, _ = await walk.ask(f'{{ serviceOrders(filter: {{customerIds: ["cus_{other.id}"]}}) {{ totalCount }} }}')
    assert data == {"serviceOrders": {"totalCount": 0}}
    await under_anothers_agreement_are_found_by_nothing(company, walk)
    order = await ServiceOrder.exclude(customer_id=company.customer.customer_id).first()
    assert order is not None
    data, _ = await walk.ask(f'{{ serviceOrder(by: {{number: "{order.number}"}}) {{ id }} }}')
    assert data == {"serviceOrder": None}


async def under_anothers_agreement_are_found_by_nothing(company: Company, walk: Walk) -> None:
    """What an order of theirs is under, when it is not theirs, customers do not learn by asking for it."""
    own = await ServiceOrder.filter(customer_id=company.customer.customer_id, agreement_id__not_isnull=True).first()
    foreign = await ServiceAgreement.exclude(project__customer_id=company.customer.customer_id).first()
    assert own is not None
    assert foreign is not None
    of_own = f'{{ serviceOrders(filter: {{agreementIds: ["sa_{own.agreement_id}"]}}) {{ totalCount }} }}'
    found, _ = await walk.ask(of_own)
    assert found["serviceOrders"]["totalCount"] > 0
    before = (own.agreement_id, own.project_id)
    await ServiceOrder.filter(id=own.id).update(agreement_id=foreign.id, project_id=foreign.project_id)
    for condition in (f'agreementIds: ["sa_{foreign.id}"]', f'projectIds: ["prj_{foreign.project_id}"]'):
        data, _ = await walk.ask(f"{{ serviceOrders(filter: {{{condition}}}) {{ totalCount }} }}")
        assert data == {"serviceOrders": {"totalCount": 0}}
    await ServiceOrder.filter(id=own.id).update(agreement_id=before[0], project_id=before[1])


async def test_refusals_say_nothing_of_what_is_not_theirs(company: Company) -> None:
    own = await of_technician(company.technician)
    owner = await ownership(own, guarded=PLAN)
    walk = Walk(company.services, company.technician)
    foreign = await ServiceActivity.exclude(id__in=own["ServiceActivity"]).first()
    assert foreign is not None
    for change in ("closeActivity", "assignActivity"):
        for named in (f'id: "act_{foreign.id}"', f'number: "{foreign.number}"'):
            more = 'startsAt: "2026-12-01T08:00:00Z"' if change == "assignActivity" else ""
            data, codes = await walk.ask(
                f"mutation {{ {change}(input: {{activity: {{{named}}} {more}}}) {{ userErrors {{ code message }} }} }}"
            )
            assert codes == []
            [error] = data[change]["userErrors"]
            assert error["code"] == "NOT_FOUND"
            assert owner.strangers(error["message"]) == []


async def test_events_tell_customers_and_technicians_of_their_own_only(company: Company) -> None:
    """The stream is asked as the feed asks it, once for each event of the log."""
    selection = "{ __typename ... on ActivityChanged { changedBy clientMutationKey activity { id number title } } }"
    own_activity = await ServiceActivity.filter(order__customer_id=company.customer.customer_id, closed=False).first()
    technicians = await ServiceActivity.filter(worker_id=company.technician.worker_id, closed=False).first()
    other = (
        await ServiceActivity.filter(closed=False)
        .exclude(order__customer_id=company.customer.customer_id)
        .exclude(worker_id=company.technician.worker_id)
        .first()
    )
    assert own_activity is not None
    assert technicians is not None
    assert other is not None
    follow = f'subscription {{ serviceActivityChanged(by: {{id: "act_{own_activity.id}"}}) {selection} }}'
    board = f"subscription {{ dispatchBoard(input: {{}}) {selection} }}"
    streams = [
        await open_stream(
            schema,
            parse(text),
            context=Context(actor, "r-1", company.services),
            variables=None,
            operation_name=None,
        )
        for text, actor in ((follow, company.customer), (board, company.technician))
    ]
    before = (await read_head()).seq
    for activity in (other, own_activity):
        wanted = Priority.LOW if activity.priority is not Priority.LOW else Priority.HIGH
        change = SetPriority(ActivityRef(id=activity.id), wanted)
        await perform(apply_board_changes, ApplyBoardChanges((change,)), actor=DISPATCHER, key=f"key-{activity.id}")
    relay = company.services.relay
    await relay.start()
    try:
        events = await relay.events(before)
        told = [[await stream.changes(event) for event in events] for stream in streams]
    finally:
        await relay.stop()

    assert len(events) == 2
    assert told[0][0] == []
    [changed] = told[0][1]  # type: ignore[misc]
    shown: Any = getattr(changed, "data", changed)
    # Who of the company works on it, and under which key, is not for a customer to see.
    assert shown["changedBy"] == "Nordlift Service A/S"
    assert shown["clientMutationKey"] is None
    assert told[1] == [[], []] or own_activity.worker_id == company.technician.worker_id
