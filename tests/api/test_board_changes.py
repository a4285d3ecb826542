"""How changes of the dispatch board are answered over HTTP."""

from typing import Any

import pytest

from domain.core.actor import Role
from domain.customers.models import Customer
from tests.builders.boards import a_booking, a_dispatched_worker, a_technician, act, stored
from tests.builders.log import events, nothing_changes
from tests.builders.rows import (
    a_calendar,
    a_worker,
    an_activity,
    an_order,
)
from tests.builders.times import at
from tests.serving import Server

# It is Monday morning, on the server too.
pytestmark = pytest.mark.usefixtures("set_clock")


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
