"""What must be true of the rows of a company, beyond each cell. Pure."""

import re
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from domain.core.errors import Code, Refused
from domain.orders.rules import DispatchStatus, check_length

PlaceT = TypeVar("PlaceT", datetime, int)


@dataclass(frozen=True, slots=True)
class Span(Generic[PlaceT]):
    """Something that takes a resource (a worker, a weekday of a calendar) from `begins` until just before `ends`.

    `line` is where the file says so, None when only the database does.
    """

    resource: Hashable
    begins: PlaceT
    ends: PlaceT
    name: str
    line: int | None


def overlapping(spans: Iterable[Span[PlaceT]]) -> Iterator[tuple[Span[PlaceT], Span[PlaceT]]]:
    """For each span that overlaps another of its resource: it, and the one in its way. Touching is no overlap.

    Of two that overlap, the one further down in the file is at fault.
    """
    by_resource: dict[Hashable, list[Span[PlaceT]]] = {}
    for span in spans:
        by_resource.setdefault(span.resource, []).append(span)
    for taken in by_resource.values():
        taken.sort(key=lambda span: (span.begins, span.ends, span.line or 0))
        last: Span[PlaceT] | None = None
        for span in taken:
            if last is not None and span.begins < last.ends:
                earlier, later = sorted((last, span), key=lambda each: each.line or 0)
                yield later, earlier
            if last is None or span.ends > last.ends:
                last = span


def check_hours(opens_minute: int | None, closes_minute: int | None) -> None:
    """Refuse hours that are incomplete, or close before they open.

    Raises:
        Refused: INVALID.
    """
    if opens_minute is None and closes_minute is None:
        return
    if opens_minute is None or closes_minute is None:
        missing = "opens" if opens_minute is None else "closes"
        raise Refused(Code.INVALID, "Hours need both opens and closes; leave both empty for a closed day.", (missing,))
    if closes_minute <= opens_minute:
        message = "This is not after opens; write a night as two rows that meet at 24:00."
        raise Refused(Code.INVALID, message, ("closes",))


def check_activity(
    starts_at: datetime | None, ends_at: datetime | None, worker_id: int | None, dispatch_status: DispatchStatus
) -> None:
    """Refuse times that are incomplete or the wrong way round, and an activity dispatched to nobody or for no time.

    Raises:
        Refused: TIME_REQUIRED, INVALID, WORKER_REQUIRED.

    Source: DOMAIN.md 9.3.
    """
    if (starts_at is None) != (ends_at is None):
        missing = "starts_at" if starts_at is None else "ends_at"
        raise Refused(Code.TIME_REQUIRED, "Give both starts_at and ends_at, or neither.", (missing,))
    if starts_at is not None and ends_at is not None:
        check_length(ends_at - starts_at, "ends_at")
    if dispatch_status is DispatchStatus.DISPATCHED and worker_id is None:
        message = "It is DISPATCHED and has no worker; name one, or write UNDISPATCHED."
        raise Refused(Code.WORKER_REQUIRED, message, ("worker",))
    if dispatch_status is DispatchStatus.DISPATCHED and starts_at is None:
        message = "It is DISPATCHED and has no time; give it one, or write UNDISPATCHED."
        raise Refused(Code.TIME_REQUIRED, message, ("starts_at",))


def highest_count(prefix: str, numbers: Iterable[str]) -> int:
    """The highest count among the numbers that are `prefix` and a count, 0 when there is none."""
    longest = 15  # what is longer was not drawn from a sequence, and does not fit one
    counts = (number.removeprefix(prefix) for number in numbers if number.startswith(prefix))
    return max(
        (int(count) for count in counts if count.isascii() and count.isdigit() and len(count) <= longest), default=0
    )


def natural_key(cells: Iterable[str | int | date]) -> tuple[Any, ...]:
    """Sorts as people count: SO-9 before SO-10, and SO-10-2 before SO-10-10."""
    return tuple((_parts(cell), cell) if isinstance(cell, str) else cell for cell in cells)


def _parts(text: str) -> tuple[str | int, ...]:
    # Texts and counts take turns, so two keys never compare a text with a count.
    return tuple(int(part) if place % 2 else part for place, part in enumerate(re.split(r"([0-9]+)", text)))
