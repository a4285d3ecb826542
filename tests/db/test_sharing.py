"""SQLite's one write transaction: whoever waits writes in it too, and each is answered when it is on the disk."""

import asyncio
import sqlite3
from contextlib import suppress
from typing import Any

import pytest
from tortoise.connection import get_connection

from db import lifecycle
from db.config import sqlite_path
from db.transaction import transaction
from domain.customers.models import Customer

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Disk:
    """The write connection's commits: how many there were, and one that is held up or fails."""

    def __init__(self, client: Any) -> None:
        self.commits = 0
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()
        self.failure: Exception | None = None
        self._commit = client.commit
        self._client = client
        client.commit = self.commit

    async def commit(self) -> None:
        """Wait until it may be, then do it, or fail as it would on a full disk."""
        await self.may_go_on.wait()
        self.commits += 1
        if self.failure is not None:
            failure, self.failure = self.failure, None
            await self._client.roll_back()
            raise failure
        await self._commit()


@pytest.fixture
async def disk(database: str) -> Disk:  # noqa: ARG001 - has to be open
    assert await Customer.all().count() == 0  # the connection is opened by the first who needs it
    return Disk(get_connection("default"))


async def add(number: str, *, mishap: bool = False, pause: float = 0.0) -> str:
    """Add a customer in a transaction, and perhaps fail after that."""
    async with transaction():
        await Customer.create(number=number, name=number)
        await asyncio.sleep(pause)
        if mishap:
            raise ZeroDivisionError(number)
    return number


async def numbers(database: str) -> list[str]:
    """The customers that everybody sees, who looks at the file."""
    connection = sqlite3.connect(sqlite_path(database))
    try:
        return [number for (number,) in connection.execute("SELECT number FROM customer ORDER BY number")]
    finally:
        connection.close()


async def started(*units: Any) -> list[asyncio.Task[str]]:
    """The units under way, as far as they come by themselves."""
    tasks = [asyncio.create_task(unit) for unit in units]
    await asyncio.sleep(0.1)
    return tasks


async def assert_nothing_is_wedged(database: str) -> None:
    """Whoever comes now is served."""
    async with asyncio.timeout(30):
        assert await asyncio.gather(*(add(f"Z{place}") for place in range(5))) == [f"Z{place}" for place in range(5)]
    assert (await numbers(database))[-5:] == [f"Z{place}" for place in range(5)]


async def test_who_waits_is_committed_together(database: str, disk: Disk) -> None:
    done = await asyncio.gather(*(add(f"C{place}") for place in range(8)))

    assert disk.commits == 1
    assert await numbers(database) == sorted(done)


async def test_nobody_is_answered_before_the_commit(database: str, disk: Disk) -> None:
    disk.may_go_on.clear()
    tasks = await started(add("A"), add("B"), add("C"))

    assert [task.done() for task in tasks] == [False] * 3
    assert await numbers(database) == []
    disk.may_go_on.set()
    await asyncio.gather(*tasks)
    assert await numbers(database) == ["A", "B", "C"]


async def test_who_comes_while_a_commit_is_on_its_way_is_in_the_next(database: str, disk: Disk) -> None:
    disk.may_go_on.clear()
    first = await started(add("A"))
    later = await started(add("B"), add("C"))
    disk.may_go_on.set()
    await asyncio.gather(*first, *later)

    assert disk.commits == 2
    assert await numbers(database) == ["A", "B", "C"]


@pytest.mark.parametrize("failing", [{0}, {1}, {3}, {0, 3}, {1, 2}, {0, 1, 2}])
async def test_one_that_fails_takes_nothing_of_the_others_along(database: str, disk: Disk, failing: set[int]) -> None:
    outcomes = await asyncio.gather(
        *(add(f"C{place}", mishap=place in failing) for place in range(4)), return_exceptions=True
    )

    assert {place for place, each in enumerate(outcomes) if isinstance(each, ZeroDivisionError)} == failing
    assert await numbers(database) == [f"C{place}" for place in range(4) if place not in failing]
    assert disk.commits <= 2
    await assert_nothing_is_wedged(database)


async def test_one_that_all_fail_with_writes_nothing(database: str, disk: Disk) -> None:
    outcomes = await asyncio.gather(*(add(f"C{place}", mishap=True) for place in range(4)), return_exceptions=True)

    assert [type(each) for each in outcomes] == [ZeroDivisionError] * 4
    assert await numbers(database) == []
    assert disk.commits == 0
    await assert_nothing_is_wedged(database)


async def test_a_failed_commit_is_everybodys_failure(database: str, disk: Disk) -> None:
    disk.failure = sqlite3.OperationalError("database or disk is full")

    units = [add(f"C{place}", mishap=place == 2) for place in range(4)]
    outcomes = await asyncio.gather(*units, return_exceptions=True)

    # The one that was refused may have been so for what the others wrote, which is no longer true.
    assert [str(each) for each in outcomes] == ["database or disk is full"] * 4
    assert await numbers(database) == []
    await assert_nothing_is_wedged(database)


async def test_a_transaction_that_the_database_gives_up_is_everybodys_failure(database: str) -> None:
    async def give_up() -> str:
        async with transaction() as connection:
            await connection.execute_query("ROLLBACK")  # as a full disk does in the middle of a statement
        return "never"

    outcomes = await asyncio.gather(add("A"), give_up(), add("B"), return_exceptions=True)

    assert ["GroupLost" in type(each).__name__ for each in outcomes] == [True, True, False]
    assert await numbers(database) == ["B"]
    await assert_nothing_is_wedged(database)


@pytest.mark.parametrize("gone", [{0}, {1}, {2}, {1, 2}, {0, 1, 2, 3}])
@pytest.mark.parametrize("moment", [0, 1, 3, 6, 12])
async def test_who_goes_away_while_waiting_holds_nobody_up(
    database: str, disk: Disk, gone: set[int], moment: int
) -> None:
    tasks = [asyncio.create_task(add(f"C{place}", pause=0.001)) for place in range(4)]
    for _ in range(moment):
        await asyncio.sleep(0)
    for place in gone:
        tasks[place].cancel()

    outcomes = await asyncio.gather(*tasks, return_exceptions=True)

    stayed = [f"C{place}" for place in range(4) if place not in gone]
    assert [each for each in outcomes if isinstance(each, str)] == stayed
    assert set(stayed) <= set(await numbers(database))
    await assert_nothing_is_wedged(database)
    assert disk.commits >= 1


async def test_who_goes_away_during_the_commit_has_written(database: str, disk: Disk) -> None:
    disk.may_go_on.clear()
    one, two = await started(add("A"), add("B"))
    one.cancel()
    with suppress(asyncio.CancelledError):
        await one
    disk.may_go_on.set()

    assert await two == "B"
    assert await numbers(database) == ["A", "B"]
    await assert_nothing_is_wedged(database)


async def test_who_writes_many_rows_keeps_nobody_waiting_who_is_done(database: str, disk: Disk) -> None:
    async def import_all() -> str:
        async with transaction(bulk=True):
            await Customer.bulk_create([Customer(number=f"I{n}", name="many") for n in range(50)])
            await may_end.wait()
        return "imported"

    may_end = asyncio.Event()
    before, importing, after = await started(add("A"), import_all(), add("B"))

    assert await asyncio.wait_for(before, 5) == "A"
    assert await numbers(database) == ["A"]
    assert not importing.done()
    assert not after.done()
    may_end.set()
    assert [await importing, await after] == ["imported", "B"]
    assert disk.commits == 3
    assert len(await numbers(database)) == 52


async def test_a_group_does_not_grow_for_ever(database: str, disk: Disk) -> None:
    await asyncio.gather(*(add(f"C{place:03}") for place in range(100)))

    assert 4 <= disk.commits <= 20
    assert len(await numbers(database)) == 100


async def test_an_open_transaction_is_not_seen_by_who_uses_the_connection_without_one(database_url: str) -> None:
    async with lifecycle.database(database_url):
        writing = asyncio.create_task(add("A", pause=0.05))
        await asyncio.sleep(0.01)
        reading = asyncio.ensure_future(Customer.all().count())
        assert await writing == "A"
        assert await reading == 1
