"""What the database itself refuses of item requirements, and which addresses have names of their own."""

from tortoise import migrations
from tortoise.migrations import operations as ops

# `{c}` stands before a column: nothing on PostgreSQL, `NEW.` in SQLite's triggers (SQLite cannot add a check to a table).
CHECKS = {
    "item_requirement": {
        "item_requirement_number": "{c}line_number > 0",
        "item_requirement_quantity": "{c}quantity > 0",
        "item_requirement_planned": "({c}agreement_line_id IS NULL) = ({c}calculated_on IS NULL)",
    },
}

# An address that was given for one order may be named as another of its customer is.
INDEXES = {
    "UNIQUE INDEX address_name ON address (customer_id, name) WHERE NOT this_service_only": "address_name",
    "UNIQUE INDEX item_requirement_place ON item_requirement (order_id, line_number)": "item_requirement_place",
    "UNIQUE INDEX item_requirement_planned_once ON item_requirement (agreement_line_id, calculated_on) WHERE agreement_line_id IS NOT NULL": "item_requirement_planned_once",
    "INDEX item_requirement_project ON item_requirement (project_id)": "item_requirement_project",
    "INDEX item_requirement_item ON item_requirement (item_id)": "item_requirement_item",
    "INDEX service_order_incoming ON service_order (created_at) WHERE incoming_web_order": "service_order_incoming",
}


async def add(_apps, editor):
    """Add every index and check."""
    postgres = editor.client.capabilities.dialect == "postgres"
    await editor.client.execute_query("DROP INDEX address_name")
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
    await editor.client.execute_query("CREATE UNIQUE INDEX address_name ON address (customer_id, name)")
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

    dependencies = [("tavle", "0016_orders")]
    operations = [ops.RunPython(add, drop)]
