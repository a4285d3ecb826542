"""Changes of the company's settings."""

from dataclasses import dataclass

from domain.calendars.models import Calendar
from domain.core.actor import Permission
from domain.core.checks import check_color, check_text, check_time_zone
from domain.core.keep import KEEP, Keep, chosen
from domain.core.operation import Work, check_version, operation
from domain.core.rows import existing, table_behind
from domain.parameters import rules
from domain.parameters.models import ServiceManagementParameters


@dataclass(frozen=True, slots=True)
class ChangeParameters:
    """What is to be different about the company's settings. Units: days around today on the dispatch board."""

    company_name: str | Keep = KEEP
    time_zone: str | Keep = KEEP
    currency: str | Keep = KEEP
    calendar_id: int | None | Keep = KEEP
    order_activity_type_id: int | None | Keep = KEEP
    dispatch_color_high: str | Keep = KEEP
    dispatch_color_normal: str | Keep = KEEP
    dispatch_color_low: str | Keep = KEEP
    dispatch_days_before: int | Keep = KEEP
    dispatch_days_after: int | Keep = KEEP
    default_agreement_group_id: int | None | Keep = KEEP
    allow_identical_items_as_objects: bool | Keep = KEEP
    allow_without_service_agreement: bool | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_PARAMETERS)
async def change_parameters(work: Work, command: ChangeParameters) -> int:
    """Change the company's settings; the first time, which has to name the company, what is omitted has its default.

    Raises:
        Refused: VERSION_CONFLICT, NOT_FOUND, INVALID.

    Source: DOMAIN.md 1.1.
    """
    parameters = await ServiceManagementParameters.filter(id=1).select_for_update().first()
    if parameters is None:
        # Saved as the defaults that everyone has read so far, in version 1, so that their expectations hold.
        parameters = await work.create(ServiceManagementParameters(id=1, company_name=""), "parameters_created")
    await check_version(parameters, command.expected_version)
    await work.change(
        parameters,
        "parameters_changed",
        company_name=check_text(chosen(command.company_name, parameters.company_name), "companyName"),
        time_zone=check_time_zone(chosen(command.time_zone, parameters.time_zone), "timeZone"),
        currency=rules.check_currency(chosen(command.currency, parameters.currency)),
        calendar_id=await existing(
            Calendar, chosen(command.calendar_id, parameters.calendar_id), "calendar", "calendarId"
        ),
        order_activity_type_id=await existing(
            table_behind(ServiceManagementParameters, "order_activity_type"),
            chosen(command.order_activity_type_id, parameters.order_activity_type_id),
            "activity type",
            "orderActivityTypeId",
        ),
        default_agreement_group_id=await existing(
            table_behind(ServiceManagementParameters, "default_agreement_group"),
            chosen(command.default_agreement_group_id, parameters.default_agreement_group_id),
            "agreement group",
            "defaultAgreementGroupId",
        ),
        allow_identical_items_as_objects=chosen(
            command.allow_identical_items_as_objects, parameters.allow_identical_items_as_objects
        ),
        allow_without_service_agreement=chosen(
            command.allow_without_service_agreement, parameters.allow_without_service_agreement
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
    )
    return parameters.id
