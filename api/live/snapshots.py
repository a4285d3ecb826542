"""Snapshots of one group's stream: read one at a time for each reason, and shared by everyone who needs one."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from api.live.streams import FeedLimits


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A rendered root value and the position of the log that it stands for."""

    seq: int
    payload: bytes
    at: float


class GivenUp(Exception):
    """A snapshot that could not be read for so long that nobody is made to wait for it any more."""


class Snapshots:
    """The snapshots of one epoch, which lasts while `is_current` says so.

    `read` gives a new one; `covers` says whether what followed a position is known.
    """

    def __init__(
        self,
        read: Callable[[str], Coroutine[Any, Any, Snapshot]],
        covers: Callable[[int], bool],
        is_current: Callable[[], bool],
        start_task: Callable[[Coroutine[Any, Any, Snapshot]], asyncio.Task[Snapshot]],
        limits: FeedLimits,
    ) -> None:
        self._read = read
        self._covers = covers
        self._is_current = is_current
        self._start_task = start_task
        self._limits = limits
        self._kept: dict[str, Snapshot] = {}
        self._reading: dict[str, asyncio.Task[Snapshot]] = {}
        self.least = 0

    async def newer_than(self, floor: int, reason: str) -> Snapshot | None:
        """A snapshot newer than `floor` and not older than `least`, or None when the epoch is over.

        Raises: what reading it raised.
        """
        while self._is_current():
            kept = self._kept.get(reason)
            if kept is not None and self._suits(kept, floor) and self._is_useful(kept):
                return kept
            reading = self._reading.get(reason)
            if reading is None:
                reading = self._reading[reason] = self._start_task(self._read(reason))
                reading.add_done_callback(lambda _: self._reading.pop(reason))
            # Whoever waits may be cancelled; the reading goes on for the others.
            await asyncio.wait((reading,))
            taken = self._kept[reason] = reading.result()
            if self._suits(taken, floor) and self._is_current():
                return taken
            await asyncio.sleep(self._limits.first_retry_seconds)
        return None

    def _suits(self, snapshot: Snapshot, floor: int) -> bool:
        return snapshot.seq > floor and snapshot.seq >= self.least

    def _is_useful(self, snapshot: Snapshot) -> bool:
        age = asyncio.get_running_loop().time() - snapshot.at
        return age < self._limits.snapshot_seconds and self._covers(snapshot.seq)
