"""A server is cut off from its database: others go on, nothing acknowledged is lost, and it comes back by itself."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from api.auth import Sessions
from db import lifecycle
from tests.builders.access import PASSWORD, a_person
from tests.builders.boards import a_booking, a_dispatched_worker
from tests.builders.links import Link, cable, may_lay_cables, wall
from tests.builders.log import events
from tests.builders.processes import Served, tavle_serve
from tests.builders.sockets import Client
from tests.serving import SECRET

KINDS = {"a line on this host": wall, **({"a cable between two hosts": cable} if may_lay_cables() else {})}
CUT_SECONDS = 13.0  # longer than a connection is silent before it is given up
ASSIGN = """mutation($input: AssignActivityInput!) {
  assignActivity(input: $input) { cursor userErrors { code } } }"""
LIVE = """subscription($after: BoardCursor) {
  dispatchBoard(input: {from: "2026-11-23", to: "2026-11-29"}, after: $after) { __typename cursor } }"""


@dataclass
class Company:
    """A visit, a server beside the database, and one that a line leads to it from."""

    url: str
    visit_id: int
    token: str
    near: Served
    far: Served
    link: Link
    http: aiohttp.ClientSession
    minutes: Any = field(default_factory=count)

    async def move(self, server: Served, key: str, seconds: float = 10) -> str | None:
        """Let a server give the visit another time; its answer's cursor, or None when there is none."""
        minute = next(self.minutes)
        at = f"2026-11-24T{minute // 60:02}:{minute % 60:02}:00Z"
        wanted = {"activity": {"id": f"act_{self.visit_id}"}, "startsAt": at, "clientMutationKey": key}
        return await self.send(server, wanted, seconds)

    async def send(self, server: Served, wanted: dict[str, Any], seconds: float) -> str | None:
        """Send a change."""
        body = {"query": ASSIGN, "variables": {"input": wanted}}
        timeout = aiohttp.ClientTimeout(seconds)
        try:
            async with self.http.post(f"{server.url}/graphql", json=body, timeout=timeout) as response:
                answer = await response.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError):
            return None
        if answer.get("data") is None:
            return None
        assert answer["data"]["assignActivity"]["userErrors"] == []
        cursor: str = answer["data"]["assignActivity"]["cursor"]
        return cursor

    async def ready(self, server: Served) -> tuple[int, float]:
        """What a server says of its readiness, and how long it thinks about it."""
        began = time.monotonic()
        async with self.http.get(f"{server.url}/readyz") as response:
            return response.status, time.monotonic() - began


@pytest.fixture(params=KINDS)
async def company(request: pytest.FixtureRequest, empty_postgres: str) -> AsyncGenerator[Company]:
    """Two servers on one database, one of them behind a line that can be cut."""
    parts = urlsplit(empty_postgres)
    socket_path = f"{parts.query.partition('host=')[2].partition('&')[0]}/.s.PGSQL.5432"
    async with lifecycle.database(empty_postgres):
        person = await a_person("dina@tavle.example", password=PASSWORD)
        token = (await Sessions(SECRET).sign_in(person.email, PASSWORD)).result.access_token
        visit = await a_booking(await a_dispatched_worker())
    async with AsyncExitStack() as stack:
        link = await stack.enter_async_context(KINDS[request.param](socket_path))
        through = f"postgres://{parts.username}@{link.host}:{link.port}{parts.path}"
        far = await stack.enter_async_context(
            tavle_serve(through, before=link.before, TAVLE_HOST=link.reached_at, TAVLE_LOG_LEVEL="error")
        )
        near = await stack.enter_async_context(tavle_serve(empty_postgres, TAVLE_LOG_LEVEL="error"))
        http = await stack.enter_async_context(aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}))
        yield Company(empty_postgres, visit.id, token, near, far, link, http)


async def told(client: Client, seconds: float = 30.0) -> str:
    """The cursor of the next thing a follower is told."""
    return (await heard(client, seconds))["cursor"]


async def heard(client: Client, seconds: float) -> dict[str, str]:
    """The next thing a follower is told."""
    message = await client.receive(seconds)
    assert message["type"] == "next", message
    event: dict[str, str] = message["payload"]["data"]["dispatchBoard"]
    return event


async def until_told(client: Client, cursor: str | None) -> list[dict[str, str]]:
    """What a follower is told up to a position."""
    events = [await heard(client, 20)]
    while events[-1]["cursor"] != cursor:
        events.append(await heard(client, 20))
    return events


async def test_who_is_cut_off_from_the_database_acknowledges_nothing_and_comes_back(company: Company) -> None:
    near, far = company.near, company.far
    async with (
        Client(near.url.replace("http", "ws", 1) + "/graphql", {}) as by_near,
        Client(far.url.replace("http", "ws", 1) + "/graphql", {}) as by_far,
    ):
        for client in (by_near, by_far):
            await client.sign_in(company.token)
            await client.subscribe(LIVE)
            await told(client)
        first = await company.move(far, "first")
        assert [await told(client) for client in (by_near, by_far)] == [first, first]

        await company.link.cut()
        began = time.monotonic()
        in_doubt = asyncio.create_task(company.move(far, "in doubt", seconds=3))
        written = []
        for number in range(10):
            sent = time.monotonic()
            written.append(await company.move(near, f"meanwhile {number}"))
            assert await told(by_near) == written[-1]
            assert time.monotonic() - sent < 5
        assert await in_doubt is None
        status, thought = await company.ready(far)
        assert (status, thought < 5) == (503, True)
        assert (await company.ready(near))[0] == 200
        await asyncio.sleep(max(0, began + CUT_SECONDS - time.monotonic()))
        await company.link.mend()
        mended = time.monotonic()

        # Its followers are told each change in order; or, when that has failed too often meanwhile, by one snapshot.
        caught_up = await until_told(by_far, written[-1])
        changes = [event["cursor"] for event in caught_up if event["__typename"] == "ActivityChanged"]
        assert changes == written[len(written) - len(changes) :]
        assert len(changes) == len(written) or [event["__typename"] for event in caught_up].count("BoardSnapshot") == 1
        while (again := await company.move(far, "after", seconds=3)) is None:
            assert time.monotonic() - mended < 20
        assert (await until_told(by_far, again))[-1]["__typename"] == "ActivityChanged"
    log = await logged(company.url)
    assert len(log) == len(set(log))
    assert log[: 1 + len(written)] == ["first", *(f"meanwhile {number}" for number in range(10))]


async def logged(url: str) -> list[str | None]:
    """The keys of the moves in the log."""
    async with lifecycle.database(url):
        return [event.key for event in await events() if event.kind == "activity_assigned"]
