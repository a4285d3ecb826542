"""Service levels: what they may be, where they are chosen, and what keeps them."""

from typing import Any

import pytest

from domain.agreements.models import AgreementGroup, ServiceAgreement
from domain.agreements.operations import (
    ChangeAgreementGroup,
    ChangeServiceAgreement,
    CreateAgreementGroup,
    CreateServiceAgreement,
    change_agreement_group,
    change_service_agreement,
    create_agreement_group,
    create_service_agreement,
)
from domain.calendars.operations import DeleteCalendar, delete_calendar
from domain.core.errors import Code, Path
from domain.core.operation import perform
from domain.slas.models import ServiceLevel
from domain.slas.operations import (
    ChangeServiceLevel,
    CreateServiceLevel,
    DeleteServiceLevel,
    change_service_level,
    create_service_level,
    delete_service_level,
)
from tests.builders.actors import MANAGER
from tests.builders.agreed import a_service_level, an_agreement, an_agreement_group
from tests.builders.log import only_event, refusal
from tests.builders.rows import a_calendar, a_project
from tests.builders.times import MONDAY

pytestmark = pytest.mark.usefixtures("database")


async def test_a_service_level_has_a_length_and_a_calendar() -> None:
    calendar = await a_calendar()

    made = await perform(
        create_service_level,
        CreateServiceLevel(" Gold ", days=1, hours=2, minutes=30, calendar_id=calendar.id, number="GOLD"),
        actor=MANAGER,
    )

    assert await ServiceLevel.filter(id=made.result).values() == [
        {
            "id": made.result,
            "number": "GOLD",
            "name": "Gold",
            "days": 1,
            "hours": 2,
            "minutes": 30,
            "calendar_id": calendar.id,
            "suspended": False,
            "version": 1,
        }
    ]
    assert (await only_event()).kind == "service_level_created"


@pytest.mark.parametrize(
    ("length", "path"),
    [
        ({}, ("minutes",)),
        ({"hours": -1, "days": 1}, ("hours",)),
        ({"days": 10_000}, ("days",)),
        ({"hours": 1, "calendar_id": 99}, ("calendarId",)),
    ],
)
async def test_a_length_of_nothing_or_too_much_is_refused(length: dict[str, Any], path: Path) -> None:
    code, found = await refusal(create_service_level, CreateServiceLevel("Gold", number="G", **length), actor=MANAGER)

    assert (code, found) == (Code.NOT_FOUND if "calendar_id" in length else Code.INVALID, path)


async def test_a_calendar_that_is_never_open_reaches_no_length() -> None:
    closed = await a_calendar(weekdays=())
    level = await a_service_level()

    made = await refusal(create_service_level, CreateServiceLevel("X", hours=1, calendar_id=closed.id), actor=MANAGER)
    changed = await refusal(change_service_level, ChangeServiceLevel(level.id, calendar_id=closed.id), actor=MANAGER)

    assert made == changed == (Code.INVALID, ("calendarId",))


async def test_a_service_level_is_chosen_for_an_agreement_and_for_a_group() -> None:
    level, project = await a_service_level(), await a_project()

    group_id = (
        await perform(create_agreement_group, CreateAgreementGroup("Full", "FULL", sla_id=level.id), actor=MANAGER)
    ).result
    command = CreateServiceAgreement(project.id, MONDAY.date(), number="SA-1", group_id=group_id, sla_id=level.id)
    agreement_id = (await perform(create_service_agreement, command, actor=MANAGER)).result
    await perform(change_agreement_group, ChangeAgreementGroup(group_id, sla_id=None), actor=MANAGER)
    await perform(change_service_agreement, ChangeServiceAgreement(agreement_id, description="Lifts"), actor=MANAGER)

    assert (await AgreementGroup.get(id=group_id)).sla_id is None
    assert (await ServiceAgreement.get(id=agreement_id)).sla_id == level.id


async def test_one_that_rests_cannot_be_chosen_but_is_kept_where_it_is() -> None:
    resting, project = await a_service_level(suspended=True), await a_project()
    group, other = await an_agreement_group(sla_id=resting.id), await an_agreement_group()
    agreement = await an_agreement()
    new = CreateServiceAgreement(project.id, MONDAY.date(), number="SA-1", group_id=group.id, sla_id=resting.id)

    await perform(change_agreement_group, ChangeAgreementGroup(group.id, name="Full", sla_id=resting.id), actor=MANAGER)
    found = [
        await refusal(create_agreement_group, CreateAgreementGroup("New", "N", sla_id=resting.id), actor=MANAGER),
        await refusal(change_agreement_group, ChangeAgreementGroup(other.id, sla_id=resting.id), actor=MANAGER),
        await refusal(create_service_agreement, new, actor=MANAGER),
        await refusal(change_service_agreement, ChangeServiceAgreement(agreement.id, sla_id=resting.id), actor=MANAGER),
    ]

    assert found == [(Code.INVALID, ("slaId",))] * 4
    assert (await AgreementGroup.get(id=group.id)).sla_id == resting.id


async def test_an_unknown_service_level_is_not_found() -> None:
    agreement = await an_agreement()

    found = await refusal(change_service_agreement, ChangeServiceAgreement(agreement.id, sla_id=404), actor=MANAGER)

    assert found == (Code.NOT_FOUND, ("slaId",))


async def test_what_is_in_use_stays() -> None:
    calendar = await a_calendar()
    level = await a_service_level(calendar_id=calendar.id)
    agreement = await an_agreement(sla_id=level.id)

    used = await refusal(delete_service_level, DeleteServiceLevel(level.id), actor=MANAGER)
    followed = await refusal(delete_calendar, DeleteCalendar(calendar.id), actor=MANAGER)
    await perform(change_service_agreement, ChangeServiceAgreement(agreement.id, sla_id=None), actor=MANAGER)
    await perform(delete_service_level, DeleteServiceLevel(level.id), actor=MANAGER)

    assert (used, followed) == ((Code.IN_USE, ("slaId",)), (Code.IN_USE, ("calendarId",)))
    assert await ServiceLevel.all().count() == 0
