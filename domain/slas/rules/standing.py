"""Where an order stands against its service level: what is kept in its row, and what is told of it. Pure."""

from dataclasses import dataclass
from datetime import datetime

from domain.slas.rules.levels import ServiceLevel
from domain.slas.rules.measuring import SlaRisk, alarms_of, latest_completion, reached_at, risk_of
from domain.slas.rules.recording import SlaStatus, TimeLog

_WORSE = (SlaRisk.AT_RISK, SlaRisk.BREACHED)


@dataclass(frozen=True, slots=True)
class Standing:
    """What follows from an order's log; `next_alarm_at` is when to look again."""

    status: SlaStatus
    risk: SlaRisk
    started_at: datetime | None
    due_at: datetime | None
    next_alarm_at: datetime | None


def standing_of(level: ServiceLevel, log: TimeLog, *, now: datetime) -> Standing:
    """Where an order stands now.

    It is due at an instant while its time runs, and stays due at the one that it has passed; while time is stopped
    before that there is no such instant yet.

    Source: DOMAIN.md 8.3.
    """
    risk = risk_of(level, log, now=now)
    due_at = next_alarm_at = None
    if log.status is SlaStatus.STARTED:
        alarms = alarms_of(level, log)
        due_at = alarms.due_at
        # What is due this instant is not late yet.
        late_at = None if due_at is None else due_at + datetime.resolution
        next_alarm_at = {SlaRisk.ON_TIME: alarms.at_risk_at, SlaRisk.AT_RISK: late_at}.get(risk)
    elif log.status is SlaStatus.STOPPED and risk is SlaRisk.BREACHED:
        due_at = reached_at(level, log, 100, now=now)
    return Standing(log.status, risk, log.spans[0].starts_at if log.spans else None, due_at, next_alarm_at)


def completion_of(level: ServiceLevel, log: TimeLog, due_at: datetime | None, *, now: datetime) -> datetime | None:
    """The latest completion: the known one, or while time is stopped the one if it ran from now on."""
    return due_at if due_at is not None else latest_completion(level, log, now=now)


def newly_reached(told: SlaRisk, risk: SlaRisk) -> list[SlaRisk]:
    """What is to be told of an order that stands so now and of which something was told before, the lesser first."""
    known = _WORSE.index(told) + 1 if told in _WORSE else 0
    reached = _WORSE.index(risk) + 1 if risk in _WORSE else 0
    return list(_WORSE[known:reached])
