"""Writing the company's rows into CSV files."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from db import reading
from domain.exchange.agreement_tables import AGREEMENT_LINES
from domain.exchange.columns import Table
from domain.exchange.rules import natural_key
from domain.exchange.tables import BY_FILE, COMPANY, TABLES


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written."""

    file: str
    rows: int


async def write_company(folder: Path) -> tuple[Written, ...]:
    """Write every file, sorted by number, all from one moment of the database.

    Files appear under their names only when all of them have been written.
    """
    async with reading.snapshot():
        stored = {table.file: await reading.read(_select(table)) for table in TABLES}
    zone = _zone(stored[COMPANY.file])
    texts = {table.file: _text(table, stored[table.file], zone) for table in TABLES}
    _write(folder, texts)
    return tuple(Written(table.file, len(stored[table.file])) for table in TABLES)


def _select(table: Table) -> str:
    """One statement for all rows of a file, references as numbers."""
    columns: list[str] = []
    joins: list[str] = []
    for place, column in enumerate(table.columns):
        if column.refers:
            other = f"r{place}"
            columns.append(_NAMES.get(column.refers, "{0}.number").format(other))
            joins.append(f" LEFT JOIN {BY_FILE[column.refers].stored} {other} ON {other}.id = t.{column.field}")
        else:
            columns.append(f"t.{column.field}")
    told_by = table.told_by or ("" if table.adds_rows else table.columns[-1].field)
    told = f" WHERE t.{told_by} IS NOT NULL" if told_by else ""
    return f"SELECT {', '.join(columns)} FROM {table.stored} t{''.join(joins)}{told}"


# Agreement lines have no number of their own.
_NAMES = {
    AGREEMENT_LINES.file: "(SELECT a.number FROM service_agreement a WHERE a.id = {0}.agreement_id)"
    " || '/' || {0}.line_number"
}


def _zone(company: Sequence[Sequence[Any]]) -> tzinfo:
    place = next(place for place, column in enumerate(COMPANY.columns) if column.name == "time_zone")
    return ZoneInfo(company[0][place]) if company else UTC


def _text(table: Table, stored: Sequence[Sequence[Any]], zone: tzinfo) -> str:
    keys = [place for place, column in enumerate(table.columns) if column.name in table.key]
    in_order = sorted(stored, key=lambda row: natural_key(row[place] for place in keys))
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(column.name for column in table.columns)
    for row in in_order:
        writer.writerow(
            "" if value is None else column.form.write(value, zone)
            for column, value in zip(table.columns, row, strict=True)
        )
    return text.getvalue()


def _write(folder: Path, texts: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in texts.items():
        (folder / f"{file}.part").write_text(text, "utf-8", newline="")
    for file in texts:
        (folder / f"{file}.part").replace(folder / file)
