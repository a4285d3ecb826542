"""Items that orders require, and what they keep from being done."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.core.errors import Code
from domain.core.operation import perform
from domain.orders.models import ItemRequirement, ServiceOrder
from domain.orders.operations import (
    CreateItemRequirement,
    EndOrder,
    NameRequirement,
    SetLineStatus,
    cancel_service_order,
    cancel_service_order_line,
    create_item_requirement,
    delete_item_requirement,
    delete_service_order,
    deliver_item_requirement,
)
from domain.orders.rules import RequirementSupply
from tests.builders.actors import DISPATCHER
from tests.builders.log import events, refusal
from tests.builders.rows import a_line, a_project, a_requirement, a_stage, a_web_order, an_item, an_order
from tests.builders.times import SetClock, at

pytestmark = pytest.mark.usefixtures("database")


async def test_an_item_is_required_on_the_orders_project_for_the_day_of_service() -> None:
    project, item = await a_project(), await an_item(unit="m")
    order = await an_order(project_id=project.id, service_at=at(24 + 15))

    for quantity in (2, 3):
        command = CreateItemRequirement(order.id, item.id, Decimal(quantity))
        await perform(create_item_requirement, command, actor=DISPATCHER)

    first, second = await ItemRequirement.all().order_by("line_number")
    assert (first.project_id, first.item_id, first.quantity, first.unit) == (project.id, item.id, Decimal(2), "m")
    # 23 h UTC is the next day in Copenhagen.
    assert (first.required_on, first.supply) == (date(2026, 11, 25), RequirementSupply.CONSUME)
    assert (first.line_number, second.line_number) == (1, 2)
    assert (await ServiceOrder.get(id=order.id)).has_item_requirements is True
    assert [event.kind for event in await events()] == [
        "item_requirement_created",
        "service_order_requirements_counted",
        "item_requirement_created",
    ]


async def test_an_order_that_requires_items_is_neither_cancelled_nor_deleted() -> None:
    order = await an_order(stage_id=(await a_stage()).id)
    line, required = await a_line(order), await a_requirement(order)
    expected = Code.HAS_ITEM_REQUIREMENTS

    assert await refusal(cancel_service_order, EndOrder(order.id), actor=DISPATCHER) == (expected, ("orderId",))
    assert await refusal(delete_service_order, EndOrder(order.id), actor=DISPATCHER) == (expected, ("orderId",))
    cancelled = await refusal(cancel_service_order_line, SetLineStatus(line.id), actor=DISPATCHER)
    assert cancelled == (expected, ("lineId",))

    await perform(delete_item_requirement, NameRequirement(required.id), actor=DISPATCHER)
    assert (await ServiceOrder.get(id=order.id)).has_item_requirements is None
    await perform(cancel_service_order, EndOrder(order.id), actor=DISPATCHER)
    await perform(delete_service_order, EndOrder(order.id), actor=DISPATCHER)


async def test_what_has_been_delivered_stays(set_clock: SetClock) -> None:
    required = await a_requirement()

    await perform(deliver_item_requirement, NameRequirement(required.id, 1), actor=DISPATCHER)

    assert (await ItemRequirement.get(id=required.id)).delivered_at == set_clock.now
    for operation in (deliver_item_requirement, delete_item_requirement):
        code = await refusal(operation, NameRequirement(required.id), actor=DISPATCHER)
        assert code == (Code.ALREADY_DELIVERED, ("requirementId",))


async def test_items_that_cannot_be_required_are_refused() -> None:
    project, item = await a_project(), await an_item()
    order = await an_order(project_id=project.id)
    posted = await an_order(project_id=project.id, progress="POSTED")
    await a_line(posted, status="POSTED")
    cancelled = await an_order(project_id=project.id, progress="CANCELED")
    frozen = await an_order(project_id=project.id, stage_id=(await a_stage(allow_modify=False)).id)
    one = Decimal(1)

    attempts: list[tuple[CreateItemRequirement, Any]] = [
        (CreateItemRequirement((await an_order()).id, item.id, one), (Code.PROJECT_REQUIRED, ("orderId",))),
        (CreateItemRequirement(posted.id, item.id, one), (Code.ALREADY_POSTED, ("orderId",))),
        (CreateItemRequirement(cancelled.id, item.id, one), (Code.LINE_NOT_OPEN, ("orderId",))),
        (CreateItemRequirement(frozen.id, item.id, one), (Code.STAGE_FORBIDS_MODIFY, ("orderId",))),
        (CreateItemRequirement((await a_web_order()).id, item.id, one), (Code.WEB_ORDER_WAITS, ("orderId",))),
        (CreateItemRequirement(404, item.id, one), (Code.NOT_FOUND, ("orderId",))),
        (CreateItemRequirement(order.id, 404, one), (Code.NOT_FOUND, ("itemId",))),
        (CreateItemRequirement(order.id, item.id, one, site_id=404), (Code.NOT_FOUND, ("siteId",))),
        (CreateItemRequirement(order.id, item.id, Decimal(0)), (Code.INVALID, ("quantity",))),
    ]

    for command, expected in attempts:
        assert await refusal(create_item_requirement, command, actor=DISPATCHER) == expected


async def test_what_does_not_exist_has_moved_on_or_is_frozen_is_refused() -> None:
    order = await an_order(stage_id=(await a_stage(allow_modify=False)).id)
    required = await a_requirement(order)

    for operation in (deliver_item_requirement, delete_item_requirement):
        unknown = await refusal(operation, NameRequirement(404), actor=DISPATCHER)
        moved_on = await refusal(operation, NameRequirement(required.id, 9), actor=DISPATCHER)
        assert unknown == (Code.NOT_FOUND, ("requirementId",))
        assert moved_on == (Code.VERSION_CONFLICT, ("expectedVersion",))
    frozen = await refusal(delete_item_requirement, NameRequirement(required.id), actor=DISPATCHER)
    assert frozen == (Code.STAGE_FORBIDS_MODIFY, ("requirementId",))
