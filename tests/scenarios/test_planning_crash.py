"""Planning is killed in the middle: what is there are whole visits, and going on makes the others, each once."""

import asyncio
import os
import sys
from datetime import date

from db import lifecycle
from db.outbox import EventHead, EventRow
from db.turns import Turn
from domain.agreements.models import ServiceAgreementLine
from domain.agreements.rules import IntervalRange
from domain.orders.models import ServiceActivity, ServiceOrder, ServiceOrderLine
from domain.planning.models import PlanningRun
from domain.planning.operations import PlanVisits, planned_service_orders
from domain.planning.rules import RunStatus
from domain.service_objects.models import ServiceObjectRelation, ServiceTaskRelation
from tests.builders import agreed, rows
from tests.builders.planned import an_agreement_to_plan, every
from tests.serving import SECRET

AGREEMENTS = 60
YEAR = PlanVisits(from_on=date(2026, 1, 1), to_on=date(2026, 12, 31))
Visit = tuple[int | None, str, tuple[tuple[int, str], ...]]


async def a_company_with_much_to_plan() -> None:
    """Agreements of two objects, each of which is seen to every month, some within the week."""
    await rows.number_sequences()
    await rows.a_stage()
    monthly, week = await every(IntervalRange.MONTHLY), await agreed.a_time_window()
    for _ in range(AGREEMENTS):
        agreement = await an_agreement_to_plan(starts_on=date(2026, 1, 1))
        task = await agreed.a_related_task(agreement)
        for place in range(2):
            await agreed.an_agreement_line(
                agreement,
                starts_on=date(2026, 1, 5 + place),
                interval_id=monthly,
                time_window_id=week.id if place else None,
                object_relation_id=(await agreed.a_related_object(agreement)).id,
                task_id=task.task_id,
            )


async def planning(database_url: str) -> asyncio.subprocess.Process:
    """`tavle plan` for the year, as a process of its own."""
    environment = os.environ | {"TAVLE_DATABASE_URL": database_url, "TAVLE_SECRET": SECRET, "COLUMNS": "200"}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "api", "plan", "--from", str(YEAR.from_on), "--to", str(YEAR.to_on)),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )


async def begun() -> None:
    """Wait until the first batch is there."""
    while not await ServiceOrder.exists():  # noqa: ASYNC110 - another process makes them
        await asyncio.sleep(0.01)


async def made() -> set[Visit]:
    """The visits that are there, each with everything that belongs to it."""
    numbers = {line.id: line.line_number for line in await ServiceAgreementLine.all()}
    found: set[Visit] = set()
    for order in await ServiceOrder.all():
        lines = await ServiceOrderLine.filter(order_id=order.id).order_by("line_number")
        assert {line.object_relation_id for line in lines} == {
            relation.id for relation in await ServiceObjectRelation.filter(order_id=order.id)
        }
        assert await ServiceTaskRelation.filter(order_id=order.id).count() == 1
        [activity] = await ServiceActivity.filter(order_id=order.id)
        assert {line.activity_id for line in lines} == {activity.id}
        planned = tuple((numbers[line.agreement_line_id or 0], str(line.calculated_on)) for line in lines)
        found.add((order.agreement_id, str(lines[0].executes_on), planned))
    return found


async def test_planning_that_is_killed_leaves_whole_visits_and_goes_on(database_url: str) -> None:
    async with lifecycle.database(database_url):
        await a_company_with_much_to_plan()
        report = await planned_service_orders(YEAR)
        wanted: set[Visit] = {
            (
                visit["agreement_id"],
                visit["service_on"],
                tuple((line["line_number"], line["calculated_on"]) for line in visit["lines"]),
            )
            for visit in report["visits"]
        }

        killed = await planning(database_url)
        await asyncio.wait_for(begun(), 60)
        killed.kill()
        await killed.wait()
        halfway = await made()
        # What the killed one held is free again by itself after half a minute.
        await Turn.filter(name="planning").update(holder=None, held_until=None)
        again = await planning(database_url)
        said, _ = await asyncio.wait_for(again.communicate(), 120)

        assert again.returncode == 0
        assert b"There already" in said
        assert halfway < wanted
        assert len(halfway) > 0
        assert await made() == wanted
        assert await ServiceOrder.all().count() == len(wanted)
        broken_off, second = await PlanningRun.all().order_by("id")
        assert (broken_off.status, second.status) == (RunStatus.DONE, RunStatus.DONE)
        assert broken_off.orders_created + second.orders_created == len(wanted)
        log = await EventRow.all().order_by("seq").values_list("seq", "kind")
        assert [seq for seq, _ in log] == list(range(1, (await EventHead.get(id=1)).seq + 1))
        assert [kind for _, kind in log].count("service_order_created") == len(wanted)
