"""Writes the demo company's files: `python -m db.demo.generate`. The same files every time."""

import csv
import sys
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path

from db.demo import agreements, calendars, charging, extras, slas
from db.demo.catalogue import ACTIVITY_TYPES, ITEMS, PROJECT_CATEGORIES, TASKS
from db.demo.dice import Dice
from db.demo.people import Team, Worker, teams, workers
from db.demo.plan import WEEKDAYS, WEEKS, Activity, Order, days, orders, settle
from db.demo.sites import Customer, customers
from db.demo.stages import PHASES, REASON_CODES, STAGES, call_off, phase_of, reason_of, stage_of

FOLDER = Path(__file__).parent
SEED = 20261123
Row = Sequence[object]


def write_demo(folder: Path) -> None:
    """Write the demo company into a folder."""
    dice = Dice(SEED)
    all_teams = teams()
    all_workers = workers(dice, all_teams)
    all_customers = customers(dice)
    all_orders = orders(dice, all_teams, all_customers)
    planned = days(dice, all_teams, all_orders)
    settle(dice, all_teams, [worker for worker in all_workers if not worker.active], all_orders, planned)
    _write_company(folder)
    _write_catalogue(folder)
    _write_customers(folder, all_customers)
    _write_workforce(folder, all_teams, all_workers)
    # Dice of their own, so that the rest of the company stays what it was.
    agreed_dice = Dice(SEED + 1)
    agreed, projects = _write_projects(folder, agreed_dice, all_teams, all_orders)
    _write_prices(folder, all_workers, all_orders, projects)
    groups = _write_agreements(folder, agreed_dice, agreed)
    call_off(all_orders)
    measured = slas.measured(all_orders, agreed, groups)
    headers = _order_rows(dice, all_orders, projects, agreed, measured)
    numbers = _write_activities(folder, all_orders)
    priced = charging.PriceList(all_workers, _fixed(all_orders, projects))
    agreements_of = {order.number: each.number for each in agreed for order in each.orders}
    posted = _write_lines(folder, dice, all_orders, numbers, (priced, projects, agreements_of))
    _write_orders(folder, all_orders, headers, posted, measured)


def _write(folder: Path, file: str, header: str, rows: Iterable[Row]) -> None:
    with (folder / file).open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header.split())
        writer.writerows(rows)


def _truth(value: bool) -> str:  # noqa: FBT001 - a cell's value
    return "true" if value else "false"


def _write_company(folder: Path) -> None:
    header = (
        "name time_zone currency calendar order_activity_type default_agreement_group allow_without_service_agreement "
        "dispatch_days_before dispatch_days_after default_project_group journal_hour journal_expense journal_item "
        "journal_fee show_start_end_time"
    )
    place = ("Nordlift Service A/S", "Europe/Copenhagen", "DKK", calendars.SERVICE)
    company = (*place, ACTIVITY_TYPES["Service"], agreements.AGREEMENT_GROUPS[0][0], "true", 0, 7)
    posted_to = (charging.SERVICE, *(journal[0] for journal in charging.JOURNALS), "true")
    _write(folder, "company.csv", header, [(*company, *posted_to)])
    _write(folder, "project_groups.csv", "number name", charging.PROJECT_GROUPS)
    _write(folder, "journals.csv", "number name transaction_type show_start_end_time", charging.JOURNALS)
    _write(folder, "calendars.csv", "number name time_zone", calendars.CALENDARS)
    _write(folder, "calendar_hours.csv", "calendar weekday opens closes", calendars.HOURS)
    _write(folder, "holidays.csv", "calendar date name opens closes", calendars.holidays())


def _write_catalogue(folder: Path) -> None:
    _write(folder, "activity_types.csv", "number name", ((number, name) for name, number in ACTIVITY_TYPES.items()))
    _write(folder, "service_tasks.csv", "number name", ((number, name) for name, number in TASKS.items()))
    rows = ((number, name, "ITEM", "pcs", "true") for name, number in ITEMS.items())
    _write(folder, "items.csv", "number name type unit active", rows)
    header = "number name transaction_type active_in_journals"
    _write(folder, "project_categories.csv", header, ((*category, "true") for category in PROJECT_CATEGORIES))


def _write_customers(folder: Path, made: list[Customer]) -> None:
    rows = ((each.number, each.name, each.phone, each.email, _truth(each.active)) for each in made)
    _write(folder, "customers.csv", "number name phone email active", rows)
    contacts = (
        (number, each.number, name, phone, email) for each in made for number, name, phone, email in each.contacts
    )
    _write(folder, "contacts.csv", "number customer name phone email", contacts)
    sites = sorted(
        (
            (
                site.number,
                each.number,
                site.name,
                site.street,
                site.postal_code,
                site.town.name,
                "GB" if site.is_british else "DK",
                site.latitude,
                site.longitude,
                "Europe/London" if site.is_british else "",
            )
            for each in made
            for addresses in each.sites.values()
            for site in addresses
        ),
        key=lambda row: row[0],
    )
    header = "number customer name street postal_code city country latitude longitude time_zone"
    _write(folder, "addresses.csv", header, sites)


def _write_workforce(folder: Path, made: list[Team], hired: list[Worker]) -> None:
    people = (
        (each.number, each.name, each.type, each.email, each.phone, _truth(each.active), each.calendar)
        for each in hired
    )
    _write(folder, "workers.csv", "number name type email phone active calendar", people)
    _write(
        folder, "teams.csv", "number name owner", ((each.number, each.name, each.workers[0].number) for each in made)
    )
    members = ((worker.number, each.number) for each in made for worker in each.workers)
    _write(folder, "team_members.csv", "worker team", members)


_OWN = (charging.SERVICE, charging.EMPLOYEES)


def _write_projects(
    folder: Path, dice: Dice, made: list[Team], ordered: list[Order]
) -> tuple[list[agreements.Agreement], dict[str, str]]:
    """Projects: one for each team's service, each order that is a project, and each agreement; gives them by order."""
    rows: list[Row] = []
    by_team = {team.number: f"PRJ-{place}" for place, team in enumerate(made, start=101)}
    rows += [(by_team[team.number], f"Service, {team.name}", "TIME_AND_MATERIAL", "", *_OWN, "true") for team in made]
    by_order: dict[str, str] = {}
    for order in ordered:
        by_order[order.number] = by_team[order.team.number]
        if order.kind.origin == "PROJECT":
            by_order[order.number] = f"PRJ-{101 + len(rows)}"
            name = f"{order.kind.description}, {order.customer.name}"
            booked_on = (order.customer.number, charging.PROJECT, charging.CARD)
            rows.append((by_order[order.number], name, "FIXED_PRICE", *booked_on, "true"))
    agreed = agreements.agreements(dice, ordered, 101 + len(rows))
    for agreement in agreed:
        customer = agreement.orders[0].customer
        name = f"Service agreement {agreement.number}, {customer.name}"
        booked_on = (customer.number, charging.AGREED, charging.EMPLOYEES)
        rows.append((agreement.project, name, "TIME_AND_MATERIAL", *booked_on, "true"))
        by_order |= {order.number: agreement.project for order in agreement.orders}
    _write(folder, "ledger_accounts.csv", "number name", charging.LEDGER_ACCOUNTS)
    _write(folder, "projects.csv", "number name type customer group expense_offset_account active", rows)
    return agreed, by_order


def _write_prices(folder: Path, hired: list[Worker], ordered: list[Order], projects: dict[str, str]) -> None:
    """What work costs and is sold for, and what may be charged on projects."""
    fixed = _fixed(ordered, projects)
    header = "number transaction_type project category worker item starts_on currency cost_price sales_price"
    _write(folder, "project_prices.csv", header, charging.prices(hired, fixed))
    _write(folder, "project_validations.csv", "number project worker category", charging.validations(fixed))


def _fixed(ordered: list[Order], projects: dict[str, str]) -> list[str]:
    """The two projects that have prices and rules of their own."""
    return [projects[order.number] for order in ordered if order.kind.origin == "PROJECT"][:2]


def _write_agreements(folder: Path, dice: Dice, made: list[agreements.Agreement]) -> dict[str, str]:
    """Service levels and agreements; gives the groups of the agreements."""
    _write(folder, "service_levels.csv", "number name days hours minutes calendar suspended", slas.SERVICE_LEVELS)
    kinds = ((*group, slas.OF_GROUPS[group[0]]) for group in agreements.AGREEMENT_GROUPS)
    _write(folder, "agreement_groups.csv", "number name sla", kinds)
    _write(folder, "line_properties.csv", "number name chargeable_percent", agreements.LINE_PROPERTIES)
    _write(folder, "service_intervals.csv", "number name range frequency", agreements.INTERVALS)
    _write(folder, "time_windows.csv", "number name method days_before days_after", agreements.WINDOWS)
    groups = ((trade.object_group, trade.objects) for trade in agreements.TRADES.values())
    _write(folder, "service_object_groups.csv", "number name", groups)
    _write(folder, "service_objects.csv", "number name group item serial_number", agreements.objects(made))
    _write(folder, "template_groups.csv", "number name", (group[:2] for group in agreements.TEMPLATE_GROUPS))
    tree = ((group[0], group[2]) for group in agreements.TEMPLATE_GROUPS if group[2])
    _write(folder, "template_tree.csv", "group parent", tree)
    header = (
        "number description group project starts_on ends_on suspended combine_by template_group responsible "
        "preferred_technician contact activity_type sla"
    )
    headers = agreements.headers(dice, made)
    _write(folder, "agreements.csv", header, headers)
    _write(folder, "agreement_objects.csv", "number agreement object serial_number", agreements.related_objects(made))
    _write(folder, "agreement_tasks.csv", "agreement task internal_note external_note", agreements.related_tasks(made))
    header = (
        "agreement line_number transaction_type description category line_property project currency starts_on ends_on "
        "worker object_relation task interval time_window stopped quantity unit item item_setup site"
    )
    _write(folder, "agreement_lines.csv", header, agreements.lines(dice, made))
    _write(folder, "order_objects.csv", "number order object serial_number", ())
    _write(folder, "order_tasks.csv", "order task internal_note external_note", ())
    return {str(row[0]): str(row[2]) for row in headers}


def _order_rows(
    dice: Dice,
    ordered: list[Order],
    projects: dict[str, str],
    made: list[agreements.Agreement],
    measured: dict[str, str],
) -> list[tuple[str, ...]]:
    """The orders as they were written down."""
    rows: list[tuple[str, ...]] = []
    agreed = {order.number: agreement.number for agreement in made for order in agreement.orders}
    for order in ordered:
        week, weekday = WEEKS[order.weeks[0]], WEEKDAYS[dice.below(5)]
        rows.append(
            (
                order.number,
                order.kind.description,
                order.customer.number,
                order.address.number,
                dice.pick(order.customer.contacts)[0],
                projects[order.number],
                agreed.get(order.number, ""),
                order.priority,
                order.kind.origin,
                f"{week}/{weekday} {8 + dice.below(6):02}:00",
                order.team.workers[0].number,
                order.preferred.number if order.preferred else "",
                f"D-{8 + dice.below(40)}T{7 + dice.below(9):02}:{5 * dice.below(12):02}",
            )
        )
        if order.number in measured:
            rows[-1] = (*rows[-1][:-1], measured[order.number])
    return rows


def _write_orders(
    folder: Path, ordered: list[Order], rows: list[tuple[str, ...]], posted: set[str], measured: dict[str, str]
) -> None:
    """The stages, the orders with theirs, the reasons for which they are there, and the time that counts."""
    _write(folder, "activity_phases.csv", "number name", PHASES)
    header = "number name parent allow_delete allow_modify allow_cancel allow_post stops_time_recording require_reason"
    _write(folder, "stages.csv", header + " activity_phase", STAGES)
    _write(folder, "stage_reason_codes.csv", "number name", REASON_CODES)
    stages = [stage_of(order, place, is_posted=order.number in posted) for place, order in enumerate(ordered)]
    header = (
        "number description customer address contact project agreement priority origin service_at responsible "
        "preferred_technician created_at stage signed_off_at sla"
    )
    levels = (slas.FORTNIGHT if order.number in measured else "" for order in ordered)
    table = zip(rows, stages, map(_signed_off, ordered), levels, strict=True)
    stored = [(*row, stage, signed_off, level, "false") for row, stage, signed_off, level in table]
    header += " incoming_web_order"
    _write(folder, "orders.csv", header, [*stored, *extras.web_orders(ordered)])
    header = "order line_number project item quantity unit description supply site required_on delivered_at"
    _write(folder, "order_requirements.csv", header, extras.requirements(ordered, rows, stages))
    standing = {order.number: (order, stage) for order, stage in zip(ordered, stages, strict=True)}
    recorded = slas.times(measured, standing, _signed_off)
    _write(folder, "recorded_times.csv", "order starts_at ends_at status", recorded)
    reasons: list[Row] = []
    for place, (order, stage) in enumerate(zip(ordered, stages, strict=True)):
        reason = reason_of(stage, place)
        if reason is not None:
            who, when = order.team.workers[0].name, f"D-{1 + place % 5}T{8 + place % 8:02}:30"
            reasons.append((order.number, 1, "STAGE_CHANGE", reason[0], stage, reason[1], when, who))
    header = "order line_number type code stage description created_at created_by"
    _write(folder, "stage_reasons.csv", header, reasons)


def _signed_off(order: Order) -> str:
    """When all is done it is signed off."""
    if not order.is_done:
        return ""
    last = max(order.visits, key=lambda visit: visit.when)
    return _moment(last, last.ends)


def _write_activities(folder: Path, ordered: list[Order]) -> dict[int, str]:
    """The visits, numbered within their order; gives the numbers by identity."""
    rows: list[Row] = []
    numbers: dict[int, str] = {}
    for standing, order in enumerate(ordered):
        if order.canceled:
            continue
        for place, activity in enumerate(sorted(order.visits, key=lambda visit: visit.when), start=1):
            numbers[id(activity)] = f"{order.number}-{place}"
            rows.append(
                (
                    numbers[id(activity)],
                    order.number,
                    activity.title,
                    ACTIVITY_TYPES[activity.visit.type],
                    phase_of(order, standing),
                    TASKS[activity.visit.task],
                    activity.worker.number if activity.worker else "",
                    _moment(activity, activity.starts),
                    _moment(activity, activity.ends),
                    activity.priority,
                    "DISPATCHED" if activity.dispatched else "UNDISPATCHED",
                    _truth(activity.closed),
                )
            )
    header = "number order title type phase task worker starts_at ends_at priority dispatch_status closed"
    _write(folder, "activities.csv", header, rows)
    return numbers


def _moment(activity: Activity, minute: int | None) -> str:
    if minute is None:
        return ""
    return f"{WEEKS[activity.week]}/{WEEKDAYS[activity.weekday]} {minute // 60:02}:{minute % 60:02}"


def _write_lines(
    folder: Path,
    dice: Dice,
    ordered: list[Order],
    numbers: dict[int, str],
    charged: tuple[charging.PriceList, dict[str, str], dict[str, str]],
) -> set[str]:
    """Hours for a few visits of each order, all with different worker or task, and what else is used and charged.

    `charged` says what lines cost, and on which project and under which agreement each order is. Gives the numbers of
    the orders that are posted.
    """
    rows: list[Row] = []
    posted: set[str] = set()
    booked: list[charging.Line] = []
    prices, projects, agreements_of = charged
    for order in ordered:
        lines: list[tuple[str, ...]] = []
        shared: set[tuple[str, str]] = set()
        for activity in sorted(order.visits, key=lambda visit: visit.when):
            worker, task = activity.worker.number if activity.worker else "", TASKS[activity.visit.task]
            if (worker, task) in shared or len(shared) == 3:  # noqa: PLR2004 (three are enough to look at)
                continue
            shared.add((worker, task))
            category = "CAT-2" if activity.visit.type == "Installation" else "CAT-1"
            hours = f"{activity.visit.minutes / 60:g}"
            title = activity.title
            made = (numbers.get(id(activity), ""), hours, "h", _day(activity))
            lines.append(("HOUR", title, category, "", task, worker, *made))
        used = dice.some(order.kind.items, dice.below(2))
        last = _day(max(order.visits, key=lambda visit: visit.when)) if order.visits else ""
        lines += [
            ("ITEM", item, "CAT-4", ITEMS[item], "", "", "", str(1 + dice.below(3)), "pcs", last) for item in used
        ]
        if order.kind.is_fault_report:
            lines.append(("FEE", "Call-out charge", "CAT-5", "", "", "", "", "1", "pcs", last))
        elif dice.chance(0.15):
            lines.append(("EXPENSE", "Parking", "CAT-3", "", "", "", "", "1", "pcs", last))
        status = "POSTED" if order.is_done and dice.chance(0.6) else "CANCELED" if order.canceled else "CREATED"
        if status == "POSTED":
            posted.add(order.number)
        signed_off = _signed_off(order)
        statuses = extras.mixed(order, status, len(lines))
        # Now and then something is repaired that should have lasted.
        warranty = charging.WARRANTY if int(order.number[-2:]) % _WARRANTY == 0 else ""
        for place, (kind, what, category, item, task, worker, visit, quantity, unit, day) in enumerate(lines, start=1):
            line = charging.Line(
                order=order.number,
                number=place,
                kind=kind,
                description=what,
                category=category,
                item=item,
                worker=worker,
                quantity=Decimal(quantity),
                unit=unit,
                project=projects[order.number],
                agreement=agreements_of.get(order.number, ""),
                day=day,
                line_property=warranty,
                offset_account=_offset_account(order, kind),
            )
            cost, sales = prices.of(line)
            named = (
                order.number,
                place,
                kind,
                statuses[place - 1],
                what,
                category,
                warranty,
                line.offset_account,
                item,
                task,
                worker,
                visit,
            )
            is_posted = statuses[place - 1] == "POSTED"
            # Agreements are invoiced at once, all else at the end of the month.
            invoice = f"INV-{order.number[-5:]}" if is_posted and line.agreement else ""
            rows.append((*named, quantity, unit, "DKK", cost, sales, day, signed_off, invoice))
            if is_posted:
                booked.append(line)
    header = (
        "order line_number transaction_type status description category line_property offset_account item task worker"
        " activity quantity unit currency cost_price sales_price executes_on signed_off_at invoice_number"
    )
    _write(folder, "order_lines.csv", header, rows)
    vouchers, transactions = charging.postings(booked, prices)
    _write(folder, "journal_postings.csv", "number journal posted_at posted_by", vouchers)
    header = (
        "order line_number posting project agreement transaction_type executed_on description category line_property"
        " offset_account worker item quantity unit currency cost_price sales_price cost sales"
    )
    _write(folder, "project_transactions.csv", header, transactions)
    return posted


_WARRANTY = 17


def _offset_account(order: Order, kind: str) -> str:
    """What a line is set off against: as its project says, and only of an expense."""
    if kind != "EXPENSE":
        return ""
    return charging.CARD if order.kind.origin == "PROJECT" else charging.EMPLOYEES


def _day(activity: Activity) -> str:
    """The day a visit is made."""
    return f"{WEEKS[activity.week]}/{WEEKDAYS[activity.weekday]}"


def main() -> None:
    """Write the files beside this program, or into the folder named on the command line."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    write_demo(folder)


if __name__ == "__main__":
    main()
