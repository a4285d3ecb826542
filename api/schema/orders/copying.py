"""Copying lines of templates to service orders."""

import strawberry

from api.schema.inputs import VERSION, MutationInput
from api.schema.mutations import mutation
from api.schema.nodes import key_of, keys_of
from api.schema.orders.types import ServiceOrderLine
from domain.orders import operations


@strawberry.input(description="Which lines of templates a service order gets copies of.")
class CopyLinesToServiceOrderInput(MutationInput):
    """For `copyLinesToServiceOrder`."""

    order_id: strawberry.ID = strawberry.field(description="Which order gets the copies.")
    line_ids: list[strawberry.ID] = strawberry.field(
        description="Agreement lines of whatever templates, in the order that the copies come in."
    )
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.CopyLinesToOrder:
        """The command this asks for."""
        return operations.CopyLinesToOrder(
            order_id=key_of(self.order_id, "so", "service order", "orderId"),
            line_ids=tuple(keys_of(self.line_ids, "sal", "agreement line", "lineIds")),
            expected_version=self.expected_version,
        )


@strawberry.type
class OrderCopyMutations:
    """Copying to orders."""

    copy_lines_to_service_order = mutation(
        operations.copy_lines_to_service_order,
        CopyLinesToServiceOrderInput,
        "Copies lines of templates to a service order, with the objects and tasks that they name.",
        many=True,
        lines=ServiceOrderLine,
    )
