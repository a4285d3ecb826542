"""Tokens that were verified a moment ago, so that a burst of requests verifies one only once."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

from domain.core import clock


class Expiring(Protocol):
    """What a verified token stands for, until it expires."""

    @property
    def expires_at(self) -> datetime | None:
        """When the token stops being valid; None when it does not."""


SignedInT = TypeVar("SignedInT", bound=Expiring)


class VerifiedTokens(Generic[SignedInT]):
    """Asks `authenticate` at most once per token and `keep`; what it refuses is asked again every time."""

    def __init__(
        self,
        authenticate: Callable[[str], Awaitable[SignedInT]],
        *,
        keep: timedelta = timedelta(seconds=1),
        most: int = 5_000,
    ) -> None:
        self._authenticate = authenticate
        self._keep = keep
        self._most = most
        self._known: OrderedDict[str, tuple[datetime, SignedInT]] = OrderedDict()

    async def __call__(self, token: str) -> SignedInT:
        """Who the token stands for.

        Raises: NotSignedIn, as `authenticate` does.
        """
        known = self._known.get(token)
        if known is not None and clock.now() < known[0]:
            return known[1]
        # A forget() while the answer is awaited puts a new record in place, and this answer must not enter that one.
        record = self._known
        record.pop(token, None)
        signed_in = await self._authenticate(token)
        until = clock.now() + self._keep
        if signed_in.expires_at is not None:
            until = min(until, signed_in.expires_at)
        record[token] = (until, signed_in)
        if len(record) > self._most:
            record.popitem(last=False)
        return signed_in

    def forget(self) -> None:
        """Verify every token again: after a sign-out or a change of rights."""
        self._known = OrderedDict()
