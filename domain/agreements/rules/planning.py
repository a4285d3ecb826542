"""Planned visits: from agreements and their lines to service orders that are still to be made. Pure."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import date

from domain.agreements.rules.combining import best_day, common_days, displacement_days, fewest_visits
from domain.agreements.rules.occurrences import occurrences
from domain.agreements.rules.validity import FIRST_DAY, LAST_DAY, DateRange, shared_days
from domain.agreements.rules.visits import (
    Agreement,
    AgreementLine,
    CombineBy,
    Fate,
    OccurrenceKey,
    Outcome,
    PlannedLine,
    PlannedVisit,
    PlanRequest,
    SkipReason,
    VisitPlan,
)
from domain.agreements.rules.windows import OpenDays, candidate_days
from domain.core.errors import Code, Path, Refused

LONGEST_RUN_DAYS = 3_653


def check_request(request: PlanRequest, path: Path = ()) -> None:
    """Refuse a run over days in reverse, over too many, or over none of the transaction types.

    Raises:
        Refused: INVALID.

    Source: DOMAIN.md 4.8.
    """
    for field, on in (("fromOn", request.from_on), ("toOn", request.to_on)):
        if not FIRST_DAY <= on <= LAST_DAY:
            raise Refused(Code.INVALID, f"{on} is out of range; a date lies between 2000 and 2099.", (*path, field))
    if request.to_on < request.from_on:
        message = f"The run ends on {request.to_on}, before it begins on {request.from_on}."
        raise Refused(Code.INVALID, message, (*path, "toOn"))
    if (request.to_on - request.from_on).days > LONGEST_RUN_DAYS:
        raise Refused(Code.INVALID, "A run plans at most ten years; choose fewer days.", (*path, "toOn"))
    if not request.transaction_types:
        raise Refused(Code.INVALID, "Choose at least one transaction type.", (*path, "transactionTypes"))


def plan_visits(
    agreements: Iterable[Agreement],
    request: PlanRequest,
    *,
    existing: AbstractSet[OccurrenceKey],
    open_days: OpenDays,
) -> VisitPlan:
    """The visits of all the agreements; agreements do not influence each other, so they may be planned in batches.

    Source: DOMAIN.md 4.8.
    """
    plans = [
        plan_agreement(agreement, request, existing=existing, open_days=open_days)
        for agreement in sorted(agreements, key=lambda each: each.id)
    ]
    return VisitPlan(
        tuple(visit for plan in plans for visit in plan.visits),
        tuple(outcome for plan in plans for outcome in plan.outcomes),
    )


def plan_agreement(
    agreement: Agreement, request: PlanRequest, *, existing: AbstractSet[OccurrenceKey], open_days: OpenDays
) -> VisitPlan:
    """The visits of one agreement, each occurrence once; the same input gives the same plan.

    Source: DOMAIN.md 4.8.
    """
    outcomes: list[Outcome] = []
    groups: dict[int | None, list[PlannedLine]] = {}
    for line in sorted(agreement.lines, key=lambda each: each.number):
        calculated = _calculated(agreement, line, request, open_days)
        if (reason := skip_reason(agreement, line, request)) is not None:
            outcomes += _skipped(agreement, line, [planned.calculated_on for planned in calculated], reason)
            continue
        group = groups.setdefault(_shared_id(agreement.combine_by, line), [])
        for planned in calculated:
            if OccurrenceKey(agreement.id, line.number, planned.calculated_on) in existing:
                outcomes.append(Outcome(agreement.id, line.number, planned.calculated_on, Fate.ALREADY_THERE))
            else:
                group.append(planned)
    if not agreement.lines and (reason := _agreement_skipped(agreement)) is not None:
        outcomes.append(Outcome(agreement.id, None, None, Fate.SKIPPED, reason))
    visits = [
        _visit(agreement, shared_id, lines, open_days)
        for shared_id, group in groups.items()
        for lines in fewest_visits(group, open_days)
    ]
    visits.sort(key=lambda visit: (visit.service_on, visit.shared_id is None, visit.shared_id))
    outcomes += [
        Outcome(agreement.id, planned.line.number, planned.calculated_on, Fate.CREATED, visit=visit)
        for visit in visits
        for planned in visit.lines
    ]
    outcomes.sort(key=lambda outcome: (outcome.line_number or 0, outcome.calculated_on or date.min))
    return VisitPlan(tuple(visits), tuple(outcomes))


def planned_days(agreement: Agreement, line: AgreementLine, request: PlanRequest) -> DateRange | None:
    """The days of a run on which a line holds; a continuous run reaches back to the line's start.

    Source: DOMAIN.md 4.8 (2, 3), D-9.
    """
    from_on = line.validity.starts_on if request.continuous else request.from_on
    return shared_days(DateRange(from_on, request.to_on), agreement.validity, line.validity)


def skip_reason(agreement: Agreement, line: AgreementLine, request: PlanRequest) -> SkipReason | None:
    """Why a run passes over a line, if it does.

    Source: DOMAIN.md 4.3, 4.8 (1).
    """
    if (reason := _agreement_skipped(agreement)) is not None:
        return reason
    if line.stopped:
        return SkipReason.LINE_STOPPED
    return line.hindered_by if line.transaction_type in request.transaction_types else SkipReason.TYPE_NOT_CHOSEN


def occurrence_keys(plan: VisitPlan) -> frozenset[OccurrenceKey]:
    """The keys that exist once the plan has been carried out."""
    return frozenset(
        OccurrenceKey(visit.agreement_id, planned.line.number, planned.calculated_on)
        for visit in plan.visits
        for planned in visit.lines
    )


def _calculated(
    agreement: Agreement, line: AgreementLine, request: PlanRequest, open_days: OpenDays
) -> list[PlannedLine]:
    within = planned_days(agreement, line, request)
    if within is None:
        return []
    return [
        PlannedLine(line, on, candidate_days(line.window, on, within, open_days))
        for on in occurrences(line.validity.starts_on, line.interval, within)
    ]


def _skipped(agreement: Agreement, line: AgreementLine, days: list[date], reason: SkipReason) -> list[Outcome]:
    """An outcome for each day, or one without a day: whatever is passed over is told."""
    return [Outcome(agreement.id, line.number, on, Fate.SKIPPED, reason) for on in days or (None,)]


def _agreement_skipped(agreement: Agreement) -> SkipReason | None:
    if agreement.suspended:
        return SkipReason.AGREEMENT_SUSPENDED
    return SkipReason.AGREEMENT_IS_TEMPLATE if agreement.is_template else agreement.hindered_by


def _shared_id(combine_by: CombineBy, line: AgreementLine) -> int | None:
    """What lines have to share to be combined; lines that have none of it share that."""
    match combine_by:
        case CombineBy.BY_SERVICE_AGREEMENT:
            return None
        case CombineBy.BY_SERVICE_TASK:
            return line.task_id
        case CombineBy.BY_EMPLOYEE:
            return line.worker_id
        case CombineBy.BY_SERVICE_OBJECT:
            return line.object_relation_id


def _visit(
    agreement: Agreement, shared_id: int | None, lines: Sequence[PlannedLine], open_days: OpenDays
) -> PlannedVisit:
    common = common_days(lines)
    service_on = best_day(lines, common, open_days)
    return PlannedVisit(
        agreement_id=agreement.id,
        service_on=service_on,
        calendar_conflict=service_on not in open_days,
        lines=tuple(sorted(lines, key=lambda planned: (planned.line.number, planned.calculated_on))),
        combine_by=agreement.combine_by,
        shared_id=shared_id,
        common_days=common,
        displacement_days=displacement_days(lines, service_on),
    )
