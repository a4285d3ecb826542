"""Somebody stalls in the middle of a write: others go on, and readers do not notice."""

import asyncio
import os
import sqlite3
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import asyncpg
import pytest

from db import lifecycle
from db.config import is_postgres, sqlite_path, tortoise_config
from db.outbox import EventHead
from domain.core.actor import Role
from domain.core.operation import perform
from domain.customers.models import Customer
from domain.customers.operations import ChangeCustomer, change_customer
from tests.builders.actors import DISPATCHER
from tests.builders.boards import a_booking, a_dispatched_worker
from tests.builders.log import events
from tests.builders.rows import a_customer
from tests.serving import Server

on_postgres = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
STALLED_SECONDS = 3.0
# A busy machine keeps a read waiting for so long by itself.
SLOW_READ_SECONDS = 0.5
BOARD = '{ dispatchBoard(input: {from: "2026-11-23", to: "2026-11-29"}) { activities { number startsAt } } }'
# What each of several processes does with the one file.
WRITES = """
import asyncio, sys
from db import lifecycle
from domain.core.operation import perform
from domain.customers.operations import ChangeCustomer, change_customer
from tests.builders.actors import DISPATCHER

async def write(url, customer_id):
    async with lifecycle.database(url):
        for number in range(300):
            await perform(change_customer, ChangeCustomer(customer_id, name=f"Name {number}"), actor=DISPATCHER)

asyncio.run(write(sys.argv[1], int(sys.argv[2])))
"""


@on_postgres
async def test_a_transaction_that_stalls_with_the_counter_holds_others_for_three_seconds_at_most(database: str) -> None:
    customers = [await a_customer() for _ in range(4)]
    settings = tortoise_config(database)["connections"]["default"]["credentials"]["server_settings"]
    stalled = await asyncpg.connect(database, server_settings=settings)
    await stalled.execute("BEGIN")
    await stalled.execute("UPDATE event_head SET seq = seq + 1 WHERE id = 1")
    began = time.monotonic()

    waited = await asyncio.gather(*(rename(customer.id) for customer in customers))

    # For three seconds, and however long a busy machine takes to say so; not for as long as the other stalls.
    assert 2 < time.monotonic() - began < 10
    assert max(waited) < 10
    # The last is what asyncpg says when it has read the server's farewell and not yet seen the line end.
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)):
        await stalled.execute("COMMIT")
    assert [event.seq for event in await events()] == [1, 2, 3, 4]
    assert (await EventHead.get(id=1)).seq == 4


async def rename(customer_id: int) -> float:
    """Change a customer; gives how long that took."""
    began = time.monotonic()
    await perform(change_customer, ChangeCustomer(customer_id, name="New name"), actor=DISPATCHER)
    return time.monotonic() - began


@asynccontextmanager
async def somebody_writing(url: str) -> AsyncGenerator[None]:
    """A transaction of another process that has changed every customer and does not end."""
    if is_postgres(url):
        connection = await asyncpg.connect(url)
        await connection.execute("BEGIN; UPDATE customer SET name = 'Changed'")
        try:
            yield
        finally:
            await connection.close()
    else:
        with closing(sqlite3.connect(sqlite_path(url), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            other.execute("UPDATE customer SET name = 'Changed'")
            yield


async def test_reads_do_not_notice_a_write_that_takes_three_seconds(server: Server) -> None:
    worker = await a_dispatched_worker()
    for hour in range(20):
        await a_booking(worker, 3 * hour)

    customer = await Customer.all().first()
    assert customer is not None

    async def read() -> float:
        began = time.monotonic()
        assert len((await server.ask(BOARD, by=Role.DISPATCHER))["dispatchBoard"]["activities"]) == 20
        return time.monotonic() - began

    async def reads() -> list[float]:
        until = time.monotonic() + STALLED_SECONDS
        return [await read() for _ in iter(lambda: time.monotonic() < until, False)]

    await read()  # signs in, which writes
    before = await reads()
    async with somebody_writing(server.settings.database_url):
        # A control: who has to write does wait.
        writing = asyncio.create_task(rename(customer.id))
        during = await reads()
        assert not writing.done()
    await writing

    assert percentile(during, 99) < max(SLOW_READ_SECONDS, 3 * percentile(before, 99))
    assert await Customer.all().count() == 20


def percentile(waited: list[float], percent: int) -> float:
    """The time that so many of a hundred waited at most."""
    return sorted(waited)[len(waited) * percent // 100]


@on_sqlite
async def test_three_processes_write_to_one_file_and_all_900_writes_are_there(database_url: str) -> None:
    async with lifecycle.database(database_url):
        customers = [await a_customer() for _ in range(3)]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            WRITES,
            database_url,
            str(customer.id),
            env=environment,
            stderr=asyncio.subprocess.PIPE,
        )
        for customer in customers
    ]
    said = await asyncio.gather(*(process.communicate() for process in processes))

    assert [process.returncode for process in processes] == [0, 0, 0], said
    async with lifecycle.database(database_url):
        assert {row.version for row in await Customer.all()} == {301}
        assert [event.seq for event in await events()] == list(range(1, 901))
