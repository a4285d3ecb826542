"""Servers of the demo company, one for each mode that a suite needs."""

import asyncio
import os
import re
import secrets
import shutil
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

_START_SECONDS = 180
_ADDRESS = re.compile(rb"http://127\.0\.0\.1:(\d+)/graphql")
_FAULT = re.compile(r'"level":\s*"(error|critical)"')
_TAVLE = (sys.executable, "-m", "api")


@dataclass(frozen=True, slots=True)
class Mode:
    """How a server is started."""

    command: tuple[str, ...]
    settings: Mapping[str, str]


MODES = {
    "demo": Mode(("demo", "--quiet"), {"TAVLE_MODE": "demo", "TAVLE_WEBHOOK_PRIVATE_ADDRESSES": "true"}),
    "production": Mode(("serve",), {"TAVLE_MODE": "production"}),
    "introspection": Mode(("serve",), {"TAVLE_MODE": "production", "TAVLE_INTROSPECTION": "true"}),
}


@dataclass(slots=True)
class Server:
    """A running server, and how far its log has been read."""

    port: int
    log: Path
    read: int = 0

    def faults(self) -> list[str]:
        """What it has logged as an error since the last time; nothing that a client sends may lead to one."""
        written = self.log.read_bytes()
        fresh, self.read = written[self.read :], len(written)
        return [line for line in fresh.decode("utf-8", "replace").splitlines() if _FAULT.search(line)]


class Servers:
    """Starts a server at the first need of its mode, on a free port, and stops them all at the end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seed = folder / "seed.db"
        self._running: dict[str, Server] = {}
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        process = await asyncio.create_subprocess_exec(
            *_TAVLE, "seed", env=self._environment("demo", self._seed), stdout=asyncio.subprocess.DEVNULL
        )
        if await process.wait():
            raise RuntimeError("The demo company could not be loaded; the reason is above.")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.aclose()

    async def serving(self, mode: str, *, fresh: bool = False) -> Server:
        """The running server of this mode; a `fresh` one is for one suite that leaves much behind."""
        name = f"{mode}-{len(self._running)}" if fresh else mode
        if name not in self._running:
            self._running[name] = await self._start(name, mode)
        return self._running[name]

    async def _start(self, name: str, mode: str) -> Server:
        database, log = self._folder / f"{name}.db", self._folder / f"{name}.log"
        shutil.copy(self._seed, database)
        with log.open("wb") as out:
            process = await asyncio.create_subprocess_exec(
                *_TAVLE,
                *MODES[mode].command,
                "--port=0",
                env=self._environment(mode, database),
                stdout=out,
                stderr=asyncio.subprocess.STDOUT,
            )
        self._open.push_async_callback(_stop, process)
        async with asyncio.timeout(_START_SECONDS):
            while not (found := _ADDRESS.search(log.read_bytes())):
                if process.returncode is not None:
                    raise RuntimeError(f"The server did not start:\n{log.read_text('utf-8')}")
                await asyncio.sleep(0.05)
        return Server(int(found[1]), log)

    def _environment(self, mode: str, database: Path) -> Mapping[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TAVLE_")}
        return {
            **kept,
            **MODES[mode].settings,
            "TAVLE_DATABASE_URL": f"sqlite://{database}",
            "TAVLE_STATE_DIR": str(self._folder),
            "TAVLE_SECRET": secrets.token_urlsafe(48),
            "TAVLE_LOG_LEVEL": "warning",
            "TAVLE_LOG_FORMAT": "json",
        }


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
        await process.wait()
