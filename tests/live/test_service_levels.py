"""The live service levels over real sockets: each alarm at its moment and once, resumed, and what settles it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from domain.access.operations import CreateApiToken, create_api_token
from domain.core.actor import SYSTEM, Role
from domain.core.operation import perform
from domain.customers.operations import ChangeCustomer, change_customer
from domain.orders.models import ServiceOrder
from domain.orders.operations import (
    ChangeServiceOrder,
    EndOrder,
    EndSlaTime,
    change_service_order,
    delete_service_order,
    stop_sla_time,
    watch_service_levels,
)
from domain.orders.rules import Priority
from tests.builders.actors import DISPATCHER, MANAGER
from tests.builders.replicas import BRIEF, a_client, replica
from tests.builders.rows import an_activity
from tests.builders.slas import a_measured_order, an_agreement_with_level
from tests.builders.sockets import Client
from tests.builders.times import SetClock, at
from tests.serving import Server

pytestmark = pytest.mark.usefixtures("logged")

ORDER = "id number priority customer { name } sla { status risk latestCompletionAt }"
LIVE = f"""subscription($input: ServiceLevelAtRiskInput!, $after: BoardCursor) {{
  serviceLevelAtRisk(input: $input, after: $after) {{
    __typename cursor
    ... on ServiceLevelSnapshot {{ reason orders {{ {ORDER} }} }}
    ... on ServiceLevelAlarm {{ risk at order {{ {ORDER} }} }}
    ... on ServiceLevelOrderChanged {{ order {{ {ORDER} }} }}
    ... on ServiceLevelSettled {{ orderId }}
  }} }}"""
FRESH = f"""query($filter: ServiceOrderFilter) {{ serviceOrders(filter: $filter) {{ nodes {{ {ORDER} }} }} }}"""
RISKY = {"slaStatus": ["STARTED"], "slaRisk": ["AT_RISK", "BREACHED"]}
MINUTE = 1 / 60


@dataclass
class Watcher:
    """One who watches service levels, and keeps the orders as they are told."""

    client: Client
    orders: dict[str, Any] = field(default_factory=dict)
    cursor: str | None = None

    async def follow(self, after: str | None = None, **conditions: Any) -> dict[str, Any]:
        """Begin to watch; gives the first thing told."""
        await self.client.subscribe(LIVE, "levels", input=conditions, after=after)
        return await self.next()

    async def next(self, seconds: float = 30.0) -> dict[str, Any]:
        """The next thing told, applied."""
        message = await self.client.receive(seconds)
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        event: dict[str, Any] = message["payload"]["data"]["serviceLevelAtRisk"]
        self.cursor = event["cursor"]
        match event["__typename"]:
            case "ServiceLevelSnapshot":
                self.orders = {order["id"]: order for order in event["orders"]}
            case "ServiceLevelAlarm" | "ServiceLevelOrderChanged":
                self.orders[event["order"]["id"]] = event["order"]
            case "ServiceLevelSettled":
                self.orders.pop(event["orderId"], None)
        return event

    async def silent(self) -> bool:
        """Whether nothing is told for a while."""
        try:
            await self.next(0.3)
        except TimeoutError:
            return True
        return False


async def a_program() -> str:
    """The token of a program; it lasts, whatever the clock of the test shows."""
    return str((await perform(create_api_token, CreateApiToken("Wall screen"), actor=SYSTEM)).result.secret)


@asynccontextmanager
async def watcher(server: Server, token: str | None = None) -> AsyncGenerator[Watcher]:
    """Somebody who is ready to watch: a program unless told."""
    async with a_client(server, token or await a_program()) as client:
        yield Watcher(client)


async def pass_to(clock: SetClock, minutes: float) -> None:
    """Let the clock show so many minutes after the beginning, and the job look."""
    clock.now = at(minutes * MINUTE)
    await watch_service_levels(clock.now)


async def test_both_alarms_are_pushed_at_their_moments(server: Server, set_clock: SetClock) -> None:
    order = await a_measured_order(minutes=10)
    async with watcher(server) as followed:
        snapshot = await followed.follow()
        await pass_to(set_clock, 7.9)
        quiet = await followed.silent()
        await pass_to(set_clock, 8)
        at_risk = await followed.next()
        await pass_to(set_clock, 10)
        still = await followed.silent()
        await pass_to(set_clock, 10.01)
        late = await followed.next()

    assert (snapshot["__typename"], snapshot["reason"], snapshot["orders"]) == ("ServiceLevelSnapshot", "STARTED", [])
    assert (quiet, still) == (True, True)
    assert (at_risk["__typename"], at_risk["risk"], at_risk["at"]) == (
        "ServiceLevelAlarm",
        "AT_RISK",
        "2026-11-23T08:08:00Z",
    )
    assert at_risk["order"]["number"] == order.number
    assert at_risk["order"]["sla"] == {
        "status": "STARTED",
        "risk": "AT_RISK",
        "latestCompletionAt": "2026-11-23T08:10:00Z",
    }
    assert (late["__typename"], late["risk"], late["order"]["sla"]["risk"]) == (
        "ServiceLevelAlarm",
        "BREACHED",
        "BREACHED",
    )


async def test_however_many_servers_look_an_alarm_comes_once(server: Server, set_clock: SetClock) -> None:
    await a_measured_order(minutes=10)
    async with watcher(server) as followed:
        await followed.follow()
        set_clock.now = at(9 * MINUTE)
        await asyncio.gather(*(watch_service_levels(set_clock.now) for _ in range(5)))
        alarm = await followed.next()

        assert alarm["risk"] == "AT_RISK"
        assert await followed.silent()


async def test_what_was_missed_is_told_to_whoever_comes_back(server: Server, set_clock: SetClock) -> None:
    await a_measured_order(minutes=10)
    token = await a_program()
    async with watcher(server, token) as followed:
        cursor = (await followed.follow())["cursor"]
    await pass_to(set_clock, 8)
    await pass_to(set_clock, 11)
    async with watcher(server, token) as followed:
        missed = [await followed.follow(after=cursor), await followed.next()]
        if missed[0]["__typename"] == "ServiceLevelResumed":  # the server had yet to hear of them
            missed = [missed[1], await followed.next()]
        quiet = await followed.silent()
    async with watcher(server, token) as followed:
        current = await followed.follow(after=missed[-1]["cursor"])

    assert [(each["__typename"], each["risk"]) for each in missed] == [
        ("ServiceLevelAlarm", "AT_RISK"),
        ("ServiceLevelAlarm", "BREACHED"),
    ]
    assert quiet
    assert current["__typename"] == "ServiceLevelResumed"


async def test_what_is_watched_is_kept_as_it_is(server: Server, set_clock: SetClock) -> None:
    agreement = await an_agreement_with_level(minutes=10)
    first, second, third = [await a_measured_order(agreement) for _ in range(3)]
    async with watcher(server) as followed:
        await followed.follow()
        await pass_to(set_clock, 8)
        told = [(await followed.next())["__typename"] for _ in range(3)]
        await perform(change_service_order, ChangeServiceOrder(first.id, priority=Priority.HIGH), actor=DISPATCHER)
        told.append((await followed.next())["__typename"])
        await perform(change_customer, ChangeCustomer(first.customer_id, name="Other name"), actor=DISPATCHER)
        told.append((await followed.next())["__typename"])
        await perform(stop_sla_time, EndSlaTime(second.id), actor=DISPATCHER)
        told.append((await followed.next())["__typename"])
        await perform(delete_service_order, EndOrder(third.id), actor=MANAGER)
        told.append((await followed.next())["__typename"])
        fresh = await server.ask(FRESH, filter=RISKY)

        assert {order["id"]: order for order in fresh["serviceOrders"]["nodes"]} == followed.orders
        assert (followed.orders[f"so_{first.id}"]["priority"], len(followed.orders)) == ("HIGH", 1)
    assert told == [
        *["ServiceLevelAlarm"] * 3,
        *["ServiceLevelOrderChanged"] * 2,
        *["ServiceLevelSettled"] * 2,
    ]


async def test_only_what_is_asked_for_is_told(server: Server, set_clock: SetClock) -> None:
    own, other = await a_measured_order(minutes=10), await a_measured_order(minutes=10)
    async with watcher(server) as followed:
        await followed.follow(risks=["BREACHED"], agreementIds=[f"sa_{own.agreement_id}"])
        await pass_to(set_clock, 8)
        quiet = await followed.silent()
        await pass_to(set_clock, 11)
        late = await followed.next()

        assert quiet
        assert (late["risk"], late["order"]["id"]) == ("BREACHED", f"so_{own.id}")
        assert await followed.silent()
    assert (await ServiceOrder.get(id=other.id)).sla_risk.value == "BREACHED"


async def test_the_board_shows_that_the_time_of_an_order_runs_out(server: Server, set_clock: SetClock) -> None:
    order = await a_measured_order(minutes=10)
    await an_activity(order)
    shown, days = f"{BRIEF} slaDueAt slaStatus slaRisk", {"from": "2026-11-23", "to": "2026-11-24"}
    async with replica(server, await a_program(), activity=shown, **days) as board:
        await board.follow()
        await pass_to(set_clock, 8)
        at_risk = await board.next()
        await perform(stop_sla_time, EndSlaTime(order.id), actor=DISPATCHER)
        stopped = await board.next()

        assert (at_risk["activity"]["slaRisk"], at_risk["changedBy"]) == ("AT_RISK", "Tavle")
        assert (at_risk["activity"]["slaDueAt"], stopped["activity"]["slaDueAt"]) == ("2026-11-23T08:10:00Z", None)
        assert await board.difference() == ""


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.CUSTOMER])
async def test_it_is_for_those_who_maintain_orders(server: Server, role: Role) -> None:
    async with watcher(server, await server.token(role)) as followed:
        await followed.client.subscribe(LIVE, "levels", input={}, after=None)
        message = await followed.client.receive(5)

    assert (message["type"], message["payload"][0]["extensions"]["code"]) == ("error", "FORBIDDEN")


async def test_a_risk_that_is_none_is_refused(server: Server) -> None:
    async with watcher(server) as followed:
        await followed.client.subscribe(LIVE, "levels", input={"risks": ["AT_RISK", "ON_TIME"]}, after=None)
        message = await followed.client.receive(5)

    [error] = message["payload"]
    assert error["extensions"]["refusal"]["path"] == ["input", "risks", 1]
