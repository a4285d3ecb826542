"""What each file's rows are checked for against the database, before anything is written."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from domain.calendars.models import CalendarHours
from domain.core.errors import Code, Refused
from domain.customers.models import Address
from domain.customers.rules import check_position
from domain.exchange import agreement_checks, project_checks, recorded, tables
from domain.exchange.columns import Column
from domain.exchange.forms import CLOCK, Weekday
from domain.exchange.rows import Batch, Entry, chunks, to_come
from domain.exchange.rules import Span, check_activity, check_hours, overlapping
from domain.exchange.sheets import Fault
from domain.orders.models import ItemRequirement, ServiceActivity
from domain.orders.rules import LineStatus, check_invoiced, check_item
from domain.projects.rules import TransactionType
from domain.stages.models import Stage
from domain.stages.queries import stage_of
from domain.stages.rules import check_parent_kept, check_tree
from domain.workforce.models import DispatchTeam
from domain.workforce.rules import WorkerType, check_still_owner, check_team_owner


async def check(batch: Batch) -> Sequence[Fault]:
    """The mistakes that only the file as a whole and the database together show."""
    table = batch.sheet.table
    for column in table.columns:
        if column.fixed:
            _check_fixed(batch, column)
    if table.file in _CHECKS:
        await _CHECKS[table.file](batch)
    return batch.faults


def _check_fixed(batch: Batch, column: Column) -> None:
    known, word = batch.known(column.refers), tables.BY_FILE[column.refers].word
    for entry in batch.entries:
        if entry.before is not None and column.field in entry.changed:
            wanted = known[getattr(entry.row, column.field)]["number"]
            message = f"{entry.row.number} belongs to another {word} and cannot be moved to {wanted}."
            batch.refuse(entry, column.name, message)


# --- calendars -------------------------------------------------------------------------------------------------------


async def _check_calendar_hours(batch: Batch) -> None:
    batch.check_all(lambda row: check_hours(row.opens_minute, row.closes_minute))
    in_file = {entry.row.id for entry in batch.entries if not entry.is_new}
    calendars = {entry.row.calendar_id for entry in batch.entries}
    stored = [row for row in await CalendarHours.filter(calendar_id__in=calendars) if row.id not in in_file]
    rows = [(entry.line, entry.row) for entry in batch.entries] + [(None, row) for row in stored]
    spans = [
        Span((row.calendar_id, row.weekday), row.opens_minute, row.closes_minute, _spoken_hours(row), line)
        for line, row in rows
    ]
    for span, in_the_way in overlapping(spans):
        if span.line is not None:
            message = f"{span.name} overlaps {_named(in_the_way)}; write them as one."
            batch.faults.append(Fault(span.line, "opens", message))


def _spoken_hours(row: Any) -> str:
    opens, closes = (CLOCK.write(minute, UTC) for minute in (row.opens_minute, row.closes_minute))
    return f"{Weekday(row.weekday).name} {opens} to {closes}"


async def _check_holidays(batch: Batch) -> None:
    batch.check_all(lambda row: check_hours(row.opens_minute, row.closes_minute))


# --- customers and workforce -----------------------------------------------------------------------------------------


async def _check_addresses(batch: Batch) -> None:
    batch.check_all(lambda row: check_position(row.latitude, row.longitude))
    in_file = {entry.row.id for entry in batch.entries if not entry.is_new}
    taken: dict[tuple[int, str], str] = {}
    for part in chunks(sorted({entry.row.customer_id for entry in batch.entries})):
        known = Address.filter(customer_id__in=part, this_service_only=False)
        for row in await known.values("id", "customer_id", "name", "number"):
            if row["id"] not in in_file:
                taken[row["customer_id"], row["name"]] = row["number"]
    for entry in batch.entries:
        if entry.row.this_service_only:
            continue
        other = taken.setdefault((entry.row.customer_id, entry.row.name), entry.row.number)
        if other != entry.row.number:
            message = f"{other} of the same customer is named {entry.row.name} too; people choose addresses by name."
            batch.refuse(entry, "name", message, Code.ALREADY_EXISTS)


async def _check_workers(batch: Batch) -> None:
    owned: dict[int, list[str]] = defaultdict(list)
    for part in chunks(sorted(entry.row.id for entry in batch.entries if not entry.is_new)):
        for team in await DispatchTeam.filter(owner_id__in=part).order_by("number").values("owner_id", "number"):
            owned[team["owner_id"]].append(team["number"])
    batch.check_all(lambda row: check_still_owner(row.name, row.type, active=row.active, teams=owned.get(row.id, ())))


async def _check_team_members(batch: Batch) -> None:
    for entry in batch.entries:
        if not entry.row.active and entry.row.team_id is not None:
            message = f"{entry.row.name} has left the company and is in no team."
            batch.refuse(entry, "team", message, Code.WORKER_INACTIVE)


async def _check_teams(batch: Batch) -> None:
    workers = batch.known(tables.WORKERS.file)

    def check_owner(team: DispatchTeam) -> None:
        owner = workers[team.owner_id]
        try:
            check_team_owner(owner["name"], WorkerType(owner["type"]), active=owner["active"])
        except Refused as refused:
            raise Refused(refused.refusals[0].code, refused.refusals[0].message, ("owner",)) from None

    batch.check_all(check_owner)


# --- stages ----------------------------------------------------------------------------------------------------------


async def _check_stages(batch: Batch) -> None:
    for entry in batch.entries:
        batch.check(entry, lambda entry=entry: _check_parent_kept(entry))  # type: ignore[misc]
    if batch.faults or len(batch.entries) < len(batch.sheet.rows):
        # With mistakes in single rows the tree is not known.
        return
    in_file = {entry.row.id for entry in batch.entries if not entry.is_new}
    stored = [stage_of(row) for row in await Stage.all().order_by("id") if row.id not in in_file]
    told = [replace(stage_of(entry.row), id=entry.row.id or to_come(entry.line)) for entry in batch.entries]
    try:
        check_tree([*stored, *told])
    except Refused as refused:
        [refusal] = refused.refusals
        # The stored stages come first and are a tree; what is wrong is wrong in a row of the file, or in all of them.
        place = int(refusal.path[0]) - len(stored) if refusal.path else 0
        batch.refuse(batch.entries[max(place, 0)], "parent", refusal.message, refusal.code)


def _check_parent_kept(entry: Entry) -> None:
    if entry.before is not None:
        stored = replace(stage_of(entry.row), parent_id=entry.before["parent_id"])
        check_parent_kept(stored, entry.row.parent_id, ("parent",))


# --- orders ----------------------------------------------------------------------------------------------------------


async def _check_orders(batch: Batch) -> None:
    await agreement_checks.check_orders_agreed(batch)
    await recorded.check_order_levels(batch)
    contacts = batch.known(tables.CONTACTS.file)
    for entry in batch.entries:
        chosen = contacts.get(entry.row.contact_id)
        if chosen is not None and chosen["customer_id"] != entry.row.customer_id:
            message = f"{chosen['number']} is the contact of another customer."
            batch.refuse(entry, "contact", message, Code.NOT_FOUND)


async def _check_activities(batch: Batch) -> None:
    batch.check_all(lambda row: check_activity(row.starts_at, row.ends_at, row.worker_id, row.dispatch_status))
    faulty = {fault.line for fault in batch.faults}
    spans = [
        _booking(entry.row, entry.line) for entry in batch.entries if entry.line not in faulty and _books(entry.row)
    ]
    if not spans:
        return
    in_file = {entry.row.id for entry in batch.entries if not entry.is_new}
    stored = ServiceActivity.filter(
        closed=False,
        overlap_accepted=False,
        starts_at__lt=max(span.ends for span in spans),
        ends_at__gt=min(span.begins for span in spans),
    )
    for part in chunks(sorted({entry.row.worker_id for entry in batch.entries if _books(entry.row)})):
        spans += [_booking(row, None) for row in await stored.filter(worker_id__in=part) if row.id not in in_file]
    workers = batch.known(tables.WORKERS.file)
    for span, in_the_way in overlapping(spans):
        if span.line is not None:
            who = workers[span.resource]["name"] if span.resource in workers else "its worker"
            message = (
                f"{span.name} overlaps {_named(in_the_way)}, which {who} has from {in_the_way.begins:%Y-%m-%d %H:%M} "
                f"to {in_the_way.ends:%Y-%m-%d %H:%M} UTC; move one of them, or set overlap_accepted."
            )
            batch.faults.append(Fault(span.line, "starts_at", message, Code.OVERLAP))


def _books(row: ServiceActivity) -> bool:
    """Whether this activity keeps others of its worker away: as the database's own rule has it."""
    return row.worker_id is not None and row.starts_at is not None and not row.closed and not row.overlap_accepted


def _booking(row: Any, line: int | None) -> Span[datetime]:
    return Span(row.worker_id, row.starts_at, row.ends_at, row.number, line)


async def _check_requirements(batch: Batch) -> None:
    def check_quantity(row: ItemRequirement) -> None:
        if row.quantity <= 0:
            raise Refused(Code.INVALID, "Say how much is required: more than nothing.", ("quantity",))

    batch.check_all(check_quantity)
    await agreement_checks.check_planned(batch)


async def _check_order_lines(batch: Batch) -> None:
    await agreement_checks.check_order_lines_agreed(batch)
    batch.check_all(lambda row: check_item(row.transaction_type, row.item_id, ("item",)))
    project_checks.check_offset_accounts(batch)
    batch.check_all(lambda row: check_invoiced(row.status, row.line_number, row.invoice_number, ("invoice_number",)))
    project_checks.check_times(batch)
    activities = batch.known(tables.ACTIVITIES.file)
    for entry in batch.entries:
        activity = activities.get(entry.row.activity_id)
        if activity is None:
            continue
        if activity["order_id"] != entry.row.order_id:
            batch.refuse(entry, "activity", f"{activity['number']} belongs to another order.")
            continue
        # Lines that are not open, and lines that are no work, stay as they are when their activity moves on.
        if entry.row.transaction_type is not TransactionType.HOUR or entry.row.status is not LineStatus.CREATED:
            continue
        for column in ("worker", "task"):
            if activity[f"{column}_id"] != getattr(entry.row, f"{column}_id"):
                message = f"{activity['number']} has another {column}; a line has the worker and task of its activity."
                batch.refuse(entry, column, message)


def _named(span: Span[Any]) -> str:
    return span.name if span.line is None else f"{span.name} in line {span.line}"


_CHECKS: dict[str, Callable[[Batch], Awaitable[None]]] = {
    **agreement_checks.CHECKS,
    **project_checks.CHECKS,
    tables.CALENDAR_HOURS.file: _check_calendar_hours,
    tables.HOLIDAYS.file: _check_holidays,
    tables.ADDRESSES.file: _check_addresses,
    tables.WORKERS.file: _check_workers,
    tables.TEAMS.file: _check_teams,
    tables.TEAM_MEMBERS.file: _check_team_members,
    tables.STAGES.file: _check_stages,
    tables.ORDERS.file: _check_orders,
    tables.ACTIVITIES.file: _check_activities,
    tables.ORDER_LINES.file: _check_order_lines,
    tables.ORDER_REQUIREMENTS.file: _check_requirements,
    tables.RECORDED_TIMES.file: recorded.check_recorded_times,
}
