"""What is seen of service orders, their lines and activities."""

from datetime import date, datetime
from decimal import Decimal

import strawberry

from api.schema.activity_types import ActivityType
from api.schema.agreements import ServiceAgreement, ServiceAgreementLine
from api.schema.customers import Address, Contact, Customer
from api.schema.inputs import clock_text
from api.schema.items import Item
from api.schema.money import Money, cost_of, sales_of
from api.schema.nodes import Node, node
from api.schema.orders.available import LINE_NEEDS, ORDER_NEEDS, AvailableOrderAction, of_line, of_order
from api.schema.orders.sla import ServiceOrderSla, for_company, while_running
from api.schema.projects import LedgerAccount, LineProperty, Project, ProjectCategory
from api.schema.scalars import CurrencyCode
from api.schema.service_objects import ServiceObjectRelation, ServiceTask, ServiceTaskRelation
from api.schema.stages import ActivityPhase, Stage, StageReasonCode
from api.schema.workforce import DispatchTeam, Worker
from api.selection import column, computed, identity, itself, many, one
from domain.agreements.queries import sees_agreement
from domain.core.actor import Actor, Permission
from domain.core.errors import Code
from domain.customers.queries import sees_customer
from domain.dispatch import rules as dispatch_rules
from domain.dispatch.rules import BoardAction
from domain.orders import models
from domain.orders.queries import (
    visible_activities,
    visible_lines,
    visible_orders,
    visible_reasons,
    visible_requirements,
)
from domain.orders.rules import (
    DispatchStatus,
    LineStatus,
    OrderOrigin,
    OrderProgress,
    OrderWarning,
    Priority,
    RequirementSupply,
    Warned,
    warnings_of,
)
from domain.projects.rules import TransactionType
from domain.slas.rules import SlaRisk, SlaStatus
from domain.stages.rules import ReasonType

_VERSION = "Grows with every change; send it back as `expectedVersion`."


@strawberry.type(description="Whether something can be done now, so that a screen greys a button out and says why.")
class AvailableAction:
    """One action and its state."""

    action: BoardAction = strawberry.field(description="What could be done.")
    allowed: bool = strawberry.field(description="Whether it can be done now, by you.")
    code: Code | None = strawberry.field(description="The code it would be refused with; null when allowed.")
    reason: str | None = strawberry.field(description="Why not, for a person; null when allowed.")


def _available(
    viewer: Actor,
    number: str,
    worker_id: int | None,
    starts_at: datetime | None,
    ends_at: datetime | None,
    priority: Priority,
    dispatch_status: DispatchStatus,
    closed: bool,  # noqa: FBT001 - given by position, as the columns come
    worker_active: bool | None,  # noqa: FBT001
) -> list[dispatch_rules.AvailableAction]:
    now = dispatch_rules.Placement(worker_id, starts_at, ends_at, priority, dispatch_status, closed)
    return dispatch_rules.available_actions(
        number,
        now,
        is_dispatcher=viewer.may(Permission.MAINTAIN_DISPATCH),
        may_change=viewer.may(Permission.MAINTAIN_ACTIVITIES),
        worker_active=worker_active is not False,
    )


@node(
    models.ServiceActivity,
    prefix="act",
    visible=visible_activities,
    description="Work on the board: one visit, or part of one, that one worker does.",
)
class ServiceActivity(Node):
    """A service activity."""

    id: strawberry.ID = identity("act")
    number: str = column(description="For people, unique per company: `SO-10001-2`.")
    title: str = column(description="What is to be done, in a few words.")
    category: str | None = column(description="What it counts as, in the company's words; null when not said.")
    purpose: str | None = column(description="What it is for, in the company's words; null when not said.")
    priority: Priority = column(description="How urgent it is.")
    type: ActivityType | None = one(description="What kind of visit it is; null when not said.")
    phase: ActivityPhase | None = one(
        description="How far it is, as the stages of its order say; null when they do not."
    )
    task: ServiceTask | None = one(description="The task its lines share; null when they name none.")
    worker: Worker | None = one(description="Who does it; null while nobody is assigned.")
    team: DispatchTeam | None = one("worker.team", description="The worker's team; null without a worker in a team.")
    starts_at: datetime | None = column(description="Null while it has no time.")
    ends_at: datetime | None = column(description="Null while it has no time.")
    dispatch_status: DispatchStatus = column(description="Whether it has been sent to its worker.")
    closed: bool = column(description="Whether it is done.")
    sla_due_at: datetime | None = computed(
        needs=("order.sla_status", "order.sla_due_at"),
        value=while_running,
        description=(
            "When the SLA runs out; null without an SLA or while its clock is stopped."
            " Count down from this, do not poll."
        ),
    )
    sla_status: SlaStatus = column(
        "order.sla_status", description="Whether the time of its order is being recorded against a service level."
    )
    sla_risk: SlaRisk | None = computed(
        needs=("order.sla_risk",),
        value=for_company,
        viewer=True,
        description="How its order stands against its service level, as last told; null for customers.",
    )
    order: "ServiceOrder" = one(description="The order it belongs to.")
    version: int = column(description=_VERSION)
    available_actions: list[AvailableAction] = computed(
        needs=("number", "worker_id", "starts_at", "ends_at", "priority", "dispatch_status", "closed", "worker.active"),
        value=_available,
        viewer=True,
        description="What can be done to it now, by you.",
    )


@node(
    models.ServiceOrderLine,
    prefix="sol",
    visible=visible_lines,
    description="What is done, used or charged on an order. Lines with equal worker and task share one activity.",
)
class ServiceOrderLine(Node):
    """An order line."""

    id: strawberry.ID = identity("sol")
    line_number: int = column(description="1, 2, 3 … within the order.")
    transaction_type: TransactionType = column(description="What is used and charged.")
    status: LineStatus = column(description="What has become of it.")
    description: str = column(description="What it is, in a few words; may be empty.")
    quantity: Decimal = column(description="How much, in `unit`.")
    unit: str = column(description="What the quantity is counted in, for example `h`.")
    category: ProjectCategory | None = one(description="Project category; null when not said.")
    line_property: LineProperty | None = one(description="How it is charged; null when not said.")
    offset_account: LedgerAccount | None = one(
        description="What it is set off against; null when not said, and unless it is of type EXPENSE."
    )
    project: Project | None = one(
        shown=sees_customer,
        needs=("project.customer_id",),
        description="Where it is charged to; null for the order's project, and for customers when it is not theirs.",
    )
    item: Item | None = one(description="The item; null unless the line is of type ITEM.")
    task: ServiceTask | None = one(description="The task; null when none is named.")
    worker: Worker | None = one(description="Who does it; null while nobody is assigned.")
    object_relation: ServiceObjectRelation | None = one(description="The object it is about; null when none is named.")
    activity: ServiceActivity | None = one(description="The activity it is done in; null when it needs none.")
    agreement_line: ServiceAgreementLine | None = one(
        description="The agreement line that it comes from; null for none."
    )
    calculated_on: date | None = column(description="The day for which its agreement line was done; null without one.")
    earliest_on: date | None = column(description="The first day it may take place on; null when not said.")
    latest_on: date | None = column(description="The last day it may take place on; null when not said.")
    executes_on: date | None = column(description="The day it is to be done; null when not said.")
    start_time: str | None = computed(
        needs=("starts_minute",), value=clock_text, description="When work on it began, `HH:MM`; null when not said."
    )
    end_time: str | None = computed(
        needs=("ends_minute",), value=clock_text, description="When work on it ended, `HH:MM`; null when not said."
    )
    currency: CurrencyCode | None = column(description="The currency it is sold in; null: the company's.")
    cost_price: Money | None = cost_of(
        "cost_price_minor",
        description="What a unit costs the company; null when the set-up does not say, or when it is not for you.",
    )
    sales_price: Money | None = sales_of(
        "sales_price_minor",
        description="What a unit is sold for; null when the set-up does not say, or when it is not for you.",
    )
    sales_price_modified: bool | None = computed(
        needs=("sales_price_modified",),
        value=for_company,
        viewer=True,
        description=(
            "Whether somebody typed the sales price. Another one is looked up again when the line is posted."
            " Null when it is not for you."
        ),
    )
    signed_off_at: datetime | None = column(description="When it was signed off as done; null while it is not.")
    invoice_number: str | None = computed(
        needs=("invoice_number",),
        value=for_company,
        viewer=True,
        description="The invoice it is on, of a posted line; null when not said, or when it is not for you.",
    )
    version: int = column(description=_VERSION)
    available_actions: list[AvailableOrderAction] = computed(
        needs=LINE_NEEDS, value=of_line, viewer=True, description="What can be done to it now, by you."
    )


@node(
    models.StageReason,
    prefix="srs",
    visible=visible_reasons,
    description="Why an order entered a stage, was signed off, or is late: an entry of its log of reasons.",
)
class StageReason(Node):
    """A reason given."""

    id: strawberry.ID = identity("srs")
    line_number: int = column(description="1, 2, 3 … within the order.")
    type: ReasonType = column(description="On what occasion it was given.")
    code: StageReasonCode = one(description="The reason.")
    stage: Stage = one(description="The stage the order was in, or entered.")
    description: str = column(description="More about it; may be empty.")
    created_at: datetime = column(description="When it was given.")
    created_by: str = column(description="Who gave it.")
    version: int = column(description=_VERSION)


@node(
    models.ItemRequirement,
    prefix="req",
    visible=visible_requirements,
    description="An item that has to be there when an order is carried out. While there is one, the order stays.",
)
class ItemRequirement(Node):
    """A required item."""

    id: strawberry.ID = identity("req")
    line_number: int = column(description="1, 2, 3 … within the order.")
    order: "ServiceOrder" = one(description="The order that requires it.")
    project: Project = one(description="Where it is charged to.")
    item: Item = one(description="The item.")
    quantity: Decimal = column(description="How much, in `unit`.")
    unit: str = column(description="What the quantity is counted in.")
    description: str = column(description="What it is for; may be empty.")
    supply: RequirementSupply = column(description="Where it comes from.")
    site: Address | None = one(description="Where it is to be; null when not said.")
    required_on: date | None = column(description="The day on which it has to be there; null when not said.")
    delivered_at: datetime | None = column(description="When it was delivered; null while it is not.")
    version: int = column(description=_VERSION)


@strawberry.type(description="What somebody should know about an order although nothing is refused for it.")
class ServiceOrderWarning:
    """A warning."""

    code: OrderWarning = strawberry.field(description="What is odd.")
    message: str = strawberry.field(description="The same for a person.")


def _warnings(
    viewer: Actor,
    number: str,
    calendar_conflict: bool,  # noqa: FBT001 - given by position, as the columns come
    technician: str | None,
    technician_team_id: int | None,
) -> list[Warned]:
    if not viewer.may(Permission.READ_COMPANY):
        return []
    return warnings_of(
        number,
        calendar_conflict=calendar_conflict,
        technician=technician,
        technician_team_id=technician_team_id,
    )


@node(
    models.ServiceOrder,
    prefix="so",
    visible=visible_orders,
    description="One piece of service work for one customer at one site.",
)
class ServiceOrder(Node):
    """A service order."""

    id: strawberry.ID = identity("so")
    number: str = column(description="For people, unique per company.")
    description: str = column(description="What the customer needs; may be empty.")
    customer: Customer = one(description="For whom the work is done.")
    address: Address | None = one(
        shown=sees_customer,
        needs=("address.customer_id",),
        description="Where the work is done; null when not said, and for customers when it is not theirs.",
    )
    contact: Contact | None = one(description="Whom to ask for; null when not said.")
    project: Project | None = one(
        shown=sees_customer,
        needs=("project.customer_id",),
        description="Where cost and revenue go; null while in none, and for customers when it is not theirs.",
    )
    agreement: ServiceAgreement | None = one(
        shown=sees_agreement,
        needs=("agreement.project.customer_id", "agreement.template_group_id"),
        description="The service agreement it is done under; null for none, and for customers when it is not theirs.",
    )
    priority: Priority = column(description="How urgent it is.")
    origin: OrderOrigin = column(description="Where it came from.")
    progress: OrderProgress = column(description="How far it has come; follows from its lines.")
    incoming_web_order: bool = column(
        description="Whether it came over the web and waits to be transferred; in lists only when asked for."
    )
    sales_order_number: str | None = column(description="The sales order it comes from; null for none.")
    stage: Stage | None = one(description="The step it is at; null only while the company has no stages.")
    reasons: list[StageReason] = many(
        order=("line_number",), where=visible_reasons, description="The reasons given for it, the first first."
    )
    signed_off_at: datetime | None = column(description="When it was signed off as done; null while it is not.")
    calendar_conflict: bool = column(
        description="Whether it is wished for, or planned on, a day on which the company's calendar is closed."
    )
    service_at: datetime | None = column(description="When the customer would like it; null when not said.")
    responsible: Worker | None = one(description="Who answers for it; null when nobody does.")
    preferred_technician: Worker | None = one(description="Whom the customer prefers; null when anybody.")
    sla: ServiceOrderSla = itself(description="How it stands against its service level.")
    created_at: datetime = column(description="When it was made.")
    lines: list[ServiceOrderLine] = many(
        order=("line_number",), where=visible_lines, description="Its lines, as far as you may see them."
    )
    activities: list[ServiceActivity] = many(
        order=("starts_at", "id"), where=visible_activities, description="Its activities, as far as you may see them."
    )
    item_requirements: list[ItemRequirement] = many(
        order=("line_number",), where=visible_requirements, description="The items it requires."
    )
    object_relations: list[ServiceObjectRelation] = many(
        order=("number", "id"), description="The service objects that it alone is about; its agreement has more."
    )
    task_relations: list[ServiceTaskRelation] = many(
        order=("id",), description="The tasks that it alone is about; its agreement has more."
    )
    warnings: list[ServiceOrderWarning] = computed(
        needs=("number", "calendar_conflict", "preferred_technician.name", "preferred_technician.team_id"),
        value=_warnings,
        viewer=True,
        description="What is odd about it; empty for customers.",
    )
    version: int = column(description=_VERSION)
    available_actions: list[AvailableOrderAction] = computed(
        needs=ORDER_NEEDS, value=of_order, viewer=True, description="What can be done to it now, by you."
    )
