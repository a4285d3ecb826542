"""Planning of visits: a few at once, or many in a run of batches."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tortoise.expressions import Q

from db.projection import Select, count, ids
from domain.agreements.criteria import AgreementCriteria
from domain.agreements.models import ServiceAgreement
from domain.agreements.rules import Fate, PlannedVisit, PlanRequest, check_request
from domain.core.actor import Permission
from domain.core.errors import not_found
from domain.core.operation import Work, operation
from domain.core.rows import lock_all, locked
from domain.parameters.models import ServiceManagementParameters
from domain.parameters.queries import civil_date
from domain.planning import rules
from domain.planning.models import PlanningRun
from domain.planning.queries import Planned, check_ready, planned
from domain.planning.report import counts, report
from domain.planning.rules import UNDER_WAY, RunStatus
from domain.planning.writing import write_visits
from domain.projects.rules import TransactionType

# Others wait for as long as a batch takes: a quarter of a second.
AGREEMENTS_AT_ONCE, LINES_AT_ONCE = 10, 250


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanVisits:
    """Which days of which agreements to plan: those named, those that meet the criteria, both, or all there are."""

    from_on: date
    to_on: date
    transaction_types: frozenset[TransactionType] = frozenset(TransactionType)
    continuous: bool = False
    agreement_ids: tuple[int, ...] | None = None
    criteria: AgreementCriteria = field(default_factory=AgreementCriteria)
    show_report: bool = True

    @property
    def request(self) -> PlanRequest:
        """What the rules are asked."""
        return PlanRequest(self.from_on, self.to_on, self.transaction_types, continuous=self.continuous)


@operation(requires=Permission.MAINTAIN_ORDERS, bulk=True)
async def create_planned_service_orders(work: Work, command: PlanVisits) -> dict[str, Any]:
    """Create the service orders that the agreements promise for some days, and that are not there yet; gives a report.

    Raises:
        Refused: INVALID, NOT_FOUND, NUMBER_SEQUENCE_MISSING, NO_INITIAL_STAGE.

    Source: DOMAIN.md 4.8.
    """
    check_request(command.request)
    agreement_ids = await _meant(command)
    await lock_all(ServiceAgreement, agreement_ids)
    await check_ready()
    found = await planned(agreement_ids, command.request)
    _check_amount(found, command)
    rules.check_amount(sum(len(visit.lines) for visit in found.plan.visits))
    orders = await write_visits(work, found, found.plan.visits)
    made = {place: (order.id, order.number) for place, order in enumerate(orders)}
    return report(found, made, shown=command.show_report)


async def planned_service_orders(command: PlanVisits) -> dict[str, Any]:
    """The report that `create_planned_service_orders` would give now; nothing is written.

    Raises:
        Refused: as that operation.

    Source: DOMAIN.md 4.8 (dryRun).
    """
    check_request(command.request)
    agreement_ids = await _meant(command)
    await check_ready()
    found = await planned(agreement_ids, command.request)
    _check_amount(found, command)
    return report(found, shown=command.show_report)


def _check_amount(found: Planned, command: PlanVisits) -> None:
    if command.show_report:
        rules.check_shown(len(found.plan.outcomes))


async def _meant(command: PlanVisits) -> list[int]:
    """The ids of the agreements that a command means, in order.

    Raises:
        Refused: NOT_FOUND.
    """
    where = command.criteria.where()
    if command.agreement_ids is not None:
        wanted = list(command.agreement_ids)
        known = set(await ids(Select(ServiceAgreement, Q(id__in=wanted))))
        for place, agreement_id in enumerate(wanted):
            if agreement_id not in known:
                raise not_found("service agreement", "agreementIds", place)
        where &= Q(id__in=wanted)
    return await ids(Select(ServiceAgreement, where, ("id",)))


# --- runs ------------------------------------------------------------------------------------------------------------


@operation(requires=Permission.MAINTAIN_ORDERS)
async def start_planning_run(work: Work, command: PlanVisits) -> int:
    """Start a run that plans in batches, however much there is to plan; servers take it on within seconds.

    Raises:
        Refused: INVALID, NOT_FOUND, NUMBER_SEQUENCE_MISSING, NO_INITIAL_STAGE.

    Source: DOMAIN.md 4.8.
    """
    return (await _start(work, command)).id


@operation(requires=Permission.MAINTAIN_ORDERS)
async def start_daily_planning(work: Work, _command: None) -> int | None:
    """Start the run of the day, if the company plans by the clock and it is not there yet; gives its id.

    Raises:
        Refused: NUMBER_SEQUENCE_MISSING, NO_INITIAL_STAGE.
    """
    # Locked, so that of two servers the second sees the run of the first.
    parameters = await ServiceManagementParameters.filter(id=1).select_for_update().first()
    if parameters is None or not parameters.plan_visits_daily:
        return None
    today = civil_date(work.now, parameters.time_zone)
    if await PlanningRun.filter(by_clock=True, from_on=today).exists():
        return None
    command = PlanVisits(from_on=today, to_on=today + timedelta(days=parameters.planning_horizon_days))
    return (await _start(work, command, by_clock=True)).id


@dataclass(frozen=True, slots=True)
class NamePlanningRun:
    """Which planning run."""

    run_id: int


@operation(requires=Permission.MAINTAIN_ORDERS)
async def stop_planning_run(work: Work, command: NamePlanningRun) -> int:
    """Stop a run between two batches; what it has planned stays, and one that has ended is left as it is.

    Raises:
        Refused: NOT_FOUND.
    """
    run = await locked(PlanningRun, command.run_id, "planning run", "runId")
    if run.status in UNDER_WAY:
        await work.change(run, "planning_run_ended", status=RunStatus.STOPPED, ended_at=work.now)
    return run.id


@operation(requires=Permission.MAINTAIN_ORDERS, bulk=True)
async def plan_next_batch(work: Work, command: NamePlanningRun) -> bool:
    """Plan the next agreements of a run, whole visits only; whether there is more to do.

    An agreement with many visits takes several batches: each plans anew what is left of it, which gives the same
    visits, because those that were made stand at the beginning and were made whole.

    Raises:
        Refused: NOT_FOUND, NUMBER_SEQUENCE_MISSING, NO_INITIAL_STAGE.

    Source: DOMAIN.md 4.8.
    """
    run = await locked(PlanningRun, command.run_id, "planning run", "runId")
    if run.status not in UNDER_WAY:
        return False
    agreement_ids = await _next_agreements(run)
    await lock_all(ServiceAgreement, agreement_ids)
    await check_ready()
    found = await planned(agreement_ids, _request(run))
    visits = rules.whole_visits(found.plan.visits, most=LINES_AT_ONCE)
    await write_visits(work, found, visits)
    _advance(run, agreement_ids, found, visits)
    if len(agreement_ids) == AGREEMENTS_AT_ONCE or run.begun_next:
        run.status = RunStatus.RUNNING
        # How far a run has come is no history: what it made is logged, and so are its beginning and its end.
        await run.save(update_fields=_PROGRESS)
        return True
    await run.save(update_fields=_PROGRESS)
    await work.change(run, "planning_run_ended", status=RunStatus.DONE, ended_at=work.now)
    return False


@dataclass(frozen=True, slots=True)
class FailPlanningRun:
    """Which planning run cannot go on, and why."""

    run_id: int
    problem: str


@operation(requires=Permission.MAINTAIN_ORDERS)
async def fail_planning_run(work: Work, command: FailPlanningRun) -> int:
    """Give up a run that cannot go on; what it has planned stays.

    Raises:
        Refused: NOT_FOUND.
    """
    run = await locked(PlanningRun, command.run_id, "planning run", "runId")
    if run.status in UNDER_WAY:
        problem = command.problem[:1000]
        await work.change(run, "planning_run_ended", status=RunStatus.FAILED, problem=problem, ended_at=work.now)
    return run.id


_PROGRESS = (
    *("status", "done_up_to", "begun_next", "agreements_done", "orders_created", "lines_created", "lines_there"),
    *("lines_skipped", "calendar_conflicts"),
)


async def _start(work: Work, command: PlanVisits, *, by_clock: bool = False) -> PlanningRun:
    check_request(command.request)
    everything = command.agreement_ids is None and command.criteria == AgreementCriteria()
    agreement_ids = None if everything else await _meant(command)
    await check_ready()
    run = PlanningRun(
        from_on=command.from_on,
        to_on=command.to_on,
        transaction_types=sorted(command.transaction_types),
        continuous=command.continuous,
        agreement_ids=agreement_ids,
        agreements_total=await count(Select(ServiceAgreement)) if agreement_ids is None else len(agreement_ids),
        created_at=work.now,
        created_by=work.actor.name[:120],
        user_id=work.actor.user_id,
        by_clock=by_clock,
    )
    return await work.create(run, "planning_run_started")


def _request(run: PlanningRun) -> PlanRequest:
    types = frozenset(TransactionType(name) for name in run.transaction_types)
    return PlanRequest(run.from_on, run.to_on, types, continuous=run.continuous)


async def _next_agreements(run: PlanningRun) -> list[int]:
    """The agreements that come next, at most so many as one transaction takes."""
    if run.agreement_ids is not None:
        return [each for each in sorted(run.agreement_ids) if each > run.done_up_to][:AGREEMENTS_AT_ONCE]
    return await ids(Select(ServiceAgreement, Q(id__gt=run.done_up_to), ("id",), AGREEMENTS_AT_ONCE))


def _advance(run: PlanningRun, agreement_ids: Sequence[int], found: Planned, written: Sequence[PlannedVisit]) -> None:
    """Count what was done, and note where to go on: behind the last agreement that is done as a whole."""
    left = found.plan.visits[len(written) :]
    reached = left[0].agreement_id if left else None
    done = [each for each in agreement_ids if reached is None or each < reached]
    # What was passed over in the agreement that goes on is counted the first time.
    counted = {*done, reached} - set(agreement_ids[:1] if run.begun_next else ())
    passed = [each for each in found.plan.outcomes if each.agreement_id in counted and each.fate is not Fate.CREATED]
    for name, number in counts(passed, written).items():
        setattr(run, name, getattr(run, name) + number)
    run.agreements_done += len(done)
    run.done_up_to = done[-1] if done else run.done_up_to
    run.begun_next = reached is not None
