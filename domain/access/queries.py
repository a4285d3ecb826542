"""What an actor may see of users and tokens, and who stands behind a session or a token."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tortoise.expressions import Q

from domain.access.models import ApiToken, Session, User
from domain.access.rules import is_open
from domain.core.actor import Actor, Permission, Role, actor_of
from domain.core.rows import EVERYTHING, NOTHING

_USER = ("id", "name", "role", "worker_id", "customer_id", "active")
_LIFE = ("id", "expires_at", "ended_at", *(f"user__{name}" for name in _USER))


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
    """The active user with this e-mail address, in its stored form."""
    rows = await User.filter(email=email, active=True).values(*_USER, "password_hash")
    return Candidate(_actor(rows[0]), rows[0]["id"], rows[0]["password_hash"]) if rows else None


async def actor_for_user(user_id: int) -> Actor | None:
    """The active user with this id."""
    rows = await User.filter(id=user_id, active=True).values(*_USER)
    return _actor(rows[0]) if rows else None


async def actor_for_email(email: str) -> Actor | None:
    """The active user with this e-mail address, in its stored form."""
    rows = await User.filter(email=email, active=True).values(*_USER)
    return _actor(rows[0]) if rows else None


async def actor_for_session(session_id: int, user_id: int, now: datetime) -> Actor | None:
    """The user whose session this is, while session and user last."""
    rows = await Session.filter(id=session_id, user_id=user_id).values(*_LIFE)
    return _actor(rows[0], "user__", session_id=session_id) if rows and _is_usable(rows[0], now) else None


async def actor_for_token(token_hash: str, now: datetime) -> Program | None:
    """The program whose API token has this hash, while token and program last."""
    rows = await ApiToken.filter(token_hash=token_hash).values(*_LIFE)
    if not rows or not _is_usable(rows[0], now):
        return None
    return Program(_actor(rows[0], "user__"), rows[0]["id"], rows[0]["expires_at"])


def _is_usable(row: dict[str, Any], now: datetime) -> bool:
    return bool(row["user__active"]) and is_open(expires_at=row["expires_at"], ended_at=row["ended_at"], now=now)


def _actor(row: dict[str, Any], prefix: str = "", *, session_id: int | None = None) -> Actor:
    return actor_of(
        Role(row[f"{prefix}role"]),
        user_id=row[f"{prefix}id"],
        name=row[f"{prefix}name"],
        worker_id=row[f"{prefix}worker_id"],
        customer_id=row[f"{prefix}customer_id"],
        session_id=session_id,
    )
