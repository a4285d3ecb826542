"""What of a service order and its lines decides what may be done to them. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from domain.core.errors import not_found
from domain.orders.rules.values import LineStatus, OrderProgress
from domain.projects.rules import TransactionType
from domain.slas.rules import SlaStatus
from domain.stages.rules import Stage


@dataclass(frozen=True, slots=True)
class OrderState:
    """What of an order decides what may be done to it; in no stage are orders of a company that has none."""

    number: str
    stage: Stage | None
    progress: OrderProgress
    has_posted_lines: bool = False
    has_item_requirements: bool = False
    incoming_web_order: bool = False
    sla_status: SlaStatus = SlaStatus.NONE
    agreement_id: int | None = None
    project_id: int | None = None


@dataclass(frozen=True, slots=True)
class LineState:
    """What of an order line decides what may be done to it."""

    number: int
    status: LineStatus
    transaction_type: TransactionType
    executes_on: date
    signed_off: bool = False
    project_id: int | None = None
    is_allowed: bool = True


def line_numbered(lines: Iterable[LineState], number: int) -> LineState:
    """The line with a number.

    Raises:
        Refused: NOT_FOUND.
    """
    for line in lines:
        if line.number == number:
            return line
    raise not_found("service order line", "lineId")
