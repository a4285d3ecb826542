"""The sockets a server listens on: bound before anything else starts, so that a port that is taken is said at once."""

import socket

BACKLOG = 2048


def bound(host: str, port: int) -> socket.socket:
    """A socket of one process.

    Raises:
        OSError: the port is taken.
    """
    return _bound(host, port)


def bound_together(host: str, port: int, count: int) -> list[socket.socket]:
    """As many sockets on one port, for a process each. The kernel deals connections out among those that listen.

    On one socket that all share, whoever wakes first takes every connection that waits.

    Raises:
        OSError: the port is taken.
    """
    # Sockets that would share a port also share it with a server that is there already: this one does not.
    with _bound(host, port) as alone:
        port = alone.getsockname()[1]
    return [_bound(host, port, socket.SO_REUSEPORT) for _ in range(count)]


def _bound(host: str, port: int, *options: int) -> socket.socket:
    # By the protocol asyncio knows that what it accepts may send at once, and not wait 40 ms for an acknowledgement.
    found = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        for option in (socket.SO_REUSEADDR, *options):
            found.setsockopt(socket.SOL_SOCKET, option, 1)
        found.bind((host, port))
    except OSError:
        found.close()
        raise
    return found
