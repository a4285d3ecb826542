"""What a live field gives its followers, and the measures and counters of following it."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Protocol

from graphql import DocumentNode

from db.outbox import Cursor, Event


class Reload(Enum):
    """The answer to an event that no change can tell: followers get a snapshot instead."""

    RELOAD = "RELOAD"


RELOAD: Final = Reload.RELOAD


class Stream(Protocol):
    """One live field with its arguments and its caller's rights resolved.

    Streams with equal keys give equal answers. When `changes` gives several values for one event, each but the last
    should carry the cursor before the event: a client that lost its socket between them then gets the event again.
    """

    @property
    def key(self) -> Hashable:
        """What the answers depend on: the resolved filter and what the caller may see."""

    @property
    def after(self) -> str | None:
        """The cursor that the client brought, as it came."""

    async def snapshot(self, reason: str) -> tuple[int, object]:
        """A position of the log and the root value for it, by one consistent read."""

    async def changes(self, event: Event) -> Sequence[object] | Reload:
        """The root values that tell one event, in order; often none."""

    async def turned(self) -> bool:
        """Whether the answers are others now though nothing has happened, as a new day makes them; says so once."""

    async def resumes(self, position: int) -> bool:
        """Whether a client that has everything up to a position has what the changes after it belong to."""

    def heartbeat(self, position: int) -> object:
        """The root value that says that everything up to a position is known."""

    def resumed(self, position: int) -> object:
        """The root value that says that there was nothing to catch up with."""


class EventSource(Protocol):
    """What following needs of the relay."""

    epoch: str
    last: int

    async def wait(self, position: int, timeout: float) -> bool:  # noqa: ASYNC109 - the relay's own signature
        """Wait until there is something after a position; whether there is."""

    async def events(self, after: int, limit: int = 200) -> list[Event]:
        """The events after a position, oldest first and without a hole."""

    async def admits(self, cursor: Cursor) -> bool:
        """Whether what happened since a cursor can still be told one by one."""


@dataclass(frozen=True, slots=True, eq=False)
class LiveOperation:
    """A live operation as one client sent it. `text`, name and variables say when two are the same."""

    text: str
    document: DocumentNode
    name: str | None
    variables: Mapping[str, Any]
    cursor_variable: str | None
    make_context: Callable[[], Any]
    request_id: str


@dataclass(frozen=True, slots=True)
class FeedLimits:
    """The measures of following. Units: seconds, events and bytes as the names say."""

    heartbeat_seconds: float = 30.0
    linger_seconds: float = 5.0
    most_events_behind: int = 2_000
    kept_events: int = 2_000
    kept_bytes: int = 8 * 1024 * 1024
    snapshot_seconds: float = 10.0
    patience_seconds: float = 60.0
    first_retry_seconds: float = 0.1
    longest_retry_seconds: float = 5.0


@dataclass(slots=True)
class FeedCounters:
    """What the feed has done so far, and how many follow it now."""

    followers: int = 0
    groups: int = 0
    frames: int = 0
    snapshots: int = 0
    renderings: int = 0
    failures: int = 0
