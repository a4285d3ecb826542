"""Service levels: how long orders may take."""

import strawberry
from tortoise.expressions import Q

from api.schema.calendars import Calendar
from api.schema.inputs import NUMBER, OMIT, OMIT_OR_CLEAR, VERSION, MutationInput, kept, kept_key
from api.schema.lists import listing
from api.schema.mutations import deletion, mutation
from api.schema.nodes import Node, key_of, node, optional_key
from api.schema.paging import RecordFilter, RecordOrder
from api.selection import column, identity, one
from domain.core.rows import company_only
from domain.slas import models, operations

_DAYS = "Days of its length, 0 to 9,999. A day is 24 hours, or the usual open day of the calendar."
_HOURS = "Hours of its length, beside the days, 0 to 9,999."
_MINUTES = "Minutes of its length, beside days and hours, 0 to 9,999."
_CALENDAR = "Only its open time counts, or as the settings say it only puts off the start; null: all time counts."
_SUSPENDED = "Whether it rests: it cannot be chosen; agreements and orders that have it keep it."


@node(
    models.ServiceLevel,
    prefix="sla",
    visible=company_only,
    description="A service level agreement: how long an order may take.",
)
class ServiceLevel(Node):
    """A service level."""

    id: strawberry.ID = identity("sla")
    number: str = column(description="For people, unique per company.")
    name: str = column(description="What it promises, in a few words.")
    days: int = column(description=_DAYS)
    hours: int = column(description=_HOURS)
    minutes: int = column(description=_MINUTES)
    calendar: Calendar | None = one(description=_CALENDAR)
    suspended: bool = column(description=_SUSPENDED)
    version: int = column(description="Grows with every change; send it back as `expectedVersion`.")


@strawberry.input(description="Which service levels to list: those that meet every condition given.")
class ServiceLevelFilter(RecordFilter):
    """For `serviceLevels`."""

    suspended: bool | None = strawberry.field(default=None, description="Only those that rest, or only the others.")

    def where(self) -> Q:
        """The condition on service levels."""
        where = super().where()
        return where if self.suspended is None else where & Q(suspended=self.suspended)


@strawberry.input(description="A new service level. Its length is more than nothing.")
class CreateServiceLevelInput(MutationInput):
    """For `createServiceLevel`."""

    name: str = strawberry.field(description="What it promises, at most 120 characters.")
    days: int = strawberry.field(default=0, description=_DAYS)
    hours: int = strawberry.field(default=0, description=_HOURS)
    minutes: int = strawberry.field(default=0, description=_MINUTES)
    calendar_id: strawberry.ID | None = strawberry.field(default=None, description=_CALENDAR)
    suspended: bool = strawberry.field(default=False, description=_SUSPENDED)
    number: str | None = strawberry.field(default=None, description=NUMBER)

    def command(self) -> operations.CreateServiceLevel:
        """The command this asks for."""
        return operations.CreateServiceLevel(
            name=self.name,
            days=self.days,
            hours=self.hours,
            minutes=self.minutes,
            calendar_id=optional_key(self.calendar_id, "cal", "calendar", "calendarId"),
            suspended=self.suspended,
            number=self.number,
        )


@strawberry.input(description="What is to be different about a service level, for the orders to come.")
class ChangeServiceLevelInput(MutationInput):
    """For `changeServiceLevel`."""

    sla_id: strawberry.ID = strawberry.field(description="Which service level.")
    name: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    days: strawberry.Maybe[int] = strawberry.field(description=OMIT)
    hours: strawberry.Maybe[int] = strawberry.field(description=OMIT)
    minutes: strawberry.Maybe[int] = strawberry.field(description=OMIT)
    calendar_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    suspended: strawberry.Maybe[bool] = strawberry.field(description=OMIT)
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeServiceLevel:
        """The command this asks for."""
        return operations.ChangeServiceLevel(
            level_id=key_of(self.sla_id, "sla", "service level", "slaId"),
            name=kept(self.name),
            days=kept(self.days),
            hours=kept(self.hours),
            minutes=kept(self.minutes),
            calendar_id=kept_key(self.calendar_id, "cal", "calendar", "calendarId"),
            suspended=kept(self.suspended),
            expected_version=self.expected_version,
        )


@strawberry.input(description="Which service level to delete.")
class DeleteServiceLevelInput(MutationInput):
    """For `deleteServiceLevel`."""

    sla_id: strawberry.ID = strawberry.field(description="Which service level.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.DeleteServiceLevel:
        """The command this asks for."""
        return operations.DeleteServiceLevel(
            level_id=key_of(self.sla_id, "sla", "service level", "slaId"), expected_version=self.expected_version
        )


@strawberry.type
class ServiceLevelQueries:
    """Reading service levels."""

    service_levels = listing(ServiceLevel, ServiceLevelFilter, RecordOrder.NUMBER_ASC, "Service levels.")


@strawberry.type
class ServiceLevelMutations:
    """Changing service levels."""

    create_service_level = mutation(
        operations.create_service_level,
        CreateServiceLevelInput,
        "Creates a service level.",
        service_level=ServiceLevel,
    )
    change_service_level = mutation(
        operations.change_service_level,
        ChangeServiceLevelInput,
        "Changes a service level for the orders to come. Those that are measured keep what was promised to them.",
        service_level=ServiceLevel,
    )
    delete_service_level = deletion(
        operations.delete_service_level,
        DeleteServiceLevelInput,
        "Deletes a service level that no agreement, no agreement group and no order has.",
        ServiceLevel,
    )
