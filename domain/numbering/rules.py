"""Decisions about number sequences. Pure."""

from domain.core.checks import check_number, optional_text
from domain.core.errors import Code, Refused

PREFIX = 10
# Leaves more to draw from than anybody will, before the 32 bits of a client's integers are full.
HIGHEST = 999_999_999


def sequence_missing(code: str) -> Refused:
    """The refusal to draw a number of a sequence that there is not.

    Source: DOMAIN.md 1.3.
    """
    message = f"There is no number sequence for {code.replace('_', ' ')}; create one, or give a number."
    return Refused(Code.NUMBER_SEQUENCE_MISSING, message, ("number",))


def check_prefix(prefix: str | None) -> str:
    """What stands before the digits of a sequence, so that they make a business number together; may be empty.

    Raises:
        Refused: INVALID.
    """
    kept = optional_text(prefix, "prefix", longest=PREFIX) or ""
    check_number(f"{kept}1", ("prefix",))
    return kept


def check_next(following: int, reached: int) -> int:
    """The number a sequence draws next, which is never one it has gone past.

    Raises:
        Refused: INVALID.
    """
    if following < reached:
        raise Refused(Code.INVALID, f"The next number is {reached} already; numbers never run backwards.", ("next",))
    if following > HIGHEST:
        raise Refused(Code.INVALID, f"The next number is at most {HIGHEST}.", ("next",))
    return following
