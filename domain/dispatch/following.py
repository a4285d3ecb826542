"""What can be followed by itself, an activity or an order: who sees it, and which events tell of it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from tortoise.expressions import Q
from tortoise.models import Model

from db.outbox import Event
from db.projection import Select, Way, exists, ids
from domain.core.actor import Actor, Role
from domain.core.errors import not_found
from domain.dispatch.feed import might_see, touched
from domain.orders.models import ServiceActivity, ServiceOrder
from domain.orders.queries import visible_activities, visible_orders


@dataclass(frozen=True, slots=True)
class Followable:
    """A kind of thing that can be followed: `tells` says of which events a follower hears whatever they see now.

    Those are what may have let them see it, or may have ended that.
    """

    model: type[Model]
    subject: str
    what: str
    visible: Callable[[Actor], Q]
    tells: Callable[[Actor, int, Event], bool]

    def one(self, actor: Actor, key: int, where: Q | None = None) -> Select:
        """This thing, if the actor may see it and it meets `where`."""
        found = self.visible(actor) & Q(id=key)
        return Select(self.model, found if where is None else found & where)

    async def find(self, actor: Actor, key: int | None, number: str | None) -> int:
        """The key of the thing with this key, or this number.

        Raises:
            Refused: NOT_FOUND.
        """
        named = Q(number=number) if number is not None else Q(id=key)
        found = await ids(Select(self.model, self.visible(actor) & named))
        if not found:
            raise not_found(self.what, "by")
        return found[0]

    async def is_told(self, actor: Actor, key: int, event: Event, ways: Collection[Way]) -> bool:
        """Whether a follower is to be told of `event`: it is about the thing, or about what is read with it."""
        if self.tells(actor, key, event):
            return True
        itself = event.subject_type == self.subject and event.subject_id == key
        where = Q() if itself else touched(event, ways)
        return where is not None and await exists(self.one(actor, key, where))


def _tells_of_activity(actor: Actor, key: int, event: Event) -> bool:
    if event.subject_type != "service_activity" or event.subject_id != key:
        return False
    return any(might_see(actor, columns) for columns in _columns(event))


def _tells_of_order(actor: Actor, key: int, event: Event) -> bool:
    """A technician sees an order by a visit or line of theirs, or because they answer for it; others always do."""
    of_order = event.subject_type == "service_order" and event.subject_id == key
    if actor.role is not Role.TECHNICIAN:
        return of_order
    if of_order:
        return any(columns["responsible_id"] == actor.worker_id for columns in _columns(event))
    return event.subject_type in {"service_activity", "service_order_line"} and any(
        columns["order_id"] == key and columns["worker_id"] == actor.worker_id for columns in _columns(event)
    )


def _columns(event: Event) -> list[Mapping[str, Any]]:
    return [columns for columns in (event.body["before"], event.body["after"]) if columns]


ACTIVITY = Followable(ServiceActivity, "service_activity", "activity", visible_activities, _tells_of_activity)
ORDER = Followable(ServiceOrder, "service_order", "service order", visible_orders, _tells_of_order)
