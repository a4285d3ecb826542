"""What stands on the papers of a service order: the work description before a visit, the work receipt after it."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from tortoise.expressions import Q

from db.projection import Select, columns, exists
from domain.core.actor import Actor, Permission
from domain.orders.models import ServiceOrder, ServiceOrderLine
from domain.orders.queries import visible_lines, visible_orders
from domain.orders.rules import LineStatus
from domain.parameters.models import ServiceManagementParameters
from domain.parameters.queries import company_parameters
from domain.projects.rules import TransactionType
from domain.service_objects.models import ServiceObjectRelation, ServiceTaskRelation

# What is longer is no paper that anybody carries along.
MOST_ROWS = 100


class PaperKind(StrEnum):
    """Which paper of a service order."""

    WORK_DESCRIPTION = "WORK_DESCRIPTION"
    WORK_RECEIPT = "WORK_RECEIPT"


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A line of the order, as it is printed."""

    number: int
    transaction_type: TransactionType
    description: str
    task: str | None
    item: str | None
    object: str | None
    worker: str | None
    quantity: Decimal
    unit: str
    signed_off_at: datetime | None


@dataclass(frozen=True, slots=True)
class PaperNote:
    """A task with what is noted about it; the internal note is empty for whoever it is not for."""

    task: str
    internal_note: str
    external_note: str


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands on a paper. Times are in `zone`. `more` says whether there were too many rows to print."""

    kind: PaperKind
    company: str
    number: str
    description: str
    zone: ZoneInfo
    priority: str
    customer: str
    address: tuple[str, ...]
    contact: tuple[str, ...]
    agreement: str | None
    responsible: str | None
    technician: str | None
    service_at: datetime | None
    signed_off_at: datetime | None
    printed_at: datetime
    objects: tuple[str, ...]
    notes: tuple[PaperNote, ...]
    lines: tuple[PaperLine, ...]
    more: bool


_ORDER = (
    "number",
    "description",
    "priority",
    "service_at",
    "signed_off_at",
    "agreement_id",
    "agreement.number",
    "agreement.description",
    "agreement.project.customer_id",
    "customer.number",
    "customer.name",
    "address.name",
    "address.street",
    "address.postal_code",
    "address.city",
    "address.country",
    "address.time_zone",
    "contact.name",
    "contact.phone",
    "contact.email",
    "responsible.name",
    "preferred_technician.name",
)
_LINE = (
    "line_number",
    "transaction_type",
    "description",
    "task.name",
    "item.name",
    "object_relation.object.name",
    "worker.name",
    "quantity",
    "unit",
    "signed_off_at",
)


async def paper_of(actor: Actor, kind: PaperKind, order_id: int, *, now: datetime) -> Paper | None:
    """What stands on a paper of an order, for this actor; None when there is none that they may see.

    Six statements, however long it is. A technician gets the lines they see. A customer gets the external notes alone,
    and neither objects nor the company's people.

    Source: DOMAIN.md 3 (4), 5.8.
    """
    found = await columns(Select(ServiceOrder, visible_orders(actor) & Q(id=order_id), ("id",), 1), _paths(_ORDER))
    if not found:
        return None
    order: dict[str, Any] = dict(zip(_ORDER, found[0], strict=True))
    of_company = actor.may(Permission.READ_COMPANY)
    if not of_company and order["agreement.project.customer_id"] != actor.customer_id:
        order |= {"agreement_id": None, "agreement.number": None}
    owner = Q(order_id=order_id)
    if order["agreement_id"] is not None:
        owner |= Q(agreement_id=order["agreement_id"])
    company = await columns(Select(ServiceManagementParameters, limit=1), ("company_name",))
    lines = await _lines(actor, kind, order_id)
    objects = await columns(
        Select(ServiceObjectRelation, owner, ("number", "id"), MOST_ROWS + 1), ("object__name", "serial_number")
    )
    notes = await _notes(actor, owner)
    zone = order["address.time_zone"] or (await company_parameters()).time_zone
    return Paper(
        kind=kind,
        company=company[0][0] if company else "",
        number=order["number"],
        description=order["description"],
        zone=ZoneInfo(zone),
        priority=str(order["priority"].value),
        customer=f"{order['customer.name']} ({order['customer.number']})",
        address=_address(order),
        contact=tuple(order[f"contact.{name}"] for name in ("name", "phone", "email") if order[f"contact.{name}"]),
        agreement=_joined(order["agreement.number"], order["agreement.description"]),
        responsible=order["responsible.name"] if of_company else None,
        technician=order["preferred_technician.name"] if of_company else None,
        service_at=order["service_at"],
        signed_off_at=order["signed_off_at"],
        printed_at=now,
        objects=tuple(_object(*each) for each in objects[:MOST_ROWS]) if of_company else (),
        notes=tuple(notes[:MOST_ROWS]),
        lines=tuple(lines[:MOST_ROWS]),
        more=max(len(lines), len(objects), len(notes)) > MOST_ROWS,
    )


async def may_read_paper(actor: Actor, order_id: int) -> bool:
    """Whether there is an order with this id whose papers the actor may read."""
    return await exists(Select(ServiceOrder, visible_orders(actor) & Q(id=order_id)))


async def _lines(actor: Actor, kind: PaperKind, order_id: int) -> list[PaperLine]:
    """The lines that were not cancelled; on a receipt those of work that is done, if any of it is signed off."""
    where = visible_lines(actor) & Q(order_id=order_id, status__in=[LineStatus.CREATED, LineStatus.POSTED])
    select = Select(ServiceOrderLine, where, ("line_number",), MOST_ROWS + 1)
    lines = [PaperLine(*row) for row in await columns(select, _paths(_LINE))]
    if not actor.may(Permission.READ_COMPANY):
        lines = [replace(line, task=None, item=None, object=None, worker=None) for line in lines]
    done = [line for line in lines if line.signed_off_at is not None]
    return done if kind is PaperKind.WORK_RECEIPT and done else lines


async def _notes(actor: Actor, owner: Q) -> list[PaperNote]:
    select = Select(ServiceTaskRelation, owner, ("task__name", "id"), MOST_ROWS + 1)
    rows = await columns(select, ("task__name", "internal_note", "external_note"))
    may_read = actor.may(Permission.READ_COMPANY)
    return [PaperNote(task, internal if may_read else "", external) for task, internal, external in rows]


def _object(name: str, serial_number: str | None) -> str:
    return name if serial_number is None else f"{name} ({serial_number})"


def _paths(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name.replace(".", "__") for name in names)


def _address(order: dict[str, Any]) -> tuple[str, ...]:
    if order["address.name"] is None:
        return ()
    place = f"{order['address.postal_code']} {order['address.city']}, {order['address.country']}"
    return (order["address.name"], order["address.street"], place)


def _joined(number: str | None, description: str | None) -> str | None:
    return f"{number} {description or ''}".strip() if number else None
