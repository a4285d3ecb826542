"""Changes of the items that orders require."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.core.actor import Permission
from domain.core.checks import check_quantity, check_text, optional_text
from domain.core.errors import Code, Refused, not_found
from domain.core.operation import Work, check_version, operation
from domain.core.rows import existing, locked, usable
from domain.customers.models import Address
from domain.items.models import Item
from domain.orders import rules
from domain.orders.models import ItemRequirement, ServiceOrder
from domain.orders.parts import state_of
from domain.orders.requirements import mark, require_item
from domain.orders.rules import RequirementSupply
from domain.parameters.queries import civil_date, company_parameters


@dataclass(frozen=True, slots=True)
class CreateItemRequirement:
    """An item that an order requires; its project's, and on the day of service, unless told."""

    order_id: int
    item_id: int
    quantity: Decimal
    unit: str | None = None
    description: str = ""
    supply: RequirementSupply = RequirementSupply.CONSUME
    site_id: int | None = None
    required_on: date | None = None


@operation(requires=Permission.MAINTAIN_ORDERS)
async def create_item_requirement(work: Work, command: CreateItemRequirement) -> int:
    """Write down an item that an order with a project requires; while it does, it is neither cancelled nor deleted.

    Raises:
        Refused: NOT_FOUND, WEB_ORDER_WAITS, STAGE_FORBIDS_MODIFY, LINE_NOT_OPEN, ALREADY_POSTED, PROJECT_REQUIRED,
            INVALID.

    Source: DOMAIN.md 5.7.
    """
    order = await locked(ServiceOrder, command.order_id, "service order", "orderId")
    project_id = rules.check_requires_items(await state_of(order))
    await usable(Item, command.item_id, "item", "itemId")
    item = await Item.get(id=command.item_id)
    quantity = check_quantity(command.quantity)
    if quantity <= 0:
        raise Refused(Code.INVALID, "Say how much is required: more than nothing.", ("quantity",))
    required_on = command.required_on
    if required_on is None and order.service_at is not None:
        required_on = civil_date(order.service_at, (await company_parameters()).time_zone)
    made = await require_item(
        work,
        order,
        project_id=project_id,
        item_id=item.id,
        quantity=quantity,
        unit=check_text(command.unit or item.unit, "unit", longest=10),
        description=optional_text(command.description, "description", longest=200) or "",
        supply=command.supply,
        site_id=await existing(Address, command.site_id, "address", "siteId"),
        required_on=required_on,
    )
    return made.id


@dataclass(frozen=True, slots=True)
class NameRequirement:
    """Which required item."""

    requirement_id: int
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_ORDERS)
async def deliver_item_requirement(work: Work, command: NameRequirement) -> int:
    """Note that a required item has been delivered, which is for good.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, ALREADY_DELIVERED.

    Source: DOMAIN.md 5.7, D-15.
    """
    requirement, _ = await _locked_requirement(command)
    rules.check_undelivered(requirement.line_number, delivered=requirement.delivered_at is not None)
    await work.change(requirement, "item_requirement_delivered", delivered_at=work.now)
    return requirement.id


@operation(requires=Permission.MAINTAIN_ORDERS)
async def delete_item_requirement(work: Work, command: NameRequirement) -> int:
    """Delete a required item that has not been delivered.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, ALREADY_DELIVERED, STAGE_FORBIDS_MODIFY.

    Source: DOMAIN.md 5.7, D-15.
    """
    requirement, order = await _locked_requirement(command)
    rules.check_undelivered(requirement.line_number, delivered=requirement.delivered_at is not None)
    rules.check_change(await state_of(order), ("requirementId",))
    await work.remove(requirement, "item_requirement_deleted")
    await mark(work, order)
    return command.requirement_id


async def _locked_requirement(command: NameRequirement) -> tuple[ItemRequirement, ServiceOrder]:
    """A required item and its order, the order locked first as everywhere."""
    found = await ItemRequirement.get_or_none(id=command.requirement_id)
    if found is None:
        raise not_found("item requirement", "requirementId")
    order = await locked(ServiceOrder, found.order_id, "item requirement", "requirementId")
    requirement = await locked(ItemRequirement, found.id, "item requirement", "requirementId")
    await check_version(requirement, command.expected_version)
    return requirement, order
