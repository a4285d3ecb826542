"""Tables of what was posted: vouchers in journals, and the project transactions under them."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from domain.projects.rules import TransactionType


class JournalPosting(Model):
    """What was posted to one journal at one time, under one voucher number."""

    id = fields.IntField(primary_key=True)
    number = fields.CharField(max_length=20, unique=True)
    journal: Any = fields.ForeignKeyField("tavle.Journal", related_name="postings", on_delete=fields.RESTRICT)
    journal_id: int
    posted_at = fields.DatetimeField()
    posted_by = fields.CharField(max_length=120)
    version = fields.IntField(default=1)

    class Meta:
        table = "journal_posting"


class ProjectTransaction(Model):
    """What an order line cost and was sold for, once and for all. Units: minor units of the currency."""

    id = fields.IntField(primary_key=True)
    posting: Any = fields.ForeignKeyField(
        "tavle.JournalPosting", related_name="transactions", on_delete=fields.RESTRICT
    )
    posting_id: int
    order: Any = fields.ForeignKeyField("tavle.ServiceOrder", related_name="transactions", on_delete=fields.RESTRICT)
    order_id: int
    line_number = fields.IntField()
    order_line: Any = fields.ForeignKeyField(
        "tavle.ServiceOrderLine", related_name="transactions", on_delete=fields.RESTRICT
    )
    order_line_id: int
    project: Any = fields.ForeignKeyField("tavle.Project", related_name="transactions", on_delete=fields.RESTRICT)
    project_id: int
    agreement: Any = fields.ForeignKeyField(
        "tavle.ServiceAgreement", null=True, related_name="transactions", on_delete=fields.RESTRICT
    )
    agreement_id: int | None
    transaction_type = fields.CharEnumField(TransactionType, max_length=10)
    executed_on = fields.DateField()
    description = fields.CharField(max_length=200, default="")
    category: Any = fields.ForeignKeyField(
        "tavle.ProjectCategory", null=True, related_name="transactions", on_delete=fields.RESTRICT
    )
    category_id: int | None
    line_property: Any = fields.ForeignKeyField(
        "tavle.LineProperty", null=True, related_name="transactions", on_delete=fields.RESTRICT
    )
    line_property_id: int | None
    offset_account: Any = fields.ForeignKeyField(
        "tavle.LedgerAccount", null=True, related_name="transactions", on_delete=fields.RESTRICT
    )
    offset_account_id: int | None
    worker: Any = fields.ForeignKeyField(
        "tavle.Worker", null=True, related_name="transactions", on_delete=fields.RESTRICT
    )
    worker_id: int | None
    item: Any = fields.ForeignKeyField("tavle.Item", null=True, related_name="transactions", on_delete=fields.RESTRICT)
    item_id: int | None
    quantity = fields.DecimalField(max_digits=14, decimal_places=4)
    unit = fields.CharField(max_length=10)
    currency = fields.CharField(max_length=3)
    cost_price_minor = fields.BigIntField()
    sales_price_minor = fields.BigIntField()
    cost_minor = fields.BigIntField()
    sales_minor = fields.BigIntField()
    version = fields.IntField(default=1)

    class Meta:
        table = "project_transaction"
