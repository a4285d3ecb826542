"""What goes out comes in again: the same data, and the same bytes."""

import asyncio
import shutil
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path

import asyncpg
import pytest
from tortoise.backends.base.executor import EXECUTOR_CACHE

from db import lifecycle
from db.demo.generate import FOLDER
from db.projection import forget_plans
from db.transaction import current, transaction
from domain.core.actor import SYSTEM
from domain.core.operation import perform
from domain.customers.models import Customer
from domain.exchange import checks
from domain.exchange.folders import export_folder, import_folder
from domain.exchange.rows import Batch
from domain.exchange.sheets import Fault
from domain.exchange.tables import TABLES
from domain.items.models import Item
from domain.numbering.models import NumberSequence
from domain.orders.models import ServiceActivity, ServiceOrder
from domain.orders.operations import CreateServiceOrder, create_service_order
from domain.orders.rules import LineStatus, OrderProgress
from tests.builders import rows
from tests.builders.folders import a_folder, bytes_of, the_examples
from tests.builders.log import nothing_changes
from tests.builders.times import at

TODAY = date(2026, 11, 23)

AnotherCompany = Callable[[], AbstractAsyncContextManager[None]]


@pytest.fixture
def another_company(sqlite_template: Path, tmp_path: Path) -> AnotherCompany:
    """Opens an empty database of its own, once the first one is closed."""

    @asynccontextmanager
    async def opened() -> AsyncGenerator[None]:
        EXECUTOR_CACHE.clear()  # of the first database, which may be of the other engine
        forget_plans()
        path = tmp_path / "another.sqlite3"
        shutil.copyfile(sqlite_template, path)
        async with lifecycle.database(f"sqlite://{path}"):
            yield

    return opened


async def exported(folder: Path) -> dict[str, bytes]:
    report = await export_folder(folder)
    assert [written.file for written in report.files] == [table.file for table in TABLES]
    files = bytes_of(folder)
    assert files.keys() == _names(folder) == {table.file for table in TABLES}
    assert {written.file: written.rows for written in report.files} == {
        file: _rows(content) for file, content in files.items()
    }
    return files


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def _rows(content: bytes) -> int:
    # No cell of these tests' data has a line end in it, but for the one that says so.
    return content.count(b"\n") - 1 - content.count(b"two\nlines")


async def test_the_demo_company_loads_and_comes_out_as_it_went_in(
    database_url: str, another_company: AnotherCompany, tmp_path: Path
) -> None:
    async with lifecycle.database(database_url):
        report = await import_folder(FOLDER, today=TODAY)
        assert [str(error) for error in report.errors] == []
        assert report.done
        assert await ServiceOrder.all().count() == 406
        posted = await ServiceOrder.filter(progress=OrderProgress.POSTED).count()
        assert 5 <= posted <= 60
        assert (await NumberSequence.get(code="service_order")).next == 10407
        customer = (await ServiceOrder.get(number="SO-10001")).customer_id
        first = await exported(tmp_path / "first")
        made = await perform(create_service_order, CreateServiceOrder(customer_id=customer), actor=SYSTEM)
        assert (await ServiceOrder.get(id=made.result)).number == "SO-10407"

    async with another_company():
        report = await import_folder(tmp_path / "first", today=date(2030, 1, 1))
        assert report.done
        assert await exported(tmp_path / "second") == first
        async with nothing_changes():
            await import_folder(tmp_path / "second", today=TODAY)


async def test_an_export_is_written_for_people(database_url: str, tmp_path: Path) -> None:
    async with lifecycle.database(database_url):
        await rows.the_parameters()
        customer = await rows.a_customer(number="CUS-1", name='Karl "Kalle" Ås, søn & Co')
        await rows.an_address(
            customer, number="ADR-1", name="Main", latitude=Decimal("56.150000"), longitude=Decimal(-1)
        )
        order = await rows.an_order(customer, number="SO-1", description="two\nlines")
        worker = await rows.a_worker(number="WRK-1", name="Meg")
        for number in ("SO-1-10", "SO-1-9"):
            await rows.an_activity(order, number=number, title="Look")
        await rows.an_activity(order, number="SO-1-2", title="Go", worker_id=worker.id, starts_at=at(), ends_at=at(1.5))
        await rows.a_line(order, quantity=Decimal("1.5000"), status=LineStatus.POSTED)

        files = await exported(tmp_path / "company")

    assert files["customers.csv"].decode() == (
        'number,name,phone,email,active\nCUS-1,"Karl ""Kalle"" Ås, søn & Co",,,true\n'
    )
    assert files["addresses.csv"].decode().splitlines()[1] == (
        "ADR-1,CUS-1,Main,Søndre Kaj 4,2150,Nordhavn,DK,56.15,-1,,false"
    )
    assert files["orders.csv"].decode() == (
        "number,description,customer,address,contact,project,agreement,priority,origin,sales_order_number,"
        "incoming_web_order,stage,service_at,responsible,preferred_technician,created_at,signed_off_at,"
        "calendar_conflict,sla\n"
        'SO-1,"two\nlines",CUS-1,,,,,NORMAL,MANUAL,,false,,,,,2026-11-23T09:00+01:00,,false,\n'
    )
    assert files["activities.csv"].decode().splitlines()[1:] == [
        "SO-1-2,SO-1,Go,,,,,,WRK-1,2026-11-23T09:00+01:00,2026-11-23T10:30+01:00,NORMAL,UNDISPATCHED,false,false",
        "SO-1-9,SO-1,Look,,,,,,,,,NORMAL,UNDISPATCHED,false,false",
        "SO-1-10,SO-1,Look,,,,,,,,,NORMAL,UNDISPATCHED,false,false",
    ]
    assert files["order_lines.csv"].decode().splitlines()[1] == "SO-1,1,HOUR,POSTED,,,,,,,,,,,1.5,h,,,,,,,,false,,,,,"
    assert files["team_members.csv"] == b"worker,team\n"


async def test_an_empty_company_is_a_folder_of_headers(
    database_url: str, another_company: AnotherCompany, tmp_path: Path
) -> None:
    async with lifecycle.database(database_url):
        files = await exported(tmp_path / "company")

    assert all(content.count(b"\n") == 1 for content in files.values())
    async with another_company():
        assert (await import_folder(tmp_path / "company", today=TODAY)).done


async def test_an_export_takes_the_place_of_an_earlier_one(database_url: str, tmp_path: Path) -> None:
    the_examples(tmp_path / "company")
    async with lifecycle.database(database_url):
        await import_folder(tmp_path / "company", today=TODAY)
        await Item.all().update(name="Door contact, steel")

        files = await exported(tmp_path / "company")

        assert files["items.csv"] == b'number,name,type,unit,active\nITM-1,"Door contact, steel",ITEM,pcs,true\n'
        async with nothing_changes():
            assert (await import_folder(tmp_path / "company", today=TODAY)).done


async def test_times_survive_the_hour_that_comes_twice(
    database_url: str, another_company: AnotherCompany, tmp_path: Path
) -> None:
    # 02:30 in Copenhagen, twice.
    twice = [at(0).replace(month=10, day=25, hour=hour, minute=30) for hour in (0, 1)]
    async with lifecycle.database(database_url):
        await rows.the_parameters()
        order = await rows.an_order(number="SO-1")
        for place, moment in enumerate(twice, start=1):
            await rows.an_activity(order, number=f"SO-1-{place}", starts_at=moment, ends_at=moment.replace(minute=45))
        files = await exported(tmp_path / "company")

    assert b"2026-10-25T02:30+02:00" in files["activities.csv"]
    assert b"2026-10-25T02:30+01:00" in files["activities.csv"]
    async with another_company():
        assert (await import_folder(tmp_path / "company", today=TODAY)).done
        assert [each.starts_at for each in await ServiceActivity.all().order_by("number")] == twice


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_rival_who_takes_a_number_first_wins_and_the_import_is_told_so(
    database_url: str, tmp_path: Path
) -> None:
    folder = a_folder(tmp_path, customers="number,name\nCUS-1,Birkely\nCUS-2,Engbo\n")
    async with lifecycle.database(database_url):
        await rows.number_sequences()
        rival = await asyncpg.connect(database_url)
        try:
            async with rival.transaction():
                await rival.execute(
                    "INSERT INTO customer (number, name, active, version) VALUES ('CUS-2', 'Rival', true, 1)"
                )
                importing = asyncio.create_task(import_folder(folder, today=TODAY))
                while not await rival.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):  # noqa: ASYNC110 - it is the server that waits
                    await asyncio.sleep(0.01)
            report = await importing
        finally:
            await rival.close()

        assert [str(error) for error in report.errors] == [
            "customers.csv:1: Others are changing the same rows; import the file again."
        ]
        assert [each.name for each in await Customer.all()] == ["Rival"]
        again = await import_folder(folder, today=TODAY)
        assert (again.files[0].created, again.files[0].changed) == (1, 1)


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_long_file_may_be_worked_on_between_statements_and_nothing_else_may(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = a_folder(tmp_path, customers="number,name\nCUS-1,Birkely\n")
    seen: list[str] = []

    async def look(batch: Batch) -> Sequence[Fault]:
        seen.append(await pause())
        return batch.faults

    async def pause() -> str:
        connection = current()
        assert connection is not None
        return str((await connection.execute_query_dict("SHOW idle_in_transaction_session_timeout"))[0].popitem()[1])

    monkeypatch.setattr(checks, "check", look)
    async with lifecycle.database(database_url):
        assert (await import_folder(folder, today=TODAY)).done
        for _ in range(20):  # as many connections as there may be
            async with transaction():
                seen.append(await pause())

    assert seen == ["1min"] + ["3s"] * 20
