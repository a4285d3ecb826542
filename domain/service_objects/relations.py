"""Relating service objects and tasks to agreements and orders, inside an open transaction."""

from domain.core.checks import optional_text
from domain.core.keep import Keep, chosen
from domain.core.operation import Work, check_version
from domain.core.rows import existing, locked
from domain.numbering.operations import number_for
from domain.service_objects import rules
from domain.service_objects.models import ServiceObject, ServiceObjectRelation, ServiceTask, ServiceTaskRelation
from domain.service_objects.rules import Owner

NOTE = 1000


async def relate_object(
    work: Work, owner: Owner, object_id: int, *, number: str | None = None, serial_number: str | None = None
) -> ServiceObjectRelation:
    """Relate an object to an agreement or order; its serial number is the object's unless given.

    Raises:
        Refused: NOT_FOUND, ALREADY_EXISTS, INVALID, NUMBER_SEQUENCE_MISSING.

    Source: DOMAIN.md 3.
    """
    found = await locked(ServiceObject, object_id, "service object", "objectId")
    serial = optional_text(serial_number, "serialNumber", longest=40) or found.serial_number
    related = await ServiceObjectRelation.filter(object_id=found.id, serial_number=serial, **owner.columns).exists()
    rules.check_not_related(found.number, related=related, path=("objectId",))
    relation = ServiceObjectRelation(
        number=await number_for(work, ServiceObjectRelation, number),
        object_id=found.id,
        serial_number=serial,
        **owner.columns,
    )
    return await work.create(relation, "service_object_relation_created")


async def relate_task(
    work: Work, owner: Owner, task_id: int, *, internal_note: str = "", external_note: str = ""
) -> ServiceTaskRelation:
    """Relate a task to an agreement or order, with a note for technicians and one for the customer.

    Raises:
        Refused: NOT_FOUND, ALREADY_EXISTS, INVALID.

    Source: DOMAIN.md 3.
    """
    await existing(ServiceTask, task_id, "service task", "taskId")
    related = await ServiceTaskRelation.filter(task_id=task_id, **owner.columns).exists()
    rules.check_not_related("The task", related=related, path=("taskId",))
    relation = ServiceTaskRelation(
        task_id=task_id,
        internal_note=_note(internal_note, "internalNote"),
        external_note=_note(external_note, "externalNote"),
        **owner.columns,
    )
    return await work.create(relation, "service_task_relation_created")


async def note_task(
    work: Work,
    relation: ServiceTaskRelation,
    *,
    internal_note: str | Keep,
    external_note: str | Keep,
    expected_version: int | None,
) -> int:
    """Change the notes of a task's relation.

    Raises:
        Refused: VERSION_CONFLICT, INVALID.
    """
    await check_version(relation, expected_version)
    await work.change(
        relation,
        "service_task_relation_changed",
        internal_note=_note(chosen(internal_note, relation.internal_note), "internalNote"),
        external_note=_note(chosen(external_note, relation.external_note), "externalNote"),
    )
    return relation.id


def _note(text: str, path: str) -> str:
    return optional_text(text, path, longest=NOTE) or ""
