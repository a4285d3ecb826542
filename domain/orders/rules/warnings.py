"""What somebody should know about a service order although nothing is refused for it. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class OrderWarning(StrEnum):
    """What is odd about a service order."""

    CALENDAR_CONFLICT = "CALENDAR_CONFLICT"
    TECHNICIAN_NOT_ON_BOARD = "TECHNICIAN_NOT_ON_BOARD"


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning, with the words for a person."""

    code: OrderWarning
    message: str


def warnings_of(
    number: str, *, calendar_conflict: bool, technician: str | None, technician_team_id: int | None
) -> list[Warned]:
    """What is odd about an order: a day on which the company is closed, a preferred technician whom no board shows.

    Source: DOMAIN.md 1.1, 4.8, 9.1.
    """
    found = []
    if calendar_conflict:
        message = f"{number} is wished for a day on which the company's calendar is closed."
        found.append(Warned(OrderWarning.CALENDAR_CONFLICT, message))
    if technician is not None and technician_team_id is None:
        message = f"{technician}, whom the customer prefers, is in no team and so on no dispatch board."
        found.append(Warned(OrderWarning.TECHNICIAN_NOT_ON_BOARD, message))
    return found
