"""What the database itself refuses (checks, double numbers, two jobs for one worker at one time), and its indexes."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from db.constraining import constraining

# `{c}` stands before a column, see `constraining`.
CHECKS = {
    "calendar_entry": {
        "calendar_entry_times": "{c}starts_at < {c}ends_at AND {c}sequence >= 0",
    },
    "calendar_feed": {
        "calendar_feed_owner": "({c}worker_id IS NULL) <> ({c}customer_id IS NULL)",
    },
    "calendar_holiday": {
        "calendar_holiday_times": "({c}opens_minute IS NULL) = ({c}closes_minute IS NULL) AND ({c}opens_minute IS NULL OR ({c}opens_minute >= 0 AND {c}opens_minute < {c}closes_minute AND {c}closes_minute <= 1440))",
    },
    "calendar_hours": {
        "calendar_hours_times": "{c}weekday BETWEEN 1 AND 7 AND {c}opens_minute >= 0 AND {c}opens_minute < {c}closes_minute AND {c}closes_minute <= 1440",
    },
    "event_head": {
        "event_head_one_row": "{c}id = 1 AND {c}floor >= 0 AND {c}floor <= {c}seq",
    },
    "item_requirement": {
        "item_requirement_number": "{c}line_number > 0",
        "item_requirement_quantity": "{c}quantity > 0",
        "item_requirement_planned": "({c}agreement_line_id IS NULL) = ({c}calculated_on IS NULL)",
    },
    "journal": {
        "journal_times": "{c}transaction_type = 'HOUR' OR NOT {c}show_start_end_time",
    },
    "line_property": {
        "line_property_percent": "{c}chargeable_percent BETWEEN 0 AND 100",
    },
    "planning_run": {
        "planning_run_days": "{c}from_on <= {c}to_on",
    },
    "project_price": {
        "project_price_prices": "{c}cost_price_minor IS NOT NULL OR {c}sales_price_minor IS NOT NULL",
        "project_price_cost": "{c}cost_price_minor IS NULL OR {c}cost_price_minor >= 0",
        "project_price_sales": "{c}sales_price_minor IS NULL OR {c}sales_price_minor >= 0",
        "project_price_item": "{c}item_id IS NULL OR {c}transaction_type = 'ITEM'",
    },
    "project_transaction": {
        "project_transaction_prices": "{c}cost_price_minor >= 0 AND {c}sales_price_minor >= 0",
        "project_transaction_line": "{c}line_number > 0",
        "project_transaction_offset_account": "{c}offset_account_id IS NULL OR {c}transaction_type = 'EXPENSE'",
    },
    "project_validation": {
        "project_validation_named": "{c}worker_id IS NOT NULL OR {c}category_id IS NOT NULL",
    },
    "recorded_time": {
        "recorded_time_span": "({c}ends_at IS NULL) = ({c}status = 'STARTED') AND ({c}ends_at IS NULL) = ({c}counted IS NULL) AND ({c}ends_at IS NULL OR {c}starts_at <= {c}ends_at)",
    },
    "service_activity": {
        "activity_times": "({c}starts_at IS NULL) = ({c}ends_at IS NULL) AND ({c}starts_at IS NULL OR {c}starts_at < {c}ends_at)",
        "activity_dispatched_to_worker": "{c}worker_id IS NOT NULL OR {c}dispatch_status = 'UNDISPATCHED'",
    },
    "service_agreement": {
        "service_agreement_dates": "{c}ends_on IS NULL OR {c}starts_on <= {c}ends_on",
    },
    "service_agreement_line": {
        "service_agreement_line_dates": "{c}ends_on IS NULL OR {c}starts_on <= {c}ends_on",
        "service_agreement_line_number": "{c}line_number > 0",
        "service_agreement_line_item": "({c}transaction_type = 'ITEM') = ({c}item_id IS NOT NULL)",
        "service_agreement_line_requirement": "{c}item_setup IS NULL OR {c}item_setup <> 'ITEM_REQUIREMENT' OR {c}site_id IS NOT NULL",
        "service_agreement_line_times": "({c}starts_after_minute IS NULL OR {c}starts_after_minute BETWEEN 0 AND 1439) AND ({c}ends_before_minute IS NULL OR {c}ends_before_minute BETWEEN 1 AND 1440) AND ({c}starts_after_minute IS NULL OR {c}ends_before_minute IS NULL OR {c}starts_after_minute < {c}ends_before_minute)",
        "service_agreement_line_offset_account": "{c}offset_account_id IS NULL OR {c}transaction_type = 'EXPENSE'",
        "service_agreement_line_price": "{c}sales_price_minor IS NULL OR {c}sales_price_minor >= 0",
    },
    "service_interval": {
        "service_interval_frequency": "{c}frequency >= 1",
    },
    "service_level": {
        "service_level_length": "{c}days >= 0 AND {c}hours >= 0 AND {c}minutes >= 0 AND {c}days + {c}hours + {c}minutes > 0",
    },
    "service_management_parameters": {
        "parameters_one_row": "{c}id = 1 AND {c}dispatch_days_before >= 0 AND {c}dispatch_days_after >= 0",
        "parameters_horizon": "{c}planning_horizon_days > 0",
    },
    "service_object_relation": {
        "service_object_relation_owner": "({c}agreement_id IS NULL) <> ({c}order_id IS NULL)",
    },
    "service_order": {
        "service_order_measured": "{c}sla_status = 'NONE' OR ({c}sla_id IS NOT NULL AND {c}sla_started_at IS NOT NULL AND {c}sla_limit_minutes > 0)",
    },
    "service_order_line": {
        "line_quantity": "{c}quantity IS NOT NULL AND {c}line_number > 0",
        "service_order_line_planned": "({c}agreement_line_id IS NULL) = ({c}calculated_on IS NULL)",
        "service_order_line_days": "({c}earliest_on IS NULL) = ({c}latest_on IS NULL) AND ({c}earliest_on IS NULL OR {c}earliest_on <= {c}latest_on)",
        "service_order_line_invoiced": "{c}invoice_number IS NULL OR {c}status = 'POSTED'",
        "service_order_line_offset_account": "{c}offset_account_id IS NULL OR {c}transaction_type = 'EXPENSE'",
        "service_order_line_price": "{c}sales_price_minor IS NULL OR {c}sales_price_minor >= 0",
        "service_order_line_times": "({c}starts_minute IS NULL) = ({c}ends_minute IS NULL) AND ({c}starts_minute IS NULL OR ({c}transaction_type = 'HOUR' AND {c}starts_minute >= 0 AND {c}starts_minute < {c}ends_minute AND {c}ends_minute <= 1440))",
    },
    "service_task_relation": {
        "service_task_relation_owner": "({c}agreement_id IS NULL) <> ({c}order_id IS NULL)",
    },
    "template_group": {
        "template_group_parent": "{c}parent_id IS NULL OR {c}parent_id <> {c}id",
    },
    "time_window": {
        "time_window_days": "{c}days_before >= 0 AND {c}days_after >= 0 AND ({c}method = 'MANUAL' OR ({c}days_before = 0 AND {c}days_after = 0))",
    },
}

# Tortoise's own `unique_together` and `indexes` do not know the columns of foreign keys when a migration runs.
INDEXES = [
    "UNIQUE INDEX address_name ON address (customer_id, name) WHERE NOT this_service_only",
    "INDEX agreement_group_sla ON agreement_group (sla_id)",
    "INDEX api_token_of_user ON api_token (user_id)",
    "UNIQUE INDEX calendar_entry_once ON calendar_entry (feed_id, activity_id)",
    "INDEX calendar_feed_worker ON calendar_feed (worker_id)",
    "INDEX calendar_feed_customer ON calendar_feed (customer_id)",
    "INDEX calendar_feed_user ON calendar_feed (user_id)",
    "UNIQUE INDEX calendar_holiday_date ON calendar_holiday (calendar_id, on_date)",
    "UNIQUE INDEX calendar_hours_opens ON calendar_hours (calendar_id, weekday, opens_minute)",
    "INDEX contact_customer ON contact (customer_id)",
    "UNIQUE INDEX item_requirement_place ON item_requirement (order_id, line_number)",
    "UNIQUE INDEX item_requirement_planned_once ON item_requirement (agreement_line_id, calculated_on) WHERE agreement_line_id IS NOT NULL",
    "INDEX item_requirement_project ON item_requirement (project_id)",
    "INDEX item_requirement_item ON item_requirement (item_id)",
    "INDEX journal_posting_journal ON journal_posting (journal_id)",
    "INDEX project_customer ON project (customer_id)",
    "INDEX project_of_group ON project (group_id)",
    "UNIQUE INDEX project_price_what ON project_price (transaction_type, currency, coalesce(project_id, 0), coalesce(item_id, 0), coalesce(worker_id, 0), coalesce(category_id, 0), starts_on)",
    "INDEX project_price_project ON project_price (project_id)",
    "INDEX project_price_item ON project_price (item_id)",
    "INDEX project_price_worker ON project_price (worker_id)",
    "INDEX project_price_category ON project_price (category_id)",
    "UNIQUE INDEX project_transaction_once ON project_transaction (order_line_id)",
    "UNIQUE INDEX project_transaction_place ON project_transaction (order_id, line_number)",
    "INDEX project_transaction_posting ON project_transaction (posting_id)",
    "INDEX project_transaction_project ON project_transaction (project_id)",
    "INDEX project_transaction_agreement ON project_transaction (agreement_id)",
    "INDEX project_transaction_executed ON project_transaction (executed_on)",
    "UNIQUE INDEX project_validation_what ON project_validation (project_id, coalesce(worker_id, 0), coalesce(category_id, 0))",
    "INDEX project_validation_worker ON project_validation (worker_id)",
    "INDEX project_validation_category ON project_validation (category_id)",
    "UNIQUE INDEX recorded_time_running ON recorded_time (order_id) WHERE ends_at IS NULL",
    "INDEX recorded_time_order ON recorded_time (order_id, starts_at)",
    "INDEX service_activity_order ON service_activity (order_id)",
    "INDEX service_activity_worker ON service_activity (worker_id, starts_at)",
    "INDEX service_activity_times ON service_activity (starts_at, ends_at)",
    "INDEX service_activity_undispatched ON service_activity (closed, dispatch_status)",
    "INDEX service_agreement_project ON service_agreement (project_id)",
    "INDEX service_agreement_of_group ON service_agreement (group_id)",
    "INDEX service_agreement_template ON service_agreement (template_group_id)",
    "INDEX service_agreement_sla ON service_agreement (sla_id)",
    "UNIQUE INDEX service_agreement_line_place ON service_agreement_line (agreement_id, line_number)",
    "INDEX service_agreement_line_object ON service_agreement_line (object_relation_id)",
    "INDEX service_object_item ON service_object (item_id)",
    "INDEX service_object_of_group ON service_object (group_id)",
    "UNIQUE INDEX service_object_relation_agreement ON service_object_relation (agreement_id, object_id, coalesce(serial_number, '')) WHERE agreement_id IS NOT NULL",
    "UNIQUE INDEX service_object_relation_order ON service_object_relation (order_id, object_id, coalesce(serial_number, '')) WHERE order_id IS NOT NULL",
    "INDEX service_object_relation_object ON service_object_relation (object_id)",
    "INDEX service_order_customer ON service_order (customer_id)",
    "INDEX service_order_address ON service_order (address_id)",
    "INDEX service_order_stage ON service_order (stage_id)",
    "INDEX service_order_agreement ON service_order (agreement_id)",
    "INDEX service_order_alarm ON service_order (sla_next_alarm_at) WHERE sla_next_alarm_at IS NOT NULL",
    "INDEX service_order_timed ON service_order (sla_calendar_id, sla_calendar_version) WHERE sla_status = 'STARTED'",
    "INDEX service_order_risk ON service_order (sla_risk) WHERE sla_risk IN ('AT_RISK', 'BREACHED')",
    "INDEX service_order_sla ON service_order (sla_id, sla_started_at) WHERE sla_id IS NOT NULL",
    "INDEX service_order_incoming ON service_order (created_at) WHERE incoming_web_order",
    "UNIQUE INDEX service_order_line_number ON service_order_line (order_id, line_number)",
    "INDEX service_order_line_activity ON service_order_line (activity_id)",
    "INDEX service_order_line_worker ON service_order_line (worker_id)",
    "INDEX service_order_line_object ON service_order_line (object_relation_id)",
    "UNIQUE INDEX service_order_line_occurrence ON service_order_line (agreement_line_id, calculated_on) WHERE agreement_line_id IS NOT NULL",
    "UNIQUE INDEX service_task_relation_agreement ON service_task_relation (agreement_id, task_id) WHERE agreement_id IS NOT NULL",
    "UNIQUE INDEX service_task_relation_order ON service_task_relation (order_id, task_id) WHERE order_id IS NOT NULL",
    "INDEX service_task_relation_task ON service_task_relation (task_id)",
    "INDEX session_of_user ON session (user_id)",
    "UNIQUE INDEX stage_initial ON stage (coalesce(parent_id, 0)) WHERE parent_id IS NULL",
    "UNIQUE INDEX stage_reason_number ON stage_reason (order_id, line_number)",
    "INDEX template_group_children ON template_group (parent_id)",
    "INDEX webhook_delivery_due ON webhook_delivery (due_at) WHERE status = 'PENDING'",
    "INDEX webhook_delivery_subject ON webhook_delivery (webhook_id, subject_type, subject_id) WHERE status = 'PENDING'",
    "INDEX webhook_delivery_status ON webhook_delivery (webhook_id, status)",
    "INDEX webhook_delivery_ended ON webhook_delivery (ended_at) WHERE status = 'DELIVERED'",
    "INDEX worker_team ON worker (team_id)",
]

# Few activities last for more than a day, and a board need not look through a month for them. As db.projection writes the
# condition, to the letter.
OVER_A_DAY = {
    "postgres": "ends_at - starts_at > '1 day'::interval",
    "sqlite": "round((julianday(ends_at) - julianday(starts_at)) * 86400.0, 3) > 86400.0",
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
    """Add what the engines write differently."""
    dialect = editor.client.capabilities.dialect
    await editor.client.execute_query(
        f"CREATE INDEX service_activity_long ON service_activity (starts_at, ends_at) WHERE {OVER_A_DAY[dialect]}"
    )
    if dialect == "postgres":
        await editor.client.execute_script(NO_DOUBLE_BOOKING)


async def drop(_apps, editor):
    """Take it away again."""
    await editor.client.execute_query("DROP INDEX service_activity_long")
    if editor.client.capabilities.dialect == "postgres":
        await editor.client.execute_script("ALTER TABLE service_activity DROP CONSTRAINT activity_no_double_booking")


class Migration(migrations.Migration):
    """Checks and indexes that tables made by Tortoise do not get."""

    dependencies = [("tavle", "0002_team_owner")]
    operations = [constraining(INDEXES, CHECKS), ops.RunPython(add, drop)]
