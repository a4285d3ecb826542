"""Finished answers: rows, composites put together part by part, and connections, with what is asked for and no more."""

from collections.abc import Callable
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any

from graphql import GraphQLNonNull

from api.executor import Ready
from api.selection.asked import Asked, Selection
from db import keyset
from db.projection import Same, Select, UnplannableError, Wanted, count, fetch, fetch_one

USUAL_PAGE, LARGEST_PAGE = 50, 250


async def rows(part: Selection, select: Select, *, viewer: object) -> Ready:
    """The selected rows as a finished list."""
    return Ready(await fetch(select, part.wanted(), viewer=viewer))


async def row(part: Selection, select: Select, *, viewer: object) -> Ready | None:
    """The one selected row, finished; None when there is none."""
    found = await fetch_one(select, part.wanted(), viewer=viewer)
    return None if found is None else Ready(found)


async def assemble(part: Selection, **values: object) -> Ready:
    """A finished object of what is asked of it, one value or function for each of its fields by Python name.

    A function is called once for each key its field is answered under, with what is selected there, and may be
    asynchronous. Values may be finished (Ready, or dicts as they are fetched) or plain.

    Raises: UnplannableError when a field is asked for that no value is given for.
    """
    answer: dict[str, object] = {}
    for asked in part.asked():
        if asked.field is None:
            answer[asked.key] = part.type.name
            continue
        if asked.name not in values or asked.field.args:
            raise UnplannableError(f"{part.type.name}.{asked.name} was asked for, and nothing gives it.")
        value = values[asked.name]
        if callable(value):
            value = value(asked.part)
            if isawaitable(value):
                value = await value
        answer[asked.key] = _finished(asked, value)
    return Ready(answer)


async def connection(
    part: Selection,
    select: Select,
    *,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    viewer: object,
) -> Ready:
    """A page of the selected rows as a connection: `nodes`, `edges`, `page_info` and `total_count`, each if asked for.

    Raises: keyset.BadCursorError, keyset.BadPageError.
    """
    shape: _Connection | None = part.memo.get("connection")
    if shape is None:
        shape = part.memo["connection"] = _connection(part)
    if first is None and last is None:
        first, last = (None, USUAL_PAGE) if before is not None else (USUAL_PAGE, None)
    if max(first or 0, last or 0) > LARGEST_PAGE:
        raise keyset.BadPageError(f"Ask for {LARGEST_PAGE} at most.")
    page = _NO_PAGE
    # A cursor is judged even where no row is asked for: a bad one is the caller's mistake whatever is selected.
    if shape.wanted is not None or after is not None or before is not None:
        wanted = shape.wanted or Wanted(())
        page = await keyset.page(select, wanted, first=first, after=after, last=last, before=before, viewer=viewer)
    total = await count(select) if shape.counted else 0
    return Ready({key: make(page, total) for key, make in shape.parts})


_NO_PAGE = keyset.Page(rows=[], has_next=False, has_previous=False, keys=[], order=())

Make = Callable[[keyset.Page, int], object]


@dataclass(frozen=True, slots=True)
class _Connection:
    """How the answer of a connection is put together."""

    wanted: Wanted | None  # of each row; None when no row is asked for
    counted: bool
    parts: tuple[tuple[str, Make], ...]


class _Rows:
    """The objects that are made of one row: `nodes` and the edges' `node` may ask for different things of it."""

    def __init__(self) -> None:
        self.needed = False
        self._wanted: list[Wanted] = []

    def take(self, part: Selection) -> Callable[[dict[str, Any]], object]:
        """A function from a row to the object that `part` asks for; valid once everything has been taken."""
        self.needed = True
        place = str(len(self._wanted))
        self._wanted.append(part.wanted())
        return lambda row: row if len(self._wanted) == 1 else row[place]

    def wanted(self) -> Wanted | None:
        """What to read of a row."""
        if not self.needed:
            return None
        if len(self._wanted) == 1:
            return self._wanted[0]
        return Wanted(tuple(Same(str(place), wanted) for place, wanted in enumerate(self._wanted)))


def _connection(part: Selection) -> _Connection:
    rows = _Rows()
    parts = tuple((asked.key, _connection_part(part, asked, rows)) for asked in part.asked())
    counted = any(asked.name == "total_count" for asked in part.asked())
    return _Connection(rows.wanted(), counted, parts)


def _connection_part(part: Selection, asked: Asked, rows: _Rows) -> Make:
    if asked.field is None:
        return _constant(part.type.name)
    if asked.name == "total_count":
        return lambda _page, total: total
    if asked.name == "nodes" and asked.part is not None:
        take = rows.take(asked.part)
        return lambda page, _total: [take(row) for row in page.rows]
    if asked.name == "edges" and asked.part is not None:
        rows.needed = True
        edge = tuple((inner.key, _edge_part(asked.part, inner, rows)) for inner in asked.part.asked())
        return lambda page, _total: [
            {key: make(row, cursor) for key, make in edge} for row, cursor in zip(page.rows, page.cursors, strict=True)
        ]
    if asked.name == "page_info" and asked.part is not None:
        rows.needed = True
        facts = tuple((inner.key, _page_fact(asked.part, inner)) for inner in asked.part.asked())
        return lambda page, _total: {key: make(page) for key, make in facts}
    raise UnplannableError(f"{part.type.name}.{asked.name} is no part of a connection.")


def _edge_part(part: Selection, asked: Asked, rows: _Rows) -> Callable[[dict[str, Any], str], object]:
    if asked.field is None:
        return lambda _row, _cursor: part.type.name
    if asked.name == "cursor":
        return lambda _row, cursor: cursor
    if asked.name == "node" and asked.part is not None:
        take = rows.take(asked.part)
        return lambda row, _cursor: take(row)
    raise UnplannableError(f"{part.type.name}.{asked.name} is no part of an edge.")


def _page_fact(part: Selection, asked: Asked) -> Callable[[keyset.Page], object]:
    if asked.field is None:
        return lambda _page: part.type.name
    facts: dict[str, Callable[[keyset.Page], object]] = {
        "has_next_page": lambda page: page.has_next,
        "has_previous_page": lambda page: page.has_previous,
        "start_cursor": lambda page: page.start,
        "end_cursor": lambda page: page.end,
    }
    if asked.name not in facts:
        raise UnplannableError(f"{part.type.name}.{asked.name} is no part of a page's facts.")
    return facts[asked.name]


def _constant(value: object) -> Make:
    return lambda _page, _total: value


def _finished(asked: Asked, value: object) -> object:
    if isinstance(value, Ready):
        if value.data is not None:
            return value.data
        value = None
    if value is None and asked.field is not None and not isinstance(asked.field.type, GraphQLNonNull):
        return None
    if asked.part is None:
        return asked.completion()(value)
    if isinstance(value, dict):
        return value
    if isinstance(value, list | tuple) and value and all(isinstance(item, dict | Ready) for item in value):
        return [item.data if isinstance(item, Ready) else item for item in value]
    return asked.completion()(value)
