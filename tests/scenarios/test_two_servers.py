"""Two servers on one PostgreSQL: what one does the other's followers see, and nothing is done twice."""

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from statistics import median
from typing import Any

import aiohttp
import asyncpg
import pytest
from tortoise.backends.base.executor import EXECUTOR_CACHE

from api.auth import Sessions
from db import lifecycle
from db.migrating import migrate
from db.outbox import EventRow
from db.projection import forget_plans
from domain.core import clock
from domain.orders.models import ServiceOrder
from tests.builders.access import PASSWORD, a_person
from tests.builders.boards import a_booking, a_dispatched_worker
from tests.builders.processes import Served, tavle_serve
from tests.builders.rows import an_order
from tests.builders.slas import measure
from tests.builders.sockets import Client
from tests.postgres import Cluster
from tests.serving import SECRET

# Half a second is meant; a busy machine takes longer to say so, and what is never noticed takes for ever.
NEAR_SECONDS = 3.0
ASSIGN = """mutation($input: AssignActivityInput!) {
  assignActivity(input: $input) { cursor activity { startsAt version } userErrors { code } } }"""
SIGN_OUT = "mutation { signOut(input: {}) { userErrors { code } } }"
LIVE = """subscription($after: BoardCursor) {
  dispatchBoard(input: {from: "2026-11-23", to: "2026-11-29"}, after: $after) {
    __typename cursor } }"""
ALARMS = ("service_level_at_risk", "service_level_breached")
RELAYS = "SELECT pid FROM pg_stat_activity WHERE application_name = 'tavle-relay'"


@dataclass
class Company:
    """A visit and its dispatcher, and the servers of the company."""

    database_url: str
    visit_id: int
    servers: list[Served]
    http: aiohttp.ClientSession
    token: str = ""
    minutes: Iterator[int] = field(default_factory=count)

    async def ask(self, place: int, query: str, **variables: Any) -> dict[str, Any]:
        """What one of the servers answers."""
        body, headers = {"query": query, "variables": variables}, {"Authorization": f"Bearer {self.token}"}
        async with self.http.post(f"{self.servers[place].url}/graphql", json=body, headers=headers) as response:
            answer: dict[str, Any] = await response.json(content_type=None)
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data

    async def move(self, place: int, minute: int | None = None, **more: Any) -> dict[str, Any]:
        """Let one of the servers give the visit another time, which it never had unless told."""
        minute = next(self.minutes) if minute is None else minute
        at = f"2026-11-24T{minute // 60:02}:{minute % 60:02}:00Z"
        wanted = {"activity": {"id": f"act_{self.visit_id}"}, "startsAt": at, **more}
        done: dict[str, Any] = (await self.ask(place, ASSIGN, input=wanted))["assignActivity"]
        return done

    @asynccontextmanager
    async def follower(self, place: int, after: str | None = None) -> AsyncGenerator[Client]:
        """Somebody who follows the board on one of the servers."""
        async with Client(self.servers[place].url.replace("http", "ws", 1) + "/graphql", {}) as client:
            await client.sign_in(self.token)
            await client.subscribe(LIVE, after=after)
            yield client


async def told(client: Client) -> dict[str, Any]:
    """The next thing a follower is told."""
    message = await client.receive()
    assert message["type"] == "next", message
    event: dict[str, Any] = message["payload"]["data"]["dispatchBoard"]
    return event


@pytest.fixture(scope="module")
async def running(postgres: Cluster) -> AsyncGenerator[Company]:
    """Two servers on a database of their own, with a visit."""
    forget_statements()
    postgres.create_database("two_servers")
    url = postgres.url("two_servers")
    await migrate(url)
    async with lifecycle.database(url):
        await a_person("dina@tavle.example", password=PASSWORD)
        visit = await a_booking(await a_dispatched_worker())
    async with AsyncExitStack() as stack:
        servers = await asyncio.gather(*(stack.enter_async_context(a_server(url)) for _ in range(2)))
        # A connection for each request: servers hang up on those that nobody used for five seconds.
        connector = aiohttp.TCPConnector(force_close=True)
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
        yield Company(url, visit.id, servers, http)
    postgres.drop_database("two_servers")


@pytest.fixture
async def company(running: Company) -> Company:
    """The company, whose dispatcher has signed in anew."""
    forget_statements()
    async with lifecycle.database(running.database_url):
        running.token = (await Sessions(SECRET).sign_in("dina@tavle.example", PASSWORD)).result.access_token
    return running


def forget_statements() -> None:
    """Let go of what an earlier test prepared for another engine."""
    EXECUTOR_CACHE.clear()
    forget_plans()


def a_server(url: str) -> AbstractAsyncContextManager[Served]:
    """A server that asks nobody to wait."""
    return tavle_serve(url, TAVLE_COST_PER_MINUTE="0", TAVLE_LOG_LEVEL="error")


async def times_until_told(company: Company, times: int) -> list[float]:
    """How long a follower of one server waits for what the other has answered, each time."""
    waited = []
    async with company.follower(0) as client:
        await told(client)
        for _ in range(times):
            began = time.monotonic()
            done = await company.move(1)
            while (await told(client))["cursor"] != done["cursor"]:
                pass
            waited.append(time.monotonic() - began)
    return waited


async def test_a_follower_of_one_server_sees_at_once_what_another_wrote(company: Company) -> None:
    waited = await times_until_told(company, 20)

    assert sorted(waited)[-3] < NEAR_SECONDS


async def listening(company: Company) -> list[int]:
    """The two backends through which the servers hear of what others wrote."""
    watcher = await asyncpg.connect(company.database_url)
    try:
        async with asyncio.timeout(30):
            while len(rows := await watcher.fetch(RELAYS)) != 2:  # noqa: ASYNC110 - the server tells nobody
                await asyncio.sleep(0.05)
    finally:
        await watcher.close()
    return [row["pid"] for row in rows]


async def test_with_notify_off_it_sees_it_within_half_a_second(company: Company) -> None:
    pids = await listening(company)
    heard = await times_until_told(company, 15)
    try:
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)  # what was sent to them stays with them
        waited = await times_until_told(company, 15)
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)

    assert sorted(waited)[-3] < NEAR_SECONDS
    # A control: the notices were really off, or polling would have taken nobody longer.
    assert median(heard) < median(waited)


async def test_with_its_listener_killed_it_sees_it_within_half_a_second(company: Company) -> None:
    watcher = await asyncpg.connect(company.database_url)
    waited = []
    for _ in range(10):
        await watcher.execute(f"SELECT pg_terminate_backend(pid) FROM ({RELAYS}) AS listening")
        waited += await times_until_told(company, 1)
    await watcher.close()

    assert sorted(waited)[-3] < NEAR_SECONDS


async def test_who_loses_one_server_goes_on_at_the_other_where_they_were(company: Company) -> None:
    async with a_server(company.database_url) as lost:
        company.servers.append(lost)
        try:
            async with company.follower(2) as client:
                assert (await told(client))["__typename"] == "BoardSnapshot"
                done = await company.move(2)
                while (await told(client))["cursor"] != done["cursor"]:
                    pass
                await lost.kill()
        finally:
            company.servers.remove(lost)
    missed = [(await company.move(place))["cursor"] for place in (0, 1, 0)]
    async with company.follower(1, after=done["cursor"]) as client:
        caught_up = [await told(client) for _ in missed]
        after = await company.move(0)
        following = await told(client)

    assert [event["cursor"] for event in caught_up] == missed
    assert [event["__typename"] for event in caught_up] == ["ActivityChanged"] * 3
    assert following["cursor"] == after["cursor"]


async def test_a_token_that_is_ended_on_one_server_ends_what_it_follows_on_the_other(company: Company) -> None:
    async with company.follower(0) as client:
        await told(client)
        began = time.monotonic()
        await company.ask(1, SIGN_OUT)
        code, _ = await client.closed()

        assert code == 4403
        assert time.monotonic() - began < 5


async def test_each_of_200_keys_is_done_once_whichever_servers_it_is_sent_to(company: Company) -> None:
    room = asyncio.Semaphore(40)
    minutes = [next(company.minutes) for _ in range(200)]

    async def send(place: int, minute: int) -> tuple[int, str]:
        async with room:
            done = await company.move(place, minute, clientMutationKey=f"key {minute}")
        assert done["userErrors"] == [], done
        return minute, done["cursor"]

    answers = await asyncio.gather(*(send(attempt % 2, minute) for minute in minutes for attempt in range(8)))

    assert len(answers) == 1600
    assert len(set(answers)) == len({cursor for _, cursor in answers}) == 200
    async with lifecycle.database(company.database_url):
        done = Counter(await EventRow.filter(key__startswith="key ").values_list("key", flat=True))
    assert done == {f"key {minute}": 1 for minute in minutes}
    other = await company.move(0, clientMutationKey=f"key {minutes[0]}")
    assert [error["code"] for error in other["userErrors"]] == ["KEY_REUSED"]


async def test_of_eight_who_expect_the_same_version_on_two_servers_one_wins(company: Company) -> None:
    version = (await company.move(0))["activity"]["version"]

    done = await asyncio.gather(*(company.move(place % 2, expectedVersion=version) for place in range(8)))

    codes = Counter(error["code"] for each in done for error in each["userErrors"])
    assert codes == {"VERSION_CONFLICT": 7}
    assert (await company.move(1))["activity"]["version"] == version + 2


async def test_what_is_due_by_the_clock_is_done_once_among_two_servers(company: Company) -> None:
    async with lifecycle.database(company.database_url):
        orders = [await an_order() for _ in range(30)]
        for order in orders:
            await measure(order)
        now = clock.now()
        # All at one moment that both servers are waiting for.
        await (
            ServiceOrder.all()
            .filter(sla_status="STARTED")
            .update(
                sla_limit_minutes=30,
                sla_due_at=now - timedelta(minutes=30),
                sla_next_alarm_at=now + timedelta(seconds=1),
            )
        )
        async with asyncio.timeout(20):
            while await ServiceOrder.filter(sla_risk="BREACHED").count() < len(orders):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        await asyncio.sleep(2.5)
        rows = await EventRow.filter(subject_type="service_order").values_list("subject_id", "kind")

    # Both servers looked every second; each alarm came once.
    assert Counter(kind for _, kind in rows) == {kind: len(orders) for kind in ALARMS}
    assert set(Counter(rows).values()) == {1}
