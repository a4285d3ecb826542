"""What the clock tells of service levels: at 80 percent and when it is too late, each once, whoever looks."""

import asyncio
from datetime import datetime, timedelta

import pytest

from db.outbox import EventRow
from domain.calendars.operations import ChangeCalendar, change_calendar
from domain.calendars.rules import Holiday
from domain.core.operation import perform
from domain.core.timetable import JOBS, run_if_due
from domain.orders.models import RecordedTime, ServiceOrder
from domain.orders.operations import (
    EndSlaTime,
    StartSlaTime,
    TellServiceLevels,
    cancel_sla,
    start_sla_time,
    stop_sla_time,
    tell_service_levels,
    watch_service_levels,
)
from domain.orders.operations.recording import due_orders
from domain.slas.rules import SlaRisk
from tests.builders.actors import DISPATCHER, MANAGER
from tests.builders.log import events
from tests.builders.rows import a_calendar
from tests.builders.slas import a_measured_order, an_agreement_with_level
from tests.builders.times import SetClock, at

pytestmark = pytest.mark.usefixtures("database", "set_clock")

INSTANT = timedelta.resolution


async def alarms() -> list[tuple[str, int, datetime]]:
    """What was told, of which order, and when."""
    told = ("service_level_at_risk", "service_level_breached")
    return [(each.kind, each.subject_id, each.at) for each in await events() if each.kind in told]


async def watched(clock: SetClock, *moments: datetime) -> None:
    """Let the job look at these moments."""
    for moment in moments:
        clock.now = moment
        await watch_service_levels(moment)


async def test_both_alarms_are_told_at_their_moments_and_once(set_clock: SetClock) -> None:
    order = await a_measured_order(hours=8)

    await watched(set_clock, at(6.4) - INSTANT)
    assert await alarms() == []
    await watched(set_clock, at(6.4), at(7), at(8))
    assert await alarms() == [("service_level_at_risk", order.id, at(6.4))]
    await watched(set_clock, at(8) + INSTANT, at(9), at(99))

    assert await alarms() == [
        ("service_level_at_risk", order.id, at(6.4)),
        ("service_level_breached", order.id, at(8) + INSTANT),
    ]
    stored = await ServiceOrder.get(id=order.id)
    assert (stored.sla_risk, stored.sla_next_alarm_at, stored.sla_due_at) == (SlaRisk.BREACHED, None, at(8))


async def test_the_clock_raises_no_version_and_acts_in_no_ones_name(set_clock: SetClock) -> None:
    order = await a_measured_order(hours=8)

    await watched(set_clock, at(6.4))

    event = await EventRow.get(kind="service_level_at_risk")
    changed = {key for key, value in event.body["after"].items() if value != event.body["before"][key]}
    assert (event.actor_id, event.actor_name, changed) == (None, "Tavle", {"sla_risk", "sla_next_alarm_at"})
    assert (await ServiceOrder.get(id=order.id)).version == order.version


async def test_what_was_missed_is_told_in_order(set_clock: SetClock) -> None:
    order = await a_measured_order(hours=8)

    await watched(set_clock, at(50))

    assert [told[0] for told in await alarms()] == ["service_level_at_risk", "service_level_breached"]
    assert (await ServiceOrder.get(id=order.id)).sla_risk is SlaRisk.BREACHED


async def test_of_many_servers_that_look_at_once_one_tells(set_clock: SetClock) -> None:
    agreement = await an_agreement_with_level(hours=8)
    orders = [await a_measured_order(agreement) for _ in range(3)]
    job = JOBS["watch_service_levels"]

    set_clock.now = at(7)
    await asyncio.gather(*(run_if_due(job) for _ in range(6)))

    assert sorted(await alarms()) == [("service_level_at_risk", order.id, at(7)) for order in orders]
    assert (job.every, job.alone) == (timedelta(seconds=1), False)


async def test_whoever_comes_second_finds_nothing_to_tell(set_clock: SetClock) -> None:
    order = await a_measured_order(hours=8)

    set_clock.now = at(7)
    await perform(tell_service_levels, TellServiceLevels((order.id,)), actor=DISPATCHER)
    seen = await events()
    await perform(tell_service_levels, TellServiceLevels((order.id, 404)), actor=DISPATCHER)

    assert len(await alarms()) == 1
    assert await events() == seen


async def test_more_orders_than_fit_into_one_round_are_all_told(set_clock: SetClock) -> None:
    order = await a_measured_order(hours=8)
    columns = {name: getattr(order, name) for name in ServiceOrder._meta.db_fields if name not in {"id", "number"}}
    await ServiceOrder.bulk_create([ServiceOrder(number=f"SO-C{place}", **columns) for place in range(120)])

    copies = await ServiceOrder.filter(number__startswith="SO-C").order_by("id")
    await RecordedTime.bulk_create([RecordedTime(order_id=each.id, starts_at=at(0)) for each in copies])

    set_clock.now = at(7)
    due = await due_orders(at(7))
    await watch_service_levels(at(7))

    assert len(due) == 50
    assert await due_orders(at(7)) == ()
    assert sorted(told[1] for told in await alarms()) == [order.id, *[each.id for each in copies]]


@pytest.mark.parametrize("how", ["stopped", "cancelled"])
async def test_while_no_time_runs_nothing_is_told(set_clock: SetClock, how: str) -> None:
    order = await a_measured_order(hours=8)

    set_clock.now = at(6)
    if how == "stopped":
        await perform(stop_sla_time, EndSlaTime(order.id), actor=DISPATCHER)
    else:
        await perform(cancel_sla, EndSlaTime(order.id), actor=DISPATCHER)
    await watched(set_clock, at(20))

    assert await alarms() == []


async def test_a_stop_tells_what_the_clock_had_no_time_to_tell(set_clock: SetClock) -> None:
    order, earlier = await a_measured_order(hours=8), await a_measured_order(hours=8)

    set_clock.now = at(9)
    await perform(stop_sla_time, EndSlaTime(order.id), actor=DISPATCHER)
    await perform(stop_sla_time, EndSlaTime(earlier.id, at=at(5)), actor=DISPATCHER)

    assert [told[:2] for told in await alarms()] == [
        ("service_level_at_risk", order.id),
        ("service_level_breached", order.id),
    ]


async def test_time_that_starts_again_is_told_of_what_is_left(set_clock: SetClock) -> None:
    order = await a_measured_order(hours=8)

    await watched(set_clock, at(7))
    await perform(stop_sla_time, EndSlaTime(order.id), actor=DISPATCHER)
    await watched(set_clock, at(20))
    await perform(start_sla_time, StartSlaTime(order.id), actor=DISPATCHER)
    await watched(set_clock, at(20.9), at(21), at(21) + INSTANT)

    assert [(kind, when) for kind, _, when in await alarms()] == [
        ("service_level_at_risk", at(7)),
        ("service_level_breached", at(21) + INSTANT),
    ]


async def test_another_calendar_moves_the_moments_of_time_that_runs(set_clock: SetClock) -> None:
    calendar = await a_calendar()
    order = await a_measured_order(days=1, calendar_id=calendar.id)
    tuesday = Holiday(at(days=1).date(), "Stocktaking")

    await watched(set_clock, at(6.5))
    before = await ServiceOrder.get(id=order.id)
    await perform(change_calendar, ChangeCalendar(calendar.id, holidays=(tuesday,)), actor=MANAGER)
    await watched(set_clock, at(6.6))

    after = await ServiceOrder.get(id=order.id)
    # Monday has seven hours left, and the eighth is the first of Tuesday, now of Wednesday.
    assert (before.sla_due_at, after.sla_due_at) == (at(24), at(48))
    assert after.version == before.version
    assert [event.kind for event in await events()][-2:] == ["calendar_changed", "service_level_timed"]
    assert await due_orders(at(6.6)) == ()


async def test_what_is_no_longer_at_risk_may_be_so_again(set_clock: SetClock) -> None:
    calendar = await a_calendar()
    order = await a_measured_order(days=1, calendar_id=calendar.id)
    monday = Holiday(at().date(), "Nobody came")

    await watched(set_clock, at(6.5))
    await perform(change_calendar, ChangeCalendar(calendar.id, holidays=(monday,)), actor=MANAGER)
    await watched(set_clock, at(6.6))
    fallen = (await ServiceOrder.get(id=order.id)).sla_risk
    await watched(set_clock, at(23 + 6.5))

    assert fallen is SlaRisk.ON_TIME
    assert [told[0] for told in await alarms()] == ["service_level_at_risk"] * 2
