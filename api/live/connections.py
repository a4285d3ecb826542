"""Every open socket of this process: kept alive, cut off when stuck, closed when a right ends or the server stops."""

import asyncio
import contextlib
from collections import Counter
from dataclasses import dataclass
from typing import Protocol

from api.live.transport import Wire
from api.rates import network_of
from domain.core.actor import Actor

UNAUTHENTICATED = 4403
_RESTARTING = 1012
_TRY_AGAIN_LATER = 1013


@dataclass(frozen=True, slots=True)
class SocketLimits:
    """The measures of one socket. Units: seconds where the names say so."""

    init_seconds: float = 10.0
    ping_seconds: float = 10.0
    silent_seconds: float = 30.0
    stuck_seconds: float = 10.0
    operation_seconds: float = 10.0
    in_flight: int = 20
    live: int = 100
    operations_per_second: float = 50.0
    burst: int = 200


class Allowance:
    """How many operations a socket may still begin: a burst, and so many more with every second."""

    def __init__(self, limits: SocketLimits) -> None:
        self._limits = limits
        self._left = float(limits.burst)
        self._counted_at: float | None = None

    def take(self, now: float) -> bool:
        """Use up one operation; False when there is none left."""
        if self._counted_at is not None:
            earned = (now - self._counted_at) * self._limits.operations_per_second
            self._left = min(float(self._limits.burst), self._left + earned)
        self._counted_at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Connection(Protocol):
    """What the register needs of a connection."""

    wire: Wire
    address: str | None

    @property
    def actor(self) -> Actor | None:
        """Who signed in on it; None before anyone has."""

    def check(self, now: float) -> None:
        """Do what is due at a moment of the event loop's clock."""

    def authenticate_again(self) -> None:
        """Distrust an answer about the token that is still being awaited."""

    def close(self, code: int, reason: str) -> None:
        """Close the socket, sending nothing afterwards."""


class Sockets:
    """The open sockets of this process."""

    def __init__(self, *, most: int = 10_000, most_strangers: int = 500, check_seconds: float = 1.0) -> None:
        """Of `most` there may be `most_strangers` from one address that have not signed in."""
        self._most = most
        self._most_strangers = most_strangers
        self._check_seconds = check_seconds
        self._open: dict[Connection, None] = {}
        self._strangers: dict[Connection, str] = {}
        self._strangers_from: Counter[str] = Counter()
        self._timer: asyncio.TimerHandle | None = None
        self._is_draining = False
        self._emptied = asyncio.Event()

    def __len__(self) -> int:
        return len(self._open)

    def admit(self, connection: Connection) -> bool:
        """Take in a connection, or close it when there is no room."""
        if self._is_draining:
            connection.close(_RESTARTING, "The server is restarting.")
            return False
        if len(self._open) >= self._most:
            connection.close(_TRY_AGAIN_LATER, "Too many connections. Try again later.")
            return False
        network = network_of(connection.address)
        if self._strangers_from[network] >= self._most_strangers:
            connection.close(_TRY_AGAIN_LATER, "Too many connections from your address have not signed in.")
            return False
        self._open[connection] = None
        self._strangers[connection] = network
        self._strangers_from[network] += 1
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._check_seconds, self._check)
        return True

    def know(self, connection: Connection) -> None:
        """Take note that somebody has signed in on a connection."""
        network = self._strangers.pop(connection, None)
        if network is not None:
            self._strangers_from[network] -= 1
            if not self._strangers_from[network]:
                del self._strangers_from[network]

    def leave(self, connection: Connection) -> None:
        """Forget a connection."""
        self.know(connection)
        self._open.pop(connection, None)
        if self._is_draining and not self._open:
            self._emptied.set()

    def revoke(self, *, user_id: int | None = None, session_id: int | None = None, worker_id: int | None = None) -> int:
        """Close the sockets of a user, a session or a worker whose rights have ended or changed; gives how many."""
        closed = 0
        for connection in list(self._open):
            actor = connection.actor
            if actor is None:
                connection.authenticate_again()
            elif (
                (user_id is not None and actor.user_id == user_id)
                or (session_id is not None and actor.session_id == session_id)
                or (worker_id is not None and actor.worker_id == worker_id)
            ):
                connection.close(UNAUTHENTICATED, "Your access has changed. Sign in again.")
                closed += 1
        return closed

    async def drain(self, *, at_once: int = 100, pause_seconds: float = 0.05, patience_seconds: float = 2.0) -> None:
        """Close every socket, a few at a time, and admit no more; cut off who has not gone after a while."""
        self._is_draining = True
        left = list(self._open)
        for start in range(0, len(left), at_once):
            for connection in left[start : start + at_once]:
                connection.close(_RESTARTING, "The server is restarting.")
            await asyncio.sleep(pause_seconds)
        if self._open:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(patience_seconds):
                    await self._emptied.wait()
        for connection in list(self._open):
            connection.wire.abort()

    def _check(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._check_seconds, self._check) if self._open else None
        for connection in list(self._open):
            connection.check(loop.time())
