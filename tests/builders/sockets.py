"""A small live schema behind a real server on loopback, and clients that speak graphql-transport-ws."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from api.documents import Documents
from api.http.endpoint import Observation
from api.live.connections import SocketLimits, Sockets
from api.live.encoding import Rendering
from api.live.feed import Feed, FeedLimits
from api.live.socket import SUBPROTOCOL, SocketEndpoint
from api.live.transport import SERVER_OPTIONS
from api.rates import Rates
from api.trusted import TrustedDocuments
from domain.core.actor import Actor, Role, actor_of
from domain.core.errors import NotPermitted, NotSignedIn
from tests.builders.live import Log, Things

ADA = actor_of(Role.DISPATCHER, user_id=1, name="Ada", session_id=11)
BEN = actor_of(Role.DISPATCHER, user_id=2, name="Ben", session_id=22)


@strawberry.type
class Thing:
    """One thing."""

    key: str
    value: int


@strawberry.type
class Told:
    """What a follower is told."""

    kind: str
    cursor: str
    things: list[Thing]
    padding: str = ""

    @strawberry.field
    def not_for_all(self, info: strawberry.Info) -> str:
        """A field that some may not read."""
        raise NotPermitted(f"{info.field_name} is not for everyone.")


class ToldThings(Things):
    """The live field of the small schema."""

    def value(self, kind: str, seq: int, **more: Any) -> Any:
        """A root value."""
        state = more.get("state") or ({more["key"]: more["value"]} if "key" in more else {})
        things = [Thing(key=key, value=value) for key, value in state.items()]
        return Told(kind=kind, cursor=f"{self.log.epoch}:{seq}", things=things, padding=more.get("padding", ""))


@dataclass
class ToyContext:
    """What the resolvers of the small schema are given."""

    toy: "Toy"
    actor: Actor
    request_id: str


@strawberry.type
class Query:
    """Reads."""

    @strawberry.field
    def me(self, info: strawberry.Info[ToyContext, None]) -> str:
        """Who asks."""
        return info.context.actor.name

    @strawberry.field
    def number(self, of: int) -> int:
        """The number given."""
        return of

    @strawberry.field
    async def wait(self, info: strawberry.Info[ToyContext, None]) -> int:
        """Waits until the test lets go."""
        toy = info.context.toy
        toy.waiting += 1
        try:
            await toy.let_go.wait()
        finally:
            toy.waiting -= 1
        return 1

    @strawberry.field
    def broken(self) -> int:
        """Fails."""
        raise ZeroDivisionError("a secret")


@strawberry.type
class Mutation:
    """Writes."""

    @strawberry.mutation
    def set(self, info: strawberry.Info[ToyContext, None], key: str, value: int) -> int:
        """Changes one thing."""
        return info.context.toy.log.append(key, value)


@strawberry.type
class Subscription:
    """Live fields."""

    @strawberry.subscription
    async def things(
        self, info: strawberry.Info[ToyContext, None], keys: str = "abc", after: str | None = None
    ) -> AsyncGenerator[Told, None]:
        """The things with certain keys."""
        # The feed takes a stream where Strawberry's typing knows generators only.
        return ToldThings(info.context.toy.log, after, keys, key=keys)  # type: ignore[return-value]

    @strawberry.subscription
    async def secrets(self) -> AsyncGenerator[Told, None]:
        """Not for anyone."""
        raise NotPermitted("Secrets are not for you.")

    @strawberry.subscription
    async def faulty(self) -> AsyncGenerator[Told, None]:
        """Fails."""
        raise ZeroDivisionError("a secret")


SCHEMA = strawberry.Schema(Query, Mutation, Subscription)._schema
FOLLOW = """
subscription F($keys: String!, $after: String) {
  things(keys: $keys, after: $after) { kind cursor things { key value } padding }
}
"""
TOKENS = ("ada", "ben")


@dataclass(frozen=True)
class SignedIn:
    """What a token stands for."""

    actor: Actor
    expires_at: datetime | None = None


@dataclass
class Toy:
    """The parts of a running server, and what it saw."""

    log: Log
    feed: Feed
    sockets: Sockets
    port: int = 0
    tokens: dict[str, SignedIn] = field(default_factory=lambda: {"ada": SignedIn(ADA), "ben": SignedIn(BEN)})
    seen: list[Observation] = field(default_factory=list)
    contexts: list[ToyContext] = field(default_factory=list)
    waiting: int = 0
    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    slow_sign_in: asyncio.Event | None = None
    server: uvicorn.Server | None = None

    @property
    def url(self) -> str:
        """Where the socket is."""
        return f"ws://127.0.0.1:{self.port}/graphql"

    async def authenticate(self, token: str) -> SignedIn:
        """Who a token stands for."""
        if token == "broken":
            raise OSError("the database is away")
        found = self.tokens.get(token)
        if self.slow_sign_in is not None:
            await self.slow_sign_in.wait()
        if found is None:
            raise NotSignedIn("There is no such token.")
        return found

    def make_context(self, actor: Actor, request_id: str, _address: str | None) -> ToyContext:
        """A context, remembered."""
        self.contexts.append(ToyContext(self, actor, request_id))
        return self.contexts[-1]

    @contextlib.asynccontextmanager
    async def deaf(self, count: int = 1) -> AsyncIterator[list["DeafClient"]]:
        """Clients that follow and read nothing of it."""
        clients = [DeafClient(self.port) for _ in range(count)]
        try:
            for client in clients:
                await client.open()
                await client.send({"type": "connection_init", "payload": {"token": TOKENS[0]}})
                payload = {"query": FOLLOW, "variables": {"keys": "abc"}}
                await client.send({"type": "subscribe", "id": "1", "payload": payload})
            yield clients
        finally:
            for client in clients:
                client.close()

    def connect(self, **options: Any) -> "Client":
        """A client that has not said anything yet."""
        return Client(self.url, options)

    @contextlib.asynccontextmanager
    async def signed_in(self, token: str = TOKENS[0], **options: Any) -> AsyncIterator["Client"]:
        """A client that is ready."""
        async with self.connect(**options) as client:
            await client.sign_in(token)
            yield client


class Client:
    """A client's side of one socket."""

    def __init__(self, url: str, options: dict[str, Any]) -> None:
        self._opening = connect(
            url,
            **{
                "subprotocols": [Subprotocol(SUBPROTOCOL)],
                "ping_interval": None,
                "compression": None,
                "max_size": None,
                "max_queue": None,
                "proxy": None,
                **options,
            },
        )
        self.socket: ClientConnection

    async def __aenter__(self) -> Self:
        self.socket = await self._opening.__aenter__()
        return self

    async def __aexit__(self, *args: Any) -> None:  # noqa: PYI036 - handed on as they are
        await self._opening.__aexit__(*args)

    async def send(self, type: str, id: str | None = None, payload: object = None) -> None:
        """Send a message of the protocol."""
        message = {"type": type, "id": id, "payload": payload}
        await self.socket.send(json.dumps({key: value for key, value in message.items() if value is not None}))

    async def sign_in(self, token: str | None = TOKENS[0]) -> None:
        """Present a token and wait to be let in."""
        await self.send("connection_init", payload={"Authorization": f"Bearer {token}"} if token else None)
        assert await self.receive() == {"type": "connection_ack"}

    async def subscribe(self, query: str, id: str = "1", **variables: object) -> None:
        """Begin an operation."""
        await self.send("subscribe", id, {"query": query, "variables": variables})

    async def follow(self, id: str = "1", *, keys: str = "abc", after: str | None = None) -> dict[str, Any]:
        """Begin to follow; gives the first thing told."""
        await self.subscribe(FOLLOW, id, keys=keys, after=after)
        return await self.told(id)

    async def told(self, id: str = "1") -> dict[str, Any]:
        """The next thing a live field tells."""
        message = await self.receive()
        assert (message["type"], message["id"]) == ("next", id), message
        found: dict[str, Any] = message["payload"]["data"]["things"]
        return found

    async def answer(self, query: str, id: str = "1", **variables: object) -> dict[str, Any]:
        """The payload that a query or mutation is answered with."""
        await self.subscribe(query, id, **variables)
        message = await self.receive()
        assert (message["type"], message["id"]) == ("next", id), message
        assert await self.receive() == {"id": id, "type": "complete"}
        found: dict[str, Any] = message["payload"]
        return found

    async def receive(self, seconds: float = 30.0) -> dict[str, Any]:
        """The next message other than a ping."""
        while True:
            async with asyncio.timeout(seconds):
                message: dict[str, Any] = json.loads(await self.socket.recv())
            if message["type"] != "ping":
                return message

    async def closed(self, seconds: float = 30.0) -> tuple[int, str]:
        """The code and reason that the server closes with; what comes before is read over."""
        with contextlib.suppress(ConnectionClosed):
            async with asyncio.timeout(seconds):
                while True:
                    await self.socket.recv()
        return self.socket.close_code or 0, self.socket.close_reason or ""


class DeafClient:
    """A client that says something, and reads nothing."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket = socket.socket()

    async def open(self) -> None:
        """Shake hands, with the smallest buffer there is."""
        loop = asyncio.get_running_loop()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        self._socket.setblocking(False)
        await loop.sock_connect(self._socket, ("127.0.0.1", self._port))
        await loop.sock_sendall(
            self._socket,
            b"GET /graphql HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n",
        )
        received = b""
        while b"\r\n\r\n" not in received:
            received += await loop.sock_recv(self._socket, 1024)

    async def send(self, message: object) -> None:
        """Send a message of the protocol."""
        raw = json.dumps(message).encode()
        size = bytes((0x80 | len(raw),)) if len(raw) < 126 else b"\xfe" + len(raw).to_bytes(2, "big")
        await self.send_raw(b"\x81" + size + b"\x00\x00\x00\x00" + raw)

    async def send_raw(self, raw: bytes) -> None:
        """Send bytes as they are."""
        await asyncio.get_running_loop().sock_sendall(self._socket, raw)

    def close(self) -> None:
        """Go away."""
        self._socket.close()


@contextlib.asynccontextmanager
async def serving(
    *,
    direct: bool = True,
    limits: SocketLimits | None = None,
    most: int = 10_000,
    most_strangers: int = 500,
    feed_limits: FeedLimits | None = None,
    trusted: TrustedDocuments | None = None,
    rates: Rates | None = None,
) -> AsyncIterator[Toy]:
    """A server on loopback; not `direct` is one that offers nothing beyond ASGI."""
    log, sockets = Log(), Sockets(most=most, most_strangers=most_strangers, check_seconds=0.05)
    toy = Toy(log, Feed(log, Rendering(SCHEMA), limits=feed_limits), sockets)
    endpoint = SocketEndpoint(
        SCHEMA,
        documents=Documents(SCHEMA),
        authenticate=toy.authenticate,
        make_context=toy.make_context,
        feed=toy.feed,
        sockets=sockets,
        observe=toy.seen.append,
        limits=limits,
        trusted=trusted,
        rates=rates,
    )
    listener = socket.create_server(("127.0.0.1", 0))
    toy.port = listener.getsockname()[1]
    options = SERVER_OPTIONS if direct else {**SERVER_OPTIONS, "ws": WebSocketsSansIOProtocol}
    app = Starlette(routes=[WebSocketRoute("/graphql", endpoint)])
    config = uvicorn.Config(
        app, lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=5, **options
    )
    toy.server = uvicorn.Server(config)
    running = asyncio.create_task(toy.server.serve(sockets=[listener]))
    while not toy.server.started:  # noqa: ASYNC110 - uvicorn sets no event
        await asyncio.sleep(0.005)
    try:
        yield toy
    finally:
        toy.let_go.set()
        toy.server.should_exit = True
        await running
        await toy.feed.stop()
