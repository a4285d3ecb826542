"""The time log of an order: start, stop, cancel. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from domain.core.errors import Code, Path, Refused
from domain.stages.rules import TimeEffect


class SlaStatus(StrEnum):
    """Whether an order's time is being recorded."""

    NONE = "NONE"
    STARTED = "STARTED"
    STOPPED = "STOPPED"
    CANCELED = "CANCELED"


@dataclass(frozen=True, slots=True)
class Span:
    """Time that was recorded: from an instant until another, or still running.

    `counted` is how much of it counted when it ended; that stays, whatever becomes of the calendar.
    """

    starts_at: datetime
    ends_at: datetime | None = None
    counted: timedelta | None = None


@dataclass(frozen=True, slots=True)
class TimeLog:
    """What was recorded of an order: spans in order, of which the last runs while the order is STARTED."""

    status: SlaStatus
    spans: tuple[Span, ...] = ()

    @property
    def last_edge(self) -> datetime | None:
        """The last start or stop."""
        if not self.spans:
            return None
        last = self.spans[-1]
        return last.starts_at if last.ends_at is None else last.ends_at


NOT_MEASURED = TimeLog(SlaStatus.NONE)


def begin(at: datetime) -> TimeLog:
    """The log of an order whose measurement begins: at its creation, also when it is attached to an agreement later.

    Source: DOMAIN.md 8.2, 8.3, D-22.
    """
    return TimeLog(SlaStatus.STARTED, (Span(at),))


def check_measured(number: str, status: SlaStatus) -> None:
    """Refuse to do anything to the time of an order that is not measured, or not any more.

    Raises:
        Refused: SLA_CANCELED, SLA_NOT_STARTED (it is not measured at all).

    Source: DOMAIN.md 8.3.
    """
    if status is SlaStatus.CANCELED:
        message = f"The service level of {number} is cancelled; its time is not measured any more."
        raise Refused(Code.SLA_CANCELED, message, ("orderId",))
    if status is SlaStatus.NONE:
        message = f"{number} is not measured; attach it to a service agreement that has a service level."
        raise Refused(Code.SLA_NOT_STARTED, message, ("orderId",))


def check_start(number: str, status: SlaStatus) -> None:
    """Refuse to start time that is not stopped.

    Raises:
        Refused: SLA_CANCELED, SLA_ALREADY_STARTED, SLA_NOT_STARTED (it is not measured at all).

    Source: DOMAIN.md 8.3.
    """
    check_measured(number, status)
    if status is SlaStatus.STARTED:
        raise Refused(Code.SLA_ALREADY_STARTED, f"The time of {number} is being recorded already.", ("orderId",))


def check_stop(number: str, status: SlaStatus) -> None:
    """Refuse to stop time that does not run.

    Raises:
        Refused: SLA_CANCELED, SLA_NOT_STARTED.

    Source: DOMAIN.md 8.3.
    """
    check_measured(number, status)
    if status is SlaStatus.STOPPED:
        raise Refused(Code.SLA_NOT_STARTED, f"The time of {number} is stopped already; start it first.", ("orderId",))


def plan_start(number: str, log: TimeLog, *, at: datetime | None, now: datetime, path: Path = ("at",)) -> TimeLog:
    """The log with time running again.

    Raises:
        Refused: SLA_CANCELED, SLA_ALREADY_STARTED, SLA_NOT_STARTED (it is not measured at all), INVALID_TIME.

    Source: DOMAIN.md 8.3.
    """
    check_start(number, log.status)
    return _started(log, _moment(number, log, at, now, path))


def plan_stop(number: str, log: TimeLog, *, at: datetime | None, now: datetime, path: Path = ("at",)) -> TimeLog:
    """The log with its running span ended.

    Raises:
        Refused: SLA_CANCELED, SLA_NOT_STARTED, INVALID_TIME.

    Source: DOMAIN.md 8.3.
    """
    check_stop(number, log.status)
    return _ended(log, _moment(number, log, at, now, path), SlaStatus.STOPPED)


def plan_cancel(number: str, log: TimeLog, *, at: datetime | None, now: datetime, path: Path = ("at",)) -> TimeLog:
    """The log of an order whose measurement has ended for good.

    Raises:
        Refused: SLA_CANCELED, SLA_NOT_STARTED, INVALID_TIME.

    Source: DOMAIN.md 8.3.
    """
    check_measured(number, log.status)
    return _ended(log, _moment(number, log, at, now, path), SlaStatus.CANCELED)


def follow_stage(log: TimeLog, effect: TimeEffect, *, at: datetime) -> TimeLog:
    """The log after a move between stages: stopped if it ran, running if it was stopped, else as it was.

    A move is never refused for its time: a moment before the last start or stop, which may be to come, counts as that.

    Source: DOMAIN.md 6.2.
    """
    if log.last_edge is not None:
        at = max(at, log.last_edge)
    if effect is TimeEffect.STOP and log.status is SlaStatus.STARTED:
        return _ended(log, at, SlaStatus.STOPPED)
    if effect is TimeEffect.RESTART and log.status is SlaStatus.STOPPED:
        return _started(log, at)
    return log


def _started(log: TimeLog, at: datetime) -> TimeLog:
    return TimeLog(SlaStatus.STARTED, (*log.spans, Span(at)))


def _ended(log: TimeLog, at: datetime, status: SlaStatus) -> TimeLog:
    *earlier, last = log.spans
    return TimeLog(status, (*earlier, last if last.ends_at is not None else replace(last, ends_at=at)))


def _moment(number: str, log: TimeLog, at: datetime | None, now: datetime, path: Path) -> datetime:
    """The moment of a new edge: the one given, else now, but not before the last edge, which may be still to come."""
    if at is None:
        return now if log.last_edge is None else max(now, log.last_edge)
    if at.utcoffset() is None:
        raise Refused(Code.INVALID_TIME, "Give the time with its offset from UTC.", path)
    if at > now:
        raise Refused(Code.INVALID_TIME, f"{at:%Y-%m-%d %H:%M} is in the future; give a time that has been.", path)
    if log.last_edge is not None and at < log.last_edge:
        message = f"{number} was started or stopped after {at:%Y-%m-%d %H:%M}; give a time after that."
        raise Refused(Code.INVALID_TIME, message, path)
    return at
