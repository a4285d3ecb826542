"""Users and their passwords in a real database: what is stored, what is refused, what the event log says."""

import asyncio
from typing import Any

import pytest

from db.outbox import EventRow
from domain.access import passwords
from domain.access.models import Session, User
from domain.access.operations import (
    ChangeUser,
    CreateApiToken,
    CreateUser,
    EndApiToken,
    EndSession,
    change_user,
    create_api_token,
    create_user,
    end_api_token,
    end_session,
)
from domain.access.passwords import match_password, prepare_password
from domain.access.queries import (
    visible_users,
)
from domain.access.sign_in import sign_in
from domain.core.actor import ANONYMOUS, SYSTEM, Actor, Role, actor_of
from domain.core.errors import Code, NotPermitted, NotSignedIn, Path, Refused
from domain.core.operation import Stale, perform
from tests.builders.access import PASSWORD, a_person, of, signed_in
from tests.builders.log import kinds, nothing_changes, refusal_of
from tests.builders.rows import a_customer, a_worker

pytestmark = pytest.mark.usefixtures("database")


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

    assert await refusal_of(again) == (Code.ALREADY_EXISTS, ("email",))


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
    assert await refusal_of(perform(create_user, command, actor=SYSTEM)) == expected


async def test_a_worker_who_has_left_gets_no_user() -> None:
    gone = await a_worker(active=False)

    command = CreateUser("m@n.example", "Mette", Role.TECHNICIAN, worker_id=gone.id)

    user = await a_person("tim@nordlys.example", Role.TECHNICIAN, worker_id=(await a_worker()).id)

    expected = (Code.WORKER_INACTIVE, ("workerId",))
    assert await refusal_of(perform(create_user, command, actor=SYSTEM)) == expected
    async with nothing_changes():
        assert await refusal_of(perform(change_user, ChangeUser(user.id, worker_id=gone.id), actor=SYSTEM)) == expected


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

    assert await refusal_of(change) == (Code.WORKER_REQUIRED, ("workerId",))


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

    assert await refusal_of(change) == (Code.NOT_FOUND, ("userId",))


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

    assert await refusal_of(attempt) == (Code.IN_USE, path)


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
    assert await refusal_of(create("another password")) == (Code.KEY_REUSED, ("clientMutationKey",))
    assert await kinds() == ["user_created"]


async def test_a_password_is_hashed_as_owasp_recommends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", passwords._recommended())

    hashed = await prepare_password(PASSWORD, actor=SYSTEM)

    assert hashed.text.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert (await match_password(PASSWORD, hashed.text)).is_right


async def test_equal_passwords_have_different_hashes() -> None:
    keys = [None, None, "k-1", "k-2"]

    hashes = {(await prepare_password(PASSWORD, actor=SYSTEM, key=key)).text for key in keys}

    assert len(hashes) == 4


@pytest.mark.parametrize("password", ["short", "x" * 201])
async def test_a_password_is_checked_before_it_is_hashed(password: str) -> None:
    assert await refusal_of(prepare_password(password, actor=SYSTEM)) == (Code.INVALID, ("password",))


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
    assert await refusal_of(sign_in(user.email, PASSWORD)) == (Code.WRONG_CREDENTIALS, ())
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
    assert await refusal_of(sign_in(user.email, PASSWORD)) == (Code.WRONG_CREDENTIALS, ())
