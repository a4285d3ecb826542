"""Read connections after the server went down and came back."""

import asyncio
from typing import Any

import asyncpg
import pytest

from db.backends.postgres import PlainConnection
from db.projection import Select, count
from db.reading import snapshot
from tests.db.workshop import Team, opened
from tests.postgres import Cluster, cluster


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
            server.crash()
            server.start()
            in_snapshots = await asyncio.gather(*[_count_in_snapshot() for _ in range(20)])

    assert after_a_while == [1] * 3
    assert at_once == in_snapshots == [1] * 20


async def _count_in_snapshot() -> int:
    async with snapshot():
        return await count(Select(Team))


@pytest.mark.parametrize("times", [1, 2])
async def test_a_connection_on_which_the_driver_lost_the_thread_is_given_up(
    times: int, monkeypatch: pytest.MonkeyPatch, postgres: Cluster
) -> None:
    name = f"workshop_{times}"
    postgres.create_database(name)
    fetch = asyncpg.Connection.fetch
    used: list[Any] = []

    async def fetch_badly(connection: Any, *arguments: Any, **named: Any) -> Any:
        used.append(connection)
        if len(used) <= times:
            raise asyncpg.InternalClientError("got result for unknown protocol state 3")
        return await fetch(connection, *arguments, **named)

    async with opened(postgres.url(name)):
        await Team.create(name="a")
        monkeypatch.setattr(PlainConnection, "fetch", fetch_badly)
        if times == 1:
            assert await count(Select(Team)) == 1
        else:
            # Asked again once, and no more.
            with pytest.raises(asyncpg.InternalClientError):
                await count(Select(Team))
        assert len(used) == 2
        assert len(set(used)) == 2
        assert used[0].is_closed()
        # The one that failed is not among those that are used later.
        assert await asyncio.gather(*[count(Select(Team)) for _ in range(20)]) == [1] * 20
        assert used[0] not in used[1:]
