"""Reading the log as it grows: everything once, in order and soon, whatever is lost, killed or restored."""

import asyncio
import random
import sqlite3
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from db import outbox
from db import relay as relaying
from db.config import is_postgres, sqlite_path
from db.outbox import Cursor, Event
from db.relay import LogBroken, Relay
from domain.core.operation import perform
from domain.customers.operations import ChangeCustomer, change_customer
from tests.builders.actors import MANAGER
from tests.builders.live import until
from tests.builders.rows import a_customer
from tests.builders.times import MONDAY

pytestmark = pytest.mark.usefixtures("logged")

on_postgres = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)

# How many writes, and the share of commits that come late, with their numbers drawn.
WRITES, SLOW = 10_000, 0.05
COLUMNS = "seq, batch, at, kind, subject_type, subject_id, actor_name, body"


@asynccontextmanager
async def running(url: str) -> AsyncGenerator[Relay]:
    """A relay that is stopped in the end."""
    relay = Relay(url)
    await relay.start()
    try:
        yield relay
    finally:
        await relay.stop()


async def somebody_else(url: str, *statements: str) -> None:
    """Change the database from outside this process, which is told nothing of it."""
    if is_postgres(url):
        connection = await asyncpg.connect(url)
        try:
            async with connection.transaction():
                for statement in statements:
                    await connection.execute(statement)
        finally:
            await connection.close()
        return
    with sqlite3.connect(sqlite_path(url)) as other:
        for statement in statements:
            other.execute(statement)
    other.close()


def event_row(seq: int) -> str:
    """A statement that puts an event in the log."""
    values = f"{seq}, {seq}, '{MONDAY.isoformat(' ')}', 'happened', 'thing', 1, 'Somebody', '{{}}'"
    return f"INSERT INTO event ({COLUMNS}) VALUES ({values})"


async def append(url: str, first: int, last: int | None = None, *, more: tuple[str, ...] = ()) -> None:
    """Let somebody else append the events from `first` to `last`, without a word to anyone."""
    numbers = range(first, (last or first) + 1)
    head = f"UPDATE event_head SET seq = {numbers[-1]}"
    await somebody_else(url, head, *map(event_row, numbers), *more)


async def seen_by(relay: Relay, seq: int, seconds: float) -> float:
    """Wait until the relay has come to a position; gives how long that took."""
    began = time.monotonic()
    await until(lambda: relay.last >= seq, seconds)
    return time.monotonic() - began


async def rename_many(writer: int, times: int) -> None:
    """Change a customer of one's own so many times."""
    customer = await a_customer()
    for place in range(times):
        await perform(change_customer, ChangeCustomer(customer.id, name=f"{writer}-{place}"), actor=MANAGER)


async def test_everything_is_heard_once_and_in_order_while_eight_write(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(1)  # noqa: S311 - a schedule, not a secret
    append = outbox.append

    async def append_and_dawdle(*given: Any) -> Cursor:
        drawn = await append(*given)
        await asyncio.sleep(0.005 if chance.random() < SLOW else 0)
        return drawn

    monkeypatch.setattr(outbox, "append", append_and_dawdle)
    heard: list[Event] = []
    async with running(database) as relay:
        relay.on_event(heard.append)
        await asyncio.gather(*(rename_many(writer, WRITES // 8) for writer in range(8)))
        await until(lambda: relay.last == WRITES)

    assert [event.seq for event in heard] == list(range(1, WRITES + 1))
    assert heard == await outbox.read_events(0, 2 * WRITES)
    for writer in range(8):
        changed = [event.body["after"] for event in heard if event.subject_id == writer + 1]
        assert [int(after["name"].partition("-")[2]) for after in changed] == list(range(WRITES // 8))
        assert [after["version"] for after in changed] == list(range(2, WRITES // 8 + 2))


@on_postgres
@pytest.mark.usefixtures("database_url")
async def test_numbers_from_a_sequence_would_lose_events(database_url: str) -> None:
    # A control: it shows that the head row of the log is worth its price.
    chance = random.Random(1)  # noqa: S311 - a schedule, not a secret
    reader = await asyncpg.connect(database_url)
    await reader.execute("CREATE TABLE plain_log (seq bigserial PRIMARY KEY)")
    written, seen, last, done = 0, 0, 0, asyncio.Event()

    async def write() -> None:
        nonlocal written
        connection = await asyncpg.connect(database_url)
        for _ in range(40):
            async with connection.transaction():
                await connection.execute("INSERT INTO plain_log DEFAULT VALUES")
                # Few commits are slow, and those are the ones.
                await asyncio.sleep(0.005 if chance.random() < SLOW else 0)
            written += 1
        await connection.close()

    async def read() -> None:
        nonlocal seen, last
        while not done.is_set():
            for row in await reader.fetch("SELECT seq FROM plain_log WHERE seq > $1 ORDER BY seq", last):
                seen, last = seen + 1, row["seq"]
            await asyncio.sleep(0)

    try:
        reading = asyncio.create_task(read())
        await asyncio.gather(*(write() for _ in range(8)))
        done.set()
        await reading
        for row in await reader.fetch("SELECT seq FROM plain_log WHERE seq > $1 ORDER BY seq", last):
            seen, last = seen + 1, row["seq"]
    finally:
        await reader.execute("DROP TABLE plain_log")
        await reader.close()

    assert written == 320
    assert seen < written


async def test_what_nobody_announces_is_read_within_half_a_second(database: str) -> None:
    async with running(database) as relay:
        for seq in (1, 2, 3):
            await append(database, seq)
            assert await seen_by(relay, seq, 30) < 3


async def test_a_write_of_this_process_is_read_at_once(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relaying, "POLL_SECONDS", 30)
    async with running(database) as relay:
        await asyncio.sleep(0.05)
        await rename_many(0, 1)

        assert await seen_by(relay, 1, 30) < 3


@on_postgres
async def test_a_notice_wakes_the_relay_and_a_new_listener_takes_the_place_of_a_killed_one(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relaying, "POLL_SECONDS", 30)
    monkeypatch.setattr(relaying, "_LISTENER_CHECK_SECONDS", 0.05)
    notice = ("SELECT pg_notify('tavle_events', '1')",)
    listeners = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'tavle-relay'"
    watcher = await asyncpg.connect(database)
    try:
        async with running(database) as relay:
            await eventually(watcher, listeners, 1)
            await asyncio.sleep(0.1)
            await append(database, 1, more=notice)
            assert await seen_by(relay, 1, 30) < 3

            await watcher.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tavle-relay'"
            )
            await append(database, 2, more=notice)
            # Nobody listened then; the log is read again as soon as somebody does.
            assert await seen_by(relay, 2, 5) < 2
            await eventually(watcher, listeners, 1)
            await append(database, 3, more=notice)
            assert await seen_by(relay, 3, 30) < 3
        await eventually(watcher, listeners, 0)
    finally:
        await watcher.close()


async def eventually(connection: asyncpg.Connection, question: str, answer: int) -> None:
    """Wait until a question to the database has this answer."""
    async with asyncio.timeout(30):
        while await connection.fetchval(question) != answer:  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.02)


@on_postgres
async def test_without_a_listener_polling_goes_on(database: str) -> None:
    async with running(database) as relay:
        await asyncio.sleep(0.1)
        await somebody_else(
            database, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tavle-relay'"
        )
        await append(database, 1, more=("SELECT pg_notify('tavle_events', '1')",))

        assert await seen_by(relay, 1, 30) < 3


async def test_a_lost_connection_is_made_again_and_nothing_is_missed(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_news, failing = outbox.read_news, False

    async def sometimes(after: int, limit: int) -> tuple[outbox.Head, list[Event]]:
        if failing:
            raise OSError("the database is away")
        return await read_news(after, limit)

    monkeypatch.setattr(outbox, "read_news", sometimes)
    async with running(database) as relay:
        failing = True
        await append(database, 1, 3)
        await asyncio.sleep(0.7)
        assert relay.last == 0
        assert relay.lag_seconds > 0.3
        failing = False
        await seen_by(relay, 3, 2)
        await asyncio.sleep(0)

        assert relay.lag_seconds == 0.0
        assert [event.seq for event in await relay.events(0)] == [1, 2, 3]


async def test_a_restored_database_begins_a_new_epoch_and_wakes_who_waits(database: str) -> None:
    await append(database, 1, 10)
    async with running(database) as relay:
        old = relay.epoch
        await append(database, 11, 12)
        await seen_by(relay, 12, 2)
        waiting = asyncio.create_task(relay.wait(12, 5))
        await somebody_else(
            database, "DELETE FROM event WHERE seq > 4", "UPDATE event_head SET epoch = '0123456789ab', seq = 4"
        )
        await until(lambda: relay.epoch == "0123456789ab", 2)
        assert relay.last == 4
        await append(database, 5, 6)
        await seen_by(relay, 6, 2)

        assert old != relay.epoch
        assert [event.seq for event in await relay.events(3)] == [4, 5, 6]
        assert not await relay.admits(Cursor(old, 4))
        assert not waiting.done()
        waiting.cancel()


async def test_what_the_ring_has_forgotten_is_read_from_the_database(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relaying, "RING", 5)
    async with running(database) as relay:
        await append(database, 1, 20)
        await seen_by(relay, 20, 2)
        told = {after: [event.seq for event in await relay.events(after, 4)] for after in (0, 14, 15, 17, 19, 20, 21)}

        assert told == {
            0: [1, 2, 3, 4],
            14: [15, 16, 17, 18],
            15: [16, 17, 18, 19],
            17: [18, 19, 20],
            19: [20],
            20: [],
            21: [],
        }


async def test_what_happened_before_it_began_is_read_from_the_database(database: str) -> None:
    await append(database, 1, 7)
    async with running(database) as relay:
        assert relay.last == 7
        assert [event.seq for event in await relay.events(4)] == [5, 6, 7]
        await append(database, 8)
        await seen_by(relay, 8, 2)

        assert [event.seq for event in await relay.events(4)] == [5, 6, 7, 8]


async def test_more_than_one_batch_is_read_in_one_go(database: str) -> None:
    async with running(database) as relay:
        await append(database, 1, 1_200)

        assert await seen_by(relay, 1_200, 3) < 1.5
        assert [event.seq for event in await relay.events(0, 2_000)] == list(range(1, 1_201))


@pytest.mark.parametrize(
    "breaks",
    [
        ("UPDATE event_head SET seq = 5", event_row(5)),
        ("UPDATE event_head SET seq = 2", "DELETE FROM event WHERE seq = 3"),
    ],
    ids=["hole", "shorter"],
)
async def test_a_broken_log_is_reported_and_nothing_is_skipped(
    database: str, breaks: tuple[str, ...], logged: list[Any]
) -> None:
    await append(database, 1, 3)
    async with running(database) as relay:
        await somebody_else(database, *breaks)
        await until(lambda: any(entry["event"] == "relay_log_broken" for entry in logged), 2)
        assert relay.last == 3
        await asyncio.sleep(0.4)
        assert relay.lag_seconds > 0

        await somebody_else(database, "DELETE FROM event WHERE seq > 2", "UPDATE event_head SET seq = 2")
        await append(database, 3, 6)
        await seen_by(relay, 6, 2)
        assert relay.lag_seconds < 3


async def test_a_hole_in_the_past_is_no_answer(database: str) -> None:
    await append(database, 1, 9)
    await somebody_else(database, "DELETE FROM event WHERE seq = 4")
    async with running(database) as relay:
        assert [event.seq for event in await relay.events(4)] == [5, 6, 7, 8, 9]
        for after in (2, 3):
            with pytest.raises(LogBroken):
                await relay.events(after)


async def test_a_cursor_is_admitted_while_what_followed_can_be_told(database: str) -> None:
    await append(database, 1, 2_100)
    async with running(database) as relay:
        epoch = relay.epoch

        async def admitted(*positions: int) -> list[int]:
            return [seq for seq in positions if await relay.admits(Cursor(epoch, seq))]

        assert await admitted(0, 99, 100, 2_099, 2_100, 2_101) == [100, 2_099, 2_100]
        await somebody_else(database, "DELETE FROM event WHERE seq <= 2050", "UPDATE event_head SET floor = 2050")
        assert await admitted(100, 2_049, 2_050, 2_051, 2_100, 2_101) == [2_050, 2_051, 2_100]
        assert not await relay.admits(Cursor("0" * 12, 2_100))
        await until(lambda: relay.floor == 2_050, 2)


async def test_waiting_ends_with_something_new_or_with_time(database: str) -> None:
    await append(database, 1)
    async with running(database) as relay:
        assert await relay.wait(0, 0)
        assert not await relay.wait(1, 0)
        began = time.monotonic()
        assert not await relay.wait(1, 0.1)
        assert 0.09 < time.monotonic() - began < 5
        waiting = asyncio.create_task(relay.wait(1, 5))
        await append(database, 2)

        assert await waiting


@pytest.mark.parametrize("turns", range(5))
async def test_it_stops_though_it_is_woken_at_the_same_moment(database: str, turns: int) -> None:
    relay = Relay(database)
    await relay.start()
    await asyncio.sleep(0.05)  # it has read the log, and waits
    relay.poke()
    for _ in range(turns):
        await asyncio.sleep(0)

    async with asyncio.timeout(30):
        await relay.stop()


async def test_a_listener_that_fails_stops_nobody(database: str) -> None:
    heard: list[int] = []

    def listen(event: Event) -> None:
        heard.append(event.seq)
        if event.seq == 2:
            raise ZeroDivisionError

    async with running(database) as relay:
        relay.on_event(listen)
        waiting = asyncio.create_task(relay.wait(2, 5))
        await append(database, 1, 4)
        await seen_by(relay, 4, 2)

        assert await waiting
        assert heard == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0123456789ab:0", Cursor("0123456789ab", 0)),
        ("0123456789ab:42", Cursor("0123456789ab", 42)),
        ("0123456789ab:042", None),
        ("0123456789ab:-1", None),
        ("0123456789ab:+1", None),
        ("0123456789ab: 1", None),
        ("0123456789ab:1\n", None),
        ("0123456789ab:1_0", None),
        ("0123456789ab:٣", None),
        (f"0123456789ab:{'9' * 40}", None),
        ("0123456789AB:1", None),
        ("0123456789a:1", None),
        ("0123456789ab", None),
        ("0123456789ab:", None),
        (":1", None),
        ("", None),
        ("nonsense", None),
    ],
)
def test_a_cursor_is_read_strictly(text: str, expected: Cursor | None) -> None:
    assert Cursor.parse(text) == expected
    if expected is not None:
        assert str(expected) == text
