"""API tokens do what their scopes say, over HTTP and over the socket, and are told which scope they lack."""

import asyncio
import os
import shutil
import sys
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from gql.transport.exceptions import TransportQueryError

from db import lifecycle
from domain.access.models import ApiToken
from domain.access.operations import CreateApiToken, EndApiToken, create_api_token, end_api_token, hash_of
from domain.core.actor import PERMISSIONS, SCOPES, SYSTEM, Role, TokenScope
from domain.core.operation import perform
from domain.orders.models import ServiceOrder
from domain.orders.rules import Priority
from tests.builders.boards import a_booking, a_dispatched_worker, change, prioritise
from tests.builders.log import nothing_changes
from tests.builders.replicas import BRIEF, a_client, replica
from tests.builders.rows import a_customer, a_stage, an_order, number_sequences
from tests.builders.times import SetClock
from tests.serving import SECRET, Server

CREATE = """mutation($input: CreateApiTokenInput!) { createApiToken(input: $input) {
  apiToken { scopes } secret userErrors { code path } } }"""
WEB_ORDER = """mutation($input: CreateWebOrderInput!) { createWebOrder(input: $input) {
  serviceOrder { number } cursor userErrors { code } } }"""
BOARD = "{ dispatchBoard(input: {}) { cursor } }"

# What is asked for, and the scope that it takes.
ASKED = [
    ("{ customers { nodes { name } totalCount } }", TokenScope.READ),
    ("{ serviceOrders { nodes { number } } }", TokenScope.READ),
    ('{ node(id: "so_1") { id } }', TokenScope.READ),
    ('{ nodes(ids: ["so_1"]) { id } }', TokenScope.READ),
    ('{ serviceOrder(by: {number: "SO-1"}) { number } }', TokenScope.READ),
    ('{ documentLink(orderId: "so_1", kind: WORK_RECEIPT) { url } }', TokenScope.READ),
    (BOARD, TokenScope.READ),
    ("{ workers { nodes { name } } }", TokenScope.READ),
    ("{ events { entries { kind } } }", TokenScope.EVENTS),
    ('mutation { createCustomer(input: {name: ""}) { userErrors { code } } }', TokenScope.ORDERS),
    ('mutation { cancelServiceOrder(input: {orderId: "so_1"}) { userErrors { code } } }', TokenScope.ORDERS),
    ('mutation { createWebOrder(input: {description: ""}) { userErrors { code } } }', TokenScope.WEB_ORDERS),
    ('mutation { unassignActivity(input: {activity: {id: "act_1"}}) { userErrors { code } } }', TokenScope.DISPATCH),
    ('mutation { closeActivity(input: {activity: {id: "act_1"}}) { userErrors { code } } }', TokenScope.DISPATCH),
]
FOLLOWED = [
    ("subscription { dispatchBoard(input: {}) { cursor } }", TokenScope.READ),
    ('subscription { serviceActivityChanged(by: {id: "act_1"}) { cursor } }', TokenScope.READ),
    ('subscription { serviceOrderChanged(by: {id: "so_1"}) { cursor } }', TokenScope.READ),
    ("subscription { serviceLevelAtRisk(input: {}) { cursor } }", TokenScope.ORDERS),
]
Told = list[tuple[str, str]]


async def a_token(*scopes: TokenScope) -> str:
    made = await perform(create_api_token, CreateApiToken(f"With {' '.join(scopes)}", None, scopes), actor=SYSTEM)
    return made.result.secret


def told_of(scope: TokenScope, needed: TokenScope) -> Told:
    """What a token with one scope is told when it asks for what needs another."""
    # All but a shop's token read.
    if scope is needed or (needed is TokenScope.READ and scope is not TokenScope.WEB_ORDERS):
        return []
    return [("FORBIDDEN", f"This API token lacks the scope {needed}; it was made without.")]


async def asked(server: Server, text: str, token: str) -> Told:
    """The codes and messages of the errors that answer a document."""
    try:
        await server.ask(text, by=token)
    except TransportQueryError as refused:
        return [(error["extensions"]["code"], error["message"]) for error in refused.errors or ()]
    return []


async def followed(server: Server, text: str, token: str) -> Told:
    """Why a live field is forbidden; nothing when it is not."""
    async with a_client(server, token) as client:
        await client.subscribe(text, "live")
        message = await client.receive(5.0)
    errors = message["payload"] if message["type"] == "error" else []
    told = [(error["extensions"]["code"], error["message"]) for error in errors]
    return [each for each in told if each[0] == "FORBIDDEN"]


@pytest.mark.parametrize("scope", list(TokenScope))
async def test_a_token_may_what_its_scope_grants_and_is_told_what_it_lacks(server: Server, scope: TokenScope) -> None:
    token = await a_token(scope)

    async with nothing_changes():
        for text, needed in ASKED:
            assert (text, await asked(server, text, token)) == (text, told_of(scope, needed))
        for text, needed in FOLLOWED:
            assert (text, await followed(server, text, token)) == (text, told_of(scope, needed))


async def test_scopes_add_up(server: Server) -> None:
    token = await a_token(TokenScope.EVENTS, TokenScope.DISPATCH)

    let_in = {text for text, _ in ASKED if not await asked(server, text, token)}

    allowed = {TokenScope.READ, TokenScope.EVENTS, TokenScope.DISPATCH}
    assert let_in == {text for text, needed in ASKED if needed in allowed}


def test_all_that_programs_may_belongs_to_a_scope() -> None:
    granted = {permission for permissions in SCOPES.values() for permission in permissions}

    assert granted == PERMISSIONS[Role.INTEGRATION] - {"ANYONE", "SIGNED_IN"}


async def test_what_no_program_may_is_not_for_want_of_a_scope(server: Server) -> None:
    assert await asked(server, "{ users { nodes { name } } }", await a_token(TokenScope.READ)) == [
        ("FORBIDDEN", "Your role, INTEGRATION, does not allow this (it needs MAINTAIN_USERS).")
    ]


async def test_a_shop_hands_in_orders_and_reads_nothing(server: Server) -> None:
    await number_sequences()
    await a_stage()
    customer = await a_customer()
    token = await a_token(TokenScope.WEB_ORDERS)
    told = {"description": "The door sticks", "customerId": f"cus_{customer.id}", "clientMutationKey": "k-1"}

    made = (await server.ask(WEB_ORDER, by=token, input=told))["createWebOrder"]

    assert (made["serviceOrder"], made["userErrors"]) == (None, [])
    assert made["cursor"] is not None
    assert (await server.ask(WEB_ORDER, by=token, input=told))["createWebOrder"] == made
    assert [order.description for order in await ServiceOrder.all()] == ["The door sticks"]
    assert await server.ask("{ viewer { role permissions } }", by=token) == {
        "viewer": {"role": "INTEGRATION", "permissions": ["ANYONE", "SIGNED_IN", "CREATE_WEB_ORDERS"]}
    }


async def test_followers_of_one_board_are_each_told_what_they_may_do(server: Server) -> None:
    visit = await a_booking(await a_dispatched_worker())
    shown = f"{BRIEF} availableActions {{ action allowed }}"
    week = {"from": "2026-11-23", "to": "2026-11-29"}
    readers, dispatchers = await a_token(TokenScope.READ), await a_token(TokenScope.DISPATCH)
    told = []
    async with (
        replica(server, readers, activity=shown, **week) as reader,
        replica(server, dispatchers, activity=shown, **week) as dispatcher,
    ):
        await reader.follow()
        await dispatcher.follow()
        await change(prioritise(visit, Priority.HIGH))
        for board in (reader, dispatcher):
            activity = (await board.next())["activity"]
            told.append({each["action"] for each in activity["availableActions"] if each["allowed"]})

    assert told[0] == set()
    assert "ASSIGN" in told[1]


async def test_a_token_says_what_it_may(server: Server) -> None:
    some = await server.ask(CREATE, input={"name": "Planner", "scopes": ["DISPATCH", "READ", "DISPATCH"]})
    whole = await server.ask(CREATE, input={"name": "Importer"})

    assert some["createApiToken"]["apiToken"] == {"scopes": ["READ", "DISPATCH"]}
    assert whole["createApiToken"]["apiToken"] == {"scopes": [scope.value for scope in TokenScope]}
    assert await asked(server, BOARD, some["createApiToken"]["secret"]) == []


async def test_a_token_that_may_nothing_is_refused(server: Server) -> None:
    await server.token(Role.SERVICE_MANAGER)

    async with nothing_changes():
        answer = await server.ask(CREATE, input={"name": "Planner", "scopes": []})

    assert answer["createApiToken"] == {
        "apiToken": None,
        "secret": None,
        "userErrors": [{"code": "INVALID", "path": ["input", "scopes"]}],
    }


async def test_a_scoped_token_ends_like_any_other(server: Server, set_clock: SetClock) -> None:
    tomorrow = set_clock.now + timedelta(days=1)
    for_a_day = CreateApiToken("For a day", tomorrow, (TokenScope.READ,))
    expired = (await perform(create_api_token, for_a_day, actor=SYSTEM)).result
    ended = (await perform(create_api_token, CreateApiToken("Ended", None, (TokenScope.READ,)), actor=SYSTEM)).result
    assert await asked(server, BOARD, expired.secret) == []

    await perform(end_api_token, EndApiToken(ended.token_id), actor=SYSTEM)
    set_clock.advance(timedelta(days=1))

    for secret in (expired.secret, ended.secret):
        assert await server.codes(BOARD, by=secret) == ["UNAUTHENTICATED"]


async def test_papers_are_for_those_who_may_read(server: Server) -> None:
    path = f"{server.url}/documents/work-receipt/so_{(await an_order()).id}.pdf"
    async with httpx.AsyncClient() as client:
        answers = [
            await client.get(path, headers={"Authorization": f"Bearer {await a_token(scope)}"})
            for scope in (TokenScope.READ, TokenScope.WEB_ORDERS)
        ]

    assert [answer.status_code for answer in answers] == [200, 403]
    [error] = answers[1].json()["errors"]
    assert (error["extensions"]["code"], "the scope READ" in error["message"]) == ("FORBIDDEN", True)


async def test_the_command_line_makes_tokens_with_scopes(sqlite_template: Path, tmp_path: Path) -> None:
    file = tmp_path / "tavle.sqlite3"
    shutil.copyfile(sqlite_template, file)
    url = f"sqlite://{file}"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "api", "token", "add", "Planner", "--scope", "read", "--scope", "DISPATCH"),
        env=os.environ | {"TAVLE_DATABASE_URL": url, "TAVLE_SECRET": SECRET},
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await process.communicate()

    async with lifecycle.database(url):
        token = await ApiToken.get()
    assert token.token_hash == hash_of(printed.decode().strip())
    assert token.scopes == ["READ", "DISPATCH"]
