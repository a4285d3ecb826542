"""Changes of the company's settings."""

from dataclasses import dataclass

from domain.core.actor import Permission
from domain.core.checks import check_color, check_text, check_time_zone, optional_text
from domain.core.errors import Code, Refused
from domain.core.keep import KEEP, Keep, chosen
from domain.core.operation import Work, check_version, operation
from domain.core.rows import existing, table_behind
from domain.parameters import rules
from domain.parameters.models import ServiceManagementParameters
from domain.parameters.rules import SlaCalendarMode

_CATEGORY_LENGTH, _PURPOSE_LENGTH = 60, 120

# What may be chosen freely, and what is another thing's id: its relation, what it is called, its input field.
_FREE = (
    "allow_identical_items_as_objects",
    "allow_without_service_agreement",
    "reason_on_cancel",
    "reason_on_exceed_time",
    "sla_calendar_mode",
    "sla_on_generated_orders",
    "create_activity_for_order",
    "inactive_categories_selectable",
    "terminated_workers_selectable",
    "show_start_end_time",
    "plan_visits_daily",
)
_CHOSEN = (
    ("calendar", "calendar", "calendarId"),
    ("order_activity_type", "activity type", "orderActivityTypeId"),
    ("agreement_activity_type", "activity type", "agreementActivityTypeId"),
    ("default_agreement_group", "agreement group", "defaultAgreementGroupId"),
    ("activity_generation_stage", "stage", "activityGenerationStageId"),
    ("default_project_group", "project group", "defaultProjectGroupId"),
    ("journal_hour", "journal", "journalHourId"),
    ("journal_expense", "journal", "journalExpenseId"),
    ("journal_item", "journal", "journalItemId"),
    ("journal_fee", "journal", "journalFeeId"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeParameters:
    """What is to be different about the company's settings. Units: days around today, on the board and ahead."""

    company_name: str | Keep = KEEP
    time_zone: str | Keep = KEEP
    currency: str | Keep = KEEP
    calendar_id: int | None | Keep = KEEP
    order_activity_type_id: int | None | Keep = KEEP
    agreement_activity_type_id: int | None | Keep = KEEP
    default_agreement_group_id: int | None | Keep = KEEP
    allow_identical_items_as_objects: bool | Keep = KEEP
    allow_without_service_agreement: bool | Keep = KEEP
    reason_on_cancel: bool | Keep = KEEP
    reason_on_exceed_time: bool | Keep = KEEP
    sla_calendar_mode: SlaCalendarMode | Keep = KEEP
    sla_on_generated_orders: bool | Keep = KEEP
    create_activity_for_order: bool | Keep = KEEP
    activity_category: str | None | Keep = KEEP
    activity_purpose: str | None | Keep = KEEP
    activity_generation_stage_id: int | None | Keep = KEEP
    default_project_group_id: int | None | Keep = KEEP
    journal_hour_id: int | None | Keep = KEEP
    journal_expense_id: int | None | Keep = KEEP
    journal_item_id: int | None | Keep = KEEP
    journal_fee_id: int | None | Keep = KEEP
    inactive_categories_selectable: bool | Keep = KEEP
    terminated_workers_selectable: bool | Keep = KEEP
    show_start_end_time: bool | Keep = KEEP
    plan_visits_daily: bool | Keep = KEEP
    planning_horizon_days: int | Keep = KEEP
    dispatch_color_high: str | Keep = KEEP
    dispatch_color_normal: str | Keep = KEEP
    dispatch_color_low: str | Keep = KEEP
    dispatch_days_before: int | Keep = KEEP
    dispatch_days_after: int | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_PARAMETERS)
async def change_parameters(work: Work, command: ChangeParameters) -> int:
    """Change the company's settings; the first time, which has to name the company, what is omitted has its default.

    Raises:
        Refused: VERSION_CONFLICT, NOT_FOUND, INVALID.

    Source: DOMAIN.md 1.1, 2.
    """
    parameters = await ServiceManagementParameters.filter(id=1).select_for_update().first()
    if parameters is None:
        # Saved as the defaults that everyone has read so far, in version 1, so that their expectations hold.
        parameters = await work.create(ServiceManagementParameters(id=1, company_name=""), "parameters_created")
    await check_version(parameters, command.expected_version)
    values = {name: chosen(getattr(command, name), getattr(parameters, name)) for name in _FREE}
    for relation, what, path in _CHOSEN:
        column = f"{relation}_id"
        values[column] = await existing(
            table_behind(ServiceManagementParameters, relation),
            chosen(getattr(command, column), getattr(parameters, column)),
            what,
            path,
        )
        if relation.startswith("journal_") and values[column] is not None:
            await _check_journal(relation, values[column], path)
    await work.change(
        parameters,
        "parameters_changed",
        company_name=check_text(chosen(command.company_name, parameters.company_name), "companyName"),
        time_zone=check_time_zone(chosen(command.time_zone, parameters.time_zone), "timeZone"),
        currency=rules.check_currency(chosen(command.currency, parameters.currency)),
        activity_category=optional_text(
            chosen(command.activity_category, parameters.activity_category),
            "activityCategory",
            longest=_CATEGORY_LENGTH,
        ),
        activity_purpose=optional_text(
            chosen(command.activity_purpose, parameters.activity_purpose), "activityPurpose", longest=_PURPOSE_LENGTH
        ),
        planning_horizon_days=rules.check_horizon(
            chosen(command.planning_horizon_days, parameters.planning_horizon_days), "planningHorizonDays"
        ),
        dispatch_color_high=check_color(
            chosen(command.dispatch_color_high, parameters.dispatch_color_high), "dispatchColorHigh"
        ),
        dispatch_color_normal=check_color(
            chosen(command.dispatch_color_normal, parameters.dispatch_color_normal), "dispatchColorNormal"
        ),
        dispatch_color_low=check_color(
            chosen(command.dispatch_color_low, parameters.dispatch_color_low), "dispatchColorLow"
        ),
        dispatch_days_before=rules.check_board_days(
            chosen(command.dispatch_days_before, parameters.dispatch_days_before), "dispatchDaysBefore"
        ),
        dispatch_days_after=rules.check_board_days(
            chosen(command.dispatch_days_after, parameters.dispatch_days_after), "dispatchDaysAfter"
        ),
        **values,
    )
    return parameters.id


async def _check_journal(relation: str, journal_id: int, path: str) -> None:
    """Refuse a journal for lines of another type."""
    wanted = relation.removeprefix("journal_").upper()
    if (
        not await table_behind(ServiceManagementParameters, relation)
        .filter(id=journal_id, transaction_type=wanted)
        .exists()
    ):
        raise Refused(Code.INVALID, f"This journal is not for lines of type {wanted}; choose one that is.", (path,))
