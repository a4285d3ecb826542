"""Decisions about users, their passwords, their sessions and the tokens of programs. Pure."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.core.actor import Role, TokenScope
from domain.core.checks import optional_email
from domain.core.errors import Code, Refused

PASSWORD_SHORTEST, PASSWORD_LONGEST = 10, 200
SESSION_LIFE = timedelta(days=30)
# How long whoever presents a used refresh token is taken for its owner, whose answer was lost.
LOST_ANSWER = timedelta(seconds=30)

# One answer for every way a sign-in can fail, so that it does not tell which e-mail addresses have users.
WRONG_CREDENTIALS = "The e-mail address and the password do not belong together."
REFRESH_REFUSED = "This refresh token is unknown, used or expired; sign in again."


def check_email(email: str) -> str:
    """An e-mail address in its stored form, lower case.

    Raises:
        Refused: INVALID.
    """
    kept = optional_email(email.lower(), "email")
    if kept is None:
        raise Refused(Code.INVALID, "Give an e-mail address; it is what the user signs in with.", ("email",))
    return kept


def check_password(password: str) -> None:
    """Refuse a password that is too short to be safe or too long to be one. Units: characters.

    Raises:
        Refused: INVALID.
    """
    length = len(password)
    if length < PASSWORD_SHORTEST or not password.strip():
        message = f"A password has at least {PASSWORD_SHORTEST} characters, not all of them spaces."
        raise Refused(Code.INVALID, message, ("password",))
    if length > PASSWORD_LONGEST:
        message = f"This password is {length} characters long; at most {PASSWORD_LONGEST} are allowed."
        raise Refused(Code.INVALID, message, ("password",))


def check_role(role: Role, *, worker_id: int | None, customer_id: int | None, has_password: bool) -> None:
    """Refuse a user whose role does not go with the worker, customer or password they have.

    A technician is a worker, a customer's user belongs to a customer and is no worker, and nobody else belongs to a
    customer. A program signs in with its API token only.

    Raises:
        Refused: WORKER_REQUIRED, INVALID.

    Source: DOMAIN.md 9.5.
    """
    if role is Role.TECHNICIAN and worker_id is None:
        raise Refused(Code.WORKER_REQUIRED, "A technician sees own activities only: name the worker.", ("workerId",))
    if role is Role.CUSTOMER and customer_id is None:
        raise Refused(Code.INVALID, "A customer's user sees that customer only: name the customer.", ("customerId",))
    if role is not Role.CUSTOMER and customer_id is not None:
        raise Refused(Code.INVALID, f"Only the role CUSTOMER belongs to a customer, not {role}.", ("customerId",))
    if role in {Role.CUSTOMER, Role.INTEGRATION} and worker_id is not None:
        raise Refused(Code.INVALID, f"A user with the role {role} is not a worker.", ("workerId",))
    if role is Role.INTEGRATION and has_password:
        raise Refused(Code.INVALID, "A program has no password: it signs in with its API token.", ("password",))


def check_role_change(before: Role | None, after: Role) -> None:
    """Refuse to make a program of a person, or a person of a program; `before` is None for a new user.

    Raises:
        Refused: INVALID.
    """
    if before is not after and Role.INTEGRATION in {before, after}:
        message = "The role INTEGRATION belongs to programs: create an API token for one, a user for a person."
        raise Refused(Code.INVALID, message, ("role",))


def check_manager_remains(*, was_manager: bool, role: Role, active: bool, others: int) -> None:
    """Refuse a change after which nobody could maintain users; `others` counts the other active service managers.

    Raises:
        Refused: IN_USE.
    """
    if not was_manager or others or (role is Role.SERVICE_MANAGER and active):
        return
    path = ("active",) if not active else ("role",)
    message = "This is the last active service manager; make another user service manager first."
    raise Refused(Code.IN_USE, message, path)


def check_token_expiry(expires_at: datetime | None, now: datetime) -> None:
    """Refuse an API token that would have expired already; None never expires.

    Raises:
        Refused: INVALID.
    """
    if expires_at is None:
        return
    if expires_at.tzinfo is None:
        raise Refused(Code.INVALID, "Say in which offset this time is, for example with Z.", ("expiresAt",))
    if expires_at <= now:
        raise Refused(Code.INVALID, "This time has passed; a token expires later than now.", ("expiresAt",))


def check_scopes(scopes: Iterable[TokenScope]) -> list[TokenScope]:
    """The scopes of an API token, each once, in the order of the enumeration.

    Raises:
        Refused: INVALID, for a token that may do nothing.
    """
    given = set(scopes)
    if not given:
        raise Refused(Code.INVALID, "A token without scopes may do nothing: give it at least one.", ("scopes",))
    return [scope for scope in TokenScope if scope in given]


def is_open(*, expires_at: datetime | None, ended_at: datetime | None, now: datetime) -> bool:
    """Whether a session or an API token is still good."""
    return ended_at is None and (expires_at is None or now < expires_at)


class Refresh(StrEnum):
    """What happens when a refresh token is presented."""

    ROTATE = "ROTATE"
    REPEATED = "REPEATED"
    REUSED = "REUSED"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class SessionState:
    """What decides whether a session goes on."""

    refresh_hash: str
    previous_hash: str | None
    expires_at: datetime
    ended_at: datetime | None
    user_active: bool


def successor_of(token: str, key: str) -> str:
    """The refresh token that follows `token`: always the same, and known to nobody without the key."""
    made = hmac.digest(key.encode(), b"the refresh token after " + token.encode("utf-8", "surrogatepass"), "sha256")
    return urlsafe_b64encode(made).rstrip(b"=").decode()


def judge_refresh(session: SessionState, presented_hash: str, successor_hash: str, now: datetime) -> Refresh:
    """The newest token goes on. The one before it is answered again for a moment, with the successor it got already.

    Later it was stolen, or is stolen goods, so it ends the session.
    """
    if not session.user_active or not is_open(expires_at=session.expires_at, ended_at=session.ended_at, now=now):
        return Refresh.REFUSED
    if presented_hash == session.refresh_hash:
        return Refresh.ROTATE
    if presented_hash != session.previous_hash:
        return Refresh.REFUSED
    used_at = session.expires_at - SESSION_LIFE
    is_repeated = now - used_at <= LOST_ANSWER and successor_hash == session.refresh_hash
    return Refresh.REPEATED if is_repeated else Refresh.REUSED
