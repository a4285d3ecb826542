"""SQLite for Tortoise: writes take turns and are committed in groups, and every statement is counted.

A statement of a transaction touches few rows and takes less time than a thread takes to hear of it, so it runs where it
is sent. What can take long is left to the connection's thread: waiting for a lock, many rows, and the commit, which
waits for the disk.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any, TypeVar

import aiosqlite
from tortoise.backends.base.client import NestedTransactionContext, TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionWrapper
from tortoise.connection import get_connections
from tortoise.exceptions import IntegrityError, OperationalError

from db.backends.sharing import SharedTransaction
from db.health import count_statement
from db.programs import Program
from db.remembered import forget_everything
from db.writing import Update, check_changed

T = TypeVar("T")

# Rows that are written on the event loop at once, and how long it is kept by one transaction before others have a turn.
_FEW = 20
_HERE_SECONDS = 0.005
_STEPS = 2_000  # of SQLite's, between two looks at the clock
_STATEMENTS_KEPT = 512


class ImmediateTransaction(SqliteTransactionWrapper):
    """One caller's part of a write transaction; `is_long`, it runs in the connection's thread throughout."""

    def __init__(self, client: "ImmediateClient | ImmediateTransaction", *, is_long: bool = False) -> None:
        super().__init__(client)
        self.is_long = is_long
        self._until = perf_counter() + _HERE_SECONDS

    async def execute_insert(self, query: str, values: list[Any]) -> int:
        """Insert one row; gives its key."""
        return await self._run(lambda connection: connection.execute(query, values).lastrowid or 0)

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        """Run one statement for many rows."""
        await self._run(lambda connection: connection.executemany(query, values), here=len(values) <= _FEW)

    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, Sequence[dict[Any, Any]]]:
        """Run one statement; gives how many rows it changed or found, and those it found."""
        if query.startswith("SELECT"):
            rows = await self._rows(query, values or ())
            return len(rows), rows

        def run(connection: sqlite3.Connection) -> tuple[int, Sequence[dict[Any, Any]]]:
            before = connection.total_changes
            rows = connection.execute(query, values or ()).fetchall()
            return connection.total_changes - before or len(rows), rows

        return await self._run(run)

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[Any, Any]]:
        """Run one statement; gives the rows it found as dicts."""
        return [dict(row) for row in (await self.execute_query(query, values))[1]]

    async def update(self, update: Update) -> None:
        """Change a row."""
        sql = update.change.sql("sqlite")
        check_changed(await self._run(lambda connection: connection.execute(sql, update.values).rowcount), 1)

    async def run(self, program: Program[T]) -> T:
        """What `program` makes of the rows of its statements, which only read."""
        try:
            statement = next(program)
            while True:
                statement = program.send(await self._rows(statement.sql, statement.arguments))
        except StopIteration as finished:
            result: T = finished.value
            return result
        finally:
            program.close()

    async def _rows(self, sql: str, arguments: Sequence[object]) -> list[Any]:
        """The rows that are read by one statement, in the thread if that takes long."""

        def read(connection: sqlite3.Connection) -> list[Any]:
            return connection.execute(sql, arguments).fetchall()

        def begin_reading(connection: sqlite3.Connection) -> list[Any] | None:
            until = perf_counter() + _HERE_SECONDS
            connection.set_progress_handler(lambda: perf_counter() > until, _STEPS)
            try:
                return read(connection)
            except sqlite3.OperationalError as error:
                # Interrupted: for a statement that writes it would be the end of the transaction.
                if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                    raise
                return None
            finally:
                connection.set_progress_handler(None, 0)

        found = None if self.is_long else await self._run(begin_reading)
        return await self._run(read, here=False, counted=self.is_long) if found is None else found

    async def _run(self, work: Callable[[sqlite3.Connection], T], *, here: bool = True, counted: bool = True) -> T:
        if counted:
            count_statement()
        connection = raw(self._connection)
        try:
            if self.is_long or not here:
                found: T = await self._connection._execute(work, connection)  # type: ignore[no-untyped-call]  # noqa: SLF001
                return found
            if perf_counter() > self._until:
                await asyncio.sleep(0)
                self._until = perf_counter() + _HERE_SECONDS
            return work(connection)
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error
        except sqlite3.IntegrityError as error:
            raise IntegrityError(error) from error

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(ImmediateTransaction(self, is_long=self.is_long))


class SharedTransactionContext(TransactionContext):
    """A transaction that may be one with its neighbours'."""

    def __init__(self, client: "ImmediateClient") -> None:
        self._client = client
        self.is_long = False

    async def __aenter__(self) -> TransactionalDBClient:
        await self._client.shared.enter(alone=self.is_long)
        connection = ImmediateTransaction(self._client, is_long=self.is_long)
        self._token = get_connections().set(self._client.connection_name, connection)
        return connection

    async def __aexit__(self, exc_type: type[BaseException] | None, *_: object) -> None:
        try:
            get_connections().reset(self._token)
        finally:
            await self._client.shared.leave(is_done=exc_type is None)


class ImmediateClient(SqliteClient):
    """The write connection.

    Tortoise's own `BEGIN` is deferred: two processes that read and then write fail with "database is locked", however
    long they wait. `BEGIN IMMEDIATE` waits its turn instead.
    """

    def __init__(self, file_path: str, **settings: Any) -> None:
        super().__init__(file_path, **settings)
        self.shared = SharedTransaction(self)

    async def create_connection(self, with_db: bool) -> None:  # noqa: ARG002, FBT001 - Tortoise's signature
        """Open the connection, as Tortoise does, but for use in its thread and on the event loop by turns."""
        if self._connection is None:
            self._connection = await aiosqlite.connect(
                self.filename, isolation_level=None, check_same_thread=False, cached_statements=_STATEMENTS_KEPT
            )
            raw(self._connection).row_factory = sqlite3.Row
            for pragma, value in self.pragmas.items():
                await self._connection.execute_fetchall(f"PRAGMA {pragma}={value}")
            await self._post_connect()

    @property
    def is_open(self) -> bool:
        """Whether there is a transaction."""
        return self._connection is not None and self._connection.in_transaction

    async def begin(self) -> None:
        """Wait for the write lock and take it."""
        # Who uses the connection without a transaction holds this for each statement.
        await self._lock.acquire()
        try:
            await self.create_connection(with_db=True)
            if not self._begin_at_once():
                await self._begin_in_time()
        except BaseException:
            self._lock.release()
            raise

    async def commit(self) -> None:
        """Put what was written on the disk."""
        try:
            await self._opened.commit()
        except BaseException:
            forget_everything()
            raise
        finally:
            await self.roll_back()

    async def roll_back(self) -> None:
        """End the transaction, if there still is one, as if it had never been."""
        try:
            if self.is_open:
                # What was read of writes that have never been must not be remembered.
                forget_everything()
                await self._opened.rollback()
        finally:
            self._lock.release()

    def mark(self) -> None:
        """Set a savepoint."""
        raw(self._opened).execute("SAVEPOINT member")

    def unmark(self, *, go_back: bool) -> None:
        """Take the savepoint away."""
        if go_back:
            raw(self._opened).execute("ROLLBACK TO member")
        raw(self._opened).execute("RELEASE member")

    def _in_transaction(self) -> TransactionContext:
        return SharedTransactionContext(self)

    @property
    def _opened(self) -> aiosqlite.Connection:
        if self._connection is None:
            raise RuntimeError("The write connection is not open.")
        return self._connection

    def _begin_at_once(self) -> bool:
        """Take the write lock if nobody has it; whether that was so."""
        connection = raw(self._opened)
        patience = connection.execute("PRAGMA busy_timeout").fetchone()[0]
        connection.execute("PRAGMA busy_timeout = 0")
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        finally:
            connection.execute(f"PRAGMA busy_timeout = {patience}")
        return True

    async def _begin_in_time(self) -> None:
        beginning = asyncio.ensure_future(self._opened.execute("BEGIN IMMEDIATE"))
        try:
            await asyncio.shield(beginning)
        except asyncio.CancelledError:
            # The thread goes on waiting all the same, and may yet begin what nobody would end.
            await asyncio.wait([beginning])
            if self.is_open:
                await self._opened.rollback()
            raise


def raw(connection: aiosqlite.Connection) -> sqlite3.Connection:
    """The connection itself."""
    return connection._conn  # noqa: SLF001 - where Tortoise finds it too


client_class = ImmediateClient
