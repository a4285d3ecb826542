"""Those who write and send again what was not answered, and those who follow and come back with their cursor."""

import asyncio
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from websockets.exceptions import WebSocketException

from tests.builders.sockets import Client
from tests.chaos.arena import Arena
from tests.chaos.judging import CHANGED, SNAPSHOT, Shown, Told, Written

_ANSWER_SECONDS = 3.0
_SILENCE_SECONDS = 3.0
_PAUSE_SECONDS = 0.2
_CONNECT_SECONDS = 3.0
# Errors after which the same request may succeed.
_PASSING = {"INTERNAL", "TIMEOUT"}
_LOST = (WebSocketException, OSError, TimeoutError, AssertionError)

ASSIGN = "mutation($input: AssignActivityInput!) { done: assignActivity(input: $input) { cursor userErrors { code } } }"
APPLY = (
    "mutation($input: ApplyBoardChangesInput!) { done: applyBoardChanges(input: $input)"
    " { cursor userErrors { code } } }"
)
CREATE = "mutation($input: CreateCustomerInput!) { done: createCustomer(input: $input) { cursor userErrors { code } } }"
_SHOWN = "id version startsAt endsAt worker { id }"
LIVE = f"""subscription($after: BoardCursor) {{
  dispatchBoard(input: {{from: "2026-11-23", to: "2026-11-29"}}, after: $after) {{
    __typename cursor
    ... on BoardSnapshot {{ board {{ activities {{ {_SHOWN} }} undispatched {{ {_SHOWN} }} }} }}
    ... on ActivityChanged {{ clientMutationKey activity {{ {_SHOWN} }} }}
    ... on ActivityLeft {{ activityId }} }} }}"""

Frame = dict[str, Any]
Tamper = Callable[[list[Frame]], list[Frame]]


@dataclass
class Writer:
    """A dispatcher whose every change is new, so that each that is done stands in the log."""

    arena: Arena
    place: int
    chance: random.Random
    written: Written
    sent_again: int = 0
    is_over: bool = False

    async def write(self) -> None:
        """Make changes until it is over and the last one is answered."""
        # A lost server must not leave the next request waiting for a connection that is gone.
        timeout = aiohttp.ClientTimeout(_ANSWER_SECONDS)
        headers = {"Authorization": f"Bearer {self.arena.token}"}
        async with aiohttp.ClientSession(timeout=timeout, headers=headers) as session:
            for number in itertools.count():
                if self.is_over:
                    return
                key = f"{self.place}-{number}"
                text, wanted = self._wanted(key, number)
                await self._see_through(session, key, {"query": text, "variables": {"input": wanted}})

    async def _see_through(self, session: aiohttp.ClientSession, key: str, request: dict[str, Any]) -> None:
        attempts = 0
        while True:
            attempts += 1
            answer = await self._send(session, request)
            if answer is None or answer.get("data") is None:
                self.sent_again += 1
                await asyncio.sleep(_PAUSE_SECONDS * self.chance.random())
                continue
            done = answer["data"]["done"]
            codes = {error["code"] for error in done["userErrors"]}
            if codes == {"BUSY"}:
                self.sent_again += 1
            elif codes:
                # What went before may have been heard after all, by a server that was slow to act on it.
                if attempts == 1:
                    self.written.refused.add(key)
                return
            elif key in self.written.acknowledged:
                if self.written.acknowledged[key] != done["cursor"]:
                    self.written.contradicted.append(key)
                return
            else:
                self.written.acknowledged[key] = done["cursor"]
                if self.chance.random() > 0.1:
                    return

    async def _send(self, session: aiohttp.ClientSession, request: dict[str, Any]) -> dict[str, Any] | None:
        """The answer of some server, if there is one."""
        url = self.arena.url(self.chance)
        if url is None:
            return None
        try:
            async with session.post(f"{url}/graphql", json=request) as response:
                answer: dict[str, Any] = await response.json(content_type=None)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
            return None
        errors = {error["extensions"]["code"] for error in answer.get("errors") or ()}
        if errors - _PASSING:
            raise RuntimeError(f"This cannot be right: {answer}")
        return answer

    def _wanted(self, key: str, number: int) -> tuple[str, dict[str, Any]]:
        chance = self.chance.random()
        if chance < 0.05:
            return CREATE, {"name": f"Customer {key}", "clientMutationKey": key}
        if chance < 0.8:
            return ASSIGN, {**self._move(number), "clientMutationKey": key}
        # The second one stays where it is if somebody else has given it this priority.
        priority = {"activity": self._activity(), "priority": self.chance.choice(("HIGH", "NORMAL", "LOW"))}
        return APPLY, {"changes": [self._move(number)], "priorities": [priority], "clientMutationKey": key}

    def _move(self, number: int) -> dict[str, Any]:
        # Seconds that no other change of this or another writer's has: whoever moves an activity really moves it.
        second = (self.place * 97 + number * 7) % 1800
        day, hour = 24 + self.chance.randrange(5), 7 + self.chance.randrange(9)
        return {
            "activity": self._activity(),
            "workerId": f"wrk_{self.chance.choice(self.arena.worker_ids)}",
            "startsAt": f"2026-11-{day}T{hour:02}:{second // 60:02}:{second % 60:02}Z",
            "duration": "PT25M",
        }

    def _activity(self) -> dict[str, str]:
        return {"id": f"act_{self.chance.choice(self.arena.activity_ids)}"}


@dataclass
class Follower:
    """A screen that shows the board, and goes to any server with its cursor when it has lost its own."""

    arena: Arena
    chance: random.Random
    tamper: Tamper
    told: list[Told] = field(default_factory=list)
    activities: dict[int, Shown] = field(default_factory=dict)
    cursor: str | None = None
    came_back: int = 0
    snapshots: int = 0
    client: Client | None = None

    @property
    def position(self) -> int:
        """How far it has been told."""
        return _seq(self.cursor) if self.cursor is not None else -1

    async def follow(self) -> None:
        """Follow until cancelled."""
        while True:
            url = self.arena.url(self.chance)
            try:
                if url is not None:
                    await self._stay(url.replace("http", "ws", 1) + "/graphql")
            except _LOST:
                self.came_back += 1
            await asyncio.sleep(_PAUSE_SECONDS * self.chance.random())

    async def _stay(self, url: str) -> None:
        async with Client(url, {"open_timeout": _CONNECT_SECONDS, "close_timeout": 0.1}) as client:
            self.client = client
            try:
                await client.sign_in(self.arena.token)
                await client.subscribe(LIVE, after=self.cursor)
                while True:
                    message = await client.receive(_SILENCE_SECONDS)
                    if message["type"] != "next" or message["payload"].get("errors"):
                        return
                    for frame in self.tamper([message["payload"]["data"]["dispatchBoard"]]):
                        self._take_in(frame)
            finally:
                self.client = None

    def cut(self) -> None:
        """Lose the connection without a word."""
        if self.client is not None:
            self._transport.abort()

    async def be_deaf(self, seconds: float) -> None:
        """Take nothing from the network for a while, and go on."""
        client = self.client
        if client is None:
            return
        transport = self._transport
        transport.pause_reading()
        await asyncio.sleep(seconds)
        if not transport.is_closing():
            transport.resume_reading()

    @property
    def _transport(self) -> asyncio.Transport:
        assert self.client is not None
        return self.client.socket.transport

    def _take_in(self, frame: Frame) -> None:
        kind, self.cursor = frame["__typename"], frame["cursor"]
        seq = _seq(frame["cursor"])
        if kind == SNAPSHOT:
            self.snapshots += 1
            board = frame["board"]
            self.activities = dict(map(_shown, board["activities"] + board["undispatched"]))
        elif kind == CHANGED:
            activity_id, shown = _shown(frame["activity"])
            self.activities[activity_id] = shown
            self.told.append(Told(kind, seq, activity_id, shown.version, frame["clientMutationKey"]))
            return
        self.told.append(Told(kind, seq))


def _seq(cursor: str) -> int:
    return int(cursor.partition(":")[2])


def _shown(activity: dict[str, Any]) -> tuple[int, Shown]:
    worker = activity["worker"]
    return int(activity["id"].removeprefix("act_")), Shown(
        activity["version"],
        None if worker is None else int(worker["id"].removeprefix("wrk_")),
        *(_utc(activity[name]) for name in ("startsAt", "endsAt")),
    )


def _utc(text: str | None) -> str | None:
    return None if text is None else text.replace("Z", "+00:00")
