"""From when to when an agreement and its lines hold, and the days a run may plan. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from domain.core.errors import Code, Path, Refused

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)


@dataclass(frozen=True, slots=True)
class DateRange:
    """The days from one to another, both included."""

    from_on: date
    to_on: date

    def __contains__(self, on: date) -> bool:
        return self.from_on <= on <= self.to_on


@dataclass(frozen=True, slots=True)
class Validity:
    """From when to when something holds, both days included; without an end, for ever."""

    starts_on: date
    ends_on: date | None = None

    def __contains__(self, on: date) -> bool:
        return self.starts_on <= on and (self.ends_on is None or on <= self.ends_on)

    def __str__(self) -> str:
        return f"from {self.starts_on}" if self.ends_on is None else f"from {self.starts_on} to {self.ends_on}"


def check_validity(validity: Validity, path: Path = ()) -> None:
    """Refuse an end before the start, and dates out of this century, in which orders lie.

    Raises:
        Refused: INVALID.

    Source: DOMAIN.md 4.1.
    """
    for field, on in (("startsOn", validity.starts_on), ("endsOn", validity.ends_on)):
        if on is not None and not FIRST_DAY <= on <= LAST_DAY:
            raise Refused(Code.INVALID, f"{on} is out of range; a date lies between 2000 and 2099.", (*path, field))
    if validity.ends_on is not None and validity.ends_on < validity.starts_on:
        message = f"The end, {validity.ends_on}, lies before the start, {validity.starts_on}."
        raise Refused(Code.INVALID, message, (*path, "endsOn"))


def check_orders_inside(number: str, validity: Validity, served_on: Sequence[date], path: Path = ()) -> None:
    """Refuse dates that would leave service orders, or order lines, outside; the earliest and the latest suffice.

    Raises:
        Refused: ORDERS_OUTSIDE_VALIDITY.

    Source: DOMAIN.md 4.1, D-5.
    """
    for on in served_on:
        if on not in validity:
            field = "startsOn" if on < validity.starts_on else "endsOn"
            message = f"{number} has a service order on {on}; keep that day within its dates, or move the order first."
            raise Refused(Code.ORDERS_OUTSIDE_VALIDITY, message, (*path, field))


def shared_days(days: DateRange, *validities: Validity) -> DateRange | None:
    """The days of a range on which all of these hold; None when there are none.

    Source: DOMAIN.md 4.8.
    """
    first, last = days.from_on, days.to_on
    for validity in validities:
        first = max(first, validity.starts_on)
        if validity.ends_on is not None:
            last = min(last, validity.ends_on)
    return DateRange(first, last) if first <= last else None
