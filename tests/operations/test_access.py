"""Users, sessions and API tokens in a real database: what is stored, what is refused, what the event log says."""

import asyncio
import threading
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher

from db.outbox import EventRow
from domain.access.models import ApiToken, Session, User
from domain.access.operations import (
    ChangeUser,
    CreateApiToken,
    CreateUser,
    EndApiToken,
    EndSession,
    NewApiToken,
    OpenSession,
    RefreshSession,
    change_user,
    create_api_token,
    create_user,
    end_api_token,
    end_session,
    hash_of,
)
from domain.access.passwords import HashedPassword, match_password, prepare_password
from domain.access.queries import (
    actor_for_email,
    actor_for_session,
    actor_for_token,
    actor_for_user,
    visible_api_tokens,
    visible_users,
)
from domain.access.rules import SESSION_LIFE
from domain.access.sign_in import refresh as refresh_with
from domain.access.sign_in import sign_in
from domain.core.actor import ANONYMOUS, SYSTEM, Actor, Role, TokenScope, actor_of
from domain.core.errors import Code, NotPermitted, NotSignedIn, Path, Refused
from domain.core.operation import OPERATIONS, Done, Stale, perform
from domain.workforce.operations import ChangeWorker, change_worker
from tests.builders.access import PASSWORD, a_person
from tests.builders.log import events, everything, nothing_changes
from tests.builders.rows import a_customer, a_worker
from tests.builders.times import MONDAY, SetClock

pytestmark = pytest.mark.usefixtures("database")


def of(user: User, session_id: int | None = None) -> Actor:
    return actor_of(user.role, user_id=user.id, name=user.name, session_id=session_id)


async def refused(unit: Coroutine[Any, Any, object]) -> tuple[Code, Path]:
    """The one reason for which `unit` is refused; it is also proved that it changed nothing."""
    async with nothing_changes():
        with pytest.raises(Refused) as raised:
            await unit
    (only,) = raised.value.refusals
    return only.code, only.path


async def kinds() -> list[str]:
    return [event.kind for event in await events()]


async def signed_in(user: User, password: str = PASSWORD) -> OpenSession:
    return (await sign_in(user.email, password)).result


async def refresh(token: str) -> Done[OpenSession]:
    return await refresh_with(token, "the server's secret")


# --- users -----------------------------------------------------------------------------------------------------------


async def test_a_user_is_created_and_logged_without_the_password() -> None:
    worker = await a_worker()
    password = await prepare_password(PASSWORD, actor=SYSTEM)
    command = CreateUser("Mette@Nordlys.example", " Mette Holm ", Role.TECHNICIAN, password, worker_id=worker.id)

    done = await perform(create_user, command, actor=SYSTEM)

    user = await User.get(id=done.result)
    assert (user.email, user.name, user.role) == ("mette@nordlys.example", "Mette Holm", Role.TECHNICIAN)
    assert (user.worker_id, user.customer_id, user.active, user.version) == (worker.id, None, True, 1)
    assert user.password_hash is not None
    assert user.password_hash.startswith("$argon2id$")
    event = await EventRow.get()
    assert (event.kind, event.subject_type, event.subject_id) == ("user_created", "user_account", user.id)
    assert event.body == {
        "before": None,
        "after": {
            "id": user.id,
            "email": "mette@nordlys.example",
            "name": "Mette Holm",
            "role": "TECHNICIAN",
            "active": True,
            "worker_id": worker.id,
            "customer_id": None,
            "version": 1,
        },
    }


async def test_two_users_do_not_share_an_email_address() -> None:
    await a_person("mette@nordlys.example")

    again = perform(create_user, CreateUser("METTE@nordlys.example", "Other", Role.DISPATCHER), actor=SYSTEM)

    assert await refused(again) == (Code.ALREADY_EXISTS, ("email",))


async def test_of_two_who_take_an_email_address_at_once_one_gets_it() -> None:
    command = CreateUser("mette@nordlys.example", "Mette", Role.DISPATCHER)

    outcomes = await asyncio.gather(
        *(perform(create_user, command, actor=SYSTEM) for _ in range(4)), return_exceptions=True
    )

    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 3
    assert await User.all().count() == 1
    assert await kinds() == ["user_created"]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (CreateUser("mette", "Mette", Role.DISPATCHER), (Code.INVALID, ("email",))),
        (CreateUser("m@n.example", "  ", Role.DISPATCHER), (Code.INVALID, ("name",))),
        (CreateUser("m@n.example", "Mette", Role.TECHNICIAN), (Code.WORKER_REQUIRED, ("workerId",))),
        (CreateUser("m@n.example", "Mette", Role.CUSTOMER), (Code.INVALID, ("customerId",))),
        (CreateUser("m@n.example", "Mette", Role.DISPATCHER, worker_id=404), (Code.NOT_FOUND, ("workerId",))),
        (CreateUser("m@n.example", "Mette", Role.CUSTOMER, customer_id=404), (Code.NOT_FOUND, ("customerId",))),
        (CreateUser("m@n.example", "Mette", Role.INTEGRATION), (Code.INVALID, ("role",))),
    ],
)
async def test_a_user_who_does_not_add_up_is_refused(command: CreateUser, expected: tuple[Code, Path]) -> None:
    assert await refused(perform(create_user, command, actor=SYSTEM)) == expected


async def test_a_worker_who_has_left_gets_no_user() -> None:
    gone = await a_worker(active=False)

    command = CreateUser("m@n.example", "Mette", Role.TECHNICIAN, worker_id=gone.id)

    user = await a_person("tim@nordlys.example", Role.TECHNICIAN, worker_id=(await a_worker()).id)

    expected = (Code.WORKER_INACTIVE, ("workerId",))
    assert await refused(perform(create_user, command, actor=SYSTEM)) == expected
    async with nothing_changes():
        assert await refused(perform(change_user, ChangeUser(user.id, worker_id=gone.id), actor=SYSTEM)) == expected


async def test_a_user_keeps_what_is_not_mentioned() -> None:
    customer = await a_customer()
    user = await a_person("mette@nordlys.example", Role.CUSTOMER, customer_id=customer.id)

    await perform(change_user, ChangeUser(user.id, name="Mette Vang", expected_version=1), actor=SYSTEM)

    changed = await User.get(id=user.id)
    assert (changed.name, changed.role, changed.customer_id, changed.version) == (
        "Mette Vang",
        Role.CUSTOMER,
        customer.id,
        2,
    )
    event = await EventRow.get(kind="user_changed")
    assert (event.body["before"]["name"], event.body["after"]["name"]) == ("Mette", "Mette Vang")
    assert "password_set" not in event.body


async def test_a_role_changes_together_with_what_it_needs() -> None:
    worker, customer = await a_worker(), await a_customer()
    user = await a_person("mette@nordlys.example", Role.CUSTOMER, customer_id=customer.id)
    command = ChangeUser(user.id, role=Role.TECHNICIAN, worker_id=worker.id, customer_id=None)

    await perform(change_user, command, actor=SYSTEM)

    changed = await User.get(id=user.id)
    assert (changed.role, changed.worker_id, changed.customer_id) == (Role.TECHNICIAN, worker.id, None)


async def test_a_role_does_not_change_without_what_it_needs() -> None:
    user = await a_person("mette@nordlys.example")

    change = perform(change_user, ChangeUser(user.id, role=Role.TECHNICIAN), actor=SYSTEM)

    assert await refused(change) == (Code.WORKER_REQUIRED, ("workerId",))


async def test_a_technician_whose_worker_has_left_can_still_be_deactivated() -> None:
    worker = await a_worker()
    user = await a_person("mette@nordlys.example", Role.TECHNICIAN, worker_id=worker.id)
    await type(worker).filter(id=worker.id).update(active=False)

    await perform(change_user, ChangeUser(user.id, active=False), actor=SYSTEM)

    assert not (await User.get(id=user.id)).active


async def test_a_change_that_changes_nothing_is_not_logged() -> None:
    user = await a_person("mette@nordlys.example")

    await perform(change_user, ChangeUser(user.id, name="Mette", role=Role.DISPATCHER), actor=SYSTEM)

    assert await kinds() == ["user_created"]
    assert (await User.get(id=user.id)).version == 1


async def test_an_unknown_user_is_not_found() -> None:
    await a_person("mette@nordlys.example", Role.SERVICE_MANAGER)

    change = perform(change_user, ChangeUser(404, name="Nobody"), actor=SYSTEM)

    assert await refused(change) == (Code.NOT_FOUND, ("userId",))


async def test_a_user_who_has_moved_on_is_not_overwritten() -> None:
    manager = await a_person("boss@nordlys.example", Role.SERVICE_MANAGER)
    user = await a_person("mette@nordlys.example")
    await perform(change_user, ChangeUser(user.id, name="Mette Vang"), actor=of(manager))

    with pytest.raises(Refused) as raised:
        await perform(change_user, ChangeUser(user.id, name="Mette Dahl", expected_version=1), actor=SYSTEM)

    (only,) = raised.value.refusals
    assert (only.code, only.path) == (Code.VERSION_CONFLICT, ("expectedVersion",))
    assert only.details == Stale("user_account", user.id, "Boss")
    assert (await User.get(id=user.id)).name == "Mette Vang"


@pytest.mark.parametrize(("change", "path"), [({"active": False}, ("active",)), ({"role": Role.DISPATCHER}, ("role",))])
async def test_the_last_active_service_manager_stays(change: dict[str, Any], path: Path) -> None:
    manager = await a_person("boss@nordlys.example", Role.SERVICE_MANAGER)
    idle = await a_person("retired@nordlys.example", Role.SERVICE_MANAGER)
    await perform(change_user, ChangeUser(idle.id, active=False), actor=SYSTEM)

    attempt = perform(change_user, ChangeUser(manager.id, **change), actor=of(manager))

    assert await refused(attempt) == (Code.IN_USE, path)


async def test_two_service_managers_cannot_demote_each_other_at_once() -> None:
    one = await a_person("one@nordlys.example", Role.SERVICE_MANAGER)
    two = await a_person("two@nordlys.example", Role.SERVICE_MANAGER)

    outcomes = await asyncio.gather(
        perform(change_user, ChangeUser(one.id, role=Role.DISPATCHER), actor=of(two)),
        perform(change_user, ChangeUser(two.id, role=Role.DISPATCHER), actor=of(one)),
        return_exceptions=True,
    )

    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 1
    assert await User.filter(role=Role.SERVICE_MANAGER, active=True).count() == 1


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.TECHNICIAN, Role.CUSTOMER, Role.INTEGRATION])
async def test_only_a_service_manager_maintains_users_and_tokens(role: Role) -> None:
    actor = actor_of(role, user_id=1, name="Someone", worker_id=1, customer_id=1)
    attempts = [
        perform(create_user, CreateUser("m@n.example", "Mette", Role.DISPATCHER), actor=actor),
        perform(change_user, ChangeUser(1, name="Mette"), actor=actor),
        perform(create_api_token, CreateApiToken("Planner"), actor=actor),
        perform(end_api_token, EndApiToken(1), actor=actor),
        prepare_password(PASSWORD, actor=actor),
    ]

    for attempt in attempts:
        async with nothing_changes():
            with pytest.raises(NotPermitted):
                await attempt


async def test_nobody_does_anything_to_users_without_signing_in() -> None:
    for attempt in (
        perform(create_user, CreateUser("m@n.example", "Mette", Role.SERVICE_MANAGER), actor=ANONYMOUS),
        perform(end_session, EndSession(), actor=ANONYMOUS),
        prepare_password(PASSWORD, actor=ANONYMOUS),
    ):
        async with nothing_changes():
            with pytest.raises(NotSignedIn):
                await attempt


async def test_everybody_sees_themselves_and_a_service_manager_sees_all() -> None:
    manager = await a_person("boss@nordlys.example", Role.SERVICE_MANAGER)
    dispatcher = await a_person("mette@nordlys.example")

    async def seen_by(actor: Actor) -> list[int]:
        return [user.id for user in await User.filter(visible_users(actor)).order_by("id")]

    assert await seen_by(of(manager)) == [manager.id, dispatcher.id]
    assert await seen_by(of(dispatcher)) == [dispatcher.id]
    assert await seen_by(ANONYMOUS) == []


# --- passwords -------------------------------------------------------------------------------------------------------


async def test_a_repeated_creation_with_its_key_creates_once() -> None:
    async def create(password: str) -> int:
        hashed = await prepare_password(password, actor=SYSTEM, key="k-1")
        command = CreateUser("mette@nordlys.example", "Mette", Role.DISPATCHER, hashed)
        return (await perform(create_user, command, actor=SYSTEM, key="k-1")).result

    first = await create(PASSWORD)

    assert await create(PASSWORD) == first
    assert await refused(create("another password")) == (Code.KEY_REUSED, ("clientMutationKey",))
    assert await kinds() == ["user_created"]


async def test_equal_passwords_have_different_hashes() -> None:
    keys = [None, None, "k-1", "k-2"]

    hashes = {(await prepare_password(PASSWORD, actor=SYSTEM, key=key)).text for key in keys}

    assert len(hashes) == 4


@pytest.mark.parametrize("password", ["short", "x" * 201])
async def test_a_password_is_checked_before_it_is_hashed(password: str) -> None:
    assert await refused(prepare_password(password, actor=SYSTEM)) == (Code.INVALID, ("password",))


async def test_a_hashed_password_does_not_show() -> None:
    hashed = await prepare_password(PASSWORD, actor=SYSTEM)

    assert "argon2" not in repr(CreateUser("m@n.example", "Mette", Role.DISPATCHER, hashed))


async def test_a_letter_is_the_same_however_the_keyboard_composes_it() -> None:
    hashed = await prepare_password("bl\u00e5b\u00e6rgr\u00f8d", actor=SYSTEM)

    assert (await match_password("bla\u030ab\u00e6rgr\u00f8d", hashed.text)).is_right
    assert not (await match_password("blab\u00e6rgr\u00f8d", hashed.text)).is_right


async def test_a_stored_hash_that_is_none_matches_nothing() -> None:
    assert not (await match_password(PASSWORD, "not a hash")).is_right
    assert not (await match_password(PASSWORD, None)).is_right


async def test_a_new_password_signs_the_user_out_everywhere_and_is_logged_as_set() -> None:
    user = await a_person("mette@nordlys.example", password=PASSWORD)
    await signed_in(user)
    await signed_in(user)
    password = await prepare_password("another password", actor=SYSTEM)

    await perform(change_user, ChangeUser(user.id, password=password), actor=SYSTEM)

    assert (await kinds())[-3:] == ["user_changed", "session_ended", "session_ended"]
    assert (await EventRow.get(kind="user_changed")).body["password_set"] is True
    assert await Session.filter(ended_at__isnull=True).count() == 0
    assert await refused(sign_in(user.email, PASSWORD)) == (Code.WRONG_CREDENTIALS, ())
    assert (await signed_in(user, "another password")).user_id == user.id


async def test_who_changes_the_own_password_stays_signed_in_here_only() -> None:
    manager = await a_person("boss@nordlys.example", Role.SERVICE_MANAGER, password=PASSWORD)
    here, elsewhere = await signed_in(manager), await signed_in(manager)
    password = await prepare_password("another password", actor=of(manager))

    await perform(change_user, ChangeUser(manager.id, password=password), actor=of(manager, here.session_id))

    assert (await Session.get(id=here.session_id)).ended_at is None
    assert (await Session.get(id=elsewhere.session_id)).ended_at is not None


async def test_a_password_can_be_taken_away() -> None:
    user = await a_person("mette@nordlys.example", password=PASSWORD)

    await perform(change_user, ChangeUser(user.id, password=None), actor=SYSTEM)

    assert (await EventRow.get(kind="user_changed")).body["password_set"] is False
    assert await refused(sign_in(user.email, PASSWORD)) == (Code.WRONG_CREDENTIALS, ())


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
    assert await refused(refresh(fresh.refresh_token)) == (Code.WRONG_CREDENTIALS, ("refreshToken",))


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
    assert await refused(refresh(token)) == (Code.WRONG_CREDENTIALS, ("refreshToken",))
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

    assert await refused(refresh(session.refresh_token)) == (Code.WRONG_CREDENTIALS, ("refreshToken",))


@pytest.mark.parametrize("token", ["", "unknown", "\ud800"])
async def test_an_unknown_refresh_token_is_refused(token: str) -> None:
    assert await refused(refresh(token)) == (Code.WRONG_CREDENTIALS, ("refreshToken",))


async def test_signing_out_ends_this_session_only_and_once() -> None:
    user = await a_person("mette@nordlys.example", password=PASSWORD)
    here, elsewhere = await signed_in(user), await signed_in(user)

    await perform(end_session, EndSession(), actor=of(user, here.session_id))
    await perform(end_session, EndSession(), actor=of(user, here.session_id))

    assert (await Session.get(id=here.session_id)).ended_at is not None
    assert (await Session.get(id=elsewhere.session_id)).ended_at is None
    assert (await kinds()).count("session_ended") == 1
    assert await refused(refresh(here.refresh_token)) == (Code.WRONG_CREDENTIALS, ("refreshToken",))


async def test_an_api_token_cannot_be_signed_out() -> None:
    program = actor_of(Role.INTEGRATION, user_id=1, name="Planner")

    assert await refused(perform(end_session, EndSession(), actor=program)) == (Code.INVALID, ())


async def test_a_deactivated_user_is_signed_out_and_stays_out(set_clock: SetClock) -> None:
    manager = await a_person("boss@nordlys.example", Role.SERVICE_MANAGER, password=PASSWORD)
    await a_person("second@nordlys.example", Role.SERVICE_MANAGER)
    session = await signed_in(manager)

    await perform(change_user, ChangeUser(manager.id, active=False), actor=of(manager, session.session_id))

    assert (await kinds())[-2:] == ["user_changed", "session_ended"]
    assert await actor_for_user(manager.id) is None
    await perform(change_user, ChangeUser(manager.id, active=True), actor=SYSTEM)
    assert await actor_for_session(session.session_id, manager.id, set_clock.now) is None
    assert await refused(refresh(session.refresh_token)) == (Code.WRONG_CREDENTIALS, ("refreshToken",))


async def test_a_session_alone_lets_no_inactive_user_in(set_clock: SetClock) -> None:
    user = await a_person("mette@nordlys.example", password=PASSWORD)
    session = await signed_in(user)
    assert await actor_for_session(session.session_id, user.id, set_clock.now) == of(user, session.session_id)

    await User.filter(id=user.id).update(active=False)

    assert await actor_for_session(session.session_id, user.id, set_clock.now) is None
    assert await refused(refresh(session.refresh_token)) == (Code.WRONG_CREDENTIALS, ("refreshToken",))


async def test_one_who_has_left_is_not_let_in_and_is_when_they_come_back(set_clock: SetClock) -> None:
    worker = await a_worker()
    user = await a_person("tim@nordlys.example", Role.TECHNICIAN, password=PASSWORD, worker_id=worker.id)
    session = await signed_in(user)

    await perform(change_worker, ChangeWorker(worker.id, active=False), actor=SYSTEM)

    assert await actor_for_session(session.session_id, user.id, set_clock.now) is None
    assert await actor_for_email("tim@nordlys.example") is None
    assert await refused(sign_in("tim@nordlys.example", PASSWORD)) == (Code.WRONG_CREDENTIALS, ())
    assert await refused(refresh(session.refresh_token)) == (Code.WRONG_CREDENTIALS, ("refreshToken",))

    await perform(change_worker, ChangeWorker(worker.id, active=True), actor=SYSTEM)

    assert (await sign_in("tim@nordlys.example", PASSWORD)).result.user_id == user.id


# --- API tokens ------------------------------------------------------------------------------------------------------


async def created_token(name: str = "Planner", expires_at: datetime | None = None) -> NewApiToken:
    return (await perform(create_api_token, CreateApiToken(name, expires_at), actor=SYSTEM)).result


async def test_an_api_token_is_shown_once_and_kept_as_a_hash(set_clock: SetClock) -> None:
    ends = set_clock.now + timedelta(days=365)

    made = await created_token(" Planner ", ends)

    assert made.secret.startswith("tavle_")
    assert len(made.secret) == len("tavle_") + 43
    token, user = await ApiToken.get(id=made.token_id), await User.get(id=made.user_id)
    assert (token.name, token.token_hash, token.expires_at) == ("Planner", hash_of(made.secret), ends)
    assert (user.name, user.role, user.password_hash, user.active) == ("Planner", Role.INTEGRATION, None, True)
    assert await kinds() == ["user_created", "api_token_created"]
    assert "token_hash" not in (await EventRow.get(kind="api_token_created")).body["after"]
    program = await actor_for_token(hash_of(made.secret), set_clock.now)
    assert program is not None
    assert (program.token_id, program.expires_at) == (token.id, ends)
    assert program.actor == actor_of(user.role, user_id=user.id, name="Planner", scopes=TokenScope)
    assert program.actor.permissions == of(user).permissions


async def test_an_api_token_stops_at_its_end(set_clock: SetClock) -> None:
    made = await created_token(expires_at=set_clock.now + timedelta(days=1))
    set_clock.advance(timedelta(days=1))

    assert await actor_for_token(hash_of(made.secret), set_clock.now) is None


async def test_an_ended_api_token_stops_together_with_its_user(set_clock: SetClock) -> None:
    made = await created_token()

    await perform(end_api_token, EndApiToken(made.token_id), actor=SYSTEM)
    await perform(end_api_token, EndApiToken(made.token_id), actor=SYSTEM)

    assert await actor_for_token(hash_of(made.secret), set_clock.now) is None
    assert not (await User.get(id=made.user_id)).active
    assert (await kinds())[2:] == ["api_token_ended", "user_changed"]
    await perform(change_user, ChangeUser(made.user_id, active=True), actor=SYSTEM)
    assert await actor_for_token(hash_of(made.secret), set_clock.now) is None


async def test_a_deactivated_program_is_not_let_in(set_clock: SetClock) -> None:
    made = await created_token()

    await perform(change_user, ChangeUser(made.user_id, active=False), actor=SYSTEM)

    assert await actor_for_token(hash_of(made.secret), set_clock.now) is None


async def test_api_tokens_that_do_not_add_up_are_refused(set_clock: SetClock) -> None:
    await created_token("Planner")

    for command, expected in [
        (CreateApiToken(""), (Code.INVALID, ("name",))),
        (CreateApiToken("Planner"), (Code.ALREADY_EXISTS, ("name",))),
        (CreateApiToken("Other", set_clock.now), (Code.INVALID, ("expiresAt",))),
        (CreateApiToken("Other", None, ()), (Code.INVALID, ("scopes",))),
    ]:
        assert await refused(perform(create_api_token, command, actor=SYSTEM)) == expected
    assert await refused(perform(end_api_token, EndApiToken(404), actor=SYSTEM)) == (Code.NOT_FOUND, ("tokenId",))


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"password": HashedPassword("$argon2id$")}, ("password",)),
        ({"role": Role.SERVICE_MANAGER}, ("role",)),
    ],
)
async def test_a_program_does_not_become_a_person(change: dict[str, Any], path: Path) -> None:
    made = await created_token()

    assert await refused(perform(change_user, ChangeUser(made.user_id, **change), actor=SYSTEM)) == (
        Code.INVALID,
        path,
    )


async def test_a_program_sees_its_own_token_only() -> None:
    made, other = await created_token("Planner"), await created_token("Importer")

    async def seen_by(actor: Actor) -> list[int]:
        return [token.id for token in await ApiToken.filter(visible_api_tokens(actor)).order_by("id")]

    assert await seen_by(SYSTEM) == [made.token_id, other.token_id]
    assert await seen_by(actor_of(Role.INTEGRATION, user_id=made.user_id, name="Planner")) == [made.token_id]
    assert await seen_by(ANONYMOUS) == []


# --- what holds for all of them --------------------------------------------------------------------------------------


def test_an_operation_whose_answer_is_secret_takes_no_idempotency_key() -> None:
    own = [made for name, made in OPERATIONS.items() if name.startswith("domain.access.")]
    secretive = {made.name.rpartition(".")[2] for made in own if not made.replayable}

    assert len(own) == 7
    assert secretive == {"start_session", "refresh_session", "create_api_token"}


def test_secrets_do_not_show_when_values_are_printed() -> None:
    for value in (OpenSession(1, 1, MONDAY, "s3cret"), NewApiToken(1, 1, "s3cret"), RefreshSession("s3cret", "s3cret")):
        assert "s3cret" not in repr(value)
