"""Changes of service tasks."""

from dataclasses import dataclass

from domain.core.actor import Permission
from domain.core.checks import check_text
from domain.core.keep import KEEP, Keep, chosen
from domain.core.operation import Work, check_version, operation
from domain.core.rows import locked
from domain.numbering.operations import number_for
from domain.service_objects.models import ServiceTask


@dataclass(frozen=True, slots=True)
class CreateServiceTask:
    """A new kind of work; without a number it draws one."""

    name: str
    number: str | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def create_service_task(work: Work, command: CreateServiceTask) -> int:
    """Create a service task.

    Raises:
        Refused: INVALID, ALREADY_EXISTS, NUMBER_SEQUENCE_MISSING.
    """
    task = ServiceTask(
        name=check_text(command.name, "name"), number=await number_for(work, ServiceTask, command.number)
    )
    return (await work.create(task, "service_task_created")).id


@dataclass(frozen=True, slots=True)
class ChangeServiceTask:
    """What is to be different about a service task."""

    task_id: int
    name: str | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def change_service_task(work: Work, command: ChangeServiceTask) -> int:
    """Change a service task.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID.
    """
    task = await locked(ServiceTask, command.task_id, "service task", "taskId")
    await check_version(task, command.expected_version)
    await work.change(task, "service_task_changed", name=check_text(chosen(command.name, task.name), "name"))
    return task.id
