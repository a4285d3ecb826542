"""Opening and closing the database."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from tortoise import Tortoise
from tortoise.connection import get_connection

from db.config import is_postgres, sqlite_path, tortoise_config
from db.reading import close_readers, open_readers
from db.remembered import forget_everything


@asynccontextmanager
async def database(url: str) -> AsyncGenerator[None]:
    """Hold the database at `url` open: the write side through Tortoise, the read side beside it."""
    if not is_postgres(url):
        Path(sqlite_path(url)).parent.mkdir(parents=True, exist_ok=True)
    forget_everything()
    # The server's requests run in other tasks than its start-up, hence the global fallback.
    await Tortoise.init(config=tortoise_config(url), _enable_global_fallback=True)
    try:
        await open_readers(url)
        try:
            yield
        finally:
            await close_readers()
    finally:
        await Tortoise.close_connections()


async def ping() -> None:
    """Ask the database the shortest question; raises when it does not answer."""
    await get_connection("default").execute_query("SELECT 1")
