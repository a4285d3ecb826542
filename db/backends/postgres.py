"""PostgreSQL for Tortoise: no reset between transactions, every statement counted, lost connections replaced."""

import asyncio
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, TypeVar

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    NestedTransactionContext,
    TransactionalDBClient,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.connection import get_connections

from db.health import count_statement
from db.programs import Program, Row, drive
from db.writing import Update, check_changed

T = TypeVar("T")


# A line that is cut tells nobody: without these a statement would wait for a quarter of an hour.
_SILENT_SECONDS, _ASK_AFTER_SECONDS, _ASK_EVERY_SECONDS = 10, 5, 2


class PlainConnection(asyncpg.Connection):
    """A pooled connection that notices a silent line, and whose session state we never change."""

    def __init__(self, protocol: Any, transport: asyncio.Transport, *more: Any) -> None:
        super().__init__(protocol, transport, *more)
        _notice_silence(transport.get_extra_info("socket"))

    def get_reset_query(self) -> str:
        """No statement: saves a round trip per transaction."""
        return ""


class CountedTransaction(TransactionWrapper):
    """One write transaction.

    An update is kept back until something else is sent, because the last ones can go along with the event log's.
    """

    def __init__(self, connection: "PlainClient | CountedTransaction") -> None:
        super().__init__(connection)
        self._kept_back: dict[str, Update] = {}  # by table

    async def execute_insert(self, query: str, values: list[Any]) -> asyncpg.Record | None:
        """Insert one row."""
        await self.send_updates()
        count_statement()
        return await super().execute_insert(query, values)

    async def execute_many(self, query: str, values: list[Any]) -> None:
        """Run one statement for many rows."""
        await self.send_updates()
        count_statement()
        await super().execute_many(query, values)

    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, list[dict[Any, Any]]]:
        """Run one statement."""
        await self.send_updates()
        count_statement()
        return await super().execute_query(query, values)

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[Any, Any]]:
        """Run one statement, rows as dicts."""
        await self.send_updates()
        count_statement()
        return await super().execute_query_dict(query, values)

    async def run(self, program: Program[T]) -> T:
        """What `program` makes of the rows of its statements."""
        await self.send_updates()
        async with self._lock:
            return await drive(self._fetch, program)

    async def update(self, update: Update) -> None:
        """Change a row, at the latest before the next statement."""
        # Updates of one table may have to be made in order: think of two that swap a unique value.
        if update.change.table in self._kept_back:
            await self.send_updates()
        self._kept_back[update.change.table] = update

    def take_updates(self) -> list[Update]:
        """The updates that were kept back, for who sends them in a statement of their own."""
        taken = list(self._kept_back.values())
        self._kept_back.clear()
        return taken

    async def send_updates(self) -> None:
        """Send what was kept back."""
        for update in self.take_updates() if self._kept_back else ():
            changed, _ = await self.execute_query(update.change.sql("postgres"), [*update.values])
            check_changed(changed, 1)

    async def savepoint(self) -> None:
        """Begin a part that can be undone alone."""
        if isinstance(self._parent, CountedTransaction):
            await self._parent.send_updates()
        await super().savepoint()

    async def commit(self) -> None:
        """End the transaction and keep what it wrote."""
        await self.send_updates()
        await super().commit()

    async def prepare_for_bulk(self) -> None:
        """Ready the transaction for many rows at a time: it may pause for a minute, and it plans its statements anew.

        Rows are worked on between statements, and what was planned for an empty table, also by the checks of foreign
        keys, crawls over a full one. Once for each transaction: to plan for each row costs as much as the row.
        """
        await self.execute_query("SELECT set_config('idle_in_transaction_session_timeout', '60s', true)")
        await self.execute_query("DISCARD PLANS")

    async def _fetch(self, sql: str, *arguments: object) -> Sequence[Row]:
        count_statement()
        rows: list[Any] = await self._connection.fetch(sql, *arguments)
        return rows

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(CountedTransaction(self))


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


def _notice_silence(connected: socket.socket | None) -> None:
    """Let the kernel give up a server that answers nothing for some seconds, where the platform can."""
    if connected is None or sys.platform != "linux" or connected.family not in {socket.AF_INET, socket.AF_INET6}:
        return
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, _ASK_AFTER_SECONDS)
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, _ASK_EVERY_SECONDS)
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _SILENT_SECONDS * 1000)


client_class = PlainClient
