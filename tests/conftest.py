"""Databases on both engines, and people: what every test may ask for."""

import os
import shutil
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from argon2 import PasswordHasher
from structlog.testing import capture_logs
from tortoise.backends.base.executor import EXECUTOR_CACHE

from db import lifecycle, migrating
from db.config import is_postgres
from domain.access import passwords
from domain.core import clock
from domain.core.actor import Actor
from domain.core.operation import finish_running
from domain.stages.models import Stage
from tests.builders import actors
from tests.builders.rows import a_stage, the_parameters
from tests.builders.times import MONDAY, SetClock
from tests.postgres import Cluster, cluster
from tests.serving import server  # noqa: F401 - a fixture

# Whoever is still connected from an earlier test is sent away first. Foreign keys and triggers sleep meanwhile.
EMPTIED = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend';
DO $$
DECLARE name text;
BEGIN
  SET LOCAL session_replication_role = replica;
  FOR name IN
    SELECT tablename FROM pg_tables
    WHERE schemaname = 'public' AND tablename NOT IN ('tortoise_migrations', 'event_head')
  LOOP
    EXECUTE format('DELETE FROM %I', name);
  END LOOP;
  FOR name IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' LOOP
    PERFORM setval(name::regclass, 1, false);
  END LOOP;
  UPDATE event_head SET seq = 0, floor = 0;
END $$;
"""


def pytest_xdist_auto_num_workers() -> int:
    """Three for two cores: a worker waits a third of its time, for the clock or for other processes."""
    return (os.cpu_count() or 1) * 3 // 2


def _forget_statements() -> None:
    # Kept by the connection's name, which is the same on both engines: good for a process, which has one database.
    EXECUTOR_CACHE.clear()


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Passwords are hashed in no time: nobody guesses them here, and nearly every test of the API signs somebody in."""
    kept, passwords._hasher = passwords._hasher, PasswordHasher(time_cost=1, memory_cost=16, parallelism=1)
    yield
    passwords._hasher = kept


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """The PostgreSQL server of this session; started by the first test that needs it."""
    with cluster() as made:
        yield made


@pytest.fixture(scope="session")
async def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("template") / "template.sqlite3"
    _forget_statements()
    await migrating.migrate(f"sqlite://{path}")
    _forget_statements()
    return path


@pytest.fixture(scope="session")
async def migrated_postgres(postgres: Cluster) -> AsyncGenerator[tuple[str, asyncpg.Connection]]:
    """The address of a migrated PostgreSQL database, and a connection to it that outlives every test."""
    postgres.create_database("template")
    _forget_statements()
    await migrating.migrate(postgres.url("template"))
    _forget_statements()
    postgres.create_database("test", template="template")
    url = postgres.url("test")
    connection = await asyncpg.connect(url)
    try:
        yield url, connection
    finally:
        await connection.close()


@pytest.fixture
async def empty_postgres(migrated_postgres: tuple[str, asyncpg.Connection]) -> str:
    """The address of a migrated, empty PostgreSQL database; emptied here, because a copy would take ten times longer.

    A test that changes tables takes `own_database_url`.
    """
    _forget_statements()
    url, connection = migrated_postgres
    await connection.execute(EMPTIED)
    return url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a migrated, empty database of this test's own, which nobody has opened yet."""
    _forget_statements()
    # Asked for by name, so that a run on SQLite alone starts no PostgreSQL.
    if request.param == "sqlite":
        path = tmp_path / "test.sqlite3"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite://{path}"
    url: str = request.getfixturevalue("empty_postgres")
    return url


@pytest.fixture
def own_database_url(database_url: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """As `database_url`, for a test that changes tables: on PostgreSQL not the one in which every other test works."""
    if not is_postgres(database_url):
        yield database_url
        return
    postgres: Cluster = request.getfixturevalue("postgres")
    postgres.create_database("own", template="template")
    yield postgres.url("own")
    postgres.drop_database("own")


@pytest.fixture
async def database(database_url: str) -> AsyncGenerator[str]:
    """A migrated, empty database, open for operations and queries; gives its address."""
    async with lifecycle.database(database_url):
        yield database_url
        await finish_running()


@pytest.fixture
async def initial_stage(database: str) -> Stage:  # noqa: ARG001 - the stage is in it
    """The only stage there is, in which orders begin; it allows everything."""
    return await a_stage(number="PLANNING", name="Planning")


@pytest.fixture
async def orders_without_agreements(database: str) -> None:  # noqa: ARG001 - has to be open
    """The company's settings allow service orders without a service agreement."""
    await the_parameters(allow_without_service_agreement=True)


@pytest.fixture
def manager() -> Actor:
    """A service manager."""
    return actors.MANAGER


@pytest.fixture
def dispatcher() -> Actor:
    """A dispatcher."""
    return actors.DISPATCHER


@pytest.fixture
def technician() -> Actor:
    """A technician without a worker; `tests.builders.actors.technician` makes one with."""
    return actors.technician()


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """The product's clock, standing at Monday 23 November 2026, 08:00 UTC."""
    made = SetClock(MONDAY)
    monkeypatch.setattr(clock, "now", lambda: made.now)
    return made


@pytest.fixture
def logged() -> Iterator[list[Any]]:
    """What is logged meanwhile."""
    with capture_logs() as entries:
        yield entries
