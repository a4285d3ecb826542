"""Mistakes in a company's files: each is told with its place, and nothing is written."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from domain.core.actor import Permission
from domain.core.errors import NotPermitted, Refused
from domain.core.operation import perform
from domain.customers.models import Customer
from domain.exchange.folders import Outcome, import_folder
from domain.exchange.forms import ImportDay
from domain.exchange.operations import import_sheet
from domain.exchange.sheets import read_sheet
from domain.exchange.tables import CUSTOMERS
from domain.items.models import Item
from domain.orders.models import ServiceActivity
from domain.orders.rules import DispatchStatus
from domain.workforce.models import Worker
from domain.workforce.rules import WorkerType
from tests.builders import actors, rows
from tests.builders.folders import a_folder
from tests.builders.log import nothing_changes
from tests.builders.times import at

pytestmark = pytest.mark.usefixtures("database")

TODAY = date(2026, 11, 23)


async def refused(folder: Path, **files: str) -> list[str]:
    """The mistakes in these files; it is also proved that nothing was written."""
    async with nothing_changes():
        report = await import_folder(a_folder(folder, **files), today=TODAY)
    assert not report.done
    return [str(error) for error in report.errors]


async def a_known_company() -> None:
    """What the files of the mistakes below refer to."""
    await rows.number_sequences(following=90_000)
    await rows.the_parameters()
    customer = await rows.a_customer(number="CUS-1")
    await rows.a_customer(number="CUS-2")
    await rows.an_address(customer, number="ADR-1", name="Main")
    await rows.a_contact(customer, number="CON-1")
    await rows.a_worker(number="WRK-1", name="Jens", type=WorkerType.CONTRACTOR)
    left = await rows.a_worker(number="WRK-2", name="Ole", active=False)
    meg = await rows.a_worker(number="WRK-3", name="Meg")
    await rows.a_team(number="TEAM-1", owner_id=meg.id)
    await rows.a_calendar(number="CAL-1", weekdays=(1,))
    order = await rows.an_order(customer, number="SO-1")
    await rows.an_activity(
        order,
        number="SO-1-1",
        worker_id=meg.id,
        starts_at=at(0),
        ends_at=at(2),
        dispatch_status=DispatchStatus.DISPATCHED,
    )
    await rows.an_activity(await rows.an_order(number="SO-2"), number="SO-2-1", worker_id=left.id)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {"contacts": "number,customer,name\nCON-5,CUS-9,Bo\nCON-6,CUS-1,\n"},
            [
                "contacts.csv:2: customer: There is no customer CUS-9.",
                "contacts.csv:3: name: This cell is empty, and every row needs it.",
            ],
        ),
        (
            {"contacts": "number,customer,name\nCON-1,CUS-2,Bo\n"},
            ["contacts.csv:2: customer: CON-1 belongs to another customer and cannot be moved to CUS-2."],
        ),
        (
            {
                "addresses": "number,customer,name,street,postal_code,city\n"
                "ADR-5,CUS-1,Main,S,1,C\nADR-6,CUS-2,Main,S,1,C\nADR-7,CUS-2,Main,S,1,C\n"
            },
            [
                "addresses.csv:2: name: ADR-1 of the same customer is named Main too; people choose addresses by name.",
                "addresses.csv:4: name: ADR-6 of the same customer is named Main too; people choose addresses by name.",
            ],
        ),
        (
            {
                "addresses": "number,customer,name,street,postal_code,city,latitude,longitude\n"
                "ADR-5,CUS-1,A,S,1,C,56.1,\nADR-6,CUS-1,B,S,1,C,90.1,10\n"
            },
            [
                "addresses.csv:2: longitude: Give both latitude and longitude, or neither.",
                "addresses.csv:3: latitude: A latitude lies between -90 and 90 degrees.",
            ],
        ),
        (
            {"teams": "number,name,owner\nTEAM-5,A,WRK-1\nTEAM-6,B,WRK-2\n"},
            [
                "teams.csv:2: owner: Jens is a contractor; a dispatch team is owned by an employee.",
                "teams.csv:3: owner: Ole has left the company and cannot own a dispatch team.",
            ],
        ),
        (
            {"workers": "number,name,type,active\nWRK-3,Meg,EMPLOYEE,false\n"},
            ["workers.csv:2: active: Meg owns TEAM-1; give each another owner first."],
        ),
        (
            {"team_members": "worker,team\nWRK-9,TEAM-1\nWRK-2,TEAM-1\nWRK-1,TEAM-9\n"},
            [
                "team_members.csv:2: worker: There is no worker WRK-9.",
                "team_members.csv:3: team: Ole has left the company and is in no team.",
                "team_members.csv:4: team: There is no dispatch team TEAM-9.",
            ],
        ),
        (
            {"calendars": "number,name,time_zone\nCAL-5,X,Mars/Olympus\n"},
            ["calendars.csv:2: time_zone: Mars/Olympus is no IANA time zone; one is Europe/Copenhagen."],
        ),
        (
            {
                "calendar_hours": "calendar,weekday,opens,closes\n"
                "CAL-1,MONDAY,07:00,09:00\nCAL-1,TUESDAY,07:00,07:00\nCAL-1,SUNDAY,07:00,12:00\nCAL-1,SUNDAY,11:00,13:00\n"
            },
            [
                "calendar_hours.csv:2: opens: MONDAY 07:00 to 09:00 overlaps MONDAY 08:00 to 16:00; write them as one.",
                "calendar_hours.csv:3: closes: This is not after opens; write a night as two rows that meet at 24:00.",
                (
                    "calendar_hours.csv:5: opens: SUNDAY 11:00 to 13:00 overlaps SUNDAY 07:00 to 12:00 in line 4; "
                    "write them as one."
                ),
            ],
        ),
        (
            {"holidays": "calendar,date,name,opens\nCAL-1,2026-12-24,Christmas Eve,08:00\n"},
            ["holidays.csv:2: closes: Hours need both opens and closes; leave both empty for a closed day."],
        ),
        (
            {"orders": "number,customer,address,contact\nSO-5,CUS-2,ADR-1,CON-1\nSO-1,CUS-2,,\n"},
            [
                "orders.csv:2: contact: CON-1 is the contact of another customer.",
                "orders.csv:3: customer: SO-1 belongs to another customer and cannot be moved to CUS-2.",
            ],
        ),
        (
            {
                "activities": "number,order,title,worker,starts_at,ends_at,dispatch_status\n"
                "SO-1-5,SO-1,A,,D+1T10:00,D+1T09:00,UNDISPATCHED\nSO-1-6,SO-1,B,,,,DISPATCHED\nSO-1-1,SO-2,C,WRK-3,,,\n"
            },
            [
                "activities.csv:2: ends_at: An activity ends after it starts; give a length of more than nothing.",
                "activities.csv:3: worker: It is DISPATCHED and has no worker; name one, or write UNDISPATCHED.",
                "activities.csv:4: order: SO-1-1 belongs to another service order and cannot be moved to SO-2.",
            ],
        ),
        (
            {
                "activities": "number,order,title,worker,starts_at,ends_at\n"
                "SO-1-5,SO-1,A,WRK-3,DT10:00,DT12:00\nSO-1-6,SO-1,B,WRK-3,D+1T10:00,D+1T12:00\n"
                "SO-1-7,SO-1,C,WRK-3,D+1T11:59,D+1T13:00\nSO-1-8,SO-1,D,WRK-1,D+1T11:00,D+1T13:00\n"
            },
            [
                (
                    "activities.csv:2: starts_at: SO-1-5 overlaps SO-1-1, which Meg has from 2026-11-23 08:00 to "
                    "2026-11-23 10:00 UTC; move one of them, or set overlap_accepted."
                ),
                (
                    "activities.csv:4: starts_at: SO-1-7 overlaps SO-1-6 in line 3, which Meg has from 2026-11-24 "
                    "09:00 to 2026-11-24 11:00 UTC; move one of them, or set overlap_accepted."
                ),
            ],
        ),
        (
            # A change of one column is checked with what the others hold.
            {"activities": "number,order,title,worker\nSO-1-1,SO-1,A,\n"},
            ["activities.csv:2: worker: It is DISPATCHED and has no worker; name one, or write UNDISPATCHED."],
        ),
        (
            {
                "order_lines": "order,line_number,transaction_type,quantity,worker,activity\n"
                "SO-1,1,ITEM,1,,\nSO-1,2,HOUR,1,WRK-1,SO-1-1\nSO-1,3,HOUR,1,WRK-3,SO-2-1\nSO-1,4,HOUR,1.00001,,SO-9-1\n"
            },
            [
                "order_lines.csv:2: item: A line of type ITEM needs an item.",
                "order_lines.csv:3: worker: SO-1-1 has another worker; a line has the worker and task of its activity.",
                "order_lines.csv:4: activity: SO-2-1 belongs to another order.",
                "order_lines.csv:5: activity: There is no activity SO-9-1.",
                "order_lines.csv:5: quantity: “1.00001” has more than 4 places after the point.",
            ],
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
async def test_mistakes_are_told_with_their_place_and_nothing_is_written(
    tmp_path: Path, files: dict[str, str], expected: list[str]
) -> None:
    await a_known_company()

    assert await refused(tmp_path, **files) == expected


async def test_an_overlap_may_be_accepted(tmp_path: Path) -> None:
    await a_known_company()

    folder = a_folder(
        tmp_path,
        activities="""
        number,order,title,worker,starts_at,ends_at,closed,overlap_accepted
        SO-1-5,SO-1,Accepted,WRK-3,DT10:00,DT12:00,false,true
        SO-1-6,SO-1,Closed,WRK-3,DT10:00,DT12:00,true,false
        SO-1-7,SO-1,After,WRK-3,DT11:00,DT12:00,false,false
        """,
    )
    assert (await import_folder(folder, today=TODAY)).done

    assert [row.number for row in await ServiceActivity.filter(overlap_accepted=True)] == ["SO-1-5"]


async def test_without_a_company_times_need_an_offset(tmp_path: Path) -> None:
    await rows.number_sequences()
    await rows.a_customer(number="CUS-1")

    assert await refused(tmp_path, orders="number,customer,service_at\nSO-1,CUS-1,D+1T08:00\n") == [
        (
            "orders.csv:2: service_at: The company's time zone is not known; import company.csv too, or write the "
            "time with an offset."
        )
    ]


async def test_files_after_one_with_mistakes_are_read_and_not_written(tmp_path: Path) -> None:
    files = {
        "items": "number,name,type,unit\nITM-1,Door contact,ITEM,pcs\n",
        "customers": "number,name\nCUS-1,\n",
        "workers": "number,name,type\nWRK-1,Meg,BOSS\n",
        "projects": "number,name,type,customer\nPRJ-1,Service,TIME_AND_MATERIAL,CUS-1\n",
    }

    report = await import_folder(a_folder(tmp_path, **files), today=TODAY)

    assert [(each.file, each.outcome) for each in report.files] == [
        ("items.csv", Outcome.IMPORTED),
        ("customers.csv", Outcome.REFUSED),
        ("workers.csv", Outcome.REFUSED),
        ("projects.csv", Outcome.NOT_REACHED),
    ]
    assert [str(error) for error in report.errors] == [
        "customers.csv:2: name: This cell is empty, and every row needs it.",
        "workers.csv:2: type: “BOSS” is not known here; write EMPLOYEE or CONTRACTOR.",
    ]
    assert await Worker.all().count() == await Customer.all().count() == 0
    assert await Item.all().count() == 1


async def test_a_hundred_mistakes_are_shown_and_all_are_counted(tmp_path: Path) -> None:
    await rows.number_sequences()
    text = "number,name\n" + "".join(f"CUS-{number},\n" for number in range(150))

    async with nothing_changes():
        report = await import_folder(a_folder(tmp_path, customers=text), today=TODAY)

    [only] = report.files
    assert (len(only.errors), only.error_count) == (100, 150)
    assert only.errors[-1].line == 101


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda folder: folder / "nowhere", "There is no folder"),
        (lambda folder: folder, "There is no CSV file in"),
        (lambda folder: a_folder(folder, customer="number,name\n"), "customer.csv: there is no such file in an import"),
    ],
    ids=["no folder", "empty", "mistyped"],
)
async def test_a_folder_that_is_none_of_ours_is_refused(tmp_path: Path, make: Any, message: str) -> None:
    async with nothing_changes():
        with pytest.raises(Refused) as caught:
            await import_folder(make(tmp_path), today=TODAY)

    assert str(caught.value).startswith(message)


async def test_only_who_may_import_imports() -> None:
    sheet = read_sheet(CUSTOMERS, b"number,name\nCUS-1,Birkely\n", ImportDay(TODAY, None))

    assert import_sheet.requires is Permission.IMPORT
    async with nothing_changes():
        with pytest.raises(NotPermitted):
            await perform(import_sheet, sheet, actor=actors.MANAGER)
