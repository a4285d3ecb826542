"""The progress of an order follows from its lines, whatever is done to them: the specification's seven cases."""

from typing import Any

import pytest

from domain.core.operation import perform
from domain.orders.models import ServiceOrder, ServiceOrderLine
from domain.orders.operations import (
    EndOrder,
    MoveLines,
    SetLineStatus,
    cancel_service_order_line,
    move_service_order_lines,
    revoke_service_order_cancellation,
    revoke_service_order_line_cancellation,
)
from domain.orders.rules import OrderProgress
from tests.builders.actors import DISPATCHER
from tests.builders.agreed import an_agreement
from tests.builders.rows import a_line, a_stage, an_order

pytestmark = pytest.mark.usefixtures("database")


async def an_order_of(letters: str) -> ServiceOrder:
    """An order brought to lines of these statuses by operations, but for what is posted: C created, X cancelled.

    A line more than these goes to another order at the end, so that the progress is set anew also where nothing is
    cancelled.
    """
    stage, agreement = await a_stage(), await an_agreement()
    columns: dict[str, Any] = {"stage_id": stage.id, "agreement_id": agreement.id}
    order, other = await an_order(**columns), await an_order(**columns)
    lines = [await a_line(order, status="POSTED" if letter == "P" else "CREATED") for letter in letters]
    extra = await a_line(order)
    for line, letter in zip(lines, letters, strict=True):
        if letter == "X":
            await perform(cancel_service_order_line, SetLineStatus(line.id), actor=DISPATCHER)
    await perform(move_service_order_lines, MoveLines((extra.id,), other.id), actor=DISPATCHER)
    return await ServiceOrder.get(id=order.id)


async def progress_of(letters: str) -> tuple[OrderProgress, bool]:
    order = await an_order_of(letters)
    return order.progress, bool(order.has_posted_lines)


async def test_tc_prg_1_open_lines_keep_an_order_in_process() -> None:
    assert await progress_of("CCC") == (OrderProgress.IN_PROCESS, False)


async def test_tc_prg_2_a_cancelled_line_beside_open_ones_changes_nothing() -> None:
    assert await progress_of("XCC") == (OrderProgress.IN_PROCESS, False)


async def test_tc_prg_3_one_open_line_is_enough_beside_cancelled_and_posted_ones() -> None:
    assert await progress_of("CXP") == (OrderProgress.IN_PROCESS, True)


async def test_tc_prg_4_an_order_is_cancelled_when_every_line_is() -> None:
    assert await progress_of("XXX") == (OrderProgress.CANCELED, False)


async def test_tc_prg_5_an_order_is_posted_when_every_line_is() -> None:
    assert await progress_of("PPP") == (OrderProgress.POSTED, True)


async def test_tc_prg_6_one_posted_line_among_cancelled_ones_makes_it_posted() -> None:
    assert await progress_of("PXX") == (OrderProgress.POSTED, True)


async def test_tc_prg_7_a_cancelled_line_among_posted_ones_leaves_it_posted() -> None:
    assert await progress_of("PPX") == (OrderProgress.POSTED, True)


async def test_what_is_taken_up_again_is_in_process_again() -> None:
    order = await an_order_of("XX")
    line = await ServiceOrderLine.filter(order_id=order.id).order_by("id").first()
    assert line is not None

    await perform(revoke_service_order_line_cancellation, SetLineStatus(line.id), actor=DISPATCHER)
    assert (await ServiceOrder.get(id=order.id)).progress is OrderProgress.IN_PROCESS
    await perform(cancel_service_order_line, SetLineStatus(line.id), actor=DISPATCHER)
    assert (await ServiceOrder.get(id=order.id)).progress is OrderProgress.CANCELED
    await perform(revoke_service_order_cancellation, EndOrder(order.id), actor=DISPATCHER)

    assert (await ServiceOrder.get(id=order.id)).progress is OrderProgress.IN_PROCESS
