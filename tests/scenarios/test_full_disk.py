"""The disk is full: changes are refused with a code, nothing is half written, and with room all goes on."""

import asyncio
import shutil
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs
from tortoise.backends.base.executor import EXECUTOR_CACHE

from api.settings import Settings
from db.migrating import migrate
from db.outbox import EventHead, MutationKey
from domain.core.actor import Role
from domain.customers.models import Customer
from tests.builders.boards import a_booking, a_dispatched_worker
from tests.builders.disks import Disk, PageLimit, RefusingTable, may_mount, small_disk
from tests.builders.log import events
from tests.builders.replicas import replica
from tests.builders.rows import number_sequences
from tests.postgres import cluster
from tests.serving import SECRET, Server, serving

CREATE = """mutation($input: CreateCustomerInput!) {
  createCustomer(input: $input) { cursor customer { name } userErrors { code message path } } }"""
FULL = [{"code": "STORAGE_FULL", "message": "The server's disk is full; nothing was changed.", "path": ["input"]}]
WEEK = {"from": "2026-11-23", "to": "2026-11-29"}
# What the engine itself says is tried everywhere, a disk that is really full where one may be mounted.
ROOMS = ["sqlite by its limit", "postgres by its error", *(["sqlite on a disk", "postgres on a disk"] * may_mount())]


@dataclass
class Stage:
    """A server, and the disk of its database."""

    server: Server
    disk: Disk

    async def create(self, number: int) -> dict[str, Any]:
        """Ask for a customer with a long name, under a key of its own."""
        wanted = {"name": f"{number} {'x' * 100}", "clientMutationKey": f"key {number}"}
        done: dict[str, Any] = (await self.server.ask(CREATE, input=wanted))["createCustomer"]
        return done


@pytest.fixture(params=ROOMS)
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Disk]]:
    """The address of an empty database, and its disk."""
    EXECUTOR_CACHE.clear()
    kind = request.param
    if kind == "sqlite by its limit":
        path = tmp_path / "limited.sqlite3"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite://{path}", PageLimit()
    elif kind == "postgres by its error":
        url = request.getfixturevalue("empty_postgres")
        yield url, RefusingTable(url)
    elif kind == "sqlite on a disk":
        with small_disk(16) as disk:
            path = disk.folder / "small.sqlite3"
            shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
            yield f"sqlite://{path}", disk
    else:
        with small_disk(64) as disk, cluster(own=True) as postgres:
            # Only the tables: without room for its own log PostgreSQL stops as a whole.
            postgres.create_database("small", folder=disk.folder / "tables")
            yield postgres.url("small"), disk


@pytest.fixture
async def stage(room: tuple[str, Disk]) -> AsyncGenerator[Stage]:
    """A server whose database may run out of room."""
    url, disk = room
    await migrate(url)
    settings = Settings(database_url=url, secret=SecretStr(SECRET), mode="development")
    async with serving(settings) as server:
        yield Stage(server, disk)


async def test_a_full_disk_refuses_changes_until_there_is_room_again(stage: Stage) -> None:
    await number_sequences("customer")
    await stage.server.token(Role.SERVICE_MANAGER)
    await a_booking(await a_dispatched_worker())
    async with replica(stage.server, Role.DISPATCHER, **WEEK) as board:
        await board.follow()
        began = len(await events())
        await stage.disk.fill()
        done: list[int] = []
        with capture_logs() as logged:
            while not (await stage.create(len(done)))["userErrors"]:
                done.append(len(done))
            wanted = range(len(done), len(done) + 5)
            refused = await asyncio.gather(*map(stage.create, wanted))

        # Each of them was refused, with the reason, and nobody's reading is disturbed.
        assert [each["userErrors"] for each in refused] == [FULL] * 5
        assert {each["cursor"] for each in refused} == {None}
        assert "storage_full" in {entry["event"] for entry in logged}
        assert await board.difference() == ""
        await assert_only(done, began)

        await stage.disk.free()
        resumed = [await stage.create(number) for number in wanted]

        assert [each["userErrors"] for each in resumed] == [[]] * 5
        done += wanted
        await assert_only(done, began)
        assert [event.seq for event in await events()][-1] == int(resumed[-1]["cursor"].partition(":")[2])


async def assert_only(done: list[int], began: int) -> None:
    """What was acknowledged is there, with its event and its key, and nothing else is."""
    log = await events()
    assert [row.name.partition(" ")[0] for row in await Customer.all().order_by("id")][1:] == [
        str(each) for each in done
    ]
    assert [event.key for event in log[began:]] == [f"key {number}" for number in done]
    assert [event.seq for event in log] == list(range(1, (await EventHead.get(id=1)).seq + 1))
    assert await MutationKey.filter(id__contains=":key ").count() == len(done)
