"""Changes of service orders, their lines, and the activities that lines share."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from domain.agreements.models import ServiceAgreement
from domain.core.actor import Permission
from domain.core.checks import check_text, optional_text
from domain.core.errors import Code, Refused, not_found
from domain.core.keep import KEEP, Keep, chosen
from domain.core.operation import Work, check_version, operation
from domain.core.rows import existing, locked, usable
from domain.customers.models import Address, Contact, Customer
from domain.items.models import Item
from domain.numbering.operations import number_for
from domain.orders import actions, agreed, rules
from domain.orders.models import ActivityType, ServiceActivity, ServiceOrder, ServiceOrderLine
from domain.orders.parts import activity_number, drop_empty_activity, locked_line, roll_up, shared_activity, state_of
from domain.orders.rules import Priority
from domain.projects.models import Project, ProjectCategory
from domain.projects.rules import TransactionType
from domain.service_objects.models import ServiceTask
from domain.stages.queries import initial_stage_id
from domain.workforce.models import Worker


@dataclass(frozen=True, slots=True)
class CreateActivityType:
    """A new kind of visit."""

    name: str
    number: str | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def create_activity_type(work: Work, command: CreateActivityType) -> int:
    """Create an activity type.

    Raises:
        Refused: INVALID, ALREADY_EXISTS, NUMBER_SEQUENCE_MISSING.
    """
    made = ActivityType(
        name=check_text(command.name, "name"), number=await number_for(work, ActivityType, command.number)
    )
    return (await work.create(made, "activity_type_created")).id


@dataclass(frozen=True, slots=True)
class ChangeActivityType:
    """What is to be different about an activity type."""

    activity_type_id: int
    name: str | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def change_activity_type(work: Work, command: ChangeActivityType) -> int:
    """Change an activity type.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID.
    """
    row = await locked(ActivityType, command.activity_type_id, "activity type", "activityTypeId")
    await check_version(row, command.expected_version)
    await work.change(row, "activity_type_changed", name=check_text(chosen(command.name, row.name), "name"))
    return row.id


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line to put on an order."""

    transaction_type: TransactionType
    quantity: Decimal
    unit: str = "h"
    description: str = ""
    category_id: int | None = None
    item_id: int | None = None
    task_id: int | None = None
    worker_id: int | None = None
    object_relation_id: int | None = None


@dataclass(frozen=True, slots=True)
class CreateServiceOrder:
    """A new service order; without a number it draws one."""

    customer_id: int
    number: str | None = None
    description: str = ""
    address_id: int | None = None
    contact_id: int | None = None
    project_id: int | None = None
    priority: Priority = Priority.NORMAL
    service_at: datetime | None = None
    responsible_id: int | None = None
    preferred_technician_id: int | None = None
    lines: tuple[NewLine, ...] = ()
    agreement_id: int | None = None


@operation(requires=Permission.MAINTAIN_ORDERS)
async def create_service_order(work: Work, command: CreateServiceOrder) -> int:
    """Create a service order with its lines in the initial stage; lines with equal worker and task share one activity.

    Raises:
        Refused: NOT_FOUND, INVALID, ALREADY_EXISTS, WORKER_INACTIVE, NUMBER_SEQUENCE_MISSING, NO_INITIAL_STAGE,
            AGREEMENT_REQUIRED, AGREEMENT_SUSPENDED, AGREEMENT_IS_TEMPLATE, OUTSIDE_VALIDITY, PROJECT_MISMATCH,
            OBJECT_NOT_RELATED, TASK_NOT_RELATED.

    Source: DOMAIN.md 3, 5.1, 5.2, 5.3, 6.1, 9.1.
    """
    project_id = await usable(Project, command.project_id, "project", "projectId")
    service_at = None if command.service_at is None else rules.check_instant(command.service_at, "serviceAt")
    agreement_id, project_id = await agreed.agreement_for(
        command.agreement_id, service_at=service_at, project_id=project_id
    )
    order = ServiceOrder(
        number=await number_for(work, ServiceOrder, command.number),
        description=optional_text(command.description, "description", longest=1000) or "",
        customer_id=await usable(Customer, command.customer_id, "customer", "customerId"),
        address_id=await _of_customer(Address, command.address_id, command.customer_id, "address", "addressId"),
        contact_id=await _of_customer(Contact, command.contact_id, command.customer_id, "contact", "contactId"),
        project_id=project_id,
        agreement_id=agreement_id,
        priority=command.priority,
        service_at=service_at,
        responsible_id=await _active_worker(command.responsible_id, "responsibleId"),
        preferred_technician_id=await _active_worker(command.preferred_technician_id, "preferredTechnicianId"),
        stage_id=await initial_stage_id(),
        created_at=work.now,
    )
    if agreement_id is not None:
        for column, value in (await agreed.proposed(agreement_id, order.customer_id)).items():
            setattr(order, column, getattr(order, column) or value)
    await work.create(order, "service_order_created")
    for place, line in enumerate(command.lines):
        try:
            await _add_line(work, order, line, place + 1)
        except Refused as refused:
            raise refused.under("lines", place) from None
    return order.id


@dataclass(frozen=True, slots=True)
class ChangeServiceOrder:
    """What is to be different about a service order."""

    order_id: int
    description: str | Keep = KEEP
    address_id: int | None | Keep = KEEP
    contact_id: int | None | Keep = KEEP
    project_id: int | None | Keep = KEEP
    priority: Priority | Keep = KEEP
    service_at: datetime | None | Keep = KEEP
    responsible_id: int | None | Keep = KEEP
    preferred_technician_id: int | None | Keep = KEEP
    agreement_id: int | None | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_ORDERS)
async def change_service_order(work: Work, command: ChangeServiceOrder) -> int:
    """Change a service order's header; a new priority goes to its open activities too.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, STAGE_FORBIDS_MODIFY, INVALID, WORKER_INACTIVE, AGREEMENT_REQUIRED,
            AGREEMENT_SUSPENDED, AGREEMENT_IS_TEMPLATE, OUTSIDE_VALIDITY, PROJECT_MISMATCH, OBJECT_NOT_RELATED,
            TASK_NOT_RELATED.

    Source: DOMAIN.md 5.3, 5.6.
    """
    order = await agreed.locked_order(command.order_id, "service order", "orderId")
    await check_version(order, command.expected_version)
    actions.check_change(await state_of(order))
    values: dict[str, Any] = {
        "description": optional_text(chosen(command.description, order.description), "description", longest=1000) or "",
        "priority": chosen(command.priority, order.priority),
    }
    if not isinstance(command.address_id, Keep):
        values["address_id"] = await _of_customer(
            Address, command.address_id, order.customer_id, "address", "addressId"
        )
    if not isinstance(command.contact_id, Keep):
        values["contact_id"] = await _of_customer(
            Contact, command.contact_id, order.customer_id, "contact", "contactId"
        )
    if not isinstance(command.project_id, Keep):
        values["project_id"] = await usable(Project, command.project_id, "project", "projectId")
    if not isinstance(command.service_at, Keep):
        wanted = command.service_at
        values["service_at"] = None if wanted is None else rules.check_instant(wanted, "serviceAt")
    if not isinstance(command.responsible_id, Keep):
        values["responsible_id"] = await _active_worker(command.responsible_id, "responsibleId")
    if not isinstance(command.preferred_technician_id, Keep):
        values["preferred_technician_id"] = await _active_worker(
            command.preferred_technician_id, "preferredTechnicianId"
        )
    await _check_agreed(order, command, values)
    was = order.priority
    await work.change(order, "service_order_changed", **values)
    if order.priority != was:
        activities = await ServiceActivity.filter(order_id=order.id, closed=False).order_by("id").select_for_update()
        for activity in activities:
            await work.change(activity, "activity_priority_set", priority=order.priority)
    return order.id


async def _check_agreed(order: ServiceOrder, command: ChangeServiceOrder, values: dict[str, Any]) -> None:
    """Judge the order as it will be beside its agreement; one that is new to it brings its project."""
    service_at = values.get("service_at", order.service_at)
    agreement_id = chosen(command.agreement_id, order.agreement_id)
    if agreement_id != order.agreement_id:
        wanted = None if agreement_id is not None else order.project_id
        values["agreement_id"], values["project_id"] = await agreed.agreement_for(
            agreement_id, service_at=service_at, project_id=values.get("project_id", wanted)
        )
        await agreed.check_lines_still_related(order, agreement_id)
    elif agreement_id is not None and values.keys() & {"service_at", "project_id"}:
        agreement = await ServiceAgreement.get(id=agreement_id)
        project_id = values.get("project_id", order.project_id)
        values["project_id"] = await agreed.fitting_project(agreement, service_at=service_at, project_id=project_id)


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
        Refused: NOT_FOUND, VERSION_CONFLICT, STAGE_FORBIDS_MODIFY, ALREADY_POSTED, INVALID, WORKER_INACTIVE,
            OBJECT_NOT_RELATED, TASK_NOT_RELATED.

    Source: DOMAIN.md 3, 5.6, 9.1.
    """
    order = await agreed.locked_order(command.order_id, "service order", "orderId")
    await check_version(order, command.expected_version)
    actions.check_new_line(await state_of(order))
    highest = await ServiceOrderLine.filter(order_id=order.id).order_by("-line_number").first()
    try:
        line = await _add_line(work, order, command.line, highest.line_number + 1 if highest else 1)
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
    task_id: int | None | Keep = KEEP
    worker_id: int | None | Keep = KEEP
    object_relation_id: int | None | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_ORDERS)
async def change_service_order_line(work: Work, command: ChangeServiceOrderLine) -> int:
    """Change an open line; another worker or task moves it to the activity it then shares.

    An activity that is left without lines goes away.

    Raises:
        Refused: NOT_FOUND, STAGE_FORBIDS_MODIFY, LINE_NOT_OPEN, VERSION_CONFLICT, INVALID, WORKER_INACTIVE,
            OBJECT_NOT_RELATED, TASK_NOT_RELATED.

    Source: DOMAIN.md 3, 5.6, 9.1.
    """
    line, order = await locked_line(command.line_id)
    await check_version(line, command.expected_version)
    actions.check_line_change(await state_of(order), line.line_number, line.status)
    worker_id, task_id = line.worker_id, line.task_id
    if not isinstance(command.worker_id, Keep):
        worker_id = await _active_worker(command.worker_id, "workerId")
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
        "quantity": rules.check_quantity(chosen(command.quantity, line.quantity)),
        "description": optional_text(chosen(command.description, line.description), "description", longest=200) or "",
        "worker_id": worker_id,
        "task_id": task_id,
        "object_relation_id": relation_id,
    }
    if moved and line.transaction_type is TransactionType.HOUR:
        activity = await shared_activity(work, order, worker_id, task_id, line.description, like=left)
        values["activity_id"] = activity.id
    await work.change(line, "service_order_line_changed", **values)
    if moved:
        await drop_empty_activity(work, left)
    return line.id


@dataclass(frozen=True, slots=True)
class CreateServiceActivity:
    """A new activity on an order; without times it waits in the undispatched list."""

    order_id: int
    title: str
    type_id: int | None = None
    task_id: int | None = None
    starts_at: datetime | None = None
    duration: timedelta | None = None
    priority: Priority | None = None


@operation(requires=Permission.MAINTAIN_ORDERS)
async def create_service_activity(work: Work, command: CreateServiceActivity) -> int:
    """Create an activity nobody has yet; `assign_activity` gives it to a worker.

    Raises:
        Refused: NOT_FOUND, INVALID, TIME_REQUIRED.
    """
    order = await locked(ServiceOrder, command.order_id, "service order", "orderId")
    starts_at = ends_at = None
    if command.starts_at is not None:
        if command.duration is None:
            raise Refused(Code.TIME_REQUIRED, "An activity with a start needs a duration.", ("duration",))
        starts_at = rules.check_instant(command.starts_at, "startsAt")
        ends_at = starts_at + rules.check_length(command.duration, "duration")
    elif command.duration is not None:
        raise Refused(Code.TIME_REQUIRED, "An activity with a duration needs a start.", ("startsAt",))
    activity = ServiceActivity(
        number=await activity_number(order),
        title=check_text(command.title, "title", longest=200),
        order_id=order.id,
        type_id=await existing(ActivityType, command.type_id, "activity type", "typeId"),
        task_id=await existing(ServiceTask, command.task_id, "service task", "taskId"),
        starts_at=starts_at,
        ends_at=ends_at,
        priority=command.priority or order.priority,
    )
    return (await work.create(activity, "activity_created")).id


@dataclass(frozen=True, slots=True)
class ChangeServiceActivity:
    """What is to be different about an activity, apart from who does it and when."""

    activity_id: int
    title: str | Keep = KEEP
    type_id: int | None | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_ORDERS)
async def change_service_activity(work: Work, command: ChangeServiceActivity) -> int:
    """Change an activity's title or type.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID.
    """
    activity = await locked(ServiceActivity, command.activity_id, "activity", "activityId")
    await check_version(activity, command.expected_version)
    values: dict[str, Any] = {"title": check_text(chosen(command.title, activity.title), "title", longest=200)}
    if not isinstance(command.type_id, Keep):
        values["type_id"] = await existing(ActivityType, command.type_id, "activity type", "typeId")
    await work.change(activity, "activity_changed", **values)
    return activity.id


async def _add_line(work: Work, order: ServiceOrder, new: NewLine, line_number: int) -> ServiceOrderLine:
    worker_id = await _active_worker(new.worker_id, "workerId")
    task_id = await existing(ServiceTask, new.task_id, "service task", "taskId")
    item_id = await usable(Item, new.item_id, "item", "itemId")
    await agreed.check_related(order, object_relation_id=new.object_relation_id, task_id=task_id)
    if new.transaction_type is TransactionType.ITEM and item_id is None:
        raise Refused(Code.INVALID, "A line of type ITEM needs an item.", ("itemId",))
    line = ServiceOrderLine(
        order_id=order.id,
        line_number=line_number,
        transaction_type=new.transaction_type,
        description=optional_text(new.description, "description", longest=200) or "",
        category_id=await usable(
            ProjectCategory, new.category_id, "project category", "categoryId", flag="active_in_journals"
        ),
        item_id=item_id,
        task_id=task_id,
        worker_id=worker_id,
        object_relation_id=new.object_relation_id,
        quantity=rules.check_quantity(new.quantity),
        unit=check_text(new.unit, "unit", longest=10),
    )
    if new.transaction_type is TransactionType.HOUR:
        activity = await shared_activity(work, order, worker_id, task_id, line.description, like=None)
        line.activity_id = activity.id
    return await work.create(line, "service_order_line_created")


async def _of_customer(
    model: type[Address | Contact], row_id: int | None, customer_id: int, what: str, path: str
) -> int | None:
    if row_id is not None and not await model.filter(id=row_id, customer_id=customer_id).exists():
        raise not_found(f"{what} of this customer", path)
    return row_id


async def _active_worker(worker_id: int | None, path: str) -> int | None:
    if worker_id is None:
        return None
    worker = await Worker.get_or_none(id=worker_id)
    if worker is None:
        raise not_found("worker", path)
    if not worker.active:
        raise Refused(Code.WORKER_INACTIVE, f"{worker.name} has left the company.", (path,))
    return worker_id
