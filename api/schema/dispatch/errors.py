"""The refusals of the board that show what is in the way."""

from datetime import datetime
from typing import Any

import strawberry

from api.context import Context
from api.schema.errors import UserError, telling
from api.schema.nodes import find_node, find_nodes
from api.schema.orders import ServiceActivity
from domain.core.errors import Code, Refusal
from domain.core.operation import Stale

Info = strawberry.Info[Context, None]


@strawberry.type(description="An activity has been changed since you read it.")
class VersionConflictError(UserError):
    """VERSION_CONFLICT of an activity."""

    activity_id: strawberry.Private[int]
    changed_by: str = strawberry.field(description="Who changed it last.")

    @strawberry.field(description="What it is now, so that the screen can show both.")
    async def current(self, info: Info) -> ServiceActivity:
        """The activity as stored."""
        return await find_node(info, self.activity_id)


@strawberry.type(description="The worker has other activities at that time.")
class WorkerUnavailableError(UserError):
    """OVERLAP."""

    activity_ids: strawberry.Private[tuple[int, ...]]

    @strawberry.field(description="The activities in the way, as far as you may see them.")
    async def conflicts(self, info: Info) -> list[ServiceActivity]:
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


@telling
def _board_error(refusal: Refusal) -> tuple[type[UserError], dict[str, Any]] | None:
    match refusal.code, refusal.details:
        case Code.VERSION_CONFLICT, Stale(subject_type="service_activity", subject_id=activity_id, changed_by=name):
            return VersionConflictError, {"activity_id": activity_id, "changed_by": name}
        case Code.OVERLAP, tuple(activity_ids):
            return WorkerUnavailableError, {"activity_ids": activity_ids}
        case Code.OUTSIDE_CALENDAR, tuple(periods):
            closed = [TimePeriod(starts_at=period.starts_at, ends_at=period.ends_at) for period in periods]
            return OutsideCalendarError, {"closed_periods": closed}
    return None


BOARD_ERROR_TYPES = [VersionConflictError, WorkerUnavailableError, OutsideCalendarError]
