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
