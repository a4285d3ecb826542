"""What the database itself refuses of service objects and agreements, and the indexes of their tables."""

from tortoise import migrations
from tortoise.migrations import operations as ops

# `{c}` stands before a column: nothing on PostgreSQL, `NEW.` in SQLite's triggers (SQLite cannot add a check to a table).
CHECKS = {
    "service_agreement": {"service_agreement_dates": "{c}ends_on IS NULL OR {c}starts_on <= {c}ends_on"},
    "service_agreement_line": {
        "service_agreement_line_dates": "{c}ends_on IS NULL OR {c}starts_on <= {c}ends_on",
        "service_agreement_line_number": "{c}line_number > 0",
        "service_agreement_line_item": "({c}transaction_type = 'ITEM') = ({c}item_id IS NOT NULL)",
        "service_agreement_line_requirement": "{c}item_setup IS NULL OR {c}item_setup <> 'ITEM_REQUIREMENT' OR {c}site_id IS NOT NULL",
        "service_agreement_line_times": "({c}starts_after_minute IS NULL OR {c}starts_after_minute BETWEEN 0 AND 1439) AND ({c}ends_before_minute IS NULL OR {c}ends_before_minute BETWEEN 1 AND 1440) AND ({c}starts_after_minute IS NULL OR {c}ends_before_minute IS NULL OR {c}starts_after_minute < {c}ends_before_minute)",
    },
    "service_interval": {"service_interval_frequency": "{c}frequency >= 1"},
    "time_window": {
        "time_window_days": "{c}days_before >= 0 AND {c}days_after >= 0 AND ({c}method = 'MANUAL' OR ({c}days_before = 0 AND {c}days_after = 0))"
    },
    "template_group": {"template_group_parent": "{c}parent_id IS NULL OR {c}parent_id <> {c}id"},
    "service_object_relation": {
        "service_object_relation_owner": "({c}agreement_id IS NULL) <> ({c}order_id IS NULL)"
    },
    "service_task_relation": {"service_task_relation_owner": "({c}agreement_id IS NULL) <> ({c}order_id IS NULL)"},
}

# An owner has an object once for each serial number, none counting as one, and a task once.
INDEXES = {
    "UNIQUE INDEX service_object_relation_agreement ON service_object_relation (agreement_id, object_id, coalesce(serial_number, '')) WHERE agreement_id IS NOT NULL": "service_object_relation_agreement",
    "UNIQUE INDEX service_object_relation_order ON service_object_relation (order_id, object_id, coalesce(serial_number, '')) WHERE order_id IS NOT NULL": "service_object_relation_order",
    "UNIQUE INDEX service_task_relation_agreement ON service_task_relation (agreement_id, task_id) WHERE agreement_id IS NOT NULL": "service_task_relation_agreement",
    "UNIQUE INDEX service_task_relation_order ON service_task_relation (order_id, task_id) WHERE order_id IS NOT NULL": "service_task_relation_order",
    "UNIQUE INDEX service_agreement_line_place ON service_agreement_line (agreement_id, line_number)": "service_agreement_line_place",
    "INDEX service_object_item ON service_object (item_id)": "service_object_item",
    "INDEX service_object_of_group ON service_object (group_id)": "service_object_of_group",
    "INDEX service_object_relation_object ON service_object_relation (object_id)": "service_object_relation_object",
    "INDEX service_task_relation_task ON service_task_relation (task_id)": "service_task_relation_task",
    "INDEX service_agreement_project ON service_agreement (project_id)": "service_agreement_project",
    "INDEX service_agreement_of_group ON service_agreement (group_id)": "service_agreement_of_group",
    "INDEX service_agreement_template ON service_agreement (template_group_id)": "service_agreement_template",
    "INDEX service_agreement_line_object ON service_agreement_line (object_relation_id)": "service_agreement_line_object",
    "INDEX template_group_children ON template_group (parent_id)": "template_group_children",
    "INDEX service_order_agreement ON service_order (agreement_id)": "service_order_agreement",
    "INDEX service_order_line_object ON service_order_line (object_relation_id)": "service_order_line_object",
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

    dependencies = [("tavle", "0006_agreements")]
    operations = [ops.RunPython(add, drop)]
