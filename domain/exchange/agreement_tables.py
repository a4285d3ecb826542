"""The files of service levels, service objects and service agreements. Pure."""

from domain.agreements.rules import CombineBy, IntervalRange, ItemSetup, WindowMethod
from domain.agreements.rules.occurrences import LEAST_FREQUENT, MOST_FREQUENT
from domain.agreements.rules.windows import WIDEST
from domain.exchange import forms
from domain.exchange.columns import Table, name, number, plain, refers
from domain.exchange.project_tables import line_prices
from domain.projects.rules import TransactionType
from domain.slas.rules.levels import LONGEST_PART

SERVICE_LEVELS = Table(
    "service_levels.csv",
    "service_level",
    "service level",
    "How long orders may take: days, hours and minutes together are more than nothing.",
    (
        number("SLA-1"),
        name("Lift runs again within eight hours"),
        plain("days", forms.whole(0, LONGEST_PART), "Open days of the calendar, or 24 hours.", "0", default=0),
        plain("hours", forms.whole(0, LONGEST_PART), "And hours.", "8", default=0),
        plain("minutes", forms.whole(0, LONGEST_PART), "And minutes.", "0", default=0),
        refers("calendar", "calendars", "Whose open time counts; empty for all time.", "CAL-1"),
        plain("suspended", forms.TRUTH, "Whether it rests: it cannot be chosen.", "false", default=False),
    ),
)
AGREEMENT_GROUPS = Table(
    "agreement_groups.csv",
    "agreement_group",
    "agreement group",
    "Kinds of service agreements.",
    (
        number("AGR-1"),
        name("Full service"),
        refers("sla", "service_levels", "The service level of its agreements that have none.", "SLA-1"),
    ),
)
SERVICE_OBJECT_GROUPS = Table(
    "service_object_groups.csv",
    "service_object_group",
    "service object group",
    "Kinds of service objects.",
    (number("OGR-1"), name("Passenger lifts")),
)
SERVICE_OBJECTS = Table(
    "service_objects.csv",
    "service_object",
    "service object",
    "What is serviced, for example lifts; items or not.",
    (
        number("OBJ-1"),
        name("Lift 1, Havnegade 12"),
        refers("group", "service_object_groups", "What kind of object it is.", "OGR-1", required=True),
        refers("item", "items", "The item that it is.", ""),
        plain("serial_number", forms.text(40), "Which piece of the item it is; only with an item.", ""),
    ),
)
TEMPLATE_GROUPS = Table(
    "template_groups.csv",
    "template_group",
    "template group",
    "Places that agreement templates are chosen from; which is in which is in the next file.",
    (number("TGR-1"), name("Lifts")),
)
TEMPLATE_TREE = Table(
    "template_tree.csv",
    "template_group",
    "template group",
    "In which template group another one is: at most one row for each.",
    (
        plain(
            "group", forms.NUMBER, "Which: a number in `template_groups.csv`.", "TGR-1", field="number", required=True
        ),
        refers("parent", "template_groups", "In which group; empty for the top.", ""),
    ),
    key=("group",),
    adds_rows=False,
)
SERVICE_INTERVALS = Table(
    "service_intervals.csv",
    "service_interval",
    "service interval",
    "How often lines of agreements recur.",
    (
        number("INT-1"),
        name("Every quarter"),
        plain("range", forms.choice(IntervalRange), "The unit.", "QUARTERLY", required=True),
        plain("frequency", forms.whole(MOST_FREQUENT, LEAST_FREQUENT), "How many units.", "1", default=1),
    ),
)
TIME_WINDOWS = Table(
    "time_windows.csv",
    "time_window",
    "time window",
    "How far from its calculated day a visit may take place.",
    (
        number("WIN-1"),
        name("Within the week"),
        plain("method", forms.choice(WindowMethod), "How it lies around the day.", "WEEK", required=True),
        plain("days_before", forms.whole(0, WIDEST), "Days before; for `MANUAL` only.", "0", default=0),
        plain("days_after", forms.whole(0, WIDEST), "Days after; for `MANUAL` only.", "0", default=0),
    ),
)
AGREEMENTS = Table(
    "agreements.csv",
    "service_agreement",
    "service agreement",
    "Service agreements and templates; what they are about and their lines are in the next files.",
    (
        number("SA-1"),
        plain("description", forms.text(1000), "What it is about.", "Full service, two lifts", default=""),
        refers("group", "agreement_groups", "What kind of agreement it is.", "AGR-1", required=True),
        refers("project", "projects", "What it is charged to; of any type but `TIME`.", "PRJ-1", required=True),
        plain("starts_on", forms.DATE, "Its first day.", "2026-01-01", required=True),
        plain("ends_on", forms.DATE, "Its last day.", "2028-12-31"),
        plain("suspended", forms.TRUTH, "Whether it rests.", "false", default=False),
        plain(
            "combine_by",
            forms.choice(CombineBy),
            "What may be done on one visit.",
            "BY_SERVICE_AGREEMENT",
            default=CombineBy.BY_SERVICE_AGREEMENT,
        ),
        refers("template_group", "template_groups", "Makes it a template.", ""),
        refers("responsible", "workers", "Who answers for it.", "WRK-1"),
        refers("preferred_technician", "workers", "Whom the customer prefers.", "WRK-1"),
        refers("contact", "contacts", "Whom to ask: a contact of the project's customer.", "CON-1"),
        refers("activity_type", "activity_types", "What kind of visits its orders have.", "ACT-1"),
        refers("sla", "service_levels", "Its service level; empty for that of its group.", ""),
    ),
)


def _objects(file: str, owner: str, owners: str, word: str, owned_by: str) -> Table:
    return Table(
        file,
        "service_object_relation",
        "object relation",
        f"Which service objects {owned_by} are about.",
        (
            number("REL-1" if owner == "agreement" else "REL-2"),
            refers(owner, owners, f"Which {word}; cannot be changed.", _EXAMPLES[owner], required=True, fixed=True),
            refers("object", "service_objects", "Which object; cannot be changed.", "OBJ-1", required=True, fixed=True),
            plain("serial_number", forms.text(40), "Which piece of it.", ""),
        ),
        told_by=f"{owner}_id",
    )


def _tasks(file: str, owner: str, owners: str, word: str, owned_by: str) -> Table:
    return Table(
        file,
        "service_task_relation",
        "task relation",
        f"Which service tasks are done for {owned_by}.",
        (
            refers(owner, owners, f"Which {word}.", _EXAMPLES[owner], required=True),
            refers("task", "service_tasks", "Which task.", "TSK-1", required=True),
            plain("internal_note", forms.text(1000), "For technicians.", "Key at the reception", default=""),
            plain("external_note", forms.text(1000), "For the customer.", "One lift rests for two hours", default=""),
        ),
        key=(owner, "task"),
        told_by=f"{owner}_id",
    )


_EXAMPLES = {"agreement": "SA-1", "order": "SO-10001"}
AGREEMENT_OBJECTS = _objects("agreement_objects.csv", "agreement", "agreements", "service agreement", "agreements")
AGREEMENT_TASKS = _tasks("agreement_tasks.csv", "agreement", "agreements", "service agreement", "agreements")
ORDER_OBJECTS = _objects("order_objects.csv", "order", "orders", "service order", "single orders")
ORDER_TASKS = _tasks("order_tasks.csv", "order", "orders", "service order", "single orders")
AGREEMENT_LINES = Table(
    "agreement_lines.csv",
    "service_agreement_line",
    "agreement line",
    "What an agreement promises, and how often.",
    (
        refers("agreement", "agreements", "On which agreement.", "SA-1", required=True),
        plain("line_number", forms.whole(1, 100_000), "Its number on the agreement.", "1", required=True),
        plain("transaction_type", forms.choice(TransactionType), "What it is.", "HOUR", required=True),
        plain("description", forms.text(200), "What it says.", "Lift service", default=""),
        refers("category", "project_categories", "Its project category, of the same type.", "CAT-1", required=True),
        refers("line_property", "line_properties", "How it is charged.", "LPR-1", required=True),
        refers("offset_account", "ledger_accounts", "What it is set off against; only of an `EXPENSE`.", ""),
        refers("project", "projects", "What it is charged to.", "PRJ-1", required=True),
        *line_prices(plain("currency", forms.CURRENCY, "ISO 4217 code.", "DKK", required=True)),
        plain("starts_on", forms.DATE, "Its first day, from which its interval counts.", "2026-01-01", required=True),
        plain("ends_on", forms.DATE, "Its last day.", ""),
        refers("worker", "workers", "Who does it.", "WRK-1"),
        refers("object_relation", "agreement_objects", "What it is about: an object of the agreement.", "REL-1"),
        refers("task", "service_tasks", "What kind of work it is: a task of the agreement.", "TSK-1"),
        refers("interval", "service_intervals", "How often it recurs; empty for once.", "INT-1"),
        refers("time_window", "time_windows", "How far a visit may be moved.", "WIN-1"),
        plain("stopped", forms.TRUTH, "Whether nothing is planned from it.", "false", default=False),
        plain("quantity", forms.decimal(4), "How much.", "2", required=True),
        plain("unit", forms.text(10), "What is counted.", "h", default="h"),
        refers("item", "items", "Which item; lines of type `ITEM` need one, others have none.", ""),
        plain("item_setup", forms.choice(ItemSetup), "What becomes of the item.", ""),
        refers("site", "addresses", "Where the item is needed; an item requirement needs one.", ""),
        plain("starts_after", forms.CLOCK, "When service begins at the earliest.", "", field="starts_after_minute"),
        plain("ends_before", forms.CLOCK, "When service ends at the latest.", "", field="ends_before_minute"),
    ),
    key=("agreement", "line_number"),
)
