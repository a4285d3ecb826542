"""What the database itself refuses of planned visits: one agreement line's work of one day exists once."""

from tortoise import migrations
from tortoise.migrations import operations as ops

# `{c}` stands before a column: nothing on PostgreSQL, `NEW.` in SQLite's triggers (SQLite cannot add a check to a table).
CHECKS = {
    "service_order_line": {
        "service_order_line_planned": "({c}agreement_line_id IS NULL) = ({c}calculated_on IS NULL)",
        "service_order_line_days": "({c}earliest_on IS NULL) = ({c}latest_on IS NULL) AND ({c}earliest_on IS NULL OR {c}earliest_on <= {c}latest_on)",
    },
    "service_management_parameters": {"parameters_horizon": "{c}planning_horizon_days > 0"},
    "planning_run": {"planning_run_days": "{c}from_on <= {c}to_on"},
}

INDEXES = {
    "UNIQUE INDEX service_order_line_occurrence ON service_order_line (agreement_line_id, calculated_on) WHERE agreement_line_id IS NOT NULL": "service_order_line_occurrence",
}


async def add(_apps, editor):
    """Add every index and check."""
    postgres = editor.client.capabilities.dialect == "postgres"
    for index in INDEXES:
        await editor.client.execute_query(f"CREATE {index}")
    for table, checks in CHECKS.items():
        for name, check in checks.items():
            if postgres:
                await editor.client.execute_script(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({check.format(c='')})")
                continue
            for event in ("INSERT", "UPDATE"):
                await editor.client.execute_query(
                    f"CREATE TRIGGER {name}_{event.lower()} BEFORE {event} ON {table} FOR EACH ROW"
                    f" WHEN NOT ({check.format(c='NEW.')}) BEGIN SELECT RAISE(ABORT, 'CHECK {name}'); END"
                )


async def drop(_apps, editor):
    """Take every check and index away again."""
    for name in INDEXES.values():
        await editor.client.execute_query(f"DROP INDEX {name}")
    postgres = editor.client.capabilities.dialect == "postgres"
    for table, checks in CHECKS.items():
        for name in checks:
            if postgres:
                await editor.client.execute_script(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
                continue
            for event in ("insert", "update"):
                await editor.client.execute_query(f"DROP TRIGGER {name}_{event}")


class Migration(migrations.Migration):
    """Checks and indexes that tables made by Tortoise do not get."""

    dependencies = [("tavle", "0014_planning")]
    operations = [ops.RunPython(add, drop)]
