"""Decisions about planning: how much at once, when a visit begins and how long it lasts, what is told. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.agreements.rules import PlannedVisit
from domain.calendars.rules import WorkingCalendar, day_bounds, open_periods
from domain.core.errors import Code, Path, Refused
from domain.projects.rules import TransactionType

# What one transaction writes: others wait for it, and a dry run's answer has to be read by somebody.
MOST_AT_ONCE = 1_000
MOST_SHOWN = 10_000
_MORNING_MINUTE = 8 * 60
_SHORTEST, _LONGEST, _USUAL = timedelta(minutes=15), timedelta(hours=24), timedelta(hours=1)


class RunStatus(StrEnum):
    """How far a planning run has come."""

    WAITING = "WAITING"
    RUNNING = "RUNNING"
    DONE = "DONE"
    STOPPED = "STOPPED"
    FAILED = "FAILED"


UNDER_WAY = frozenset({RunStatus.WAITING, RunStatus.RUNNING})


@dataclass(frozen=True, slots=True)
class Piece:
    """What of a planned line decides when its visit begins and how long it takes. Units: minutes after midnight."""

    transaction_type: TransactionType
    quantity: Decimal
    unit: str
    starts_after_minute: int | None


def check_amount(lines: int, path: Path = ("toOn",)) -> None:
    """Refuse to create more order lines at once than others can wait for.

    Raises:
        Refused: INVALID.
    """
    if lines > MOST_AT_ONCE:
        message = f"This creates {lines} lines, at most {MOST_AT_ONCE} at once; start a planning run instead."
        raise Refused(Code.INVALID, message, path)


def check_shown(occurrences: int, path: Path = ("showReport",)) -> None:
    """Refuse a report that nobody can read.

    Raises:
        Refused: INVALID.
    """
    if occurrences > MOST_SHOWN:
        message = f"The report has {occurrences} entries, at most {MOST_SHOWN}; leave it out, or plan fewer days."
        raise Refused(Code.INVALID, message, path)


def visit_begins_at(on: date, pieces: Iterable[Piece], calendar: WorkingCalendar | None, time_zone: str) -> datetime:
    """When work begins that day: as the calendar opens, at eight where it does not, but not before its lines allow.

    Source: DOMAIN.md 4.2 (serviceTimeStartAfter), 4.8 (6).
    """
    opening = _opening(on, calendar, time_zone)
    after = [_local(on, each.starts_after_minute, time_zone) for each in pieces if each.starts_after_minute is not None]
    return max([opening, *after])


def _opening(on: date, calendar: WorkingCalendar | None, time_zone: str) -> datetime:
    if calendar is not None:
        day = day_bounds(time_zone, on)
        for open_period in open_periods(calendar, day.starts_at, day.ends_at):
            return open_period.starts_at
    return _local(on, _MORNING_MINUTE, time_zone)


def _local(on: date, minute: int, time_zone: str) -> datetime:
    return datetime.combine(on, time(minute // 60, minute % 60), ZoneInfo(time_zone)).astimezone(UTC)


def work_length(pieces: Iterable[Piece]) -> timedelta:
    """How long the hours of a visit take; an hour when none are counted in hours."""
    hours = sum(
        (each.quantity for each in pieces if each.transaction_type is TransactionType.HOUR and each.unit == "h"),
        Decimal(0),
    )
    if hours <= 0:
        return _USUAL
    return min(max(timedelta(seconds=int(hours * 3600)), _SHORTEST), _LONGEST)


def whole_visits(visits: Iterable[PlannedVisit], *, most: int) -> list[PlannedVisit]:
    """As many of the visits, in order, as have at most so many lines together; but always one, and none in parts."""
    taken: list[PlannedVisit] = []
    lines = 0
    for visit in visits:
        lines += len(visit.lines)
        if taken and lines > most:
            break
        taken.append(visit)
    return taken
