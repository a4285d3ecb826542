"""Changes of the lines of service orders, which move the activities that lines share."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from domain.core.actor import Permission
from domain.core.checks import check_quantity, check_text, optional_text
from domain.core.errors import Refused
from domain.core.keep import KEEP, Keep, chosen
from domain.core.operation import Work, check_version, operation
from domain.core.rows import existing, usable
from domain.items.models import Item
from domain.orders import agreed, rules
from domain.orders.activities import drop_empty_activity, gives_activities, shared_activity, visit_for
from domain.orders.charged import category_for, check_project_takes, line_property_of
from domain.orders.days import day_of
from domain.orders.models import ServiceOrder, ServiceOrderLine
from domain.orders.parts import active_worker, locked_line, roll_up, state_of
from domain.orders.pricing import check_times, price, typed_price
from domain.parameters.queries import company_parameters
from domain.parameters.rules import check_currency
from domain.projects.models import LineProperty, Project
from domain.projects.queries import checked_offset_account, offset_account_for
from domain.projects.rules import TransactionType
from domain.service_objects.models import ServiceTask

_DAYS = ("executes_on", "earliest_on", "latest_on")


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line to put on an order; it is done on the order's day, and may be on no other, unless told.

    It is in the company's currency unless told. What comes from an agreement line says for which day. Units: minutes
    after midnight.
    """

    transaction_type: TransactionType
    quantity: Decimal
    unit: str | None = None
    description: str = ""
    category_id: int | None = None
    line_property_id: int | None = None
    project_id: int | None = None
    item_id: int | None = None
    task_id: int | None = None
    worker_id: int | None = None
    object_relation_id: int | None = None
    executes_on: date | None = None
    earliest_on: date | None = None
    latest_on: date | None = None
    currency: str | None = None
    sales_price: Decimal | None = None
    starts_minute: int | None = None
    ends_minute: int | None = None
    agreement_line_id: int | None = None
    calculated_on: date | None = None
    offset_account_id: int | None = None


@dataclass(frozen=True, slots=True)
class AddServiceOrderLine:
    """A line for an existing order."""

    order_id: int
    line: NewLine
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_ORDERS)
async def add_service_order_line(work: Work, command: AddServiceOrderLine) -> int:
    """Put a line on an order; it joins the activity of equal worker and task, or gets a new one.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, WEB_ORDER_WAITS, STAGE_FORBIDS_MODIFY, ALREADY_POSTED, INVALID,
            WORKER_INACTIVE, OBJECT_NOT_RELATED, TASK_NOT_RELATED, PROJECT_VALIDATION.

    Source: DOMAIN.md 3, 5.6, 9.1.
    """
    order = await agreed.locked_order(command.order_id, "service order", "orderId")
    await check_version(order, command.expected_version)
    rules.check_new_line(await state_of(order))
    highest = await ServiceOrderLine.filter(order_id=order.id).order_by("-line_number").first()
    try:
        line = await add_line(work, order, command.line, highest.line_number + 1 if highest else 1)
    except Refused as refused:
        raise refused.under("line") from None
    await roll_up(work, order)
    return line.id


@dataclass(frozen=True, slots=True)
class ChangeServiceOrderLine:
    """What is to be different about an order line."""

    line_id: int
    quantity: Decimal | Keep = KEEP
    description: str | Keep = KEEP
    category_id: int | None | Keep = KEEP
    line_property_id: int | None | Keep = KEEP
    project_id: int | None | Keep = KEEP
    task_id: int | None | Keep = KEEP
    worker_id: int | None | Keep = KEEP
    object_relation_id: int | None | Keep = KEEP
    executes_on: date | Keep = KEEP
    earliest_on: date | Keep = KEEP
    latest_on: date | Keep = KEEP
    sales_price: Decimal | None | Keep = KEEP
    starts_minute: int | None | Keep = KEEP
    ends_minute: int | None | Keep = KEEP
    offset_account_id: int | None | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_ORDERS)
async def change_service_order_line(work: Work, command: ChangeServiceOrderLine) -> int:
    """Change an open line; another worker or task moves it to the activity it then shares.

    An activity that is left without lines goes away.

    Raises:
        Refused: NOT_FOUND, STAGE_FORBIDS_MODIFY, LINE_NOT_OPEN, VERSION_CONFLICT, INVALID, WORKER_INACTIVE,
            OBJECT_NOT_RELATED, TASK_NOT_RELATED, OUTSIDE_VALIDITY, PROJECT_VALIDATION.

    Source: DOMAIN.md 2, 3, 5.3, 5.6, 9.1.
    """
    line, order = await locked_line(command.line_id)
    await check_version(line, command.expected_version)
    rules.check_line_change(await state_of(order), line.line_number, line.status)
    worker_id, task_id = line.worker_id, line.task_id
    if not isinstance(command.worker_id, Keep):
        worker_id = await active_worker(command.worker_id, "workerId")
    if not isinstance(command.task_id, Keep):
        task_id = await existing(ServiceTask, command.task_id, "service task", "taskId")
    relation_id = chosen(command.object_relation_id, line.object_relation_id)
    await agreed.check_related(
        order,
        object_relation_id=relation_id if relation_id != line.object_relation_id else None,
        task_id=task_id if task_id != line.task_id else None,
    )
    moved = (worker_id, task_id) != (line.worker_id, line.task_id)
    left = line.activity_id
    values: dict[str, Any] = {
        "quantity": check_quantity(chosen(command.quantity, line.quantity)),
        "description": optional_text(chosen(command.description, line.description), "description", longest=200) or "",
        "worker_id": worker_id,
        "task_id": task_id,
        "object_relation_id": relation_id,
    }
    days = {name: chosen(getattr(command, name), getattr(line, name)) for name in _DAYS}
    days["earliest_on"], days["latest_on"] = (
        days["earliest_on"] or days["latest_on"],
        days["latest_on"] or days["earliest_on"],
    )
    rules.check_days(days["earliest_on"], days["latest_on"])
    if days["executes_on"] is not None and days["executes_on"] != line.executes_on:
        await agreed.check_lines_hold(order, days["executes_on"], ("executesOn",), id=line.id)
    values |= days
    values |= await _newly_charged_to(line, command)
    project_id = values.get("project_id", line.project_id) or order.project_id
    is_other = moved or bool(values.keys() & {"category_id", "project_id"})
    if is_other:
        await check_project_takes(project_id, worker_id, values.get("category_id", line.category_id))
    is_other = is_other or days["executes_on"] != line.executes_on
    values |= await _charged(work, order, line, values, command, is_other=is_other)
    if moved and line.transaction_type is TransactionType.HOUR and (left is not None or await gives_activities(order)):
        activity = await shared_activity(work, order, worker_id, task_id, line.description, like=left)
        values["activity_id"] = activity.id
    await work.change(line, "service_order_line_changed", **values)
    if moved:
        await drop_empty_activity(work, left)
    return line.id


async def add_line(work: Work, order: ServiceOrder, new: NewLine, line_number: int) -> ServiceOrderLine:
    """Put a line on a locked order; one of hours joins the visit of its worker and task, if it is time for visits.

    Raises:
        Refused: NOT_FOUND, INVALID, WORKER_INACTIVE, OBJECT_NOT_RELATED, TASK_NOT_RELATED, PROJECT_VALIDATION.

    Source: DOMAIN.md 2, 3, 5.2, 9.1.
    """
    worker_id = await active_worker(new.worker_id, "workerId")
    task_id = await existing(ServiceTask, new.task_id, "service task", "taskId")
    await agreed.check_related(order, object_relation_id=new.object_relation_id, task_id=task_id)
    item_id = await usable(Item, new.item_id, "item", "itemId")
    rules.check_item(new.transaction_type, item_id)
    unit = new.unit
    if unit is None:
        item = None if item_id is None else await Item.get(id=item_id)
        unit = rules.default_unit(new.transaction_type, None if item is None else item.unit)
    line = ServiceOrderLine(
        order_id=order.id,
        line_number=line_number,
        transaction_type=new.transaction_type,
        description=optional_text(new.description, "description", longest=200) or "",
        category_id=await category_for(new.transaction_type, new.category_id),
        line_property_id=await existing(LineProperty, new.line_property_id, "line property", "linePropertyId"),
        project_id=await usable(Project, new.project_id, "project", "projectId"),
        item_id=item_id,
        task_id=task_id,
        worker_id=worker_id,
        object_relation_id=new.object_relation_id,
        quantity=check_quantity(new.quantity),
        unit=check_text(unit, "unit", longest=10),
        currency=check_currency(new.currency or (await company_parameters()).currency),
        starts_minute=new.starts_minute,
        ends_minute=new.ends_minute,
        agreement_line_id=new.agreement_line_id,
        calculated_on=new.calculated_on,
    )
    day = new.executes_on or await day_of(order, work.now)
    line.executes_on, line.earliest_on, line.latest_on = day, new.earliest_on or day, new.latest_on or day
    rules.check_days(line.earliest_on, line.latest_on)
    line.line_property_id = line.line_property_id or await line_property_of(line.project_id or order.project_id)
    line.offset_account_id = await offset_account_for(
        line.transaction_type, new.offset_account_id, line.project_id or order.project_id
    )
    await check_project_takes(line.project_id or order.project_id, worker_id, line.category_id)
    await check_times(line)
    await price(work, order, line, None if new.sales_price is None else typed_price(new.sales_price))
    line.activity_id = await visit_for(work, order, line)
    return await work.create(line, "service_order_line_created")


async def _newly_charged_to(line: ServiceOrderLine, command: ChangeServiceOrderLine) -> dict[str, Any]:
    """What else a line is to be charged as and to, as far as the command says so."""
    values: dict[str, Any] = {}
    if not isinstance(command.category_id, Keep):
        values["category_id"] = await category_for(line.transaction_type, command.category_id)
    if not isinstance(command.line_property_id, Keep):
        values["line_property_id"] = await existing(
            LineProperty, command.line_property_id, "line property", "linePropertyId"
        )
    if not isinstance(command.offset_account_id, Keep):
        account_id = command.offset_account_id
        values["offset_account_id"] = await checked_offset_account(line.transaction_type, account_id)
    if not isinstance(command.project_id, Keep):
        values["project_id"] = await usable(Project, command.project_id, "project", "projectId")
    return values


async def _charged(
    work: Work,
    order: ServiceOrder,
    line: ServiceOrderLine,
    values: Mapping[str, Any],
    command: ChangeServiceOrderLine,
    *,
    is_other: bool,
) -> dict[str, Any]:
    """The times and prices of a line as they will be with new values; a price that nobody typed follows these."""
    wanted = line.clone(pk=line.id)
    wanted.update_from_dict(dict(values))
    wanted.starts_minute = chosen(command.starts_minute, line.starts_minute)
    wanted.ends_minute = chosen(command.ends_minute, line.ends_minute)
    if (wanted.starts_minute, wanted.ends_minute) != (line.starts_minute, line.ends_minute):
        await check_times(wanted)
    if is_other or not isinstance(command.sales_price, Keep):
        typed = line.sales_price_minor if line.sales_price_modified else None
        if not isinstance(command.sales_price, Keep):
            typed = None if command.sales_price is None else typed_price(command.sales_price)
        await price(work, order, wanted, typed)
    names = ("starts_minute", "ends_minute", "cost_price_minor", "sales_price_minor", "sales_price_modified")
    return {name: getattr(wanted, name) for name in names}
