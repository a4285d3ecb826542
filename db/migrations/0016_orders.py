"""Item requirements, web orders, lines with a project and a line property, addresses of one order alone."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.orders.rules import RequirementSupply
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('tavle', '0015_planning_constraints')]

    initial = False

    operations = [
        ops.CreateModel(
            name='ItemRequirement',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('order', fields.ForeignKeyField('tavle.ServiceOrder', source_field='order_id', db_constraint=True, to_field='id', related_name='item_requirements', on_delete=OnDelete.RESTRICT)),
                ('line_number', fields.IntField()),
                ('project', fields.ForeignKeyField('tavle.Project', source_field='project_id', db_constraint=True, to_field='id', related_name='item_requirements', on_delete=OnDelete.RESTRICT)),
                ('item', fields.ForeignKeyField('tavle.Item', source_field='item_id', db_constraint=True, to_field='id', related_name='item_requirements', on_delete=OnDelete.RESTRICT)),
                ('site', fields.ForeignKeyField('tavle.Address', source_field='site_id', null=True, db_constraint=True, to_field='id', related_name='item_requirements', on_delete=OnDelete.RESTRICT)),
                ('agreement_line', fields.ForeignKeyField('tavle.ServiceAgreementLine', source_field='agreement_line_id', null=True, db_constraint=True, to_field='id', related_name='item_requirements', on_delete=OnDelete.RESTRICT)),
                ('calculated_on', fields.DateField(null=True)),
                ('quantity', fields.DecimalField(max_digits=14, decimal_places=4)),
                ('unit', fields.CharField(max_length=10)),
                ('description', fields.CharField(default='', max_length=200)),
                ('supply', fields.CharEnumField(default=RequirementSupply.CONSUME, description='CONSUME: CONSUME\nPURCHASE: PURCHASE\nPRODUCTION: PRODUCTION', enum_type=RequirementSupply, max_length=10)),
                ('required_on', fields.DateField(null=True)),
                ('delivered_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('version', fields.IntField(default=1)),
            ],
            options={'table': 'item_requirement', 'app': 'tavle', 'pk_attr': 'id', 'table_description': 'An item that has to be there when an order is carried out.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Address',
            name='this_service_only',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='ServiceActivity',
            name='category',
            field=fields.CharField(null=True, max_length=60),
        ),
        ops.AddField(
            model_name='ServiceActivity',
            name='purpose',
            field=fields.CharField(null=True, max_length=120),
        ),
        ops.AddField(
            model_name='ServiceOrder',
            name='has_item_requirements',
            field=fields.BooleanField(null=True),
        ),
        ops.AddField(
            model_name='ServiceOrder',
            name='incoming_web_order',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='ServiceOrder',
            name='sales_order_number',
            field=fields.CharField(null=True, max_length=40),
        ),
        ops.AddField(
            model_name='ServiceOrderLine',
            name='line_property',
            field=fields.ForeignKeyField('tavle.LineProperty', source_field='line_property_id', null=True, db_constraint=True, to_field='id', related_name='order_lines', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='ServiceOrderLine',
            name='project',
            field=fields.ForeignKeyField('tavle.Project', source_field='project_id', null=True, db_constraint=True, to_field='id', related_name='order_lines', on_delete=OnDelete.RESTRICT),
        ),
    ]
