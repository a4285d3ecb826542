"""What follows in other rows when rows of a file are written, in the same transaction."""

from collections import defaultdict
from collections.abc import Awaitable, Callable

from domain.calendars.models import Calendar
from domain.core.operation import Work, columns_of
from domain.customers.models import Address
from domain.exchange import tables
from domain.exchange.rows import CHUNK, Batch, Entry, changed, chunks, locked_where, update
from domain.orders.models import ServiceOrder, ServiceOrderLine
from domain.orders.rules import LineStatus, progress_of


async def prepare(batch: Batch) -> None:
    """Make room for what is about to be written."""
    if batch.sheet.table is tables.ADDRESSES:
        await _park_names([entry for entry in batch.written if "name" in entry.changed])


async def follow(work: Work, batch: Batch) -> None:
    """Write what follows from the rows that were written."""
    if batch.written and batch.sheet.table.file in _CONSEQUENCES:
        await _CONSEQUENCES[batch.sheet.table.file](work, batch.written)


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


async def _raise_calendar_versions(work: Work, written: list[Entry]) -> None:
    """A calendar is changed when its hours or holidays are."""
    for calendar in await locked_where(Calendar, "id", {entry.row.calendar_id for entry in written}):
        before = columns_of(calendar)
        calendar.version += 1
        await calendar.save(update_fields=["version"])
        work.record("calendar_changed", calendar, before=before, after=columns_of(calendar))


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
    entries = [changed(order, progress=progress_of(statuses[order.id])) for order in orders]
    await update(work, [entry for entry in entries if entry.changed], "service_order_progressed")


_CONSEQUENCES: dict[str, Callable[[Work, list[Entry]], Awaitable[None]]] = {
    tables.CALENDAR_HOURS.file: _raise_calendar_versions,
    tables.HOLIDAYS.file: _raise_calendar_versions,
    tables.ACTIVITIES.file: _move_lines,
    tables.ORDER_LINES.file: _roll_up,
}
