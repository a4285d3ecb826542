"""The dispatch board over HTTP: what it shows to whom, and how its changes are answered."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from gql.transport.exceptions import TransportQueryError

from api.auth import Sessions
from domain.core.actor import Role
from domain.customers.models import Customer
from domain.orders.models import ServiceActivity
from domain.orders.rules import DispatchStatus, Priority
from domain.workforce.models import Worker
from tests.builders.access import PASSWORD, a_person
from tests.builders.boards import HOUR, a_booking, a_dispatched_worker, stored
from tests.builders.log import events, nothing_changes
from tests.builders.rows import (
    a_calendar,
    a_team,
    a_worker,
    an_activity,
    an_activity_type,
    an_order,
    the_parameters,
)
from tests.builders.times import SetClock, at
from tests.serving import SECRET, Server

BOARD = """query($input: DispatchBoardInput!) { dispatchBoard(input: $input) {
  cursor from to timeZone priorityColors { priority color }
  teams { name owner { name } workers { id name active } }
  activities { id priority worker { id } team { name } }
  undispatched { id worker { id } }
} }"""
WEEK = {"from": "2026-11-23", "to": "2026-11-29"}


@pytest.fixture(autouse=True)
def monday(set_clock: SetClock) -> SetClock:
    """It is Monday morning, on the server too."""
    return set_clock


async def board(server: Server, *, by: Role | str = Role.DISPATCHER, **wanted: Any) -> dict[str, Any]:
    """The board of this week, or as asked for."""
    data: dict[str, Any] = (await server.ask(BOARD, by=by, input=WEEK | wanted))["dispatchBoard"]
    return data


def shown(found: dict[str, Any]) -> tuple[list[str], list[str]]:
    """The ids of the bars, and of what waits."""
    return [each["id"] for each in found["activities"]], [each["id"] for each in found["undispatched"]]


def act(activity: ServiceActivity) -> str:
    """The activity's public id."""
    return f"act_{activity.id}"


async def a_technician(server: Server) -> Worker:
    """The worker whom the server's technician is, in a team."""
    await server.token(Role.TECHNICIAN)
    tim = await Worker.get(name="Tim Technician")
    await a_team(tim, name="Tim's team")
    return tim


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


# --- how changes are answered ----------------------------------------------------------------------------------------

ERRORS = """userErrors { __typename code path
  ... on WorkerUnavailableError { conflicts { id } }
  ... on OutsideCalendarError { closedPeriods { startsAt endsAt } }
  ... on VersionConflictError { changedBy current { id version startsAt } }
}"""


async def changed(server: Server, name: str, *, by: Role = Role.DISPATCHER, **wanted: Any) -> dict[str, Any]:
    """The answer of a mutation of one activity."""
    verb = name[0].upper() + name[1:]
    text = f"""mutation($input: {verb}Input!) {{ {name}(input: $input) {{
      cursor activity {{ startsAt endsAt priority dispatchStatus closed version worker {{ id }} }} {ERRORS} }} }}"""
    answer: dict[str, Any] = (await server.ask(text, by=by, input=wanted))[name]
    return answer


async def applied(server: Server, name: str, *, by: Role = Role.DISPATCHER, **wanted: Any) -> dict[str, Any]:
    """The answer of a mutation of several activities."""
    verb = name[0].upper() + name[1:]
    text = f"""mutation($input: {verb}Input!) {{ {name}(input: $input) {{
      cursor activities {{ id startsAt version worker {{ id }} }} {ERRORS} }} }}"""
    answer: dict[str, Any] = (await server.ask(text, by=by, input=wanted))[name]
    return answer


async def test_each_change_answers_with_the_activity_as_it_now_is(server: Server) -> None:
    meg = await a_dispatched_worker()
    visit = await an_activity()
    this: Any = {"activity": {"id": act(visit)}}
    seen: dict[str, Any] = {
        "startsAt": "2026-11-23T10:00:00Z",
        "endsAt": "2026-11-23T11:30:00Z",
        "priority": "NORMAL",
        "dispatchStatus": "UNDISPATCHED",
        "closed": False,
        "version": 2,
        "worker": {"id": f"wrk_{meg.id}"},
    }
    steps: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        (
            "assignActivity",
            {"workerId": f"wrk_{meg.id}", "startsAt": "2026-11-23T11:00:00+01:00", "duration": "PT1H30M"},
            {},
        ),
        ("dispatchActivity", {"expectedVersion": 2}, {"dispatchStatus": "DISPATCHED", "version": 3}),
        ("setActivityPriority", {"priority": "HIGH"}, {"priority": "HIGH", "version": 4}),
        ("unassignActivity", {}, {"worker": None, "dispatchStatus": "UNDISPATCHED", "version": 5}),
        ("closeActivity", {"expectedVersion": 5}, {"closed": True, "version": 6}),
    ]
    for name, wanted, now in steps:
        answer = await changed(server, name, **this, **wanted)
        seen |= now
        assert answer["activity"] == seen
        assert answer["userErrors"] == []
        assert answer["cursor"].endswith(f":{len(await events())}")

    undone = await applied(server, "undoBoardChange")

    assert [(each["id"], each["version"]) for each in undone["activities"]] == [(act(visit), 7)]


async def test_what_is_in_the_way_is_named_and_a_try_says_the_same(server: Server) -> None:
    meg = await a_worker(calendar_id=(await a_calendar()).id)
    other = await a_booking(meg, 6)
    visit = await an_activity()
    await server.token(Role.DISPATCHER)
    move: Any = {
        "activity": {"id": act(visit)},
        "workerId": f"wrk_{meg.id}",
        "startsAt": "2026-11-23T14:00:00Z",
        "duration": "PT2H",
    }

    async with nothing_changes():
        answer = await changed(server, "assignActivity", **move)
        text = f"query($input: CheckActivityMoveInput!) {{ checkActivityMove(input: $input) {{ {ERRORS} }} }}"
        tried = (await server.ask(text, by=Role.DISPATCHER, input=move))["checkActivityMove"]

    assert answer["activity"] is None
    assert answer["cursor"] is None
    assert answer["userErrors"] == [
        {"__typename": "SimpleUserError", "code": "NOT_IN_TEAM", "path": ["input", "workerId"]},
        {
            "__typename": "WorkerUnavailableError",
            "code": "OVERLAP",
            "path": ["input", "startsAt"],
            "conflicts": [{"id": act(other)}],
        },
        {
            "__typename": "OutsideCalendarError",
            "code": "OUTSIDE_CALENDAR",
            "path": ["input", "startsAt"],
            "closedPeriods": [{"startsAt": "2026-11-23T15:00:00Z", "endsAt": "2026-11-23T16:00:00Z"}],
        },
    ]
    assert tried["userErrors"] == answer["userErrors"]

    accepted = await changed(
        server, "assignActivity", **move, acceptWarnings=["OVERLAP", "OUTSIDE_CALENDAR", "NOT_IN_TEAM"]
    )
    assert accepted["userErrors"] == []


async def test_a_conflict_shows_what_is_there_now_and_whose_it_is(server: Server) -> None:
    visit = await a_booking(await a_dispatched_worker())
    await changed(server, "assignActivity", activity={"id": act(visit)}, startsAt="2026-11-23T12:00:00Z")

    for listed, rest in (("changes", {"startsAt": None}), ("close", {})):
        stale: Any = {listed: [{"activity": {"id": act(visit)}, "expectedVersion": 1} | rest]}
        answer = await applied(server, "applyBoardChanges", **stale)

        assert answer["userErrors"] == [
            {
                "__typename": "VersionConflictError",
                "code": "VERSION_CONFLICT",
                "path": ["input", listed, "0", "expectedVersion"],
                "changedBy": "Dispatcher",
                "current": {"id": act(visit), "version": 2, "startsAt": "2026-11-23T12:00:00Z"},
            }
        ]


async def test_a_draft_is_saved_as_a_whole_or_refused_where_it_is_wrong(server: Server) -> None:
    john, meg = await a_dispatched_worker("John"), await a_dispatched_worker("Meg")
    one, two, busy = await a_booking(john), await a_booking(meg), await a_booking(meg, 4)
    await server.token(Role.DISPATCHER)
    swap: list[dict[str, Any]] = [
        {"activity": {"id": act(one)}, "workerId": f"wrk_{meg.id}", "expectedVersion": 1},
        {"activity": {"number": two.number}, "workerId": f"wrk_{john.id}", "expectedVersion": 1},
    ]

    async with nothing_changes():
        wrong = await applied(
            server,
            "applyBoardChanges",
            changes=[swap[0], {**swap[1], "workerId": f"wrk_{meg.id}", "startsAt": "2026-11-23T13:00:00Z"}],
            priorities=[{"activity": {"id": act(two)}, "priority": "HIGH"}],
        )
        for changes, path in [
            ({"changes": [swap[0], {"activity": {"id": "wrk_1"}}]}, ["input", "changes", "1", "activity"]),
            ({"changes": [{**swap[0], "workerId": "wrk_999"}]}, ["input", "changes", "0", "workerId"]),
            ({"unassign": [{"activity": {"id": "act_999"}}]}, ["input", "unassign", "0", "activity"]),
            ({"close": [{"activity": {"id": f"act_{2**40}"}}]}, ["input", "close", "0", "activity"]),
        ]:
            answer = await applied(server, "applyBoardChanges", **changes)  # type: ignore[arg-type]
            assert [(each["code"], each["path"]) for each in answer["userErrors"]] == [("NOT_FOUND", path)]
        none = await applied(server, "applyBoardChanges")
    saved = await applied(server, "applyBoardChanges", changes=swap)

    assert wrong["activities"] == []
    assert [(each["code"], each["path"], each["conflicts"]) for each in wrong["userErrors"]] == [
        ("OVERLAP", ["input", "changes", "1", "startsAt"], [{"id": act(busy)}])
    ]
    assert [(each["code"], each["path"]) for each in none["userErrors"]] == [("INVALID", ["input", "changes"])]
    assert [(each["id"], each["worker"]["id"]) for each in saved["activities"]] == [
        (act(one), f"wrk_{meg.id}"),
        (act(two), f"wrk_{john.id}"),
    ]


async def test_what_is_wrong_with_a_new_title_is_named_as_the_input_names_it(server: Server) -> None:
    visit = await an_activity()

    for wanted, code, path in (
        ({"activityId": "act_999"}, "NOT_FOUND", ["input", "activityId"]),
        ({"activityId": act(visit), "expectedVersion": 7}, "VERSION_CONFLICT", ["input", "expectedVersion"]),
        ({"activityId": act(visit), "typeId": "aty_999"}, "NOT_FOUND", ["input", "typeId"]),
    ):
        answer = await changed(server, "changeServiceActivity", **wanted)

        assert [(each["code"], each["path"]) for each in answer["userErrors"]] == [(code, path)]


async def test_only_warnings_can_be_accepted(server: Server) -> None:
    visit = await a_booking(await a_dispatched_worker())

    answer = await changed(
        server, "assignActivity", activity={"id": act(visit)}, acceptWarnings=["OVERLAP", "WORKER_INACTIVE"]
    )

    assert [(each["code"], each["path"]) for each in answer["userErrors"]] == [
        ("INVALID", ["input", "acceptWarnings", "1"])
    ]


async def test_who_may_not_is_stopped(server: Server) -> None:
    tim = await a_technician(server)
    visit = await a_booking(tim)
    for role in (Role.SERVICE_MANAGER, Role.CUSTOMER):
        await server.token(role)
    later = {"startsAt": "2026-11-23T12:00:00Z"}

    cases: list[tuple[str, Role | None, dict[str, Any]]] = [
        ("assignActivity", Role.SERVICE_MANAGER, {"workerId": None}),
        ("assignActivity", Role.CUSTOMER, later),
        ("dispatchActivity", Role.SERVICE_MANAGER, {}),
        ("unassignActivity", Role.TECHNICIAN, {}),
        ("setActivityPriority", Role.TECHNICIAN, {"priority": "LOW"}),
        ("closeActivity", Role.CUSTOMER, {}),
        ("closeActivity", None, {}),
    ]
    async with nothing_changes():
        for name, who, wanted in cases:
            verb = name[0].upper() + name[1:]
            text = f"mutation($input: {verb}Input!) {{ {name}(input: $input) {{ userErrors {{ code }} }} }}"
            stopped = await server.codes(text, by=who, input={"activity": {"id": act(visit)}, **wanted})
            assert stopped == ["UNAUTHENTICATED" if who is None else "FORBIDDEN"], name


async def test_a_customer_and_nobody_learn_nothing_by_trying(server: Server) -> None:
    meg = await a_dispatched_worker()
    await a_booking(meg)
    await server.token(Role.CUSTOMER)
    order = await an_order(await Customer.get(name="Kim Customer"))
    visit = await a_booking(meg, 4, order=order)
    text = "query($input: CheckActivityMoveInput!) { checkActivityMove(input: $input) { userErrors { code } } }"
    move = {"activity": {"id": act(visit)}, "startsAt": "2026-11-23T09:00:00Z"}

    assert await server.codes(text, by=Role.CUSTOMER, input=move) == ["FORBIDDEN"]
    assert await server.codes(text, by=None, input=move) == ["UNAUTHENTICATED"]
    assert await server.codes(text, by=Role.SERVICE_MANAGER, input=move | {"workerId": None}) == ["FORBIDDEN"]


async def test_a_technicians_changes_are_their_own(server: Server) -> None:
    tim, meg = await a_technician(server), await a_dispatched_worker()
    own, hers = await a_booking(tim), await a_booking(meg)
    later: Any = {"startsAt": "2026-11-23T12:00:00Z"}

    moved = await changed(server, "assignActivity", by=Role.TECHNICIAN, activity={"id": act(own)}, **later)
    foreign = await changed(server, "assignActivity", by=Role.TECHNICIAN, activity={"id": act(hers)}, **later)

    assert moved["activity"]["startsAt"] == "2026-11-23T12:00:00Z"
    assert [(each["code"], each["path"]) for each in foreign["userErrors"]] == [("NOT_FOUND", ["input", "activity"])]
    assert (await stored(hers)).starts_at == at(0)
