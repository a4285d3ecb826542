"""An index of the few activities that last for more than a day, so that a board need not look through a month for them."""

from tortoise import migrations
from tortoise.migrations import operations as ops

# As db.projection writes the condition, to the letter.
OVER_A_DAY = {
    "postgres": "ends_at - starts_at > '1 day'::interval",
    "sqlite": "round((julianday(ends_at) - julianday(starts_at)) * 86400.0, 3) > 86400.0",
}


async def add(_apps, editor):
    """Add the index."""
    over_a_day = OVER_A_DAY[editor.client.capabilities.dialect]
    await editor.client.execute_query(
        f"CREATE INDEX service_activity_long ON service_activity (starts_at, ends_at) WHERE {over_a_day}"
    )


async def drop(_apps, editor):
    """Take the index away again."""
    await editor.client.execute_query("DROP INDEX service_activity_long")


class Migration(migrations.Migration):
    """Activities that last for more than a day."""

    dependencies = [("tavle", "0012_charging_constraints")]
    operations = [ops.RunPython(add, drop)]
