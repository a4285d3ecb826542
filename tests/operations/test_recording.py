"""The time of orders that counts for their service levels: which count, what runs and stops, and what is asked."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain.agreements.rules import IntervalRange
from domain.calendars.operations import ChangeCalendar, change_calendar
from domain.calendars.rules import Holiday
from domain.core.errors import Code
from domain.core.operation import perform
from domain.orders.measuring import measured
from domain.orders.models import RecordedTime, ServiceOrder, StageReason
from domain.orders.operations import (
    ChangeServiceOrder,
    CreateServiceOrder,
    EndOrder,
    EndSlaTime,
    MoveToNextStage,
    MoveToPreviousStage,
    SignOffOrder,
    StartSlaTime,
    TransferWebOrder,
    cancel_service_order,
    cancel_sla,
    change_service_order,
    create_service_order,
    delete_service_order,
    move_service_order_to_next_stage,
    move_service_order_to_previous_stage,
    revoke_service_order_cancellation,
    sign_off_service_order,
    start_sla_time,
    stop_sla_time,
    transfer_web_order,
)
from domain.parameters.rules import SlaCalendarMode
from domain.planning.operations import PlanVisits
from domain.slas import rules
from domain.slas.models import ServiceLevel
from domain.slas.operations import ChangeServiceLevel, change_service_level
from domain.slas.rules import SlaRisk, SlaStatus
from tests.builders.actors import DISPATCHER, MANAGER
from tests.builders.agreed import a_service_level, an_agreement, an_agreement_group, an_agreement_line
from tests.builders.log import events, refusal
from tests.builders.planned import an_agreement_to_plan, every, plan
from tests.builders.rows import (
    a_calendar,
    a_customer,
    a_line,
    a_stage,
    a_stage_reason_code,
    an_order,
    number_sequences,
    the_parameters,
)
from tests.builders.slas import a_measured_order, an_agreement_with_level, times_of
from tests.builders.times import SetClock, at

pytestmark = pytest.mark.usefixtures("database", "set_clock")


NOT_MEASURED = {"sla_status": SlaStatus.NONE, "sla_id": None, "sla_due_at": None, "sla_next_alarm_at": None}


async def sla_of(order: ServiceOrder, *names: str) -> Any:
    """What is stored of an order, without the prefix in these names; one value alone as it is."""
    await order.refresh_from_db()
    values = tuple(getattr(order, f"sla_{name}") for name in names)
    return values[0] if len(values) == 1 else values


async def compliance(order: ServiceOrder, now: datetime) -> str:
    """How much of an order's time is used up, in percent."""
    await order.refresh_from_db()
    [found] = await measured([order])
    return str(rules.compliance_percent(found.level, found.log, now=now))


async def kinds() -> list[str]:
    """The kinds of all events about orders and their time, oldest first."""
    about = ("service_order", "recorded_time", "stage_reason")
    return [event.kind for event in await events() if event.subject_type in about]


# --- the test cases of the specification -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "percent", "risk"),
    [(4, "50.00", SlaRisk.ON_TIME), (8, "100.00", SlaRisk.AT_RISK), (10, "125.00", SlaRisk.BREACHED)],
)
async def test_tc_sla_1_compliance_is_the_share_of_eight_hours(
    set_clock: SetClock, hours: int, percent: str, risk: SlaRisk
) -> None:
    order = await a_measured_order(hours=8)

    set_clock.now = at(hours)
    await perform(stop_sla_time, EndSlaTime(order.id), actor=DISPATCHER)

    assert await compliance(order, at(99)) == percent
    assert await sla_of(order, "status", "risk") == (SlaStatus.STOPPED, risk)
    assert await times_of(order) == [(at(0), at(hours), SlaStatus.STOPPED, hours)]


async def test_tc_sla_3_an_order_of_saturday_counts_from_monday(set_clock: SetClock) -> None:
    set_clock.now = datetime(2026, 11, 28, 9, tzinfo=UTC)  # Saturday, 10:00 in Copenhagen
    order = await a_measured_order(days=1, calendar_id=(await a_calendar()).id)

    monday = datetime(2026, 11, 30, 7, tzinfo=UTC)  # 08:00
    assert await compliance(order, monday) == "0.00"
    assert await compliance(order, monday + timedelta(hours=4)) == "50.00"
    assert await sla_of(order, "limit_minutes", "due_at") == (480, monday + timedelta(hours=8))


async def test_tc_sla_4_stopping_exceeded_time_needs_a_reason(set_clock: SetClock) -> None:
    await the_parameters(reason_on_exceed_time=True)
    order, code = await a_measured_order(hours=8), await a_stage_reason_code()

    set_clock.now = at(10)
    without = await refusal(stop_sla_time, EndSlaTime(order.id), actor=DISPATCHER)
    command = EndSlaTime(order.id, reason_code_id=code.id, description="No spare part")
    await perform(stop_sla_time, command, actor=DISPATCHER)

    assert without == (Code.REASON_REQUIRED, ("reasonCodeId",))
    [reason] = await StageReason.filter(order_id=order.id)
    assert (reason.type.value, reason.code_id, reason.description) == ("CLOSE", code.id, "No spare part")
    assert await sla_of(order, "status") is SlaStatus.STOPPED


async def test_tc_sla_5_stopping_in_time_needs_no_reason(set_clock: SetClock) -> None:
    await the_parameters(reason_on_exceed_time=True)
    order = await a_measured_order(hours=8)

    set_clock.now = at(7.2)
    await perform(stop_sla_time, EndSlaTime(order.id), actor=DISPATCHER)

    assert await compliance(order, at(99)) == "90.00"
    assert await StageReason.all().count() == 0


async def test_tc_sla_6_cancelling_needs_a_reason_if_the_company_asks_for_one(set_clock: SetClock) -> None:
    parameters = await the_parameters(reason_on_cancel=True)
    order, other, code = await a_measured_order(), await a_measured_order(), await a_stage_reason_code()

    set_clock.now = at(1)
    without = await refusal(cancel_sla, EndSlaTime(order.id), actor=DISPATCHER)
    await perform(cancel_sla, EndSlaTime(order.id, reason_code_id=code.id), actor=DISPATCHER)
    parameters.reason_on_cancel = False
    await parameters.save()
    await perform(cancel_sla, EndSlaTime(other.id), actor=DISPATCHER)

    assert without == (Code.REASON_REQUIRED, ("reasonCodeId",))
    assert [reason.type.value for reason in await StageReason.all()] == ["CANCEL"]
    assert await sla_of(order, "status", "risk", "due_at", "next_alarm_at") == (
        SlaStatus.CANCELED,
        SlaRisk.NONE,
        None,
        None,
    )
    assert await times_of(order) == [(at(0), at(1), SlaStatus.CANCELED, 1)]


@pytest.mark.parametrize("measures", [False, True])
async def test_tc_sla_7_a_generated_order_is_measured_only_if_the_company_says_so(*, measures: bool) -> None:
    await the_parameters(sla_on_generated_orders=measures)
    await a_stage()
    await number_sequences()
    gold = await a_service_level(hours=8)
    agreement = await an_agreement_to_plan(sla_id=gold.id)
    await an_agreement_line(agreement, starts_on=date(2007, 4, 1), interval_id=await every(IntervalRange.WEEKLY))

    await plan()

    orders = await ServiceOrder.all().order_by("id")
    assert len(orders) == 5
    if measures:
        assert {(each.sla_id, each.sla_status, each.sla_due_at) for each in orders} == {
            (gold.id, SlaStatus.STARTED, at(8))
        }
        assert [await times_of(each) for each in orders] == [[(at(0), None, SlaStatus.STARTED, None)]] * 5
    else:
        assert {each.sla_status for each in orders} == {SlaStatus.NONE}
        assert await RecordedTime.all().count() == 0


async def test_the_time_of_a_planned_visit_begins_on_its_day(set_clock: SetClock) -> None:
    await the_parameters(sla_on_generated_orders=True)
    planning = await a_stage()
    await a_stage(planning, stops_time_recording=True)
    await number_sequences()
    gold = await a_service_level(hours=8)
    for _ in range(3):
        agreement = await an_agreement_to_plan(sla_id=gold.id)
        await an_agreement_line(agreement, starts_on=date(2026, 11, 30))
    await plan(PlanVisits(from_on=date(2026, 11, 30), to_on=date(2026, 11, 30)))
    moved, canceled, running = await ServiceOrder.all().order_by("id")
    begins = datetime(2026, 11, 30, 7, tzinfo=UTC)  # eight o'clock in Copenhagen

    await perform(move_service_order_to_next_stage, MoveToNextStage(moved.id), actor=DISPATCHER)
    await perform(cancel_sla, EndSlaTime(canceled.id), actor=DISPATCHER)
    early = EndSlaTime(running.id, at=at(0))
    assert await refusal(stop_sla_time, early, actor=DISPATCHER) == (Code.INVALID_TIME, ("at",))

    assert await sla_of(running, "started_at", "due_at") == (begins, begins + timedelta(hours=8))
    assert await compliance(running, begins - timedelta(hours=1)) == "0.00"
    assert await compliance(running, begins + timedelta(hours=2)) == "25.00"
    # What ends before it has begun has taken no time.
    assert await times_of(moved) == [(begins, begins, SlaStatus.STOPPED, 0)]
    assert await times_of(canceled) == [(begins, begins, SlaStatus.CANCELED, 0)]
    set_clock.now = begins + timedelta(hours=3)
    await perform(move_service_order_to_previous_stage, MoveToPreviousStage(moved.id), actor=DISPATCHER)
    assert await sla_of(moved, "due_at") == begins + timedelta(hours=11)


async def test_tc_sla_8_a_stage_stops_the_time_and_the_way_back_starts_it_again(set_clock: SetClock) -> None:
    planning = await a_stage()
    await a_stage(planning, stops_time_recording=True)
    order = await a_measured_order(hours=8)

    set_clock.now = at(2)
    await perform(move_service_order_to_next_stage, MoveToNextStage(order.id), actor=DISPATCHER)
    stopped = await sla_of(order, "status", "due_at", "next_alarm_at")
    set_clock.now = at(5)
    await perform(move_service_order_to_previous_stage, MoveToPreviousStage(order.id), actor=DISPATCHER)

    assert stopped == (SlaStatus.STOPPED, None, None)
    assert await sla_of(order, "status", "due_at") == (SlaStatus.STARTED, at(11))
    assert await times_of(order) == [
        (at(0), at(2), SlaStatus.STOPPED, 2),
        (at(5), None, SlaStatus.STARTED, None),
    ]
    assert await compliance(order, at(6)) == "37.50"


async def test_tc_sla_10_business_hours_count_across_a_weekend(set_clock: SetClock) -> None:
    set_clock.now = datetime(2026, 11, 27, 13, tzinfo=UTC)  # Friday, 14:00 in Copenhagen
    order = await a_measured_order(hours=4, calendar_id=(await a_calendar()).id)

    assert await sla_of(order, "due_at") == datetime(2026, 11, 30, 9, tzinfo=UTC)  # Monday, 10:00


# --- which service level ---------------------------------------------------------------------------------------------


async def test_the_agreement_comes_before_its_group() -> None:
    own, groups = await a_service_level(hours=2), await a_service_level(hours=9)
    group = await an_agreement_group(sla_id=groups.id)
    with_own = await an_agreement(group_id=group.id, sla_id=own.id)
    without = await an_agreement(group_id=group.id)
    neither = await an_agreement()

    first, second, third = [await a_measured_order(each) for each in (with_own, without, neither)]

    assert [each.sla_id for each in (first, second, third)] == [own.id, groups.id, None]
    assert (second.sla_status, second.sla_started_at, second.sla_due_at) == (SlaStatus.STARTED, at(0), at(9))
    assert {name: getattr(third, name) for name in NOT_MEASURED} == NOT_MEASURED
    assert await times_of(third) == []


async def test_an_order_is_measured_from_its_creation_in_one_event() -> None:
    order = await a_measured_order()

    assert await kinds() == ["service_order_created", "recorded_time_started"]
    assert (order.version, order.sla_risk, order.sla_next_alarm_at) == (1, SlaRisk.ON_TIME, at(6.4))


async def test_an_order_that_is_attached_later_has_begun_when_it_was_created(set_clock: SetClock) -> None:
    await the_parameters(allow_without_service_agreement=True)
    await a_stage()
    command = CreateServiceOrder((await a_customer()).id, "SO-1")
    order = await ServiceOrder.get(id=(await perform(create_service_order, command, actor=DISPATCHER)).result)
    agreement = await an_agreement_with_level(hours=8)

    set_clock.now = at(7)
    await perform(change_service_order, ChangeServiceOrder(order.id, agreement_id=agreement.id), actor=DISPATCHER)

    assert await sla_of(order, "started_at", "due_at", "status", "risk") == (
        at(0),
        at(8),
        SlaStatus.STARTED,
        SlaRisk.AT_RISK,
    )
    assert (await kinds())[1:] == [
        "service_order_changed",
        "recorded_time_started",
        "service_level_at_risk",
        "service_level_promised",
    ]


async def test_one_that_was_signed_off_before_took_until_then(set_clock: SetClock) -> None:
    order = await an_order(stage_id=(await a_stage()).id, created_at=at(0), signed_off_at=at(3))
    agreement = await an_agreement_with_level(hours=2)

    set_clock.now = at(30)
    await perform(change_service_order, ChangeServiceOrder(order.id, agreement_id=agreement.id), actor=DISPATCHER)

    assert await times_of(order) == [(at(0), at(3), SlaStatus.STOPPED, 3)]
    assert await sla_of(order, "status", "risk", "due_at") == (SlaStatus.STOPPED, SlaRisk.BREACHED, at(2))


async def test_another_agreement_counts_the_same_time_by_its_own_terms(set_clock: SetClock) -> None:
    order = await a_measured_order(hours=8)
    office = await an_agreement_with_level(days=1, calendar_id=(await a_calendar()).id)

    set_clock.now = at(8)  # 17:00 in Copenhagen; it was written down at 09:00
    await perform(stop_sla_time, EndSlaTime(order.id), actor=DISPATCHER)
    await perform(change_service_order, ChangeServiceOrder(order.id, agreement_id=office.id), actor=DISPATCHER)

    assert await times_of(order) == [(at(0), at(8), SlaStatus.STOPPED, 7)]
    assert await compliance(order, at(99)) == "87.50"


async def test_a_level_that_is_changed_counts_for_the_orders_to_come() -> None:
    agreement = await an_agreement_with_level(hours=8)
    before = await a_measured_order(agreement)
    level = await ServiceLevel.get(id=agreement.sla_id)

    await perform(change_service_level, ChangeServiceLevel(level.id, hours=2), actor=MANAGER)
    after = await a_measured_order(agreement)

    assert await sla_of(before, "limit_minutes", "due_at") == (480, at(8))
    assert await sla_of(after, "limit_minutes", "due_at") == (120, at(2))


async def test_the_way_a_calendar_counts_stays_with_the_order() -> None:
    parameters = await the_parameters(sla_calendar_mode=SlaCalendarMode.START_ONLY)
    agreement = await an_agreement_with_level(hours=10, calendar_id=(await a_calendar()).id)
    order = await a_measured_order(agreement)
    parameters.sla_calendar_mode = SlaCalendarMode.OPEN_TIME
    await parameters.save()

    assert await sla_of(order, "due_at") == at(10)
    assert await compliance(order, at(5)) == "50.00"
    assert await sla_of(await a_measured_order(agreement), "due_at") == at(26)  # three hours of Tuesday


async def test_a_web_order_counts_from_when_it_was_made_once_it_is_transferred(set_clock: SetClock) -> None:
    agreement = await an_agreement_with_level(hours=8)
    customer = await a_customer()
    order = await an_order(
        customer, stage_id=(await a_stage()).id, created_at=at(0), origin="WEB", incoming_web_order=True
    )

    set_clock.now = at(3)
    await perform(transfer_web_order, TransferWebOrder(order.id, agreement_id=agreement.id), actor=DISPATCHER)

    assert await sla_of(order, "started_at", "due_at") == (at(0), at(8))


async def test_a_web_order_that_waits_is_not_measured_by_the_agreement_it_is_given(set_clock: SetClock) -> None:
    agreement, other = await an_agreement_with_level(hours=8), await an_agreement_with_level(hours=4)
    stage = await a_stage()
    order = await an_order(stage_id=stage.id, created_at=at(0), origin="WEB", incoming_web_order=True)

    for each in (agreement, other):
        await perform(change_service_order, ChangeServiceOrder(order.id, agreement_id=each.id), actor=DISPATCHER)
    waiting = await sla_of(order, "status", "started_at", "due_at")
    set_clock.now = at(3)
    await perform(transfer_web_order, TransferWebOrder(order.id), actor=DISPATCHER)

    assert waiting == (SlaStatus.NONE, None, None)
    assert await sla_of(order, "id", "started_at", "due_at") == (other.sla_id, at(0), at(4))


# --- by hand ---------------------------------------------------------------------------------------------------------


async def test_time_is_stopped_and_started_at_moments_that_have_been(set_clock: SetClock) -> None:
    order = await a_measured_order(hours=8)

    set_clock.now = at(4)
    await perform(stop_sla_time, EndSlaTime(order.id, at=at(1), expected_version=1), actor=DISPATCHER)
    await perform(start_sla_time, StartSlaTime(order.id, at=at(3), expected_version=2), actor=DISPATCHER)

    assert await times_of(order) == [(at(0), at(1), SlaStatus.STOPPED, 1), (at(3), None, SlaStatus.STARTED, None)]
    assert await sla_of(order, "started_at", "due_at", "next_alarm_at") == (at(0), at(10), at(8.4))
    assert (await kinds())[2:] == [
        "recorded_time_ended",
        "service_level_stopped",
        "recorded_time_started",
        "service_level_started",
    ]


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (lambda key: (start_sla_time, StartSlaTime(key)), Code.SLA_ALREADY_STARTED),
        (lambda key: (stop_sla_time, EndSlaTime(key, at=at(3))), Code.INVALID_TIME),
        (lambda key: (stop_sla_time, EndSlaTime(key, at=at(-1))), Code.INVALID_TIME),
        (lambda key: (stop_sla_time, EndSlaTime(key, at=at(1).replace(tzinfo=None))), Code.INVALID_TIME),
        (lambda key: (cancel_sla, EndSlaTime(key, at=at(3))), Code.INVALID_TIME),
        (lambda key: (stop_sla_time, EndSlaTime(key, description="Late")), Code.REASON_REQUIRED),
        (lambda key: (stop_sla_time, EndSlaTime(key, expected_version=2)), Code.VERSION_CONFLICT),
        (lambda key: (stop_sla_time, EndSlaTime(key + 1)), Code.NOT_FOUND),
    ],
)
async def test_running_time_refuses(set_clock: SetClock, command: Any, code: Code) -> None:
    order = await a_measured_order()
    set_clock.now = at(2)

    assert (await refusal(*command(order.id), actor=DISPATCHER))[0] == code


async def test_time_that_stands_refuses_to_be_stopped_and_cancelled_time_refuses_everything() -> None:
    stopped, cancelled, plain = await a_measured_order(), await a_measured_order(), await an_order()
    await perform(stop_sla_time, EndSlaTime(stopped.id), actor=DISPATCHER)
    await perform(cancel_sla, EndSlaTime(cancelled.id), actor=DISPATCHER)

    def each(key: int) -> list[tuple[Any, Any]]:
        commands = (start_sla_time, StartSlaTime(key)), (stop_sla_time, EndSlaTime(key)), (cancel_sla, EndSlaTime(key))
        return list(commands)

    assert await refusal(stop_sla_time, EndSlaTime(stopped.id), actor=DISPATCHER) == (
        Code.SLA_NOT_STARTED,
        ("orderId",),
    )
    for order, code in ((cancelled, Code.SLA_CANCELED), (plain, Code.SLA_NOT_STARTED)):
        found = [await refusal(*command, actor=DISPATCHER) for command in each(order.id)]
        assert found == [(code, ("orderId",))] * 3


# --- what else stops and starts it -----------------------------------------------------------------------------------


async def test_signing_off_stops_the_time_and_asks_why_it_took_too_long(set_clock: SetClock) -> None:
    await the_parameters(reason_on_exceed_time=True)
    order, code = await a_measured_order(hours=8), await a_stage_reason_code()

    set_clock.now = at(9)
    without = await refusal(sign_off_service_order, SignOffOrder(order.id), actor=DISPATCHER)
    await perform(sign_off_service_order, SignOffOrder(order.id, reason_code_id=code.id), actor=DISPATCHER)

    assert without == (Code.REASON_REQUIRED, ("reasonCodeId",))
    assert await sla_of(order, "status", "risk") == (SlaStatus.STOPPED, SlaRisk.BREACHED)
    assert [reason.type.value for reason in await StageReason.all()] == ["CLOSE"]


async def test_entering_a_stage_that_stops_exceeded_time_asks_why(set_clock: SetClock) -> None:
    await the_parameters(reason_on_exceed_time=True)
    planning = await a_stage()
    await a_stage(planning, stops_time_recording=True)
    order, code = await a_measured_order(hours=8), await a_stage_reason_code()

    set_clock.now = at(9)
    without = await refusal(move_service_order_to_next_stage, MoveToNextStage(order.id), actor=DISPATCHER)
    command = MoveToNextStage(order.id, reason_code_id=code.id)
    await perform(move_service_order_to_next_stage, command, actor=DISPATCHER)

    assert without == (Code.REASON_REQUIRED, ("reasonCodeId",))
    assert [reason.type.value for reason in await StageReason.all()] == ["STAGE_CHANGE"]
    assert await sla_of(order, "status") is SlaStatus.STOPPED


async def test_a_cancelled_order_takes_no_time_until_it_is_taken_up(set_clock: SetClock) -> None:
    order = await a_measured_order(hours=8)
    await a_line(order)

    set_clock.now = at(2)
    await perform(cancel_service_order, EndOrder(order.id), actor=DISPATCHER)
    cancelled = await sla_of(order, "status")
    set_clock.now = at(6)
    await perform(revoke_service_order_cancellation, EndOrder(order.id), actor=DISPATCHER)

    assert cancelled is SlaStatus.STOPPED
    assert await sla_of(order, "status", "due_at") == (SlaStatus.STARTED, at(12))


async def test_a_deleted_order_leaves_its_time_to_the_audit_trail() -> None:
    order = await a_measured_order()

    await perform(delete_service_order, EndOrder(order.id), actor=DISPATCHER)

    gone = [event for event in await events() if event.kind == "recorded_time_deleted"]
    assert await RecordedTime.all().count() == 0
    assert [event.body["before"]["starts_at"] for event in gone] == ["2026-11-23T08:00:00+00:00"]


async def test_what_was_counted_stays_whatever_becomes_of_the_calendar(set_clock: SetClock) -> None:
    calendar = await a_calendar()
    order = await a_measured_order(days=1, calendar_id=calendar.id)

    set_clock.now = at(2)
    await perform(stop_sla_time, EndSlaTime(order.id), actor=DISPATCHER)
    holiday = Holiday(at().date(), "Closed after all")
    await perform(change_calendar, ChangeCalendar(calendar.id, holidays=(holiday,)), actor=MANAGER)

    assert await compliance(order, at(99)) == "25.00"
