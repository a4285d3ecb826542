"""Making and ending calendar feeds."""

import secrets
from dataclasses import dataclass, field

from domain.access.operations import hash_of
from domain.calendar_feeds import rules
from domain.calendar_feeds.models import CalendarEntry, CalendarFeed
from domain.calendar_feeds.queries import visible_calendar_feeds
from domain.core.actor import Permission
from domain.core.checks import check_text
from domain.core.operation import Work, operation
from domain.core.rows import locked, usable
from domain.customers.models import Customer
from domain.workforce.models import Worker

_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class CreateCalendarFeed:
    """A feed of this worker's or this customer's visits; of one's own when neither is named."""

    name: str
    worker_id: int | None = None
    customer_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewCalendarFeed:
    """A feed with its token: the only time the token is seen."""

    feed_id: int
    token: str = field(repr=False)


@operation(requires=Permission.MAINTAIN_CALENDAR_FEEDS, replayable=False)
async def create_calendar_feed(work: Work, command: CreateCalendarFeed) -> NewCalendarFeed:
    """Make a calendar feed; whoever knows its token reads it without signing in.

    Raises:
        NotPermitted: technicians and customers make feeds of their own visits.
        Refused: INVALID, NOT_FOUND.
    """
    owner = rules.owner_for(work.actor, command.worker_id, command.customer_id)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    feed = CalendarFeed(
        name=check_text(command.name, "name"),
        token_hash=hash_of(token),
        worker_id=await usable(Worker, owner.worker_id, "worker", "workerId"),
        customer_id=await usable(Customer, owner.customer_id, "customer", "customerId"),
        user_id=owner.user_id,
        created_at=work.now,
    )
    return NewCalendarFeed((await work.create(feed, "calendar_feed_created")).id, token)


@dataclass(frozen=True, slots=True)
class EndCalendarFeed:
    """A feed that is to be shown to nobody any more."""

    feed_id: int


@operation(requires=Permission.MAINTAIN_CALENDAR_FEEDS)
async def end_calendar_feed(work: Work, command: EndCalendarFeed) -> int:
    """End a calendar feed for good. A second time changes nothing.

    Raises:
        Refused: NOT_FOUND.
    """
    visible = visible_calendar_feeds(work.actor)
    feed = await locked(CalendarFeed, command.feed_id, "calendar feed", "feedId", visible=visible)
    if feed.ended_at is None:
        await work.change(feed, "calendar_feed_ended", ended_at=work.now)
        # What it showed is of no use any more; no event, because nothing that anybody can read is changed.
        await CalendarEntry.filter(feed_id=feed.id).delete()
    return feed.id
