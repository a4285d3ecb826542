"""Copying lines of templates, and of the agreement that it is done under, to a service order."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from domain.agreements.models import ServiceAgreement, ServiceAgreementLine
from domain.agreements.operations.lines import lines_with_agreements
from domain.agreements.rules import ItemSetup, check_gives_orders, check_line_copied, check_line_gives_orders
from domain.core.actor import Permission
from domain.core.errors import Code, Path, Refused
from domain.core.operation import Work, check_version, operation
from domain.core.rows import locked, usable
from domain.items.models import Item
from domain.orders import rules
from domain.orders.agreed import check_line_holds, owners_of
from domain.orders.days import day_of
from domain.orders.models import ItemRequirement, ServiceOrder, ServiceOrderLine
from domain.orders.operations.lines import NewLine, add_line
from domain.orders.parts import roll_up, state_of
from domain.orders.requirements import require_item
from domain.orders.rules import RequirementSupply
from domain.service_objects.models import ServiceObjectRelation, ServiceTaskRelation
from domain.service_objects.relations import relate_object, relate_task
from domain.service_objects.rules import Owner
from domain.workforce.models import Worker


@dataclass(frozen=True, slots=True)
class CopyLinesToOrder:
    """Lines of whatever templates, and of the order's own agreement, and the order that gets copies of them."""

    order_id: int
    line_ids: tuple[int, ...]
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_ORDERS)
async def copy_lines_to_service_order(work: Work, command: CopyLinesToOrder) -> list[int]:
    """Copy lines to an order; their objects and tasks come along, people who have left do not.

    Gives the ids of the lines. Items that are required are written down as that. A line of the order's own agreement is
    done for the order's day: planning finds it there, and it is not done twice for one day.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID, LINE_STOPPED, AGREEMENT_SUSPENDED, OUTSIDE_VALIDITY,
            ALREADY_EXISTS, WEB_ORDER_WAITS, STAGE_FORBIDS_MODIFY, ALREADY_POSTED, PROJECT_REQUIRED, PROJECT_VALIDATION.

    Source: DOMAIN.md 4.3, 4.4, 4.8, 5.3, 5.7.
    """
    found = await ServiceOrder.get_or_none(id=command.order_id)
    agreement_id = None if found is None else found.agreement_id
    lines = await lines_with_agreements(command.line_ids, *(() if agreement_id is None else (agreement_id,)))
    order = await locked(ServiceOrder, command.order_id, "service order", "orderId")
    await check_version(order, command.expected_version)
    rules.check_new_line(await state_of(order))
    sources = {row.id: row for row in await ServiceAgreement.filter(id__in={line.agreement_id for line in lines})}
    on = await day_of(order, work.now)
    for place, line in enumerate(lines):
        await _check_source(order, sources[line.agreement_id], line, on, ("lineIds", place))
    highest = await ServiceOrderLine.filter(order_id=order.id).order_by("-line_number").first()
    number = highest.line_number + 1 if highest else 1
    made: list[int] = []
    for place, line in enumerate(lines):
        try:
            if line.item_setup is ItemSetup.ITEM_REQUIREMENT:
                await _require(work, order, line, on)
            else:
                made.append((await add_line(work, order, await _copied(work, order, line, on), number + len(made))).id)
        except Refused as refused:
            raise refused.under("lineIds", place) from None
    await roll_up(work, order)
    return made


async def _check_source(
    order: ServiceOrder, source: ServiceAgreement, line: ServiceAgreementLine, on: date, path: Path
) -> None:
    if source.template_group_id is not None:
        check_line_copied(
            source.number, line.line_number, stopped=line.stopped, agreement_suspended=source.suspended, path=path
        )
        return
    if source.id != order.agreement_id:
        message = f"{source.number} is neither a template nor the agreement of {order.number}; choose lines of those."
        raise Refused(Code.INVALID, message, path)
    check_gives_orders(source.number, suspended=source.suspended, is_template=False, path=path)
    check_line_gives_orders(source.number, line.line_number, stopped=line.stopped, path=path)
    check_line_holds(source, line, on, path)
    for model in (ServiceOrderLine, ItemRequirement):
        if await model.filter(agreement_line_id=line.id, calculated_on=on).exists():
            message = f"Line {line.line_number} of {source.number} is on an order for {on} already."
            raise Refused(Code.ALREADY_EXISTS, message, path)


def _occurrence(order: ServiceOrder, line: ServiceAgreementLine, on: date) -> dict[str, Any]:
    """What a copy of a line of the order's agreement stands for; nothing when it is of a template."""
    if line.agreement_id != order.agreement_id:
        return {}
    return {"agreement_line_id": line.id, "calculated_on": on}


async def _copied(work: Work, order: ServiceOrder, line: ServiceAgreementLine, on: date) -> NewLine:
    worker = await Worker.get_or_none(id=line.worker_id, active=True)
    typed = line.sales_price_minor if line.sales_price_modified else None
    return NewLine(
        transaction_type=line.transaction_type,
        quantity=line.quantity,
        unit=line.unit,
        description=line.description,
        category_id=line.category_id,
        line_property_id=line.line_property_id,
        offset_account_id=line.offset_account_id,
        currency=line.currency,
        item_id=line.item_id,
        task_id=await _task(work, order, line),
        worker_id=None if worker is None else worker.id,
        object_relation_id=await _object(work, order, line),
        sales_price=None if typed is None else Decimal(typed) / 100,
        **_occurrence(order, line, on),
    )


async def _require(work: Work, order: ServiceOrder, line: ServiceAgreementLine, on: date) -> None:
    """A line of item set-up ITEM_REQUIREMENT gives no line, but an item that the order requires.

    Source: DOMAIN.md 5.7.
    """
    project_id = rules.check_requires_items(await state_of(order))
    await usable(Item, line.item_id, "item", "itemId")
    await require_item(
        work,
        order,
        project_id=project_id,
        item_id=line.item_id or 0,
        quantity=line.quantity,
        unit=line.unit,
        description=line.description,
        supply=RequirementSupply.PURCHASE,
        site_id=line.site_id,
        required_on=on,
        **_occurrence(order, line, on),
    )


async def _object(work: Work, order: ServiceOrder, line: ServiceAgreementLine) -> int | None:
    """The relation to the object of a line that the order or its agreement has, or a new one of the order."""
    if line.object_relation_id is None:
        return None
    source = await ServiceObjectRelation.get(id=line.object_relation_id)
    same = {"object_id": source.object_id, "serial_number": source.serial_number}
    for owner in owners_of(order):
        there = await ServiceObjectRelation.filter(**same, **owner.columns).first()
        if there is not None:
            return there.id
    owner = Owner(order_id=order.id)
    return (await relate_object(work, owner, source.object_id, serial_number=source.serial_number)).id


async def _task(work: Work, order: ServiceOrder, line: ServiceAgreementLine) -> int | None:
    """The task of a line, which the order or its agreement then is about."""
    if line.task_id is None:
        return None
    for owner in owners_of(order):
        if await ServiceTaskRelation.filter(task_id=line.task_id, **owner.columns).exists():
            return line.task_id
    source = await ServiceTaskRelation.get(agreement_id=line.agreement_id, task_id=line.task_id)
    owner = Owner(order_id=order.id)
    notes = {"internal_note": source.internal_note, "external_note": source.external_note}
    await relate_task(work, owner, line.task_id, **notes)
    return line.task_id
