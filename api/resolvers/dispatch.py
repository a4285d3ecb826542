"""The board: read once, checked, and what of it an event changes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from api.context import Context
from api.executor import Ready
from api.resolvers.records import check_reach
from api.selection import Selection, assemble, row, rows
from db.outbox import Cursor, Event, read_head
from db.projection import Way, ids
from db.reading import snapshot
from domain.core import clock
from domain.core.actor import Permission
from domain.core.errors import Refused
from domain.dispatch import queries
from domain.dispatch.feed import Effect, consequence
from domain.dispatch.following import Followable
from domain.dispatch.operations import Assign, check_board_changes
from domain.dispatch.queries import BoardRequest, BoardScope
from domain.parameters.queries import civil_date, company_parameters

# An event that touches more activities than this is told by a snapshot.
_MOST_TOUCHED = 20


@dataclass(frozen=True, slots=True)
class BoardRead:
    """A board, once for each time it was selected."""

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
        scope = await queries.board_scope(actor, request, clock.now())
        boards = [
            await assemble(
                part,
                cursor=_cursor,
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
    return BoardRead(scope, boards)


async def _cursor(_part: object) -> str:
    return str(await read_position())


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
    """What an event changes on a board: activities to put there, and maybe one that has left it; or everything."""

    shown: tuple[int, ...] = ()
    left: int | None = None
    reload: bool = False


@dataclass(slots=True)
class FollowedBoard:
    """A board that somebody follows: which activities it shows, as of its newest snapshot.

    `ways` lead from its activities to what is read with them. `_day` is the day that the followers' boards are of.
    """

    context: Context
    request: BoardRequest
    ways: Collection[Way]
    scope: BoardScope | None = field(default=None)
    _day: date | None = field(default=None)

    async def read(self, parts: Sequence[Selection]) -> tuple[Cursor, list[Ready]]:
        """The board anew, as each of `parts` selects it."""
        async with snapshot():
            position = await read_position()
            found = await read_board(self.context, self.request, parts)
        self._look(found.scope)
        return position, found.boards

    async def turned(self) -> bool:
        """Whether a new day begins for a board whose days are counted from today: a screen on a wall turns the page."""
        if self.scope is None or self._day is None or not self.request.is_relative:
            return False
        today = civil_date(clock.now(), self.scope.time_zone)
        if today <= self._day:
            return False
        self._look(await queries.board_scope(self.context.actor, self.request, clock.now()))
        self._day = today
        return True

    async def is_of_today(self, position: int) -> bool:
        """Whether whoever was told of the event at `position`, and of nothing after it, has a board of today.

        Who was told of an earlier day's last event may have had a board of today since, but is not known to.
        """
        relay = self.context.services.relay
        if not self.request.is_relative:
            return True
        scope = await self._known_scope()
        last = None if position - 1 < relay.floor else next(iter(await relay.events(position - 1, 1)), None)
        return last is not None and civil_date(last.at, scope.time_zone) >= civil_date(clock.now(), scope.time_zone)

    async def change(self, event: Event) -> BoardChange:
        """What `event` changes here; an activity that is in `shown` and is no longer there has left too."""
        scope = await self._known_scope()
        found = consequence(event, scope.board, self.ways)
        if found.effect is Effect.LAYOUT:
            return BoardChange(reload=True)
        shown: tuple[int, ...] = (found.activity_id,) if found.effect is Effect.SHOWS else ()
        if found.where is not None:
            select = queries.touched(self.context.actor, scope.board, found.where, _MOST_TOUCHED + 1)
            touched = await ids(select)
            if len(touched) > _MOST_TOUCHED:
                return BoardChange(reload=True)
            shown += tuple(key for key in touched if key != found.activity_id)
        return BoardChange(shown, found.activity_id if found.effect is Effect.LEAVES else None)

    async def activity(self, activity_id: int, part: Selection) -> Any:
        """One activity as `part` selects it; None when the board does not show it any more."""
        if self.scope is None:
            return None
        actor = self.context.actor
        return await row(part, queries.one_shown(actor, self.scope.board, activity_id), viewer=actor)

    async def _known_scope(self) -> BoardScope:
        if self.scope is not None:
            return self.scope
        return self._look(await queries.board_scope(self.context.actor, self.request, clock.now()))

    def _look(self, scope: BoardScope) -> BoardScope:
        self.scope = scope
        self._day = self._day or scope.today
        return scope


@dataclass(frozen=True, slots=True)
class Followed:
    """One activity or order that somebody follows. `ways` lead from it to what is read with it."""

    context: Context
    kind: Followable
    key: int
    ways: Collection[Way]

    async def is_told(self, event: Event) -> bool:
        """Whether the follower is to be told of `event`."""
        return await self.kind.is_told(self.context.actor, self.key, event, self.ways)

    async def told_of(self, name: str, key: str | None) -> tuple[str, str | None]:
        """Who changed it, and with which key, as far as the follower may know: to customers the company is one."""
        if self.context.actor.may(Permission.READ_COMPANY):
            return name, key
        return (await company_parameters()).company_name, None

    async def read(self, part: Selection) -> Any:
        """It as `part` selects it; None when the caller may not see it any more."""
        check_reach(self.context, part)
        actor = self.context.actor
        return await row(part, self.kind.one(actor, self.key), viewer=actor)
