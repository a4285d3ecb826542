"""The board as its followers get it: a snapshot, then every change in order."""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import strawberry
from tortoise.models import Model

from api.context import Context
from api.live.streams import RELOAD, Reload
from api.resolvers.dispatch import Followed, FollowedBoard, read_position
from api.schema.dispatch.types import (
    ActivityChanged,
    ActivityLeft,
    BoardHeartbeat,
    BoardResumed,
    BoardSnapshot,
    ServiceOrderChanged,
    ServiceOrderLeft,
)
from api.schema.scalars import BoardCursor
from api.selection import Selection, assemble, write_id
from db import reading
from db.outbox import Cursor, Event, last_actor
from db.projection import Way, ways
from domain.core import clock
from domain.dispatch import following
from domain.dispatch.feed import SnapshotReason
from domain.dispatch.following import Followable
from domain.dispatch.queries import BoardRequest
from domain.orders.models import ServiceActivity


class BoardStream:
    """The live `dispatchBoard`: what the feed asks of it, in the shape the client selected."""

    def __init__(self, context: Context, request: BoardRequest, part: Selection, after: str | None) -> None:
        self.after = after
        # Related teams differ from person to person; all other boards only from one scope of rights to the next.
        own = context.actor.worker_id if request.related_teams_only else None
        self.key: Hashable = ("dispatchBoard", request, context.actor.view, own)
        self._board = FollowedBoard(context, request, _ways(part.on(ActivityChanged), "activity", ServiceActivity))
        self._relay = context.services.relay
        self._part = part

    async def snapshot(self, reason: str) -> tuple[int, object]:
        """The whole board, and the position it was read at."""
        part = self._part.on(BoardSnapshot)
        boards = [asked.part for asked in part.asked() if asked.name == "board" and asked.part is not None]
        position, boards_read = await self._board.read(boards)
        answers = iter(boards_read)
        snapshot = await assemble(
            part, cursor=str(position), reason=SnapshotReason(reason), board=lambda _selected: next(answers)
        )
        return position.seq, snapshot

    async def changes(self, event: Event) -> Sequence[object] | Reload:
        """The activities that `event` put on the board, changed there or took off it."""
        change = await self._board.change(event)
        if change.reload:
            return RELOAD
        part = self._part.on(ActivityChanged)
        read = [(key, await _read_each(part, "activity", partial(self._board.activity, key))) for key in change.shown]
        # The event's own activity is told as gone should it have left since; another's event will tell of the others.
        left = change.left or next((key for key, found in read if found is None and key == event.subject_id), None)
        shown = [activities for _, activities in read if activities is not None]
        count = len(shown) + (left is not None)
        # Whoever loses the socket between two of them gets the event again.
        cursors = [*[self._cursor(event.seq - 1)] * (count - 1), self._cursor(event.seq)][:count]
        told: list[object] = []
        if left is not None:
            told.append(ActivityLeft(cursor=cursors.pop(0), activity_id=_id(left)))
        for cursor, activities in zip(cursors, shown, strict=True):
            told += [await _tell(part, "activity", cursor, activities, event.actor_name, event.key)]
        return told

    async def turned(self) -> bool:
        """Whether a board whose days are counted from today begins another."""
        return await self._board.turned()

    async def resumes(self, position: int) -> bool:
        """Whether a client that stands at `position` has a board of today."""
        return await self._board.is_of_today(position)

    def heartbeat(self, position: int) -> object:
        """A sign of life."""
        return BoardHeartbeat(cursor=self._cursor(position), server_time=clock.now())

    def resumed(self, position: int) -> object:
        """Word that nothing was missed."""
        return BoardResumed(cursor=self._cursor(position))

    def _cursor(self, position: int) -> BoardCursor:
        return BoardCursor(str(Cursor(self._relay.epoch, position)))


@dataclass(frozen=True, slots=True)
class LiveKind:
    """A live field that follows one thing: what it is, the types it is told by, and the field it stands in."""

    name: str
    followable: Followable
    changed: type[Any]
    field: str
    left: Callable[[BoardCursor, int], object]


class OneStream:
    """`serviceActivityChanged` and `serviceOrderChanged`: one thing as it is, then every change of it."""

    def __init__(self, context: Context, kind: LiveKind, key: int, part: Selection, after: str | None) -> None:
        self.after = after
        self.key: Hashable = (kind.name, key, context.actor.view)
        selected = part.on(kind.changed)
        self._kind = kind
        self._followed = Followed(context, kind.followable, key, _ways(selected, kind.field, kind.followable.model))
        self._relay = context.services.relay
        self._part = selected

    async def snapshot(self, reason: str) -> tuple[int, object]:  # noqa: ARG002 - one thing needs no reason
        """The thing as it is."""
        async with reading.snapshot():
            position = await read_position()
            found = await _read_each(self._part, self._kind.field, self._followed.read)
            name = await last_actor(self._kind.followable.subject, self._followed.key)
        if found is None:
            return position.seq, self._left(position.seq)
        name, _ = await self._followed.told_of(name, None)
        return position.seq, await _tell(self._part, self._kind.field, self._cursor(position.seq), found, name, None)

    async def changes(self, event: Event) -> Sequence[object] | Reload:
        """The thing anew, when `event` is about it or about what stands beside it."""
        if not await self._followed.is_told(event):
            return []
        found = await _read_each(self._part, self._kind.field, self._followed.read)
        if found is None:
            return [self._left(event.seq)]
        name, key = await self._followed.told_of(event.actor_name, event.key)
        return [await _tell(self._part, self._kind.field, self._cursor(event.seq), found, name, key)]

    async def turned(self) -> bool:
        """Never: an activity changes by what happens to it."""
        return False

    async def resumes(self, position: int) -> bool:  # noqa: ARG002 - of no activity
        """Whatever a client has, the changes after it say all."""
        return True

    def heartbeat(self, position: int) -> object:
        """A sign of life."""
        return BoardHeartbeat(cursor=self._cursor(position), server_time=clock.now())

    def resumed(self, position: int) -> object:
        """Word that nothing was missed."""
        return BoardResumed(cursor=self._cursor(position))

    def _left(self, position: int) -> object:
        return self._kind.left(self._cursor(position), self._followed.key)

    def _cursor(self, position: int) -> BoardCursor:
        return BoardCursor(str(Cursor(self._relay.epoch, position)))


def _ways(part: Selection, field: str, model: type[Model]) -> frozenset[Way]:
    """The ways from what is told in `field` to what is read with it, as far as changes can tell."""
    selected = [one.part for one in part.asked() if one.name == field and one.part is not None]
    return frozenset(way for each in selected for way in ways(model, each.wanted()))


async def _read_each(part: Selection, field: str, read: Callable[[Selection], Awaitable[Any]]) -> list[Any] | None:
    """What `read` gives for each time the client selected `field`; None when it is not there for them."""
    found = [await read(one.part) for one in part.asked() if one.name == field and one.part is not None]
    return None if None in found else found


async def _tell(
    part: Selection, field: str, cursor: BoardCursor, found: list[Any], changed_by: str, key: str | None
) -> object:
    """That something changed, as the client selected it."""
    each = iter(found)
    told: dict[str, Any] = {field: lambda _selected: next(each)}
    return await assemble(part, cursor=cursor, changed_by=changed_by, client_mutation_key=key, **told)


def _id(activity_id: int) -> strawberry.ID:
    return strawberry.ID(write_id("act", activity_id))


ACTIVITY = LiveKind(
    "serviceActivityChanged",
    following.ACTIVITY,
    ActivityChanged,
    "activity",
    lambda cursor, key: ActivityLeft(cursor=cursor, activity_id=_id(key)),
)
ORDER = LiveKind(
    "serviceOrderChanged",
    following.ORDER,
    ServiceOrderChanged,
    "service_order",
    lambda cursor, key: ServiceOrderLeft(cursor=cursor, order_id=strawberry.ID(write_id("so", key))),
)
