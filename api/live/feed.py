"""Live fan-out: equal followers form a group, which walks the event log once and renders each change once for all."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from typing import Any, TypeVar

import orjson
import structlog

from api.live.followers import Follower, Recent, Told
from api.live.snapshots import GivenUp, Snapshot, Snapshots
from api.live.streams import (
    RELOAD,
    EventSource,
    FeedCounters,
    FeedLimits,
    LiveOperation,
    Reload,
    Stream,
)
from api.live.transport import Wire
from db.outbox import Cursor, Event
from db.relay import LogBroken
from domain.core.errors import NotPermitted, NotSignedIn, Refused

__all__ = ["RELOAD", "Feed", "FeedCounters", "FeedLimits", "Follower", "LiveOperation", "Reload", "Stream"]

STARTED, TOO_OLD, LAYOUT_CHANGED = "STARTED", "TOO_OLD", "LAYOUT_CHANGED"
_REFUSALS = (Refused, NotSignedIn, NotPermitted)
_FAILURES_BEFORE_SNAPSHOT = 3
_EVENTS_AT_ONCE = 200
_FRAMES_AT_ONCE = 100
_LONGEST_WAIT_SECONDS = 1.0
_STOP_SECONDS = 5.0

Render = Callable[[LiveOperation, object], Awaitable[bytes]]
ResultT = TypeVar("ResultT")
log = structlog.get_logger("tavle.live")


class Feed:
    """Everything that is followed in this process."""

    def __init__(
        self,
        relay: EventSource,
        render: Render,
        *,
        limits: FeedLimits | None = None,
        counters: FeedCounters | None = None,
    ) -> None:
        self.relay = relay
        self.render = render
        self.limits = limits or FeedLimits()
        self.counters = counters or FeedCounters()
        self.is_stopping = False
        self._groups: dict[Hashable, Group] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._resting: set[asyncio.Task[Any]] = set()

    def follow(
        self,
        live: LiveOperation,
        stream: Stream,
        wire: Wire,
        name: str,
        on_end: Callable[[Exception], None],
        extensions: bytes | None = None,
    ) -> Callable[[], None]:
        """Send a stream's snapshot or missed changes, then every change, to `wire` as operation `name`.

        The result, when called, ends that. `on_end` is called when the stream refuses to go on. `extensions` is JSON
        that this one follower's frames carry beside their data.
        """
        variables = {key: value for key, value in live.variables.items() if key != live.cursor_variable}
        key = (live.text, live.name, orjson.dumps(variables, option=orjson.OPT_SORT_KEYS), stream.key)
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = Group(self, live, stream)
            self.counters.groups += 1
            self.start_task(group.run(lambda: self._forget(key)))
        follower = Follower(stream.after, wire, name, on_end, self.counters, extensions)
        group.join(follower)
        return lambda: group.leave(follower)

    async def stop(self) -> None:
        """End all groups."""
        self.is_stopping = True
        # What is reading the database is left to finish: cut short, it could wedge the connection.
        for task in list(self._resting):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_STOP_SECONDS)

    def start_task(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run `work` beside everything else; stop() waits for it."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def rest(self, waiting: Coroutine[Any, Any, ResultT]) -> ResultT:
        """Wait for something that may be given up when everything ends."""
        task = asyncio.current_task()
        if self.is_stopping or task is None:
            waiting.close()
            raise asyncio.CancelledError
        self._resting.add(task)
        try:
            return await waiting
        finally:
            self._resting.discard(task)

    def _forget(self, key: Hashable) -> None:
        del self._groups[key]
        self.counters.groups -= 1


class Group:
    """Followers of equal streams by equal operations.

    `position` is how far the log has been walked. In step are the followers that have everything up to there; apart are
    those behind, ahead (their snapshot was newer) or without a place, each with a task that brings it back in step.
    """

    def __init__(self, feed: Feed, live: LiveOperation, stream: Stream) -> None:
        self.feed = feed
        self.live = live
        self.stream = stream
        self.relay = feed.relay
        self.limits = feed.limits
        self.epoch = self.relay.epoch
        self.position = self.relay.last
        self._in_step: dict[Follower, None] = {}
        self._apart: dict[Follower, None] = {}
        self._recent = Recent(self.limits)
        self._snapshots = self._new_snapshots()
        self._resumed = Snapshot(-1, b"", 0.0)
        self._moved = asyncio.Event()
        self._catching_up = asyncio.Lock()
        self._has_ended = False
        self._pushed_at = self._empty_since = self._now()

    def join(self, follower: Follower) -> None:
        """Take in a follower, which is given what it lacks."""
        self.feed.counters.followers += 1
        self._set_apart(follower)

    def leave(self, follower: Follower) -> None:
        """Let go of a follower."""
        if follower.has_left:
            return
        follower.has_left = True
        self._in_step.pop(follower, None)
        self._apart.pop(follower, None)
        self.feed.counters.followers -= 1
        self._empty_since = self._now()

    async def run(self, on_end: Callable[[], None]) -> None:
        """Walk the log until nobody follows any more."""
        failures = 0
        try:
            while not self._is_over():
                try:
                    await self._advance(failures)
                    failures = 0
                except _REFUSALS as refusal:
                    for follower in self._followers():
                        self._end(follower, refusal)
                    return
                except Exception as error:  # noqa: BLE001 - followers keep their places until it works again
                    failures += 1
                    self._report("live_group_failed", error, failures)
                    await self.feed.rest(asyncio.sleep(self._pause(failures)))
        finally:
            self._has_ended = True
            self._note_move()
            on_end()

    async def _advance(self, failures: int) -> None:
        """Take one step along the log."""
        if not self._is_current():
            self.epoch, self.position = self.relay.epoch, self.relay.last
            self._begin_again(TOO_OLD, newer_than=-1)
            return
        if await self.stream.turned():
            self._begin_again(LAYOUT_CHANGED, newer_than=self.position - 1)
            return
        # What fails again and again, or has grown too long, is told by a snapshot.
        behind = self.relay.last - self.position
        if behind > self.limits.most_events_behind or (behind > 0 and failures >= _FAILURES_BEFORE_SNAPSHOT):
            await self._reload(TOO_OLD)
            return
        if self._now() - self._pushed_at >= self.limits.heartbeat_seconds:
            await self._heartbeat()
        if not await self.feed.rest(self.relay.wait(self.position, self._longest_wait())):
            return
        for event in await self.relay.events(self.position, _EVENTS_AT_ONCE):
            told = await self._tell(event, self.position)
            if not self._is_current():
                return
            if isinstance(told, str):
                await self._reload(told)
                return
            self._recent.put(event.seq, told)
            self._push(event.seq, told)
            # Nothing above needs to wait for anything; others have their turn between two events.
            await asyncio.sleep(0)

    async def _tell(self, event: Event, position: int) -> Told:
        if event.seq != position + 1:
            raise LogBroken(f"after event {position} came {event.seq}")
        values = await self.stream.changes(event)
        if isinstance(values, Reload):
            return LAYOUT_CHANGED
        return tuple([await self._render(value) for value in values])

    def _push(self, seq: int, payloads: tuple[bytes, ...]) -> None:
        before, self.position = self.position, seq
        if payloads:
            self._pushed_at = self._now()
            blocked = []
            for follower in self._in_step:
                if follower.wire.is_ready:
                    for payload in payloads:
                        follower.send(payload)
                else:
                    blocked.append(follower)
            for follower in blocked:
                follower.position = before
                self._set_apart(follower)
        self._note_move()

    async def _reload(self, reason: str) -> None:
        """Replace the next event, and all that follow it by now, by a snapshot for everyone."""
        before = self.position
        self._snapshots.least = before + 1
        snapshot = await self._snapshots.newer_than(before, reason)
        if snapshot is None:
            return
        self._recent.put(before + 1, reason)
        self.position = snapshot.seq
        self._pushed_at = self._now()
        for follower in list(self._in_step):
            if follower.wire.is_ready:
                follower.send(snapshot.payload)
            else:
                follower.position = before
                follower.lose_place(reason)
                self._set_apart(follower)
        self._note_move()

    def _begin_again(self, reason: str, *, newer_than: int) -> None:
        """Give everyone a snapshot: the database was restored, or what is followed is not what it was."""
        self._snapshots = self._new_snapshots()
        self._recent = Recent(self.limits)
        self._resumed = Snapshot(-1, b"", 0.0)
        for follower in self._followers():
            follower.lose_place(reason)
            follower.floor = newer_than
        for follower in list(self._in_step):
            self._set_apart(follower)
        self._note_move()

    async def _heartbeat(self) -> None:
        self._pushed_at = self._now()
        if not self._in_step:
            return
        payload = await self._render(self.stream.heartbeat(self.position))
        for follower in self._in_step:
            if follower.wire.is_ready and self._is_current():
                follower.send(payload)

    def _set_apart(self, follower: Follower) -> None:
        self._in_step.pop(follower, None)
        self._apart[follower] = None
        self.feed.start_task(self._bring_back(follower))

    async def _bring_back(self, follower: Follower) -> None:
        failures = 0
        is_done = False
        while not (is_done or follower.has_left or self._has_ended):
            try:
                is_done = await self._bring_nearer(follower)
                failures = 0
            except (*_REFUSALS, GivenUp) as error:
                self._end(follower, error)
            except LogBroken:
                follower.lose_place(TOO_OLD)
            except Exception as error:  # noqa: BLE001 - the follower keeps its place until it works again
                failures += 1
                self._report("live_follower_failed", error, failures)
                if failures >= _FAILURES_BEFORE_SNAPSHOT and not follower.is_new:
                    follower.lose_place(TOO_OLD)
                await self.feed.rest(asyncio.sleep(self._pause(failures)))

    async def _bring_nearer(self, follower: Follower) -> bool:
        """Do the next thing for a follower that is apart; whether that was the last."""
        position = follower.position
        if not self._is_current():
            await self.feed.rest(self._moved.wait())
        elif follower.is_new:
            await self._place(follower)
        elif not follower.wire.is_ready:
            return not await self.feed.rest(follower.wire.drained())
        elif position is None:
            await self._give_snapshot(follower)
        elif follower.is_silent and position >= self.position:
            await self._give_resumed(follower, position)
        elif position == self.position:
            self._apart.pop(follower)
            self._in_step[follower] = None
            return True
        elif position > self.position:
            await self.feed.rest(self._moved.wait())
        elif self.position - position > self.limits.most_events_behind:
            follower.lose_place(TOO_OLD)
        else:
            await self._catch_up(follower, position)
        return False

    async def _place(self, follower: Follower) -> None:
        """Find where a new follower stands by the cursor it brought."""
        cursor = None if follower.after is None else Cursor.parse(follower.after)
        newest = self.relay.last
        if cursor is not None and cursor.epoch == self.epoch and await self.relay.admits(cursor):
            if await self.stream.resumes(cursor.seq):
                follower.position = cursor.seq if cursor.epoch == self.epoch else None
            else:
                # One that tells of nothing new will do: it is told otherwise.
                newest = cursor.seq - 1
        if follower.position is None:
            follower.lose_place(STARTED if follower.after is None else TOO_OLD)
            # A snapshot that an older client already has would tell it nothing.
            if cursor is not None and cursor.epoch == self.epoch and cursor.seq <= self.relay.last:
                follower.floor = min(cursor.seq, newest)
        follower.is_new = False

    async def _give_snapshot(self, follower: Follower) -> None:
        snapshots = self._snapshots
        snapshot = await snapshots.newer_than(follower.floor, follower.reason)
        if snapshots is not self._snapshots:
            return  # so is what was read
        if snapshot is not None and not follower.has_left and follower.wire.is_ready:
            follower.send(snapshot.payload)
            follower.position = snapshot.seq

    async def _give_resumed(self, follower: Follower, position: int) -> None:
        async with self._catching_up:
            resumed = self._resumed
            if resumed.seq != position or self._now() - resumed.at > _LONGEST_WAIT_SECONDS:
                payload = await self._render(self.stream.resumed(position))
                self._resumed = resumed = Snapshot(position, payload, self._now())
        if self._is_current() and not follower.has_left and follower.wire.is_ready:
            follower.send(resumed.payload)

    async def _catch_up(self, follower: Follower, position: int) -> None:
        missed = self._recent.after(position, _FRAMES_AT_ONCE) or await self._recall(position)
        if follower.position != position or follower.has_left or not self._is_current():
            return
        for told in missed:
            if not follower.wire.is_ready:
                return
            if isinstance(told, str):
                follower.lose_place(told)
                return
            for payload in told:
                follower.send(payload)
            position = follower.position = position + 1
        await asyncio.sleep(0)

    async def _recall(self, position: int) -> list[Told]:
        """Render again some of what followed a position that the memory no longer covers."""
        async with self._catching_up:
            missed = self._recent.after(position, _FRAMES_AT_ONCE)
            if missed:
                return missed
            events = await self.relay.events(position, _FRAMES_AT_ONCE)
            if not events:
                await self.feed.rest(self.relay.wait(position, _LONGEST_WAIT_SECONDS))
            for event in events:
                if event.seq > self.position or self._recent.is_large(missed):
                    break
                missed.append(await self._tell(event, position + len(missed)))
                if not self._is_current():
                    return []
                self._recent.put(event.seq, missed[-1])
            return missed

    async def _read_snapshot(self, reason: str) -> Snapshot:
        """Read a snapshot, as often as it takes while anyone waits."""
        failures, since = 0, self._now()
        while True:
            try:
                seq, root = await self.stream.snapshot(reason)
                payload = await self._render(root)
            except _REFUSALS:
                raise
            except Exception as error:
                failures += 1
                self._report("live_snapshot_failed", error, failures)
                if not self._followers() or self._now() - since > self.limits.patience_seconds:
                    raise GivenUp from error
                await self.feed.rest(asyncio.sleep(self._pause(failures)))
            else:
                self.feed.counters.snapshots += 1
                return Snapshot(seq, payload, self._now())

    def _end(self, follower: Follower, error: Exception) -> None:
        if not follower.has_left:
            self.leave(follower)
            follower.on_end(error)

    async def _render(self, value: object) -> bytes:
        self.feed.counters.renderings += 1
        # orjson's bytes keep the whole buffer they were written in; these may be kept for long.
        return bytes(memoryview(await self.feed.render(self.live, value)))

    def _new_snapshots(self) -> Snapshots:
        epoch = self.epoch

        def covers(seq: int) -> bool:
            return seq >= self.position or self._recent.get(seq + 1) is not None

        return Snapshots(
            self._read_snapshot, covers, lambda: self.relay.epoch == epoch, self.feed.start_task, self.limits
        )

    def _is_current(self) -> bool:
        """Whether positions still mean what they did: until the runner has seen a new epoch, nothing is sent."""
        return self.relay.epoch == self.epoch

    def _followers(self) -> list[Follower]:
        return [*self._in_step, *self._apart]

    def _note_move(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()

    def _is_over(self) -> bool:
        is_empty = not self._in_step and not self._apart
        return self.feed.is_stopping or (is_empty and self._now() - self._empty_since >= self.limits.linger_seconds)

    def _longest_wait(self) -> float:
        until_heartbeat = self._pushed_at + self.limits.heartbeat_seconds - self._now()
        return max(0.0, min(_LONGEST_WAIT_SECONDS, until_heartbeat, self.limits.linger_seconds))

    def _pause(self, failures: int) -> float:
        return min(self.limits.first_retry_seconds * 2.0 ** (failures - 1), self.limits.longest_retry_seconds)

    def _report(self, what: str, error: Exception, failures: int) -> None:
        self.feed.counters.failures += 1
        trace = error if failures == 1 else None
        log.warning(what, operation=self.live.name, position=self.position, error=repr(error), exc_info=trace)

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()
