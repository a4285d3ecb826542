"""Stages, the codes of reasons, the reasons given, and the stage and sign-off of orders and lines."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.stages.rules import ReasonType
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('tavle', '0003_constraints')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Stage',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('number', fields.CharField(unique=True, max_length=20)),
                ('name', fields.CharField(max_length=120)),
                ('parent', fields.ForeignKeyField('tavle.Stage', source_field='parent_id', null=True, db_constraint=True, to_field='id', related_name='children', on_delete=OnDelete.RESTRICT)),
                ('has_next', fields.BooleanField(default=False)),
                ('allow_delete', fields.BooleanField(default=False)),
                ('allow_modify', fields.BooleanField(default=False)),
                ('allow_cancel', fields.BooleanField(default=False)),
                ('allow_post', fields.BooleanField(default=False)),
                ('stops_time_recording', fields.BooleanField(default=False)),
                ('require_reason', fields.BooleanField(default=False)),
                ('version', fields.IntField(default=1)),
            ],
            options={'table': 'stage', 'app': 'tavle', 'pk_attr': 'id', 'table_description': 'A step of service orders: what an order in it allows, and what entering it asks and does.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='StageReasonCode',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('number', fields.CharField(unique=True, max_length=20)),
                ('name', fields.CharField(max_length=120)),
                ('version', fields.IntField(default=1)),
            ],
            options={'table': 'stage_reason_code', 'app': 'tavle', 'pk_attr': 'id', 'table_description': 'Why an order went where it went.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='StageReason',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('order', fields.ForeignKeyField('tavle.ServiceOrder', source_field='order_id', db_constraint=True, to_field='id', related_name='reasons', on_delete=OnDelete.CASCADE)),
                ('line_number', fields.IntField()),
                ('code', fields.ForeignKeyField('tavle.StageReasonCode', source_field='code_id', db_constraint=True, to_field='id', related_name='reasons', on_delete=OnDelete.RESTRICT)),
                ('stage', fields.ForeignKeyField('tavle.Stage', source_field='stage_id', db_constraint=True, to_field='id', related_name='reasons', on_delete=OnDelete.RESTRICT)),
                ('type', fields.CharEnumField(description='STAGE_CHANGE: STAGE_CHANGE\nCLOSE: CLOSE\nCANCEL: CANCEL\nMANUAL: MANUAL', enum_type=ReasonType, max_length=12)),
                ('description', fields.CharField(default='', max_length=1000)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('created_by', fields.CharField(max_length=120)),
                ('version', fields.IntField(default=1)),
            ],
            options={'table': 'stage_reason', 'app': 'tavle', 'pk_attr': 'id', 'table_description': "Why an order entered a stage, was signed off, or is late: one entry of the order's log of reasons."},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='ServiceOrder',
            name='has_posted_lines',
            field=fields.BooleanField(null=True),
        ),
        ops.AddField(
            model_name='ServiceOrder',
            name='signed_off_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='ServiceOrder',
            name='stage',
            field=fields.ForeignKeyField('tavle.Stage', source_field='stage_id', null=True, db_constraint=True, to_field='id', related_name='orders', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='ServiceOrderLine',
            name='signed_off_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
