"""What is done by the clock: alone, again after a failure, and by another when one has died."""

import asyncio
from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from db.turns import Turn, take_turn
from domain.core.timetable import Job, keep_timetable, run_if_due
from tests.builders.times import SetClock

pytestmark = pytest.mark.usefixtures("database")

HOUR = timedelta(hours=1)


async def test_of_two_servers_one_has_the_turn(set_clock: SetClock) -> None:
    ran: list[datetime] = []

    async def slowly(now: datetime) -> None:
        await asyncio.sleep(0.05)
        ran.append(now)

    work = Job("planning", HOUR, slowly, alone=True)

    taken = await asyncio.gather(*(run_if_due(work) for _ in range(4)))

    assert (sorted(taken), ran) == ([False, False, False, True], [set_clock.now])
    assert not await run_if_due(work)
    set_clock.advance(HOUR)
    assert await run_if_due(work)


async def test_a_job_that_fails_stays_due(set_clock: SetClock) -> None:
    async def fail(_now: datetime) -> None:
        raise ValueError("no")

    work = Job("planning", HOUR, fail, alone=True)

    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            await run_if_due(work)

    turn = await Turn.get(name="planning")
    assert (turn.due_at, turn.holder, turn.held_until) == (set_clock.now, None, None)


async def test_the_turn_of_a_server_that_died_is_free_again_when_its_lease_is_over(set_clock: SetClock) -> None:
    started = set_clock.now
    assert await take_turn("planning", "dead", now=started, until=started + timedelta(seconds=30))
    ran: list[datetime] = []

    async def note(now: datetime) -> None:
        ran.append(now)

    work = Job("planning", HOUR, note, alone=True)

    assert not await run_if_due(work)
    set_clock.advance(timedelta(seconds=30))
    assert await run_if_due(work)
    assert ran == [started + timedelta(seconds=30)]


async def test_a_turn_is_held_for_as_long_as_the_job_takes(set_clock: SetClock) -> None:
    lease = timedelta(seconds=0.15)
    held: list[datetime | None] = []

    async def long(_now: datetime) -> None:
        set_clock.advance(timedelta(seconds=1))
        while len(held) < 40 and (not held or held[-1] == held[0]):
            held.append((await Turn.get(name="planning")).held_until)
            await asyncio.sleep(0.02)

    await run_if_due(Job("planning", HOUR, long, alone=True), lease=lease)

    assert held[0] == set_clock.now - timedelta(seconds=1) + lease
    assert held[-1] == set_clock.now + lease


async def test_a_job_that_fails_is_logged_and_does_not_stop_the_others() -> None:
    looked = asyncio.Event()
    times: list[str] = []

    async def fail(_now: datetime) -> None:
        times.append("failed")
        raise ValueError("no")

    async def look(_now: datetime) -> None:
        times.append("looked")
        if times.count("failed") > 1:
            looked.set()

    soon = timedelta(seconds=0.01)
    with capture_logs() as logs:
        keeping = asyncio.create_task(keep_timetable([Job("failing", soon, fail), Job("looking", soon, look)]))
        await asyncio.wait_for(looked.wait(), 5)
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)

    assert {(entry["event"], entry["job"]) for entry in logs} == {("job_failed", "failing")}
