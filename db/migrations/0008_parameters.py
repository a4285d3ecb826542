"""The company's remaining choices, and the turns of what one server does at a time."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.parameters.rules import SlaCalendarMode
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('tavle', '0007_agreement_constraints')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Turn',
            fields=[
                ('name', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=60)),
                ('due_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('holder', fields.CharField(null=True, max_length=32)),
                ('held_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'turn', 'app': 'tavle', 'pk_attr': 'name', 'table_description': 'When something that one server does at a time is due, and who is at it until when.'},
            bases=['Model'],
        ),
        ops.AlterModelOptions(
            name='ServiceManagementParameters',
            options={'table': 'service_management_parameters', 'app': 'tavle', 'pk_attr': 'id', 'table_description': "Company-wide choices of DOMAIN.md 1.1, with the company's name and time zone."},
        ),
        ops.AddField(
            model_name='ServiceManagementParameters',
            name='activity_category',
            field=fields.CharField(null=True, max_length=60),
        ),
        ops.AddField(
            model_name='ServiceManagementParameters',
            name='activity_generation_stage',
            field=fields.ForeignKeyField('tavle.Stage', source_field='activity_generation_stage_id', null=True, db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='ServiceManagementParameters',
            name='activity_purpose',
            field=fields.CharField(null=True, max_length=120),
        ),
        ops.AddField(
            model_name='ServiceManagementParameters',
            name='agreement_activity_type',
            field=fields.ForeignKeyField('tavle.ActivityType', source_field='agreement_activity_type_id', null=True, db_constraint=True, to_field='id', related_name='agreement_parameters', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='ServiceManagementParameters',
            name='create_activity_for_order',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='ServiceManagementParameters',
            name='reason_on_cancel',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='ServiceManagementParameters',
            name='reason_on_exceed_time',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='ServiceManagementParameters',
            name='sla_calendar_mode',
            field=fields.CharEnumField(default=SlaCalendarMode.OPEN_TIME, description='OPEN_TIME: OPEN_TIME\nSTART_ONLY: START_ONLY', db_default='OPEN_TIME', enum_type=SlaCalendarMode, max_length=20),
        ),
        ops.AddField(
            model_name='ServiceManagementParameters',
            name='sla_on_generated_orders',
            field=fields.BooleanField(default=False, db_default=False),
        ),
    ]
