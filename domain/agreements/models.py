"""Tables of service agreements: the set-up they need, their headers and their lines."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from domain.agreements.rules import CombineBy, IntervalRange, ItemSetup, WindowMethod
from domain.projects.rules import TransactionType


class AgreementGroup(Model):
    """A kind of service agreement, for example full service."""

    id = fields.IntField(primary_key=True)
    number = fields.CharField(max_length=20, unique=True)
    name = fields.CharField(max_length=120)
    # For agreements that have none of their own.
    sla: Any = fields.ForeignKeyField("tavle.ServiceLevel", null=True, related_name="groups", on_delete=fields.RESTRICT)
    sla_id: int | None
    version = fields.IntField(default=1)

    class Meta:
        table = "agreement_group"


class TemplateGroup(Model):
    """A place in the tree that agreement templates are chosen from."""

    id = fields.IntField(primary_key=True)
    number = fields.CharField(max_length=20, unique=True)
    name = fields.CharField(max_length=120)
    parent: Any = fields.ForeignKeyField(
        "tavle.TemplateGroup", null=True, related_name="children", on_delete=fields.RESTRICT
    )
    parent_id: int | None
    version = fields.IntField(default=1)

    class Meta:
        table = "template_group"


class ServiceInterval(Model):
    """How often something recurs: every so many days, weeks, months, quarters or years."""

    id = fields.IntField(primary_key=True)
    number = fields.CharField(max_length=20, unique=True)
    name = fields.CharField(max_length=120)
    range = fields.CharEnumField(IntervalRange, max_length=10)
    frequency = fields.IntField(default=1)
    version = fields.IntField(default=1)

    class Meta:
        table = "service_interval"


class TimeWindow(Model):
    """How far from its calculated day a visit may take place."""

    id = fields.IntField(primary_key=True)
    number = fields.CharField(max_length=20, unique=True)
    name = fields.CharField(max_length=120)
    method = fields.CharEnumField(WindowMethod, max_length=10)
    days_before = fields.IntField(default=0)
    days_after = fields.IntField(default=0)
    version = fields.IntField(default=1)

    class Meta:
        table = "time_window"


class ServiceAgreement(Model):
    """What has been promised to a customer: which service, how often, from when to when. Or a template for that."""

    id = fields.IntField(primary_key=True)
    number = fields.CharField(max_length=20, unique=True)
    description = fields.CharField(max_length=1000, default="")
    group: Any = fields.ForeignKeyField("tavle.AgreementGroup", related_name="agreements", on_delete=fields.RESTRICT)
    group_id: int
    project: Any = fields.ForeignKeyField("tavle.Project", related_name="agreements", on_delete=fields.RESTRICT)
    project_id: int
    starts_on = fields.DateField()
    ends_on = fields.DateField(null=True)
    suspended = fields.BooleanField(default=False)
    combine_by = fields.CharEnumField(CombineBy, max_length=30, default=CombineBy.BY_SERVICE_AGREEMENT)
    template_group: Any = fields.ForeignKeyField(
        "tavle.TemplateGroup", null=True, related_name="templates", on_delete=fields.RESTRICT
    )
    template_group_id: int | None
    responsible: Any = fields.ForeignKeyField(
        "tavle.Worker", null=True, related_name="responsible_agreements", on_delete=fields.RESTRICT
    )
    responsible_id: int | None
    preferred_technician: Any = fields.ForeignKeyField(
        "tavle.Worker", null=True, related_name="preferred_agreements", on_delete=fields.RESTRICT
    )
    preferred_technician_id: int | None
    contact: Any = fields.ForeignKeyField(
        "tavle.Contact", null=True, related_name="agreements", on_delete=fields.RESTRICT
    )
    contact_id: int | None
    activity_type: Any = fields.ForeignKeyField(
        "tavle.ActivityType", null=True, related_name="agreements", on_delete=fields.RESTRICT
    )
    activity_type_id: int | None
    sla: Any = fields.ForeignKeyField(
        "tavle.ServiceLevel", null=True, related_name="agreements", on_delete=fields.RESTRICT
    )
    sla_id: int | None
    version = fields.IntField(default=1)

    class Meta:
        table = "service_agreement"


class ServiceAgreementLine(Model):
    """One kind of work, expense, item or fee that an agreement promises. Units: minutes after midnight."""

    id = fields.IntField(primary_key=True)
    agreement: Any = fields.ForeignKeyField("tavle.ServiceAgreement", related_name="lines", on_delete=fields.CASCADE)
    agreement_id: int
    line_number = fields.IntField()
    transaction_type = fields.CharEnumField(TransactionType, max_length=10)
    description = fields.CharField(max_length=200, default="")
    category: Any = fields.ForeignKeyField(
        "tavle.ProjectCategory", related_name="agreement_lines", on_delete=fields.RESTRICT
    )
    category_id: int
    line_property: Any = fields.ForeignKeyField(
        "tavle.LineProperty", related_name="agreement_lines", on_delete=fields.RESTRICT
    )
    line_property_id: int
    # Only of an expense.
    offset_account: Any = fields.ForeignKeyField(
        "tavle.LedgerAccount", null=True, related_name="agreement_lines", on_delete=fields.RESTRICT
    )
    offset_account_id: int | None
    project: Any = fields.ForeignKeyField("tavle.Project", related_name="agreement_lines", on_delete=fields.RESTRICT)
    project_id: int
    currency = fields.CharField(max_length=3)
    starts_on = fields.DateField()
    ends_on = fields.DateField(null=True)
    worker: Any = fields.ForeignKeyField(
        "tavle.Worker", null=True, related_name="agreement_lines", on_delete=fields.RESTRICT
    )
    worker_id: int | None
    object_relation: Any = fields.ForeignKeyField(
        "tavle.ServiceObjectRelation", null=True, related_name="agreement_lines", on_delete=fields.NO_ACTION
    )
    object_relation_id: int | None
    task: Any = fields.ForeignKeyField(
        "tavle.ServiceTask", null=True, related_name="agreement_lines", on_delete=fields.RESTRICT
    )
    task_id: int | None
    interval: Any = fields.ForeignKeyField(
        "tavle.ServiceInterval", null=True, related_name="agreement_lines", on_delete=fields.RESTRICT
    )
    interval_id: int | None
    time_window: Any = fields.ForeignKeyField(
        "tavle.TimeWindow", null=True, related_name="agreement_lines", on_delete=fields.RESTRICT
    )
    time_window_id: int | None
    stopped = fields.BooleanField(default=False)
    quantity = fields.DecimalField(max_digits=14, decimal_places=4)
    unit = fields.CharField(max_length=10, default="h")
    # Prices of one unit, in minor units of the currency.
    cost_price_minor = fields.BigIntField(null=True)
    sales_price_minor = fields.BigIntField(null=True)
    sales_price_modified = fields.BooleanField(default=False, db_default=False)
    item: Any = fields.ForeignKeyField(
        "tavle.Item", null=True, related_name="agreement_lines", on_delete=fields.RESTRICT
    )
    item_id: int | None
    item_setup = fields.CharEnumField(ItemSetup, max_length=20, null=True)
    site: Any = fields.ForeignKeyField(
        "tavle.Address", null=True, related_name="agreement_lines", on_delete=fields.RESTRICT
    )
    site_id: int | None
    starts_after_minute = fields.SmallIntField(null=True)
    ends_before_minute = fields.SmallIntField(null=True)
    version = fields.IntField(default=1)

    class Meta:
        table = "service_agreement_line"
