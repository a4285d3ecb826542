"""Errors as data: what a mutation answers when the domain refuses."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from api.context import Context
from api.schema.nodes import find_node, find_nodes
from domain.core.errors import Code, Refusal, Refused
from domain.core.operation import Stale

if TYPE_CHECKING:
    from api.schema.orders.types import ServiceActivity

Info = strawberry.Info[Context, None]
Activity = Annotated["ServiceActivity", strawberry.lazy("api.schema.orders.types")]


@strawberry.interface(
    description=(
        "An expected refusal: nothing was changed. Select these three on every mutation; spread the concrete types"
        " where you can help."
    )
)
class UserError:
    """What every refusal says."""

    code: Code = strawberry.field(description="Branch on this. New values can come: keep a default branch.")
    message: str = strawberry.field(description="For a person.")
    path: list[str] | None = strawberry.field(
        description='The input at fault, for example `["input", "startsAt"]`; null when it is no single input.'
    )


@strawberry.type(description="A refusal of which the three common fields say everything.")
class SimpleUserError(UserError):
    """A plain refusal."""


@strawberry.type(description="An activity has been changed since you read it.")
class VersionConflictError(UserError):
    """VERSION_CONFLICT of an activity."""

    activity_id: strawberry.Private[int]
    changed_by: str = strawberry.field(description="Who changed it last.")

    @strawberry.field(description="What it is now, so that the screen can show both.")
    async def current(self, info: Info) -> Activity:
        """The activity as stored."""
        return await find_node(info, self.activity_id)


@strawberry.type(description="Something other than an activity has been changed since you read it.")
class RecordConflictError(UserError):
    """VERSION_CONFLICT of anything else."""

    changed_by: str = strawberry.field(description="Who changed it last.")


@strawberry.type(description="The worker has other activities at that time.")
class WorkerUnavailableError(UserError):
    """OVERLAP."""

    activity_ids: strawberry.Private[tuple[int, ...]]

    @strawberry.field(description="The activities in the way, as far as you may see them.")
    async def conflicts(self, info: Info) -> list[Activity]:
        """The activities as stored."""
        return await find_nodes(info, self.activity_ids)


@strawberry.type(description="The time from an instant until just before another.")
class TimePeriod:
    """A half-open range of instants."""

    starts_at: datetime = strawberry.field(description="The first instant in it.")
    ends_at: datetime = strawberry.field(description="The first instant after it.")


@strawberry.type(description="The worker's calendar is closed for part of that time.")
class OutsideCalendarError(UserError):
    """OUTSIDE_CALENDAR."""

    closed_periods: list[TimePeriod] = strawberry.field(description="When it is closed, within the activity's time.")


def user_errors(refused: Refused) -> list[UserError]:
    """The reasons of a refusal as GraphQL shows them, their paths beginning at `input`."""
    return [_user_error(refusal) for refusal in refused.under("input").refusals]


def _user_error(refusal: Refusal) -> UserError:
    code, message, path = refusal.code, refusal.message, [str(step) for step in refusal.path]
    match code, refusal.details:
        case Code.VERSION_CONFLICT, Stale(subject_type="service_activity", subject_id=activity_id, changed_by=name):
            return VersionConflictError(code=code, message=message, path=path, activity_id=activity_id, changed_by=name)
        case Code.VERSION_CONFLICT, Stale(changed_by=name):
            return RecordConflictError(code=code, message=message, path=path, changed_by=name)
        case Code.OVERLAP, tuple(activity_ids):
            return WorkerUnavailableError(code=code, message=message, path=path, activity_ids=activity_ids)
        case Code.OUTSIDE_CALENDAR, tuple(periods):
            closed = [TimePeriod(starts_at=period.starts_at, ends_at=period.ends_at) for period in periods]
            return OutsideCalendarError(code=code, message=message, path=path, closed_periods=closed)
    return SimpleUserError(code=code, message=message, path=path)


ERROR_TYPES = [SimpleUserError, VersionConflictError, RecordConflictError, WorkerUnavailableError, OutsideCalendarError]
