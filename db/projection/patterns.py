"""Text search that folds case in every script and in the same way on both databases.

SQLite folds ASCII alone, and PostgreSQL what its locale happens to know. So letters are written out in both cases:
"sø" becomes `[sS][øØ]`, a GLOB pattern on SQLite and a regular expression on PostgreSQL.
"""

import re
from collections.abc import Callable
from typing import Literal

from db.reading import Dialect

Lookup = Literal["contains", "icontains", "startswith", "istartswith"]

# Longer texts are searched for in vain: a pattern of many thousand letters is too much for either database.
_LONGEST = 1_000
_NOWHERE = "\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}"
_GLOB_SIGNS = re.compile(r"[*?\[]")
_LIKE_SIGNS = re.compile(r"[\\%_]")


def operator(lookup: Lookup, dialect: Dialect) -> str:
    """The SQL operator that `pattern` is written for."""
    if dialect == "sqlite":
        return "GLOB"
    return "~" if lookup.startswith("i") else "LIKE"


def pattern(lookup: Lookup, dialect: Dialect) -> Callable[[object], str]:
    """A function from the text searched for to its pattern."""
    anywhere = lookup.endswith("contains")
    if not lookup.startswith("i"):
        return _glob(anywhere, _glob_letter) if dialect == "sqlite" else _like(anywhere)
    return _glob(anywhere, _glob_letter_in_any_case) if dialect == "sqlite" else _expression(anywhere)


def _searched(value: object) -> str:
    text = str(value).replace("\0", _NOWHERE)
    return text if len(text) <= _LONGEST else _NOWHERE


def _glob(anywhere: bool, letter: Callable[[str], str]) -> Callable[[object], str]:  # noqa: FBT001
    start = "*" if anywhere else ""
    return lambda value: start + "".join([letter(each) for each in _searched(value)]) + "*"


def _like(anywhere: bool) -> Callable[[object], str]:  # noqa: FBT001
    start = "%" if anywhere else ""
    return lambda value: start + _LIKE_SIGNS.sub(r"\\\g<0>", _searched(value)) + "%"


def _expression(anywhere: bool) -> Callable[[object], str]:  # noqa: FBT001
    start = "" if anywhere else "^"
    return lambda value: start + "".join([_expression_letter_in_any_case(each) for each in _searched(value)])


def _cases(letter: str) -> str:
    cases = {case: None for case in (letter, letter.lower(), letter.upper(), letter.title()) if len(case) == 1}
    return "".join(cases)


def _glob_letter(letter: str) -> str:
    return f"[{letter}]" if _GLOB_SIGNS.fullmatch(letter) else letter


def _glob_letter_in_any_case(letter: str) -> str:
    cases = _cases(letter)
    return f"[{cases}]" if len(cases) > 1 else _glob_letter(letter)


def _expression_letter_in_any_case(letter: str) -> str:
    cases = _cases(letter)
    if len(cases) > 1:
        return f"[{cases}]"
    # A backslash before an ASCII sign takes its meaning away; before a letter or digit it would give it one.
    return f"\\{letter}" if letter.isascii() and not letter.isalnum() and not letter.isspace() else letter
