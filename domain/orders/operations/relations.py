"""Changes of the service objects and tasks that orders are about."""

from dataclasses import dataclass

from domain.agreements.operations import ChangeTaskNotes, NameRelation
from domain.core.actor import Permission
from domain.core.errors import not_found
from domain.core.operation import Work, check_version, operation
from domain.core.rows import locked
from domain.orders.models import ServiceOrder, ServiceOrderLine
from domain.service_objects import rules
from domain.service_objects.models import ServiceObjectRelation, ServiceTaskRelation
from domain.service_objects.relations import note_task, relate_object, relate_task
from domain.service_objects.rules import Owner


@dataclass(frozen=True, slots=True)
class AddOrderObject:
    """A service object that an order is to be about; without a number the relation draws one."""

    order_id: int
    object_id: int
    number: str | None = None
    serial_number: str | None = None


@operation(requires=Permission.MAINTAIN_ORDERS)
async def add_order_object(work: Work, command: AddOrderObject) -> int:
    """Relate a service object to an order; lines of this order alone may then name it.

    Raises:
        Refused: NOT_FOUND, ALREADY_EXISTS, INVALID, NUMBER_SEQUENCE_MISSING.

    Source: DOMAIN.md 3.
    """
    order = await locked(ServiceOrder, command.order_id, "service order", "orderId")
    owner = Owner(order_id=order.id)
    relation = await relate_object(
        work, owner, command.object_id, number=command.number, serial_number=command.serial_number
    )
    return relation.id


@operation(requires=Permission.MAINTAIN_ORDERS)
async def delete_order_object(work: Work, command: NameRelation) -> int:
    """Take a service object off an order, if no line names it.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, RELATION_IN_USE.

    Source: DOMAIN.md 3, rule 3.
    """
    found = await ServiceObjectRelation.get_or_none(id=command.relation_id, order_id__isnull=False)
    if found is None or found.order_id is None:
        raise not_found("object relation", "relationId")
    await locked(ServiceOrder, found.order_id, "object relation", "relationId")
    relation = await locked(ServiceObjectRelation, found.id, "object relation", "relationId")
    await check_version(relation, command.expected_version)
    rules.check_relation_is_free(used=await ServiceOrderLine.filter(object_relation_id=relation.id).exists())
    await work.remove(relation, "service_object_relation_deleted")
    return command.relation_id


@dataclass(frozen=True, slots=True)
class AddOrderTask:
    """A service task that is to be done on an order."""

    order_id: int
    task_id: int
    internal_note: str = ""
    external_note: str = ""


@operation(requires=Permission.MAINTAIN_ORDERS)
async def add_order_task(work: Work, command: AddOrderTask) -> int:
    """Relate a service task to an order; lines of this order alone may then name it.

    Raises:
        Refused: NOT_FOUND, ALREADY_EXISTS, INVALID.

    Source: DOMAIN.md 3.
    """
    order = await locked(ServiceOrder, command.order_id, "service order", "orderId")
    relation = await relate_task(
        work,
        Owner(order_id=order.id),
        command.task_id,
        internal_note=command.internal_note,
        external_note=command.external_note,
    )
    return relation.id


@operation(requires=Permission.MAINTAIN_ORDERS)
async def change_order_task(work: Work, command: ChangeTaskNotes) -> int:
    """Change the notes of a task of an order.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID.
    """
    relation, _ = await _locked_task(command.relation_id)
    return await note_task(
        work,
        relation,
        internal_note=command.internal_note,
        external_note=command.external_note,
        expected_version=command.expected_version,
    )


@operation(requires=Permission.MAINTAIN_ORDERS)
async def delete_order_task(work: Work, command: NameRelation) -> int:
    """Take a service task off an order, if no line names it.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, RELATION_IN_USE.

    Source: DOMAIN.md 3, rule 3.
    """
    relation, order = await _locked_task(command.relation_id)
    await check_version(relation, command.expected_version)
    used = await ServiceOrderLine.filter(order_id=order.id, task_id=relation.task_id).exists()
    rules.check_relation_is_free(used=used)
    await work.remove(relation, "service_task_relation_deleted")
    return command.relation_id


async def _locked_task(relation_id: int) -> tuple[ServiceTaskRelation, ServiceOrder]:
    """A related task of an order, and the order, locked first."""
    found = await ServiceTaskRelation.get_or_none(id=relation_id, order_id__isnull=False)
    if found is None or found.order_id is None:
        raise not_found("task relation", "relationId")
    order = await locked(ServiceOrder, found.order_id, "task relation", "relationId")
    return await locked(ServiceTaskRelation, found.id, "task relation", "relationId"), order
