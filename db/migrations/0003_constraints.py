"""What the database itself refuses (checks, double numbers, two jobs for one worker at one time), and its indexes."""

from tortoise import migrations
from tortoise.migrations import operations as ops

# `{c}` stands before a column: nothing on PostgreSQL, `NEW.` in SQLite's triggers (SQLite cannot add a check to a table).
CHECKS = {
    "service_activity": {
        "activity_times": "({c}starts_at IS NULL) = ({c}ends_at IS NULL) AND ({c}starts_at IS NULL OR {c}starts_at < {c}ends_at)",
        "activity_dispatched_to_worker": "{c}worker_id IS NOT NULL OR {c}dispatch_status = 'UNDISPATCHED'",
    },
    "service_order_line": {"line_quantity": "{c}quantity IS NOT NULL AND {c}line_number > 0"},
    "calendar_hours": {
        "calendar_hours_times": "{c}weekday BETWEEN 1 AND 7 AND {c}opens_minute >= 0 AND {c}opens_minute < {c}closes_minute AND {c}closes_minute <= 1440"
    },
    "calendar_holiday": {
        "calendar_holiday_times": "({c}opens_minute IS NULL) = ({c}closes_minute IS NULL) AND ({c}opens_minute IS NULL OR ({c}opens_minute >= 0 AND {c}opens_minute < {c}closes_minute AND {c}closes_minute <= 1440))"
    },
    "service_management_parameters": {
        "parameters_one_row": "{c}id = 1 AND {c}dispatch_days_before >= 0 AND {c}dispatch_days_after >= 0"
    },
    "event_head": {"event_head_one_row": "{c}id = 1 AND {c}floor >= 0 AND {c}floor <= {c}seq"},
}

# Tortoise's own `unique_together` and `indexes` do not know the columns of foreign keys when a migration runs.
INDEXES = {
    "UNIQUE INDEX calendar_hours_opens ON calendar_hours (calendar_id, weekday, opens_minute)": "calendar_hours_opens",
    "UNIQUE INDEX calendar_holiday_date ON calendar_holiday (calendar_id, on_date)": "calendar_holiday_date",
    "UNIQUE INDEX address_name ON address (customer_id, name)": "address_name",
    "UNIQUE INDEX service_order_line_number ON service_order_line (order_id, line_number)": "service_order_line_number",
    "INDEX contact_customer ON contact (customer_id)": "contact_customer",
    "INDEX project_customer ON project (customer_id)": "project_customer",
    "INDEX worker_team ON worker (team_id)": "worker_team",
    "INDEX session_of_user ON session (user_id)": "session_of_user",
    "INDEX api_token_of_user ON api_token (user_id)": "api_token_of_user",
    "INDEX service_order_customer ON service_order (customer_id)": "service_order_customer",
    "INDEX service_order_address ON service_order (address_id)": "service_order_address",
    "INDEX service_order_line_activity ON service_order_line (activity_id)": "service_order_line_activity",
    "INDEX service_order_line_worker ON service_order_line (worker_id)": "service_order_line_worker",
    "INDEX service_activity_order ON service_activity (order_id)": "service_activity_order",
    "INDEX service_activity_worker ON service_activity (worker_id, starts_at)": "service_activity_worker",
    "INDEX service_activity_times ON service_activity (starts_at, ends_at)": "service_activity_times",
    "INDEX service_activity_undispatched ON service_activity (closed, dispatch_status)": "service_activity_undispatched",
}

# Judged at commit, so that one transaction may swap two jobs.
NO_DOUBLE_BOOKING = """
ALTER TABLE service_activity ADD CONSTRAINT activity_no_double_booking EXCLUDE USING gist (
  int8range(worker_id, worker_id, '[]') WITH &&,
  tstzrange(starts_at, ends_at) WITH &&
) WHERE (worker_id IS NOT NULL AND starts_at IS NOT NULL AND NOT closed AND NOT overlap_accepted)
DEFERRABLE INITIALLY DEFERRED
"""


async def add(_apps, editor):
    """Add every index and check, and the exclusion constraint where the database has one."""
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
    if postgres:
        await editor.client.execute_script(NO_DOUBLE_BOOKING)


async def drop(_apps, editor):
    """Take every check and index away again."""
    for name in INDEXES.values():
        await editor.client.execute_query(f"DROP INDEX {name}")
    postgres = editor.client.capabilities.dialect == "postgres"
    if postgres:
        await editor.client.execute_script("ALTER TABLE service_activity DROP CONSTRAINT activity_no_double_booking")
    for table, checks in CHECKS.items():
        for name in checks:
            if postgres:
                await editor.client.execute_script(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
                continue
            for event in ("insert", "update"):
                await editor.client.execute_query(f"DROP TRIGGER {name}_{event}")


class Migration(migrations.Migration):
    """Checks and indexes that tables made by Tortoise do not get."""

    dependencies = [("tavle", "0002_team_owner")]
    operations = [ops.RunPython(add, drop)]
