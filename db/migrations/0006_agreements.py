"""Service objects, service agreements with their lines, and what they are set up with."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.agreements.rules import CombineBy, IntervalRange, ItemSetup, WindowMethod
from domain.projects.rules import TransactionType
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('tavle', '0005_stage_constraints')]

    initial = False

    operations = [
        ops.CreateModel(
            name='AgreementGroup',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('number', fields.CharField(unique=True, max_length=20)),
                ('name', fields.CharField(max_length=120)),
                ('version', fields.IntField(default=1)),
            ],
            options={'table': 'agreement_group', 'app': 'tavle', 'pk_attr': 'id', 'table_description': 'A kind of service agreement, for example full service.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='LineProperty',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('number', fields.CharField(unique=True, max_length=20)),
                ('name', fields.CharField(max_length=120)),
                ('version', fields.IntField(default=1)),
            ],
            options={'table': 'line_property', 'app': 'tavle', 'pk_attr': 'id', 'table_description': "How a line is charged, in the company's own words, for example warranty."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ServiceInterval',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('number', fields.CharField(unique=True, max_length=20)),
                ('name', fields.CharField(max_length=120)),
                ('range', fields.CharEnumField(description='DAILY: DAILY\nWEEKLY: WEEKLY\nMONTHLY: MONTHLY\nQUARTERLY: QUARTERLY\nYEARLY: YEARLY', enum_type=IntervalRange, max_length=10)),
                ('frequency', fields.IntField(default=1)),
                ('version', fields.IntField(default=1)),
            ],
            options={'table': 'service_interval', 'app': 'tavle', 'pk_attr': 'id', 'table_description': 'How often something recurs: every so many days, weeks, months, quarters or years.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ServiceObjectGroup',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('number', fields.CharField(unique=True, max_length=20)),
                ('name', fields.CharField(max_length=120)),
                ('version', fields.IntField(default=1)),
            ],
            options={'table': 'service_object_group', 'app': 'tavle', 'pk_attr': 'id', 'table_description': 'A kind of service object, for example passenger lifts.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ServiceObject',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('number', fields.CharField(unique=True, max_length=20)),
                ('name', fields.CharField(max_length=120)),
                ('group', fields.ForeignKeyField('tavle.ServiceObjectGroup', source_field='group_id', db_constraint=True, to_field='id', related_name='service_objects', on_delete=OnDelete.RESTRICT)),
                ('item', fields.ForeignKeyField('tavle.Item', source_field='item_id', null=True, db_constraint=True, to_field='id', related_name='service_objects', on_delete=OnDelete.RESTRICT)),
                ('serial_number', fields.CharField(null=True, max_length=40)),
                ('version', fields.IntField(default=1)),
            ],
            options={'table': 'service_object', 'app': 'tavle', 'pk_attr': 'id', 'table_description': 'Something that is serviced, for example one lift: an item of the company, or not even a thing.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='TemplateGroup',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('number', fields.CharField(unique=True, max_length=20)),
                ('name', fields.CharField(max_length=120)),
                ('parent', fields.ForeignKeyField('tavle.TemplateGroup', source_field='parent_id', null=True, db_constraint=True, to_field='id', related_name='children', on_delete=OnDelete.RESTRICT)),
                ('version', fields.IntField(default=1)),
            ],
            options={'table': 'template_group', 'app': 'tavle', 'pk_attr': 'id', 'table_description': 'A place in the tree that agreement templates are chosen from.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ServiceAgreement',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('number', fields.CharField(unique=True, max_length=20)),
                ('description', fields.CharField(default='', max_length=1000)),
                ('group', fields.ForeignKeyField('tavle.AgreementGroup', source_field='group_id', db_constraint=True, to_field='id', related_name='agreements', on_delete=OnDelete.RESTRICT)),
                ('project', fields.ForeignKeyField('tavle.Project', source_field='project_id', db_constraint=True, to_field='id', related_name='agreements', on_delete=OnDelete.RESTRICT)),
                ('starts_on', fields.DateField()),
                ('ends_on', fields.DateField(null=True)),
                ('suspended', fields.BooleanField(default=False)),
                ('combine_by', fields.CharEnumField(default=CombineBy.BY_SERVICE_AGREEMENT, description='BY_SERVICE_AGREEMENT: BY_SERVICE_AGREEMENT\nBY_SERVICE_TASK: BY_SERVICE_TASK\nBY_EMPLOYEE: BY_EMPLOYEE\nBY_SERVICE_OBJECT: BY_SERVICE_OBJECT', enum_type=CombineBy, max_length=30)),
                ('template_group', fields.ForeignKeyField('tavle.TemplateGroup', source_field='template_group_id', null=True, db_constraint=True, to_field='id', related_name='templates', on_delete=OnDelete.RESTRICT)),
                ('responsible', fields.ForeignKeyField('tavle.Worker', source_field='responsible_id', null=True, db_constraint=True, to_field='id', related_name='responsible_agreements', on_delete=OnDelete.RESTRICT)),
                ('preferred_technician', fields.ForeignKeyField('tavle.Worker', source_field='preferred_technician_id', null=True, db_constraint=True, to_field='id', related_name='preferred_agreements', on_delete=OnDelete.RESTRICT)),
                ('contact', fields.ForeignKeyField('tavle.Contact', source_field='contact_id', null=True, db_constraint=True, to_field='id', related_name='agreements', on_delete=OnDelete.RESTRICT)),
                ('activity_type', fields.ForeignKeyField('tavle.ActivityType', source_field='activity_type_id', null=True, db_constraint=True, to_field='id', related_name='agreements', on_delete=OnDelete.RESTRICT)),
                ('version', fields.IntField(default=1)),
            ],
            options={'table': 'service_agreement', 'app': 'tavle', 'pk_attr': 'id', 'table_description': 'What has been promised to a customer: which service, how often, from when to when. Or a template for that.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ServiceObjectRelation',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('number', fields.CharField(unique=True, max_length=20)),
                ('object', fields.ForeignKeyField('tavle.ServiceObject', source_field='object_id', db_constraint=True, to_field='id', related_name='relations', on_delete=OnDelete.RESTRICT)),
                ('agreement', fields.ForeignKeyField('tavle.ServiceAgreement', source_field='agreement_id', null=True, db_constraint=True, to_field='id', related_name='object_relations', on_delete=OnDelete.CASCADE)),
                ('order', fields.ForeignKeyField('tavle.ServiceOrder', source_field='order_id', null=True, db_constraint=True, to_field='id', related_name='object_relations', on_delete=OnDelete.CASCADE)),
                ('serial_number', fields.CharField(null=True, max_length=40)),
                ('version', fields.IntField(default=1)),
            ],
            options={'table': 'service_object_relation', 'app': 'tavle', 'pk_attr': 'id', 'table_description': 'That a service agreement or a service order is about a service object.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ServiceTaskRelation',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('task', fields.ForeignKeyField('tavle.ServiceTask', source_field='task_id', db_constraint=True, to_field='id', related_name='relations', on_delete=OnDelete.RESTRICT)),
                ('agreement', fields.ForeignKeyField('tavle.ServiceAgreement', source_field='agreement_id', null=True, db_constraint=True, to_field='id', related_name='task_relations', on_delete=OnDelete.CASCADE)),
                ('order', fields.ForeignKeyField('tavle.ServiceOrder', source_field='order_id', null=True, db_constraint=True, to_field='id', related_name='task_relations', on_delete=OnDelete.CASCADE)),
                ('internal_note', fields.CharField(default='', max_length=1000)),
                ('external_note', fields.CharField(default='', max_length=1000)),
                ('version', fields.IntField(default=1)),
            ],
            options={'table': 'service_task_relation', 'app': 'tavle', 'pk_attr': 'id', 'table_description': 'That a service task is done under a service agreement or on a service order, with notes about how.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='TimeWindow',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('number', fields.CharField(unique=True, max_length=20)),
                ('name', fields.CharField(max_length=120)),
                ('method', fields.CharEnumField(description='WEEK: WEEK\nMONTH: MONTH\nMANUAL: MANUAL', enum_type=WindowMethod, max_length=10)),
                ('days_before', fields.IntField(default=0)),
                ('days_after', fields.IntField(default=0)),
                ('version', fields.IntField(default=1)),
            ],
            options={'table': 'time_window', 'app': 'tavle', 'pk_attr': 'id', 'table_description': 'How far from its calculated day a visit may take place.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ServiceAgreementLine',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('agreement', fields.ForeignKeyField('tavle.ServiceAgreement', source_field='agreement_id', db_constraint=True, to_field='id', related_name='lines', on_delete=OnDelete.CASCADE)),
                ('line_number', fields.IntField()),
                ('transaction_type', fields.CharEnumField(description='HOUR: HOUR\nEXPENSE: EXPENSE\nITEM: ITEM\nFEE: FEE', enum_type=TransactionType, max_length=10)),
                ('description', fields.CharField(default='', max_length=200)),
                ('category', fields.ForeignKeyField('tavle.ProjectCategory', source_field='category_id', db_constraint=True, to_field='id', related_name='agreement_lines', on_delete=OnDelete.RESTRICT)),
                ('line_property', fields.ForeignKeyField('tavle.LineProperty', source_field='line_property_id', db_constraint=True, to_field='id', related_name='agreement_lines', on_delete=OnDelete.RESTRICT)),
                ('project', fields.ForeignKeyField('tavle.Project', source_field='project_id', db_constraint=True, to_field='id', related_name='agreement_lines', on_delete=OnDelete.RESTRICT)),
                ('currency', fields.CharField(max_length=3)),
                ('starts_on', fields.DateField()),
                ('ends_on', fields.DateField(null=True)),
                ('worker', fields.ForeignKeyField('tavle.Worker', source_field='worker_id', null=True, db_constraint=True, to_field='id', related_name='agreement_lines', on_delete=OnDelete.RESTRICT)),
                ('object_relation', fields.ForeignKeyField('tavle.ServiceObjectRelation', source_field='object_relation_id', null=True, db_constraint=True, to_field='id', related_name='agreement_lines', on_delete=OnDelete.NO_ACTION)),
                ('task', fields.ForeignKeyField('tavle.ServiceTask', source_field='task_id', null=True, db_constraint=True, to_field='id', related_name='agreement_lines', on_delete=OnDelete.RESTRICT)),
                ('interval', fields.ForeignKeyField('tavle.ServiceInterval', source_field='interval_id', null=True, db_constraint=True, to_field='id', related_name='agreement_lines', on_delete=OnDelete.RESTRICT)),
                ('time_window', fields.ForeignKeyField('tavle.TimeWindow', source_field='time_window_id', null=True, db_constraint=True, to_field='id', related_name='agreement_lines', on_delete=OnDelete.RESTRICT)),
                ('stopped', fields.BooleanField(default=False)),
                ('quantity', fields.DecimalField(max_digits=14, decimal_places=4)),
                ('unit', fields.CharField(default='h', max_length=10)),
                ('item', fields.ForeignKeyField('tavle.Item', source_field='item_id', null=True, db_constraint=True, to_field='id', related_name='agreement_lines', on_delete=OnDelete.RESTRICT)),
                ('item_setup', fields.CharEnumField(null=True, description='ITEM_CONSUMPTION: ITEM_CONSUMPTION\nITEM_REQUIREMENT: ITEM_REQUIREMENT', enum_type=ItemSetup, max_length=20)),
                ('site', fields.ForeignKeyField('tavle.Address', source_field='site_id', null=True, db_constraint=True, to_field='id', related_name='agreement_lines', on_delete=OnDelete.RESTRICT)),
                ('starts_after_minute', fields.SmallIntField(null=True)),
                ('ends_before_minute', fields.SmallIntField(null=True)),
                ('version', fields.IntField(default=1)),
            ],
            options={'table': 'service_agreement_line', 'app': 'tavle', 'pk_attr': 'id', 'table_description': 'One kind of work, expense, item or fee that an agreement promises. Units: minutes after midnight.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='ServiceManagementParameters',
            name='allow_identical_items_as_objects',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='ServiceManagementParameters',
            name='allow_without_service_agreement',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='ServiceManagementParameters',
            name='default_agreement_group',
            field=fields.ForeignKeyField('tavle.AgreementGroup', source_field='default_agreement_group_id', null=True, db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='ServiceOrder',
            name='agreement',
            field=fields.ForeignKeyField('tavle.ServiceAgreement', source_field='agreement_id', null=True, db_constraint=True, to_field='id', related_name='orders', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='ServiceOrderLine',
            name='object_relation',
            field=fields.ForeignKeyField('tavle.ServiceObjectRelation', source_field='object_relation_id', null=True, db_constraint=True, to_field='id', related_name='order_lines', on_delete=OnDelete.NO_ACTION),
        ),
    ]
