"""Changes of users, sessions and API tokens."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.models import Model

from domain.access import rules
from domain.access.models import ApiToken, Session, User
from domain.access.passwords import HashedPassword
from domain.access.queries import visible_api_tokens, visible_users
from domain.core.actor import Permission, Role, TokenScope
from domain.core.checks import check_text
from domain.core.errors import Code, Refused, not_found
from domain.core.keep import KEEP, Keep, chosen
from domain.core.operation import Work, check_version, operation
from domain.core.rows import locked

API_TOKEN_PREFIX = "tavle_"  # noqa: S105 - tells an API token from others, and is no secret
_SECRET_BYTES = 32


def hash_of(secret: str) -> str:
    """What is stored of a refresh token or an API token; their 256 random bits need no salt."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


# --- users -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CreateUser:
    """A new user. Without a password they cannot sign in until one is set."""

    email: str
    name: str
    role: Role
    password: HashedPassword | None = None
    worker_id: int | None = None
    customer_id: int | None = None


@operation(requires=Permission.MAINTAIN_USERS)
async def create_user(work: Work, command: CreateUser) -> int:
    """Create a user for a person.

    Raises:
        Refused: INVALID, WORKER_REQUIRED, NOT_FOUND, WORKER_INACTIVE, ALREADY_EXISTS.
    """
    rules.check_role_change(None, command.role)
    rules.check_role(
        command.role,
        worker_id=command.worker_id,
        customer_id=command.customer_id,
        has_password=command.password is not None,
    )
    user = User(
        email=rules.check_email(command.email),
        name=check_text(command.name, "name"),
        role=command.role,
        password_hash=None if command.password is None else command.password.text,
        worker_id=await _worker(command.worker_id),
        customer_id=await _customer(command.customer_id),
    )
    taken = Refused(Code.ALREADY_EXISTS, f"There is a user with the e-mail address {user.email} already.", ("email",))
    if await User.filter(email=user.email).exists():
        raise taken
    try:
        return (await work.create(user, "user_created")).id
    except IntegrityError as error:
        raise taken from error


@dataclass(frozen=True, slots=True)
class ChangeUser:
    """What is to be different about a user; a password of None takes it away."""

    user_id: int
    name: str | Keep = KEEP
    role: Role | Keep = KEEP
    active: bool | Keep = KEEP
    worker_id: int | None | Keep = KEEP
    customer_id: int | None | Keep = KEEP
    password: HashedPassword | None | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_USERS)
async def change_user(work: Work, command: ChangeUser) -> int:
    """Change a user; one who is deactivated or given another password is signed out everywhere else.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID, WORKER_REQUIRED, WORKER_INACTIVE, IN_USE.
    """
    # Together with the user all service managers, so that two of them cannot take each other's role away at once.
    managers = Q(role=Role.SERVICE_MANAGER, active=True)
    user_or_manager = User.filter(Q(id=command.user_id) | managers).filter(visible_users(work.actor))
    rows = await user_or_manager.order_by("id").select_for_update(no_key=True)
    user = next((row for row in rows if row.id == command.user_id), None)
    if user is None:
        raise not_found("user", "userId")
    await check_version(user, command.expected_version)
    values = await _changed_values(user, command)
    rules.check_manager_remains(
        was_manager=user.role is Role.SERVICE_MANAGER and user.active,
        role=values["role"],
        active=values["active"],
        others=sum(row.id != user.id for row in rows),
    )
    signs_out = not values["active"] or values["password_hash"] != user.password_hash
    sets_password = values["password_hash"] != user.password_hash
    if await work.change(user, "user_changed", **values) and sets_password:
        # That it was set; what it is stays out of the log.
        work.records[-1].body["password_set"] = values["password_hash"] is not None
    if signs_out:
        await _end_sessions(work, user)
    return user.id


async def _changed_values(user: User, command: ChangeUser) -> dict[str, Any]:
    """The columns of `user` as the command wants them, checked."""
    role, active = chosen(command.role, user.role), chosen(command.active, user.active)
    worker_id, customer_id = chosen(command.worker_id, user.worker_id), chosen(command.customer_id, user.customer_id)
    stored = None if user.password_hash is None else HashedPassword(user.password_hash)
    password = chosen(command.password, stored)
    rules.check_role_change(user.role, role)
    rules.check_role(role, worker_id=worker_id, customer_id=customer_id, has_password=password is not None)
    return {
        "name": check_text(chosen(command.name, user.name), "name"),
        "role": role,
        "active": active,
        "worker_id": worker_id if worker_id == user.worker_id else await _worker(worker_id),
        "customer_id": customer_id if customer_id == user.customer_id else await _customer(customer_id),
        "password_hash": None if password is None else password.text,
    }


async def _end_sessions(work: Work, user: User) -> None:
    """End the user's sessions, except the one in which this is done."""
    sessions = Session.filter(user_id=user.id, ended_at__isnull=True, expires_at__gt=work.now).order_by("id")
    for session in await sessions.select_for_update():
        if session.id != work.actor.session_id or not user.active:
            await work.change(session, "session_ended", ended_at=work.now)


def _related(field: str) -> type[Model]:
    """The table a user refers to; reached through the relation, because its area lies above this one."""
    relation = User._meta.fields_map[field]  # noqa: SLF001 - Tortoise's own description of a model
    if not isinstance(relation, ForeignKeyFieldInstance):
        raise TypeError(f"{field} is not a relation")
    return relation.related_model


async def _worker(worker_id: int | None) -> int | None:
    if worker_id is None:
        return None
    worker: Any = await locked(_related("worker"), worker_id, "worker", "workerId")
    if not worker.active:
        message = f"{worker.name} has left the company and cannot be given a user."
        raise Refused(Code.WORKER_INACTIVE, message, ("workerId",))
    return worker_id


async def _is_at_work(user: User) -> bool:
    """Whether a user stands for nobody who has left the company."""
    if user.worker_id is None:
        return True
    return await _related("worker").filter(id=user.worker_id, active=True).exists()


async def _customer(customer_id: int | None) -> int | None:
    if customer_id is not None:
        await locked(_related("customer"), customer_id, "customer", "customerId")
    return customer_id


# --- sessions --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StartSession:
    """A user whose password matched `verified_hash`; `renewed` replaces a hash made with older settings."""

    user_id: int
    verified_hash: str = field(repr=False)
    renewed: HashedPassword | None = None


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session and the refresh token that continues it: the only time the token is seen."""

    session_id: int
    user_id: int
    expires_at: datetime
    refresh_token: str = field(repr=False)


@operation(requires=Permission.ANYONE, replayable=False)
async def start_session(work: Work, command: StartSession) -> OpenSession:
    """Start a session for a user whose password has been verified.

    Raises:
        Refused: WRONG_CREDENTIALS, when user, worker or password changed meanwhile.
    """
    user = await User.filter(id=command.user_id, active=True).select_for_update(no_key=True).first()
    if user is None or user.password_hash != command.verified_hash or not await _is_at_work(user):
        raise Refused(Code.WRONG_CREDENTIALS, rules.WRONG_CREDENTIALS)
    if command.renewed is not None:
        # No event and no new version: it is the same password, kept better.
        await User.filter(id=user.id).update(password_hash=command.renewed.text)
    token = secrets.token_urlsafe(_SECRET_BYTES)
    session = Session(
        user_id=user.id,
        refresh_hash=hash_of(token),
        started_at=work.now,
        expires_at=work.now + rules.SESSION_LIFE,
    )
    await work.create(session, "session_started")
    return OpenSession(session.id, user.id, session.expires_at, token)


@dataclass(frozen=True, slots=True)
class RefreshSession:
    """The refresh token of a session that is to go on, and the one that is to follow it."""

    refresh_token: str = field(repr=False)
    successor: str = field(repr=False)


@operation(requires=Permission.ANYONE, replayable=False)
async def refresh_session(work: Work, command: RefreshSession) -> OpenSession | None:
    """Continue a session under a new refresh token; None when it may not go on.

    A token that has been used just now is answered again. One used earlier ends the session, which must commit, hence
    None and not a refusal.
    """
    presented = hash_of(command.refresh_token)
    by_token = Q(refresh_hash=presented) | Q(previous_hash=presented)
    session = await Session.filter(by_token).select_for_update().first()
    if session is None:
        return None
    user = await User.get(id=session.user_id)
    state = rules.SessionState(
        session.refresh_hash,
        session.previous_hash,
        session.expires_at,
        session.ended_at,
        user.active and await _is_at_work(user),
    )
    successor = hash_of(command.successor)
    match rules.judge_refresh(state, presented, successor, work.now):
        case rules.Refresh.REFUSED:
            return None
        case rules.Refresh.REUSED:
            work.reason = "A refresh token was used a second time."
            await work.change(session, "session_ended", ended_at=work.now)
            return None
        case rules.Refresh.REPEATED:
            return OpenSession(session.id, user.id, session.expires_at, command.successor)
        case rules.Refresh.ROTATE:
            session.previous_hash, session.refresh_hash = presented, successor
            session.expires_at = work.now + rules.SESSION_LIFE
            # No event: every client does this all day, and what it may see or do stays the same.
            await session.save(update_fields=["previous_hash", "refresh_hash", "expires_at"])
            return OpenSession(session.id, user.id, session.expires_at, command.successor)


@dataclass(frozen=True, slots=True)
class EndSession:
    """The session in which this is asked for is to end."""


@operation(requires=Permission.SIGNED_IN)
async def end_session(work: Work, _command: EndSession) -> int:
    """Sign out: end the actor's own session. A second time changes nothing.

    Raises:
        Refused: INVALID, for a token that is not of a session.
    """
    if work.actor.session_id is None:
        message = "This token is not of a session; an API token is ended by a service manager."
        raise Refused(Code.INVALID, message)
    session = await locked(Session, work.actor.session_id, "session")
    if session.ended_at is None:
        await work.change(session, "session_ended", ended_at=work.now)
    return session.id


# --- API tokens ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CreateApiToken:
    """A new token for a program, with every scope unless some are given; without an end it lasts until it is ended."""

    name: str
    expires_at: datetime | None = None
    scopes: tuple[TokenScope, ...] = tuple(TokenScope)


@dataclass(frozen=True, slots=True)
class NewApiToken:
    """A token just made, with its secret: the only time the secret is seen."""

    token_id: int
    user_id: int
    secret: str = field(repr=False)


@operation(requires=Permission.MAINTAIN_USERS, replayable=False)
async def create_api_token(work: Work, command: CreateApiToken) -> NewApiToken:
    """Create an API token, and the user of role INTEGRATION as which its program acts.

    Raises:
        Refused: INVALID, ALREADY_EXISTS.
    """
    name = check_text(command.name, "name")
    rules.check_token_expiry(command.expires_at, work.now)
    scopes = rules.check_scopes(command.scopes)
    taken = Refused(Code.ALREADY_EXISTS, f"There is, or was, an API token named {name}; take another name.", ("name",))
    if await ApiToken.filter(name=name).exists():
        raise taken
    # The column needs an address; nobody receives mail at .invalid (RFC 2606).
    address = f"integration-{secrets.token_hex(8)}@tavle.invalid"
    user = await work.create(User(email=address, name=name, role=Role.INTEGRATION), "user_created")
    secret = API_TOKEN_PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
    token = ApiToken(
        user_id=user.id,
        name=name,
        token_hash=hash_of(secret),
        scopes=scopes,
        expires_at=command.expires_at,
        created_at=work.now,
    )
    try:
        await work.create(token, "api_token_created")
    except IntegrityError as error:
        raise taken from error
    return NewApiToken(token.id, user.id, secret)


@dataclass(frozen=True, slots=True)
class EndApiToken:
    """An API token that is to stop working."""

    token_id: int


@operation(requires=Permission.MAINTAIN_USERS)
async def end_api_token(work: Work, command: EndApiToken) -> int:
    """End an API token and deactivate its user. A second time changes nothing.

    Raises:
        Refused: NOT_FOUND.
    """
    visible = visible_api_tokens(work.actor)
    token = await locked(ApiToken, command.token_id, "API token", "tokenId", visible=visible)
    user = await locked(User, token.user_id, "user", "tokenId")
    if token.ended_at is None:
        await work.change(token, "api_token_ended", ended_at=work.now)
        await work.change(user, "user_changed", active=False)
    return token.id
