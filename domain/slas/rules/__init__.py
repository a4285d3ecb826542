"""Decisions about service levels: how long an order may take, how long it has taken, and when it is due. Pure.

Time runs between the starts and the stops of an order's log. Under a calendar only its open time counts, or, if the
company says so, the calendar only puts off each start until it opens.
"""

from domain.slas.rules.levels import (
    ServiceLevel,
    check_selectable,
    check_service_level,
    effective_sla_id,
    limit,
    limit_minutes,
)
from domain.slas.rules.measuring import (
    AT_RISK_PERCENT,
    Alarms,
    SlaRisk,
    alarms_due,
    alarms_of,
    check_cancel_reason,
    check_stop_reason,
    compliance_percent,
    elapsed,
    is_exceeded,
    latest_completion,
    reached_at,
    risk_of,
    stop_needs_reason,
)
from domain.slas.rules.recording import (
    NOT_MEASURED,
    SlaStatus,
    Span,
    TimeLog,
    begin,
    follow_stage,
    plan_cancel,
    plan_start,
    plan_stop,
)

__all__ = [
    "AT_RISK_PERCENT",
    "NOT_MEASURED",
    "Alarms",
    "ServiceLevel",
    "SlaRisk",
    "SlaStatus",
    "Span",
    "TimeLog",
    "alarms_due",
    "alarms_of",
    "begin",
    "check_cancel_reason",
    "check_selectable",
    "check_service_level",
    "check_stop_reason",
    "compliance_percent",
    "effective_sla_id",
    "elapsed",
    "follow_stage",
    "is_exceeded",
    "latest_completion",
    "limit",
    "limit_minutes",
    "plan_cancel",
    "plan_start",
    "plan_stop",
    "reached_at",
    "risk_of",
    "stop_needs_reason",
]
