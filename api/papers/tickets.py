"""Tickets: short-lived signed words in an address, each good for one paper and for whoever was given it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from domain.access.queries import actor_for_session, actor_for_user
from domain.core.actor import Actor
from domain.core.errors import NotSignedIn
from domain.orders.papers import PaperKind

# As the kinds of papers stand in addresses.
WORDS = {kind: kind.value.lower().replace("_", "-") for kind in PaperKind}
KINDS = {word: kind for kind, word in WORDS.items()}
LIFE = timedelta(minutes=5)
_ALGORITHM, _AUDIENCE = "HS256", "tavle-paper"
_LONGEST = 600


def path_of(kind: PaperKind, order_id: str) -> str:
    """Where a paper of the order with this public id is."""
    return f"/documents/{WORDS[kind]}/{order_id}.pdf"


def issue(secret: str, actor: Actor, path: str, now: datetime) -> tuple[str, datetime]:
    """A ticket for what is at `path`, and when it ends.

    Raises:
        NotSignedIn: the actor is nobody.
    """
    if actor.user_id is None:
        raise NotSignedIn
    expires_at = now.replace(microsecond=0) + LIFE
    claims = {"aud": _AUDIENCE, "uid": actor.user_id, "sid": actor.session_id, "path": path, "exp": expires_at}
    return jwt.encode(claims, secret, algorithm=_ALGORITHM), expires_at


async def redeem(secret: str, ticket: str, path: str, now: datetime) -> Actor:
    """Whoever was given the ticket, as they are now.

    Raises:
        NotSignedIn: the ticket has ended, is for something else or none of ours, or its holder is gone.
    """
    claims = _claims(secret, ticket)
    if claims["path"] != path or datetime.fromtimestamp(claims["exp"], UTC) <= now:
        raise NotSignedIn("This link has ended: ask for a new one.")
    session_id, user_id = claims["sid"], claims["uid"]
    if session_id is None:
        actor = await actor_for_user(user_id)
    else:
        actor = await actor_for_session(session_id, user_id, now)
    if actor is None:
        raise NotSignedIn("This link was for somebody who may not use it any more.")
    return actor


def _claims(secret: str, ticket: str) -> dict[str, Any]:
    if len(ticket) > _LONGEST or not ticket.isascii():
        raise NotSignedIn("This is none of this server's links.")
    try:
        # Whether it has ended is for the program's own clock to say.
        options: Any = {"require": ["aud", "uid", "sid", "path", "exp"], "verify_exp": False}
        claims: dict[str, Any] = jwt.decode(
            ticket, secret, algorithms=[_ALGORITHM], audience=_AUDIENCE, options=options
        )
    except jwt.InvalidTokenError as error:
        raise NotSignedIn("This is none of this server's links.") from error
    return claims
