"""The board: read once, checked, and what of it an event changes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from api.context import Context
from api.executor import Ready
from api.resolvers.records import check_reach
from api.selection import Selection, assemble, row, rows
from db.outbox import Cursor, Event, read_head
from db.projection import exists, ids
from db.reading import snapshot
from domain.core import clock
from domain.core.actor import Permission
from domain.core.errors import Refused, not_found
from domain.core.operation import check_permission
from domain.dispatch import queries
from domain.dispatch.feed import Effect, beside, consequence
from domain.dispatch.operations import Assign, check_board_changes
from domain.dispatch.queries import BoardRequest, BoardScope

# An event that touches more activities than this is told by a snapshot.
_MOST_TOUCHED = 20


@dataclass(frozen=True, slots=True)
class BoardRead:
    """A board as it was at `position` of the event log, once for each time it was selected."""

    position: Cursor
    scope: BoardScope
    boards: list[Ready]


async def read_board(context: Context, request: BoardRequest, parts: Sequence[Selection]) -> BoardRead:
    """The board as each of `parts` selects it, by one consistent read.

    Raises:
        NotSignedIn, NotPermitted, Refused: as `board_scope`.
    """
    for part in parts:
        check_reach(context, part)
    actor = context.actor
    async with snapshot():
        position = await read_position()
        scope = await queries.board_scope(actor, request, clock.now())
        boards = [
            await assemble(
                part,
                cursor=str(position),
                from_=scope.from_on,
                to=scope.to_on,
                time_zone=scope.time_zone,
                priority_colors=scope.colors,
                teams=lambda teams: rows(teams, queries.board_teams(scope), viewer=actor),
                activities=lambda bars: rows(bars, queries.bars(actor, scope.board), viewer=actor),
                undispatched=lambda waiting: rows(waiting, queries.undispatched(actor, scope.board), viewer=actor),
            )
            for part in parts
        ]
    return BoardRead(position, scope, boards)


async def read_position() -> Cursor:
    """The newest position of the event log."""
    head = await read_head()
    return Cursor(head.epoch, head.seq)


async def check_move(context: Context, move: Assign) -> Refused | None:
    """Why `move` would be refused now; None when it would be done.

    Raises:
        NotSignedIn, NotPermitted.
    """
    try:
        await check_board_changes(context.actor, (move,))
    except Refused as refused:
        return refused
    return None


@dataclass(frozen=True, slots=True)
class BoardChange:
    """What an event changes on a board: activities to put there, one to drop, or everything."""

    shown: tuple[int, ...] = ()
    left: int | None = None
    reload: bool = False


@dataclass(slots=True)
class FollowedBoard:
    """A board that somebody follows: which activities it shows, as of its newest snapshot."""

    context: Context
    request: BoardRequest
    scope: BoardScope | None = field(default=None)

    async def read(self, parts: Sequence[Selection]) -> tuple[Cursor, list[Ready]]:
        """The board anew, as each of `parts` selects it."""
        found = await read_board(self.context, self.request, parts)
        self.scope = found.scope
        return found.position, found.boards

    async def change(self, event: Event) -> BoardChange:
        """What `event` changes here."""
        actor = self.context.actor
        if self.scope is None:
            self.scope = await queries.board_scope(actor, self.request, clock.now())
        board = self.scope.board
        if queries.is_outdated(self.scope, self.request, event.at):
            return BoardChange(reload=True)
        found = consequence(event, board)
        match found.effect:
            case Effect.NOTHING:
                return BoardChange()
            case Effect.LAYOUT:
                return BoardChange(reload=True)
            case Effect.LEAVES:
                return BoardChange(left=found.activity_id)
            case Effect.SHOWS:
                return BoardChange(shown=(found.activity_id,), left=found.activity_id)
            case Effect.TOUCHES:
                touched = await ids(queries.touched(actor, board, found.where, _MOST_TOUCHED + 1))
                return BoardChange(reload=True) if len(touched) > _MOST_TOUCHED else BoardChange(shown=tuple(touched))

    async def activity(self, activity_id: int, part: Selection) -> Any:
        """One activity as `part` selects it; None when the board does not show it any more."""
        if self.scope is None:
            return None
        actor = self.context.actor
        return await row(part, queries.one_shown(actor, self.scope.board, activity_id), viewer=actor)


@dataclass(frozen=True, slots=True)
class FollowedActivity:
    """One activity that somebody follows."""

    context: Context
    activity_id: int

    def concerns(self, event: Event) -> bool:
        """Whether `event` is about the activity itself."""
        return event.subject_type == "service_activity" and event.subject_id == self.activity_id

    async def is_beside(self, event: Event) -> bool:
        """Whether `event` is about something that stands beside the activity, such as its order."""
        where = beside(event)
        return where is not None and await exists(queries.one_activity(self.context.actor, self.activity_id, where))

    async def read(self, part: Selection) -> Any:
        """The activity as `part` selects it; None when the caller may not see it any more."""
        check_reach(self.context, part)
        actor = self.context.actor
        return await row(part, queries.one_activity(actor, self.activity_id), viewer=actor)


async def find_activity(context: Context, activity_id: int | None, number: str | None) -> int:
    """The key of an activity that the caller may see.

    Raises:
        NotSignedIn.
        Refused: NOT_FOUND.
    """
    check_permission(context.actor, Permission.SIGNED_IN)
    found = await ids(queries.named_activity(context.actor, activity_id, number))
    if not found:
        raise not_found("activity", "by")
    return found[0]
