"""Service orders: their headers, and what holds for all that is done to an order."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from domain.core.actor import ANONYMOUS, Actor
from domain.core.errors import Code, NotPermitted
from domain.core.operation import Operation, Stale, perform
from domain.orders.models import ServiceActivity, ServiceOrder, ServiceOrderLine
from domain.orders.operations import (
    AddServiceOrderLine,
    ChangeServiceActivity,
    ChangeServiceOrder,
    ChangeServiceOrderLine,
    CreateServiceActivity,
    CreateServiceOrder,
    NewLine,
    SetLineStatus,
    add_service_order_line,
    cancel_service_order_line,
    change_service_activity,
    change_service_order,
    change_service_order_line,
    create_service_activity,
    create_service_order,
)
from domain.orders.queries import visible_activities, visible_lines, visible_orders
from domain.orders.rules import DispatchStatus, Priority
from domain.parameters.models import ServiceManagementParameters
from domain.projects.rules import TransactionType
from tests.builders import actors
from tests.builders.actors import DISPATCHER
from tests.builders.log import events, nothing_changes, only_event, refusal, refusals
from tests.builders.rows import (
    a_contact,
    a_customer,
    a_line,
    a_project,
    a_project_category,
    a_service_task,
    a_worker,
    an_activity,
    an_activity_type,
    an_address,
    an_item,
    an_order,
    number_sequences,
)
from tests.builders.times import MONDAY, SetClock, at

pytestmark = pytest.mark.usefixtures("database", "initial_stage", "orders_without_agreements")

HOUR = NewLine(TransactionType.HOUR, Decimal(2))


# --- creating an order -----------------------------------------------------------------------------------------------


async def test_an_order_is_created_with_everything_given(set_clock: SetClock) -> None:
    customer, project = await a_customer(), await a_project()
    address, contact = await an_address(customer), await a_contact(customer)
    responsible, preferred = await a_worker(), await a_worker()
    set_clock.advance(timedelta(minutes=5))

    done = await perform(
        create_service_order,
        CreateServiceOrder(
            customer.id,
            "S-1",
            " Cold room does not cool ",
            address.id,
            contact.id,
            project.id,
            Priority.HIGH,
            datetime(2026, 11, 24, 9, tzinfo=timezone(timedelta(hours=1))),
            responsible.id,
            preferred.id,
        ),
        actor=DISPATCHER,
    )

    columns = {
        "id": 1,
        "number": "S-1",
        "description": "Cold room does not cool",
        "customer_id": customer.id,
        "address_id": address.id,
        "contact_id": contact.id,
        "project_id": project.id,
        "agreement_id": None,
        "priority": "HIGH",
        "origin": "MANUAL",
        "progress": "IN_PROCESS",
        "responsible_id": responsible.id,
        "preferred_technician_id": preferred.id,
        "stage_id": 1,
        "sla_id": None,
        "sla_status": "NONE",
        "sla_limit_minutes": None,
        "sla_calendar_id": None,
        "sla_calendar_mode": None,
        "sla_started_at": None,
        "sla_due_at": None,
        "sla_risk": "NONE",
        "sla_next_alarm_at": None,
        "sla_calendar_version": None,
        "version": 1,
    }
    event = await only_event()
    assert done.result == 1
    times = {"service_at": datetime(2026, 11, 24, 8, tzinfo=UTC), "created_at": at(5 / 60)}
    told = {"service_at": "2026-11-24T08:00:00+00:00", "created_at": "2026-11-23T08:05:00+00:00"}
    [stored] = await ServiceOrder.all().values()
    assert {name: stored[name] for name in columns | times} == columns | times
    assert (event.kind, event.body["before"]) == ("service_order_created", None)
    assert {name: event.body["after"][name] for name in columns | told} == columns | told
    # What it has beyond that was not given.
    assert not any(stored[name] for name in stored.keys() - columns.keys() - times.keys() - {"sla_status", "sla_risk"})
    assert event.at == at(5 / 60)


async def test_an_order_needs_no_more_than_a_customer(set_clock: SetClock) -> None:
    await number_sequences("service_order")
    customer = await a_customer()

    done = await perform(create_service_order, CreateServiceOrder(customer.id), actor=DISPATCHER)

    order = await ServiceOrder.get(id=done.result)
    assert (order.number, order.description, order.priority, order.created_at) == (
        "SO-10001",
        "",
        Priority.NORMAL,
        set_clock.now,
    )


async def test_lines_with_equal_worker_and_task_share_one_activity() -> None:
    activity_type = await an_activity_type()
    await ServiceManagementParameters.all().update(order_activity_type_id=activity_type.id)
    customer, worker = await a_customer(), await a_worker()
    task, item, category = await a_service_task(), await an_item(), await a_project_category()
    lines = (
        NewLine(TransactionType.HOUR, Decimal("1.5"), description="Inspect", task_id=task.id, worker_id=worker.id),
        NewLine(TransactionType.HOUR, Decimal(2), task_id=task.id, worker_id=worker.id, category_id=category.id),
        NewLine(TransactionType.HOUR, Decimal(3), task_id=task.id),
        NewLine(TransactionType.HOUR, Decimal(4)),
        NewLine(TransactionType.HOUR, Decimal(5)),
        NewLine(TransactionType.ITEM, Decimal(-1), unit="pcs", item_id=item.id, task_id=task.id, worker_id=worker.id),
    )

    await perform(
        create_service_order,
        CreateServiceOrder(customer.id, "S-1", "Yearly visit", priority=Priority.LOW, lines=lines),
        actor=DISPATCHER,
    )

    activities = await ServiceActivity.all().order_by("id")
    assert [(each.number, each.title, each.worker_id, each.task_id) for each in activities] == [
        ("S-1-1", "Inspect", worker.id, task.id),
        ("S-1-2", "Yearly visit", None, task.id),
        ("S-1-3", "Yearly visit", None, None),
    ]
    assert {(each.type_id, each.priority, each.dispatch_status, each.starts_at) for each in activities} == {
        (activity_type.id, Priority.LOW, DispatchStatus.UNDISPATCHED, None)
    }
    one, two, three = (each.id for each in activities)
    stored = await ServiceOrderLine.all().order_by("line_number")
    assert [(each.line_number, each.quantity, each.unit, each.activity_id) for each in stored] == [
        (1, Decimal("1.5"), "h", one),
        (2, Decimal(2), "h", one),
        (3, Decimal(3), "h", two),
        (4, Decimal(4), "h", three),
        (5, Decimal(5), "h", three),
        (6, Decimal(-1), "pcs", None),
    ]
    log = await events()
    assert [event.kind for event in log] == [
        "service_order_created",
        "activity_created",
        "service_order_line_created",
        "service_order_line_created",
        "activity_created",
        "service_order_line_created",
        "activity_created",
        "service_order_line_created",
        "service_order_line_created",
        "service_order_line_created",
    ]
    assert [event.batch for event in log] == [1] * 10
    assert log[2].body["after"] == {
        "id": stored[0].id,
        "order_id": 1,
        "line_number": 1,
        "transaction_type": "HOUR",
        "status": "CREATED",
        "description": "Inspect",
        "category_id": category.id,
        "line_property_id": None,
        "offset_account_id": None,
        "project_id": None,
        "item_id": None,
        "task_id": task.id,
        "worker_id": worker.id,
        "activity_id": one,
        "object_relation_id": None,
        "quantity": "1.5000",
        "unit": "h",
        "agreement_line_id": None,
        "calculated_on": None,
        "executes_on": "2026-11-23",
        "earliest_on": "2026-11-23",
        "latest_on": "2026-11-23",
        "signed_off_at": None,
        "invoice_number": None,
        "currency": "DKK",
        "cost_price_minor": None,
        "sales_price_minor": None,
        "sales_price_modified": False,
        "starts_minute": None,
        "ends_minute": None,
        "version": 1,
    }


async def test_an_order_keeps_to_what_there_is_and_to_its_customers_people() -> None:
    customer, other_contact = await a_customer(), await a_contact()
    gone = await a_worker(active=False)
    order = await an_order(customer)

    for wrong, expected in [
        ({"address_id": 999}, (Code.NOT_FOUND, ("addressId",))),
        ({"contact_id": other_contact.id}, (Code.NOT_FOUND, ("contactId",))),
        ({"project_id": 999}, (Code.NOT_FOUND, ("projectId",))),
        ({"responsible_id": 999}, (Code.NOT_FOUND, ("responsibleId",))),
        ({"preferred_technician_id": 999}, (Code.NOT_FOUND, ("preferredTechnicianId",))),
        ({"responsible_id": gone.id}, (Code.WORKER_INACTIVE, ("responsibleId",))),
        ({"preferred_technician_id": gone.id}, (Code.WORKER_INACTIVE, ("preferredTechnicianId",))),
        ({"description": "x" * 1001}, (Code.INVALID, ("description",))),
        ({"service_at": datetime(2026, 11, 24, 9)}, (Code.INVALID, ("serviceAt",))),  # noqa: DTZ001 - naive on purpose
        ({"service_at": datetime(1999, 12, 31, 23, 59, tzinfo=UTC)}, (Code.INVALID, ("serviceAt",))),
        ({"service_at": datetime(2100, 1, 1, tzinfo=UTC)}, (Code.INVALID, ("serviceAt",))),
    ]:
        values: dict[str, Any] = wrong  # type: ignore[assignment]
        created = CreateServiceOrder(customer.id, "S-1", **values)
        assert await refusal(create_service_order, created, actor=DISPATCHER, key="k") == expected
        assert await refusal(change_service_order, ChangeServiceOrder(order.id, **values), actor=DISPATCHER) == expected


async def test_an_order_without_its_customer_or_its_own_number_is_refused() -> None:
    order = await an_order()

    for command, expected in [
        (CreateServiceOrder(999, "S-1"), (Code.NOT_FOUND, ("customerId",))),
        (CreateServiceOrder(order.customer_id, order.number), (Code.ALREADY_EXISTS, ("number",))),
        (CreateServiceOrder(order.customer_id, "S 1"), (Code.INVALID, ("number",))),
        (CreateServiceOrder(order.customer_id), (Code.NUMBER_SEQUENCE_MISSING, ("number",))),
    ]:
        assert await refusal(create_service_order, command, actor=DISPATCHER) == expected


# --- changing an order -----------------------------------------------------------------------------------------------


async def test_an_orders_header_changes_and_clears() -> None:
    customer = await a_customer()
    address, contact = await an_address(customer), await a_contact(customer)
    order = await an_order(
        customer,
        contact_id=contact.id,
        project_id=(await a_project()).id,
        service_at=MONDAY,
        responsible_id=(await a_worker()).id,
        preferred_technician_id=(await a_worker()).id,
    )

    await perform(
        change_service_order,
        ChangeServiceOrder(
            order.id,
            description=" ",
            address_id=address.id,
            contact_id=None,
            project_id=None,
            service_at=None,
            responsible_id=None,
            preferred_technician_id=None,
            expected_version=1,
        ),
        actor=DISPATCHER,
    )

    event = await only_event()
    assert (event.kind, event.subject_id) == ("service_order_changed", order.id)
    assert event.body["after"] == event.body["before"] | {
        "description": "",
        "address_id": address.id,
        "contact_id": None,
        "project_id": None,
        "service_at": None,
        "responsible_id": None,
        "preferred_technician_id": None,
        "version": 2,
    }
    stored = await ServiceOrder.get(id=order.id)
    assert (stored.description, stored.address_id, stored.service_at, stored.version) == ("", address.id, None, 2)


async def test_a_new_priority_goes_to_the_open_activities_too() -> None:
    order = await an_order()
    low = await an_activity(order, priority=Priority.LOW)
    high = await an_activity(order, priority=Priority.HIGH)
    closed = await an_activity(order, closed=True)
    other = await an_activity()

    await perform(change_service_order, ChangeServiceOrder(order.id, priority=Priority.HIGH), actor=DISPATCHER)

    stored = await ServiceActivity.all().order_by("id").values_list("id", "priority", "version")
    assert stored == [
        (low.id, Priority.HIGH, 2),
        (high.id, Priority.HIGH, 1),
        (closed.id, Priority.NORMAL, 1),
        (other.id, Priority.NORMAL, 1),
    ]
    assert [(event.kind, event.subject_id, event.batch) for event in await events()] == [
        ("service_order_changed", order.id, 1),
        ("activity_priority_set", low.id, 1),
    ]


async def test_the_same_priority_leaves_activities_as_they_are() -> None:
    order = await an_order()
    await an_activity(order, priority=Priority.HIGH)

    async with nothing_changes():
        await perform(change_service_order, ChangeServiceOrder(order.id, priority=Priority.NORMAL), actor=DISPATCHER)


# --- what holds for all that is done to an order ---------------------------------------------------------------------


async def commands() -> list[tuple[Operation[Any, int], Any]]:
    """One command of each operation that can be done now, each on an order of its own."""
    line, cancelled, activity = await a_line(), await a_line(), await an_activity()
    return [
        (create_service_order, CreateServiceOrder((await a_customer()).id, "S-1", lines=(HOUR,))),
        (change_service_order, ChangeServiceOrder((await an_order()).id, description="Other", expected_version=1)),
        (add_service_order_line, AddServiceOrderLine((await an_order()).id, HOUR, expected_version=1)),
        (change_service_order_line, ChangeServiceOrderLine(line.id, quantity=Decimal(9), expected_version=1)),
        (cancel_service_order_line, SetLineStatus(cancelled.id, expected_version=1)),
        (create_service_activity, CreateServiceActivity((await an_order()).id, "Visit")),
        (change_service_activity, ChangeServiceActivity(activity.id, title="Other", expected_version=1)),
    ]


async def test_a_repeat_with_the_same_key_is_answered_again_and_not_done_again() -> None:
    given = await commands()

    first = [
        await perform(wanted, command, actor=DISPATCHER, key=str(place))
        for place, (wanted, command) in enumerate(given)
    ]
    async with nothing_changes():
        again = [
            await perform(wanted, command, actor=DISPATCHER, key=str(place))
            for place, (wanted, command) in enumerate(given)
        ]

    assert again == first


@pytest.mark.parametrize("actor", [actors.technician(1), actors.customer(1)])
async def test_orders_are_the_managers_and_the_dispatchers(actor: Actor) -> None:
    given = await commands()

    async with nothing_changes():
        for wanted, command in given:
            with pytest.raises(NotPermitted, match="MAINTAIN_ORDERS"):
                await perform(wanted, command, actor=actor)
    for (wanted, command), allowed in zip(given, [actors.MANAGER, actors.INTEGRATION, DISPATCHER] * 3, strict=False):
        await perform(wanted, command, actor=allowed)


async def test_a_change_of_nothing_raises_no_version_and_no_event() -> None:
    order = await an_order()
    activity = await an_activity(order, starts_at=at(0), ends_at=at(1))
    line = await a_line(order, activity_id=activity.id)

    async with nothing_changes():
        for wanted, command in [
            (change_service_order, ChangeServiceOrder(order.id)),
            (change_service_order, ChangeServiceOrder(order.id, description="Cold room does not cool ")),
            (change_service_order_line, ChangeServiceOrderLine(line.id)),
            (change_service_order_line, ChangeServiceOrderLine(line.id, Decimal("1.00"), " ", None, None)),
            (change_service_activity, ChangeServiceActivity(activity.id)),
            (change_service_activity, ChangeServiceActivity(activity.id, "Repair ", None)),
        ]:
            one: Operation[Any, int] = wanted  # type: ignore[assignment]
            await perform(one, command, actor=DISPATCHER)


async def test_a_stale_order_is_refused_and_names_who_changed_it() -> None:
    order = await an_order()
    await perform(change_service_order, ChangeServiceOrder(order.id, description="Mine"), actor=actors.MANAGER)

    stale = ChangeServiceOrder(order.id, description="Yours", expected_version=1)
    [only] = await refusals(change_service_order, stale, actor=DISPATCHER)

    assert (only.code, only.path) == (Code.VERSION_CONFLICT, ("expectedVersion",))
    assert only.details == Stale("service_order", order.id, "Mona Manager")


# --- what is seen ----------------------------------------------------------------------------------------------------


async def test_a_technician_sees_own_work_and_a_customer_own_orders() -> None:
    mine, worker, other = await a_customer(), await a_worker(), await a_worker()
    with_activity = await an_order(mine)
    activity = await an_activity(with_activity, worker_id=worker.id)
    await an_activity(with_activity, worker_id=other.id)
    await a_line(with_activity, worker_id=other.id)
    with_line = await an_order()
    await a_line(with_line, worker_id=worker.id)
    foreign = await an_order()
    await an_activity(foreign)
    await a_line(foreign)

    for actor, orders, lines, activities in [
        (actors.MANAGER, 3, 3, 3),
        (DISPATCHER, 3, 3, 3),
        (actors.INTEGRATION, 3, 3, 3),
        (actors.technician(worker.id), 2, 2, 1),
        (actors.technician(None), 0, 0, 0),
        (actors.customer(mine.id), 1, 1, 2),
        (actors.customer(None), 0, 0, 0),
        (ANONYMOUS, 0, 0, 0),
    ]:
        assert await ServiceOrder.filter(visible_orders(actor)).distinct().count() == orders
        assert await ServiceOrderLine.filter(visible_lines(actor)).distinct().count() == lines
        assert await ServiceActivity.filter(visible_activities(actor)).count() == activities
    [own] = await ServiceActivity.filter(visible_activities(actors.technician(worker.id)))
    assert own.id == activity.id


async def test_an_order_takes_nothing_that_is_no_longer_in_use(dispatcher: Actor) -> None:
    await number_sequences()
    customer, former = await a_customer(), await a_customer(active=False)
    project = await a_project(active=False)
    item, category = await an_item(active=False), await a_project_category(active_in_journals=False)
    line = NewLine(transaction_type=TransactionType.ITEM, quantity=Decimal(1), item_id=item.id)
    hours = NewLine(transaction_type=TransactionType.HOUR, quantity=Decimal(1), category_id=category.id)
    for command, path in (
        (CreateServiceOrder(customer_id=former.id), ("customerId",)),
        (CreateServiceOrder(customer_id=customer.id, project_id=project.id), ("projectId",)),
        (CreateServiceOrder(customer_id=customer.id, lines=(line,)), ("lines", 0, "itemId")),
        (CreateServiceOrder(customer_id=customer.id, lines=(hours,)), ("lines", 0, "categoryId")),
    ):
        assert await refusal(create_service_order, command, actor=dispatcher) == (Code.INVALID, path)
