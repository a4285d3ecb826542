"""The files of what projects are set up with: groups, journals, prices, validation. Pure."""

from domain.exchange import forms
from domain.exchange.columns import Column, Later, Table, name, number, plain, refers
from domain.projects.rules import FULLY, TransactionType

PROJECT_GROUPS = Table(
    "project_groups.csv",
    "project_group",
    "project group",
    "Kinds of projects.",
    (number("PGR-1"), name("Service")),
)
LEDGER_ACCOUNTS = Table(
    "ledger_accounts.csv",
    "ledger_account",
    "ledger account",
    "Accounts of the company's ledger that expenses are set off against.",
    (number("5830"), name("Owed to employees")),
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
        plain("cost_price", forms.PRICE, "What it costs the company.", "410.00", field="cost_price_minor"),
        plain("sales_price", forms.PRICE, "What it is sold for.", "695.00", field="sales_price_minor"),
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


def line_prices(currency: Column) -> tuple[Column, ...]:
    """What lines cost and are sold for: the columns that lines of orders and of agreements have alike."""
    return (
        currency,
        plain("cost_price", forms.PRICE, "What a unit costs the company.", "410.00", field="cost_price_minor"),
        plain("sales_price", forms.PRICE, "What a unit is sold for.", "695.00", field="sales_price_minor"),
        plain("sales_price_modified", forms.TRUTH, "Whether somebody typed the sales price.", "false", default=False),
    )


JOURNAL_POSTINGS = Table(
    "journal_postings.csv",
    "journal_posting",
    "journal posting",
    "Vouchers: what was posted to one journal at one time.",
    (
        number("VOU-10001"),
        refers("journal", "journals", "In which journal.", "JRN-1", required=True),
        plain("posted_at", forms.MOMENT, "When it was posted.", "D-1T16:00", default=Later.MOMENT_OF_IMPORT),
        plain("posted_by", forms.text(), "Who posted it.", "Mona Manager", required=True),
    ),
)
PROJECT_TRANSACTIONS = Table(
    "project_transactions.csv",
    "project_transaction",
    "project transaction",
    "What posted lines of orders cost and were sold for, once and for all: a row that is there cannot be changed.",
    (
        refers("order", "orders", "For which order.", "SO-10001", required=True),
        plain("line_number", forms.whole(1, 100_000), "Which of its lines, which is `POSTED`.", "1", required=True),
        refers("posting", "journal_postings", "Under which voucher.", "VOU-10001", required=True),
        refers("project", "projects", "On which project.", "PRJ-1", required=True),
        refers("agreement", "agreements", "Under which service agreement.", "SA-1"),
        plain("transaction_type", forms.choice(TransactionType), "What it was.", "HOUR", required=True),
        plain("executed_on", forms.DATE, "When it was done.", "D-2", required=True),
        plain("description", forms.text(200), "What it says.", "Lift inspection, annual", default=""),
        refers("category", "project_categories", "Its project category.", "CAT-1"),
        refers("line_property", "line_properties", "How it was charged.", "LPR-1"),
        refers("offset_account", "ledger_accounts", "What it was set off against; only of an `EXPENSE`.", ""),
        refers("worker", "workers", "Who did it.", "WRK-1"),
        refers("item", "items", "Which item.", ""),
        plain("quantity", forms.decimal(4), "How much.", "2.5", required=True),
        plain("unit", forms.text(10), "What was counted.", "h", default="h"),
        plain("currency", forms.CURRENCY, "ISO 4217 code of its amounts.", "DKK", required=True),
        plain("cost_price", forms.PRICE, "What a unit cost.", "410.00", field="cost_price_minor", required=True),
        plain(
            "sales_price", forms.PRICE, "What a unit was sold for.", "695.00", field="sales_price_minor", required=True
        ),
        plain("cost", forms.MONEY, "What it cost altogether.", "1025.00", field="cost_minor", required=True),
        plain("sales", forms.MONEY, "What is charged for it.", "1737.50", field="sales_minor", required=True),
    ),
    key=("order", "line_number"),
)
