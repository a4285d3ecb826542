"""Webhooks and their messages."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.webhooks.rules import DeliveryStatus
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('tavle', '0017_order_constraints')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Webhook',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('number', fields.CharField(unique=True, max_length=20)),
                ('name', fields.CharField(max_length=120)),
                ('url', fields.CharField(max_length=500)),
                ('signing_secret', fields.CharField(max_length=80)),
                ('subject_types', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('active', fields.BooleanField(default=True)),
                ('position', fields.BigIntField()),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('version', fields.IntField(default=1)),
            ],
            options={'table': 'webhook', 'app': 'tavle', 'pk_attr': 'id', 'table_description': 'An address that is told what happens, and how far in the log it has come.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='WebhookDelivery',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('webhook', fields.ForeignKeyField('tavle.Webhook', source_field='webhook_id', db_constraint=True, to_field='id', related_name='deliveries', on_delete=OnDelete.CASCADE)),
                ('seq', fields.BigIntField()),
                ('message_id', fields.CharField(max_length=40)),
                ('kind', fields.CharField(max_length=60)),
                ('subject_type', fields.CharField(max_length=40)),
                ('subject_id', fields.BigIntField()),
                ('payload', fields.TextField(unique=False)),
                ('status', fields.CharEnumField(default=DeliveryStatus.PENDING, description='PENDING: PENDING\nDELIVERED: DELIVERED\nDEAD: DEAD', enum_type=DeliveryStatus, max_length=10)),
                ('attempts', fields.IntField(default=0)),
                ('due_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('answer_status', fields.IntField(null=True)),
                ('error', fields.CharField(null=True, max_length=300)),
            ],
            options={'table': 'webhook_delivery', 'app': 'tavle', 'pk_attr': 'id', 'table_description': 'One message to one address. Those about one subject wait for each other: only the first has a `due_at`.'},
            bases=['Model'],
        ),
    ]
