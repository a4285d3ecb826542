"""The board as its followers get it: a snapshot, then every change in order."""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from functools import partial
from typing import Any

import strawberry

from api.context import Context
from api.resolvers.dispatch import FollowedActivity, FollowedBoard, read_position
from api.schema.dispatch.types import ActivityChanged, ActivityLeft, BoardHeartbeat, BoardResumed, BoardSnapshot
from api.schema.scalars import BoardCursor
from api.selection import Selection, assemble, write_id
from api.streams import RELOAD, Reload
from db import reading
from db.outbox import Cursor, Event, last_actor
from domain.core import clock
from domain.dispatch.feed import SnapshotReason
from domain.dispatch.queries import BoardRequest


class BoardStream:
    """The live `dispatchBoard`: what the feed asks of it, in the shape the client selected."""

    def __init__(self, context: Context, request: BoardRequest, part: Selection, after: str | None) -> None:
        self.after = after
        # Related teams differ from person to person; all other boards only from one scope of rights to the next.
        own = context.actor.worker_id if request.related_teams_only else None
        self.key: Hashable = ("dispatchBoard", request, context.actor.scope, own)
        self._board = FollowedBoard(context, request)
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
        read = [await _read_each(part, partial(self._board.activity, key)) for key in change.shown]
        shown = [activities for activities in read if activities is not None]
        if not shown and change.left is not None:
            return [ActivityLeft(cursor=self._cursor(event.seq), activity_id=_id(change.left))]
        return [
            await _tell(part, self._cursor(event.seq - (place < len(shown))), activities, event.actor_name, event.key)
            for place, activities in enumerate(shown, start=1)
        ]

    def heartbeat(self, position: int) -> object:
        """A sign of life."""
        return BoardHeartbeat(cursor=self._cursor(position), server_time=clock.now())

    def resumed(self, position: int) -> object:
        """Word that nothing was missed."""
        return BoardResumed(cursor=self._cursor(position))

    def _cursor(self, position: int) -> BoardCursor:
        return BoardCursor(str(Cursor(self._relay.epoch, position)))


class ActivityStream:
    """The live `serviceActivityChanged`: one activity, whatever board it stands on."""

    def __init__(self, context: Context, activity_id: int, part: Selection, after: str | None) -> None:
        self.after = after
        self.key: Hashable = ("serviceActivityChanged", activity_id, context.actor.scope)
        self._activity = FollowedActivity(context, activity_id)
        self._relay = context.services.relay
        self._part = part

    async def snapshot(self, reason: str) -> tuple[int, object]:  # noqa: ARG002 - one activity needs no reason
        """The activity as it is."""
        async with reading.snapshot():
            position = await read_position()
            part = self._part.on(ActivityChanged)
            activities = await _read_each(part, self._activity.read)
            name = await last_actor("service_activity", self._activity.activity_id)
        if activities is None:
            return position.seq, self._left(position.seq)
        return position.seq, await _tell(part, self._cursor(position.seq), activities, name, None)

    async def changes(self, event: Event) -> Sequence[object] | Reload:
        """The activity anew, when `event` is about it or about what stands beside it."""
        about = self._activity.concerns(event)
        if not about and not await self._activity.is_beside(event):
            return []
        part = self._part.on(ActivityChanged)
        activities = await _read_each(part, self._activity.read)
        if activities is None:
            return [self._left(event.seq)]
        return [await _tell(part, self._cursor(event.seq), activities, event.actor_name, event.key)]

    def heartbeat(self, position: int) -> object:
        """A sign of life."""
        return BoardHeartbeat(cursor=self._cursor(position), server_time=clock.now())

    def resumed(self, position: int) -> object:
        """Word that nothing was missed."""
        return BoardResumed(cursor=self._cursor(position))

    def _left(self, position: int) -> object:
        return ActivityLeft(cursor=self._cursor(position), activity_id=_id(self._activity.activity_id))

    def _cursor(self, position: int) -> BoardCursor:
        return BoardCursor(str(Cursor(self._relay.epoch, position)))


async def _read_each(part: Selection, read: Callable[[Selection], Awaitable[Any]]) -> list[Any] | None:
    """What `read` gives for each time the client selected `activity`; None when the activity is not there for them."""
    found = [await read(one.part) for one in part.asked() if one.name == "activity" and one.part is not None]
    return None if None in found else found


async def _tell(
    part: Selection, cursor: BoardCursor, activities: list[Any], changed_by: str, key: str | None
) -> object:
    """An ActivityChanged as the client selected it."""
    each = iter(activities)
    return await assemble(
        part,
        cursor=cursor,
        activity=lambda _selected: next(each),
        changed_by=changed_by,
        client_mutation_key=key,
    )


def _id(activity_id: int) -> strawberry.ID:
    return strawberry.ID(write_id("act", activity_id))
