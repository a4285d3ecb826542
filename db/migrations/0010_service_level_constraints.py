"""What the database itself refuses of service levels and recorded time, and how both are found."""

from tortoise import migrations
from tortoise.migrations import operations as ops

# `{c}` stands before a column: nothing on PostgreSQL, `NEW.` in SQLite's triggers (SQLite cannot add a check to a table).
CHECKS = {
    "service_level": {
        "service_level_length": "{c}days >= 0 AND {c}hours >= 0 AND {c}minutes >= 0 AND {c}days + {c}hours + {c}minutes > 0"
    },
    "service_order": {
        "service_order_measured": "{c}sla_status = 'NONE' OR ({c}sla_id IS NOT NULL AND {c}sla_started_at IS NOT NULL AND {c}sla_limit_minutes > 0)"
    },
    "recorded_time": {
        "recorded_time_span": "({c}ends_at IS NULL) = ({c}status = 'STARTED') AND ({c}ends_at IS NULL) = ({c}counted IS NULL) AND ({c}ends_at IS NULL OR {c}starts_at <= {c}ends_at)"
    },
}

# Time runs once for an order. The next alarm, and the calendars that running orders follow, are looked up every second.
INDEXES = {
    "UNIQUE INDEX recorded_time_running ON recorded_time (order_id) WHERE ends_at IS NULL": "recorded_time_running",
    "INDEX recorded_time_order ON recorded_time (order_id, starts_at)": "recorded_time_order",
    "INDEX service_order_alarm ON service_order (sla_next_alarm_at) WHERE sla_next_alarm_at IS NOT NULL": "service_order_alarm",
    "INDEX service_order_timed ON service_order (sla_calendar_id, sla_calendar_version) WHERE sla_status = 'STARTED'": "service_order_timed",
    "INDEX service_order_risk ON service_order (sla_risk) WHERE sla_risk IN ('AT_RISK', 'BREACHED')": "service_order_risk",
    "INDEX service_order_sla ON service_order (sla_id, sla_started_at) WHERE sla_id IS NOT NULL": "service_order_sla",
    "INDEX service_agreement_sla ON service_agreement (sla_id)": "service_agreement_sla",
    "INDEX agreement_group_sla ON agreement_group (sla_id)": "agreement_group_sla",
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

    dependencies = [("tavle", "0009_service_levels")]
    operations = [ops.RunPython(add, drop)]
