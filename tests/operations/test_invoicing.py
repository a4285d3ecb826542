"""The invoice that posted lines are on, as bookkeeping says it."""

import pytest

from domain.core.actor import Actor, Role, TokenScope, actor_of
from domain.core.errors import Code, NotPermitted, Path
from domain.core.operation import perform
from domain.orders.models import ServiceOrderLine
from domain.postings.invoicing import MOST_LINES, RecordInvoice, record_invoice
from domain.postings.models import ProjectTransaction
from tests.builders import rows
from tests.builders.actors import DISPATCHER, MANAGER
from tests.builders.log import events, nothing_changes, refusal
from tests.builders.posted import a_transaction

pytestmark = pytest.mark.usefixtures("database")
PROGRAM = actor_of(Role.INTEGRATION, user_id=7, name="Bookkeeping", scopes=[TokenScope.ORDERS])


async def numbers() -> list[str | None]:
    """The invoice of each line."""
    return [line.invoice_number for line in await ServiceOrderLine.all().order_by("id")]


async def test_lines_of_several_orders_are_on_an_invoice_until_that_is_taken_back() -> None:
    first, second, other = [(await a_transaction()).order_line_id for _ in range(3)]
    before = await ProjectTransaction.all().order_by("id").values()

    done = await perform(record_invoice, RecordInvoice((second, first, second), " INV-7 "), actor=PROGRAM)

    assert (done.result, await numbers()) == ([second, first], ["INV-7", "INV-7", None])
    assert [(event.kind, event.subject_id) for event in await events()] == [
        ("service_order_line_invoiced", second),
        ("service_order_line_invoiced", first),
    ]
    async with nothing_changes():
        await perform(record_invoice, RecordInvoice((first,), "INV-7"), actor=PROGRAM)
    await perform(record_invoice, RecordInvoice((first,), None), actor=MANAGER)
    await perform(record_invoice, RecordInvoice((other,), None), actor=MANAGER)
    assert await numbers() == [None, "INV-7", None]
    # What was posted is as it was posted.
    assert await ProjectTransaction.all().order_by("id").values() == before


async def test_what_is_not_posted_or_not_there_is_not_invoiced_and_then_nothing_is() -> None:
    posted, order = (await a_transaction()).order_line_id, await rows.an_order()
    open_line, cancelled = await rows.a_line(order), await rows.a_line(order, status="CANCELED")

    wrong: list[tuple[RecordInvoice, Code, Path]] = [
        (RecordInvoice((posted, open_line.id), "INV-7"), Code.INVALID, ("lineIds", 1)),
        (RecordInvoice((posted, cancelled.id), "INV-7"), Code.INVALID, ("lineIds", 1)),
        (RecordInvoice((posted, 404), "INV-7"), Code.NOT_FOUND, ("lineIds", 1)),
        (RecordInvoice((), "INV-7"), Code.INVALID, ("lineIds",)),
        (RecordInvoice((posted,) * (MOST_LINES + 1), "INV-7"), Code.INVALID, ("lineIds",)),
        (RecordInvoice((posted,), "7" * 41), Code.INVALID, ("invoiceNumber",)),
    ]
    for command, code, path in wrong:
        assert await refusal(record_invoice, command, actor=PROGRAM) == (code, path)


@pytest.mark.parametrize(
    "actor", [DISPATCHER, actor_of(Role.INTEGRATION, user_id=8, name="Board", scopes=[TokenScope.DISPATCH])]
)
async def test_a_dispatcher_and_a_program_for_something_else_say_nothing_of_invoices(actor: Actor) -> None:
    line_id = (await a_transaction()).order_line_id

    async with nothing_changes():
        with pytest.raises(NotPermitted):
            await perform(record_invoice, RecordInvoice((line_id,), "INV-7"), actor=actor)
