"""SQLite for Tortoise: transactions take the write lock when they begin, and every statement is counted."""

from collections.abc import Sequence
from typing import Any

from tortoise.backends.base.client import TransactionContext
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionContext, SqliteTransactionWrapper

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


class ImmediateClient(SqliteClient):
    """The write connection."""

    def _in_transaction(self) -> TransactionContext:
        return SqliteTransactionContext(ImmediateTransaction(self), self._lock)


client_class = ImmediateClient
