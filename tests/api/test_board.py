"""The dispatch board over HTTP: what it shows to whom."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from gql.transport.exceptions import TransportQueryError

from api.auth import Sessions
from domain.core.actor import Role
from domain.orders.models import ServiceActivity
from domain.orders.rules import DispatchStatus, Priority
from tests.builders.access import PASSWORD, a_person
from tests.builders.boards import HOUR, a_booking, a_dispatched_worker, a_technician, act
from tests.builders.rows import (
    a_team,
    a_worker,
    an_activity,
    an_activity_type,
    the_parameters,
)
from tests.builders.times import at
from tests.serving import SECRET, Server

BOARD = """query($input: DispatchBoardInput!) { dispatchBoard(input: $input) {
  cursor from to timeZone priorityColors { priority color }
  teams { name owner { name } workers { id name active } }
  activities { id priority worker { id } team { name } }
  undispatched { id worker { id } }
} }"""
# It is Monday morning, on the server too.
pytestmark = pytest.mark.usefixtures("set_clock")

WEEK = {"from": "2026-11-23", "to": "2026-11-29"}


async def board(server: Server, *, by: Role | str = Role.DISPATCHER, **wanted: Any) -> dict[str, Any]:
    """The board of this week, or as asked for."""
    data: dict[str, Any] = (await server.ask(BOARD, by=by, input=WEEK | wanted))["dispatchBoard"]
    return data


def shown(found: dict[str, Any]) -> tuple[list[str], list[str]]:
    """The ids of the bars, and of what waits."""
    return [each["id"] for each in found["activities"]], [each["id"] for each in found["undispatched"]]


# --- the specification's examples ------------------------------------------------------------------------------------


async def test_tc_dsp_1_a_visit_given_to_a_worker_of_another_team_stands_in_that_team(server: Server) -> None:
    john, meg = await a_dispatched_worker("John"), await a_dispatched_worker("Meg")
    visit = await a_booking(john)
    text = """mutation($input: AssignActivityInput!) { assignActivity(input: $input) {
      activity { worker { name } team { name } version } userErrors { code } cursor } }"""

    answer = await server.ask(
        text, by=Role.DISPATCHER, input={"activity": {"id": act(visit)}, "workerId": f"wrk_{meg.id}"}
    )

    saved = answer["assignActivity"]
    assert saved["activity"] == {"worker": {"name": "Meg"}, "team": {"name": "Team of Meg"}, "version": 2}
    assert saved["userErrors"] == []
    found = await board(server)
    assert found["cursor"] == saved["cursor"]
    [bar] = found["activities"]
    assert (bar["worker"], bar["team"]) == ({"id": f"wrk_{meg.id}"}, {"name": "Team of Meg"})


async def test_tc_dsp_4_colours_follow_the_parameters(server: Server) -> None:
    await the_parameters()
    assert (await board(server))["priorityColors"] == [
        {"priority": "HIGH", "color": "#c62828"},
        {"priority": "NORMAL", "color": "#f9a825"},
        {"priority": "LOW", "color": "#2e7d32"},
    ]

    text = """mutation($input: ChangeServiceManagementParametersInput!) {
      changeServiceManagementParameters(input: $input) { userErrors { code path } } }"""
    done = await server.ask(text, input={"dispatchColorHigh": "#FF00FF"})

    assert done["changeServiceManagementParameters"]["userErrors"] == []
    assert (await board(server))["priorityColors"][0] == {"priority": "HIGH", "color": "#ff00ff"}


async def test_tc_dsp_5_what_has_no_worker_waits_and_stands_under_nobody(server: Server) -> None:
    meg = await a_dispatched_worker()
    free = await an_activity(starts_at=at(0), ends_at=at(2))
    booked = await a_booking(meg)

    assert shown(await board(server)) == ([act(booked)], [act(free)])


async def test_tc_dsp_6_closed_activities_are_shown_on_request(server: Server) -> None:
    meg = await a_dispatched_worker()
    visit, done = await a_booking(meg), await a_booking(meg, 4, closed=True)

    assert shown(await board(server)) == ([act(visit)], [])
    assert shown(await board(server, includeClosed=True)) == ([act(visit), act(done)], [])


async def test_tc_dsp_7_an_owners_related_teams_are_their_own(server: Server) -> None:
    john, meg = await a_worker(name="John"), await a_worker(name="Meg")
    owner = await a_worker(name="Anna")
    await a_team(john, name="Team A", owner_id=owner.id)
    await a_team(meg, name="Team B")
    his, _hers = await a_booking(john), await a_booking(meg)
    anna = await a_person("anna@tavle.example", password=PASSWORD, worker_id=owner.id)
    token = (await Sessions(SECRET).sign_in(anna.email, PASSWORD)).result.access_token

    related = await board(server, by=token, relatedTeamsOnly=True)

    assert [team["name"] for team in related["teams"]] == ["Team A"]
    assert shown(related) == ([act(his)], [])
    assert [team["name"] for team in (await board(server, by=token))["teams"]] == ["Team A", "Team B"]


# --- what else a board shows -----------------------------------------------------------------------------------------


async def test_overdue_work_and_work_of_people_in_no_team_waits_most_urgent_first(server: Server) -> None:
    meg, loose, gone = await a_dispatched_worker(), await a_worker(), await a_worker(active=False)
    undispatched: Any = {"dispatch_status": DispatchStatus.UNDISPATCHED}
    overdue = await a_booking(meg, -200, priority=Priority.LOW, **undispatched)
    teamless = await a_booking(loose)
    left = await a_booking(gone, priority=Priority.HIGH)
    timeless = await an_activity(priority=Priority.HIGH)
    await a_booking(meg, 300, **undispatched)
    today = await a_booking(meg, 1, **undispatched)

    assert shown(await board(server)) == (
        [act(today)],
        [act(left), act(timeless), act(teamless), act(today), act(overdue)],
    )


async def test_filters_of_team_priority_and_type_go_together(server: Server) -> None:
    john, meg = await a_dispatched_worker("John"), await a_dispatched_worker("Meg")
    repair = await an_activity_type()
    wanted = await a_booking(meg, 0, priority=Priority.HIGH, type_id=repair.id)
    await a_booking(meg, 2, priority=Priority.HIGH)
    await a_booking(meg, 4, type_id=repair.id)
    await a_booking(john, 0, priority=Priority.HIGH, type_id=repair.id)

    found = await board(
        server,
        teamIds=[f"team_{meg.team_id}"],
        priorities=["HIGH", "LOW"],
        activityTypeIds=[f"aty_{repair.id}"],
    )

    assert shown(found) == ([act(wanted)], [])
    assert [team["name"] for team in found["teams"]] == ["Team of Meg"]


async def test_an_undispatched_activity_of_another_team_waits_on_a_board_of_all_teams_only(server: Server) -> None:
    john, meg = await a_dispatched_worker("John"), await a_dispatched_worker("Meg")
    visit = await a_booking(john, dispatch_status=DispatchStatus.UNDISPATCHED)

    assert shown(await board(server)) == ([act(visit)], [act(visit)])
    assert shown(await board(server, teamIds=[f"team_{meg.team_id}"])) == ([], [])


async def test_the_days_of_a_board_come_from_the_parameters(server: Server) -> None:
    await the_parameters(dispatch_days_before=1, dispatch_days_after=3, time_zone="America/New_York")

    found = (await server.ask(BOARD, by=Role.DISPATCHER, input={}))["dispatchBoard"]

    assert (found["from"], found["to"], found["timeZone"]) == ("2026-11-22", "2026-11-26", "America/New_York")


async def test_a_board_that_begins_late_ends_no_earlier(server: Server) -> None:
    found = (await server.ask(BOARD, by=Role.DISPATCHER, input={"from": "2027-03-01"}))["dispatchBoard"]

    assert (found["from"], found["to"]) == ("2027-03-01", "2027-03-01")


async def test_a_board_shows_the_whole_civil_day_when_clocks_change(server: Server) -> None:
    john, meg = await a_dispatched_worker("John"), await a_dispatched_worker("Meg")
    second = timedelta(seconds=1)
    for day, begins, hours in (
        ("2026-03-29", datetime(2026, 3, 28, 23, tzinfo=UTC), 23),
        ("2026-10-25", datetime(2026, 10, 24, 22, tzinfo=UTC), 25),
    ):
        ends = begins + hours * HOUR
        first = act(await a_booking(meg, starts_at=begins - HOUR, ends_at=begins + second))
        last = act(await a_booking(meg, starts_at=ends - second, ends_at=ends + HOUR))
        await a_booking(john, starts_at=begins - HOUR, ends_at=begins)
        await a_booking(john, starts_at=ends, ends_at=ends + HOUR)

        assert shown(await board(server, **{"from": day, "to": day})) == ([first, last], [])


async def test_a_board_that_makes_no_sense_is_refused(server: Server) -> None:
    cases: list[tuple[dict[str, Any], str, list[str | int]]] = [
        ({"from": "2026-11-24", "to": "2026-11-23"}, "INVALID", ["input", "to"]),
        ({"from": "2026-01-01", "to": "2026-03-04"}, "INVALID", ["input", "to"]),
        ({"teamIds": ["team_999"]}, "NOT_FOUND", ["input", "teamIds", 0]),
        ({"teamIds": ["wrk_1"]}, "NOT_FOUND", ["input", "teamIds", 0]),
        ({"activityTypeIds": ["nonsense"]}, "NOT_FOUND", ["input", "activityTypeIds", 0]),
    ]
    for wanted, code, path in cases:
        with pytest.raises(TransportQueryError) as caught:
            await board(server, **wanted)

        [error] = caught.value.errors or []
        assert error["extensions"]["code"] == "BAD_USER_INPUT"
        assert error["extensions"]["refusal"] == {"code": code, "path": path}


# --- who sees what ---------------------------------------------------------------------------------------------------


async def test_a_technician_sees_own_team_and_own_work(server: Server) -> None:
    tim = await a_technician(server)
    mate = await a_worker(name="Mate", team_id=tim.team_id)
    meg = await a_dispatched_worker()
    own = await a_booking(tim)
    mine = await a_booking(tim, 4, dispatch_status=DispatchStatus.UNDISPATCHED)
    for other in (mate, meg):
        await a_booking(other)
        await a_booking(other, 4, dispatch_status=DispatchStatus.UNDISPATCHED)
    await an_activity()

    found = await board(server, by=Role.TECHNICIAN)

    assert shown(found) == ([act(own), act(mine)], [act(mine)])
    assert [team["name"] for team in found["teams"]] == ["Tim's team"]


async def test_managers_and_dispatchers_see_everything(server: Server) -> None:
    visit = await a_booking(await a_dispatched_worker())

    for role in (Role.SERVICE_MANAGER, Role.DISPATCHER):
        assert shown(await board(server, by=role)) == ([act(visit)], [])


async def test_a_customer_has_no_board_and_nobody_has_none_either(server: Server) -> None:
    assert await server.codes(BOARD, by=Role.CUSTOMER, input=WEEK) == ["FORBIDDEN"]
    assert await server.codes(BOARD, by=None, input=WEEK) == ["UNAUTHENTICATED"]


ACTIONS = "query($ref: ServiceActivityRef!) { serviceActivity(by: $ref) { availableActions { action allowed code } } }"
EVERY_ACTION = {"ASSIGN", "DISPATCH", "UNASSIGN", "SET_PRIORITY", "CLOSE"}


async def available(server: Server, activity: ServiceActivity, role: Role) -> tuple[set[str], dict[str, str]]:
    """The actions that are allowed, and the codes with which others would be refused."""
    found = (await server.ask(ACTIONS, by=role, ref={"id": act(activity)}))["serviceActivity"]["availableActions"]
    assert {each["action"] for each in found} == EVERY_ACTION
    return (
        {each["action"] for each in found if each["allowed"]},
        {each["action"]: each["code"] for each in found if each["code"] is not None},
    )


async def test_available_actions_say_what_would_be_refused(server: Server) -> None:
    tim, left = await a_technician(server), await a_worker(active=False)
    visit = await a_booking(tim, dispatch_status=DispatchStatus.UNDISPATCHED)
    closed = await a_booking(tim, 4, closed=True)
    orphan = await a_booking(left, dispatch_status=DispatchStatus.UNDISPATCHED)
    free = await an_activity()
    but_dispatch = EVERY_ACTION - {"DISPATCH"}

    assert await available(server, visit, Role.DISPATCHER) == (EVERY_ACTION, {})
    assert await available(server, orphan, Role.DISPATCHER) == (but_dispatch, {"DISPATCH": "WORKER_INACTIVE"})
    assert await available(server, free, Role.DISPATCHER) == (but_dispatch, {"DISPATCH": "WORKER_REQUIRED"})
    assert await available(server, closed, Role.DISPATCHER) == (set(), dict.fromkeys(EVERY_ACTION, "ACTIVITY_CLOSED"))
    assert await available(server, visit, Role.TECHNICIAN) == ({"ASSIGN", "CLOSE"}, {})
    assert await available(server, visit, Role.SERVICE_MANAGER) == ({"ASSIGN", "CLOSE"}, {})
