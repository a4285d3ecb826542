"""From inputs to commands."""

import re
from typing import Any

import strawberry

from api.schema.nodes import key_of, optional_key
from domain.core.errors import Code, Refused
from domain.core.keep import KEEP, Keep

VERSION = "Refused with VERSION_CONFLICT when it has moved on. Omit to overwrite."
NUMBER = "For people, unique. Omit to draw the next one of the number sequence."
OMIT = "Omit to keep."
OMIT_OR_CLEAR = "Omit to keep; null to clear."


@strawberry.input(description="What every mutation takes.")
class MutationInput:
    """The base of mutations' inputs."""

    client_mutation_key: str | None = strawberry.field(
        default=None,
        description="Idempotency key, 1 to 80 characters, kept for 30 days: a repeat returns the first result.",
    )

    def command(self) -> Any:
        """The domain's command that this asks for.

        Raises:
            Refused: NOT_FOUND, for an id of the wrong form.
        """
        raise AssertionError("Each input makes its own command.")


def kept(given: strawberry.Maybe[Any]) -> Any:
    """What was given, null included, or KEEP when it was omitted."""
    return KEEP if given is None else given.value


def kept_key(given: strawberry.Maybe[Any], prefix: str, what: str, *path: str | int) -> int | None | Keep:
    """The key of the id that was given, null included, or KEEP when it was omitted.

    Raises:
        Refused: NOT_FOUND.
    """
    return KEEP if given is None else optional_key(given.value, prefix, what, *path)


def kept_given_key(given: strawberry.Maybe[Any], prefix: str, what: str, *path: str | int) -> int | Keep:
    """The key of the id that was given, or KEEP when it was omitted, for what cannot be cleared.

    Raises:
        Refused: NOT_FOUND.
    """
    return KEEP if given is None else key_of(given.value, prefix, what, *path)


_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00", re.ASCII)


def minute_of(text: str | None, *path: str | int) -> int | None:
    """A time of day as people write it, in minutes after midnight.

    Raises:
        Refused: INVALID.
    """
    if text is None:
        return None
    if not _CLOCK.fullmatch(text):
        raise Refused(Code.INVALID, f"{text[:20]} is no time of day; write it like 08:00.", path)
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def kept_minute(given: strawberry.Maybe[str | None], path: str) -> int | None | Keep:
    """The time of day that was given, null included, or KEEP when it was omitted.

    Raises:
        Refused: INVALID.
    """
    return KEEP if given is None else minute_of(given.value, path)


def clock_text(minute: int | None) -> str | None:
    """Minutes after midnight as people write them; the end of the day is 24:00."""
    return None if minute is None else f"{minute // 60:02}:{minute % 60:02}"
