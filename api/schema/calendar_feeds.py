"""Calendar feeds: making, listing and ending them."""

from datetime import datetime
from typing import Any

import strawberry
from tortoise.expressions import Q

from api.context import Context
from api.resolvers import records
from api.schema.customers import Customer
from api.schema.inputs import MutationInput
from api.schema.lists import listing
from api.schema.mutations import Payload, action, mutation
from api.schema.nodes import Node, find_node, key_of, node, optional_key
from api.schema.paging import OrderEnum
from api.schema.workforce import Worker
from api.selection import column, identity, one
from domain.calendar_feeds import models, operations
from domain.calendar_feeds.queries import visible_calendar_feeds
from domain.core.actor import Permission
from domain.core.operation import Done

Info = strawberry.Info[Context, None]


@node(
    models.CalendarFeed,
    prefix="cfd",
    visible=visible_calendar_feeds,
    description="An address under which a calendar program finds the visits of a worker or of a customer.",
)
class CalendarFeed(Node):
    """A calendar feed."""

    id: strawberry.ID = identity("cfd")
    name: str = column(description="What it is for, for example which phone.")
    worker: Worker | None = one(description="Whose visits it has; null when they are a customer's.")
    customer: Customer | None = one(description="Whose visits it has; null when they are a worker's.")
    created_at: datetime = column(description="When it was made.")
    ended_at: datetime | None = column(description="When it was ended; null while it was not.")


async def _new_feed(self: Payload, info: Info) -> CalendarFeed | None:
    found: Any = None if self.done is None else await find_node(info, self.done.result.feed_id)
    feed: CalendarFeed | None = found
    return feed


def _url(self: Payload) -> str | None:
    return None if self.done is None else f"/calendars/{self.done.result.token}.ics"


@strawberry.type(description="Answer of `createCalendarFeed`.")
class CreateCalendarFeedPayload(Payload):
    """The answer of createCalendarFeed."""

    calendar_feed: CalendarFeed | None = strawberry.field(
        resolver=_new_feed, description="The new feed; null when refused."
    )
    url: str | None = strawberry.field(
        resolver=_url,
        description=(
            "Where calendar programs find it, on this server. Whoever knows it may read it, and it is shown this once."
            " Null when refused."
        ),
    )


@strawberry.input(description="A new calendar feed. Name a worker or a customer, or nobody for your own visits.")
class CreateCalendarFeedInput:
    """For `createCalendarFeed`; the answer is secret, so it is not kept for a repeat."""

    name: str = strawberry.field(description="What it is for, at most 120 characters.")
    worker_id: strawberry.ID | None = strawberry.field(
        default=None, description="Whose visits; a technician's own only."
    )
    customer_id: strawberry.ID | None = strawberry.field(
        default=None, description="Whose visits; a customer's own only."
    )

    def command(self) -> operations.CreateCalendarFeed:
        """The command this asks for."""
        return operations.CreateCalendarFeed(
            name=self.name,
            worker_id=optional_key(self.worker_id, "wrk", "worker", "workerId"),
            customer_id=optional_key(self.customer_id, "cus", "customer", "customerId"),
        )


@strawberry.input(description="A calendar feed that is to be shown to nobody any more.")
class EndCalendarFeedInput(MutationInput):
    """For `endCalendarFeed`."""

    feed_id: strawberry.ID = strawberry.field(description="Which feed.")

    def command(self) -> operations.EndCalendarFeed:
        """The command this asks for."""
        return operations.EndCalendarFeed(key_of(self.feed_id, "cfd", "calendar feed", "feedId"))


async def _create_calendar_feed(context: Context, input: CreateCalendarFeedInput) -> Done[Any]:
    return await records.change(context, operations.create_calendar_feed, input.command(), key=None)


@strawberry.input(description="Which calendar feeds to list: those that meet every condition given.")
class CalendarFeedFilter:
    """For `calendarFeeds`."""

    search: str | None = strawberry.field(default=None, description="Part of the name, in any letter case.")
    worker_id: strawberry.ID | None = strawberry.field(default=None, description="Of this worker's visits.")
    customer_id: strawberry.ID | None = strawberry.field(default=None, description="Of this customer's visits.")
    ended: bool | None = strawberry.field(default=None, description="Only those that were ended, or only the others.")

    def where(self) -> Q:
        """The condition on calendar feeds."""
        where = Q(name__icontains=self.search) if self.search else Q()
        worker = optional_key(self.worker_id, "wrk", "worker", "filter", "workerId")
        customer = optional_key(self.customer_id, "cus", "customer", "filter", "customerId")
        if worker is not None:
            where &= Q(worker_id=worker)
        if customer is not None:
            where &= Q(customer_id=customer)
        return where if self.ended is None else where & Q(ended_at__isnull=not self.ended)


class CalendarFeedOrder(OrderEnum):
    """Orders of calendar feeds."""

    NAME_ASC = ("name", "id"), "By name."
    NAME_DESC = ("-name", "-id"), "By name, the last first."
    CREATED_AT_DESC = ("-created_at", "-id"), "The newest first."


@strawberry.type
class CalendarFeedQueries:
    """Reading calendar feeds."""

    calendar_feeds = listing(
        CalendarFeed,
        CalendarFeedFilter,
        CalendarFeedOrder.NAME_ASC,
        "Calendar feeds: all for dispatchers and managers, those of their own visits for technicians and customers.",
        requires=Permission.MAINTAIN_CALENDAR_FEEDS,
    )


@strawberry.type
class CalendarFeedMutations:
    """Changing calendar feeds."""

    create_calendar_feed = action(
        _create_calendar_feed,
        CreateCalendarFeedInput,
        "Makes a calendar feed: an iCalendar address for a calendar program to subscribe to.",
        CreateCalendarFeedPayload,
        requires=Permission.MAINTAIN_CALENDAR_FEEDS,
    )
    end_calendar_feed = mutation(
        operations.end_calendar_feed,
        EndCalendarFeedInput,
        "Ends a calendar feed for good: its address shows nothing any more. A second time changes nothing.",
        calendar_feed=CalendarFeed,
    )
