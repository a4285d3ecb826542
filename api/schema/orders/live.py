"""Service levels as their followers get them: the orders that are at risk or late, then every change in order."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable, Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Any

import strawberry

from api.context import Context
from api.live.streams import RELOAD, Reload
from api.resolvers.dispatch import read_position
from api.resolvers.risks import WatchedOrders
from api.schema.dispatch.fields import LIVE, Resume
from api.schema.nodes import keys_of
from api.schema.orders import ServiceOrder
from api.schema.scalars import BoardCursor
from api.selection import Selection, assemble, selection, write_id
from db import reading
from db.outbox import Cursor, Event
from db.projection import Way, ways
from domain.core import clock
from domain.core.actor import Permission
from domain.core.errors import Code, Refused
from domain.core.operation import check_permission
from domain.dispatch.feed import SnapshotReason
from domain.orders import models
from domain.orders.measuring import ALARMS
from domain.orders.watching import RISKY, Watch
from domain.slas.rules import SlaRisk

Info = strawberry.Info[Context, None]
# Tells one thing, at a cursor.
Telling = Callable[..., Awaitable[object]]
_RISK_OF = {kind: risk for risk, kind in ALARMS.items()}


@strawberry.input(description="Which orders to watch: those that meet every condition given.")
class ServiceLevelAtRiskInput:
    """For `serviceLevelAtRisk`."""

    risks: list[SlaRisk] | None = strawberry.field(
        default=None, description="AT_RISK, BREACHED, or both, as unless given."
    )
    customer_ids: list[strawberry.ID] | None = strawberry.field(default=None, description="Of one of these customers.")
    agreement_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Under one of these service agreements."
    )

    def watch(self) -> Watch:
        """The conditions as the domain knows them.

        Raises:
            Refused: NOT_FOUND; INVALID for a risk that is none.
        """
        risks = RISKY if self.risks is None else tuple(dict.fromkeys(self.risks))
        for place, risk in enumerate(risks):
            if risk not in RISKY:
                message = f"Orders that are {risk} are at no risk; watch AT_RISK and BREACHED."
                raise Refused(Code.INVALID, message, ("input", "risks", place))
        return Watch(
            risks,
            _keys(self.customer_ids, "cus", "customer", "customerIds"),
            _keys(self.agreement_ids, "sa", "service agreement", "agreementIds"),
        )


def _keys(ids: list[strawberry.ID] | None, prefix: str, what: str, name: str) -> tuple[int, ...] | None:
    return None if ids is None else tuple(keys_of(ids, prefix, what, "input", name))


@strawberry.interface(description="Keep a default branch: new kinds can come. Every kind has `cursor`.")
class ServiceLevelEvent:
    """What is told of service levels."""

    cursor: BoardCursor = strawberry.field(description="Position of this event: keep the newest, send it to resume.")


@strawberry.type(description="All orders that are at risk or late while their time runs: instead of what you have.")
class ServiceLevelSnapshot(ServiceLevelEvent):
    """A snapshot."""

    reason: SnapshotReason = strawberry.field(description="Why it is sent.")
    orders: list[ServiceOrder] = strawberry.field(description="The orders at `cursor`, the first due first.")


@strawberry.type(description="An order has just come to be at risk, or late: tell somebody. Each happens once.")
class ServiceLevelAlarm(ServiceLevelEvent):
    """An alarm."""

    risk: SlaRisk = strawberry.field(description="AT_RISK: 80 % of its time is used up. BREACHED: it is late.")
    at: datetime = strawberry.field(description="When it was told: within a second of the moment.")
    order: ServiceOrder = strawberry.field(description="As it now is: put it in place of the one with its id.")


@strawberry.type(description="An order that is at risk or late is different: put it in place of the one with its id.")
class ServiceLevelOrderChanged(ServiceLevelEvent):
    """A change."""

    order: ServiceOrder = strawberry.field(description="As it now is.")


@strawberry.type(description="An order is not watched any more: drop it.")
class ServiceLevelSettled(ServiceLevelEvent):
    """Its time was stopped, or it does not meet the conditions any more."""

    order_id: strawberry.ID = strawberry.field(description="Which one.")


@strawberry.type(description="There was nothing to catch up with: what you have is current.")
class ServiceLevelResumed(ServiceLevelEvent):
    """The answer to a cursor at the end of the feed."""


@strawberry.type(description="Nothing has happened for a while; the feed is alive. At most every 30 s.")
class ServiceLevelHeartbeat(ServiceLevelEvent):
    """A sign of life."""

    server_time: datetime = strawberry.field(description="The server's clock, to count `latestCompletionAt` down from.")


SERVICE_LEVEL_TYPES = [
    ServiceLevelSnapshot,
    ServiceLevelAlarm,
    ServiceLevelOrderChanged,
    ServiceLevelSettled,
    ServiceLevelResumed,
    ServiceLevelHeartbeat,
]


class RiskStream:
    """The live `serviceLevelAtRisk`: what the feed asks of it, in the shape the client selected."""

    def __init__(self, context: Context, watch: Watch, part: Selection, after: str | None) -> None:
        self.after = after
        self.key: Hashable = ("serviceLevelAtRisk", watch, context.actor.view)
        self._orders = WatchedOrders(context, watch, _ways(part))
        self._relay = context.services.relay
        self._part = part

    async def snapshot(self, reason: str) -> tuple[int, object]:
        """The orders, and the position they were read at."""
        async with reading.snapshot():
            position = await read_position()
            snapshot = await assemble(
                self._part.on(ServiceLevelSnapshot),
                cursor=str(position),
                reason=SnapshotReason(reason),
                orders=self._orders.read,
            )
        return position.seq, snapshot

    async def changes(self, event: Event) -> Sequence[object] | Reload:
        """The orders that `event` tells of, or shows anew, or settles."""
        change = await self._orders.change(event)
        if change.reload:
            return RELOAD
        tellings = [await self._telling(key, event) for key in change.shown]
        if change.settled is not None:
            tellings.append(_settling(change.settled))
        # Whoever loses the socket between two of them gets the event again.
        places = [event.seq - 1] * (len(tellings) - 1) + [event.seq]
        return [await tell(cursor=self._cursor(at)) for tell, at in zip(tellings, places, strict=False)]

    async def turned(self) -> bool:
        """Never: what is watched has no days."""
        return False

    async def resumes(self, position: int) -> bool:  # noqa: ARG002 - of no order
        """Whatever a client has, the changes after it say all."""
        return True

    def heartbeat(self, position: int) -> object:
        """A sign of life."""
        return ServiceLevelHeartbeat(cursor=self._cursor(position), server_time=clock.now())

    def resumed(self, position: int) -> object:
        """Word that nothing was missed."""
        return ServiceLevelResumed(cursor=self._cursor(position))

    async def _telling(self, order_id: int, event: Event) -> Telling:
        """How to tell of an order: as an alarm if the event is one of its own, else as a change; or that it is gone."""
        risk = _RISK_OF.get(event.kind) if event.subject_id == order_id else None
        part = self._part.on(ServiceLevelOrderChanged if risk is None else ServiceLevelAlarm)
        asked = [each.part for each in part.asked() if each.name == "order" and each.part is not None]
        found = [await self._orders.order(order_id, each) for each in asked]
        if None in found:
            return _settling(order_id)
        orders = iter(found)
        values: dict[str, object] = {} if risk is None else {"risk": risk, "at": event.at}
        return partial(assemble, part, order=lambda _selected: next(orders), **values)

    def _cursor(self, position: int) -> BoardCursor:
        return BoardCursor(str(Cursor(self._relay.epoch, position)))


def _settling(order_id: int) -> Telling:
    async def tell(*, cursor: BoardCursor) -> object:
        return ServiceLevelSettled(cursor=cursor, order_id=strawberry.ID(write_id("so", order_id)))

    return tell


def _ways(part: Selection) -> frozenset[Way]:
    """The ways from an order to what is read with it, as far as changes can tell."""
    selected = [
        one.part
        for cls in (ServiceLevelAlarm, ServiceLevelOrderChanged)
        for one in part.on(cls).asked()
        if one.name == "order" and one.part is not None
    ]
    return frozenset(way for each in selected for way in ways(models.ServiceOrder, each.wanted()))


@strawberry.type
class ServiceLevelLive:
    """Following service levels."""

    @strawberry.subscription(
        description=(
            "The orders that are at risk or late while their time runs, each told at its moment; then every change of"
            f" them in order. {LIVE}"
        )
    )
    async def service_level_at_risk(
        self,
        info: Info,
        input: Annotated[ServiceLevelAtRiskInput, strawberry.argument(description="Which orders.")],
        after: Resume = None,
    ) -> AsyncGenerator[ServiceLevelEvent, None]:
        """Follow the orders that are at risk."""
        check_permission(info.context.actor, Permission.MAINTAIN_ORDERS)
        stream: Any = RiskStream(info.context, input.watch(), selection(info), after)
        return stream
