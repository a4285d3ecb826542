"""The demo company's service agreements: what they are about, what they promise, and the templates for new ones."""

from collections import defaultdict
from dataclasses import dataclass, field

from db.demo.catalogue import ITEMS, TASKS
from db.demo.dice import Dice
from db.demo.people import Worker
from db.demo.plan import Order

AGREEMENTS = 56
SUSPENDED = 5

# Number, name, days, hours, minutes, calendar, whether it rests; and which group's agreements have which.
SERVICE_LEVELS = (
    ("SLA-1", "Somebody comes within four open hours", 0, 4, 0, "CAL-2", "false"),
    ("SLA-2", "Done within three open days", 3, 0, 0, "CAL-2", "false"),
    ("SLA-3", "Done within a fortnight", 14, 0, 0, "", "false"),
    ("SLA-4", "Within two hours, night and day", 0, 2, 0, "", "true"),
)
SLA_OF_GROUPS = {"AGR-1": "SLA-1", "AGR-2": "SLA-2"}
AGREEMENT_GROUPS = (
    ("AGR-1", "Full service"),
    ("AGR-2", "Inspection only"),
    ("AGR-3", "Service with call-out"),
)
LINE_PROPERTIES = (("LPR-1", "Invoiced", 100), ("LPR-2", "Included", 0), ("LPR-3", "Warranty", 0))
INTERVALS = (
    ("INT-1", "Every month", "MONTHLY", 1),
    ("INT-2", "Every quarter", "QUARTERLY", 1),
    ("INT-3", "Every half-year", "MONTHLY", 6),
    ("INT-4", "Every year", "YEARLY", 1),
    ("INT-5", "Every second week", "WEEKLY", 2),
)
WINDOWS = (
    ("WIN-1", "Within the week", "WEEK", 0, 0),
    ("WIN-2", "Within the month", "MONTH", 0, 0),
    ("WIN-3", "Three days earlier to a week later", "MANUAL", 3, 7),
)
TEMPLATE_GROUPS = (
    ("TGR-1", "Lifts", ""),
    ("TGR-2", "Passenger lifts", "TGR-1"),
    ("TGR-3", "Goods lifts", "TGR-1"),
    ("TGR-4", "Doors", ""),
    ("TGR-5", "Ventilation", ""),
)


@dataclass(frozen=True, slots=True)
class Promise:
    """What is promised for each object of a trade. Units: hours."""

    task: str
    hours: str
    interval: str
    window: str


@dataclass(frozen=True, slots=True)
class Trade:
    """A trade's objects, what is promised for them, and the notes that go with its tasks."""

    object_group: str
    objects: str
    unit: str
    most: int
    promises: tuple[Promise, ...]
    part: str
    internal_note: str
    external_note: str


TRADES = {
    "lift": Trade(
        "OGR-1",
        "Passenger lifts",
        "Lift",
        4,
        (
            Promise("Lift service", "2", "INT-2", "WIN-1"),
            Promise("Statutory lift inspection", "2", "INT-4", "WIN-2"),
            Promise("Emergency telephone test", "0.5", "INT-1", "WIN-3"),
        ),
        "Rail oil 5 l",
        "Key box beside the main door; the machine room is at the top.",
        "The lift rests for about two hours.",
    ),
    "door": Trade(
        "OGR-2",
        "Automatic doors",
        "Door",
        3,
        (
            Promise("Door service", "1.5", "INT-3", "WIN-1"),
            Promise("Door safety test", "1", "INT-4", "WIN-2"),
        ),
        "Door closer EN 4",
        "Bring the ladder; the operator sits above the ceiling.",
        "The door stands open for half an hour.",
    ),
    "ventilation": Trade(
        "OGR-3",
        "Ventilation units",
        "Unit",
        3,
        (
            Promise("Filter change", "1", "INT-2", "WIN-3"),
            Promise("Ventilation service", "2.5", "INT-3", "WIN-1"),
            Promise("Ventilation inspection", "2", "INT-4", "WIN-2"),
        ),
        "Bag filter F7",
        "Units stand on the roof; sign in with the caretaker.",
        "The air stands still for an hour.",
    ),
}


@dataclass(slots=True)
class Agreement:
    """A service agreement with the orders done under it."""

    number: str
    project: str
    trade: str
    orders: list[Order]
    starts: int
    suspended: bool
    objects: list[str] = field(default_factory=list)

    @property
    def responsible(self) -> Worker:
        """The owner of the team that does the work."""
        return self.orders[0].team.workers[0]

    @property
    def tasks(self) -> list[str]:
        """What is promised, and what is done on the orders."""
        promised = [promise.task for promise in TRADES[self.trade].promises]
        return list(dict.fromkeys(promised + [visit.visit.task for order in self.orders for visit in order.visits]))


def agreements(dice: Dice, ordered: list[Order], first_project: int) -> list[Agreement]:
    """Agreements of the customers with the most orders under one; each is for one trade and one team."""
    found: dict[tuple[str, str, str], list[Order]] = defaultdict(list)
    for order in ordered:
        if order.kind.origin == "AGREEMENT":
            found[order.customer.number, order.kind.trade, order.team.number].append(order)
    most = sorted(found, key=lambda key: (-len(found[key]), found[key][0].number))[:AGREEMENTS]
    made = [
        Agreement(
            f"SA-{1001 + place}",
            f"PRJ-{first_project + place}",
            key[1],
            found[key],
            60 + dice.below(600),
            suspended=False,
        )
        for place, key in enumerate(most)
    ]
    for agreement in dice.some(made, SUSPENDED):
        agreement.suspended = True
    count = 0
    for agreement in made:
        for _ in range(1 + dice.below(TRADES[agreement.trade].most)):
            count += 1
            agreement.objects.append(str(1000 + count))
    return made


Row = tuple[object, ...]


def objects(made: list[Agreement]) -> list[Row]:
    """The service objects: units at the address of the first order."""
    return [
        (f"OBJ-{number}", f"{trade.unit} {place}, {agreement.orders[0].address.street}", trade.object_group, "", "")
        for agreement in made
        for trade in [TRADES[agreement.trade]]
        for place, number in enumerate(agreement.objects, start=1)
    ]


def headers(dice: Dice, made: list[Agreement]) -> list[Row]:
    """The agreements, then the templates."""
    rows: list[Row] = []
    for agreement in made:
        trade, order = TRADES[agreement.trade], agreement.orders[0]
        preferred = order.preferred
        rows.append(
            (
                agreement.number,
                f"{trade.objects}, {order.address.name}",
                dice.pick(AGREEMENT_GROUPS)[0],
                agreement.project,
                f"D-{agreement.starts}",
                "" if dice.chance(0.3) else f"D+{120 + dice.below(900)}",
                "true" if agreement.suspended else "false",
                "BY_SERVICE_OBJECT" if dice.chance(0.3) else "BY_SERVICE_AGREEMENT",
                "",
                agreement.responsible.number,
                preferred.number if preferred is not None and preferred.active else "",
                order.customer.contacts[0][0],
                "ACT-2",
            )
        )
    for number, description, group, _ in TEMPLATES:
        people = ("", "", "", "ACT-2")
        rows.append(
            (number, description, "AGR-1", "PRJ-101", "D-365", "", "false", "BY_SERVICE_AGREEMENT", group, *people)
        )
    return rows


TEMPLATES = (
    ("SA-1", "Passenger lift, full service", "TGR-2", "lift"),
    ("SA-2", "Goods lift, full service", "TGR-3", "lift"),
    ("SA-3", "Automatic door, service and safety test", "TGR-4", "door"),
    ("SA-4", "Ventilation unit, filters and service", "TGR-5", "ventilation"),
)


def related_objects(made: list[Agreement]) -> list[Row]:
    """Which objects the agreements are about."""
    return [
        (f"REL-{number}", agreement.number, f"OBJ-{number}", "") for agreement in made for number in agreement.objects
    ]


def related_tasks(made: list[Agreement]) -> list[Row]:
    """Which tasks are done under the agreements and templates, with notes for the first of each."""
    rows: list[Row] = []
    for agreement in made:
        trade = TRADES[agreement.trade]
        for place, task in enumerate(agreement.tasks):
            notes = (trade.internal_note, trade.external_note) if place == 0 else ("", "")
            rows.append((agreement.number, TASKS[task], *notes))
    for number, _, _, name in TEMPLATES:
        rows += [(number, TASKS[promise.task], "", TRADES[name].external_note) for promise in TRADES[name].promises]
    return rows


def lines(dice: Dice, made: list[Agreement]) -> list[Row]:
    """What is promised: hours for each object, a part a year, and a fee a quarter."""
    rows: list[Row] = []
    for agreement in made:
        trade, promised = TRADES[agreement.trade], 0
        start, site = f"D-{agreement.starts}", agreement.orders[0].address.number
        worker = agreement.orders[0].preferred
        who = worker.number if worker is not None and worker.active else ""
        for number in agreement.objects:
            for promise in trade.promises:
                promised += 1
                stopped = "true" if dice.chance(0.05) else "false"
                rows.append(
                    (
                        *(agreement.number, promised, "HOUR", promise.task, "CAT-1", "LPR-1", agreement.project, "DKK"),
                        *(start, "", who, f"REL-{number}", TASKS[promise.task], promise.interval, promise.window),
                        *(stopped, promise.hours, "h", "", "", ""),
                    )
                )
        part = (
            *(agreement.number, promised + 1, "ITEM", trade.part, "CAT-4", "LPR-2", agreement.project, "DKK"),
            *(start, "", "", "", "", "INT-4", "WIN-2", "false", 1, "pcs", ITEMS[trade.part]),
        )
        rows.append((*part, *(("ITEM_REQUIREMENT", site) if dice.chance(0.3) else ("ITEM_CONSUMPTION", ""))))
        if dice.chance(0.4):
            rows.append(
                (
                    *(agreement.number, promised + 2, "FEE", "Stand-by", "CAT-5", "LPR-1", agreement.project, "DKK"),
                    *(start, "", "", "", "", "INT-2", "", "false", 1, "pcs", "", "", ""),
                )
            )
    for number, _, _, name in TEMPLATES:
        for place, promise in enumerate(TRADES[name].promises, start=1):
            rows.append(
                (
                    *(number, place, "HOUR", promise.task, "CAT-1", "LPR-1", "PRJ-101", "DKK", "D-365", "", "", ""),
                    *(TASKS[promise.task], promise.interval, promise.window, "false", promise.hours, "h", "", "", ""),
                )
            )
    return rows
