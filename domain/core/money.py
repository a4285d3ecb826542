"""Amounts of money: decimals outside, whole minor units in the database. Pure."""

from dataclasses import dataclass
from decimal import Decimal

from domain.core.errors import Code, Refused

# More would not fit a column of sums, and is no price that anybody means.
LARGEST = Decimal("9999999999.99")
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency."""

    amount: Decimal
    currency: str


def to_minor(amount: Decimal, *path: str | int) -> int:
    """A price or an amount, of at most two decimals, in minor units; nothing is rounded.

    Raises:
        Refused: INVALID.
    """
    if not amount.is_finite() or abs(amount) > LARGEST or amount != round(amount, 2):
        message = "An amount has at most ten digits before and two after the point."
        raise Refused(Code.INVALID, message, path)
    return int(amount * 100)


def check_not_negative(minor: int, *path: str | int) -> int:
    """A price, which is not below zero.

    Raises:
        Refused: INVALID.
    """
    if minor < 0:
        raise Refused(Code.INVALID, "A price is not below zero.", path)
    return minor


def from_minor(minor: int) -> Decimal:
    """An amount with its two decimals."""
    return (Decimal(minor) * _CENT).quantize(_CENT)


def money(minor: int | None, currency: str | None) -> Money | None:
    """Stored columns as money; None where there is none."""
    return None if minor is None or currency is None else Money(from_minor(minor), currency)
