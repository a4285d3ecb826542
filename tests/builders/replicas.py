"""Clients of a live board: each keeps the board it was sent, applies what it is told, and can say where it differs."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from domain.core.actor import Role
from tests.builders.sockets import Client
from tests.serving import Server

BRIEF = "id number startsAt endsAt closed priority dispatchStatus worker { id } team { id } version"
# Everything that stands on a board, but for its activities.
FRAME = "from to timeZone priorityColors { priority color } teams { id name owner { name } workers { id name active } }"
NEAR = 0.3
# Only a board that is wrong waits so long: on a busy machine what happened may be told late.
PATIENCE = 15.0


def documents(activity: str = BRIEF, frame: str = FRAME) -> tuple[str, str]:
    """A query of a board and the live field that follows it, both with these selections."""
    board = f"cursor {frame} activities {{ ...A }} undispatched {{ ...A }}"
    fragment = f"fragment A on ServiceActivity {{ {activity} }}"
    query = f"query($input: DispatchBoardInput!) {{ dispatchBoard(input: $input) {{ {board} }} }} {fragment}"
    live = f"""subscription($input: DispatchBoardInput!, $after: BoardCursor) {{
      dispatchBoard(input: $input, after: $after) {{
        __typename cursor
        ... on BoardSnapshot {{ reason board {{ {board} }} }}
        ... on ActivityChanged {{ changedBy clientMutationKey activity {{ ...A }} }}
        ... on ActivityLeft {{ activityId }}
        ... on BoardHeartbeat {{ serverTime }}
      }} }} {fragment}"""
    return query, live


Event = dict[str, Any]


@dataclass
class Replica:
    """One follower of a board."""

    server: Server
    role: Role | str
    input: dict[str, Any]
    query: str
    live: str
    client: Client
    cursor: str | None = None
    board: dict[str, Any] = field(default_factory=dict)
    activities: dict[str, Any] = field(default_factory=dict)
    told: list[Event] = field(default_factory=list)

    async def follow(self, after: str | None = None) -> Event:
        """Begin to follow; gives the first thing told."""
        await self.client.subscribe(self.live, "board", input=self.input, after=after)
        return await self.next()

    async def next(self, seconds: float = 30.0) -> Event:
        """The next thing told, applied."""
        message = await self.client.receive(seconds)
        assert (message["type"], message["id"]) == ("next", "board"), message
        assert "errors" not in message["payload"], message
        event: Event = message["payload"]["data"]["dispatchBoard"]
        self._apply(event)
        return event

    async def silent(self, seconds: float = NEAR) -> bool:
        """Whether nothing is told for a while."""
        try:
            await self.next(seconds)
        except TimeoutError:
            return True
        return False

    async def fresh(self) -> dict[str, Any]:
        """The board as a query reads it now."""
        data = await self.server.ask(self.query, by=self.role, input=self.input)
        board: dict[str, Any] = data["dispatchBoard"]
        return board

    async def difference(self) -> str:
        """Where this board still differs from a fresh one when all has been told; empty when it is the same."""
        for _ in range(20):
            wanted = await self.fresh()
            while found := self._difference(wanted):
                try:
                    await self.next(PATIENCE)
                except TimeoutError:
                    return found
            if _position(self.cursor) <= _position(wanted["cursor"]):
                return ""
        return "The board never stood still."

    def _apply(self, event: Event) -> None:
        self.told.append(event)
        assert self.cursor is None or _position(event["cursor"]) >= _position(self.cursor), event
        self.cursor = event["cursor"]
        match event["__typename"]:
            case "BoardSnapshot":
                board = event["board"]
                assert board["cursor"] == event["cursor"]
                self.board = {name: value for name, value in board.items() if name not in _CHANGING}
                self.activities = {each["id"]: each for each in board["activities"] + board["undispatched"]}
            case "ActivityChanged":
                self.activities[event["activity"]["id"]] = event["activity"]
            case "ActivityLeft":
                self.activities.pop(event["activityId"], None)

    def _difference(self, wanted: dict[str, Any]) -> str:
        board = {name: value for name, value in wanted.items() if name not in _CHANGING}
        if board != self.board:
            return f"the board is {board}, not {self.board}"
        for name, is_in in (("activities", self._is_bar), ("undispatched", _waits)):
            there = {each["id"]: each for each in wanted[name]}
            here = {key: each for key, each in self.activities.items() if is_in(each)}
            for key in there.keys() | here.keys():
                if there.get(key) != here.get(key):
                    return f"{key} of {name} is {there.get(key)}, not {here.get(key)}"
        return ""

    def _is_bar(self, activity: dict[str, Any]) -> bool:
        workers = {worker["id"] for team in self.board["teams"] for worker in team["workers"] if worker["active"]}
        if activity["worker"] is None or activity["worker"]["id"] not in workers or activity["startsAt"] is None:
            return False
        zone = ZoneInfo(self.board["timeZone"])
        first, last = (
            datetime.fromisoformat(activity[name]).astimezone(zone).date().isoformat()
            for name in ("startsAt", "endsAt")
        )
        ends_at_midnight = datetime.fromisoformat(activity["endsAt"]).astimezone(zone).time() == datetime.min.time()
        overlaps: bool = first <= self.board["to"] and (
            last > self.board["from"] or (last == self.board["from"] and not ends_at_midnight)
        )
        return overlaps


def _waits(activity: dict[str, Any]) -> bool:
    return not activity["closed"] and (activity["dispatchStatus"] == "UNDISPATCHED" or activity["team"] is None)


_CHANGING = {"cursor", "activities", "undispatched"}


def _position(cursor: str | None) -> int:
    return -1 if cursor is None else int(cursor.partition(":")[2])


@asynccontextmanager
async def replica(
    server: Server, role: Role | str, *, activity: str = BRIEF, frame: str = FRAME, **wanted: Any
) -> AsyncGenerator[Replica]:
    """A client that is signed in and ready to follow a board."""
    query, live = documents(activity, frame)
    token = await server.token(role) if isinstance(role, Role) else role
    async with a_client(server, token) as client:
        yield Replica(server, role, wanted, query, live, client)


@asynccontextmanager
async def a_client(server: Server, token: str | None) -> AsyncGenerator[Client]:
    """A socket to the server on which somebody has signed in."""
    async with Client(server.url.replace("http", "ws", 1) + "/graphql", {}) as client:
        await client.sign_in(token)
        yield client
