"""Ends of service orders and lines: signed off, cancelled and taken up again, deleted; one, or many with a report.

An order is locked before its activities, and these before its lines, as on the board.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from domain.core.actor import Permission
from domain.core.operation import Work, check_version, operation
from domain.core.rows import locked
from domain.orders import rules
from domain.orders.activities import drop_empty_activity, give_order_activity, visit_for
from domain.orders.criteria import OrderCriteria, check_confirmed
from domain.orders.measuring import check_may_stop, follow_progress, measured
from domain.orders.models import RecordedTime, ServiceActivity, ServiceOrder, ServiceOrderLine, StageReason
from domain.orders.parts import locked_line, log_reason, roll_up, state_of
from domain.orders.queries import visible_orders
from domain.orders.rules import LineStatus
from domain.service_objects.models import ServiceObjectRelation, ServiceTaskRelation
from domain.stages.rules import ReasonType


@dataclass(frozen=True, slots=True)
class SetLineStatus:
    """Which line."""

    line_id: int
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class EndOrder:
    """Which order."""

    order_id: int
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class EndOrders:
    """Which orders: those that meet the criteria; without any, all of them, if that is confirmed."""

    criteria: OrderCriteria = field(default_factory=OrderCriteria)
    confirm_all: bool = False


# --- signing off -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SignOffOrder:
    """Which order is done, and why so late."""

    order_id: int
    reason_code_id: int | None = None
    description: str | None = None
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_ORDERS)
async def sign_off_service_order(work: Work, command: SignOffOrder) -> int:
    """Sign off an order and all its open lines; its time that counts for a service level is stopped.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, WEB_ORDER_WAITS, STAGE_FORBIDS_MODIFY, LINE_NOT_OPEN, ALREADY_POSTED,
            INVALID, REASON_REQUIRED, NO_INITIAL_STAGE for a reason without a stage.

    Source: DOMAIN.md 5.6, 6.3, 8.4.
    """
    order = await locked(ServiceOrder, command.order_id, "service order", "orderId")
    await check_version(order, command.expected_version)
    lines = await _locked_lines(order)
    rules.check_sign_off(await state_of(order, lines))
    for found in await measured([order]):
        await check_may_stop(found, found.log, work, command.reason_code_id)
    await log_reason(work, order, ReasonType.CLOSE, command.reason_code_id, command.description)
    if order.signed_off_at is None:
        await work.change(order, "service_order_signed_off", signed_off_at=work.now)
        await follow_progress(work, order)
    for line in lines:
        if line.status is LineStatus.CREATED and line.signed_off_at is None:
            await work.change(line, "service_order_line_signed_off", signed_off_at=work.now)
    return order.id


@dataclass(frozen=True, slots=True)
class SignOffLine:
    """Which line is done, and why so late."""

    line_id: int
    reason_code_id: int | None = None
    description: str | None = None
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_ORDERS)
async def sign_off_service_order_line(work: Work, command: SignOffLine) -> int:
    """Sign off one open line.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, STAGE_FORBIDS_MODIFY, LINE_NOT_OPEN, INVALID, REASON_REQUIRED,
            NO_INITIAL_STAGE for a reason without a stage.

    Source: DOMAIN.md 5.6, 6.3.
    """
    line, order = await locked_line(command.line_id)
    await check_version(line, command.expected_version)
    rules.check_line_change(await state_of(order), line.line_number, line.status)
    await log_reason(work, order, ReasonType.CLOSE, command.reason_code_id, command.description)
    if line.signed_off_at is None:
        await work.change(line, "service_order_line_signed_off", signed_off_at=work.now)
    return line.id


# --- lines -----------------------------------------------------------------------------------------------------------


@operation(requires=Permission.MAINTAIN_ORDERS)
async def cancel_service_order_line(work: Work, command: SetLineStatus) -> int:
    """Cancel an open line; it leaves a visit that has yet to be made, and the order's progress follows.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, STAGE_FORBIDS_CANCEL, HAS_ITEM_REQUIREMENTS, LINE_NOT_OPEN.

    Source: DOMAIN.md 5.5, 5.6.
    """
    line, order = await locked_line(command.line_id)
    await check_version(line, command.expected_version)
    rules.check_line_cancel(await state_of(order), line.line_number, line.status)
    left = line.activity_id
    await _cancel_line(work, line, await _open_activities(order))
    if line.activity_id is None:
        await drop_empty_activity(work, left)
    await roll_up(work, order)
    return line.id


@operation(requires=Permission.MAINTAIN_ORDERS)
async def revoke_service_order_line_cancellation(work: Work, command: SetLineStatus) -> int:
    """Open a cancelled line again; one of hours joins the open visit of its worker and task, or gets a new one.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, STAGE_FORBIDS_CANCEL, NOT_CANCELED, ALREADY_POSTED.

    Source: DOMAIN.md 5.5, 5.6, D-14.
    """
    line, order = await locked_line(command.line_id)
    await check_version(line, command.expected_version)
    rules.check_line_revoke(await state_of(order), line.line_number, line.status)
    await _revoke_line(work, order, line)
    await roll_up(work, order)
    return line.id


@operation(requires=Permission.MAINTAIN_ORDERS)
async def delete_service_order_line(work: Work, command: SetLineStatus) -> int:
    """Delete an open line that is there by mistake; what was planned may be planned again. Its visit goes if empty.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, STAGE_FORBIDS_MODIFY, LINE_NOT_OPEN.

    Source: DOMAIN.md 4.8 (3), 5.6.
    """
    line, order = await locked_line(command.line_id)
    await check_version(line, command.expected_version)
    rules.check_line_change(await state_of(order), line.line_number, line.status)
    left = line.activity_id
    await work.remove(line, "service_order_line_deleted")
    await drop_empty_activity(work, left)
    await roll_up(work, order)
    return command.line_id


# --- one order -------------------------------------------------------------------------------------------------------


@operation(requires=Permission.MAINTAIN_ORDERS)
async def cancel_service_order(work: Work, command: EndOrder) -> int:
    """Cancel an order's open lines; visits that have yet to be made leave the board.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, STAGE_FORBIDS_CANCEL, HAS_ITEM_REQUIREMENTS, ALREADY_POSTED,
            LINE_NOT_OPEN.

    Source: DOMAIN.md 5.6, D-13.
    """
    order = await locked(ServiceOrder, command.order_id, "service order", "orderId")
    await check_version(order, command.expected_version)
    await _cancel(work, order)
    return order.id


@operation(requires=Permission.MAINTAIN_ORDERS)
async def revoke_service_order_cancellation(work: Work, command: EndOrder) -> int:
    """Take up a cancelled order again: all its lines are open, and those of hours have visits that wait for a time.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, STAGE_FORBIDS_CANCEL, NOT_CANCELED.

    Source: DOMAIN.md 5.6, D-14.
    """
    order = await locked(ServiceOrder, command.order_id, "service order", "orderId")
    await check_version(order, command.expected_version)
    await _revoke(work, order)
    return order.id


@operation(requires=Permission.MAINTAIN_ORDERS)
async def delete_service_order(work: Work, command: EndOrder) -> int:
    """Delete an order with its lines, visits, relations and reasons; the audit trail keeps them.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, STAGE_FORBIDS_DELETE, HAS_ITEM_REQUIREMENTS, ALREADY_POSTED.

    Source: DOMAIN.md 5.6.
    """
    order = await locked(ServiceOrder, command.order_id, "service order", "orderId")
    await check_version(order, command.expected_version)
    await delete_order(work, order)
    return command.order_id


# --- many orders -----------------------------------------------------------------------------------------------------


@operation(requires=Permission.MAINTAIN_ORDERS)
async def cancel_service_orders(work: Work, command: EndOrders) -> list[dict[str, Any]]:
    """Cancel every order that meets the criteria and may be cancelled; gives a report of all.

    Raises:
        Refused: CONFIRM_ALL_REQUIRED.

    Source: DOMAIN.md 5.6.
    """
    return await _each(work, command, _cancel)


@operation(requires=Permission.MAINTAIN_ORDERS)
async def revoke_service_order_cancellations(work: Work, command: EndOrders) -> list[dict[str, Any]]:
    """Take up again every cancelled order that meets the criteria; none is cancelled by it; gives a report of all.

    Raises:
        Refused: CONFIRM_ALL_REQUIRED.

    Source: DOMAIN.md 5.6.
    """
    return await _each(work, command, _revoke)


@operation(requires=Permission.MAINTAIN_ORDERS)
async def delete_service_orders(work: Work, command: EndOrders) -> list[dict[str, Any]]:
    """Delete every order that meets the criteria and may be deleted; gives a report of all.

    Raises:
        Refused: CONFIRM_ALL_REQUIRED.

    Source: DOMAIN.md 5.6.
    """
    return await _each(work, command, delete_order)


Ending = Callable[[Work, ServiceOrder], Awaitable[None]]


async def _each(work: Work, command: EndOrders, end: Ending) -> list[dict[str, Any]]:
    """Do one thing to many orders, of which each is ended or left as it was."""
    check_confirmed(command.criteria, confirm_all=command.confirm_all)
    meant = ServiceOrder.filter(visible_orders(work.actor) & command.criteria.where())
    report: list[dict[str, Any]] = []
    for order_id in sorted({int(each) for each in await meant.values_list("id", flat=True)}):  # type: ignore[call-overload]
        order = await ServiceOrder.filter(id=order_id).select_for_update().first()
        if order is None:
            continue
        told = {"order_id": order_id, "number": order.number, "code": None, "message": None}
        refused = await work.whole_or_not(partial(end, work, order))
        if refused is not None:
            told |= {"code": refused.refusals[0].code.value, "message": refused.refusals[0].message}
        report.append(told)
    return report


# --- steps -----------------------------------------------------------------------------------------------------------


async def _cancel(work: Work, order: ServiceOrder) -> None:
    activities = await _open_activities(order)
    lines = await _locked_lines(order)
    rules.check_cancel(await state_of(order, lines))
    for line in lines:
        if line.status is LineStatus.CREATED or line.activity_id in activities:
            await _cancel_line(work, line, activities)
    for activity in activities.values():
        await work.remove(activity, "activity_deleted")
    await roll_up(work, order, "service_order_canceled")


async def _revoke(work: Work, order: ServiceOrder) -> None:
    lines = await _locked_lines(order)
    rules.check_revoke(await state_of(order, lines))
    for line in lines:
        await _revoke_line(work, order, line)
    await give_order_activity(work, order)
    await roll_up(work, order, "service_order_taken_up")


async def delete_order(work: Work, order: ServiceOrder) -> None:
    """Delete a locked order with all that is its own.

    Raises:
        Refused: STAGE_FORBIDS_DELETE, HAS_ITEM_REQUIREMENTS, ALREADY_POSTED.
    """
    activities = await ServiceActivity.filter(order_id=order.id).order_by("id").select_for_update()
    lines = await _locked_lines(order)
    rules.check_delete(await state_of(order, lines))
    for reason in await StageReason.filter(order_id=order.id).order_by("id").select_for_update():
        await work.remove(reason, "stage_reason_deleted")
    for time in await RecordedTime.filter(order_id=order.id).order_by("id").select_for_update():
        await work.remove(time, "recorded_time_deleted")
    for line in lines:
        await work.remove(line, "service_order_line_deleted")
    for relation in await ServiceObjectRelation.filter(order_id=order.id).order_by("id").select_for_update():
        await work.remove(relation, "service_object_relation_deleted")
    for named in await ServiceTaskRelation.filter(order_id=order.id).order_by("id").select_for_update():
        await work.remove(named, "service_task_relation_deleted")
    for activity in activities:
        await work.remove(activity, "activity_deleted")
    await work.remove(order, "service_order_deleted")


async def _cancel_line(work: Work, line: ServiceOrderLine, open_activities: dict[int, ServiceActivity]) -> None:
    """Cancel a line; it stays with a visit that was made, as what was done then."""
    left = line.activity_id in open_activities
    await work.change(
        line,
        "service_order_line_canceled",
        status=LineStatus.CANCELED,
        activity_id=None if left else line.activity_id,
    )


async def _revoke_line(work: Work, order: ServiceOrder, line: ServiceOrderLine) -> None:
    activity_id = await visit_for(work, order, line)
    await work.change(line, "service_order_line_taken_up", status=LineStatus.CREATED, activity_id=activity_id)


async def _open_activities(order: ServiceOrder) -> dict[int, ServiceActivity]:
    activities = await ServiceActivity.filter(order_id=order.id, closed=False).order_by("id").select_for_update()
    return {activity.id: activity for activity in activities}


async def _locked_lines(order: ServiceOrder) -> list[ServiceOrderLine]:
    return await ServiceOrderLine.filter(order_id=order.id).order_by("id").select_for_update()
