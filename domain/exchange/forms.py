"""How values stand in a cell: from text to value, and back. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_EVEN, Decimal
from enum import IntEnum, StrEnum
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from domain.core import checks
from domain.core.errors import Code, Refused
from domain.core.money import check_not_negative, from_minor, to_minor
from domain.customers.rules import check_country
from domain.orders.rules import check_instant
from domain.parameters.rules import check_currency

MINUTES_OF_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class ImportDay:
    """The civil day that relative dates count from, and the zone of times without an offset (None: not known yet)."""

    on: date
    zone: ZoneInfo | None


@dataclass(frozen=True, slots=True)
class Form:
    """One way of writing values in cells. `read` raises Refused; `write` takes the zone that times are shown in."""

    read: Callable[[str, ImportDay], Any]
    write: Callable[[Any, tzinfo], str]
    about: str


class Weekday(IntEnum):
    """The days of a week, numbered as in ISO 8601."""

    MONDAY = 1
    TUESDAY = 2
    WEDNESDAY = 3
    THURSDAY = 4
    FRIDAY = 5
    SATURDAY = 6
    SUNDAY = 7


def _refuse(message: str) -> NoReturn:
    raise Refused(Code.INVALID, message)


# --- texts and names -------------------------------------------------------------------------------------------------


def text(longest: int = checks.NAME) -> Form:
    """A text of at most `longest` characters, without surrounding space."""
    return Form(
        lambda cell, _day: checks.check_text(_one_kind_of_line_end(cell), longest=longest),
        lambda value, _zone: str(value),
        f"text, at most {longest} characters",
    )


def _one_kind_of_line_end(cell: str) -> str:
    return cell.replace("\r\n", "\n").replace("\r", "\n")


def _number(cell: str, _day: ImportDay) -> str:
    return checks.check_number(cell, ())


NUMBER = Form(_number, lambda value, _zone: str(value), "number, 1 to 20 letters, digits and `.` `_` `/` `-`")

_ACTIVITY_NUMBER_LENGTH = 30


def _activity_number(cell: str, _day: ImportDay) -> str:
    # An order's own number, a dash and a count: its part before the last dash is a business number like any other.
    number = checks.check_text(cell, longest=_ACTIVITY_NUMBER_LENGTH)
    order_number, _, count = number.rpartition("-")
    checks.check_number(order_number or count, ())
    if count:
        checks.check_number(count, ())
    return number


ACTIVITY_NUMBER = Form(
    _activity_number, lambda value, _zone: str(value), "number, usually the order's with `-1`, `-2` behind it"
)


def _agreement_line(cell: str, _day: ImportDay) -> str:
    agreement, _, line = cell.rpartition("/")
    kept = checks.check_number(agreement, ())
    if not (line.isascii() and line.isdigit()):
        raise Refused(Code.INVALID, "Write the agreement's number, a slash and the line's number, such as SA-1/2.")
    return f"{kept}/{int(line)}"


AGREEMENT_LINE = Form(_agreement_line, lambda value, _zone: str(value), "agreement's number, `/` and the line's number")


def _email(cell: str, _day: ImportDay) -> str | None:
    return checks.optional_email(cell)


EMAIL = Form(_email, lambda value, _zone: str(value), "e-mail address")


def _time_zone(cell: str, _day: ImportDay) -> str:
    return checks.check_time_zone(cell)


TIME_ZONE = Form(_time_zone, lambda value, _zone: str(value), "IANA time zone")


def _color(cell: str, _day: ImportDay) -> str:
    return checks.check_color(cell)


COLOR = Form(_color, lambda value, _zone: str(value), "CSS hex colour")


def _country(cell: str, _day: ImportDay) -> str:
    return check_country(cell)


COUNTRY = Form(_country, lambda value, _zone: str(value), "country code of two letters")


def _currency(cell: str, _day: ImportDay) -> str:
    return check_currency(cell)


CURRENCY = Form(_currency, lambda value, _zone: str(value), "currency code of three letters")


# --- words and counts ------------------------------------------------------------------------------------------------


def choice(words: type[StrEnum] | type[IntEnum]) -> Form:
    """One of the names of `words`."""
    names = [word.name for word in words]

    def read(cell: str, _day: ImportDay) -> StrEnum | IntEnum:
        if cell not in names:
            _refuse(f"{_quoted(cell)} is not known here; write {', '.join(names[:-1])} or {names[-1]}.")
        return words[cell]

    return Form(read, lambda value, _zone: words(value).name, ", ".join(f"`{name}`" for name in names))


def _truth(cell: str, _day: ImportDay) -> bool:
    if cell.lower() not in {"true", "false"}:
        _refuse(f"{_quoted(cell)} is neither true nor false.")
    return cell.lower() == "true"


TRUTH = Form(_truth, lambda value, _zone: "true" if value else "false", "`true` or `false`")


def whole(smallest: int, largest: int) -> Form:
    """A whole number within bounds."""

    def read(cell: str, _day: ImportDay) -> int:
        if not re.fullmatch(r"-?[0-9]{1,9}", cell) or not smallest <= int(cell) <= largest:
            _refuse(f"{_quoted(cell)} is no whole number from {smallest} to {largest}.")
        return int(cell)

    return Form(read, lambda value, _zone: str(value), f"whole number from {smallest} to {largest}")


def decimal(places: int) -> Form:
    """A decimal number with a point and at most so many places."""

    def read(cell: str, _day: ImportDay) -> Decimal:
        number = _decimal(cell)
        if number != round(number, places):
            _refuse(f"{_quoted(cell)} has more than {places} places after the point.")
        return number

    return Form(read, _decimal_text, f"decimal number, at most {places} places after the point")


def _money(cell: str, _day: ImportDay) -> int:
    return to_minor(_decimal(cell))


MONEY = Form(
    _money, lambda value, _zone: f"{from_minor(value):f}", "amount of money, with a point and at most 2 places"
)


def _price(cell: str, _day: ImportDay) -> int:
    return check_not_negative(to_minor(_decimal(cell)))


PRICE = Form(_price, MONEY.write, "price, with a point and at most 2 places, not below zero")


def _degrees(cell: str, _day: ImportDay) -> Decimal:
    # Maps give far more places than the 11 cm that six of them say.
    return _decimal(cell).quantize(Decimal("0.000001"), ROUND_HALF_EVEN)


def _decimal(cell: str) -> Decimal:
    if not re.fullmatch(r"-?[0-9]{1,10}(\.[0-9]{1,30})?", cell):
        _refuse(f"{_quoted(cell)} is no decimal number; write it with a point, like 12.5, and nothing else.")
    return Decimal(cell)


def _decimal_text(value: Any, _zone: tzinfo) -> str:
    written = f"{Decimal(str(value)):f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


DEGREES = Form(_degrees, _decimal_text, "degrees (WGS 84), rounded to 6 places")


# --- days and times --------------------------------------------------------------------------------------------------

_DAY = r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})|D(?P<shift>[+-][0-9]{1,4})?(?:/(?P<weekday>[A-Z]{3}))?"
_MOMENT = re.compile(
    rf"(?:{_DAY})[T ](?P<clock>[0-9]{{2}}:[0-9]{{2}}(?::[0-9]{{2}}(?:\.[0-9]{{1,6}})?)?)"
    r"(?P<offset>Z|[+-][0-9]{2}:[0-9]{2})?"
)
_DATE = re.compile(_DAY)
_SHORT_WEEKDAYS = {weekday.name[:3]: weekday for weekday in Weekday}
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")


def _date(cell: str, day: ImportDay) -> date:
    found = _DATE.fullmatch(cell)
    on = found and _day_of(found, day.on)
    if not on:
        _refuse(f"{_quoted(cell)} is no date; write 2026-11-23, or D-5 for five days before the import.")
    return on


def _day_of(found: re.Match[str], today: date) -> date | None:
    """The day a match of `_DAY` names, None when there is no such day."""
    try:
        if found["day"]:
            return date.fromisoformat(found["day"])
        on = today + timedelta(days=int(found["shift"] or 0))
    except (ValueError, OverflowError):
        return None
    if found["weekday"] is None:
        return on
    weekday = _SHORT_WEEKDAYS.get(found["weekday"])
    return None if weekday is None else on + timedelta(days=(weekday - on.isoweekday()) % 7)


DATE = Form(_date, lambda value, _zone: str(value), "date")


def _moment(cell: str, day: ImportDay) -> datetime:
    found = _MOMENT.fullmatch(cell)
    at = found and _written_moment(found, day.on)
    if not at:
        _refuse(
            f"{_quoted(cell)} is no time; write 2026-11-23T08:00, with an offset behind it if it is not the company's "
            "own time, or D+3T08:00 for three days after the import."
        )
    check_instant(at.replace(tzinfo=UTC))  # so that no zone can push it out of the calendar
    return check_instant(at if at.tzinfo else _at_company(at, day.zone))


def _written_moment(found: re.Match[str], today: date) -> datetime | None:
    """The time a match of `_MOMENT` names, None when there is no such time."""
    on = _day_of(found, today)
    if on is None:
        return None
    try:
        return datetime.fromisoformat(f"{on}T{found['clock']}{found['offset'] or ''}")
    except ValueError:
        return None


def _at_company(local: datetime, zone: ZoneInfo | None) -> datetime:
    """The instant at which the company's clocks show `local`."""
    if zone is None:
        _refuse("The company's time zone is not known; import company.csv too, or write the time with an offset.")
    at = local.replace(tzinfo=zone)
    if at.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local:
        _refuse(f"{local:%Y-%m-%d %H:%M} does not exist in {zone.key}: clocks are set forward then.")
    if at.utcoffset() != at.replace(fold=1).utcoffset():
        _refuse(f"{local:%Y-%m-%d %H:%M} comes twice in {zone.key}: clocks are set back then. Write it with an offset.")
    return at


def _moment_text(value: Any, zone: tzinfo) -> str:
    at = stored_instant(value).astimezone(zone)
    if (at.utcoffset() or timedelta()) % timedelta(minutes=1):
        at = at.astimezone(UTC)  # an offset that was local time of a town, to the second
    return at.isoformat(timespec="auto" if at.second or at.microsecond else "minutes")


def stored_instant(value: Any) -> datetime:
    """A column's instant as PostgreSQL gives it, or as SQLite writes it down."""
    at = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


MOMENT = Form(_moment, _moment_text, "time")


def _clock(cell: str, _day: ImportDay) -> int:
    if not _CLOCK.fullmatch(cell):
        _refuse(f"{_quoted(cell)} is no time of day; write 07:30, and 24:00 for the end of the day.")
    hour, minute = cell.split(":")
    return int(hour) * 60 + int(minute)


def _clock_text(value: Any, _zone: tzinfo) -> str:
    return f"{value // 60:02}:{value % 60:02}"


CLOCK = Form(_clock, _clock_text, "time of day, `24:00` for the end of the day")


def _quoted(cell: str) -> str:
    longest = 40
    return f"“{cell}”" if len(cell) <= longest else f"“{cell[:longest]}…”"
