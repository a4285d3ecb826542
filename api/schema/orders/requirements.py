"""Listing and changing the items that orders require."""

from datetime import date
from decimal import Decimal

import strawberry
from tortoise.expressions import Q

from api.schema.inputs import VERSION, MutationInput
from api.schema.lists import listing
from api.schema.mutations import deletion, mutation
from api.schema.nodes import key_of, keys_of, optional_key
from api.schema.orders.types import ItemRequirement
from api.schema.paging import OrderEnum
from domain.core.actor import Permission
from domain.orders import operations
from domain.orders.rules import RequirementSupply


@strawberry.input(description="Which required items to list: those that meet every condition given.")
class ItemRequirementFilter:
    """For `itemRequirements`."""

    search: str | None = strawberry.field(
        default=None, description="Part of what it is for, or of the item's name, in any letter case."
    )
    order_ids: list[strawberry.ID] | None = strawberry.field(default=None, description="Of one of these orders.")
    project_ids: list[strawberry.ID] | None = strawberry.field(default=None, description="On one of these projects.")
    item_ids: list[strawberry.ID] | None = strawberry.field(default=None, description="Of one of these items.")
    delivered: bool | None = strawberry.field(default=None, description="Only delivered ones, or only the others.")

    def where(self) -> Q:
        """The condition on required items."""
        where = Q()
        if self.search:
            where &= Q(description__icontains=self.search) | Q(item__name__icontains=self.search)
        if self.order_ids is not None:
            where &= Q(order_id__in=keys_of(self.order_ids, "so", "service order", "filter", "orderIds"))
        if self.project_ids is not None:
            where &= Q(project_id__in=keys_of(self.project_ids, "prj", "project", "filter", "projectIds"))
        if self.item_ids is not None:
            where &= Q(item_id__in=keys_of(self.item_ids, "itm", "item", "filter", "itemIds"))
        return where if self.delivered is None else where & Q(delivered_at__isnull=not self.delivered)


class ItemRequirementOrder(OrderEnum):
    """Orders of required items."""

    REQUIRED_ON_ASC = ("required_on", "id"), "By the day they are required, those without one last."
    REQUIRED_ON_DESC = ("-required_on", "-id"), "By the day they are required, the last first, those without one last."
    ORDER_ASC = ("order_id", "line_number"), "By order, then by number."


@strawberry.input(description="An item that an order requires.")
class CreateItemRequirementInput(MutationInput):
    """For `createItemRequirement`."""

    order_id: strawberry.ID = strawberry.field(description="Which order; one with a project.")
    item_id: strawberry.ID = strawberry.field(description="Which item.")
    quantity: Decimal = strawberry.field(description="How much, in `unit`: more than nothing.")
    unit: str | None = strawberry.field(
        default=None, description="What the quantity is counted in; the item's unless given."
    )
    description: str = strawberry.field(default="", description="What it is for, at most 200 characters.")
    supply: RequirementSupply = strawberry.field(default=RequirementSupply.CONSUME, description="Where it comes from.")
    site_id: strawberry.ID | None = strawberry.field(default=None, description="Where it is to be: an address.")
    required_on: date | None = strawberry.field(
        default=None, description="When it has to be there; the day of service unless given."
    )

    def command(self) -> operations.CreateItemRequirement:
        """The command this asks for."""
        return operations.CreateItemRequirement(
            order_id=key_of(self.order_id, "so", "service order", "orderId"),
            item_id=key_of(self.item_id, "itm", "item", "itemId"),
            quantity=self.quantity,
            unit=self.unit,
            description=self.description,
            supply=self.supply,
            site_id=optional_key(self.site_id, "adr", "address", "siteId"),
            required_on=self.required_on,
        )


@strawberry.input(description="Which required item.")
class RequirementInput(MutationInput):
    """The base of inputs that name a required item."""

    requirement_id: strawberry.ID = strawberry.field(description="Which required item.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.NameRequirement:
        """The command this asks for."""
        return operations.NameRequirement(
            requirement_id=key_of(self.requirement_id, "req", "item requirement", "requirementId"),
            expected_version=self.expected_version,
        )


@strawberry.input(description="Which required item has been delivered.")
class DeliverItemRequirementInput(RequirementInput):
    """For `deliverItemRequirement`."""


@strawberry.input(description="Which required item to delete.")
class DeleteItemRequirementInput(RequirementInput):
    """For `deleteItemRequirement`."""


@strawberry.type
class RequirementQueries:
    """Reading required items."""

    item_requirements = listing(
        ItemRequirement,
        ItemRequirementFilter,
        ItemRequirementOrder.REQUIRED_ON_ASC,
        "Items that orders require.",
        requires=Permission.READ_COMPANY,
    )


@strawberry.type
class RequirementMutations:
    """Changing required items."""

    create_item_requirement = mutation(
        operations.create_item_requirement,
        CreateItemRequirementInput,
        "Writes down an item that an order requires. While there is one, the order is neither cancelled nor deleted.",
        item_requirement=ItemRequirement,
    )
    deliver_item_requirement = mutation(
        operations.deliver_item_requirement,
        DeliverItemRequirementInput,
        "Notes that a required item has been delivered, which is for good.",
        item_requirement=ItemRequirement,
    )
    delete_item_requirement = deletion(
        operations.delete_item_requirement,
        DeleteItemRequirementInput,
        "Deletes a required item that has not been delivered.",
        ItemRequirement,
    )
