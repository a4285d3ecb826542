"""Lines that move to another order of the same agreement, and the visits they share."""

from typing import Any

import pytest

from domain.core.errors import Code
from domain.core.operation import perform
from domain.orders.models import ServiceActivity, ServiceOrder, ServiceOrderLine, StageReason
from domain.orders.operations import MoveLines, move_service_order_lines
from domain.orders.rules import OrderProgress
from domain.service_objects.models import ServiceObjectRelation, ServiceTaskRelation
from domain.stages.models import Stage
from tests.builders.actors import DISPATCHER
from tests.builders.agreed import a_related_object, a_related_task, an_agreement
from tests.builders.log import events, refusal
from tests.builders.rows import (
    a_line,
    a_requirement,
    a_service_task,
    a_stage,
    a_stage_reason,
    a_worker,
    an_activity,
    an_order,
    number_sequences,
)
from tests.builders.times import at

pytestmark = pytest.mark.usefixtures("database")


async def two_orders(**columns: Any) -> tuple[ServiceOrder, ServiceOrder]:
    """Two orders of one agreement, S-1 and S-2, in a stage that allows everything."""
    agreement, stage = await an_agreement(), await a_stage()
    values = {"agreement_id": agreement.id, "stage_id": stage.id} | columns
    source, target = [await an_order(number=number, **values) for number in ("S-1", "S-2")]
    return source, target


async def move(target: ServiceOrder, *lines: ServiceOrderLine, **more: Any) -> None:
    command = MoveLines(tuple(line.id for line in lines), target.id, **more)
    await perform(move_service_order_lines, command, actor=DISPATCHER)


async def refused(target: ServiceOrder, *lines: ServiceOrderLine, **more: Any) -> tuple[Code, Any]:
    command = MoveLines(tuple(line.id for line in lines), target.id, **more)
    return await refusal(move_service_order_lines, command, actor=DISPATCHER)


async def placed(order: ServiceOrder) -> list[tuple[int, int | None]]:
    lines = await ServiceOrderLine.filter(order_id=order.id).order_by("line_number")
    return [(line.line_number, line.activity_id) for line in lines]


async def test_tc_move_1_moving_the_only_two_lines_takes_the_source_away_and_its_log_stays_in_the_audit_trail() -> None:
    source, target = await two_orders()
    first, second = await a_line(source), await a_line(source)
    await a_stage_reason(source)

    await move(target, second, first, delete_empty_source=True)

    assert [order.number for order in await ServiceOrder.all()] == ["S-2"]
    assert await placed(target) == [(1, None), (2, None)]
    assert [line.id for line in await ServiceOrderLine.all().order_by("line_number")] == [first.id, second.id]
    assert await StageReason.all().count() == 0
    kinds = [event.kind for event in await events()]
    assert kinds == [
        "service_order_line_moved",
        "service_order_line_moved",
        "stage_reason_deleted",
        "service_order_deleted",
    ]


async def test_an_order_that_is_left_empty_stays_unless_it_is_to_go() -> None:
    source, target = await two_orders()
    line = await a_line(source)

    await move(target, line)

    assert await ServiceOrder.filter(id=source.id).exists()


async def test_a_visit_goes_along_when_all_its_lines_do() -> None:
    source, target = await two_orders()
    visit = await an_activity(source, starts_at=at(1), ends_at=at(2), worker_id=(await a_worker()).id)
    lines = [await a_line(source, activity_id=visit.id, worker_id=visit.worker_id) for _ in range(2)]

    await move(target, *lines)

    [kept] = await ServiceActivity.all()
    assert (kept.id, kept.order_id, kept.number, kept.starts_at) == (visit.id, target.id, "S-2-1", at(1))
    assert await placed(target) == [(1, visit.id), (2, visit.id)]


async def test_a_line_that_leaves_others_behind_gets_a_visit_that_waits() -> None:
    source, target = await two_orders()
    visit = await an_activity(source, starts_at=at(1), ends_at=at(2))
    stays, goes = [await a_line(source, activity_id=visit.id) for _ in range(2)]

    await move(target, goes)

    new = await ServiceActivity.get(order_id=target.id)
    assert (new.starts_at, new.number) == (None, "S-2-1")
    assert await placed(source) == [(stays.line_number, visit.id)]
    assert await placed(target) == [(1, new.id)]


async def test_a_line_joins_the_visit_of_its_worker_and_task_and_the_one_it_leaves_empty_goes() -> None:
    source, target = await two_orders()
    worker = await a_worker()
    left, joined = [await an_activity(order, worker_id=worker.id) for order in (source, target)]
    line, there = [
        await a_line(order, activity_id=visit.id, worker_id=worker.id)
        for order, visit in ((source, left), (target, joined))
    ]

    await move(target, line)

    assert [visit.id for visit in await ServiceActivity.all()] == [joined.id]
    assert await placed(target) == [(there.line_number, joined.id), (2, joined.id)]


async def test_a_visit_that_was_made_stays_with_the_lines_that_stay() -> None:
    source, target = await two_orders()
    done = await an_activity(source, closed=True)
    _, goes = [await a_line(source, activity_id=done.id) for _ in range(2)]

    await move(target, goes)

    assert await placed(target) == [(1, None)]
    assert [visit.id for visit in await ServiceActivity.filter(order_id=source.id)] == [done.id]


async def test_the_progress_of_both_orders_follows() -> None:
    source, target = await two_orders()
    goes = await a_line(source)
    await a_line(source, status="CANCELED")
    await a_line(target, status="CANCELED")
    await ServiceOrder.filter(id=target.id).update(progress=OrderProgress.CANCELED)

    await move(target, goes)

    progresses = [order.progress for order in await ServiceOrder.all().order_by("id")]
    assert progresses == [OrderProgress.CANCELED, OrderProgress.IN_PROCESS]


async def test_lines_that_cannot_move_are_refused() -> None:
    source, target = await two_orders()
    line, posted, cancelled = [await a_line(source, status=each) for each in ("CREATED", "POSTED", "CANCELED")]
    other, unattached = await an_order(agreement_id=(await an_agreement()).id), await an_order()
    elsewhere = await a_line(target)
    lines, to = ("lineIds",), ("targetOrderId",)

    assert await refused(other, line) == (Code.DIFFERENT_AGREEMENT, to)
    assert await refused(unattached, line) == (Code.DIFFERENT_AGREEMENT, to)
    assert await refused(target, posted) == (Code.LINE_NOT_OPEN, lines)
    assert await refused(target, line, cancelled) == (Code.LINE_NOT_OPEN, lines)
    assert await refused(source, line) == (Code.INVALID, to)
    assert await refused(target, line, elsewhere) == (Code.INVALID, lines)
    assert await refused(target) == (Code.INVALID, lines)
    assert await refused(ServiceOrder(id=404), line) == (Code.NOT_FOUND, to)
    assert await refused(target, ServiceOrderLine(id=404)) == (Code.NOT_FOUND, lines)
    assert await refused(target, line, ServiceOrderLine(id=404)) == (Code.NOT_FOUND, lines)


async def test_stages_and_requirements_keep_lines_where_they_are() -> None:
    source, target = await two_orders()
    line = await a_line(source)
    frozen = await a_stage(await Stage.get(), allow_modify=False, allow_delete=False)
    lines, to, order = ("lineIds",), ("targetOrderId",), ("orderId",)

    await ServiceOrder.filter(id=source.id).update(stage_id=frozen.id)
    assert await refused(target, line) == (Code.STAGE_FORBIDS_MODIFY, lines)
    await ServiceOrder.filter(id=source.id).update(stage_id=target.stage_id)
    await ServiceOrder.filter(id=target.id).update(stage_id=frozen.id)
    assert await refused(target, line) == (Code.STAGE_FORBIDS_MODIFY, to)
    await ServiceOrder.filter(id=target.id).update(stage_id=source.stage_id, progress="POSTED")
    await a_line(target, status="POSTED")
    assert await refused(target, line) == (Code.ALREADY_POSTED, to)
    await ServiceOrderLine.filter(order_id=target.id).delete()
    await ServiceOrder.filter(id=target.id).update(progress="IN_PROCESS")
    await ServiceOrder.filter(id=target.id).update(incoming_web_order=True)
    assert await refused(target, line) == (Code.WEB_ORDER_WAITS, to)
    await ServiceOrder.filter(id=target.id).update(incoming_web_order=False)
    kept = await a_stage(await Stage.get(parent_id=None), allow_delete=False)
    await ServiceOrder.filter(id=source.id).update(stage_id=kept.id)
    assert await refused(target, line, delete_empty_source=True) == (Code.STAGE_FORBIDS_DELETE, order)
    await ServiceOrder.filter(id=source.id).update(stage_id=target.stage_id)
    await source.refresh_from_db()
    await a_requirement(source)
    assert await refused(target, line, delete_empty_source=True) == (Code.HAS_ITEM_REQUIREMENTS, order)


async def test_what_moved_lines_are_about_is_related_to_their_new_order() -> None:
    await number_sequences("service_object_relation")
    source, target = await two_orders()
    piece = await a_related_object(source, serial_number="7")
    there = await a_related_object(target, await piece.object)
    agreed = await a_related_object(await source.agreement)
    task = await a_service_task()
    await a_related_task(source, task, external_note="We call")
    lines = [
        await a_line(source, object_relation_id=piece.id, task_id=task.id),
        await a_line(source, object_relation_id=piece.id),
        await a_line(source, object_relation_id=agreed.id),
    ]

    await move(target, *lines, delete_empty_source=True)

    stored = await ServiceOrderLine.filter(order_id=target.id).order_by("line_number")
    copy = await ServiceObjectRelation.get(order_id=target.id, serial_number="7")
    assert copy.object_id == there.object_id
    assert [line.object_relation_id for line in stored] == [copy.id, copy.id, agreed.id]
    [named] = await ServiceTaskRelation.filter(order_id=target.id)
    assert (named.task_id, named.external_note) == (task.id, "We call")


async def test_an_object_that_both_orders_are_about_is_named_there() -> None:
    source, target = await two_orders()
    here = await a_related_object(source)
    there = await a_related_object(target, await here.object)
    line = await a_line(source, object_relation_id=here.id)

    await move(target, line)

    assert (await ServiceOrderLine.get(id=line.id)).object_relation_id == there.id
