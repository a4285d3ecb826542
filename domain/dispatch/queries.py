"""What the dispatch board shows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from tortoise.expressions import F, Q

from db.projection import Select, columns, columns_of_each
from db.transaction import current
from domain.calendars.queries import known_calendars
from domain.calendars.rules import date_range_bounds
from domain.core.actor import Actor, Permission, Role
from domain.core.errors import Code, NotPermitted, NotSignedIn, Refused, not_found
from domain.dispatch.rules import BoardFilter, BoardWorker, Facts
from domain.orders.models import ServiceActivity
from domain.orders.queries import visible_activities
from domain.orders.rules import LONGEST, DispatchStatus, Priority
from domain.parameters.queries import PARAMETERS, civil_date, company_calendar, parameters_of
from domain.workforce.models import DispatchTeam, Worker

LONGEST_RANGE_DAYS = 62
# A day, and what the databases may round it by.
_LONGEST_BUT_FOR_FEW = timedelta(days=1, seconds=1)


@dataclass(frozen=True, slots=True)
class BoardRequest:
    """What a board is asked for; missing dates come from the parameters."""

    from_on: date | None = None
    to_on: date | None = None
    team_ids: tuple[int, ...] | None = None
    related_teams_only: bool = False
    include_closed: bool = False
    priorities: tuple[Priority, ...] = ()
    type_ids: tuple[int, ...] = ()

    @property
    def is_relative(self) -> bool:
        """Whether its days are counted from today."""
        return self.from_on is None or self.to_on is None


async def board_workers(worker_ids: Iterable[int]) -> dict[int, BoardWorker]:
    """The workers with these ids as the board's rules see them; without a calendar of their own the company's counts.

    In a transaction they are locked, in id order.
    """
    named = Select(Worker, Q(id__in=sorted(set(worker_ids))), ("id",))
    rows = await columns(named, _OF_WORKER, locked=current() is not None)
    versions = {calendar_id: version for *_, calendar_id, version in rows if calendar_id is not None}
    fallback = 0
    if any(calendar_id is None for *_, calendar_id, _ in rows) and (chosen := await company_calendar()) is not None:
        fallback, versions[chosen[0]] = chosen
    calendars = await known_calendars(versions)
    return {
        worker_id: BoardWorker(worker_id, name, active, team_id, calendars.get(calendar_id or fallback))
        for worker_id, name, active, team_id, calendar_id, _ in rows
    }


_OF_WORKER = ("id", "name", "active", "team_id", "calendar_id", "calendar__version")


@dataclass(frozen=True, slots=True)
class PriorityColor:
    """How the board paints a priority, CSS hex."""

    priority: Priority
    color: str


@dataclass(frozen=True, slots=True)
class BoardScope:
    """A board request with everything looked up: which activities, teams and workers it shows, and how."""

    board: BoardFilter
    today: date
    from_on: date
    to_on: date
    team_ids: tuple[int, ...]
    time_zone: str
    colors: tuple[PriorityColor, ...]


_TEAMS = (Select(DispatchTeam, order=("name", "id")), ("id", "owner_id"))
_IN_TEAMS = (Select(Worker, where=Q(active=True, team_id__isnull=False)), ("id", "team_id"))


async def board_scope(actor: Actor, request: BoardRequest, now: datetime) -> BoardScope:
    """What `request` means for `actor` at this moment.

    Raises:
        NotSignedIn, NotPermitted: the role has no board.
        Refused: NOT_FOUND for a team that does not exist, INVALID for dates the wrong way round or too far apart.

    Source: DOMAIN.md 9.2, 9.5.
    """
    if actor.role is None:
        raise NotSignedIn
    if not actor.may(Permission.READ_COMPANY):
        raise NotPermitted("The dispatch board is the company's own.")
    stored, teams, in_teams = await columns_of_each(PARAMETERS, _TEAMS, _IN_TEAMS)
    parameters, owners, team_of = parameters_of(stored), dict(teams), dict(in_teams)
    today = civil_date(now, parameters.time_zone)
    from_on = request.from_on or today - timedelta(days=parameters.dispatch_days_before)
    to_on = request.to_on or max(from_on, today + timedelta(days=parameters.dispatch_days_after))
    if to_on < from_on:
        raise Refused(Code.INVALID, f"The board ends on {to_on}, before it begins on {from_on}.", ("input", "to"))
    if (to_on - from_on).days >= LONGEST_RANGE_DAYS:
        raise Refused(Code.INVALID, f"A board shows at most {LONGEST_RANGE_DAYS} days.", ("input", "to"))
    shown = _shown_teams(actor, request, owners, team_of)
    own = actor.worker_id if actor.role is Role.TECHNICIAN else None
    bounds = date_range_bounds(parameters.time_zone, from_on, to_on)
    board = BoardFilter(
        starts_at=bounds.starts_at,
        ends_at=bounds.ends_at,
        worker_ids=frozenset(
            worker_id for worker_id, team_id in team_of.items() if team_id in shown and own in {None, worker_id}
        ),
        team_worker_ids=frozenset(team_of),
        all_teams=len(shown) == len(owners),
        include_closed=request.include_closed,
        priorities=frozenset(request.priorities),
        type_ids=frozenset(request.type_ids),
        only_worker_id=_nobody_if_unknown(actor),
    )
    colors = (
        PriorityColor(Priority.HIGH, parameters.dispatch_color_high),
        PriorityColor(Priority.NORMAL, parameters.dispatch_color_normal),
        PriorityColor(Priority.LOW, parameters.dispatch_color_low),
    )
    team_ids = tuple(team_id for team_id in owners if team_id in shown)
    return BoardScope(board, today, from_on, to_on, team_ids, parameters.time_zone, colors)


def _nobody_if_unknown(actor: Actor) -> int | None:
    """A technician's own worker; one without a worker sees nobody's activities rather than everybody's."""
    if actor.role is not Role.TECHNICIAN:
        return None
    return actor.worker_id if actor.worker_id is not None else 0


def _shown_teams(
    actor: Actor,
    request: BoardRequest,
    owners: Mapping[int, int],
    team_of: Mapping[int, int],
) -> frozenset[int]:
    """The teams a board shows: those asked for, or all the actor may watch; related ones are own and owned teams."""
    shown = frozenset(owners)
    if request.team_ids is not None:
        for place, team_id in enumerate(request.team_ids):
            if team_id not in shown:
                raise not_found("dispatch team", "input", "teamIds", place)
        shown &= frozenset(request.team_ids)
    if request.related_teams_only or actor.role is Role.TECHNICIAN:
        own = actor.worker_id
        related = {team_id for team_id, owner_id in owners.items() if owner_id == own}
        if own is not None and own in team_of:
            related.add(team_of[own])
        shown &= related
    return shown


def bars_where(board: BoardFilter) -> Q:
    """`rules.is_bar` as a condition on stored activities."""
    return (
        _passes_where(board)
        & Q(worker_id__in=sorted(board.worker_ids))
        & Q(starts_at__lt=board.ends_at, ends_at__gt=board.starts_at)
        # Implied, as nothing lasts longer; but from it the databases know how few rows of the index there are to read.
        & (
            Q(starts_at__gt=board.starts_at - _LONGEST_BUT_FOR_FEW)
            | Q(starts_at__gt=board.starts_at - LONGEST, ends_at__over_a_day_after=F("starts_at"))
        )
    )


def undispatched_where(board: BoardFilter) -> Q:
    """`rules.is_undispatched` as a condition on stored activities."""
    teamless = Q(worker_id__isnull=True) | Q(worker_id__not_in=sorted(board.team_worker_ids))
    where = _passes_where(board) & Q(closed=False) & (Q(dispatch_status=DispatchStatus.UNDISPATCHED) | teamless)
    if not board.all_teams:
        where &= teamless | Q(worker_id__in=sorted(board.worker_ids))
    return where & (Q(starts_at__isnull=True) | Q(starts_at__lt=board.ends_at))


def board_teams(scope: BoardScope) -> Select:
    """The teams a board shows, by name."""
    return Select(DispatchTeam, Q(id__in=list(scope.team_ids)), ("name", "id"))


def bars(actor: Actor, board: BoardFilter) -> Select:
    """The activities under the board's workers, by start."""
    where = visible_activities(actor) & bars_where(board)
    return Select(ServiceActivity, where, ("starts_at", "id"), by="starts_at")


def undispatched(actor: Actor, board: BoardFilter) -> Select:
    """The activities that wait, the most urgent first."""
    where = visible_activities(actor) & undispatched_where(board)
    return Select(ServiceActivity, where, ("priority", "starts_at", "id"))


def one_shown(actor: Actor, board: BoardFilter, activity_id: int) -> Select:
    """This activity, if the board shows it."""
    return Select(ServiceActivity, visible_activities(actor) & Q(id=activity_id) & shown_where(board))


def touched(actor: Actor, board: BoardFilter, where: Q | None, limit: int) -> Select:
    """Those of the activities the board shows that meet `where`."""
    shown = visible_activities(actor) & shown_where(board)
    return Select(ServiceActivity, shown & where if where is not None else shown, ("id",), limit)


def shown_where(board: BoardFilter) -> Q:
    """`rules.is_shown` as a condition on stored activities."""
    return bars_where(board) | undispatched_where(board)


def _passes_where(board: BoardFilter) -> Q:
    where = Q() if board.include_closed else Q(closed=False)
    if board.priorities:
        where &= Q(priority__in=sorted(board.priorities))
    if board.type_ids:
        where &= Q(type_id__in=sorted(board.type_ids))
    if board.only_worker_id is not None:
        where &= Q(worker_id=board.only_worker_id)
    return where


def facts_of(columns: Mapping[str, Any]) -> Facts:
    """What of an activity, as the event log keeps its columns, decides whether a board shows it."""
    starts_at, ends_at = columns["starts_at"], columns["ends_at"]
    return Facts(
        columns["worker_id"],
        datetime.fromisoformat(starts_at) if starts_at else None,
        datetime.fromisoformat(ends_at) if ends_at else None,
        columns["priority"],
        columns["type_id"],
        columns["dispatch_status"],
        columns["closed"],
    )
