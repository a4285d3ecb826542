"""Running the application under uvicorn."""

import gc
import os
import socket
from collections.abc import Callable

import uvicorn

from api.app import create_app
from api.live.transport import SERVER_OPTIONS
from api.settings import Settings

_BACKLOG = 2048
_STOP_SECONDS = 5
# A request leaves next to no cycles behind, and makes thousands of dicts: looking among them every 700 finds nothing.
_COLLECT_EVERY = (20_000, 20, 50)


def run(
    settings: Settings, *, workers: int = 1, moving: bool = False, started: Callable[[int], object] | None = None
) -> None:
    """Serve until told to stop; `started` is called with the port when the first process listens.

    Raises:
        OSError: the port is taken.
    """
    listener = _listener(settings.host, settings.port)
    port: int = listener.getsockname()[1]
    if workers > 1:
        # The processes are new ones: they read their settings from the environment.
        os.environ |= {
            "TAVLE_HOST": settings.host,
            "TAVLE_PORT": str(port),
            "TAVLE_DATABASE_URL": settings.database_url,
        }
        os.environ["TAVLE_SECRET"] = settings.secret.get_secret_value()
        config = server_config("api.app:create_app", workers=workers, proxies=settings.trusted_proxies)
        if started is not None:
            started(port)
        from uvicorn.supervisors import Multiprocess

        Multiprocess(config, sockets=[listener]).run()
        return
    config = server_config(lambda: create_app(settings, moving=moving), proxies=settings.trusted_proxies)
    _Announcing(config, started, port).run(sockets=[listener])


class _Announcing(uvicorn.Server):
    """A server that says when it is ready."""

    def __init__(self, config: uvicorn.Config, started: Callable[[int], object] | None, port: int) -> None:
        super().__init__(config)
        self._announce, self._port = started, port

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then announce."""
        await super().startup(sockets)
        # What is there by now, the schema above all, stays for good: no collection needs to walk it again.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*_COLLECT_EVERY)
        if self.started and self._announce is not None:
            self._announce(self._port)


def server_config(app: str | Callable[[], object], *, workers: int = 1, proxies: str = "") -> uvicorn.Config:
    """How uvicorn serves the application that `app`, or the function so named, makes."""
    return uvicorn.Config(
        app,
        factory=True,
        workers=workers,
        **SERVER_OPTIONS,
        timeout_graceful_shutdown=_STOP_SECONDS,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies or None,
        backlog=_BACKLOG,
    )


def _listener(host: str, port: int) -> socket.socket:
    """A bound socket: the port is known, or known to be taken, before anything else starts."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    listener.set_inheritable(True)
    return listener
