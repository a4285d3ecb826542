"""From a bearer token to the actor behind it, and from a sign-in to tokens."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from db.outbox import Event
from domain.access import sign_in
from domain.access.operations import API_TOKEN_PREFIX, EndSession, OpenSession, end_session, hash_of
from domain.access.queries import actor_for_email, actor_for_session, actor_for_token
from domain.core import clock
from domain.core.actor import ANONYMOUS, Actor
from domain.core.errors import NotSignedIn
from domain.core.operation import Done, perform

ACCESS_LIFE = timedelta(minutes=15)
SECRET_BYTES = 32
_ALGORITHM = "HS256"
_AUDIENCE = "tavle"
_CLAIMS = ("sub", "sid", "iat", "exp", "aud")
# What a lost notice can cost: a right that was taken away ends after this at the latest.
_READ_AGAIN = timedelta(seconds=60)
# Ours have about 220 characters; a long one could nest deeper than a JSON parser's stack.
_LONGEST_TOKEN = 500
_USER_PREFIX = "usr_"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whom a token speaks for and until when; `token_id` names the token without giving it away."""

    actor: Actor
    expires_at: datetime | None = None
    token_id: str | None = None


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a signed-in client holds: a short token for requests, and one that renews both."""

    user_id: int
    session_id: int
    access_token: str = field(repr=False)
    access_expires_at: datetime
    refresh_token: str = field(repr=False)
    refresh_expires_at: datetime


@dataclass(frozen=True, slots=True)
class _Known:
    """A token verified before, good until it expires or must be read again."""

    signed_in: SignedIn
    until: datetime


NOBODY = SignedIn(ANONYMOUS)


def bearer_token(header: str | None) -> str | None:
    """The token in an `Authorization` header; None without one.

    Raises:
        NotSignedIn: the header is of another form.
    """
    if header is None:
        return None
    scheme, _, token = header.strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotSignedIn("The Authorization header must read: Bearer, a space, and the token.")
    return token.strip()


class Sessions:
    """Makes and verifies tokens, and remembers those it has verified."""

    def __init__(self, secret: str, *, demo_tokens: Mapping[str, str] | None = None, remembered: int = 10_000) -> None:
        """`demo_tokens` gives the e-mail address of the user each stands for; only demo mode has any."""
        if len(secret.encode()) < SECRET_BYTES:
            raise ValueError(f"The secret that signs tokens must have at least {SECRET_BYTES} bytes.")
        self._secret = secret
        self._demo_tokens = dict(demo_tokens or {})
        self._remembered = remembered
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._forgotten = 0

    async def sign_in(self, email: str, password: str) -> Done[Tokens]:
        """The tokens of a new session.

        Raises:
            Refused: WRONG_CREDENTIALS.
        """
        return self._tokens(await sign_in.sign_in(email, password))

    async def refresh(self, refresh_token: str) -> Done[Tokens]:
        """New tokens for the session that `refresh_token` continues; used again, it ends the session.

        Raises:
            Refused: WRONG_CREDENTIALS.
        """
        return self._tokens(await sign_in.refresh(refresh_token, self._secret))

    async def sign_out(self, actor: Actor, *, key: str | None = None) -> Done[int]:
        """End the session of `actor`; its tokens stop working here at once, on other servers as they learn of it.

        Raises:
            NotSignedIn: nobody is signed in.
            Refused: INVALID, for a token that is not of a session.
        """
        done = await perform(end_session, EndSession(), actor=actor, key=key)
        self.forget_session(done.result)
        return done

    async def authenticate(self, token: str | None) -> SignedIn:
        """Whom `token` speaks for; nobody without one.

        Raises:
            NotSignedIn: the token is unknown, expired or ended.
        """
        if token is None:
            return NOBODY
        known = self._known.get(token)
        if known is not None and clock.now() < known.until:
            self._known.move_to_end(token)
            return known.signed_in
        self._known.pop(token, None)
        while True:
            forgotten = self._forgotten
            now = clock.now()
            signed_in = await self._verified(token, now)
            # Whoever was forgotten while this was being read may have been read as they were before.
            if forgotten == self._forgotten:
                break
        self._remember(token, signed_in, now)
        return signed_in

    def heed(self, event: Event) -> None:
        """Forget those whom an event of the log concerns; every server is to hear every event."""
        match event.kind:
            case "user_changed":
                self.forget(event.subject_id)
            case "session_ended":
                self.forget_session(event.subject_id)
            case "worker_changed":
                # One who leaves, or comes back.
                self._drop_where(lambda signed_in: signed_in.actor.worker_id == event.subject_id)
            case "api_token_ended":
                self._drop_where(lambda signed_in: signed_in.token_id == f"api_token:{event.subject_id}")

    def forget(self, user_id: int) -> None:
        """Read the user again before the next answer."""
        self._drop_where(lambda signed_in: signed_in.actor.user_id == user_id)

    def forget_session(self, session_id: int) -> None:
        """Read the session again before the next answer."""
        self._drop_where(lambda signed_in: signed_in.actor.session_id == session_id)

    def _drop_where(self, concerns: Callable[[SignedIn], bool]) -> None:
        self._forgotten += 1
        for token in [token for token, known in self._known.items() if concerns(known.signed_in)]:
            del self._known[token]

    def _remember(self, token: str, signed_in: SignedIn, now: datetime) -> None:
        until = now + _READ_AGAIN
        if signed_in.expires_at is not None:
            until = min(until, signed_in.expires_at)
        self._known[token] = _Known(signed_in, until)
        if len(self._known) > self._remembered:
            self._known.popitem(last=False)

    async def _verified(self, token: str, now: datetime) -> SignedIn:
        """Whom `token` speaks for, by its form."""
        if token in self._demo_tokens:
            return await self._of_demo_token(token)
        if token.startswith(API_TOKEN_PREFIX):
            program = await actor_for_token(hash_of(token), now)
            if program is None:
                raise NotSignedIn("This API token is unknown, expired or ended; ask a service manager for a new one.")
            return SignedIn(program.actor, program.expires_at, f"api_token:{program.token_id}")
        if token.count(".") == 2 and token.isascii() and len(token) <= _LONGEST_TOKEN:  # noqa: PLR2004 - a JWT's parts
            return await self._of_access_token(token, now)
        raise NotSignedIn("This token is unknown: sign in to get one.")

    async def _of_demo_token(self, token: str) -> SignedIn:
        actor = await actor_for_email(self._demo_tokens[token])
        if actor is None:
            raise NotSignedIn("The user of this demo token is not there any more, or is not active.")
        return SignedIn(actor, token_id=f"demo:{token}")

    async def _of_access_token(self, token: str, now: datetime) -> SignedIn:
        claims = self._claims(token)
        expires_at = datetime.fromtimestamp(claims["exp"], UTC)
        if expires_at <= now:
            raise NotSignedIn("This access token has expired: refresh the session, or sign in again.")
        session_id, user_id = claims["sid"], int(claims["sub"].removeprefix(_USER_PREFIX))
        actor = await actor_for_session(session_id, user_id, now)
        if actor is None:
            raise NotSignedIn("This session has ended: sign in again.")
        return SignedIn(actor, expires_at, f"session:{session_id}")

    def _claims(self, token: str) -> dict[str, Any]:
        try:
            # Whether it has expired is for the program's own clock to say.
            options: Any = {"require": list(_CLAIMS), "verify_exp": False, "verify_iat": False}
            claims: dict[str, Any] = jwt.decode(
                token, self._secret, algorithms=[_ALGORITHM], audience=_AUDIENCE, options=options
            )
        except jwt.InvalidTokenError as error:
            raise NotSignedIn("This access token is not one of this server's: sign in to get one.") from error
        return claims

    def _tokens(self, done: Done[OpenSession]) -> Done[Tokens]:
        session = done.result
        issued_at = clock.now().replace(microsecond=0)
        expires_at = issued_at + ACCESS_LIFE
        claims = {
            "sub": f"{_USER_PREFIX}{session.user_id}",
            "sid": session.session_id,
            "iat": issued_at,
            "exp": expires_at,
            "aud": _AUDIENCE,
        }
        access_token = jwt.encode(claims, self._secret, algorithm=_ALGORITHM)
        return Done(
            Tokens(
                session.user_id, session.session_id, access_token, expires_at, session.refresh_token, session.expires_at
            ),
            done.cursor,
        )
