"""A log in memory, a live field over it, and clients that can be told to stop reading."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
from graphql import parse

from api.live.feed import RELOAD, Feed, FeedLimits, LiveOperation, Reload
from db.outbox import Cursor, Event
from db.relay import LogBroken

EPOCH, OTHER_EPOCH = "0123456789ab", "ba9876543210"
MAX_DELTA = 50
FAST = FeedLimits(
    heartbeat_seconds=60.0,
    linger_seconds=0.05,
    most_events_behind=MAX_DELTA,
    kept_events=20,
    first_retry_seconds=0.005,
    longest_retry_seconds=0.01,
)
_DOCUMENT = parse("subscription { changes { cursor } }")


class Log:
    """A log that behaves as the relay does, and the state that its events lead to."""

    def __init__(self, *, floor: int = 0, head: int = 0) -> None:
        self.epoch = EPOCH
        self.floor = floor
        self.last = floor
        self.past: dict[int, Event] = {}
        self.state: dict[str, int] = {}
        self.fail: Exception | None = None
        self._grown = asyncio.Event()
        for _ in range(head - floor):
            self.append("a", 0)

    def append(self, key: str, value: int, kind: str = "set", **body: object) -> int:
        """Commit one event; gives its number."""
        self.last += 1
        told = {"key": key, "value": value, **body}
        at = datetime(2026, 1, 1, tzinfo=UTC)
        self.past[self.last] = Event(self.last, self.last, at, kind, "thing", 1, 1, "Ada", None, None, told)
        self.state[key] = value
        self._wake()
        return self.last

    def restore(self, epoch: str, last: int) -> None:
        """Go back to an earlier state, in a new epoch."""
        self.epoch, self.last = epoch, last
        self.past = {seq: event for seq, event in self.past.items() if seq <= last}
        self.state = {event.body["key"]: event.body["value"] for event in self.past.values()}
        self._wake()

    async def wait(self, position: int, timeout: float) -> bool:  # noqa: ASYNC109 - the relay's own signature
        """Wait until there is something after a position; whether there is."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while self.last <= position:
                    await self._grown.wait()
        return self.last > position

    async def events(self, after: int, limit: int = 200) -> list[Event]:
        """The events after a position."""
        await asyncio.sleep(0)
        if self.fail is not None:
            raise self.fail
        if after < self.floor:
            raise LogBroken(f"events up to {self.floor} are gone")
        return [self.past[seq] for seq in range(after + 1, min(self.last, after + limit) + 1)]

    async def admits(self, cursor: Cursor) -> bool:
        """Whether what happened since a cursor can still be told one by one."""
        await asyncio.sleep(0)
        return cursor.epoch == self.epoch and self.floor <= cursor.seq <= self.last <= cursor.seq + MAX_DELTA

    def _wake(self) -> None:
        self._grown.set()
        self._grown = asyncio.Event()


@dataclass
class Things:
    """A live field: the things with certain keys. `told` and `snapshots` say what it was asked."""

    log: Log
    after: str | None = None
    keys: str = "abc"
    key: str = "things"
    fail: Exception | None = None
    poison: int | None = None
    turning: bool = False
    since: int = 0
    snapshots: list[str] = field(default_factory=list)
    told: list[int] = field(default_factory=list)

    async def snapshot(self, reason: str) -> tuple[int, object]:
        """The state of the things at the end of the log."""
        await asyncio.sleep(0)
        self.snapshots.append(reason)
        if self.fail is not None:
            raise self.fail
        seq, state = self.log.last, {key: value for key, value in self.log.state.items() if key in self.keys}
        await asyncio.sleep(0)
        return seq, self.value(reason, seq, state=state)

    async def changes(self, event: Event) -> Sequence[object] | Reload:
        """One value, two, none, or a reload, as the event's kind and key say."""
        await asyncio.sleep(0)
        if self.fail is not None:
            raise self.fail
        if event.seq == self.poison:
            raise ZeroDivisionError
        self.told.append(event.seq)
        if event.kind == "layout":
            return RELOAD
        if event.body["key"] not in self.keys:
            return []
        value = self.value("CHANGED", event.seq, **event.body)
        return [{**value, "value": -1}, value] if event.kind == "twice" else [value]

    async def turned(self) -> bool:
        """Once for each time it is made to."""
        turned, self.turning = self.turning, False
        return turned

    async def resumes(self, position: int) -> bool:
        """From where it is said to."""
        return position >= self.since

    def heartbeat(self, position: int) -> object:
        """A value that holds nothing but its position."""
        return self.value("HEARTBEAT", position)

    def resumed(self, position: int) -> object:
        """A value that holds nothing but its position."""
        return self.value("RESUMED", position)

    def value(self, kind: str, seq: int, **more: object) -> dict[str, object]:
        """A root value."""
        return {"kind": kind, "epoch": self.log.epoch, "seq": seq, **more}


class FakeWire:
    """A client's end: what it received, and whether it reads."""

    def __init__(self) -> None:
        self.heard_at = 0.0
        self.blocked_since: float | None = None
        self.payloads: list[bytes] = []
        self.is_open = True
        self._reads = asyncio.Event()
        self._reads.set()

    @property
    def frames(self) -> list[dict[str, Any]]:
        """The values received."""
        return [orjson.loads(payload) for payload in self.payloads]

    @property
    def is_ready(self) -> bool:
        """Whether the client is there and reads."""
        return self.is_open and self._reads.is_set()

    def write(self, *parts: bytes) -> None:
        """Receive a message."""
        assert self.is_ready
        assert orjson.loads(b"".join(parts))["type"] == "next"
        self.payloads.append(parts[1])

    async def drained(self) -> bool:
        """Wait until the client reads."""
        await self._reads.wait()
        return self.is_open

    def stall(self) -> None:
        """Read nothing from now on."""
        self._reads.clear()

    def read_on(self) -> None:
        """Read again."""
        self._reads.set()

    def ping(self, message: bytes) -> None:
        """Following sends no pings."""
        raise AssertionError(message)

    def end(self, code: int, reason: str) -> None:
        """Following closes no sockets."""
        raise AssertionError(code, reason)

    def abort(self) -> None:
        """Following cuts no sockets."""
        raise AssertionError

    async def finished(self) -> None:
        """Following closes no sockets."""
        raise AssertionError


@dataclass
class Rig:
    """A feed over a log, and the ways to join it."""

    log: Log
    feed: Feed
    things: Things
    ended: list[Exception] = field(default_factory=list)

    def join(
        self,
        after: str | None = None,
        *,
        things: Things | None = None,
        text: str = "{}",
        variables: dict[str, Any] | None = None,
    ) -> tuple[FakeWire, Callable[[], None]]:
        """A new client, and what makes it leave."""
        wire = FakeWire()
        stream = things or self.things
        stream.after = after
        live = LiveOperation(text, _DOCUMENT, None, variables or {}, "after", object, "r-1")
        return wire, self.feed.follow(live, stream, wire, "1", self.ended.append)


async def render(_: LiveOperation, root: object) -> bytes:
    """The payload of a value, which is the value itself."""
    await asyncio.sleep(0)
    return orjson.dumps(root)


@contextlib.asynccontextmanager
async def rig(*, floor: int = 0, head: int = 0, limits: FeedLimits = FAST) -> AsyncIterator[Rig]:
    """A feed that is stopped in the end."""
    log = Log(floor=floor, head=head)
    feed = Feed(log, render, limits=limits)
    try:
        yield Rig(log, feed, Things(log))
    finally:
        await feed.stop()


async def until(condition: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - whatever it is, it sets no event
            await asyncio.sleep(0.001)


async def settled(wire: FakeWire) -> list[tuple[str, int]]:
    """The kinds and positions of what a client received, once no more comes."""
    await until(lambda: wire.payloads)
    for _ in range(60):
        await asyncio.sleep(0)
    return [(frame["kind"], frame["seq"]) for frame in wire.frames]
