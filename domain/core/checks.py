"""Checks of single values that every area shares. Pure."""

import re
from decimal import Decimal
from functools import cache
from importlib.resources import files

from domain.core.errors import Code, Path, Refused

NAME = 120
NUMBER = 20
TEXT = 1000

_FOUR_PLACES = Decimal("0.0001")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_NUMBER = re.compile(r"[A-Za-z0-9ÆØÅæøå][A-Za-z0-9ÆØÅæøå._/-]*")


def check_text(text: str, *path: str | int, longest: int = NAME) -> str:
    """`text` without surrounding space; refused when nothing is left, when too long, or with control characters."""
    kept = optional_text(text, *path, longest=longest)
    if kept is None:
        raise Refused(Code.INVALID, "Give a text; this is empty.", path)
    return kept


def optional_text(text: str | None, *path: str | int, longest: int = NAME) -> str | None:
    """`text` without surrounding space, None when nothing is left; refused when too long or with control characters."""
    if text is None:
        return None
    kept = text.strip()
    if len(kept) > longest:
        raise Refused(Code.INVALID, f"This is {len(kept)} characters long; at most {longest} fit.", path)
    if any(character < " " and character not in "\n\t" for character in kept):
        raise Refused(Code.INVALID, "This holds control characters.", path)
    return kept or None


def check_number(number: str, path: Path = ("number",)) -> str:
    """A business number as people type it: letters, digits, `.`, `_`, `/` and `-`, at most 20."""
    kept = number.strip()
    if len(kept) > NUMBER or not _NUMBER.fullmatch(kept):
        raise Refused(
            Code.INVALID, "A number is 1 to 20 letters, digits and . _ / -, and begins with one of the first two.", path
        )
    return kept


def check_quantity(quantity: Decimal, path: Path = ("quantity",)) -> Decimal:
    """A quantity in its stored form, of four decimals; refused when it has more. Negative ones take back."""
    if not quantity.is_finite() or abs(quantity) >= Decimal(10) ** 10 or quantity != round(quantity, 4):
        raise Refused(Code.INVALID, "A quantity has at most ten digits before and four after the point.", path)
    return quantity.quantize(_FOUR_PLACES)


def optional_email(email: str | None, *path: str | int) -> str | None:
    """An e-mail address, or None."""
    kept = optional_text(email, *path, longest=200)
    if kept is not None and not _EMAIL.fullmatch(kept):
        raise Refused(Code.INVALID, f"{kept} is not an e-mail address.", path)
    return kept


def check_time_zone(name: str, *path: str | int) -> str:
    """An IANA time zone such as `Europe/Copenhagen`."""
    if name not in _time_zones():
        raise Refused(Code.INVALID, f"{name} is no IANA time zone; one is Europe/Copenhagen.", path)
    return name


@cache
def _time_zones() -> frozenset[str]:
    # The list that comes with the program, not the machine's: the same names everywhere, and no "localtime".
    return frozenset(files("tzdata").joinpath("zones").read_text("utf-8").split())


def check_color(color: str, *path: str | int) -> str:
    """A CSS hex colour such as `#c62828`."""
    if not _COLOR.fullmatch(color):
        raise Refused(Code.INVALID, f"{color} is no colour; one is #c62828.", path)
    return color.lower()
