"""A server with many sockets, some of which read nothing: they cost little, are cut off, and hold up no end."""

import asyncio
import re
import signal
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from api.auth import Sessions
from db import lifecycle
from domain.orders.models import ServiceActivity
from tests.builders.access import PASSWORD, a_person
from tests.builders.boards import a_booking, a_dispatched_worker, assign, change
from tests.builders.processes import Served, tavle_serve
from tests.builders.rows import an_order
from tests.builders.sockets import Client, DeafClient
from tests.builders.times import at
from tests.serving import SECRET

HEALTHY, STUCK = 1_000, 20
EVENTS, AT_ONCE = 3_000, 50
MOST_GROWTH_MB, GONE_SECONDS, STOP_SECONDS = 20, 15, 5
# Four kilobytes a frame: an order's description of a thousand letters, four times.
LIVE = """subscription {
  dispatchBoard(input: {from: "2026-11-23", to: "2026-11-29"}) {
    cursor
    ... on ActivityChanged {
      activity { id order { a: description b: description c: description d: description } } } } }"""
QUIET = """subscription {
  dispatchBoard(input: {from: "2026-12-07", to: "2026-12-13"}) { cursor } }"""


@dataclass
class Crowd:
    """A server, and fifty visits that are moved again and again by another process: this one."""

    served: Served
    token: str
    visits: list[ServiceActivity]
    moved: int = 0

    async def happen(self, events: int, heard: list[Any]) -> None:
        """Let so many things happen on the board, and one who follows it hear of them."""
        for _ in range(events // AT_ONCE):
            self.moved += 1
            await change(*(assign(visit, starts_at=at(self.moved % 24)) for visit in self.visits))
            async with asyncio.timeout(20):
                # Not so fast that it would be told by a snapshot.
                while len(heard) < (self.moved - 5) * AT_ONCE:  # noqa: ASYNC110 - it is a list
                    await asyncio.sleep(0.01)

    @asynccontextmanager
    async def deaf(self) -> AsyncGenerator[None]:
        """Twenty clients that follow the board and read nothing."""
        clients = [DeafClient(urlsplit(self.served.url).port or 0) for _ in range(STUCK)]
        try:
            for client in clients:
                await client.open()
                await client.send({"type": "connection_init", "payload": {"Authorization": f"Bearer {self.token}"}})
                await client.send({"type": "subscribe", "id": "1", "payload": {"query": LIVE}})
            yield
        finally:
            for client in clients:
                client.close()

    @asynccontextmanager
    async def client(self, query: str) -> AsyncGenerator[Client]:
        """A client that follows, and has had its snapshot."""
        async with Client(self.served.url.replace("http", "ws", 1) + "/graphql", {}) as client:
            await client.sign_in(self.token)
            await client.subscribe(query)
            await client.receive()
            yield client

    async def measured(self, name: str) -> int:
        """One of the server's own measurements."""
        async with httpx.AsyncClient() as http:
            page = (await http.get(f"{self.served.url}/metrics")).text
        found = re.search(rf"^{name} (\S+)$", page, re.MULTILINE)
        assert found is not None, page
        return int(float(found[1]))

    async def until(self, name: str, value: int, seconds: float) -> None:
        """Wait until a measurement is at most that."""
        async with asyncio.timeout(seconds):
            while await self.measured(name) > value:  # noqa: ASYNC110 - another process tells nobody
                await asyncio.sleep(0.2)

    def memory_mb(self) -> float:
        """The server's resident memory."""
        status = Path(f"/proc/{self.served.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024


@pytest.fixture
async def crowd(database_url: str) -> AsyncGenerator[Crowd]:
    """A server of a company with fifty visits."""
    async with lifecycle.database(database_url):
        person = await a_person("dina@tavle.example", password=PASSWORD)
        token = (await Sessions(SECRET).sign_in(person.email, PASSWORD)).result.access_token
        order = await an_order(description="x" * 1000)
        workers = [await a_dispatched_worker(f"Worker {place}") for place in range(AT_ONCE)]
        visits = [await a_booking(worker, 0, order=order) for worker in workers]
        settings = {"TAVLE_COST_PER_MINUTE": "0", "TAVLE_LOG_LEVEL": "error"}
        async with tavle_serve(database_url, **settings) as served:
            yield Crowd(served, token, visits)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_sockets_that_read_nothing_hold_little_memory_and_are_cut_off(crowd: Crowd) -> None:
    heard: list[Any] = []
    async with crowd.client(LIVE) as reading:
        listening = asyncio.create_task(listen(reading, heard))
        # As full as the memory of the newest events gets.
        await crowd.happen(EVENTS, heard)
        async with crowd.deaf():
            await asyncio.sleep(1)
            before, sent = crowd.memory_mb(), await crowd.measured("tavle_live_frames_total")
            await crowd.happen(EVENTS, heard)
            grown = crowd.memory_mb() - before
            sent = await crowd.measured("tavle_live_frames_total") - sent
            await crowd.until("tavle_sockets", 1, GONE_SECONDS)
        listening.cancel()

    assert grown < MOST_GROWTH_MB
    # A control: they were stuck, while the one that reads was told everything.
    assert sent < (1 + STUCK) * EVENTS
    assert len({message["payload"]["data"]["dispatchBoard"]["cursor"] for message in heard}) == len(heard) == 2 * EVENTS


async def listen(client: Client, heard: list[Any]) -> None:
    """Take in what a client is told, for as long as it is."""
    while True:
        heard.append(await client.receive(60))


async def test_a_server_that_is_asked_to_stop_tells_all_and_waits_for_nobody_who_is_stuck(crowd: Crowd) -> None:
    async with AsyncExitStack() as stack:
        healthy = [await stack.enter_async_context(crowd.client(QUIET)) for _ in range(HEALTHY)]
        await stack.enter_async_context(crowd.deaf())
        heard: list[Any] = []
        listening = asyncio.create_task(listen(await stack.enter_async_context(crowd.client(LIVE)), heard))
        await crowd.happen(EVENTS // 2, heard)
        assert await crowd.measured("tavle_sockets") == HEALTHY + STUCK + 1
        closing = [asyncio.create_task(client.closed(10)) for client in healthy]
        began = time.monotonic()
        crowd.served.process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(crowd.served.process.wait(), 15)
        took = time.monotonic() - began
        closed = [await task for task in closing]
        with suppress(ConnectionClosed):
            await listening

    assert closed == [(1012, "The server is restarting.")] * HEALTHY
    assert took < STOP_SECONDS
    assert crowd.served.process.returncode in {0, -signal.SIGTERM}
