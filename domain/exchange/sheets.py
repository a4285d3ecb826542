"""Reading one CSV file into rows of values, with every mistake found. Pure."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from domain.core.errors import Code, Refusal, Refused
from domain.exchange.columns import Column, Later, Table
from domain.exchange.forms import ImportDay


@dataclass(frozen=True, slots=True)
class Fault:
    """A mistake in a file. Units: lines count from 1, which is the header."""

    line: int
    column: str
    message: str
    code: Code = Code.INVALID


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row: values by column name, references still as numbers. A `sound` row has no mistake so far.

    Cells that keep what a row has are left out of `values`.
    """

    line: int
    values: dict[str, Any]
    sound: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a file says."""

    table: Table
    columns: tuple[Column, ...]
    rows: tuple[SheetRow, ...]
    faults: tuple[Fault, ...]


def read_sheet(table: Table, content: bytes, day: ImportDay) -> Sheet:
    """What a file says, with all its mistakes; nothing is refused here."""
    records, faults = _records(content)
    header_line, header = records[0] if records else (1, [])
    columns, header_faults = _columns(table, header_line, header, empty=not records and not faults)
    # A file whose header is wrong is refused as a whole; its cells are still looked at.
    sound_header = not header_faults
    rows: list[SheetRow] = []
    for line, cells in records[1:]:
        if len(cells) != len(header):
            message = f"This line has {len(cells)} cells, and the first line names {len(header)} columns."
            faults.append(Fault(line, "", message))
            continue
        values, row_faults = _values(columns, line, cells, day)
        faults += row_faults
        rows.append(SheetRow(line, values, sound=sound_header and not row_faults))
    faults += header_faults
    faults += _repeated(table, rows)
    repeated = {fault.line for fault in faults}
    return Sheet(
        table,
        tuple(column for column in columns if column is not None),
        tuple(row if row.line not in repeated else SheetRow(row.line, row.values, sound=False) for row in rows),
        tuple(in_order(table, faults)),
    )


def in_order(table: Table, faults: Sequence[Fault]) -> list[Fault]:
    """The faults as one reads the file: by line, then by column."""
    places = {column.name: place for place, column in enumerate(table.columns, start=1)}
    return sorted(faults, key=lambda fault: (fault.line, places.get(fault.column, 0), fault.column))


def refusal(table: Table, faults: Sequence[Fault]) -> Refused:
    """The refusal of a file: one reason for each fault, whose path is file, line and column."""
    return Refused.of(
        *(
            Refusal(fault.code, fault.message, (table.file, fault.line, fault.column))
            for fault in in_order(table, faults)
        )
    )


# --- from bytes to cells ---------------------------------------------------------------------------------------------


def _records(content: bytes) -> tuple[list[tuple[int, list[str]]], list[Fault]]:
    """The lines that are not empty, as cells, each with the line it begins on."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return [], [Fault(line, "", "The file is not UTF-8; save it as “CSV UTF-8”.")]
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    records: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                records.append((begins, cells))
            begins = reader.line_num + 1
    except csv.Error:
        message = "From here the file cannot be read: a quotation mark is not closed, or not doubled inside a cell."
        return records, [Fault(begins, "", message)]
    return records, []


def _columns(table: Table, line: int, header: list[str], *, empty: bool) -> tuple[list[Column | None], list[Fault]]:
    """The column under each cell of the header, None where there is no such column."""
    if empty:
        names = ", ".join(column.name for column in table.columns)
        return [], [Fault(1, "", f"The file is empty; its first line names columns: {names}.")]
    known = {column.name: column for column in table.columns}
    columns: list[Column | None] = []
    faults: list[Fault] = []
    for cell in header:
        name = cell.strip()
        column = known.get(name)
        if column is None:
            faults.append(Fault(line, name, f"There is no such column; there are {', '.join(known)}."))
        elif column in columns:
            faults.append(Fault(line, name, "This column is there twice."))
            column = None
        columns.append(column)
    faults += [
        Fault(line, column.name, "This column is missing, and every row needs it.")
        for column in table.columns
        if column.required and header and column not in columns
    ]
    return columns, faults


# --- from cells to values --------------------------------------------------------------------------------------------


def _values(
    columns: Sequence[Column | None], line: int, cells: Sequence[str], day: ImportDay
) -> tuple[dict[str, Any], list[Fault]]:
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for column, cell in zip(columns, cells, strict=True):
        if column is None:
            continue
        if not cell.strip():
            if column.required:
                faults.append(Fault(line, column.name, "This cell is empty, and every row needs it."))
            elif not isinstance(column.default, Later):
                values[column.name] = column.default
            continue
        try:
            values[column.name] = column.form.read(cell.strip(), day)
        except Refused as refused:
            first = refused.refusals[0]
            faults.append(Fault(line, column.name, first.message, first.code))
    return values, faults


def _repeated(table: Table, rows: Sequence[SheetRow]) -> Iterator[Fault]:
    """A fault for every row that names the same thing as a row before it."""
    seen: dict[tuple[Any, ...], int] = {}
    for row in rows:
        if not all(name in row.values for name in table.key):
            continue
        key = tuple(row.values[name] for name in table.key)
        earlier = seen.setdefault(key, row.line)
        if earlier != row.line:
            column = table.key[-1] if table.key else ""
            what = f"this {table.word}" if table.key else "the company, of which there is one,"
            yield Fault(row.line, column, f"Line {earlier} is about {what} already.", Code.ALREADY_EXISTS)
