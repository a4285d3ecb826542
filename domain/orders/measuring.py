"""The recorded time of orders, and what follows from it in their rows; inside an open transaction, orders locked.

What a service level promised when measurement began stays with the order. Of its calendar the days count as they are
while time runs, and what was counted stays counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from domain.agreements.models import AgreementGroup, ServiceAgreement
from domain.calendars.models import Calendar
from domain.calendars.queries import working_calendars
from domain.core.operation import Work, columns_of
from domain.orders.models import RecordedTime, ServiceOrder
from domain.orders.rules import OrderProgress
from domain.parameters.queries import company_parameters
from domain.slas import rules
from domain.slas.models import ServiceLevel
from domain.slas.queries import level_of
from domain.slas.rules import SlaRisk, SlaStatus, Span, TimeLog
from domain.stages.queries import stage_with
from domain.stages.rules import TimeEffect

# The events that followers of service levels wait for.
ALARMS = {SlaRisk.AT_RISK: "service_level_at_risk", SlaRisk.BREACHED: "service_level_breached"}
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Measured:
    """A locked order with its terms, the state of its calendar that they are counted by, and its recorded time."""

    order: ServiceOrder
    level: rules.ServiceLevel
    calendar_version: int | None
    times: Sequence[RecordedTime]

    @property
    def log(self) -> TimeLog:
        """Its time as the rules see it."""
        return TimeLog(self.order.sla_status, tuple(span_of(time) for time in self.times))


def span_of(time: RecordedTime) -> Span:
    """Recorded time as the rules see it."""
    counted = None if time.counted is None else time.counted * _MICROSECOND
    return Span(time.starts_at, time.ends_at, counted)


async def measured(orders: Sequence[ServiceOrder], *, every: bool = False) -> list[Measured]:
    """Of these orders those that are measured, or `every` one, with what is recorded of them, in a few statements."""
    orders = [order for order in orders if every or order.sla_status is not SlaStatus.NONE]
    times: dict[int, list[RecordedTime]] = {order.id: [] for order in orders}
    for time in await RecordedTime.filter(order_id__in=list(times)).order_by("starts_at", "id"):
        times[time.order_id].append(time)
    ids = sorted({order.sla_calendar_id for order in orders if order.sla_calendar_id is not None})
    calendars = await working_calendars(ids)
    versions = {calendar.id: calendar.version for calendar in await Calendar.filter(id__in=ids)} if ids else {}
    found = []
    for order in orders:
        calendar = calendars.get(order.sla_calendar_id) if order.sla_calendar_id is not None else None
        level = rules.level_with(order.sla_limit_minutes or 0, calendar, order.sla_calendar_mode)
        found.append(Measured(order, level, versions.get(order.sla_calendar_id or 0), times[order.id]))
    return found


# --- which service level ---------------------------------------------------------------------------------------------


async def create_measured(work: Work, order: ServiceOrder) -> ServiceOrder:
    """Insert an order; its time counts from now on if the agreement it is under promises a service level.

    Source: DOMAIN.md 8.2.
    """
    [time] = await begin(work, [order])
    await work.create(order, "service_order_created")
    if time is not None:
        time.order_id = order.id
        await work.create(time, "recorded_time_started")
    return order


async def begin(work: Work, orders: Sequence[ServiceOrder], *, generated: bool = False) -> list[RecordedTime | None]:
    """Measure orders that are about to be stored; gives for each the time to store with it, if it is measured.

    Those that were planned from their agreements are measured only if the company wants it, and from their day on:
    nobody is late with a visit that is still to come.

    Source: DOMAIN.md 8.2.
    """
    levels = await _levels([order.agreement_id for order in orders], generated=generated)
    promised = {sla_id: await promised_by(sla_id) for sla_id in sorted(set(levels.values()))}
    begun: list[RecordedTime | None] = []
    for order in orders:
        sla_id = levels.get(order.agreement_id or 0)
        if sla_id is None:
            begun.append(None)
            continue
        found = promised[sla_id]
        begins_at = max(order.service_at or work.now, work.now) if generated else work.now
        for column, value in (found.columns | standing_columns(found, rules.begin(begins_at), work)).items():
            setattr(order, column, value)
        begun.append(RecordedTime(starts_at=begins_at))
    return begun


async def follow_agreement(work: Work, order: ServiceOrder) -> None:
    """Measure an order by the service level of the agreement that it was given.

    One that was not measured has begun when it was created. One that was keeps its time, which now counts by the new
    terms. Without a service level there, or after a cancellation, everything stays as it is. So it does for a web order
    that nobody has taken over: the company has yet to say under which agreement it is done.

    Source: DOMAIN.md 5.3, 8.2, D-22.
    """
    if order.incoming_web_order:
        return
    sla_id = (await _levels([order.agreement_id], generated=False)).get(order.agreement_id or 0)
    promised = None if sla_id is None else await promised_by(sla_id)
    if promised is None or order.sla_status is SlaStatus.CANCELED or promised.columns["sla_id"] == order.sla_id:
        return
    if order.sla_status is SlaStatus.NONE:
        times: list[RecordedTime] = []
        log = rules.begin(min(order.created_at, work.now))
        if not await _runs(order):
            log = rules.follow_stage(log, TimeEffect.STOP, at=order.signed_off_at or work.now)
    else:
        times = await RecordedTime.filter(order_id=order.id).order_by("starts_at", "id")
        log = TimeLog(order.sla_status, tuple(replace(span_of(time), counted=None) for time in times))
    now_measured = Measured(order, promised.level, promised.calendar_version, times)
    await record(work, now_measured, log, "service_level_promised", promised.columns)


@dataclass(frozen=True, slots=True)
class Promised:
    """A service level, the state of its calendar, and its terms as an order keeps them."""

    level: rules.ServiceLevel
    calendar_version: int | None
    columns: dict[str, Any]


async def _levels(agreement_ids: Sequence[int | None], *, generated: bool) -> dict[int, int]:
    """The service levels of orders under these agreements, by agreement, where there is one."""
    ids = sorted({each for each in agreement_ids if each is not None})
    measures = not generated or (await company_parameters()).sla_on_generated_orders
    if not ids or not measures:
        return {}
    own: dict[int, tuple[int | None, int]] = {
        agreement.id: (agreement.sla_id, agreement.group_id) for agreement in await ServiceAgreement.filter(id__in=ids)
    }
    groups = await AgreementGroup.filter(id__in=sorted({group_id for _, group_id in own.values()}))
    of_group = {group.id: group.sla_id for group in groups}
    found = {
        key: rules.effective_sla_id(sla_id, of_group[group_id], generated=generated, measure_generated=measures)
        for key, (sla_id, group_id) in own.items()
    }
    return {key: sla_id for key, sla_id in found.items() if sla_id is not None}


async def promised_by(sla_id: int) -> Promised:
    """What a service level promises now."""
    parameters, row = await company_parameters(), await ServiceLevel.get(id=sla_id)
    calendar = None if row.calendar_id is None else await Calendar.get(id=row.calendar_id)
    minutes = rules.limit_minutes(await level_of(row))
    columns = {
        "sla_id": sla_id,
        "sla_limit_minutes": minutes,
        "sla_calendar_id": row.calendar_id,
        "sla_calendar_mode": None if calendar is None else parameters.sla_calendar_mode,
    }
    level = await level_of(row, parameters.sla_calendar_mode)
    return Promised(level, None if calendar is None else calendar.version, columns)


async def _runs(order: ServiceOrder) -> bool:
    """Whether nothing about an order itself holds its time."""
    stage = await stage_with(order.stage_id)
    return (
        order.progress is OrderProgress.IN_PROCESS
        and order.signed_off_at is None
        and (stage is None or not stage.stops_time_recording)
    )


# --- what is recorded ------------------------------------------------------------------------------------------------


async def follow_progress(work: Work, order: ServiceOrder) -> None:
    """Let an order's time run while there is something to do, and stop it when it is done or cancelled."""
    for found in await measured([order]):
        effect = TimeEffect.RESTART if await _runs(order) else TimeEffect.STOP
        await follow_effect(work, found, effect)


async def follow_effect(work: Work, found: Measured, effect: TimeEffect) -> None:
    """Stop an order's time or start it again; one that is done or cancelled is not started.

    Source: DOMAIN.md 6.2.
    """
    if effect is TimeEffect.RESTART and found.order.progress is not OrderProgress.IN_PROCESS:
        return
    log = rules.follow_stage(found.log, effect, at=work.now)
    if log.status is not found.log.status:
        await record(work, found, log, f"service_level_{log.status.lower()}")


async def check_may_stop(found: Measured, log: TimeLog, work: Work, reason_code_id: int | None) -> None:
    """Refuse to end an order's time without the reason that exceeded time asks for; `log` is its time as it ends.

    Raises:
        Refused: REASON_REQUIRED.

    Source: DOMAIN.md 8.4.
    """
    asks = (await company_parameters()).reason_on_exceed_time
    needed = rules.stop_needs_reason(found.level, log, now=work.now, reason_on_exceed_time=asks)
    rules.check_stop_reason(reason_code_id, needed=needed)


async def record(
    work: Work, found: Measured, log: TimeLog, kind: str | None, columns: dict[str, Any] | None = None
) -> None:
    """Make an order's recorded time be `log`, keep what follows from it in its row, and tell what that reaches.

    Without a kind it is the clock that changes the order: that raises no version, as nobody's reading of the order is
    out of date by it.
    """
    order = found.order
    await _write(work, found, log)
    values = (columns or {}) | standing_columns(found, log, work)
    alarms = rules.newly_reached(order.sla_risk, values["sla_risk"])
    for risk in alarms:
        last = kind is None and risk is values["sla_risk"]
        await _set(work, order, ALARMS[risk], values if last else {"sla_risk": risk})
    if kind is not None:
        await work.change(order, kind, **values)
    elif not alarms:
        await _set(work, order, "service_level_timed", values)


async def _write(work: Work, found: Measured, log: TimeLog) -> None:
    for place, span in enumerate(log.spans):
        ended: dict[str, Any] = {}
        if span.ends_at is not None and span.counted is None:
            counted = rules.elapsed(found.level, TimeLog(SlaStatus.STOPPED, (span,)), now=work.now)
            ended = {"ends_at": span.ends_at, "counted": counted // _MICROSECOND}
        if place >= len(found.times):
            time = RecordedTime(order_id=found.order.id, starts_at=span.starts_at, **ended)
            time.status = SlaStatus.STOPPED if ended else SlaStatus.STARTED
            await work.create(time, "recorded_time_started")
        elif ended:
            time = found.times[place]
            was_running = time.ends_at is None
            status = log.status if was_running else time.status
            kind = "recorded_time_ended" if was_running else "recorded_time_counted"
            await work.change(time, kind, status=status, **ended)


def standing_columns(found: Measured | Promised, log: TimeLog, work: Work) -> dict[str, Any]:
    """What of an order's row follows from its time."""
    standing = rules.standing_of(found.level, log, now=work.now)
    return {
        "sla_status": standing.status,
        "sla_risk": standing.risk,
        "sla_started_at": standing.started_at,
        "sla_due_at": standing.due_at,
        "sla_next_alarm_at": standing.next_alarm_at,
        "sla_calendar_version": found.calendar_version,
    }


async def _set(work: Work, order: ServiceOrder, kind: str, values: dict[str, Any]) -> None:
    changed = {name: value for name, value in values.items() if getattr(order, name) != value}
    if not changed:
        return
    before = columns_of(order)
    for name, value in changed.items():
        setattr(order, name, value)
    await order.save(update_fields=[*changed])
    work.record(kind, order, before=before, after=columns_of(order))
