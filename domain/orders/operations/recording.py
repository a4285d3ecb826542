"""The time of an order that counts for its service level: started, stopped, cancelled by hand; and watched."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from db.reading import dialect, read
from domain.core.actor import SYSTEM, Permission
from domain.core.operation import Work, check_version, operation, perform
from domain.core.rows import locked
from domain.core.timetable import job
from domain.orders.measuring import Measured, check_may_stop, measured, record
from domain.orders.models import ServiceOrder
from domain.orders.parts import log_reason
from domain.parameters.queries import company_parameters
from domain.slas import rules
from domain.slas.rules import SlaStatus
from domain.stages.rules import ReasonType

# --- by hand ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StartSlaTime:
    """Which order's time counts again, and since when; now unless told."""

    order_id: int
    at: datetime | None = None
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_ORDERS)
async def start_sla_time(work: Work, command: StartSlaTime) -> int:
    """Start the time of an order that was stopped.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, SLA_ALREADY_STARTED, SLA_NOT_STARTED, SLA_CANCELED, INVALID_TIME.

    Source: DOMAIN.md 8.3.
    """
    found = await _locked(command.order_id, command.expected_version)
    log = rules.plan_start(found.order.number, found.log, at=command.at, now=work.now)
    await record(work, found, log, "service_level_started")
    return found.order.id


@dataclass(frozen=True, slots=True)
class EndSlaTime:
    """Which order's time is stopped, or not measured any more, since when, which is now unless told, and why."""

    order_id: int
    at: datetime | None = None
    reason_code_id: int | None = None
    description: str | None = None
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_ORDERS)
async def stop_sla_time(work: Work, command: EndSlaTime) -> int:
    """Stop the time of an order.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, SLA_NOT_STARTED, SLA_CANCELED, INVALID_TIME, REASON_REQUIRED, INVALID,
            NO_INITIAL_STAGE for a reason without a stage.

    Source: DOMAIN.md 8.3, 8.4.
    """
    found = await _locked(command.order_id, command.expected_version)
    log = rules.plan_stop(found.order.number, found.log, at=command.at, now=work.now)
    await check_may_stop(found, log, work, command.reason_code_id)
    await log_reason(work, found.order, ReasonType.CLOSE, command.reason_code_id, command.description)
    await record(work, found, log, "service_level_stopped")
    return found.order.id


@operation(requires=Permission.MAINTAIN_ORDERS)
async def cancel_sla(work: Work, command: EndSlaTime) -> int:
    """End the measurement of an order for good.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, SLA_NOT_STARTED, SLA_CANCELED, INVALID_TIME, REASON_REQUIRED, INVALID,
            NO_INITIAL_STAGE for a reason without a stage.

    Source: DOMAIN.md 8.3, 8.4.
    """
    found = await _locked(command.order_id, command.expected_version)
    log = rules.plan_cancel(found.order.number, found.log, at=command.at, now=work.now)
    asks = (await company_parameters()).reason_on_cancel
    rules.check_cancel_reason(command.reason_code_id, reason_on_cancel=asks)
    await log_reason(work, found.order, ReasonType.CANCEL, command.reason_code_id, command.description)
    await record(work, found, log, "service_level_canceled")
    return found.order.id


async def _locked(order_id: int, expected_version: int | None) -> Measured:
    order = await locked(ServiceOrder, order_id, "service order", "orderId")
    await check_version(order, expected_version)
    rules.check_measured(order.number, order.sla_status)
    [found] = await measured([order])
    return found


# --- by the clock ----------------------------------------------------------------------------------------------------

EVERY = timedelta(seconds=1)
_AT_ONCE = 50
_MOST_ROUNDS = 200

# Orders with something to tell; and those of which the calendar has changed since their moments were reckoned.
_DUE = "SELECT id FROM service_order WHERE sla_next_alarm_at <= {} ORDER BY sla_next_alarm_at LIMIT {}"
_OUTDATED = """
SELECT o.id FROM calendar c
JOIN service_order o ON o.sla_calendar_id = c.id AND o.sla_calendar_version < c.version
WHERE o.sla_status = 'STARTED' LIMIT {}
"""


@dataclass(frozen=True, slots=True)
class TellServiceLevels:
    """Which orders to look at."""

    order_ids: tuple[int, ...]


@operation(requires=Permission.MAINTAIN_ORDERS)
async def tell_service_levels(work: Work, command: TellServiceLevels) -> int:
    """Tell of orders that they are at risk or late, each once, and reckon their moments anew; gives how many changed.

    The rows are locked and looked at again, so whoever comes second finds nothing left to tell.

    Source: DOMAIN.md 8.3, 12.
    """
    ids = sorted(command.order_ids)
    orders = await ServiceOrder.filter(id__in=ids, sla_status=SlaStatus.STARTED).order_by("id").select_for_update()
    for found in await measured(orders):
        await record(work, found, found.log, None)
    return len({each.subject_id for each in work.records})


@job(EVERY)
async def watch_service_levels(now: datetime) -> None:
    """Tell what is due to be told by now."""
    for _ in range(_MOST_ROUNDS):
        ids = await due_orders(now)
        if not ids:
            return
        await perform(tell_service_levels, TellServiceLevels(ids), actor=SYSTEM)


async def due_orders(now: datetime) -> tuple[int, ...]:
    """Some of the orders that the job has to look at."""
    postgres = dialect() == "postgres"
    marks = ("$1", "$2") if postgres else ("?1", "?2")
    at = now if postgres else now.isoformat(" ")
    due = await read(_DUE.format(*marks), (at, _AT_ONCE))
    outdated = await read(_OUTDATED.format(marks[0]), (_AT_ONCE,))
    return tuple(sorted({row[0] for row in (*due, *outdated)}))
