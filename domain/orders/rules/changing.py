"""What is in the way of a change of a service order or its lines, and which lines a change reaches. Pure.

A check refuses; a plan refuses, or says what changes. An order without a stage, as there
are while the company has no stages, may do everything that its progress allows.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from domain.core.errors import Code, Path, Refused
from domain.orders.rules.states import OrderState
from domain.orders.rules.values import LineStatus, OrderProgress, check_line_open
from domain.stages import rules as stages
from domain.stages.rules import Stage

_ORDER: Path = ("orderId",)
_LINE: Path = ("lineId",)
_LINES: Path = ("lineIds",)
_TARGET: Path = ("targetOrderId",)


# --- orders ----------------------------------------------------------------------------------------------------------


def check_change(order: OrderState, path: Path = _ORDER) -> None:
    """Refuse to change an order's header or lines.

    Raises:
        Refused: STAGE_FORBIDS_MODIFY.

    Source: DOMAIN.md 5.6.
    """
    if order.stage is not None:
        stages.check_may_modify(order.stage, order.number, path)


def check_new_line(order: OrderState, path: Path = _ORDER) -> None:
    """Refuse to put a line on an order; one that is posted stays so, and a web order has none before it is taken over.

    Raises:
        Refused: WEB_ORDER_WAITS, STAGE_FORBIDS_MODIFY, ALREADY_POSTED.

    Source: DOMAIN.md 5.6, 14.
    """
    check_transferred(order, path)
    check_change(order, path)
    _check_unposted(order, "take no more lines", path)


def check_sign_off(order: OrderState) -> None:
    """Refuse to sign off an order that is cancelled or posted, or that nobody has taken over from the web.

    Raises:
        Refused: WEB_ORDER_WAITS, STAGE_FORBIDS_MODIFY, LINE_NOT_OPEN, ALREADY_POSTED.

    Source: DOMAIN.md 5.6, D-16.
    """
    check_transferred(order)
    check_change(order)
    _check_not_canceled(order)
    _check_unposted(order, "not be signed off any more", _ORDER)


def check_cancel(order: OrderState) -> None:
    """Refuse to cancel an order that has item requirements, of which something is posted, or that is cancelled.

    Raises:
        Refused: STAGE_FORBIDS_CANCEL, HAS_ITEM_REQUIREMENTS, ALREADY_POSTED, LINE_NOT_OPEN.

    Source: DOMAIN.md 5.6, D-13.
    """
    _check_stage_cancels(order, _ORDER)
    _check_no_requirements(order, "cancel it", _ORDER)
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
    """Refuse to delete an order that its stage keeps, that has item requirements, or of which something is posted.

    Raises:
        Refused: STAGE_FORBIDS_DELETE, HAS_ITEM_REQUIREMENTS, ALREADY_POSTED.

    Source: DOMAIN.md 5.6.
    """
    if order.stage is not None:
        stages.check_may_delete(order.stage, order.number, _ORDER)
    _check_no_requirements(order, "delete it", _ORDER)
    _check_nothing_posted(order, "it stays")


def check_transferred(order: OrderState, path: Path = _ORDER) -> None:
    """Refuse to work on a web order that a dispatcher has yet to take over.

    Raises:
        Refused: WEB_ORDER_WAITS.

    Source: DOMAIN.md 5.3.
    """
    if order.incoming_web_order:
        message = f"{order.number} came over the web and waits to be looked at; transfer it first, or delete it."
        raise Refused(Code.WEB_ORDER_WAITS, message, path)


def check_transfer(order: OrderState) -> None:
    """Refuse to take over an order that does not wait for it.

    Raises:
        Refused: NOT_A_WEB_ORDER, STAGE_FORBIDS_MODIFY.

    Source: DOMAIN.md 5.3.
    """
    if not order.incoming_web_order:
        message = f"{order.number} is no web order that waits to be transferred."
        raise Refused(Code.NOT_A_WEB_ORDER, message, _ORDER)
    check_change(order)


def check_in_stage(order: OrderState, path: Path = _ORDER) -> Stage:
    """The stage from which an order moves on.

    Raises:
        Refused: WEB_ORDER_WAITS, NO_INITIAL_STAGE.
    """
    check_transferred(order, path)
    if order.stage is None:
        message = f"{order.number} is in no stage, because there is none yet; create a stage without a parent first."
        raise Refused(Code.NO_INITIAL_STAGE, message, path)
    return order.stage


# --- required items --------------------------------------------------------------------------------------------------


def check_requires_items(order: OrderState) -> int:
    """The project on which an order requires items; refused without one, and when nothing is done on it any more.

    Raises:
        Refused: WEB_ORDER_WAITS, STAGE_FORBIDS_MODIFY, ALREADY_POSTED, LINE_NOT_OPEN, PROJECT_REQUIRED.

    Source: DOMAIN.md 5.7.
    """
    check_new_line(order)
    _check_not_canceled(order)
    if order.project_id is None:
        message = f"{order.number} has no project, which items are required on; attach it to one first."
        raise Refused(Code.PROJECT_REQUIRED, message, _ORDER)
    return order.project_id


def check_undelivered(line_number: int, *, delivered: bool) -> None:
    """Refuse to deliver a required item twice, or to delete one that is there.

    Raises:
        Refused: ALREADY_DELIVERED.

    Source: DOMAIN.md D-15.
    """
    if delivered:
        message = f"Requirement {line_number} has been delivered and stays."
        raise Refused(Code.ALREADY_DELIVERED, message, ("requirementId",))


# --- lines -----------------------------------------------------------------------------------------------------------


def check_line_change(order: OrderState, line_number: int, status: LineStatus) -> None:
    """Refuse to change, move or sign off a line that is not open.

    Raises:
        Refused: STAGE_FORBIDS_MODIFY, LINE_NOT_OPEN.

    Source: DOMAIN.md 5.6, D-16.
    """
    check_change(order, _LINE)
    check_line_open(status, line_number)


def check_line_cancel(order: OrderState, line_number: int, status: LineStatus) -> None:
    """Refuse to cancel a line that is not open, or whose order has item requirements; posted ones are no hindrance.

    Raises:
        Refused: STAGE_FORBIDS_CANCEL, HAS_ITEM_REQUIREMENTS, LINE_NOT_OPEN.

    Source: DOMAIN.md 5.6, D-13.
    """
    _check_stage_cancels(order, _LINE)
    _check_no_requirements(order, "cancel its lines", _LINE)
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


# --- moving lines ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Move:
    """The lines that go to another order, and whether the one they leave goes away."""

    line_numbers: tuple[int, ...]
    deletes_source: bool


def plan_move(
    source: OrderState,
    statuses: Mapping[int, LineStatus],
    target: OrderState,
    line_numbers: Collection[int],
    *,
    delete_empty_source: bool,
) -> Move:
    """The lines moved to another order of the same agreement; an order that is left empty goes away if wanted.

    `statuses` are those of all lines of the source, by number; what is moved is among them.

    Raises:
        Refused: DIFFERENT_AGREEMENT, WEB_ORDER_WAITS, STAGE_FORBIDS_MODIFY, ALREADY_POSTED (the target),
            LINE_NOT_OPEN, INVALID, and as `check_delete` when the source goes away.

    Source: DOMAIN.md 5.6.
    """
    if source.number == target.number:
        raise Refused(Code.INVALID, f"The lines are on {target.number} already; choose another.", _TARGET)
    if not line_numbers:
        raise Refused(Code.INVALID, "Choose at least one line to move.", _LINES)
    if source.agreement_id is None or source.agreement_id != target.agreement_id:
        message = f"{source.number} and {target.number} do not belong to the same service agreement."
        raise Refused(Code.DIFFERENT_AGREEMENT, message, _TARGET)
    moved = sorted(set(line_numbers))
    check_change(source, _LINES)
    for number in moved:
        check_line_open(statuses[number], number, _LINES)
    check_new_line(target, _TARGET)
    deletes_source = delete_empty_source and len(moved) == len(statuses)
    if deletes_source:
        check_delete(source)
    return Move(tuple(moved), deletes_source)


# --- within ----------------------------------------------------------------------------------------------------------


def _check_stage_cancels(order: OrderState, path: Path) -> None:
    if order.stage is not None:
        stages.check_may_cancel(order.stage, order.number, path)


def _check_not_canceled(order: OrderState) -> None:
    if order.progress is OrderProgress.CANCELED:
        message = f"{order.number} is cancelled, it has no open line; take it up again first."
        raise Refused(Code.LINE_NOT_OPEN, message, _ORDER)


def _check_no_requirements(order: OrderState, what: str, path: Path) -> None:
    if order.has_item_requirements:
        message = f"{order.number} has item requirements; delete them before you {what}."
        raise Refused(Code.HAS_ITEM_REQUIREMENTS, message, path)


def _check_nothing_posted(order: OrderState, instead: str) -> None:
    if order.has_posted_lines:
        raise Refused(Code.ALREADY_POSTED, f"{order.number} has posted lines; {instead}.", _ORDER)


def _check_unposted(order: OrderState, what: str, path: Path) -> None:
    if order.progress is OrderProgress.POSTED:
        raise Refused(Code.ALREADY_POSTED, f"{order.number} is posted and can {what}.", path)
