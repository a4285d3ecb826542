"""New service orders, and changes of what stands in their heads."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.agreements.models import ServiceAgreement
from domain.core.actor import Permission
from domain.core.checks import optional_text
from domain.core.errors import Refused
from domain.core.keep import KEEP, Keep, chosen
from domain.core.operation import Work, check_version, operation
from domain.core.rows import usable
from domain.customers.addresses import GivenAddress
from domain.numbering.operations import number_for
from domain.orders import agreed, rules
from domain.orders.activities import give_order_activity
from domain.orders.days import conflicts_with_calendar
from domain.orders.measuring import create_measured, follow_agreement
from domain.orders.models import ServiceActivity, ServiceOrder
from domain.orders.operations.lines import NewLine, add_line
from domain.orders.parties import address_for, contact_for, customer_for, usual_address
from domain.orders.parts import active_worker, state_of
from domain.orders.rules import OrderOrigin, Priority
from domain.parameters.queries import civil_date, company_parameters
from domain.projects.models import Project
from domain.stages.queries import initial_stage_id


@dataclass(frozen=True, slots=True)
class CreateServiceOrder:
    """A new service order; without a number it draws one.

    Without a customer it is for that of its agreement's or its own project, and without an address at theirs.
    """

    customer_id: int | None = None
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
    new_address: GivenAddress | None = None
    origin: OrderOrigin = OrderOrigin.MANUAL
    sales_order_number: str | None = None


@operation(requires=Permission.MAINTAIN_ORDERS)
async def create_service_order(work: Work, command: CreateServiceOrder) -> int:
    """Create a service order with its lines in the initial stage; lines with equal worker and task share one activity.

    Raises:
        Refused: NOT_FOUND, INVALID, ALREADY_EXISTS, WORKER_INACTIVE, NUMBER_SEQUENCE_MISSING, NO_INITIAL_STAGE,
            AGREEMENT_REQUIRED, AGREEMENT_SUSPENDED, AGREEMENT_IS_TEMPLATE, OUTSIDE_VALIDITY, PROJECT_REQUIRED,
            PROJECT_MISMATCH, ADDRESS_NAME_EXISTS, OBJECT_NOT_RELATED, TASK_NOT_RELATED.

    Source: DOMAIN.md 3, 5.1, 5.2, 5.3, 5.4, 6.1, 9.1.
    """
    sales_order_number = optional_text(command.sales_order_number, "salesOrderNumber", longest=40)
    rules.check_origin(
        command.origin,
        agreement_id=command.agreement_id,
        project_id=command.project_id,
        sales_order_number=sales_order_number,
    )
    project_id = await usable(Project, command.project_id, "project", "projectId")
    service_at = None if command.service_at is None else rules.check_instant(command.service_at, "serviceAt")
    agreement_id, project_id = await agreed.agreement_for(
        command.agreement_id, service_at=service_at, project_id=project_id
    )
    customer_id = await customer_for(command.customer_id, project_id)
    order = ServiceOrder(
        number=await number_for(work, ServiceOrder, command.number),
        description=optional_text(command.description, "description", longest=1000) or "",
        customer_id=customer_id,
        contact_id=await contact_for(command.contact_id, customer_id),
        project_id=project_id,
        agreement_id=agreement_id,
        priority=command.priority,
        origin=command.origin,
        sales_order_number=sales_order_number,
        service_at=service_at,
        responsible_id=await active_worker(command.responsible_id, "responsibleId"),
        preferred_technician_id=await active_worker(command.preferred_technician_id, "preferredTechnicianId"),
        stage_id=await initial_stage_id(),
        calendar_conflict=await conflicts_with_calendar(service_at),
        created_at=work.now,
    )
    order.address_id = await address_for(work, order, command.address_id, command.new_address) or await usual_address(
        project_id
    )
    if agreement_id is not None:
        for column, value in (await agreed.proposed(agreement_id, order.customer_id)).items():
            setattr(order, column, getattr(order, column) or value)
    await create_measured(work, order)
    for place, line in enumerate(command.lines):
        try:
            await add_line(work, order, line, place + 1)
        except Refused as refused:
            raise refused.under("lines", place) from None
    await give_order_activity(work, order)
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
    new_address: GivenAddress | None = None
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_ORDERS)
async def change_service_order(work: Work, command: ChangeServiceOrder) -> int:
    """Change a service order's header; a new priority goes to its open activities too.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, STAGE_FORBIDS_MODIFY, INVALID, WORKER_INACTIVE, AGREEMENT_REQUIRED,
            AGREEMENT_SUSPENDED, AGREEMENT_IS_TEMPLATE, OUTSIDE_VALIDITY, PROJECT_MISMATCH, ADDRESS_NAME_EXISTS,
            DIFFERENT_AGREEMENT, OBJECT_NOT_RELATED, TASK_NOT_RELATED.

    Source: DOMAIN.md 5.3, 5.4, 5.6.
    """
    order = await agreed.locked_order(command.order_id, "service order", "orderId")
    await check_version(order, command.expected_version)
    rules.check_change(await state_of(order))
    values: dict[str, Any] = {
        "description": optional_text(chosen(command.description, order.description), "description", longest=1000) or "",
        "priority": chosen(command.priority, order.priority),
    }
    if command.new_address is not None or not isinstance(command.address_id, Keep):
        values["address_id"] = await address_for(work, order, chosen(command.address_id, None), command.new_address)
    if not isinstance(command.contact_id, Keep):
        values["contact_id"] = await contact_for(command.contact_id, order.customer_id)
    if not isinstance(command.project_id, Keep):
        values["project_id"] = await usable(Project, command.project_id, "project", "projectId")
    if not isinstance(command.service_at, Keep):
        wanted = command.service_at
        values["service_at"] = None if wanted is None else rules.check_instant(wanted, "serviceAt")
        values["calendar_conflict"] = await conflicts_with_calendar(values["service_at"])
    if not isinstance(command.responsible_id, Keep):
        values["responsible_id"] = await active_worker(command.responsible_id, "responsibleId")
    if not isinstance(command.preferred_technician_id, Keep):
        values["preferred_technician_id"] = await active_worker(
            command.preferred_technician_id, "preferredTechnicianId"
        )
    await _check_agreed(order, command, values)
    was = order.priority
    await work.change(order, "service_order_changed", **values)
    if "agreement_id" in values:
        await follow_agreement(work, order)
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
        if service_at is not None and service_at != order.service_at:
            await agreed.check_lines_hold(order, civil_date(service_at, (await company_parameters()).time_zone))
