"""Serves one of the peers: `python -m bench.peers plain|limit DATABASE_URL`. Prints its port once it listens."""

import socket
import sys

import uvicorn

from bench.peers import limit, plain


class _Announcing(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say where."""
        await super().startup(sockets)
        print(f"http://127.0.0.1:{(sockets or [])[0].getsockname()[1]}/graphql", flush=True)


def main() -> None:
    """Serve until told to stop."""
    name, url = sys.argv[1:]
    app = {"plain": plain, "limit": limit}[name].create_app(url)
    listener = socket.create_server(("127.0.0.1", 0))
    _Announcing(uvicorn.Config(app, access_log=False, log_level="warning")).run(sockets=[listener])


main()
