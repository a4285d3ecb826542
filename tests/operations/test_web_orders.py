"""Web orders: asked for by customers and technicians, waiting apart, taken over or deleted by a dispatcher."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.core.errors import Code, NotPermitted
from domain.core.operation import perform
from domain.orders.criteria import OrderCriteria
from domain.orders.models import ServiceActivity, ServiceOrder
from domain.orders.operations import (
    AddServiceOrderLine,
    CreateServiceActivity,
    CreateWebOrder,
    EndOrder,
    EndOrders,
    MoveToNextStage,
    NewLine,
    SignOffOrder,
    TransferWebOrder,
    add_service_order_line,
    cancel_service_orders,
    create_service_activity,
    create_web_order,
    delete_service_order,
    move_service_order_to_next_stage,
    sign_off_service_order,
    transfer_web_order,
)
from domain.orders.queries import visible_orders
from domain.orders.rules import OrderOrigin
from domain.parameters.models import ServiceManagementParameters
from domain.projects.rules import TransactionType
from domain.stages.models import Stage
from tests.builders.actors import DISPATCHER, customer, technician
from tests.builders.agreed import a_template, an_agreement
from tests.builders.log import only_event, refusal
from tests.builders.rows import (
    a_contact,
    a_customer,
    a_project,
    a_stage,
    a_web_order,
    a_worker,
    an_address,
    an_order,
    number_sequences,
    the_parameters,
)

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
async def a_company(database: object) -> None:  # noqa: ARG001 - it is made in the database
    """A company with a stage and a sequence of order numbers that asks for agreements."""
    await number_sequences("service_order")
    await the_parameters(allow_without_service_agreement=False)
    await a_stage()


async def test_a_customer_asks_for_themselves() -> None:
    kim = await a_customer()
    address, contact = await an_address(kim), await a_contact(kim)

    done = await perform(
        create_web_order,
        CreateWebOrder(" The lift squeaks ", address_id=address.id, contact_id=contact.id),
        actor=customer(kim.id),
    )

    order = await ServiceOrder.get(id=done.result)
    assert (order.customer_id, order.address_id, order.contact_id) == (kim.id, address.id, contact.id)
    assert (order.description, order.origin, order.incoming_web_order) == ("The lift squeaks", OrderOrigin.WEB, True)
    assert (await only_event()).kind == "web_order_created"


async def test_a_technician_asks_for_a_customer_and_sees_it() -> None:
    kim, tim = await a_customer(), await a_worker()

    done = await perform(create_web_order, CreateWebOrder("The door sticks", kim.id), actor=technician(tim.id))

    seen = await ServiceOrder.filter(visible_orders(technician(tim.id)))
    assert [(order.id, order.customer_id, order.responsible_id) for order in seen] == [(done.result, kim.id, tim.id)]


async def test_a_web_order_names_only_what_is_its_customers() -> None:
    kim, other = await a_customer(), await a_customer()
    agreement = await an_agreement(project_id=(await a_project(customer_id=other.id)).id)
    only = await an_address(kim, this_service_only=True)

    for wrong, path in [
        ({"customer_id": other.id}, "customerId"),
        ({"address_id": (await an_address(other)).id}, "addressId"),
        ({"address_id": only.id}, "addressId"),
        ({"contact_id": (await a_contact(other)).id}, "contactId"),
        ({"agreement_id": agreement.id}, "agreementId"),
    ]:
        command = CreateWebOrder("The lift squeaks", **wrong)  # type: ignore[arg-type]
        assert await refusal(create_web_order, command, actor=customer(kim.id)) == (Code.NOT_FOUND, (path,))
    nobody = CreateWebOrder("The lift squeaks")
    assert await refusal(create_web_order, nobody, actor=technician()) == (Code.NOT_FOUND, ("customerId",))
    with pytest.raises(NotPermitted):
        await perform(create_web_order, nobody, actor=DISPATCHER)


async def test_nothing_is_done_on_a_web_order_before_it_is_taken_over() -> None:
    order = await a_web_order(stage_id=1)
    line = NewLine(TransactionType.HOUR, 1)  # type: ignore[arg-type]

    attempts: list[tuple[Any, Any]] = [
        (add_service_order_line, AddServiceOrderLine(order.id, line)),
        (create_service_activity, CreateServiceActivity(order.id, "Look")),
        (sign_off_service_order, SignOffOrder(order.id)),
        (move_service_order_to_next_stage, MoveToNextStage(order.id)),
    ]

    for operation, command in attempts:
        expected = Code.WEB_ORDER_WAITS, ("orderId",)
        assert await refusal(operation, command, actor=DISPATCHER) == expected


async def test_a_web_order_is_taken_over_with_what_orders_have_to_have() -> None:
    order = await a_web_order()
    agreement = await an_agreement(project_id=(await a_project(customer_id=order.customer_id)).id)
    address = await an_address(await order.customer)
    await ServiceManagementParameters.all().update(create_activity_for_order=True)

    bare = TransferWebOrder(order.id)
    assert await refusal(transfer_web_order, bare, actor=DISPATCHER) == (Code.AGREEMENT_REQUIRED, ("agreementId",))
    await perform(transfer_web_order, TransferWebOrder(order.id, agreement.id), actor=DISPATCHER)

    taken = await ServiceOrder.get(id=order.id)
    assert (taken.incoming_web_order, taken.origin, taken.agreement_id) == (False, OrderOrigin.WEB, agreement.id)
    assert (taken.project_id, taken.address_id) == (agreement.project_id, address.id)
    assert taken.description == "Cold room does not cool"
    assert await ServiceActivity.filter(order_id=order.id).count() == 1


async def test_only_a_waiting_web_order_is_taken_over() -> None:
    frozen = await a_stage(await Stage.get(), allow_modify=False)
    ordinary, waiting = await an_order(), await a_web_order(stage_id=frozen.id)

    attempts = [
        (TransferWebOrder(ordinary.id), (Code.NOT_A_WEB_ORDER, ("orderId",))),
        (TransferWebOrder(404), (Code.NOT_FOUND, ("orderId",))),
        (TransferWebOrder(waiting.id), (Code.STAGE_FORBIDS_MODIFY, ("orderId",))),
        (TransferWebOrder(waiting.id, expected_version=9), (Code.VERSION_CONFLICT, ("expectedVersion",))),
    ]

    for command, expected in attempts:
        assert await refusal(transfer_web_order, command, actor=DISPATCHER) == expected


async def test_without_a_stage_nobody_asks_for_anything() -> None:
    await Stage.all().delete()
    kim = await a_customer()

    wanted = CreateWebOrder("The lift squeaks")
    assert (await refusal(create_web_order, wanted, actor=customer(kim.id)))[0] is Code.NO_INITIAL_STAGE


async def test_a_web_order_is_taken_over_only_under_an_agreement_that_fits() -> None:
    order = await a_web_order(service_at=datetime(2026, 6, 1, 12, tzinfo=UTC), stage_id=1)
    agreement, past = await an_agreement(), await an_agreement(ends_on=date(2026, 5, 31))
    other = await a_project()

    for command, expected in [
        (TransferWebOrder(order.id, (await an_agreement(suspended=True)).id), Code.AGREEMENT_SUSPENDED),
        (TransferWebOrder(order.id, (await a_template()).id), Code.AGREEMENT_IS_TEMPLATE),
        (TransferWebOrder(order.id, past.id), Code.OUTSIDE_VALIDITY),
        (TransferWebOrder(order.id, agreement.id, other.id), Code.PROJECT_MISMATCH),
    ]:
        assert (await refusal(transfer_web_order, command, actor=DISPATCHER))[0] is expected


async def test_a_web_order_that_is_no_order_is_deleted() -> None:
    order = await a_web_order(stage_id=1)

    await perform(delete_service_order, EndOrder(order.id), actor=DISPATCHER)

    assert await ServiceOrder.all().count() == 0


async def test_all_orders_does_not_mean_those_that_wait() -> None:
    waiting, ordinary = await a_web_order(), await an_order()

    done = await perform(cancel_service_orders, EndOrders(confirm_all=True), actor=DISPATCHER)
    asked = EndOrders(OrderCriteria(incoming_web_orders=True))
    told = await perform(cancel_service_orders, asked, actor=DISPATCHER)

    assert [each["order_id"] for each in done.result] == [ordinary.id]
    assert [each["order_id"] for each in told.result] == [waiting.id]
