"""Whatever happens, in whatever order: every client's replica equals the source, with nothing doubled or left out."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from structlog.testing import capture_logs

from api.live.feed import FeedLimits
from tests.builders.live import MAX_DELTA, FakeWire, Log, Rig, rig, until


@dataclass
class Replica:
    """A client that applies what it is sent, checks that nothing is missing, and comes back with its cursor."""

    live: Rig
    state: dict[str, int] = field(default_factory=dict)
    epoch: str = ""
    seq: int = -1
    wire: FakeWire = field(default_factory=FakeWire)
    leave: Callable[[], None] = lambda: None

    def take_in(self) -> None:
        """Apply what has come."""
        frames = self.wire.frames
        self.wire.payloads.clear()
        for frame in frames:
            kind, epoch, seq = frame["kind"], frame["epoch"], frame["seq"]
            if kind in {"STARTED", "TOO_OLD", "LAYOUT_CHANGED"}:
                assert epoch != self.epoch or seq > self.seq, frame
                self.state = dict(frame["state"])
            elif kind == "CHANGED":
                is_second = seq == self.seq and self.live.log.past[seq].kind == "twice"
                assert epoch == self.epoch, frame
                assert seq > self.seq or is_second, frame
                assert not any(self.concerns(missed) for missed in range(self.seq + 1, seq)), frame
                self.state[frame["key"]] = frame["value"]
            else:
                assert kind == "RESUMED"
                assert seq >= self.seq
                assert not any(self.concerns(missed) for missed in range(self.seq + 1, seq + 1)), frame
            self.epoch, self.seq = epoch, seq

    def concerns(self, seq: int) -> bool:
        """Whether the client must be told of an event."""
        event = self.live.log.past[seq]
        return event.kind == "layout" or event.body["key"] in "abc"

    def come_back(self) -> None:
        """Leave, and join again with the cursor of the last thing received."""
        self.take_in()
        self.leave()
        cursor = f"{self.epoch}:{self.seq}" if self.epoch else None
        self.wire, self.leave = self.live.join(cursor, variables={"after": cursor})

    @property
    def equals_source(self) -> bool:
        """Whether the replica is what it should be."""
        log = self.live.log
        return self.epoch == log.epoch and self.state == {k: v for k, v in log.state.items() if k in "abc"}


class Schedule:
    """A random course of events, the same for the same seed."""

    def __init__(self, live: Rig, chance: random.Random) -> None:
        self.live = live
        self.log: Log = live.log
        self.chance = chance
        self.replicas = [Replica(live) for _ in range(12)]
        self.value = 0
        self.restores = 0

    async def step(self, *, with_restores: bool) -> None:
        """Let one thing happen."""
        replica = self.chance.choice(self.replicas)
        happenings: list[tuple[int, Callable[[], None]]] = [
            (8, self.change),
            (2, self.change_much),
            (2, replica.come_back),
            (2, replica.wire.stall),
            (2, replica.wire.read_on),
            (1, self.lose_database),
            (2, self.find_database),
            (1 if with_restores else 0, self.restore),
            (6, lambda: None),
        ]
        weights = [weight for weight, _ in happenings]
        self.chance.choices([happening for _, happening in happenings], weights)[0]()
        if self.chance.random() < 0.5:
            await asyncio.sleep(self.chance.choice((0, 0, 0, 0.001, 0.003)))

    def change(self) -> None:
        """One event."""
        self.value += 1
        kind = "layout" if self.chance.random() < 0.03 else self.chance.choice(("set", "set", "twice"))
        self.log.append(self.chance.choice("abcxyz"), self.value, kind)

    def change_much(self) -> None:
        """Many events at once."""
        for _ in range(self.chance.randrange(40)):
            self.change()

    def lose_database(self) -> None:
        """Events cannot be read any more."""
        if self.chance.random() < 0.3:
            self.log.fail = OSError("the database is away")

    def find_database(self) -> None:
        """Events can be read again."""
        self.log.fail = None

    def restore(self) -> None:
        """A back-up takes the place of the database."""
        if self.chance.random() < 0.2:
            for replica in self.replicas:
                replica.take_in()
            self.restores += 1
            self.log.restore(f"{self.restores:012x}", max(0, self.log.last - self.chance.randrange(60)))

    def has_settled(self) -> bool:
        """Whether all replicas are what they should be."""
        for replica in self.replicas:
            replica.take_in()
        return all(replica.equals_source for replica in self.replicas)


@pytest.mark.parametrize("seed", range(60))
async def test_whatever_happens_every_replica_equals_the_source(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a schedule, not a secret
    limits = FeedLimits(
        linger_seconds=chance.choice((0.0, 0.05)),
        most_events_behind=chance.choice((8, 30, MAX_DELTA)),
        kept_events=chance.choice((1, 5, 200)),
        kept_bytes=chance.choice((100, 2_000, 100_000)),
        snapshot_seconds=chance.choice((0.0, 10.0)),
        first_retry_seconds=0.001,
        longest_retry_seconds=0.002,
    )
    with capture_logs():
        async with rig(head=chance.randrange(30), limits=limits) as live:
            schedule = Schedule(live, chance)
            for replica in schedule.replicas:
                replica.come_back()
            for _ in range(300):
                await schedule.step(with_restores=seed % 3 == 2)
            schedule.find_database()
            live.log.append("a", -7)
            for replica in schedule.replicas:
                replica.wire.read_on()

            await until(schedule.has_settled)
            assert live.ended == []
            assert live.feed.counters.followers == 12
