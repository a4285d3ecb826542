"""The endpoint behind a real server, on a real socket: what only shows on the wire."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import httpx
import uvicorn

from api.http.requests import HTTPLimits
from tests.api.toy import Toy


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110 - neither uvicorn nor the endpoint has an event to wait for
            await asyncio.sleep(0.005)


@asynccontextmanager
async def served(toy: Toy) -> AsyncIterator[int]:
    """The port of a server of the toy's endpoint."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(toy.endpoint, lifespan="off", ws="none", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    await until(lambda: server.started)
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        await running
        listener.close()


def request(body: bytes, *headers: str, length: int | None = None) -> bytes:
    lines = ["POST /graphql HTTP/1.1", "host: tavle.test", "content-type: application/json", *headers]
    if length is not None or body:
        lines.append(f"content-length: {len(body) if length is None else length}")
    return "\r\n".join([*lines, "", ""]).encode() + body


HELLO = json.dumps({"query": "{ hello }"}).encode()


async def read_answer(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
    head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)).decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
    body = await asyncio.wait_for(reader.readexactly(int(headers["content-length"])), 5)
    return int(head[0].split()[1]), headers, body


async def is_closed(reader: asyncio.StreamReader) -> bool:
    with suppress(ConnectionError):
        return await asyncio.wait_for(reader.read(), 5) == b""
    return True


async def test_requests_follow_each_other_on_one_connection() -> None:
    async with served(Toy()) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request(HELLO) * 3)
        answers = [await read_answer(reader) for _ in range(3)]
        writer.close()

    assert [(status, body) for status, _, body in answers] == [(200, b'{"data":{"hello":"Hello world"}}')] * 3


async def test_a_chunked_body_is_read() -> None:
    async with served(Toy()) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request(b"", "transfer-encoding: chunked"))
        for piece in (HELLO[:5], HELLO[5:]):
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            await writer.drain()
            await asyncio.sleep(0.01)
        writer.write(b"0\r\n\r\n")
        status, _, body = await read_answer(reader)
        writer.close()

    assert (status, body) == (200, b'{"data":{"hello":"Hello world"}}')


async def test_a_body_that_is_announced_too_large_is_refused_before_it_is_sent() -> None:
    async with served(Toy()) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request(b"", length=1_000_000_000))
        status, headers, body = await read_answer(reader)
        closed = await is_closed(reader)
        writer.close()

    assert (status, headers["content-type"], closed) == (413, "application/json; charset=utf-8", True)
    assert json.loads(body)["errors"][0]["message"] == "The body is too large: at most 100000 bytes."


async def test_a_body_that_trickles_is_refused_and_its_connection_closed() -> None:
    async with served(Toy(http_limits=HTTPLimits(body_seconds=0.1))) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request(HELLO[:3], length=len(HELLO)))
        status, _, _ = await read_answer(reader)
        closed = await is_closed(reader)
        writer.close()

    assert (status, closed) == (408, True)


async def test_headers_beyond_the_limit_are_refused() -> None:
    async with served(Toy()) as port, httpx.AsyncClient() as client:
        answer = await client.post(
            f"http://127.0.0.1:{port}/graphql", json={"query": "{ hello }"}, headers={"x-filler": "x" * 33_000}
        )

    assert answer.status_code == 431


async def test_a_client_that_leaves_harms_nobody() -> None:
    toy = Toy()
    async with served(toy) as port, httpx.AsyncClient() as client:
        for sent in (
            request(HELLO[:3], length=len(HELLO)),
            request(json.dumps({"query": "{ slow(seconds: 0.05) }"}).encode()),
        ):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(sent)
            await writer.drain()
            writer.transport.abort()
        answer = await client.post(f"http://127.0.0.1:{port}/graphql", json={"query": "{ hello }"})
        await until(lambda: len(toy.seen) == 3)

    assert answer.json() == {"data": {"hello": "Hello world"}}
    assert sorted(seen.status for seen in toy.seen) == [200, 200, 499]


async def test_a_slow_operation_does_not_hold_up_the_others() -> None:
    async with served(Toy()) as port, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        slow = asyncio.create_task(client.post("/graphql", json={"query": "{ slow(seconds: 2) }"}))
        await asyncio.sleep(0.05)
        quick = await client.post("/graphql", json={"query": "{ hello }"})

        assert not slow.done()
        assert quick.json() == {"data": {"hello": "Hello world"}}
        assert (await slow).json() == {"data": {"slow": 1}}
