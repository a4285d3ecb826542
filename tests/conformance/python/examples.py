"""Runs the examples as a newcomer does, with the cable between them and the server."""

import asyncio
import contextlib
import json
import os
import re
import socket
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.conformance.python.checks import PATIENCE_SECONDS, URL, check, while_cut

NAMES = ("first_query", "change", "live_board", "webhook")
LANGUAGES: dict[str, dict[str, tuple[str, ...]]] = {
    "python": {name: (sys.executable, f"{name}.py") for name in NAMES},
    # What `npm run` would start; npm does not pass on that a program is to end.
    "typescript": {name: ("node", "--import", "tsx", f"{name.replace('_', '-')}.ts") for name in NAMES},
}
FOLDER = Path(__file__).parents[3] / "examples" / sys.argv[1]
COMMANDS = LANGUAGES[sys.argv[1]]
CREATE_WEBHOOK = """
mutation Create($input: CreateWebhookInput!) {
  createWebhook(input: $input) { webhook { id } secret userErrors { code message } }
}
"""
DELETE_WEBHOOK = "mutation Delete($input: DeleteWebhookInput!) { deleteWebhook(input: $input) { userErrors { code } } }"
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


async def started(name: str, *words: str, **environment: str) -> asyncio.subprocess.Process:
    """A running example; all it knows of the server is the cable."""
    return await asyncio.create_subprocess_exec(
        *COMMANDS[name],
        *words,
        cwd=FOLDER,
        env={**os.environ, "TAVLE_URL": os.environ["TAVLE_CABLE"], **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


@asynccontextmanager
async def running(name: str, **environment: str) -> AsyncIterator[asyncio.StreamReader]:
    """The lines of an example that runs until it is ended."""
    process = await started(name, **environment)
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


async def asked(text: str, by: str, given: dict[str, Any]) -> dict[str, Any]:
    """What a colleague's change gives, which does not go by way of the cable."""

    def send() -> Any:
        body = json.dumps({"query": text, "variables": {"input": given}}).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {by}"}
        with urllib.request.urlopen(urllib.request.Request(URL, body, headers)) as answer:  # noqa: S310 - our own
            return json.load(answer)

    answer = await asyncio.to_thread(send)
    payload: dict[str, Any] = next(iter(answer["data"].values()))
    assert payload["userErrors"] == [], answer
    return payload


async def set_priority(number: str, priority: str) -> None:
    """A colleague's change of the board."""
    given = {"activity": {"number": number}, "priority": priority, "clientMutationKey": str(uuid.uuid4())}
    await asked(PRIORITY, "demo-dispatcher", given)


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """The status that answers a message which somebody else has made."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers)) as answer:  # noqa: S310 - our own
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


async def receive(number: str) -> None:
    """The receiver of a webhook prints what the server tells it, and refuses what others send."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}/"
    made = await asked(CREATE_WEBHOOK, "demo-manager", {"name": sys.argv[1], "url": url, "about": ["ServiceActivity"]})
    async with running("webhook", TAVLE_WEBHOOK_SECRET=made["secret"], PORT=str(port)) as lines:
        await line_with(lines, r"^listening ")
        with check("webhook: prints what happened"):
            await set_priority(number, "NORMAL")
            said = await line_with(lines, r"^activity_priority_set: ServiceActivity act_\d+, by ")
            assert "refused" not in said
        with check("webhook: refuses what is not signed with its secret"):
            headers = {"webhook-id": "evt_1", "webhook-timestamp": str(int(time.time())), "webhook-signature": "v1,x"}
            assert await asyncio.to_thread(post, url, b"{}", headers) == 401
            await line_with(lines, "^refused: its signature is another")
            old = headers | {"webhook-timestamp": "1614265330"}
            assert await asyncio.to_thread(post, url, b"{}", old) == 401
            await line_with(lines, "^refused: its time is missing, or too far from now")
    # It would be told of what the others do, in vain.
    await asked(DELETE_WEBHOOK, "demo-manager", {"webhookId": made["webhook"]["id"]})


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
    await receive(number)


if __name__ == "__main__":
    asyncio.run(main())
