"""Models, migrations and the real database say the same."""

import sqlite3
from pathlib import Path

import pytest
from tortoise.exceptions import IntegrityError
from tortoise.migrations.executor import MigrationExecutor

from db import migrating
from db.config import is_postgres
from db.transaction import transaction
from tests.contract.database import FOLDER, described_postgres, described_sqlite
from tests.postgres import Cluster


async def test_the_migrations_make_what_the_models_say() -> None:
    assert await migrating.missing_migrations() == []


async def test_a_fresh_sqlite_file_is_as_expected(sqlite_template: Path) -> None:
    expected = (FOLDER / "expected_sqlite.sql").read_text()
    assert described_sqlite(f"sqlite://{sqlite_template}") == expected


async def test_a_fresh_postgres_database_is_as_expected(migrated_postgres: tuple[str, object]) -> None:
    assert await described_postgres(migrated_postgres[0]) == (FOLDER / "expected_postgres.txt").read_text()


async def test_one_migration_at_a_time_comes_to_the_same(tmp_path: Path, postgres: Cluster) -> None:
    sqlite_url = f"sqlite://{tmp_path / 'steps.sqlite3'}"
    postgres.create_database("steps")
    postgres_url = postgres.url("steps")
    names = await migrating.pending_migrations(sqlite_url)
    assert len(names) >= 3
    for url in (sqlite_url, postgres_url):
        for name in names:
            assert await migrating.migrate(url, target=name) == [name]
    assert described_sqlite(sqlite_url) == (FOLDER / "expected_sqlite.sql").read_text()
    assert await described_postgres(postgres_url) == (FOLDER / "expected_postgres.txt").read_text()


async def test_a_database_of_another_version_is_left_alone(tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path / 'newer.sqlite3'}"
    await migrating.migrate(url)
    with sqlite3.connect(tmp_path / "newer.sqlite3") as connection:
        connection.execute("UPDATE tortoise_migrations SET name = '0999_later' WHERE name = '0003_constraints'")

    for touch in (migrating.migrate, migrating.pending_migrations):
        with pytest.raises(migrating.OtherMigrationsError, match="0999_later"):
            await touch(url)


BROKEN_ROWS = {
    "activity_times": "INSERT INTO service_activity (number, title, order_id, priority, dispatch_status, closed,"
    " overlap_accepted, version, starts_at) VALUES ('X-1', 'x', 1, 'LOW', 'UNDISPATCHED', {false}, {false}, 1,"
    " '2026-11-23 08:00:00+00:00')",
    "activity_dispatched_to_worker": "INSERT INTO service_activity (number, title, order_id, priority,"
    " dispatch_status, closed, overlap_accepted, version)"
    " VALUES ('X-1', 'x', 1, 'LOW', 'DISPATCHED', {false}, {false}, 1)",
    "calendar_hours_times": "INSERT INTO calendar_hours (calendar_id, weekday, opens_minute, closes_minute)"
    " VALUES (1, 1, 600, 600)",
    "parameters_one_row": "INSERT INTO service_management_parameters (id, company_name, time_zone, currency,"
    " dispatch_color_high, dispatch_color_normal, dispatch_color_low, dispatch_days_before, dispatch_days_after,"
    " version) VALUES (2, 'x', 'UTC', 'DKK', '#000000', '#000000', '#000000', 0, 7, 1)",
    "event_head_one_row": "UPDATE event_head SET floor = seq + 1",
}


@pytest.mark.parametrize("name", BROKEN_ROWS)
async def test_the_database_itself_refuses(name: str, database: str) -> None:
    no = "false" if is_postgres(database) else "0"
    with pytest.raises(IntegrityError, match=name):
        async with transaction() as connection:
            await connection.execute_query(BROKEN_ROWS[name].format(false=no))


async def test_a_busy_machine_does_not_end_a_migration(postgres: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []

    async def show(executor: MigrationExecutor, *_: object, **__: object) -> None:
        row = await executor.connection.execute_query_dict("SHOW idle_in_transaction_session_timeout")
        shown.append(row[0]["idle_in_transaction_session_timeout"])
        await executor.connection.execute_script(
            "CREATE TABLE event_head (id int PRIMARY KEY, epoch text, seq int, floor int)"
        )

    monkeypatch.setattr(MigrationExecutor, "migrate", show)
    postgres.create_database("busy")
    await migrating.migrate(postgres.url("busy"))

    assert shown == ["10min"]
