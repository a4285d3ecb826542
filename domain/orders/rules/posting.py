"""Which lines of a service order are posted, and why others are left. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from domain.core.errors import Code, Path, Refusal, Refused
from domain.orders.rules.changing import check_transferred
from domain.orders.rules.creating import check_agreement_given
from domain.orders.rules.states import LineState, OrderState, line_numbered
from domain.orders.rules.values import LineStatus, OrderProgress, check_line_open
from domain.projects.rules import TransactionType
from domain.stages.rules import check_may_post


@dataclass(frozen=True, slots=True)
class PostingRun:
    """Which lines are asked for: by the day they were done, by type, and if given, by their numbers."""

    from_on: date
    to_on: date
    transaction_types: frozenset[TransactionType] = frozenset(TransactionType)
    line_numbers: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class PostingRules:
    """What the company's parameters say about posting: the types that have a journal, and whom an order may lack."""

    journals: frozenset[TransactionType]
    allow_without_agreement: bool


@dataclass(frozen=True, slots=True)
class LeftLine:
    """A line that was asked for and stays open, and everything that is in its way."""

    number: int
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Posting:
    """What becomes of the lines that were asked for."""

    line_numbers: tuple[int, ...]
    left: tuple[LeftLine, ...]


def check_posting_run(run: PostingRun, path: Path = ()) -> None:
    """Refuse to post days in reverse, or none of the transaction types.

    Raises:
        Refused: INVALID.
    """
    if run.to_on < run.from_on:
        message = f"The days end on {run.to_on}, before they begin on {run.from_on}."
        raise Refused(Code.INVALID, message, (*path, "toOn"))
    if not run.transaction_types:
        raise Refused(Code.INVALID, "Choose at least one transaction type.", (*path, "transactionTypes"))


def check_may_post_some(order: OrderState, path: Path = ("orderId",)) -> None:
    """Refuse to post an order whose stage forbids it, or that has no open line; single lines are judged when asked for.

    Raises:
        Refused: WEB_ORDER_WAITS, STAGE_FORBIDS_POST, LINE_NOT_OPEN.

    Source: DOMAIN.md 5.6.
    """
    check_transferred(order, path)
    if order.stage is not None:
        check_may_post(order.stage, order.number, path)
    if order.progress is not OrderProgress.IN_PROCESS:
        raise Refused(Code.LINE_NOT_OPEN, f"{order.number} has no open line to post.", path)


def check_line_post(
    order: OrderState, line_number: int, status: LineStatus, *, signed_off: bool, path: Path = ("lineId",)
) -> None:
    """Refuse to post a line that is not open or not signed off, or whose order's stage forbids it.

    Raises:
        Refused: WEB_ORDER_WAITS, STAGE_FORBIDS_POST, LINE_NOT_OPEN, NOT_SIGNED_OFF.

    Source: DOMAIN.md 5.6.
    """
    check_transferred(order, path)
    if order.stage is not None:
        check_may_post(order.stage, order.number, path)
    check_line_open(status, line_number)
    if not signed_off:
        raise Refused(Code.NOT_SIGNED_OFF, f"Line {line_number} is not signed off; sign it off first.", path)


def lines_asked_for(lines: Sequence[LineState], run: PostingRun) -> list[LineState]:
    """The open lines of the run's days and types, in order; a bulk job passes over orders that have none.

    Source: DOMAIN.md 5.6.
    """
    return sorted(
        (
            line
            for line in lines
            if line.status is LineStatus.CREATED
            and line.transaction_type in run.transaction_types
            and run.from_on <= line.executes_on <= run.to_on
            and (run.line_numbers is None or line.number in run.line_numbers)
        ),
        key=lambda line: line.number,
    )


def plan_posting(
    order: OrderState, lines: Sequence[LineState], run: PostingRun, rules: PostingRules, path: Path = ("orderId",)
) -> Posting:
    """The lines that are posted; those in whose way something is stay open, and refuse when nothing else is left.

    Raises:
        Refused: WEB_ORDER_WAITS, STAGE_FORBIDS_POST, AGREEMENT_REQUIRED, LINE_NOT_OPEN (none is asked for),
            NOT_SIGNED_OFF, PROJECT_REQUIRED, PROJECT_VALIDATION, JOURNAL_MISSING.

    Source: DOMAIN.md 5.6, 5.3, 1.1, 2.
    """
    check_transferred(order, path)
    if order.stage is not None:
        check_may_post(order.stage, order.number, path)
    check_agreement_given(
        order.agreement_id, allow_without_agreement=rules.allow_without_agreement, what=order.number, path=path
    )
    for number in sorted(run.line_numbers or ()):
        check_line_open(line_numbered(lines, number).status, number)
    asked_for = lines_asked_for(lines, run)
    if not asked_for:
        message = f"{order.number} has no open line of these days and types to post."
        raise Refused(Code.LINE_NOT_OPEN, message, path)
    left = tuple(
        LeftLine(line.number, refusals)
        for line in asked_for
        if (refusals := tuple(_in_the_way(order, line, rules, path)))
    )
    if len(left) == len(asked_for):
        raise Refused.of(*dict.fromkeys(refusal for line in left for refusal in line.refusals))
    staying = {line.number for line in left}
    return Posting(tuple(line.number for line in asked_for if line.number not in staying), left)


def _in_the_way(order: OrderState, line: LineState, rules: PostingRules, path: Path) -> Iterator[Refusal]:
    if not line.signed_off:
        message = f"Line {line.number} of {order.number} is not signed off; sign it off first."
        yield Refusal(Code.NOT_SIGNED_OFF, message, path)
    if line.project_id is None and order.project_id is None:
        message = f"{order.number} has no project; attach it to one, or to a service agreement, before posting it."
        yield Refusal(Code.PROJECT_REQUIRED, message, path)
    if not line.is_allowed:
        message = f"Its project does not take the worker or project category of line {line.number} of {order.number}."
        yield Refusal(Code.PROJECT_VALIDATION, message, path)
    if line.transaction_type not in rules.journals:
        what = line.transaction_type.lower()
        message = f"There is no journal for lines of type {what}; name one in the parameters."
        yield Refusal(Code.JOURNAL_MISSING, message, path)
