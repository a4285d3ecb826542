"""Decisions of the dispatch board. Pure.

A change is planned first (what would the activity be?), then judged (what is in the way?), then saved or refused.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from domain.calendars.rules import Period, WorkingCalendar, closed_periods
from domain.core.errors import Code, Refusal, Refused
from domain.core.keep import KEEP, Keep
from domain.orders.rules import DispatchStatus, Priority, check_instant, check_length

# What may be accepted with `acceptWarnings`; everything else refuses for good.
WARNINGS = frozenset({Code.OVERLAP, Code.OUTSIDE_CALENDAR, Code.NOT_IN_TEAM, Code.SLA_AT_RISK})


@dataclass(frozen=True, slots=True)
class Placement:
    """What the board can change of an activity."""

    worker_id: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    priority: Priority
    dispatch_status: DispatchStatus
    closed: bool

    @property
    def is_booked(self) -> bool:
        """Whether it takes a worker's time."""
        return self.worker_id is not None and self.starts_at is not None and not self.closed


@dataclass(frozen=True, slots=True)
class BoardWorker:
    """What the board knows of a worker."""

    id: int
    name: str
    active: bool
    team_id: int | None
    calendar: WorkingCalendar | None


@dataclass(frozen=True, slots=True)
class Booking:
    """Time that an activity takes of a worker."""

    activity_id: int
    worker_id: int
    starts_at: datetime
    ends_at: datetime
    number: str = ""


def plan_assignment(
    number: str,
    now: Placement,
    *,
    worker: BoardWorker | None | Keep = KEEP,
    starts_at: datetime | None | Keep = KEEP,
    duration: timedelta | Keep = KEEP,
) -> Placement:
    """The activity with another worker, time or both; what is kept is kept.

    Another worker (or none) makes it undispatched again; so does taking its time away.

    Raises:
        Refused: ACTIVITY_CLOSED, WORKER_INACTIVE, TIME_REQUIRED, INVALID.

    Source: DOMAIN.md 9.3, D-26.
    """
    _check_open(number, now)
    planned = now
    if not isinstance(worker, Keep):
        if worker is not None and not worker.active:
            raise Refused.of(_has_left(worker))
        wanted = None if worker is None else worker.id
        if wanted != now.worker_id:
            planned = replace(planned, worker_id=wanted, dispatch_status=DispatchStatus.UNDISPATCHED)
    if isinstance(starts_at, Keep) and isinstance(duration, Keep):
        return planned
    if starts_at is None:
        if not isinstance(duration, Keep):
            raise Refused(
                Code.TIME_REQUIRED, "A duration needs a start; leave out both to clear the time.", ("duration",)
            )
        return replace(planned, starts_at=None, ends_at=None, dispatch_status=DispatchStatus.UNDISPATCHED)
    start = now.starts_at if isinstance(starts_at, Keep) else check_instant(starts_at, "startsAt")
    if start is None:
        raise Refused(Code.TIME_REQUIRED, f"{number} has no start yet; give one with the duration.", ("startsAt",))
    if not isinstance(duration, Keep):
        length = check_length(duration, "duration")
    elif now.starts_at is not None and now.ends_at is not None:
        length = now.ends_at - now.starts_at
    else:
        raise Refused(Code.TIME_REQUIRED, f"{number} has no length yet; give a duration with the start.", ("duration",))
    return replace(planned, starts_at=start, ends_at=check_instant(start + length, "duration"))


def plan_dispatch(number: str, now: Placement, *, worker_active: bool = True) -> Placement:
    """The activity sent to its worker.

    Raises:
        Refused: ACTIVITY_CLOSED, WORKER_REQUIRED, WORKER_INACTIVE, TIME_REQUIRED.

    Source: DOMAIN.md 9.3.
    """
    _check_open(number, now)
    if now.worker_id is None:
        raise Refused(Code.WORKER_REQUIRED, f"{number} has no worker; assign one before dispatching it.", ("activity",))
    if not worker_active:
        message = f"The worker of {number} has left the company; assign another before dispatching it."
        raise Refused(Code.WORKER_INACTIVE, message, ("activity",))
    if now.starts_at is None:
        raise Refused(
            Code.TIME_REQUIRED, f"{number} has no time; give it a start before dispatching it.", ("activity",)
        )
    return replace(now, dispatch_status=DispatchStatus.DISPATCHED)


def plan_unassignment(number: str, now: Placement) -> Placement:
    """The activity without a worker, undispatched, its time kept.

    Raises:
        Refused: ACTIVITY_CLOSED.
    """
    _check_open(number, now)
    return replace(now, worker_id=None, dispatch_status=DispatchStatus.UNDISPATCHED)


def plan_priority(number: str, now: Placement, priority: Priority) -> Placement:
    """The activity with another priority.

    Raises:
        Refused: ACTIVITY_CLOSED.
    """
    _check_open(number, now)
    return replace(now, priority=priority)


def plan_closing(number: str, now: Placement) -> Placement:
    """The activity closed: done, and no longer in anybody's way.

    Raises:
        Refused: ACTIVITY_CLOSED.
    """
    _check_open(number, now)
    return replace(now, closed=True)


def needs_judging(now: Placement, planned: Placement) -> bool:
    """Whether the change takes time of a worker that was not taken before."""
    moved = (now.worker_id, now.starts_at, now.ends_at) != (planned.worker_id, planned.starts_at, planned.ends_at)
    return planned.worker_id is not None and not planned.closed and (moved or now.closed)


def overlapping(planned: Placement, activity_id: int, bookings: Sequence[Booking]) -> list[Booking]:
    """The other bookings of the same worker that share time with the planned activity, earliest first."""
    if not planned.is_booked or planned.starts_at is None or planned.ends_at is None:
        return []
    start, end = planned.starts_at, planned.ends_at
    return sorted(
        (
            booking
            for booking in bookings
            if booking.activity_id != activity_id
            and booking.worker_id == planned.worker_id
            and booking.starts_at < end
            and booking.ends_at > start
        ),
        key=lambda booking: (booking.starts_at, booking.activity_id),
    )


def judge(
    planned: Placement,
    worker: BoardWorker,
    overlaps: Sequence[Booking],
    *,
    accepted: Collection[Code] = (),
    too_late_for: datetime | None = None,
) -> list[Refusal]:
    """What is in the way of a planned activity and has not been accepted, over its whole duration.

    Nobody can accept that the worker has left: WORKER_INACTIVE stands alone. Details: OVERLAP gives the ids of the
    activities in the way, OUTSIDE_CALENDAR the closed periods. `too_late_for` is when its order is due, if that is
    missed.

    Source: DOMAIN.md 9.4.
    """
    if not worker.active:
        return [_has_left(worker)]
    warnings: list[Refusal] = []
    if worker.team_id is None:
        message = f"{worker.name} is in no dispatch team, so the activity would not show on the board."
        warnings.append(Refusal(Code.NOT_IN_TEAM, message, ("workerId",)))
    if overlaps:
        numbers = ", ".join(booking.number for booking in overlaps)
        message = f"{worker.name} is busy then with {numbers}."
        conflicts = tuple(booking.activity_id for booking in overlaps)
        warnings.append(Refusal(Code.OVERLAP, message, ("startsAt",), conflicts))
    closed = outside_calendar(planned, worker)
    if closed:
        message = f"{worker.name}'s calendar is closed for part of that time."
        warnings.append(Refusal(Code.OUTSIDE_CALENDAR, message, ("startsAt",), tuple(closed)))
    if too_late_for is not None:
        message = f"The service level of its order runs out before that, at {too_late_for:%Y-%m-%d %H:%M} UTC."
        warnings.append(Refusal(Code.SLA_AT_RISK, message, ("startsAt",)))
    return [warning for warning in warnings if warning.code not in accepted]


def misses(now: Placement, planned: Placement, due_at: datetime | None, *, at: datetime) -> bool:
    """Whether an activity that is moved to a later time ends after its order is due, which is still to come.

    What is late anyhow, or stays where it is, endangers nothing more.

    Source: DOMAIN.md 9.4.
    """
    if due_at is None or due_at < at or planned.ends_at is None or planned.ends_at <= due_at:
        return False
    return now.ends_at is None or planned.ends_at > now.ends_at


def outside_calendar(planned: Placement, worker: BoardWorker) -> list[Period]:
    """The parts of a planned activity in which the worker's calendar is closed; none without a calendar or a time."""
    if worker.calendar is None or planned.starts_at is None or planned.ends_at is None:
        return []
    return closed_periods(worker.calendar, planned.starts_at, planned.ends_at)


def _has_left(worker: BoardWorker) -> Refusal:
    return Refusal(Code.WORKER_INACTIVE, f"{worker.name} has left the company.", ("workerId",))


def _check_open(number: str, now: Placement) -> None:
    if now.closed:
        raise Refused(Code.ACTIVITY_CLOSED, f"{number} is closed and cannot be changed any more.", ("activity",))


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """Which activities a board shows. The times bound the board's civil days in the company's zone.

    `worker_ids` are the workers of the teams shown, `team_worker_ids` those of any team; `only_worker_id` is a
    technician, who sees own activities only.
    """

    starts_at: datetime
    ends_at: datetime
    worker_ids: frozenset[int]
    team_worker_ids: frozenset[int]
    all_teams: bool
    include_closed: bool
    priorities: frozenset[str]
    type_ids: frozenset[int]
    only_worker_id: int | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What of an activity decides whether a board shows it."""

    worker_id: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    priority: str
    type_id: int | None
    dispatch_status: str
    closed: bool


def is_shown(facts: Facts, board: BoardFilter) -> bool:
    """Whether a board shows an activity at all, as a bar or in the undispatched list."""
    return is_bar(facts, board) or is_undispatched(facts, board)


def is_bar(facts: Facts, board: BoardFilter) -> bool:
    """Whether an activity stands under one of the board's workers: it overlaps the board's days.

    Source: DOMAIN.md 9.2.
    """
    return (
        _passes(facts, board)
        and facts.worker_id in board.worker_ids
        and facts.starts_at is not None
        and facts.ends_at is not None
        and facts.starts_at < board.ends_at
        and facts.ends_at > board.starts_at
    )


def is_undispatched(facts: Facts, board: BoardFilter) -> bool:
    """Whether an activity waits in the undispatched list.

    That is: open and undispatched, or its worker (or the lack of one) would hide it from every team. It has no time
    yet, or one before the board's end: overdue work stays in sight.

    Source: DOMAIN.md 9.3, D-26.
    """
    teamless = facts.worker_id is None or facts.worker_id not in board.team_worker_ids
    mine = teamless or facts.worker_id in board.worker_ids
    return (
        _passes(facts, board)
        and not facts.closed
        and (facts.dispatch_status == DispatchStatus.UNDISPATCHED or teamless)
        and (mine or board.all_teams)
        and (facts.starts_at is None or facts.starts_at < board.ends_at)
    )


def _passes(facts: Facts, board: BoardFilter) -> bool:
    return (
        (board.include_closed or not facts.closed)
        and (not board.priorities or facts.priority in board.priorities)
        and (not board.type_ids or facts.type_id in board.type_ids)
        and (board.only_worker_id is None or facts.worker_id == board.only_worker_id)
    )


class BoardAction(StrEnum):
    """What can be done to an activity."""

    ASSIGN = "ASSIGN"
    DISPATCH = "DISPATCH"
    UNASSIGN = "UNASSIGN"
    SET_PRIORITY = "SET_PRIORITY"
    CLOSE = "CLOSE"


@dataclass(frozen=True, slots=True)
class AvailableAction:
    """Whether an action is possible now, and why not."""

    action: BoardAction
    allowed: bool
    code: Code | None = None
    reason: str | None = None


def available_actions(
    number: str, now: Placement, *, is_dispatcher: bool, may_change: bool, worker_active: bool = True
) -> list[AvailableAction]:
    """Every action with whether it is possible, by the same rules that refuse it.

    A worker or time that has yet to be chosen is not judged here.
    """
    plans: dict[BoardAction, Callable[[], Placement]] = {
        BoardAction.ASSIGN: lambda: plan_assignment(number, now),
        BoardAction.DISPATCH: lambda: plan_dispatch(number, now, worker_active=worker_active),
        BoardAction.UNASSIGN: lambda: plan_unassignment(number, now),
        BoardAction.SET_PRIORITY: lambda: plan_priority(number, now, now.priority),
        BoardAction.CLOSE: lambda: plan_closing(number, now),
    }
    for_everyone = {BoardAction.ASSIGN, BoardAction.CLOSE}
    return [
        _available(action, plan, may=is_dispatcher or (may_change and action in for_everyone))
        for action, plan in plans.items()
    ]


def _available(action: BoardAction, plan: Callable[[], Placement], *, may: bool) -> AvailableAction:
    if not may:
        return AvailableAction(action, allowed=False, reason="Your role does not allow this.")
    try:
        plan()
    except Refused as refused:
        refusal = refused.refusals[0]
        return AvailableAction(action, allowed=False, code=refusal.code, reason=refusal.message)
    return AvailableAction(action, allowed=True)
