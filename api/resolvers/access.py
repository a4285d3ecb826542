"""The entry points of signing in, and of users and API tokens."""

from dataclasses import dataclass, replace

from api.auth import Tokens
from api.context import Context
from api.resolvers import records
from domain.access import operations
from domain.access.operations import ChangeUser, CreateApiToken, CreateUser, NewApiToken
from domain.access.passwords import prepare_password
from domain.core.actor import Actor, Permission
from domain.core.keep import Keep
from domain.core.operation import Done, check_permission


@dataclass(frozen=True, slots=True)
class Begun:
    """A session that has begun, or goes on: its tokens, and whose it is."""

    tokens: Tokens
    actor: Actor


async def sign_in(context: Context, email: str, password: str) -> Done[Begun]:
    """A new session.

    Raises:
        Refused: WRONG_CREDENTIALS.
        RateLimited: there were too many failures of this account or from this address.
    """
    take_back = context.services.attempts.begin(email, context.address)
    done = await context.services.sessions.sign_in(email, password)
    take_back()
    return await _begun(context, done)


async def refresh_session(context: Context, refresh_token: str) -> Done[Begun]:
    """The session that goes on with new tokens.

    Raises:
        Refused: WRONG_CREDENTIALS.
    """
    return await _begun(context, await context.services.sessions.refresh(refresh_token))


async def _begun(context: Context, done: Done[Tokens]) -> Done[Begun]:
    signed_in = await context.services.sessions.authenticate(done.result.access_token)
    return Done(Begun(done.result, signed_in.actor), done.cursor)


async def sign_out(context: Context, *, key: str | None) -> Done[int]:
    """The end of the caller's session.

    Raises:
        NotSignedIn.
        Refused: INVALID.
    """
    check_permission(context.actor, Permission.SIGNED_IN)
    records.check_key(key)
    return await context.services.sessions.sign_out(context.actor, key=key)


async def create_user(context: Context, command: CreateUser, password: str | None, *, key: str | None) -> Done[int]:
    """A new user, with a password unless it is None.

    Raises:
        NotSignedIn, NotPermitted, Refused: as the operation.
    """
    records.check_key(key)
    if password is not None:
        command = replace(command, password=await prepare_password(password, actor=context.actor, key=key))
    return await records.change(context, operations.create_user, command, key=key)


async def change_user(
    context: Context, command: ChangeUser, password: str | None | Keep, *, key: str | None
) -> Done[int]:
    """A user as changed, with another password unless it is kept.

    Raises:
        NotSignedIn, NotPermitted, Refused: as the operation.
    """
    records.check_key(key)
    if isinstance(password, str):
        command = replace(command, password=await prepare_password(password, actor=context.actor, key=key))
    elif password is None:
        command = replace(command, password=None)
    done = await records.change(context, operations.change_user, command, key=key)
    # Other servers learn of it by the event log; here it counts from the next request on.
    context.services.sessions.forget(command.user_id)
    return done


async def create_api_token(context: Context, command: CreateApiToken) -> Done[NewApiToken]:
    """A new API token with its secret, which cannot be had a second time.

    Raises:
        NotSignedIn, NotPermitted, Refused: as the operation.
    """
    return await records.change(context, operations.create_api_token, command, key=None)
