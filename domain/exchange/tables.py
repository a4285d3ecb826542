"""The files of a company: which columns they have, what they mean, and in which order they are read. Pure."""

from collections.abc import Iterable

from domain.exchange import agreement_tables as agreements
from domain.exchange import forms
from domain.exchange import project_tables as projects
from domain.exchange.columns import EMAIL as _EMAIL
from domain.exchange.columns import PHONE as _PHONE
from domain.exchange.columns import Column, Later, Table
from domain.exchange.columns import active as _active
from domain.exchange.columns import name as _name
from domain.exchange.columns import number as _number
from domain.exchange.columns import plain as _plain
from domain.exchange.columns import refers as _refers
from domain.items.rules import ItemType
from domain.orders.rules import DispatchStatus, LineStatus, OrderOrigin, Priority, RequirementSupply
from domain.parameters.rules import LONGEST_BOARD_DAYS, LONGEST_HORIZON_DAYS, SlaCalendarMode
from domain.projects.rules import ProjectType, TransactionType
from domain.slas.rules import SlaStatus
from domain.stages.rules import ReasonType
from domain.workforce.rules import WorkerType

CALENDARS = Table(
    "calendars.csv",
    "calendar",
    "calendar",
    "Working calendars; their hours and holidays are in the next two files.",
    (
        _number("CAL-1"),
        _name("Monday to Friday"),
        _plain("time_zone", forms.TIME_ZONE, "Whose clocks the hours are on.", "Europe/Copenhagen", required=True),
    ),
)
CALENDAR_HOURS = Table(
    "calendar_hours.csv",
    "calendar_hours",
    "hours",
    "Open hours of a calendar: one row for each interval of a weekday. Intervals may touch, not overlap.",
    (
        _refers("calendar", "calendars", "Whose hours they are.", "CAL-1", required=True),
        _plain("weekday", forms.choice(forms.Weekday), "On which day of the week.", "MONDAY", required=True),
        _plain("opens", forms.CLOCK, "When work begins.", "07:00", field="opens_minute", required=True),
        _plain("closes", forms.CLOCK, "When work ends.", "15:30", field="closes_minute", required=True),
    ),
    key=("calendar", "weekday", "opens"),
)
HOLIDAYS = Table(
    "holidays.csv",
    "calendar_holiday",
    "holiday",
    "Dates that differ from their weekday: closed, or open at other hours.",
    (
        _refers("calendar", "calendars", "Whose holiday it is.", "CAL-1", required=True),
        _plain("date", forms.DATE, "The day.", "2026-12-25", field="on_date", required=True),
        _name("Christmas Day"),
        _plain("opens", forms.CLOCK, "When work begins; empty when closed.", "", field="opens_minute"),
        _plain("closes", forms.CLOCK, "When work ends; empty when closed.", "", field="closes_minute"),
    ),
    key=("calendar", "date"),
)
ACTIVITY_TYPES = Table(
    "activity_types.csv",
    "activity_type",
    "activity type",
    "Kinds of visits.",
    (_number("ACT-1"), _name("Inspection")),
)
ACTIVITY_PHASES = Table(
    "activity_phases.csv",
    "activity_phase",
    "activity phase",
    "How far visits are, as the stages of their orders say.",
    (_number("PHS-1"), _name("Being planned")),
)
STAGES = Table(
    "stages.csv",
    "stage",
    "stage",
    "The steps of service orders: one tree, in any order of rows. Orders begin in the one stage without a parent.",
    (
        _number("PLANNING"),
        _name("Planning"),
        _refers("parent", "stages", "The stage before it, also one of this file; cannot be changed.", ""),
        _plain("allow_delete", forms.TRUTH, "Whether an order in it may be deleted.", "true", default=False),
        _plain("allow_modify", forms.TRUTH, "Whether an order in it may be changed.", "true", default=False),
        _plain("allow_cancel", forms.TRUTH, "Whether an order in it may be cancelled.", "true", default=False),
        _plain("allow_post", forms.TRUTH, "Whether lines of an order in it may be posted.", "false", default=False),
        _plain(
            "stops_time_recording",
            forms.TRUTH,
            "Whether entering it stops the time that counts for service levels.",
            "false",
            default=False,
        ),
        _plain("require_reason", forms.TRUTH, "Whether entering it asks for a reason.", "false", default=False),
        _refers("activity_phase", "activity_phases", "The phase of the visits of orders that enter it.", "PHS-1"),
    ),
)
COMPANY = Table(
    "company.csv",
    "service_management_parameters",
    "company",
    "The company itself: one row.",
    (
        _plain("name", forms.text(), "Its name.", "Nordlift Service A/S", field="company_name", required=True),
        _plain(
            "time_zone",
            forms.TIME_ZONE,
            "Whose days the board shows, and whose clocks times in these files are on.",
            "Europe/Copenhagen",
            required=True,
        ),
        _plain("currency", forms.CURRENCY, "ISO 4217 code.", "DKK", default="DKK"),
        _refers("calendar", "calendars", "The default service calendar.", "CAL-1"),
        _refers("order_activity_type", "activity_types", "The type that activities of orders start with.", "ACT-1"),
        _refers("agreement_activity_type", "activity_types", "The type that new agreements ask for.", "ACT-1"),
        _refers("default_agreement_group", "agreement_groups", "The group of new agreements.", "AGR-1"),
        _plain(
            "allow_identical_items_as_objects",
            forms.TRUTH,
            "Whether one item, with one serial number, may be several service objects.",
            "false",
            default=False,
        ),
        _plain(
            "allow_without_service_agreement",
            forms.TRUTH,
            "Whether orders may be made and posted without a service agreement.",
            "false",
            default=False,
        ),
        _plain(
            "reason_on_cancel", forms.TRUTH, "Whether ending a service level needs a reason.", "true", default=False
        ),
        _plain(
            "reason_on_exceed_time",
            forms.TRUTH,
            "Whether stopping a service level needs a reason once its time is exceeded.",
            "true",
            default=False,
        ),
        _plain(
            "sla_calendar_mode",
            forms.choice(SlaCalendarMode),
            "Whether only a service level's open time counts, or its calendar only puts off the start.",
            "OPEN_TIME",
            default=SlaCalendarMode.OPEN_TIME,
        ),
        _plain(
            "sla_on_generated_orders",
            forms.TRUTH,
            "Whether orders planned from agreements are measured too.",
            "false",
            default=False,
        ),
        _plain(
            "create_activity_for_order", forms.TRUTH, "Whether a new order gets an activity.", "false", default=False
        ),
        _plain("activity_category", forms.text(60), "Category of activities made for orders.", "Field service"),
        _plain("activity_purpose", forms.text(120), "Purpose of activities made for orders.", "Visit"),
        _refers("activity_generation_stage", "stages", "Where lines get activities; empty: at once.", "PLANNING"),
        _refers("default_project_group", "project_groups", "The group of new projects.", "PGR-1"),
        _refers("journal_hour", "journals", "Where hours are posted; empty: they are not.", "JRN-1"),
        _refers("journal_expense", "journals", "Where expenses are posted; empty: they are not.", ""),
        _refers("journal_item", "journals", "Where items are posted; empty: they are not.", ""),
        _refers("journal_fee", "journals", "Where fees are posted; empty: they are not.", ""),
        _plain(
            "inactive_categories_selectable",
            forms.TRUTH,
            "Whether lines may use categories that are not active.",
            "false",
            default=False,
        ),
        _plain(
            "terminated_workers_selectable",
            forms.TRUTH,
            "Whether lines may name workers who have left.",
            "false",
            default=False,
        ),
        _plain(
            "show_start_end_time",
            forms.TRUTH,
            "Whether lines of hours say from when to when, if their journal says so too.",
            "false",
            default=False,
        ),
        _plain("plan_visits_daily", forms.TRUTH, "Whether visits are planned by the clock.", "false", default=False),
        _plain(
            "planning_horizon_days",
            forms.whole(1, LONGEST_HORIZON_DAYS),
            "How many days ahead they are.",
            "60",
            default=60,
        ),
        _plain("dispatch_color_high", forms.COLOR, "Of urgent activities.", "#c62828", default="#c62828"),
        _plain("dispatch_color_normal", forms.COLOR, "Of normal activities.", "#f9a825", default="#f9a825"),
        _plain("dispatch_color_low", forms.COLOR, "Of activities that can wait.", "#2e7d32", default="#2e7d32"),
        _plain(
            "dispatch_days_before",
            forms.whole(0, LONGEST_BOARD_DAYS),
            "Days the board shows before today.",
            "0",
            default=0,
        ),
        _plain(
            "dispatch_days_after",
            forms.whole(0, LONGEST_BOARD_DAYS),
            "Days the board shows after today.",
            "7",
            default=7,
        ),
    ),
    key=(),
)
SERVICE_TASKS = Table(
    "service_tasks.csv",
    "service_task",
    "service task",
    "Kinds of work that order lines and activities name.",
    (_number("TSK-1"), _name("Annual lift inspection")),
)
ITEMS = Table(
    "items.csv",
    "item",
    "item",
    "What is used, sold or serviced.",
    (
        _number("ITM-1"),
        _name("Door contact"),
        _plain("type", forms.choice(ItemType), "What it is.", "ITEM", required=True),
        _plain("unit", forms.text(10), "What it is counted in.", "pcs", required=True),
        _active("Whether it is still in use."),
    ),
)
PROJECT_CATEGORIES = Table(
    "project_categories.csv",
    "project_category",
    "project category",
    "What kind of hours, expense, item or fee a line is.",
    (
        _number("CAT-1"),
        _name("Service hours"),
        _plain("transaction_type", forms.choice(TransactionType), "Of which lines.", "HOUR", required=True),
        _plain("active_in_journals", forms.TRUTH, "Whether it may be chosen.", "true", default=True),
    ),
)
CUSTOMERS = Table(
    "customers.csv",
    "customer",
    "customer",
    "Companies and people for whom service is done.",
    (_number("CUS-1"), _name("Havnens Kontorhus ApS"), _PHONE, _EMAIL, _active("Whether they are still a customer.")),
)
CONTACTS = Table(
    "contacts.csv",
    "contact",
    "contact",
    "People at customers.",
    (
        _number("CON-1"),
        _refers("customer", "customers", "Where they work; cannot be changed.", "CUS-1", required=True, fixed=True),
        _name("Karen Lund", "Their name."),
        _PHONE,
        _EMAIL,
    ),
)
ADDRESSES = Table(
    "addresses.csv",
    "address",
    "address",
    "Sites of customers. A customer's sites have different names.",
    (
        _number("ADR-1"),
        _refers("customer", "customers", "Whose site it is; cannot be changed.", "CUS-1", required=True, fixed=True),
        _name("Head office"),
        _plain("street", forms.text(200), "Street and number.", "Havnegade 12", required=True),
        _plain("postal_code", forms.text(20), "Postal code.", "8000", required=True),
        _plain("city", forms.text(100), "Town.", "Aarhus C", required=True),
        _plain("country", forms.COUNTRY, "ISO 3166-1 code.", "DK", default="DK"),
        _plain("latitude", forms.DEGREES, "North of the equator; with `longitude` or not at all.", "56.156635"),
        _plain("longitude", forms.DEGREES, "East of Greenwich.", "10.210605"),
        _plain("time_zone", forms.TIME_ZONE, "If it is not the company's.", "Europe/Copenhagen"),
        _plain("this_service_only", forms.TRUTH, "Whether it was given for one order alone.", "false", default=False),
    ),
)
WORKERS = Table(
    "workers.csv",
    "worker",
    "worker",
    "People who carry out service.",
    (
        _number("WRK-1"),
        _name("Jens Holm", "Their name."),
        _plain("type", forms.choice(WorkerType), "How they belong to the company.", "EMPLOYEE", required=True),
        _EMAIL,
        _PHONE,
        _active("Whether they still work here."),
        _refers("calendar", "calendars", "When they work.", "CAL-1"),
    ),
)
TEAMS = Table(
    "teams.csv",
    "dispatch_team",
    "dispatch team",
    "Workers who are dispatched together; who is in them is in the next file.",
    (
        _number("TEAM-1"),
        _name("Aarhus lifts"),
        _refers("owner", "workers", "An employee who still works here.", "WRK-1", required=True),
    ),
)
TEAM_MEMBERS = Table(
    "team_members.csv",
    "worker",
    "worker",
    "In which team a worker is: at most one row for each.",
    (
        _plain("worker", forms.NUMBER, "Who: a number in `workers.csv`.", "WRK-1", field="number", required=True),
        _refers("team", "teams", "In which team; empty for none.", "TEAM-1"),
    ),
    key=("worker",),
    adds_rows=False,
)
PROJECTS = Table(
    "projects.csv",
    "project",
    "project",
    "What costs and revenue are collected on.",
    (
        _number("PRJ-1"),
        _name("Lift service 2026"),
        _plain("type", forms.choice(ProjectType), "How it is charged.", "TIME_AND_MATERIAL", required=True),
        _refers("customer", "customers", "For whom.", "CUS-1"),
        _refers("group", "project_groups", "What kind of project it is.", "PGR-1"),
        _refers("line_property", "line_properties", "How its lines are charged; empty: fully.", "LPR-1"),
        _refers("expense_offset_account", "ledger_accounts", "What its expenses are set off against.", "5830"),
        _active("Whether work is still booked on it."),
    ),
)
STAGE_REASON_CODES = Table(
    "stage_reason_codes.csv",
    "stage_reason_code",
    "stage reason code",
    "The reasons that may be given.",
    (_number("CUSTOMER_CANCELLED"), _name("The customer has cancelled", "The reason in words.")),
)
ORDERS = Table(
    "orders.csv",
    "service_order",
    "service order",
    "Service orders. Their progress is not here: it follows from the lines.",
    (
        _number("SO-10001"),
        _plain("description", forms.text(1000), "What is to be done.", "Lift stops between floors", default=""),
        _refers("customer", "customers", "For whom; cannot be changed.", "CUS-1", required=True, fixed=True),
        _refers("address", "addresses", "Where: any address.", "ADR-1"),
        _refers("contact", "contacts", "Whom to ask: a contact of the customer.", "CON-1"),
        _refers("project", "projects", "What it is charged to; under an agreement the agreement's.", "PRJ-1"),
        _refers("agreement", "agreements", "The service agreement it is done under.", "SA-1"),
        _plain("priority", forms.choice(Priority), "How urgent it is.", "HIGH", default=Priority.NORMAL),
        _plain("origin", forms.choice(OrderOrigin), "Where it came from.", "MANUAL", default=OrderOrigin.MANUAL),
        _plain("sales_order_number", forms.text(40), "The sales order it comes from.", ""),
        _plain(
            "incoming_web_order",
            forms.TRUTH,
            "Whether it came over the web and waits to be transferred.",
            "false",
            default=False,
        ),
        _refers("stage", "stages", "The step it is at.", "PLANNING", default=Later.INITIAL_STAGE),
        _plain("service_at", forms.MOMENT, "When the customer would like it.", "2026-11-23T08:00"),
        _refers("responsible", "workers", "Who answers for it.", "WRK-1"),
        _refers("preferred_technician", "workers", "Who should do it.", "WRK-1"),
        _plain("created_at", forms.MOMENT, "When it was written down.", "D-2T14:10", default=Later.MOMENT_OF_IMPORT),
        _plain("signed_off_at", forms.MOMENT, "When it was signed off as done; empty while it is not.", ""),
        _plain("calendar_conflict", forms.TRUTH, "Whether it was planned on a closed day.", "false", default=False),
        _refers("sla", "service_levels", "The service level that `recorded_times.csv` counts for.", "SLA-1"),
    ),
)
RECORDED_TIMES = Table(
    "recorded_times.csv",
    "recorded_time",
    "recorded time",
    "Time of orders that counts for their service levels. What it comes to is not here: it follows.",
    (
        _refers("order", "orders", "Of which order.", "SO-10001", required=True),
        _plain("starts_at", forms.MOMENT, "When it began.", "D-2T14:10", required=True),
        _plain("ends_at", forms.MOMENT, "When it was over; empty while it runs.", ""),
        _plain(
            "status",
            forms.choice(SlaStatus),
            "`STARTED` while it runs; else how it ended. `CANCELED` ends measurement for good, `NONE` is refused.",
            "STARTED",
            required=True,
        ),
    ),
    key=("order", "starts_at"),
)
STAGE_REASONS = Table(
    "stage_reasons.csv",
    "stage_reason",
    "stage reason",
    "The reasons given for what was done with orders.",
    (
        _refers("order", "orders", "For which order.", "SO-10001", required=True),
        _plain("line_number", forms.whole(1, 100_000), "Its number on the order.", "1", required=True),
        _plain("type", forms.choice(ReasonType), "On what occasion.", "MANUAL", default=ReasonType.MANUAL),
        _refers("code", "stage_reason_codes", "The reason.", "CUSTOMER_CANCELLED", required=True),
        _refers("stage", "stages", "The stage the order was in, or entered.", "PLANNING", required=True),
        _plain("description", forms.text(1000), "More about it.", "They rang at noon", default=""),
        _plain("created_at", forms.MOMENT, "When it was given.", "D-1T12:00", default=Later.MOMENT_OF_IMPORT),
        _plain("created_by", forms.text(), "Who gave it.", "Mona Manager", required=True),
    ),
    key=("order", "line_number"),
)
ACTIVITIES = Table(
    "activities.csv",
    "service_activity",
    "activity",
    "Visits on the board. Open visits of one worker do not overlap, unless `overlap_accepted` says so.",
    (
        _plain(
            "number",
            forms.ACTIVITY_NUMBER,
            "What people call it; tells the rows apart.",
            "SO-10001-1",
            required=True,
        ),
        _refers(
            "order", "orders", "To which order it belongs; cannot be changed.", "SO-10001", required=True, fixed=True
        ),
        _plain("title", forms.text(200), "What is done, in a few words.", "Lift inspection, annual", required=True),
        _plain("category", forms.text(60), "What it counts as, in the company's words.", ""),
        _plain("purpose", forms.text(120), "What it is for, in the company's words.", ""),
        _refers("type", "activity_types", "What kind of visit it is.", "ACT-1"),
        _refers("phase", "activity_phases", "How far it is.", "PHS-1"),
        _refers("task", "service_tasks", "What kind of work it is.", "TSK-1"),
        _refers("worker", "workers", "Who does it.", "WRK-1"),
        _plain("starts_at", forms.MOMENT, "When it starts; with `ends_at` or not at all.", "2026-11-23T08:00"),
        _plain("ends_at", forms.MOMENT, "When it ends.", "2026-11-23T10:30"),
        _plain("priority", forms.choice(Priority), "How urgent it is.", "HIGH", default=Later.PRIORITY_OF_ORDER),
        _plain(
            "dispatch_status",
            forms.choice(DispatchStatus),
            "Whether it has been sent to its worker.",
            "DISPATCHED",
            default=DispatchStatus.UNDISPATCHED,
        ),
        _plain("closed", forms.TRUTH, "Whether it is over.", "false", default=False),
        _plain("overlap_accepted", forms.TRUTH, "Whether it may overlap others.", "false", default=False),
    ),
)
ORDER_LINES = Table(
    "order_lines.csv",
    "service_order_line",
    "order line",
    "What is done, used or charged on an order.",
    (
        _refers("order", "orders", "On which order.", "SO-10001", required=True),
        _plain("line_number", forms.whole(1, 100_000), "Its number on the order.", "1", required=True),
        _plain("transaction_type", forms.choice(TransactionType), "What it is.", "HOUR", required=True),
        _plain("status", forms.choice(LineStatus), "What has become of it.", "POSTED", default=LineStatus.CREATED),
        _plain("description", forms.text(200), "What it says.", "Lift inspection, annual", default=""),
        _refers("category", "project_categories", "Its project category.", "CAT-1"),
        _refers("line_property", "line_properties", "How it is charged; empty: as its project says.", "LPR-1"),
        _refers(
            "offset_account",
            "ledger_accounts",
            "What it is set off against, only of an `EXPENSE`; empty: as its project says.",
            "",
        ),
        _refers("project", "projects", "What it is charged to; empty: what its order is.", ""),
        _refers("item", "items", "Which item; lines of type `ITEM` need one.", ""),
        _refers("task", "service_tasks", "What kind of work it is.", "TSK-1"),
        _refers("worker", "workers", "Who does it.", "WRK-1"),
        _refers(
            "object_relation",
            "order_objects",
            "What it is about: an object of the order, or of its agreement (`agreement_objects.csv`).",
            "",
        ),
        _refers(
            "activity",
            "activities",
            "The visit it is done on: of the same order, with the same worker and task.",
            "SO-10001-1",
            form=forms.ACTIVITY_NUMBER,
        ),
        _plain("quantity", forms.decimal(4), "How much; negative takes back.", "2.5", required=True),
        _plain("unit", forms.text(10), "What is counted.", "h", default="h"),
        _refers(
            "agreement_line",
            "agreement_lines",
            "What it was planned from: a line of its order's agreement, whose work of one day exists once.",
            "SA-1/1",
            form=forms.AGREEMENT_LINE,
        ),
        _plain("calculated_on", forms.DATE, "The day it was planned for; only with an agreement line.", "2026-11-23"),
        _plain("earliest_on", forms.DATE, "The first day it may take.", "2026-11-23"),
        _plain("latest_on", forms.DATE, "The last day it may take.", "2026-11-27"),
        *projects.line_prices(_plain("currency", forms.CURRENCY, "ISO 4217 code; empty: the company's.", "DKK")),
        _plain("executes_on", forms.DATE, "The day it is done; empty: that of its order.", "D-2"),
        _plain("starts", forms.CLOCK, "When work on it began; with `ends` or not at all.", "", field="starts_minute"),
        _plain("ends", forms.CLOCK, "When work on it ended; only of hours.", "", field="ends_minute"),
        _plain("signed_off_at", forms.MOMENT, "When it was signed off as done; empty while it is not.", "D-2T15:00"),
        _plain("invoice_number", forms.text(40), "The invoice that it is on; only of a `POSTED` line.", "INV-2611"),
    ),
    key=("order", "line_number"),
)

ORDER_REQUIREMENTS = Table(
    "order_requirements.csv",
    "item_requirement",
    "item requirement",
    "Items that orders require. While there is one, its order is neither cancelled nor deleted.",
    (
        _refers("order", "orders", "Which order.", "SO-10001", required=True),
        _plain("line_number", forms.whole(1, 100_000), "Its number on the order.", "1", required=True),
        _refers("project", "projects", "What it is charged to.", "PRJ-1", required=True),
        _refers("item", "items", "Which item.", "ITM-1", required=True),
        _plain("quantity", forms.decimal(4), "How much: more than nothing.", "2", required=True),
        _plain("unit", forms.text(10), "What is counted.", "pcs", default="pcs"),
        _plain("description", forms.text(200), "What it is for.", "For the new door", default=""),
        _plain(
            "supply",
            forms.choice(RequirementSupply),
            "Where it comes from.",
            "PURCHASE",
            default=RequirementSupply.CONSUME,
        ),
        _refers("site", "addresses", "Where it is to be.", "ADR-1"),
        _plain("required_on", forms.DATE, "When it has to be there.", "D+3"),
        _plain("delivered_at", forms.MOMENT, "When it was delivered; empty while it is not.", ""),
        _refers(
            "agreement_line",
            "agreement_lines",
            "What it was planned from: a line of its order's agreement, whose need of one day exists once.",
            "",
            form=forms.AGREEMENT_LINE,
        ),
        _plain("calculated_on", forms.DATE, "The day it was planned for; only with an agreement line.", ""),
    ),
    key=("order", "line_number"),
)

# Each file refers only to files before it, or to rows of its own, so one pass in this order is enough.
TABLES = (
    CALENDARS,
    CALENDAR_HOURS,
    HOLIDAYS,
    ACTIVITY_TYPES,
    ACTIVITY_PHASES,
    agreements.SERVICE_LEVELS,
    agreements.AGREEMENT_GROUPS,
    STAGES,
    projects.PROJECT_GROUPS,
    projects.JOURNALS,
    COMPANY,
    SERVICE_TASKS,
    ITEMS,
    PROJECT_CATEGORIES,
    CUSTOMERS,
    CONTACTS,
    ADDRESSES,
    WORKERS,
    TEAMS,
    TEAM_MEMBERS,
    projects.LINE_PROPERTIES,
    projects.LEDGER_ACCOUNTS,
    PROJECTS,
    projects.PROJECT_PRICES,
    projects.PROJECT_VALIDATIONS,
    agreements.SERVICE_OBJECT_GROUPS,
    agreements.SERVICE_OBJECTS,
    agreements.TEMPLATE_GROUPS,
    agreements.TEMPLATE_TREE,
    agreements.SERVICE_INTERVALS,
    agreements.TIME_WINDOWS,
    agreements.AGREEMENTS,
    agreements.AGREEMENT_OBJECTS,
    agreements.AGREEMENT_TASKS,
    agreements.AGREEMENT_LINES,
    STAGE_REASON_CODES,
    ORDERS,
    agreements.ORDER_OBJECTS,
    agreements.ORDER_TASKS,
    ACTIVITIES,
    ORDER_LINES,
    ORDER_REQUIREMENTS,
    STAGE_REASONS,
    projects.JOURNAL_POSTINGS,
    projects.PROJECT_TRANSACTIONS,
    RECORDED_TIMES,
)
BY_FILE = {table.file: table for table in TABLES}


def referred(columns: Iterable[Column]) -> list[str]:
    """The files that these columns refer to, each once."""
    return list(dict.fromkeys(column.refers for column in columns if column.refers))
