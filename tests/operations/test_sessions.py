"""Signing in, going on and signing out: what is stored, what is refused, what the event log says."""

import asyncio
import threading
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher

from db.outbox import EventRow
from domain.access.models import Session, User
from domain.access.operations import (
    ChangeUser,
    EndSession,
    NewApiToken,
    OpenSession,
    RefreshSession,
    change_user,
    end_session,
    hash_of,
)
from domain.access.passwords import match_password, prepare_password
from domain.access.queries import (
    actor_for_email,
    actor_for_session,
    actor_for_user,
)
from domain.access.rules import SESSION_LIFE
from domain.access.sign_in import refresh as refresh_with
from domain.access.sign_in import sign_in
from domain.core.actor import SYSTEM, Role, actor_of
from domain.core.errors import Code, Refused
from domain.core.operation import OPERATIONS, perform
from domain.workforce.operations import ChangeWorker, change_worker
from tests.builders.access import PASSWORD, a_person, of, refresh, signed_in
from tests.builders.log import everything, kinds, nothing_changes, refusal_of
from tests.builders.rows import a_worker
from tests.builders.times import MONDAY, SetClock

pytestmark = pytest.mark.usefixtures("database")


# --- signing in ------------------------------------------------------------------------------------------------------


async def test_signing_in_starts_a_session_whose_token_is_kept_as_a_hash(set_clock: SetClock) -> None:
    user = await a_person("mette@nordlys.example", password=PASSWORD)

    done = await sign_in("  METTE@nordlys.example", PASSWORD)

    session = await Session.get()
    assert (done.result.session_id, done.result.user_id) == (session.id, user.id)
    assert done.result.expires_at == session.expires_at == set_clock.now + SESSION_LIFE
    assert session.refresh_hash == hash_of(done.result.refresh_token)
    event = await EventRow.get(kind="session_started")
    assert (event.actor_id, event.actor_name, event.subject_id) == (user.id, "Mette", session.id)
    assert done.cursor.endswith(f":{event.seq}")
    assert "refresh_hash" not in event.body["after"]
    assert "previous_hash" not in event.body["after"]


async def test_every_failed_sign_in_gets_the_same_answer() -> None:
    await a_person("mette@nordlys.example", password=PASSWORD)
    gone = await a_person("gone@nordlys.example", password=PASSWORD)
    await perform(change_user, ChangeUser(gone.id, active=False), actor=SYSTEM)
    await a_person("new@nordlys.example")
    before = await everything()

    answers = set()
    for email, password in [
        ("mette@nordlys.example", PASSWORD.upper()),
        ("mette@nordlys.example", ""),
        ("gone@nordlys.example", PASSWORD),
        ("new@nordlys.example", PASSWORD),
        ("nobody@nordlys.example", PASSWORD),
        ("not an address", PASSWORD),
        ("nul\0@nordlys.example", PASSWORD),
    ]:
        with pytest.raises(Refused) as raised:
            await sign_in(email, password)
        answers.add((str(raised.value), raised.value.refusals))

    (answer,) = answers
    assert answer[1][0].code is Code.WRONG_CREDENTIALS
    assert await everything() == before


async def test_an_unknown_address_is_verified_too(monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[str] = []
    verify = PasswordHasher.verify

    def counted(self: PasswordHasher, stored: str | bytes, password: str | bytes) -> bool:
        verified.append(str(stored).rpartition("$")[0].rpartition("$")[0])
        return bool(verify(self, stored, password))

    await a_person("mette@nordlys.example", password=PASSWORD)
    monkeypatch.setattr(PasswordHasher, "verify", counted)

    for email in ("mette@nordlys.example", "nobody@nordlys.example", "not an address"):
        with pytest.raises(Refused):
            await sign_in(email, "wrong password")

    assert len(verified) == 3
    assert len(set(verified)) == 1  # the same settings, hence the same time


async def test_a_hash_made_with_older_settings_is_renewed_without_an_event() -> None:
    user = await a_person("mette@nordlys.example")
    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    await User.filter(id=user.id).update(password_hash=old)

    await signed_in(user)

    stored = await User.get(id=user.id)
    assert stored.password_hash is not None
    assert stored.password_hash != old
    assert stored.version == 1
    assert await kinds() == ["user_created", "session_started"]
    await signed_in(user)
    assert (await User.get(id=user.id)).password_hash == stored.password_hash


async def test_a_password_that_changes_while_it_is_verified_does_not_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    user = await a_person("mette@nordlys.example", password=PASSWORD)
    other = await prepare_password("another password", actor=SYSTEM)

    async def meanwhile(password: str, stored: str | None) -> Any:
        match = await match_password(password, stored)
        await User.filter(id=user.id).update(password_hash=other.text)
        return match

    monkeypatch.setattr("domain.access.sign_in.match_password", meanwhile)

    with pytest.raises(Refused, match="do not belong together"):
        await sign_in(user.email, PASSWORD)

    assert await Session.all().count() == 0


async def test_others_read_and_write_while_a_password_is_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    user = await a_person("mette@nordlys.example", password=PASSWORD)
    verifying, go_on = threading.Event(), threading.Event()
    verify = PasswordHasher.verify

    def slow(self: PasswordHasher, stored: str | bytes, password: str | bytes) -> bool:
        verifying.set()
        assert go_on.wait(10)
        return bool(verify(self, stored, password))

    monkeypatch.setattr(PasswordHasher, "verify", slow)
    signing_in = asyncio.create_task(sign_in(user.email, PASSWORD))
    assert await asyncio.to_thread(verifying.wait, 10)

    await perform(change_user, ChangeUser(user.id, name="Mette Vang"), actor=SYSTEM)

    assert not signing_in.done()
    go_on.set()
    assert (await signing_in).result.user_id == user.id


# --- going on and signing out ----------------------------------------------------------------------------------------


async def test_a_session_goes_on_under_a_new_token_for_30_days_more(set_clock: SetClock) -> None:
    user = await a_person("mette@nordlys.example", password=PASSWORD)
    first = await signed_in(user)
    set_clock.advance(timedelta(days=29))

    second = (await refresh(first.refresh_token)).result

    assert (second.session_id, second.user_id) == (first.session_id, user.id)
    assert second.refresh_token != first.refresh_token
    assert second.expires_at == set_clock.now + SESSION_LIFE
    set_clock.advance(timedelta(days=29))
    third = (await refresh(second.refresh_token)).result
    assert third.session_id == first.session_id
    assert await kinds() == ["user_created", "session_started"]


async def test_a_refresh_token_used_twice_ends_the_whole_session(set_clock: SetClock) -> None:
    user = await a_person("mette@nordlys.example", password=PASSWORD)
    stolen = (await signed_in(user)).refresh_token
    fresh = (await refresh(stolen)).result
    set_clock.advance(timedelta(seconds=31))

    with pytest.raises(Refused) as raised:
        await refresh(stolen)

    assert raised.value.refusals[0].code is Code.WRONG_CREDENTIALS
    assert raised.value.refusals[0].path == ("refreshToken",)
    event = await EventRow.get(kind="session_ended")
    assert (event.subject_id, event.reason) == (fresh.session_id, "A refresh token was used a second time.")
    assert await refusal_of(refresh(fresh.refresh_token)) == (Code.WRONG_CREDENTIALS, ("refreshToken",))


async def test_a_refresh_token_whose_answer_was_lost_is_answered_again(set_clock: SetClock) -> None:
    user = await a_person("mette@nordlys.example", password=PASSWORD)
    token = (await signed_in(user)).refresh_token
    lost = (await refresh(token)).result
    set_clock.advance(timedelta(seconds=30))

    async with nothing_changes():
        again = (await refresh(token)).result

    assert (again.refresh_token, again.expires_at) == (lost.refresh_token, lost.expires_at)
    # Only the newest token but one: what came before has been followed by a token that was used.
    newest = (await refresh(again.refresh_token)).result
    assert await refusal_of(refresh(token)) == (Code.WRONG_CREDENTIALS, ("refreshToken",))
    assert (await refresh(newest.refresh_token)).result.session_id == lost.session_id


async def test_with_another_key_a_used_refresh_token_ends_the_session() -> None:
    user = await a_person("mette@nordlys.example", password=PASSWORD)
    token = (await signed_in(user)).refresh_token
    await refresh(token)

    with pytest.raises(Refused):
        await refresh_with(token, "another key")
    assert await kinds() == ["user_created", "session_started", "session_ended"]


async def test_two_who_refresh_at_once_go_on_with_the_same_token() -> None:
    user = await a_person("mette@nordlys.example", password=PASSWORD)
    session = await signed_in(user)

    first, second = await asyncio.gather(refresh(session.refresh_token), refresh(session.refresh_token))

    assert first.result.refresh_token == second.result.refresh_token != session.refresh_token
    assert await kinds() == ["user_created", "session_started"]


async def test_a_session_not_refreshed_for_30_days_is_over(set_clock: SetClock) -> None:
    session = await signed_in(await a_person("mette@nordlys.example", password=PASSWORD))
    set_clock.advance(timedelta(days=30))

    assert await refusal_of(refresh(session.refresh_token)) == (Code.WRONG_CREDENTIALS, ("refreshToken",))


@pytest.mark.parametrize("token", ["", "unknown", "\ud800"])
async def test_an_unknown_refresh_token_is_refused(token: str) -> None:
    assert await refusal_of(refresh(token)) == (Code.WRONG_CREDENTIALS, ("refreshToken",))


async def test_signing_out_ends_this_session_only_and_once() -> None:
    user = await a_person("mette@nordlys.example", password=PASSWORD)
    here, elsewhere = await signed_in(user), await signed_in(user)

    await perform(end_session, EndSession(), actor=of(user, here.session_id))
    await perform(end_session, EndSession(), actor=of(user, here.session_id))

    assert (await Session.get(id=here.session_id)).ended_at is not None
    assert (await Session.get(id=elsewhere.session_id)).ended_at is None
    assert (await kinds()).count("session_ended") == 1
    assert await refusal_of(refresh(here.refresh_token)) == (Code.WRONG_CREDENTIALS, ("refreshToken",))


async def test_an_api_token_cannot_be_signed_out() -> None:
    program = actor_of(Role.INTEGRATION, user_id=1, name="Planner")

    assert await refusal_of(perform(end_session, EndSession(), actor=program)) == (Code.INVALID, ())


async def test_a_deactivated_user_is_signed_out_and_stays_out(set_clock: SetClock) -> None:
    manager = await a_person("boss@nordlys.example", Role.SERVICE_MANAGER, password=PASSWORD)
    await a_person("second@nordlys.example", Role.SERVICE_MANAGER)
    session = await signed_in(manager)

    await perform(change_user, ChangeUser(manager.id, active=False), actor=of(manager, session.session_id))

    assert (await kinds())[-2:] == ["user_changed", "session_ended"]
    assert await actor_for_user(manager.id) is None
    await perform(change_user, ChangeUser(manager.id, active=True), actor=SYSTEM)
    assert await actor_for_session(session.session_id, manager.id, set_clock.now) is None
    assert await refusal_of(refresh(session.refresh_token)) == (Code.WRONG_CREDENTIALS, ("refreshToken",))


async def test_a_session_alone_lets_no_inactive_user_in(set_clock: SetClock) -> None:
    user = await a_person("mette@nordlys.example", password=PASSWORD)
    session = await signed_in(user)
    assert await actor_for_session(session.session_id, user.id, set_clock.now) == of(user, session.session_id)

    await User.filter(id=user.id).update(active=False)

    assert await actor_for_session(session.session_id, user.id, set_clock.now) is None
    assert await refusal_of(refresh(session.refresh_token)) == (Code.WRONG_CREDENTIALS, ("refreshToken",))


async def test_one_who_has_left_is_not_let_in_and_is_when_they_come_back(set_clock: SetClock) -> None:
    worker = await a_worker()
    user = await a_person("tim@nordlys.example", Role.TECHNICIAN, password=PASSWORD, worker_id=worker.id)
    session = await signed_in(user)

    await perform(change_worker, ChangeWorker(worker.id, active=False), actor=SYSTEM)

    assert await actor_for_session(session.session_id, user.id, set_clock.now) is None
    assert await actor_for_email("tim@nordlys.example") is None
    assert await refusal_of(sign_in("tim@nordlys.example", PASSWORD)) == (Code.WRONG_CREDENTIALS, ())
    assert await refusal_of(refresh(session.refresh_token)) == (Code.WRONG_CREDENTIALS, ("refreshToken",))

    await perform(change_worker, ChangeWorker(worker.id, active=True), actor=SYSTEM)

    assert (await sign_in("tim@nordlys.example", PASSWORD)).result.user_id == user.id


def test_an_operation_whose_answer_is_secret_takes_no_idempotency_key() -> None:
    own = [made for name, made in OPERATIONS.items() if name.startswith("domain.access.")]
    secretive = {made.name.rpartition(".")[2] for made in own if not made.replayable}

    assert len(own) == 7
    assert secretive == {"start_session", "refresh_session", "create_api_token"}


def test_secrets_do_not_show_when_values_are_printed() -> None:
    for value in (OpenSession(1, 1, MONDAY, "s3cret"), NewApiToken(1, 1, "s3cret"), RefreshSession("s3cret", "s3cret")):
        assert "s3cret" not in repr(value)
