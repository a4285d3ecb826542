"""What the database itself refuses of journals, prices and validation, and the indexes of their tables."""

from tortoise import migrations
from tortoise.migrations import operations as ops

# `{c}` stands before a column: nothing on PostgreSQL, `NEW.` in SQLite's triggers (SQLite cannot add a check to a table).
CHECKS = {
    "line_property": {"line_property_percent": "{c}chargeable_percent BETWEEN 0 AND 100"},
    "journal": {"journal_times": "{c}transaction_type = 'HOUR' OR NOT {c}show_start_end_time"},
    "project_price": {
        "project_price_prices": "{c}cost_price_minor IS NOT NULL OR {c}sales_price_minor IS NOT NULL",
        "project_price_cost": "{c}cost_price_minor IS NULL OR {c}cost_price_minor >= 0",
        "project_price_sales": "{c}sales_price_minor IS NULL OR {c}sales_price_minor >= 0",
        "project_price_item": "{c}item_id IS NULL OR {c}transaction_type = 'ITEM'",
    },
    "project_validation": {"project_validation_named": "{c}worker_id IS NOT NULL OR {c}category_id IS NOT NULL"},
}

# There is one price for the same thing from the same day on, and one permission for the same worker and category.
INDEXES = {
    "UNIQUE INDEX project_price_what ON project_price (transaction_type, currency, coalesce(project_id, 0), coalesce(item_id, 0), coalesce(worker_id, 0), coalesce(category_id, 0), starts_on)": "project_price_what",
    "UNIQUE INDEX project_validation_what ON project_validation (project_id, coalesce(worker_id, 0), coalesce(category_id, 0))": "project_validation_what",
    "INDEX project_of_group ON project (group_id)": "project_of_group",
    "INDEX project_price_project ON project_price (project_id)": "project_price_project",
    "INDEX project_price_item ON project_price (item_id)": "project_price_item",
    "INDEX project_price_worker ON project_price (worker_id)": "project_price_worker",
    "INDEX project_price_category ON project_price (category_id)": "project_price_category",
    "INDEX project_validation_worker ON project_validation (worker_id)": "project_validation_worker",
    "INDEX project_validation_category ON project_validation (category_id)": "project_validation_category",
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

    dependencies = [("tavle", "0011_charging")]
    operations = [ops.RunPython(add, drop)]
