"""What happened since: for programs that ask, and for those that are told."""

from dataclasses import dataclass
from typing import Any

import orjson

from api.resolvers import audit
from api.selection import entities
from db import outbox
from db.outbox import Cursor, Event
from domain.core.actor import Actor, Permission
from domain.core.errors import Code, Refused
from domain.core.operation import check_permission, subject_type

MOST_EVENTS = 500
# Who signs in with what is nobody's business but the audit trail's.
_KEPT_BACK = frozenset({"user_account", "session", "api_token", "webhook", "webhook_delivery", "calendar_feed"})


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of the log: the events behind `after`, up to `last`."""

    after: int
    last: int
    cursor: str
    restarted: bool
    has_more: bool


async def stretch(actor: Actor, after: str | None, first: int) -> Stretch:
    """The next events after a cursor. Without one, or with one that is too old, it begins at the present end.

    Raises:
        NotPermitted: READ_EVENTS is needed.
        Refused: INVALID, for a wrong number of events.
    """
    check_permission(actor, Permission.READ_EVENTS)
    if not 1 <= first <= MOST_EVENTS:
        raise Refused(Code.INVALID, f"Ask for 1 to {MOST_EVENTS} events.", ("first",))
    head = await outbox.read_head()
    cursor = Cursor.parse(after) if after is not None else None
    if cursor is None or cursor.epoch != head.epoch or not head.floor <= cursor.seq <= head.seq:
        here = str(Cursor(head.epoch, head.seq))
        return Stretch(head.seq, head.seq, here, restarted=after is not None, has_more=False)
    last = min(cursor.seq + first, head.seq)
    return Stretch(cursor.seq, last, str(Cursor(head.epoch, last)), restarted=False, has_more=last < head.seq)


def kept_back(actor: Actor) -> list[str]:
    """The tables of which an actor is told nothing."""
    return [] if actor.may(Permission.READ_AUDIT) else sorted(_KEPT_BACK)


def message(event: Event, cursor: Cursor) -> str | None:
    """What a webhook is told of an event; None for what programs are not told."""
    subject = audit.subject_text(event.subject_type, event.subject_id)
    if subject is None or event.subject_type in _KEPT_BACK:
        return None
    body = {
        "cursor": str(cursor),
        "at": event.at.isoformat().replace("+00:00", "Z"),
        "type": event.kind,
        "subject": {"id": subject, "type": type_of(event.subject_type)},
        "actor": event.actor_name,
        "reason": event.reason,
        "clientMutationKey": event.key,
        "changes": [
            {"field": change.field, "before": change.before, "after": change.after}
            for change in audit.changes_of(event.subject_type, event.body)
            if not audit.tells_cost(change.field)
        ],
    }
    return orjson.dumps(body).decode()


def type_of(table: str) -> str | None:
    """The schema's name of what a table's rows are."""
    return next((entity.type.__name__ for entity in entities().values() if subject_type(entity.model) == table), None)


def table_of(name: str) -> str | None:
    """The table behind a type of the schema that has ids and may be told of."""
    tables: dict[str, Any] = {entity.type.__name__: subject_type(entity.model) for entity in entities().values()}
    found: str | None = tables.get(name)
    return None if found in _KEPT_BACK else found
