"""Decisions about service orders, their lines and activities. Pure."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from domain.core.errors import Code, Path, Refused
from domain.projects.rules import TransactionType

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
LONGEST = timedelta(days=31)
_DAY = 24 * 60


class Priority(StrEnum):
    """How urgent an order or activity is."""

    HIGH = "HIGH"
    NORMAL = "NORMAL"
    LOW = "LOW"


class OrderProgress(StrEnum):
    """How far a service order has come; follows from its lines."""

    IN_PROCESS = "IN_PROCESS"
    POSTED = "POSTED"
    CANCELED = "CANCELED"


class OrderOrigin(StrEnum):
    """Where a service order came from."""

    MANUAL = "MANUAL"
    AGREEMENT = "AGREEMENT"
    PROJECT = "PROJECT"
    SALES_ORDER = "SALES_ORDER"
    WEB = "WEB"


class LineStatus(StrEnum):
    """What has become of an order line."""

    CREATED = "CREATED"
    POSTED = "POSTED"
    CANCELED = "CANCELED"


class RequirementSupply(StrEnum):
    """Where a required item comes from."""

    CONSUME = "CONSUME"
    PURCHASE = "PURCHASE"
    PRODUCTION = "PRODUCTION"


class DispatchStatus(StrEnum):
    """Whether an activity has been sent to its worker."""

    UNDISPATCHED = "UNDISPATCHED"
    DISPATCHED = "DISPATCHED"


def progress_of(statuses: Sequence[LineStatus]) -> OrderProgress:
    """The progress of an order whose lines have these statuses.

    Source: DOMAIN.md 5.5.
    """
    if not statuses or LineStatus.CREATED in statuses:
        return OrderProgress.IN_PROCESS
    if LineStatus.POSTED in statuses:
        return OrderProgress.POSTED
    return OrderProgress.CANCELED


def check_instant(at: datetime, *path: str | int) -> datetime:
    """`at` in UTC; refused without an offset, and outside 2000 to 2099.

    Raises:
        Refused: INVALID.
    """
    if at.tzinfo is None:
        raise Refused(Code.INVALID, "Give the time with its offset from UTC, for example 2026-11-23T08:00:00Z.", path)
    utc = at.astimezone(UTC)
    if not EARLIEST <= utc < LATEST:
        raise Refused(Code.INVALID, f"{utc:%Y-%m-%d} is out of range; a time lies between 2000 and 2099.", path)
    return utc


def check_length(length: timedelta, *path: str | int) -> timedelta:
    """The length of an activity: more than nothing, at most 31 days.

    Raises:
        Refused: INVALID.
    """
    if length <= timedelta():
        raise Refused(Code.INVALID, "An activity ends after it starts; give a length of more than nothing.", path)
    if length > LONGEST:
        raise Refused(Code.INVALID, f"An activity lasts at most {LONGEST.days} days.", path)
    return length


def check_line_open(status: LineStatus, line_number: int, path: Path = ("lineId",)) -> None:
    """Refuse to touch a line that is posted or cancelled.

    Raises:
        Refused: LINE_NOT_OPEN.

    Source: DOMAIN.md 5.6.
    """
    if status is not LineStatus.CREATED:
        message = f"Line {line_number} is {status.lower()}; only an open line can be changed."
        raise Refused(Code.LINE_NOT_OPEN, message, path)


def check_line_times(
    transaction_type: TransactionType, starts_minute: int | None, ends_minute: int | None, *, shown: bool
) -> None:
    """Refuse times of day on a line that nobody wants there, that are incomplete, or the wrong way round.

    Units: minutes after midnight.

    Raises:
        Refused: INVALID.

    Source: DOMAIN.md 2.
    """
    if starts_minute is None and ends_minute is None:
        return
    if transaction_type is not TransactionType.HOUR or not shown:
        message = "Only hours have a start and an end, and only where the settings and the journal for hours say so."
        raise Refused(Code.INVALID, message, ("startTime",))
    if starts_minute is None or ends_minute is None:
        missing = "startTime" if starts_minute is None else "endTime"
        raise Refused(Code.INVALID, "Give both the start and the end, or neither.", (missing,))
    if not 0 <= starts_minute < ends_minute <= _DAY:
        raise Refused(Code.INVALID, "The end is a time of day after the start.", ("endTime",))


def next_activity_number(order_number: str, taken: Iterable[str]) -> str:
    """The number of an order's next activity: the order's own, a dash and one more than the highest so far."""
    prefix = f"{order_number}-"
    suffixes = (number.removeprefix(prefix) for number in taken)
    highest = max((int(suffix) for suffix in suffixes if suffix.isascii() and suffix.isdigit()), default=0)
    return f"{prefix}{highest + 1}"
