"""The specification's cases of service levels, through the API alone, as a program would go through them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.access.operations import CreateApiToken, create_api_token
from domain.agreements.models import ServiceAgreement
from domain.core.actor import SYSTEM
from domain.core.operation import perform
from tests.builders.agreed import a_service_level, an_agreement_line
from tests.builders.planned import an_agreement_to_plan
from tests.builders.rows import a_calendar, a_customer, a_stage, a_stage_reason_code, number_sequences, the_parameters
from tests.builders.slas import an_agreement_with_level
from tests.builders.times import SetClock, at
from tests.serving import Server

CREATE = """mutation($input: CreateServiceOrderInput!) {
  createServiceOrder(input: $input) { serviceOrder { id } userErrors { code } }
}"""
PLAN = """mutation($input: CreatePlannedServiceOrdersInput!) {
  createPlannedServiceOrders(input: $input) { report { visits { orderNumber } } userErrors { code } }
}"""
FIND = "query($number: String!) { serviceOrder(by: { number: $number }) { id } }"
READ = """query($id: ID!) { serviceOrder(by: { id: $id }) {
  sla { status risk compliancePct latestCompletionAt } reasons { type code { number } }
} }"""


class Program:
    """A program that talks to the server with a token that lasts, whatever the test's clock shows."""

    def __init__(self, server: Server, token: str) -> None:
        self._server = server
        self._token = token

    async def order(self, agreement: ServiceAgreement) -> str:
        """Write an order down; gives its id."""
        project = await agreement.project
        customer_id = project.customer_id or (await a_customer()).id
        given = {"customerId": f"cus_{customer_id}", "agreementId": f"sa_{agreement.id}"}
        done = (await self._server.ask(CREATE, by=self._token, input=given))["createServiceOrder"]
        assert done["userErrors"] == []
        return str(done["serviceOrder"]["id"])

    async def plan(self, agreement: ServiceAgreement, on: str) -> str:
        """Plan the one visit that an agreement promises on a day; gives its order's id."""
        given = {"agreementIds": [f"sa_{agreement.id}"], "fromOn": on, "toOn": on, "transactionTypes": ["HOUR"]}
        done = (await self._server.ask(PLAN, by=self._token, input=given))["createPlannedServiceOrders"]
        assert done["userErrors"] == []
        [visit] = done["report"]["visits"]
        found = await self._server.ask(FIND, by=self._token, number=visit["orderNumber"])
        return str(found["serviceOrder"]["id"])

    async def read(self, order: str) -> dict[str, Any]:
        """How an order stands now, and the reasons that were given."""
        found: dict[str, Any] = (await self._server.ask(READ, by=self._token, id=order))["serviceOrder"]
        return found

    async def compliance(self, order: str) -> str:
        """How much of an order's time is used up now, in percent."""
        return str((await self.read(order))["sla"]["compliancePct"])

    async def do(self, mutation: str, order: str, **more: Any) -> list[str]:
        """Do something to an order; gives the codes with which it is refused."""
        verb = mutation[0].upper() + mutation[1:]
        text = f"mutation($input: {verb}Input!) {{ {mutation}(input: $input) {{ userErrors {{ code }} }} }}"
        answer = await self._server.ask(text, by=self._token, input={"orderId": order} | more)
        return [error["code"] for error in answer[mutation]["userErrors"]]


@pytest.fixture
async def program(server: Server, set_clock: SetClock) -> Program:  # noqa: ARG001 - it stands while the token is made
    """A program, and a company with one stage after another, of which the second stops time."""
    planning = await a_stage(number="PLANNING")
    await a_stage(planning, number="DONE", stops_time_recording=True)
    await number_sequences("service_order")
    made = await perform(create_api_token, CreateApiToken("Route planner"), actor=SYSTEM)
    return Program(server, str(made.result.secret))


@pytest.mark.parametrize(
    ("hours", "compliance", "risk"), [(4, "50.00", "ON_TIME"), (8, "100.00", "AT_RISK"), (10, "125.00", "BREACHED")]
)
async def test_tc_sla_1_compliance(
    program: Program, set_clock: SetClock, hours: int, compliance: str, risk: str
) -> None:
    order = await program.order(await an_agreement_with_level(hours=8))
    set_clock.now = at(hours)

    assert await program.do("stopSlaTime", order) == []
    sla = (await program.read(order))["sla"]
    assert (sla["status"], sla["risk"], sla["compliancePct"]) == ("STOPPED", risk, compliance)


async def test_tc_sla_3_a_saturday_starts_on_monday(program: Program, set_clock: SetClock) -> None:
    set_clock.now = datetime(2024, 1, 6, 9, tzinfo=UTC)  # Saturday, 10:00 in Copenhagen
    agreement = await an_agreement_with_level(days=1, calendar_id=(await a_calendar()).id)
    await ServiceAgreement.filter(id=agreement.id).update(starts_on=set_clock.now.date())
    order = await program.order(agreement)

    set_clock.now = datetime(2024, 1, 8, 7, tzinfo=UTC)
    before = await program.compliance(order)
    set_clock.now = datetime(2024, 1, 8, 11, tzinfo=UTC)
    sla = (await program.read(order))["sla"]

    assert (before, sla["compliancePct"], sla["latestCompletionAt"]) == ("0.00", "50.00", "2024-01-08T15:00:00Z")


async def test_tc_sla_4_and_5_a_reason_is_asked_of_exceeded_time_alone(program: Program, set_clock: SetClock) -> None:
    await the_parameters(reason_on_exceed_time=True)
    agreement, code = await an_agreement_with_level(hours=8), await a_stage_reason_code(number="NO_PART")
    late, in_time = await program.order(agreement), await program.order(agreement)

    set_clock.now = at(7.2)
    assert await program.do("stopSlaTime", in_time) == []
    set_clock.now = at(10)
    assert await program.do("stopSlaTime", late) == ["REASON_REQUIRED"]
    assert (await program.read(late))["sla"]["status"] == "STARTED"
    assert await program.do("stopSlaTime", late, reasonCodeId=f"src_{code.id}") == []

    assert (await program.read(in_time))["reasons"] == []
    assert (await program.read(late))["reasons"] == [{"type": "CLOSE", "code": {"number": "NO_PART"}}]


async def test_tc_sla_6_cancelling_asks_for_a_reason(program: Program) -> None:
    await the_parameters(reason_on_cancel=True)
    order, code = await program.order(await an_agreement_with_level()), await a_stage_reason_code()

    assert await program.do("cancelSla", order) == ["REASON_REQUIRED"]
    assert await program.do("cancelSla", order, reasonCodeId=f"src_{code.id}") == []
    assert await program.do("startSlaTime", order) == ["SLA_CANCELED"]
    assert [reason["type"] for reason in (await program.read(order))["reasons"]] == ["CANCEL"]


@pytest.mark.parametrize(("measures", "status"), [(False, "NONE"), (True, "STARTED")])
async def test_tc_sla_7_a_generated_order_is_measured_only_if_the_company_says_so(
    program: Program, *, measures: bool, status: str
) -> None:
    await the_parameters(sla_on_generated_orders=measures)
    agreement = await an_agreement_to_plan(sla_id=(await a_service_level(name="Gold", hours=8)).id)
    await an_agreement_line(agreement, starts_on=at(0).date())

    planned = await program.plan(agreement, f"{at(0).date()}")
    by_hand = await program.order(agreement)

    sla = (await program.read(planned))["sla"]
    assert (sla["status"], sla["compliancePct"] is None) == (status, not measures)
    assert (await program.read(by_hand))["sla"]["status"] == "STARTED"


async def test_tc_sla_8_a_stage_stops_and_the_way_back_starts(program: Program, set_clock: SetClock) -> None:
    order = await program.order(await an_agreement_with_level(hours=8))
    set_clock.now = at(2)
    assert await program.do("moveServiceOrderToNextStage", order) == []
    set_clock.now = at(5)
    stopped = (await program.read(order))["sla"]
    assert await program.do("moveServiceOrderToPreviousStage", order) == []
    running = (await program.read(order))["sla"]

    # While it stands, the latest completion is pushed by the pause.
    assert (stopped["status"], stopped["latestCompletionAt"]) == ("STOPPED", "2026-11-23T19:00:00Z")
    assert (running["status"], running["latestCompletionAt"]) == ("STARTED", "2026-11-23T19:00:00Z")


async def test_tc_sla_10_business_hours_count_across_a_weekend(program: Program, set_clock: SetClock) -> None:
    set_clock.now = datetime(2026, 11, 27, 13, tzinfo=UTC)  # Friday, 14:00 in Copenhagen
    order = await program.order(await an_agreement_with_level(hours=4, calendar_id=(await a_calendar()).id))

    assert (await program.read(order))["sla"]["latestCompletionAt"] == "2026-11-30T09:00:00Z"
