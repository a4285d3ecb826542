"""The company's settings, as everyone may read them."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from db.projection import Select, columns
from domain.parameters.models import ServiceManagementParameters
from domain.parameters.rules import SlaCalendarMode


@dataclass(frozen=True, slots=True)
class CompanyParameters:
    """What the company has chosen; the defaults are those of a company that has saved nothing yet."""

    time_zone: str = "Europe/Copenhagen"
    calendar_id: int | None = None
    order_activity_type_id: int | None = None
    dispatch_color_high: str = "#c62828"
    dispatch_color_normal: str = "#f9a825"
    dispatch_color_low: str = "#2e7d32"
    dispatch_days_before: int = 0
    dispatch_days_after: int = 7
    currency: str = "DKK"
    default_agreement_group_id: int | None = None
    allow_identical_items_as_objects: bool = False
    allow_without_service_agreement: bool = False
    agreement_activity_type_id: int | None = None
    reason_on_cancel: bool = False
    reason_on_exceed_time: bool = False
    sla_calendar_mode: SlaCalendarMode = SlaCalendarMode.OPEN_TIME
    sla_on_generated_orders: bool = False
    create_activity_for_order: bool = False
    activity_category: str | None = None
    activity_purpose: str | None = None
    activity_generation_stage_id: int | None = None
    default_project_group_id: int | None = None
    journal_hour_id: int | None = None
    journal_expense_id: int | None = None
    journal_item_id: int | None = None
    journal_fee_id: int | None = None
    inactive_categories_selectable: bool = False
    terminated_workers_selectable: bool = False
    show_start_end_time: bool = False
    company_name: str = ""
    plan_visits_daily: bool = False
    planning_horizon_days: int = 60


_NAMES = tuple(field.name for field in fields(CompanyParameters))
_ROW = Select(ServiceManagementParameters, limit=1)
# For who reads other things beside them, with `columns_of_each`.
PARAMETERS = (_ROW, _NAMES)


async def company_parameters() -> CompanyParameters:
    """The stored parameters."""
    return parameters_of(await columns(_ROW, _NAMES))


def parameters_of(stored: Sequence[tuple[Any, ...]]) -> CompanyParameters:
    """The parameters, from what was read of PARAMETERS."""
    return CompanyParameters(*stored[0]) if stored else CompanyParameters()


async def company_calendar() -> tuple[int, int] | None:
    """The id and the version of the calendar of whoever has none of their own, if the company has chosen one."""
    stored = await columns(_ROW, ("calendar_id", "calendar__version"))
    return stored[0] if stored and stored[0][0] is not None else None


def civil_date(at: datetime, time_zone: str) -> date:
    """The date that the calendar on the wall shows at `at` in `time_zone`."""
    return at.astimezone(ZoneInfo(time_zone)).date()
