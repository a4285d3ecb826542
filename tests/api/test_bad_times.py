"""Times and other values that cannot be read: refused where everything else in an input is, and nothing changes."""

from typing import Any

import pytest

from domain.core.actor import Role
from tests.builders.boards import a_booking, a_dispatched_worker
from tests.builders.log import nothing_changes
from tests.builders.replicas import a_client
from tests.serving import Server

ASSIGN = """mutation($input: AssignActivityInput!) {
  assignActivity(input: $input) { activity { id } userErrors { code message path } cursor }
}"""
TIME = 'Write it like "2026-11-23T08:00:00Z", with an offset from UTC.'


@pytest.mark.parametrize(
    ("time", "message"),
    [
        ("2026-11-23T10:00", TIME),
        ("2026-11-23T10:00:00", TIME),
        ("not a time", TIME),
        (20261123, TIME),
        ("2026-02-30T10:00:00Z", "2026-02-30T10:00:00Z is no date and time."),
    ],
)
async def test_a_naive_or_nonsense_time_is_a_refusal_with_its_path(server: Server, time: Any, message: str) -> None:
    visit = f"act_{(await a_booking(await a_dispatched_worker())).id}"

    await server.token(Role.SERVICE_MANAGER)
    async with nothing_changes():
        answer = await server.ask(ASSIGN, input={"activity": {"id": visit}, "startsAt": time})

    refusal = {"code": "INVALID", "message": message, "path": ["input", "startsAt"]}
    assert answer["assignActivity"] == {"activity": None, "userErrors": [refusal], "cursor": None}


async def test_a_time_written_into_the_document_is_refused_like_one_beside_it(server: Server) -> None:
    visit = f"act_{(await a_booking(await a_dispatched_worker())).id}"
    text = f"""mutation {{
      first: assignActivity(input: {{activity: {{id: "{visit}"}}, startsAt: "today"}}) {{ userErrors {{ code path }} }}
      second: setActivityPriority(input: {{activity: {{id: "{visit}"}}, priority: HIGH}}) {{ activity {{ priority }} }}
    }}"""

    answer = await server.ask(text, by=Role.DISPATCHER)

    assert answer["first"]["userErrors"] == [{"code": "INVALID", "path": ["input", "startsAt"]}]
    # Beside it, what can be read is done.
    assert answer["second"]["activity"] == {"priority": "HIGH"}


async def test_every_value_that_cannot_be_read_is_told_with_its_place(server: Server) -> None:
    text = """mutation($input: ApplyBoardChangesInput!) {
      applyBoardChanges(input: $input) { activities { id } userErrors { code path } }
    }"""
    visit = {"id": f"act_{(await a_booking(await a_dispatched_worker())).id}"}
    changes = [
        {"activity": visit, "startsAt": "2026-11-23T08:00:00Z"},
        {"activity": visit, "startsAt": "2026-11-23 08:00", "duration": "an hour"},
    ]

    await server.token(Role.SERVICE_MANAGER)
    async with nothing_changes():
        answer = await server.ask(text, input={"changes": changes})

    assert answer["applyBoardChanges"]["userErrors"] == [
        {"code": "INVALID", "path": ["input", "changes", "1", "startsAt"]},
        {"code": "INVALID", "path": ["input", "changes", "1", "duration"]},
    ]


async def test_who_may_not_ask_is_not_told_what_is_wrong_with_the_time(server: Server) -> None:
    visit = f"act_{(await a_booking(await a_dispatched_worker())).id}"
    token = "mutation($input: CreateApiTokenInput!) { createApiToken(input: $input) { userErrors { path } } }"
    asked = {"name": "Importer", "expiresAt": "never"}

    for role in (Role.CUSTOMER, Role.DISPATCHER, Role.SERVICE_MANAGER):
        await server.token(role)
    async with nothing_changes():
        codes = await server.codes(ASSIGN, by=Role.CUSTOMER, input={"activity": {"id": visit}, "startsAt": "never"})
        assert codes == ["FORBIDDEN"]
        assert await server.codes(token, by=Role.DISPATCHER, input=asked) == ["FORBIDDEN"]
        answer = await server.ask(token, input=asked)
    assert answer["createApiToken"]["userErrors"] == [{"path": ["input", "expiresAt"]}]


async def test_over_the_websocket_it_is_the_same_refusal(server: Server) -> None:
    visit = f"act_{(await a_booking(await a_dispatched_worker())).id}"
    asked = {"activity": {"id": visit}, "startsAt": "2026-11-23T10:00"}

    async with a_client(server, await server.token(Role.DISPATCHER)) as client, nothing_changes():
        await client.subscribe(ASSIGN, "1", input=asked)
        message = await client.receive(5.0)

    [error] = message["payload"]["data"]["assignActivity"]["userErrors"]
    assert error == {"code": "INVALID", "message": TIME, "path": ["input", "startsAt"]}


@pytest.mark.parametrize(
    "variables",
    [{"filter": {"serviceAt": {"from": "2026-11-23T10:00"}}}, {"filter": {"serviceAt": {"before": "not a time"}}}],
)
async def test_a_question_with_such_a_time_is_not_asked_and_its_place_is_named(
    server: Server, variables: dict[str, Any]
) -> None:
    text = "query($filter: ServiceOrderFilter) { serviceOrders(filter: $filter) { nodes { id } } }"

    [error] = await server.errors(text, **variables)

    [place] = variables["filter"]["serviceAt"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert f"'$filter' has invalid value at .serviceAt.{place}: " in error["message"]
