"""The owner of a dispatch team: added after both tables, because a team names a worker and a worker a team."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('tavle', '0001_tables')]

    initial = False

    operations = [
        ops.AddField(
            model_name='DispatchTeam',
            name='owner',
            field=fields.ForeignKeyField('tavle.Worker', source_field='owner_id', db_constraint=True, to_field='id', related_name='owned_teams', on_delete=OnDelete.RESTRICT),
        ),
    ]
