"""What the recorded time comes to: compliance, when an order is due, and when it has to be explained. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from domain.calendars.rules import WorkingCalendar, add_open_time, open_time
from domain.core.errors import Path, Refused
from domain.parameters.rules import SlaCalendarMode
from domain.slas.rules.levels import ServiceLevel, limit
from domain.slas.rules.recording import SlaStatus, Span, TimeLog
from domain.stages.rules import check_reason

AT_RISK_PERCENT = 80
_FULL = 10_000  # hundredths of a percent
_MEASURED = frozenset({SlaStatus.STARTED, SlaStatus.STOPPED})


class SlaRisk(StrEnum):
    """How an order stands against its service level."""

    NONE = "NONE"
    ON_TIME = "ON_TIME"
    AT_RISK = "AT_RISK"
    BREACHED = "BREACHED"


# --- how much time ---------------------------------------------------------------------------------------------------


def elapsed(level: ServiceLevel, log: TimeLog, *, now: datetime) -> timedelta:
    """How much time that counts has been recorded until now.

    Source: DOMAIN.md 8.3.
    """
    return sum((_counted(level, span, now) for span in log.spans), timedelta())


def compliance_percent(level: ServiceLevel, log: TimeLog, *, now: datetime) -> Decimal:
    """The share of the limit that is used up, in percent with two decimals, rounded half up.

    Exactly 100 is met and more is exceeded; what is exceeded by less than a hundredth still reads 100.01.

    Source: DOMAIN.md 8.3.
    """
    used, allowed = elapsed(level, log, now=now) // timedelta.resolution, limit(level) // timedelta.resolution
    hundredths = (2 * _FULL * used + allowed) // (2 * allowed)
    return Decimal(max(hundredths, _FULL + 1) if used > allowed else hundredths).scaleb(-2)


def is_exceeded(level: ServiceLevel, log: TimeLog, *, now: datetime) -> bool:
    """Whether an order has taken longer than it may; what takes exactly that long has met it.

    Source: DOMAIN.md 8.3.
    """
    return elapsed(level, log, now=now) > limit(level)


def risk_of(level: ServiceLevel, log: TimeLog, *, now: datetime) -> SlaRisk:
    """How an order stands now: at risk from 80 percent on, breached above 100; nothing when it is not measured."""
    if log.status not in _MEASURED:
        return SlaRisk.NONE
    used = elapsed(level, log, now=now)
    if used > limit(level):
        return SlaRisk.BREACHED
    return SlaRisk.AT_RISK if used >= _share(level, AT_RISK_PERCENT) else SlaRisk.ON_TIME


# --- when it is due --------------------------------------------------------------------------------------------------


def latest_completion(level: ServiceLevel, log: TimeLog, *, now: datetime) -> datetime | None:
    """The instant at which the limit is reached if time keeps running, or ran from now on where it is stopped.

    None when the order is not measured, and when the calendar does not reach the limit within ten years.

    Source: DOMAIN.md 8.3.
    """
    return reached_at(level, log, 100, now=now)


def reached_at(level: ServiceLevel, log: TimeLog, percent: int, *, now: datetime) -> datetime | None:
    """The instant at which a share of the limit was used up, or will be if time runs from now on.

    While time runs, the answer does not depend on now. None as for `latest_completion`.

    Source: DOMAIN.md 8.3.
    """
    if log.status not in _MEASURED:
        return None
    missing = _share(level, percent)
    for span in log.spans:
        if span.ends_at is None:
            return _after_running(level, span.starts_at, missing)
        counted = _counted(level, span, now)
        if counted >= missing:
            return _after_running(level, span.starts_at, missing)
        missing -= counted
    return _after_running(level, now, missing)


@dataclass(frozen=True, slots=True)
class Alarms:
    """When to tell that an order is at risk, and that it is breached, if its time keeps running."""

    at_risk_at: datetime | None
    due_at: datetime | None


def alarms_of(level: ServiceLevel, log: TimeLog) -> Alarms:
    """When a running order is at risk and when it is due; while its time is stopped there is nothing to tell."""
    if log.status is not SlaStatus.STARTED:
        return Alarms(None, None)
    now = log.spans[-1].starts_at  # of no consequence while time runs
    return Alarms(reached_at(level, log, AT_RISK_PERCENT, now=now), latest_completion(level, log, now=now))


# --- when a reason is asked ------------------------------------------------------------------------------------------


def stop_needs_reason(level: ServiceLevel | None, log: TimeLog, *, now: datetime, reason_on_exceed_time: bool) -> bool:
    """Whether a reason is asked when an order is stopped, by hand or by a stage, or signed off.

    Source: DOMAIN.md 8.4, D-24.
    """
    if level is None or log.status not in _MEASURED:
        return False
    return reason_on_exceed_time and is_exceeded(level, log, now=now)


def check_stop_reason(reason_code_id: int | None, *, needed: bool, path: Path = ("reasonCodeId",)) -> None:
    """Refuse to stop exceeded time, or to sign off, without the reason that `stop_needs_reason` asks for.

    Raises:
        Refused: REASON_REQUIRED.

    Source: DOMAIN.md 8.4.
    """
    check_reason(reason_code_id, needed=needed, to="end time that exceeds the service level", path=path)


def check_cancel_reason(reason_code_id: int | None, *, reason_on_cancel: bool, path: Path = ("reasonCodeId",)) -> None:
    """Refuse to cancel measurement without a reason, if the company asks for one.

    Raises:
        Refused: REASON_REQUIRED.

    Source: DOMAIN.md 8.4.
    """
    check_reason(reason_code_id, needed=reason_on_cancel, to="cancel the service level of the order", path=path)


# --- which time counts -----------------------------------------------------------------------------------------------


def _share(level: ServiceLevel, percent: int) -> timedelta:
    return limit(level) * percent // 100


def _counted(level: ServiceLevel, span: Span, now: datetime) -> timedelta:
    if span.counted is not None:
        return span.counted
    # Two times of one zone subtract on the wall clock; in UTC they subtract as instants.
    starts_at = span.starts_at.astimezone(UTC)
    ends_at = max(starts_at, (span.ends_at or now).astimezone(UTC))
    if level.calendar is None:
        return ends_at - starts_at
    if level.calendar_mode is SlaCalendarMode.OPEN_TIME:
        return open_time(level.calendar, starts_at, ends_at)
    opens_at = _opens_at(level.calendar, starts_at)
    return timedelta() if opens_at is None else max(ends_at - opens_at, timedelta())


def _after_running(level: ServiceLevel, starts_at: datetime, duration: timedelta) -> datetime | None:
    """The instant by which that much time has counted; None when the calendar never gets so far."""
    starts_at = starts_at.astimezone(UTC)
    if level.calendar is None:
        return starts_at + duration
    if level.calendar_mode is SlaCalendarMode.OPEN_TIME:
        return _after_open_time(level.calendar, starts_at, duration)
    opens_at = _opens_at(level.calendar, starts_at)
    return None if opens_at is None else opens_at + duration


def _opens_at(calendar: WorkingCalendar, at: datetime) -> datetime | None:
    """The first open instant from then on."""
    just_after = _after_open_time(calendar, at, timedelta.resolution)
    return None if just_after is None else just_after - timedelta.resolution


def _after_open_time(calendar: WorkingCalendar, at: datetime, duration: timedelta) -> datetime | None:
    try:
        return add_open_time(calendar, at, duration)
    except Refused:  # hours may have been taken away since the service level was set up
        return None
