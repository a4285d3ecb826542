"""What can be done now to a service order or a line of one, as data, by the same rules that refuse it. Pure.

A reason or a branch that has yet to be chosen is not judged here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.core.errors import Code, Refused
from domain.orders.rules.changing import (
    check_cancel,
    check_change,
    check_delete,
    check_in_stage,
    check_line_cancel,
    check_line_change,
    check_line_revoke,
    check_new_line,
    check_revoke,
    check_sign_off,
    check_transfer,
)
from domain.orders.rules.posting import check_line_post, check_may_post_some
from domain.orders.rules.states import OrderState
from domain.orders.rules.values import LineStatus
from domain.slas.rules import check_measured, check_start, check_stop
from domain.stages.rules import check_has_next, check_has_previous


class OrderAction(StrEnum):
    """What can be done to a service order or a line of one; named after the mutation that does it."""

    CHANGE = "CHANGE"
    ADD_LINE = "ADD_LINE"
    MOVE_TO_NEXT_STAGE = "MOVE_TO_NEXT_STAGE"
    MOVE_TO_PREVIOUS_STAGE = "MOVE_TO_PREVIOUS_STAGE"
    START_SLA_TIME = "START_SLA_TIME"
    STOP_SLA_TIME = "STOP_SLA_TIME"
    CANCEL_SLA = "CANCEL_SLA"
    SIGN_OFF = "SIGN_OFF"
    CANCEL = "CANCEL"
    REVOKE_CANCELLATION = "REVOKE_CANCELLATION"
    DELETE = "DELETE"
    TRANSFER = "TRANSFER"
    POST = "POST"


@dataclass(frozen=True, slots=True)
class AvailableAction:
    """Whether an action is possible now, and why not."""

    action: OrderAction
    allowed: bool
    code: Code | None = None
    reason: str | None = None


Checks = Mapping[OrderAction, Callable[[], object]]


def order_actions(
    order: OrderState, *, has_next_stage: bool, may: bool, may_post: bool = False
) -> list[AvailableAction]:
    """Every action on an order with whether it is possible; to post it is for whoever may approve that.

    Source: DOMAIN.md 5.6, 6.2, 8.3.
    """
    checks: Checks = {
        OrderAction.CHANGE: lambda: check_change(order),
        OrderAction.ADD_LINE: lambda: check_new_line(order),
        OrderAction.MOVE_TO_NEXT_STAGE: lambda: check_has_next(check_in_stage(order), has_next=has_next_stage),
        OrderAction.MOVE_TO_PREVIOUS_STAGE: lambda: check_has_previous(check_in_stage(order)),
        OrderAction.START_SLA_TIME: lambda: check_start(order.number, order.sla_status),
        OrderAction.STOP_SLA_TIME: lambda: check_stop(order.number, order.sla_status),
        OrderAction.CANCEL_SLA: lambda: check_measured(order.number, order.sla_status),
        OrderAction.SIGN_OFF: lambda: check_sign_off(order),
        OrderAction.CANCEL: lambda: check_cancel(order),
        OrderAction.REVOKE_CANCELLATION: lambda: check_revoke(order),
        OrderAction.DELETE: lambda: check_delete(order),
        OrderAction.TRANSFER: lambda: check_transfer(order),
    }
    posting: Checks = {OrderAction.POST: lambda: check_may_post_some(order)}
    return [*_available(checks, may=may), *_available(posting, may=may_post)]


def line_actions(
    order: OrderState,
    line_number: int,
    status: LineStatus,
    *,
    may: bool,
    signed_off: bool = False,
    may_post: bool = False,
) -> list[AvailableAction]:
    """Every action on a line with whether it is possible; to post it is for whoever may approve that.

    Source: DOMAIN.md 5.6.
    """
    checks: Checks = {
        OrderAction.CHANGE: lambda: check_line_change(order, line_number, status),
        OrderAction.SIGN_OFF: lambda: check_line_change(order, line_number, status),
        OrderAction.CANCEL: lambda: check_line_cancel(order, line_number, status),
        OrderAction.REVOKE_CANCELLATION: lambda: check_line_revoke(order, line_number, status),
        OrderAction.DELETE: lambda: check_line_change(order, line_number, status),
    }
    posting: Checks = {
        OrderAction.POST: lambda: check_line_post(order, line_number, status, signed_off=signed_off),
    }
    return [*_available(checks, may=may), *_available(posting, may=may_post)]


def _available(checks: Checks, *, may: bool) -> list[AvailableAction]:
    return [_judged(action, check, may=may) for action, check in checks.items()]


def _judged(action: OrderAction, check: Callable[[], object], *, may: bool) -> AvailableAction:
    if not may:
        return AvailableAction(action, allowed=False, reason="Your role does not allow this.")
    try:
        check()
    except Refused as refused:
        refusal = refused.refusals[0]
        return AvailableAction(action, allowed=False, code=refusal.code, reason=refusal.message)
    return AvailableAction(action, allowed=True)
