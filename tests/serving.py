"""The whole product behind a real server, and people who talk to it over HTTP."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn
from gql import Client, GraphQLRequest
from gql.client import AsyncClientSession
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.exceptions import TransportQueryError
from pydantic import SecretStr
from structlog.testing import capture_logs

from api.app import create_app
from api.auth import Sessions
from api.listening import bound
from api.server import server_config
from api.settings import Settings
from domain.access.operations import CreateApiToken, create_api_token
from domain.core.actor import SYSTEM, Role
from domain.core.operation import perform
from tests.builders.access import PASSWORD, a_person
from tests.builders.rows import a_customer, a_worker

SECRET = "a secret for tests that is long enough"
Token = Role | str | None


@dataclass(slots=True)
class Server:
    """A running server at `url`. Whoever asks is named by a role, by a token, or is nobody."""

    url: str
    settings: Settings
    open: AsyncExitStack
    _tokens: dict[Role, str] = field(default_factory=dict)
    _clients: dict[str | None, AsyncClientSession] = field(default_factory=dict)

    async def token(self, role: Role) -> str:
        """The access token of a person with this role, the same one at every call."""
        if role is Role.INTEGRATION and role not in self._tokens:
            made = await perform(create_api_token, CreateApiToken("Pia Program"), actor=SYSTEM)
            self._tokens[role] = made.result.secret
        if role not in self._tokens:
            columns: dict[str, int] = {}
            if role is Role.TECHNICIAN:
                columns["worker_id"] = (await a_worker(name="Tim Technician")).id
            if role is Role.CUSTOMER:
                columns["customer_id"] = (await a_customer(name="Kim Customer")).id
            person = await a_person(f"{role.lower()}@tavle.example", role, password=PASSWORD, **columns)
            signed_in = await Sessions(SECRET).sign_in(person.email, PASSWORD)
            self._tokens[role] = signed_in.result.access_token
        return self._tokens[role]

    async def ask(self, text: str, *, by: Token = Role.SERVICE_MANAGER, **variables: Any) -> dict[str, Any]:
        """The data that answers a document.

        Raises:
            TransportQueryError: there are errors beside it.
        """
        client = await self._client(await self.token(by) if isinstance(by, Role) else by)
        request = GraphQLRequest(text, variable_values=variables)
        data: dict[str, Any] = await client.execute(request)
        return data

    async def errors(self, text: str, *, by: Token = Role.SERVICE_MANAGER, **variables: Any) -> list[dict[str, Any]]:
        """The top-level errors that answer a document."""
        with pytest.raises(TransportQueryError) as caught:
            await self.ask(text, by=by, **variables)
        return list(caught.value.errors or ())

    async def codes(self, text: str, *, by: Token = Role.SERVICE_MANAGER, **variables: Any) -> list[str]:
        """The codes of the top-level errors that answer a document."""
        return [error["extensions"]["code"] for error in await self.errors(text, by=by, **variables)]

    async def lets_in(self, token: str) -> bool:
        """Whether a token still stands for somebody."""
        try:
            await self.ask("{ viewer { name } }", by=token)
        except TransportQueryError:
            return False
        return True

    async def statements(self, text: str, *, by: Token = Role.SERVICE_MANAGER, **variables: Any) -> int:
        """How many SQL statements the server sends to answer a document."""
        await self.ask(text, by=by, **variables)  # so that whoever asks is known already
        with capture_logs() as entries:
            await self.ask(text, by=by, **variables)
            async with asyncio.timeout(30):
                # The line is logged after the answer, and nobody tells when.
                while not (sent := [entry["statements"] for entry in entries if entry["event"] == "request"]):  # noqa: ASYNC110
                    await asyncio.sleep(0.001)
        [count] = sent
        return int(count)

    async def _client(self, token: str | None) -> AsyncClientSession:
        if token not in self._clients:
            headers = {} if token is None else {"Authorization": f"Bearer {token}"}
            transport = AIOHTTPTransport(f"{self.url}/graphql", headers=headers)
            self._clients[token] = await self.open.enter_async_context(Client(transport=transport))
        return self._clients[token]


class PromptServer(uvicorn.Server):
    """A server that stops when it is told to; uvicorn looks ten times a second, and then waits a tenth more."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._told = asyncio.Event()

    def stop(self) -> None:
        """Let it stop."""
        self.should_exit = True
        self._told.set()

    async def main_loop(self) -> None:
        """Serve until told to stop."""
        await self.on_tick(0)
        await self._told.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop: at once when everybody has gone, or else as uvicorn does."""
        for _ in range(50):
            if not self.server_state.connections and not self.server_state.tasks:
                for listening in self.servers:
                    listening.close()
                await self.lifespan.shutdown()
                return
            await asyncio.sleep(0.001)
        await super().shutdown(sockets)


@asynccontextmanager
async def serving(settings: Settings) -> AsyncGenerator[Server]:
    """A server on a free port of this machine, in this event loop."""
    listener = bound("127.0.0.1", 0)
    running = PromptServer(server_config(lambda: create_app(settings)))
    task = asyncio.create_task(running.serve(sockets=[listener]))
    async with asyncio.timeout(20):
        while not running.started:
            if task.done():
                await task
                raise RuntimeError("The server did not start; its log says why.")
            await asyncio.sleep(0.005)
    try:
        async with AsyncExitStack() as stack:
            yield Server(f"http://127.0.0.1:{listener.getsockname()[1]}", settings, stack)
    finally:
        running.stop()
        await task
        listener.close()


@pytest.fixture
async def server(database_url: str) -> AsyncGenerator[Server]:
    """The product, served from an empty database that the test's own code may use too."""
    settings = Settings(database_url=database_url, secret=SecretStr(SECRET), mode="development")
    async with serving(settings) as running:
        yield running
