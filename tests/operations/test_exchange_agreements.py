"""Mistakes in the files of service objects and agreements: each is told with its place, and nothing is written."""

from pathlib import Path

import pytest

from domain.core.errors import Code
from domain.exchange.folders import import_folder
from tests.builders.folders import a_folder, the_examples
from tests.builders.log import nothing_changes
from tests.builders.times import MONDAY

pytestmark = pytest.mark.usefixtures("database")

TODAY = MONDAY.date()
HEADER = "number,group,project,starts_on"
LINE = "agreement,line_number,transaction_type,category,line_property,project,currency,starts_on,quantity"
ORDER_LINE = "order,line_number,transaction_type,quantity"
TIME = "order,starts_at,ends_at,status\n"
GOOD = "SA-1,2,HOUR,CAT-1,LPR-1,PRJ-1,DKK,2026-01-01,1"
MISTAKES = [
    ("agreements", f"{HEADER},ends_on\nSA-1,AGR-1,PRJ-1,2026-01-01,2025-12-31\n", "ends_on", Code.INVALID),
    (
        "agreements",
        f"{HEADER},ends_on\nSA-1,AGR-1,PRJ-1,2026-01-01,2026-11-22\n",
        "ends_on",
        Code.ORDERS_OUTSIDE_VALIDITY,
    ),
    ("agreements", f"{HEADER}\nSA-1,AGR-1,PRJ-9,2026-01-01\n", "project", Code.AGREEMENT_HAS_ORDERS),
    (
        "agreements",
        f"{HEADER},template_group\nSA-1,AGR-1,PRJ-1,2026-01-01,TGR-1\n",
        "template_group",
        Code.AGREEMENT_HAS_ORDERS,
    ),
    (
        "agreements",
        f"{HEADER}\nSA-9,AGR-1,PRJ-8,2026-01-01\n",
        "project",
        Code.PROJECT_TYPE_NOT_ALLOWED,
    ),
    ("agreement_lines", f"{LINE},item\n{GOOD},ITM-1\n", "item", Code.INVALID),
    ("order_lines", f"{ORDER_LINE},invoice_number\nSO-10001,9,FEE,1,INV-1\n", "invoice_number", Code.INVALID),
    ("agreement_lines", f"{LINE},offset_account\n{GOOD},5830\n", "offset_account", Code.INVALID),
    ("order_lines", f"{ORDER_LINE},offset_account\nSO-10001,9,FEE,1,5830\n", "offset_account", Code.INVALID),
    ("agreement_lines", f"{LINE},task\n{GOOD},TSK-9\n", "task", Code.TASK_NOT_RELATED),
    ("agreement_lines", f"{LINE},object_relation\n{GOOD},REL-2\n", "object_relation", Code.OBJECT_NOT_RELATED),
    ("agreement_objects", "number,agreement,object\nREL-9,SA-1,OBJ-1\n", "object", Code.ALREADY_EXISTS),
    ("agreement_objects", "number,agreement,object\nREL-2,SA-1,OBJ-1\n", "agreement", Code.INVALID),
    ("template_tree", "group,parent\nTGR-1,TGR-1\n", "parent", Code.INVALID),
    ("time_windows", "number,name,method,days_before\nWIN-1,Week,WEEK,1\n", "days_before", Code.INVALID),
    ("service_objects", "number,name,group,serial_number\nOBJ-9,X,OGR-1,7\n", "serial_number", Code.INVALID),
    (
        "service_objects",
        "number,name,group,item\nOBJ-8,X,OGR-1,ITM-1\nOBJ-9,Y,OGR-1,ITM-1\n",
        "item",
        Code.ITEM_ALREADY_SERVICE_OBJECT,
    ),
    ("orders", "number,customer,project\nSO-10001,CUS-1,PRJ-9\n", "project", Code.PROJECT_MISMATCH),
    ("orders", "number,customer,service_at\nSO-10001,CUS-1,2029-01-01T08:00\n", "service_at", Code.OUTSIDE_VALIDITY),
    ("service_levels", "number,name,hours\nSLA-9,Nothing,0\n", "minutes", Code.INVALID),
    ("service_levels", "number,name,hours,calendar\nSLA-9,Never,1,CAL-9\n", "calendar", Code.INVALID),
    ("orders", "number,customer,sla\nSO-10001,CUS-1,\n", "sla", Code.INVALID),
    ("recorded_times", f"{TIME}SO-9,2026-11-20T08:00,,STARTED\n", "order", Code.INVALID),
    ("recorded_times", f"{TIME}SO-10001,2026-11-21T14:10,2026-11-22T09:00,NONE\n", "status", Code.INVALID),
    ("recorded_times", f"{TIME}SO-10001,2026-11-20T08:00,,STOPPED\n", "ends_at", Code.INVALID),
    ("recorded_times", f"{TIME}SO-10001,2026-11-20T08:00,2026-11-20T07:00,STOPPED\n", "ends_at", Code.INVALID_TIME),
    ("recorded_times", f"{TIME}SO-10001,2026-11-20T08:00,2026-11-22T07:00,STOPPED\n", "ends_at", Code.INVALID),
    ("recorded_times", f"{TIME}SO-10001,2026-11-22T08:00,,STARTED\n", "starts_at", Code.INVALID),
    (
        "order_lines",
        f"{ORDER_LINE},agreement_line,calculated_on\nSO-10001,9,FEE,1,SA-1/1,2026-11-23\n",
        "calculated_on",
        Code.ALREADY_EXISTS,
    ),
    ("order_lines", f"{ORDER_LINE},agreement_line\nSO-10001,9,FEE,1,SA-1/1\n", "calculated_on", Code.INVALID),
    ("order_lines", f"{ORDER_LINE},calculated_on\nSO-10001,9,FEE,1,2026-11-23\n", "calculated_on", Code.INVALID),
    (
        "order_lines",
        f"{ORDER_LINE},agreement_line,calculated_on\nSO-10001,9,FEE,1,SA-9/1,2026-11-23\n",
        "agreement_line",
        Code.DIFFERENT_AGREEMENT,
    ),
    ("order_lines", f"{ORDER_LINE},agreement_line\nSO-10001,9,FEE,1,SA-1/2\n", "agreement_line", Code.NOT_FOUND),
    ("order_lines", f"{ORDER_LINE},agreement_line\nSO-10001,9,FEE,1,SA-1\n", "agreement_line", Code.INVALID),
    (
        "order_requirements",
        "order,line_number,project,item,quantity,agreement_line\nSO-10001,9,PRJ-1,ITM-1,1,SA-1/1\n",
        "calculated_on",
        Code.INVALID,
    ),
    (
        "order_lines",
        f"{ORDER_LINE},earliest_on,latest_on\nSO-10001,9,FEE,1,2026-11-24,2026-11-23\n",
        "latest_on",
        Code.INVALID,
    ),
    ("order_lines", f"{ORDER_LINE},earliest_on\nSO-10001,9,FEE,1,2026-11-24\n", "latest_on", Code.INVALID),
    (
        "order_lines",
        "order,line_number,transaction_type,quantity,task\nSO-10001,9,FEE,1,TSK-9\n",
        "task",
        Code.TASK_NOT_RELATED,
    ),
]


@pytest.mark.parametrize(("file", "text", "column", "code"), MISTAKES)
async def test_a_mistake_is_told_with_its_place(tmp_path: Path, file: str, text: str, column: str, code: Code) -> None:
    assert (await import_folder(the_examples(tmp_path / "first"), today=TODAY)).done
    more = {
        "service_tasks": "number,name\nTSK-9,Other\n",
        "projects": "number,name,type\nPRJ-9,Other,COST\nPRJ-8,Hours,TIME\n",
        "agreements": f"{HEADER}\nSA-9,AGR-1,PRJ-9,2026-01-01\n",
        "agreement_lines": f"{LINE}\nSA-9,1,HOUR,CAT-1,LPR-1,PRJ-9,DKK,2026-01-01,1\n",
        "calendars": "number,name,time_zone\nCAL-9,Closed,Europe/Copenhagen\n",
        "orders": "number,customer\nSO-9,CUS-1\n",
    }
    assert (await import_folder(a_folder(tmp_path / "more", **more), today=TODAY)).done

    async with nothing_changes():
        report = await import_folder(a_folder(tmp_path / "wrong", **{file: text}), today=TODAY)

    assert [(error.column, error.code) for error in report.errors][:1] == [(column, code)], report.errors
