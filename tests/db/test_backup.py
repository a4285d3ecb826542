"""Back-ups: one moment of a database that is being written to, put back as a whole under a new epoch, or not at all."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from db import backup, lifecycle
from db.backup import BackupFailed, back_up, restore
from db.outbox import EventHead, EventRow
from domain.core.operation import perform
from domain.customers.models import Customer
from domain.customers.operations import CreateCustomer, create_customer
from tests.builders.actors import MANAGER


def quietly(_done: int, _total: int) -> None:
    """Nobody watches."""


async def some_customers(count: int, first: int = 0) -> None:
    """Customers whose names are numbers in the order in which they were made."""
    for place in range(first, first + count):
        await perform(create_customer, CreateCustomer(name=f"{place:05}", number=f"K-{place}"), actor=MANAGER)


async def customers_until(done: asyncio.Event, *, first: int) -> int:
    """Make customers, one after the other, until told to stop; how many there are then."""
    place = first
    while not done.is_set():
        await some_customers(1, first=place)
        place += 1
    return place


async def test_a_backup_of_a_database_that_is_written_to_holds_one_moment(
    own_database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "company.backup"
    async with lifecycle.database(own_database_url):
        await some_customers(40)
        done = asyncio.Event()
        writing = asyncio.create_task(customers_until(done, first=40))
        await asyncio.sleep(0.05)
        size = await asyncio.to_thread(back_up, own_database_url, file, progress=quietly)
        done.set()
        written = await writing
        epoch = (await EventHead.get(id=1)).epoch
    assert size == file.stat().st_size > 10_000
    assert list(tmp_path.glob(".*")) == []  # noqa: ASYNC240 - nothing else runs

    await asyncio.to_thread(restore, own_database_url, file, progress=quietly)

    async with lifecycle.database(own_database_url):
        head, names = await EventHead.get(id=1), [customer.name for customer in await Customer.all().order_by("id")]
        # Whole transactions, from the first to some moment, and the log says the same as the rows.
        assert 40 <= len(names) <= written
        assert names == [f"{place:05}" for place in range(len(names))]
        assert [event.seq for event in await EventRow.all().order_by("seq")] == list(range(1, head.seq + 1))
        assert await EventRow.filter(kind="customer_created").count() == len(names)
        assert head.epoch != epoch
        await some_customers(1, first=len(names))
        assert (await EventHead.get(id=1)).seq > head.seq


async def test_a_backup_never_replaces_a_file(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "company.backup"
    file.write_text("mine")

    with pytest.raises(BackupFailed, match=r"is there already: choose another name"):
        back_up(database_url, file, progress=quietly)

    assert file.read_text() == "mine"


async def test_a_backup_that_cannot_be_written_leaves_nothing(database_url: str, tmp_path: Path) -> None:
    with pytest.raises(BackupFailed):
        back_up(database_url, tmp_path / "nowhere" / "company.backup", progress=quietly)

    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("wrong", ["text", "empty", "missing", "another database", "cut off"])
async def test_what_is_no_backup_is_refused_and_nothing_changes(
    wrong: str, own_database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "company.backup"
    async with lifecycle.database(own_database_url):
        await some_customers(3)
    if wrong == "cut off":
        back_up(own_database_url, file, progress=quietly)
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 3])
    elif wrong == "another database":
        other = sqlite3.connect(file)
        other.execute("CREATE TABLE things (id)")
        other.close()
    elif wrong != "missing":
        file.write_text("x" * 100 if wrong == "text" else "")

    with pytest.raises(BackupFailed, match=r"company.backup|pg_restore|psql"):
        restore(own_database_url, file, progress=quietly)

    async with lifecycle.database(own_database_url):
        assert await Customer.all().count() == 3
        await some_customers(1, first=3)


async def test_without_postgresql_s_programs_it_is_said_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(backup, "_INSTALLED", tmp_path)

    with pytest.raises(BackupFailed, match=r"pg_dump is not installed\. On Debian: apt-get install postgresql-client"):
        back_up("postgresql://someone@localhost/tavle", tmp_path / "company.backup", progress=quietly)


async def test_a_password_goes_by_the_environment_and_not_by_the_command_line() -> None:
    assert backup._libpq("postgresql://some%20one:p%40ss@db.example:6543/tavle") == {
        "PGHOST": "db.example",
        "PGPORT": "6543",
        "PGUSER": "some one",
        "PGPASSWORD": "p@ss",
        "PGDATABASE": "tavle",
    }
