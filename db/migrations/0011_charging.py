"""Project groups, journals, prices and validation, and the settings that name them."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.projects.rules import TransactionType
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('tavle', '0010_service_level_constraints')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Journal',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('number', fields.CharField(unique=True, max_length=20)),
                ('name', fields.CharField(max_length=120)),
                ('transaction_type', fields.CharEnumField(description='HOUR: HOUR\nEXPENSE: EXPENSE\nITEM: ITEM\nFEE: FEE', enum_type=TransactionType, max_length=10)),
                ('show_start_end_time', fields.BooleanField(default=False)),
                ('version', fields.IntField(default=1)),
            ],
            options={'table': 'journal', 'app': 'tavle', 'pk_attr': 'id', 'table_description': 'Where hours, expenses, items or fees are posted.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ProjectGroup',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('number', fields.CharField(unique=True, max_length=20)),
                ('name', fields.CharField(max_length=120)),
                ('version', fields.IntField(default=1)),
            ],
            options={'table': 'project_group', 'app': 'tavle', 'pk_attr': 'id', 'table_description': "A kind of project, in the company's own words, for example service."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ProjectPrice',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('number', fields.CharField(unique=True, max_length=20)),
                ('transaction_type', fields.CharEnumField(description='HOUR: HOUR\nEXPENSE: EXPENSE\nITEM: ITEM\nFEE: FEE', enum_type=TransactionType, max_length=10)),
                ('project', fields.ForeignKeyField('tavle.Project', source_field='project_id', null=True, db_constraint=True, to_field='id', related_name='prices', on_delete=OnDelete.RESTRICT)),
                ('category', fields.ForeignKeyField('tavle.ProjectCategory', source_field='category_id', null=True, db_constraint=True, to_field='id', related_name='prices', on_delete=OnDelete.RESTRICT)),
                ('worker', fields.ForeignKeyField('tavle.Worker', source_field='worker_id', null=True, db_constraint=True, to_field='id', related_name='prices', on_delete=OnDelete.RESTRICT)),
                ('item', fields.ForeignKeyField('tavle.Item', source_field='item_id', null=True, db_constraint=True, to_field='id', related_name='prices', on_delete=OnDelete.RESTRICT)),
                ('starts_on', fields.DateField()),
                ('currency', fields.CharField(max_length=3)),
                ('cost_price_minor', fields.BigIntField(null=True)),
                ('sales_price_minor', fields.BigIntField(null=True)),
                ('version', fields.IntField(default=1)),
            ],
            options={'table': 'project_price', 'app': 'tavle', 'pk_attr': 'id', 'table_description': 'What one unit costs and is sold for, from a day on. Units: minor units of the currency.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ProjectValidation',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('number', fields.CharField(unique=True, max_length=20)),
                ('project', fields.ForeignKeyField('tavle.Project', source_field='project_id', db_constraint=True, to_field='id', related_name='validations', on_delete=OnDelete.RESTRICT)),
                ('worker', fields.ForeignKeyField('tavle.Worker', source_field='worker_id', null=True, db_constraint=True, to_field='id', related_name='validations', on_delete=OnDelete.RESTRICT)),
                ('category', fields.ForeignKeyField('tavle.ProjectCategory', source_field='category_id', null=True, db_constraint=True, to_field='id', related_name='validations', on_delete=OnDelete.RESTRICT)),
                ('version', fields.IntField(default=1)),
            ],
            options={'table': 'project_validation', 'app': 'tavle', 'pk_attr': 'id', 'table_description': 'That a worker may work, or a category be used, on a project: once one may, others may not.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='LineProperty',
            name='chargeable_percent',
            field=fields.SmallIntField(default=100, db_default=100),
        ),
        ops.AddField(
            model_name='Project',
            name='group',
            field=fields.ForeignKeyField('tavle.ProjectGroup', source_field='group_id', null=True, db_constraint=True, to_field='id', related_name='projects', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='Project',
            name='line_property',
            field=fields.ForeignKeyField('tavle.LineProperty', source_field='line_property_id', null=True, db_constraint=True, to_field='id', related_name='projects', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='ServiceManagementParameters',
            name='default_project_group',
            field=fields.ForeignKeyField('tavle.ProjectGroup', source_field='default_project_group_id', null=True, db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='ServiceManagementParameters',
            name='inactive_categories_selectable',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='ServiceManagementParameters',
            name='journal_expense',
            field=fields.ForeignKeyField('tavle.Journal', source_field='journal_expense_id', null=True, db_constraint=True, to_field='id', related_name='expense_of', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='ServiceManagementParameters',
            name='journal_fee',
            field=fields.ForeignKeyField('tavle.Journal', source_field='journal_fee_id', null=True, db_constraint=True, to_field='id', related_name='fee_of', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='ServiceManagementParameters',
            name='journal_hour',
            field=fields.ForeignKeyField('tavle.Journal', source_field='journal_hour_id', null=True, db_constraint=True, to_field='id', related_name='hour_of', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='ServiceManagementParameters',
            name='journal_item',
            field=fields.ForeignKeyField('tavle.Journal', source_field='journal_item_id', null=True, db_constraint=True, to_field='id', related_name='item_of', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='ServiceManagementParameters',
            name='show_start_end_time',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='ServiceManagementParameters',
            name='terminated_workers_selectable',
            field=fields.BooleanField(default=False, db_default=False),
        ),
    ]
