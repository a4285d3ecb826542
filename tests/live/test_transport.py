"""The wire: what it leans on in uvicorn, the frames it writes, and clients that misuse it."""

import asyncio
import inspect
import socket
from importlib.metadata import version
from typing import Any

import pytest
from structlog.testing import capture_logs
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode

from api.live.transport import PINNED, AsgiWire, LiveProtocol, frame_head, short
from tests.builders.live import until
from tests.builders.sockets import serving


def test_uvicorn_is_the_version_that_was_read_through() -> None:
    assert {name: version(name) for name in PINNED} == PINNED


def test_uvicorn_still_has_what_the_protocol_leans_on() -> None:
    source = inspect.getsource(WebSocketsSansIOProtocol)
    attributes = ("conn", "transport", "loop", "queue", "scope", "writable", "read_paused", "close_sent", "close_timer")
    methods = (
        "run_asgi",
        "connection_made",
        "data_received",
        "pause_writing",
        "resume_writing",
        "handle_ping",
        "shutdown",
    )

    assert [
        name for name in (*attributes, "handshake_complete") if f"self.{name} = " not in source.replace(":", " =")
    ] == []
    assert [name for name in methods if not callable(getattr(WebSocketsSansIOProtocol, name, None))] == []
    assert "self.close_timer.cancel()" in inspect.getsource(WebSocketsSansIOProtocol.handle_close)


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 200_000])
def test_the_head_of_a_frame_is_what_the_library_writes(size: int) -> None:
    data = b"x" * size

    assert frame_head(size) + data == Frame(Opcode.TEXT, data).serialize(mask=False)


def test_a_reason_is_cut_between_characters() -> None:
    assert short("é" * 100) == "é" * 61
    assert short("fine") == "fine"


async def test_who_asks_without_reading_gets_no_pile_of_answers() -> None:
    with capture_logs():
        async with serving() as toy, toy.deaf() as (client,):
            await until(lambda: toy.feed.counters.frames == 1)
            for value in range(60):
                toy.log.append("a", value, padding="x" * 100_000)
            assert toy.server is not None
            (protocol,) = toy.server.server_state.connections
            assert isinstance(protocol, LiveProtocol)
            await until(lambda: not protocol.writable.is_set())
            held = protocol.transport.get_write_buffer_size()
            for _ in range(20):
                await client.send_raw((b"\x89\xfd\x00\x00\x00\x00" + b"p" * 125) * 100)
                await asyncio.sleep(0.01)

            assert protocol.blocked_since is not None
            assert protocol.transport.get_write_buffer_size() == held


async def test_who_takes_leave_without_reading_is_cut_off() -> None:
    with capture_logs():
        async with serving() as toy, toy.deaf() as (client,):
            await until(lambda: toy.feed.counters.frames == 1)
            for value in range(60):
                toy.log.append("a", value, padding="x" * 100_000)
            assert toy.server is not None
            (protocol,) = toy.server.server_state.connections
            assert isinstance(protocol, LiveProtocol)
            await until(lambda: not protocol.writable.is_set())
            await client.send_raw(b"\x88\x82\x00\x00\x00\x00\x03\xe8")

            await until(lambda: not protocol.connections)


async def test_the_kernel_drops_peers_that_take_nothing() -> None:
    async with serving() as toy, toy.signed_in():
        assert toy.server is not None
        (protocol,) = toy.server.server_state.connections
        accepted: Any = protocol.transport.get_extra_info("socket")

        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 15_000


async def test_a_wire_without_a_direct_way_sends_in_order_and_nothing_after_the_end() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        await asyncio.sleep(0)
        sent.append(message)

    wire = AsgiWire(send)
    running = asyncio.create_task(wire.run())
    wire.write(b'{"a":', b"1}")
    wire.write(b"x" * 70_000)
    assert (wire.is_ready, wire.blocked_since is None) == (False, False)
    assert await wire.drained()
    assert (wire.is_ready, wire.blocked_since is None) == (True, True)
    wire.end(4403, "Over.")
    wire.write(b"late")
    await wire.finished()
    await running

    assert [message.get("text", "")[:7] for message in sent] == ['{"a":1}', "xxxxxxx", ""]
    assert sent[-1] == {"type": "websocket.close", "code": 4403, "reason": "Over."}
    assert not await wire.drained()


async def test_a_wire_whose_client_is_gone_ends_quietly() -> None:
    async def send(_: Any) -> None:
        raise OSError("gone")

    wire = AsgiWire(send)
    wire.write(b"1")
    await wire.run()

    assert not wire.is_ready
    await wire.finished()
