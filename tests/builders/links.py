"""The line between two hosts, which can be cut: nothing comes through, and nobody is told."""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from fcntl import LOCK_EX, flock
from functools import cache
from pathlib import Path

# Listens where it is told, and passes everything on to a socket in the file system.
_FORWARD = """
import asyncio, sys

async def pump(source, target):
    try:
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
    except OSError:
        pass
    finally:
        target.close()

async def serve(reader, writer):
    there = await asyncio.open_unix_connection(sys.argv[3])
    await asyncio.gather(pump(reader, there[1]), pump(there[0], writer))

async def main():
    server = await asyncio.start_server(serve, sys.argv[1], int(sys.argv[2]))
    print("ready", flush=True)
    await server.serve_forever()

asyncio.run(main())
"""
_PORT = 15432


@dataclass
class Link:
    """A line to a database. `before` is put before a command that is to run on the other host."""

    host: str
    port: int
    before: tuple[str, ...] = ()
    reached_at: str = "127.0.0.1"

    async def cut(self) -> None:
        """Let nothing through."""
        raise NotImplementedError

    async def mend(self) -> None:
        """Let everything through again."""
        raise NotImplementedError


@dataclass
class Wall(Link):
    """A line through this process."""

    is_open: asyncio.Event = field(default_factory=asyncio.Event)
    pumps: set[asyncio.Task[None]] = field(default_factory=set)

    async def cut(self) -> None:
        """Let nothing through."""
        self.is_open.clear()

    async def mend(self) -> None:
        """Let everything through again."""
        self.is_open.set()

    async def pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        """Pass on what comes, or keep it while the line is cut."""
        with suppress(OSError):
            while data := await source.read(65536):
                await self.is_open.wait()
                target.write(data)
                await target.drain()
        await self.is_open.wait()
        target.close()


@asynccontextmanager
async def wall(socket_path: str) -> AsyncGenerator[Link]:
    """A line on one host: works everywhere, and looks to both ends like one that is cut."""
    made = Wall("127.0.0.1", 0)
    made.is_open.set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await made.is_open.wait()
        there = await asyncio.open_unix_connection(socket_path)
        for source, target in ((reader, there[1]), (there[0], writer)):
            made.pumps.add(asyncio.create_task(made.pump(source, target)))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        for pump in made.pumps:
            pump.cancel()
        await asyncio.gather(*made.pumps, return_exceptions=True)


@dataclass
class Cable(Link):
    """A pair of network devices between two network namespaces."""

    device: str = ""

    async def cut(self) -> None:
        """Pull the cable."""
        _ip("link", "set", self.device, "down")

    async def mend(self) -> None:
        """Plug it in again."""
        _ip("link", "set", self.device, "up")


@asynccontextmanager
async def cable(socket_path: str) -> AsyncGenerator[Link]:
    """Two hosts, as far as the kernel's network knows: this one has the database, the other one the server.

    The other one is reached by a line of its own.
    """
    name = Path(tempfile.mktemp(prefix="tv", dir="/")).name[:8]  # noqa: S306 - a name for a device, not a file
    async with AsyncExitStack() as stack:
        _ip("netns", "add", name)
        stack.callback(_ip, "netns", "del", name)
        for place, device in enumerate((f"{name}d", f"{name}c")):
            _ip("link", "add", device, "type", "veth", "peer", "name", f"{device}p", "netns", name)
            _ip("address", "add", f"10.203.{place}.1/30", "dev", device)
            _ip("link", "set", device, "up")
            _ip("-n", name, "address", "add", f"10.203.{place}.2/30", "dev", f"{device}p")
            _ip("-n", name, "link", "set", f"{device}p", "up")
        _ip("-n", name, "link", "set", "lo", "up")
        forward = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _FORWARD, "10.203.0.1", str(_PORT), socket_path, stdout=asyncio.subprocess.PIPE
        )
        stack.push_async_callback(forward.wait)
        stack.callback(forward.kill)
        assert forward.stdout is not None
        assert await forward.stdout.readline() == b"ready\n"
        yield Cable("10.203.0.1", _PORT, ("ip", "netns", "exec", name), "10.203.1.2", f"{name}d")


@cache
def may_lay_cables() -> bool:
    """Whether this machine lets us make hosts of our own: root may, as a rule."""
    # Test processes ask at the same moment, and have to come to the same tests.
    name = f"tvtry{os.getpid()}"
    try:
        with (Path(tempfile.gettempdir()) / "tavle-cables.lock").open("w") as file:
            flock(file, LOCK_EX)
            _ip("netns", "add", name)
            _ip("netns", "del", name)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
