"""The column that rows are to be found by: no other index tempts SQLite, and the rows are the same."""

from datetime import timedelta

import pytest
from tortoise.expressions import Q

from db.projection import Select, ids
from db.projection.conditions import arguments, compile_condition, shape_of
from db.projection.tables import Tables
from db.reading import dialect, read
from domain.orders.models import ServiceActivity
from domain.orders.rules import DispatchStatus
from tests.builders.rows import an_activity
from tests.builders.times import MONDAY

pytestmark = pytest.mark.usefixtures("database")


async def test_the_column_named_changes_no_answer() -> None:
    for hours in range(6):
        starts_at = MONDAY + timedelta(hours=hours)
        await an_activity(starts_at=starts_at, ends_at=starts_at + timedelta(hours=1), closed=hours % 2 == 0)
    where = Q(closed=False, order_id__gt=0, starts_at__gt=MONDAY) | Q(number="none")

    found = await ids(Select(ServiceActivity, where, ("-starts_at",)))

    assert len(found) == 3
    assert await ids(Select(ServiceActivity, where, ("-starts_at",), by="starts_at")) == found


async def test_rows_are_found_by_the_column_named() -> None:
    values: list[object] = []
    where = Q(closed=False, dispatch_status=DispatchStatus.UNDISPATCHED, worker_id__in=[1, 2])
    where &= Q(starts_at__gt=MONDAY, starts_at__lt=MONDAY + timedelta(days=1))
    tables = Tables(ServiceActivity)
    condition = compile_condition(shape_of(where, values), tables, dialect(), by="starts_at")
    given = arguments(condition.encoders, values)

    if dialect() == "postgres":
        # It has statistics, and decides by itself.
        assert "+" not in condition.sql
        return
    steps = await read(f"EXPLAIN QUERY PLAN SELECT 1 FROM {tables.sql()} WHERE {condition.sql}", given)

    assert "service_activity_times (starts_at>? AND starts_at<?)" in str(steps[0][3])
