"""Filled databases for the servers: one each, so that nobody's changes are in another's way."""

import asyncio
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal

import asyncpg
from tortoise.backends.base.executor import EXECUTOR_CACHE

from bench.data import Table, fill_postgres, fill_sqlite
from bench.servers import cpu_seconds
from db.config import is_postgres, sqlite_path
from db.migrating import migrate
from tests.postgres import Cluster, cluster

Engine = Literal["sqlite", "postgres"]


class Stores:
    """Copies of one filled database."""

    def __init__(self, folder: Path, server: Cluster | None) -> None:
        self._folder = folder
        self._server = server

    def fill(self, tables: list[Table]) -> None:
        """Make the database that the others are copies of."""
        # Tortoise keeps its statements by the connection's name, which is the same on both engines.
        EXECUTOR_CACHE.clear()
        if self._server is not None:
            self._server.create_database("filled")
        url = self._url("filled")
        asyncio.run(migrate(url))
        if self._server is not None:
            asyncio.run(fill_postgres(url, tables))
        else:
            fill_sqlite(Path(sqlite_path(url)), tables)

    def copy(self, name: str) -> str:
        """The address of a copy."""
        url = self._url(name)
        if self._server is not None:
            self._server.create_database(name, template="filled")
        else:
            shutil.copyfile(sqlite_path(self._url("filled")), sqlite_path(url))
        return url

    def cpu_seconds(self) -> float:
        """The time that PostgreSQL has computed for those who are connected now."""
        server = self._server.server if self._server is not None else None
        return cpu_seconds(server.pid) if server is not None and server.pid is not None else 0.0

    def _url(self, name: str) -> str:
        return self._server.url(name) if self._server is not None else f"sqlite://{self._folder}/{name}.db"


@contextmanager
def stores(engine: Engine, folder: Path, tables: list[Table]) -> Iterator[Stores]:
    """Databases on one engine, thrown away at the end. Both lose nothing that was committed, whatever breaks."""
    if engine == "sqlite":
        made = Stores(folder, None)
        made.fill(tables)
        yield made
        return
    with cluster(durable=True, own=True) as server:
        made = Stores(folder, server)
        made.fill(tables)
        yield made


def event_times(url: str, after: int) -> dict[int, float]:
    """When the transaction of each change of an activity after an event began, in seconds since 1970."""
    sql = f"SELECT seq, at FROM event WHERE seq > {after} AND subject_type = 'service_activity'"
    if is_postgres(url):
        return {row[0]: row[1].timestamp() for row in asyncio.run(_rows(url, sql))}
    connection = sqlite3.connect(sqlite_path(url))
    try:
        return {seq: datetime.fromisoformat(at).timestamp() for seq, at in connection.execute(sql)}
    finally:
        connection.close()


async def _rows(url: str, sql: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url)
    try:
        return list(await connection.fetch(sql))
    finally:
        await connection.close()
