"""Changes of service tasks, service objects and their groups."""

from dataclasses import dataclass
from typing import Any

from domain.core.actor import Permission
from domain.core.checks import check_text, optional_text
from domain.core.keep import KEEP, Keep, chosen
from domain.core.operation import Work, check_version, operation
from domain.core.removal import removed
from domain.core.rows import existing, locked
from domain.items.models import Item
from domain.numbering import named
from domain.parameters.queries import company_parameters
from domain.service_objects import rules
from domain.service_objects.models import ServiceObject, ServiceObjectGroup, ServiceTask

# --- service tasks ---------------------------------------------------------------------------------------------------


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
    return await named.made(work, ServiceTask, command.name, command.number)


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
    which = (command.task_id, "service task", "taskId")
    return await named.renamed(work, ServiceTask, *which, command.name, expected_version=command.expected_version)


@dataclass(frozen=True, slots=True)
class DeleteServiceTask:
    """Which service task goes."""

    task_id: int
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def delete_service_task(work: Work, command: DeleteServiceTask) -> int:
    """Delete a service task that nothing names.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, IN_USE.
    """
    return await removed(
        work, ServiceTask, command.task_id, "service task", "taskId", expected_version=command.expected_version
    )


# --- groups of service objects ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CreateServiceObjectGroup:
    """A new kind of service object; without a number it draws one."""

    name: str
    number: str | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def create_service_object_group(work: Work, command: CreateServiceObjectGroup) -> int:
    """Create a service object group.

    Raises:
        Refused: INVALID, ALREADY_EXISTS, NUMBER_SEQUENCE_MISSING.

    Source: DOMAIN.md 3.
    """
    return await named.made(work, ServiceObjectGroup, command.name, command.number)


@dataclass(frozen=True, slots=True)
class ChangeServiceObjectGroup:
    """What is to be different about a service object group."""

    group_id: int
    name: str | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def change_service_object_group(work: Work, command: ChangeServiceObjectGroup) -> int:
    """Change a service object group.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID.
    """
    which = (command.group_id, "service object group", "groupId")
    return await named.renamed(
        work, ServiceObjectGroup, *which, command.name, expected_version=command.expected_version
    )


@dataclass(frozen=True, slots=True)
class DeleteServiceObjectGroup:
    """Which service object group goes."""

    group_id: int
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def delete_service_object_group(work: Work, command: DeleteServiceObjectGroup) -> int:
    """Delete a group without service objects.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, IN_USE.
    """
    return await removed(
        work,
        ServiceObjectGroup,
        command.group_id,
        "service object group",
        "groupId",
        expected_version=command.expected_version,
    )


# --- service objects -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CreateServiceObject:
    """Something new to service; without a number it draws one."""

    name: str
    group_id: int
    number: str | None = None
    item_id: int | None = None
    serial_number: str | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def create_service_object(work: Work, command: CreateServiceObject) -> int:
    """Create a service object, of an item or of none.

    Raises:
        Refused: NOT_FOUND, INVALID, ALREADY_EXISTS, ITEM_ALREADY_SERVICE_OBJECT, NUMBER_SEQUENCE_MISSING.

    Source: DOMAIN.md 3.
    """
    group_id = await existing(ServiceObjectGroup, command.group_id, "service object group", "groupId")
    piece = await _piece(None, command.item_id, command.serial_number)
    return await named.made(work, ServiceObject, command.name, command.number, group_id=group_id, **piece)


@dataclass(frozen=True, slots=True)
class ChangeServiceObject:
    """What is to be different about a service object."""

    object_id: int
    name: str | Keep = KEEP
    group_id: int | Keep = KEEP
    item_id: int | None | Keep = KEEP
    serial_number: str | None | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def change_service_object(work: Work, command: ChangeServiceObject) -> int:
    """Change a service object.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID, ITEM_ALREADY_SERVICE_OBJECT.

    Source: DOMAIN.md 3.
    """
    found = await locked(ServiceObject, command.object_id, "service object", "objectId")
    await check_version(found, command.expected_version)
    values: dict[str, Any] = {"name": check_text(chosen(command.name, found.name), "name")}
    if not isinstance(command.group_id, Keep):
        values["group_id"] = await existing(ServiceObjectGroup, command.group_id, "service object group", "groupId")
    if not isinstance(command.item_id, Keep) or not isinstance(command.serial_number, Keep):
        values |= await _piece(
            found.id, chosen(command.item_id, found.item_id), chosen(command.serial_number, found.serial_number)
        )
    await work.change(found, "service_object_changed", **values)
    return found.id


@dataclass(frozen=True, slots=True)
class DeleteServiceObject:
    """Which service object goes."""

    object_id: int
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def delete_service_object(work: Work, command: DeleteServiceObject) -> int:
    """Delete a service object that no agreement or order is about.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, IN_USE.
    """
    return await removed(
        work, ServiceObject, command.object_id, "service object", "objectId", expected_version=command.expected_version
    )


async def _piece(object_id: int | None, item_id: int | None, serial_number: str | None) -> dict[str, Any]:
    """Which item a service object is, and which piece of it; `object_id` is the object that may be it already."""
    serial = optional_text(serial_number, "serialNumber", longest=40)
    rules.check_serial_number_has_item(serial, item_id, ("serialNumber",))
    if item_id is not None:
        # Whoever makes an object of this item waits here, so that there are not two in the end.
        item = await locked(Item, item_id, "item", "itemId")
        if not (await company_parameters()).allow_identical_items_as_objects:
            twin = await ServiceObject.filter(item_id=item_id, serial_number=serial).exclude(id=object_id or 0).first()
            rules.check_item_is_free(item.number, None if twin is None else twin.number)
    return {"item_id": item_id, "serial_number": serial}
