"""Changes made on the dispatch board.

Every change, single or in a group, goes the same way: lock the activities, plan each change, judge the outcome of all
of them together (so that two activities can swap places), then save all or none. What is saved can be taken back by
the same actor, as a change that is judged like any other.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import Q

from db import outbox
from db.projection import Select, columns, records
from db.transaction import current
from domain.core import clock
from domain.core.actor import Actor, Permission
from domain.core.errors import Code, NotPermitted, Path, Refusal, Refused, not_found
from domain.core.keep import KEEP, Keep
from domain.core.operation import (
    Stale,
    Work,
    check_permission,
    check_version,
    last_changed_by,
    operation,
    subject_type,
)
from domain.core.rows import lock_all
from domain.dispatch import rules
from domain.dispatch.queries import board_workers
from domain.dispatch.rules import BoardWorker, Booking, Placement
from domain.orders.models import ServiceActivity, ServiceOrderLine
from domain.orders.queries import visible_activities
from domain.orders.rules import LONGEST, DispatchStatus, LineStatus, Priority


@dataclass(frozen=True, slots=True)
class ActivityRef:
    """An activity, named by exactly one of the two."""

    id: int | None = None
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Assign:
    """Give an activity to a worker, move it in time, or both. `worker_id` None takes the worker away."""

    activity: ActivityRef
    worker_id: int | None | Keep = KEEP
    starts_at: datetime | None | Keep = KEEP
    duration: timedelta | Keep = KEEP
    accept_warnings: frozenset[Code] = frozenset()
    expected_version: int | None = None
    path: Path = ()


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Send an activity to its worker."""

    activity: ActivityRef
    expected_version: int | None = None
    path: Path = ()


@dataclass(frozen=True, slots=True)
class Unassign:
    """Take an activity from its worker."""

    activity: ActivityRef
    expected_version: int | None = None
    path: Path = ()


@dataclass(frozen=True, slots=True)
class SetPriority:
    """Make an activity more or less urgent."""

    activity: ActivityRef
    priority: Priority
    expected_version: int | None = None
    path: Path = ()


@dataclass(frozen=True, slots=True)
class Close:
    """Mark an activity as done."""

    activity: ActivityRef
    expected_version: int | None = None
    path: Path = ()


BoardChange = Assign | Dispatch | Unassign | SetPriority | Close

_KINDS: dict[type[Any], str] = {
    Assign: "activity_assigned",
    Dispatch: "activity_dispatched",
    Unassign: "activity_unassigned",
    SetPriority: "activity_priority_set",
    Close: "activity_closed",
}
# Everyone who maintains activities may move the ones they see in time and close them; these are the dispatcher's.
_DISPATCHERS_ONLY = (Dispatch, Unassign, SetPriority)
_DISPATCHERS = "Giving work to people is the dispatcher's; your role may move own activities and close them."


@dataclass(frozen=True, slots=True)
class ApplyBoardChanges:
    """Several changes, all or none."""

    changes: tuple[BoardChange, ...]


@operation(requires=Permission.MAINTAIN_ACTIVITIES)
async def apply_board_changes(work: Work, command: ApplyBoardChanges) -> list[int]:
    """Apply the changes in order and judge what comes of them together; gives the ids of the activities changed.

    Raises:
        NotPermitted: a change that is the dispatcher's.
        Refused: NOT_FOUND, VERSION_CONFLICT, ACTIVITY_CLOSED, WORKER_INACTIVE, WORKER_REQUIRED, TIME_REQUIRED, INVALID,
            and the warnings OVERLAP, OUTSIDE_CALENDAR, NOT_IN_TEAM and SLA_AT_RISK where they were not accepted.

    Source: DOMAIN.md 9.3, 9.4.
    """
    for change in command.changes:
        _check_may(work.actor, change)
    drafts = await _drafted(work.actor, command.changes)
    await _plan(drafts, command.changes)
    await _judge(drafts)
    for draft in drafts.values():
        await _save(work, draft, undoable=True)
    return sorted({draft.row.id for draft in drafts.values()})


async def check_board_changes(actor: Actor, changes: tuple[BoardChange, ...]) -> None:
    """Refuse what `apply_board_changes` would refuse now; changes nothing and locks nothing.

    Raises:
        NotSignedIn, NotPermitted, Refused: as `apply_board_changes`.
    """
    check_permission(actor, apply_board_changes.requires)
    for change in changes:
        _check_may(actor, change)
    drafts = await _drafted(actor, changes)
    await _plan(drafts, changes)
    await _judge(drafts)


# Why a change can never be undone as long as nobody else acts.
_OVERTAKEN = frozenset({Code.VERSION_CONFLICT, Code.NOT_FOUND})


@dataclass(frozen=True, slots=True)
class UndoBoardChange:
    """Take back the actor's last change, or with `pass_over` the last that has not been overtaken by others."""

    accept_warnings: frozenset[Code] = frozenset()
    pass_over: bool = False


@operation(requires=Permission.MAINTAIN_ACTIVITIES)
async def undo_board_change(work: Work, command: UndoBoardChange) -> list[int]:
    """Put back what the actor's last change of the board changed, all activities of it or none.

    Raises:
        NotPermitted: the actor is no dispatcher any more.
        Refused: NOTHING_TO_UNDO; VERSION_CONFLICT when somebody has changed the same since, NOT_FOUND when it is gone,
            unless such changes are passed over; else as any change.

    Source: DOMAIN.md 9.4.
    """
    drafts: dict[int, _Draft] | None = None
    while drafts is None:
        events = await _take_last_change(work.actor)
        if not events:
            raise Refused(Code.NOTHING_TO_UNDO, "There is nothing left to undo.")
        try:
            drafts = await _put_back(work.actor, events, command.accept_warnings)
        except Refused as refused:
            if not command.pass_over or refused.refusals[0].code not in _OVERTAKEN:
                raise
    await _load_workers(drafts, {draft.planned.worker_id for draft in drafts.values()})
    await _judge(drafts)
    for draft in drafts.values():
        await _save(work, draft, undoable=False)
    return sorted(drafts)


def placement_of(row: ServiceActivity) -> Placement:
    """What the board can change of `row`, as it is."""
    return Placement(row.worker_id, row.starts_at, row.ends_at, row.priority, row.dispatch_status, row.closed)


@dataclass(slots=True)
class _Draft:
    """One activity on its way from what it is to what it shall be."""

    row: ServiceActivity
    now: Placement
    planned: Placement
    accepted: frozenset[Code] = frozenset()
    kind: str = ""
    path: Path = ()
    workers: dict[int, BoardWorker] = field(default_factory=dict)
    overlap_accepted: bool = False


def _check_may(actor: Actor, change: BoardChange) -> None:
    if actor.may(Permission.MAINTAIN_DISPATCH):
        return
    if isinstance(change, _DISPATCHERS_ONLY) or (isinstance(change, Assign) and not isinstance(change.worker_id, Keep)):
        raise NotPermitted(_DISPATCHERS)


def _check_may_put_back(actor: Actor, now: Placement, before: Placement) -> None:
    """Stop who could have made the change once but could not make its opposite today."""
    own = replace(now, starts_at=before.starts_at, ends_at=before.ends_at, closed=before.closed)
    if own != before and not actor.may(Permission.MAINTAIN_DISPATCH):
        raise NotPermitted(_DISPATCHERS)


async def _drafted(actor: Actor, changes: Iterable[BoardChange]) -> dict[int, _Draft]:
    """The activities the changes name, locked in id order, each version checked once."""
    changes = tuple(changes)
    rows = await _resolve(actor, [change.activity for change in changes])
    drafts: dict[int, _Draft] = {}
    for change in changes:
        row = rows.get(change.activity)
        if row is None:
            raise not_found("activity", *change.path, "activity")
        await check_version(row, change.expected_version, *change.path)
        if row.id not in drafts:
            now = placement_of(row)
            drafts[row.id] = _Draft(row, now, now)
    return drafts


async def _resolve(actor: Actor, refs: Collection[ActivityRef]) -> dict[ActivityRef, ServiceActivity]:
    """Those of the activities that the actor may see, locked where there is a transaction."""
    by_id = [ref.id for ref in refs if ref.id is not None]
    by_number = [ref.number for ref in refs if ref.number is not None]
    named = Q(id__in=by_id) | Q(number__in=by_number) if by_number else Q(id__in=by_id)
    select = Select(ServiceActivity, visible_activities(actor) & named, ("id",))
    rows = await records(select, locked=current() is not None)
    by_name: dict[int | str | None, ServiceActivity] = {row.id: row for row in rows}
    by_name |= {row.number: row for row in rows}
    found = {ref: by_name.get(ref.number if ref.id is None else ref.id) for ref in refs}
    return {ref: row for ref, row in found.items() if row is not None}


async def _plan(drafts: dict[int, _Draft], changes: Iterable[BoardChange]) -> None:
    """Carry each change into its draft, in order."""
    changes = tuple(changes)
    by_number = {draft.row.number: draft for draft in drafts.values()}
    wanted = {
        change.worker_id for change in changes if isinstance(change, Assign) and isinstance(change.worker_id, int)
    }
    kept = {draft.now.worker_id for draft in drafts.values()}
    await _load_workers(drafts, wanted | kept)
    for change in changes:
        draft = drafts.get(change.activity.id or 0) or by_number[change.activity.number or ""]
        try:
            draft.planned = _planned(draft, change)
        except Refused as refused:
            raise refused.under(*change.path) from None
        draft.kind = _KINDS[type(change)]
        if isinstance(change, Assign):
            draft.accepted |= change.accept_warnings
            # Only an assignment can be in anybody's way.
            draft.path = change.path


def _planned(draft: _Draft, change: BoardChange) -> Placement:
    number, planned = draft.row.number, draft.planned
    match change:
        case Assign(worker_id=worker_id, starts_at=starts_at, duration=duration):
            worker: BoardWorker | None | Keep
            if isinstance(worker_id, int):
                if worker_id not in draft.workers:
                    raise not_found("worker", "workerId")
                worker = draft.workers[worker_id]
            else:
                worker = worker_id
            return rules.plan_assignment(number, planned, worker=worker, starts_at=starts_at, duration=duration)
        case Dispatch():
            given_to = None if planned.worker_id is None else draft.workers[planned.worker_id]
            return rules.plan_dispatch(number, planned, worker_active=given_to is None or given_to.active)
        case Unassign():
            return rules.plan_unassignment(number, planned)
        case SetPriority(priority=priority):
            return rules.plan_priority(number, planned, priority)
        case Close():
            return rules.plan_closing(number, planned)


async def _load_workers(drafts: dict[int, _Draft], worker_ids: Iterable[int | None]) -> None:
    """Lock the workers concerned, so that two bookings of one worker come one after the other, and know them."""
    workers = await board_workers(worker_id for worker_id in worker_ids if worker_id is not None)
    for draft in drafts.values():
        draft.workers = workers


async def _judge(drafts: dict[int, _Draft]) -> None:
    """Refuse when something that was not accepted is in the way of what the drafts come to.

    Raises:
        Refused: WORKER_INACTIVE; or OVERLAP, OUTSIDE_CALENDAR, NOT_IN_TEAM, SLA_AT_RISK: all of them together.
    """
    moving = [draft for draft in drafts.values() if rules.needs_judging(draft.now, draft.planned)]
    if not moving:
        return
    bookings, due = await _beside(drafts, moving)
    now = clock.now()
    refusals: list[Refusal] = []
    for draft in moving:
        worker = draft.workers[draft.planned.worker_id or 0]
        overlaps = rules.overlapping(draft.planned, draft.row.id, bookings)
        draft.overlap_accepted = bool(overlaps)
        due_at = due.get(draft.row.id)
        missed = due_at if rules.misses(draft.now, draft.planned, due_at, at=now) else None
        in_the_way = rules.judge(draft.planned, worker, overlaps, accepted=draft.accepted, too_late_for=missed)
        refusals.extend(replace(refusal, path=(*draft.path, *refusal.path)) for refusal in in_the_way)
    if refusals:
        raise Refused.of(*refusals)


async def _beside(drafts: dict[int, _Draft], moving: list[_Draft]) -> tuple[list[Booking], dict[int, datetime | None]]:
    """The bookings that could be in the way, and when the orders of the activities that move are due.

    Bookings are of the drafts as planned, and of all other activities as stored.
    """
    planned = [
        Booking(draft.row.id, draft.planned.worker_id, draft.planned.starts_at, draft.planned.ends_at, draft.row.number)
        for draft in drafts.values()
        if draft.planned.is_booked
        and draft.planned.worker_id is not None
        and draft.planned.starts_at is not None
        and draft.planned.ends_at is not None
    ]
    booked = [draft.planned for draft in moving if draft.planned.starts_at is not None]
    if not booked:
        return planned, {}
    first = min(placement.starts_at for placement in booked if placement.starts_at is not None)
    last = max(placement.ends_at for placement in booked if placement.ends_at is not None)
    in_the_way = Q(
        worker_id__in=sorted({placement.worker_id or 0 for placement in booked}),
        closed=False,
        starts_at__lt=last,
        ends_at__gt=first,
        starts_at__gt=first - LONGEST,
        id__not_in=list(drafts),
    )
    # In one statement: who drags an activity waits for it.
    wanted = in_the_way | Q(id__in=[draft.row.id for draft in moving])
    names = ("id", "worker_id", "starts_at", "ends_at", "number", "order.sla_due_at")
    stored = await columns(Select(ServiceActivity, wanted), names)
    others = [Booking(*booking) for *booking, _ in stored if booking[0] not in drafts]
    return planned + others, {row[0]: row[-1] for row in stored if row[0] in drafts}


async def _save(work: Work, draft: _Draft, *, undoable: bool) -> None:
    """Write the draft; open lines follow their activity to its worker."""
    planned = draft.planned
    if planned == draft.now:
        return
    judged = rules.needs_judging(draft.now, planned)
    following: list[ServiceOrderLine] = []
    if planned.worker_id != draft.now.worker_id:
        # Read first: updates with nothing read between them go to PostgreSQL together.
        open_lines = Q(activity_id=draft.row.id, status=LineStatus.CREATED)
        following = await records(Select(ServiceOrderLine, open_lines, ("id",)), locked=True)
    await work.change(
        draft.row,
        draft.kind,
        undoable=undoable,
        worker_id=planned.worker_id,
        starts_at=planned.starts_at,
        ends_at=planned.ends_at,
        priority=planned.priority,
        dispatch_status=planned.dispatch_status,
        closed=planned.closed,
        overlap_accepted=draft.overlap_accepted if judged else draft.row.overlap_accepted,
    )
    for line in following:
        await work.change(line, "service_order_line_changed", worker_id=planned.worker_id)


async def _take_last_change(actor: Actor) -> list[outbox.EventRow]:
    """The events of the actor's last undoable change, taken off the undo list by this transaction alone."""
    own = outbox.EventRow.filter(undoable_by=actor.key)
    while (newest := await own.order_by("-batch", "seq").first()) is not None:
        events = await own.filter(batch=newest.batch).order_by("seq").select_for_update()
        if events:
            await own.filter(batch=newest.batch).update(undoable_by=None)
            return events
        # The same actor has just undone this one, in another window; the one before it is the last now.
    return []


async def _put_back(actor: Actor, events: Sequence[outbox.EventRow], accepted: frozenset[Code]) -> dict[int, _Draft]:
    """What stood before a change, as changes to be judged."""
    ids = [event.subject_id for event in events]
    rows = await lock_all(ServiceActivity, ids)
    visible = {row.id for row in await ServiceActivity.filter(visible_activities(actor), id__in=ids)}
    drafts: dict[int, _Draft] = {}
    for event in events:
        row = rows.get(event.subject_id)
        if row is None or row.id not in visible:
            message = "An activity you changed is gone, or you may not see it any more; this cannot be undone."
            raise Refused(Code.NOT_FOUND, message)
        before, after = _placement(event.body["before"]), _placement(event.body["after"])
        now = placement_of(row)
        if now != after:
            name = await last_changed_by(row)
            raise Refused(
                Code.VERSION_CONFLICT,
                f"{row.number} has been changed by {name} since; undo would overwrite that.",
                details=Stale(subject_type(row), row.id, name),
            )
        _check_may_put_back(actor, now, before)
        drafts[row.id] = _Draft(row, now, before, accepted=accepted, kind="board_change_undone", path=())
    return drafts


def _placement(stored: dict[str, Any]) -> Placement:
    """A placement as the event log keeps it."""
    starts_at, ends_at = stored["starts_at"], stored["ends_at"]
    return Placement(
        stored["worker_id"],
        datetime.fromisoformat(starts_at) if starts_at else None,
        datetime.fromisoformat(ends_at) if ends_at else None,
        Priority(stored["priority"]),
        DispatchStatus(stored["dispatch_status"]),
        stored["closed"],
    )
