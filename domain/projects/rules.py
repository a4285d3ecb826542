"""Decisions about projects: what may be charged on them, by whom, and at which price. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.core.errors import Code, Path, Refused
from domain.core.money import check_not_negative

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
FULLY = 100


class ProjectType(StrEnum):
    """How a project is charged."""

    TIME_AND_MATERIAL = "TIME_AND_MATERIAL"
    FIXED_PRICE = "FIXED_PRICE"
    INVESTMENT = "INVESTMENT"
    COST = "COST"
    INTERNAL = "INTERNAL"
    TIME = "TIME"


class TransactionType(StrEnum):
    """What is used and charged on a line."""

    HOUR = "HOUR"
    EXPENSE = "EXPENSE"
    ITEM = "ITEM"
    FEE = "FEE"


def check_type_for_agreements(number: str, project_type: ProjectType, path: Path = ("projectId",)) -> None:
    """Refuse a project of type TIME for a service agreement.

    Raises:
        Refused: PROJECT_TYPE_NOT_ALLOWED.

    Source: DOMAIN.md 2.
    """
    if project_type is ProjectType.TIME:
        message = f"{number} is a project of type TIME; a service agreement has any other."
        raise Refused(Code.PROJECT_TYPE_NOT_ALLOWED, message, path)


def check_percent(percent: int, path: Path = ("chargeablePercent",)) -> int:
    """How much of the sales amount is charged: 0, as for warranty, to 100.

    Raises:
        Refused: INVALID.
    """
    if not 0 <= percent <= FULLY:
        raise Refused(Code.INVALID, f"Between 0 and {FULLY} percent can be charged, not {percent}.", path)
    return percent


def check_offset_account(
    transaction_type: TransactionType, account_id: int | None, path: Path = ("offsetAccountId",)
) -> None:
    """Refuse an offset account for anything but an expense.

    Raises:
        Refused: INVALID.

    Source: DOMAIN.md 2.
    """
    if account_id is not None and transaction_type is not TransactionType.EXPENSE:
        raise Refused(Code.INVALID, f"Only an expense has an offset account; this is of type {transaction_type}.", path)


def check_journal(transaction_type: TransactionType, *, show_start_end_time: bool) -> None:
    """Refuse a journal that shows from when to when an expense, an item or a fee lasted.

    Raises:
        Refused: INVALID.

    Source: DOMAIN.md 2.
    """
    if show_start_end_time and transaction_type is not TransactionType.HOUR:
        message = "Only a journal for hours shows when they began and ended."
        raise Refused(Code.INVALID, message, ("showStartEndTime",))


# --- prices ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Priced:
    """What a price is for: the type, and as far as it says so, the project, item, worker and category."""

    transaction_type: TransactionType
    project_id: int | None = None
    item_id: int | None = None
    worker_id: int | None = None
    category_id: int | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """A row of the price set-up. Units: minor units of the currency, for one unit of what is priced."""

    what: Priced
    currency: str
    starts_on: date
    cost_minor: int | None
    sales_minor: int | None


@dataclass(frozen=True, slots=True)
class Prices:
    """What one unit costs and is sold for; None where the set-up does not say. Units: minor units."""

    cost_minor: int | None = None
    sales_minor: int | None = None


def check_price(
    what: Priced,
    *,
    starts_on: date,
    cost_minor: int | None,
    sales_minor: int | None,
    category_type: TransactionType | None,
) -> None:
    """Refuse a price of nothing, below nothing, of another type than its category, or of an item that is none.

    Raises:
        Refused: INVALID.

    Source: DOMAIN.md 2.
    """
    if cost_minor is None and sales_minor is None:
        raise Refused(Code.INVALID, "Give a cost price, a sales price, or both.", ("salesPrice",))
    for path, minor in (("costPrice", cost_minor), ("salesPrice", sales_minor)):
        check_not_negative(minor or 0, path)
    if category_type not in {None, what.transaction_type}:
        message = f"This project category is for lines of type {category_type}, not {what.transaction_type}."
        raise Refused(Code.INVALID, message, ("categoryId",))
    if what.item_id is not None and what.transaction_type is not TransactionType.ITEM:
        raise Refused(Code.INVALID, "Only a price of type ITEM is for an item.", ("itemId",))
    if not FIRST_DAY <= starts_on <= LAST_DAY:
        message = f"{starts_on} is out of range; a date lies between 2000 and 2099."
        raise Refused(Code.INVALID, message, ("startsOn",))


def prices_of(wanted: Priced, prices: Iterable[Price], *, currency: str, on: date) -> Prices:
    """The cost and the sales price of one unit on a day: each from the most specific row that says it.

    A row counts when its type and currency are the wanted ones, what it names is what is wanted, and it has begun.
    The project weighs more than the item, the item more than the worker, the worker more than the category; among
    equals the one that began last holds.
    """
    candidates = sorted(
        (
            price
            for price in prices
            if price.currency == currency and price.starts_on <= on and _is_for(price.what, wanted)
        ),
        key=lambda price: (_weight(price.what), price.starts_on),
        reverse=True,
    )
    return Prices(
        next((price.cost_minor for price in candidates if price.cost_minor is not None), None),
        next((price.sales_minor for price in candidates if price.sales_minor is not None), None),
    )


def _is_for(what: Priced, wanted: Priced) -> bool:
    return what.transaction_type is wanted.transaction_type and all(
        said is None or said == asked for said, asked in zip(_named(what), _named(wanted), strict=True)
    )


def _weight(what: Priced) -> tuple[bool, ...]:
    return tuple(said is not None for said in _named(what))


def _named(what: Priced) -> tuple[int | None, ...]:
    """What a price may name, the weightiest first."""
    return what.project_id, what.item_id, what.worker_id, what.category_id


# --- who may do what -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Allowed:
    """That a worker (None: any) may use a category (None: any) on a project."""

    worker_id: int | None
    category_id: int | None


def is_allowed(allowed: Iterable[Allowed], *, worker_id: int | None, category_id: int | None) -> bool:
    """Whether a project takes this worker and category: any, until it says which; who is not named yet is no hindrance.

    Source: DOMAIN.md 2.
    """
    said = list(allowed)
    return not said or any(
        (worker_id is None or each.worker_id in {None, worker_id})
        and (category_id is None or each.category_id in {None, category_id})
        for each in said
    )


def check_allowed(
    allowed: Iterable[Allowed],
    project_number: str,
    *,
    worker_id: int | None,
    category_id: int | None,
    path: Path = ("projectId",),
) -> None:
    """Refuse a worker or category that the project does not take.

    Raises:
        Refused: PROJECT_VALIDATION.

    Source: DOMAIN.md 2.
    """
    if not is_allowed(allowed, worker_id=worker_id, category_id=category_id):
        message = f"{project_number} does not take this worker with this project category; see its validation."
        raise Refused(Code.PROJECT_VALIDATION, message, path)
