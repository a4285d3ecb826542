"""API tokens in a real database: what is stored, what is refused, what the event log says."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from db.outbox import EventRow
from domain.access.models import ApiToken, User
from domain.access.operations import (
    ChangeUser,
    CreateApiToken,
    EndApiToken,
    NewApiToken,
    change_user,
    create_api_token,
    end_api_token,
    hash_of,
)
from domain.access.passwords import HashedPassword
from domain.access.queries import (
    actor_for_token,
    visible_api_tokens,
)
from domain.core.actor import ANONYMOUS, SYSTEM, Actor, Role, TokenScope, actor_of
from domain.core.errors import Code, Path
from domain.core.operation import perform
from tests.builders.access import of
from tests.builders.log import kinds, refusal_of
from tests.builders.times import SetClock

pytestmark = pytest.mark.usefixtures("database")


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
        assert await refusal_of(perform(create_api_token, command, actor=SYSTEM)) == expected
    assert await refusal_of(perform(end_api_token, EndApiToken(404), actor=SYSTEM)) == (Code.NOT_FOUND, ("tokenId",))


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"password": HashedPassword("$argon2id$")}, ("password",)),
        ({"role": Role.SERVICE_MANAGER}, ("role",)),
    ],
)
async def test_a_program_does_not_become_a_person(change: dict[str, Any], path: Path) -> None:
    made = await created_token()

    assert await refusal_of(perform(change_user, ChangeUser(made.user_id, **change), actor=SYSTEM)) == (
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
