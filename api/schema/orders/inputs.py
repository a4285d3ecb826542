"""What service orders, their lines and activities are asked for and changed with."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import strawberry
from tortoise.expressions import Q

from api.schema.inputs import NUMBER, OMIT, OMIT_OR_CLEAR, VERSION, MutationInput, kept, kept_key
from api.schema.nodes import key_of, keys_of, optional_key
from api.schema.paging import OrderEnum
from domain.orders import operations
from domain.orders.criteria import OrderCriteria
from domain.orders.rules import DispatchStatus, OrderProgress, Priority
from domain.projects.rules import TransactionType


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
    PRIORITY_DESC = ("priority", "number", "id"), "The most urgent first."


@strawberry.input(description="Which activities to list: those that meet every condition given.")
class ServiceActivityFilter:
    """For `serviceActivities`."""

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


@strawberry.input(description="A line to put on an order.")
class ServiceOrderLineInput:
    """A new line."""

    transaction_type: TransactionType = strawberry.field(description="What is used and charged.")
    quantity: Decimal = strawberry.field(description="How much, in `unit`, with at most four decimals.")
    unit: str = strawberry.field(default="h", description="What the quantity is counted in.")
    description: str = strawberry.field(default="", description="What it is, in a few words.")
    category_id: strawberry.ID | None = strawberry.field(default=None, description="Project category.")
    item_id: strawberry.ID | None = strawberry.field(default=None, description="The item; required for type ITEM.")
    task_id: strawberry.ID | None = strawberry.field(default=None, description="The task.")
    worker_id: strawberry.ID | None = strawberry.field(default=None, description="Who does it.")
    object_relation_id: strawberry.ID | None = strawberry.field(
        default=None, description="The object it is about: a relation of the order or of its agreement."
    )

    def line(self, *path: str | int) -> operations.NewLine:
        """The line as the domain wants it.

        Raises:
            Refused: NOT_FOUND.
        """
        return operations.NewLine(
            transaction_type=self.transaction_type,
            quantity=self.quantity,
            unit=self.unit,
            description=self.description,
            category_id=optional_key(self.category_id, "pca", "project category", *path, "categoryId"),
            item_id=optional_key(self.item_id, "itm", "item", *path, "itemId"),
            task_id=optional_key(self.task_id, "tsk", "service task", *path, "taskId"),
            worker_id=optional_key(self.worker_id, "wrk", "worker", *path, "workerId"),
            object_relation_id=optional_key(
                self.object_relation_id, "rel", "object relation", *path, "objectRelationId"
            ),
        )


@strawberry.input(description="A new service order.")
class CreateServiceOrderInput(MutationInput):
    """For `createServiceOrder`."""

    customer_id: strawberry.ID = strawberry.field(description="For whom.")
    number: str | None = strawberry.field(default=None, description=NUMBER)
    description: str = strawberry.field(default="", description="What the customer needs, at most 1,000 characters.")
    address_id: strawberry.ID | None = strawberry.field(default=None, description="Where; an address of the customer.")
    contact_id: strawberry.ID | None = strawberry.field(default=None, description="A contact of the customer.")
    project_id: strawberry.ID | None = strawberry.field(default=None, description="Project.")
    priority: Priority = strawberry.field(default=Priority.NORMAL, description="How urgent it is.")
    service_at: datetime | None = strawberry.field(default=None, description="When the customer would like it.")
    responsible_id: strawberry.ID | None = strawberry.field(default=None, description="Worker who answers for it.")
    preferred_technician_id: strawberry.ID | None = strawberry.field(
        default=None, description="Worker whom the customer prefers."
    )
    lines: list[ServiceOrderLineInput] = strawberry.field(default_factory=list, description="Its first lines.")
    agreement_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The service agreement; the settings may require one. It proposes what is left out.",
    )

    def command(self) -> operations.CreateServiceOrder:
        """The command this asks for."""
        return operations.CreateServiceOrder(
            customer_id=key_of(self.customer_id, "cus", "customer", "customerId"),
            number=self.number,
            description=self.description,
            address_id=optional_key(self.address_id, "adr", "address", "addressId"),
            contact_id=optional_key(self.contact_id, "con", "contact", "contactId"),
            project_id=optional_key(self.project_id, "prj", "project", "projectId"),
            priority=self.priority,
            service_at=self.service_at,
            responsible_id=optional_key(self.responsible_id, "wrk", "worker", "responsibleId"),
            preferred_technician_id=optional_key(
                self.preferred_technician_id, "wrk", "worker", "preferredTechnicianId"
            ),
            lines=tuple(line.line("lines", place) for place, line in enumerate(self.lines)),
            agreement_id=optional_key(self.agreement_id, "sa", "service agreement", "agreementId"),
        )


@strawberry.input(description="What is to be different about a service order.")
class ChangeServiceOrderInput(MutationInput):
    """For `changeServiceOrder`."""

    order_id: strawberry.ID = strawberry.field(description="Which order.")
    description: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    address_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    contact_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    project_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    priority: strawberry.Maybe[Priority] = strawberry.field(
        description="Omit to keep. A new one goes to the order's open activities too."
    )
    service_at: strawberry.Maybe[datetime | None] = strawberry.field(description=OMIT_OR_CLEAR)
    responsible_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    preferred_technician_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    agreement_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(
        description="Omit to keep; null to clear. A new one brings its project unless one is given."
    )
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeServiceOrder:
        """The command this asks for."""
        return operations.ChangeServiceOrder(
            order_id=key_of(self.order_id, "so", "service order", "orderId"),
            description=kept(self.description),
            address_id=kept_key(self.address_id, "adr", "address", "addressId"),
            contact_id=kept_key(self.contact_id, "con", "contact", "contactId"),
            project_id=kept_key(self.project_id, "prj", "project", "projectId"),
            priority=kept(self.priority),
            service_at=kept(self.service_at),
            responsible_id=kept_key(self.responsible_id, "wrk", "worker", "responsibleId"),
            preferred_technician_id=kept_key(self.preferred_technician_id, "wrk", "worker", "preferredTechnicianId"),
            agreement_id=kept_key(self.agreement_id, "sa", "service agreement", "agreementId"),
            expected_version=self.expected_version,
        )


@strawberry.input(description="A line for an existing order.")
class AddServiceOrderLineInput(MutationInput):
    """For `addServiceOrderLine`."""

    order_id: strawberry.ID = strawberry.field(description="Which order.")
    line: ServiceOrderLineInput = strawberry.field(description="The line.")
    expected_version: int | None = strawberry.field(
        default=None, description="Version of the order. Refused with VERSION_CONFLICT when it has moved on."
    )

    def command(self) -> operations.AddServiceOrderLine:
        """The command this asks for."""
        return operations.AddServiceOrderLine(
            order_id=key_of(self.order_id, "so", "service order", "orderId"),
            line=self.line.line("line"),
            expected_version=self.expected_version,
        )


@strawberry.input(description="What is to be different about an order line.")
class ChangeServiceOrderLineInput(MutationInput):
    """For `changeServiceOrderLine`."""

    line_id: strawberry.ID = strawberry.field(description="Which line.")
    quantity: strawberry.Maybe[Decimal] = strawberry.field(description=OMIT)
    description: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    task_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    worker_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    object_relation_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeServiceOrderLine:
        """The command this asks for."""
        return operations.ChangeServiceOrderLine(
            line_id=key_of(self.line_id, "sol", "order line", "lineId"),
            quantity=kept(self.quantity),
            description=kept(self.description),
            task_id=kept_key(self.task_id, "tsk", "service task", "taskId"),
            worker_id=kept_key(self.worker_id, "wrk", "worker", "workerId"),
            object_relation_id=kept_key(self.object_relation_id, "rel", "object relation", "objectRelationId"),
            expected_version=self.expected_version,
        )


@strawberry.input(description="A new activity that nobody has yet.")
class CreateServiceActivityInput(MutationInput):
    """For `createServiceActivity`."""

    order_id: strawberry.ID = strawberry.field(description="Of which order.")
    title: str = strawberry.field(description="What is to be done, at most 200 characters.")
    type_id: strawberry.ID | None = strawberry.field(default=None, description="What kind of visit.")
    task_id: strawberry.ID | None = strawberry.field(default=None, description="The task.")
    starts_at: datetime | None = strawberry.field(default=None, description="Omit to leave the time open.")
    duration: timedelta | None = strawberry.field(default=None, description="Required with a start.")
    priority: Priority | None = strawberry.field(default=None, description="The order's unless given.")

    def command(self) -> operations.CreateServiceActivity:
        """The command this asks for."""
        return operations.CreateServiceActivity(
            order_id=key_of(self.order_id, "so", "service order", "orderId"),
            title=self.title,
            type_id=optional_key(self.type_id, "aty", "activity type", "typeId"),
            task_id=optional_key(self.task_id, "tsk", "service task", "taskId"),
            starts_at=self.starts_at,
            duration=self.duration,
            priority=self.priority,
        )


@strawberry.input(description="What is to be different about an activity, apart from who does it and when.")
class ChangeServiceActivityInput(MutationInput):
    """For `changeServiceActivity`."""

    activity_id: strawberry.ID = strawberry.field(description="Which activity.")
    title: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    type_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeServiceActivity:
        """The command this asks for."""
        return operations.ChangeServiceActivity(
            activity_id=key_of(self.activity_id, "act", "activity", "activityId"),
            title=kept(self.title),
            type_id=kept_key(self.type_id, "aty", "activity type", "typeId"),
            expected_version=self.expected_version,
        )


@strawberry.input(description="A new activity type.")
class CreateActivityTypeInput(MutationInput):
    """For `createActivityType`."""

    name: str = strawberry.field(description="What kind of visit, at most 120 characters.")
    number: str | None = strawberry.field(default=None, description=NUMBER)

    def command(self) -> operations.CreateActivityType:
        """The command this asks for."""
        return operations.CreateActivityType(name=self.name, number=self.number)


@strawberry.input(description="What is to be different about an activity type.")
class ChangeActivityTypeInput(MutationInput):
    """For `changeActivityType`."""

    activity_type_id: strawberry.ID = strawberry.field(description="Which activity type.")
    name: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeActivityType:
        """The command this asks for."""
        return operations.ChangeActivityType(
            activity_type_id=key_of(self.activity_type_id, "aty", "activity type", "activityTypeId"),
            name=kept(self.name),
            expected_version=self.expected_version,
        )
