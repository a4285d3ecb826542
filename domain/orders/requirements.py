"""Items that orders require: written down, counted, and taken away again; inside an open transaction."""

from datetime import date
from decimal import Decimal

from domain.core.operation import Work
from domain.orders.models import ItemRequirement, ServiceOrder
from domain.orders.rules import RequirementSupply


def planned_requirement(
    order: ServiceOrder,
    *,
    line_number: int,
    project_id: int,
    item_id: int,
    site_id: int | None,
    agreement_line_id: int,
    calculated_on: date,
    required_on: date,
    quantity: Decimal,
    unit: str,
    description: str,
) -> ItemRequirement:
    """What an agreement line of item set-up ITEM_REQUIREMENT gives instead of an order line, still unsaved.

    The order, which is to be saved with it, is marked as one that requires items; its id is still to be given.

    Source: DOMAIN.md 4.8, 5.7.
    """
    order.has_item_requirements = True
    return ItemRequirement(
        line_number=line_number,
        project_id=project_id,
        item_id=item_id,
        site_id=site_id,
        agreement_line_id=agreement_line_id,
        calculated_on=calculated_on,
        quantity=quantity,
        unit=unit,
        description=description,
        supply=RequirementSupply.PURCHASE,
        required_on=required_on,
    )


async def require_item(
    work: Work,
    order: ServiceOrder,
    *,
    project_id: int,
    item_id: int,
    quantity: Decimal,
    unit: str,
    description: str,
    supply: RequirementSupply,
    site_id: int | None,
    required_on: date | None,
    agreement_line_id: int | None = None,
    calculated_on: date | None = None,
) -> ItemRequirement:
    """Write down an item that a locked order requires."""
    highest = await ItemRequirement.filter(order_id=order.id).order_by("-line_number").first()
    made = ItemRequirement(
        order_id=order.id,
        line_number=highest.line_number + 1 if highest else 1,
        project_id=project_id,
        item_id=item_id,
        site_id=site_id,
        quantity=quantity,
        unit=unit,
        description=description,
        supply=supply,
        required_on=required_on,
        agreement_line_id=agreement_line_id,
        calculated_on=calculated_on,
    )
    await work.create(made, "item_requirement_created")
    await mark(work, order)
    return made


async def mark(work: Work, order: ServiceOrder) -> None:
    """Set on a locked order whether it requires items: what may be done to it hangs on that."""
    required = await ItemRequirement.filter(order_id=order.id).exists()
    await work.change(order, "service_order_requirements_counted", has_item_requirements=True if required else None)
