"""Changing and looking up records over HTTP: done, refused, forbidden."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLID, GraphQLInputField, GraphQLInputObjectType, get_named_type

from api import app
from api.schema.build import schema
from domain.core.actor import Role
from tests.api.changes import CHANGES, Change
from tests.builders.log import events, nothing_changes
from tests.builders.rows import a_calendar, a_customer, a_team, a_worker, number_sequences
from tests.serving import Server

# Told in tests of their own: signing in, and the board.
ELSEWHERE = {
    "signIn",
    "refreshSession",
    "signOut",
    "createApiToken",
    "createCalendarFeed",
    "createWebhook",
    "renewWebhookSecret",
    "assignActivity",
    "dispatchActivity",
    "unassignActivity",
    "setActivityPriority",
    "closeActivity",
    "applyBoardChanges",
    "undoBoardChange",
}


@pytest.fixture
def nothing_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers that are started do nothing but answer: what moves on by the clock is not moved by a refusal."""

    async def keep_none(_jobs: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(app, "keep_timetable", keep_none)


# What is not there is no way on, and no other parent.
NOT_AMONG = {
    ("moveServiceOrderToNextStage", "stageId"): "STAGE_TRANSITION_NOT_ALLOWED",
    ("changeStage", "parentStageId"): "PARENT_IMMUTABLE",
}


def document(change: Change) -> str:
    verb = change.name[0].upper() + change.name[1:]
    return f"""mutation($input: {verb}Input!) {{
      {change.name}(input: $input) {{ {change.selection} cursor userErrors {{ code path }} }}
    }}"""


def test_every_mutation_is_told_somewhere() -> None:
    assert schema.mutation_type is not None
    assert {change.name for change in CHANGES} | ELSEWHERE == set(schema.mutation_type.fields)


@pytest.mark.usefixtures("nothing_by_the_clock")
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
async def test_a_change_is_done_refused_and_forbidden(server: Server, change: Change) -> None:
    told = await change.tell()
    await server.token(Role.SERVICE_MANAGER)
    await server.token(change.forbidden)
    text = document(change)

    async with nothing_changes():
        refused = await server.ask(text, input=told.given | told.wrong)
    async with nothing_changes():
        forbidden = await server.codes(text, by=change.forbidden, input=told.given)
    before = await events()
    done = await server.ask(text, input=told.given)

    nothing: dict[str, Any] = {name: [] if isinstance(value, list) else None for name, value in told.gives.items()}
    error = {"code": told.code, "path": ["input", *told.path]}
    assert refused[change.name] == nothing | {"cursor": None, "userErrors": [error]}
    assert forbidden == ["FORBIDDEN"]
    answer = done[change.name]
    assert answer.pop("cursor").endswith(f":{len(await events())}")
    assert answer == told.gives | {"userErrors": []}
    logged = (await events())[len(before) :]
    assert {event.actor_name for event in logged} == {"Service_Manager"}


def _input_fields(change: Change) -> dict[str, GraphQLInputField]:
    type_ = schema.type_map[f"{change.name[0].upper()}{change.name[1:]}Input"]
    assert isinstance(type_, GraphQLInputObjectType)
    return {**type_.fields}


def unknown_ids(change: Change, given: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The input once for each id in it, with the id of nothing in its place, and the code that refuses it."""
    for name, field in _input_fields(change).items():
        value = given.get(name)
        if get_named_type(field.type) is GraphQLID and value is not None:
            ids = [f"{each.partition('_')[0]}_999999" for each in ([value] if isinstance(value, str) else value)]
            code = NOT_AMONG.get((change.name, name), "NOT_FOUND")
            yield code, given | {name: ids[0] if isinstance(value, str) else ids}


@pytest.mark.usefixtures("nothing_by_the_clock")
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
async def test_what_does_not_exist_or_has_moved_on_is_not_changed(server: Server, change: Change) -> None:
    told = await change.tell()
    await server.token(Role.SERVICE_MANAGER)
    text = document(change)

    async with nothing_changes():
        for code, wrong in unknown_ids(change, told.given):
            answer = await server.ask(text, input=wrong)
            assert [error["code"] for error in answer[change.name]["userErrors"]] == [code], wrong
        if "expectedVersion" in _input_fields(change):
            answer = await server.ask(text, input=told.given | {"expectedVersion": 99})
            assert [error["code"] for error in answer[change.name]["userErrors"]] == ["VERSION_CONFLICT"]


async def test_a_repeat_with_the_same_key_gives_the_first_result(server: Server) -> None:
    await number_sequences("worker")
    text = (
        "mutation($input: CreateWorkerInput!) { createWorker(input: $input) { worker { number } userErrors { code } } }"
    )
    told = {"name": "Meg Madsen", "type": "EMPLOYEE", "clientMutationKey": "k-1"}

    first = await server.ask(text, input=told)
    again = await server.ask(text, input=told)
    other = await server.ask(text, input=told | {"name": "Another"})

    assert first == again == {"createWorker": {"worker": {"number": "WRK-10001"}, "userErrors": []}}
    assert other == {"createWorker": {"worker": None, "userErrors": [{"code": "KEY_REUSED"}]}}


async def test_what_cannot_be_cleared_may_not_be_null(server: Server) -> None:
    worker = await a_worker()
    text = "mutation($input: ChangeWorkerInput!) { changeWorker(input: $input) { userErrors { code } } }"

    codes = await server.codes(text, input={"workerId": f"wrk_{worker.id}", "name": None})

    assert codes == ["BAD_USER_INPUT"]


async def test_taking_a_worker_out_of_a_team_is_said_and_not_left_out(server: Server) -> None:
    worker = await a_worker()
    await a_team(worker)
    text = """mutation($input: SetTeamMemberInput!) {
      setTeamMember(input: $input) { worker { team { id } } userErrors { code path } }
    }"""

    omitted = await server.ask(text, input={"workerId": f"wrk_{worker.id}"})
    said = await server.ask(text, input={"workerId": f"wrk_{worker.id}", "teamId": None})

    assert omitted["setTeamMember"]["userErrors"] == [{"code": "INVALID", "path": ["input", "teamId"]}]
    assert said["setTeamMember"] == {"worker": {"team": None}, "userErrors": []}


# --- look-ups --------------------------------------------------------------------------------------------------------


async def test_a_worker_is_looked_up_by_id_or_number(server: Server) -> None:
    worker = await a_worker(number="WRK-7")
    text = "query($ref: WorkerRef!) { worker(by: $ref) { id number } }"
    found = {"worker": {"id": f"wrk_{worker.id}", "number": "WRK-7"}}

    assert await server.ask(text, ref={"id": f"wrk_{worker.id}"}) == found
    assert await server.ask(text, ref={"number": "WRK-7"}) == found
    for unknown in ({"id": "wrk_404"}, {"id": f"team_{worker.id}"}, {"id": "x"}, {"number": "WRK-8"}):
        assert await server.ask(text, ref=unknown) == {"worker": None}


@pytest.mark.parametrize("ref", [{}, {"id": "wrk_1", "number": "WRK-7"}, {"id": None}])
async def test_a_look_up_by_none_or_two_names_is_the_callers_mistake(server: Server, ref: dict[str, str]) -> None:
    text = "query($ref: WorkerRef!) { worker(by: $ref) { id } }"

    assert await server.codes(text, ref=ref) == ["BAD_USER_INPUT"]


async def test_anything_is_read_by_its_id_and_in_the_order_asked_for(server: Server) -> None:
    worker, calendar = await a_worker(), await a_calendar(weekdays=(1,))
    text = """query($ids: [ID!]!) { nodes(ids: $ids) {
      __typename id ... on Worker { name } ... on Calendar { hours { opens } }
    } }"""

    data = await server.ask(text, ids=[f"cal_{calendar.id}", "wrk_404", f"wrk_{worker.id}", "clh_1", "nonsense"])

    assert data["nodes"] == [
        {"__typename": "Calendar", "id": f"cal_{calendar.id}", "hours": [{"opens": "08:00"}]},
        None,
        {"__typename": "Worker", "id": f"wrk_{worker.id}", "name": "Meg Madsen"},
        None,
        None,
    ]


async def test_a_customer_sees_own_master_data_and_nothing_of_the_company(server: Server) -> None:
    other, worker = await a_customer(), await a_worker()
    await server.token(Role.CUSTOMER)

    own = await server.ask("{ customers { totalCount nodes { name } } }", by=Role.CUSTOMER)
    unseen = await server.ask("query($id: ID!) { node(id: $id) { id } }", by=Role.CUSTOMER, id=f"cus_{other.id}")

    assert own["customers"] == {"totalCount": 1, "nodes": [{"name": "Kim Customer"}]}
    assert unseen == {"node": None}
    for closed in (
        "{ workers { totalCount } }",
        f'{{ node(id: "wrk_{worker.id}") {{ id }} }}',
        "{ numberSequences { id } }",
    ):
        assert await server.codes(closed, by=Role.CUSTOMER) == ["FORBIDDEN"]


async def test_settings_are_those_of_a_new_company_until_some_are_saved(server: Server) -> None:
    data = await server.ask(
        "{ serviceManagementParameters { id companyName timeZone calendar { id } dispatchDaysAfter version } }"
    )

    assert data["serviceManagementParameters"] == {
        "id": "par_1",
        "companyName": "",
        "timeZone": "Europe/Copenhagen",
        "calendar": None,
        "dispatchDaysAfter": 7,
        "version": 1,
    }


async def test_number_sequences_are_listed_by_code(server: Server) -> None:
    await number_sequences("worker", "customer")

    data = await server.ask("{ numberSequences { code prefix next } }", by=Role.TECHNICIAN)

    assert data["numberSequences"] == [
        {"code": "customer", "prefix": "CUS-", "next": 10001},
        {"code": "worker", "prefix": "WRK-", "next": 10001},
    ]
