"""Runs the examples as a newcomer does, with the cable between them and the server."""

import asyncio
import contextlib
import json
import os
import re
import sys
import urllib.request
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.conformance.python.checks import PATIENCE_SECONDS, URL, check, while_cut

LANGUAGES: dict[str, dict[str, tuple[str, ...]]] = {
    "python": {name: (sys.executable, f"{name}.py") for name in ("first_query", "change", "live_board")},
    # What `npm run` would start; npm does not pass on that a program is to end.
    "typescript": {
        name: ("node", "--import", "tsx", f"{name.replace('_', '-')}.ts")
        for name in ("first_query", "change", "live_board")
    },
}
FOLDER = Path(__file__).parents[3] / "examples" / sys.argv[1]
COMMANDS = LANGUAGES[sys.argv[1]]
PRIORITY = """
mutation Change($input: SetActivityPriorityInput!) {
  setActivityPriority(input: $input) { activity { number priority } userErrors { code } }
}
"""


async def printed(name: str, *words: str) -> str:
    """What an example prints."""
    process = await started(name, *words)
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    return said.decode()


async def started(name: str, *words: str) -> asyncio.subprocess.Process:
    """A running example; all it knows of the server is the cable."""
    return await asyncio.create_subprocess_exec(
        *COMMANDS[name],
        *words,
        cwd=FOLDER,
        env={**os.environ, "TAVLE_URL": os.environ["TAVLE_CABLE"]},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


@asynccontextmanager
async def running(name: str) -> AsyncIterator[asyncio.StreamReader]:
    """The lines of an example that runs until it is ended."""
    process = await started(name)
    assert process.stdout is not None
    try:
        yield process.stdout
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def line_with(lines: asyncio.StreamReader, wanted: str) -> str:
    """The next line that matches, with all that was said before it."""
    said = ""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while line := (await lines.readline()).decode():
            said += line
            if re.search(wanted, line):
                return said
    raise AssertionError(f"It ended after:\n{said}")


async def set_priority(number: str, priority: str) -> None:
    """A colleague's change, which does not go by way of the cable."""

    def send() -> Any:
        given = {"activity": {"number": number}, "priority": priority, "clientMutationKey": str(uuid.uuid4())}
        body = json.dumps({"query": PRIORITY, "variables": {"input": given}}).encode()
        headers = {"Content-Type": "application/json", "Authorization": "Bearer demo-dispatcher"}
        with urllib.request.urlopen(urllib.request.Request(URL, body, headers)) as answer:  # noqa: S310 - our own
            return json.load(answer)

    answer = await asyncio.to_thread(send)
    assert answer["data"]["setActivityPriority"]["userErrors"] == [], answer


async def main() -> None:
    """Each example in turn."""
    with check("first query: prints teams and what waits"):
        board = await printed("first_query")
        waiting = re.findall(r"^waits: (\S+) .", board, re.MULTILINE)
        assert waiting
        assert re.search(r"^[^:]+: \S+ .+, ", board, re.MULTILINE)
    number = waiting[0]
    with check("change: makes the activity urgent"):
        await set_priority(number, "LOW")
        assert await printed("change", number) == f"{number} HIGH\n"

    async with running("live_board") as lines:
        with check("live board: begins with a snapshot"):
            await line_with(lines, r"^snapshot STARTED: \d+ activities$")
        with check("live board: prints a change"):
            await set_priority(number, "NORMAL")
            await line_with(lines, rf"^changed by .+: {number} NORMAL ")

        async def change_twice() -> None:
            await set_priority(number, "LOW")
            await set_priority(number, "HIGH")

        with check("live board: resumes after a cut with what it has missed"):
            await while_cut(change_twice)
            said = await line_with(lines, rf"^changed by .+: {number} HIGH ")
            assert re.findall(rf": {number} (\w+) ", said) == ["LOW", "HIGH"]
            assert "snapshot" not in said


if __name__ == "__main__":
    asyncio.run(main())
