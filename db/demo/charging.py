"""What the demo company's work costs and is sold for, where it is posted, and who may work where."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from db.demo.catalogue import ITEMS
from db.demo.people import Worker

PROJECT_GROUPS = (("PGR-1", "Service"), ("PGR-2", "Service agreements"), ("PGR-3", "Projects"))
SERVICE, AGREED, PROJECT = (number for number, _ in PROJECT_GROUPS)
LEDGER_ACCOUNTS = (("5830", "Owed to employees"), ("5840", "Paid by company card"))
EMPLOYEES, CARD = (number for number, _ in LEDGER_ACCOUNTS)
JOURNALS = (
    ("JRN-1", "Hours", "HOUR", "true"),
    ("JRN-2", "Expenses", "EXPENSE", "false"),
    ("JRN-3", "Items", "ITEM", "false"),
    ("JRN-4", "Fees", "FEE", "false"),
)
_SINCE = "2025-01-01"
# category, type, cost, sales
_RATES = (
    ("CAT-1", "HOUR", 410, 695),
    ("CAT-2", "HOUR", 430, 745),
    ("CAT-3", "EXPENSE", 65, 80),
    ("CAT-5", "FEE", 0, 850),
)
_CHEAPEST, _STEP, _MARKUP = 85, 137, 1.45
_CONTRACTOR, _ON_PROJECTS = 560, 690
WARRANTY = "LPR-3"


def prices(hired: Sequence[Worker], projects: Sequence[str]) -> list[tuple[object, ...]]:
    """Rates by category, of contractors and of two projects, and a price for every item."""
    rows: list[tuple[object, ...]] = [
        (kind, "", category, "", "", _money(cost), _money(sales)) for category, kind, cost, sales in _RATES
    ]
    rows += _item_prices()
    rows += [
        ("HOUR", "", "", worker.number, "", _money(_CONTRACTOR), "") for worker in hired if worker.type == "CONTRACTOR"
    ]
    rows += [("HOUR", project, "CAT-2", "", "", "", _money(_ON_PROJECTS)) for project in projects]
    return [(f"PRI-{place}", *row[:5], _SINCE, "DKK", *row[5:]) for place, row in enumerate(rows, start=1)]


def _item_prices() -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for place, number in enumerate(ITEMS.values()):
        cost = _CHEAPEST + _STEP * (place * 7 % len(ITEMS))
        rows.append(("ITEM", "", "", "", number, _money(cost), _money(cost * _MARKUP)))
    return rows


def validations(projects: Sequence[str]) -> list[tuple[str, ...]]:
    """On fixed-price projects everything is charged but call-outs, by whoever it is."""
    allowed = [(project, category) for project in projects for category in ("CAT-1", "CAT-2", "CAT-3", "CAT-4")]
    return [(f"PVL-{place}", project, "", category) for place, (project, category) in enumerate(allowed, start=1)]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the demo's orders, as far as it is charged. `day` is when it was done."""

    order: str
    number: int
    kind: str
    description: str
    category: str
    item: str
    worker: str
    quantity: Decimal
    unit: str
    project: str
    agreement: str
    day: str
    line_property: str
    offset_account: str


class PriceList:
    """What the demo's prices say of a line: cost and sales price of one unit."""

    def __init__(self, hired: Sequence[Worker], projects: Sequence[str]) -> None:
        self._rates = {category: (cost, sales) for category, _, cost, sales in _RATES}
        self._items = {str(row[4]): (float(str(row[5])), float(str(row[6]))) for row in _item_prices()}
        self._contractors = {worker.number for worker in hired if worker.type == "CONTRACTOR"}
        self._projects = set(projects)

    def of(self, line: Line) -> tuple[str, str]:
        """The cost and the sales price."""
        if line.kind == "ITEM":
            cost, sales = self._items[line.item]
            return _money(cost), _money(sales)
        cost, sales = self._rates[line.category]
        if line.kind == "HOUR" and line.worker in self._contractors:
            cost = _CONTRACTOR
        if line.category == "CAT-2" and line.project in self._projects:
            sales = _ON_PROJECTS
        return _money(cost), _money(sales)


_JOURNAL_OF = {kind: number for number, _, kind, _ in JOURNALS}
# After the last day of the last week, whichever day of it is today.
_POSTED_AT = "D-1T23:30"


def postings(lines: Sequence[Line], prices: PriceList) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """The vouchers under which posted lines of last week were posted, and their transactions."""
    vouchers: dict[str, str] = {}
    transactions: list[tuple[object, ...]] = []
    for line in lines:
        voucher = vouchers.setdefault(_JOURNAL_OF[line.kind], f"VOU-{10001 + len(vouchers)}")
        cost, sales = prices.of(line)
        charged = 0 if line.line_property == WARRANTY else 1
        transactions.append(
            (
                *(line.order, line.number, voucher, line.project, line.agreement, line.kind, line.day),
                *(line.description, line.category, line.line_property, line.offset_account, line.worker, line.item),
                *(line.quantity, line.unit, "DKK", cost, sales),
                *(_times(line.quantity, cost), _times(line.quantity * charged, sales)),
            )
        )
    rows: list[tuple[object, ...]] = [
        (number, journal, _POSTED_AT, "Mona Manager") for journal, number in vouchers.items()
    ]
    return rows, transactions


def _times(quantity: Decimal, price: str) -> str:
    return f"{(quantity * Decimal(price)).quantize(Decimal('0.01'), ROUND_HALF_UP):f}"


def _money(amount: float) -> str:
    return f"{amount:.2f}"
