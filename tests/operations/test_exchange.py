"""A company's files in and out of a real database."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tortoise.fields import CharField

from db.health import counting
from domain.calendars.models import Calendar, CalendarHours
from domain.core.actor import SYSTEM
from domain.core.operation import perform
from domain.customers.models import Address, Contact, Customer
from domain.exchange import forms
from domain.exchange.folders import ImportReport, import_folder
from domain.exchange.forms import ImportDay
from domain.exchange.operations import import_sheet
from domain.exchange.rows import MODELS
from domain.exchange.sheets import read_sheet
from domain.exchange.tables import TABLES
from domain.numbering.models import NumberSequence
from domain.numbering.operations import SEQUENCES
from domain.orders.models import ServiceActivity, ServiceOrder, ServiceOrderLine
from domain.orders.rules import DispatchStatus, LineStatus, OrderProgress, Priority
from domain.parameters.models import ServiceManagementParameters
from domain.projects.rules import TransactionType
from domain.workforce.models import DispatchTeam, Worker
from domain.workforce.rules import WorkerType
from tests.builders import rows
from tests.builders.folders import a_folder, the_examples
from tests.builders.log import events, nothing_changes
from tests.builders.times import SetClock, at

pytestmark = pytest.mark.usefixtures("database")

TODAY = date(2026, 11, 23)


async def taken_in(folder: Path, **files: str) -> ImportReport:
    """What came of importing these files, all of them without a mistake."""
    report = await import_folder(a_folder(folder, **files), today=TODAY)
    assert [str(error) for error in report.errors] == []
    assert report.done
    return report


def counts(report: ImportReport) -> dict[str, tuple[int, int, int]]:
    return {each.file: (each.created, each.changed, each.unchanged) for each in report.files}


# --- in --------------------------------------------------------------------------------------------------------------


async def test_the_examples_of_all_files_make_a_company(tmp_path: Path) -> None:
    report = await import_folder(the_examples(tmp_path), today=TODAY)

    assert [str(error) for error in report.errors] == []
    told_before = {"team_members.csv": (0, 1, 0), "template_tree.csv": (0, 0, 1)}
    assert counts(report) == {table.file: told_before.get(table.file, (1, 0, 0)) for table in TABLES}
    parameters = await ServiceManagementParameters.get(id=1).prefetch_related("calendar", "order_activity_type")
    assert (parameters.company_name, parameters.time_zone) == ("Nordlift Service A/S", "Europe/Copenhagen")
    assert (parameters.calendar.number, parameters.order_activity_type.number) == ("CAL-1", "ACT-1")
    worker = await Worker.get(number="WRK-1").prefetch_related("calendar", "team")
    assert (worker.type, worker.calendar.number, worker.team.number) == (WorkerType.EMPLOYEE, "CAL-1", "TEAM-1")
    assert (await DispatchTeam.get(number="TEAM-1")).owner_id == worker.id
    address = await Address.get(number="ADR-1").prefetch_related("customer")
    assert (address.customer.number, address.latitude) == ("CUS-1", Decimal("56.156635"))
    order = await ServiceOrder.get(number="SO-10001").prefetch_related("address", "contact", "project")
    assert (order.address.number, order.contact.number, order.project.number) == ("ADR-1", "CON-1", "PRJ-1")
    assert (order.priority, order.created_at) == (Priority.HIGH, datetime(2026, 11, 21, 13, 10, tzinfo=UTC))
    activity = await ServiceActivity.get(number="SO-10001-1")
    assert activity.order_id == order.id
    assert activity.worker_id == worker.id
    assert activity.starts_at == datetime(2026, 11, 23, 7, tzinfo=UTC)
    assert activity.ends_at == datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    assert (activity.dispatch_status, activity.closed) == (DispatchStatus.DISPATCHED, False)
    line = await ServiceOrderLine.get(order_id=order.id)
    assert (line.activity_id, line.quantity, line.transaction_type) == (
        activity.id,
        Decimal("2.5"),
        TransactionType.HOUR,
    )


async def test_an_import_again_changes_nothing(tmp_path: Path) -> None:
    await import_folder(the_examples(tmp_path), today=TODAY)

    async with nothing_changes():
        report = await import_folder(tmp_path, today=TODAY)

    assert counts(report) == {table.file: (0, 0, 1) for table in TABLES}


async def test_each_row_is_recorded_with_who_when_and_why(tmp_path: Path, set_clock: SetClock) -> None:
    await taken_in(tmp_path, customers="number,name\nCUS-1,Birkely\n")
    set_clock.now = at(1)
    await taken_in(tmp_path, customers="number,name\nCUS-1,Birkely\nCUS-2,Engbo\n")
    set_clock.now = at(2)
    await taken_in(tmp_path, customers="number,name\nCUS-2,Engbo Skole\nCUS-1,Birkely\n")

    engbo = await Customer.get(number="CUS-2")
    created, changed = [event for event in await events() if event.subject_id == engbo.id and "customer" in event.kind]
    assert (created.kind, created.subject_type, created.at) == ("customer_created", "customer", at(1))
    assert (created.actor_name, created.reason) == (SYSTEM.name, "Imported from customers.csv")
    assert created.body["before"] is None
    assert created.body["after"] == {
        "id": engbo.id,
        "number": "CUS-2",
        "name": "Engbo",
        "phone": None,
        "email": None,
        "active": True,
        "version": 1,
    }
    assert (changed.kind, changed.at) == ("customer_changed", at(2))
    assert changed.body["before"] == created.body["after"]
    assert changed.body["after"] == created.body["after"] | {"name": "Engbo Skole", "version": 2}
    assert (await Customer.get(number="CUS-1")).version == 1


async def test_a_column_left_out_keeps_what_is_there_and_an_empty_cell_clears_it(tmp_path: Path) -> None:
    customer = await rows.a_customer(number="CUS-1", name="Birkely", phone="1", email="a@birkely.example", active=False)

    await taken_in(tmp_path, customers="number,name,phone\nCUS-1,Birkely,\n")

    await customer.refresh_from_db()
    assert (customer.phone, customer.email, customer.active, customer.version) == (None, "a@birkely.example", False, 2)


async def test_rows_the_file_does_not_mention_stay(tmp_path: Path) -> None:
    other = await rows.a_customer(number="CUS-9")

    await taken_in(tmp_path, customers="number,name\nCUS-1,Birkely\n")

    assert await Customer.filter(id=other.id).exists()
    assert await Customer.all().count() == 2


async def test_a_priority_left_empty_is_the_orders_own(tmp_path: Path) -> None:
    order = await rows.an_order(number="SO-1", priority=Priority.HIGH)
    kept = await rows.an_activity(order, number="SO-1-1", title="Look", priority=Priority.LOW)

    await taken_in(tmp_path, activities="number,order,title,priority\nSO-1-1,SO-1,Look,\nSO-1-2,SO-1,Look again,\n")

    await kept.refresh_from_db()
    assert kept.priority is Priority.LOW
    assert (await ServiceActivity.get(number="SO-1-2")).priority is Priority.HIGH


async def test_an_order_is_written_down_at_the_moment_of_the_import(tmp_path: Path, set_clock: SetClock) -> None:
    await rows.a_customer(number="CUS-1")
    await taken_in(tmp_path, orders="number,customer\nSO-1,CUS-1\n")
    set_clock.now = at(5)

    report = await taken_in(tmp_path, orders="number,customer,created_at\nSO-1,CUS-1,\n")

    assert counts(report) == {"orders.csv": (0, 0, 1)}
    assert (await ServiceOrder.get(number="SO-1")).created_at == at(0)


async def test_times_are_on_the_clocks_of_the_company_in_the_database(tmp_path: Path) -> None:
    await rows.the_parameters(time_zone="America/New_York")
    await rows.a_customer(number="CUS-1")

    await taken_in(tmp_path, orders="number,customer,service_at\nSO-1,CUS-1,D+1T08:00\n")

    assert (await ServiceOrder.get(number="SO-1")).service_at == datetime(2026, 11, 24, 13, tzinfo=UTC)


async def test_a_workers_team_is_told_in_a_file_of_its_own(tmp_path: Path) -> None:
    team = await rows.a_team(number="TEAM-1")
    mover = await rows.a_worker(number="WRK-1")
    leaver = await rows.a_worker(number="WRK-2", team_id=team.id)

    report = await taken_in(tmp_path, team_members="worker,team\nWRK-1,TEAM-1\nWRK-2,\n")

    await mover.refresh_from_db()
    await leaver.refresh_from_db()
    assert (mover.team_id, leaver.team_id) == (team.id, None)
    assert counts(report) == {"team_members.csv": (0, 2, 0)}
    assert [event.kind for event in await events() if event.subject_type == "worker"] == ["worker_team_set"] * 2


async def test_who_leaves_the_company_leaves_their_team(tmp_path: Path) -> None:
    worker = await rows.a_worker(number="WRK-1", name="Meg")
    await rows.a_team(worker)

    await taken_in(tmp_path, workers="number,name,type,active\nWRK-1,Meg,EMPLOYEE,false\n")

    await worker.refresh_from_db()
    assert (worker.active, worker.team_id, worker.version) == (False, None, 2)


async def test_hours_and_holidays_are_recorded_as_a_change_of_their_calendar(tmp_path: Path) -> None:
    calendar = await rows.a_calendar(number="CAL-1", weekdays=(1,))

    await taken_in(
        tmp_path,
        calendar_hours="calendar,weekday,opens,closes\nCAL-1,MONDAY,08:00,17:00\nCAL-1,SUNDAY,22:00,24:00\n",
        holidays="calendar,date,name,opens,closes\nCAL-1,2026-12-24,Christmas Eve,08:00,12:00\n",
    )

    hours = await CalendarHours.all().order_by("weekday").values_list("weekday", "opens_minute", "closes_minute")
    assert list(hours) == [(1, 480, 1020), (7, 1320, 1440)]
    first, second = [event for event in await events() if event.subject_type == "calendar"]
    assert {first.kind, second.kind} == {"calendar_changed"}
    assert first.subject_id == calendar.id
    assert first.body["before"]["hours"] == [{"weekday": 1, "opens": "08:00", "closes": "16:00"}]
    assert [day["closes"] for day in first.body["after"]["hours"]] == ["17:00", "00:00"]
    assert second.body["after"]["holidays"][0]["name"] == "Christmas Eve"
    assert (await Calendar.get(id=calendar.id)).version == 3


async def test_two_addresses_may_swap_their_names(tmp_path: Path) -> None:
    customer = await rows.a_customer(number="CUS-1")
    north = await rows.an_address(customer, number="ADR-1", name="North")
    south = await rows.an_address(customer, number="ADR-2", name="South")

    await taken_in(
        tmp_path,
        addresses="number,customer,name,street,postal_code,city\nADR-1,CUS-1,South,S,1,C\nADR-2,CUS-1,North,S,1,C\n",
    )

    await north.refresh_from_db()
    await south.refresh_from_db()
    assert (north.name, south.name) == ("South", "North")


async def test_two_activities_may_swap_their_times(tmp_path: Path) -> None:
    worker = await rows.a_worker(number="WRK-1")
    order = await rows.an_order(number="SO-1")
    early = await rows.an_activity(order, number="SO-1-1", worker_id=worker.id, starts_at=at(0), ends_at=at(1))
    late = await rows.an_activity(order, number="SO-1-2", worker_id=worker.id, starts_at=at(1), ends_at=at(2))

    await taken_in(
        tmp_path,
        activities="""
        number,order,title,starts_at,ends_at
        SO-1-1,SO-1,Repair,2026-11-23T09:00Z,2026-11-23T10:00Z
        SO-1-2,SO-1,Repair,2026-11-23T08:00Z,2026-11-23T09:00Z
        """,
    )

    await early.refresh_from_db()
    await late.refresh_from_db()
    assert (early.starts_at, late.starts_at) == (at(1), at(0))


async def test_open_lines_follow_their_activity_to_its_worker_and_task(tmp_path: Path) -> None:
    worker, other = await rows.a_worker(number="WRK-1"), await rows.a_worker(number="WRK-2")
    order = await rows.an_order(number="SO-1")
    activity = await rows.an_activity(order, number="SO-1-1", worker_id=worker.id)
    line = await rows.a_line(order, activity_id=activity.id, worker_id=worker.id)
    posted = await rows.a_line(order, activity_id=activity.id, worker_id=worker.id, status=LineStatus.POSTED)

    await taken_in(tmp_path, activities="number,order,title,worker\nSO-1-1,SO-1,Repair,WRK-2\n")

    await line.refresh_from_db()
    await posted.refresh_from_db()
    assert (line.worker_id, line.version, posted.worker_id) == (other.id, 2, worker.id)
    assert [event.kind for event in await events()][:2] == ["activity_changed", "service_order_line_changed"]


async def test_the_progress_of_an_order_follows_from_its_lines(tmp_path: Path) -> None:
    order = await rows.an_order(number="SO-1")

    await taken_in(
        tmp_path,
        order_lines="""
        order,line_number,transaction_type,status,quantity
        SO-1,1,HOUR,POSTED,1
        SO-1,2,HOUR,CANCELED,1
        """,
    )
    assert (await ServiceOrder.get(id=order.id)).progress is OrderProgress.POSTED

    await taken_in(tmp_path, order_lines="order,line_number,transaction_type,quantity\nSO-1,3,HOUR,-1.25\n")
    assert (await ServiceOrder.get(id=order.id)).progress is OrderProgress.IN_PROCESS
    assert (await ServiceOrderLine.get(order_id=order.id, line_number=3)).quantity == Decimal("-1.25")


# --- numbers ---------------------------------------------------------------------------------------------------------


async def test_numbers_drawn_later_are_ahead_of_those_imported(tmp_path: Path) -> None:
    await rows.number_sequences("customer", following=5)
    await rows.number_sequences("worker", following=500)

    await taken_in(
        tmp_path,
        customers="number,name\nCUS-0017,Birkely\nK-99,Engbo\n",
        workers="number,name,type\nWRK-7,Meg,EMPLOYEE\n",
        items="number,name,type,unit\nITM-1042,Door contact,ITEM,pcs\n",
    )

    following = {each.code: (each.prefix, each.next) for each in await NumberSequence.all()}
    assert following["customer"] == ("CUS-", 18)
    assert following["worker"] == ("WRK-", 500)
    assert following["item"] == ("ITM-", 1043)
    assert following["service_order"] == ("SO-", 10001)
    assert following.keys() == SEQUENCES.keys()


async def test_a_sequence_keeps_the_prefix_the_company_gave_it(tmp_path: Path) -> None:
    await NumberSequence.create(code="customer", prefix="K", next=5)

    await taken_in(tmp_path, customers="number,name\nCUS-17,Birkely\nK12,Engbo\n")

    sequence = await NumberSequence.get(code="customer")
    assert (sequence.prefix, sequence.next) == ("K", 13)


async def test_a_new_sequence_is_ahead_of_numbers_that_were_there_before(tmp_path: Path) -> None:
    await rows.a_worker(number="WRK-77")

    await taken_in(tmp_path, customers="number,name\nCUS-1,Birkely\n")

    assert (await NumberSequence.get(code="worker")).next == 78


# --- size ------------------------------------------------------------------------------------------------------------


async def test_a_file_takes_few_statements_however_long_it_is(tmp_path: Path) -> None:
    await rows.number_sequences()
    await taken_in(tmp_path, customers="number,name\n" + "".join(f"CUS-{n},Birkely\n" for n in range(40)))

    async def statements(count: int, name: str) -> int:
        text = "number,customer,name\n" + "".join(f"CON-{n},CUS-{n % 40},{name}\n" for n in range(count))
        sheet = read_sheet(next(t for t in TABLES if t.file == "contacts.csv"), text.encode(), ImportDay(TODAY, None))
        with counting() as counted:
            await perform(import_sheet, sheet, actor=SYSTEM)
        return counted.count

    few, many = await statements(2, "Bo"), await statements(400, "Bo")
    assert many <= few + 4 <= 14
    assert await statements(400, "Ib") <= few + 4
    assert await Contact.filter(name="Ib").count() == 400


async def test_progress_is_told_in_rows(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    files = {"customers": "number,name\nCUS-1,A\nCUS-2,B\n", "items": "number,name,type,unit\nITM-1,A,ITEM,pcs\n"}

    await import_folder(
        a_folder(tmp_path, **files), today=TODAY, progress=lambda file, done, total: told.append((file, done, total))
    )

    assert told == [("items.csv", 0, 3), ("items.csv", 1, 3), ("customers.csv", 1, 3), ("customers.csv", 3, 3)]


# --- definitions and tables ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.file)
async def test_a_column_is_stored_where_it_says_and_is_as_long_as_it_says(table: Any) -> None:
    stored = MODELS[table.stored]._meta.fields_map
    for column in table.columns:
        field = stored[column.field]
        if isinstance(field, CharField) and not hasattr(field, "enum_type"):
            longest = "a" * field.max_length
            if column.form.about == forms.text(field.max_length).about:
                assert column.form.read(longest, ImportDay(TODAY, None)) == longest
            else:
                assert not column.form.about.startswith("text")
        needed = not field.null and not field.has_db_default() and column.default is None
        assert column.required == (needed or column.field == table.told_by)
