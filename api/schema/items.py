"""Items."""

import strawberry
from tortoise.expressions import Q

from api.schema.inputs import NUMBER, OMIT, VERSION, MutationInput, kept
from api.schema.lists import listing, looked_up
from api.schema.mutations import mutation
from api.schema.nodes import Node, key_of, node
from api.schema.paging import ActiveRecordFilter, RecordOrder
from api.selection import column, identity
from domain.core.rows import company_only
from domain.items import models, operations
from domain.items.rules import ItemType


@node(models.Item, prefix="itm", visible=company_only, description="Something that is used, sold or serviced.")
class Item(Node):
    """An item."""

    id: strawberry.ID = identity("itm")
    number: str = column(description="For people, unique per company.")
    name: str = column(description="The item's name.")
    type: ItemType = column(description="A single part, a bill of materials, or a service.")
    unit: str = column(description="What quantities are counted in, for example `pcs`.")
    active: bool = column(description="Whether it is still in use.")
    version: int = column(description="Grows with every change; send it back as `expectedVersion`.")


@strawberry.input(one_of=True, description="Exactly one way to name an item.")
class ItemRef:
    """By id or by number."""

    id: strawberry.Maybe[strawberry.ID] = strawberry.field(description="Its id.")
    number: strawberry.Maybe[str] = strawberry.field(description="Its number, for example `ITM-10001`.")


@strawberry.input(description="Which items to list: those that meet every condition given.")
class ItemFilter(ActiveRecordFilter):
    """For `items`."""

    type: list[ItemType] | None = strawberry.field(default=None, description="Of one of these types.")

    def where(self) -> Q:
        """The condition on items."""
        where = super().where()
        return where if self.type is None else where & Q(type__in=self.type)


@strawberry.input(description="A new item.")
class CreateItemInput(MutationInput):
    """For `createItem`."""

    name: str = strawberry.field(description="The item's name, at most 120 characters.")
    type: ItemType = strawberry.field(description="A single part, a bill of materials, or a service.")
    unit: str = strawberry.field(description="What quantities are counted in, at most 10 characters: `pcs`.")
    number: str | None = strawberry.field(default=None, description=NUMBER)

    def command(self) -> operations.CreateItem:
        """The command this asks for."""
        return operations.CreateItem(name=self.name, type=self.type, unit=self.unit, number=self.number)


@strawberry.input(description="What is to be different about an item.")
class ChangeItemInput(MutationInput):
    """For `changeItem`."""

    item_id: strawberry.ID = strawberry.field(description="Which item.")
    name: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    type: strawberry.Maybe[ItemType] = strawberry.field(description=OMIT)
    unit: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    active: strawberry.Maybe[bool] = strawberry.field(description="Omit to keep. False takes it out of use.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeItem:
        """The command this asks for."""
        return operations.ChangeItem(
            item_id=key_of(self.item_id, "itm", "item", "itemId"),
            name=kept(self.name),
            type=kept(self.type),
            unit=kept(self.unit),
            active=kept(self.active),
            expected_version=self.expected_version,
        )


@strawberry.type
class ItemQueries:
    """Reading items."""

    item = looked_up(Item, ItemRef, "An item; null when it does not exist or you may not see it.")
    items = listing(Item, ItemFilter, RecordOrder.NUMBER_ASC, "Items.")


@strawberry.type
class ItemMutations:
    """Changing items."""

    create_item = mutation(operations.create_item, CreateItemInput, "Creates an item.", item=Item)
    change_item = mutation(operations.change_item, ChangeItemInput, "Changes an item.", item=Item)
