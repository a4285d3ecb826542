"""Read connections after the server went down and came back."""

import asyncio

import asyncpg
import pytest

from db.projection import Select, count
from tests.db.workshop import Team, opened
from tests.postgres import cluster


async def test_reads_go_on_after_the_server_was_restarted() -> None:
    with cluster(own=True, durable=True) as server:
        server.create_database("workshop")
        async with opened(server.url("workshop")):
            await Team.create(name="a")
            # As many connections as there can be, all of which the crash breaks.
            await asyncio.gather(*[count(Select(Team)) for _ in range(20)])
            server.crash()
            with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
                await count(Select(Team))
            server.start()
            after_a_while = [await count(Select(Team)) for _ in range(3)]
            await asyncio.gather(*[count(Select(Team)) for _ in range(20)])
            # So quickly that nothing here has seen the connections break.
            server.crash()
            server.start()
            at_once = await asyncio.gather(*[count(Select(Team)) for _ in range(20)])

    assert after_a_while == [1] * 3
    assert at_once == [1] * 20
