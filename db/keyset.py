"""Pages by keyset: a cursor holds the sort values of its row, so rows do not shift when others come and go."""

import base64
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson

from db.projection.columns import Kind
from db.projection.conditions import arguments, shape_of
from db.projection.fetching import shaped, stored
from db.projection.plans import Plan, Window, plan_rows
from db.projection.tree import Select, Wanted
from db.reading import Dialect, Program, Row, dialect, run

_LONGEST_CURSOR = 16_000
_CURSOR = re.compile(r"[A-Za-z0-9_-]+")
_DECIMAL = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?")
_LARGEST = 2**63 - 1


class BadCursorError(ValueError):
    """A cursor that was not given out for this order."""


class BadPageError(ValueError):
    """A page that makes no sense: both ends counted, or a negative size."""


def encode(values: Sequence[object], *, order: Sequence[str] = ()) -> str:
    """The cursor for a row with these sort values, good for this order alone."""
    written = [_written(value) for value in values]
    return base64.urlsafe_b64encode(orjson.dumps([_mark(order), *written])).rstrip(b"=").decode()


def decode(cursor: str, kinds: Sequence[Kind], *, order: Sequence[str] = ()) -> tuple[Any, ...]:
    """The sort values a cursor holds.

    Raises: BadCursorError unless it is, to the letter, what `encode` gives for values of these kinds and this order.
    """
    if len(cursor) > _LONGEST_CURSOR or not _CURSOR.fullmatch(cursor):
        raise BadCursorError(cursor[:80])
    try:
        read = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(read, list) or len(read) != len(kinds) + 1 or read[0] != _mark(order):
            raise BadCursorError(cursor[:80])
        values = tuple([_read(value, kind) for value, kind in zip(read[1:], kinds, strict=True)])
        if encode(values, order=order) != cursor:
            raise BadCursorError(cursor[:80])
    except (OverflowError, TypeError, ValueError) as error:
        raise BadCursorError(cursor[:80]) from error
    return values


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a longer list, in its order."""

    rows: list[dict[str, Any]]
    has_next: bool
    has_previous: bool
    keys: list[tuple[Any, ...]] = field(repr=False)
    order: tuple[str, ...] = field(repr=False)

    @property
    def cursors(self) -> list[str]:
        """The cursor of each row."""
        return [encode(key, order=self.order) for key in self.keys]

    @property
    def start(self) -> str | None:
        """The cursor of the first row."""
        return encode(self.keys[0], order=self.order) if self.keys else None

    @property
    def end(self) -> str | None:
        """The cursor of the last row."""
        return encode(self.keys[-1], order=self.order) if self.keys else None


async def page(
    select: Select,
    wanted: Wanted,
    *,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    viewer: object = None,
) -> Page:
    """The `first` rows after a cursor, or the `last` before one, in the order of `select`.

    `has_previous` going forwards, and `has_next` going backwards, is whether there was a cursor to start from.

    Raises: BadCursorError, BadPageError.
    """
    backwards, size, cursor = _asked(first, after, last, before)
    reads = dialect()
    order = select.order or ("pk",)
    values: list[object] = []
    shape = shape_of(select.where, values)

    def planned(beyond: tuple[bool, ...] | None) -> Plan:
        window = Window(limited=True, keyed=True, backwards=backwards, beyond=beyond)
        return plan_rows(select.model, wanted, shape, order, reads, window)

    plan = planned(None)
    given = arguments(plan.encoders, values)
    if cursor is not None:
        sorted_by = decode(cursor, [term.kind for term in plan.terms], order=order)
        nulls = tuple([value is None for value in sorted_by])
        if any(null and not term.nullable for null, term in zip(nulls, plan.terms, strict=True)):
            raise BadCursorError(cursor[:80])
        plan = planned(nulls)
        given += [term.encode(value) for value, term in zip(sorted_by, plan.terms, strict=True) if value is not None]
    rows, keys, more = await run(_program(plan, [*given, size + 1], size, viewer, reads))
    if backwards:
        return Page(rows[::-1], cursor is not None, more, keys[::-1], order)
    return Page(rows, more, cursor is not None, keys, order)


def _asked(first: int | None, after: str | None, last: int | None, before: str | None) -> tuple[bool, int, str | None]:
    backwards = last is not None or before is not None
    if backwards and (first is not None or after is not None):
        raise BadPageError("Ask for the first after a cursor, or for the last before one.")
    size = last if backwards else first
    if size is None or size < 0:
        raise BadPageError("Say how many rows, none or more.")
    return backwards, size, before if backwards else after


def _program(
    plan: Plan, given: Sequence[object], size: int, viewer: object, reads: Dialect
) -> Program[tuple[list[dict[str, Any]], list[tuple[Any, ...]], bool]]:
    rows = yield from stored(plan, given)
    # The row too many only shows that there is more.
    shown: Sequence[Row] = rows[:size]
    result = yield from shaped(plan, shown, viewer, reads)
    return result, plan.keys(shown) if plan.keys is not None else [], len(rows) > size


def _mark(order: Sequence[str]) -> int:
    return zlib.crc32(",".join(order).encode())


def _written(value: object) -> object:
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value)  # a date, a Decimal, a UUID


def _read(value: object, kind: Kind) -> object:
    if value is None:
        return None
    if kind in _READERS and isinstance(value, str):
        return _READERS[kind](value)
    if kind == "integer" and type(value) is int and abs(value) <= _LARGEST:
        return value
    if kind == "boolean" and type(value) is bool:
        return value
    if kind == "float" and type(value) is float:
        return value
    raise BadCursorError(str(value)[:80])


def _decimal(text: str) -> Decimal:
    if not _DECIMAL.fullmatch(text):
        raise BadCursorError(text[:80])
    return Decimal(text)


_READERS: dict[Kind, Any] = {
    "text": str,
    "instant": datetime.fromisoformat,
    "date": date.fromisoformat,
    "decimal": _decimal,
    "uuid": UUID,
}
