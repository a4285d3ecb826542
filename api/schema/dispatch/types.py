"""What the board shows, and what its live field tells."""

from datetime import date, datetime

import strawberry

from api.schema.enums import described
from api.schema.errors import UserError
from api.schema.orders import ServiceActivity, ServiceOrder
from api.schema.scalars import BoardCursor
from api.schema.workforce import DispatchTeam
from domain.dispatch.feed import SnapshotReason
from domain.orders.rules import Priority

described(
    SnapshotReason,
    "Why a snapshot is sent.",
    {
        "STARTED": "You have just begun to follow.",
        "TOO_OLD": "Your `after` is too old, or not ours: take this instead of what you have.",
        "LAYOUT_CHANGED": "Teams, workers or settings have changed: take this instead of what you have.",
    },
)


@strawberry.type(description="The colour of a priority on the board.")
class PriorityColor:
    """From the parameters."""

    priority: Priority = strawberry.field(description="Which priority.")
    color: str = strawberry.field(description="CSS hex, for example `#c62828`.")


@strawberry.type(description="One consistent read of the board.")
class DispatchBoard:
    """Teams, workers, activities, and what waits to be dispatched."""

    cursor: BoardCursor = strawberry.field(
        description="The feed position of this answer: pass it as `after` to the subscription and nothing is missed."
    )
    from_: date = strawberry.field(name="from", description="First civil day shown.")
    to: date = strawberry.field(description="Last civil day shown.")
    time_zone: str = strawberry.field(description="IANA time zone of the company: the board's days are meant in it.")
    priority_colors: list[PriorityColor] = strawberry.field(description="Colours of the bars.")
    teams: list[DispatchTeam] = strawberry.field(
        description="The teams shown, by name. `workers` lists all members; match activities to them by `worker.id`."
    )
    activities: list[ServiceActivity] = strawberry.field(
        description="The bars: activities of the teams' workers that overlap the board's days, by start."
    )
    undispatched: list[ServiceActivity] = strawberry.field(
        description=(
            "What waits: open and undispatched, or without a worker in a team; without a time, or beginning before the"
            " board's end, so that overdue work stays in sight. One that has a worker is among `activities` too."
        )
    )


@strawberry.interface(description="Keep a default branch: new kinds can come. Every kind has `cursor`.")
class BoardEvent:
    """What a live board sends."""

    cursor: BoardCursor = strawberry.field(description="Position of this event: keep the newest, send it to resume.")


@strawberry.type(description="The whole board: take it instead of what you have.")
class BoardSnapshot(BoardEvent):
    """A snapshot."""

    reason: SnapshotReason = strawberry.field(description="Why it is sent.")
    board: DispatchBoard = strawberry.field(description="The board at `cursor`.")


@strawberry.type(description="An activity of the board is new or different: put it in place of the one with its id.")
class ActivityChanged(BoardEvent):
    """A change."""

    activity: ServiceActivity = strawberry.field(description="As it now is.")
    changed_by: str = strawberry.field(description="Who changed it; for customers the company.")
    client_mutation_key: str | None = strawberry.field(
        description="Of the mutation that changed it, when that was yours; so that you know your own echo."
    )


@strawberry.type(description="An activity is no longer on this board: drop it.")
class ActivityLeft(BoardEvent):
    """It was deleted, or does not meet the board's filter any more."""

    activity_id: strawberry.ID = strawberry.field(description="Which one.")


@strawberry.type(description="A followed service order is different: put it in place of the one you have.")
class ServiceOrderChanged(BoardEvent):
    """A change of an order, or of what was selected beside it."""

    service_order: ServiceOrder = strawberry.field(description="As it now is.")
    changed_by: str = strawberry.field(description="Who changed it; for customers the company.")
    client_mutation_key: str | None = strawberry.field(
        description="Of the mutation that changed it, when that was yours; so that you know your own echo."
    )


@strawberry.type(description="A followed service order was deleted, or is not yours to see any more: drop it.")
class ServiceOrderLeft(BoardEvent):
    """The end of what there is to tell, unless it comes back."""

    order_id: strawberry.ID = strawberry.field(description="Which one.")


@strawberry.type(description="There was nothing to catch up with: what you have is current.")
class BoardResumed(BoardEvent):
    """The answer to a cursor at the end of the feed."""


@strawberry.type(description="Nothing has happened for a while; the feed is alive. At most every 30 s.")
class BoardHeartbeat(BoardEvent):
    """A sign of life."""

    server_time: datetime = strawberry.field(description="The server's clock, to count `slaDueAt` down from.")


@strawberry.type(description="What would come of a change, before it is made.")
class ActivityMoveCheck:
    """The answer of `checkActivityMove`."""

    user_errors: list[UserError] = strawberry.field(
        description="What `assignActivity` would answer now. Empty means it would be done."
    )


BOARD_TYPES = [
    BoardSnapshot,
    ActivityChanged,
    ActivityLeft,
    ServiceOrderChanged,
    ServiceOrderLeft,
    BoardResumed,
    BoardHeartbeat,
]
