"""Messages to other servers: only to public addresses unless allowed, no redirects, bounded in time and size."""

import asyncio
import socket
import ssl
from collections.abc import Iterable
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from domain.webhooks.delivery import Answer
from domain.webhooks.rules import is_public

if TYPE_CHECKING:
    import httpcore

SECONDS = 10.0
_MOST_CONNECTIONS = 20
_LONGEST_SHOWN = 200


class NotAllowed(OSError):
    """An address that messages may not be sent to."""


class Outgoing:
    """The connections to other servers; opened when there is something to send."""

    def __init__(self, *, private_allowed: bool = False) -> None:
        self._private_allowed = private_allowed
        self._pool: httpcore.AsyncConnectionPool | None = None

    async def send(self, url: str, headers: dict[str, str], body: str) -> Answer:
        """Post `body` to `url`; whatever happens is in the answer."""
        if not self._private_allowed and not url.startswith("https:"):
            return Answer(None, "Only https is allowed (TAVLE_WEBHOOK_PRIVATE_ADDRESSES allows others).")
        try:
            async with asyncio.timeout(SECONDS):
                return await self._post(url, headers, body)
        except TimeoutError:
            return Answer(None, f"No answer within {SECONDS:.0f} s.")
        except NotAllowed as error:
            return Answer(None, str(error))
        except Exception as error:  # noqa: BLE001 - a broken receiver is its owner's business, not ours
            return Answer(None, f"{type(error).__name__}: {error}".rstrip(": "))

    async def close(self) -> None:
        """Close what is open."""
        if self._pool is not None:
            await self._pool.aclose()
            self._pool = None

    async def _post(self, url: str, headers: dict[str, str], body: str) -> Answer:
        if self._pool is None:
            self._pool = _pool(private_allowed=self._private_allowed)
        async with self._pool.stream("POST", url, headers=list(headers.items()), content=body.encode()) as response:
            shown = b""
            async for chunk in response.aiter_stream():
                shown += chunk
                # A receiver has nothing to tell us but its status; what it says is shown when it refuses.
                if len(shown) >= _LONGEST_SHOWN:
                    break
        refused = response.status >= 300  # noqa: PLR2004 - HTTP's own numbers; a redirect is not followed
        said = shown[:_LONGEST_SHOWN].decode(errors="replace") if refused else None
        return Answer(response.status, said)


def _pool(*, private_allowed: bool) -> "httpcore.AsyncConnectionPool":
    # A program without webhooks does not need these in memory.
    import httpcore

    class Checked(httpcore.AsyncNetworkBackend):
        """Connects to the very address that was checked, so that a name cannot lead elsewhere in between."""

        def __init__(self) -> None:
            self._plain = httpcore.AnyIOBackend()

        async def connect_tcp(
            self,
            host: str,
            port: int,
            timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
            local_address: str | None = None,
            socket_options: Iterable[Any] | None = None,
        ) -> httpcore.AsyncNetworkStream:
            address = await _checked_address(host, port, private_allowed=private_allowed)
            return await self._plain.connect_tcp(address, port, timeout, local_address, socket_options)

        async def sleep(self, seconds: float) -> None:
            await self._plain.sleep(seconds)

    return httpcore.AsyncConnectionPool(
        ssl_context=ssl.create_default_context(),
        max_connections=_MOST_CONNECTIONS,
        max_keepalive_connections=_MOST_CONNECTIONS,
        keepalive_expiry=30.0,
        network_backend=Checked(),
    )


async def _checked_address(host: str, port: int, *, private_allowed: bool) -> str:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise NotAllowed(f"There is no {host}: {error.strerror}.") from error
    addresses = [str(info[4][0]).partition("%")[0] for info in found]
    # One private address among public ones is enough to refuse: the name is not what it seems.
    if not private_allowed and not all(is_public(ip_address(address)) for address in addresses):
        raise NotAllowed(f"{host} is inside this network (TAVLE_WEBHOOK_PRIVATE_ADDRESSES allows that).")
    return addresses[0]
