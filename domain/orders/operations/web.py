"""Orders that customers and technicians write down over the web, and dispatchers take over."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.agreements.models import ServiceAgreement
from domain.agreements.queries import visible_agreements
from domain.core.actor import Permission, Role
from domain.core.checks import check_text
from domain.core.errors import not_found
from domain.core.keep import KEEP, Keep, chosen
from domain.core.operation import Work, check_version, operation
from domain.core.rows import usable
from domain.customers.models import Address, Customer
from domain.numbering.operations import number_for
from domain.orders import agreed, rules
from domain.orders.activities import give_order_activity
from domain.orders.days import conflicts_with_calendar
from domain.orders.measuring import follow_agreement
from domain.orders.models import ServiceOrder
from domain.orders.parties import contact_for, usual_address
from domain.orders.parts import state_of
from domain.orders.rules import OrderOrigin, Priority
from domain.projects.models import Project
from domain.stages.queries import initial_stage_id


@dataclass(frozen=True, slots=True)
class CreateWebOrder:
    """What somebody asks for over the web; a customer asks for themselves and names none."""

    description: str
    customer_id: int | None = None
    address_id: int | None = None
    contact_id: int | None = None
    agreement_id: int | None = None
    priority: Priority = Priority.NORMAL
    service_at: datetime | None = None


@operation(requires=Permission.CREATE_WEB_ORDERS)
async def create_web_order(work: Work, command: CreateWebOrder) -> int:
    """Write down a web order; it waits, in no ordinary list and on no board, until somebody takes it over.

    Raises:
        Refused: NOT_FOUND, INVALID, NUMBER_SEQUENCE_MISSING, NO_INITIAL_STAGE.

    Source: DOMAIN.md 5.3.
    """
    actor = work.actor
    own = actor.customer_id if actor.role is Role.CUSTOMER else None
    customer_id = own or await usable(Customer, command.customer_id, "customer", "customerId")
    if customer_id is None or (own is not None and command.customer_id not in (None, own)):
        raise not_found("customer", "customerId")
    address_id = command.address_id
    known = Address.filter(id=address_id or 0, customer_id=customer_id, this_service_only=False)
    if address_id is not None and not await known.exists():
        raise not_found("address of this customer", "addressId")
    if command.agreement_id is not None:
        agreements = ServiceAgreement.filter(visible_agreements(actor), id=command.agreement_id)
        if not await agreements.filter(project__customer_id=customer_id).exists():
            raise not_found("service agreement of this customer", "agreementId")
    service_at = None if command.service_at is None else rules.check_instant(command.service_at, "serviceAt")
    order = ServiceOrder(
        number=await number_for(work, ServiceOrder, None),
        description=check_text(command.description, "description", longest=1000),
        customer_id=customer_id,
        address_id=address_id,
        contact_id=await contact_for(command.contact_id, customer_id),
        agreement_id=command.agreement_id,
        priority=command.priority,
        origin=OrderOrigin.WEB,
        incoming_web_order=True,
        service_at=service_at,
        calendar_conflict=await conflicts_with_calendar(service_at),
        # So that technicians see what they wrote down.
        responsible_id=actor.worker_id if actor.role is Role.TECHNICIAN else None,
        stage_id=await initial_stage_id(),
        created_at=work.now,
    )
    return (await work.create(order, "web_order_created")).id


@dataclass(frozen=True, slots=True)
class TransferWebOrder:
    """Which web order is taken over, and what it is done under and charged to."""

    order_id: int
    agreement_id: int | None | Keep = KEEP
    project_id: int | None | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_ORDERS)
async def transfer_web_order(work: Work, command: TransferWebOrder) -> int:
    """Take a web order over among the ordinary ones, with what they have to have; its time counts since it was made.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, NOT_A_WEB_ORDER, STAGE_FORBIDS_MODIFY, INVALID, AGREEMENT_REQUIRED,
            AGREEMENT_SUSPENDED, AGREEMENT_IS_TEMPLATE, OUTSIDE_VALIDITY, PROJECT_MISMATCH.

    Source: DOMAIN.md 5.3.
    """
    order = await agreed.locked_order(command.order_id, "service order", "orderId")
    await check_version(order, command.expected_version)
    rules.check_transfer(await state_of(order))
    project_id = order.project_id
    if not isinstance(command.project_id, Keep):
        project_id = await usable(Project, command.project_id, "project", "projectId")
    agreement_id, project_id = await agreed.agreement_for(
        chosen(command.agreement_id, order.agreement_id), service_at=order.service_at, project_id=project_id
    )
    values: dict[str, Any] = {"agreement_id": agreement_id, "project_id": project_id}
    if agreement_id is not None:
        proposed = await agreed.proposed(agreement_id, order.customer_id)
        values |= {column: value for column, value in proposed.items() if not getattr(order, column)}
    if order.address_id is None:
        values["address_id"] = await usual_address(project_id)
    await work.change(order, "web_order_transferred", incoming_web_order=False, **values)
    await follow_agreement(work, order)
    await give_order_activity(work, order)
    return order.id
