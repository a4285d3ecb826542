"""Ends of orders and lines: signed off, cancelled, taken up again, deleted; one, and many with a report."""

from datetime import timedelta
from typing import Any

import pytest

from domain.core.errors import Code
from domain.core.operation import perform
from domain.orders.criteria import OrderCriteria
from domain.orders.models import ServiceActivity, ServiceOrder, ServiceOrderLine, StageReason
from domain.orders.operations import (
    AddServiceOrderLine,
    ChangeServiceOrder,
    ChangeServiceOrderLine,
    EndOrder,
    EndOrders,
    EndSlaTime,
    NewLine,
    SetLineStatus,
    SignOffLine,
    SignOffOrder,
    add_service_order_line,
    cancel_service_order,
    cancel_service_order_line,
    cancel_service_orders,
    cancel_sla,
    change_service_order,
    change_service_order_line,
    delete_service_order,
    delete_service_orders,
    revoke_service_order_cancellation,
    revoke_service_order_cancellations,
    revoke_service_order_line_cancellation,
    sign_off_service_order,
    sign_off_service_order_line,
    stop_sla_time,
)
from domain.orders.rules import LineStatus, OrderProgress, Priority
from domain.projects.rules import TransactionType
from domain.stages.models import Stage
from tests.builders.actors import DISPATCHER
from tests.builders.agreed import a_related_object
from tests.builders.log import events, kinds, nothing_changes, of_orders, refusal
from tests.builders.rows import (
    a_customer,
    a_line,
    a_service_task,
    a_stage,
    a_stage_reason,
    a_stage_reason_code,
    a_worker,
    an_activity,
    an_order,
)
from tests.builders.slas import measure
from tests.builders.times import SetClock, at

pytestmark = pytest.mark.usefixtures("database")


async def an_order_with(*statuses: str, **columns: Any) -> ServiceOrder:
    """An order with lines of these statuses, and the progress and the stage that go with it."""
    stage = await Stage.get_or_none(parent_id=None) or await a_stage()
    order = await an_order(**({"stage_id": stage.id} | columns))
    for status in statuses:
        await a_line(order, status=status)
    if statuses and set(statuses) == {"CANCELED"}:
        order.progress = OrderProgress.CANCELED
        await order.save(update_fields=["progress"])
    return order


async def stored(order: ServiceOrder) -> ServiceOrder:
    return await ServiceOrder.get(id=order.id)


async def statuses(order: ServiceOrder) -> list[str]:
    return [line.status.value for line in await ServiceOrderLine.filter(order_id=order.id).order_by("line_number")]


# --- what a stage forbids --------------------------------------------------------------------------------------------


async def test_a_stage_that_allows_nothing_refuses_everything() -> None:
    await a_stage(allow_modify=False, allow_cancel=False, allow_delete=False)
    order, cancelled = await an_order_with("CREATED"), await an_order_with("CANCELED")
    line, gone = await ServiceOrderLine.get(order_id=order.id), await ServiceOrderLine.get(order_id=cancelled.id)
    new = NewLine(TransactionType.FEE, line.quantity)
    attempts: list[tuple[Any, Any]] = [
        (change_service_order, ChangeServiceOrder(order.id, description="Other")),
        (add_service_order_line, AddServiceOrderLine(order.id, new)),
        (change_service_order_line, ChangeServiceOrderLine(line.id, description="Other")),
        (sign_off_service_order, SignOffOrder(order.id)),
        (sign_off_service_order_line, SignOffLine(line.id)),
        (cancel_service_order, EndOrder(order.id)),
        (cancel_service_order_line, SetLineStatus(line.id)),
        (revoke_service_order_cancellation, EndOrder(cancelled.id)),
        (revoke_service_order_line_cancellation, SetLineStatus(gone.id)),
        (delete_service_order, EndOrder(order.id)),
    ]

    refused = [await refusal(operation, command, actor=DISPATCHER) for operation, command in attempts]

    assert refused == [
        (Code.STAGE_FORBIDS_MODIFY, ("orderId",)),
        (Code.STAGE_FORBIDS_MODIFY, ("orderId",)),
        (Code.STAGE_FORBIDS_MODIFY, ("lineId",)),
        (Code.STAGE_FORBIDS_MODIFY, ("orderId",)),
        (Code.STAGE_FORBIDS_MODIFY, ("lineId",)),
        (Code.STAGE_FORBIDS_CANCEL, ("orderId",)),
        (Code.STAGE_FORBIDS_CANCEL, ("lineId",)),
        (Code.STAGE_FORBIDS_CANCEL, ("orderId",)),
        (Code.STAGE_FORBIDS_CANCEL, ("lineId",)),
        (Code.STAGE_FORBIDS_DELETE, ("orderId",)),
    ]


async def test_what_does_not_exist_or_has_moved_on_is_refused() -> None:
    order = await an_order_with("CREATED")
    line = await ServiceOrderLine.get(order_id=order.id)
    of_order = (cancel_service_order, revoke_service_order_cancellation, delete_service_order)
    of_line = (cancel_service_order_line, revoke_service_order_line_cancellation)

    missing = [await refusal(operation, EndOrder(404), actor=DISPATCHER) for operation in of_order]
    stale = [await refusal(operation, EndOrder(order.id, 2), actor=DISPATCHER) for operation in of_order]
    missing_line = [await refusal(operation, SetLineStatus(404), actor=DISPATCHER) for operation in of_line]
    stale_line = [await refusal(operation, SetLineStatus(line.id, 2), actor=DISPATCHER) for operation in of_line]

    assert missing == [(Code.NOT_FOUND, ("orderId",))] * 3
    assert missing_line == [(Code.NOT_FOUND, ("lineId",))] * 2
    assert stale == [(Code.VERSION_CONFLICT, ("expectedVersion",))] * 3
    assert stale_line == [(Code.VERSION_CONFLICT, ("expectedVersion",))] * 2


# --- signing off -----------------------------------------------------------------------------------------------------


async def test_an_order_is_signed_off_with_its_open_lines(set_clock: SetClock) -> None:
    order, code = await an_order_with("CREATED", "POSTED", "CANCELED", "CREATED"), await a_stage_reason_code()
    first = await ServiceOrderLine.get(order_id=order.id, line_number=1)
    await perform(sign_off_service_order_line, SignOffLine(first.id, expected_version=1), actor=DISPATCHER)
    set_clock.advance(timedelta(hours=1))

    await perform(sign_off_service_order, SignOffOrder(order.id, code.id, "Late", 1), actor=DISPATCHER)
    async with nothing_changes():
        await perform(sign_off_service_order, SignOffOrder(order.id), actor=DISPATCHER)

    lines = await ServiceOrderLine.filter(order_id=order.id).order_by("line_number")
    assert [line.signed_off_at for line in lines] == [at(0), None, None, at(1)]
    assert (await stored(order)).signed_off_at == at(1)
    assert [(each.type, each.description) for each in await StageReason.all()] == [("CLOSE", "Late")]
    assert await kinds() == [
        "service_order_line_signed_off",
        "stage_reason_created",
        "service_order_signed_off",
        "service_order_line_signed_off",
    ]


async def test_what_cannot_be_signed_off_is_refused() -> None:
    order, cancelled, posted = [await an_order_with(status) for status in ("CREATED", "CANCELED", "POSTED")]
    line, gone = await ServiceOrderLine.get(order_id=order.id), await ServiceOrderLine.get(order_id=cancelled.id)

    refused = [
        await refusal(sign_off_service_order, SignOffOrder(404), actor=DISPATCHER),
        await refusal(sign_off_service_order, SignOffOrder(order.id, expected_version=2), actor=DISPATCHER),
        await refusal(sign_off_service_order, SignOffOrder(cancelled.id), actor=DISPATCHER),
        await refusal(sign_off_service_order, SignOffOrder(posted.id), actor=DISPATCHER),
        await refusal(sign_off_service_order, SignOffOrder(order.id, 404), actor=DISPATCHER),
        await refusal(sign_off_service_order, SignOffOrder(order.id, None, "Late"), actor=DISPATCHER),
        await refusal(sign_off_service_order_line, SignOffLine(404), actor=DISPATCHER),
        await refusal(sign_off_service_order_line, SignOffLine(line.id, expected_version=2), actor=DISPATCHER),
        await refusal(sign_off_service_order_line, SignOffLine(gone.id), actor=DISPATCHER),
        await refusal(sign_off_service_order_line, SignOffLine(line.id, 404), actor=DISPATCHER),
    ]

    assert refused == [
        (Code.NOT_FOUND, ("orderId",)),
        (Code.VERSION_CONFLICT, ("expectedVersion",)),
        (Code.LINE_NOT_OPEN, ("orderId",)),
        (Code.ALREADY_POSTED, ("orderId",)),
        (Code.NOT_FOUND, ("reasonCodeId",)),
        (Code.REASON_REQUIRED, ("reasonCodeId",)),
        (Code.NOT_FOUND, ("lineId",)),
        (Code.VERSION_CONFLICT, ("expectedVersion",)),
        (Code.LINE_NOT_OPEN, ("lineId",)),
        (Code.NOT_FOUND, ("reasonCodeId",)),
    ]


async def test_reasons_are_given_in_a_stage() -> None:
    order, code = await an_order_with("CREATED"), await a_stage_reason_code()
    await ServiceOrder.filter(id=order.id).update(stage_id=None)
    line = await ServiceOrderLine.get(order_id=order.id)
    await measure(order)

    for operation, command in (
        (sign_off_service_order, SignOffOrder(order.id, code.id)),
        (sign_off_service_order_line, SignOffLine(line.id, code.id)),
        (stop_sla_time, EndSlaTime(order.id, reason_code_id=code.id)),
        (cancel_sla, EndSlaTime(order.id, reason_code_id=code.id)),
    ):
        assert (await refusal(operation, command, actor=DISPATCHER))[0] is Code.NO_INITIAL_STAGE


# --- cancelling ------------------------------------------------------------------------------------------------------


async def test_a_cancelled_order_leaves_the_board_but_for_what_was_done() -> None:
    order, worker = await an_order_with(), await a_worker()
    done = await an_activity(order, worker_id=worker.id, closed=True)
    to_do, without_lines = await an_activity(order, worker_id=worker.id), await an_activity(order)
    elsewhere = await an_activity()
    lines = [
        await a_line(order, activity_id=done.id),
        await a_line(order, activity_id=to_do.id),
        await a_line(order, activity_id=to_do.id, status="CANCELED"),
    ]

    await perform(cancel_service_order, EndOrder(order.id, 1), actor=DISPATCHER)

    assert {activity.id for activity in await ServiceActivity.all()} == {done.id, elsewhere.id}
    assert [(await ServiceOrderLine.get(id=line.id)).activity_id for line in lines] == [done.id, None, None]
    assert await statuses(order) == ["CANCELED"] * 3
    assert (await stored(order)).progress is OrderProgress.CANCELED
    assert [(event.kind, event.subject_id) for event in await events()] == [
        ("service_order_line_canceled", lines[0].id),
        ("service_order_line_canceled", lines[1].id),
        ("service_order_line_canceled", lines[2].id),
        ("activity_deleted", to_do.id),
        ("activity_deleted", without_lines.id),
        ("service_order_canceled", order.id),
    ]


async def test_what_cannot_be_cancelled_is_refused() -> None:
    partly, posted, cancelled = [
        await an_order_with(*each) for each in (("CREATED", "POSTED"), ("POSTED",), ("CANCELED",))
    ]

    refused = [
        await refusal(cancel_service_order, EndOrder(order.id), actor=DISPATCHER)
        for order in (partly, posted, cancelled)
    ]

    assert refused == [
        (Code.ALREADY_POSTED, ("orderId",)),
        (Code.ALREADY_POSTED, ("orderId",)),
        (Code.LINE_NOT_OPEN, ("orderId",)),
    ]


async def test_an_order_without_lines_only_leaves_the_board() -> None:
    order = await an_order_with()
    await an_activity(order)

    await perform(cancel_service_order, EndOrder(order.id), actor=DISPATCHER)

    assert (await stored(order)).progress is OrderProgress.IN_PROCESS
    assert await kinds() == ["activity_deleted"]


async def test_a_cancelled_line_leaves_its_visit_which_goes_when_it_was_the_last() -> None:
    order = await an_order_with()
    activity = await an_activity(order)
    first, second = await a_line(order, activity_id=activity.id), await a_line(order, activity_id=activity.id)

    await perform(cancel_service_order_line, SetLineStatus(first.id), actor=DISPATCHER)
    shared = await ServiceActivity.filter(id=activity.id).exists()
    await perform(cancel_service_order_line, SetLineStatus(second.id), actor=DISPATCHER)

    assert shared
    assert not await ServiceActivity.all().exists()
    assert [line.activity_id for line in await ServiceOrderLine.all()] == [None, None]
    assert (await kinds())[-3:] == ["service_order_line_canceled", "activity_deleted", "service_order_progressed"]


# --- taking up again -------------------------------------------------------------------------------------------------


async def test_an_order_taken_up_again_has_its_lines_and_waiting_visits() -> None:
    order, worker, task = await an_order_with(), await a_worker(), await a_service_task()
    done = await an_activity(order, worker_id=worker.id, closed=True)
    to_do = await an_activity(order, worker_id=worker.id, task_id=task.id, starts_at=at(), ends_at=at(2))
    await a_line(order, activity_id=done.id, worker_id=worker.id)
    for _ in range(2):
        await a_line(order, activity_id=to_do.id, worker_id=worker.id, task_id=task.id, description="Repair")
    await a_line(order, transaction_type=TransactionType.FEE)
    await perform(cancel_service_order, EndOrder(order.id), actor=DISPATCHER)

    await perform(revoke_service_order_cancellation, EndOrder(order.id), actor=DISPATCHER)

    made = await ServiceActivity.get(order_id=order.id, closed=False)
    assert (made.worker_id, made.task_id, made.title, made.starts_at) == (worker.id, task.id, "Repair", None)
    assert await statuses(order) == ["CREATED"] * 4
    lines = await ServiceOrderLine.filter(order_id=order.id).order_by("line_number")
    assert [line.activity_id for line in lines] == [done.id, made.id, made.id, None]
    assert (await stored(order)).progress is OrderProgress.IN_PROCESS
    assert (await events())[-1].kind == "service_order_taken_up"


async def test_a_line_opened_again_opens_its_order() -> None:
    order = await an_order_with("CANCELED", "CANCELED")
    line = await ServiceOrderLine.get(order_id=order.id, line_number=2)

    await perform(revoke_service_order_line_cancellation, SetLineStatus(line.id, 1), actor=DISPATCHER)

    assert await statuses(order) == ["CANCELED", "CREATED"]
    assert (await stored(order)).progress is OrderProgress.IN_PROCESS
    assert await kinds() == ["activity_created", "service_order_line_taken_up", "service_order_progressed"]


async def test_what_is_not_cancelled_or_is_posted_is_not_taken_up_again() -> None:
    order, posted = await an_order_with("CREATED", "CANCELED"), await an_order_with("POSTED", "CANCELED")
    open_line = await ServiceOrderLine.get(order_id=order.id, line_number=1)
    gone = await ServiceOrderLine.get(order_id=posted.id, line_number=2)
    new = NewLine(TransactionType.FEE, gone.quantity)

    refused = [
        await refusal(revoke_service_order_cancellation, EndOrder(order.id), actor=DISPATCHER),
        await refusal(revoke_service_order_cancellation, EndOrder(posted.id), actor=DISPATCHER),
        await refusal(revoke_service_order_line_cancellation, SetLineStatus(open_line.id), actor=DISPATCHER),
        await refusal(revoke_service_order_line_cancellation, SetLineStatus(gone.id), actor=DISPATCHER),
        await refusal(add_service_order_line, AddServiceOrderLine(posted.id, new), actor=DISPATCHER),
    ]

    assert refused == [
        (Code.NOT_CANCELED, ("orderId",)),
        (Code.NOT_CANCELED, ("orderId",)),
        (Code.NOT_CANCELED, ("lineId",)),
        (Code.ALREADY_POSTED, ("lineId",)),
        (Code.ALREADY_POSTED, ("orderId",)),
    ]


# --- deleting --------------------------------------------------------------------------------------------------------


async def test_a_deleted_order_goes_with_all_that_is_its_own() -> None:
    order, other = await an_order_with("CREATED"), await an_order_with("CREATED")
    activity = await an_activity(order, closed=True)
    await a_line(order, activity_id=activity.id, status="CANCELED")
    await a_stage_reason(order)
    await an_activity(other)
    await a_stage_reason(other)

    await perform(delete_service_order, EndOrder(order.id, 1), actor=DISPATCHER)

    left = [await model.all().count() for model in (ServiceOrder, ServiceOrderLine, ServiceActivity, StageReason)]
    assert left == [1, 1, 1, 1]
    log = await events()
    assert [event.kind for event in log] == [
        "stage_reason_deleted",
        "service_order_line_deleted",
        "service_order_line_deleted",
        "activity_deleted",
        "service_order_deleted",
    ]
    assert (log[-1].body["before"]["number"], log[-1].body["after"]) == (order.number, None)


async def test_an_order_with_a_posted_line_is_not_deleted() -> None:
    order = await an_order_with("CREATED", "POSTED")

    assert await refusal(delete_service_order, EndOrder(order.id), actor=DISPATCHER) == (
        Code.ALREADY_POSTED,
        ("orderId",),
    )


# --- many ------------------------------------------------------------------------------------------------------------

MANY: list[Any] = [cancel_service_orders, revoke_service_order_cancellations, delete_service_orders]


async def told(operation: Any, *orders: ServiceOrder, **criteria: Any) -> list[str | None]:
    """What is told of each of the orders that the criteria mean, in their order."""
    done = await perform(operation, EndOrders(OrderCriteria(**criteria)), actor=DISPATCHER)
    assert [each["order_id"] for each in done.result] == [order.id for order in orders]
    assert [each["number"] for each in done.result] == [order.number for order in orders]
    assert all((each["code"] is None) is (each["message"] is None) for each in done.result)
    return [each["code"] for each in done.result]


@pytest.mark.parametrize("operation", MANY, ids=lambda operation: operation.name.rpartition(".")[2])
async def test_all_orders_are_meant_only_when_that_is_confirmed(operation: Any) -> None:
    for status in ("CREATED", "CANCELED"):
        await an_order_with(status)

    refused = await refusal(operation, EndOrders(), actor=DISPATCHER)
    done = await perform(operation, EndOrders(confirm_all=True), actor=DISPATCHER)

    assert refused == (Code.CONFIRM_ALL_REQUIRED, ("confirmAll",))
    assert len(done.result) == 2


async def test_many_are_cancelled_and_each_that_is_not_says_why() -> None:
    customer = await a_customer(name="Kold ApS")
    closed = await a_stage(await a_stage(), allow_cancel=False)
    orders = [
        await an_order_with("CREATED", customer_id=customer.id),
        await an_order_with("CREATED", "POSTED", customer_id=customer.id),
        await an_order_with("CANCELED", customer_id=customer.id),
        await an_order_with("CREATED", customer_id=customer.id, stage_id=closed.id),
    ]
    other = await an_order_with("CREATED")

    codes = await told(cancel_service_orders, *orders, search="kold aps")

    assert codes == [None, "ALREADY_POSTED", "LINE_NOT_OPEN", "STAGE_FORBIDS_CANCEL"]
    assert [await statuses(order) for order in [*orders, other]] == [
        ["CANCELED"],
        ["CREATED", "POSTED"],
        ["CANCELED"],
        ["CREATED"],
        ["CREATED"],
    ]
    assert {event.subject_id for event in await events() if event.kind == "service_order_canceled"} == {orders[0].id}


async def test_taking_many_up_again_cancels_none() -> None:
    cancelled, running = await an_order_with("CANCELED"), await an_order_with("CREATED")

    codes = await told(revoke_service_order_cancellations, cancelled, running, priorities=(Priority.NORMAL,))

    assert codes == [None, "NOT_CANCELED"]
    assert [await statuses(order) for order in (cancelled, running)] == [["CREATED"], ["CREATED"]]


async def test_many_are_deleted_and_each_that_is_not_says_why() -> None:
    kept = await a_stage(await a_stage(), allow_delete=False)
    orders = [
        await an_order_with("CREATED"),
        await an_order_with("POSTED"),
        await an_order_with(stage_id=kept.id),
    ]

    codes = await told(delete_service_orders, *orders, progresses=tuple(OrderProgress))

    assert codes == [None, "ALREADY_POSTED", "STAGE_FORBIDS_DELETE"]
    assert {order.id for order in await ServiceOrder.all()} == {orders[1].id, orders[2].id}


async def test_of_many_one_that_cannot_be_deleted_after_all_stays_whole_and_the_others_go() -> None:
    kold = await a_customer(name="Kold ApS")
    first, held, last = [await an_order_with("CREATED", customer_id=kold.id) for _ in range(3)]
    await a_stage_reason(held)
    relation = await a_related_object(held)
    # Not as it should be, but as it may be found: a line of another order is about an object of this one.
    await a_line(await an_order_with(), object_relation_id=relation.id)
    before = await of_orders(held)

    codes = await told(delete_service_orders, first, held, last, search="Kold")

    assert codes == [None, "IN_USE", None]
    assert await of_orders(held) == before
    assert await of_orders(first, last) == []
    gone = [event.subject_id for event in await events() if event.kind == "service_order_deleted"]
    assert (gone, {*await kinds()}) == ([first.id, last.id], {"service_order_line_deleted", "service_order_deleted"})


async def test_each_condition_says_which_orders_are_meant() -> None:
    stage = await a_stage()
    after = await a_stage(stage)
    one = await an_order_with("CREATED", number="ONE", service_at=at(1), priority=Priority.HIGH)
    two = await an_order_with("CANCELED", number="TWO", service_at=at(3), stage_id=after.id)
    met: dict[str, Any] = {
        "search": "one",
        "customer_ids": (one.customer_id,),
        "stage_ids": (stage.id,),
        "priorities": (Priority.HIGH,),
        "progresses": (OrderProgress.IN_PROCESS,),
        "service_before": at(3),
    }

    found = {
        name: [order.number for order in await ServiceOrder.filter(OrderCriteria(**{name: value}).where())]
        for name, value in met.items()
    }
    later = [order.id for order in await ServiceOrder.filter(OrderCriteria(service_from=at(3)).where())]
    none = await ServiceOrder.filter(OrderCriteria(stage_ids=()).where()).exists()

    assert found == {name: ["ONE"] for name in met}
    assert (later, none) == ([two.id], False)


async def test_a_repeat_with_the_same_key_gives_the_first_report() -> None:
    order = await an_order_with("CREATED")
    command = EndOrders(OrderCriteria(search=order.number))

    first = await perform(cancel_service_orders, command, actor=DISPATCHER, key="k-1")
    again = await perform(cancel_service_orders, command, actor=DISPATCHER, key="k-1")

    assert first == again
    assert (await ServiceOrderLine.get()).status is LineStatus.CANCELED
