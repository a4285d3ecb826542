"""Changes of the service objects and tasks that agreements are about."""

from dataclasses import dataclass

from domain.agreements.models import ServiceAgreement, ServiceAgreementLine
from domain.agreements.operations.headers import locked_agreement
from domain.core.actor import Permission
from domain.core.errors import not_found
from domain.core.keep import KEEP, Keep
from domain.core.operation import Work, check_version, operation
from domain.core.rows import locked
from domain.service_objects import rules
from domain.service_objects.models import ServiceObjectRelation, ServiceTaskRelation
from domain.service_objects.relations import note_task, relate_object, relate_task
from domain.service_objects.rules import Owner


@dataclass(frozen=True, slots=True)
class AddAgreementObject:
    """A service object that an agreement is to be about; without a number the relation draws one."""

    agreement_id: int
    object_id: int
    number: str | None = None
    serial_number: str | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def add_agreement_object(work: Work, command: AddAgreementObject) -> int:
    """Relate a service object to an agreement; lines of the agreement and of all its orders may then name it.

    Raises:
        Refused: NOT_FOUND, ALREADY_EXISTS, INVALID, NUMBER_SEQUENCE_MISSING.

    Source: DOMAIN.md 3.
    """
    agreement = await locked_agreement(command.agreement_id)
    owner = Owner(agreement_id=agreement.id)
    relation = await relate_object(
        work, owner, command.object_id, number=command.number, serial_number=command.serial_number
    )
    return relation.id


@dataclass(frozen=True, slots=True)
class NameRelation:
    """Which relation."""

    relation_id: int
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def delete_agreement_object(work: Work, command: NameRelation) -> int:
    """Take a service object off an agreement, if no line names it.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, RELATION_IN_USE.

    Source: DOMAIN.md 3, rule 3.
    """
    found = await ServiceObjectRelation.get_or_none(id=command.relation_id, agreement_id__isnull=False)
    if found is None or found.agreement_id is None:
        raise not_found("object relation", "relationId")
    await locked_agreement(found.agreement_id, path="relationId")
    relation = await locked(ServiceObjectRelation, found.id, "object relation", "relationId")
    await check_version(relation, command.expected_version)
    rules.check_relation_is_free(used=await _object_is_used(relation.id))
    await work.remove(relation, "service_object_relation_deleted")
    return command.relation_id


@dataclass(frozen=True, slots=True)
class AddAgreementTask:
    """A service task that is to be done under an agreement."""

    agreement_id: int
    task_id: int
    internal_note: str = ""
    external_note: str = ""


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def add_agreement_task(work: Work, command: AddAgreementTask) -> int:
    """Relate a service task to an agreement; lines of the agreement and of all its orders may then name it.

    Raises:
        Refused: NOT_FOUND, ALREADY_EXISTS, INVALID.

    Source: DOMAIN.md 3.
    """
    agreement = await locked_agreement(command.agreement_id)
    relation = await relate_task(
        work,
        Owner(agreement_id=agreement.id),
        command.task_id,
        internal_note=command.internal_note,
        external_note=command.external_note,
    )
    return relation.id


@dataclass(frozen=True, slots=True)
class ChangeTaskNotes:
    """What is to be different about the notes of a related task."""

    relation_id: int
    internal_note: str | Keep = KEEP
    external_note: str | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def change_agreement_task(work: Work, command: ChangeTaskNotes) -> int:
    """Change the notes of a task of an agreement.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID.
    """
    relation = await _locked_task(command.relation_id)
    return await note_task(
        work,
        relation,
        internal_note=command.internal_note,
        external_note=command.external_note,
        expected_version=command.expected_version,
    )


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def delete_agreement_task(work: Work, command: NameRelation) -> int:
    """Take a service task off an agreement, if no line names it.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, RELATION_IN_USE.

    Source: DOMAIN.md 3, rule 3.
    """
    relation = await _locked_task(command.relation_id)
    await check_version(relation, command.expected_version)
    rules.check_relation_is_free(used=await _task_is_used(relation))
    await work.remove(relation, "service_task_relation_deleted")
    return command.relation_id


async def _locked_task(relation_id: int) -> ServiceTaskRelation:
    """A related task of an agreement, the agreement locked first."""
    found = await ServiceTaskRelation.get_or_none(id=relation_id, agreement_id__isnull=False)
    if found is None or found.agreement_id is None:
        raise not_found("task relation", "relationId")
    await locked_agreement(found.agreement_id, path="relationId")
    return await locked(ServiceTaskRelation, found.id, "task relation", "relationId")


async def _object_is_used(relation_id: int) -> bool:
    if await ServiceAgreementLine.filter(object_relation_id=relation_id).exists():
        return True
    # Through the relation: the orders' area lies above this one.
    return await ServiceObjectRelation.filter(id=relation_id, order_lines__id__isnull=False).exists()


async def _task_is_used(relation: ServiceTaskRelation) -> bool:
    """Whether lines of the agreement, or of its orders, name the task."""
    agreement_id, task_id = relation.agreement_id, relation.task_id
    if await ServiceAgreementLine.filter(agreement_id=agreement_id, task_id=task_id).exists():
        return True
    return await ServiceAgreement.filter(id=agreement_id, orders__lines__task_id=task_id).exists()
