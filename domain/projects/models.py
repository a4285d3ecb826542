"""Tables of projects: their groups, categories and accounts, journals, prices, and who may work on what."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from domain.projects.rules import ProjectType, TransactionType


class ProjectGroup(Model):
    """A kind of project, in the company's own words, for example service."""

    id = fields.IntField(primary_key=True)
    number = fields.CharField(max_length=20, unique=True)
    name = fields.CharField(max_length=120)
    version = fields.IntField(default=1)

    class Meta:
        table = "project_group"


class LedgerAccount(Model):
    """An account of the company's ledger, as its bookkeeping numbers it."""

    id = fields.IntField(primary_key=True)
    number = fields.CharField(max_length=20, unique=True)
    name = fields.CharField(max_length=120)
    version = fields.IntField(default=1)

    class Meta:
        table = "ledger_account"


class Project(Model):
    """What costs and revenue are collected on."""

    id = fields.IntField(primary_key=True)
    number = fields.CharField(max_length=20, unique=True)
    name = fields.CharField(max_length=120)
    type = fields.CharEnumField(ProjectType, max_length=20)
    customer: Any = fields.ForeignKeyField(
        "tavle.Customer", null=True, related_name="projects", on_delete=fields.RESTRICT
    )
    customer_id: int | None
    group: Any = fields.ForeignKeyField(
        "tavle.ProjectGroup", null=True, related_name="projects", on_delete=fields.RESTRICT
    )
    group_id: int | None
    line_property: Any = fields.ForeignKeyField(
        "tavle.LineProperty", null=True, related_name="projects", on_delete=fields.RESTRICT
    )
    line_property_id: int | None
    # What its expenses are set off against, unless a line says otherwise.
    expense_offset_account: Any = fields.ForeignKeyField(
        "tavle.LedgerAccount", null=True, related_name="projects", on_delete=fields.RESTRICT
    )
    expense_offset_account_id: int | None
    active = fields.BooleanField(default=True)
    version = fields.IntField(default=1)

    class Meta:
        table = "project"


class ProjectCategory(Model):
    """What kind of hours, expense, item or fee a line is."""

    id = fields.IntField(primary_key=True)
    number = fields.CharField(max_length=20, unique=True)
    name = fields.CharField(max_length=120)
    transaction_type = fields.CharEnumField(TransactionType, max_length=10)
    active_in_journals = fields.BooleanField(default=True)
    version = fields.IntField(default=1)

    class Meta:
        table = "project_category"


class LineProperty(Model):
    """How a line is charged, in the company's own words, for example warranty."""

    id = fields.IntField(primary_key=True)
    number = fields.CharField(max_length=20, unique=True)
    name = fields.CharField(max_length=120)
    chargeable_percent = fields.SmallIntField(default=100, db_default=100)
    version = fields.IntField(default=1)

    class Meta:
        table = "line_property"


class Journal(Model):
    """Where hours, expenses, items or fees are posted."""

    id = fields.IntField(primary_key=True)
    number = fields.CharField(max_length=20, unique=True)
    name = fields.CharField(max_length=120)
    transaction_type = fields.CharEnumField(TransactionType, max_length=10)
    show_start_end_time = fields.BooleanField(default=False)
    version = fields.IntField(default=1)

    class Meta:
        table = "journal"


class ProjectPrice(Model):
    """What one unit costs and is sold for, from a day on. Units: minor units of the currency."""

    id = fields.IntField(primary_key=True)
    number = fields.CharField(max_length=20, unique=True)
    transaction_type = fields.CharEnumField(TransactionType, max_length=10)
    project: Any = fields.ForeignKeyField("tavle.Project", null=True, related_name="prices", on_delete=fields.RESTRICT)
    project_id: int | None
    category: Any = fields.ForeignKeyField(
        "tavle.ProjectCategory", null=True, related_name="prices", on_delete=fields.RESTRICT
    )
    category_id: int | None
    worker: Any = fields.ForeignKeyField("tavle.Worker", null=True, related_name="prices", on_delete=fields.RESTRICT)
    worker_id: int | None
    item: Any = fields.ForeignKeyField("tavle.Item", null=True, related_name="prices", on_delete=fields.RESTRICT)
    item_id: int | None
    starts_on = fields.DateField()
    currency = fields.CharField(max_length=3)
    cost_price_minor = fields.BigIntField(null=True)
    sales_price_minor = fields.BigIntField(null=True)
    version = fields.IntField(default=1)

    class Meta:
        table = "project_price"


class ProjectValidation(Model):
    """That a worker may work, or a category be used, on a project: once one may, others may not."""

    id = fields.IntField(primary_key=True)
    number = fields.CharField(max_length=20, unique=True)
    project: Any = fields.ForeignKeyField("tavle.Project", related_name="validations", on_delete=fields.RESTRICT)
    project_id: int
    worker: Any = fields.ForeignKeyField(
        "tavle.Worker", null=True, related_name="validations", on_delete=fields.RESTRICT
    )
    worker_id: int | None
    category: Any = fields.ForeignKeyField(
        "tavle.ProjectCategory", null=True, related_name="validations", on_delete=fields.RESTRICT
    )
    category_id: int | None
    version = fields.IntField(default=1)

    class Meta:
        table = "project_validation"
