"""The ways in which service orders come about, and where they are done."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.core.errors import Code
from domain.core.operation import perform
from domain.customers.addresses import GivenAddress
from domain.customers.models import Address
from domain.orders.models import ServiceOrder, ServiceOrderLine
from domain.orders.operations import (
    ChangeServiceOrder,
    ChangeServiceOrderLine,
    CreateServiceOrder,
    NewLine,
    change_service_order,
    change_service_order_line,
    create_service_order,
)
from domain.orders.rules import OrderOrigin
from domain.parameters.models import ServiceManagementParameters
from domain.projects.models import ProjectValidation
from domain.projects.rules import TransactionType
from domain.stages.models import Stage
from tests.builders.actors import DISPATCHER
from tests.builders.agreed import a_line_property, an_agreement
from tests.builders.log import events, refusal
from tests.builders.rows import (
    a_calendar,
    a_contact,
    a_customer,
    a_project,
    a_project_category,
    a_stage,
    a_worker,
    an_address,
    an_item,
    an_order,
    number_sequences,
    the_parameters,
)
from tests.builders.times import at

pytestmark = pytest.mark.usefixtures("database")

HOUR = NewLine(TransactionType.HOUR, Decimal(1))
PLACE = GivenAddress("Cold store", "Kajen 1", "2150", "Nordhavn")


@pytest.fixture(autouse=True)
async def a_company(database: object) -> None:  # noqa: ARG001 - it is made in the database
    """A company with a stage and number sequences that does without agreements."""
    await number_sequences("service_order", "address")
    await the_parameters(allow_without_service_agreement=True)
    await a_stage()


async def made(command: CreateServiceOrder) -> ServiceOrder:
    done = await perform(create_service_order, command, actor=DISPATCHER)
    return await ServiceOrder.get(id=done.result)


async def refused(command: CreateServiceOrder) -> tuple[Code, Any]:
    return await refusal(create_service_order, command, actor=DISPATCHER)


# --- five ways -------------------------------------------------------------------------------------------------------


async def test_an_order_from_an_agreement_is_for_the_customer_of_its_project() -> None:
    customer, worker = await a_customer(), await a_worker()
    contact = await a_contact(customer)
    project = await a_project(customer_id=customer.id)
    agreement = await an_agreement(
        project_id=project.id,
        responsible_id=worker.id,
        preferred_technician_id=worker.id,
        contact_id=contact.id,
        description="Two lifts",
    )

    order = await made(CreateServiceOrder(agreement_id=agreement.id, origin=OrderOrigin.AGREEMENT, service_at=at(24)))

    assert (order.customer_id, order.project_id, order.agreement_id) == (customer.id, project.id, agreement.id)
    assert (order.description, order.contact_id, order.origin) == ("Two lifts", contact.id, OrderOrigin.AGREEMENT)
    assert (order.responsible_id, order.preferred_technician_id) == (worker.id, worker.id)


async def test_an_order_from_a_project_needs_no_more_than_the_project() -> None:
    customer = await a_customer()
    project = await a_project(customer_id=customer.id)

    order = await made(CreateServiceOrder(project_id=project.id, origin=OrderOrigin.PROJECT))

    assert (order.customer_id, order.project_id, order.origin) == (customer.id, project.id, OrderOrigin.PROJECT)


async def test_an_order_from_a_sales_order_keeps_its_number() -> None:
    agreement = await an_agreement(project_id=(await a_project(customer_id=(await a_customer()).id)).id)

    order = await made(
        CreateServiceOrder(
            agreement_id=agreement.id, origin=OrderOrigin.SALES_ORDER, sales_order_number=" 4711 ", service_at=at(24)
        )
    )

    assert (order.sales_order_number, order.origin, order.description) == ("4711", OrderOrigin.SALES_ORDER, "Two lifts")


async def test_an_order_without_what_it_is_said_to_come_from_is_refused() -> None:
    customer = await a_customer()

    for origin, more, expected in [
        (OrderOrigin.AGREEMENT, {}, (Code.AGREEMENT_REQUIRED, ("agreementId",))),
        (OrderOrigin.PROJECT, {}, (Code.PROJECT_REQUIRED, ("projectId",))),
        (OrderOrigin.SALES_ORDER, {}, (Code.INVALID, ("salesOrderNumber",))),
        (OrderOrigin.MANUAL, {"sales_order_number": "4711"}, (Code.INVALID, ("salesOrderNumber",))),
        (OrderOrigin.WEB, {}, (Code.INVALID, ("origin",))),
    ]:
        values: dict[str, Any] = more
        assert await refused(CreateServiceOrder(customer.id, origin=origin, **values)) == expected


async def test_an_order_for_nobody_is_refused() -> None:
    nobodys = await a_project()

    assert await refused(CreateServiceOrder()) == (Code.INVALID, ("customerId",))
    assert await refused(CreateServiceOrder(project_id=nobodys.id)) == (Code.INVALID, ("customerId",))


async def test_what_agreements_and_stages_ask_for_is_asked_of_every_way() -> None:
    customer, other = await a_customer(), await a_project()
    agreement = await an_agreement(project_id=(await a_project(customer_id=customer.id)).id)
    await ServiceManagementParameters.all().update(allow_without_service_agreement=False)

    assert await refused(CreateServiceOrder(customer.id)) == (Code.AGREEMENT_REQUIRED, ("agreementId",))
    early = CreateServiceOrder(agreement_id=agreement.id, service_at=at(-400 * 24))
    assert await refused(early) == (Code.OUTSIDE_VALIDITY, ("serviceAt",))
    elsewhere = CreateServiceOrder(agreement_id=agreement.id, project_id=other.id)
    assert await refused(elsewhere) == (Code.PROJECT_MISMATCH, ("projectId",))
    await Stage.all().delete()
    assert await refused(CreateServiceOrder(agreement_id=agreement.id)) == (Code.NO_INITIAL_STAGE, ())


# --- addresses -------------------------------------------------------------------------------------------------------


async def test_an_order_is_done_at_the_first_address_of_its_projects_customer() -> None:
    customer = await a_customer()
    await an_address(customer, this_service_only=True)
    first, _ = await an_address(customer), await an_address(customer)
    project = await a_project(customer_id=customer.id)

    assert (await made(CreateServiceOrder(project_id=project.id))).address_id == first.id
    assert (await made(CreateServiceOrder(customer.id))).address_id is None


async def test_an_order_is_done_at_any_address_that_is_known() -> None:
    order, elsewhere = await an_order(), await an_address()

    assert (await made(CreateServiceOrder(order.customer_id, address_id=elsewhere.id))).address_id == elsewhere.id
    await perform(change_service_order, ChangeServiceOrder(order.id, address_id=elsewhere.id), actor=DISPATCHER)
    assert (await ServiceOrder.get(id=order.id)).address_id == elsewhere.id


async def test_a_new_address_is_one_of_the_projects_customer_from_now_on() -> None:
    payer, customer = await a_customer(), await a_customer()
    project = await a_project(customer_id=payer.id)

    of_project = await made(CreateServiceOrder(customer.id, project_id=project.id, new_address=PLACE))
    of_order = await made(CreateServiceOrder(customer.id, new_address=PLACE))

    addresses = await Address.all().order_by("id")
    assert [(each.id, each.customer_id, each.name, each.this_service_only) for each in addresses] == [
        (of_project.address_id, payer.id, "Cold store", False),
        (of_order.address_id, customer.id, "Cold store", False),
    ]
    assert [event.kind for event in await events()][:2] == ["address_created", "service_order_created"]


async def test_an_address_for_this_service_only_stays_with_the_order() -> None:
    customer = await a_customer()
    known = await an_address(customer, name="Cold store", street="Elsewhere 9")
    only = GivenAddress("Cold store", "Kajen 1", "2150", "Nordhavn", this_service_only=True)

    order = await made(CreateServiceOrder(customer.id, new_address=only))
    again = await made(CreateServiceOrder(customer.id, new_address=only))

    assert len({known.id, order.address_id, again.address_id}) == 3
    assert await Address.filter(customer_id=customer.id, this_service_only=False).count() == 1
    assert (await Address.get(id=known.id)).street == "Elsewhere 9"


async def test_an_address_of_a_known_name_is_overwritten_only_when_that_is_said() -> None:
    order = await an_order()
    known = await an_address(await order.customer, name="Cold store", street="Elsewhere 9")
    change = ChangeServiceOrder(order.id, new_address=PLACE)
    name = ("newAddress", "name")

    created = CreateServiceOrder(order.customer_id, new_address=PLACE)
    assert await refused(created) == (Code.ADDRESS_NAME_EXISTS, name)
    assert await refusal(change_service_order, change, actor=DISPATCHER) == (Code.ADDRESS_NAME_EXISTS, name)

    over = GivenAddress("Cold store", "Kajen 1", "2150", "Nordhavn", overwrite=True)
    await perform(change_service_order, ChangeServiceOrder(order.id, new_address=over), actor=DISPATCHER)

    assert (await ServiceOrder.get(id=order.id)).address_id == known.id
    assert (await Address.get(id=known.id)).street == "Kajen 1"


async def test_an_address_that_is_wrong_or_given_twice_is_refused() -> None:
    customer = await a_customer()
    nowhere = GivenAddress("Cold store", "Kajen 1", "2150", "Nordhavn", "Denmark")
    both = CreateServiceOrder(customer.id, address_id=(await an_address(customer)).id, new_address=PLACE)

    assert await refused(CreateServiceOrder(customer.id, new_address=nowhere)) == (
        Code.INVALID,
        ("newAddress", "country"),
    )
    assert await refused(both) == (Code.INVALID, ("newAddress",))


# --- lines -----------------------------------------------------------------------------------------------------------


async def test_lines_of_all_four_types_have_what_they_need() -> None:
    customer, item, worker = await a_customer(), await an_item(unit="m"), await a_worker()
    for kind in TransactionType:
        await a_project_category(transaction_type=kind, name=kind)
    lines = tuple(
        NewLine(kind, Decimal(2), worker_id=worker.id, item_id=item.id if kind is TransactionType.ITEM else None)
        for kind in TransactionType
    )

    order = await made(CreateServiceOrder(customer.id, lines=lines))

    stored = await ServiceOrderLine.filter(order_id=order.id).order_by("line_number").prefetch_related("category")
    assert [(line.transaction_type.value, line.unit, line.activity_id is None) for line in stored] == [
        ("HOUR", "h", False),
        ("EXPENSE", "pcs", True),
        ("ITEM", "m", True),
        ("FEE", "pcs", True),
    ]


async def test_lines_that_lack_what_their_type_needs_are_refused() -> None:
    customer, item = await a_customer(), await an_item()
    hours, _ = [await a_project_category() for _ in range(2)]
    fees = await a_project_category(transaction_type=TransactionType.FEE)
    one = Decimal(1)

    for line, path in [
        (NewLine(TransactionType.ITEM, one), "itemId"),
        (NewLine(TransactionType.FEE, one, item_id=item.id), "itemId"),
        (NewLine(TransactionType.HOUR, one), "categoryId"),
        (NewLine(TransactionType.HOUR, one, category_id=fees.id), "categoryId"),
    ]:
        expected = Code.INVALID, ("lines", 0, path)
        assert await refused(CreateServiceOrder(customer.id, lines=(line,))) == expected
    unknown = NewLine(TransactionType.HOUR, one, category_id=hours.id, line_property_id=404)
    assert await refused(CreateServiceOrder(customer.id, lines=(unknown,))) == (
        Code.NOT_FOUND,
        ("lines", 0, "linePropertyId"),
    )


async def test_whom_and_what_a_project_takes_is_asked_of_lines() -> None:
    customer, project = await a_customer(), await a_project(line_property_id=(await a_line_property()).id)
    mine, other = await a_worker(), await a_worker()
    hours = await a_project_category()
    await ProjectValidation.create(number="V-1", project_id=project.id, worker_id=mine.id)

    def an_order_by(worker_id: int, **line: Any) -> CreateServiceOrder:
        lines = (NewLine(TransactionType.HOUR, Decimal(1), worker_id=worker_id, category_id=hours.id, **line),)
        return CreateServiceOrder(customer.id, project_id=None if line else project.id, lines=lines)

    expected = Code.PROJECT_VALIDATION, ("lines", 0, "projectId")
    assert await refused(an_order_by(other.id)) == expected
    assert await refused(an_order_by(other.id, project_id=project.id)) == expected
    await made(an_order_by(mine.id))

    line = await ServiceOrderLine.get()
    assert line.line_property_id == project.line_property_id
    change = ChangeServiceOrderLine(line.id, worker_id=other.id)
    code = await refusal(change_service_order_line, change, actor=DISPATCHER)
    assert code == (Code.PROJECT_VALIDATION, ("projectId",))


async def test_people_who_left_and_retired_categories_are_chosen_only_where_the_company_allows_it() -> None:
    customer, gone = await a_customer(), await a_worker(active=False)
    retired = await a_project_category(active_in_journals=False)
    lines = (NewLine(TransactionType.HOUR, Decimal(1), worker_id=gone.id, category_id=retired.id),)
    order = CreateServiceOrder(customer.id, lines=lines)
    parameters = ServiceManagementParameters.all()

    assert await refused(order) == (Code.WORKER_INACTIVE, ("lines", 0, "workerId"))
    await parameters.update(terminated_workers_selectable=True)
    assert await refused(order) == (Code.INVALID, ("lines", 0, "categoryId"))
    await parameters.update(inactive_categories_selectable=True)

    assert (await made(order)).number == "SO-10001"


# --- days ------------------------------------------------------------------------------------------------------------


async def test_a_day_on_which_the_company_is_closed_is_flagged_and_not_refused() -> None:
    calendar, customer = await a_calendar(), await a_customer()
    await ServiceManagementParameters.all().update(calendar_id=calendar.id)
    saturday, monday = at(days=5), at(days=7)

    order = await made(CreateServiceOrder(customer.id, service_at=saturday))
    await perform(change_service_order, ChangeServiceOrder(order.id, service_at=monday), actor=DISPATCHER)
    moved = await ServiceOrder.get(id=order.id)
    await perform(change_service_order, ChangeServiceOrder(order.id, service_at=None), actor=DISPATCHER)

    assert (order.calendar_conflict, moved.calendar_conflict) == (True, False)
    assert (await ServiceOrder.get(id=order.id)).calendar_conflict is False


async def test_a_line_is_done_on_the_orders_day_unless_told() -> None:
    customer = await a_customer()
    monday, friday = date(2026, 11, 23), date(2026, 11, 27)
    told = NewLine(
        TransactionType.FEE, Decimal(1), executes_on=friday, earliest_on=monday, latest_on=date(2026, 11, 30)
    )

    # 23 h UTC is the next day in Copenhagen.
    order = await made(CreateServiceOrder(customer.id, service_at=at(15), lines=(told, HOUR)))

    first, second = await ServiceOrderLine.filter(order_id=order.id).order_by("line_number")
    assert (first.executes_on, first.earliest_on, first.latest_on) == (friday, monday, date(2026, 11, 30))
    assert {second.executes_on, second.earliest_on, second.latest_on} == {date(2026, 11, 24)}
    back = NewLine(TransactionType.FEE, Decimal(1), earliest_on=friday, latest_on=monday)
    assert await refused(CreateServiceOrder(customer.id, lines=(back,))) == (Code.INVALID, ("lines", 0, "latestOn"))
    later = ChangeServiceOrderLine(first.id, earliest_on=date(2026, 12, 1))
    code = await refusal(change_service_order_line, later, actor=DISPATCHER)
    assert code == (Code.INVALID, ("latestOn",))
