"""A disk that can be full: a small one where it may be mounted, else a limit that the database keeps itself."""

import subprocess
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Generator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import asyncpg
from tortoise.connection import get_connection

_REFUSE = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER no_room BEFORE INSERT ON event EXECUTE FUNCTION no_room();
"""


class Disk(ABC):
    """Where a database has its room."""

    @abstractmethod
    async def fill(self) -> None:
        """Take all the room there is."""

    @abstractmethod
    async def free(self) -> None:
        """Give it back."""


class SmallDisk(Disk):
    """A file system in memory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    async def fill(self) -> None:
        """Write until the kernel says that there is no space left."""
        with suppress(OSError), self._ballast.open("wb", buffering=0) as ballast:
            while True:
                ballast.write(bytes(4096))

    async def free(self) -> None:
        """Delete what was written."""
        self._ballast.unlink()


class PageLimit(Disk):
    """An SQLite database that may not grow."""

    async def fill(self) -> None:
        """Allow no page more than there are."""
        await get_connection("default").execute_query("PRAGMA max_page_count = 1")

    async def free(self) -> None:
        """Allow as many as SQLite can count."""
        await get_connection("default").execute_query("PRAGMA max_page_count = 4294967294")


class RefusingTable(Disk):
    """A PostgreSQL that answers as one with a full disk does."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def fill(self) -> None:
        """Refuse what is to be written."""
        await self._execute(_REFUSE)

    async def free(self) -> None:
        """Take it as ever."""
        await self._execute("DROP TRIGGER no_room ON event; DROP FUNCTION no_room")

    async def _execute(self, statements: str) -> None:
        connection = await asyncpg.connect(self._url)
        try:
            await connection.execute(statements)
        finally:
            await connection.close()


@contextmanager
def small_disk(megabytes: int) -> Generator[SmallDisk]:
    """A disk of so many megabytes, which anyone may write to."""
    folder = Path(tempfile.mkdtemp(prefix="tavle-disk-"))
    try:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=777", "tmpfs", str(folder)]
        subprocess.run(mount, check=True, capture_output=True)
        try:
            yield SmallDisk(folder)
        finally:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
    finally:
        folder.rmdir()


@cache
def may_mount() -> bool:
    """Whether this machine lets us mount a disk: as a rule root may, in a container not even root."""
    try:
        with small_disk(1):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False
