"""What an actor may see of users and tokens, and who stands behind a session or a token."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tortoise.expressions import Q

from db.projection import Select, columns
from domain.access.models import ApiToken, Session, User
from domain.access.rules import is_open
from domain.core.actor import Actor, Permission, Role, TokenScope, actor_of
from domain.core.rows import EVERYTHING, NOTHING

# Who no longer works here does not come in, whatever their user says.
_AT_WORK = Q(worker_id__isnull=True) | Q(worker__active=True)
_USER_AT_WORK = Q(user__worker_id__isnull=True) | Q(user__worker__active=True)
_USER = ("id", "name", "role", "worker_id", "customer_id")
_ITS_USER = tuple(f"user__{name}" for name in _USER)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A user who may be the one who signs in."""

    actor: Actor
    user_id: int
    password_hash: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Program:
    """The program behind an API token."""

    actor: Actor
    token_id: int
    expires_at: datetime | None


def visible_users(actor: Actor) -> Q:
    """The users `actor` may see: all for who maintains them, oneself for anybody else."""
    if actor.may(Permission.MAINTAIN_USERS):
        return EVERYTHING
    return NOTHING if actor.user_id is None else Q(id=actor.user_id)


def visible_api_tokens(actor: Actor) -> Q:
    """The API tokens `actor` may see: all for who maintains users, its own for a program."""
    if actor.may(Permission.MAINTAIN_USERS):
        return EVERYTHING
    return NOTHING if actor.user_id is None else Q(user_id=actor.user_id)


async def candidate_for(email: str) -> Candidate | None:
    """The active user with this e-mail address, in its stored form, unless their worker has left."""
    rows = await columns(Select(User, Q(email=email, active=True) & _AT_WORK), (*_USER, "password_hash"))
    return Candidate(_actor(rows[0]), rows[0][0], rows[0][-1]) if rows else None


async def actor_for_user(user_id: int) -> Actor | None:
    """The active user with this id, unless their worker has left."""
    rows = await columns(Select(User, Q(id=user_id, active=True) & _AT_WORK), _USER)
    return _actor(rows[0]) if rows else None


async def actor_for_email(email: str) -> Actor | None:
    """The active user with this e-mail address, in its stored form, unless their worker has left."""
    rows = await columns(Select(User, Q(email=email, active=True) & _AT_WORK), _USER)
    return _actor(rows[0]) if rows else None


async def actor_for_session(session_id: int, user_id: int, now: datetime) -> Actor | None:
    """The user whose session this is, while session and user last."""
    sessions = Select(Session, Q(id=session_id, user_id=user_id, user__active=True) & _USER_AT_WORK)
    for *user, expires_at, ended_at in await columns(sessions, (*_ITS_USER, "expires_at", "ended_at")):
        if is_open(expires_at=expires_at, ended_at=ended_at, now=now):
            return _actor(user, session_id=session_id)
    return None


async def actor_for_token(token_hash: str, now: datetime) -> Program | None:
    """The program whose API token has this hash, while token and program last."""
    tokens = Select(ApiToken, Q(token_hash=token_hash, user__active=True) & _USER_AT_WORK)
    wanted = (*_ITS_USER, "scopes", "id", "expires_at", "ended_at")
    for *user, scopes, token_id, expires_at, ended_at in await columns(tokens, wanted):
        if is_open(expires_at=expires_at, ended_at=ended_at, now=now):
            return Program(_actor(user, scopes=map(TokenScope, scopes)), token_id, expires_at)
    return None


def _actor(row: Sequence[Any], *, session_id: int | None = None, scopes: Iterable[TokenScope] | None = None) -> Actor:
    user_id, name, role, worker_id, customer_id = row[: len(_USER)]
    return actor_of(
        Role(role),
        user_id=user_id,
        name=name,
        worker_id=worker_id,
        customer_id=customer_id,
        session_id=session_id,
        scopes=scopes,
    )
