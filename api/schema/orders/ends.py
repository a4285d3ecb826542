"""Service orders on their way: through stages, signed off, cancelled, taken up again, deleted."""

from typing import Any

import strawberry

from api.schema.inputs import VERSION, MutationInput
from api.schema.mutations import Payload, action, deletion, mutation
from api.schema.nodes import key_of, optional_key
from api.schema.orders.filters import ServiceOrderFilter
from api.schema.orders.types import ServiceOrder, ServiceOrderLine, StageReason
from api.selection import write_id
from domain.core.errors import Code
from domain.orders.criteria import OrderCriteria
from domain.orders.operations import closing, stages

REASON = "The code of the reason. Required where the stage or the service level asks for one."
DESCRIPTION = "More about the reason, at most 1,000 characters; only with a code."


@strawberry.input(description="What is done to one order.")
class OrderEndInput(MutationInput):
    """The base of inputs that name an order."""

    order_id: strawberry.ID = strawberry.field(description="Which order.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def _key(self) -> int:
        return key_of(self.order_id, "so", "service order", "orderId")

    def command(self) -> Any:
        """The command this asks for."""
        return closing.EndOrder(order_id=self._key(), expected_version=self.expected_version)


@strawberry.input(description="What is done to one line.")
class LineEndInput(MutationInput):
    """The base of inputs that name a line."""

    line_id: strawberry.ID = strawberry.field(description="Which line.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def _key(self) -> int:
        return key_of(self.line_id, "sol", "order line", "lineId")

    def command(self) -> Any:
        """The command this asks for."""
        return closing.SetLineStatus(line_id=self._key(), expected_version=self.expected_version)


@strawberry.input(description="Which order to cancel.")
class CancelServiceOrderInput(OrderEndInput):
    """For `cancelServiceOrder`."""


@strawberry.input(description="Which cancelled order to take up again.")
class RevokeServiceOrderCancellationInput(OrderEndInput):
    """For `revokeServiceOrderCancellation`."""


@strawberry.input(description="Which order to delete.")
class DeleteServiceOrderInput(OrderEndInput):
    """For `deleteServiceOrder`."""


@strawberry.input(description="Which line to cancel.")
class CancelServiceOrderLineInput(LineEndInput):
    """For `cancelServiceOrderLine`."""


@strawberry.input(description="Which line to delete.")
class DeleteServiceOrderLineInput(LineEndInput):
    """For `deleteServiceOrderLine`."""


@strawberry.input(description="Which cancelled line to open again.")
class RevokeServiceOrderLineCancellationInput(LineEndInput):
    """For `revokeServiceOrderLineCancellation`."""


@strawberry.input(description="Which order is done.")
class SignOffServiceOrderInput(OrderEndInput):
    """For `signOffServiceOrder`."""

    reason_code_id: strawberry.ID | None = strawberry.field(default=None, description=REASON)
    description: str | None = strawberry.field(default=None, description=DESCRIPTION)

    def command(self) -> closing.SignOffOrder:
        """The command this asks for."""
        return closing.SignOffOrder(
            order_id=self._key(),
            reason_code_id=reason_code(self.reason_code_id),
            description=self.description,
            expected_version=self.expected_version,
        )


@strawberry.input(description="Which line is done.")
class SignOffServiceOrderLineInput(LineEndInput):
    """For `signOffServiceOrderLine`."""

    reason_code_id: strawberry.ID | None = strawberry.field(default=None, description=REASON)
    description: str | None = strawberry.field(default=None, description=DESCRIPTION)

    def command(self) -> closing.SignOffLine:
        """The command this asks for."""
        return closing.SignOffLine(
            line_id=self._key(),
            reason_code_id=reason_code(self.reason_code_id),
            description=self.description,
            expected_version=self.expected_version,
        )


@strawberry.input(description="Which order goes on, and where to.")
class MoveServiceOrderToNextStageInput(OrderEndInput):
    """For `moveServiceOrderToNextStage`."""

    stage_id: strawberry.ID | None = strawberry.field(
        default=None, description="One of the `children` of its stage; may be omitted where there is but one."
    )
    reason_code_id: strawberry.ID | None = strawberry.field(default=None, description=REASON)
    description: str | None = strawberry.field(default=None, description=DESCRIPTION)

    def command(self) -> stages.MoveToNextStage:
        """The command this asks for."""
        return stages.MoveToNextStage(
            order_id=self._key(),
            stage_id=optional_key(self.stage_id, "stg", "stage", "stageId"),
            reason_code_id=reason_code(self.reason_code_id),
            description=self.description,
            expected_version=self.expected_version,
        )


@strawberry.input(description="Which order goes back.")
class MoveServiceOrderToPreviousStageInput(OrderEndInput):
    """For `moveServiceOrderToPreviousStage`."""

    reason_code_id: strawberry.ID | None = strawberry.field(default=None, description=REASON)
    description: str | None = strawberry.field(default=None, description=DESCRIPTION)

    def command(self) -> stages.MoveToPreviousStage:
        """The command this asks for."""
        return stages.MoveToPreviousStage(
            order_id=self._key(),
            reason_code_id=reason_code(self.reason_code_id),
            description=self.description,
            expected_version=self.expected_version,
        )


@strawberry.input(description="A reason to note on an order.")
class AddStageReasonInput(MutationInput):
    """For `addStageReason`."""

    order_id: strawberry.ID = strawberry.field(description="Which order.")
    reason_code_id: strawberry.ID = strawberry.field(description="The code of the reason.")
    description: str | None = strawberry.field(default=None, description="More about it, at most 1,000 characters.")

    def command(self) -> stages.AddStageReason:
        """The command this asks for."""
        return stages.AddStageReason(
            order_id=key_of(self.order_id, "so", "service order", "orderId"),
            reason_code_id=key_of(self.reason_code_id, "src", "stage reason code", "reasonCodeId"),
            description=self.description,
        )


@strawberry.input(description="Which reason was noted by mistake.")
class DeleteStageReasonInput(MutationInput):
    """For `deleteStageReason`."""

    reason_id: strawberry.ID = strawberry.field(description="Which reason; one of type MANUAL.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> stages.DeleteStageReason:
        """The command this asks for."""
        return stages.DeleteStageReason(
            reason_id=key_of(self.reason_id, "srs", "stage reason", "reasonId"), expected_version=self.expected_version
        )


def reason_code(given: strawberry.ID | None) -> int | None:
    """The key of a code of reasons; null stays null.

    Raises:
        Refused: NOT_FOUND.
    """
    return optional_key(given, "src", "stage reason code", "reasonCodeId")


# --- many orders -----------------------------------------------------------------------------------------------------


@strawberry.input(description="What is done to many orders.")
class OrdersEndInput(MutationInput):
    """The base of inputs that mean many orders."""

    filter: ServiceOrderFilter | None = strawberry.field(
        default=None, description="Which orders: those that meet every condition given."
    )
    confirm_all: bool = strawberry.field(
        default=False, description="Without any condition all orders are meant; that has to be confirmed here."
    )

    def command(self) -> closing.EndOrders:
        """The command this asks for."""
        criteria = OrderCriteria() if self.filter is None else self.filter.criteria()
        return closing.EndOrders(criteria=criteria, confirm_all=self.confirm_all)


@strawberry.input(description="Which orders to cancel.")
class CancelServiceOrdersInput(OrdersEndInput):
    """For `cancelServiceOrders`."""


@strawberry.input(description="Which cancelled orders to take up again.")
class RevokeServiceOrderCancellationsInput(OrdersEndInput):
    """For `revokeServiceOrderCancellations`."""


@strawberry.input(description="Which orders to delete.")
class DeleteServiceOrdersInput(OrdersEndInput):
    """For `deleteServiceOrders`."""


@strawberry.type(description="What became of one order of many.")
class ServiceOrderOutcome:
    """One line of the report."""

    order_id: strawberry.ID = strawberry.field(description="Which order; it may be no more.")
    number: str = strawberry.field(description="Its number.")
    done: bool = strawberry.field(description="Whether it was done to this one.")
    code: Code | None = strawberry.field(description="The code it was refused with; null when done.")
    reason: str | None = strawberry.field(description="Why it was refused, for a person; null when done.")


@strawberry.type(description="What every payload about many orders has.")
class OrdersPayload(Payload):
    """The answer of what is done to many orders."""

    @strawberry.field(description="What became of each order that the filter means; empty when refused as a whole.")
    def outcomes(self) -> list[ServiceOrderOutcome]:
        """The report, by order of creation."""
        return [] if self.done is None else [_outcome(told) for told in self.done.result]


def _outcome(told: dict[str, Any]) -> ServiceOrderOutcome:
    return ServiceOrderOutcome(
        order_id=strawberry.ID(write_id("so", told["order_id"])),
        number=told["number"],
        done=told["code"] is None,
        code=None if told["code"] is None else Code(told["code"]),
        reason=told["message"],
    )


@strawberry.type(description="Answer of `cancelServiceOrders`.")
class CancelServiceOrdersPayload(OrdersPayload):
    """The answer of CancelServiceOrders."""


@strawberry.type(description="Answer of `revokeServiceOrderCancellations`.")
class RevokeServiceOrderCancellationsPayload(OrdersPayload):
    """The answer of RevokeServiceOrderCancellations."""


@strawberry.type(description="Answer of `deleteServiceOrders`.")
class DeleteServiceOrdersPayload(OrdersPayload):
    """The answer of DeleteServiceOrders."""


@strawberry.type
class OrderEndMutations:
    """Leading orders on and to their ends."""

    move_service_order_to_next_stage = mutation(
        stages.move_service_order_to_next_stage,
        MoveServiceOrderToNextStageInput,
        "Moves an order to a stage after the one it is in.",
        service_order=ServiceOrder,
    )
    move_service_order_to_previous_stage = mutation(
        stages.move_service_order_to_previous_stage,
        MoveServiceOrderToPreviousStageInput,
        "Moves an order back to the stage before the one it is in.",
        service_order=ServiceOrder,
    )
    add_stage_reason = mutation(
        stages.add_stage_reason,
        AddStageReasonInput,
        "Notes a reason on an order, of the stage it is in.",
        service_order=ServiceOrder,
    )
    delete_stage_reason = deletion(
        stages.delete_stage_reason,
        DeleteStageReasonInput,
        "Deletes a reason that was noted by mistake. The audit trail keeps it.",
        StageReason,
    )
    sign_off_service_order = mutation(
        closing.sign_off_service_order,
        SignOffServiceOrderInput,
        "Signs off an order and all its open lines.",
        service_order=ServiceOrder,
    )
    sign_off_service_order_line = mutation(
        closing.sign_off_service_order_line,
        SignOffServiceOrderLineInput,
        "Signs off one open line.",
        line=ServiceOrderLine,
    )
    cancel_service_order = mutation(
        closing.cancel_service_order,
        CancelServiceOrderInput,
        "Cancels an order's open lines. Visits that have yet to be made leave the board.",
        service_order=ServiceOrder,
    )
    revoke_service_order_cancellation = mutation(
        closing.revoke_service_order_cancellation,
        RevokeServiceOrderCancellationInput,
        "Takes up a cancelled order again. Its lines are open; those of type HOUR have visits that wait for a time.",
        service_order=ServiceOrder,
    )
    delete_service_order = deletion(
        closing.delete_service_order,
        DeleteServiceOrderInput,
        "Deletes an order with its lines, visits and reasons. The audit trail keeps them.",
        ServiceOrder,
    )
    cancel_service_order_line = mutation(
        closing.cancel_service_order_line,
        CancelServiceOrderLineInput,
        "Cancels an open line. It leaves a visit that has yet to be made; the order's progress follows from its lines.",
        line=ServiceOrderLine,
    )
    revoke_service_order_line_cancellation = mutation(
        closing.revoke_service_order_line_cancellation,
        RevokeServiceOrderLineCancellationInput,
        "Opens a cancelled line again. One of type HOUR joins the visit of its worker and task, or gets a new one.",
        line=ServiceOrderLine,
    )
    delete_service_order_line = deletion(
        closing.delete_service_order_line,
        DeleteServiceOrderLineInput,
        "Deletes an open line that is there by mistake. What was planned from an agreement may be planned again.",
        ServiceOrderLine,
    )
    cancel_service_orders = action(
        closing.cancel_service_orders,
        CancelServiceOrdersInput,
        "Cancels every order that the filter means and that may be cancelled; the others are told with their reasons.",
        CancelServiceOrdersPayload,
    )
    revoke_service_order_cancellations = action(
        closing.revoke_service_order_cancellations,
        RevokeServiceOrderCancellationsInput,
        "Takes up again every cancelled order that the filter means; it cancels none. The others are told why not.",
        RevokeServiceOrderCancellationsPayload,
    )
    delete_service_orders = action(
        closing.delete_service_orders,
        DeleteServiceOrdersInput,
        "Deletes every order that the filter means and that may be deleted; the others are told with their reasons.",
        DeleteServiceOrdersPayload,
    )
