"""Finding and writing many rows in a few statements, inside an open transaction."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tortoise.exceptions import IntegrityError
from tortoise.models import Model

from domain.agreements.models import (
    AgreementGroup,
    ServiceAgreement,
    ServiceAgreementLine,
    ServiceInterval,
    TemplateGroup,
    TimeWindow,
)
from domain.calendars.models import Calendar, CalendarHoliday, CalendarHours
from domain.core.errors import Code, Refused
from domain.core.operation import Work, columns_of, subject_type
from domain.customers.models import Address, Contact, Customer
from domain.exchange.columns import Table
from domain.exchange.sheets import Fault, Sheet
from domain.items.models import Item
from domain.orders.models import (
    ActivityType,
    ItemRequirement,
    RecordedTime,
    ServiceActivity,
    ServiceOrder,
    ServiceOrderLine,
    StageReason,
)
from domain.parameters.models import ServiceManagementParameters
from domain.postings.models import JournalPosting, ProjectTransaction
from domain.projects.models import (
    Journal,
    LedgerAccount,
    LineProperty,
    Project,
    ProjectCategory,
    ProjectGroup,
    ProjectPrice,
    ProjectValidation,
)
from domain.service_objects.models import (
    ServiceObject,
    ServiceObjectGroup,
    ServiceObjectRelation,
    ServiceTask,
    ServiceTaskRelation,
)
from domain.slas.models import ServiceLevel
from domain.stages.models import ActivityPhase, Stage, StageReasonCode
from domain.workforce.models import DispatchTeam, Worker

MODELS: dict[str, type[Model]] = {
    subject_type(model): model
    for model in (
        Calendar,
        CalendarHours,
        CalendarHoliday,
        ActivityType,
        ServiceManagementParameters,
        ServiceTask,
        Item,
        ProjectCategory,
        Customer,
        Contact,
        Address,
        Worker,
        DispatchTeam,
        ProjectGroup,
        Journal,
        Project,
        ProjectPrice,
        ProjectValidation,
        LineProperty,
        LedgerAccount,
        ServiceObjectGroup,
        ServiceObject,
        ServiceLevel,
        AgreementGroup,
        TemplateGroup,
        ServiceInterval,
        TimeWindow,
        ServiceAgreement,
        ServiceObjectRelation,
        ServiceTaskRelation,
        ServiceAgreementLine,
        ActivityPhase,
        Stage,
        StageReasonCode,
        ServiceOrder,
        ServiceActivity,
        ServiceOrderLine,
        ItemRequirement,
        StageReason,
        JournalPosting,
        ProjectTransaction,
        RecordedTime,
    )
}
# An update names each value with its row's id, twice over, and a statement holds at most 32,766 parameters.
CHUNK = 500

T = TypeVar("T")
ModelT = TypeVar("ModelT", bound=Model)
Key = tuple[Any, ...]
_RACES = {"23505", "23503", "23P01"}  # PostgreSQL: unique, foreign key and exclusion violations


@dataclass(slots=True)
class Entry:
    """A row of the file on its way into the database: the stored row with the file's values in it."""

    line: int
    row: Any
    before: dict[str, Any] | None
    changed: set[str] = field(default_factory=set)

    @property
    def is_new(self) -> bool:
        """Whether the database does not have it yet."""
        return self.before is None


@dataclass(slots=True)
class Batch:
    """The rows of one file, and what its references lead to: by file and number, the row's id and a few columns."""

    sheet: Sheet
    references: dict[str, dict[str, dict[str, Any]]]
    entries: list[Entry]
    faults: list[Fault] = field(default_factory=list)
    calendars_before: dict[int, dict[str, Any]] = field(default_factory=dict)
    initial_stage_id: int | None = None
    _known: dict[str, dict[int, dict[str, Any]]] = field(default_factory=dict)

    @property
    def written(self) -> list[Entry]:
        """The entries that the database does not have as they are."""
        return [entry for entry in self.entries if entry.is_new or entry.changed]

    def counts(self) -> dict[str, int]:
        """How many rows are new to the database, different in it, and in it as they are."""
        created = sum(entry.is_new for entry in self.entries)
        written = len(self.written)
        return {"created": created, "changed": written - created, "unchanged": len(self.entries) - written}

    def known(self, file: str) -> dict[int, dict[str, Any]]:
        """What the rows of this file lead to in another one, by id."""
        if file not in self._known:
            self._known[file] = {found["id"]: found for found in self.references.get(file, {}).values()}
        return self._known[file]

    def refuse(self, entry: Entry, column: str, message: str, code: Code = Code.INVALID) -> None:
        """Note a mistake in a row."""
        self.faults.append(Fault(entry.line, column, message, code))

    def check(self, entry: Entry, check: Callable[[], object]) -> None:
        """Ask a rule about a row, and note what it refuses; the refusal's path is the column."""
        try:
            check()
        except Refused as refused:
            for refusal in refused.refusals:
                self.refuse(entry, str(refusal.path[-1]) if refusal.path else "", refusal.message, refusal.code)

    def check_all(self, check: Callable[[Any], object]) -> None:
        """Ask a rule about every row."""
        for entry in self.entries:
            self.check(entry, lambda entry=entry: check(entry.row))  # type: ignore[misc]


def changed(row: Any, *, line: int = 0, **values: Any) -> Entry:
    """`row` with these values in it, and which of them are different."""
    before = columns_of(row)
    different = {name for name, value in values.items() if getattr(row, name) != value}
    for name in different:
        setattr(row, name, values[name])
    return Entry(line, row, before, different)


def chunks(values: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """`values` in lists of at most `size`."""
    listed = list(values)
    for begin in range(0, len(listed), size):
        yield listed[begin : begin + size]


def key_of(fields: Iterable[str], row: Any) -> Key:
    """What tells `row` apart from the others of its table: the values of its key fields."""
    return tuple(getattr(row, name) for name in fields)


async def numbered(model: type[Model], numbers: Collection[str], *columns: str) -> dict[str, dict[str, Any]]:
    """The rows with these numbers: id, number and the columns asked for, by number."""
    found: dict[str, dict[str, Any]] = {}
    if model is ServiceAgreementLine:
        return await _numbered_lines(numbers)
    for part in chunks(sorted(numbers)):
        for row in await model.filter(number__in=part).values("id", "number", *columns):
            found[row["number"]] = row
    return found


async def _numbered_lines(numbers: Collection[str]) -> dict[str, dict[str, Any]]:
    """Agreement lines by what stands for a number: their agreement's, a slash, and their own on it."""
    found: dict[str, dict[str, Any]] = {}
    for part in chunks(sorted({number.rpartition("/")[0] for number in numbers})):
        lines = ServiceAgreementLine.filter(agreement__number__in=part)
        for row in await lines.values("id", "line_number", "agreement__number"):
            number = f"{row['agreement__number']}/{row['line_number']}"
            found[number] = {"id": row["id"], "number": number}
    return {number: row for number, row in found.items() if number in numbers}


async def locked_where(model: type[ModelT], column: str, values: Collection[Any]) -> list[ModelT]:
    """The rows whose `column` is one of `values`, locked in id order."""
    ids: list[int] = []
    for part in chunks(sorted(values)):
        ids += await model.filter(**{f"{column}__in": part}).values_list("id", flat=True)  # type: ignore[arg-type]
    rows: list[ModelT] = []
    for part in chunks(sorted(ids)):
        rows += await model.filter(id__in=part).order_by("id").select_for_update()
    return rows


async def write(work: Work, batch: Batch) -> None:
    """Write what is new or different, and record each row in the event log."""
    table = batch.sheet.table
    word = _EVENT_WORDS.get(table.stored, table.stored)
    # Hours and holidays are part of their calendar, and it is the calendar that is recorded.
    is_part = table.stored in {"calendar_hours", "calendar_holiday"}
    changed_rows = [entry for entry in batch.entries if entry.changed and not entry.is_new]
    await update(work, changed_rows, None if is_part else _CHANGES.get(table.file, f"{word}_changed"))
    for wave in _waves(table, [entry for entry in batch.entries if entry.is_new]):
        await _insert(work, table, wave, None if is_part else f"{word}_created")


def to_come(line: int) -> int:
    """What stands for the id of a row of the same file that has yet to be written."""
    return -line


def _waves(table: Table, entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """New rows in such an order that what a row refers to in its own file is written before it."""
    column = table.own_reference
    if column is None:
        yield list(entries)
        return
    written: dict[int, int] = {}
    waiting = list(entries)
    while waiting:
        for entry in waiting:
            awaited = getattr(entry.row, column)
            if awaited in written:
                setattr(entry.row, column, written[awaited])
        ready = [entry for entry in waiting if (getattr(entry.row, column) or 0) >= 0]
        yield ready
        written |= {to_come(entry.line): entry.row.pk for entry in ready}
        waiting = [entry for entry in waiting if (getattr(entry.row, column) or 0) < 0]


# The words that the operations of each area use.
_EVENT_WORDS = {"service_activity": "activity", "service_management_parameters": "parameters"}
_CHANGES = {"team_members.csv": "worker_team_set"}


async def update(work: Work, entries: Sequence[Entry], kind: str | None) -> None:
    """Write the changed columns of rows that are there, raise their versions, and record each, if it has a `kind`."""
    if not entries:
        return
    model = type(entries[0].row)
    columns = set().union(*(entry.changed for entry in entries))
    if hasattr(entries[0].row, "version"):
        columns.add("version")
        for entry in entries:
            entry.row.version += 1
    for part in chunks(entries):
        await _guarded(model.bulk_update([entry.row for entry in part], sorted(columns)))
    if kind is None:
        return
    for entry in entries:
        work.record(kind, entry.row, before=entry.before, after=columns_of(entry.row))


async def _insert(work: Work, table: Table, entries: Sequence[Entry], kind: str | None) -> None:
    if not entries:
        return
    model = MODELS[table.stored]
    for part in chunks(entries):
        await _guarded(model.bulk_create([entry.row for entry in part]))
    if kind is None:
        return
    ids, key = await _ids(table, model, [entry.row for entry in entries]), table.key_fields
    for entry in entries:
        entry.row.pk = ids[key_of(key, entry.row)]
        work.record(kind, entry.row, before=None, after=columns_of(entry.row))


async def _ids(table: Table, model: type[Model], rows: Sequence[Any]) -> dict[Key, int]:
    """The ids the database gave to `rows`: a bulk insert does not tell."""
    if not table.key:
        return {(): rows[0].pk}
    key, found = table.key_fields, {}
    for part in chunks(sorted({getattr(row, key[0]) for row in rows})):
        for row in await model.filter(**{f"{key[0]}__in": part}).values_list("id", *key):
            found[tuple(row[1:])] = int(row[0])
    return found


async def _guarded(statement: Awaitable[object]) -> None:
    """Run a statement; a rival who wrote the same rows first makes it a refusal.

    Raises:
        Refused: BUSY.
    """
    try:
        await statement
    except IntegrityError as error:
        if getattr(error.__cause__, "sqlstate", None) in _RACES:
            raise Refused(Code.BUSY, "Others are changing the same rows; import the file again.") from error
        raise
