"""Order lines, and the activities that lines of equal worker and task share."""

import asyncio
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.core.errors import Code, Path
from domain.core.operation import perform
from domain.orders.models import ServiceActivity, ServiceOrder, ServiceOrderLine
from domain.orders.operations import (
    AddServiceOrderLine,
    ChangeServiceActivity,
    ChangeServiceOrderLine,
    CreateServiceActivity,
    CreateServiceOrder,
    NewLine,
    SetLineStatus,
    add_service_order_line,
    cancel_service_order_line,
    change_service_activity,
    change_service_order_line,
    create_service_activity,
    create_service_order,
    delete_service_order_line,
)
from domain.orders.rules import LineStatus, OrderProgress, Priority
from domain.projects.rules import TransactionType
from domain.stages.models import Stage
from tests.builders.actors import DISPATCHER
from tests.builders.log import events, everything, only_event, refusal
from tests.builders.rows import (
    a_customer,
    a_line,
    a_service_task,
    a_stage,
    a_worker,
    an_activity,
    an_activity_type,
    an_item,
    an_order,
)
from tests.builders.times import at

pytestmark = pytest.mark.usefixtures("database", "initial_stage", "orders_without_agreements")

HOUR = NewLine(TransactionType.HOUR, Decimal(2))


# --- lines -----------------------------------------------------------------------------------------------------------


async def test_a_line_added_joins_the_open_activity_of_its_worker_and_task() -> None:
    order, worker = await an_order(), await a_worker()
    await an_activity(order, worker_id=worker.id, closed=True)
    await an_activity(order)
    await an_activity(worker_id=worker.id)
    shared = await an_activity(order, worker_id=worker.id)
    await a_line(order, line_number=7)

    done = await perform(
        add_service_order_line,
        AddServiceOrderLine(order.id, NewLine(TransactionType.HOUR, Decimal(1), worker_id=worker.id), 1),
        actor=DISPATCHER,
    )

    line = await ServiceOrderLine.get(id=done.result)
    assert (line.line_number, line.activity_id, line.version) == (8, shared.id, 1)
    assert [event.kind for event in await events()] == ["service_order_line_created"]


async def test_a_line_on_a_cancelled_order_opens_it_again() -> None:
    order = await an_order(progress=OrderProgress.CANCELED)
    await a_line(order, status=LineStatus.CANCELED)

    await perform(
        add_service_order_line,
        AddServiceOrderLine(order.id, NewLine(TransactionType.FEE, Decimal(1), unit="pcs")),
        actor=DISPATCHER,
    )

    assert (await ServiceOrder.get(id=order.id)).progress is OrderProgress.IN_PROCESS
    assert [event.kind for event in await events()] == ["service_order_line_created", "service_order_progressed"]


async def test_another_worker_splits_a_line_from_the_activity_it_shared() -> None:
    order, activity_type, worker = await an_order(), await an_activity_type(), await a_worker()
    shared = await an_activity(order, type_id=activity_type.id, number=f"{order.number}-1")
    first = await a_line(order, activity_id=shared.id, description="Inspect")
    second = await a_line(order, activity_id=shared.id)

    await perform(
        change_service_order_line,
        ChangeServiceOrderLine(first.id, worker_id=worker.id, expected_version=1),
        actor=DISPATCHER,
    )

    split = await ServiceActivity.get(worker_id=worker.id)
    assert (split.number, split.title, split.type_id, split.priority) == (
        f"{order.number}-2",
        "Inspect",
        activity_type.id,
        order.priority,
    )
    await first.refresh_from_db()
    await second.refresh_from_db()
    assert (first.activity_id, first.worker_id, first.version) == (split.id, worker.id, 2)
    assert (second.activity_id, second.version) == (shared.id, 1)
    assert [event.kind for event in await events()] == ["activity_created", "service_order_line_changed"]


async def test_the_last_line_that_leaves_an_activity_takes_it_away() -> None:
    order, worker = await an_order(), await a_worker()
    left, joined = await an_activity(order), await an_activity(order, worker_id=worker.id)
    line = await a_line(order, activity_id=left.id)

    await perform(change_service_order_line, ChangeServiceOrderLine(line.id, worker_id=worker.id), actor=DISPATCHER)

    await line.refresh_from_db()
    log = await events()
    assert line.activity_id == joined.id
    assert await ServiceActivity.all().values_list("id", flat=True) == [joined.id]  # type: ignore[comparison-overlap]
    assert [(event.kind, event.subject_type, event.subject_id) for event in log] == [
        ("service_order_line_changed", "service_order_line", line.id),
        ("activity_deleted", "service_activity", left.id),
    ]
    assert (log[1].body["before"]["number"], log[1].body["after"]) == (left.number, None)


async def test_a_closed_activity_stays_when_its_last_line_leaves() -> None:
    order, task = await an_order(), await a_service_task()
    closed = await an_activity(order, closed=True)
    line = await a_line(order, activity_id=closed.id)

    await perform(change_service_order_line, ChangeServiceOrderLine(line.id, task_id=task.id), actor=DISPATCHER)

    assert await ServiceActivity.filter(id=closed.id).count() == 1
    assert await ServiceActivity.filter(task_id=task.id).count() == 1


async def test_a_line_that_needs_no_activity_gets_none_from_a_worker() -> None:
    worker, item = await a_worker(), await an_item()
    line = await a_line(transaction_type=TransactionType.ITEM, item_id=item.id)

    await perform(change_service_order_line, ChangeServiceOrderLine(line.id, worker_id=worker.id), actor=DISPATCHER)

    await line.refresh_from_db()
    assert (line.worker_id, line.activity_id) == (worker.id, None)
    assert await ServiceActivity.all().count() == 0


async def test_quantity_and_description_change_without_touching_the_activity() -> None:
    order = await an_order()
    activity = await an_activity(order)
    line = await a_line(order, activity_id=activity.id)

    await perform(
        change_service_order_line,
        ChangeServiceOrderLine(line.id, quantity=Decimal("0.25"), description=" Longer ", worker_id=None),
        actor=DISPATCHER,
    )

    event = await only_event()
    assert event.kind == "service_order_line_changed"
    assert event.body["after"] == event.body["before"] | {
        "quantity": "0.2500",
        "description": "Longer",
        "version": 2,
    }
    assert event.body["before"]["quantity"] == "1.0000"


async def test_what_is_wrong_with_a_changed_line_is_named() -> None:
    line = await a_line()
    done = await a_line(status=LineStatus.POSTED)

    for command, expected in [
        (ChangeServiceOrderLine(999), (Code.NOT_FOUND, ("lineId",))),
        (ChangeServiceOrderLine(line.id, expected_version=2), (Code.VERSION_CONFLICT, ("expectedVersion",))),
        (ChangeServiceOrderLine(done.id, quantity=Decimal(2)), (Code.LINE_NOT_OPEN, ("lineId",))),
        (ChangeServiceOrderLine(line.id, quantity=Decimal("NaN")), (Code.INVALID, ("quantity",))),
        (ChangeServiceOrderLine(line.id, description="x" * 201), (Code.INVALID, ("description",))),
        (ChangeServiceOrderLine(line.id, task_id=999), (Code.NOT_FOUND, ("taskId",))),
        (ChangeServiceOrderLine(line.id, worker_id=999), (Code.NOT_FOUND, ("workerId",))),
    ]:
        assert await refusal(change_service_order_line, command, actor=DISPATCHER) == expected


async def test_a_cancelled_line_cancels_the_order_when_it_was_the_last() -> None:
    order = await an_order()
    first, second = await a_line(order), await a_line(order)

    await perform(cancel_service_order_line, SetLineStatus(first.id, expected_version=1), actor=DISPATCHER)
    assert (await ServiceOrder.get(id=order.id)).progress is OrderProgress.IN_PROCESS
    await perform(cancel_service_order_line, SetLineStatus(second.id), actor=DISPATCHER)

    stored = await ServiceOrder.get(id=order.id)
    assert (stored.progress, stored.version) == (OrderProgress.CANCELED, 2)
    assert [(event.kind, event.subject_id) for event in await events()] == [
        ("service_order_line_canceled", first.id),
        ("service_order_line_canceled", second.id),
        ("service_order_progressed", order.id),
    ]


async def test_the_order_is_posted_when_the_last_open_line_is_cancelled_beside_a_posted_one() -> None:
    order = await an_order()
    await a_line(order, status=LineStatus.POSTED)
    line = await a_line(order)

    await perform(cancel_service_order_line, SetLineStatus(line.id), actor=DISPATCHER)

    assert (await ServiceOrder.get(id=order.id)).progress is OrderProgress.POSTED


async def test_only_an_open_line_is_cancelled() -> None:
    line, canceled, posted = await a_line(), await a_line(status="CANCELED"), await a_line(status="POSTED")

    for command, expected in [
        (SetLineStatus(999), (Code.NOT_FOUND, ("lineId",))),
        (SetLineStatus(canceled.id), (Code.LINE_NOT_OPEN, ("lineId",))),
        (SetLineStatus(posted.id), (Code.LINE_NOT_OPEN, ("lineId",))),
        (SetLineStatus(line.id, expected_version=9), (Code.VERSION_CONFLICT, ("expectedVersion",))),
    ]:
        assert await refusal(cancel_service_order_line, command, actor=DISPATCHER) == expected


async def test_a_deleted_line_takes_its_empty_visit_along() -> None:
    order = await an_order()
    shared, alone = await an_activity(order), await an_activity(order)
    kept, other = await a_line(order, activity_id=shared.id), await a_line(order, activity_id=shared.id)
    last = await a_line(order, activity_id=alone.id)

    for line in (other, last):
        await perform(delete_service_order_line, SetLineStatus(line.id), actor=DISPATCHER)

    assert [line.id for line in await ServiceOrderLine.all()] == [kept.id]
    assert [activity.id for activity in await ServiceActivity.all()] == [shared.id]
    kinds = ["service_order_line_deleted", "service_order_line_deleted", "activity_deleted"]
    assert [event.kind for event in await events()] == kinds


async def test_the_progress_of_an_order_follows_from_the_lines_that_are_left() -> None:
    order = await an_order()
    await a_line(order, status=LineStatus.CANCELED)
    line = await a_line(order)

    await perform(delete_service_order_line, SetLineStatus(line.id), actor=DISPATCHER)

    assert (await ServiceOrder.get(id=order.id)).progress is OrderProgress.CANCELED


async def test_only_an_open_line_that_its_stage_lets_go_is_deleted() -> None:
    frozen = await an_order(stage_id=(await a_stage(await Stage.get(), allow_modify=False)).id)
    line, canceled, posted = await a_line(), await a_line(status="CANCELED"), await a_line(status="POSTED")
    kept = await a_line(frozen)

    for command, expected in [
        (SetLineStatus(999), (Code.NOT_FOUND, ("lineId",))),
        (SetLineStatus(canceled.id), (Code.LINE_NOT_OPEN, ("lineId",))),
        (SetLineStatus(posted.id), (Code.LINE_NOT_OPEN, ("lineId",))),
        (SetLineStatus(kept.id), (Code.STAGE_FORBIDS_MODIFY, ("lineId",))),
        (SetLineStatus(line.id, expected_version=9), (Code.VERSION_CONFLICT, ("expectedVersion",))),
    ]:
        assert await refusal(delete_service_order_line, command, actor=DISPATCHER) == expected


@pytest.mark.parametrize(
    ("wrong", "code", "path"),
    [
        ({"worker_id": 999}, Code.NOT_FOUND, ("workerId",)),
        ({"task_id": 999}, Code.NOT_FOUND, ("taskId",)),
        ({"item_id": 999}, Code.NOT_FOUND, ("itemId",)),
        ({"category_id": 999}, Code.NOT_FOUND, ("categoryId",)),
        ({"transaction_type": TransactionType.ITEM}, Code.INVALID, ("itemId",)),
        ({"quantity": Decimal("0.00001")}, Code.INVALID, ("quantity",)),
        ({"quantity": Decimal(10) ** 10}, Code.INVALID, ("quantity",)),
        ({"quantity": Decimal("NaN")}, Code.INVALID, ("quantity",)),
        ({"quantity": Decimal("-Infinity")}, Code.INVALID, ("quantity",)),
        ({"unit": " "}, Code.INVALID, ("unit",)),
        ({"unit": "x" * 11}, Code.INVALID, ("unit",)),
        ({"description": "x" * 201}, Code.INVALID, ("description",)),
    ],
)
async def test_a_wrong_line_refuses_the_whole_order_and_is_named(wrong: dict[str, Any], code: Code, path: Path) -> None:
    customer, order = await a_customer(), await an_order()
    given: dict[str, Any] = {"transaction_type": TransactionType.HOUR, "quantity": Decimal(1)}
    line = NewLine(**(given | wrong))
    created = CreateServiceOrder(customer.id, "S-1", lines=(HOUR, line))

    assert await refusal(create_service_order, created, actor=DISPATCHER, key="k") == (code, ("lines", 1, *path))
    added = AddServiceOrderLine(order.id, line)
    assert await refusal(add_service_order_line, added, actor=DISPATCHER) == (code, ("line", *path))


async def test_a_line_of_a_worker_who_has_left_is_refused() -> None:
    gone, line = await a_worker(active=False), await a_line()
    new = NewLine(TransactionType.HOUR, Decimal(1), worker_id=gone.id)

    added, changed = AddServiceOrderLine(line.order_id, new), ChangeServiceOrderLine(line.id, worker_id=gone.id)

    left = Code.WORKER_INACTIVE
    assert await refusal(add_service_order_line, added, actor=DISPATCHER) == (left, ("line", "workerId"))
    assert await refusal(change_service_order_line, changed, actor=DISPATCHER) == (left, ("workerId",))


async def test_many_lines_at_once_get_a_number_each_and_one_activity() -> None:
    order = await an_order()

    await asyncio.gather(
        *(perform(add_service_order_line, AddServiceOrderLine(order.id, HOUR), actor=DISPATCHER) for _ in range(8))
    )

    tables = await everything()
    assert sorted(row["line_number"] for row in tables["service_order_line"]) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert len({row["activity_id"] for row in tables["service_order_line"]}) == len(tables["service_activity"]) == 1


# --- activities ------------------------------------------------------------------------------------------------------


async def test_an_activity_is_created_without_worker_and_waits() -> None:
    order, activity_type, task = await an_order(number="S-1"), await an_activity_type(), await a_service_task()
    await an_activity(order, number="S-1-9")
    await an_activity(order, number="S-1-x")

    done = await perform(
        create_service_activity,
        CreateServiceActivity(
            order.id, " Second visit ", activity_type.id, task.id, at(1), timedelta(hours=2), Priority.LOW
        ),
        actor=DISPATCHER,
    )

    columns = {
        "id": done.result,
        "number": "S-1-10",
        "title": "Second visit",
        "category": None,
        "purpose": None,
        "order_id": order.id,
        "type_id": activity_type.id,
        "phase_id": None,
        "task_id": task.id,
        "worker_id": None,
        "priority": "LOW",
        "dispatch_status": "UNDISPATCHED",
        "closed": False,
        "overlap_accepted": False,
        "version": 1,
    }
    event = await only_event()
    assert await ServiceActivity.filter(id=done.result).values() == [columns | {"starts_at": at(1), "ends_at": at(3)}]
    assert (event.kind, event.subject_type) == ("activity_created", "service_activity")
    assert event.body["after"] == columns | {
        "starts_at": "2026-11-23T09:00:00+00:00",
        "ends_at": "2026-11-23T11:00:00+00:00",
    }


async def test_an_activity_has_the_priority_of_its_order_unless_told() -> None:
    order = await an_order(priority=Priority.HIGH)

    done = await perform(create_service_activity, CreateServiceActivity(order.id, "Visit"), actor=DISPATCHER)

    assert (await ServiceActivity.get(id=done.result)).priority is Priority.HIGH


async def test_what_is_wrong_with_an_activity_is_named() -> None:
    order = await an_order()
    naive = datetime(2026, 11, 24, 9)  # noqa: DTZ001 - naive on purpose
    hour = timedelta(hours=1)

    for wrong, expected in [
        ({"order_id": 999}, (Code.NOT_FOUND, ("orderId",))),
        ({"title": " "}, (Code.INVALID, ("title",))),
        ({"title": "x" * 201}, (Code.INVALID, ("title",))),
        ({"type_id": 999}, (Code.NOT_FOUND, ("typeId",))),
        ({"task_id": 999}, (Code.NOT_FOUND, ("taskId",))),
        ({"starts_at": at(0)}, (Code.TIME_REQUIRED, ("duration",))),
        ({"duration": hour}, (Code.TIME_REQUIRED, ("startsAt",))),
        ({"starts_at": naive, "duration": hour}, (Code.INVALID, ("startsAt",))),
        ({"starts_at": at(days=366 * 80), "duration": hour}, (Code.INVALID, ("startsAt",))),
        ({"starts_at": at(0), "duration": timedelta()}, (Code.INVALID, ("duration",))),
        ({"starts_at": at(0), "duration": -hour}, (Code.INVALID, ("duration",))),
        ({"starts_at": at(0), "duration": timedelta(days=31, seconds=1)}, (Code.INVALID, ("duration",))),
    ]:
        values: dict[str, Any] = {"order_id": order.id, "title": "Visit"} | wrong  # type: ignore[operator]
        command = CreateServiceActivity(**values)
        assert await refusal(create_service_activity, command, actor=DISPATCHER, key="k") == expected


async def test_an_activity_gets_another_title_and_type() -> None:
    activity_type = await an_activity_type()
    activity = await an_activity(starts_at=at(1), ends_at=at(2))

    await perform(
        change_service_activity,
        ChangeServiceActivity(activity.id, " Longer visit ", activity_type.id, expected_version=1),
        actor=DISPATCHER,
    )
    await perform(change_service_activity, ChangeServiceActivity(activity.id, type_id=None), actor=DISPATCHER)

    titled, untyped = await events()
    assert titled.kind == "activity_changed"
    assert titled.body["after"] == titled.body["before"] | {
        "title": "Longer visit",
        "type_id": activity_type.id,
        "version": 2,
    }
    assert untyped.body["after"] == titled.body["after"] | {"type_id": None, "version": 3}


async def test_what_is_wrong_with_a_changed_activity_is_named() -> None:
    activity = await an_activity()

    for command, expected in [
        (ChangeServiceActivity(999), (Code.NOT_FOUND, ("activityId",))),
        (ChangeServiceActivity(activity.id, title=""), (Code.INVALID, ("title",))),
        (ChangeServiceActivity(activity.id, type_id=999), (Code.NOT_FOUND, ("typeId",))),
        (ChangeServiceActivity(activity.id, expected_version=2), (Code.VERSION_CONFLICT, ("expectedVersion",))),
    ]:
        assert await refusal(change_service_activity, command, actor=DISPATCHER) == expected
