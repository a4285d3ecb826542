"""What may be done to a service order and its lines now, by the same rules that refuse it. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from domain.core.errors import Refusal, Refused
from domain.orders.rules.changing import (
    OrderState,
    check_delete,
    check_line_cancel,
    check_line_changes,
    check_line_revoke_cancel,
    plan_cancel,
    plan_revoke_cancel,
    plan_sign_off,
)
from domain.orders.rules.posting import PostingRules, PostingRun, plan_posting
from domain.slas.rules import TimeLog, plan_start, plan_stop
from domain.slas.rules import plan_cancel as plan_sla_cancel
from domain.stages.rules import Stage, check_may_modify, children_of, plan_next, plan_previous


class OrderAction(StrEnum):
    """What can be done to a service order."""

    MODIFY = "MODIFY"
    CANCEL = "CANCEL"
    REVOKE_CANCEL = "REVOKE_CANCEL"
    DELETE = "DELETE"
    SIGN_OFF = "SIGN_OFF"
    POST = "POST"
    NEXT_STAGE = "NEXT_STAGE"
    PREVIOUS_STAGE = "PREVIOUS_STAGE"
    START_SLA = "START_SLA"
    STOP_SLA = "STOP_SLA"
    CANCEL_SLA = "CANCEL_SLA"


class LineAction(StrEnum):
    """What can be done to a line of a service order."""

    MODIFY = "MODIFY"
    CANCEL = "CANCEL"
    REVOKE_CANCEL = "REVOKE_CANCEL"
    SIGN_OFF = "SIGN_OFF"
    POST = "POST"


@dataclass(frozen=True, slots=True)
class OrderAvailability:
    """An action on an order, and what is in its way."""

    action: OrderAction
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class LineAvailability:
    """An action on a line, and what is in its way."""

    action: LineAction
    refusal: Refusal | None


def available_order_actions(
    order: OrderState, *, stages: Sequence[Stage], log: TimeLog, posting: PostingRules, now: datetime
) -> list[OrderAvailability]:
    """Every action on an order. What has yet to be given, such as a reason or the branch to take, is not judged.

    Source: DOMAIN.md 5.6, 6.2, 8.3.
    """
    number = order.number
    checks: dict[OrderAction, Callable[[], object]] = {
        OrderAction.MODIFY: lambda: check_may_modify(order.stage, number),
        OrderAction.CANCEL: lambda: plan_cancel(order),
        OrderAction.REVOKE_CANCEL: lambda: plan_revoke_cancel(order),
        OrderAction.DELETE: lambda: check_delete(order),
        OrderAction.SIGN_OFF: lambda: plan_sign_off(order),
        OrderAction.POST: lambda: plan_posting(order, PostingRun(date.min, date.max), posting),
        OrderAction.NEXT_STAGE: lambda: plan_next(order.stage, stages, _some_child(order.stage, stages)),
        OrderAction.PREVIOUS_STAGE: lambda: plan_previous(order.stage, stages),
        OrderAction.START_SLA: lambda: plan_start(number, log, at=now, now=now),
        OrderAction.STOP_SLA: lambda: plan_stop(number, log, at=now, now=now),
        OrderAction.CANCEL_SLA: lambda: plan_sla_cancel(number, log, at=now, now=now),
    }
    return [OrderAvailability(action, _refusal(check)) for action, check in checks.items()]


def available_line_actions(order: OrderState, line_number: int, *, posting: PostingRules) -> list[LineAvailability]:
    """Every action on a line.

    Raises:
        Refused: NOT_FOUND.

    Source: DOMAIN.md 5.6.
    """
    order.line(line_number)
    run = PostingRun(date.min, date.max, line_numbers=frozenset({line_number}))
    checks: dict[LineAction, Callable[[], object]] = {
        LineAction.MODIFY: lambda: check_line_changes(order, line_number),
        LineAction.CANCEL: lambda: check_line_cancel(order, line_number),
        LineAction.REVOKE_CANCEL: lambda: check_line_revoke_cancel(order, line_number),
        LineAction.SIGN_OFF: lambda: plan_sign_off(order, line_number),
        LineAction.POST: lambda: plan_posting(order, run, posting),
    }
    return [LineAvailability(action, _refusal(check)) for action, check in checks.items()]


def _some_child(stage: Stage, stages: Sequence[Stage]) -> int | None:
    children = children_of(stage, stages)
    return children[0].id if children else None


def _refusal(check: Callable[[], object]) -> Refusal | None:
    try:
        check()
    except Refused as refused:
        return refused.refusals[0]
    return None
