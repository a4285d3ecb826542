"""What an event of the log means for a board that somebody follows. Pure, but for the clock it is given."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from tortoise.expressions import Q

from db.outbox import Event
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

    SHOWS and LEAVES concern the one activity `activity_id`; TOUCHES concerns all shown activities that `where` admits.
    """

    effect: Effect
    activity_id: int = 0
    where: Q | None = None


_NOTHING = Consequence(Effect.NOTHING)
_LAYOUT = Consequence(Effect.LAYOUT)

# What stands beside an activity on the board, and how to find the activities it stands beside.
_BESIDE: dict[str, Callable[[int], Q]] = {
    "service_order": lambda key: Q(order_id=key),
    "service_order_line": lambda key: Q(lines__id=key),
    "customer": lambda key: Q(order__customer_id=key),
    "contact": lambda key: Q(order__contact_id=key),
    "address": lambda key: Q(order__address_id=key),
    "project": lambda key: Q(order__project_id=key),
    "activity_type": lambda key: Q(type_id=key),
    "service_task": lambda key: Q(task_id=key),
    "item": lambda key: Q(lines__item_id=key),
    "project_category": lambda key: Q(lines__category_id=key),
    "worker": lambda key: Q(worker_id=key) | Q(lines__worker_id=key),
    "dispatch_team": lambda key: Q(worker__team_id=key),
}
_LAYOUTS = frozenset({"worker", "dispatch_team", "calendar", "service_management_parameters"})


def consequence(event: Event, board: BoardFilter) -> Consequence:
    """What `event` does to a board with this filter."""
    if event.subject_type == "service_activity":
        before, after = event.body["before"], event.body["after"]
        was_shown = before is not None and is_shown(facts_of(before), board)
        if after is not None and is_shown(facts_of(after), board):
            return Consequence(Effect.SHOWS, event.subject_id)
        return Consequence(Effect.LEAVES, event.subject_id) if was_shown else _NOTHING
    if event.subject_type in _LAYOUTS:
        return _LAYOUT
    touched = beside(event)
    return _NOTHING if touched is None else Consequence(Effect.TOUCHES, where=touched)


def beside(event: Event) -> Q | None:
    """Which activities have the event's subject beside them; None when activities have no such thing."""
    of = _BESIDE.get(event.subject_type)
    return None if of is None else of(event.subject_id)
