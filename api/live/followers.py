"""One client's place in the log, and what the newest events came to for the clients of one group."""

from collections.abc import Callable

import orjson

from api.live.streams import FeedCounters, FeedLimits
from api.live.transport import Wire

# What an event came to: payloads, often none, or the reason for a snapshot in their place.
Told = tuple[bytes, ...] | str


class Follower:
    """A position in the log, and no frames of its own. While it is in step its position is its group's.

    Without a position it needs a snapshot newer than `floor`, the last event it may have been told of.
    """

    __slots__ = (
        "after",
        "counters",
        "extensions",
        "floor",
        "has_left",
        "is_new",
        "is_silent",
        "on_end",
        "position",
        "prefix",
        "reason",
        "wire",
    )

    def __init__(
        self,
        after: str | None,
        wire: Wire,
        name: str,
        on_end: Callable[[Exception], None],
        counters: FeedCounters,
        extensions: bytes | None = None,
    ) -> None:
        self.after = after
        self.wire = wire
        self.prefix = b'{"id":%b,"type":"next","payload":' % orjson.dumps(name)
        self.on_end = on_end
        self.counters = counters
        self.extensions = extensions
        self.is_new = True
        self.is_silent = True
        self.has_left = False
        self.position: int | None = None
        self.reason = ""
        self.floor = -1

    def lose_place(self, reason: str) -> None:
        """Give up the position: only a snapshot, with this reason, gives another."""
        if self.position is not None:
            self.floor = self.position
        self.position, self.reason = None, reason

    def send(self, payload: bytes) -> None:
        """Send one payload to the client."""
        if self.extensions is None:
            self.wire.write(self.prefix, payload, b"}")
        else:
            # Within the payload, whose bytes the whole group shares.
            self.wire.write(self.prefix, payload[:-1], b',"extensions":', self.extensions, b"}}")
        self.is_silent = False
        self.counters.frames += 1


class Recent:
    """What the newest events came to, within a bound; the first one put in is the first to go."""

    def __init__(self, limits: FeedLimits) -> None:
        self._limits = limits
        self._told: dict[int, Told] = {}
        self._bytes = 0

    def get(self, seq: int) -> Told | None:
        """What an event came to, if that is still known."""
        return self._told.get(seq)

    def after(self, position: int, most: int) -> list[Told]:
        """What the events right after a position came to, as far as that is known."""
        found: list[Told] = []
        while len(found) < most and (told := self._told.get(position + 1)) is not None:
            found.append(told)
            position += 1
        return found

    def is_large(self, told: list[Told]) -> bool:
        """Whether this is as much as should be rendered at once."""
        return sum(map(_size, told)) > self._limits.kept_bytes // 4

    def put(self, seq: int, told: Told) -> None:
        """Remember what an event came to."""
        self._drop(seq)
        self._told[seq] = told
        self._bytes += _size(told)
        while len(self._told) > self._limits.kept_events or (
            self._bytes > self._limits.kept_bytes and len(self._told) > 1
        ):
            self._drop(next(iter(self._told)))

    def _drop(self, seq: int) -> None:
        self._bytes -= _size(self._told.pop(seq, ()))


def _size(told: Told) -> int:
    return 0 if isinstance(told, str) else sum(map(len, told))
