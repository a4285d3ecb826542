"""What an actor may see of calendar feeds, and the visits that a feed has."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tortoise.expressions import Q

from db.projection import Select, columns
from domain.calendar_feeds.models import CalendarEntry, CalendarFeed
from domain.calendar_feeds.rules import Entry, FeedState, Visit, Window, is_open
from domain.core.actor import Actor, Permission, Role
from domain.core.rows import EVERYTHING, NOTHING
from domain.orders.models import ServiceActivity
from domain.orders.rules import DispatchStatus
from domain.parameters.models import ServiceManagementParameters
from domain.service_objects.models import ServiceTaskRelation

# More than a year of anybody's; a customer's beyond that come into sight as the first ones pass.
MOST_VISITS = 2_000
_FEED = (
    "ended_at",
    "worker_id",
    "worker__active",
    "customer_id",
    "customer__active",
    "user_id",
    "user__active",
    "user__worker_id",
    "user__customer_id",
)
_VISIT = (
    "id",
    "title",
    "starts_at",
    "ends_at",
    "dispatch_status",
    "task_id",
    "order_id",
    "order__number",
    "order__description",
    "order__customer_id",
    "order__customer__name",
    "order__address__customer_id",
    "order__address__name",
    "order__address__street",
    "order__address__postal_code",
    "order__address__city",
    "order__agreement_id",
    "order__agreement__project__customer_id",
)
_ENTRY = ("activity_id", "digest", "summary", "starts_at", "ends_at", "sequence", "changed_at", "cancelled")
_NOTE = ("task_id", "order_id", "agreement_id", "external_note")


def visible_calendar_feeds(actor: Actor) -> Q:
    """The calendar feeds `actor` may see: those of their own visits, all for dispatchers and managers."""
    if not actor.may(Permission.MAINTAIN_CALENDAR_FEEDS):
        return NOTHING
    if actor.role is Role.TECHNICIAN:
        return NOTHING if actor.worker_id is None else Q(worker_id=actor.worker_id)
    if actor.role is Role.CUSTOMER:
        return NOTHING if actor.customer_id is None else Q(customer_id=actor.customer_id)
    return EVERYTHING


@dataclass(frozen=True, slots=True)
class OpenFeed:
    """A feed that is shown to whoever has its token; of a worker or of a customer."""

    id: int
    worker_id: int | None
    customer_id: int | None
    owner: str


@dataclass(frozen=True, slots=True)
class Company:
    """What stands above a calendar."""

    name: str
    time_zone: str


async def open_feed(token_hash: str) -> OpenFeed | None:
    """The feed whose token has this hash, while it is open."""
    wanted = ("id", "worker__name", "customer__name", *_FEED)
    for feed_id, worker, customer, *state in await columns(Select(CalendarFeed, Q(token_hash=token_hash)), wanted):
        feed = FeedState(*state)
        if is_open(feed):
            return OpenFeed(feed_id, feed.worker_id, feed.customer_id, worker or customer)
    return None


async def company() -> Company:
    """The company that makes the visits."""
    found = await columns(Select(ServiceManagementParameters, limit=1), ("company_name", "time_zone"))
    return Company(*found[0]) if found else Company("", "UTC")


async def shown_entries(feed_id: int) -> dict[int, Entry]:
    """What a feed showed last, by activity."""
    rows = await columns(Select(CalendarEntry, Q(feed_id=feed_id)), _ENTRY)
    return {row[0]: Entry(*row) for row in rows}


async def visits_of(feed: OpenFeed, window: Window, company_name: str) -> list[Visit]:
    """The visits of a feed, in order of time; two statements, however many there are.

    Neither an internal note nor a price, nor for customers a name of the company's people is among what is read:
    a calendar is kept by programs of others.
    """
    whose = Q(worker_id=feed.worker_id) if feed.worker_id is not None else Q(order__customer_id=feed.customer_id)
    when = Q(ends_at__gt=window.since, starts_at__lt=window.until)
    rows = await columns(Select(ServiceActivity, whose & when, ("starts_at", "id"), MOST_VISITS), _VISIT)
    found = [dict(zip(_VISIT, row, strict=True)) for row in rows]
    notes = await _notes(found, feed.customer_id)
    return [_visit(each, feed, company_name, notes) for each in found]


async def _notes(visits: Sequence[dict[str, Any]], customer_id: int | None) -> dict[tuple[str, int, int], list[str]]:
    """External notes by what they belong to: an order, or an agreement, and a task."""
    with_task = [each for each in visits if each["task_id"] is not None]
    orders = {each["order_id"] for each in with_task}
    agreements = {
        each["order__agreement_id"]
        for each in with_task
        if customer_id is None or each["order__agreement__project__customer_id"] == customer_id
    } - {None}
    where = (Q(order_id__in=sorted(orders)) | Q(agreement_id__in=sorted(agreements))) & ~Q(external_note="")
    notes: defaultdict[tuple[str, int, int], list[str]] = defaultdict(list)
    for task_id, order_id, agreement_id, note in await columns(Select(ServiceTaskRelation, where), _NOTE):
        owner = ("order", order_id) if order_id is not None else ("agreement", agreement_id)
        notes[(*owner, task_id)].append(note)
    return notes


def _visit(
    each: dict[str, Any], feed: OpenFeed, company_name: str, notes: dict[tuple[str, int, int], list[str]]
) -> Visit:
    other = company_name if feed.customer_id is not None else each["order__customer__name"]
    order = f"{each['order__number']}: {each['order__description']}".removesuffix(": ")
    own_notes = [
        *notes.get(("order", each["order_id"], each["task_id"]), ()),
        *notes.get(("agreement", each["order__agreement_id"], each["task_id"]), ()),
    ]
    # An order may be done at an address of somebody else, which is not for its customer to know.
    has_place = feed.customer_id is None or each["order__address__customer_id"] == feed.customer_id
    place = [each[f"order__address__{name}"] for name in ("name", "street", "postal_code", "city")]
    return Visit(
        activity_id=each["id"],
        summary=", ".join(part for part in (each["title"], other) if part),
        starts_at=each["starts_at"],
        ends_at=each["ends_at"],
        confirmed=each["dispatch_status"] is not DispatchStatus.UNDISPATCHED,
        location=_place(*place) if has_place and place[0] is not None else "",
        description="\n".join([order, *dict.fromkeys(own_notes)]),
    )


def _place(name: str, street: str, postal_code: str, city: str) -> str:
    return ", ".join(part for part in (name, street, f"{postal_code} {city}".strip()) if part)
