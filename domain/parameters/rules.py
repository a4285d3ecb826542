"""Decisions about the company's settings. Pure."""

import re
from enum import StrEnum

from domain.core.errors import Code, Refused

LONGEST_BOARD_DAYS = 60
LONGEST_HORIZON_DAYS = 3_653

_CURRENCY = re.compile(r"[A-Za-z]{3}")


class SlaCalendarMode(StrEnum):
    """What a service level's calendar does: only its open time counts, or it only puts off the start.

    Source: DOMAIN.md D-23.
    """

    OPEN_TIME = "OPEN_TIME"
    START_ONLY = "START_ONLY"


def check_currency(code: str) -> str:
    """An ISO 4217 currency code of three letters, such as `DKK`.

    Raises:
        Refused: INVALID.
    """
    if not _CURRENCY.fullmatch(code):
        raise Refused(Code.INVALID, f"{code} is no currency code; one is DKK.", ("currency",))
    return code.upper()


def check_board_days(days: int, *path: str | int) -> int:
    """How many days the dispatch board shows before or after today: 0 to 60.

    Raises:
        Refused: INVALID.

    Source: DOMAIN.md 1.1.
    """
    if not 0 <= days <= LONGEST_BOARD_DAYS:
        raise Refused(Code.INVALID, f"The board shows 0 to {LONGEST_BOARD_DAYS} days, not {days}.", path)
    return days


def check_horizon(days: int, *path: str | int) -> int:
    """How many days ahead the company plans its visits: 1 to 3,653, which is ten years.

    Raises:
        Refused: INVALID.
    """
    if not 1 <= days <= LONGEST_HORIZON_DAYS:
        raise Refused(Code.INVALID, f"Visits are planned 1 to {LONGEST_HORIZON_DAYS} days ahead, not {days}.", path)
    return days
