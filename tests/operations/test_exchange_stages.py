"""Stages, codes of reasons and reasons as files: one tree in any order of rows, and what follows for orders."""

from datetime import date
from pathlib import Path

import pytest

from domain.core.errors import Code
from domain.exchange.folders import import_folder
from domain.orders.models import ServiceOrder, StageReason
from domain.stages.models import Stage
from tests.builders.folders import a_folder
from tests.builders.log import events
from tests.builders.rows import a_customer, a_stage, an_order

pytestmark = pytest.mark.usefixtures("database")

TODAY = date(2026, 11, 23)
COMPANY = "name,time_zone\nNordlift,Europe/Copenhagen\n"
TREE = """\
    number,name,parent,allow_modify,require_reason
    CLOSED,Closed,DONE,false,false
    DONE,Done,IN_PROCESS,false,false
    IN_PROCESS,In process,PLANNING,true,false
    PLANNING,Planning,,true,false
    CANCELLED,Cancelled,PLANNING,false,true
"""


async def faults(folder: Path) -> list[tuple[Code, tuple[str, int, str]]]:
    """Why a folder is refused; it is also proved that no stage changed."""
    before = await Stage.all().order_by("id").values()
    report = await import_folder(folder, today=TODAY)
    assert not report.done
    assert await Stage.all().order_by("id").values() == before
    return [(error.code, (error.file, error.line, error.column)) for error in report.errors]


async def parents() -> dict[str, str | None]:
    """Of each stage the number of the one before it."""
    rows = await Stage.all().order_by("number").values("number", "parent__number")
    return {row["number"]: row["parent__number"] for row in rows}


async def test_a_tree_is_taken_in_whatever_the_order_of_its_rows(tmp_path: Path) -> None:
    await import_folder(a_folder(tmp_path, stages=TREE), today=TODAY)
    before = len(await events())
    await import_folder(tmp_path, today=TODAY)

    assert await parents() == {
        "CANCELLED": "PLANNING",
        "CLOSED": "DONE",
        "DONE": "IN_PROCESS",
        "IN_PROCESS": "PLANNING",
        "PLANNING": None,
    }
    assert {stage.number for stage in await Stage.filter(has_next=True)} == {"PLANNING", "IN_PROCESS", "DONE"}
    assert len(await events()) == before


async def test_a_stage_that_is_there_gets_others_after_it(tmp_path: Path) -> None:
    stage = await a_stage(number="PLANNING")

    await import_folder(a_folder(tmp_path, stages="number,name,parent\nDONE,Done,PLANNING\n"), today=TODAY)

    await stage.refresh_from_db()
    assert (stage.has_next, stage.version) == (True, 2)
    assert [event.kind for event in await events()][:2] == ["stage_created", "stage_changed"]


async def test_orders_that_are_there_are_put_into_the_first_stage(tmp_path: Path) -> None:
    order = await an_order()

    await import_folder(a_folder(tmp_path, stages=TREE), today=TODAY)

    await order.refresh_from_db()
    assert order.stage_id == (await Stage.get(number="PLANNING")).id
    assert [event.subject_id for event in await events() if event.kind == "service_order_moved"] == [order.id]


async def test_orders_begin_in_the_initial_stage_unless_the_file_says_another(tmp_path: Path) -> None:
    await a_customer(number="CUS-1")
    orders = "number,customer,stage\nSO-1,CUS-1,\nSO-2,CUS-1,DONE\n"
    reasons = "order,line_number,code,stage,created_by\nSO-2,1,R1,DONE,Mona\n"
    files = {"stage_reason_codes": "number,name\nR1,Rain\n", "stage_reasons": reasons}

    await import_folder(a_folder(tmp_path, company=COMPANY, stages=TREE, orders=orders, **files), today=TODAY)

    stored = await ServiceOrder.all().order_by("number").values("number", "stage__number")
    assert [(row["number"], row["stage__number"]) for row in stored] == [("SO-1", "PLANNING"), ("SO-2", "DONE")]
    [reason] = await StageReason.all().values("order__number", "code__number", "stage__number", "type", "created_by")
    assert tuple(reason.values()) == ("SO-2", "R1", "DONE", "MANUAL", "Mona")


async def test_orders_without_any_stage_are_in_none(tmp_path: Path) -> None:
    await a_customer(number="CUS-1")

    await import_folder(a_folder(tmp_path, company=COMPANY, orders="number,customer\nSO-1,CUS-1\n"), today=TODAY)

    assert (await ServiceOrder.get()).stage_id is None


@pytest.mark.parametrize(
    ("rows", "code", "line", "column"),
    [
        ("A,A,\nB,B,\n", Code.INITIAL_STAGE_EXISTS, 3, "parent"),
        ("A,A,B\nB,B,A\n", Code.NO_INITIAL_STAGE, 2, "parent"),
        ("A,A,\nB,B,C\nC,C,B\n", Code.INVALID, 3, "parent"),
        ("A,A,\nB,B,404\n", Code.NOT_FOUND, 3, "parent"),
    ],
)
async def test_what_is_no_tree_is_refused(tmp_path: Path, rows: str, code: Code, line: int, column: str) -> None:
    folder = a_folder(tmp_path, stages=f"number,name,parent\n{rows}")

    assert await faults(folder) == [(code, ("stages.csv", line, column))]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("OTHER,Other,", Code.INITIAL_STAGE_EXISTS),
        ("CLOSED,Closed,PLANNING", Code.PARENT_IMMUTABLE),
        ("DONE,Done,", Code.PARENT_IMMUTABLE),
    ],
)
async def test_a_stored_tree_keeps_its_form(tmp_path: Path, row: str, code: Code) -> None:
    planning = await a_stage(number="PLANNING")
    await a_stage(await a_stage(planning, number="DONE"), number="CLOSED")

    assert await faults(a_folder(tmp_path, stages=f"number,name,parent\n{row}\n")) == [
        (code, ("stages.csv", 2, "parent"))
    ]
