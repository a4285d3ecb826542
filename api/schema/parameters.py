"""The company's settings."""

from typing import Any

import strawberry
from tortoise.expressions import Q

from api.context import Context
from api.resolvers import records
from api.schema.activity_types import ActivityType
from api.schema.agreements import AgreementGroup
from api.schema.calendars import Calendar
from api.schema.inputs import OMIT, OMIT_OR_CLEAR, VERSION, MutationInput, kept, kept_key
from api.schema.mutations import mutation
from api.schema.nodes import Node, node
from api.schema.projects import Journal, ProjectGroup
from api.schema.scalars import CurrencyCode
from api.schema.stages import Stage
from api.selection import column, identity, one, selection, write_id
from api.visibility import select_of
from domain.core.rows import signed_in_only
from domain.parameters import models, operations
from domain.parameters.rules import SlaCalendarMode

Info = strawberry.Info[Context, None]
_PREFIX = "par"
_ONLY = 1


@node(
    models.ServiceManagementParameters,
    prefix=_PREFIX,
    visible=signed_in_only,
    description="What the company has chosen for all its service work.",
)
class ServiceManagementParameters(Node):
    """The company's settings: one row."""

    id: strawberry.ID = identity(_PREFIX)
    company_name: str = column(description="The company's name; empty until it is given.")
    time_zone: str = column(description="IANA time zone of the company: its days are meant in it.")
    currency: CurrencyCode = column(description="The company's currency.")
    calendar: Calendar | None = one(description="Working time of workers who have none of their own; null: always.")
    order_activity_type: ActivityType | None = one(
        description="Type of the activities that are made for order lines; null when none is chosen."
    )
    agreement_activity_type: ActivityType | None = one(
        description="Type of activity that new service agreements ask for; null when none is chosen."
    )
    default_agreement_group: AgreementGroup | None = one(
        description="Group of new service agreements unless told; null when none is chosen."
    )
    allow_identical_items_as_objects: bool = column(
        description="Whether one item, with one serial number, may be several service objects."
    )
    allow_without_service_agreement: bool = column(
        description="Whether service orders may be made and posted without a service agreement."
    )
    reason_on_cancel: bool = column(description="Whether cancelling an order's service level needs a reason code.")
    reason_on_exceed_time: bool = column(
        description="Whether stopping an order's service level needs a reason code once its time is exceeded."
    )
    sla_calendar_mode: SlaCalendarMode = column(description="What a service level's calendar does.")
    sla_on_generated_orders: bool = column(
        description=(
            "Whether orders that are planned from agreements are measured against the service level too, each from its"
            " day on."
        )
    )
    create_activity_for_order: bool = column(
        description="Whether a new service order gets an activity of its own, also without lines."
    )
    activity_category: str | None = column(description="Category of activities made for orders; null when none is.")
    activity_purpose: str | None = column(description="Purpose of activities made for orders; null when none is.")
    activity_generation_stage: Stage | None = one(
        description="The stage at which lines get their activities; null: as soon as a line is made."
    )
    default_project_group: ProjectGroup | None = one(
        description="Group of new projects unless told; null when none is chosen."
    )
    journal_hour: Journal | None = one(description="Where lines of type HOUR are posted; null: they are not.")
    journal_expense: Journal | None = one(description="Where lines of type EXPENSE are posted; null: they are not.")
    journal_item: Journal | None = one(description="Where lines of type ITEM are posted; null: they are not.")
    journal_fee: Journal | None = one(description="Where lines of type FEE are posted; null: they are not.")
    inactive_categories_selectable: bool = column(
        description="Whether lines may use project categories that are not active in journals."
    )
    terminated_workers_selectable: bool = column(description="Whether lines may name workers who have left.")
    show_start_end_time: bool = column(
        description="Whether lines of hours say from when to when, if the journal says so too."
    )
    plan_visits_daily: bool = column(
        description="Whether visits are planned by the clock: once a day, `planningHorizonDays` ahead."
    )
    planning_horizon_days: int = column(description="How many days ahead visits are planned by the clock.")
    dispatch_color_high: str = column(description="Colour of priority HIGH on the board, for example `#c62828`.")
    dispatch_color_normal: str = column(description="Colour of priority NORMAL on the board, for example `#f9a825`.")
    dispatch_color_low: str = column(description="Colour of priority LOW on the board, for example `#2e7d32`.")
    dispatch_days_before: int = column(description="How many days before today the board shows unless told.")
    dispatch_days_after: int = column(description="How many days after today the board shows unless told.")
    version: int = column(description="Grows with every change; send it back as `expectedVersion`.")


def _defaults() -> ServiceManagementParameters:
    """The settings of a company that has saved none."""
    row = models.ServiceManagementParameters(id=_ONLY, company_name="")
    made: Any = ServiceManagementParameters
    unsaved: ServiceManagementParameters = made(
        id=strawberry.ID(write_id(_PREFIX, row.id)),
        company_name=row.company_name,
        time_zone=row.time_zone,
        currency=CurrencyCode(row.currency),
        calendar=None,
        order_activity_type=None,
        agreement_activity_type=None,
        default_agreement_group=None,
        allow_identical_items_as_objects=row.allow_identical_items_as_objects,
        allow_without_service_agreement=row.allow_without_service_agreement,
        reason_on_cancel=row.reason_on_cancel,
        reason_on_exceed_time=row.reason_on_exceed_time,
        sla_calendar_mode=row.sla_calendar_mode,
        sla_on_generated_orders=row.sla_on_generated_orders,
        create_activity_for_order=row.create_activity_for_order,
        activity_category=row.activity_category,
        activity_purpose=row.activity_purpose,
        activity_generation_stage=None,
        default_project_group=None,
        journal_hour=None,
        journal_expense=None,
        journal_item=None,
        journal_fee=None,
        inactive_categories_selectable=row.inactive_categories_selectable,
        terminated_workers_selectable=row.terminated_workers_selectable,
        show_start_end_time=row.show_start_end_time,
        plan_visits_daily=row.plan_visits_daily,
        planning_horizon_days=row.planning_horizon_days,
        dispatch_color_high=row.dispatch_color_high,
        dispatch_color_normal=row.dispatch_color_normal,
        dispatch_color_low=row.dispatch_color_low,
        dispatch_days_before=row.dispatch_days_before,
        dispatch_days_after=row.dispatch_days_after,
        version=row.version,
    )
    return unsaved


async def _service_management_parameters(self: None, info: Info) -> ServiceManagementParameters:  # noqa: ARG001
    context = info.context
    select = select_of(context.actor, ServiceManagementParameters, Q(id=_ONLY))
    found: Any = await records.one(context, selection(info), select)
    stored: ServiceManagementParameters | None = found
    return _defaults() if stored is None else stored


@strawberry.input(description="What is to be different about the company's settings.")
class ChangeServiceManagementParametersInput(MutationInput):
    """For `changeServiceManagementParameters`."""

    company_name: strawberry.Maybe[str] = strawberry.field(
        description="Omit to keep; required the first time. At most 120 characters."
    )
    time_zone: strawberry.Maybe[str] = strawberry.field(description=f"{OMIT} IANA time zone of the company.")
    currency: strawberry.Maybe[CurrencyCode] = strawberry.field(description=OMIT)
    calendar_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    order_activity_type_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    agreement_activity_type_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    default_agreement_group_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    allow_identical_items_as_objects: strawberry.Maybe[bool] = strawberry.field(description=OMIT)
    allow_without_service_agreement: strawberry.Maybe[bool] = strawberry.field(description=OMIT)
    reason_on_cancel: strawberry.Maybe[bool] = strawberry.field(description=OMIT)
    reason_on_exceed_time: strawberry.Maybe[bool] = strawberry.field(description=OMIT)
    sla_calendar_mode: strawberry.Maybe[SlaCalendarMode] = strawberry.field(description=OMIT)
    sla_on_generated_orders: strawberry.Maybe[bool] = strawberry.field(description=OMIT)
    create_activity_for_order: strawberry.Maybe[bool] = strawberry.field(description=OMIT)
    activity_category: strawberry.Maybe[str | None] = strawberry.field(
        description=f"{OMIT_OR_CLEAR} At most 60 characters."
    )
    activity_purpose: strawberry.Maybe[str | None] = strawberry.field(
        description=f"{OMIT_OR_CLEAR} At most 120 characters."
    )
    activity_generation_stage_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    default_project_group_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    journal_hour_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    journal_expense_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    journal_item_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    journal_fee_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    inactive_categories_selectable: strawberry.Maybe[bool] = strawberry.field(description=OMIT)
    terminated_workers_selectable: strawberry.Maybe[bool] = strawberry.field(description=OMIT)
    show_start_end_time: strawberry.Maybe[bool] = strawberry.field(description=OMIT)
    plan_visits_daily: strawberry.Maybe[bool] = strawberry.field(description=OMIT)
    planning_horizon_days: strawberry.Maybe[int] = strawberry.field(description=f"{OMIT} 1 to 3,653.")
    dispatch_color_high: strawberry.Maybe[str] = strawberry.field(description=f"{OMIT} CSS hex, `#c62828`.")
    dispatch_color_normal: strawberry.Maybe[str] = strawberry.field(description=f"{OMIT} CSS hex, `#f9a825`.")
    dispatch_color_low: strawberry.Maybe[str] = strawberry.field(description=f"{OMIT} CSS hex, `#2e7d32`.")
    dispatch_days_before: strawberry.Maybe[int] = strawberry.field(description=f"{OMIT} From 0 to 60.")
    dispatch_days_after: strawberry.Maybe[int] = strawberry.field(description=f"{OMIT} From 0 to 60.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeParameters:
        """The command this asks for."""
        return operations.ChangeParameters(
            company_name=kept(self.company_name),
            time_zone=kept(self.time_zone),
            currency=kept(self.currency),
            calendar_id=kept_key(self.calendar_id, "cal", "calendar", "calendarId"),
            order_activity_type_id=kept_key(self.order_activity_type_id, "aty", "activity type", "orderActivityTypeId"),
            agreement_activity_type_id=kept_key(
                self.agreement_activity_type_id, "aty", "activity type", "agreementActivityTypeId"
            ),
            default_agreement_group_id=kept_key(
                self.default_agreement_group_id, "agg", "agreement group", "defaultAgreementGroupId"
            ),
            allow_identical_items_as_objects=kept(self.allow_identical_items_as_objects),
            allow_without_service_agreement=kept(self.allow_without_service_agreement),
            reason_on_cancel=kept(self.reason_on_cancel),
            reason_on_exceed_time=kept(self.reason_on_exceed_time),
            sla_calendar_mode=kept(self.sla_calendar_mode),
            sla_on_generated_orders=kept(self.sla_on_generated_orders),
            create_activity_for_order=kept(self.create_activity_for_order),
            activity_category=kept(self.activity_category),
            activity_purpose=kept(self.activity_purpose),
            activity_generation_stage_id=kept_key(
                self.activity_generation_stage_id, "stg", "stage", "activityGenerationStageId"
            ),
            default_project_group_id=kept_key(
                self.default_project_group_id, "pgr", "project group", "defaultProjectGroupId"
            ),
            journal_hour_id=kept_key(self.journal_hour_id, "jrn", "journal", "journalHourId"),
            journal_expense_id=kept_key(self.journal_expense_id, "jrn", "journal", "journalExpenseId"),
            journal_item_id=kept_key(self.journal_item_id, "jrn", "journal", "journalItemId"),
            journal_fee_id=kept_key(self.journal_fee_id, "jrn", "journal", "journalFeeId"),
            inactive_categories_selectable=kept(self.inactive_categories_selectable),
            terminated_workers_selectable=kept(self.terminated_workers_selectable),
            show_start_end_time=kept(self.show_start_end_time),
            plan_visits_daily=kept(self.plan_visits_daily),
            planning_horizon_days=kept(self.planning_horizon_days),
            dispatch_color_high=kept(self.dispatch_color_high),
            dispatch_color_normal=kept(self.dispatch_color_normal),
            dispatch_color_low=kept(self.dispatch_color_low),
            dispatch_days_before=kept(self.dispatch_days_before),
            dispatch_days_after=kept(self.dispatch_days_after),
            expected_version=self.expected_version,
        )


@strawberry.type
class ParametersQueries:
    """Reading the company's settings."""

    service_management_parameters: ServiceManagementParameters = strawberry.field(
        resolver=_service_management_parameters,
        description="The company's settings; those of a new company until some are saved.",
    )


@strawberry.type
class ParametersMutations:
    """Changing the company's settings."""

    change_service_management_parameters = mutation(
        operations.change_parameters,
        ChangeServiceManagementParametersInput,
        "Changes the company's settings. Boards that are being followed get a snapshot.",
        service_management_parameters=ServiceManagementParameters,
    )
