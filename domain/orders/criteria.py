"""Which service orders are meant: the conditions of a list, and of what is done to many at once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.expressions import Q

from domain.core.errors import Code, Refused
from domain.orders.rules import OrderOrigin, OrderProgress, Priority
from domain.slas.rules import SlaRisk, SlaStatus


@dataclass(frozen=True, slots=True)
class OrderCriteria:
    """Conditions on service orders, all of which are to be met; None is no condition.

    Web orders that wait to be taken over are meant when they are asked for, and then only they.

    Units: the times are instants, from the first until just before the second.
    """

    search: str | None = None
    customer_ids: tuple[int, ...] | None = None
    stage_ids: tuple[int, ...] | None = None
    priorities: tuple[Priority, ...] | None = None
    progresses: tuple[OrderProgress, ...] | None = None
    service_from: datetime | None = None
    service_before: datetime | None = None
    agreement_ids: tuple[int, ...] | None = None
    project_ids: tuple[int, ...] | None = None
    origins: tuple[OrderOrigin, ...] | None = None
    incoming_web_orders: bool = False
    sla_statuses: tuple[SlaStatus, ...] | None = None
    sla_risks: tuple[SlaRisk, ...] | None = None

    def where(self) -> Q:
        """The condition on stored orders."""
        named: dict[str, Any] = {
            "customer_id__in": self.customer_ids,
            "stage_id__in": self.stage_ids,
            "priority__in": self.priorities,
            "progress__in": self.progresses,
            "service_at__gte": self.service_from,
            "service_at__lt": self.service_before,
            "agreement_id__in": self.agreement_ids,
            "project_id__in": self.project_ids,
            "origin__in": self.origins,
            "sla_status__in": self.sla_statuses,
            "sla_risk__in": self.sla_risks,
        }
        where = Q(incoming_web_order=self.incoming_web_orders)
        for name, value in named.items():
            if value is not None:
                condition: Any = {name: list(value) if isinstance(value, tuple) else value}
                where &= Q(**condition)
        if self.search:
            found = self.search
            where &= Q(number__icontains=found) | Q(description__icontains=found) | Q(customer__name__icontains=found)
        return where


def check_confirmed(criteria: OrderCriteria, *, confirm_all: bool) -> None:
    """Refuse conditions that all orders meet, unless that is said to be meant.

    Raises:
        Refused: CONFIRM_ALL_REQUIRED.

    Source: DOMAIN.md 5.6.
    """
    if criteria == OrderCriteria() and not confirm_all:
        message = "No condition is given, so this means every service order; say confirmAll if that is meant."
        raise Refused(Code.CONFIRM_ALL_REQUIRED, message, ("confirmAll",))
