"""What follows in other rows when rows of a file are written, in the same transaction."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from domain.calendars.models import Calendar
from domain.calendars.operations import described
from domain.calendars.queries import working_calendars
from domain.core.operation import Work
from domain.customers.models import Address
from domain.exchange import recorded, tables
from domain.exchange.rows import CHUNK, Batch, Entry, changed, chunks, locked_where, to_come, update
from domain.orders.models import ServiceOrder, ServiceOrderLine
from domain.orders.rules import LineStatus, progress_of
from domain.stages.models import Stage

_CALENDAR_PARTS = (tables.CALENDAR_HOURS, tables.HOLIDAYS)


async def prepare(batch: Batch) -> None:
    """Make room for what is about to be written, and complete it."""
    table = batch.sheet.table
    if table is tables.ADDRESSES:
        await _park_names([entry for entry in batch.written if "name" in entry.changed])
    if table is tables.WORKERS:
        _leave_teams(batch)
    if table is tables.STAGES:
        _mark_parents(batch)
    if table is tables.ORDERS:
        await recorded.set_terms(batch)
    if table is tables.RECORDED_TIMES:
        await recorded.count_times(batch)
    if table in _CALENDAR_PARTS:
        batch.calendars_before = await _described_calendars({entry.row.calendar_id for entry in batch.written})


async def follow(work: Work, batch: Batch) -> None:
    """Write what follows from the rows that were written."""
    table, written = batch.sheet.table, batch.written
    if not written:
        return
    if table in _CALENDAR_PARTS:
        await _change_calendars(work, batch.calendars_before)
    if table is tables.STAGES:
        await _mark_stored_parents(work, written)
        await _begin(work)
    if table is tables.ACTIVITIES:
        await _move_lines(work, written)
    if table is tables.ORDER_LINES:
        await _roll_up(work, written)
    if table is tables.ORDER_REQUIREMENTS:
        await _mark_requiring(work, written)
    if table is tables.RECORDED_TIMES:
        await recorded.follow_times(work, written)


async def _park_names(renamed: list[Entry]) -> None:
    """Give renamed addresses their numbers as names for a moment, so that two of one customer may swap names."""
    if not renamed:
        return
    wanted = [entry.row.name for entry in renamed]
    for entry in renamed:
        entry.row.name = f"/{entry.row.number}/"
    await Address.bulk_update([entry.row for entry in renamed], ["name"], CHUNK)
    for entry, name in zip(renamed, wanted, strict=True):
        entry.row.name = name


def _leave_teams(batch: Batch) -> None:
    """One who leaves the company leaves their team too."""
    for entry in batch.entries:
        if not entry.row.active and entry.row.team_id is not None:
            entry.row.team_id = None
            entry.changed.add("team_id")


def _mark_parents(batch: Batch) -> None:
    """A stage knows whether others come after it."""
    parents = {entry.row.parent_id for entry in batch.entries}
    for entry in batch.entries:
        if not entry.row.has_next and (entry.row.id or to_come(entry.line)) in parents:
            entry.row.has_next = True
            entry.changed.add("has_next")


async def _mark_stored_parents(work: Work, written: list[Entry]) -> None:
    """So does one that the file does not mention."""
    parents = {entry.row.parent_id for entry in written} - {None}
    entries = [changed(stage, has_next=True) for stage in await locked_where(Stage, "id", parents)]
    await update(work, [entry for entry in entries if entry.changed], "stage_changed")


async def _begin(work: Work) -> None:
    """Orders that are in no stage, because there was none, are in the one in which orders begin.

    Source: DOMAIN.md 6.1.
    """
    initial = await Stage.get(parent_id__isnull=True)
    ids = await ServiceOrder.filter(stage_id__isnull=True).values_list("id", flat=True)
    orders = await locked_where(ServiceOrder, "id", [int(str(each)) for each in ids])
    await update(work, [changed(order, stage_id=initial.id) for order in orders], "service_order_moved")


async def _described_calendars(calendar_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Calendars with all that belongs to them, as the event log keeps them."""
    parts = await working_calendars(calendar_ids)
    calendars = await Calendar.filter(id__in=list(parts))
    return {row.id: described(row, parts[row.id].weekly, parts[row.id].holidays) for row in calendars}


async def _change_calendars(work: Work, before: dict[int, dict[str, Any]]) -> None:
    """A calendar is changed when its hours or holidays are."""
    calendars = await locked_where(Calendar, "id", before)
    for calendar in calendars:
        calendar.version += 1
        await calendar.save(update_fields=["version"])
    after = await _described_calendars(before)
    for calendar in calendars:
        work.record("calendar_changed", calendar, before=before[calendar.id], after=after[calendar.id])


async def _move_lines(work: Work, written: list[Entry]) -> None:
    """Open lines follow their activity to its worker and task.

    Source: DOMAIN.md 9.1.
    """
    moved = {entry.row.id: entry.row for entry in written if entry.changed & {"worker_id", "task_id"}}
    following = [
        changed(line, worker_id=moved[line.activity_id].worker_id, task_id=moved[line.activity_id].task_id)
        for line in await locked_where(ServiceOrderLine, "activity_id", moved)
        if line.status is LineStatus.CREATED
    ]
    await update(work, [entry for entry in following if entry.changed], "service_order_line_changed")


async def _roll_up(work: Work, written: list[Entry]) -> None:
    """The progress of an order follows from its lines.

    Source: DOMAIN.md 5.5.
    """
    order_ids = {entry.row.order_id for entry in written}
    statuses: dict[int, list[LineStatus]] = defaultdict(list)
    for part in chunks(sorted(order_ids)):
        for line in await ServiceOrderLine.filter(order_id__in=part).values("order_id", "status"):
            statuses[line["order_id"]].append(line["status"])
    orders = await locked_where(ServiceOrder, "id", order_ids)
    entries = [
        changed(
            order,
            progress=progress_of(statuses[order.id]),
            has_posted_lines=True if LineStatus.POSTED in statuses[order.id] else None,
        )
        for order in orders
    ]
    await update(work, [entry for entry in entries if entry.changed], "service_order_progressed")


async def _mark_requiring(work: Work, written: list[Entry]) -> None:
    """An order knows whether it requires items.

    Source: DOMAIN.md 5.7.
    """
    orders = await locked_where(ServiceOrder, "id", {entry.row.order_id for entry in written})
    entries = [changed(order, has_item_requirements=True) for order in orders]
    await update(work, [entry for entry in entries if entry.changed], "service_order_requirements_counted")
