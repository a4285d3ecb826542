"""Calendars as text (RFC 5545)."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from domain.calendar_feeds.publishing import Publication
from domain.calendar_feeds.rules import Entry, Visit

if TYPE_CHECKING:
    from icalendar import Event

# To be raised when the same calendar is written otherwise.
_FORM = 1
_REFRESH = timedelta(minutes=15)


def calendar_text(publication: Publication, origin: str) -> bytes:
    """A calendar in iCalendar's form. `origin` makes its events' ids its own.

    Times are in UTC: a visit is one moment, and every calendar program shows it in its reader's time zone, before and
    after clocks change, without having to understand a time zone's definition.
    """
    # Large, and of no use to a server that publishes no calendar.
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//Tavle//Calendar feed//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    name = ": ".join(part for part in (publication.company.name, publication.owner) if part)
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", publication.company.time_zone)
    calendar.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", _REFRESH, parameters={"VALUE": "DURATION"})
    for entry, visit in publication.entries:
        calendar.add_component(_filled(Event(), entry, visit, origin))
    content: bytes = calendar.to_ical()
    return content


def tag_of(publication: Publication) -> str:
    """Equal for calendars that are written alike; much quicker to have than the text."""
    company = publication.company
    entries = (
        (entry.activity_id, entry.digest, entry.sequence, entry.changed_at.isoformat(), entry.cancelled)
        for entry, _ in publication.entries
    )
    told = repr((_FORM, company.name, company.time_zone, publication.owner, [*entries]))
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _filled(event: "Event", entry: Entry, visit: Visit | None, origin: str) -> "Event":
    event.add("uid", f"act_{entry.activity_id}@{origin}")
    event.add("sequence", entry.sequence)
    event.add("dtstamp", _moment(entry.changed_at))
    event.add("last-modified", _moment(entry.changed_at))
    event.add("dtstart", _moment(entry.starts_at))
    event.add("dtend", _moment(entry.ends_at))
    event.add("summary", entry.summary)
    if visit is None:
        event.add("status", "CANCELLED")
        event.add("transp", "TRANSPARENT")
        return event
    event.add("status", "CONFIRMED" if visit.confirmed else "TENTATIVE")
    event.add("transp", "OPAQUE")
    if visit.location:
        event.add("location", visit.location)
    event.add("description", visit.description)
    return event


def origin_of(token_hash: str) -> str:
    """The part of its events' ids that no other feed has: it tells nothing of the token."""
    return f"{hashlib.sha256(token_hash.encode()).hexdigest()[:16]}.tavle"


def _moment(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)
