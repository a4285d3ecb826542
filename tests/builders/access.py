"""People who can sign in, made by the operations themselves."""

from typing import Any

from domain.access.models import User
from domain.access.operations import CreateUser, create_user
from domain.access.passwords import prepare_password
from domain.core.actor import SYSTEM, Role
from domain.core.operation import perform

PASSWORD = "correct horse battery"


async def a_person(email: str, role: Role = Role.DISPATCHER, *, password: str | None = None, **columns: Any) -> User:
    """A user with a name taken from the address, who cannot sign in unless there is a password."""
    hashed = None if password is None else await prepare_password(password, actor=SYSTEM)
    name = email.partition("@")[0].title()
    done = await perform(create_user, CreateUser(email, name, role, hashed, **columns), actor=SYSTEM)
    return await User.get(id=done.result)
