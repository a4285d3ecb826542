"""A cable between a client and the server, which can be cut for real and mended again."""

import asyncio
import contextlib
import socket
import struct
from types import TracebackType
from typing import Self

_AT_ONCE = struct.pack("ii", 1, 0)
_PIECE = 65_536


class Cable:
    """Carries what arrives at `url` to a port of this machine, as long as it is whole.

    Whoever sends `POST /cut` or `POST /mend` to `control` has it done before the answer comes. Cutting resets every
    connection, without a goodbye, and refuses new ones until it is mended.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._whole = True
        self._ends: set[asyncio.StreamWriter] = set()
        self._listeners: list[asyncio.Server] = []
        self.url = ""
        self.control = ""

    async def __aenter__(self) -> Self:
        for carry in (self._carry, self._obey):
            self._listeners.append(await asyncio.start_server(carry, "127.0.0.1", 0))
        self.url, self.control = (
            f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}" for listener in self._listeners
        )
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self.cut()
        for listener in self._listeners:
            listener.close()

    def cut(self) -> None:
        """Break every connection; new ones are broken too."""
        self._whole = False
        for end in self._ends:
            _reset(end)

    def mend(self) -> None:
        """Carry again."""
        self._whole = True

    async def _carry(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        if not self._whole:
            _reset(near_out)
            return
        far_in, far_out = await asyncio.open_connection("127.0.0.1", self._port)
        ends = {near_out, far_out}
        self._ends |= ends
        try:
            await asyncio.gather(_pump(near_in, far_out), _pump(far_in, near_out))
        finally:
            self._ends -= ends
            for end in ends:
                end.close()

    async def _obey(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        order = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1]
        known = {b"/cut": self.cut, b"/mend": self.mend}.get(order)
        if known is not None:
            known()
        status = b"404 Not Found" if known is None else b"204 No Content"
        writer.write(b"HTTP/1.1 %b\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % status)
        await writer.drain()
        writer.close()


async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while piece := await source.read(_PIECE):
            target.write(piece)
            await target.drain()
        target.write_eof()


def _reset(end: asyncio.StreamWriter) -> None:
    # With lingering off, the other side sees a reset instead of an orderly end.
    end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    end.transport.abort()
