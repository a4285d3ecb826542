"""The demo company's workers and dispatch teams."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from db.demo import calendars
from db.demo.dice import Dice
from db.demo.words import ENGLISH_FIRST_NAMES, ENGLISH_LAST_NAMES, FIRST_NAMES, LAST_NAMES

LEFT = 3


@dataclass(slots=True)
class Worker:
    """Someone who works, or worked, for the demo company."""

    number: str
    name: str
    calendar: str
    email: str
    phone: str
    type: str = "EMPLOYEE"
    active: bool = True
    team: "Team | None" = None


@dataclass(slots=True)
class Team:
    """A dispatch team: where it works and what it can do. The first worker owns it."""

    number: str
    name: str
    region: str
    trades: tuple[str, ...]
    size: int
    workers: list[Worker] = field(default_factory=list)


def teams() -> list[Team]:
    """The teams, still without workers."""
    planned = (
        ("Aarhus lifts", "Aarhus", ("lift",), 7),
        ("Aarhus doors", "Aarhus", ("door",), 6),
        ("Aarhus ventilation", "Aarhus", ("ventilation",), 6),
        ("Randers and Viborg", "Randers", ("lift", "door"), 5),
        ("Aalborg and Vendsyssel", "Aalborg", ("lift", "door", "ventilation"), 6),
        ("Triangle region", "Triangle", ("lift", "door", "ventilation"), 5),
        ("Odense and Funen", "Funen", ("lift", "door"), 5),
        ("Copenhagen lifts", "Copenhagen", ("lift",), 6),
        ("Copenhagen doors and ventilation", "Copenhagen", ("door", "ventilation"), 6),
        ("London", "London", ("lift", "door"), 3),
    )
    return [Team(f"TEAM-{place}", *columns) for place, columns in enumerate(planned, start=1)]


def workers(dice: Dice, hired_into: list[Team]) -> list[Worker]:
    """Sixty people: those of the teams, an office, a contractor whom no team has taken in, and some who have left."""
    hired: list[Worker] = []
    danish = names(dice, FIRST_NAMES, LAST_NAMES)
    english = names(dice, ENGLISH_FIRST_NAMES, ENGLISH_LAST_NAMES)

    def hire(name: str, calendar: str) -> Worker:
        number = 101 + len(hired)
        british = calendar == calendars.BRITISH
        phone = (
            f"+44 20 7946 0{number}"
            if british
            else f"+45 10 {dice.below(90) + 10} {dice.below(90) + 10} {number % 100:02}"
        )
        worker = Worker(f"WRK-{number}", name, calendar, f"{ascii_only(name)}@nordlift.example", phone)
        hired.append(worker)
        return worker

    for team in hired_into:
        for place in range(team.size):
            worker = hire(next(english if team.region == "London" else danish), _calendar(team, place))
            worker.team = team
            team.workers.append(worker)
            if place == team.size - 1 and team.size > 5:  # noqa: PLR2004 (the big teams)
                worker.type = "CONTRACTOR"
    hire(next(danish), calendars.NORMAL)
    hire(next(danish), calendars.NORMAL).type = "CONTRACTOR"
    for _ in range(LEFT):
        hire(next(danish), calendars.NORMAL).active = False
    return hired


def _calendar(team: Team, place: int) -> str:
    if team.region == "London":
        return calendars.BRITISH
    # The second of each team has the weekends, the third and fourth the long days.
    return {1: calendars.DUTY, 2: calendars.SERVICE, 3: calendars.SERVICE}.get(place, calendars.NORMAL)


def names(dice: Dice, first_names: Sequence[str], last_names: Sequence[str]) -> Iterator[str]:
    """Names of people, each once."""
    seen: set[str] = set()
    while True:
        name = f"{dice.pick(first_names)} {dice.pick(last_names)}"
        if name not in seen:
            seen.add(name)
            yield name


def ascii_only(name: str) -> str:
    """`name` as the front of an e-mail address."""
    lower = name.lower().replace("æ", "ae").replace("ø", "oe").replace("å", "aa")
    return ".".join(
        "".join(letter for letter in part if letter.isascii() and letter.isalnum()) for part in lower.split()
    )
