"""Moving lines from one order to another of the same agreement, with the visits they share."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from domain.agreements.models import ServiceAgreement
from domain.core.actor import Permission
from domain.core.errors import Code, Refused, not_found
from domain.core.operation import Work, operation
from domain.core.rows import lock_all
from domain.numbering.operations import number_for
from domain.orders import agreed, rules
from domain.orders.activities import activity_number, drop_empty_activity, phase_of, visit_for
from domain.orders.days import day_of
from domain.orders.models import ServiceActivity, ServiceOrder, ServiceOrderLine
from domain.orders.operations.closing import delete_order
from domain.orders.parts import roll_up, state_of
from domain.service_objects.models import ServiceObjectRelation, ServiceTaskRelation


@dataclass(frozen=True, slots=True)
class MoveLines:
    """Which lines of one order go to another, and whether the order they leave goes away when it is left empty."""

    line_ids: tuple[int, ...]
    target_order_id: int
    delete_empty_source: bool = False


@operation(requires=Permission.MAINTAIN_ORDERS)
async def move_service_order_lines(work: Work, command: MoveLines) -> int:
    """Move open lines to another order of the same agreement; gives that order.

    A visit goes along when all its lines do and the other order has none like it; other lines join the visits there.
    The objects and tasks that they name are related to that order too.

    Raises:
        Refused: NOT_FOUND, INVALID, DIFFERENT_AGREEMENT, WEB_ORDER_WAITS, STAGE_FORBIDS_MODIFY, ALREADY_POSTED,
            LINE_NOT_OPEN, OUTSIDE_VALIDITY, STAGE_FORBIDS_DELETE, HAS_ITEM_REQUIREMENTS, NUMBER_SEQUENCE_MISSING.

    Source: DOMAIN.md 3, 5.3, 5.6, 9.1.
    """
    source, target = await _locked_orders(command)
    visits = await ServiceActivity.filter(order_id__in=[source.id, target.id]).order_by("id").select_for_update()
    lines = await ServiceOrderLine.filter(order_id=source.id).order_by("id").select_for_update()
    going = sorted((line for line in lines if line.id in command.line_ids), key=lambda line: line.line_number)
    if len(going) < len(set(command.line_ids)):
        raise not_found("order line", "lineIds")
    move = rules.plan_move(
        await state_of(source, lines),
        {line.line_number: line.status for line in lines},
        await state_of(target),
        [line.line_number for line in going],
        delete_empty_source=command.delete_empty_source,
    )
    await agreed.check_lines_hold(
        source, await day_of(target, work.now), ("targetOrderId",), id__in=[line.id for line in going]
    )
    await _take_tasks(work, source.id, target, going)
    taken = await _take_visits(work, target, visits, lines, going)
    highest = await ServiceOrderLine.filter(order_id=target.id).order_by("-line_number").first()
    left = {line.activity_id for line in going} - taken
    for number, line in enumerate(going, highest.line_number + 1 if highest else 1):
        await work.change(
            line,
            "service_order_line_moved",
            order_id=target.id,
            line_number=number,
            object_relation_id=await _object_there(work, target, line.object_relation_id),
            activity_id=await _visit(work, target, line, visits, taken),
        )
    for activity_id in sorted(each for each in left if each is not None):
        await drop_empty_activity(work, activity_id)
    if move.deletes_source:
        await delete_order(work, source)
    else:
        await roll_up(work, source)
    await roll_up(work, target)
    return target.id


async def _locked_orders(command: MoveLines) -> tuple[ServiceOrder, ServiceOrder]:
    """The order the lines are on and the one they go to, locked after their agreements."""
    if not command.line_ids:
        raise Refused(Code.INVALID, "Choose at least one line to move.", ("lineIds",))
    found = {line.order_id for line in await ServiceOrderLine.filter(id__in=list(command.line_ids))}
    if not found:
        raise not_found("order line", "lineIds")
    if len(found) > 1:
        raise Refused(Code.INVALID, "Move the lines of one order at a time.", ("lineIds",))
    [source_id] = found
    named = await ServiceOrder.filter(id__in=[source_id, command.target_order_id])
    await lock_all(ServiceAgreement, [order.agreement_id for order in named if order.agreement_id is not None])
    orders = await lock_all(ServiceOrder, [source_id, command.target_order_id])
    if command.target_order_id not in orders:
        raise not_found("service order", "targetOrderId")
    if source_id not in orders:
        raise not_found("order line", "lineIds")
    return orders[source_id], orders[command.target_order_id]


async def _object_there(work: Work, target: ServiceOrder, relation_id: int | None) -> int | None:
    """The relation that a moved line names: one of the agreement stays, an order's own is related to the target too."""
    relation = None if relation_id is None else await ServiceObjectRelation.get(id=relation_id)
    if relation is None or relation.order_id is None:
        return relation_id
    same: dict[str, Any] = {"object_id": relation.object_id, "serial_number": relation.serial_number}
    known = await ServiceObjectRelation.get_or_none(order_id=target.id, **same)
    if known is None:
        number = await number_for(work, ServiceObjectRelation, None)
        known = ServiceObjectRelation(number=number, order_id=target.id, **same)
        await work.create(known, "service_object_relation_created")
    return known.id


async def _take_tasks(work: Work, source_id: int, target: ServiceOrder, lines: Sequence[ServiceOrderLine]) -> None:
    """Relate the tasks of moved lines to the target, with their notes, where only the source was about them."""
    for task_id in sorted({line.task_id for line in lines if line.task_id is not None}):
        own = await ServiceTaskRelation.get_or_none(order_id=source_id, task_id=task_id)
        if own is not None and not await ServiceTaskRelation.filter(order_id=target.id, task_id=task_id).exists():
            notes: dict[str, Any] = {"internal_note": own.internal_note, "external_note": own.external_note}
            copy = ServiceTaskRelation(order_id=target.id, task_id=task_id, **notes)
            await work.create(copy, "service_task_relation_created")


async def _take_visits(
    work: Work,
    target: ServiceOrder,
    visits: Sequence[ServiceActivity],
    lines: Sequence[ServiceOrderLine],
    going: Sequence[ServiceOrderLine],
) -> set[int | None]:
    """Take along the visits all of whose lines go, unless the target has one like it; gives which."""
    there = {(each.worker_id, each.task_id) for each in visits if each.order_id == target.id and not each.closed}
    staying = {line.activity_id for line in lines} - {None}
    staying &= {line.activity_id for line in lines if line not in going}
    taken: set[int | None] = set()
    phase = await phase_of(target.stage_id)
    for visit in visits:
        if visit.id in staying or all(line.activity_id != visit.id for line in going):
            continue
        if visit.closed or (visit.worker_id, visit.task_id) not in there:
            number = await activity_number(target)
            phase_id = visit.phase_id if visit.closed or phase is None else phase
            await work.change(visit, "activity_moved", order_id=target.id, number=number, phase_id=phase_id)
            taken.add(visit.id)
    return taken


async def _visit(
    work: Work,
    target: ServiceOrder,
    line: ServiceOrderLine,
    visits: Sequence[ServiceActivity],
    taken: set[int | None],
) -> int | None:
    """The visit on which a moved line is done; one that was made without it stays where it was."""
    if line.activity_id is None or line.activity_id in taken:
        return line.activity_id
    if any(visit.id == line.activity_id and visit.closed for visit in visits):
        return None
    line_there = ServiceOrderLine(
        transaction_type=line.transaction_type,
        worker_id=line.worker_id,
        task_id=line.task_id,
        description=line.description,
    )
    return await visit_for(work, target, line_there)
