"""Orders that are at risk or late, as somebody watches them, and what of that an event changes."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from api.context import Context
from api.resolvers.records import check_reach
from api.selection import Selection, row, rows
from db.outbox import Event
from db.projection import Way, ids
from domain.dispatch.feed import touched
from domain.orders import watching
from domain.orders.watching import Watch

# An event that touches more orders than this is told by a snapshot.
_MOST_TOUCHED = 20


@dataclass(frozen=True, slots=True)
class RiskChange:
    """What an event changes for a watcher: orders to show anew, one that is settled; or everything."""

    shown: tuple[int, ...] = ()
    settled: int | None = None
    reload: bool = False


@dataclass(frozen=True, slots=True)
class WatchedOrders:
    """The orders that somebody watches. `ways` lead from them to what is read with them."""

    context: Context
    watch: Watch
    ways: Collection[Way]

    async def read(self, part: Selection) -> Any:
        """All of them as `part` selects them."""
        check_reach(self.context, part)
        actor = self.context.actor
        return await rows(part, watching.watched(actor, self.watch), viewer=actor)

    async def order(self, order_id: int, part: Selection) -> Any:
        """One of them as `part` selects it; None when it is not among them any more."""
        check_reach(self.context, part)
        actor = self.context.actor
        return await row(part, watching.watched_one(actor, self.watch, order_id), viewer=actor)

    async def change(self, event: Event) -> RiskChange:
        """What `event` changes here; an order that is in `shown` and is no longer there is settled too."""
        shown: tuple[int, ...] = ()
        settled = None
        if event.subject_type == "service_order":
            if self.watch.shows(event.body["after"]):
                shown = (event.subject_id,)
            elif self.watch.shows(event.body["before"]):
                settled = event.subject_id
        where = touched(event, self.ways)
        if where is not None:
            select = watching.watched_among(self.context.actor, self.watch, where, _MOST_TOUCHED + 1)
            found = await ids(select)
            if len(found) > _MOST_TOUCHED:
                return RiskChange(reload=True)
            shown += tuple(key for key in found if key not in shown)
        return RiskChange(shown, settled)
