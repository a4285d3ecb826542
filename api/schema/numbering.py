"""Number sequences."""

import strawberry

from api.schema.inputs import OMIT, VERSION, MutationInput, kept
from api.schema.lists import whole_list
from api.schema.mutations import mutation
from api.schema.nodes import Node, node
from api.selection import column, identity
from domain.core.rows import company_only
from domain.numbering import models, operations


@node(
    models.NumberSequence,
    prefix="seq",
    visible=company_only,
    description="Where the next business number of one kind comes from, for example `SO-` and 10001.",
)
class NumberSequence(Node):
    """A number sequence."""

    id: strawberry.ID = identity("seq")
    code: str = column(description="What it numbers, for example `service_order`.")
    prefix: str = column(description="What its numbers begin with; may be empty.")
    next: int = column(description="The number that is drawn next.")
    version: int = column(description="Grows when it is changed, not when a number is drawn.")


@strawberry.input(description="What is to be different about a number sequence.")
class ChangeNumberSequenceInput(MutationInput):
    """For `changeNumberSequence`."""

    code: str = strawberry.field(description="Which sequence, for example `service_order`.")
    prefix: strawberry.Maybe[str | None] = strawberry.field(
        description="Omit to keep; null for none. At most 10 characters."
    )
    next: strawberry.Maybe[int] = strawberry.field(
        description=f"{OMIT} At most 999,999,999; numbers never run backwards."
    )
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeNumberSequence:
        """The command this asks for."""
        return operations.ChangeNumberSequence(
            code=self.code,
            prefix=kept(self.prefix),
            next=kept(self.next),
            expected_version=self.expected_version,
        )


@strawberry.type
class NumberingQueries:
    """Reading number sequences."""

    number_sequences = whole_list(NumberSequence, ("code",), "Number sequences, by code.")


@strawberry.type
class NumberingMutations:
    """Changing number sequences."""

    change_number_sequence = mutation(
        operations.change_number_sequence,
        ChangeNumberSequenceInput,
        "Changes what the next number of a kind will be; a known sequence that is missing is created.",
        number_sequence=NumberSequence,
    )
