"""The demo company's orders, and three weeks of visits around the day of the import."""

from dataclasses import dataclass, field

from db.demo import calendars
from db.demo.catalogue import KINDS, Kind, Visit
from db.demo.dice import Dice
from db.demo.people import Team, Worker
from db.demo.sites import Address, Customer

ORDERS = 400
WEEKS = ("D-7", "D+0", "D+7")
LAST_WEEK, THIS_WEEK, NEXT_WEEK = range(3)
WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
PRIORITIES = (("HIGH", 12), ("NORMAL", 70), ("LOW", 18))


@dataclass(slots=True)
class Order:
    """A service order: what kind, where, and in which of the three weeks it is worked on."""

    number: str
    kind: Kind
    customer: Customer
    address: Address
    priority: str
    team: Team
    weeks: tuple[int, ...]
    preferred: Worker | None
    visits: list["Activity"] = field(default_factory=list)
    canceled: bool = False

    @property
    def is_done(self) -> bool:
        """Whether every visit has been made."""
        return bool(self.visits) and all(visit.closed for visit in self.visits)


@dataclass(slots=True)
class Activity:
    """A visit. Units: minutes after midnight of the company's clocks."""

    order: Order
    visit: Visit
    title: str
    worker: Worker | None
    week: int
    weekday: int
    starts: int | None
    ends: int | None
    priority: str
    dispatched: bool = True
    closed: bool = False

    @property
    def when(self) -> tuple[int, int, int]:
        """Sorts visits as they come; those without a time come last."""
        return (len(WEEKS), 0, 0) if self.starts is None else (self.week, self.weekday, self.starts)


# --- orders ----------------------------------------------------------------------------------------------------------


def orders(dice: Dice, teams: list[Team], customers: list[Customer]) -> list[Order]:
    """All orders, each within reach of the team that does it; every team has some for faults."""
    hands = sum(team.size for team in teams)
    made: list[Order] = []
    for place in range(ORDERS):
        share, team = place * hands // ORDERS, teams[0]
        for candidate in teams:
            team = candidate
            if share < team.size:
                break
            share -= team.size
        mine = sum(order.team is team for order in made)
        kinds = [kind for kind in KINDS if kind.trade in team.trades and kind.is_fault_report == (mine % 5 == 0)]
        reachable = [customer for customer in customers if customer.active and team.region in customer.sites]
        customer = dice.pick(reachable)
        weeks = dice.weighted((((0,), 12), ((0, 1), 18), ((1,), 20), ((1, 2), 25), ((2,), 10), ((0, 1, 2), 15)))
        kind = dice.pick(kinds)
        made.append(
            Order(
                f"SO-{10001 + place}",
                kind,
                customer,
                dice.pick(customer.sites[team.region]),
                dice.weighted(PRIORITIES),
                team,
                (0, 1, 2) if kind.is_fault_report else weeks,
                dice.pick(team.workers) if dice.chance(0.5) else None,
            )
        )
    return made


# --- days ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shift:
    """When somebody's working day begins and ends, at least and at most. Units: minutes after midnight."""

    earliest: int
    latest: int
    ends: int


_SHIFTS = {
    calendars.NORMAL: Shift(7 * 60, 7 * 60 + 45, 15 * 60 + 30),
    calendars.SERVICE: Shift(6 * 60, 8 * 60, 17 * 60),
    calendars.DUTY: Shift(8 * 60, 8 * 60 + 45, 16 * 60),
    calendars.BRITISH: Shift(9 * 60 + 30, 10 * 60 + 15, 18 * 60),
}
_DUTY_DAYS = (2, 3, 4, 5, 6)
_FRIDAY = 4
_VISITS_A_DAY = ((1, 6), (2, 26), (3, 42), (4, 26))
_LUNCH_FROM, _LUNCH_TO = 11 * 60, 12 * 60 + 30


def days(dice: Dice, teams: list[Team], ordered: list[Order]) -> list[Activity]:
    """Three weeks of working days for everybody in a team."""
    made: list[Activity] = []
    for week in range(len(WEEKS)):
        for weekday in range(len(WEEKDAYS)):
            for team in teams:
                pool = [order for order in ordered if order.team is team and week in order.weeks]
                for worker in team.workers:
                    if _works(worker, weekday) and not dice.chance(0.02):
                        made += _day(dice, worker, pool, week, weekday)
    return made


def _works(worker: Worker, weekday: int) -> bool:
    return weekday in _DUTY_DAYS if worker.calendar == calendars.DUTY else weekday <= _FRIDAY


def _day(dice: Dice, worker: Worker, pool: list[Order], week: int, weekday: int) -> list[Activity]:
    """One working day: visits one after the other, with the way between them and a lunch break."""
    shift = _SHIFTS[worker.calendar]
    clock = shift.earliest + 15 * dice.below((shift.latest - shift.earliest) // 15 + 1)
    today: list[Activity] = []
    for _ in range(dice.weighted(_VISITS_A_DAY)):
        order = _next_order(dice, worker, pool, today, weekend=weekday > _FRIDAY)
        fitting = [visit for visit in order.kind.visits if clock + visit.minutes <= shift.ends]
        if not fitting:
            break
        # A job goes on where it was left.
        visit = fitting[len(order.visits) % len(fitting)]
        priority = order.priority if dice.chance(0.9) else dice.weighted(PRIORITIES)
        title = next_title(order, visit)
        activity = Activity(order, visit, title, worker, week, weekday, clock, clock + visit.minutes, priority)
        order.visits.append(activity)
        today.append(activity)
        clock += visit.minutes + dice.weighted(((15, 40), (30, 40), (45, 20)))
        if _LUNCH_FROM <= clock <= _LUNCH_TO:
            clock += 30
    return today


def next_title(order: Order, visit: Visit) -> str:
    """What the visit is called on the board: made again, it is made to the next lift, door or unit."""
    times = sum(activity.visit is visit for activity in order.visits)
    return f"{visit.title}, {order.kind.unit} {times + 1}" if times else visit.title


def _next_order(dice: Dice, worker: Worker, pool: list[Order], today: list[Activity], *, weekend: bool) -> Order:
    """The order among a few that has the fewest visits for its size; on weekends, and now and then, a fault."""
    seen = {activity.order.number for activity in today}
    fault = weekend or dice.chance(0.15)
    left = [order for order in pool if order.number not in seen and order.kind.is_fault_report == fault]
    mine = [order for order in left if order.preferred is worker]
    candidates = dice.some(left, 3) + dice.some(mine, 1)
    return min(candidates, key=lambda order: (len(order.visits) / order.kind.size / len(order.weeks), order.number))


# --- what has become of them -----------------------------------------------------------------------------------------


def settle(dice: Dice, teams: list[Team], gone: list[Worker], ordered: list[Order], planned: list[Activity]) -> None:
    """Close last week's visits, leave some overdue, and put 25 on the undispatched list."""
    past = [activity for activity in planned if activity.week == LAST_WEEK]
    for activity in past:
        activity.closed = True
    for activity in dice.some(past, 6):
        activity.closed = False
    _of_those_who_left(dice, gone, past)
    _in_the_evening(dice, teams, planned)
    overdue = dice.some([activity for activity in past if activity.closed and activity.worker not in gone], 5)
    for place, activity in enumerate(overdue):
        activity.closed = activity.dispatched = False
        if place < 3:  # noqa: PLR2004 (the others only wait to be sent)
            activity.worker = None
    this_week = [activity for activity in planned if activity.week == THIS_WEEK and activity.weekday <= _FRIDAY]
    for place, activity in enumerate(dice.some(this_week, 12)):
        activity.dispatched = False
        if place < 8:  # noqa: PLR2004 (the others only wait to be sent)
            activity.worker = None
    urgent = [order for order in ordered if order.kind.origin != "PROJECT" and THIS_WEEK in order.weeks]
    for place, order in enumerate(dice.some(urgent, 8)):
        visit = order.kind.visits[0]
        worker = dice.pick(order.team.workers) if place < 3 else None  # noqa: PLR2004 (promised to somebody)
        priority = "HIGH" if place % 2 else order.priority
        title = next_title(order, visit)
        activity = Activity(order, visit, title, worker, THIS_WEEK, 0, None, None, priority, dispatched=False)
        order.visits.append(activity)
        planned.append(activity)


def _of_those_who_left(dice: Dice, gone: list[Worker], past: list[Activity]) -> None:
    """Some of last week's work was done by people who have left since."""
    for worker in gone:
        colleague = dice.pick([activity.worker for activity in past if activity.worker is not None])
        for activity in past:
            if activity.worker is colleague and activity.closed and activity.weekday <= 2:  # noqa: PLR2004 (Wednesday)
                activity.worker = worker


def _in_the_evening(dice: Dice, teams: list[Team], planned: list[Activity]) -> None:
    """A few jobs go on after hours, when the building is empty."""
    for team in dice.some(teams[:-1], 6):
        last: dict[tuple[str, int, int], Activity] = {}
        for activity in planned:
            if activity.worker in team.workers and activity.week != LAST_WEEK and activity.weekday <= _FRIDAY:
                last[activity.worker.number, activity.week, activity.weekday] = activity
        activity = dice.pick([last[key] for key in sorted(last) if last[key].visit.minutes <= 120])  # noqa: PLR2004
        length = activity.visit.minutes
        activity.starts, activity.ends = 17 * 60 + 30, 17 * 60 + 30 + length
