"""What an event of the log means for a board that somebody follows. Pure, but for the clock it is given."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tortoise.expressions import Q

from db.outbox import Event
from db.projection import Way
from domain.core.actor import Actor, Role
from domain.dispatch.queries import facts_of
from domain.dispatch.rules import BoardFilter, is_shown


class SnapshotReason(StrEnum):
    """Why a follower gets the whole board."""

    STARTED = "STARTED"
    TOO_OLD = "TOO_OLD"
    LAYOUT_CHANGED = "LAYOUT_CHANGED"


class Effect(StrEnum):
    """What an event does to a board."""

    NOTHING = "NOTHING"
    SHOWS = "SHOWS"
    LEAVES = "LEAVES"
    TOUCHES = "TOUCHES"
    LAYOUT = "LAYOUT"


@dataclass(frozen=True, slots=True)
class Consequence:
    """What an event does to a board, and to which activities.

    SHOWS and LEAVES concern the activity `activity_id`. Beside that, whatever the effect, all shown activities that
    `where` admits have something beside them that is different now.
    """

    effect: Effect
    activity_id: int = 0
    where: Q | None = None


_LAYOUTS = frozenset({"worker", "dispatch_team", "calendar", "service_management_parameters"})


def consequence(event: Event, board: BoardFilter, ways: Collection[Way] = ()) -> Consequence:
    """What `event` does to a board with this filter, whose activities are read with what `ways` lead to."""
    if event.subject_type in _LAYOUTS:
        return Consequence(Effect.LAYOUT)
    beside = touched(event, ways)
    if event.subject_type == "service_activity":
        before, after = event.body["before"], event.body["after"]
        if after is not None and is_shown(facts_of(after), board):
            return Consequence(Effect.SHOWS, event.subject_id, beside)
        if before is not None and is_shown(facts_of(before), board):
            return Consequence(Effect.LEAVES, event.subject_id, beside)
    return Consequence(Effect.NOTHING if beside is None else Effect.TOUCHES, where=beside)


def touched(event: Event, ways: Collection[Way]) -> Q | None:
    """Which activities are read together with the event's subject, or were; None when none can be."""
    conditions = [condition for way in ways if way.table == event.subject_type for condition in _reached(event, way)]
    return Q(*conditions, join_type=Q.OR) if conditions else None


def might_see(actor: Actor, columns: Mapping[str, Any] | None) -> bool:
    """Whether `actor`, who has found an activity once, could see it while it had these columns."""
    if columns is None:
        return False
    return actor.role is not Role.TECHNICIAN or columns["worker_id"] == actor.worker_id


def _reached(event: Event, way: Way) -> list[Q]:
    named: dict[str, Any] = {way.path: event.subject_id}
    conditions = [Q(**named)]
    if way.column is not None:
        # What was or is listed somewhere is looked for there: a line that has moved is missing where it was.
        owners = {columns.get(way.column) for columns in (event.body["before"], event.body["after"]) if columns}
        owned: dict[str, Any] = {f"{way.owner or 'pk'}__in": sorted(owners - {None})}
        conditions.append(Q(**owned))
    return conditions
