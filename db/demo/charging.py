"""What the demo company's work costs and is sold for, where it is posted, and who may work where."""

from collections.abc import Sequence

from db.demo.catalogue import ITEMS
from db.demo.people import Worker

PROJECT_GROUPS = (("PGR-1", "Service"), ("PGR-2", "Service agreements"), ("PGR-3", "Projects"))
SERVICE, AGREED, PROJECT = (number for number, _ in PROJECT_GROUPS)
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
_CONTRACTOR = 560


def prices(hired: Sequence[Worker], projects: Sequence[str]) -> list[tuple[object, ...]]:
    """Rates by category, of contractors and of two projects, and a price for every item."""
    rows: list[tuple[object, ...]] = [
        (kind, "", category, "", "", _money(cost), _money(sales)) for category, kind, cost, sales in _RATES
    ]
    for place, number in enumerate(ITEMS.values()):
        cost = _CHEAPEST + _STEP * (place * 7 % len(ITEMS))
        rows.append(("ITEM", "", "", "", number, _money(cost), _money(cost * _MARKUP)))
    rows += [
        ("HOUR", "", "", worker.number, "", _money(_CONTRACTOR), "") for worker in hired if worker.type == "CONTRACTOR"
    ]
    rows += [("HOUR", project, "CAT-2", "", "", "", _money(690)) for project in projects]
    return [(f"PRI-{place}", *row[:5], _SINCE, "DKK", *row[5:]) for place, row in enumerate(rows, start=1)]


def validations(projects: Sequence[str]) -> list[tuple[str, ...]]:
    """On fixed-price projects everything is charged but call-outs, by whoever it is."""
    allowed = [(project, category) for project in projects for category in ("CAT-1", "CAT-2", "CAT-3", "CAT-4")]
    return [(f"PVL-{place}", project, "", category) for place, (project, category) in enumerate(allowed, start=1)]


def _money(amount: float) -> str:
    return f"{amount:.2f}"
