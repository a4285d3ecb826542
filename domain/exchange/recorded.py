"""What the files of orders' service levels and recorded time are checked for, and what follows from their rows."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from domain.core.errors import Code
from domain.core.operation import Work
from domain.exchange.rows import Batch, Entry, changed, chunks, locked_where, update
from domain.orders.measuring import Measured, Promised, measured, promised_by, span_of, standing_columns
from domain.orders.models import RecordedTime, ServiceOrder
from domain.slas import rules
from domain.slas.rules import SlaStatus, TimeLog

_NO_TERMS = {"sla_limit_minutes": None, "sla_calendar_id": None, "sla_calendar_mode": None}


# --- the service levels of orders ------------------------------------------------------------------------------------


async def check_order_levels(batch: Batch) -> None:
    """An order that is measured keeps its service level."""
    levelled = {entry.row.id: entry for entry in batch.entries if "sla_id" in entry.changed and not entry.is_new}
    for order_id in {time.order_id for time in await _times_of(levelled)}:
        message = f"{levelled[order_id].row.number} is measured by another service level already, and keeps it."
        batch.refuse(levelled[order_id], "sla", message)


async def set_terms(batch: Batch) -> None:
    """What a service level promises stands in the order as well, from when it is given one."""
    known: dict[int, Promised] = {}
    for entry in batch.entries:
        if not entry.is_new and "sla_id" not in entry.changed:
            continue
        sla_id, terms = entry.row.sla_id, _NO_TERMS
        if sla_id is not None:
            known[sla_id] = known.get(sla_id) or await promised_by(sla_id)
            terms = known[sla_id].columns
        for column in _NO_TERMS:
            setattr(entry.row, column, terms[column])
            entry.changed.add(column)


# --- recorded time ---------------------------------------------------------------------------------------------------


async def check_recorded_times(batch: Batch) -> None:
    """The times of an order follow one another, and only the last runs or ends measurement for good."""
    orders = await _orders_of(batch.entries)
    in_file = {entry.row.id for entry in batch.entries if not entry.is_new}
    times: dict[int, list[tuple[RecordedTime, Entry | None]]] = defaultdict(list)
    for time in await _times_of(orders):
        if time.id not in in_file:
            times[time.order_id].append((time, None))
    for entry in batch.entries:
        times[entry.row.order_id].append((entry.row, entry))
        _check_time(batch, entry, orders[entry.row.order_id])
    for listed in times.values():
        listed.sort(key=lambda each: each[0].starts_at)
        for (earlier, told), (later, other) in pairwise(listed):
            if earlier.status is not SlaStatus.STOPPED or (earlier.ends_at or later.starts_at) > later.starts_at:
                message = "The times of an order follow one another; this one is not over when the next begins."
                at_fault = told or other
                if at_fault is not None:
                    batch.refuse(at_fault, "ends_at" if told is not None else "starts_at", message)


def _check_time(batch: Batch, entry: Entry, order: ServiceOrder) -> None:
    time = entry.row
    if order.sla_id is None:
        batch.refuse(entry, "order", f"{order.number} has no service level; give it one in orders.csv.")
    if time.status is SlaStatus.NONE:
        batch.refuse(entry, "status", "Recorded time is STARTED, STOPPED or CANCELED.")
    if (time.status is SlaStatus.STARTED) is not (time.ends_at is None):
        batch.refuse(entry, "ends_at", "Time that is STARTED has no end; other time has one.")
    if time.ends_at is not None and time.ends_at < time.starts_at:
        batch.refuse(entry, "ends_at", "Time ends after it starts.", Code.INVALID_TIME)


async def count_times(batch: Batch) -> None:
    """Time that is over has counted by the calendar as it is; what was counted before stays counted."""
    found = await _measured(await _orders_of(batch.entries))
    for entry in batch.entries:
        time = entry.row
        if not entry.is_new and not entry.changed & {"starts_at", "ends_at"}:
            continue
        counted = None
        if time.ends_at is not None:
            span = replace(span_of(time), counted=None)
            log, level = TimeLog(SlaStatus.STOPPED, (span,)), found[time.order_id].level
            counted = rules.elapsed(level, log, now=time.ends_at) // timedelta.resolution
        time.counted = counted
        entry.changed.add("counted")


async def follow_times(work: Work, written: list[Entry]) -> None:
    """Where an order stands follows from its recorded time; nobody is told of what has been."""
    locked = await locked_where(ServiceOrder, "id", {each.row.order_id for each in written})
    orders = {order.id: order for order in locked}
    entries = []
    for found in (await _measured(orders)).values():
        last = found.times[-1].status
        log = TimeLog(last, tuple(span_of(time) for time in found.times))
        entries.append(changed(found.order, **standing_columns(found, log, work)))
    await update(work, [entry for entry in entries if entry.changed], "service_level_recorded")


async def _orders_of(entries: Iterable[Entry]) -> dict[int, ServiceOrder]:
    found: dict[int, ServiceOrder] = {}
    for part in chunks(sorted({entry.row.order_id for entry in entries})):
        found |= {order.id: order for order in await ServiceOrder.filter(id__in=part)}
    return found


async def _times_of(orders: Iterable[int]) -> list[RecordedTime]:
    found: list[RecordedTime] = []
    for part in chunks(sorted(orders)):
        found += await RecordedTime.filter(order_id__in=part).order_by("starts_at", "id")
    return found


async def _measured(orders: dict[int, ServiceOrder]) -> dict[int, Measured]:
    found: dict[int, Measured] = {}
    for part in chunks(sorted(orders)):
        found |= {each.order.id: each for each in await measured([orders[key] for key in part], every=True)}
    return found
