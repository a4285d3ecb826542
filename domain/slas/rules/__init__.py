"""Decisions about service levels: how long an order may take, how long it has taken, and when it is due. Pure.

Time runs between the starts and the stops of an order's log. Under a calendar only its open time counts, or, if the
company says so, the calendar only puts off each start until it opens.
"""

from domain.slas.rules.levels import (
    ServiceLevel,
    check_selectable,
    check_service_level,
    effective_sla_id,
    level_with,
    limit,
    limit_minutes,
)
from domain.slas.rules.measuring import (
    AT_RISK_PERCENT,
    Alarms,
    SlaRisk,
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
    check_measured,
    check_start,
    check_stop,
    follow_stage,
    plan_cancel,
    plan_start,
    plan_stop,
)
from domain.slas.rules.standing import Standing, completion_of, newly_reached, standing_of

__all__ = [
    "AT_RISK_PERCENT",
    "NOT_MEASURED",
    "Alarms",
    "ServiceLevel",
    "SlaRisk",
    "SlaStatus",
    "Span",
    "Standing",
    "TimeLog",
    "alarms_of",
    "begin",
    "check_cancel_reason",
    "check_measured",
    "check_selectable",
    "check_service_level",
    "check_start",
    "check_stop",
    "check_stop_reason",
    "completion_of",
    "compliance_percent",
    "effective_sla_id",
    "elapsed",
    "follow_stage",
    "is_exceeded",
    "latest_completion",
    "level_with",
    "limit",
    "limit_minutes",
    "newly_reached",
    "plan_cancel",
    "plan_start",
    "plan_stop",
    "reached_at",
    "risk_of",
    "standing_of",
    "stop_needs_reason",
]
