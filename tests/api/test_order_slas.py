"""How orders stand against their service levels, over HTTP: what is read, by whom, and which orders are found."""

from datetime import datetime

from domain.core.actor import Role
from domain.core.operation import perform
from domain.customers.models import Customer
from domain.orders.models import ServiceOrder
from domain.orders.operations import EndSlaTime, cancel_sla, stop_sla_time, watch_service_levels
from tests.builders.actors import DISPATCHER
from tests.builders.rows import a_calendar, an_activity, an_order
from tests.builders.slas import a_measured_order, an_agreement_with_level
from tests.builders.times import SetClock, at
from tests.serving import Server

SLA = """sla {
  status risk limitMinutes startedAt latestCompletionAt compliancePct level { name } log { startsAt endsAt status }
}"""
ORDERS = f"{{ serviceOrders {{ nodes {{ number {SLA} }} }} }}"


def z(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


async def test_an_order_shows_its_terms_its_time_and_where_it_stands_now(server: Server, set_clock: SetClock) -> None:
    order = await a_measured_order(days=1, hours=1, calendar_id=(await a_calendar()).id)
    set_clock.now = at(3)
    await perform(stop_sla_time, EndSlaTime(order.id), actor=DISPATCHER)
    set_clock.now = at(6)  # 15:00 in Copenhagen

    data = await server.ask(ORDERS)

    assert data["serviceOrders"]["nodes"] == [
        {
            "number": order.number,
            "sla": {
                "status": "STOPPED",
                "risk": "ON_TIME",
                "limitMinutes": 540,
                "startedAt": z(at(0)),
                # One hour is left of Monday, and five are missing: Tuesday at 13:00.
                "latestCompletionAt": z(at(28)),
                "compliancePct": "33.33",
                "level": {"name": "Gold"},
                "log": [{"startsAt": z(at(0)), "endsAt": z(at(3)), "status": "STOPPED"}],
            },
        }
    ]


async def test_one_that_is_not_measured_says_so(server: Server) -> None:
    await an_order()

    data = await server.ask(ORDERS)

    nothing = dict.fromkeys(("limitMinutes", "startedAt", "latestCompletionAt", "compliancePct", "level"))
    assert data["serviceOrders"]["nodes"][0]["sla"] == nothing | {"status": "NONE", "risk": "NONE", "log": []}


async def test_compliance_grows_with_the_clock_and_ends_with_a_cancellation(
    server: Server, set_clock: SetClock
) -> None:
    order = await a_measured_order(minutes=8)
    text = "{ serviceOrders { nodes { sla { compliancePct latestCompletionAt } } } }"

    async def asked() -> tuple[str, str | None]:
        sla = (await server.ask(text))["serviceOrders"]["nodes"][0]["sla"]
        return sla["compliancePct"], sla["latestCompletionAt"]

    set_clock.now = at(4 / 60)
    half = await asked()
    set_clock.now = at(10 / 60)
    late = await asked()
    await perform(cancel_sla, EndSlaTime(order.id), actor=DISPATCHER)
    set_clock.now = at(12 / 60)

    assert (half, late) == (("50.00", z(at(8 / 60))), ("125.00", z(at(8 / 60))))
    assert await asked() == ("125.00", None)


async def test_a_list_with_compliance_takes_the_same_statements_however_long(
    server: Server, set_clock: SetClock
) -> None:
    agreement = await an_agreement_with_level(hours=8, calendar_id=(await a_calendar()).id)
    await a_measured_order(agreement)
    few = await server.statements(ORDERS)
    for _ in range(9):
        await a_measured_order(agreement)
    set_clock.now = at(12 / 60)

    data = await server.ask(ORDERS)

    assert [node["sla"]["compliancePct"] for node in data["serviceOrders"]["nodes"]] == ["2.50"] * 10
    assert await server.statements(ORDERS) == few


async def test_orders_are_found_by_how_they_stand(server: Server, set_clock: SetClock) -> None:
    late, risky, fresh, stopped = [await a_measured_order(hours=hours) for hours in (2, 10, 100, 100)]
    await an_order()
    set_clock.now = at(9)
    await perform(stop_sla_time, EndSlaTime(stopped.id), actor=DISPATCHER)
    await watch_service_levels(at(9))
    text = """query($filter: ServiceOrderFilter) {
      serviceOrders(filter: $filter, orderBy: SLA_DUE_AT_ASC) { nodes { number } }
    }"""

    async def found(**conditions: list[str]) -> list[str]:
        nodes = (await server.ask(text, filter=conditions))["serviceOrders"]["nodes"]
        return [node["number"] for node in nodes]

    assert await found(slaRisk=["BREACHED", "AT_RISK"]) == [late.number, risky.number]
    assert await found(slaStatus=["STARTED"]) == [late.number, risky.number, fresh.number]
    assert await found(slaStatus=["STOPPED"], slaRisk=["ON_TIME"]) == [stopped.number]


async def test_customers_see_when_they_are_served_and_nothing_internal(server: Server, set_clock: SetClock) -> None:
    set_clock.now = at(7)
    await server.token(Role.CUSTOMER)
    set_clock.now = at(0)
    own = await Customer.get(name="Kim Customer")
    order = await a_measured_order(hours=8)
    await ServiceOrder.filter(id=order.id).update(customer_id=own.id)
    await an_activity(await ServiceOrder.get(id=order.id))
    set_clock.now = at(7)
    text = """{ serviceOrders { nodes {
      sla { status startedAt latestCompletionAt compliancePct risk } activities { slaDueAt slaStatus slaRisk }
    } } }"""

    data = await server.ask(text, by=Role.CUSTOMER)

    assert data["serviceOrders"]["nodes"] == [
        {
            "sla": {
                "status": "STARTED",
                "startedAt": z(at(0)),
                "latestCompletionAt": z(at(8)),
                "compliancePct": None,
                "risk": None,
            },
            "activities": [{"slaDueAt": z(at(8)), "slaStatus": "STARTED", "slaRisk": None}],
        }
    ]
    for hidden in ("level { name }", "log { startsAt }"):
        codes = await server.codes(f"{{ serviceOrders {{ nodes {{ sla {{ {hidden} }} }} }} }}", by=Role.CUSTOMER)
        assert codes == ["FORBIDDEN"]
    assert await server.codes("{ serviceLevels { nodes { name } } }", by=Role.CUSTOMER) == ["FORBIDDEN"]


async def test_an_activity_is_due_while_the_time_of_its_order_runs(server: Server, set_clock: SetClock) -> None:
    order = await a_measured_order(minutes=8)
    await an_activity(order)
    text = "{ serviceActivities { nodes { slaDueAt slaStatus slaRisk } } }"

    running = await server.ask(text)
    set_clock.now = at(7 / 60)
    await perform(stop_sla_time, EndSlaTime(order.id), actor=DISPATCHER)
    stopped = await server.ask(text)

    assert running["serviceActivities"]["nodes"] == [
        {"slaDueAt": z(at(8 / 60)), "slaStatus": "STARTED", "slaRisk": "ON_TIME"}
    ]
    assert stopped["serviceActivities"]["nodes"] == [{"slaDueAt": None, "slaStatus": "STOPPED", "slaRisk": "AT_RISK"}]
