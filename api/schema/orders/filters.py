"""How service orders and activities are named, filtered and ordered."""

from datetime import datetime
from typing import Any

import strawberry
from tortoise.expressions import Q

from api.schema.nodes import keys_of
from api.schema.paging import OrderEnum
from domain.orders.criteria import OrderCriteria
from domain.orders.rules import DispatchStatus, OrderOrigin, OrderProgress, Priority
from domain.slas.rules import SlaRisk, SlaStatus


@strawberry.input(one_of=True, description="Exactly one way to name a service order.")
class ServiceOrderRef:
    """By id or by number."""

    id: strawberry.Maybe[strawberry.ID] = strawberry.field(description="Its id.")
    number: strawberry.Maybe[str] = strawberry.field(description="Its number, for example `SO-10001`.")


@strawberry.input(one_of=True, description="Exactly one way to name an activity.")
class ServiceActivityRef:
    """By id or by number."""

    id: strawberry.Maybe[strawberry.ID] = strawberry.field(description="Its id.")
    number: strawberry.Maybe[str] = strawberry.field(description="Its number, for example `SO-10001-2`.")


@strawberry.input(description="Instants from one until just before another; either end may be open.")
class DateTimeRange:
    """A half-open range."""

    from_: datetime | None = strawberry.field(name="from", default=None, description="The first instant in it.")
    before: datetime | None = strawberry.field(default=None, description="The first instant after it.")

    def where(self, column: str) -> Q:
        """The condition on a column of instants."""
        ends: dict[str, Any] = {f"{column}__gte": self.from_, f"{column}__lt": self.before}
        return Q(**{name: end for name, end in ends.items() if end is not None})


@strawberry.input(description="Which service orders to list: those that meet every condition given.")
class ServiceOrderFilter:
    """For `serviceOrders`."""

    COMPANY_ONLY = ("stage_ids", "sla_risk")
    # A customer's order may be under an agreement, or on a project, of somebody else.
    OF_CUSTOMER = (("agreement_ids", "agreement__project__customer_id"), ("project_ids", "project__customer_id"))

    search: str | None = strawberry.field(
        default=None, description="Part of the number, the description or the customer's name, in any letter case."
    )
    customer_ids: list[strawberry.ID] | None = strawberry.field(default=None, description="Of one of these customers.")
    priority: list[Priority] | None = strawberry.field(default=None, description="With one of these priorities.")
    progress: list[OrderProgress] | None = strawberry.field(default=None, description="With one of these progresses.")
    stage_ids: list[strawberry.ID] | None = strawberry.field(default=None, description="In one of these stages.")
    service_at: DateTimeRange | None = strawberry.field(default=None, description="With a wished time in this range.")
    agreement_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Under one of these service agreements."
    )

    project_ids: list[strawberry.ID] | None = strawberry.field(default=None, description="On one of these projects.")
    origin: list[OrderOrigin] | None = strawberry.field(default=None, description="Of one of these origins.")
    sla_status: list[SlaStatus] | None = strawberry.field(
        default=None, description="Whose time stands like this against their service levels."
    )
    sla_risk: list[SlaRisk] | None = strawberry.field(
        default=None, description="That stand like this against their service levels, running or stopped."
    )
    incoming_web_orders: bool = strawberry.field(
        default=False, description="Only web orders that wait to be transferred; otherwise none of them is there."
    )

    def criteria(self) -> OrderCriteria:
        """The conditions as the domain knows them.

        Raises:
            Refused: NOT_FOUND.
        """
        at = self.service_at or DateTimeRange()
        return OrderCriteria(
            search=self.search or None,
            customer_ids=_tuple(self.customer_ids, "cus", "customer", "customerIds"),
            stage_ids=_tuple(self.stage_ids, "stg", "stage", "stageIds"),
            priorities=None if self.priority is None else tuple(self.priority),
            progresses=None if self.progress is None else tuple(self.progress),
            service_from=at.from_,
            service_before=at.before,
            agreement_ids=_tuple(self.agreement_ids, "sa", "service agreement", "agreementIds"),
            project_ids=_tuple(self.project_ids, "prj", "project", "projectIds"),
            origins=None if self.origin is None else tuple(self.origin),
            sla_statuses=None if self.sla_status is None else tuple(self.sla_status),
            sla_risks=None if self.sla_risk is None else tuple(self.sla_risk),
            incoming_web_orders=self.incoming_web_orders,
        )

    def where(self) -> Q:
        """The condition on orders."""
        return self.criteria().where()


def _tuple(ids: list[strawberry.ID] | None, prefix: str, what: str, name: str) -> tuple[int, ...] | None:
    return None if ids is None else tuple(keys_of(ids, prefix, what, "filter", name))


class ServiceOrderOrder(OrderEnum):
    """Orders of service orders."""

    NUMBER_ASC = ("number", "id"), "By number, as text."
    NUMBER_DESC = ("-number", "-id"), "By number, as text, the last first."
    CREATED_AT_DESC = ("-created_at", "-id"), "The newest first."
    SERVICE_AT_ASC = ("service_at", "id"), "By wished time, those without one last."
    SLA_DUE_AT_ASC = ("sla_due_at", "id"), "The first due by its service level, those that are not due last."
    PRIORITY_DESC = ("priority", "number", "id"), "The most urgent first."


@strawberry.input(description="Which activities to list: those that meet every condition given.")
class ServiceActivityFilter:
    """For `serviceActivities`."""

    COMPANY_ONLY = ("worker_ids", "type_ids")

    search: str | None = strawberry.field(default=None, description="Part of the number or title, in any letter case.")
    priority: list[Priority] | None = strawberry.field(default=None, description="With one of these priorities.")
    worker_ids: list[strawberry.ID] | None = strawberry.field(default=None, description="Of one of these workers.")
    type_ids: list[strawberry.ID] | None = strawberry.field(default=None, description="Of one of these types.")
    order_ids: list[strawberry.ID] | None = strawberry.field(default=None, description="Of one of these orders.")
    undispatched: bool | None = strawberry.field(
        default=None, description="Only open ones that wait to be dispatched, or only the others."
    )
    closed: bool | None = strawberry.field(default=None, description="Only closed ones, or only open ones.")
    starts_at: DateTimeRange | None = strawberry.field(default=None, description="With a start in this range.")

    def where(self) -> Q:
        """The condition on activities."""
        where = Q()
        if self.search:
            where &= Q(number__icontains=self.search) | Q(title__icontains=self.search)
        if self.priority is not None:
            where &= Q(priority__in=self.priority)
        if self.worker_ids is not None:
            where &= Q(worker_id__in=keys_of(self.worker_ids, "wrk", "worker", "filter", "workerIds"))
        if self.type_ids is not None:
            where &= Q(type_id__in=keys_of(self.type_ids, "aty", "activity type", "filter", "typeIds"))
        if self.order_ids is not None:
            where &= Q(order_id__in=keys_of(self.order_ids, "so", "service order", "filter", "orderIds"))
        if self.undispatched is not None:
            waiting = Q(closed=False, dispatch_status=DispatchStatus.UNDISPATCHED)
            where &= waiting if self.undispatched else ~waiting
        if self.closed is not None:
            where &= Q(closed=self.closed)
        return where if self.starts_at is None else where & self.starts_at.where("starts_at")


class ServiceActivityOrder(OrderEnum):
    """Orders of activities."""

    STARTS_AT_ASC = ("starts_at", "id"), "By start, those without a time last."
    STARTS_AT_DESC = ("-starts_at", "-id"), "By start, the last first, those without a time last."
    PRIORITY_DESC = ("priority", "starts_at", "id"), "The most urgent first, then by start."
    NUMBER_ASC = ("number", "id"), "By number, as text."
