"""What may be done to a service order and its lines as they stand: cancel, take back, delete, move, sign off. Pure.

A check refuses. A plan refuses, or gives the numbers of the lines that it changes.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from domain.core.errors import Code, Path, Refused, not_found
from domain.orders.rules.values import LineStatus, OrderProgress, check_line_open, progress_of
from domain.projects.rules import TransactionType
from domain.stages.rules import Stage, check_may_cancel, check_may_delete, check_may_modify


@dataclass(frozen=True, slots=True)
class LineState:
    """What of an order line decides what may be done to it."""

    number: int
    status: LineStatus
    transaction_type: TransactionType
    executes_on: date
    signed_off: bool = False
    project_id: int | None = None


@dataclass(frozen=True, slots=True)
class OrderState:
    """What of an order decides what may be done to it and to its lines."""

    id: int
    number: str
    stage: Stage
    lines: tuple[LineState, ...]
    agreement_id: int | None = None
    project_id: int | None = None
    has_item_requirements: bool = False

    @property
    def progress(self) -> OrderProgress:
        """How far it has come; follows from its lines."""
        return progress_of([line.status for line in self.lines])

    def line(self, number: int) -> LineState:
        """One of its lines.

        Raises:
            Refused: NOT_FOUND.
        """
        for line in self.lines:
            if line.number == number:
                return line
        raise not_found("service order line", "lineId")

    def numbers(self, status: LineStatus) -> tuple[int, ...]:
        """The numbers of the lines with a status, in order."""
        return tuple(sorted(line.number for line in self.lines if line.status is status))


def check_line_changes(order: OrderState, line_number: int) -> None:
    """Refuse to change a line that is not open, or whose order's stage does not allow it.

    Raises:
        Refused: STAGE_FORBIDS_MODIFY, LINE_NOT_OPEN.

    Source: DOMAIN.md 5.6.
    """
    check_may_modify(order.stage, order.number)
    check_line_open(order.line(line_number).status, line_number)


def check_takes_lines(order: OrderState, path: Path = ("orderId",)) -> None:
    """Refuse another line on an order that is posted, which is for good, or whose stage does not allow it.

    Raises:
        Refused: STAGE_FORBIDS_MODIFY, ALREADY_POSTED.

    Source: DOMAIN.md 5.6, 14.
    """
    check_may_modify(order.stage, order.number, path)
    if order.progress is OrderProgress.POSTED:
        message = f"{order.number} is posted and takes no more lines; make another order."
        raise Refused(Code.ALREADY_POSTED, message, path)


# --- cancel, and take that back --------------------------------------------------------------------------------------


def plan_cancel(order: OrderState) -> tuple[int, ...]:
    """The lines that are cancelled with an order: all that are open.

    Raises:
        Refused: STAGE_FORBIDS_CANCEL, HAS_ITEM_REQUIREMENTS, ALREADY_POSTED, LINE_NOT_OPEN (there is none).

    Source: DOMAIN.md 5.6, D-13.
    """
    check_may_cancel(order.stage, order.number)
    _check_no_requirements(order, "cancel it")
    _check_nothing_posted(order, "cancel its open lines one by one")
    return _open_lines(order)


def check_line_cancel(order: OrderState, line_number: int) -> None:
    """Refuse to cancel a line; that others are posted is no hindrance.

    Raises:
        Refused: STAGE_FORBIDS_CANCEL, HAS_ITEM_REQUIREMENTS, LINE_NOT_OPEN.

    Source: DOMAIN.md 5.6, D-13.
    """
    check_may_cancel(order.stage, order.number)
    _check_no_requirements(order, "cancel its lines")
    check_line_open(order.line(line_number).status, line_number)


def plan_revoke_cancel(order: OrderState) -> tuple[int, ...]:
    """The lines that are open again when a cancelled order is taken up: all of them.

    Raises:
        Refused: STAGE_FORBIDS_CANCEL, NOT_CANCELED.

    Source: DOMAIN.md 5.6, D-14.
    """
    check_may_cancel(order.stage, order.number)
    if order.progress is not OrderProgress.CANCELED:
        message = f"{order.number} is not cancelled; take up single lines, if some are."
        raise Refused(Code.NOT_CANCELED, message, ("orderId",))
    return order.numbers(LineStatus.CANCELED)


def check_line_revoke_cancel(order: OrderState, line_number: int) -> None:
    """Refuse to open a line again that is not cancelled, or whose order is posted for good.

    Raises:
        Refused: STAGE_FORBIDS_CANCEL, NOT_CANCELED, ALREADY_POSTED.

    Source: DOMAIN.md 5.6, 14, D-14.
    """
    check_may_cancel(order.stage, order.number)
    if order.line(line_number).status is not LineStatus.CANCELED:
        raise Refused(Code.NOT_CANCELED, f"Line {line_number} of {order.number} is not cancelled.", ("lineId",))
    if order.progress is OrderProgress.POSTED:
        message = f"{order.number} is posted and stays so; make another order for line {line_number}."
        raise Refused(Code.ALREADY_POSTED, message, ("lineId",))


def plan_bulk_cancel(order: OrderState, *, revoke: bool) -> tuple[int, ...]:
    """The lines that a bulk job cancels, or takes up again: to revoke never cancels anything.

    Raises:
        Refused: as `plan_revoke_cancel`, else as `plan_cancel`.

    Source: DOMAIN.md 5.6.
    """
    return plan_revoke_cancel(order) if revoke else plan_cancel(order)


# --- delete ----------------------------------------------------------------------------------------------------------


def check_delete(order: OrderState) -> None:
    """Refuse to delete an order that its stage keeps, that has item requirements, or of which something is posted.

    Raises:
        Refused: STAGE_FORBIDS_DELETE, HAS_ITEM_REQUIREMENTS, ALREADY_POSTED.

    Source: DOMAIN.md 5.6.
    """
    check_may_delete(order.stage, order.number)
    _check_no_requirements(order, "delete it")
    _check_nothing_posted(order, "it is kept")


def check_all_confirmed(*, has_criteria: bool, confirm_all: bool, path: Path = ("confirmAll",)) -> None:
    """Refuse to delete every order there is by leaving out the criteria, unless that is confirmed.

    Raises:
        Refused: CONFIRM_ALL_REQUIRED.

    Source: DOMAIN.md 5.6.
    """
    if not has_criteria and not confirm_all:
        message = "Without criteria this deletes every service order; give some, or confirm with confirmAll."
        raise Refused(Code.CONFIRM_ALL_REQUIRED, message, path)


# --- move ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Move:
    """The lines that go to another order, and whether the one they leave goes away."""

    line_numbers: tuple[int, ...]
    deletes_source: bool


def plan_move(
    source: OrderState, target: OrderState, line_numbers: Collection[int], *, delete_empty_source: bool
) -> Move:
    """The lines moved to another order of the same agreement; an order that is left empty goes away if wanted.

    Raises:
        Refused: DIFFERENT_AGREEMENT, STAGE_FORBIDS_MODIFY, ALREADY_POSTED (the target), LINE_NOT_OPEN, INVALID,
            NOT_FOUND, and as `check_delete` when the source goes away.

    Source: DOMAIN.md 5.6.
    """
    if source.id == target.id:
        raise Refused(Code.INVALID, f"The lines are on {target.number} already; choose another.", ("targetOrderId",))
    if not line_numbers:
        raise Refused(Code.INVALID, "Choose at least one line to move.", ("lineIds",))
    if source.agreement_id is None or source.agreement_id != target.agreement_id:
        message = f"{source.number} and {target.number} do not belong to the same service agreement."
        raise Refused(Code.DIFFERENT_AGREEMENT, message, ("targetOrderId",))
    check_may_modify(source.stage, source.number)
    check_takes_lines(target, ("targetOrderId",))
    moved = sorted(set(line_numbers))
    for number in moved:
        check_line_open(source.line(number).status, number)
    deletes_source = delete_empty_source and len(moved) == len(source.lines)
    if deletes_source:
        check_delete(source)
    return Move(tuple(moved), deletes_source)


# --- sign off --------------------------------------------------------------------------------------------------------


def plan_sign_off(order: OrderState, line_number: int | None = None) -> tuple[int, ...]:
    """The lines that are signed off: one, or with the order all that are open; none that was signed off before.

    Whether a reason is needed is a question to `slas.stop_needs_reason`.

    Raises:
        Refused: STAGE_FORBIDS_MODIFY, LINE_NOT_OPEN (cancelled, or a line that is posted).

    Source: DOMAIN.md 5.6, D-16.
    """
    check_may_modify(order.stage, order.number)
    if line_number is not None:
        check_line_open(order.line(line_number).status, line_number)
    elif order.progress is OrderProgress.CANCELED:
        message = f"{order.number} is cancelled; take it up again before signing it off."
        raise Refused(Code.LINE_NOT_OPEN, message, ("orderId",))
    chosen = order.numbers(LineStatus.CREATED) if line_number is None else (line_number,)
    return tuple(number for number in chosen if not order.line(number).signed_off)


# --- within ----------------------------------------------------------------------------------------------------------


def _check_no_requirements(order: OrderState, what: str) -> None:
    if order.has_item_requirements:
        message = f"{order.number} has item requirements; delete them before you {what}."
        raise Refused(Code.HAS_ITEM_REQUIREMENTS, message, ("orderId",))


def _check_nothing_posted(order: OrderState, instead: str) -> None:
    posted = order.numbers(LineStatus.POSTED)
    if posted:
        message = f"Of {order.number}, line {', '.join(map(str, posted))} is posted; {instead}."
        raise Refused(Code.ALREADY_POSTED, message, ("orderId",))


def _open_lines(order: OrderState) -> tuple[int, ...]:
    open_lines = order.numbers(LineStatus.CREATED)
    if not open_lines:
        message = f"{order.number} has no open line to cancel."
        raise Refused(Code.LINE_NOT_OPEN, message, ("orderId",))
    return open_lines
