"""The table of service levels."""

from typing import Any

from tortoise import fields
from tortoise.models import Model


class ServiceLevel(Model):
    """A service level agreement: how long an order may take, in whole or only in the open time of a calendar."""

    id = fields.IntField(primary_key=True)
    number = fields.CharField(max_length=20, unique=True)
    name = fields.CharField(max_length=120)
    days = fields.IntField(default=0)
    hours = fields.IntField(default=0)
    minutes = fields.IntField(default=0)
    calendar: Any = fields.ForeignKeyField(
        "tavle.Calendar", null=True, related_name="service_levels", on_delete=fields.RESTRICT
    )
    calendar_id: int | None
    suspended = fields.BooleanField(default=False)
    version = fields.IntField(default=1)

    class Meta:
        table = "service_level"
