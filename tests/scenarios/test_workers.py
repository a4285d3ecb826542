"""Several processes behind one port, as `tavle serve --workers` starts them: started, killed, stuck and stopped."""

import asyncio
import os
import signal
import socket
import time
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from api.auth import Sessions
from db import lifecycle
from tests.builders.access import PASSWORD, a_person
from tests.builders.boards import a_booking, a_dispatched_worker
from tests.builders.processes import SERVE, DidNotStart, Served, tavle_serve
from tests.builders.sockets import Client
from tests.serving import SECRET

pytestmark = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
FOLLOWERS, BURSTS, AT_ONCE = 24, 6, 10
# Of 60 connections that are dealt out by chance, fewer to one of two processes happens once in a million times. On a
# socket that both share, one gets most.
FEWEST = 12
STOP_SECONDS = 5
PATIENCE_SECONDS = 30
ASSIGN = """mutation($input: AssignActivityInput!) {
  assignActivity(input: $input) { cursor userErrors { code } } }"""
LIVE = """subscription($after: BoardCursor) {
  dispatchBoard(input: {from: "2026-11-23", to: "2026-11-29"}, after: $after) { __typename cursor } }"""
# As `tavle serve`, and soon impatient with a process that is silent.
IMPATIENT = "import sys; from api import serve, workers; workers._SILENT_SECONDS = 2.0; serve.main()"
LISTENS, IS_OPEN = "0A", "01"


@dataclass
class Company:
    """A visit, and the token of its dispatcher."""

    database_url: str
    visit_id: int
    token: str
    moved: int = 0

    async def move(self, served: Served) -> str:
        """Give the visit another time; gives the position of the change."""
        self.moved += 1
        wanted = {"activity": {"id": f"act_{self.visit_id}"}, "startsAt": f"2026-11-24T08:{self.moved:02}:00Z"}
        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {self.token}"}, timeout=10) as http:
            body = {"query": ASSIGN, "variables": {"input": wanted}}
            answer = await http.post(f"{served.url}/graphql", json=body)
        done = answer.json()["data"]["assignActivity"]
        assert done["userErrors"] == []
        return str(done["cursor"])

    @asynccontextmanager
    async def follower(self, served: Served, after: str | None = None) -> AsyncGenerator[Client]:
        """Somebody who follows the board, and has been told its first event."""
        async with Client(served.url.replace("http", "ws", 1) + "/graphql", {}) as client:
            await client.sign_in(self.token)
            await client.subscribe(LIVE, after=after)
            first = await told(client)
            assert first["__typename"] == ("BoardSnapshot" if after is None else "BoardResumed")
            yield client

    async def followers(self, served: Served, stack: AsyncExitStack) -> list[Client]:
        """Enough of them for every process to have some."""
        clients = [await stack.enter_async_context(self.follower(served)) for _ in range(FOLLOWERS)]
        assert len(by_process(served, clients)) == len(workers(served))
        return clients


@pytest.fixture
async def company(database_url: str) -> Company:
    """A company with a visit."""
    async with lifecycle.database(database_url):
        person = await a_person("dina@tavle.example", password=PASSWORD)
        visit = await a_booking(await a_dispatched_worker(), 0)
        signed_in = await Sessions(SECRET).sign_in(person.email, PASSWORD)
    return Company(database_url, visit.id, signed_in.result.access_token)


def serve(
    url: str, *, workers: int = 2, command: Sequence[str] | None = None, **settings: str
) -> AbstractAsyncContextManager[Served]:
    """A server with several processes."""
    command = command or (*SERVE, "--workers", str(workers))
    return tavle_serve(url, command=command, **{"TAVLE_COST_PER_MINUTE": "0", "TAVLE_LOG_LEVEL": "error"} | settings)


async def told(client: Client) -> dict[str, Any]:
    """The next thing a follower is told."""
    message = await client.receive()
    assert message["type"] == "next", message
    event: dict[str, Any] = message["payload"]["data"]["dispatchBoard"]
    return event


def workers(served: Served) -> set[int]:
    """The processes that a server has started."""
    pid = served.process.pid
    return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}


def runs(pid: int) -> bool:
    """Whether a process is there, and has not come to its end."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def sockets(served: Served, state: str) -> dict[str, int]:
    """The server's sockets in a state, by number, with the other side's port."""
    found = {}
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if int(fields[1].partition(":")[2], 16) == urlsplit(served.url).port and fields[3] == state:
            found[f"socket:[{fields[9]}]"] = int(fields[2].partition(":")[2], 16)
    return found


def owners(served: Served) -> dict[int, int]:
    """The process that each connection was given to, by the port of its other side."""
    ports = sockets(served, IS_OPEN)
    found = {}
    for pid in workers(served):
        for file in Path(f"/proc/{pid}/fd").iterdir():
            name = str(file.readlink())
            if name in ports:
                found[ports[name]] = pid
    return found


def by_process(served: Served, clients: list[Client]) -> dict[int, list[Client]]:
    """Followers by the process that tells them."""
    owner = owners(served)
    found: dict[int, list[Client]] = {}
    for client in clients:
        found.setdefault(owner[client.socket.local_address[1]], []).append(client)
    return found


async def until(is_so: Any) -> None:
    """Wait for what another process does, and tells nobody."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not is_so():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_the_address_is_said_when_all_processes_serve(company: Company) -> None:
    async with serve(company.database_url, workers=3, TAVLE_LOG_LEVEL="info") as served:
        assert served.said.count('"event":"started"') == len(sockets(served, LISTENS)) == 3


async def test_connections_are_dealt_out_evenly(company: Company) -> None:
    async with serve(company.database_url) as served, AsyncExitStack() as stack:
        address = urlsplit(served.url)
        for burst in range(1, BURSTS + 1):
            for _ in range(AT_ONCE):
                stack.enter_context(closing(socket.create_connection((address.hostname or "", address.port or 0))))
            await until(lambda burst=burst: len(owners(served)) == burst * AT_ONCE)
        shares = Counter(owners(served).values())

    assert len(shares) == 2
    assert min(shares.values()) >= FEWEST


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_server_that_is_asked_to_stop_stops_all_its_processes(company: Company, number: signal.Signals) -> None:
    async with serve(company.database_url) as served, AsyncExitStack() as stack:
        clients = await company.followers(served, stack)
        running = workers(served)
        closing = [asyncio.create_task(client.closed(10)) for client in clients]
        began = time.monotonic()
        served.process.send_signal(number)
        code = await asyncio.wait_for(served.process.wait(), PATIENCE_SECONDS)
        took = time.monotonic() - began

        assert [await task for task in closing] == [(1012, "The server is restarting.")] * FOLLOWERS
        assert code == 0
        assert took < STOP_SECONDS
        assert not any(map(runs, running))
        with pytest.raises(httpx.ConnectError):
            await company.move(served)


async def test_a_process_that_is_killed_is_started_again(company: Company) -> None:
    async with serve(company.database_url) as served, AsyncExitStack() as stack:
        clients = await company.followers(served, stack)
        before = workers(served)
        killed, stays = sorted(before)
        groups = by_process(served, clients)
        cursor = await company.move(served)
        for client in clients:
            assert (await told(client))["cursor"] == cursor
        os.kill(killed, signal.SIGKILL)
        for client in groups[killed]:
            with pytest.raises(ConnectionClosed):
                await client.receive()
        await until(lambda: len(workers(served) - {killed}) == 2)

        # They come back, to both processes, and have missed nothing; the others never noticed.
        resumed = [await stack.enter_async_context(company.follower(served, cursor)) for _ in range(FOLLOWERS)]
        assert set(by_process(served, resumed)) == workers(served)
        assert stays in workers(served)
        cursor = await company.move(served)
        for client in [*groups[stays], *resumed]:
            assert (await told(client))["cursor"] == cursor


async def test_a_process_that_is_stuck_is_replaced(company: Company) -> None:
    async with serve(company.database_url, command=("-c", IMPATIENT, "2"), TAVLE_PORT="0") as served:
        stuck, well = sorted(workers(served))
        os.kill(stuck, signal.SIGSTOP)
        await until(lambda: len(workers(served) - {stuck}) == 2)

        assert well in workers(served)
        await company.move(served)


async def test_processes_whose_parent_is_killed_stop_by_themselves(company: Company) -> None:
    async with serve(company.database_url) as served, AsyncExitStack() as stack:
        clients = await company.followers(served, stack)
        running = workers(served)
        await served.kill()

        for client in clients:
            assert await client.closed(10) == (1012, "The server is restarting.")
        await until(lambda: not any(map(runs, running)))


async def test_a_process_that_cannot_start_ends_the_server(company: Company, tmp_path: Path) -> None:
    missing = str(tmp_path / "none")

    with pytest.raises(DidNotStart) as caught:
        async with serve(company.database_url, TAVLE_TRUSTED_DOCUMENTS="only", TAVLE_DOCUMENTS=missing):
            pass

    assert "TAVLE_DOCUMENTS: " in str(caught.value)
    assert "A process of the server did not start" in str(caught.value)
    assert "Traceback" not in str(caught.value)
