"""Tables of projects and project categories."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from domain.projects.rules import ProjectType, TransactionType


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
    version = fields.IntField(default=1)

    class Meta:
        table = "line_property"
