"""What can be done to an order or a line now, as data: the same rules that refuse it."""

from datetime import datetime

import strawberry

from domain.core.actor import Actor, Permission
from domain.core.errors import Code
from domain.orders import rules
from domain.orders.rules import LineStatus, OrderAction, OrderProgress, OrderState
from domain.slas.rules import SlaStatus
from domain.stages.rules import Stage

_STAGE_COLUMNS = (
    "stage.id",
    "stage.number",
    "stage.parent_id",
    "stage.allow_delete",
    "stage.allow_modify",
    "stage.allow_cancel",
    "stage.allow_post",
    "stage.stops_time_recording",
    "stage.require_reason",
)
ORDER_NEEDS = (
    *(
        "number",
        "progress",
        "has_posted_lines",
        "has_item_requirements",
        "incoming_web_order",
        "sla_status",
        "stage.has_next",
    ),
    *_STAGE_COLUMNS,
)
LINE_NEEDS = (
    "line_number",
    "status",
    "signed_off_at",
    "order.number",
    "order.progress",
    "order.has_posted_lines",
    "order.has_item_requirements",
    *(f"order.{name}" for name in _STAGE_COLUMNS),
)


@strawberry.type(description="Whether something can be done now, so that a screen greys a button out and says why.")
class AvailableOrderAction:
    """One action and its state."""

    action: OrderAction = strawberry.field(description="What could be done.")
    allowed: bool = strawberry.field(description="Whether it can be done now, by you.")
    code: Code | None = strawberry.field(
        description="The code it would be refused with; null when allowed, or when it is not for your role."
    )
    reason: str | None = strawberry.field(description="Why not, for a person; null when allowed.")


def of_order(
    viewer: Actor,
    number: str,
    progress: OrderProgress,
    has_posted_lines: bool | None,  # noqa: FBT001 - given by position, as the columns come
    has_item_requirements: bool | None,  # noqa: FBT001
    incoming_web_order: bool,  # noqa: FBT001
    sla_status: SlaStatus,
    has_next: bool | None,  # noqa: FBT001
    *stage: object,
) -> list[rules.AvailableAction]:
    """The actions on an order, of the columns `ORDER_NEEDS`."""
    order = OrderState(
        number=number,
        stage=_stage(*stage),
        progress=progress,
        has_posted_lines=bool(has_posted_lines),
        has_item_requirements=bool(has_item_requirements),
        incoming_web_order=incoming_web_order,
        sla_status=sla_status,
    )
    return rules.order_actions(
        order,
        has_next_stage=bool(has_next),
        may=viewer.may(Permission.MAINTAIN_ORDERS),
        may_post=viewer.may(Permission.APPROVE_POSTING),
    )


def of_line(
    viewer: Actor,
    line_number: int,
    status: LineStatus,
    signed_off_at: datetime | None,
    number: str,
    progress: OrderProgress,
    has_posted_lines: bool | None,  # noqa: FBT001 - given by position, as the columns come
    has_item_requirements: bool | None,  # noqa: FBT001
    *stage: object,
) -> list[rules.AvailableAction]:
    """The actions on a line, of the columns `LINE_NEEDS`."""
    order = OrderState(
        number=number,
        stage=_stage(*stage),
        progress=progress,
        has_posted_lines=bool(has_posted_lines),
        has_item_requirements=bool(has_item_requirements),
    )
    return rules.line_actions(
        order,
        line_number,
        status,
        may=viewer.may(Permission.MAINTAIN_ORDERS),
        signed_off=signed_off_at is not None,
        may_post=viewer.may(Permission.APPROVE_POSTING),
    )


def _stage(*columns: object) -> Stage | None:
    """The stage of the columns `_STAGE_COLUMNS`; None where there is none."""
    return None if columns[0] is None else Stage(*columns)  # type: ignore[arg-type]  # as the columns are
