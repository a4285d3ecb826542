"""Tables of webhooks and their messages."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from domain.webhooks.rules import DeliveryStatus


class Webhook(Model):
    """An address that is told what happens, and how far in the log it has come."""

    id = fields.IntField(primary_key=True)
    number = fields.CharField(max_length=20, unique=True)
    name = fields.CharField(max_length=120)
    url = fields.CharField(max_length=500)
    signing_secret = fields.CharField(max_length=80)
    subject_types: list[str] = fields.JSONField()
    active = fields.BooleanField(default=True)
    position = fields.BigIntField()
    created_at = fields.DatetimeField()
    version = fields.IntField(default=1)

    class Meta:
        table = "webhook"


class WebhookDelivery(Model):
    """One message to one address. Those about one subject wait for each other: only the first has a `due_at`."""

    id = fields.IntField(primary_key=True)
    webhook: Any = fields.ForeignKeyField("tavle.Webhook", related_name="deliveries", on_delete=fields.CASCADE)
    webhook_id: int
    seq = fields.BigIntField()
    message_id = fields.CharField(max_length=40)
    kind = fields.CharField(max_length=60)
    subject_type = fields.CharField(max_length=40)
    subject_id = fields.BigIntField()
    payload = fields.TextField()
    status = fields.CharEnumField(DeliveryStatus, max_length=10, default=DeliveryStatus.PENDING)
    attempts = fields.IntField(default=0)
    due_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    answer_status = fields.IntField(null=True)
    error = fields.CharField(max_length=300, null=True)

    class Meta:
        table = "webhook_delivery"
