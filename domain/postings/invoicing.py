"""Which invoice posted lines were charged on, as the program that writes invoices says it."""

from dataclasses import dataclass

from domain.core.actor import Permission
from domain.core.checks import optional_text
from domain.core.errors import Code, Refused, not_found
from domain.core.operation import Work, operation
from domain.core.rows import lock_all
from domain.orders.models import ServiceOrder, ServiceOrderLine
from domain.orders.rules import check_invoiced

MOST_LINES = 1000


@dataclass(frozen=True, slots=True)
class RecordInvoice:
    """Posted lines, of whatever orders, and the number of the invoice that they are on; None takes it away again."""

    line_ids: tuple[int, ...]
    invoice_number: str | None


@operation(requires=Permission.RECORD_INVOICES)
async def record_invoice(work: Work, command: RecordInvoice) -> list[int]:
    """Write down on which invoice posted lines are, all of them or none; nothing else about them changes.

    Raises:
        Refused: INVALID, NOT_FOUND.

    Source: DOMAIN.md 5.2.
    """
    number = optional_text(command.invoice_number, "invoiceNumber", longest=40)
    if not 0 < len(command.line_ids) <= MOST_LINES:
        raise Refused(Code.INVALID, f"Name 1 to {MOST_LINES} lines.", ("lineIds",))
    owners = await ServiceOrderLine.filter(id__in=list(command.line_ids)).values_list("order_id", flat=True)
    await lock_all(ServiceOrder, [int(str(owner)) for owner in owners])
    lines = await lock_all(ServiceOrderLine, command.line_ids)
    for place, line_id in enumerate(command.line_ids):
        if line_id not in lines:
            raise not_found("order line", "lineIds", place)
        line = lines[line_id]
        check_invoiced(line.status, line.line_number, number, path=("lineIds", place))
    wanted = list(dict.fromkeys(command.line_ids))
    for line_id in wanted:
        await work.change(lines[line_id], "service_order_line_invoiced", invoice_number=number)
    return wanted
