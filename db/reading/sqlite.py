"""SQLite read connections, each with a thread of its own.

Most reads take less time than a thread takes to hear of them. So a program begins where it is asked for, and moves to
its connection's thread, with the state of the database that it sees, when it takes longer.
"""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from contextvars import copy_context
from queue import SimpleQueue
from time import perf_counter, thread_time
from typing import Any, Literal, TypeVar
from urllib.parse import quote

from db.health import count_statement
from db.programs import Program, ReadTooSlowError, Row, Statement

T = TypeVar("T")

_CONNECTIONS = 3
_PRAGMAS = ("query_only = ON", "mmap_size = 268435456", "cache_size = -65536", "temp_store = MEMORY")
# How long a program may compute on the event loop, or keep it waiting for the disk or while another process has the
# processor, and how many steps of SQLite's go by between two looks.
_HERE_SECONDS = 0.005
_HERE_AND_WAITING_SECONDS = 0.03
_STEPS = 2_000
# What once took longer goes to the thread at once, for so long.
_SLOW_SECONDS = 10.0
_MOST_SLOW = 500
# In the thread a lock is waited for; on the event loop never.
_LOCK_MILLISECONDS = 5_000
_PASSING = frozenset({sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_BUSY})

Settle = Callable[[Any, BaseException | None], None]


class _SlowStatements:
    """The statements that took too long of late."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}

    def add(self, sql: str) -> None:
        if len(self._until) >= _MOST_SLOW:
            del self._until[next(iter(self._until))]
        self._until[sql] = perf_counter() + _SLOW_SECONDS

    def __contains__(self, sql: str) -> bool:
        until = self._until.get(sql)
        return until is not None and perf_counter() < until


class _Lane:
    """One connection, and the thread that works it when the event loop does not."""

    def __init__(self, path: str, slow: _SlowStatements) -> None:
        self._loop = asyncio.get_running_loop()
        self._jobs: SimpleQueue[tuple[Callable[[], object], Settle] | None] = SimpleQueue()
        self._waiting = 0
        self.slow = slow
        self.is_closed = False
        # mode=rw: a missing file is an error here, not an empty database.
        self.connection = sqlite3.connect(
            f"file:{quote(path)}?mode=rw",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=512,
            timeout=0.0,
        )
        for pragma in _PRAGMAS:
            self.connection.execute(f"PRAGMA {pragma}")
        self._thread = threading.Thread(target=self._serve, name="sqlite-reader", daemon=True)
        self._thread.start()

    @property
    def is_free(self) -> bool:
        """Whether the thread has nothing to do, so that the connection may be used on the event loop."""
        return self._waiting == 0

    def submit(self, work: Callable[[], object], settle: Settle) -> None:
        if self.is_closed:
            self._loop.call_soon(settle, None, RuntimeError("The read connections are closed."))
            return

        def done(result: object, failure: BaseException | None) -> None:
            self._waiting -= 1
            settle(result, failure)

        self._waiting += 1
        self._jobs.put((work, done))

    def check_open(self) -> None:
        """Refuse what comes after the end."""
        if self.is_closed:
            raise RuntimeError("The read connections are closed.")

    def begin(self) -> None:
        """Begin a read transaction, whatever became of the one before."""
        self.check_open()
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")
        self.connection.execute("BEGIN")

    def end(self) -> None:
        """End the read transaction."""
        self.connection.execute("COMMIT")

    def close(self) -> None:
        """End the thread once its jobs are done, then close the connection."""
        self._jobs.put(None)
        self._thread.join()
        self.connection.close()

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            work, settle = job
            result: object = None
            failure: BaseException | None = None
            try:
                result = work()
            except BaseException as error:  # noqa: BLE001 - whatever it is, it belongs to the caller
                failure = error
            try:
                self._loop.call_soon_threadsafe(settle, result, failure)
            except RuntimeError:
                return  # the loop is closed: nobody waits any more
            # An idle thread must not keep the last answer, or the frames of its error, alive.
            del job, work, settle, result, failure


class _Job:
    """One program on its way: here as far as a short time allows, the rest in the lane's thread."""

    def __init__(self, lane: _Lane, program: Program[Any], *, in_snapshot: bool) -> None:
        self._lane = lane
        self._connection = lane.connection
        self._program = program
        self._in_snapshot = in_snapshot
        self._statement: Statement | None = None  # whose rows the program waits for
        self._too_slow = False
        self._running = False
        # Held while the lane is interrupted, so that nothing but this program can be what is interrupted.
        self._turning = threading.Lock()
        self.result: object = None

    def finish_here(self) -> bool:
        """Run the program on the event loop; False when it takes too long, and has yet to be finished by `work`.

        Outside a snapshot its statements share one of their own, which in that case stays open.
        """
        if not self._in_snapshot:
            self._lane.begin()
        is_finished = True
        try:
            is_finished = self._advance()
        finally:
            if is_finished and not self._in_snapshot:
                self._lane.end()
        return is_finished

    def _advance(self) -> bool:
        self._lane.check_open()
        computed, waited = thread_time() + _HERE_SECONDS, perf_counter() + _HERE_AND_WAITING_SECONDS
        self._connection.set_progress_handler(lambda: thread_time() > computed or perf_counter() > waited, _STEPS)
        try:
            statement = next(self._program)
            while statement.sql not in self._lane.slow:
                rows = self._rows(statement)
                if rows is None:
                    break
                count_statement()
                statement = self._program.send(rows)
        except StopIteration as finished:
            self.result = finished.value
            return True
        except BaseException:
            self._program.close()
            raise
        finally:
            self._connection.set_progress_handler(None, 0)
        self._statement = statement
        return False

    def _rows(self, statement: Statement) -> Sequence[Row] | None:
        """The rows of a statement; None when it takes too long, or would have to wait for a lock."""
        try:
            return self._connection.execute(statement.sql, statement.arguments).fetchall()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in _PASSING:
                raise
        self._lane.slow.add(statement.sql)
        return None

    def give_up(self) -> None:
        """Interrupt the program, in the middle of a statement or before the next."""
        with self._turning:
            self._too_slow = True
            if self._running:
                self._connection.interrupt()

    def work(self) -> Callable[[], object]:
        """What the thread does to finish the program."""
        # Programs call functions of the caller's, which may ask for what its context holds.
        context = copy_context()
        return lambda: context.run(self._work)

    def _work(self) -> object:
        self._connection.execute(f"PRAGMA busy_timeout = {_LOCK_MILLISECONDS}")
        with self._turning:
            self._running = True
        try:
            return self._steps()
        finally:
            with self._turning:
                self._running = False
            if not self._in_snapshot:
                self._lane.end()
            self._connection.execute("PRAGMA busy_timeout = 0")

    def _steps(self) -> object:
        execute = self._connection.execute
        try:
            statement = next(self._program) if self._statement is None else self._statement
            while True:
                if self._too_slow:
                    raise ReadTooSlowError("A read took too long.")
                count_statement()
                statement = self._program.send(execute(statement.sql, statement.arguments).fetchall())
        except StopIteration as finished:
            return finished.value
        except sqlite3.OperationalError as error:
            if self._too_slow:
                raise ReadTooSlowError("A read took too long.") from error
            raise
        finally:
            self._program.close()


async def _run(
    lane: _Lane, program: Program[T], *, seconds: float, in_snapshot: bool, release: Callable[[], None]
) -> T:
    """The result of `program` on `lane`; the lane is released when that is known, whatever the caller does."""
    job = _Job(lane, program, in_snapshot=in_snapshot)
    is_finished = False
    if lane.is_free:
        try:
            is_finished = job.finish_here()
        except BaseException:
            release()
            raise
    if is_finished:
        release()
        result: T = job.result  # type: ignore[assignment]  # what the program gave
        return result
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()
    alarm = loop.call_later(seconds, job.give_up)

    def settle(result: T, failure: BaseException | None) -> None:
        alarm.cancel()
        release()
        if answer.done():
            return
        if failure is not None:
            answer.set_exception(failure)
        else:
            answer.set_result(result)

    lane.submit(job.work(), settle)
    try:
        return await answer
    except asyncio.CancelledError:
        job.give_up()
        raise


class _SqliteSnapshot:
    """A lane inside one read transaction."""

    def __init__(self, lane: _Lane, seconds: float) -> None:
        self._lane = lane
        self._seconds = seconds
        self.over = False

    async def run(self, program: Program[T]) -> T:
        if self.over:
            raise RuntimeError("This snapshot is over.")
        return await _run(self._lane, program, seconds=self._seconds, in_snapshot=True, release=_nothing)


class SqliteReaders:
    """A few read connections to one file."""

    dialect: Literal["sqlite"] = "sqlite"

    def __init__(self, lanes: Sequence[_Lane], seconds: float) -> None:
        self._lanes = lanes
        self._seconds = seconds
        # Last in, first out: the connection used last has the warmest cache.
        self._idle: asyncio.LifoQueue[_Lane] = asyncio.LifoQueue()
        for lane in lanes:
            self._idle.put_nowait(lane)

    @classmethod
    async def open(cls, path: str, *, slowest_seconds: float) -> "SqliteReaders":
        """Open the connections to the file at `path`, which must exist."""
        slow = _SlowStatements()
        return cls([_Lane(path, slow) for _ in range(_CONNECTIONS)], slowest_seconds)

    async def close(self) -> None:
        """Wait for what is being read, then close."""
        for lane in self._lanes:
            lane.is_closed = True
        for lane in self._lanes:
            await asyncio.to_thread(lane.close)

    async def run(self, program: Program[T]) -> T:
        """What `program` makes of the rows of its statements."""
        lane = await self._take()
        return await _run(
            lane, program, seconds=self._seconds, in_snapshot=False, release=lambda: self._idle.put_nowait(lane)
        )

    @asynccontextmanager
    async def snapshot(self) -> AsyncGenerator[_SqliteSnapshot]:
        """One read transaction. Its state is that of the first read inside."""
        lane = await self._take()
        view = _SqliteSnapshot(lane, self._seconds)
        lane.begin()
        try:
            yield view
        finally:
            # Nothing is awaited here, so a cancelled caller cannot leave the transaction open: if the lane's thread is
            # still at work, it finishes that, ends the transaction, and only then is the lane free again.
            view.over = True
            if lane.is_free and not lane.is_closed:
                lane.end()
                self._idle.put_nowait(lane)
            else:
                lane.submit(lane.end, lambda *_: self._idle.put_nowait(lane))

    async def _take(self) -> _Lane:
        try:
            return self._idle.get_nowait()
        except asyncio.QueueEmpty:
            return await self._idle.get()


def _nothing() -> None:
    """A snapshot keeps its lane to its end."""
