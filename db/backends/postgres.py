"""PostgreSQL for Tortoise: no reset between transactions, every statement counted, lost connections replaced."""

from contextlib import suppress
from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionalDBClient, TransactionContext, TransactionContextPooled
from tortoise.connection import get_connections

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


class LastingTransactionContext(TransactionContextPooled):
    """A transaction that begins on a connection that works.

    Tortoise's own never gives a connection back on which `BEGIN` failed: ten of them, and nobody writes any more.
    """

    async def __aenter__(self) -> TransactionalDBClient:
        await self.ensure_connection()
        pool: Any = self.client._parent._pool  # noqa: SLF001 - where Tortoise keeps it
        try:
            await self._begin(pool)
        except Exception:  # noqa: BLE001 - nothing was done yet, so once more is safe whatever it was
            # After a restart of the server none of the old connections is any good.
            await pool.expire_connections()
            await self._begin(pool)
        self.token = get_connections().set(self.connection_name, self.client)
        return self.client

    async def _begin(self, pool: Any) -> None:
        connection = await pool.acquire()
        self.client._connection = connection  # noqa: SLF001 - as Tortoise's own context does
        try:
            await self.client.begin()
        except BaseException:
            with suppress(asyncpg.InterfaceError):  # so lost that the pool has taken it back
                connection.terminate()
            await pool.release(connection)
            raise


class PlainClient(AsyncpgDBClient):
    """The write pool."""

    connection_class = PlainConnection  # type: ignore[assignment]  # asyncpg's stub fixes the record type

    def _in_transaction(self) -> TransactionContext:
        return LastingTransactionContext(CountedTransaction(self), self._pool_init_lock)


client_class = PlainClient
