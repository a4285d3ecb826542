"""Reading, changing and following the board."""

from collections.abc import AsyncGenerator
from typing import Annotated, Any

import strawberry

from api.context import Context
from api.resolvers import dispatch
from api.schema.dispatch.inputs import (
    ApplyBoardChangesInput,
    AssignActivityInput,
    CheckActivityMoveInput,
    CloseActivityInput,
    DispatchActivityInput,
    DispatchBoardInput,
    SetActivityPriorityInput,
    UnassignActivityInput,
    UndoBoardChangeInput,
    activity_ref,
)
from api.schema.dispatch.live import ACTIVITY, ORDER, BoardStream, OneStream
from api.schema.dispatch.types import ActivityMoveCheck, BoardEvent, DispatchBoard
from api.schema.errors import user_errors
from api.schema.mutations import mutation
from api.schema.nodes import key_of
from api.schema.orders import ServiceActivity
from api.schema.orders.filters import ServiceActivityRef, ServiceOrderRef
from api.schema.scalars import BoardCursor
from api.selection import selection
from domain.core.actor import Permission
from domain.core.errors import Refused
from domain.core.operation import check_permission
from domain.dispatch import operations

Info = strawberry.Info[Context, None]
BoardInput = Annotated[DispatchBoardInput, strawberry.argument(description="Which part of the board.")]
Resume = Annotated[
    BoardCursor | None,
    strawberry.argument(description="The newest cursor you have: first comes what you missed. Omit for a snapshot."),
]
LIVE = (
    "With `after`: what was missed, then what follows; a snapshot again only when `after` is too old. Reconnect for"
    " ever, and send the newest cursor each time."
)


@strawberry.type
class DispatchQueries:
    """Reading the board."""

    @strawberry.field(
        description="One consistent read of a date range: teams, workers, activities, and the undispatched list."
    )
    async def dispatch_board(self, info: Info, input: BoardInput) -> DispatchBoard:
        """The board."""
        check_permission(info.context.actor, Permission.READ)
        found = await dispatch.read_board(info.context, input.request(), [selection(info)])
        board: Any = found.boards[0]
        return board

    @strawberry.field(description="What `assignActivity` would answer, before the drop. Nothing is changed.")
    async def check_activity_move(
        self,
        info: Info,
        input: Annotated[CheckActivityMoveInput, strawberry.argument(description="The move to try.")],
    ) -> ActivityMoveCheck:
        """Whether a move would be done."""
        check_permission(info.context.actor, operations.apply_board_changes.requires)
        try:
            refused = await dispatch.check_move(info.context, input.change())
        except Refused as not_found:
            refused = not_found
        return ActivityMoveCheck(user_errors=[] if refused is None else user_errors(refused))


@strawberry.type
class DispatchMutations:
    """Changing the board."""

    assign_activity = mutation(
        operations.apply_board_changes,
        AssignActivityInput,
        "Gives an activity to a worker, moves it in time, or both; also across teams. Another worker makes it"
        " undispatched again. Warnings refuse unless accepted.",
        activity=ServiceActivity,
    )
    dispatch_activity = mutation(
        operations.apply_board_changes,
        DispatchActivityInput,
        "Sends an activity to its worker; refused with WORKER_REQUIRED while it has none.",
        requires=Permission.MAINTAIN_DISPATCH,
        activity=ServiceActivity,
    )
    unassign_activity = mutation(
        operations.apply_board_changes,
        UnassignActivityInput,
        "Takes an activity from its worker; it keeps its time and waits in the undispatched list.",
        requires=Permission.MAINTAIN_DISPATCH,
        activity=ServiceActivity,
    )
    set_activity_priority = mutation(
        operations.apply_board_changes,
        SetActivityPriorityInput,
        "Makes an activity more or less urgent.",
        requires=Permission.MAINTAIN_DISPATCH,
        activity=ServiceActivity,
    )
    close_activity = mutation(
        operations.apply_board_changes, CloseActivityInput, "Marks an activity as done.", activity=ServiceActivity
    )
    apply_board_changes = mutation(
        operations.apply_board_changes,
        ApplyBoardChangesInput,
        "Several changes, all or none: what a board sends when it saves a draft.",
        many=True,
        activities=ServiceActivity,
    )
    undo_board_change = mutation(
        operations.undo_board_change,
        UndoBoardChangeInput,
        "Takes back your last change of the board, all activities of it or none, also after it was saved. It is"
        " judged like any change; NOTHING_TO_UNDO when none is left.",
        many=True,
        activities=ServiceActivity,
    )


@strawberry.type
class DispatchLive:
    """Following the board."""

    @strawberry.subscription(description=f"A snapshot, then every change in order. {LIVE}")
    async def dispatch_board(
        self, info: Info, input: BoardInput, after: Resume = None
    ) -> AsyncGenerator[BoardEvent, None]:
        """Follow the board."""
        check_permission(info.context.actor, Permission.READ_COMPANY)
        stream: Any = BoardStream(info.context, input.request(), selection(info), after)
        return stream

    @strawberry.subscription(
        description=f"One activity: as it is, then every change of it, in order, as `ActivityChanged`. {LIVE}"
    )
    async def service_activity_changed(
        self,
        info: Info,
        by: Annotated[ServiceActivityRef, strawberry.argument(description="Exactly one way to name it.")],
        after: Resume = None,
    ) -> AsyncGenerator[BoardEvent, None]:
        """Follow one activity."""
        check_permission(info.context.actor, Permission.READ)
        ref = activity_ref(by)
        activity_id = await ACTIVITY.followable.find(info.context.actor, ref.id, ref.number)
        stream: Any = OneStream(info.context, ACTIVITY, activity_id, selection(info), after)
        return stream

    @strawberry.subscription(
        description=f"One service order: as it is, then every change of it, or of what is selected beside it, in order,"
        f" as `ServiceOrderChanged`. {LIVE}"
    )
    async def service_order_changed(
        self,
        info: Info,
        by: Annotated[ServiceOrderRef, strawberry.argument(description="Exactly one way to name it.")],
        after: Resume = None,
    ) -> AsyncGenerator[BoardEvent, None]:
        """Follow one order."""
        actor = info.context.actor
        check_permission(actor, Permission.READ)
        key = None if by.id is None else key_of(by.id.value, "so", "service order", "by", "id")
        order_id = await ORDER.followable.find(actor, key, None if by.number is None else by.number.value)
        stream: Any = OneStream(info.context, ORDER, order_id, selection(info), after)
        return stream
