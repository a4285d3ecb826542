"""Where it happens: servers as processes of their own on one database, and a board that people work on."""

import asyncio
import contextlib
import random
import signal
from collections.abc import AsyncGenerator, Generator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import asyncpg

from api.auth import Sessions
from db import lifecycle
from db.config import is_postgres
from db.migrating import migrate
from tests.builders.access import PASSWORD, a_person
from tests.builders.boards import a_booking, a_dispatched_worker
from tests.builders.processes import DidNotStart, Served, tavle_serve
from tests.builders.rows import number_sequences
from tests.postgres import Cluster
from tests.serving import SECRET

# Nobody here is to be held back by limits: one user does the work of many.
_SETTINGS = {"TAVLE_COST_PER_MINUTE": "0", "TAVLE_LOG_LEVEL": "error"}
# On a busy machine a start takes long enough for the database to be killed in the middle of several.
_LONGEST_START_SECONDS = 180.0
_LONGEST_STOP_SECONDS = 8.0


@dataclass
class Place:
    """Where a server runs, or is to run again."""

    database_url: str
    served: Served | None = None
    is_held: bool = False
    is_stopped: bool = False
    _open: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def start(self) -> None:
        """Start a server, again and again while the database is away, as a supervisor does."""
        async with asyncio.timeout(_LONGEST_START_SECONDS):
            while self.served is None:
                try:
                    self.served = await self._open.enter_async_context(tavle_serve(self.database_url, **_SETTINGS))
                except DidNotStart:
                    await asyncio.sleep(0.2)

    async def kill(self) -> None:
        """End the server as a power cut would."""
        if self.served is not None:
            served, self.served = self.served, None
            await served.kill()
            await self._open.aclose()

    async def ask_to_stop(self) -> bool:
        """Let the server end by itself; whether it did so in time."""
        if self.served is None:
            return True
        served, self.served = self.served, None
        served.process.send_signal(signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(served.process.wait(), _LONGEST_STOP_SECONDS)
        ended = served.process.returncode is not None
        await self._open.aclose()
        return ended

    def halt(self, *, is_stopped: bool) -> None:
        """Stop the server in the middle of whatever it does, or let it go on."""
        if self.served is not None and self.served.process.returncode is None:
            self.served.process.send_signal(signal.SIGSTOP if is_stopped else signal.SIGCONT)
        self.is_stopped = is_stopped


@dataclass
class Arena:
    """The database, its servers, and the board on it."""

    database_url: str
    cluster: Cluster | None
    places: list[Place]
    token: str
    activity_ids: list[int]
    worker_ids: list[int]

    def url(self, chance: random.Random) -> str | None:
        """The address of a server that has been started; None when there is none."""
        running = [place.served.url for place in self.places if place.served is not None]
        return chance.choice(running) if running else None

    @contextlib.contextmanager
    def one_place(self, chance: random.Random) -> Generator[Place | None]:
        """A place where no other fault is at work, if there is one."""
        free = [place for place in self.places if not place.is_held]
        place = chance.choice(free) if free else None
        if place is None:
            yield None
            return
        place.is_held = True
        try:
            yield place
        finally:
            place.is_held = False

    async def on_database(self, statement: str) -> list[asyncpg.Record]:
        """What PostgreSQL itself answers; nothing when it is away."""
        try:
            connection = await asyncpg.connect(self.database_url)
        except (OSError, asyncpg.PostgresError):
            return []
        try:
            return list(await connection.fetch(statement))
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return []
        finally:
            connection.terminate()


@asynccontextmanager
async def arena(database_url: str, cluster: Cluster | None, *, servers: int) -> AsyncGenerator[Arena]:
    """A board of 24 visits of 6 workers, and so many servers that show it."""
    await migrate(database_url)
    async with lifecycle.database(database_url):
        await number_sequences("customer")
        person = await a_person("dina@tavle.example", password=PASSWORD)
        token = (await Sessions(SECRET).sign_in(person.email, PASSWORD)).result.access_token
        workers = [await a_dispatched_worker(f"Worker {place}") for place in range(6)]
        visits = [await a_booking(worker, hour, 1) for worker in workers for hour in range(4)]
    places = [Place(database_url) for _ in range(servers if is_postgres(database_url) else 1)]
    made = Arena(
        database_url, cluster, places, token, [visit.id for visit in visits], [worker.id for worker in workers]
    )
    try:
        await asyncio.gather(*(place.start() for place in places))
        yield made
    finally:
        await asyncio.gather(*(place.kill() for place in places))
