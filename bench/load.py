"""Eight clients on raw sockets, in one thread: each sends its next request when its answer has come."""

import re
import selectors
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Final

CLIENTS: Final = 8
_READ_BYTES = 1 << 18
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
_SLOWEST_SECONDS = 20.0


class Refused(Exception):
    """An answer that is not the one that was asked for."""


class Client:
    """One connection, and the answer that is on its way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = bytearray()
        self._wanted = 0

    def fileno(self) -> int:
        """The socket, for whoever waits for several."""
        return self.socket.fileno()

    def send(self, request: bytes) -> None:
        """Ask."""
        self.socket.sendall(request)

    def receive(self) -> bytes | None:
        """The answer, head and body, once it is complete.

        Raises:
            Refused: the server hung up.
        """
        part = self.socket.recv(_READ_BYTES)
        if not part:
            raise Refused("The server closed the connection.")
        self._received += part
        if not self._wanted:
            end = self._received.find(b"\r\n\r\n")
            if end < 0:
                return None
            length = _LENGTH.search(self._received, 0, end + 2)
            self._wanted = end + 4 + int(length[1] if length else 0)
        if len(self._received) < self._wanted:
            return None
        answer = bytes(self._received)
        self._received.clear()
        self._wanted = 0
        return answer


class Load:
    """The requests of one workload to one server; a run goes on where the one before ended."""

    def __init__(self, port: int, requests: Iterator[bytes], expected: bytes, *, clients: int = CLIENTS) -> None:
        self._port = port
        self._clients = clients
        self._requests = requests
        self._expected = expected

    def run(self, seconds: float) -> tuple[int, float]:
        """Send requests for so long; gives how many were answered, and the time until the last of them was.

        Raises:
            Refused: an answer is an error, or lacks what every answer holds.
        """
        answered = 0
        # Servers hang up on idle clients, so each run has its own.
        clients = [Client(self._port) for _ in range(self._clients)]
        with ExitStack() as stack:
            waiting = stack.enter_context(selectors.DefaultSelector())
            for client in clients:
                stack.callback(client.socket.close)
                waiting.register(client, selectors.EVENT_READ, client)
            started = time.perf_counter()
            deadline = started + seconds
            for client in clients:
                client.send(next(self._requests))
            busy = len(clients)
            while busy:
                ready = waiting.select(_SLOWEST_SECONDS)
                if not ready:
                    raise Refused("The server does not answer.")
                for key, _ in ready:
                    answer = key.data.receive()
                    if answer is None:
                        continue
                    self._check(answer)
                    answered += 1
                    if time.perf_counter() < deadline:
                        key.data.send(next(self._requests))
                    else:
                        busy -= 1
            return answered, time.perf_counter() - started

    def _check(self, answer: bytes) -> None:
        if not answer.startswith(b"HTTP/1.1 200") or b'"errors":' in answer or self._expected not in answer:
            raise Refused(answer[:2000].decode(errors="replace"))


def ask(port: int, request: bytes) -> bytes:
    """The body of one answer.

    Raises:
        Refused: it is an error.
    """
    client = Client(port)
    try:
        client.send(request)
        while (answer := client.receive()) is None:
            pass
    finally:
        client.socket.close()
    if not answer.startswith(b"HTTP/1.1 200") or b'"errors":' in answer:
        raise Refused(answer[:2000].decode(errors="replace"))
    return answer.partition(b"\r\n\r\n")[2]
