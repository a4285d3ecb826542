"""SQLite read connections, each with a thread of its own."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from contextvars import copy_context
from queue import SimpleQueue
from typing import Any, Literal, TypeVar
from urllib.parse import quote

from db.health import count_statement
from db.reading.programs import Program, ReadTooSlowError

T = TypeVar("T")

_CONNECTIONS = 3
_PRAGMAS = ("query_only = ON", "mmap_size = 268435456", "cache_size = -65536", "temp_store = MEMORY")

Settle = Callable[[Any, BaseException | None], None]


class _Lane:
    """One connection and the thread that works it, one job after the other."""

    def __init__(self, path: str) -> None:
        self._loop = asyncio.get_running_loop()
        self._closed = False
        self._jobs: SimpleQueue[tuple[Callable[[], object], Settle] | None] = SimpleQueue()
        # mode=rw: a missing file is an error here, not an empty database.
        self.connection = sqlite3.connect(
            f"file:{quote(path)}?mode=rw",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=512,
            timeout=5.0,
        )
        for pragma in _PRAGMAS:
            self.connection.execute(f"PRAGMA {pragma}")
        self._thread = threading.Thread(target=self._serve, name="sqlite-reader", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[], object], settle: Settle) -> None:
        if self._closed:
            self._loop.call_soon(settle, None, RuntimeError("The read connections are closed."))
        else:
            self._jobs.put((work, settle))

    def begin(self) -> None:
        """Begin a read transaction, whatever became of the one before."""
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")
        self.connection.execute("BEGIN")

    def close(self) -> None:
        """End the thread once its jobs are done, then close the connection."""
        self._closed = True
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
    """One program on its way through a lane."""

    def __init__(self, lane: _Lane, program: Program[Any], *, in_snapshot: bool) -> None:
        self._lane = lane
        self._connection = lane.connection
        self._program = program
        self._in_snapshot = in_snapshot
        self._too_slow = False
        self._running = False
        # Held while the lane is interrupted, so that nothing but this program can be what is interrupted.
        self._turning = threading.Lock()
        # Programs call functions of the caller's, which may ask for what its context holds.
        self._context = copy_context()

    def give_up(self) -> None:
        """Interrupt the program, in the middle of a statement or before the next."""
        with self._turning:
            self._too_slow = True
            if self._running:
                self._connection.interrupt()

    def work(self) -> object:
        """Run the program; outside a snapshot its statements share one of their own."""
        return self._context.run(self._work)

    def _work(self) -> object:
        if self._in_snapshot:
            return self._run()
        self._lane.begin()
        try:
            return self._run()
        finally:
            self._connection.execute("COMMIT")

    def _run(self) -> object:
        with self._turning:
            self._running = True
        try:
            return self._steps()
        finally:
            with self._turning:
                self._running = False

    def _steps(self) -> object:
        execute = self._connection.execute
        try:
            statement = next(self._program)
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
    lane: _Lane, program: Program[T], *, seconds: float, in_snapshot: bool, release: Callable[[], None] | None
) -> T:
    """The result of `program` on `lane`; the lane is released when its thread is done, whatever the caller does."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()
    job = _Job(lane, program, in_snapshot=in_snapshot)
    alarm = loop.call_later(seconds, job.give_up)

    def settle(result: T, failure: BaseException | None) -> None:
        alarm.cancel()
        if release is not None:
            release()
        if answer.done():
            return
        if failure is not None:
            answer.set_exception(failure)
        else:
            answer.set_result(result)

    lane.submit(job.work, settle)
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
        return await _run(self._lane, program, seconds=self._seconds, in_snapshot=True, release=None)


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
        return cls([_Lane(path) for _ in range(_CONNECTIONS)], slowest_seconds)

    async def close(self) -> None:
        """Wait for what is being read, then close."""
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
        lane.submit(lane.begin, _unheard)
        try:
            yield view
        finally:
            # Nothing is awaited here, so a cancelled caller cannot leave the transaction open: the lane's thread
            # finishes what is under way, ends the transaction and only then is the lane free again.
            view.over = True
            lane.submit(lambda: lane.connection.execute("COMMIT"), lambda *_: self._idle.put_nowait(lane))

    async def _take(self) -> _Lane:
        try:
            return self._idle.get_nowait()
        except asyncio.QueueEmpty:
            return await self._idle.get()


def _unheard(_result: object, failure: BaseException | None) -> None:
    if failure is not None:
        raise failure
