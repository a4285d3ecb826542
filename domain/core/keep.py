"""The difference between "clear this" (None) and "leave this as it is"."""

from enum import Enum
from typing import TypeVar

T = TypeVar("T")


class Keep(Enum):
    """An omitted value: the stored one stays."""

    # No input can hold this text, so an omitted value never looks like a given one.
    KEEP = "\0keep"


KEEP = Keep.KEEP


def chosen(wanted: T | Keep, stored: T) -> T:
    """`wanted`, or what is stored when it was omitted."""
    return stored if isinstance(wanted, Keep) else wanted
