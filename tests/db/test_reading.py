"""Read connections: apart from writers, consistent when asked to be, and never lost to a caller that goes away."""

import asyncio
import random
import sqlite3
import time
from collections.abc import AsyncGenerator
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tortoise.expressions import Q

from db.config import is_postgres, sqlite_path
from db.health import counting
from db.projection import Many, Select, Value, Wanted, columns, count, fetch
from db.reading import (
    Program,
    ReadTooSlowError,
    Statement,
    close_readers,
    dialect,
    open_readers,
    postgres,
    read,
    run,
    snapshot,
)
from db.transaction import transaction
from tests.db.workshop import Client, Fitter, Repair, Team, fill

WANTED = Wanted((Value("id", ("id",)), Many("lines", "lines", Wanted((Value("place", ("place",)),)))))


@pytest.fixture(autouse=True)
async def url(empty_shop: str) -> AsyncGenerator[str]:
    await Team.bulk_create([Team(id=101, name="a"), Team(id=102, name="b")])
    yield empty_shop
    await everything_is_free(empty_shop)


def slow(seconds: float) -> str:
    """A statement that takes about so long."""
    if dialect() == "postgres":
        return f"SELECT pg_sleep({seconds})"
    steps = int(seconds * 4_000_000)
    return f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {steps}) SELECT max(i) FROM n"


async def everything_is_free(url: str) -> None:
    """Every read connection can be had at once, and none of them is in a transaction."""
    if is_postgres(url):
        connection = await asyncpg.connect(url)
        try:
            states: list[asyncpg.Record] = []
            for _ in range(100):
                states = await connection.fetch(
                    "SELECT state FROM pg_stat_activity"
                    " WHERE datname = current_database() AND application_name = 'tavle reads' AND state <> 'idle'"
                )
                if not states:
                    break
                await asyncio.sleep(0.02)
            else:
                raise AssertionError(states)
        finally:
            await connection.close()
    together = asyncio.Barrier(3)

    async def hold() -> int:
        async with snapshot():
            await together.wait()
            return len(await read("SELECT 1"))

    async with asyncio.timeout(30):
        assert await asyncio.gather(*[hold() for _ in range(3)]) == [1, 1, 1]
    if not is_postgres(url):
        # A reader that holds an old state keeps the log from being taken up.
        await Team.create(name="last")
        plain = sqlite3.connect(sqlite_path(url))
        try:
            assert plain.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
        finally:
            plain.close()


async def test_rows_come_as_the_driver_gives_them() -> None:
    mark = "$1" if dialect() == "postgres" else "?1"
    with counting() as sent:
        rows = await read(f"SELECT id, name FROM shop_team WHERE name = {mark}", ["b"])

    assert [tuple(row) for row in rows] == [(102, "b")]
    assert sent.count == 1


async def test_a_program_goes_on_from_the_rows_it_is_sent() -> None:
    def names() -> Program[list[str]]:
        (first,) = (yield Statement("SELECT min(id) FROM shop_team"))[0]
        mark = "$1" if dialect() == "postgres" else "?1"
        rows = yield Statement(f"SELECT name FROM shop_team WHERE id > {mark}", [first])
        return [row[0] for row in rows]

    with counting() as sent:
        assert await run(names()) == ["b"]
    assert sent.count == 2


async def test_what_a_program_raises_reaches_its_caller() -> None:
    def broken() -> Program[None]:
        yield Statement("SELECT 1")
        raise ArithmeticError("nine")

    with pytest.raises(ArithmeticError, match="nine"):
        await run(broken())
    with pytest.raises((sqlite3.OperationalError, asyncpg.UndefinedTableError)):
        await read("SELECT * FROM nowhere")


async def test_readers_cannot_write() -> None:
    with pytest.raises((sqlite3.OperationalError, asyncpg.ReadOnlySQLTransactionError)):
        await read("DELETE FROM shop_team")
    with pytest.raises((sqlite3.OperationalError, asyncpg.ReadOnlySQLTransactionError)):
        async with snapshot():
            await read("INSERT INTO shop_team (name) VALUES ('x')")
    assert await Team.all().count() == 2


async def test_a_long_write_holds_no_reader_up() -> None:
    async def write(begun: asyncio.Event, done: asyncio.Event) -> None:
        async with transaction() as connection:
            await Team.filter(id=101).using_db(connection).update(name="changed")
            begun.set()
            await done.wait()

    begun, done = asyncio.Event(), asyncio.Event()
    writing = asyncio.create_task(write(begun, done))
    await begun.wait()
    times = []
    for _ in range(50):
        start = time.perf_counter()
        assert await columns(Select(Team, Q(id=101)), ("name",)) == [("a",)]
        times.append(time.perf_counter() - start)
    done.set()
    await writing

    assert sorted(times)[-2] < 1
    assert await columns(Select(Team, Q(id=101)), ("name",)) == [("changed",)]


async def test_a_snapshot_is_one_state_while_others_write() -> None:
    await fill(repairs=2)
    await Repair.filter(id=1).update(cents=100)
    await Repair.filter(id=2).update(cents=0)
    stop = asyncio.Event()

    async def move() -> None:
        there = 0
        while not stop.is_set():
            there = (there + 7) % 100
            async with transaction() as connection:
                await Repair.filter(id=1).using_db(connection).update(cents=100 - there)
                await Repair.filter(id=2).using_db(connection).update(cents=there)

    async def sums(*, together: bool) -> set[int]:
        found = set()
        for _ in range(60):
            if together:
                async with snapshot():
                    found.add(await two_halves())
            else:
                found.add(await two_halves())
        return found

    async def two_halves() -> int:
        ((one,),) = await columns(Select(Repair, Q(id=1)), ("cents",))
        await asyncio.sleep(0.003)
        ((other,),) = await columns(Select(Repair, Q(id=2)), ("cents",))
        return int(one + other)

    moving = asyncio.create_task(move())
    try:
        assert await sums(together=True) == {100}
        # Without it the halves differ: the writes above are real.
        assert len(await sums(together=False)) > 1
    finally:
        stop.set()
        await moving


async def test_a_fetch_with_lists_is_one_state() -> None:
    await fill(repairs=20)
    select = Select(Repair, order=("id",))
    before = await fetch(select, WANTED)

    async def fetched() -> list[dict[str, Any]]:
        if dialect() == "sqlite":
            return await fetch(select, WANTED)
        # Here each statement sees what is committed before it, so its lists may be newer than its rows.
        async with snapshot():
            return await fetch(select, WANTED)

    async def write() -> None:
        await asyncio.sleep(0.01)
        await Repair.filter(id__gt=10).delete()

    writing = asyncio.create_task(write())
    seen = [await fetched()]
    while not writing.done():
        await asyncio.sleep(0)  # a read that is done here lets nobody else run
        seen.append(await fetched())
    seen.append(await fetched())

    assert seen[0] == before
    assert seen[-1] == before[:10]
    assert all(rows in (before, before[:10]) for rows in seen)


async def test_a_snapshot_is_shared_by_what_runs_inside_it() -> None:
    async with snapshot() as outer:
        async with snapshot() as inner:
            assert inner is outer
        counts = await asyncio.gather(*[count(Select(Team)) for _ in range(20)])
        await Team.create(name="c")
        counts.append(await count(Select(Team)))
    assert counts == [2] * 21
    assert await count(Select(Team)) == 3


async def test_a_snapshot_that_is_over_reads_nothing() -> None:
    async with snapshot() as view:
        leftover = asyncio.create_task(_later())
    leftover_failure = await leftover

    assert isinstance(leftover_failure, RuntimeError)
    with pytest.raises(RuntimeError, match="over"):
        await view.run(iter(()))  # type: ignore[arg-type]


async def _later() -> Exception | None:
    await asyncio.sleep(0.05)
    try:
        await read("SELECT 1")
    except RuntimeError as error:
        return error
    return None


async def test_inside_a_transaction_its_own_connection_reads() -> None:
    async with transaction() as connection:
        await Client.create(name="new", using_db=connection)
        async with snapshot():
            assert await columns(Select(Client), ("name",)) == [("new",)]
        assert await asyncio.create_task(_names_elsewhere()) == [("new",)]
    assert await columns(Select(Client), ("name",)) == [("new",)]


async def _names_elsewhere() -> list[tuple[str]]:
    # A task started inside inherits the transaction, which is why nothing there may start one.
    return [(name,) for (name,) in await columns(Select(Client), ("name",))]


@pytest.mark.parametrize("wrapped", [False, True])
async def test_300_cancelled_reads_leave_every_connection_free(wrapped: bool) -> None:  # noqa: FBT001
    chance = random.Random(5)  # noqa: S311 - a test's choice
    statement = slow(0.02)

    async def one() -> None:
        if wrapped:
            async with snapshot():
                await read(statement)
                await read("SELECT 1")
        else:
            await read(statement)

    cancelled = 0
    for _ in range(30):
        tasks = [asyncio.create_task(one()) for _ in range(10)]
        for task in tasks:
            if chance.random() < 0.9:
                await asyncio.sleep(chance.random() * 0.006)
            task.cancel()
            if chance.random() < 0.3:
                task.cancel()  # twice, as a timeout beside a disconnect does
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            cancelled += isinstance(outcome, asyncio.CancelledError)
            assert outcome is None or isinstance(outcome, asyncio.CancelledError)
    start = time.perf_counter()
    assert await count(Select(Team)) == 2

    assert time.perf_counter() - start < 5
    assert cancelled > 100


async def test_a_cancelled_read_disturbs_no_other_of_its_snapshot() -> None:
    async with snapshot():
        going = asyncio.create_task(read(slow(0.3)))
        waiting = [asyncio.create_task(read("SELECT 1")) for _ in range(5)]
        await asyncio.sleep(0.05)
        for task in waiting[:4]:
            task.cancel()
        assert len(await going) == 1
        assert [tuple(row) for row in await waiting[4]] == [(1,)]


async def test_a_cancelled_caller_in_the_queue_takes_no_connection() -> None:
    release = asyncio.Event()

    async def hold() -> None:
        async with snapshot():
            await release.wait()

    holding = [asyncio.create_task(hold()) for _ in range(10)]
    await asyncio.sleep(0.2)
    waiting = [asyncio.create_task(count(Select(Team))) for _ in range(20)]
    await asyncio.sleep(0.05)
    for task in waiting[::2]:
        task.cancel()
    release.set()
    await asyncio.gather(*holding)
    answers = await asyncio.gather(*waiting, return_exceptions=True)

    assert answers[1::2] == [2] * 10
    assert all(isinstance(answer, asyncio.CancelledError) for answer in answers[::2])


async def test_a_read_that_takes_too_long_is_given_up(empty_shop: str) -> None:
    await close_readers()
    await open_readers(empty_shop, slowest_seconds=0.2)
    start = time.perf_counter()
    with pytest.raises(ReadTooSlowError):
        await read(slow(20))
    with pytest.raises(ReadTooSlowError):
        async with snapshot():
            await read(slow(20))

    assert time.perf_counter() - start < 5
    assert await count(Select(Team)) == 2


async def test_readers_are_opened_once_and_needed(empty_shop: str) -> None:
    with pytest.raises(RuntimeError):
        await open_readers(empty_shop)
    await close_readers()
    try:
        await close_readers()
        with pytest.raises(RuntimeError):
            await read("SELECT 1")
        with pytest.raises(RuntimeError):
            async with snapshot():
                raise AssertionError
    finally:
        await open_readers(empty_shop)


async def test_what_outlives_the_readers_is_told_so(empty_shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_PATIENCE_SECONDS", 0.2)

    async def close_and_read() -> None:
        async with asyncio.timeout(20), snapshot():
            await close_readers()
            await read("SELECT 1")

    with pytest.raises((RuntimeError, asyncpg.InterfaceError)):
        await close_and_read()
    await open_readers(empty_shop)


async def test_a_missing_file_is_an_error_and_is_not_made(empty_shop: str, tmp_path: Path) -> None:
    await close_readers()
    missing = tmp_path / "nowhere 100%.sqlite3"
    try:
        with pytest.raises(sqlite3.OperationalError):
            await open_readers(f"sqlite://{missing}")
        assert not missing.exists()
        sqlite3.connect(missing).close()
        await open_readers(f"sqlite://{missing}")
        assert [tuple(row) for row in await read("SELECT 1")] == [(1,)]
    finally:
        await close_readers()
        await open_readers(empty_shop)


async def test_an_error_inside_a_snapshot_ends_it() -> None:
    for _ in range(12):
        with suppress(ArithmeticError):
            async with snapshot():
                await read("SELECT 1")
                raise ArithmeticError
    for _ in range(12):
        with suppress(sqlite3.OperationalError, asyncpg.PostgresError):
            async with snapshot():
                await read("SELECT * FROM nowhere")
    assert await count(Select(Fitter)) == 0
