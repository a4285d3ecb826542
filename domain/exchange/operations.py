"""Taking one file in: every row of it or none, by business number, as often as one likes."""

from collections.abc import Iterable
from typing import Any

from domain.core.actor import Permission
from domain.core.errors import Code
from domain.core.operation import Work, operation
from domain.exchange import agreement_tables as agreements
from domain.exchange import checks, consequences, tables
from domain.exchange.columns import Column, Later, Table
from domain.exchange.rows import MODELS, Batch, Entry, Key, changed, key_of, locked_where, numbered, to_come, write
from domain.exchange.rules import highest_count
from domain.exchange.sheets import Fault, Sheet, SheetRow, refusal
from domain.exchange.tables import referred
from domain.numbering.models import NumberSequence
from domain.numbering.operations import SEQUENCES
from domain.parameters.models import ServiceManagementParameters
from domain.stages.models import Stage

# Whoever books a worker's time holds the worker, so that two bookings come one after the other; and as everywhere, an
# order is locked before its lines.
_HELD_FIRST = {
    tables.CALENDAR_HOURS.file: tables.CALENDARS.file,
    tables.HOLIDAYS.file: tables.CALENDARS.file,
    tables.ACTIVITIES.file: tables.WORKERS.file,
    tables.ORDER_LINES.file: tables.ORDERS.file,
    agreements.AGREEMENT_OBJECTS.file: agreements.AGREEMENTS.file,
    agreements.AGREEMENT_TASKS.file: agreements.AGREEMENTS.file,
    agreements.AGREEMENT_LINES.file: agreements.AGREEMENTS.file,
    agreements.ORDER_OBJECTS.file: tables.ORDERS.file,
    agreements.ORDER_TASKS.file: tables.ORDERS.file,
    tables.STAGE_REASONS.file: tables.ORDERS.file,
}
# What checks and defaults need to know of the rows that a file refers to.
_KNOWN_OF = {
    tables.CONTACTS.file: ("customer_id",),
    tables.ADDRESSES.file: ("customer_id",),
    tables.WORKERS.file: ("name", "type", "active"),
    tables.ORDERS.file: ("priority",),
    tables.ACTIVITIES.file: ("order_id", "worker_id", "task_id"),
}


@operation(requires=Permission.IMPORT, bulk=True)
async def import_sheet(work: Work, sheet: Sheet) -> dict[str, int]:
    """Write the rows of a file that are new or different; gives how many were created, changed and unchanged.

    A row that the file does not mention stays as it is.

    Raises:
        Refused: every mistake in the file, each with file, line and column as its path; or BUSY.
    """
    code = sheet.table.stored
    # Low areas first: whoever creates a row draws its number before anything else.
    sequence = await _locked_sequence(code)
    batch, faults = await _prepared(work, sheet)
    faults += await checks.check(batch)
    if faults:
        raise refusal(sheet.table, faults)
    counts = batch.counts()
    await consequences.prepare(batch)
    await write(work, batch)
    await consequences.follow(work, batch)
    if code in SEQUENCES and sheet.table.adds_rows:
        await _pass(work, sequence, code, batch.entries)
    return counts


@operation(requires=Permission.IMPORT)
async def complete_sequences(work: Work, _command: None) -> int:
    """Create the number sequences that are missing, ahead of every number there is; gives how many were created."""
    missing = set(SEQUENCES) - {sequence.code for sequence in await NumberSequence.all()}
    for code in sorted(missing):
        await _create_sequence(work, code)
    return len(missing)


async def _prepared(work: Work, sheet: Sheet) -> tuple[Batch, list[Fault]]:
    """The rows of the file as they will be stored, and the mistakes found on the way."""
    faults = list(sheet.faults)
    references = await _references(sheet)
    faults += _unknown_references(sheet, references)
    unsound = {fault.line for fault in faults}
    rows = [row for row in sheet.rows if row.sound and row.line not in unsound]
    if sheet.table.file in _HELD_FIRST:
        held = _HELD_FIRST[sheet.table.file]
        ids = {found["id"] for found in references.get(held, {}).values()}
        await locked_where(MODELS[tables.BY_FILE[held].stored], "id", ids)
    fields = [_fields(sheet, row, references) for row in rows]
    stored = await _stored(sheet.table, fields)
    batch, key = Batch(sheet, references, []), sheet.table.key_fields
    if sheet.table is tables.ORDERS:
        initial = await Stage.get_or_none(parent_id__isnull=True)
        batch.initial_stage_id = initial.id if initial else None
    for row, values in zip(rows, fields, strict=True):
        existing = stored.get(tuple(values[name] for name in key))
        if existing is not None:
            batch.entries.append(changed(existing, line=row.line, **values))
        elif sheet.table.adds_rows:
            batch.entries.append(Entry(row.line, _new(work, batch, values), None))
        else:
            message = f"There is no {sheet.table.word} {row.values[sheet.table.key[0]]}."
            faults.append(Fault(row.line, sheet.table.key[0], message, Code.NOT_FOUND))
    return batch, faults


async def _references(sheet: Sheet) -> dict[str, dict[str, dict[str, Any]]]:
    """By file and number, what the references of `sheet` lead to: one look-up for each file referred to."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for file in referred(sheet.columns):
        columns = [column.name for column in sheet.columns if column.refers == file]
        numbers = {row.values[name] for row in sheet.rows for name in columns if row.values.get(name) is not None}
        if file == sheet.table.file:
            # Those that the database does not have yet; a number that stands there has its id from there.
            found[file] = {
                row.values["number"]: {"id": to_come(row.line), "number": row.values["number"]}
                for row in sheet.rows
                if "number" in row.values
            } | await numbered(MODELS[sheet.table.stored], numbers)
            continue
        found[file] = await numbered(MODELS[tables.BY_FILE[file].stored], numbers, *_KNOWN_OF.get(file, ()))
    return found


def _unknown_references(sheet: Sheet, references: dict[str, dict[str, dict[str, Any]]]) -> Iterable[Fault]:
    for column in sheet.columns:
        if not column.refers:
            continue
        word = tables.BY_FILE[column.refers].word
        for row in sheet.rows:
            number = row.values.get(column.name)
            if number is not None and number not in references[column.refers]:
                yield Fault(row.line, column.name, f"There is no {word} {number}.", Code.NOT_FOUND)


def _fields(sheet: Sheet, row: SheetRow, references: dict[str, dict[str, dict[str, Any]]]) -> dict[str, Any]:
    """The values of a row by stored column, references as ids."""

    def value_of(column: Column) -> Any:
        value = row.values[column.name]
        return references[column.refers][value]["id"] if column.refers and value is not None else value

    return {column.field: value_of(column) for column in sheet.columns if column.name in row.values}


async def _stored(table: Table, rows: list[dict[str, Any]]) -> dict[Key, Any]:
    """The rows that are in the database already, by key, locked."""
    key = table.key_fields
    first, wanted = (key[0], {row[key[0]] for row in rows}) if key else ("id", {1})
    return {key_of(key, row): row for row in await locked_where(MODELS[table.stored], first, wanted)}


def _new(work: Work, batch: Batch, values: dict[str, Any]) -> Any:
    """A row that is not stored yet, with what its file leaves out."""
    table = batch.sheet.table
    for column in table.columns:
        if column.field not in values:
            values[column.field] = _default(work, batch, column, values)
    if not table.key:
        return ServiceManagementParameters(id=1, **values)
    return MODELS[table.stored](**values)


def _default(work: Work, batch: Batch, column: Column, values: dict[str, Any]) -> Any:
    if column.default is Later.MOMENT_OF_IMPORT:
        return work.now
    if column.default is Later.INITIAL_STAGE:
        return batch.initial_stage_id
    if column.default is Later.PRIORITY_OF_ORDER:
        return batch.known(tables.ORDERS.file)[values["order_id"]]["priority"]
    return column.default


async def _locked_sequence(code: str) -> NumberSequence | None:
    """The sequence that numbers of this kind come from, locked; None when there is none yet."""
    return await NumberSequence.filter(code=code).select_for_update().first()


async def _pass(work: Work, sequence: NumberSequence | None, code: str, rows: Iterable[Entry]) -> None:
    """Move a sequence past every number that it could have drawn itself."""
    if sequence is None:
        await _create_sequence(work, code)
        return
    following = highest_count(sequence.prefix, (entry.row.number for entry in rows)) + 1
    if following > sequence.next:
        await work.change(sequence, "number_sequence_changed", next=following)


async def _create_sequence(work: Work, code: str) -> None:
    """Create a sequence that goes on where the numbers in use end."""
    sequence = NumberSequence(code=code, prefix=SEQUENCES[code])
    # What is in no file, such as webhooks, has been numbered by its sequence alone.
    found = MODELS[code].filter(number__startswith=sequence.prefix) if code in MODELS else None
    numbers = [] if found is None else await found.values_list("number", flat=True)
    highest = highest_count(sequence.prefix, map(str, numbers))
    if highest:
        sequence.next = highest + 1
    await work.create(sequence, "number_sequence_created")
