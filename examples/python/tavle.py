"""Signing in, asking, and live fields that resume."""

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from aiohttp import ClientError
from gql import Client, GraphQLRequest
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.aiohttp_websockets import AIOHTTPWebsocketsTransport
from gql.transport.exceptions import TransportError, TransportQueryError

_EARLY = timedelta(minutes=1)
_SIGN_IN = """
mutation SignIn($input: SignInInput!) {
  signIn(input: $input) { session { accessToken accessExpiresAt refreshToken } userErrors { message } }
}
"""
_REFRESH = """
mutation Refresh($input: RefreshSessionInput!) {
  refreshSession(input: $input) { session { accessToken accessExpiresAt refreshToken } userErrors { message } }
}
"""
# What a lost connection, a server that restarts and a token that has ended look like.
LOST = (TransportError, ClientError, OSError, TimeoutError)
_PASSING = {"INTERNAL", "RATE_LIMITED", "TIMEOUT"}


class SignedOutError(Exception):
    """The sign-in was refused, or the session has ended."""


class Tavle:
    """One signed-in user."""

    def __init__(self, url: str, session: dict[str, str]) -> None:
        self._url = url
        self._session = session
        self._renewing = asyncio.Lock()

    @classmethod
    async def sign_in(cls, url: str, email: str, password: str) -> Self:
        """Begin a session.

        Raises:
            SignedOutError: the address or the password is wrong.
        """
        return cls(url, await _begin(url, "signIn", _SIGN_IN, {"email": email, "password": password}))

    async def token(self) -> str:
        """An access token that is good for a while."""
        # A refresh token works once: callers at the same moment share one renewal.
        async with self._renewing:
            ends = datetime.fromisoformat(self._session["accessExpiresAt"])
            if ends - datetime.now(UTC) < _EARLY:
                refresh = {"refreshToken": self._session["refreshToken"]}
                self._session = await _begin(self._url, "refreshSession", _REFRESH, refresh)
        return self._session["accessToken"]

    async def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        """The data that answers a document.

        Raises:
            TransportQueryError: there are top-level errors; its `errors` have codes and request ids.
        """
        return await _post(self._url, document, variables, await self.token())

    async def follow(self, document: str, **variables: Any) -> AsyncIterator[dict[str, Any]]:
        """The events of a live field, for ever: after a lost connection it goes on where it stopped.

        The document has a variable `after: BoardCursor` and selects `cursor`.

        Raises:
            SignedOutError: the session has ended.
            TransportQueryError: the document is refused.
        """
        after, failures = None, 0
        while True:
            try:
                transport = AIOHTTPWebsocketsTransport(
                    url=f"{self._url.replace('http', 'ws', 1)}/graphql",
                    init_payload={"Authorization": f"Bearer {await self.token()}"},
                    # The server speaks at least every 10 s; when it does not, the line is dead.
                    keep_alive_timeout=30,
                )
                async with Client(transport=transport) as session:
                    request = GraphQLRequest(document, variable_values={**variables, "after": after})
                    async for data in session.subscribe(request):
                        [event] = data.values()
                        after, failures = event["cursor"], 0
                        yield event
            except LOST as error:
                if not may_pass(error):
                    raise
                failures += 1
                await asyncio.sleep(pause_before_retry(error, failures))


def may_pass(error: Exception) -> bool:
    """Whether the same request may be answered later."""
    if not isinstance(error, TransportQueryError):
        return True
    return {each["extensions"]["code"] for each in error.errors or ()} <= _PASSING


def pause_before_retry(error: Exception, failures: int) -> float:
    """As many seconds as the server asks for, else more with each failure, and not the same for everybody."""
    if isinstance(error, TransportQueryError):
        for each in error.errors or ():
            if "retryAfter" in each["extensions"]:
                return float(each["extensions"]["retryAfter"])
    return float(min(30, 0.25 * 2**failures) * random.uniform(0.5, 1.5))


async def _begin(url: str, field: str, document: str, given: dict[str, str]) -> dict[str, str]:
    payload = (await _post(url, document, {"input": given}))[field]
    if payload["session"] is None:
        raise SignedOutError(payload["userErrors"][0]["message"])
    session: dict[str, str] = payload["session"]
    return session


async def _post(url: str, document: str, variables: dict[str, Any], token: str | None = None) -> dict[str, Any]:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    async with Client(transport=AIOHTTPTransport(url=f"{url}/graphql", headers=headers)) as session:
        data: dict[str, Any] = await session.execute(GraphQLRequest(document, variable_values=variables))
    return data
