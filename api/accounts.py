"""Users and tokens made from the command line, on behalf of the program itself."""

from collections.abc import Sequence
from datetime import datetime

from tortoise.expressions import Q
from tortoise.models import Model

from api.settings import Settings
from db.lifecycle import database
from db.projection import Select, ids
from domain.access.operations import CreateApiToken, CreateUser, create_api_token, create_user
from domain.access.passwords import prepare_password
from domain.core.actor import SYSTEM, Role, TokenScope
from domain.core.errors import not_found
from domain.core.operation import perform
from domain.customers.models import Customer
from domain.workforce.models import Worker


async def add_user(
    settings: Settings,
    email: str,
    name: str,
    role: Role,
    password: str,
    *,
    worker: str | None = None,
    customer: str | None = None,
) -> None:
    """Add a person who signs in; a worker or customer is named by number.

    Raises:
        Refused: NOT_FOUND, INVALID, ALREADY_EXISTS.
    """
    async with database(settings.database_url):
        command = CreateUser(
            email=email,
            name=name,
            role=role,
            password=await prepare_password(password, actor=SYSTEM),
            worker_id=await _numbered(Worker, worker, "worker"),
            customer_id=await _numbered(Customer, customer, "customer"),
        )
        await perform(create_user, command, actor=SYSTEM)


async def add_token(
    settings: Settings, name: str, expires_at: datetime | None, scopes: Sequence[TokenScope] = ()
) -> str:
    """Make a token for a program, with every scope unless some are given; this is the only time it is seen.

    Raises:
        Refused: INVALID, ALREADY_EXISTS.
    """
    async with database(settings.database_url):
        command = CreateApiToken(name, expires_at, tuple(scopes) or tuple(TokenScope))
        done = await perform(create_api_token, command, actor=SYSTEM)
        return done.result.secret


async def _numbered(model: type[Model], number: str | None, what: str) -> int | None:
    if number is None:
        return None
    found = await ids(Select(model, Q(number=number)))
    if not found:
        raise not_found(f"{what} {number}")
    return found[0]
