"""Working calendars: their hours and holidays are replaced as a whole, and audited with them."""

from dataclasses import replace
from datetime import UTC, date, time
from typing import Any

import pytest

from domain.calendars.models import Calendar, CalendarHoliday, CalendarHours
from domain.calendars.operations import (
    ChangeCalendar,
    CreateCalendar,
    DeleteCalendar,
    change_calendar,
    create_calendar,
    delete_calendar,
)
from domain.calendars.queries import working_calendars
from domain.calendars.rules import Holiday, OpenHours, WorkingCalendar
from domain.core.actor import Actor
from domain.core.errors import Code, NotPermitted, Path
from domain.core.operation import perform
from tests.builders import actors
from tests.builders.actors import MANAGER
from tests.builders.log import everything, nothing_changes, only_event, refusal
from tests.builders.rows import a_calendar, a_holiday, a_worker, the_parameters

pytestmark = pytest.mark.usefixtures("database")

MONDAYS = OpenHours(1, time(7, 30), time(16))
FRIDAY_MORNINGS = OpenHours(5, time(7, 30), time(12))
FRIDAY_NIGHTS = OpenHours(5, time(20), time(0))
CHRISTMAS = Holiday(date(2026, 12, 25), "Christmas Day")
NEW_YEARS_EVE = Holiday(date(2026, 12, 31), "New Year's Eve", time(8), time(0))

CREATION = CreateCalendar(
    "Nights",
    "Europe/Copenhagen",
    number="C-1",
    hours=(FRIDAY_NIGHTS, MONDAYS, FRIDAY_MORNINGS),
    holidays=(NEW_YEARS_EVE, replace(CHRISTMAS, name="  Christmas Day ")),
)
CREATED = {
    "id": 1,
    "number": "C-1",
    "name": "Nights",
    "time_zone": "Europe/Copenhagen",
    "version": 1,
    "hours": [
        {"weekday": 1, "opens": "07:30", "closes": "16:00"},
        {"weekday": 5, "opens": "07:30", "closes": "12:00"},
        {"weekday": 5, "opens": "20:00", "closes": "00:00"},
    ],
    "holidays": [
        {"on": "2026-12-25", "name": "Christmas Day", "opens": None, "closes": None},
        {"on": "2026-12-31", "name": "New Year's Eve", "opens": "08:00", "closes": "00:00"},
    ],
}


async def test_a_calendar_is_created_with_its_hours_and_holidays_in_order() -> None:
    done = await perform(create_calendar, CREATION, actor=MANAGER)

    event = await only_event()
    assert done.result == 1
    assert await Calendar.all().values() == [
        {"id": 1, "number": "C-1", "name": "Nights", "time_zone": "Europe/Copenhagen", "version": 1}
    ]
    assert await CalendarHours.all().order_by("id").values_list(
        "calendar_id", "weekday", "opens_minute", "closes_minute"
    ) == [(1, 1, 450, 960), (1, 5, 450, 720), (1, 5, 1200, 1440)]
    assert await CalendarHoliday.all().order_by("id").values_list(
        "calendar_id", "on_date", "name", "opens_minute", "closes_minute"
    ) == [
        (1, date(2026, 12, 25), "Christmas Day", None, None),
        (1, date(2026, 12, 31), "New Year's Eve", 480, 1440),
    ]
    assert (event.kind, event.subject_type, event.subject_id) == ("calendar_created", "calendar", 1)
    assert event.body == {"before": None, "after": CREATED}


async def test_the_rules_read_back_what_was_written() -> None:
    done = await perform(create_calendar, CREATION, actor=MANAGER)

    assert await working_calendars([done.result]) == {
        1: WorkingCalendar("Europe/Copenhagen", (MONDAYS, FRIDAY_MORNINGS, FRIDAY_NIGHTS), (CHRISTMAS, NEW_YEARS_EVE))
    }


async def test_hours_that_are_given_replace_all_there_were_and_holidays_stay() -> None:
    await perform(create_calendar, CREATION, actor=MANAGER)
    kept = (await everything())["calendar_holiday"]

    await perform(change_calendar, ChangeCalendar(1, hours=(MONDAYS,), expected_version=1), actor=MANAGER)

    tables = await everything()
    assert [(row["weekday"], row["opens_minute"]) for row in tables["calendar_hours"]] == [(1, 450)]
    assert tables["calendar_holiday"] == kept
    assert tables["calendar"][0]["version"] == 2
    event = tables["event"][-1]
    assert (event["kind"], event["seq"]) == ("calendar_changed", 2)
    assert event["body"] == {
        "before": CREATED,
        "after": CREATED | {"version": 2, "hours": [{"weekday": 1, "opens": "07:30", "closes": "16:00"}]},
    }


async def test_holidays_that_are_given_replace_all_there_were_and_hours_stay() -> None:
    await perform(create_calendar, CREATION, actor=MANAGER)
    kept = (await everything())["calendar_hours"]

    await perform(change_calendar, ChangeCalendar(1, holidays=()), actor=MANAGER)

    tables = await everything()
    assert tables["calendar_holiday"] == []
    assert tables["calendar_hours"] == kept
    assert tables["event"][-1]["body"]["after"] == CREATED | {"version": 2, "holidays": []}


async def test_only_the_calendar_that_is_named_changes() -> None:
    other = await a_calendar()
    await a_holiday(other)
    before = await working_calendars([other.id])
    done = await perform(create_calendar, CREATION, actor=MANAGER)

    await perform(change_calendar, ChangeCalendar(done.result, name="Days", hours=(), holidays=()), actor=MANAGER)
    await perform(delete_calendar, DeleteCalendar(done.result), actor=MANAGER)

    assert await working_calendars([other.id, done.result]) == before


async def test_the_zone_changes_and_the_hours_stay_on_the_wall_clock() -> None:
    await perform(create_calendar, CREATION, actor=MANAGER)

    await perform(change_calendar, ChangeCalendar(1, time_zone="Europe/London"), actor=MANAGER)

    [calendar] = (await working_calendars([1])).values()
    assert (calendar.time_zone, calendar.weekly) == ("Europe/London", (MONDAYS, FRIDAY_MORNINGS, FRIDAY_NIGHTS))


async def test_equal_hours_in_another_order_change_nothing() -> None:
    await perform(create_calendar, CREATION, actor=MANAGER)
    same = ChangeCalendar(
        1,
        name="Nights ",
        hours=(FRIDAY_MORNINGS, FRIDAY_NIGHTS, MONDAYS),
        holidays=(NEW_YEARS_EVE, CHRISTMAS),
    )

    async with nothing_changes():
        done = await perform(change_calendar, same, actor=MANAGER)

    assert done.result == 1


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"time_zone": "Copenhagen"}, ("timeZone",)),
        ({"hours": (OpenHours(8, time(8), time(9)),)}, ("hours", 0, "weekday")),
        ({"hours": (MONDAYS, OpenHours(1, time(9), time(8)))}, ("hours", 1, "closes")),
        ({"hours": (MONDAYS, OpenHours(1, time(15), time(17)))}, ("hours", 1, "opens")),
        ({"hours": (OpenHours(1, time(8, 0, 30), time(9)),)}, ("hours", 0, "opens")),
        ({"hours": (OpenHours(1, time(8, tzinfo=UTC), time(9)),)}, ("hours", 0, "opens")),
        ({"holidays": (CHRISTMAS, CHRISTMAS)}, ("holidays", 1, "on")),
        ({"holidays": (replace(CHRISTMAS, opens=time(8)),)}, ("holidays", 0, "closes")),
        ({"holidays": (NEW_YEARS_EVE, replace(CHRISTMAS, name=" "))}, ("holidays", 1, "name")),
    ],
)
async def test_what_is_wrong_with_a_calendar_is_named(wrong: dict[str, Any], path: Path) -> None:
    calendar = await a_calendar()

    created, changed = replace(CREATION, **wrong), ChangeCalendar(calendar.id, **wrong)

    assert await refusal(create_calendar, created, actor=MANAGER) == (Code.INVALID, path)
    assert await refusal(change_calendar, changed, actor=MANAGER) == (Code.INVALID, path)


async def test_bad_hours_are_refused_with_a_key_as_without() -> None:
    command = replace(CREATION, hours=(OpenHours(1, time(8, tzinfo=UTC), time(9)),))

    async with nothing_changes():
        assert await refusal(create_calendar, command, actor=MANAGER, key="k") == (
            Code.INVALID,
            ("hours", 0, "opens"),
        )


async def test_a_calendar_nobody_uses_is_deleted_with_all_that_belongs_to_it() -> None:
    await perform(create_calendar, CREATION, actor=MANAGER)

    done = await perform(delete_calendar, DeleteCalendar(1, expected_version=1), actor=MANAGER)

    tables = await everything()
    event = tables["event"][-1]
    assert done.result == 1
    assert (tables["calendar"], tables["calendar_hours"], tables["calendar_holiday"]) == ([], [], [])
    assert (event["kind"], event["body"]) == ("calendar_deleted", {"before": CREATED, "after": None})


async def test_a_calendar_in_use_is_not_deleted() -> None:
    of_worker, of_company = await a_calendar(number="CAL-1"), await a_calendar(number="CAL-2")
    await a_worker(calendar_id=of_worker.id)
    await the_parameters(calendar_id=of_company.id)

    for calendar in (of_worker, of_company):
        assert await refusal(delete_calendar, DeleteCalendar(calendar.id), actor=MANAGER) == (
            Code.IN_USE,
            ("calendarId",),
        )


async def test_a_calendar_that_is_unknown_or_has_moved_on_is_not_deleted() -> None:
    calendar = await a_calendar(version=3)

    stale = DeleteCalendar(calendar.id, expected_version=2)

    assert await refusal(delete_calendar, DeleteCalendar(999), actor=MANAGER) == (Code.NOT_FOUND, ("calendarId",))
    assert await refusal(delete_calendar, stale, actor=MANAGER) == (Code.VERSION_CONFLICT, ("expectedVersion",))


@pytest.mark.parametrize("actor", [actors.DISPATCHER, actors.technician(1), actors.customer(1), actors.INTEGRATION])
async def test_calendars_are_the_managers(actor: Actor) -> None:
    calendar = await a_calendar()

    async with nothing_changes():
        with pytest.raises(NotPermitted):
            await perform(delete_calendar, DeleteCalendar(calendar.id), actor=actor)


async def test_a_repeated_deletion_is_answered_again() -> None:
    calendar = await a_calendar()

    first = await perform(delete_calendar, DeleteCalendar(calendar.id), actor=MANAGER, key="k")
    async with nothing_changes():
        again = await perform(delete_calendar, DeleteCalendar(calendar.id), actor=MANAGER, key="k")

    assert again == first
