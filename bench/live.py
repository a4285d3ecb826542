"""A thousand followers of one board in this process, on raw sockets, while changes are made twenty times a second."""

import base64
import json
import os
import re
import selectors
import signal
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle
from typing import Any

from bench.data import CLOSED_DAYS, FIRST_DAY, TOKEN, moves
from bench.load import Client, Refused
from bench.report import LiveFigures
from bench.servers import Server
from bench.stores import event_times
from bench.workloads import OURS, assignment

FOLLOWERS, CHANGES_PER_SECOND = 1_000, 20
_AT_ONCE, _WRITERS = 50, 4
_PATIENCE_SECONDS = 20.0
_SETTLE_SECONDS = 1.0
_RESTARTING = 1012
_DAY = CLOSED_DAYS
_BOARD = OURS["Q2"].partition("activities")[2].rpartition("} }")[0]
_LIVE = (
    "subscription Follow($day: Date!) { dispatchBoard(input: {from: $day, to: $day}) { __typename cursor"
    f" ... on BoardSnapshot {{ board {{ activities{_BOARD} }} }}"
    f" ... on ActivityChanged {{ activity{_BOARD} changedBy clientMutationKey }} }} }}"
)
_CHANGED = b'"__typename":"ActivityChanged"'
_SEQ = re.compile(rb'"cursor":"[0-9a-f]+:(\d+)"')
_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10


def frame(payload: bytes, opcode: int = _TEXT) -> bytes:
    """A client's frame; masked with zeros, which changes nothing."""
    size = len(payload)
    head = bytes((0x80 | opcode, 0x80 | size)) if size < 126 else bytes((0x80 | opcode, 0xFE)) + size.to_bytes(2, "big")  # noqa: PLR2004
    return head + b"\0\0\0\0" + payload


class Closed(Refused):
    """The server closed a follower's socket."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"The server closed a follower's socket: {code} {reason}")
        self.code = code


class Socket:
    """One follower's socket."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self._received = bytearray()
        self.has_snapshot = False
        self.last = -1
        self.late = 0
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n".encode()
        )
        while b"\r\n\r\n" not in self._received:
            self._received += self.socket.recv(4096)
        if not self._received.startswith(b"HTTP/1.1 101"):
            raise Refused(self._received.decode(errors="replace"))
        del self._received[: self._received.index(b"\r\n\r\n") + 4]
        self.send({"type": "connection_init", "payload": {"authorization": f"Bearer {TOKEN}"}})
        variables = {"day": str(FIRST_DAY + timedelta(days=_DAY))}
        while not any(b"connection_ack" in payload for payload in self._payloads(self.socket.recv(4096))):
            pass
        self.send({"type": "subscribe", "id": "1", "payload": {"query": _LIVE, "variables": variables}})

    def fileno(self) -> int:
        """The socket, for whoever waits for several."""
        return self.socket.fileno()

    def send(self, message: dict[str, Any]) -> None:
        """Send a message."""
        self.socket.sendall(frame(json.dumps(message).encode()))

    def take(self, arrivals: dict[int, list[float]]) -> None:
        """Take in what has come, and note when each change did.

        Raises:
            Refused: the server hung up or refused.
        """
        part = self.socket.recv(1 << 18)
        if not part:
            raise Refused("The server closed a follower's socket.")
        now = time.time()
        for payload in self._payloads(part):
            if _CHANGED in payload:
                found = _SEQ.search(payload)
                seq = int(found[1]) if found else -1
                self.late += seq <= self.last
                self.last = seq
                arrivals.setdefault(seq, []).append(now)
            elif b"BoardSnapshot" in payload:
                found = _SEQ.search(payload)
                self.has_snapshot, self.last = True, int(found[1]) if found else -1
            elif payload == b'{"type":"ping"}':
                self.send({"type": "pong"})
            elif b'"type":"error"' in payload:
                raise Refused(payload.decode())

    def _payloads(self, part: bytes) -> list[bytes]:
        received = self._received
        received += part
        payloads = []
        start = 0
        while len(received) - start >= 2:  # noqa: PLR2004 - the shortest head
            opcode, size, body = received[start] & 15, received[start + 1], start + 2
            if size >= 126:  # noqa: PLR2004 - the length stands in the bytes after
                more = 2 if size == 126 else 8  # noqa: PLR2004
                size, body = int.from_bytes(received[body : body + more], "big"), body + more
            if len(received) < body + size:
                break
            payload = bytes(received[body : body + size])
            start = body + size
            if opcode == _TEXT:
                payloads.append(payload)
            elif opcode == _PING:
                self.socket.sendall(frame(payload, _PONG))
            elif opcode == _CLOSE:
                self.socket.sendall(frame(payload[:2], _CLOSE))
                raise Closed(int.from_bytes(payload[:2], "big"), payload[2:].decode())
        del received[:start]
        return payloads


def _changes() -> Iterator[bytes]:
    """Every activity of the day to its free place, every one back, and again."""
    possible = moves([_DAY])
    away = [assignment(move.activity_id, move.free) for move in possible]
    return cycle(away + [assignment(move.activity_id, move.home) for move in possible])


@dataclass(slots=True)
class _Crowd:
    """All followers, and who makes the changes."""

    server: Server
    waiting: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    followers: list[Socket] = field(default_factory=list)
    arrivals: dict[int, list[float]] = field(default_factory=dict)
    changes: Iterator[bytes] = field(default_factory=_changes)

    def gather(self, count: int) -> None:
        """Let so many follow, some at a time, until each has the board."""
        while len(self.followers) < count:
            for _ in range(min(_AT_ONCE, count - len(self.followers))):
                follower = Socket(self.server.port)
                self.followers.append(follower)
                self.waiting.register(follower, selectors.EVENT_READ, follower)
            self.listen(lambda: all(follower.has_snapshot for follower in self.followers))

    def part(self) -> tuple[int, float]:
        """Ask the server to end; gives how many it told that it restarts, and after how long it was gone."""
        began = time.monotonic()
        os.kill(self.server.pid, signal.SIGTERM)
        told = 0
        while not self.server.has_ended() and time.monotonic() - began < _PATIENCE_SECONDS:
            for key, _ in self.waiting.select(0.01):
                try:
                    key.data.take(self.arrivals)
                except (OSError, Refused) as end:
                    told += isinstance(end, Closed) and end.code == _RESTARTING
                    self.waiting.unregister(key.data)
        return told, time.monotonic() - began

    def listen(self, is_done: Callable[[], bool], seconds: float = _PATIENCE_SECONDS) -> None:
        """Take in what comes until that is so, or time is over.

        Raises:
            Refused: the server hung up on somebody.
        """
        deadline = time.monotonic() + seconds
        while not is_done() and (left := deadline - time.monotonic()) > 0:
            for key, _ in self.waiting.select(left):
                key.data.take(self.arrivals)

    def change(self, seconds: float, *, writers: int = _WRITERS) -> int:
        """Make changes of the board for so long, and listen meanwhile; gives how many were made."""
        changers = [_Changer(self.server.port) for _ in range(writers)]
        for changer in changers:
            self.waiting.register(changer, selectors.EVENT_READ, changer)
        count = int(seconds * CHANGES_PER_SECOND)
        started = time.monotonic()
        for number in range(count):
            due = started + number / CHANGES_PER_SECOND
            self.listen(lambda: False, due - time.monotonic())
            self.listen(lambda: not all(changer.is_busy for changer in changers))
            next(changer for changer in changers if not changer.is_busy).send(next(self.changes))
        self.listen(lambda: not any(changer.is_busy for changer in changers))
        for changer in changers:
            self.waiting.unregister(changer)
            changer.client.socket.close()
        return count


class _Changer:
    """A client that makes changes."""

    def __init__(self, port: int) -> None:
        self.client = Client(port)
        self.is_busy = False

    def fileno(self) -> int:
        """The socket, for whoever waits for several."""
        return self.client.fileno()

    def send(self, request: bytes) -> None:
        """Ask for a change."""
        self.is_busy = True
        self.client.send(request)

    def take(self, _arrivals: dict[int, list[float]]) -> None:
        """Take in an answer.

        Raises:
            Refused: the change was.
        """
        answer = self.client.receive()
        if answer is None:
            return
        if b'"userErrors":[]' not in answer:
            raise Refused(answer.decode(errors="replace"))
        self.is_busy = False


def measure(server: Server, *, followers: int, seconds: float) -> LiveFigures:
    """What following comes to on a server that nobody else uses."""
    crowd = _Crowd(server)
    crowd.gather(1)
    crowd.change(_SETTLE_SECONDS)
    crowd.arrivals.clear()
    before = crowd.followers[0].last
    crowd.change(seconds / 3, writers=1)
    newest = max(event_times(server.database_url, before))
    crowd.listen(lambda: crowd.followers[0].last >= newest)
    by_one = _late(crowd, before)
    alone = server.memory_mb()
    crowd.gather(followers)
    crowd.listen(lambda: False, _SETTLE_SECONDS)
    crowd.arrivals.clear()
    before = crowd.followers[0].last
    cpu, started = server.cpu_seconds(), time.monotonic()
    changes = crowd.change(seconds)
    elapsed = time.monotonic() - started
    core = (server.cpu_seconds() - cpu) / elapsed
    # A change of an activity may change its lines too, so the log grows by more than one event for each.
    newest = max(event_times(server.database_url, before))
    crowd.listen(lambda: all(follower.last >= newest for follower in crowd.followers))
    memory = server.memory_mb()
    told, stopped_after = crowd.part()
    for follower in crowd.followers:
        follower.socket.close()
    late = _late(crowd, before)
    return LiveFigures(
        followers=followers,
        changes=changes,
        delivered=len(late),
        out_of_order=sum(follower.late for follower in crowd.followers),
        p50_of_one_ms=by_one[len(by_one) // 2],
        p50_ms=late[len(late) // 2],
        p99_ms=late[len(late) * 99 // 100],
        frames_per_second=len(late) / elapsed,
        core=core,
        kib_per_follower=(memory - alone) * 1024 / (followers - 1),
        memory_mb=memory,
        told_of_stop=told,
        stop_seconds=stopped_after,
    )


def _late(crowd: _Crowd, after: int) -> list[float]:
    """The milliseconds from the beginning of each transaction after an event to each arrival of its frame, sorted."""
    begun = event_times(crowd.server.database_url, after)
    late = sorted((at - begun[seq]) * 1000 for seq, arrived in crowd.arrivals.items() for at in arrived)
    if not late:
        raise Refused("Nothing was delivered.")
    return late
