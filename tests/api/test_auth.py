"""From tokens to actors: what lets a client in, for how long, and how soon it is put out again."""

import asyncio
import base64
from datetime import timedelta
from typing import Any

import jwt
import orjson
import pytest

from api.auth import NOBODY, SECRET_BYTES, Sessions, SignedIn, Tokens, bearer_token
from db.health import counting
from db.outbox import Event, EventRow
from domain.access.models import User
from domain.access.operations import (
    ChangeUser,
    CreateApiToken,
    EndApiToken,
    EndSession,
    change_user,
    create_api_token,
    end_api_token,
    end_session,
)
from domain.access.queries import actor_for_session
from domain.core.actor import ANONYMOUS, SYSTEM, Permission, Role
from domain.core.errors import Code, NotSignedIn, Refused
from domain.core.operation import perform
from domain.workforce.operations import ChangeWorker, change_worker
from tests.builders.access import PASSWORD, a_person
from tests.builders.log import events
from tests.builders.rows import a_worker
from tests.builders.times import SetClock

# The databases differ in nothing that is seen from here; `tests/operations/test_sessions.py` runs on both.
pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

SECRET = "the key of these tests, long enough for each of the algorithms tried"
DEMO = {"demo-dispatcher": "mette@nordlys.example"}
MINUTE = timedelta(minutes=1)


@pytest.fixture
def sessions() -> Sessions:
    return Sessions(SECRET)


async def signed_in(sessions: Sessions, email: str = "mette@nordlys.example") -> Tokens:
    return (await sessions.sign_in(email, PASSWORD)).result


async def last_event() -> Event:
    """The newest event, as the relay hands it on."""
    row = await EventRow.all().order_by("-seq").first()
    assert row is not None
    fields = ("seq", "batch", "at", "kind", "subject_type", "subject_id")
    more = ("actor_id", "actor_name", "key", "reason", "body")
    return Event(**{name: getattr(row, name) for name in (*fields, *more)})


async def refused_because(sessions: Sessions, token: str) -> str:
    with pytest.raises(NotSignedIn) as refused:
        await sessions.authenticate(token)
    return refused.value.message


def forged(secret: str = SECRET, algorithm: str = "HS256", **changed: object) -> str:
    """A token with the claims of a good one, as changed; None leaves a claim out."""
    claims: dict[str, Any] = {"sub": "usr_1", "sid": 1, "iat": 1795420800, "exp": 2795420800, "aud": "tavle"} | changed
    return jwt.encode({name: value for name, value in claims.items() if value is not None}, secret, algorithm)


# --- signing in ------------------------------------------------------------------------------------------------------


async def test_no_token_is_nobody(sessions: Sessions) -> None:
    assert await sessions.authenticate(None) == NOBODY
    assert SignedIn(ANONYMOUS, None, None) == NOBODY


async def test_a_sign_in_gives_a_token_that_lasts_15_minutes(sessions: Sessions, set_clock: SetClock) -> None:
    worker = await a_worker()
    user = await a_person("mette@nordlys.example", Role.TECHNICIAN, password=PASSWORD, worker_id=worker.id)

    done = await sessions.sign_in("Mette@nordlys.example", PASSWORD)

    tokens = done.result
    assert (tokens.user_id, tokens.access_expires_at) == (user.id, set_clock.now + 15 * MINUTE)
    assert tokens.refresh_expires_at == set_clock.now + timedelta(days=30)
    assert done.cursor.endswith(f":{(await last_event()).seq}")
    who = await sessions.authenticate(tokens.access_token)
    assert who.actor == await actor_for_session(tokens.session_id, user.id, set_clock.now)
    assert (who.actor.user_id, who.actor.name, who.actor.role) == (user.id, "Mette", Role.TECHNICIAN)
    assert (who.actor.worker_id, who.actor.session_id) == (worker.id, tokens.session_id)
    assert who.actor.may(Permission.SIGNED_IN)
    assert (who.expires_at, who.token_id) == (tokens.access_expires_at, f"session:{tokens.session_id}")


async def test_an_access_token_holds_these_claims_and_no_more(sessions: Sessions, set_clock: SetClock) -> None:
    user = await a_person("mette@nordlys.example", password=PASSWORD)
    tokens = await signed_in(sessions)

    claims = jwt.decode(tokens.access_token, options={"verify_signature": False})

    issued_at = int(set_clock.now.timestamp())
    assert claims == {
        "sub": f"usr_{user.id}",
        "sid": tokens.session_id,
        "iat": issued_at,
        "exp": issued_at + 900,
        "aud": "tavle",
    }
    assert jwt.get_unverified_header(tokens.access_token) == {"alg": "HS256", "typ": "JWT"}


async def test_tokens_do_not_show_when_they_are_printed(sessions: Sessions) -> None:
    await a_person("mette@nordlys.example", password=PASSWORD)

    tokens = await signed_in(sessions)

    assert tokens.access_token not in repr(tokens)
    assert tokens.refresh_token not in repr(tokens)


async def test_wrong_credentials_are_refused_as_data(sessions: Sessions) -> None:
    await a_person("mette@nordlys.example", password=PASSWORD)

    with pytest.raises(Refused) as refused:
        await sessions.sign_in("mette@nordlys.example", "wrong password")

    assert refused.value.refusals[0].code is Code.WRONG_CREDENTIALS


async def test_a_short_secret_is_not_accepted() -> None:
    with pytest.raises(ValueError, match="at least 32 bytes"):
        Sessions("x" * (SECRET_BYTES - 1))


# --- refreshing and expiring -----------------------------------------------------------------------------------------


async def test_an_expired_token_is_refused_and_a_refreshed_one_is_not(sessions: Sessions, set_clock: SetClock) -> None:
    await a_person("mette@nordlys.example", password=PASSWORD)
    tokens = await signed_in(sessions)
    set_clock.advance(15 * MINUTE - timedelta(seconds=1))
    await sessions.authenticate(tokens.access_token)
    set_clock.advance(timedelta(seconds=1))

    assert await refused_because(sessions, tokens.access_token) == (
        "This access token has expired: refresh the session, or sign in again."
    )
    renewed = (await sessions.refresh(tokens.refresh_token)).result
    who = await sessions.authenticate(renewed.access_token)
    assert (who.actor.session_id, who.expires_at) == (tokens.session_id, set_clock.now + 15 * MINUTE)


async def test_a_refresh_token_is_no_access_token_and_an_access_token_no_refresh_token(sessions: Sessions) -> None:
    await a_person("mette@nordlys.example", password=PASSWORD)
    tokens = await signed_in(sessions)

    assert await refused_because(sessions, tokens.refresh_token) == "This token is unknown: sign in to get one."
    with pytest.raises(Refused):
        await sessions.refresh(tokens.access_token)


async def test_a_stolen_refresh_token_puts_both_out(sessions: Sessions, set_clock: SetClock) -> None:
    await a_person("mette@nordlys.example", password=PASSWORD)
    tokens = await signed_in(sessions)
    thief = (await sessions.refresh(tokens.refresh_token)).result
    await sessions.authenticate(thief.access_token)
    set_clock.advance(timedelta(seconds=31))

    with pytest.raises(Refused):
        await sessions.refresh(tokens.refresh_token)
    sessions.heed(await last_event())

    for token in (thief.access_token, tokens.access_token):
        assert await refused_because(sessions, token) == "This session has ended: sign in again."


# --- forged tokens ---------------------------------------------------------------------------------------------------


def unsigned() -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(orjson.dumps(value)).rstrip(b"=").decode()

    claims = {"sub": "usr_1", "sid": 1, "iat": 1795420800, "exp": 2795420800, "aud": "tavle"}
    return f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims)}."


@pytest.mark.parametrize(
    "token",
    [
        forged(secret=SECRET.upper()),
        forged(algorithm="HS384"),
        forged(algorithm="HS512"),
        unsigned(),
        forged(aud="another"),
        forged(aud=None),
        forged(exp=None),
        forged(iat=None),
        forged(sub=None),
        forged(sid=None),
        forged()[:-1],
        "..",
        "a.b.c",
        f"{base64.urlsafe_b64encode(b'[' * 300).decode()}.e30.e30",
    ],
)
async def test_a_token_that_we_did_not_sign_is_refused(sessions: Sessions, token: str) -> None:
    user = await a_person("mette@nordlys.example", password=PASSWORD)
    tokens = await signed_in(sessions)
    assert (user.id, tokens.session_id) == (1, 1)  # what the forged tokens claim
    await sessions.authenticate(forged())

    assert await refused_because(sessions, token) == (
        "This access token is not one of this server's: sign in to get one."
    )


@pytest.mark.parametrize(
    "token", ["", "x", "Bearer x", "ÆØÅ.æøå.æøå", "\ud800.\ud800.\ud800", "." * 100, f"{'a' * 600}.b.c", "\0"]
)
async def test_what_is_no_token_at_all_is_refused(sessions: Sessions, token: str) -> None:
    assert await refused_because(sessions, token) == "This token is unknown: sign in to get one."


async def test_a_session_of_somebody_else_is_refused(sessions: Sessions) -> None:
    user = await a_person("mette@nordlys.example", password=PASSWORD)
    other = await a_person("other@nordlys.example")
    tokens = await signed_in(sessions)
    assert (await sessions.authenticate(forged(sid=tokens.session_id, sub=f"usr_{user.id}"))).actor.user_id == user.id

    token = forged(sid=tokens.session_id, sub=f"usr_{other.id}")

    assert await refused_because(sessions, token) == "This session has ended: sign in again."


@pytest.mark.parametrize(
    ("header", "token"),
    [
        (None, None),
        ("Bearer demo-manager", "demo-manager"),
        ("bearer demo-manager", "demo-manager"),
        ("  BEARER   demo-manager ", "demo-manager"),
    ],
)
def test_the_token_stands_after_bearer(header: str | None, token: str | None) -> None:
    assert bearer_token(header) == token


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer  ", "Basic bWV0dGU6", "demo-manager"])
def test_another_header_is_refused(header: str) -> None:
    with pytest.raises(NotSignedIn, match="must read: Bearer"):
        bearer_token(header)


# --- API tokens and demo tokens --------------------------------------------------------------------------------------


async def test_an_api_token_lets_a_program_in_until_it_is_ended(sessions: Sessions, set_clock: SetClock) -> None:
    ends = set_clock.now + timedelta(seconds=30)
    made = (await perform(create_api_token, CreateApiToken("Planner", ends), actor=SYSTEM)).result
    kept = (await perform(create_api_token, CreateApiToken("Importer"), actor=SYSTEM)).result

    who = await sessions.authenticate(made.secret)

    assert (who.actor.name, who.actor.role, who.actor.session_id) == ("Planner", Role.INTEGRATION, None)
    assert (who.expires_at, who.token_id) == (ends, f"api_token:{made.token_id}")
    assert (await sessions.authenticate(kept.secret)).expires_at is None
    set_clock.advance(timedelta(seconds=30))
    over = "This API token is unknown, expired or ended; ask a service manager for a new one."
    assert await refused_because(sessions, made.secret) == over
    assert await refused_because(sessions, made.secret + "x") == over
    await perform(end_api_token, EndApiToken(kept.token_id), actor=SYSTEM)
    for row in (await events())[-2:]:
        sessions.heed(Event(row.seq, row.batch, row.at, row.kind, "", row.subject_id, None, "", None, None, {}))
    assert await refused_because(sessions, kept.secret) == over


async def test_the_end_of_an_api_token_alone_puts_its_program_out(sessions: Sessions, set_clock: SetClock) -> None:
    made = (await perform(create_api_token, CreateApiToken("Planner"), actor=SYSTEM)).result
    await sessions.authenticate(made.secret)
    await perform(end_api_token, EndApiToken(made.token_id), actor=SYSTEM)

    sessions.heed(Event(1, 1, set_clock.now, "api_token_ended", "api_token", made.token_id, 1, "", None, None, {}))

    with pytest.raises(NotSignedIn):
        await sessions.authenticate(made.secret)


async def test_a_demo_token_works_only_where_it_was_asked_for(sessions: Sessions) -> None:
    user = await a_person("mette@nordlys.example")
    demo = Sessions(SECRET, demo_tokens=DEMO)

    who = await demo.authenticate("demo-dispatcher")

    assert (who.actor.user_id, who.actor.session_id, who.expires_at) == (user.id, None, None)
    assert who.token_id == "demo:demo-dispatcher"
    assert await refused_because(sessions, "demo-dispatcher") == "This token is unknown: sign in to get one."
    assert await refused_because(demo, "demo-manager") == "This token is unknown: sign in to get one."


async def test_a_demo_token_of_a_user_who_is_gone_is_refused() -> None:
    demo = Sessions(SECRET, demo_tokens=DEMO)

    assert await refused_because(demo, "demo-dispatcher") == (
        "The user of this demo token is not there any more, or is not active."
    )


# --- the memory ------------------------------------------------------------------------------------------------------


async def cost(sessions: Sessions, token: str) -> int:
    """The statements that letting `token` in takes."""
    with counting() as statements:
        await sessions.authenticate(token)
    return statements.count


async def test_a_known_token_costs_no_statement_for_a_minute(sessions: Sessions, set_clock: SetClock) -> None:
    await a_person("mette@nordlys.example", password=PASSWORD)
    token = (await signed_in(sessions)).access_token
    assert await cost(sessions, token) == 1

    set_clock.advance(MINUTE - timedelta(seconds=1))
    assert await cost(sessions, token) == 0

    set_clock.advance(timedelta(seconds=1))
    await User.all().update(name="Mette Vang")
    assert await cost(sessions, token) == 1
    assert (await sessions.authenticate(token)).actor.name == "Mette Vang"


@pytest.mark.parametrize("change", [{"role": Role.SERVICE_MANAGER}, {"name": "Mette Vang"}], ids=["role", "name"])
async def test_a_changed_user_is_read_again_at_once(sessions: Sessions, change: dict[str, Any]) -> None:
    user = await a_person("mette@nordlys.example", password=PASSWORD)
    token = (await signed_in(sessions)).access_token
    before = (await sessions.authenticate(token)).actor

    await perform(change_user, ChangeUser(user.id, **change), actor=SYSTEM)
    assert (await sessions.authenticate(token)).actor == before
    sessions.heed(await last_event())

    after = (await sessions.authenticate(token)).actor
    assert {name: getattr(after, name) for name in change} == change
    assert after.may(Permission.MAINTAIN_USERS) is ("role" in change)


async def test_signing_out_takes_effect_here_at_once_and_leaves_others_alone(sessions: Sessions) -> None:
    await a_person("mette@nordlys.example", password=PASSWORD)
    here, elsewhere = await signed_in(sessions), await signed_in(sessions)
    actor = (await sessions.authenticate(here.access_token)).actor
    await sessions.authenticate(elsewhere.access_token)

    done = await sessions.sign_out(actor)

    assert done.result == here.session_id
    assert await refused_because(sessions, here.access_token) == "This session has ended: sign in again."
    assert await cost(sessions, elsewhere.access_token) == 0


async def test_a_sign_out_on_another_server_takes_effect_with_its_event(sessions: Sessions) -> None:
    await a_person("mette@nordlys.example", password=PASSWORD)
    token = (await signed_in(sessions)).access_token
    actor = (await sessions.authenticate(token)).actor
    await perform(end_session, EndSession(), actor=actor)

    sessions.heed(await last_event())

    assert await refused_because(sessions, token) == "This session has ended: sign in again."


async def test_a_worker_who_leaves_is_forgotten_at_once(sessions: Sessions) -> None:
    worker = await a_worker()
    await a_person("mette@nordlys.example", Role.TECHNICIAN, password=PASSWORD, worker_id=worker.id)
    token = (await signed_in(sessions)).access_token
    await sessions.authenticate(token)

    await perform(change_worker, ChangeWorker(worker.id, active=False), actor=SYSTEM)
    sessions.heed(await last_event())

    assert await refused_because(sessions, token) == "This session has ended: sign in again."


async def test_an_event_of_another_thing_forgets_nobody(sessions: Sessions, set_clock: SetClock) -> None:
    user = await a_person("mette@nordlys.example", password=PASSWORD)
    token = (await signed_in(sessions)).access_token
    await sessions.authenticate(token)

    for kind in ("activity_assigned", "session_started", "user_created", "api_token_created"):
        sessions.heed(Event(1, 1, set_clock.now, kind, "x", user.id, None, "", None, None, {}))

    assert await cost(sessions, token) == 0


async def test_an_actor_read_before_a_change_is_not_remembered_after_it(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = await a_person("mette@nordlys.example", password=PASSWORD)
    token = (await signed_in(sessions)).access_token
    reads = 0

    async def slow(*arguments: Any) -> Any:
        nonlocal reads
        actor = await actor_for_session(*arguments)
        reads += 1
        if reads == 1:
            await User.filter(id=user.id).update(role=Role.TECHNICIAN)
            sessions.forget(user.id)
        return actor

    monkeypatch.setattr("api.auth.actor_for_session", slow)

    assert (await sessions.authenticate(token)).actor.role is Role.TECHNICIAN
    assert reads == 2


async def test_the_memory_is_bounded_and_drops_what_was_not_used_longest() -> None:
    sessions = Sessions(SECRET, remembered=2)
    await a_person("mette@nordlys.example", password=PASSWORD)
    one, two, three = [(await signed_in(sessions)).access_token for _ in range(3)]
    for token in (one, two, one, three):
        await sessions.authenticate(token)

    assert [await cost(sessions, token) for token in (one, three, two)] == [0, 0, 1]


async def test_a_refused_token_is_not_remembered(sessions: Sessions) -> None:
    token = forged()
    assert await refused_because(sessions, token) == "This session has ended: sign in again."
    await a_person("mette@nordlys.example", password=PASSWORD)
    await signed_in(sessions)

    assert (await sessions.authenticate(token)).actor.name == "Mette"


async def test_many_at_once_are_told_apart(sessions: Sessions) -> None:
    people = [await a_person(f"p{number}@nordlys.example", password=PASSWORD) for number in range(4)]
    tokens = [await signed_in(sessions, person.email) for person in people]

    found = await asyncio.gather(*(sessions.authenticate(token.access_token) for token in tokens * 3))

    assert [who.actor.user_id for who in found] == [person.id for person in people] * 3
