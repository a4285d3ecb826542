"""The company's own settings: one row."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from domain.parameters.rules import SlaCalendarMode


class ServiceManagementParameters(Model):
    """Company-wide choices of DOMAIN.md 1.1, with the company's name and time zone."""

    id = fields.IntField(primary_key=True)
    company_name = fields.CharField(max_length=120)
    time_zone = fields.CharField(max_length=60, default="Europe/Copenhagen")
    currency = fields.CharField(max_length=3, default="DKK")
    calendar: Any = fields.ForeignKeyField("tavle.Calendar", null=True, on_delete=fields.RESTRICT)
    calendar_id: int | None
    order_activity_type: Any = fields.ForeignKeyField("tavle.ActivityType", null=True, on_delete=fields.RESTRICT)
    order_activity_type_id: int | None
    default_agreement_group: Any = fields.ForeignKeyField("tavle.AgreementGroup", null=True, on_delete=fields.RESTRICT)
    default_agreement_group_id: int | None
    agreement_activity_type: Any = fields.ForeignKeyField(
        "tavle.ActivityType", null=True, on_delete=fields.RESTRICT, related_name="agreement_parameters"
    )
    agreement_activity_type_id: int | None
    allow_identical_items_as_objects = fields.BooleanField(default=False, db_default=False)
    allow_without_service_agreement = fields.BooleanField(default=False, db_default=False)
    reason_on_cancel = fields.BooleanField(default=False, db_default=False)
    reason_on_exceed_time = fields.BooleanField(default=False, db_default=False)
    sla_calendar_mode = fields.CharEnumField(
        SlaCalendarMode, max_length=20, default=SlaCalendarMode.OPEN_TIME, db_default=SlaCalendarMode.OPEN_TIME.value
    )
    sla_on_generated_orders = fields.BooleanField(default=False, db_default=False)
    create_activity_for_order = fields.BooleanField(default=False, db_default=False)
    activity_category = fields.CharField(max_length=60, null=True)
    activity_purpose = fields.CharField(max_length=120, null=True)
    activity_generation_stage: Any = fields.ForeignKeyField("tavle.Stage", null=True, on_delete=fields.RESTRICT)
    activity_generation_stage_id: int | None
    default_project_group: Any = fields.ForeignKeyField("tavle.ProjectGroup", null=True, on_delete=fields.RESTRICT)
    default_project_group_id: int | None
    journal_hour: Any = fields.ForeignKeyField(
        "tavle.Journal", null=True, related_name="hour_of", on_delete=fields.RESTRICT
    )
    journal_hour_id: int | None
    journal_expense: Any = fields.ForeignKeyField(
        "tavle.Journal", null=True, related_name="expense_of", on_delete=fields.RESTRICT
    )
    journal_expense_id: int | None
    journal_item: Any = fields.ForeignKeyField(
        "tavle.Journal", null=True, related_name="item_of", on_delete=fields.RESTRICT
    )
    journal_item_id: int | None
    journal_fee: Any = fields.ForeignKeyField(
        "tavle.Journal", null=True, related_name="fee_of", on_delete=fields.RESTRICT
    )
    journal_fee_id: int | None
    inactive_categories_selectable = fields.BooleanField(default=False, db_default=False)
    terminated_workers_selectable = fields.BooleanField(default=False, db_default=False)
    show_start_end_time = fields.BooleanField(default=False, db_default=False)
    plan_visits_daily = fields.BooleanField(default=False, db_default=False)
    planning_horizon_days = fields.IntField(default=60, db_default=60)
    dispatch_color_high = fields.CharField(max_length=7, default="#c62828")
    dispatch_color_normal = fields.CharField(max_length=7, default="#f9a825")
    dispatch_color_low = fields.CharField(max_length=7, default="#2e7d32")
    dispatch_days_before = fields.IntField(default=0)
    dispatch_days_after = fields.IntField(default=7)
    version = fields.IntField(default=1)

    class Meta:
        table = "service_management_parameters"
