"""The whole table, while another client asks all along: each outcome is the safe one, and nobody else waits for it."""

import asyncio
import json
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.hostile import document_rows, http_rows, socket_rows  # noqa: F401 - they fill the table
from tests.hostile.target import ROWS, Row, Target, When, attacked

LONGEST_SECONDS = 1.0
MOST_GROWTH_MB = 120
_AT_ONCE = 4


async def outcome(row: Row, target: Target) -> str:
    """What came of one row; a fault of the row's own is an outcome too."""
    try:
        async with asyncio.timeout(60):
            return await row.act(target)
    except Exception as error:  # noqa: BLE001 - to be shown in the report
        return f"{type(error).__name__}: {error}"


async def carried_out(target: Target) -> dict[Row, str]:
    """Every row in its turn."""
    room = asyncio.Semaphore(_AT_ONCE)

    async def one(row: Row) -> tuple[Row, str]:
        if row.when is not When.IN_TURN:
            return row, await outcome(row, target)
        async with room:
            return row, await outcome(row, target)

    found = dict(await asyncio.gather(*(one(row) for row in ROWS if row.when is not When.LAST)))
    return found | dict([await one(row) for row in ROWS if row.when is When.LAST])


def report(found: dict[Row, str], seen: dict[str, float], memory: tuple[float, float], seconds: float) -> str:
    """What happened, as it is printed."""
    sections = Counter(row.section for row in found)
    safe = Counter(row.section for row, came in found.items() if came == row.safe)
    lines = [f"{section:<16} {safe[section]:>3} of {count:>3} safe" for section, count in sections.items()]
    return "\n".join(
        [
            "",
            *lines,
            f"{'together':<16} {sum(safe.values()):>3} of {len(found):>3} safe, in {seconds:.0f} s",
            (
                f"another client   {seen['asked']:.0f} requests, median {seen['median'] * 1000:.0f} ms,"
                f" 99 % {seen['p99'] * 1000:.0f} ms, longest {seen['longest'] * 1000:.0f} ms"
                f" (the machine itself stalled for up to {seen['stall'] * 1000:.0f} ms)"
            ),
            f"memory           {memory[0]:.0f} MB before, {memory[1]:.0f} MB after",
        ]
    )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_every_hostile_act_ends_safely_and_nobody_else_waits(
    database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with attacked(database_url) as target:
        witness = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tests.hostile.witness", str(target.port), target.tokens["witness"]),
            cwd=Path(__file__).parents[2],
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        await asyncio.sleep(1)
        before, began = target.memory_mb(), time.perf_counter()
        found = await carried_out(target)
        seconds = time.perf_counter() - began
        said, _ = await witness.communicate(b"")
        seen = json.loads(said)
        memory = (before, target.memory_mb())
        alive = target.served.process.returncode is None

    with capsys.disabled():
        sys.stdout.write(report(found, seen, memory, seconds) + "\n")
    assert len(found) >= 80
    unsafe = [f"{row.section}: {row.name}: {came}, not {row.safe}" for row, came in found.items() if came != row.safe]
    assert not unsafe, "\n" + "\n".join(unsafe)
    assert alive
    assert seen["failures"] == []
    assert seen["asked"] > 50
    assert seen["longest"] < LONGEST_SECONDS + seen["stall"]
    assert memory[1] - memory[0] < MOST_GROWTH_MB
