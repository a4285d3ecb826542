"""What was posted, and what lines of orders and agreements cost and are sold for."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.projects.rules import TransactionType
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('tavle', '0019_webhook_indexes')]

    initial = False

    operations = [
        ops.CreateModel(
            name='JournalPosting',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('number', fields.CharField(unique=True, max_length=20)),
                ('journal', fields.ForeignKeyField('tavle.Journal', source_field='journal_id', db_constraint=True, to_field='id', related_name='postings', on_delete=OnDelete.RESTRICT)),
                ('posted_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('posted_by', fields.CharField(max_length=120)),
                ('version', fields.IntField(default=1)),
            ],
            options={'table': 'journal_posting', 'app': 'tavle', 'pk_attr': 'id', 'table_description': 'What was posted to one journal at one time, under one voucher number.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ProjectTransaction',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('posting', fields.ForeignKeyField('tavle.JournalPosting', source_field='posting_id', db_constraint=True, to_field='id', related_name='transactions', on_delete=OnDelete.RESTRICT)),
                ('order', fields.ForeignKeyField('tavle.ServiceOrder', source_field='order_id', db_constraint=True, to_field='id', related_name='transactions', on_delete=OnDelete.RESTRICT)),
                ('line_number', fields.IntField()),
                ('order_line', fields.ForeignKeyField('tavle.ServiceOrderLine', source_field='order_line_id', db_constraint=True, to_field='id', related_name='transactions', on_delete=OnDelete.RESTRICT)),
                ('project', fields.ForeignKeyField('tavle.Project', source_field='project_id', db_constraint=True, to_field='id', related_name='transactions', on_delete=OnDelete.RESTRICT)),
                ('agreement', fields.ForeignKeyField('tavle.ServiceAgreement', source_field='agreement_id', null=True, db_constraint=True, to_field='id', related_name='transactions', on_delete=OnDelete.RESTRICT)),
                ('transaction_type', fields.CharEnumField(description='HOUR: HOUR\nEXPENSE: EXPENSE\nITEM: ITEM\nFEE: FEE', enum_type=TransactionType, max_length=10)),
                ('executed_on', fields.DateField()),
                ('description', fields.CharField(default='', max_length=200)),
                ('category', fields.ForeignKeyField('tavle.ProjectCategory', source_field='category_id', null=True, db_constraint=True, to_field='id', related_name='transactions', on_delete=OnDelete.RESTRICT)),
                ('line_property', fields.ForeignKeyField('tavle.LineProperty', source_field='line_property_id', null=True, db_constraint=True, to_field='id', related_name='transactions', on_delete=OnDelete.RESTRICT)),
                ('worker', fields.ForeignKeyField('tavle.Worker', source_field='worker_id', null=True, db_constraint=True, to_field='id', related_name='transactions', on_delete=OnDelete.RESTRICT)),
                ('item', fields.ForeignKeyField('tavle.Item', source_field='item_id', null=True, db_constraint=True, to_field='id', related_name='transactions', on_delete=OnDelete.RESTRICT)),
                ('quantity', fields.DecimalField(max_digits=14, decimal_places=4)),
                ('unit', fields.CharField(max_length=10)),
                ('currency', fields.CharField(max_length=3)),
                ('cost_price_minor', fields.BigIntField()),
                ('sales_price_minor', fields.BigIntField()),
                ('cost_minor', fields.BigIntField()),
                ('sales_minor', fields.BigIntField()),
                ('version', fields.IntField(default=1)),
            ],
            options={'table': 'project_transaction', 'app': 'tavle', 'pk_attr': 'id', 'table_description': 'What an order line cost and was sold for, once and for all. Units: minor units of the currency.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='ServiceAgreementLine',
            name='cost_price_minor',
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name='ServiceAgreementLine',
            name='sales_price_minor',
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name='ServiceAgreementLine',
            name='sales_price_modified',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='ServiceOrderLine',
            name='cost_price_minor',
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name='ServiceOrderLine',
            name='currency',
            field=fields.CharField(null=True, max_length=3),
        ),
        ops.AddField(
            model_name='ServiceOrderLine',
            name='ends_minute',
            field=fields.SmallIntField(null=True),
        ),
        ops.AddField(
            model_name='ServiceOrderLine',
            name='sales_price_minor',
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name='ServiceOrderLine',
            name='sales_price_modified',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='ServiceOrderLine',
            name='starts_minute',
            field=fields.SmallIntField(null=True),
        ),
    ]
