"""People who can sign in, made by the operations themselves."""

from typing import Any

from domain.access.models import User
from domain.access.operations import CreateUser, OpenSession, create_user
from domain.access.passwords import prepare_password
from domain.access.sign_in import refresh as refresh_with
from domain.access.sign_in import sign_in
from domain.core.actor import SYSTEM, Actor, Role, actor_of
from domain.core.operation import Done, perform

PASSWORD = "correct horse battery"


async def a_person(email: str, role: Role = Role.DISPATCHER, *, password: str | None = None, **columns: Any) -> User:
    """A user with a name taken from the address, who cannot sign in unless there is a password."""
    hashed = None if password is None else await prepare_password(password, actor=SYSTEM)
    name = email.partition("@")[0].title()
    done = await perform(create_user, CreateUser(email, name, role, hashed, **columns), actor=SYSTEM)
    return await User.get(id=done.result)


def of(user: User, session_id: int | None = None) -> Actor:
    """The user as one who acts."""
    return actor_of(user.role, user_id=user.id, name=user.name, session_id=session_id)


async def signed_in(user: User, password: str = PASSWORD) -> OpenSession:
    """A session of the user's, just begun."""
    return (await sign_in(user.email, password)).result


async def refresh(token: str) -> Done[OpenSession]:
    """What the server answers to a refresh token."""
    return await refresh_with(token, "the server's secret")
