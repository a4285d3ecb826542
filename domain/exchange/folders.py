"""A company as a folder of CSV files: in, and out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from domain.core.actor import SYSTEM
from domain.core.errors import Code, Refused
from domain.core.operation import perform
from domain.exchange.export import Written, write_company
from domain.exchange.forms import ImportDay
from domain.exchange.operations import complete_sequences, import_sheet
from domain.exchange.sheets import Sheet, read_sheet, refusal
from domain.exchange.tables import BY_FILE, COMPANY, TABLES
from domain.parameters.models import ServiceManagementParameters

SHOWN_ERRORS = 100


class Outcome(StrEnum):
    """What has become of a file."""

    IMPORTED = "IMPORTED"
    REFUSED = "REFUSED"
    NOT_REACHED = "NOT_REACHED"


@dataclass(frozen=True, slots=True)
class RowError:
    """A mistake in a file. Units: lines count from 1, which is the header."""

    file: str
    line: int
    column: str
    message: str
    code: Code

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: {self.column}" if self.column else f"{self.file}:{self.line}"
        return f"{place}: {self.message}"


@dataclass(frozen=True, slots=True)
class FileReport:
    """What has become of one file. `errors` are the first hundred of `error_count`."""

    file: str
    outcome: Outcome
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    errors: tuple[RowError, ...] = ()
    error_count: int = 0


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What has become of a folder."""

    files: tuple[FileReport, ...]

    @property
    def done(self) -> bool:
        """Whether every file was imported."""
        return all(report.outcome is Outcome.IMPORTED for report in self.files)

    @property
    def errors(self) -> tuple[RowError, ...]:
        """The mistakes of all files."""
        return tuple(error for report in self.files for error in report.errors)


@dataclass(frozen=True, slots=True)
class ExportReport:
    """Which files were written, with how many rows."""

    files: tuple[Written, ...]


async def import_folder(
    folder: Path, *, today: date, progress: Callable[[str, int, int], None] | None = None
) -> ImportReport:
    """Import the files of a folder in their order, each as one transaction, up to the first with a mistake.

    Every file is read before the first is written, so the mistakes that show without the database are all reported.
    `progress` is called with a file and how many rows of how many have been dealt with.

    Raises:
        Refused: INVALID, when the folder is not one, or has files that are none of ours, or none at all.
    """
    contents = _contents(folder)
    day = ImportDay(today, await _time_zone(contents.get(COMPANY.file)))
    sheets = [read_sheet(table, contents[table.file], day) for table in TABLES if table.file in contents]
    total, done = sum(len(sheet.rows) for sheet in sheets), 0
    reports: list[FileReport] = []
    for sheet in sheets:
        if progress is not None:
            progress(sheet.table.file, done, total)
        stopped = bool(reports) and reports[-1].outcome is not Outcome.IMPORTED
        reports.append(_unreached(sheet) if stopped else await _import(sheet))
        done += len(sheet.rows)
        if progress is not None:
            progress(sheet.table.file, done, total)
    await perform(complete_sequences, None, actor=SYSTEM, reason="Imported a folder")
    return ImportReport(tuple(reports))


async def export_folder(folder: Path) -> ExportReport:
    """Write the company's files into a folder, as one moment of the database; files there of the same names go."""
    return ExportReport(await write_company(folder))


async def _import(sheet: Sheet) -> FileReport:
    file = sheet.table.file
    try:
        answer = await perform(import_sheet, sheet, actor=SYSTEM, reason=f"Imported from {file}")
    except Refused as refused:
        return _refused(sheet, refused, Outcome.REFUSED)
    counts = answer.result
    return FileReport(file, Outcome.IMPORTED, counts["created"], counts["changed"], counts["unchanged"])


def _unreached(sheet: Sheet) -> FileReport:
    """The report of a file after one with mistakes: only what shows without the database."""
    if sheet.faults:
        return _refused(sheet, refusal(sheet.table, sheet.faults), Outcome.REFUSED)
    return FileReport(sheet.table.file, Outcome.NOT_REACHED)


def _refused(sheet: Sheet, refused: Refused, outcome: Outcome) -> FileReport:
    file = sheet.table.file
    errors: list[RowError] = []
    for reason in refused.refusals[:SHOWN_ERRORS]:
        _, line, column = reason.path or (file, 1, "")
        errors.append(RowError(file, int(line), str(column), reason.message, reason.code))
    return FileReport(file, outcome, errors=tuple(errors), error_count=len(refused.refusals))


def _contents(folder: Path) -> dict[str, bytes]:
    """The files of a folder.

    Raises:
        Refused: INVALID.
    """
    if not folder.is_dir():
        raise Refused(Code.INVALID, f"There is no folder {folder}.", ("folder",))
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".csv" and path.is_file())
    foreign = [path.name for path in found if path.name not in BY_FILE]
    if foreign:
        message = f"{', '.join(foreign)}: there is no such file in an import; there are {', '.join(BY_FILE)}."
        raise Refused(Code.INVALID, message, ("folder",))
    if not found:
        raise Refused(Code.INVALID, f"There is no CSV file in {folder}; there are {', '.join(BY_FILE)}.", ("folder",))
    return {path.name: path.read_bytes() for path in found}


async def _time_zone(company: bytes | None) -> ZoneInfo | None:
    """The company's zone, as the folder says or else as the database has it; None when neither does."""
    if company is not None:
        for row in read_sheet(COMPANY, company, ImportDay(date.min, None)).rows:
            if "time_zone" in row.values:
                return ZoneInfo(row.values["time_zone"])
    stored = await ServiceManagementParameters.get_or_none(id=1)
    return None if stored is None else ZoneInfo(stored.time_zone)
