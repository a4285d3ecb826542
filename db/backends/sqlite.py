"""SQLite for Tortoise: transactions take the write lock when they begin, and every statement is counted."""

from collections.abc import Sequence
from typing import Any

from tortoise.backends.base.client import TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionContext, SqliteTransactionWrapper
from tortoise.connection import get_connections

from db.health import count_statement


class ImmediateTransaction(SqliteTransactionWrapper):
    """One write transaction.

    Tortoise's own `BEGIN` is deferred: two processes that read and then write fail with "database is locked", however
    long they wait. `BEGIN IMMEDIATE` waits its turn instead.
    """

    async def begin(self) -> None:
        """Wait for the write lock and take it."""
        await self._connection.execute("BEGIN IMMEDIATE")

    async def execute_insert(self, query: str, values: list[Any]) -> int:
        """Insert one row."""
        count_statement()
        return await super().execute_insert(query, values)

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        """Run one statement for many rows."""
        count_statement()
        await super().execute_many(query, values)

    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, Sequence[dict[Any, Any]]]:
        """Run one statement."""
        count_statement()
        return await super().execute_query(query, values)

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[Any, Any]]:
        """Run one statement, rows as dicts."""
        count_statement()
        return await super().execute_query_dict(query, values)


class YieldingTransactionContext(SqliteTransactionContext):
    """A transaction that lets the next one try when it cannot begin.

    Tortoise's own keeps the connection's lock when `BEGIN` fails, and nobody writes any more.
    """

    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
            await self.connection.begin()
        except BaseException:
            self._trxlock.release()
            raise
        self.token = get_connections().set(self.connection_name, self.connection)
        return self.connection


class ImmediateClient(SqliteClient):
    """The write connection."""

    def _in_transaction(self) -> TransactionContext:
        return YieldingTransactionContext(ImmediateTransaction(self), self._lock)


client_class = ImmediateClient
