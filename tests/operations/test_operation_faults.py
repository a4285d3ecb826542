"""What a write does when somebody holds what it needs, and when its connection is lost."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from tortoise.connection import get_connection

from db import lifecycle
from db.config import is_postgres, sqlite_path
from domain.core.actor import Permission
from domain.core.errors import Code, Refused
from domain.core.operation import Operation, Work, perform
from domain.core.rows import locked
from domain.customers.models import Customer
from domain.customers.operations import ChangeCustomer, change_customer
from tests.builders.actors import DISPATCHER
from tests.builders.disks import Disk, PageLimit, RefusingTable
from tests.builders.log import events, nothing_changes, only_event, refusal
from tests.builders.rows import a_customer

POOL = 10
END_ALL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tavle'"
WAITS = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'tavle' AND wait_event_type = 'Lock'"


@asynccontextmanager
async def held(url: str, customer_id: int) -> AsyncGenerator[Callable[[], object]]:
    """Somebody else's transaction that holds the customer, or on SQLite all there is; gives how to end it."""
    if not is_postgres(url):
        other = sqlite3.connect(sqlite_path(url), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            yield lambda: other.execute("COMMIT")
        finally:
            other.close()
        return
    connection = await asyncpg.connect(url)
    await connection.execute("BEGIN")
    await connection.execute("SELECT 1 FROM customer WHERE id = $1 FOR UPDATE", customer_id)
    try:
        yield connection.terminate
    finally:
        await connection.close()


async def test_a_write_waits_for_who_holds_what_it_needs(database: str) -> None:
    customer = await a_customer()

    # Longer than PostgreSQL's lock_timeout: the first attempt is given up and made again.
    async with held(database, customer.id) as let_go:
        asyncio.get_running_loop().call_later(1.3, let_go)
        await perform(change_customer, ChangeCustomer(customer.id, name="At last"), actor=DISPATCHER, key="k")

    assert (await only_event()).body["after"]["name"] == "At last"


async def test_a_write_that_waited_long_enough_is_refused_as_busy(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("domain.core.operation._ATTEMPTS", 1)
    customer = await a_customer()
    if not is_postgres(database):
        await get_connection("default").execute_query("PRAGMA busy_timeout = 200")

    async with nothing_changes(), held(database, customer.id) as let_go:
        with pytest.raises(Refused) as caught:
            await perform(change_customer, ChangeCustomer(customer.id, name="No"), actor=DISPATCHER, key="k")
        let_go()
    [only] = caught.value.refusals
    assert (only.code, only.path) == (Code.BUSY, ())
    await perform(change_customer, ChangeCustomer(customer.id, name="Now"), actor=DISPATCHER, key="k")
    assert [event.key for event in await events()] == ["k"]


async def test_a_connection_that_the_server_has_ended_is_replaced_before_it_is_used(empty_postgres: str) -> None:
    customer_ids: list[int] = []
    async with lifecycle.database(empty_postgres):
        customer_ids += [(await a_customer()).id for _ in range(POOL)]
        other = await asyncpg.connect(empty_postgres)
        for turn in range(2 * POOL):
            await asyncio.gather(*(rename(customer_id, f"{turn}") for customer_id in customer_ids))
            # So suddenly that nothing here has seen the connections break.
            await other.execute(END_ALL)
            await rename(customer_ids[0], f"{turn} at once")
        await other.close()

        pool: Any = get_connection("default")._pool
        assert pool.get_idle_size() == pool.get_size() > 0
        assert {row.name for row in await Customer.all()} == {"19", "19 at once"}


async def test_a_write_whose_connection_is_lost_half_way_is_undone(empty_postgres: str) -> None:
    async with lifecycle.database(empty_postgres):
        one, two = await a_customer(), await a_customer()
        async with nothing_changes(), held(empty_postgres, two.id):
            other = await asyncpg.connect(empty_postgres)
            writing = asyncio.create_task(perform(rename_all, (one.id, two.id), actor=DISPATCHER))
            while not await other.fetchval(WAITS):  # noqa: ASYNC110 - the server tells nobody
                await asyncio.sleep(0.01)
            await other.execute(END_ALL)
            await other.close()
            with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
                await writing

        await rename(one.id, "Afterwards")
        pool: Any = get_connection("default")._pool
        assert pool.get_idle_size() == pool.get_size() > 0


async def test_what_there_is_no_room_for_is_refused_and_changes_nothing(database: str) -> None:
    customer = await a_customer()
    disk: Disk = RefusingTable(database) if is_postgres(database) else PageLimit()
    await disk.fill()
    # What is left of the pages there are.
    await asyncio.gather(*(rename(customer.id, f"{number}") for number in range(100)), return_exceptions=True)

    command = ChangeCustomer(customer.id, name="x" * 100, phone="1" * 20)
    assert await refusal(change_customer, command, actor=DISPATCHER, key="k") == (Code.STORAGE_FULL, ())
    await disk.free()
    await perform(change_customer, command, actor=DISPATCHER, key="k")


async def rename(customer_id: int, name: str) -> None:
    await perform(change_customer, ChangeCustomer(customer_id, name=name), actor=DISPATCHER)


async def _rename_all(work: Work, customer_ids: tuple[int, ...]) -> int:
    for customer_id in customer_ids:
        await work.change(await locked(Customer, customer_id, "customer"), "customer_changed", name="Half way")
    return len(customer_ids)


rename_all = Operation("tests.rename_all", Permission.MAINTAIN_ORDERS, _rename_all, replayable=False)
