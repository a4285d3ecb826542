"""Service levels, the order's place beside one, and the time that counts for it."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.parameters.rules import SlaCalendarMode
from domain.slas.rules import SlaRisk, SlaStatus
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('tavle', '0008_parameters')]

    initial = False

    operations = [
        ops.CreateModel(
            name='RecordedTime',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('order', fields.ForeignKeyField('tavle.ServiceOrder', source_field='order_id', db_constraint=True, to_field='id', related_name='recorded_times', on_delete=OnDelete.CASCADE)),
                ('starts_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ends_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('status', fields.CharEnumField(default=SlaStatus.STARTED, description='NONE: NONE\nSTARTED: STARTED\nSTOPPED: STOPPED\nCANCELED: CANCELED', enum_type=SlaStatus, max_length=10)),
                ('counted', fields.BigIntField(null=True)),
            ],
            options={'table': 'recorded_time', 'app': 'tavle', 'pk_attr': 'id', 'table_description': 'Time of an order that counts for its service level: from a start until a stop, or still running.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ServiceLevel',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('number', fields.CharField(unique=True, max_length=20)),
                ('name', fields.CharField(max_length=120)),
                ('days', fields.IntField(default=0)),
                ('hours', fields.IntField(default=0)),
                ('minutes', fields.IntField(default=0)),
                ('calendar', fields.ForeignKeyField('tavle.Calendar', source_field='calendar_id', null=True, db_constraint=True, to_field='id', related_name='service_levels', on_delete=OnDelete.RESTRICT)),
                ('suspended', fields.BooleanField(default=False)),
                ('version', fields.IntField(default=1)),
            ],
            options={'table': 'service_level', 'app': 'tavle', 'pk_attr': 'id', 'table_description': 'A service level agreement: how long an order may take, in whole or only in the open time of a calendar.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='AgreementGroup',
            name='sla',
            field=fields.ForeignKeyField('tavle.ServiceLevel', source_field='sla_id', null=True, db_constraint=True, to_field='id', related_name='groups', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='ServiceAgreement',
            name='sla',
            field=fields.ForeignKeyField('tavle.ServiceLevel', source_field='sla_id', null=True, db_constraint=True, to_field='id', related_name='agreements', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='ServiceOrder',
            name='sla',
            field=fields.ForeignKeyField('tavle.ServiceLevel', source_field='sla_id', null=True, db_constraint=True, to_field='id', related_name='orders', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='ServiceOrder',
            name='sla_calendar',
            field=fields.ForeignKeyField('tavle.Calendar', source_field='sla_calendar_id', null=True, db_constraint=True, to_field='id', related_name='measured_orders', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='ServiceOrder',
            name='sla_calendar_mode',
            field=fields.CharEnumField(null=True, description='OPEN_TIME: OPEN_TIME\nSTART_ONLY: START_ONLY', enum_type=SlaCalendarMode, max_length=10),
        ),
        ops.AddField(
            model_name='ServiceOrder',
            name='sla_calendar_version',
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name='ServiceOrder',
            name='sla_due_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='ServiceOrder',
            name='sla_limit_minutes',
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name='ServiceOrder',
            name='sla_next_alarm_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='ServiceOrder',
            name='sla_risk',
            field=fields.CharEnumField(default=SlaRisk.NONE, description='NONE: NONE\nON_TIME: ON_TIME\nAT_RISK: AT_RISK\nBREACHED: BREACHED', db_default='NONE', enum_type=SlaRisk, max_length=10),
        ),
        ops.AddField(
            model_name='ServiceOrder',
            name='sla_started_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='ServiceOrder',
            name='sla_status',
            field=fields.CharEnumField(default=SlaStatus.NONE, description='NONE: NONE\nSTARTED: STARTED\nSTOPPED: STOPPED\nCANCELED: CANCELED', db_default='NONE', enum_type=SlaStatus, max_length=10),
        ),
    ]
