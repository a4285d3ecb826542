"""Read connections: apart from the write side, never left in use or in a transaction by a caller that is cancelled.

Inside a write transaction reads go through its connection, so that an operation sees its own writes.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Literal, Protocol, TypeVar

from tortoise.backends.base.client import BaseDBAsyncClient

from db.config import is_postgres, sqlite_path, tortoise_config
from db.reading.postgres import PostgresReaders
from db.reading.programs import Program, ReadTooSlowError, Row, Statement, drive, single
from db.reading.sqlite import SqliteReaders
from db.tracing import watched_program
from db.transaction import current

__all__ = [
    "Dialect",
    "Program",
    "ReadTooSlowError",
    "Reader",
    "Row",
    "Statement",
    "close_readers",
    "dialect",
    "open_readers",
    "read",
    "run",
    "snapshot",
]

T = TypeVar("T")
Dialect = Literal["sqlite", "postgres"]

_SLOWEST_SECONDS = 5.0


class Reader(Protocol):
    """Something that statements can be read through."""

    async def run(self, program: Program[T]) -> T:
        """What `program` makes of the rows of its statements."""
        ...


class _TransactionReader:
    """Reads through the connection of the open write transaction, which counts its statements itself."""

    def __init__(self, connection: BaseDBAsyncClient) -> None:
        self._connection = connection

    async def run(self, program: Program[T]) -> T:
        return await drive(self._fetch, program)

    async def _fetch(self, sql: str, *arguments: object) -> Sequence[Row]:
        rows: Sequence[Row] = (await self._connection.execute_query(sql, list(arguments)))[1]  # type: ignore[assignment]
        return rows


_readers: SqliteReaders | PostgresReaders | None = None
_snapshot: ContextVar[Reader | None] = ContextVar("snapshot", default=None)


async def open_readers(url: str, *, slowest_seconds: float = _SLOWEST_SECONDS) -> None:
    """Open the read connections to the database at `url`; a read that takes longer than the limit is given up."""
    global _readers  # noqa: PLW0603 - one database per process
    if _readers is not None:
        raise RuntimeError("The read connections are open already.")
    if is_postgres(url):
        credentials = tortoise_config(url)["connections"]["default"]["credentials"]
        target = {name: credentials[name] for name in ("host", "port", "user", "password", "database")}
        _readers = await PostgresReaders.open(target, slowest_seconds=slowest_seconds)
    else:
        _readers = await SqliteReaders.open(sqlite_path(url), slowest_seconds=slowest_seconds)


async def close_readers() -> None:
    """Close the read connections, if they are open."""
    global _readers
    closing, _readers = _readers, None
    if closing is not None:
        await closing.close()


def dialect() -> Dialect:
    """Which database the read connections lead to."""
    return _opened().dialect


async def run(program: Program[T]) -> T:
    """What `program` makes of the rows of its statements; on SQLite they all see one state of the database."""
    reader = _reader()
    if isinstance(reader, _TransactionReader):  # whose connection's statements are watched already
        return await reader.run(program)
    return await reader.run(watched_program(program))


async def read(sql: str, arguments: Sequence[object] = ()) -> Sequence[Row]:
    """The rows of one statement, values as the driver gives them; parameters are `?1` on SQLite, `$1` on PostgreSQL."""
    return await run(single(sql, arguments))


@asynccontextmanager
async def snapshot() -> AsyncGenerator[Reader]:
    """One consistent view: everything this task reads inside sees the same state of the database.

    Inside a write transaction, or inside another snapshot, that one's view is used.
    """
    inherited = _held()
    if inherited is not None:
        yield inherited
        return
    async with _opened().snapshot() as reader:
        token = _snapshot.set(reader)
        try:
            yield reader
        finally:
            _snapshot.reset(token)


def _opened() -> SqliteReaders | PostgresReaders:
    if _readers is None:
        raise RuntimeError("The read connections are not open.")
    return _readers


def _held() -> Reader | None:
    connection = current()
    return _TransactionReader(connection) if connection is not None else _snapshot.get()


def _reader() -> Reader:
    return _held() or _opened()
