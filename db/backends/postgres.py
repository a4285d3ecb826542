"""PostgreSQL for Tortoise: no reset query between transactions, and every statement is counted."""

from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionContext, TransactionContextPooled

from db.health import count_statement


class PlainConnection(asyncpg.Connection):
    """A pooled connection whose session state we never change, so there is nothing to reset between uses."""

    def get_reset_query(self) -> str:
        """No statement: saves a round trip per transaction."""
        return ""


class CountedTransaction(TransactionWrapper):
    """One write transaction."""

    async def execute_insert(self, query: str, values: list[Any]) -> asyncpg.Record | None:
        """Insert one row."""
        count_statement()
        return await super().execute_insert(query, values)

    async def execute_many(self, query: str, values: list[Any]) -> None:
        """Run one statement for many rows."""
        count_statement()
        await super().execute_many(query, values)

    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, list[dict[Any, Any]]]:
        """Run one statement."""
        count_statement()
        return await super().execute_query(query, values)

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[Any, Any]]:
        """Run one statement, rows as dicts."""
        count_statement()
        return await super().execute_query_dict(query, values)


class PlainClient(AsyncpgDBClient):
    """The write pool."""

    connection_class = PlainConnection  # type: ignore[assignment]  # asyncpg's stub fixes the record type

    def _in_transaction(self) -> TransactionContext:
        return TransactionContextPooled(CountedTransaction(self), self._pool_init_lock)


client_class = PlainClient
