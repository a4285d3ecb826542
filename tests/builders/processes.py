"""The product as a process of its own, which can be killed in the middle of its work."""

import asyncio
import contextlib
import os
import re
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.serving import SECRET

SERVE = ("-m", "api", "serve", "--port", "0")
_ADDRESS = re.compile(r"http://[0-9.]+:\d+")


class DidNotStart(Exception):
    """A server that ended instead of serving; the text is what it said."""


@dataclass
class Served:
    """A running `tavle serve`, and what it said until it served."""

    url: str
    process: asyncio.subprocess.Process
    said: str = ""

    async def kill(self) -> None:
        """End it as a power cut would: nothing is finished, nothing is told."""
        self.process.kill()
        await self.process.wait()


@asynccontextmanager
async def tavle_serve(
    database_url: str, *, before: Sequence[str] = (), command: Sequence[str] = SERVE, **settings: str
) -> AsyncGenerator[Served]:
    """`tavle serve` on a free port, killed in the end if it still runs; other settings by their variables.

    `before` is what stands before the command, to start it elsewhere.
    """
    environment = os.environ | {
        "TAVLE_DATABASE_URL": database_url,
        "TAVLE_SECRET": SECRET,
        "TAVLE_LOG_LEVEL": "warning",
        "COLUMNS": "200",
        **settings,
    }
    process = await asyncio.create_subprocess_exec(
        *before,
        sys.executable,
        *command,
        env=environment,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    errors = process.stderr
    assert errors is not None
    said = b""
    try:
        async with asyncio.timeout(30):
            while (found := _ADDRESS.search(said.decode())) is None:
                line = await errors.readline()
                if not line:
                    await process.wait()
                    raise DidNotStart(said.decode())
                said += line
        reading = asyncio.create_task(errors.read())
        try:
            yield Served(found[0], process, said.decode())
        finally:
            reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reading
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
