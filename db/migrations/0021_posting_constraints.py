"""What the database itself refuses of prices of lines and of what was posted, and the indexes of their tables."""

from tortoise import migrations
from tortoise.migrations import operations as ops

# `{c}` stands before a column: nothing on PostgreSQL, `NEW.` in SQLite's triggers (SQLite cannot add a check to a table).
CHECKS = {
    "service_order_line": {
        "service_order_line_price": "{c}sales_price_minor IS NULL OR {c}sales_price_minor >= 0",
        "service_order_line_times": "({c}starts_minute IS NULL) = ({c}ends_minute IS NULL) AND ({c}starts_minute IS NULL OR ({c}transaction_type = 'HOUR' AND {c}starts_minute >= 0 AND {c}starts_minute < {c}ends_minute AND {c}ends_minute <= 1440))",
    },
    "service_agreement_line": {
        "service_agreement_line_price": "{c}sales_price_minor IS NULL OR {c}sales_price_minor >= 0"
    },
    "project_transaction": {
        "project_transaction_prices": "{c}cost_price_minor >= 0 AND {c}sales_price_minor >= 0",
        "project_transaction_line": "{c}line_number > 0",
    },
}

# A line is posted once.
INDEXES = {
    "UNIQUE INDEX project_transaction_once ON project_transaction (order_line_id)": "project_transaction_once",
    "UNIQUE INDEX project_transaction_place ON project_transaction (order_id, line_number)": "project_transaction_place",
    "INDEX project_transaction_posting ON project_transaction (posting_id)": "project_transaction_posting",
    "INDEX project_transaction_project ON project_transaction (project_id)": "project_transaction_project",
    "INDEX project_transaction_agreement ON project_transaction (agreement_id)": "project_transaction_agreement",
    "INDEX project_transaction_executed ON project_transaction (executed_on)": "project_transaction_executed",
    "INDEX journal_posting_journal ON journal_posting (journal_id)": "journal_posting_journal",
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

    dependencies = [("tavle", "0020_postings")]
    operations = [ops.RunPython(add, drop)]
