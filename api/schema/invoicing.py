"""On which invoice posted lines are."""

import strawberry

from api.schema.inputs import MutationInput
from api.schema.mutations import mutation
from api.schema.nodes import keys_of
from api.schema.orders import ServiceOrderLine
from domain.postings import invoicing


@strawberry.input(description="Posted lines, and the invoice that they are on.")
class RecordInvoiceInput(MutationInput):
    """For `recordInvoice`."""

    line_ids: list[strawberry.ID] = strawberry.field(
        description=f"Posted lines of whatever orders, 1 to {invoicing.MOST_LINES}; all of them are written, or none."
    )
    invoice_number: str | None = strawberry.field(
        description="The invoice's number, at most 40 characters; null takes back what was said before."
    )

    def command(self) -> invoicing.RecordInvoice:
        """The command this asks for."""
        return invoicing.RecordInvoice(
            tuple(keys_of(self.line_ids, "sol", "order line", "lineIds")), self.invoice_number
        )


@strawberry.type
class InvoicingMutations:
    """Saying what was invoiced."""

    record_invoice = mutation(
        invoicing.record_invoice,
        RecordInvoiceInput,
        "Says on which invoice posted lines are, for the program that writes invoices.",
        many=True,
        lines=ServiceOrderLine,
    )
