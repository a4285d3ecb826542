"""Which orders somebody watches for their service levels: those whose time runs and is running out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tortoise.expressions import Q

from db.projection import Select
from domain.core.actor import Actor
from domain.orders.models import ServiceOrder
from domain.orders.queries import visible_orders
from domain.slas.rules import SlaRisk, SlaStatus

RISKY = (SlaRisk.AT_RISK, SlaRisk.BREACHED)


@dataclass(frozen=True, slots=True)
class Watch:
    """Conditions on orders, all of which are to be met; None is no condition."""

    risks: tuple[SlaRisk, ...] = RISKY
    customer_ids: tuple[int, ...] | None = None
    agreement_ids: tuple[int, ...] | None = None

    def where(self) -> Q:
        """The condition on stored orders."""
        where = Q(sla_status=SlaStatus.STARTED, sla_risk__in=list(self.risks))
        if self.customer_ids is not None:
            where &= Q(customer_id__in=list(self.customer_ids))
        if self.agreement_ids is not None:
            where &= Q(agreement_id__in=list(self.agreement_ids))
        return where

    def shows(self, columns: Mapping[str, Any] | None) -> bool:
        """`where` of an order as the event log keeps its columns."""
        return (
            columns is not None
            and columns["sla_status"] == SlaStatus.STARTED
            and columns["sla_risk"] in self.risks
            and (self.customer_ids is None or columns["customer_id"] in self.customer_ids)
            and (self.agreement_ids is None or columns["agreement_id"] in self.agreement_ids)
        )


def watched(actor: Actor, watch: Watch) -> Select:
    """The orders that `actor` watches, the first due first."""
    return Select(ServiceOrder, visible_orders(actor) & watch.where(), ("sla_due_at", "id"))


def watched_one(actor: Actor, watch: Watch, order_id: int) -> Select:
    """This order, if `actor` watches it."""
    return Select(ServiceOrder, visible_orders(actor) & watch.where() & Q(id=order_id))


def watched_among(actor: Actor, watch: Watch, where: Q, limit: int) -> Select:
    """Those of the orders that `actor` watches that meet `where`."""
    return Select(ServiceOrder, visible_orders(actor) & watch.where() & where, ("id",), limit)
