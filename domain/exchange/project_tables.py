"""The files of what projects are set up with: groups, journals, prices, validation. Pure."""

from domain.exchange import forms
from domain.exchange.columns import Table, name, number, plain, refers
from domain.projects.rules import FULLY, TransactionType

PROJECT_GROUPS = Table(
    "project_groups.csv",
    "project_group",
    "project group",
    "Kinds of projects.",
    (number("PGR-1"), name("Service")),
)
JOURNALS = Table(
    "journals.csv",
    "journal",
    "journal",
    "Where lines of one type are posted.",
    (
        number("JRN-1"),
        name("Hours"),
        plain(
            "transaction_type",
            forms.choice(TransactionType),
            "Of which lines; cannot be changed.",
            "HOUR",
            required=True,
        ),
        plain(
            "show_start_end_time",
            forms.TRUTH,
            "Whether lines say from when to when; only for hours.",
            "false",
            default=False,
        ),
    ),
)
LINE_PROPERTIES = Table(
    "line_properties.csv",
    "line_property",
    "line property",
    "Ways to charge lines.",
    (
        number("LPR-1"),
        name("Invoiced"),
        plain(
            "chargeable_percent",
            forms.whole(0, FULLY),
            "How much of the sales amount is charged.",
            "100",
            default=FULLY,
        ),
    ),
)
PROJECT_PRICES = Table(
    "project_prices.csv",
    "project_price",
    "project price",
    "What one unit costs and is sold for, from a day on. The most specific price holds: the project weighs more than "
    "the item, the item more than the worker, the worker more than the category.",
    (
        number("PRI-1"),
        plain("transaction_type", forms.choice(TransactionType), "Of which lines.", "HOUR", required=True),
        refers("project", "projects", "On which project; empty for any.", ""),
        refers("category", "project_categories", "For which project category; empty for any.", "CAT-1"),
        refers("worker", "workers", "For whose work; empty for anybody's.", ""),
        refers("item", "items", "For which item; empty for any.", ""),
        plain("starts_on", forms.DATE, "The first day on which it holds.", "2026-01-01", required=True),
        plain("currency", forms.CURRENCY, "ISO 4217 code of both prices.", "DKK", required=True),
        plain("cost_price", forms.MONEY, "What it costs the company.", "410.00", field="cost_price_minor"),
        plain("sales_price", forms.MONEY, "What it is sold for.", "695.00", field="sales_price_minor"),
    ),
)
PROJECT_VALIDATIONS = Table(
    "project_validations.csv",
    "project_validation",
    "project validation",
    "Who may work on a project, and with which category; anybody, while a project has no row.",
    (
        number("PVL-1"),
        refers("project", "projects", "On which project.", "PRJ-1", required=True),
        refers("worker", "workers", "Who; empty for anybody.", "WRK-1"),
        refers("category", "project_categories", "With which project category; empty for any.", ""),
    ),
)
