"""Reads the event log as it grows and wakes whoever follows it.

One relay per process. It is told of commits of its own process directly, of others' by PostgreSQL's NOTIFY, which is
only a hint: a poll every 250 ms and a re-read after every reconnect make sure that a lost notification loses no event.
"""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable

import asyncpg
import structlog

from db import outbox
from db.config import is_postgres, tortoise_config
from db.outbox import Cursor, Event
from db.remembered import forget_everything

POLL_SECONDS = 0.25
MAX_DELTA = 2_000
# Who is further behind than this reads the database; an event is as large as the rows before and after it.
RING = 1_000
_BATCH = 500
_LISTENER_CHECK_SECONDS = 5.0
_RETRY_SECONDS = 0.3

log = structlog.get_logger()


class LogBroken(Exception):
    """The event log has a hole: a number was skipped. It must never happen."""


class Relay:
    """This process's view of the event log: the newest events in memory, the older ones in the database."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.epoch = ""
        self.floor = 0
        self.last = 0
        self._current_at = time.monotonic()
        self._ring: deque[Event] = deque(maxlen=RING)
        self._woken = asyncio.Event()
        self._grown = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._listeners: list[Callable[[Event], None]] = []
        self._unhook: Callable[[], None] = lambda: None

    @property
    def lag_seconds(self) -> float:
        """How old what this process knows of the log may be, beyond the pause between two looks at it."""
        return max(0.0, time.monotonic() - self._current_at - POLL_SECONDS)

    async def start(self) -> None:
        """Begin at the present end of the log."""
        head = await outbox.read_head()
        self.epoch, self.last, self.floor = head.epoch, head.seq, head.floor
        self._current_at = time.monotonic()
        self._unhook = outbox.on_commit(self.poke)
        self._tasks = [asyncio.create_task(self._tail(), name="relay")]
        if is_postgres(self._url):
            self._tasks.append(asyncio.create_task(self._listen(), name="relay-listener"))

    async def stop(self) -> None:
        """Stop reading."""
        self._unhook()
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._tasks = []

    def on_event(self, listener: Callable[[Event], None]) -> None:
        """Call `listener` with every event, in order, as soon as it is known here."""
        self._listeners.append(listener)

    def poke(self) -> None:
        """Look at the log now rather than at the next poll."""
        self._woken.set()

    async def wait(self, position: int, timeout: float) -> bool:  # noqa: ASYNC109 - False is an answer, not an error
        """Wait until there is something after `position`, at most `timeout` seconds; whether there is."""
        deadline = asyncio.get_running_loop().time() + timeout
        while self.last <= position:
            remaining = deadline - asyncio.get_running_loop().time()
            if remaining <= 0:
                return False
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(remaining):
                    await self._grown.wait()
        return True

    async def events(self, after: int, limit: int = 200) -> list[Event]:
        """The events after `after`, oldest first and without a hole."""
        if after >= self.last:
            return []
        if self._ring and self._ring[0].seq <= after + 1:
            first = after + 1 - self._ring[0].seq
            return [self._ring[place] for place in range(first, min(first + limit, len(self._ring)))]
        events = await outbox.read_events(after, limit)
        _check_contiguous(after, events)
        return events

    async def admits(self, cursor: Cursor) -> bool:
        """Whether what happened since `cursor` can still be told one by one."""
        head = await outbox.read_head()
        return cursor.epoch == head.epoch and head.floor <= cursor.seq <= head.seq <= cursor.seq + MAX_DELTA

    async def _tail(self) -> None:
        while True:
            try:
                if not await self._read():
                    # Not by wait_for, which forgets that it was cancelled when it is woken at the same moment.
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(POLL_SECONDS):
                            await self._woken.wait()
                    self._woken.clear()
            except LogBroken as broken:
                log.error("relay_log_broken", error=str(broken))
                await asyncio.sleep(_RETRY_SECONDS)
            except Exception as error:  # noqa: BLE001 - whatever keeps us from the database, try again
                log.warning("relay_cannot_read", error=str(error))
                await asyncio.sleep(_RETRY_SECONDS)

    async def _read(self) -> bool:
        """Take in what is new; whether there was anything."""
        # One statement: were the database restored between two, the events would be taken for those of the old log.
        head, events = await outbox.read_news(self.last, _BATCH)
        if head.epoch != self.epoch:
            log.info("relay_new_epoch", epoch=head.epoch)
            self._ring.clear()
            forget_everything()  # a version may name something else now
            self.epoch, self.last, self.floor = head.epoch, head.seq, head.floor
            self._current_at = time.monotonic()
            self._wake_followers()
            return True
        if head.seq < self.last:
            raise LogBroken(f"The log ends at {head.seq}, but event {self.last} was in it.")
        _check_contiguous(self.last, events)
        self.floor = head.floor
        try:
            for event in events:
                self._ring.append(event)
                self.last = event.seq
                for listener in self._listeners:
                    listener(event)
        finally:
            if events:
                self._wake_followers()
        if self.last >= head.seq:
            self._current_at = time.monotonic()
        return bool(events)

    def _wake_followers(self) -> None:
        self._grown.set()
        self._grown = asyncio.Event()

    async def _listen(self) -> None:
        """Hold one connection that hears NOTIFY; when it dies, make another and re-read the log."""
        credentials = tortoise_config(self._url)["connections"]["default"]["credentials"]
        while True:
            try:
                connection = await asyncpg.connect(
                    host=credentials["host"],
                    port=credentials["port"],
                    user=credentials["user"],
                    password=credentials["password"] or None,
                    database=credentials["database"],
                    server_settings={"application_name": "tavle-relay"},
                )
            except Exception as error:  # noqa: BLE001 - polling goes on meanwhile
                log.warning("relay_cannot_listen", error=str(error))
                await asyncio.sleep(_RETRY_SECONDS)
                continue
            try:
                await connection.add_listener(outbox.CHANNEL, lambda *_: self.poke())
                self.poke()
                while True:
                    await asyncio.sleep(_LISTENER_CHECK_SECONDS)
                    async with asyncio.timeout(2):
                        await connection.execute("SELECT 1")
            except Exception as error:  # noqa: BLE001
                log.warning("relay_listener_lost", error=str(error))
            finally:
                connection.terminate()
            await asyncio.sleep(_RETRY_SECONDS)


def _check_contiguous(after: int, events: list[Event]) -> None:
    for place, event in enumerate(events, start=after + 1):
        if event.seq != place:
            raise LogBroken(f"Event {place} is missing from the log; the next one is {event.seq}.")
