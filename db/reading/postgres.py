"""PostgreSQL read connections: a pool of their own, read-only, without the reset query."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import asyncpg

from db.backends.postgres import PlainConnection
from db.health import count_statement
from db.programs import Program, ReadTooSlowError, Row, drive

if TYPE_CHECKING:
    # Generic in the stubs alone.
    Pool = asyncpg.Pool[Any]
    PooledConnection = asyncpg.pool.PoolConnectionProxy[Any]
else:
    Pool = asyncpg.Pool
    PooledConnection = asyncpg.pool.PoolConnectionProxy

T = TypeVar("T")

_FEWEST, _MOST = 2, 10
_PATIENCE_SECONDS = 5.0
_BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"


# What the driver may raise of a connection that is gone, or of a statement that is wrong.
_FAILURES = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)


async def _fetch(connection: PooledConnection, sql: str, arguments: Sequence[object]) -> list[Row]:
    count_statement()
    try:
        rows: list[Row] = await connection.fetch(sql, *arguments)
    except asyncpg.QueryCanceledError as error:
        raise ReadTooSlowError("A read took too long.") from error
    return rows


def _is_lost(connection: PooledConnection, error: BaseException) -> bool:
    if isinstance(error, asyncpg.InternalClientError):
        return True  # the driver lost the thread, as happens when the server goes in the middle of an answer
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:
        return True  # so closed that the pool has taken it back


class _PostgresSnapshot:
    """A connection inside one read transaction."""

    def __init__(self, connection: PooledConnection) -> None:
        self._connection = connection
        self._one_at_a_time = asyncio.Lock()
        self.over = False

    async def run(self, program: Program[T]) -> T:
        async with self._one_at_a_time:
            if self.over:
                raise RuntimeError("This snapshot is over.")
            return await drive(self._fetch, program)

    async def _fetch(self, sql: str, *arguments: object) -> list[Row]:
        return await _fetch(self._connection, sql, arguments)


class PostgresReaders:
    """A pool of read connections to one server."""

    dialect: Literal["postgres"] = "postgres"

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._ending: set[asyncio.Task[None]] = set()

    @classmethod
    async def open(cls, target: Mapping[str, Any], *, slowest_seconds: float) -> "PostgresReaders":
        """Connect to the server that `target` names."""
        pool = await asyncpg.create_pool(
            **target,
            min_size=_FEWEST,
            max_size=_MOST,
            connection_class=PlainConnection,
            statement_cache_size=512,
            max_cached_statement_lifetime=0,
            server_settings={
                "application_name": "tavle reads",
                "default_transaction_read_only": "on",
                "statement_timeout": str(int(slowest_seconds * 1000)),
                "idle_in_transaction_session_timeout": "30s",
                "timezone": "UTC",
                # Compiling a board query takes longer than running it.
                "jit": "off",
            },
        )
        return cls(pool)

    async def close(self) -> None:
        """Wait a little for what is being read, then close."""
        try:
            await asyncio.wait_for(self._pool.close(), _PATIENCE_SECONDS)
        except TimeoutError:
            self._pool.terminate()

    async def run(self, program: Program[T]) -> T:
        """What `program` makes of the rows of its statements."""
        # asyncpg cancels the server's statement for a cancelled caller, and shields the release.
        connection = await self._pool.acquire()

        async def fetch(sql: str, *arguments: object) -> list[Row]:
            nonlocal connection
            try:
                return await _fetch(connection, sql, arguments)
            except _FAILURES as error:
                if not _is_lost(connection, error):
                    raise
            connection = await self._instead_of(connection)
            return await _fetch(connection, sql, arguments)

        try:
            return await drive(fetch, program)
        finally:
            await self._pool.release(connection)

    @asynccontextmanager
    async def snapshot(self) -> AsyncGenerator[_PostgresSnapshot]:
        """One read transaction. Its state is that of the first read inside."""
        connection = await self._pool.acquire()
        view: _PostgresSnapshot | None = None
        try:
            try:
                await connection.execute(_BEGIN)
            except _FAILURES as error:
                if not _is_lost(connection, error):
                    raise
                connection = await self._instead_of(connection)
                await connection.execute(_BEGIN)
            view = _PostgresSnapshot(connection)
            yield view
        finally:
            if view is not None:
                view.over = True
            # In a task of its own: a caller cancelled here, even twice, must not leave the transaction open.
            ending = asyncio.create_task(self._end(connection))  # noqa: TID251 - outlives its caller on purpose
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)
            await asyncio.shield(ending)

    async def _instead_of(self, lost: PooledConnection) -> PooledConnection:
        """A new connection: after a restart of the server none of the old ones is any good."""
        with suppress(asyncpg.InterfaceError):
            lost.terminate()
        await self._pool.release(lost)
        await self._pool.expire_connections()
        return await self._pool.acquire()

    async def _end(self, connection: PooledConnection) -> None:
        try:
            # Also when BEGIN was cut short and may or may not have begun: without a transaction it is a notice.
            await connection.execute("COMMIT")
        except _FAILURES:
            connection.terminate()
        finally:
            await self._pool.release(connection)
