"""What a calendar feed shows now, remembered, so that the next time it can say what has changed since."""

from dataclasses import dataclass, replace
from datetime import datetime

from db.transaction import transaction
from domain.calendar_feeds.models import CalendarEntry, CalendarFeed
from domain.calendar_feeds.queries import MOST_VISITS, Company, OpenFeed, company, shown_entries, visits_of
from domain.calendar_feeds.rules import Edition, Entry, Visit, edition, window_at
from domain.core.operation import shielded

# As many rows as others need not notice being written.
_MANY = 50


@dataclass(frozen=True, slots=True)
class Publication:
    """A calendar: each entry, with its visit unless that was cancelled."""

    company: Company
    owner: str
    entries: tuple[tuple[Entry, Visit | None], ...]


async def publication(feed: OpenFeed, now: datetime) -> Publication:
    """The calendar of a feed. Four statements, and a transaction more when something has changed since the last one."""
    made_by = await company()
    current, visits = await _edition(feed, made_by, now)
    if current.is_new:
        current, visits = await shielded(_remembered(feed, made_by, now, len(current.written)))
    return Publication(made_by, feed.owner, tuple((each, _visit(each, visits)) for each in current.entries))


def _visit(entry: Entry, visits: dict[int, Visit]) -> Visit | None:
    return None if entry.cancelled else visits[entry.activity_id]


async def _edition(feed: OpenFeed, made_by: Company, now: datetime) -> tuple[Edition, dict[int, Visit]]:
    window = window_at(now)
    visits = await visits_of(feed, window, made_by.name)
    if len(visits) == MOST_VISITS:
        window = replace(window, until=visits[-1].starts_at)
    made = edition(visits, await shown_entries(feed.id), window=window, now=now)
    return made, {visit.activity_id: visit for visit in visits}


async def _remembered(feed: OpenFeed, made_by: Company, now: datetime, count: int) -> tuple[Edition, dict[int, Visit]]:
    """The edition as of a moment when nobody else writes one, written down; `count` entries or so are new."""
    async with transaction(bulk=count > _MANY):
        await CalendarFeed.filter(id=feed.id).select_for_update().first()
        made, visits = await _edition(feed, made_by, now)
        renewed = [*(entry.activity_id for entry in made.written), *made.dropped]
        await CalendarEntry.filter(feed_id=feed.id, activity_id__in=renewed).delete()
        await CalendarEntry.bulk_create(_row(feed.id, entry) for entry in made.written)
    return made, visits


def _row(feed_id: int, entry: Entry) -> CalendarEntry:
    return CalendarEntry(
        feed_id=feed_id,
        activity_id=entry.activity_id,
        digest=entry.digest,
        summary=entry.summary,
        starts_at=entry.starts_at,
        ends_at=entry.ends_at,
        sequence=entry.sequence,
        changed_at=entry.changed_at,
        cancelled=entry.cancelled,
    )
