"""Several who change the board at once: one wins, the others are told who did, and nobody is booked twice."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib import import_module
from itertools import pairwise
from typing import Any

import asyncpg
import pytest
from tortoise.connection import get_connection

from db.projection import Select, columns
from domain.calendars.rules import Period
from domain.core.actor import Permission, Role, actor_of
from domain.core.errors import Code, Refused
from domain.core.operation import Done, Operation, Stale, Work, perform
from domain.dispatch import queries
from domain.dispatch.operations import check_board_changes
from domain.orders.models import ServiceActivity
from domain.orders.operations import ChangeServiceOrderLine, change_service_order_line
from domain.workforce.models import Worker
from tests.builders.actors import DISPATCHER, MANAGER
from tests.builders.boards import HOUR, a_booking, a_dispatched_worker, assign, change, stored
from tests.builders.log import events
from tests.builders.rows import a_calendar, a_line, a_worker, an_activity, an_order
from tests.builders.times import at

Outcome = Done[list[int]] | BaseException


def codes(outcomes: Iterable[Outcome]) -> Counter[Code]:
    """How often each code was refused; anything but a result or a refusal fails the test."""
    faults = [each for each in outcomes if isinstance(each, BaseException) and not isinstance(each, Refused)]
    assert faults == []
    return Counter(refusal.code for each in outcomes if isinstance(each, Refused) for refusal in each.refusals[:1])


async def overlaps() -> int:
    """How many bookings begin before an earlier one of the same worker has ended."""
    bookings = await ServiceActivity.filter(worker_id__not_isnull=True, starts_at__not_isnull=True, closed=False)
    by_worker: dict[int, list[ServiceActivity]] = {}
    for booking in sorted(bookings, key=lambda each: each.starts_at or at()):
        by_worker.setdefault(booking.worker_id or 0, []).append(booking)
    return sum(
        one.ends_at is not None and two.starts_at is not None and one.ends_at > two.starts_at
        for booked in by_worker.values()
        for one, two in pairwise(booked)
    )


async def book_at_random(seed: int, *, activities: int, attempts: int, workers: int = 3) -> list[Outcome]:
    """Move activities at random to few workers and few times, eight at a time."""
    chance = random.Random(seed)  # noqa: S311 - a schedule, not a secret
    meg = await a_dispatched_worker()
    staff = [meg, *[await a_worker(team_id=meg.team_id) for _ in range(workers - 1)]]
    moving = [await an_activity() for _ in range(activities)]
    eight = asyncio.Semaphore(8)

    async def book() -> Outcome:
        wanted = assign(
            chance.choice(moving),
            worker_id=chance.choice(staff).id,
            starts_at=at(chance.randrange(24) / 2),
            duration=HOUR * chance.choice((1, 2)),
        )
        async with eight:
            try:
                return await change(wanted)
            except Exception as error:  # noqa: BLE001 - an outcome, judged later
                return error

    return list(await asyncio.gather(*(book() for _ in range(attempts))))


async def eight_for_each_of_ten_hours() -> list[list[Outcome]]:
    """Eight activities at a time want the same hour of the same worker."""
    meg = await a_dispatched_worker()
    outcomes = []
    for hour in range(10):
        wanted = [assign(await an_activity(), worker_id=meg.id, starts_at=at(hour), duration=HOUR) for _ in range(8)]
        outcomes.append(await asyncio.gather(*map(change, wanted), return_exceptions=True))
    return outcomes


@pytest.mark.usefixtures("database")
async def test_of_eight_who_expect_the_same_version_one_wins() -> None:
    visit = await a_booking(await a_dispatched_worker())
    racers = [actor_of(Role.DISPATCHER, user_id=100 + place, name=f"Racer {place}") for place in range(8)]

    outcomes = await asyncio.gather(
        *(
            change(assign(visit, starts_at=at(place + 1), expected_version=1), actor=racer)
            for place, racer in enumerate(racers)
        ),
        return_exceptions=True,
    )

    assert codes(outcomes) == {Code.VERSION_CONFLICT: 7}
    [winner] = [racer for racer, outcome in zip(racers, outcomes, strict=True) if isinstance(outcome, Done)]
    for outcome in outcomes:
        if isinstance(outcome, Refused):
            assert outcome.refusals[0].details == Stale("service_activity", visit.id, winner.name)
    moved = await stored(visit)
    assert (moved.version, moved.starts_at) == (2, at(racers.index(winner) + 1))
    assert [event.actor_name for event in await events()] == [winner.name]


@pytest.mark.usefixtures("database")
async def test_racing_bookings_of_few_workers_never_overlap() -> None:
    outcomes = await book_at_random(1, activities=30, attempts=1_500)

    refused = codes(outcomes)
    assert refused.keys() == {Code.OVERLAP}
    assert await overlaps() == 0
    moves = [event for event in await events() if event.kind == "activity_assigned"]
    assert len(moves) == len({event.batch for event in moves})
    assert 10 < len(moves) <= len(outcomes) - refused.total()


@pytest.mark.usefixtures("database")
async def test_of_eight_who_want_the_same_hour_one_gets_it() -> None:
    for outcomes in await eight_for_each_of_ten_hours():
        assert codes(outcomes) == {Code.OVERLAP: 7}


@pytest.mark.usefixtures("database")
async def test_crosswise_swaps_all_get_done() -> None:
    john, meg = await a_dispatched_worker("John"), await a_dispatched_worker("Meg")
    one, two = await a_booking(john), await a_booking(meg)

    async def swap(first: ServiceActivity, second: ServiceActivity) -> None:
        for _ in range(5):
            await change(assign(first, worker_id=meg.id), assign(second, worker_id=john.id))
            await change(assign(second, worker_id=meg.id), assign(first, worker_id=john.id))

    await asyncio.gather(swap(one, two), swap(two, one))

    assert {(await stored(one)).worker_id, (await stored(two)).worker_id} == {john.id, meg.id}
    assert await overlaps() == 0


@pytest.mark.usefixtures("database")
async def test_a_dispatcher_and_an_order_clerk_do_not_lock_each_other_out() -> None:
    john, meg = await a_dispatched_worker("John"), await a_dispatched_worker("Meg")
    order = await an_order()
    visit = await a_booking(john, order=order)
    lines = [await a_line(order, worker_id=john.id, activity_id=visit.id) for _ in range(3)]

    async def give_away() -> None:
        for worker in (meg, john) * 3:
            await change(assign(visit, worker_id=worker.id))

    async def edit() -> None:
        for place in range(6):
            line = lines[place % 3]
            await perform(
                change_service_order_line, ChangeServiceOrderLine(line.id, description=f"Edit {place}"), actor=MANAGER
            )

    await asyncio.gather(give_away(), edit())

    assert (await stored(visit)).worker_id == john.id


on_postgres = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)


@on_postgres
async def test_a_booking_made_past_the_lock_is_refused_by_the_database_and_named(database: str) -> None:
    meg = await a_dispatched_worker()
    visit, intruder = await an_activity(), await a_booking(meg, 10)
    other = await asyncpg.connect(database)
    try:
        past_the_lock = other.transaction()
        await past_the_lock.start()
        await other.execute(
            "UPDATE service_activity SET starts_at = $1, ends_at = $2 WHERE id = $3",
            at(0),
            at(2),
            intruder.id,
        )
        booking = asyncio.create_task(change(assign(visit, worker_id=meg.id, starts_at=at(1), duration=HOUR)))
        await waiting_for_commit(other)
        await past_the_lock.commit()

        with pytest.raises(Refused) as caught:
            await booking
    finally:
        await other.close()

    [found] = caught.value.refusals
    assert (found.code, found.path, found.details) == (Code.OVERLAP, ("startsAt",), (intruder.id,))
    assert (await stored(visit)).worker_id is None
    assert await events() == []


async def waiting_for_commit(connection: asyncpg.Connection) -> None:
    """Wait until somebody else's statement waits for a transaction to end."""
    async with asyncio.timeout(30):
        while not await connection.fetchval(  # noqa: ASYNC110 - the server tells nobody
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        ):
            await asyncio.sleep(0.01)


async def _unlocked(select: Select, names: Sequence[str], *, locked: bool) -> list[tuple[Any, ...]]:
    """`columns` with the lock on workers left out."""
    return await columns(select, names, locked=locked and select.model is not Worker)


@on_postgres
@pytest.mark.usefixtures("database")
async def test_without_the_lock_the_database_still_refuses_double_bookings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "columns", _unlocked)

    outcomes = await book_at_random(2, activities=30, attempts=150)

    assert codes(outcomes).keys() <= {Code.OVERLAP, Code.BUSY}
    assert await overlaps() == 0


@on_postgres
@pytest.mark.usefixtures("database")
async def test_without_lock_and_constraint_workers_are_booked_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    # A control: it shows that the races above are races.
    monkeypatch.setattr(queries, "columns", _unlocked)
    client = get_connection("default")
    await client.execute_script("ALTER TABLE service_activity DROP CONSTRAINT activity_no_double_booking")
    try:
        outcomes = await eight_for_each_of_ten_hours()
        found = await overlaps()
    finally:
        await ServiceActivity.all().delete()
        await client.execute_script(import_module("db.migrations.0003_constraints").NO_DOUBLE_BOOKING)

    assert sum(codes(each).total() for each in outcomes) < 70
    assert found > 0


@pytest.mark.usefixtures("database")
async def test_a_move_is_tried_while_somebody_writes_for_a_long_time() -> None:
    calendar = await a_calendar()
    meg = await a_dispatched_worker(calendar_id=calendar.id)
    visit, other = await a_booking(meg), await a_booking(meg, 4)
    writing, done = asyncio.Event(), asyncio.Event()

    async def import_much(_work: Work, _command: None) -> None:
        writing.set()
        await done.wait()

    slow = asyncio.create_task(
        perform(Operation("slow", Permission.SIGNED_IN, import_much, replayable=False), None, actor=MANAGER)
    )
    await writing.wait()
    try:
        async with asyncio.timeout(30):
            with pytest.raises(Refused) as caught:
                await check_board_changes(DISPATCHER, (assign(visit, starts_at=at(5), duration=4 * HOUR),))
    finally:
        done.set()
        await slow

    assert [(each.code, each.details) for each in caught.value.refusals] == [
        (Code.OVERLAP, (other.id,)),
        (Code.OUTSIDE_CALENDAR, (Period(at(7), at(9)),)),
    ]
