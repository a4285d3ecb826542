"""A back-up is put back under a running server: whoever follows a board gets a snapshot, and work goes on."""

import asyncio
import os
import sys
from pathlib import Path

import httpx
import pytest

from api.auth import Sessions
from db import lifecycle
from db.config import is_postgres
from tests.builders.access import PASSWORD, a_person
from tests.builders.boards import a_booking, a_dispatched_worker
from tests.builders.log import events
from tests.builders.processes import Served, tavle_serve
from tests.builders.sockets import Client
from tests.postgres import Cluster
from tests.serving import SECRET

ASSIGN = """mutation($input: AssignActivityInput!) {
  assignActivity(input: $input) { cursor activity { startsAt } userErrors { code } } }"""
LIVE = """subscription($after: BoardCursor) {
  dispatchBoard(input: {from: "2026-11-23", to: "2026-11-29"}, after: $after) {
    __typename cursor
    ... on BoardSnapshot { reason board { activities { startsAt } } } } }"""


async def tavle(database_url: str, *arguments: str) -> None:
    """Run the command to its end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "api", *arguments),
        env=os.environ | {"TAVLE_DATABASE_URL": database_url, "TAVLE_SECRET": SECRET, "TAVLE_LOG_LEVEL": "warning"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()


async def test_a_restore_gives_every_follower_a_snapshot(own_database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "company.backup"
    async with lifecycle.database(own_database_url):
        person = await a_person("dina@tavle.example", password=PASSWORD)
        visit = await a_booking(await a_dispatched_worker())
        token = (await Sessions(SECRET).sign_in(person.email, PASSWORD)).result.access_token
    headers = {"Authorization": f"Bearer {token}"}

    async with (
        tavle_serve(own_database_url) as server,
        httpx.AsyncClient(base_url=server.url, headers=headers, timeout=10) as http,
        Client(server.url.replace("http", "ws", 1) + "/graphql", {}) as client,
    ):

        async def move(hour: int) -> str:
            wanted = {"activity": {"id": f"act_{visit.id}"}, "startsAt": f"2026-11-24T{hour:02}:00:00Z"}
            body = {"query": ASSIGN, "variables": {"input": wanted}}
            done = (await http.post("/graphql", json=body)).json()
            while done.get("data") is None:
                # A connection that was lost with the old contents is made anew.
                await asyncio.sleep(0.1)
                done = (await http.post("/graphql", json=body)).json()
            assert done["data"]["assignActivity"]["userErrors"] == []
            cursor: str = done["data"]["assignActivity"]["cursor"]
            return cursor

        async def told(kind: str) -> dict[str, object]:
            async with asyncio.timeout(15):
                while True:
                    event = (await client.receive(15))["payload"]["data"]["dispatchBoard"]
                    if event["__typename"] == kind:
                        return dict(event)

        await client.sign_in(token)
        await client.subscribe(LIVE)
        await told("BoardSnapshot")
        await move(10)
        await tavle(own_database_url, "backup", str(file))
        missed = await move(12)

        await tavle(own_database_url, "restore", str(file), "--yes")

        snapshot = await told("BoardSnapshot")
        assert snapshot["reason"] == "TOO_OLD"
        assert "2026-11-24T10:00:00Z" in str(snapshot["board"])
        assert "2026-11-24T12:00:00Z" not in str(snapshot["board"])
        assert str(snapshot["cursor"]).partition(":")[0] != missed.partition(":")[0]
        moved = await move(14)
        assert moved.partition(":")[0] == str(snapshot["cursor"]).partition(":")[0]
        assert (await told("ActivityChanged"))["cursor"] == moved

        # A client that comes back with a position of the old log is not told what is not so.
        await client.subscribe(LIVE, id="2", after=missed)
        again = await client.receive(10)
        while again["id"] != "2":
            again = await client.receive(10)
        assert again["payload"]["data"]["dispatchBoard"]["__typename"] == "BoardSnapshot"


async def test_a_copy_takes_over_from_a_database_that_is_lost(
    database_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    file, copy_url = tmp_path / "last-night.backup", f"sqlite://{tmp_path}/copy.sqlite3"
    if is_postgres(database_url):
        postgres: Cluster = request.getfixturevalue("postgres")
        postgres.create_database("copy")
        request.addfinalizer(lambda: postgres.drop_database("copy"))
        copy_url = postgres.url("copy")
    async with lifecycle.database(database_url):
        person = await a_person("dina@tavle.example", password=PASSWORD)
        visit = await a_booking(await a_dispatched_worker())
        token = (await Sessions(SECRET).sign_in(person.email, PASSWORD)).result.access_token

    async def move(server: Served, hour: int) -> str:
        at = f"2026-11-24T{hour:02}:00:00Z"
        wanted = {"activity": {"id": f"act_{visit.id}"}, "startsAt": at, "clientMutationKey": f"to {hour}"}
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=10) as http:
            done = (await http.post("/graphql", json={"query": ASSIGN, "variables": {"input": wanted}})).json()
        assert done["data"]["assignActivity"]["userErrors"] == []
        cursor: str = done["data"]["assignActivity"]["cursor"]
        return cursor

    async with tavle_serve(database_url) as first:
        kept = await move(first, 10)
        await tavle(database_url, "backup", str(file))
        lost = await move(first, 12)
        await first.kill()
    await tavle(copy_url, "restore", str(file), "--yes")
    async with (
        tavle_serve(copy_url) as second,
        Client(second.url.replace("http", "ws", 1) + "/graphql", {}) as client,
    ):
        await client.sign_in(token)
        await client.subscribe(LIVE, after=lost)
        snapshot = (await client.receive(10))["payload"]["data"]["dispatchBoard"]
        # What was done before the back-up is not done again; what came after it is gone, and is.
        repeated = [await move(second, hour) for hour in (10, 12)]
        told = (await client.receive(10))["payload"]["data"]["dispatchBoard"]

    assert (snapshot["__typename"], snapshot["reason"]) == ("BoardSnapshot", "TOO_OLD")
    assert "2026-11-24T10:00:00Z" in str(snapshot["board"])
    assert repeated[0] == kept
    assert repeated[1].partition(":")[0] == snapshot["cursor"].partition(":")[0] != lost.partition(":")[0]
    assert (told["__typename"], told["cursor"]) == ("ActivityChanged", repeated[1])
    async with lifecycle.database(copy_url):
        assert [event.key for event in await events() if event.kind == "activity_assigned"] == ["to 10", "to 12"]
