"""The server under attack, who talks to it, and what comes back in one short phrase."""

import asyncio
import contextlib
import json
import re
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from websockets.exceptions import InvalidHandshake, InvalidMessage
from websockets.typing import Subprotocol

from api.auth import Sessions
from api.live.socket import SUBPROTOCOL
from db import lifecycle
from domain.core.actor import Role
from tests.builders.access import PASSWORD, a_person
from tests.builders.boards import a_booking, a_dispatched_worker
from tests.builders.processes import Served, tavle_serve
from tests.builders.rows import a_customer, number_sequences, the_parameters
from tests.builders.sockets import Client
from tests.serving import SECRET

RESPONSE = "application/graphql-response+json"
JSON = {"Content-Type": "application/json", "Accept": RESPONSE}
_PATIENCE_SECONDS = 25.0
_RESIDENT = re.compile(r"^VmRSS:\s+(\d+) kB", re.MULTILINE)


class When(Enum):
    """When a row has its turn."""

    IN_TURN = "a few at a time"
    BESIDE = "from the beginning, beside the others, because it takes its time"
    LAST = "after all others, because it takes the room of others"


@dataclass(frozen=True, slots=True)
class Row:
    """One hostile act and the outcome that is safe."""

    section: str
    name: str
    act: Callable[["Target"], Awaitable[str]]
    safe: str
    when: When


ROWS: list[Row] = []


def row(
    section: str, name: str, safe: str, act: Callable[["Target"], Awaitable[str]], *, when: When = When.IN_TURN
) -> None:
    """Add a row to the table."""
    ROWS.append(Row(section, name, act, safe, when))


@dataclass(slots=True)
class Target:
    """A running server in production mode with one board; tokens by the name of who holds them."""

    served: Served
    tokens: dict[str, str]
    activities: list[str]
    customers: list[str]

    @property
    def port(self) -> int:
        """Where it listens."""
        return urlsplit(self.served.url).port or 0

    def memory_mb(self) -> float:
        """The server's resident memory."""
        found = _RESIDENT.search(Path(f"/proc/{self.served.process.pid}/status").read_text())
        return int(found[1]) / 1024 if found else 0.0

    async def raw(self, *parts: bytes, pause: float = 0.0, keep_open: bool = False) -> str:
        """The outcome of bytes sent on a connection of their own."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            for part in parts:
                writer.write(part)
                with contextlib.suppress(ConnectionError):
                    await writer.drain()
                if pause:
                    await asyncio.sleep(pause)
            if not keep_open and writer.can_write_eof():
                writer.write_eof()
            async with asyncio.timeout(_PATIENCE_SECONDS):
                return await _outcome_of(reader)
        except (ConnectionError, asyncio.IncompleteReadError):
            return "closed"
        except TimeoutError:
            return "no answer"
        finally:
            writer.close()

    def head(self, method: str, path: str, headers: dict[str, str]) -> bytes:
        """The head of a request."""
        lines = [
            f"{method} {path} HTTP/1.1",
            "Host: tavle.test",
            *(f"{name}: {text}" for name, text in headers.items()),
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "surrogatepass")

    async def send(
        self,
        body: bytes | str | object = b"",
        *,
        method: str = "POST",
        path: str = "/graphql",
        by: str | None = "mallory",
        **headers: str,
    ) -> str:
        """The outcome of one HTTP request; `headers` have `_` for `-`, and an empty one is left out."""
        sent = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
        given = {**JSON, "Content-Length": str(len(sent)), "Connection": "close"}
        if by is not None:
            given["Authorization"] = f"Bearer {self.tokens.get(by, by)}"
        given |= {name.replace("_", "-"): text for name, text in headers.items()}
        head = self.head(method, path, {name: text for name, text in given.items() if text})
        return await self.raw(head, sent, keep_open=True)

    async def ask(self, query: str, by: str | None = "mallory", **variables: object) -> str:
        """The outcome of a GraphQL request."""
        return await self.send({"query": query, "variables": variables}, by=by)

    @asynccontextmanager
    async def socket(self, by: str | None = "mallory", **options: Any) -> AsyncGenerator[Client]:
        """A socket that has been introduced."""
        async with self.plain_socket(**options) as client:
            await client.sign_in(self.tokens[by] if by else None)
            yield client

    @asynccontextmanager
    async def plain_socket(self, **options: Any) -> AsyncGenerator[Client]:
        """A socket on which nothing has been said."""
        given = {"subprotocols": [Subprotocol(SUBPROTOCOL)], **options}
        async with Client(self.served.url.replace("http", "ws", 1) + "/graphql", given) as client:
            yield client

    async def say(self, *messages: str | bytes | object, by: str | None = None) -> str:
        """What comes of messages on a socket of their own: how it is closed, or what is answered last."""
        try:
            async with self.plain_socket() if by is None else self.socket(by) as client:
                for message in messages:
                    is_raw = isinstance(message, str | bytes)
                    await client.socket.send(message if is_raw else json.dumps(message))  # type: ignore[arg-type]
                return await answer_on(client)
        except (InvalidHandshake, InvalidMessage) as error:
            return type(error).__name__

    async def operate(self, query: str | None = None, by: str = "mallory", **payload: object) -> str:
        """The outcome of an operation over a socket, which has to answer another one after it."""
        async with self.socket(by) as client:
            await client.send("subscribe", "1", {"query": query, **payload})
            outcome = await answer_on(client)
            await client.send("complete", "1")
            await client.subscribe("{ viewer { name } }", "after")
            while (message := await client.receive()).get("id") != "after":
                pass
            return f"{outcome}, lives" if message["type"] == "next" else f"{outcome}, dead"


async def answer_on(client: Client, seconds: float = _PATIENCE_SECONDS) -> str:
    """The next answer on a socket, or the code with which it closes."""
    try:
        message = await client.receive(seconds)
    except TimeoutError:
        return "no answer"
    except Exception:  # noqa: BLE001 - whatever way it closes
        return f"closed {client.socket.close_code}"
    if message["type"] == "error":
        return f"error {message['payload'][0]['extensions']['code']}"
    return str(message["type"])


async def _outcome_of(reader: asyncio.StreamReader) -> str:
    head = await reader.readuntil(b"\r\n\r\n")
    status = head.split(b" ", 2)[1].decode()
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    body = await reader.readexactly(int(length[1])) if length else await reader.read()
    try:
        answer = json.loads(body)
    except ValueError:
        return status
    if "errors" in answer:
        return f"{status} {answer['errors'][0]['extensions']['code']}"
    refusals = re.findall(r'"userErrors": \[\{[^]]*?"code": "(\w+)"', json.dumps(answer))
    return f"{status} {' '.join(sorted(set(refusals)))}" if refusals else f"{status} data"


@asynccontextmanager
async def attacked(url: str) -> AsyncGenerator[Target]:
    """A server in production mode, with people who may little and people who may much."""
    async with lifecycle.database(url):
        await number_sequences("customer")
        await the_parameters()
        worker = await a_dispatched_worker()
        activities = [await a_booking(worker, hours=number * 3) for number in range(30)]
        customer, other = await a_customer(name="Kim Customer"), await a_customer(name="Other Customer")
        people = {
            "witness": Role.DISPATCHER,
            "mallory": Role.DISPATCHER,
            "flooder": Role.DISPATCHER,
            "greedy": Role.DISPATCHER,
            "manager": Role.SERVICE_MANAGER,
            "technician": Role.TECHNICIAN,
            "customer": Role.CUSTOMER,
        }
        tokens = {}
        for name, role in people.items():
            columns = {Role.TECHNICIAN: {"worker_id": worker.id}, Role.CUSTOMER: {"customer_id": customer.id}}
            await a_person(f"{name}@tavle.example", role, password=PASSWORD, **columns.get(role, {}))
            done = await Sessions(SECRET).sign_in(f"{name}@tavle.example", PASSWORD)
            tokens[name] = done.result.access_token
    async with tavle_serve(url, TAVLE_MODE="production", TAVLE_LOG_LEVEL="error") as served:
        yield Target(
            served, tokens, [f"act_{each.id}" for each in activities], [f"cus_{customer.id}", f"cus_{other.id}"]
        )


def together(outcomes: Iterable[str]) -> str:
    """Many outcomes as one phrase: which there were, and no word on how many."""
    return " | ".join(sorted(set(outcomes)))


def nonsense(size: int) -> str:
    """Letters that nobody has seen before."""
    return secrets.token_hex(size // 2)
