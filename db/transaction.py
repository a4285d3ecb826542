"""The only door to a database transaction."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from contextvars import ContextVar

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

_current: ContextVar[BaseDBAsyncClient | None] = ContextVar("transaction", default=None)


def current() -> BaseDBAsyncClient | None:
    """The connection of the open transaction, or None outside one."""
    return _current.get()


async def prepare_for_bulk() -> None:
    """Ready the open transaction for many rows at a time: it may pause for a minute, and it plans each statement anew.

    Rows are worked on between statements, and what was planned for an empty table crawls over a full one.
    """
    connection = current()
    if connection is not None and connection.capabilities.dialect == "postgres":
        await connection.execute_query(
            "SELECT set_config('idle_in_transaction_session_timeout', '60s', true),"
            " set_config('plan_cache_mode', 'force_custom_plan', true)"
        )


@asynccontextmanager
async def transaction() -> AsyncGenerator[BaseDBAsyncClient]:
    """Open one transaction; commit on success, roll back on any exception.

    A task that is cancelled while Tortoise is inside BEGIN wedges the connection for good, so whoever opens a
    transaction runs in a task of its own that nobody cancels (`domain.core.operation.perform`).
    """
    async with in_transaction("default") as connection:
        token = _current.set(connection)
        try:
            yield connection
        finally:
            _current.reset(token)
