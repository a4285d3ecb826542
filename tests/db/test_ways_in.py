"""The column that rows are to be found by: no other index tempts SQLite, and the rows are the same."""

from datetime import timedelta

import pytest
from tortoise.expressions import F, Q

from db.projection import Select, UnplannableError, ids
from db.projection.conditions import arguments, compile_condition, shape_of
from db.projection.tables import Tables
from db.reading import dialect, read
from db.transaction import transaction
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


LONG = Q(ends_at__over_a_day_after=F("starts_at"))


async def test_two_instants_of_a_row_are_compared() -> None:
    for hours in (1, 23, 24, 25, 24 * 31):
        await an_activity(number=str(hours), starts_at=MONDAY, ends_at=MONDAY + timedelta(hours=hours))
    await an_activity(number="none")
    second = await an_activity(number="s", starts_at=MONDAY, ends_at=MONDAY + timedelta(days=1, seconds=1))

    found = await ids(Select(ServiceActivity, LONG))

    assert len(found) == 3
    assert second.id in found


async def test_a_day_of_the_board_is_found_without_looking_through_a_month() -> None:
    values: list[object] = []
    tables = Tables(ServiceActivity)
    where = Q(starts_at__gt=MONDAY - timedelta(days=1)) | (Q(starts_at__gt=MONDAY - timedelta(days=31)) & LONG)
    where &= Q(starts_at__lt=MONDAY + timedelta(days=1), ends_at__gt=MONDAY)
    condition = compile_condition(shape_of(where, values), tables, dialect(), by="starts_at")
    given = arguments(condition.encoders, values)

    explain = f"SELECT 1 FROM {tables.sql()} WHERE {condition.sql}"

    if dialect() == "postgres":
        # With few rows it reads them all, or all of one index; asked for the long ones alone it must know theirs.
        over_a_day = compile_condition(shape_of(LONG, []), tables, dialect()).sql
        assert over_a_day in condition.sql
        async with transaction() as connection:
            await connection.execute_query("SET LOCAL enable_seqscan = off")
            steps = [
                *await read(f"EXPLAIN {explain}", given),
                *await read(f"EXPLAIN SELECT starts_at FROM {tables.sql()} WHERE {over_a_day}"),
            ]
    else:
        steps = [*await read(f"EXPLAIN QUERY PLAN {explain}", given)]

    plan = " ".join(str(tuple(step)) for step in steps)
    assert "service_activity_times" in plan
    assert "service_activity_long" in plan


@pytest.mark.parametrize(
    "where",
    [
        Q(ends_at__gt=F("starts_at")),
        Q(number__over_a_day_after=F("starts_at")),
        Q(ends_at__over_a_day_after=F("number")),
        Q(ends_at__over_a_day_after=MONDAY),
    ],
)
async def test_other_comparisons_of_two_columns_are_refused(where: Q) -> None:
    with pytest.raises(UnplannableError):
        await ids(Select(ServiceActivity, where))
