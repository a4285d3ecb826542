"""What planning tells: one shape for what would be done and for what was done, JSON-ready."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from domain.agreements.rules import (
    CombineBy,
    Fate,
    OccurrenceKey,
    Outcome,
    PlannedVisit,
    why_so,
    why_together,
)
from domain.planning.queries import Planned, Promise

# The order that a visit has become: its id and number.
Made = Mapping[int, tuple[int, str]]


def report(planned: Planned, made: Made | None = None, *, shown: bool = True) -> dict[str, Any]:
    """What becomes of every occurrence, and why each visit is as it is.

    `made` gives the order of each visit by its place; None for a dry run. Without `shown` there are only the counts.
    """
    visits, outcomes = planned.plan.visits, planned.plan.outcomes
    places = {id(visit): place for place, visit in enumerate(visits)}
    told: dict[str, Any] = counts(outcomes, visits) | {"dry_run": made is None, "occurrences": [], "visits": []}
    if shown:
        told["occurrences"] = [_occurrence(planned, outcome, places, made) for outcome in outcomes]
        told["visits"] = [_visit(planned, visit, (made or {}).get(place)) for place, visit in enumerate(visits)]
    return told


def counts(outcomes: Iterable[Outcome], visits: Sequence[PlannedVisit]) -> dict[str, int]:
    """How many lines the visits have, how many occurrences are there already or passed over; and of the visits."""
    fates = Counter(outcome.fate for outcome in outcomes)
    return {
        "lines_created": sum(len(visit.lines) for visit in visits),
        "lines_there": fates[Fate.ALREADY_THERE],
        "lines_skipped": fates[Fate.SKIPPED],
        "orders_created": len(visits),
        "calendar_conflicts": sum(visit.calendar_conflict for visit in visits),
    }


def _occurrence(planned: Planned, outcome: Outcome, places: Mapping[int, int], made: Made | None) -> dict[str, Any]:
    order, on = None, outcome.calculated_on
    if outcome.visit is not None:
        order = (made or {}).get(places[id(outcome.visit)])
    elif outcome.fate is Fate.ALREADY_THERE and outcome.line_number is not None and on is not None:
        order = planned.there.get(OccurrenceKey(outcome.agreement_id, outcome.line_number, on))
    return {
        "agreement_id": outcome.agreement_id,
        "agreement_number": planned.promises[outcome.agreement_id].number,
        "line_number": outcome.line_number,
        "calculated_on": None if on is None else on.isoformat(),
        "fate": outcome.fate.value,
        "skipped_for": None if outcome.skipped_for is None else outcome.skipped_for.value,
        "reason": why_so(outcome),
        "service_on": None if outcome.visit is None else outcome.visit.service_on.isoformat(),
        **_order(order),
    }


def _visit(planned: Planned, visit: PlannedVisit, order: tuple[int, str] | None) -> dict[str, Any]:
    promise = planned.promises[visit.agreement_id]
    return {
        "agreement_id": visit.agreement_id,
        "agreement_number": promise.number,
        "service_on": visit.service_on.isoformat(),
        "earliest_on": visit.common_days.from_on.isoformat(),
        "latest_on": visit.common_days.to_on.isoformat(),
        "displacement_days": visit.displacement_days,
        "calendar_conflict": visit.calendar_conflict,
        "why": why_together(visit, promise.number, _shared_name(promise, visit)),
        "lines": [
            {
                "line_number": each.line.number,
                "calculated_on": each.calculated_on.isoformat(),
                "earliest_on": each.days.from_on.isoformat(),
                "latest_on": each.days.to_on.isoformat(),
            }
            for each in visit.lines
        ],
        **_order(order),
    }


def _order(order: tuple[int, str] | None) -> dict[str, Any]:
    order_id, number = order or (None, None)
    return {"order_id": order_id, "order_number": number}


def _shared_name(promise: Promise, visit: PlannedVisit) -> str | None:
    """What the lines of a visit share, by name."""
    line = promise.lines[visit.lines[0].line.number]
    match visit.combine_by:
        case CombineBy.BY_SERVICE_TASK:
            return line.task_name
        case CombineBy.BY_EMPLOYEE:
            return line.worker_name
        case CombineBy.BY_SERVICE_OBJECT:
            return line.object_name
        case CombineBy.BY_SERVICE_AGREEMENT:
            return None
