"""Changes of items."""

from dataclasses import dataclass

from domain.core.actor import Permission
from domain.core.checks import check_text
from domain.core.keep import KEEP, Keep, chosen
from domain.core.operation import Work, check_version, operation
from domain.core.rows import locked
from domain.items.models import Item
from domain.items.rules import ItemType
from domain.numbering.operations import number_for


@dataclass(frozen=True, slots=True)
class CreateItem:
    """A new item; without a number it draws one."""

    name: str
    type: ItemType
    unit: str
    number: str | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def create_item(work: Work, command: CreateItem) -> int:
    """Create an item.

    Raises:
        Refused: INVALID, ALREADY_EXISTS, NUMBER_SEQUENCE_MISSING.
    """
    item = Item(
        name=check_text(command.name, "name"),
        type=command.type,
        unit=check_text(command.unit, "unit", longest=10),
        number=await number_for(work, Item, command.number),
    )
    return (await work.create(item, "item_created")).id


@dataclass(frozen=True, slots=True)
class ChangeItem:
    """What is to be different about an item."""

    item_id: int
    name: str | Keep = KEEP
    type: ItemType | Keep = KEEP
    unit: str | Keep = KEEP
    active: bool | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def change_item(work: Work, command: ChangeItem) -> int:
    """Change an item.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID.
    """
    item = await locked(Item, command.item_id, "item", "itemId")
    await check_version(item, command.expected_version)
    await work.change(
        item,
        "item_changed",
        name=check_text(chosen(command.name, item.name), "name"),
        type=chosen(command.type, item.type),
        unit=check_text(chosen(command.unit, item.unit), "unit", longest=10),
        active=chosen(command.active, item.active),
    )
    return item.id
