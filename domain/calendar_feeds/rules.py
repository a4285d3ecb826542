"""Decisions about calendar feeds: whose they are, and what their readers have to be told. Pure."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.core.actor import Actor, Role
from domain.core.errors import Code, NotPermitted, Refused

# Which visits a feed has, counted from now; and how long one that was taken back is shown as cancelled.
BEHIND, AHEAD, CANCELLED = timedelta(days=30), timedelta(days=366), timedelta(days=30)
_SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose visits a feed has, and the user it ends with; None of one that was made for somebody else."""

    worker_id: int | None
    customer_id: int | None
    user_id: int | None


def owner_for(actor: Actor, worker_id: int | None, customer_id: int | None) -> Owner:
    """Whose feed an actor makes when they name this worker or customer, or nobody and mean themselves.

    Raises:
        NotPermitted: technicians and customers make feeds of their own visits.
        Refused: INVALID, when both are named, or nobody is meant.
    """
    own_customer = actor.customer_id if actor.role is Role.CUSTOMER else None
    if worker_id is None and customer_id is None:
        worker_id, customer_id = (None, own_customer) if own_customer is not None else (actor.worker_id, None)
    if (worker_id is None) == (customer_id is None):
        raise Refused(Code.INVALID, "Say whose visits: name either a worker or a customer.", ("workerId",))
    is_own = worker_id == actor.worker_id if worker_id is not None else customer_id == own_customer
    if not is_own and actor.role in {Role.TECHNICIAN, Role.CUSTOMER}:
        raise NotPermitted(f"Your role, {actor.role}, makes calendar feeds of your own visits only.")
    return Owner(worker_id, customer_id, actor.user_id if is_own else None)


@dataclass(frozen=True, slots=True)
class FeedState:
    """What decides whether a feed is open still: it, whose visits it has, and the user who made it for themselves."""

    ended_at: datetime | None
    worker_id: int | None
    worker_active: bool | None
    customer_id: int | None
    customer_active: bool | None
    user_id: int | None
    user_active: bool | None
    user_worker_id: int | None
    user_customer_id: int | None


def is_open(feed: FeedState) -> bool:
    """Whether a feed is shown: not after it was ended, nor when whoever it is of has gone, or its user."""
    if feed.ended_at is not None or feed.worker_active is False or feed.customer_active is False:
        return False
    if feed.user_id is None:
        return True
    still_theirs = (feed.user_worker_id if feed.worker_id is not None else feed.user_customer_id) == (
        feed.worker_id or feed.customer_id
    )
    return bool(feed.user_active) and still_theirs


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit as a calendar shows it."""

    activity_id: int
    summary: str
    starts_at: datetime
    ends_at: datetime
    confirmed: bool
    location: str = ""
    description: str = ""

    @property
    def digest(self) -> str:
        """Equal for visits that look the same."""
        shown = (self.summary, self.starts_at, self.ends_at, self.confirmed, self.location, self.description)
        return hashlib.sha256(_SEPARATOR.join(map(str, shown)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Entry:
    """A visit as a feed showed it last. `sequence` counts how often it has changed since it was first shown."""

    activity_id: int
    digest: str
    summary: str
    starts_at: datetime
    ends_at: datetime
    sequence: int
    changed_at: datetime
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """The visits that were looked for: those that end after `since` and begin before `until`."""

    since: datetime
    until: datetime


def window_at(now: datetime) -> Window:
    """The visits that a feed has at a moment."""
    return Window(now - BEHIND, now + AHEAD)


@dataclass(frozen=True, slots=True)
class Edition:
    """What a feed shows now, and where that differs from what it showed before."""

    entries: tuple[Entry, ...]
    written: tuple[Entry, ...]
    dropped: tuple[int, ...]

    @property
    def is_new(self) -> bool:
        """Whether anything is to be remembered."""
        return bool(self.written or self.dropped)


def edition(visits: Iterable[Visit], shown: Mapping[int, Entry], *, window: Window, now: datetime) -> Edition:
    """Each visit with its sequence, and as cancelled what was shown and is no more.

    What has only grown old is dropped without a word; what was cancelled, when every reader has had time to notice.
    """
    entries: dict[int, Entry] = {}
    dropped: list[int] = []
    for visit in visits:
        entries[visit.activity_id] = _followed(visit, shown.get(visit.activity_id), now)
    for entry in shown.values():
        if entry.activity_id in entries:
            continue
        is_out = entry.ends_at <= window.since or entry.starts_at >= window.until
        if entry.cancelled and entry.changed_at > now - CANCELLED:
            entries[entry.activity_id] = entry
        elif entry.cancelled or is_out:
            dropped.append(entry.activity_id)
        else:
            gone = replace(entry, sequence=entry.sequence + 1, changed_at=now, cancelled=True)
            entries[entry.activity_id] = gone
    ordered = sorted(entries.values(), key=lambda each: (each.starts_at, each.activity_id))
    written = [each for each in ordered if each != shown.get(each.activity_id)]
    return Edition(tuple(ordered), tuple(written), tuple(dropped))


def _followed(visit: Visit, before: Entry | None, now: datetime) -> Entry:
    if before is not None and before.digest == visit.digest and not before.cancelled:
        return before
    sequence = 0 if before is None else before.sequence + 1
    return Entry(visit.activity_id, visit.digest, visit.summary, visit.starts_at, visit.ends_at, sequence, now)
