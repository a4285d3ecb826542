"""The company's settings: one row, which the first change makes."""

from typing import Any

import pytest

from domain.core.actor import ANONYMOUS, Actor
from domain.core.errors import Code, NotPermitted, NotSignedIn, Path
from domain.core.operation import Stale, perform
from domain.parameters.models import ServiceManagementParameters
from domain.parameters.operations import ChangeParameters, change_parameters
from domain.parameters.rules import SlaCalendarMode
from domain.projects.rules import TransactionType
from tests.builders import actors
from tests.builders.actors import MANAGER
from tests.builders.agreed import an_agreement_group
from tests.builders.log import events, nothing_changes, only_event, refusal, refusals
from tests.builders.rows import a_calendar, a_journal, a_project_group, a_stage, an_activity_type, the_parameters

pytestmark = pytest.mark.usefixtures("database")

DEFAULTS = {
    "id": 1,
    "company_name": "",
    "time_zone": "Europe/Copenhagen",
    "currency": "DKK",
    "calendar_id": None,
    "order_activity_type_id": None,
    "agreement_activity_type_id": None,
    "reason_on_cancel": False,
    "reason_on_exceed_time": False,
    "sla_calendar_mode": "OPEN_TIME",
    "sla_on_generated_orders": False,
    "create_activity_for_order": False,
    "activity_category": None,
    "activity_purpose": None,
    "activity_generation_stage_id": None,
    "default_project_group_id": None,
    "journal_hour_id": None,
    "journal_expense_id": None,
    "journal_item_id": None,
    "journal_fee_id": None,
    "inactive_categories_selectable": False,
    "terminated_workers_selectable": False,
    "show_start_end_time": False,
    "plan_visits_daily": False,
    "planning_horizon_days": 60,
    "dispatch_color_high": "#c62828",
    "dispatch_color_normal": "#f9a825",
    "dispatch_color_low": "#2e7d32",
    "dispatch_days_before": 0,
    "dispatch_days_after": 7,
    "default_agreement_group_id": None,
    "allow_identical_items_as_objects": False,
    "allow_without_service_agreement": False,
    "version": 1,
}


async def test_the_first_change_makes_the_row_from_the_defaults() -> None:
    done = await perform(
        change_parameters, ChangeParameters(company_name=" Nordhavn Service A/S ", expected_version=1), actor=MANAGER
    )

    changed = DEFAULTS | {"company_name": "Nordhavn Service A/S", "version": 2}
    assert done.result == 1
    assert await ServiceManagementParameters.all().values() == [changed]
    assert [(event.kind, event.subject_type, event.subject_id, event.body) for event in await events()] == [
        ("parameters_created", "service_management_parameters", 1, {"before": None, "after": DEFAULTS}),
        ("parameters_changed", "service_management_parameters", 1, {"before": DEFAULTS, "after": changed}),
    ]


async def test_of_two_who_read_the_defaults_the_second_is_told_of_the_first() -> None:
    await perform(change_parameters, ChangeParameters(company_name="Mine", expected_version=1), actor=MANAGER)

    [only] = await refusals(
        change_parameters, ChangeParameters(company_name="Yours", expected_version=1), actor=MANAGER
    )

    assert (only.code, only.path) == (Code.VERSION_CONFLICT, ("expectedVersion",))
    assert only.details == Stale("service_management_parameters", 1, "Mona Manager")


async def test_everything_can_be_changed_at_once() -> None:
    await the_parameters()
    calendar, activity_type, group = await a_calendar(), await an_activity_type(), await an_agreement_group()
    stage, project_group = await a_stage(), await a_project_group()
    journals = {f"journal_{each.lower()}_id": (await a_journal(transaction_type=each)).id for each in TransactionType}

    await perform(
        change_parameters,
        ChangeParameters(
            company_name="Havnens Service",
            time_zone="Europe/London",
            currency="gbp",
            calendar_id=calendar.id,
            order_activity_type_id=activity_type.id,
            agreement_activity_type_id=activity_type.id,
            reason_on_cancel=True,
            reason_on_exceed_time=True,
            sla_calendar_mode=SlaCalendarMode.START_ONLY,
            sla_on_generated_orders=True,
            create_activity_for_order=True,
            activity_category="Field service",
            activity_purpose=" Visit ",
            activity_generation_stage_id=stage.id,
            default_project_group_id=project_group.id,
            inactive_categories_selectable=True,
            terminated_workers_selectable=True,
            show_start_end_time=True,
            plan_visits_daily=True,
            planning_horizon_days=90,
            **journals,
            dispatch_color_high="#FF00FF",
            dispatch_color_normal="#00ff00",
            dispatch_color_low="#0000fF",
            dispatch_days_before=60,
            dispatch_days_after=0,
            default_agreement_group_id=group.id,
            allow_identical_items_as_objects=True,
            allow_without_service_agreement=True,
            expected_version=1,
        ),
        actor=MANAGER,
    )

    changed = {
        "id": 1,
        "company_name": "Havnens Service",
        "time_zone": "Europe/London",
        "currency": "GBP",
        "calendar_id": calendar.id,
        "order_activity_type_id": activity_type.id,
        "agreement_activity_type_id": activity_type.id,
        "reason_on_cancel": True,
        "reason_on_exceed_time": True,
        "sla_calendar_mode": "START_ONLY",
        "sla_on_generated_orders": True,
        "create_activity_for_order": True,
        "activity_category": "Field service",
        "activity_purpose": "Visit",
        "activity_generation_stage_id": stage.id,
        "default_project_group_id": project_group.id,
        "inactive_categories_selectable": True,
        "terminated_workers_selectable": True,
        "show_start_end_time": True,
        "plan_visits_daily": True,
        "planning_horizon_days": 90,
        **journals,
        "dispatch_color_high": "#ff00ff",
        "dispatch_color_normal": "#00ff00",
        "dispatch_color_low": "#0000ff",
        "dispatch_days_before": 60,
        "dispatch_days_after": 0,
        "default_agreement_group_id": group.id,
        "allow_identical_items_as_objects": True,
        "allow_without_service_agreement": True,
        "version": 2,
    }
    event = await only_event()
    assert await ServiceManagementParameters.all().values() == [changed]
    assert event.kind == "parameters_changed"
    assert event.body == {"before": DEFAULTS | {"company_name": "Nordhavn Service A/S"}, "after": changed}


async def test_null_takes_the_calendar_and_the_activity_type_away() -> None:
    await the_parameters(calendar=await a_calendar(), order_activity_type=await an_activity_type())

    await perform(change_parameters, ChangeParameters(calendar_id=None, order_activity_type_id=None), actor=MANAGER)

    stored = await ServiceManagementParameters.get(id=1)
    assert (stored.calendar_id, stored.order_activity_type_id, stored.version) == (None, None, 2)


@pytest.mark.parametrize(
    ("wrong", "code", "path"),
    [
        ({"company_name": " "}, Code.INVALID, ("companyName",)),
        ({"company_name": "x" * 121}, Code.INVALID, ("companyName",)),
        ({"time_zone": "Copenhagen"}, Code.INVALID, ("timeZone",)),
        ({"currency": "kr"}, Code.INVALID, ("currency",)),
        ({"currency": "DK1"}, Code.INVALID, ("currency",)),
        ({"calendar_id": 999}, Code.NOT_FOUND, ("calendarId",)),
        ({"default_agreement_group_id": 999}, Code.NOT_FOUND, ("defaultAgreementGroupId",)),
        ({"agreement_activity_type_id": 999}, Code.NOT_FOUND, ("agreementActivityTypeId",)),
        ({"activity_generation_stage_id": 999}, Code.NOT_FOUND, ("activityGenerationStageId",)),
        ({"default_project_group_id": 999}, Code.NOT_FOUND, ("defaultProjectGroupId",)),
        ({"journal_hour_id": 999}, Code.NOT_FOUND, ("journalHourId",)),
        ({"journal_fee_id": 999}, Code.NOT_FOUND, ("journalFeeId",)),
        ({"activity_category": "x" * 61}, Code.INVALID, ("activityCategory",)),
        ({"planning_horizon_days": 0}, Code.INVALID, ("planningHorizonDays",)),
        ({"planning_horizon_days": 3_654}, Code.INVALID, ("planningHorizonDays",)),
        ({"activity_purpose": "x" * 121}, Code.INVALID, ("activityPurpose",)),
        ({"order_activity_type_id": 999}, Code.NOT_FOUND, ("orderActivityTypeId",)),
        ({"dispatch_color_high": "red"}, Code.INVALID, ("dispatchColorHigh",)),
        ({"dispatch_color_normal": "#12345"}, Code.INVALID, ("dispatchColorNormal",)),
        ({"dispatch_color_low": "#12345g"}, Code.INVALID, ("dispatchColorLow",)),
        ({"dispatch_days_before": -1}, Code.INVALID, ("dispatchDaysBefore",)),
        ({"dispatch_days_before": 61}, Code.INVALID, ("dispatchDaysBefore",)),
        ({"dispatch_days_after": -1}, Code.INVALID, ("dispatchDaysAfter",)),
        ({"dispatch_days_after": 61}, Code.INVALID, ("dispatchDaysAfter",)),
        ({"expected_version": 2}, Code.VERSION_CONFLICT, ("expectedVersion",)),
    ],
)
async def test_what_is_wrong_with_the_settings_is_named(wrong: dict[str, Any], code: Code, path: Path) -> None:
    named = {"company_name": "Nordhavn Service A/S"} | wrong

    assert await refusal(change_parameters, ChangeParameters(**named), actor=MANAGER) == (code, path)
    await the_parameters()
    assert await refusal(change_parameters, ChangeParameters(**wrong), actor=MANAGER) == (code, path)


@pytest.mark.parametrize(
    ("field", "path"), [("journal_expense_id", "journalExpenseId"), ("journal_item_id", "journalItemId")]
)
async def test_a_journal_for_hours_is_for_nothing_else(field: str, path: str) -> None:
    await the_parameters()
    wrong: dict[str, Any] = {field: (await a_journal()).id}

    assert await refusal(change_parameters, ChangeParameters(**wrong), actor=MANAGER) == (Code.INVALID, (path,))


async def test_the_first_change_has_to_name_the_company() -> None:
    assert await refusal(change_parameters, ChangeParameters(currency="EUR"), actor=MANAGER) == (
        Code.INVALID,
        ("companyName",),
    )


async def test_a_change_of_nothing_raises_no_version_and_no_event() -> None:
    await the_parameters()

    async with nothing_changes():
        await perform(change_parameters, ChangeParameters(), actor=MANAGER)
        await perform(
            change_parameters,
            ChangeParameters(company_name="Nordhavn Service A/S ", dispatch_color_high="#C62828"),
            actor=MANAGER,
        )


async def test_a_repeat_with_the_same_key_is_answered_again() -> None:
    command = ChangeParameters(company_name="Nordhavn Service A/S", expected_version=1)

    first = await perform(change_parameters, command, actor=MANAGER, key="k")
    async with nothing_changes():
        again = await perform(change_parameters, command, actor=MANAGER, key="k")

    assert again == first


@pytest.mark.parametrize("actor", [actors.DISPATCHER, actors.technician(1), actors.customer(1), actors.INTEGRATION])
async def test_the_settings_are_the_managers(actor: Actor) -> None:
    async with nothing_changes():
        with pytest.raises(NotPermitted, match="MAINTAIN_PARAMETERS"):
            await perform(change_parameters, ChangeParameters(company_name="Theirs"), actor=actor)
        with pytest.raises(NotSignedIn):
            await perform(change_parameters, ChangeParameters(company_name="Theirs"), actor=ANONYMOUS)
