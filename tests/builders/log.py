"""What stands in the database after an operation, and proof that a refusal left it as it was."""

import sqlite3
from collections.abc import AsyncGenerator, Awaitable
from contextlib import asynccontextmanager, closing
from typing import Any

import pytest
from tortoise import Model
from tortoise.backends.sqlite.client import SqliteClient
from tortoise.connection import get_connection
from tortoise.context import require_context

from db.outbox import EventRow
from domain.core.actor import Actor
from domain.core.errors import Code, Path, Refusal, Refused
from domain.core.operation import Operation, perform
from domain.orders.models import ServiceOrder


async def events() -> list[EventRow]:
    """The event log, oldest first."""
    return await EventRow.all().order_by("seq")


async def kinds() -> list[str]:
    """The kinds of all events, oldest first."""
    return [event.kind for event in await events()]


async def only_event() -> EventRow:
    """The one event there is."""
    [event] = await events()
    return event


async def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table: business data, event log, log head, idempotency keys."""
    return {name: await model.all().order_by(model._meta.pk_attr).values() for name, model in _tables().items()}


def _tables() -> dict[str, type[Model]]:
    apps = require_context().apps
    assert apps is not None
    tables = {model._meta.db_table: model for models in apps.values() for model in models.values()}
    return dict(sorted(tables.items()))


async def of_orders(*orders: ServiceOrder) -> list[dict[str, Any]]:
    """Every row of these orders and of what is their own."""
    found, ids = await everything(), {order.id for order in orders}
    own = [row for table in found.values() for row in table if row.get("order_id") in ids]
    return own + [row for row in found["service_order"] if row["id"] in ids]


@asynccontextmanager
async def nothing_changes() -> AsyncGenerator[None]:
    """Proof that the block leaves every row of every table as it was."""
    before = await _stored()
    yield
    after = await _stored()
    assert after == before, {name: (before[name], rows) for name, rows in after.items() if rows != before[name]}


async def _stored() -> dict[str, Any]:
    """What `everything` reads, as the database gives it: asked in hundreds of tests, where an ORM takes its time."""
    connection = get_connection("default")
    # A server that has just started takes its turns at the clock's jobs meanwhile.
    tables = {name: model for name, model in _tables().items() if name != "turn"}
    if isinstance(connection, SqliteClient):
        with closing(sqlite3.connect(f"file:{connection.filename}?mode=ro", uri=True)) as file:
            return {name: file.execute(f'SELECT * FROM "{name}" ORDER BY rowid').fetchall() for name in tables}
    rows = " UNION ALL ".join(
        f"""SELECT '{name}' AS name, (SELECT json_agg(t ORDER BY "{model._meta.db_pk_column}") FROM "{name}" t)::text"""
        for name, model in tables.items()
    )
    return dict(tuple(row) for row in (await connection.execute_query(rows))[1])


async def refusals(
    operation: Operation[Any, Any], command: object, *, actor: Actor, key: str | None = None
) -> tuple[Refusal, ...]:
    """Why the operation is refused; it is also proved that it changed nothing."""
    async with nothing_changes():
        with pytest.raises(Refused) as caught:
            await perform(operation, command, actor=actor, key=key)
    return caught.value.refusals


async def refusal_of(change: Awaitable[object]) -> tuple[Code, Path]:
    """The one code and path with which a change is refused; it is also proved that it changed nothing."""
    async with nothing_changes():
        with pytest.raises(Refused) as caught:
            await change
    [only] = caught.value.refusals
    return only.code, only.path


async def refusal(
    operation: Operation[Any, Any], command: object, *, actor: Actor, key: str | None = None
) -> tuple[Code, Path]:
    """The one code and path with which the operation is refused; it is also proved that it changed nothing."""
    return await refusal_of(perform(operation, command, actor=actor, key=key))
