"""Copying lines from agreements and templates to an agreement."""

from dataclasses import dataclass

from domain.agreements import rules
from domain.agreements.models import ServiceAgreement, ServiceAgreementLine
from domain.agreements.operations.headers import locked_agreement
from domain.agreements.operations.lines import lines_with_agreements, next_line_number
from domain.core.actor import Permission
from domain.core.operation import Work, operation
from domain.service_objects.models import ServiceObjectRelation, ServiceTaskRelation
from domain.service_objects.relations import relate_object, relate_task
from domain.service_objects.rules import Owner

# What a copy does not take over: its own identity, where it stands, when it holds, and what it is related to.
_OWN = {"id", "agreement_id", "line_number", "project_id", "starts_on", "ends_on", "object_relation_id", "task_id"}


@dataclass(frozen=True, slots=True)
class CopyAgreementLines:
    """Lines of whatever agreements and templates, and the agreement that gets copies of them."""

    agreement_id: int
    line_ids: tuple[int, ...]
    copy_object_relations: bool = False
    copy_task_relations: bool = False
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def copy_service_agreement_lines(work: Work, command: CopyAgreementLines) -> list[int]:
    """Copy lines to an agreement: on its project, from its start, open-ended.

    The objects and tasks of the lines come along where asked for, and always from a template; ones that the agreement
    has already stay as they are. Without them a copy keeps the object and the task that the agreement has, too.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID, LINE_STOPPED.

    Source: DOMAIN.md 4.3, 4.4.
    """
    lines = await lines_with_agreements(command.line_ids, command.agreement_id)
    target = await locked_agreement(command.agreement_id, command.expected_version)
    sources = {row.id: row for row in await ServiceAgreement.filter(id__in={line.agreement_id for line in lines})}
    for place, line in enumerate(lines):
        source = sources[line.agreement_id]
        rules.check_line_copied(
            source.number,
            line.line_number,
            stopped=line.stopped,
            agreement_suspended=source.suspended,
            path=("lineIds", place),
        )
    number = await next_line_number(target.id)
    made: list[int] = []
    for place, line in enumerate(lines):
        is_template = sources[line.agreement_id].template_group_id is not None
        copy = ServiceAgreementLine(
            **{name: getattr(line, name) for name in ServiceAgreementLine._meta.db_fields - _OWN},  # noqa: SLF001
            agreement_id=target.id,
            line_number=number + place,
            project_id=target.project_id,
            starts_on=target.starts_on,
            object_relation_id=await _object(work, line, target, copied=is_template or command.copy_object_relations),
            task_id=await _task(work, line, target, copied=is_template or command.copy_task_relations),
        )
        copy.version = 1
        made.append((await work.create(copy, "service_agreement_line_created")).id)
    return made


async def _object(work: Work, line: ServiceAgreementLine, target: ServiceAgreement, *, copied: bool) -> int | None:
    """The target's own relation to the object of a line; without one, and not copied, None."""
    if line.object_relation_id is None:
        return None
    source = await ServiceObjectRelation.get(id=line.object_relation_id)
    there = await ServiceObjectRelation.get_or_none(
        agreement_id=target.id, object_id=source.object_id, serial_number=source.serial_number
    )
    if there is not None:
        return there.id
    if not copied:
        return None
    owner = Owner(agreement_id=target.id)
    return (await relate_object(work, owner, source.object_id, serial_number=source.serial_number)).id


async def _task(work: Work, line: ServiceAgreementLine, target: ServiceAgreement, *, copied: bool) -> int | None:
    """The task of a line, which the target then is related to; None when it is not and the task is not copied."""
    if line.task_id is None:
        return None
    if not await ServiceTaskRelation.filter(agreement_id=target.id, task_id=line.task_id).exists():
        if not copied:
            return None
        source = await ServiceTaskRelation.get(agreement_id=line.agreement_id, task_id=line.task_id)
        await relate_task(
            work,
            Owner(agreement_id=target.id),
            line.task_id,
            internal_note=source.internal_note,
            external_note=source.external_note,
        )
    return line.task_id
