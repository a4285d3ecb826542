"""States of service orders and their lines for tests."""

from datetime import date

from domain.orders.rules import LineState, LineStatus, OrderState, progress_of
from domain.projects.rules import TransactionType
from domain.stages.rules import Stage
from tests.builders.stages import a_stage

DONE_ON = date(2026, 11, 23)
EVERYTHING = a_stage(1, "Open", allow_post=True)
NOTHING = a_stage(2, "Frozen", allow_modify=False, allow_cancel=False, allow_delete=False)
_STATUSES = {"C": LineStatus.CREATED, "P": LineStatus.POSTED, "X": LineStatus.CANCELED}


def statuses(letters: str) -> list[LineStatus]:
    """The statuses that the specification's letters stand for: C created, X cancelled, P posted."""
    return [_STATUSES[letter] for letter in letters]


def some_lines(letters: str, *, signed_off: bool = True) -> tuple[LineState, ...]:
    """Lines with these statuses: hours, signed off unless said otherwise."""
    return tuple(
        LineState(number, status, TransactionType.HOUR, DONE_ON, signed_off=signed_off)
        for number, status in enumerate(statuses(letters), 1)
    )


def an_order(
    letters: str = "CC",
    *,
    number: str = "SO-1",
    stage: Stage | None = EVERYTHING,
    agreement_id: int | None = 4,
    project_id: int | None = 5,
    has_item_requirements: bool = False,
) -> OrderState:
    """An order whose lines have these statuses; its stage allows everything."""
    found = statuses(letters)
    return OrderState(
        number,
        stage,
        progress_of(found),
        has_posted_lines=LineStatus.POSTED in found,
        has_item_requirements=has_item_requirements,
        agreement_id=agreement_id,
        project_id=project_id,
    )
