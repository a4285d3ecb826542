"""A company that can post, orders that are done, and rows of what was posted."""

from decimal import Decimal
from typing import Any

from domain.orders.models import ServiceOrder, ServiceOrderLine
from domain.postings.models import JournalPosting, ProjectTransaction
from domain.projects.rules import TransactionType
from domain.stages.models import Stage
from tests.builders import rows
from tests.builders.times import MONDAY


async def a_company_that_posts(**columns: Any) -> None:
    """Settings with a journal for each type, a stage that allows everything, and the vouchers' number sequence."""
    journals = {
        f"journal_{each.lower()}_id": (await rows.a_journal(transaction_type=each, name=each.title())).id
        for each in TransactionType
    }
    await rows.the_parameters(**(journals | {"allow_without_service_agreement": True} | columns))
    await rows.number_sequences("journal_posting")
    await rows.a_stage()


async def an_order_done(*types: TransactionType, **columns: Any) -> ServiceOrder:
    """An order on a project, in the first stage, with a signed-off line of each type; one of hours unless told."""
    stage = await Stage.filter(parent_id=None).first()
    assert stage is not None
    if "project_id" not in columns:
        columns["project_id"] = (await rows.a_project()).id
    defaults: dict[str, Any] = {"stage_id": stage.id, "service_at": MONDAY}
    order = await rows.an_order(**(defaults | columns))
    for each in types or (TransactionType.HOUR,):
        await a_line_done(order, each)
    return order


async def a_line_done(
    order: ServiceOrder, transaction_type: TransactionType = TransactionType.HOUR, **columns: Any
) -> ServiceOrderLine:
    """A signed-off line of two hours at 695.00, which cost 410.00, or of what else is told."""
    if transaction_type is TransactionType.ITEM and "item_id" not in columns:
        columns["item_id"] = (await rows.an_item()).id
    defaults: dict[str, Any] = {
        "transaction_type": transaction_type,
        "quantity": Decimal(2),
        "signed_off_at": MONDAY,
        "executes_on": MONDAY.date(),
        "currency": "DKK",
        "cost_price_minor": 41000,
        "sales_price_minor": 69500,
    }
    return await rows.a_line(order, **(defaults | columns))


async def a_posting(**columns: Any) -> JournalPosting:
    """A voucher in a journal of its own."""
    if "journal_id" not in columns:
        columns["journal_id"] = (await rows.a_journal()).id
    number = f"VOU-B{await JournalPosting.all().count() + 1}"
    defaults: dict[str, Any] = {"number": number, "posted_at": MONDAY, "posted_by": "Mona Manager"}
    return await JournalPosting.create(**(defaults | columns))


async def a_transaction(order: ServiceOrder | None = None, **columns: Any) -> ProjectTransaction:
    """A posted line of two hours on `order`, or on a new one: cost 820.00, sales 1390.00."""
    project_id = columns.get("project_id") or (order and order.project_id) or (await rows.a_project()).id
    order = order or await rows.an_order(project_id=project_id)
    line = await rows.a_line(order, status="POSTED", signed_off_at=MONDAY)
    if "posting_id" not in columns:
        columns["posting_id"] = (await a_posting()).id
    defaults: dict[str, Any] = {
        "order_id": order.id,
        "line_number": line.line_number,
        "order_line_id": line.id,
        "project_id": project_id,
        "agreement_id": order.agreement_id,
        "transaction_type": TransactionType.HOUR,
        "executed_on": MONDAY.date(),
        "quantity": Decimal(2),
        "unit": "h",
        "currency": "DKK",
        "cost_price_minor": 41000,
        "sales_price_minor": 69500,
        "cost_minor": 82000,
        "sales_minor": 139000,
    }
    return await ProjectTransaction.create(**(defaults | columns))
