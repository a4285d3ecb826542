"""The report of how well service levels were met: by month, customer and agreement group."""

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.core.actor import Role
from domain.core.operation import perform
from domain.customers.models import Customer
from domain.orders.models import ServiceOrder
from domain.orders.operations import (
    EndOrder,
    EndSlaTime,
    SignOffOrder,
    cancel_service_order,
    cancel_sla,
    sign_off_service_order,
    stop_sla_time,
    watch_service_levels,
)
from tests.builders.actors import DISPATCHER
from tests.builders.agreed import a_service_level, an_agreement, an_agreement_group
from tests.builders.rows import a_customer, a_line
from tests.builders.slas import a_measured_order
from tests.builders.times import SetClock, at
from tests.serving import Server

REPORT = """query($input: SlaComplianceInput!) { slaCompliance(input: $input) {
  rows { month customer { name } agreementGroup { name } measured met exceeded metPercent }
  total { measured met exceeded metPercent }
} }"""
THIS_AND_NEXT = {"fromOn": "2026-11-30", "toOn": "2026-12-01"}


async def _order(customer: Customer, group: str, clock: SetClock, begun: datetime) -> ServiceOrder:
    """An order of four hours, begun then, under an agreement of the group with this name."""
    clock.now = begun
    agreement = await an_agreement(
        group_id=(await an_agreement_group(name=group)).id, sla_id=(await a_service_level(hours=4)).id
    )
    order = await a_measured_order(agreement)
    await ServiceOrder.filter(id=order.id).update(customer_id=customer.id)
    return await ServiceOrder.get(id=order.id)


async def _signed_off(order: ServiceOrder, clock: SetClock, when: datetime) -> None:
    clock.now = when
    await perform(sign_off_service_order, SignOffOrder(order.id), actor=DISPATCHER)


async def test_what_was_measured_is_counted_by_month_customer_and_group(server: Server, set_clock: SetClock) -> None:
    holm, lund = await a_customer(name="Holm"), await a_customer(name="Lund")
    in_time, late = await _order(holm, "Gold", set_clock, at(0)), await _order(holm, "Silver", set_clock, at(0))
    await _signed_off(in_time, set_clock, at(4))
    await _signed_off(late, set_clock, at(5))
    paused = await _order(lund, "Gold", set_clock, at(0))
    cancelled, ended = await _order(lund, "Gold", set_clock, at(0)), await _order(lund, "Gold", set_clock, at(0))
    await a_line(cancelled)
    await perform(stop_sla_time, EndSlaTime(paused.id), actor=DISPATCHER)
    await perform(cancel_sla, EndSlaTime(ended.id), actor=DISPATCHER)
    await perform(cancel_service_order, EndOrder(cancelled.id), actor=DISPATCHER)
    # In Copenhagen the month has turned half an hour ago.
    december = await _order(holm, "Gold", set_clock, datetime(2026, 11, 30, 23, 30, tzinfo=UTC))
    set_clock.now = datetime(2026, 12, 1, 5, tzinfo=UTC)

    data = await server.ask(REPORT, input=THIS_AND_NEXT)

    def row(month: str, customer: str, group: str, *figures: Any) -> dict[str, Any]:
        names = ("measured", "met", "exceeded", "metPercent")
        told = {"month": month, "customer": {"name": customer}, "agreementGroup": {"name": group}}
        return told | dict(zip(names, figures, strict=True))

    assert data["slaCompliance"]["rows"] == [
        row("2026-11-01", "Holm", "Gold", 1, 1, 0, "100.00"),
        row("2026-11-01", "Holm", "Silver", 1, 0, 1, "0.00"),
        row("2026-11-01", "Lund", "Gold", 1, 0, 0, None),
        row("2026-12-01", "Holm", "Gold", 1, 0, 1, "0.00"),
    ]
    assert data["slaCompliance"]["total"] == {"measured": 4, "met": 1, "exceeded": 2, "metPercent": "33.33"}
    # Late already before the clock has told it, and no other after.
    await watch_service_levels(set_clock.now)
    assert (await ServiceOrder.get(id=december.id)).sla_risk.value == "BREACHED"
    assert await server.ask(REPORT, input=THIS_AND_NEXT) == data


async def test_a_report_of_some_customers_and_groups_takes_the_same_statements(
    server: Server, set_clock: SetClock
) -> None:
    await server.token(Role.SERVICE_MANAGER)
    holm, lund = await a_customer(name="Holm"), await a_customer(name="Lund")
    for customer in (holm, lund):
        await _order(customer, "Gold", set_clock, at(0))
    few = await server.statements(REPORT, input=THIS_AND_NEXT)
    for _ in range(5):
        await _order(lund, "Silver", set_clock, at(0))
    order = await _order(lund, "Silver", set_clock, at(0))
    group = (await ServiceOrder.get(id=order.id).values("agreement__group_id"))["agreement__group_id"]

    of_one = await server.ask(REPORT, input=THIS_AND_NEXT | {"customerIds": [f"cus_{holm.id}"]})
    of_group = await server.ask(REPORT, input=THIS_AND_NEXT | {"agreementGroupIds": [f"agg_{group}"]})
    many = await server.statements(REPORT, input=THIS_AND_NEXT)

    assert [row["customer"]["name"] for row in of_one["slaCompliance"]["rows"]] == ["Holm"]
    assert of_group["slaCompliance"]["total"]["measured"] == 1
    assert many == few


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"toOn": "2026-10-31"}, ["input", "toOn"]),
        ({"toOn": "2031-11-30"}, ["input", "toOn"]),
        ({"customerIds": ["so_1"]}, ["input", "customerIds", 0]),
    ],
)
async def test_a_report_that_makes_no_sense_is_refused(server: Server, wrong: dict[str, Any], path: list[Any]) -> None:
    [error] = await server.errors(REPORT, input=THIS_AND_NEXT | wrong)

    assert error["extensions"]["refusal"]["path"] == path


async def test_nothing_measured_is_an_empty_report(server: Server) -> None:
    data = await server.ask(REPORT, input=THIS_AND_NEXT)

    assert data["slaCompliance"] == {
        "rows": [],
        "total": {"measured": 0, "met": 0, "exceeded": 0, "metPercent": None},
    }
