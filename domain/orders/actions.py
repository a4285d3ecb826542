"""What may be done now to a service order or a line of one, and why not. Pure.

Each check is asked by the operation that does it and by the list of actions that a screen shows. An order without a
stage, as there are while the company has no stages, may do everything that its progress allows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from domain.core.errors import Code, Path, Refused
from domain.orders.rules import LineStatus, OrderProgress, check_line_open
from domain.stages import rules as stages
from domain.stages.rules import Stage

_ORDER: Path = ("orderId",)
_LINE: Path = ("lineId",)


class OrderAction(StrEnum):
    """What can be done to a service order; of these, to a line: CHANGE, SIGN_OFF, CANCEL, REVOKE_CANCEL."""

    CHANGE = "CHANGE"
    MOVE_TO_NEXT_STAGE = "MOVE_TO_NEXT_STAGE"
    MOVE_TO_PREVIOUS_STAGE = "MOVE_TO_PREVIOUS_STAGE"
    SIGN_OFF = "SIGN_OFF"
    CANCEL = "CANCEL"
    REVOKE_CANCEL = "REVOKE_CANCEL"
    DELETE = "DELETE"


@dataclass(frozen=True, slots=True)
class OrderState:
    """What of an order decides what may be done to it."""

    number: str
    stage: Stage | None
    progress: OrderProgress
    has_posted_lines: bool


@dataclass(frozen=True, slots=True)
class AvailableAction:
    """Whether an action is possible now, and why not."""

    action: OrderAction
    allowed: bool
    code: Code | None = None
    reason: str | None = None


# --- orders ----------------------------------------------------------------------------------------------------------


def check_change(order: OrderState, path: Path = _ORDER) -> None:
    """Refuse to change an order's header or lines.

    Raises:
        Refused: STAGE_FORBIDS_MODIFY.

    Source: DOMAIN.md 5.6.
    """
    if order.stage is not None:
        stages.check_may_modify(order.stage, order.number, path)


def check_new_line(order: OrderState) -> None:
    """Refuse to put a line on an order; one that is posted stays so.

    Raises:
        Refused: STAGE_FORBIDS_MODIFY, ALREADY_POSTED.

    Source: DOMAIN.md 5.6, 14.
    """
    check_change(order)
    _check_unposted(order, "take no more lines", _ORDER)


def check_sign_off(order: OrderState) -> None:
    """Refuse to sign off an order that is cancelled or posted.

    Raises:
        Refused: STAGE_FORBIDS_MODIFY, LINE_NOT_OPEN, ALREADY_POSTED.

    Source: DOMAIN.md 5.6, D-16.
    """
    check_change(order)
    _check_not_canceled(order)
    _check_unposted(order, "not be signed off any more", _ORDER)


def check_cancel(order: OrderState) -> None:
    """Refuse to cancel an order of which something is posted, or that is cancelled.

    Raises:
        Refused: STAGE_FORBIDS_CANCEL, ALREADY_POSTED, LINE_NOT_OPEN.

    Source: DOMAIN.md 5.6, D-13.
    """
    _check_stage_cancels(order, _ORDER)
    _check_nothing_posted(order, "cancel its open lines one by one")
    _check_not_canceled(order)


def check_revoke(order: OrderState) -> None:
    """Refuse to take up an order again that is not cancelled.

    Raises:
        Refused: STAGE_FORBIDS_CANCEL, NOT_CANCELED.

    Source: DOMAIN.md 5.6, D-14.
    """
    _check_stage_cancels(order, _ORDER)
    if order.progress is not OrderProgress.CANCELED:
        raise Refused(Code.NOT_CANCELED, f"{order.number} is not cancelled.", _ORDER)


def check_delete(order: OrderState) -> None:
    """Refuse to delete an order of which something is posted.

    Raises:
        Refused: STAGE_FORBIDS_DELETE, ALREADY_POSTED.

    Source: DOMAIN.md 5.6.
    """
    if order.stage is not None:
        stages.check_may_delete(order.stage, order.number, _ORDER)
    _check_nothing_posted(order, "it stays")


def check_in_stage(order: OrderState, path: Path = _ORDER) -> Stage:
    """The stage an order is in.

    Raises:
        Refused: NO_INITIAL_STAGE.
    """
    if order.stage is None:
        message = f"{order.number} is in no stage, because there is none yet; create a stage without a parent first."
        raise Refused(Code.NO_INITIAL_STAGE, message, path)
    return order.stage


# --- lines -----------------------------------------------------------------------------------------------------------


def check_line_change(order: OrderState, line_number: int, status: LineStatus) -> None:
    """Refuse to change or sign off a line that is not open.

    Raises:
        Refused: STAGE_FORBIDS_MODIFY, LINE_NOT_OPEN.

    Source: DOMAIN.md 5.6, D-16.
    """
    check_change(order, _LINE)
    check_line_open(status, line_number)


def check_line_cancel(order: OrderState, line_number: int, status: LineStatus) -> None:
    """Refuse to cancel a line that is not open.

    Raises:
        Refused: STAGE_FORBIDS_CANCEL, LINE_NOT_OPEN.

    Source: DOMAIN.md 5.6.
    """
    _check_stage_cancels(order, _LINE)
    check_line_open(status, line_number)


def check_line_revoke(order: OrderState, line_number: int, status: LineStatus) -> None:
    """Refuse to open a line again that is not cancelled, or on an order that is posted.

    Raises:
        Refused: STAGE_FORBIDS_CANCEL, NOT_CANCELED, ALREADY_POSTED.

    Source: DOMAIN.md 5.6, 14, D-14.
    """
    _check_stage_cancels(order, _LINE)
    if status is not LineStatus.CANCELED:
        raise Refused(Code.NOT_CANCELED, f"Line {line_number} of {order.number} is not cancelled.", _LINE)
    _check_unposted(order, "take no more lines", _LINE)


# --- as data ---------------------------------------------------------------------------------------------------------


def order_actions(order: OrderState, *, has_next_stage: bool, may: bool) -> list[AvailableAction]:
    """Every action on an order with whether it is possible, by the same rules that refuse it.

    A reason or a branch that has yet to be chosen is not judged here.
    """
    checks: dict[OrderAction, Callable[[], object]] = {
        OrderAction.CHANGE: lambda: check_change(order),
        OrderAction.MOVE_TO_NEXT_STAGE: lambda: stages.check_has_next(check_in_stage(order), has_next=has_next_stage),
        OrderAction.MOVE_TO_PREVIOUS_STAGE: lambda: stages.check_has_previous(check_in_stage(order)),
        OrderAction.SIGN_OFF: lambda: check_sign_off(order),
        OrderAction.CANCEL: lambda: check_cancel(order),
        OrderAction.REVOKE_CANCEL: lambda: check_revoke(order),
        OrderAction.DELETE: lambda: check_delete(order),
    }
    return [_available(action, check, may=may) for action, check in checks.items()]


def line_actions(order: OrderState, line_number: int, status: LineStatus, *, may: bool) -> list[AvailableAction]:
    """Every action on a line with whether it is possible, by the same rules that refuse it."""
    checks: dict[OrderAction, Callable[[], object]] = {
        OrderAction.CHANGE: lambda: check_line_change(order, line_number, status),
        OrderAction.SIGN_OFF: lambda: check_line_change(order, line_number, status),
        OrderAction.CANCEL: lambda: check_line_cancel(order, line_number, status),
        OrderAction.REVOKE_CANCEL: lambda: check_line_revoke(order, line_number, status),
    }
    return [_available(action, check, may=may) for action, check in checks.items()]


def _available(action: OrderAction, check: Callable[[], object], *, may: bool) -> AvailableAction:
    if not may:
        return AvailableAction(action, allowed=False, reason="Your role does not allow this.")
    try:
        check()
    except Refused as refused:
        refusal = refused.refusals[0]
        return AvailableAction(action, allowed=False, code=refusal.code, reason=refusal.message)
    return AvailableAction(action, allowed=True)


def _check_stage_cancels(order: OrderState, path: Path) -> None:
    if order.stage is not None:
        stages.check_may_cancel(order.stage, order.number, path)


def _check_not_canceled(order: OrderState) -> None:
    if order.progress is OrderProgress.CANCELED:
        message = f"{order.number} is cancelled, it has no open line; take it up again first."
        raise Refused(Code.LINE_NOT_OPEN, message, _ORDER)


def _check_nothing_posted(order: OrderState, instead: str) -> None:
    if order.has_posted_lines:
        raise Refused(Code.ALREADY_POSTED, f"{order.number} has posted lines; {instead}.", _ORDER)


def _check_unposted(order: OrderState, what: str, path: Path) -> None:
    if order.progress is OrderProgress.POSTED:
        raise Refused(Code.ALREADY_POSTED, f"{order.number} is posted and can {what}.", path)
