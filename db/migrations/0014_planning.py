"""Planned visits: what an order line was planned from, and the runs that plan many."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.planning.rules import RunStatus
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('tavle', '0013_long_activities')]

    initial = False

    operations = [
        ops.CreateModel(
            name='PlanningRun',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('status', fields.CharEnumField(default=RunStatus.WAITING, db_index=True, description='WAITING: WAITING\nRUNNING: RUNNING\nDONE: DONE\nSTOPPED: STOPPED\nFAILED: FAILED', enum_type=RunStatus, max_length=10)),
                ('from_on', fields.DateField()),
                ('to_on', fields.DateField()),
                ('transaction_types', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('continuous', fields.BooleanField(default=False)),
                ('agreement_ids', fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                ('done_up_to', fields.IntField(default=0)),
                ('begun_next', fields.BooleanField(default=False)),
                ('agreements_total', fields.IntField()),
                ('agreements_done', fields.IntField(default=0)),
                ('orders_created', fields.IntField(default=0)),
                ('lines_created', fields.IntField(default=0)),
                ('lines_there', fields.IntField(default=0)),
                ('lines_skipped', fields.IntField(default=0)),
                ('calendar_conflicts', fields.IntField(default=0)),
                ('problem', fields.CharField(null=True, max_length=1000)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('created_by', fields.CharField(max_length=120)),
                ('user_id', fields.IntField(null=True)),
                ('by_clock', fields.BooleanField(default=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('version', fields.IntField(default=1)),
            ],
            options={'table': 'planning_run', 'app': 'tavle', 'pk_attr': 'id', 'table_description': 'Planning of many agreements in batches: what was asked for, how far it has come, and what came of it.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='ServiceManagementParameters',
            name='plan_visits_daily',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='ServiceManagementParameters',
            name='planning_horizon_days',
            field=fields.IntField(default=60, db_default=60),
        ),
        ops.AddField(
            model_name='ServiceOrder',
            name='calendar_conflict',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='ServiceOrderLine',
            name='agreement_line',
            field=fields.ForeignKeyField('tavle.ServiceAgreementLine', source_field='agreement_line_id', null=True, db_constraint=True, to_field='id', related_name='order_lines', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='ServiceOrderLine',
            name='calculated_on',
            field=fields.DateField(null=True),
        ),
        ops.AddField(
            model_name='ServiceOrderLine',
            name='earliest_on',
            field=fields.DateField(null=True),
        ),
        ops.AddField(
            model_name='ServiceOrderLine',
            name='executes_on',
            field=fields.DateField(null=True),
        ),
        ops.AddField(
            model_name='ServiceOrderLine',
            name='latest_on',
            field=fields.DateField(null=True),
        ),
    ]
