"""What a new line of a service order needs, by its type. Pure."""

from collections.abc import Sequence
from datetime import date

from domain.core.errors import Code, Path, Refused
from domain.orders.rules.values import LineStatus
from domain.projects.rules import TransactionType


def check_item(transaction_type: TransactionType, item_id: int | None, path: Path = ("itemId",)) -> None:
    """Refuse a line of type ITEM without an item, and an item on another.

    Raises:
        Refused: INVALID.

    Source: DOMAIN.md 5.2.
    """
    if transaction_type is TransactionType.ITEM and item_id is None:
        raise Refused(Code.INVALID, "A line of type ITEM needs an item.", path)
    if transaction_type is not TransactionType.ITEM and item_id is not None:
        raise Refused(Code.INVALID, f"A line of type {transaction_type} has no item; make it one of type ITEM.", path)


def check_invoiced(
    status: LineStatus, line_number: int, invoice_number: str | None, path: Path = ("invoiceNumber",)
) -> None:
    """Refuse the number of an invoice for a line that is not posted.

    Raises:
        Refused: INVALID.

    Source: DOMAIN.md 5.2; docs/decisions.md, invoices are written elsewhere.
    """
    if invoice_number is not None and status is not LineStatus.POSTED:
        raise Refused(Code.INVALID, f"Line {line_number} is {status}; only posted lines are invoiced.", path)


def check_category_type(
    line: TransactionType, category: TransactionType, number: str, path: Path = ("categoryId",)
) -> None:
    """Refuse a project category of another type than the line's.

    Raises:
        Refused: INVALID.

    Source: DOMAIN.md 5.2.
    """
    if line is not category:
        raise Refused(Code.INVALID, f"{number} is for lines of type {category}, not {line}; choose another.", path)


def only_category(line: TransactionType, categories: Sequence[int], path: Path = ("categoryId",)) -> int | None:
    """The category of a line that names none: the only one of its type, and none while there is none.

    Raises:
        Refused: INVALID.

    Source: DOMAIN.md 5.2.
    """
    if len(categories) > 1:
        raise Refused(Code.INVALID, f"A line of type {line} needs a project category; choose one.", path)
    return categories[0] if categories else None


def default_unit(transaction_type: TransactionType, item_unit: str | None) -> str:
    """What the quantity of a line is counted in unless told: the item's unit, hours, or pieces."""
    if item_unit is not None:
        return item_unit
    return "h" if transaction_type is TransactionType.HOUR else "pcs"


def check_days(earliest_on: date | None, latest_on: date | None, path: Path = ("latestOn",)) -> None:
    """Refuse days of a line that end before they begin.

    Raises:
        Refused: INVALID.

    Source: DOMAIN.md 5.2.
    """
    if earliest_on is not None and latest_on is not None and latest_on < earliest_on:
        raise Refused(
            Code.INVALID, f"The line may be done until {latest_on}, before it may be from {earliest_on}.", path
        )
