"""How bytes reach one socket: straight to uvicorn's transport, or through ASGI's send where the server is another."""

import asyncio
import random
import socket
import sys
from asyncio.transports import BaseTransport
from collections import deque
from typing import Any, Protocol

from starlette.types import Message, Scope, Send
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

# Of uvicorn's protocol this leans on: `conn`, `connections`, `transport`, `loop`, `queue`, `scope`, `writable`,
# `read_paused`, `handshake_complete`, `close_sent`, `close_timer`, and on `run_asgi`, `connection_made`,
# `data_received`, `pause_writing`, `resume_writing`, `handle_ping` and `shutdown` being the places where those things
# happen. A new version is a change to read through, so a test holds this.
PINNED = {"uvicorn": "0.54.0"}

MESSAGE_BYTES = 128 * 1024
EXTENSION = "tavle.wire"
_UNACKNOWLEDGED_MILLISECONDS = 15_000
_CLOSE_SECONDS = 2.0
# A hundred sockets in 50 ms; together with their answers within the five seconds that a server has for its end.
_FAREWELL_SECONDS, _LONGEST_FAREWELL_SECONDS = 0.0005, 2.0
_MOST_REASON_BYTES = 123
_MOST_WAITING_BYTES = 64 * 1024
# Frame lengths below these fit one byte, two bytes (RFC 6455, 5.2).
_SHORT, _MEDIUM = 126, 65536


class Wire(Protocol):
    """One socket's way out. Nothing waits in it but what the transport itself holds."""

    heard_at: float
    blocked_since: float | None

    @property
    def is_ready(self) -> bool:
        """Whether a message written now would not pile up behind others."""

    def write(self, *parts: bytes) -> None:
        """Send the parts as one text message."""

    def ping(self, message: bytes) -> None:
        """Send a message that asks the other side for a sign of life."""

    async def drained(self) -> bool:
        """Wait until the socket takes messages again; False when it is closed instead."""

    def end(self, code: int, reason: str) -> None:
        """Close with a code, sending nothing afterwards."""

    def abort(self) -> None:
        """Cut the connection, whatever is still on its way."""

    async def finished(self) -> None:
        """Wait until what was written has been handed to the server."""


def limit_unacknowledged(accepted: socket.socket) -> None:
    """Let the kernel drop a peer that takes nothing for 15 seconds, where the platform can."""
    if sys.platform == "linux" and accepted.family in {socket.AF_INET, socket.AF_INET6}:
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNACKNOWLEDGED_MILLISECONDS)


def frame_head(size: int) -> bytes:
    """The head of an unmasked text frame that holds `size` bytes."""
    if size < _SHORT:
        return bytes((0x81, size))
    if size < _MEDIUM:
        return b"\x81\x7e" + size.to_bytes(2, "big")
    return b"\x81\x7f" + size.to_bytes(8, "big")


def short(reason: str) -> str:
    """The reason as far as a close frame has room for it."""
    return reason.encode()[:_MOST_REASON_BYTES].decode(errors="ignore")


class LiveProtocol(WebSocketsSansIOProtocol):
    """uvicorn's socket, which an application may also write to directly; it finds this in the scope's extensions."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.heard_at = self.loop.time()
        self.blocked_since: float | None = None

    @property
    def is_ready(self) -> bool:
        """Whether a message written now would not pile up behind others."""
        return self.writable.is_set() and not self.close_sent and not self.transport.is_closing()

    def write(self, *parts: bytes) -> None:
        """Send the parts as one text message."""
        if not self.close_sent and not self.transport.is_closing():
            self.transport.write(b"".join((frame_head(sum(map(len, parts))), *parts)))

    def ping(self, message: bytes) -> None:
        """Send the message together with a ping frame, which every client's library answers by itself."""
        self.transport.write(frame_head(len(message)) + message + b"\x89\x00")

    async def drained(self) -> bool:
        """Wait until the socket takes messages again; False when it is closed instead."""
        await self.writable.wait()
        return not self.close_sent and not self.transport.is_closing()

    def end(self, code: int, reason: str) -> None:
        """Close with a code, sending nothing afterwards; who does not answer is cut off."""
        if self.close_sent or self.transport.is_closing():
            return
        reason = short(reason)
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(_CLOSE_SECONDS, self.transport.abort)

    def abort(self) -> None:
        """Cut the connection, whatever is still on its way."""
        self.transport.abort()

    async def finished(self) -> None:
        """Return at once: the transport has everything already."""

    async def run_asgi(self) -> None:
        """Run the application with this socket in its scope."""
        extensions: dict[str, Any] = self.scope["extensions"]
        extensions[EXTENSION] = self
        await super().run_asgi()
        # A transport that is closing waits for its peer to read, which it may never do.
        self.loop.call_later(_CLOSE_SECONDS, self.transport.abort)

    def connection_made(self, transport: BaseTransport) -> None:
        """Take over a connection that asked for a websocket."""
        super().connection_made(transport)
        accepted = transport.get_extra_info("socket")
        if accepted is not None:
            limit_unacknowledged(accepted)

    def data_received(self, data: bytes) -> None:
        """Take in bytes, and note that the other side lives."""
        self.heard_at = self.loop.time()
        super().data_received(data)

    def pause_writing(self) -> None:
        """The transport holds as much as it should."""
        super().pause_writing()
        self.blocked_since = self.loop.time()

    def resume_writing(self) -> None:
        """The transport has room again."""
        super().resume_writing()
        self.blocked_since = None

    def handle_ping(self) -> None:
        """Answer a ping, unless the client reads no answers."""
        # Pongs for a client that asks without ever reading would pile up.
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()

    def shutdown(self) -> None:
        """The server stops: say so before long, and cut off who does not answer."""
        if not self.handshake_complete:
            super().shutdown()
            return
        # uvicorn says so to all at once, and all of them would be back at once; the feed goes on for who is left.
        spread = min(_LONGEST_FAREWELL_SECONDS, len(self.connections) * _FAREWELL_SECONDS)
        self.loop.call_later(random.random() * spread, self.end, 1012, "The server is restarting.")  # noqa: S311


# What `uvicorn.Config` needs for this protocol: our own pings serve, and compression gains nothing on small frames.
SERVER_OPTIONS: dict[str, Any] = {
    "ws": LiveProtocol,
    "ws_max_size": MESSAGE_BYTES,
    "ws_ping_interval": None,
    "ws_per_message_deflate": False,
}


class AsgiWire:
    """A wire for any other server: messages wait here, boundedly, for one task that sends them."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._waiting: deque[Message] = deque()
        self._waiting_bytes = 0
        self._is_closed = False
        self._changed = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._done = asyncio.Event()
        self.heard_at = asyncio.get_running_loop().time()
        self.blocked_since: float | None = None

    @property
    def is_ready(self) -> bool:
        """Whether a message written now would not pile up behind others."""
        return self._waiting_bytes < _MOST_WAITING_BYTES and not self._is_closed

    def write(self, *parts: bytes) -> None:
        """Send the parts as one text message."""
        if self._is_closed:
            return
        text = b"".join(parts)
        self._waiting_bytes += len(text)
        if self._waiting_bytes >= _MOST_WAITING_BYTES and self.blocked_since is None:
            self.blocked_since = asyncio.get_running_loop().time()
            self._room.clear()
        self._put({"type": "websocket.send", "text": text.decode()})

    def ping(self, message: bytes) -> None:
        """Send a message that asks the other side for a sign of life."""
        self.write(message)

    async def drained(self) -> bool:
        """Wait until the socket takes messages again; False when it is closed instead."""
        await self._room.wait()
        return not self._is_closed

    def end(self, code: int, reason: str) -> None:
        """Close with a code, sending nothing afterwards."""
        if not self._is_closed:
            self._put({"type": "websocket.close", "code": code, "reason": short(reason)})
            self._shut()

    def abort(self) -> None:
        """Give up what is still waiting; ASGI knows no harder way."""
        self._waiting.clear()
        self._shut()

    async def finished(self) -> None:
        """Wait, not for long, until what was written has been handed to the server."""
        self._shut()
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._done.wait()
        except TimeoutError:
            self._waiting.clear()

    async def run(self) -> None:
        """Send what waits until the wire is closed and empty."""
        try:
            while self._waiting or not self._is_closed:
                while self._waiting:
                    message = self._waiting.popleft()
                    await self._send(message)
                    self._sent(message)
                self._changed.clear()
                if not self._is_closed:
                    await self._changed.wait()
        except OSError:
            pass  # the client is gone; ASGI's receive says so too
        finally:
            self._shut()
            self._done.set()

    def _put(self, message: Message) -> None:
        self._waiting.append(message)
        self._changed.set()

    def _sent(self, message: Message) -> None:
        self._waiting_bytes -= len(message.get("text", "").encode())
        if self._waiting_bytes < _MOST_WAITING_BYTES:
            self.blocked_since = None
            self._room.set()

    def _shut(self) -> None:
        self._is_closed = True
        self._room.set()
        self._changed.set()


def direct_wire(scope: Scope) -> LiveProtocol | None:
    """The server's own socket, when it offers one."""
    found = (scope.get("extensions") or {}).get(EXTENSION)
    return found if isinstance(found, LiveProtocol) else None
