"""Tables of service orders: header, lines, and the activities a dispatcher moves."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from domain.orders.rules import DispatchStatus, LineStatus, OrderOrigin, OrderProgress, Priority, RequirementSupply
from domain.parameters.rules import SlaCalendarMode
from domain.projects.rules import TransactionType
from domain.slas.rules import SlaRisk, SlaStatus
from domain.stages.rules import ReasonType


class ActivityType(Model):
    """What kind of visit an activity is."""

    id = fields.IntField(primary_key=True)
    number = fields.CharField(max_length=20, unique=True)
    name = fields.CharField(max_length=120)
    version = fields.IntField(default=1)

    class Meta:
        table = "activity_type"


class ServiceOrder(Model):
    """One piece of service work for one customer at one site."""

    id = fields.IntField(primary_key=True)
    number = fields.CharField(max_length=20, unique=True)
    description = fields.CharField(max_length=1000, default="")
    customer: Any = fields.ForeignKeyField("tavle.Customer", related_name="orders", on_delete=fields.RESTRICT)
    customer_id: int
    address: Any = fields.ForeignKeyField("tavle.Address", null=True, related_name="orders", on_delete=fields.RESTRICT)
    address_id: int | None
    contact: Any = fields.ForeignKeyField("tavle.Contact", null=True, related_name="orders", on_delete=fields.RESTRICT)
    contact_id: int | None
    project: Any = fields.ForeignKeyField("tavle.Project", null=True, related_name="orders", on_delete=fields.RESTRICT)
    project_id: int | None
    agreement: Any = fields.ForeignKeyField(
        "tavle.ServiceAgreement", null=True, related_name="orders", on_delete=fields.RESTRICT
    )
    agreement_id: int | None
    priority = fields.CharEnumField(Priority, max_length=10, default=Priority.NORMAL)
    origin = fields.CharEnumField(OrderOrigin, max_length=12, default=OrderOrigin.MANUAL)
    progress = fields.CharEnumField(OrderProgress, max_length=10, default=OrderProgress.IN_PROCESS, db_index=True)
    service_at = fields.DatetimeField(null=True, db_index=True)
    responsible: Any = fields.ForeignKeyField(
        "tavle.Worker", null=True, related_name="responsible_orders", on_delete=fields.RESTRICT
    )
    responsible_id: int | None
    preferred_technician: Any = fields.ForeignKeyField(
        "tavle.Worker", null=True, related_name="preferred_orders", on_delete=fields.RESTRICT
    )
    preferred_technician_id: int | None
    # None only while the company has no stages.
    stage: Any = fields.ForeignKeyField("tavle.Stage", null=True, related_name="orders", on_delete=fields.RESTRICT)
    stage_id: int | None
    # True when a line is posted, else None; follows from the lines, as the progress does, which does not tell it.
    has_posted_lines = fields.BooleanField(null=True)
    # True while an item is required for it, else None; follows from the requirements.
    has_item_requirements = fields.BooleanField(null=True)
    # Written down by a customer or technician, and waiting for a dispatcher to take it over.
    incoming_web_order = fields.BooleanField(default=False, db_default=False)
    sales_order_number = fields.CharField(max_length=40, null=True)
    signed_off_at = fields.DatetimeField(null=True)
    # Whether it was planned on a day on which the company's calendar is closed.
    calendar_conflict = fields.BooleanField(default=False, db_default=False)
    created_at = fields.DatetimeField()
    # The service level it is measured by, and the terms that this had when measurement began.
    sla: Any = fields.ForeignKeyField("tavle.ServiceLevel", null=True, related_name="orders", on_delete=fields.RESTRICT)
    sla_id: int | None
    sla_status = fields.CharEnumField(SlaStatus, max_length=10, default=SlaStatus.NONE, db_default="NONE")
    sla_limit_minutes = fields.IntField(null=True)
    sla_calendar: Any = fields.ForeignKeyField(
        "tavle.Calendar", null=True, related_name="measured_orders", on_delete=fields.RESTRICT
    )
    sla_calendar_id: int | None
    sla_calendar_mode = fields.CharEnumField(SlaCalendarMode, max_length=10, null=True)
    # What follows from these and the recorded time, and which state of the calendar it follows from.
    sla_started_at = fields.DatetimeField(null=True)
    sla_due_at = fields.DatetimeField(null=True)
    sla_risk = fields.CharEnumField(SlaRisk, max_length=10, default=SlaRisk.NONE, db_default="NONE")
    sla_next_alarm_at = fields.DatetimeField(null=True)
    sla_calendar_version = fields.IntField(null=True)
    version = fields.IntField(default=1)

    class Meta:
        table = "service_order"


class RecordedTime(Model):
    """Time of an order that counts for its service level: from a start until a stop, or still running.

    `counted` is how much of it counted, in microseconds, by the calendar as it was when it ended.
    """

    id = fields.IntField(primary_key=True)
    order: Any = fields.ForeignKeyField("tavle.ServiceOrder", related_name="recorded_times", on_delete=fields.CASCADE)
    order_id: int
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField(null=True)
    status = fields.CharEnumField(SlaStatus, max_length=10, default=SlaStatus.STARTED)
    counted = fields.BigIntField(null=True)

    class Meta:
        table = "recorded_time"


class ServiceActivity(Model):
    """Work on the board: one visit, or part of one, that one worker does."""

    id = fields.IntField(primary_key=True)
    number = fields.CharField(max_length=30, unique=True)
    title = fields.CharField(max_length=200)
    category = fields.CharField(max_length=60, null=True)
    purpose = fields.CharField(max_length=120, null=True)
    order: Any = fields.ForeignKeyField("tavle.ServiceOrder", related_name="activities", on_delete=fields.CASCADE)
    order_id: int
    type: Any = fields.ForeignKeyField(
        "tavle.ActivityType", null=True, related_name="activities", on_delete=fields.RESTRICT
    )
    type_id: int | None
    phase: Any = fields.ForeignKeyField(
        "tavle.ActivityPhase", null=True, related_name="activities", on_delete=fields.RESTRICT
    )
    phase_id: int | None
    task: Any = fields.ForeignKeyField(
        "tavle.ServiceTask", null=True, related_name="activities", on_delete=fields.RESTRICT
    )
    task_id: int | None
    worker: Any = fields.ForeignKeyField(
        "tavle.Worker", null=True, related_name="activities", on_delete=fields.RESTRICT
    )
    worker_id: int | None
    starts_at = fields.DatetimeField(null=True)
    ends_at = fields.DatetimeField(null=True)
    priority = fields.CharEnumField(Priority, max_length=10, default=Priority.NORMAL)
    dispatch_status = fields.CharEnumField(DispatchStatus, max_length=12, default=DispatchStatus.UNDISPATCHED)
    closed = fields.BooleanField(default=False)
    overlap_accepted = fields.BooleanField(default=False)
    version = fields.IntField(default=1)

    class Meta:
        table = "service_activity"


class ServiceOrderLine(Model):
    """What is done, used or charged on an order. Lines with equal worker and task share one activity."""

    id = fields.IntField(primary_key=True)
    order: Any = fields.ForeignKeyField("tavle.ServiceOrder", related_name="lines", on_delete=fields.CASCADE)
    order_id: int
    line_number = fields.IntField()
    transaction_type = fields.CharEnumField(TransactionType, max_length=10)
    status = fields.CharEnumField(LineStatus, max_length=10, default=LineStatus.CREATED)
    description = fields.CharField(max_length=200, default="")
    category: Any = fields.ForeignKeyField("tavle.ProjectCategory", null=True, on_delete=fields.RESTRICT)
    category_id: int | None
    line_property: Any = fields.ForeignKeyField(
        "tavle.LineProperty", null=True, related_name="order_lines", on_delete=fields.RESTRICT
    )
    line_property_id: int | None
    # Only of an expense; None means that of its project.
    offset_account: Any = fields.ForeignKeyField(
        "tavle.LedgerAccount", null=True, related_name="order_lines", on_delete=fields.RESTRICT
    )
    offset_account_id: int | None
    # None means that of its order.
    project: Any = fields.ForeignKeyField(
        "tavle.Project", null=True, related_name="order_lines", on_delete=fields.RESTRICT
    )
    project_id: int | None
    item: Any = fields.ForeignKeyField("tavle.Item", null=True, on_delete=fields.RESTRICT)
    item_id: int | None
    task: Any = fields.ForeignKeyField("tavle.ServiceTask", null=True, related_name="lines", on_delete=fields.RESTRICT)
    task_id: int | None
    worker: Any = fields.ForeignKeyField("tavle.Worker", null=True, related_name="lines", on_delete=fields.RESTRICT)
    worker_id: int | None
    activity: Any = fields.ForeignKeyField(
        "tavle.ServiceActivity", null=True, related_name="lines", on_delete=fields.SET_NULL
    )
    activity_id: int | None
    object_relation: Any = fields.ForeignKeyField(
        "tavle.ServiceObjectRelation", null=True, related_name="order_lines", on_delete=fields.NO_ACTION
    )
    object_relation_id: int | None
    quantity = fields.DecimalField(max_digits=14, decimal_places=4)
    unit = fields.CharField(max_length=10, default="h")
    # Of a planned line: what it was planned from, the day it was calculated for, and the days it may take.
    agreement_line: Any = fields.ForeignKeyField(
        "tavle.ServiceAgreementLine", null=True, related_name="order_lines", on_delete=fields.RESTRICT
    )
    agreement_line_id: int | None
    calculated_on = fields.DateField(null=True)
    earliest_on = fields.DateField(null=True)
    latest_on = fields.DateField(null=True)
    executes_on = fields.DateField(null=True)
    # Minutes after midnight between which hours were worked, where the company and its journal want to know.
    starts_minute = fields.SmallIntField(null=True)
    ends_minute = fields.SmallIntField(null=True)
    # Prices of one unit, in minor units of the currency; without a currency it is the company's.
    currency = fields.CharField(max_length=3, null=True)
    cost_price_minor = fields.BigIntField(null=True)
    sales_price_minor = fields.BigIntField(null=True)
    sales_price_modified = fields.BooleanField(default=False, db_default=False)
    signed_off_at = fields.DatetimeField(null=True)
    # Of a posted line, as the program that writes invoices says.
    invoice_number = fields.CharField(max_length=40, null=True)
    version = fields.IntField(default=1)

    class Meta:
        table = "service_order_line"


class ItemRequirement(Model):
    """An item that has to be there when an order is carried out."""

    id = fields.IntField(primary_key=True)
    order: Any = fields.ForeignKeyField(
        "tavle.ServiceOrder", related_name="item_requirements", on_delete=fields.RESTRICT
    )
    order_id: int
    line_number = fields.IntField()
    project: Any = fields.ForeignKeyField("tavle.Project", related_name="item_requirements", on_delete=fields.RESTRICT)
    project_id: int
    item: Any = fields.ForeignKeyField("tavle.Item", related_name="item_requirements", on_delete=fields.RESTRICT)
    item_id: int
    site: Any = fields.ForeignKeyField(
        "tavle.Address", null=True, related_name="item_requirements", on_delete=fields.RESTRICT
    )
    site_id: int | None
    # What it was planned from, and for which day; None of one that was written down by hand.
    agreement_line: Any = fields.ForeignKeyField(
        "tavle.ServiceAgreementLine", null=True, related_name="item_requirements", on_delete=fields.RESTRICT
    )
    agreement_line_id: int | None
    calculated_on = fields.DateField(null=True)
    quantity = fields.DecimalField(max_digits=14, decimal_places=4)
    unit = fields.CharField(max_length=10)
    description = fields.CharField(max_length=200, default="")
    supply = fields.CharEnumField(RequirementSupply, max_length=10, default=RequirementSupply.CONSUME)
    required_on = fields.DateField(null=True)
    delivered_at = fields.DatetimeField(null=True)
    version = fields.IntField(default=1)

    class Meta:
        table = "item_requirement"


class StageReason(Model):
    """Why an order entered a stage, was signed off, or is late: one entry of the order's log of reasons."""

    id = fields.IntField(primary_key=True)
    order: Any = fields.ForeignKeyField("tavle.ServiceOrder", related_name="reasons", on_delete=fields.CASCADE)
    order_id: int
    line_number = fields.IntField()
    code: Any = fields.ForeignKeyField("tavle.StageReasonCode", related_name="reasons", on_delete=fields.RESTRICT)
    code_id: int
    stage: Any = fields.ForeignKeyField("tavle.Stage", related_name="reasons", on_delete=fields.RESTRICT)
    stage_id: int
    type = fields.CharEnumField(ReasonType, max_length=12)
    description = fields.CharField(max_length=1000, default="")
    created_at = fields.DatetimeField()
    created_by = fields.CharField(max_length=120)
    version = fields.IntField(default=1)

    class Meta:
        table = "stage_reason"
