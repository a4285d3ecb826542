"""Signing in, users, API tokens and the audit trail, over HTTP."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest

from domain.access.models import ApiToken, User
from domain.core import clock
from domain.core.actor import Role
from tests.builders.access import PASSWORD, a_person
from tests.builders.log import nothing_changes
from tests.builders.rows import a_user, a_worker
from tests.serving import Server

SIGN_IN = """mutation($input: SignInInput!) { signIn(input: $input) {
  session {
    accessToken accessExpiresAt refreshToken refreshExpiresAt
    viewer { name role user { id email } worker { name } customer { name } }
  }
  cursor userErrors { code path }
} }"""
REFRESH = """mutation($input: RefreshSessionInput!) { refreshSession(input: $input) {
  session { accessToken refreshToken viewer { name } } userErrors { code path }
} }"""
SIGN_OUT = "mutation { signOut(input: {}) { cursor userErrors { code path } } }"
CREATE_TOKEN = """mutation($input: CreateApiTokenInput!) { createApiToken(input: $input) {
  apiToken { id name expiresAt endedAt user { email role } } secret cursor userErrors { code path }
} }"""
VIEWER = "{ viewer { name } }"


async def sign_in(server: Server, email: str, password: str = PASSWORD) -> dict[str, Any]:
    data = await server.ask(SIGN_IN, by=None, input={"email": email, "password": password})
    answer: dict[str, Any] = data["signIn"]
    return answer


async def until_ended(server: Server, token: str) -> None:
    """Wait until the event log has told the server that a token has ended."""
    async with asyncio.timeout(30):
        while await server.lets_in(token):  # noqa: ASYNC110 - the log is read by the server, which tells nobody
            await asyncio.sleep(0.01)


# --- sessions --------------------------------------------------------------------------------------------------------


async def test_signing_in_gives_tokens_and_says_who_one_is(server: Server) -> None:
    worker = await a_worker(name="Mette Holm")
    user = await a_person("mette@nordlys.example", Role.TECHNICIAN, password=PASSWORD, worker_id=worker.id)

    answer = await sign_in(server, "METTE@nordlys.example")

    session = answer["session"]
    assert answer["userErrors"] == []
    assert session["viewer"] == {
        "name": "Mette",
        "role": "TECHNICIAN",
        "user": {"id": f"usr_{user.id}", "email": "mette@nordlys.example"},
        "worker": {"name": "Mette Holm"},
        "customer": None,
    }
    ends = {
        name: datetime.fromisoformat(session[name]) - clock.now() for name in ("accessExpiresAt", "refreshExpiresAt")
    }
    assert timedelta(minutes=14) < ends["accessExpiresAt"] <= timedelta(minutes=15)
    assert timedelta(days=29) < ends["refreshExpiresAt"] <= timedelta(days=30)
    assert await server.ask(VIEWER, by=session["accessToken"]) == {"viewer": {"name": "Mette"}}


@pytest.mark.parametrize(
    ("email", "password"),
    [("mette@nordlys.example", "wrong horse battery"), ("nobody@nordlys.example", PASSWORD), ("mette", PASSWORD)],
)
async def test_every_way_not_to_sign_in_gets_the_same_answer(server: Server, email: str, password: str) -> None:
    await a_person("mette@nordlys.example", password=PASSWORD)

    async with nothing_changes():
        answer = await sign_in(server, email, password)

    assert answer == {"session": None, "cursor": None, "userErrors": [{"code": "WRONG_CREDENTIALS", "path": ["input"]}]}


async def test_a_session_goes_on_with_new_tokens_and_ends_when_an_old_one_comes_back(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_person("mette@nordlys.example", password=PASSWORD)
    first = (await sign_in(server, "mette@nordlys.example"))["session"]
    old = {"refreshToken": first["refreshToken"]}

    second = (await server.ask(REFRESH, by=None, input=old))["refreshSession"]["session"]
    assert second["viewer"] == {"name": "Mette"}
    assert await server.ask(VIEWER, by=second["accessToken"]) == {"viewer": {"name": "Mette"}}
    # The answer was lost, the client asks again.
    once_more = (await server.ask(REFRESH, by=None, input=old))["refreshSession"]["session"]
    assert once_more["refreshToken"] == second["refreshToken"]
    later = clock.now() + timedelta(seconds=31)
    with monkeypatch.context() as patched:
        patched.setattr(clock, "now", lambda: later)
        again = (await server.ask(REFRESH, by=None, input=old))["refreshSession"]

    assert again == {
        "session": None,
        "userErrors": [{"code": "WRONG_CREDENTIALS", "path": ["input", "refreshToken"]}],
    }
    await until_ended(server, second["accessToken"])


async def test_after_signing_out_the_token_is_worth_nothing(server: Server) -> None:
    await a_person("mette@nordlys.example", password=PASSWORD)
    token = (await sign_in(server, "mette@nordlys.example"))["session"]["accessToken"]

    answer = await server.ask(SIGN_OUT, by=token)

    assert answer["signOut"]["userErrors"] == []
    assert await server.codes(VIEWER, by=token) == ["UNAUTHENTICATED"]
    assert await server.codes(SIGN_OUT, by=token) == ["UNAUTHENTICATED"]


async def test_a_program_does_not_sign_out(server: Server) -> None:
    made = await server.ask(CREATE_TOKEN, input={"name": "Route planner"})

    async with nothing_changes():
        answer = await server.ask(SIGN_OUT, by=made["createApiToken"]["secret"])

    assert answer["signOut"] == {"cursor": None, "userErrors": [{"code": "INVALID", "path": ["input"]}]}


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", "tavle_unknown", "demo-manager"])
async def test_a_token_that_is_not_ours_lets_nobody_in(server: Server, token: str) -> None:
    assert await server.codes(VIEWER, by=token) == ["UNAUTHENTICATED"]


@pytest.mark.parametrize("role", [Role.SERVICE_MANAGER, Role.DISPATCHER, Role.TECHNICIAN, Role.CUSTOMER])
async def test_everybody_may_ask_who_they_are(server: Server, role: Role) -> None:
    data = await server.ask("{ viewer { role permissions user { role } worker { name } customer { name } } }", by=role)

    viewer = data["viewer"]
    assert viewer["role"] == viewer["user"]["role"] == role
    assert viewer["worker"] == ({"name": "Tim Technician"} if role is Role.TECHNICIAN else None)
    assert viewer["customer"] == ({"name": "Kim Customer"} if role is Role.CUSTOMER else None)
    assert ("MAINTAIN_USERS" in viewer["permissions"]) is (role is Role.SERVICE_MANAGER)
    assert viewer["permissions"][:2] == ["ANYONE", "SIGNED_IN"]


# --- users -----------------------------------------------------------------------------------------------------------

CREATE_USER = (
    "mutation($input: CreateUserInput!) { createUser(input: $input) { user { id } userErrors { code path } } }"
)
CHANGE_USER = (
    "mutation($input: ChangeUserInput!) { changeUser(input: $input) { user { id } userErrors { code path } } }"
)


async def test_a_new_user_signs_in_with_their_password(server: Server) -> None:
    told = {"email": "mette@nordlys.example", "name": "Mette", "role": "DISPATCHER", "password": PASSWORD}

    first = await server.ask(CREATE_USER, input=told | {"clientMutationKey": "k-1"})
    again = await server.ask(CREATE_USER, input=told | {"clientMutationKey": "k-1"})
    taken = await server.ask(CREATE_USER, input=told)

    assert first == again
    assert taken["createUser"]["userErrors"] == [{"code": "ALREADY_EXISTS", "path": ["input", "email"]}]
    assert (await sign_in(server, "mette@nordlys.example"))["session"]["viewer"]["name"] == "Mette"


async def test_a_user_who_is_deactivated_is_out_at_once(server: Server) -> None:
    user = await a_person("mette@nordlys.example", password=PASSWORD)
    token = (await sign_in(server, "mette@nordlys.example"))["session"]["accessToken"]
    await server.ask(VIEWER, by=token)

    await server.ask(CHANGE_USER, input={"userId": f"usr_{user.id}", "active": False})

    assert await server.codes(VIEWER, by=token) == ["UNAUTHENTICATED"]


async def test_the_last_service_manager_stays_one(server: Server) -> None:
    await server.token(Role.SERVICE_MANAGER)
    manager = await User.get(role=Role.SERVICE_MANAGER)

    async with nothing_changes():
        answer = await server.ask(CHANGE_USER, input={"userId": f"usr_{manager.id}", "active": False})

    assert answer["changeUser"] == {"user": None, "userErrors": [{"code": "IN_USE", "path": ["input", "active"]}]}


async def test_others_see_only_themselves(server: Server) -> None:
    other = await a_user(name="Somebody else")
    await server.token(Role.DISPATCHER)
    own = await User.get(email="dispatcher@tavle.example")
    text = "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on User { name email } } }"

    data = await server.ask(text, by=Role.DISPATCHER, ids=[f"usr_{own.id}", f"usr_{other.id}"])

    assert data["nodes"] == [{"id": f"usr_{own.id}", "name": own.name, "email": own.email}, None]


# --- API tokens ------------------------------------------------------------------------------------------------------


async def test_a_program_comes_in_with_its_secret_until_its_token_ends(server: Server) -> None:
    made = (await server.ask(CREATE_TOKEN, input={"name": "Route planner", "expiresAt": "2099-01-01T00:00:00Z"}))[
        "createApiToken"
    ]
    token = made["apiToken"]
    assert (token["name"], token["expiresAt"], token["endedAt"]) == ("Route planner", "2099-01-01T00:00:00Z", None)
    assert token["user"] == {"email": None, "role": "INTEGRATION"}
    assert await server.ask("{ viewer { name role } }", by=made["secret"]) == {
        "viewer": {"name": "Route planner", "role": "INTEGRATION"}
    }

    await server.ask(
        "mutation($input: EndApiTokenInput!) { endApiToken(input: $input) { userErrors { code } } }",
        input={"tokenId": token["id"]},
    )

    await until_ended(server, made["secret"])
    listed = await server.ask("{ apiTokens(filter: {ended: true}) { nodes { id } } }")
    assert listed["apiTokens"]["nodes"] == [{"id": token["id"]}]


@pytest.mark.parametrize(
    ("wrong", "code", "path"),
    [
        ({"name": "Route planner"}, "ALREADY_EXISTS", ["input", "name"]),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, "INVALID", ["input", "expiresAt"]),
    ],
)
async def test_a_token_that_does_not_add_up_is_refused(
    server: Server, wrong: dict[str, str], code: str, path: list[str]
) -> None:
    await server.ask(CREATE_TOKEN, input={"name": "Route planner"})

    async with nothing_changes():
        answer = await server.ask(CREATE_TOKEN, input={"name": "Another"} | wrong)

    assert answer["createApiToken"] == {
        "apiToken": None,
        "secret": None,
        "cursor": None,
        "userErrors": [{"code": code, "path": path}],
    }


async def test_tokens_are_made_by_managers_only(server: Server) -> None:
    await server.token(Role.DISPATCHER)

    async with nothing_changes():
        assert await server.codes(CREATE_TOKEN, by=Role.DISPATCHER, input={"name": "Mine"}) == ["FORBIDDEN"]


# --- the audit trail -------------------------------------------------------------------------------------------------

TRAIL = """query($subject: ID, $first: Int, $after: String) {
  auditTrail(subject: $subject, first: $first, after: $after) {
    nodes { position at kind subject actorId actorName reason changes { field before after } }
    pageInfo { hasNextPage endCursor } totalCount
  }
}"""


async def test_the_trail_of_a_thing_tells_who_changed_what(server: Server) -> None:
    worker, calendar = await a_worker(email="meg@nordlys.example"), "cal_1"
    subject = f"wrk_{worker.id}"
    await server.ask(
        """mutation { createCalendar(input: {name: "Nights", number: "N", timeZone: "UTC"}) { userErrors { code } } }"""
    )
    await server.ask(
        "mutation($input: ChangeWorkerInput!) { changeWorker(input: $input) { userErrors { code } } }",
        input={"workerId": subject, "email": None, "calendarId": calendar, "name": "Meg Holm"},
    )
    manager = await User.get(role=Role.SERVICE_MANAGER)

    trail = (await server.ask(TRAIL, subject=subject))["auditTrail"]

    [entry] = trail["nodes"]
    assert trail["totalCount"] == 1
    assert (entry["kind"], entry["subject"], entry["reason"]) == ("worker_changed", subject, None)
    assert (entry["actorId"], entry["actorName"]) == (f"usr_{manager.id}", "Service_Manager")
    assert abs(datetime.fromisoformat(entry["at"]) - clock.now()) < timedelta(minutes=1)
    assert entry["changes"] == [
        {"field": "calendarId", "before": None, "after": calendar},
        {"field": "email", "before": "meg@nordlys.example", "after": None},
        {"field": "name", "before": "Meg Madsen", "after": "Meg Holm"},
        {"field": "version", "before": "1", "after": "2"},
    ]


async def test_the_trail_begins_with_the_newest_and_misses_nothing(server: Server) -> None:
    for number in range(4):
        await a_person(f"user{number}@nordlys.example")
    await server.token(Role.SERVICE_MANAGER)

    whole = (await server.ask(TRAIL))["auditTrail"]
    first = (await server.ask(TRAIL, first=4))["auditTrail"]
    second = (await server.ask(TRAIL, first=4, after=first["pageInfo"]["endCursor"]))["auditTrail"]

    assert [entry["position"] for entry in whole["nodes"]] == [6, 5, 4, 3, 2, 1]
    assert [entry["kind"] for entry in whole["nodes"]] == ["session_started"] + ["user_created"] * 5
    assert first["nodes"] + second["nodes"] == whole["nodes"]
    assert (whole["totalCount"], second["pageInfo"]["hasNextPage"]) == (6, False)


async def test_the_trail_says_that_a_password_was_set_and_keeps_every_secret(server: Server) -> None:
    made = (await server.ask(CREATE_TOKEN, input={"name": "Route planner"}))["createApiToken"]
    user = await a_user()
    await server.ask(CHANGE_USER, input={"userId": f"usr_{user.id}", "password": PASSWORD})
    await user.refresh_from_db()

    changed = (await server.ask(TRAIL, subject=f"usr_{user.id}"))["auditTrail"]["nodes"]
    everything = orjson.dumps((await server.ask(TRAIL))["auditTrail"]).decode()

    assert {"field": "password", "before": None, "after": "set"} in changed[0]["changes"]
    hashes = [user.password_hash, (await ApiToken.get()).token_hash, made["secret"], PASSWORD]
    assert [secret for secret in hashes if str(secret) in everything] == []


async def test_the_trail_of_no_id_is_refused(server: Server) -> None:
    [error] = await server.errors(TRAIL, subject="nonsense")

    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["extensions"]["refusal"] == {"code": "NOT_FOUND", "path": ["subject"]}


async def test_the_trail_takes_as_many_statements_for_fifty_entries_as_for_five(server: Server) -> None:
    for number in range(5):
        await a_person(f"user{number}@nordlys.example")
    few = await server.statements(TRAIL, first=50)
    for number in range(5, 50):
        await a_person(f"user{number}@nordlys.example")

    assert await server.statements(TRAIL, first=50) == few
