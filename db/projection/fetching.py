"""Reading what a projection asks for."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson

from db.projection.columns import json_list
from db.projection.conditions import arguments, shape_of
from db.projection.plans import ListPart, Plan, Window, plan_count, plan_exists, plan_list, plan_records, plan_rows
from db.projection.tree import Select, Wanted
from db.reading import Dialect, Program, Row, Statement, dialect, run

_ALL = Window()
_LIMITED = Window(limited=True)
_SINGLE = Window(single=True)
_FIRST = Window(limited=True, single=True)
_ALL_LOCKED = Window(locked=True)
_LIMITED_LOCKED = Window(limited=True, locked=True)


async def fetch(select: Select, wanted: Wanted, *, viewer: object = None) -> list[dict[str, Any]]:
    """The selected rows as result dicts, finished for the JSON encoder.

    One statement, and one more for each to-many relation that is wanted, however many rows there are.
    """
    result: list[dict[str, Any]] = await _read(select, wanted, viewer, _ALL, _LIMITED)
    return result


async def fetch_one(select: Select, wanted: Wanted, *, viewer: object = None) -> dict[str, Any] | None:
    """The selected row as a result dict, or None; of several, the first in the order asked for.

    Raises: LookupError when several rows are selected and no order says which comes first.
    """
    if select.order:
        select = Select(select.model, select.where, select.order, 1)
    rows: list[dict[str, Any]] = await _read(select, wanted, viewer, _SINGLE, _FIRST)
    if len(rows) > 1:
        raise LookupError(f"{len(rows)} rows of {select.model.__name__} where one was expected.")
    return rows[0] if rows else None


async def columns(select: Select, names: Sequence[str], *, locked: bool = False) -> list[tuple[Any, ...]]:
    """Some columns of the selected rows, as Python values: aware datetimes, dates, Decimals, enums.

    With `locked` nobody else changes the rows until the open transaction ends; they are locked in the order asked for,
    and rows joined to them are not.
    """
    unlimited, limited = (_ALL_LOCKED, _LIMITED_LOCKED) if locked else (_ALL, _LIMITED)
    result: list[tuple[Any, ...]] = await _read(select, tuple(names), None, unlimited, limited)
    return result


async def columns_of_each(*reads: tuple[Select, Sequence[str]]) -> list[list[tuple[Any, ...]]]:
    """Some columns of the rows of each selection, all read by one statement: numbers, texts, enums and truth values."""
    database = dialect()
    plans: list[Plan] = []
    given: list[object] = []
    for select, names in reads:
        values: list[object] = []
        shape = shape_of(select.where, values)
        window = Window(limited=select.limit is not None, by=select.by, beside=True, first=len(given) + 1)
        plan = plan_rows(select.model, tuple(names), shape, select.order, database, window)
        plans.append(plan)
        given += arguments(plan.encoders, values)
        if select.limit is not None:
            given.append(select.limit)
    return await run(_beside_program(plans, given))


def _beside_program(plans: Sequence[Plan], given: Sequence[object]) -> Program[list[list[tuple[Any, ...]]]]:
    rows = yield Statement(f"SELECT {', '.join([f'({plan.sql})' for plan in plans])}", given)
    return [plan.shape(orjson.loads(text), None, (), ()) for plan, text in zip(plans, rows[0], strict=True)]


async def ids(select: Select) -> list[int]:
    """The keys of the selected rows."""
    return [row[0] for row in await columns(select, ("pk",))]


async def records(select: Select, *, locked: bool = False) -> list[Any]:
    """The selected rows as objects of their model, for operations; `locked` as with `columns`."""
    unlimited, limited = (_ALL_LOCKED, _LIMITED_LOCKED) if locked else (_ALL, _LIMITED)
    result: list[Any] = await _read(select, None, None, unlimited, limited)
    return result


async def count(select: Select) -> int:
    """How many rows there are; a limit does not count."""
    values: list[object] = []
    plan = plan_count(select.model, shape_of(select.where, values), dialect())
    counted: int = await run(_scalar_program(plan, arguments(plan.encoders, values)))
    return counted


async def exists(select: Select) -> bool:
    """Whether there are such rows."""
    values: list[object] = []
    plan = plan_exists(select.model, shape_of(select.where, values), dialect())
    return bool(await run(_scalar_program(plan, arguments(plan.encoders, values))))


async def _read(
    select: Select, wanted: Wanted | tuple[str, ...] | None, viewer: object, unlimited: Window, limited: Window
) -> Any:
    reads = dialect()
    values: list[object] = []
    shape = shape_of(select.where, values)
    limit = select.limit
    window = unlimited if limit is None else limited
    if select.by is not None:
        window = replace(window, by=select.by)
    if wanted is None:
        plan = plan_records(select.model, shape, select.order, reads, window)
    else:
        plan = plan_rows(select.model, wanted, shape, select.order, reads, window)
    given = arguments(plan.encoders, values)
    if limit is not None:
        given.append(limit)
    return await run(rows_program(plan, given, viewer, reads))


def rows_program(plan: Plan, given: Sequence[object], viewer: object, reads: Dialect) -> Program[Any]:
    """The program of a plan and its lists, giving the shaped rows."""
    rows = yield from stored(plan, given)
    return (yield from shaped(plan, rows, viewer, reads))


def stored(plan: Plan, given: Sequence[object]) -> Program[Sequence[Row]]:
    """The program that reads a plan's rows."""
    rows = yield Statement(plan.sql, given)
    return orjson.loads(rows[0][0]) if plan.packed else rows


def shaped(plan: Plan, rows: Sequence[Row], viewer: object, reads: Dialect, ids: Sequence[object] = ()) -> Program[Any]:
    """The program that makes results of a plan's rows, reading the lists that belong to them."""
    lists = []
    for part in plan.lists:
        lists.append((yield from _list_program(part, rows, viewer, reads)))  # noqa: PERF401 - no yield in comprehensions
    return plan.shape(rows, viewer, ids, lists)


def _list_program(part: ListPart, rows: Sequence[Row], viewer: object, reads: Dialect) -> Program[dict[Any, Any]]:
    place = part.key
    keys = list(dict.fromkeys([row[place] for row in rows]))
    # Where a to-one relation leads nowhere, there is nothing to list.
    keys = [key for key in keys if key is not None]
    if not keys:
        return {}
    where = part.entry.where
    values: list[object] = []
    shape = shape_of(where(viewer) if callable(where) else where, values)
    plan = plan_list(part, shape, reads)
    listed = json_list(keys) if reads == "sqlite" else keys
    found = yield from stored(plan, [listed, *arguments(plan.encoders, values)])
    result: dict[Any, Any] = yield from shaped(plan, found, viewer, reads, keys)
    return result


def _scalar_program(plan: Plan, given: Sequence[object]) -> Program[Any]:
    rows = yield Statement(plan.sql, given)
    return plan.shape(rows, None, (), ())
