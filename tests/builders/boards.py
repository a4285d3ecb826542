"""Dispatch boards: teams of workers, their bookings, and changes of them."""

from datetime import timedelta
from typing import Any

from domain.core.actor import Actor, Role
from domain.core.operation import Done, perform
from domain.dispatch.operations import (
    ActivityRef,
    ApplyBoardChanges,
    Assign,
    BoardChange,
    Close,
    Dispatch,
    SetPriority,
    Unassign,
    UndoBoardChange,
    apply_board_changes,
    undo_board_change,
)
from domain.orders.models import ServiceActivity
from domain.orders.rules import DispatchStatus, Priority
from domain.workforce.models import Worker
from tests.builders.actors import DISPATCHER
from tests.builders.rows import a_team, a_worker, an_activity
from tests.builders.times import at
from tests.serving import Server

HOUR = timedelta(hours=1)


async def a_dispatched_worker(name: str = "Meg Madsen", **columns: Any) -> Worker:
    """A worker in a team of their own."""
    worker = await a_worker(name=name, **columns)
    await a_team(worker, name=f"Team of {name}")
    return worker


async def a_booking(worker: Worker, hours: float = 0, length: float = 2, **columns: Any) -> ServiceActivity:
    """A dispatched activity of `worker`, so many hours after Monday 23 November 2026, 08:00 UTC."""
    times = {"starts_at": at(hours), "ends_at": at(hours + length)}
    status = {"dispatch_status": DispatchStatus.DISPATCHED}
    return await an_activity(**(times | status | columns), worker_id=worker.id)


def by_id(activity: ServiceActivity) -> ActivityRef:
    """The activity, named by its id."""
    return ActivityRef(id=activity.id)


def assign(activity: ServiceActivity, **wanted: Any) -> Assign:
    """Another worker, another time, or both for an activity."""
    return Assign(by_id(activity), **wanted)


def dispatch(activity: ServiceActivity, **wanted: Any) -> Dispatch:
    """An activity, to be sent to its worker."""
    return Dispatch(by_id(activity), **wanted)


def unassign(activity: ServiceActivity, **wanted: Any) -> Unassign:
    """An activity, to be taken from its worker."""
    return Unassign(by_id(activity), **wanted)


def prioritise(activity: ServiceActivity, priority: Priority, **wanted: Any) -> SetPriority:
    """A new priority for an activity."""
    return SetPriority(by_id(activity), priority, **wanted)


def close(activity: ServiceActivity, **wanted: Any) -> Close:
    """An activity that is done."""
    return Close(by_id(activity), **wanted)


async def change(*changes: BoardChange, actor: Actor = DISPATCHER, key: str | None = None) -> Done[list[int]]:
    """Make changes of the board, all or none."""
    return await perform(apply_board_changes, ApplyBoardChanges(changes), actor=actor, key=key)


async def undo(*, actor: Actor = DISPATCHER, key: str | None = None, **wanted: Any) -> Done[list[int]]:
    """Take the actor's last change back."""
    return await perform(undo_board_change, UndoBoardChange(**wanted), actor=actor, key=key)


async def stored(activity: ServiceActivity) -> ServiceActivity:
    """The activity as it stands in the database."""
    return await ServiceActivity.get(id=activity.id)


def act(activity: ServiceActivity) -> str:
    """The activity's public id."""
    return f"act_{activity.id}"


async def a_technician(server: Server) -> Worker:
    """The worker whom the server's technician is, in a team."""
    await server.token(Role.TECHNICIAN)
    tim = await Worker.get(name="Tim Technician")
    await a_team(tim, name="Tim's team")
    return tim
