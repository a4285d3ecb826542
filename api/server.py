"""Running the application under uvicorn."""

import gc
import socket
from collections.abc import Callable

import uvicorn

from api.app import create_app
from api.listening import BACKLOG, bound
from api.live.transport import SERVER_OPTIONS
from api.settings import Settings

_STOP_SECONDS = 5
_BEAT_SECONDS = 1
# A request leaves next to no cycles behind, and makes thousands of dicts: looking among them every 700 finds nothing.
_COLLECT_EVERY = (20_000, 20, 50)


def run(
    settings: Settings,
    *,
    moving: bool = False,
    listener: socket.socket | None = None,
    started: Callable[[int], object] = lambda _: None,
    beat: Callable[[], object] | None = None,
) -> None:
    """Serve until told to stop, on a socket of its own unless given one.

    `started` is called with the port when it listens, and `beat` then and every second.

    Raises:
        OSError: the port is taken.
    """
    listener = listener or bound(settings.host, settings.port)
    config = server_config(lambda: create_app(settings, moving=moving), proxies=settings.trusted_proxies, beat=beat)
    _Announcing(config, started, listener.getsockname()[1]).run(sockets=[listener])


class _Announcing(uvicorn.Server):
    """A server that says when it is ready."""

    def __init__(self, config: uvicorn.Config, started: Callable[[int], object], port: int) -> None:
        super().__init__(config)
        self._announce, self._port = started, port

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then announce."""
        await super().startup(sockets)
        # What is there by now, the schema above all, stays for good: no collection needs to walk it again.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*_COLLECT_EVERY)
        if self.started:
            self._announce(self._port)


def server_config(
    app: Callable[[], object], *, proxies: str = "", beat: Callable[[], object] | None = None
) -> uvicorn.Config:
    """How uvicorn serves the application that `app` makes."""

    async def notify() -> None:
        if beat is not None:
            beat()

    return uvicorn.Config(
        app,
        factory=True,
        **SERVER_OPTIONS,
        timeout_graceful_shutdown=_STOP_SECONDS,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies or None,
        backlog=BACKLOG,
        callback_notify=notify,
        timeout_notify=_BEAT_SECONDS,
    )
