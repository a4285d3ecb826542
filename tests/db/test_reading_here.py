"""A read begins on the event loop, and does not keep it: what takes longer moves away, with what it has seen so far."""

import asyncio
import time

import pytest

from db.health import counting
from db.reading import Program, Statement, dialect, read, run
from tests.db.test_reading import slow
from tests.db.workshop import Team

pytestmark = pytest.mark.usefixtures("empty_shop")

COUNT = "SELECT count(*) FROM shop_team"


async def test_a_long_read_leaves_the_loop_to_others() -> None:
    longest, began = 0.0, time.perf_counter()
    ticked = began
    reading = asyncio.create_task(read(slow(1.0)))
    while not reading.done():
        await asyncio.sleep(0.001)
        longest, ticked = max(longest, time.perf_counter() - ticked), time.perf_counter()

    await reading
    # Of the time it took: how long a statement takes depends on who else is busy.
    assert longest < (time.perf_counter() - began) / 2


async def test_a_program_that_moves_away_keeps_the_state_it_began_with() -> None:
    if dialect() == "postgres":
        # Its programs see one state only within a snapshot, and move nowhere.
        assert (await read(COUNT))[0][0] == 0
        return

    def program() -> Program[tuple[int, int]]:
        before = yield Statement(COUNT)
        yield Statement(slow(0.4))
        after = yield Statement(COUNT)
        return before[0][0], after[0][0]

    with counting() as counted:
        reading = asyncio.create_task(run(program()))
        await asyncio.sleep(0.05)
    await Team.create(id=1, name="later")

    assert await reading == (0, 0)
    assert counted.count == 3
    assert (await read(COUNT))[0][0] == 1


async def test_what_was_slow_once_is_not_tried_on_the_loop_again() -> None:
    await read(slow(0.5))

    began = time.perf_counter()
    reading = asyncio.create_task(read(slow(0.5)))
    await asyncio.sleep(0)

    held = time.perf_counter() - began
    assert not reading.done()
    await reading
    assert held < (time.perf_counter() - began) / 2
