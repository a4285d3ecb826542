"""What was posted, over the API: who sees costs, what the report says, and in how many statements."""

from typing import Any

import pytest

from domain.access.models import User
from domain.core.actor import Role
from domain.orders.models import ServiceOrder, ServiceOrderLine
from domain.postings.models import ProjectTransaction
from domain.projects.rules import TransactionType
from tests.builders import agreed, rows
from tests.builders.posted import a_company_that_posts, a_transaction, an_order_done
from tests.serving import Server

REPORT = """
query ($by: MarginSubject! = ORDER, $filter: TransactionFilter, $first: Int! = 50, $after: ID) {
  marginReport(by: $by, filter: $filter, first: $first, after: $after) {
    lines {
      id number description customerName transactions margins { currency cost sales amount percent }
    }
    totals { currency cost sales amount percent }
    hasNext
  }
}"""
LINES = """
query ($id: ID!) {
  serviceOrder(by: {id: $id}) {
    lines { costPrice { amount } salesPrice { amount currency } salesPriceModified availableActions { action allowed } }
  }
}"""


async def test_the_report_says_what_was_earned_in_decimals(server: Server) -> None:
    customer = await rows.a_customer(name="Havnens Køl ApS")
    project = await rows.a_project(customer_id=customer.id)
    agreement = await agreed.an_agreement(project_id=project.id, description="Two lifts")
    order = await rows.an_order(customer, project_id=project.id, agreement_id=agreement.id)
    await a_transaction(order, cost_minor=82005, sales_minor=123000)

    margin = {"currency": "DKK", "cost": "820.05", "sales": "1230.00", "amount": "409.95", "percent": "33.33"}
    lines = {
        "ORDER": (f"so_{order.id}", order.number, "Cold room does not cool"),
        "AGREEMENT": (f"sa_{agreement.id}", agreement.number, "Two lifts"),
        "PROJECT": (f"prj_{project.id}", project.number, "Cold chain"),
    }
    for by, (id_, number, description) in lines.items():
        assert await report_of(server, by=by) == {
            "lines": [
                {
                    "id": id_,
                    "number": number,
                    "description": description,
                    "customerName": "Havnens Køl ApS",
                    "transactions": 1,
                    "margins": [margin],
                }
            ],
            "totals": [margin],
            "hasNext": False,
        }


async def report_of(server: Server, by: str = "ORDER", **variables: Any) -> dict[str, Any]:
    """The report as a manager reads it."""
    text = REPORT.replace("$by: MarginSubject! = ORDER", f"$by: MarginSubject! = {by}")
    report: dict[str, Any] = (await server.ask(text, **variables))["marginReport"]
    return report


async def test_the_report_is_paged_in_as_many_statements_however_long_it_is(server: Server) -> None:
    async def more(count: int) -> None:
        for _ in range(count):
            await a_transaction()

    await more(3)
    few = await server.statements(REPORT)
    await more(9)
    many = await server.statements(REPORT)
    page = await report_of(server, first=5)
    rest = await report_of(server, first=50, after=page["lines"][-1]["id"])

    assert (few, many) == (2, 2)
    assert (len(page["lines"]), page["hasNext"]) == (5, True)
    assert (len(rest["lines"]), rest["hasNext"]) == (7, False)
    assert page["totals"][0]["cost"] == "9840.00"


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"first": 0}, ["first"]),
        ({"first": 251}, ["first"]),
        ({"after": "sa_1"}, ["after"]),
        ({"filter": {"orderIds": ["sa_1"]}}, ["filter", "orderIds", 0]),
        ({"filter": {"orderIds": ["so_1"] * 251}}, ["filter", "orderIds"]),
    ],
)
async def test_a_report_that_makes_no_sense_is_the_callers_mistake(
    server: Server, given: dict[str, Any], path: list[str | int]
) -> None:
    [error] = await server.errors(REPORT, **given)

    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["extensions"]["refusal"]["path"] == path


async def test_reports_and_transactions_are_the_managers(server: Server) -> None:
    await a_transaction()
    texts = (REPORT, "{ projectTransactions { nodes { id } } }")

    for role in (Role.DISPATCHER, Role.TECHNICIAN, Role.CUSTOMER):
        for text in texts:
            assert await server.codes(text, by=role) == ["FORBIDDEN"]
    vouchers = "{ journalPostings { nodes { number transactions { id } } } }"
    assert (await server.ask(vouchers, by=Role.DISPATCHER))["journalPostings"]["nodes"][0]["transactions"] == []
    assert await server.codes(vouchers, by=Role.CUSTOMER) == ["FORBIDDEN"]


async def test_costs_are_the_managers_and_customers_see_no_prices(server: Server) -> None:
    await a_company_that_posts()
    await server.token(Role.CUSTOMER)
    kim = await User.get(role=Role.CUSTOMER)
    order = await an_order_done(TransactionType.HOUR)
    await ServiceOrder.filter(id=order.id).update(customer_id=kim.customer_id)

    async def seen(role: Role) -> tuple[Any, Any, Any, bool]:
        [line] = (await server.ask(LINES, by=role, id=f"so_{order.id}"))["serviceOrder"]["lines"]
        may_post = {each["action"]: each["allowed"] for each in line["availableActions"]}["POST"]
        return line["costPrice"], line["salesPrice"], line["salesPriceModified"], may_post

    sales = {"amount": "695.00", "currency": "DKK"}
    assert await seen(Role.SERVICE_MANAGER) == ({"amount": "410.00"}, sales, False, True)
    assert await seen(Role.DISPATCHER) == (None, sales, False, False)
    assert await seen(Role.CUSTOMER) == (None, None, None, False)


async def test_set_up_costs_are_the_managers_too(server: Server) -> None:
    await rows.a_price()
    text = "{ projectPrices { nodes { costPrice { amount } salesPrice { amount } } } }"

    async def seen(role: Role) -> Any:
        return (await server.ask(text, by=role))["projectPrices"]["nodes"][0]

    assert await seen(Role.SERVICE_MANAGER) == {"costPrice": {"amount": "410.00"}, "salesPrice": {"amount": "695.00"}}
    assert await seen(Role.DISPATCHER) == {"costPrice": None, "salesPrice": {"amount": "695.00"}}


async def test_a_line_is_written_down_with_its_price_and_times(server: Server) -> None:
    journal = await rows.a_journal(show_start_end_time=True)
    await rows.the_parameters(journal_hour_id=journal.id, show_start_end_time=True)
    order = await rows.an_order(stage_id=(await rows.a_stage()).id)
    add = """
    mutation ($input: AddServiceOrderLineInput!) {
      addServiceOrderLine(input: $input) {
        line { startTime endTime currency salesPrice { amount } salesPriceModified } userErrors { code path }
      }
    }"""
    line = {"transactionType": "HOUR", "quantity": "2", "salesPrice": "700", "startTime": "08:00", "endTime": "24:00"}

    done = await server.ask(add, input={"orderId": f"so_{order.id}", "line": line})
    late = await server.ask(add, input={"orderId": f"so_{order.id}", "line": line | {"startTime": "8 o'clock"}})

    assert done["addServiceOrderLine"]["line"] == {
        "startTime": "08:00",
        "endTime": "24:00",
        "currency": "DKK",
        "salesPrice": {"amount": "700.00"},
        "salesPriceModified": True,
    }
    assert late["addServiceOrderLine"]["userErrors"] == [{"code": "INVALID", "path": ["input", "line", "startTime"]}]


async def test_a_list_of_transactions_takes_as_many_statements_however_long_it_is(server: Server) -> None:
    text = """
    { projectTransactions(first: 100) {
        nodes { posting { number journal { name } } order { number customer { name } } cost { amount } worker { name } }
    } }"""
    order = await rows.an_order(project_id=(await rows.a_project()).id)
    await a_transaction(order)
    few = await server.statements(text)
    for _ in range(20):
        await a_transaction(order)

    assert await server.statements(text) == few


async def test_what_is_on_an_invoice_is_found_and_customers_are_not_told(server: Server) -> None:
    await server.token(Role.CUSTOMER)
    kim = await User.get(role=Role.CUSTOMER)
    order = await rows.an_order(project_id=(await rows.a_project()).id)
    await ServiceOrder.filter(id=order.id).update(customer_id=kim.customer_id)
    first, second = await a_transaction(order), await a_transaction(order)
    await ServiceOrderLine.filter(id=second.order_line_id).update(invoice_number="INV-7")
    found = """query ($invoiced: Boolean) {
      projectTransactions(filter: {invoiced: $invoiced}) { nodes { id line { invoiceNumber } } }
    }"""
    lines = "query ($id: ID!) { serviceOrder(by: {id: $id}) { lines { invoiceNumber } } }"

    def node(transaction: ProjectTransaction, number: str | None) -> dict[str, Any]:
        return {"id": f"ptr_{transaction.id}", "line": {"invoiceNumber": number}}

    for invoiced, expected in (
        (True, [node(second, "INV-7")]),
        (False, [node(first, None)]),
        (None, [node(first, None), node(second, "INV-7")]),
    ):
        assert (await server.ask(found, invoiced=invoiced))["projectTransactions"]["nodes"] == expected
    for role, expected_numbers in ((Role.DISPATCHER, [None, "INV-7"]), (Role.CUSTOMER, [None, None])):
        shown = (await server.ask(lines, by=role, id=f"so_{order.id}"))["serviceOrder"]["lines"]
        assert [each["invoiceNumber"] for each in shown] == expected_numbers
