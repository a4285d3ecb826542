"""Starting, stopping and cancelling the time of orders that counts for their service levels."""

from datetime import datetime

import strawberry

from api.schema.mutations import mutation
from api.schema.orders.ends import DESCRIPTION, REASON, OrderEndInput, reason_code
from api.schema.orders.types import ServiceOrder
from domain.orders import operations

_AT = "When; now unless given. Not in the future, and not before the last start or stop."


@strawberry.input(description="Which order's time counts again.")
class StartSlaTimeInput(OrderEndInput):
    """For `startSlaTime`."""

    at: datetime | None = strawberry.field(default=None, description=_AT)

    def command(self) -> operations.StartSlaTime:
        """The command this asks for."""
        return operations.StartSlaTime(order_id=self._key(), at=self.at, expected_version=self.expected_version)


@strawberry.input(description="Which order's time does not count for now.")
class StopSlaTimeInput(OrderEndInput):
    """For `stopSlaTime`."""

    at: datetime | None = strawberry.field(default=None, description=_AT)
    reason_code_id: strawberry.ID | None = strawberry.field(default=None, description=REASON)
    description: str | None = strawberry.field(default=None, description=DESCRIPTION)

    def command(self) -> operations.EndSlaTime:
        """The command this asks for."""
        return operations.EndSlaTime(
            order_id=self._key(),
            at=self.at,
            reason_code_id=reason_code(self.reason_code_id),
            description=self.description,
            expected_version=self.expected_version,
        )


@strawberry.input(description="Which order is no longer measured.")
class CancelSlaInput(OrderEndInput):
    """For `cancelSla`."""

    at: datetime | None = strawberry.field(default=None, description=_AT)
    reason_code_id: strawberry.ID | None = strawberry.field(default=None, description=REASON)
    description: str | None = strawberry.field(default=None, description=DESCRIPTION)

    def command(self) -> operations.EndSlaTime:
        """The command this asks for."""
        return operations.EndSlaTime(
            order_id=self._key(),
            at=self.at,
            reason_code_id=reason_code(self.reason_code_id),
            description=self.description,
            expected_version=self.expected_version,
        )


@strawberry.type
class RecordingMutations:
    """Changing what is recorded of orders."""

    start_sla_time = mutation(
        operations.start_sla_time,
        StartSlaTimeInput,
        "Starts the time of an order that was stopped: it counts for its service level again.",
        service_order=ServiceOrder,
    )
    stop_sla_time = mutation(
        operations.stop_sla_time,
        StopSlaTimeInput,
        "Stops the time of an order. Stages that stop time, signing off and cancelling the order do so too.",
        service_order=ServiceOrder,
    )
    cancel_sla = mutation(
        operations.cancel_sla,
        CancelSlaInput,
        "Ends the measurement of an order by its service level for good; the order goes on.",
        service_order=ServiceOrder,
    )
