"""The server is killed amid writes, again and again: what it acknowledged is there, and followers miss nothing."""

import asyncio
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import httpx
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from api.auth import Sessions
from db import lifecycle
from db.outbox import EventHead, EventRow
from domain.core.operation import columns_of
from domain.orders.models import ServiceActivity
from tests.builders.access import PASSWORD, a_person
from tests.builders.boards import a_booking, a_dispatched_worker
from tests.builders.processes import Served, tavle_serve
from tests.builders.sockets import Client
from tests.serving import SECRET

ROUNDS, WRITERS = 12, 4
# What `tavle serve` becomes, without the command's own start.
SERVER = ("-m", "api.serve", "1")
ASSIGN = """mutation($input: AssignActivityInput!) {
  assignActivity(input: $input) { cursor activity { version } userErrors { code } } }"""
LIVE = """subscription($after: BoardCursor) {
  dispatchBoard(input: {from: "2026-11-23", to: "2026-11-29"}, after: $after) {
    __typename cursor
    ... on ActivityChanged { clientMutationKey activity { id startsAt version } } } }"""


@dataclass
class Follower:
    """A client that keeps the newest cursor it was given, and what it was told with each."""

    cursor: str | None = None
    told: list[tuple[int, str, str]] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)

    async def follow(self, server: Served, token: str, until: int | None = None) -> None:
        """Take in what is told until the server is gone, or until a position is reached."""
        try:
            async with Client(server.url.replace("http", "ws", 1) + "/graphql", {}) as client:
                await client.sign_in(token)
                await client.subscribe(LIVE, after=self.cursor)
                while until is None or self.position < until:
                    self.take_in((await client.receive(10))["payload"]["data"]["dispatchBoard"])
        except (ConnectionClosed, InvalidHandshake, OSError):
            assert until is None

    @property
    def position(self) -> int:
        """How far it has been told."""
        return -1 if self.cursor is None else int(self.cursor.partition(":")[2])

    def take_in(self, event: dict[str, Any]) -> None:
        """Apply one event: nothing is doubled, left out or out of order."""
        self.kinds[event["__typename"]] += 1
        before, self.cursor = self.position, event["cursor"]
        if event["__typename"] == "ActivityChanged":
            assert self.position == before + 1, (before, event)
            activity = event["activity"]
            self.told.append((self.position, activity["id"], event["clientMutationKey"]))


@dataclass
class Writer:
    """A client that moves its own activity about, and sends again what was not acknowledged."""

    activity_id: int
    place: int
    sent: int = 0
    acknowledged: dict[str, str] = field(default_factory=dict)

    async def write(self, server: Served, token: str, times: int | None = None) -> None:
        """Write until the server is gone, or so many times."""
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=10) as client:
            while times is None or times > 0:
                key = f"{self.place}-{self.sent}"
                wanted = {
                    "activity": {"id": f"act_{self.activity_id}"},
                    "startsAt": f"2026-11-{23 + self.sent % 6}T{8 + self.sent % 7:02}:00:00Z",
                    "clientMutationKey": key,
                }
                try:
                    answer = await client.post("/graphql", json={"query": ASSIGN, "variables": {"input": wanted}})
                except httpx.TransportError:
                    assert times is None
                    return
                done = answer.json()["data"]["assignActivity"]
                assert done["userErrors"] == []
                self.acknowledged[key] = done["cursor"]
                self.sent += 1
                if times is not None:
                    times -= 1


async def test_a_killed_server_loses_nothing_it_acknowledged_and_tells_nothing_twice(database_url: str) -> None:
    chance = random.Random(20261123)  # noqa: S311 - a schedule, not a secret
    async with lifecycle.database(database_url):
        person = await a_person("dina@tavle.example", password=PASSWORD)
        token = (await Sessions(SECRET).sign_in(person.email, PASSWORD)).result.access_token
        visits = [await a_booking(await a_dispatched_worker(f"W{place}"), -5) for place in range(WRITERS)]
    writers = [Writer(visit.id, place) for place, visit in enumerate(visits)]
    follower = Follower()

    for _ in range(ROUNDS):
        async with tavle_serve(database_url, command=SERVER, TAVLE_PORT="0") as server:
            following = asyncio.create_task(follower.follow(server, token))
            writing = [asyncio.create_task(writer.write(server, token)) for writer in writers]
            before = sum(writer.sent for writer in writers)
            async with asyncio.timeout(60):
                while sum(writer.sent for writer in writers) < before + 2 * WRITERS:  # noqa: ASYNC110 - nobody tells
                    await asyncio.sleep(0.02)
            await asyncio.sleep(chance.random() * 0.4)
            await server.kill()
            await asyncio.gather(following, *writing)
    async with tavle_serve(database_url) as server:
        # What was not acknowledged is sent once more, with its key.
        await asyncio.gather(*(writer.write(server, token, times=1) for writer in writers))
        head = max(int(cursor.partition(":")[2]) for writer in writers for cursor in writer.acknowledged.values())
        await follower.follow(server, token, until=head)

    async with lifecycle.database(database_url):
        log = await EventRow.all().order_by("seq")
        assert [event.seq for event in log] == list(range(1, (await EventHead.get(id=1)).seq + 1))
        moves = [event for event in log if event.kind == "activity_assigned"]
        keys = {event.key: event.seq for event in moves}
        assert len(keys) == len(moves) > ROUNDS * WRITERS
        for writer in writers:
            assert len(writer.acknowledged) == writer.sent
            for key, cursor in writer.acknowledged.items():
                assert keys[key] == int(cursor.partition(":")[2])
        assert sum(writer.sent for writer in writers) == len(moves)

        # The follower was told everything since its first snapshot, once and in order, and had no second one.
        assert follower.kinds["BoardSnapshot"] == 1
        began = follower.told[0][0]
        assert [(position, key) for position, _, key in follower.told] == [
            (event.seq, event.key) for event in moves if event.seq >= began
        ]

        await assert_state_equals_log(log)


async def assert_state_equals_log(log: list[EventRow]) -> None:
    """Each activity is what its newest event says, and its versions count up one by one."""
    by_activity: dict[int, list[EventRow]] = defaultdict(list)
    for event in log:
        if event.subject_type == "service_activity":
            by_activity[event.subject_id].append(event)
    for activity in await ServiceActivity.all():
        changes = by_activity[activity.id]
        assert columns_of(activity) == changes[-1].body["after"]
        assert [change.body["after"]["version"] for change in changes] == list(range(2, len(changes) + 2))
        assert all(one.body["after"] == two.body["before"] for one, two in pairwise(changes))
