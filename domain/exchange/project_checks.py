"""What the files of journals, prices, validation and transactions, and the company's journals, are checked for."""

from collections.abc import Awaitable, Callable, Hashable
from functools import partial
from typing import Any

from domain.core.errors import Code, Refused
from domain.exchange import project_tables as projects
from domain.exchange import tables
from domain.exchange.rows import MODELS, Batch, chunks
from domain.orders.models import ServiceOrderLine
from domain.orders.rules import LineStatus, check_line_times
from domain.projects import rules
from domain.projects.models import Journal, ProjectCategory
from domain.projects.rules import Priced

_COLUMNS = {
    "costPrice": "cost_price",
    "salesPrice": "sales_price",
    "categoryId": "category",
    "itemId": "item",
    "startsOn": "starts_on",
    "showStartEndTime": "show_start_end_time",
    "startTime": "starts",
    "endTime": "ends",
}


async def check_company(batch: Batch) -> None:
    """Each journal of the company is for lines of its type."""
    for entry in batch.entries:
        for word in ("hour", "expense", "item", "fee"):
            journal_id = getattr(entry.row, f"journal_{word}_id")
            if journal_id is None or await Journal.filter(id=journal_id, transaction_type=word.upper()).exists():
                continue
            batch.refuse(entry, f"journal_{word}", f"This journal is not for lines of type {word.upper()}.")


async def check_journals(batch: Batch) -> None:
    """Only journals for hours show when these began and ended; a journal keeps its type."""
    for entry in batch.entries:
        row = entry.row
        shown = partial(rules.check_journal, row.transaction_type, show_start_end_time=row.show_start_end_time)
        batch.check(entry, _in_columns(shown))
        if entry.before is not None and "transaction_type" in entry.changed:
            batch.refuse(entry, "transaction_type", f"{row.number} holds lines of its type, so it keeps it.")


async def check_prices(batch: Batch) -> None:
    """A price can be one, and there is one for the same from the same day on."""
    types: dict[int, Any] = {}
    for part in chunks(sorted({entry.row.category_id for entry in batch.entries} - {None})):
        types |= {row.id: row.transaction_type for row in await ProjectCategory.filter(id__in=part)}
    for entry in batch.entries:
        row = entry.row
        what = Priced(row.transaction_type, row.project_id, row.item_id, row.worker_id, row.category_id)
        check = partial(
            rules.check_price,
            what,
            starts_on=row.starts_on,
            cost_minor=row.cost_price_minor,
            sales_minor=row.sales_price_minor,
            category_type=types.get(row.category_id),
        )
        batch.check(entry, _in_columns(check))
    await _check_once(
        batch,
        lambda row: (
            row.transaction_type,
            row.project_id,
            row.item_id,
            row.worker_id,
            row.category_id,
            row.starts_on,
            row.currency,
        ),
        "starts_on",
    )


async def check_validations(batch: Batch) -> None:
    """A validation names somebody or something, and says what no other does."""
    for entry in batch.entries:
        if entry.row.worker_id is None and entry.row.category_id is None:
            batch.refuse(entry, "worker", "Name a worker, a project category, or both.")
    await _check_once(batch, lambda row: (row.project_id, row.worker_id, row.category_id), "worker")


def check_times(batch: Batch) -> None:
    """Only hours last from when to when, whatever the company's journals show now."""
    for entry in batch.entries:
        row = entry.row
        named = (row.transaction_type, row.starts_minute, row.ends_minute)
        batch.check(entry, _in_columns(partial(check_line_times, *named, shown=True)))


def check_offset_accounts(batch: Batch) -> None:
    """Only an expense is set off against an account."""
    batch.check_all(
        lambda row: rules.check_offset_account(row.transaction_type, row.offset_account_id, ("offset_account",))
    )


async def check_transactions(batch: Batch) -> None:
    """A transaction is of a posted line of its order and of its type, and stays as it is."""
    check_offset_accounts(batch)
    lines: dict[tuple[int, int], ServiceOrderLine] = {}
    for part in chunks(sorted({entry.row.order_id for entry in batch.entries})):
        lines |= {(row.order_id, row.line_number): row for row in await ServiceOrderLine.filter(order_id__in=part)}
    for entry in batch.entries:
        if entry.before is not None:
            if entry.changed:
                batch.refuse(entry, "line_number", "This line is posted already, and stays as it was posted.")
            continue
        line = lines.get((entry.row.order_id, entry.row.line_number))
        if line is None or line.status is not LineStatus.POSTED:
            batch.refuse(entry, "line_number", "The order has no posted line with this number.", Code.NOT_FOUND)
        elif line.transaction_type is not entry.row.transaction_type:
            batch.refuse(entry, "transaction_type", f"The line is of type {line.transaction_type}.")
        else:
            entry.row.order_line_id = line.id


async def _check_once(batch: Batch, key: Callable[[Any], Hashable], column: str) -> None:
    in_file = {entry.row.id for entry in batch.entries if not entry.is_new}
    model = MODELS[batch.sheet.table.stored]
    taken: dict[Hashable, str] = {key(row): row.number for row in await model.all() if row.id not in in_file}  # type: ignore[attr-defined]
    for entry in batch.entries:
        other = taken.setdefault(key(entry.row), entry.row.number)
        if other != entry.row.number:
            batch.refuse(entry, column, f"{other} says this already.", Code.ALREADY_EXISTS)


def _in_columns(check: Callable[[], None]) -> Callable[[], None]:
    def run() -> None:
        try:
            check()
        except Refused as refused:
            found = refused.refusals[0]
            raise Refused(found.code, found.message, (_COLUMNS[str(found.path[-1])],)) from None

    return run


CHECKS: dict[str, Callable[[Batch], Awaitable[None]]] = {
    tables.COMPANY.file: check_company,
    projects.JOURNALS.file: check_journals,
    projects.PROJECT_PRICES.file: check_prices,
    projects.PROJECT_VALIDATIONS.file: check_validations,
    projects.PROJECT_TRANSACTIONS.file: check_transactions,
}
