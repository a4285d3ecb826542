"""Planning visits: what is asked, what is told of every occurrence and visit, and the runs that plan many."""

from datetime import date, datetime
from typing import Any

import strawberry
from tortoise.expressions import Q

from api.context import Context
from api.resolvers import planning
from api.schema.agreements.inputs import ServiceAgreementFilter
from api.schema.inputs import MutationInput
from api.schema.lists import listing
from api.schema.mutations import Payload, action, mutation
from api.schema.nodes import Node, key_of, keys_of, node
from api.schema.paging import OrderEnum
from api.selection import column, computed, identity, write_id
from domain.agreements.criteria import AgreementCriteria
from domain.agreements.rules import Fate, SkipReason
from domain.core.operation import Done, check_permission
from domain.core.rows import company_only
from domain.planning import models, operations
from domain.planning.rules import RunStatus
from domain.projects.rules import TransactionType

# --- the report ------------------------------------------------------------------------------------------------------


@strawberry.type(description="What becomes of one occurrence: the work that an agreement line promises for one day.")
class PlannedOccurrence:
    """One line of the report."""

    agreement_id: strawberry.ID = strawberry.field(description="Which service agreement.")
    agreement_number: str = strawberry.field(description="Its number.")
    line_number: int | None = strawberry.field(description="Which line; null for an agreement without lines.")
    calculated_on: date | None = strawberry.field(
        description="The day that its interval gives; null for a line that is passed over and has none."
    )
    fate: Fate = strawberry.field(description="What becomes of it.")
    skipped_for: SkipReason | None = strawberry.field(description="Why it is passed over; null when it is not.")
    reason: str = strawberry.field(description="Why, for a person.")
    service_on: date | None = strawberry.field(description="The day of its visit; null unless created.")
    order_id: strawberry.ID | None = strawberry.field(
        description="The service order that it is on; null when passed over, and for a new one of a dry run."
    )
    order_number: str | None = strawberry.field(description="Number of that order.")


@strawberry.type(description="A line of a planned visit.")
class PlannedVisitLine:
    """What is done on a visit."""

    line_number: int = strawberry.field(description="Which line of the agreement.")
    calculated_on: date = strawberry.field(description="The day that its interval gives.")
    earliest_on: date = strawberry.field(description="The first open day of its time window.")
    latest_on: date = strawberry.field(description="The last open day of its time window.")


@strawberry.type(description="A service order that is created, and why its lines were put together.")
class PlannedVisit:
    """One visit of the report."""

    agreement_id: strawberry.ID = strawberry.field(description="Which service agreement.")
    agreement_number: str = strawberry.field(description="Its number.")
    service_on: date = strawberry.field(description="The day of the visit.")
    earliest_on: date = strawberry.field(description="The first day that all its lines may take.")
    latest_on: date = strawberry.field(description="The last day that all its lines may take.")
    displacement_days: int = strawberry.field(description="By how many days its lines are moved, all together.")
    calendar_conflict: bool = strawberry.field(description="Warning: the company's calendar is closed that day.")
    why: str = strawberry.field(description="Why these lines, and why on that day, for a person.")
    lines: list[PlannedVisitLine] = strawberry.field(description="What is done.")
    order_id: strawberry.ID | None = strawberry.field(description="The service order; null in a dry run.")
    order_number: str | None = strawberry.field(description="Number of that order.")


@strawberry.type(description="What planning does, or would do.")
class PlanningReport:
    """The report of `createPlannedServiceOrders`."""

    dry_run: bool = strawberry.field(description="Whether nothing was written.")
    orders_created: int = strawberry.field(description="How many service orders.")
    lines_created: int = strawberry.field(description="How many lines they have.")
    lines_there: int = strawberry.field(description="How many occurrences have an order line already.")
    lines_skipped: int = strawberry.field(description="How many occurrences, or whole lines, were passed over.")
    calendar_conflicts: int = strawberry.field(description="How many of the orders are on closed days.")
    occurrences: list[PlannedOccurrence] = strawberry.field(
        description="What becomes of each, by agreement, line and day; empty without `showReport`."
    )
    visits: list[PlannedVisit] = strawberry.field(
        description="The service orders, by agreement and day; empty without `showReport`."
    )


def _report(told: dict[str, Any]) -> PlanningReport:
    lists = {
        "occurrences": [_occurrence(each) for each in told["occurrences"]],
        "visits": [_visit(each) for each in told["visits"]],
    }
    return PlanningReport(**(told | lists))


def _occurrence(told: dict[str, Any]) -> PlannedOccurrence:
    skipped_for = told["skipped_for"]
    values = {
        "calculated_on": _day(told["calculated_on"]),
        "service_on": _day(told["service_on"]),
        "fate": Fate(told["fate"]),
        "skipped_for": None if skipped_for is None else SkipReason(skipped_for),
    }
    return PlannedOccurrence(**(told | values | _ids(told)))


def _visit(told: dict[str, Any]) -> PlannedVisit:
    days: dict[str, Any] = {name: _day(told[name]) for name in ("service_on", "earliest_on", "latest_on")}
    lines = [
        PlannedVisitLine(**(line | {name: _day(line[name]) for name in ("calculated_on", "earliest_on", "latest_on")}))
        for line in told["lines"]
    ]
    return PlannedVisit(**(told | days | {"lines": lines} | _ids(told)))


def _ids(told: dict[str, Any]) -> dict[str, Any]:
    order_id = told["order_id"]
    return {
        "agreement_id": write_id("sa", told["agreement_id"]),
        "order_id": None if order_id is None else write_id("so", order_id),
    }


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


# --- runs ------------------------------------------------------------------------------------------------------------


def _types(names: list[str]) -> list[TransactionType]:
    return [TransactionType(name) for name in names]


@node(
    models.PlanningRun,
    prefix="pln",
    visible=company_only,
    description="Planning of many agreements in batches: what was asked for, how far it has come, what came of it.",
)
class PlanningRun(Node):
    """A planning run."""

    id: strawberry.ID = identity("pln")
    status: RunStatus = column(description="How far it has come.")
    from_on: date = column(description="The first day it plans.")
    to_on: date = column(description="The last day it plans.")
    transaction_types: list[TransactionType] = computed(
        needs=("transaction_types",), value=_types, description="Lines of which types it plans."
    )
    continuous: bool = column(description="Whether it makes up for what is missing before its first day, too.")
    by_clock: bool = column(description="Whether it is the run of a day that the company's settings ask for.")
    agreements_total: int = column(description="How many agreements it is about, as counted at its start.")
    agreements_done: int = column(description="How many of them are done: its progress.")
    orders_created: int = column(description="How many service orders it has created so far.")
    lines_created: int = column(description="How many lines they have.")
    lines_there: int = column(description="How many occurrences had an order line already.")
    lines_skipped: int = column(description="How many occurrences, or whole lines, it passed over.")
    calendar_conflicts: int = column(description="How many of the orders are on closed days.")
    problem: str | None = column(description="Why it failed; null when it did not.")
    created_at: datetime = column(description="When it was started.")
    created_by: str = column(description="Who started it.")
    ended_at: datetime | None = column(description="When it ended, however; null while it has not.")
    version: int = column(description="Grows when it ends, not with its progress.")


@strawberry.input(description="Which planning runs to list: those that meet every condition given.")
class PlanningRunFilter:
    """For `planningRuns`."""

    search: str | None = strawberry.field(
        default=None, description="Part of the name of who started it, in any letter case."
    )
    status: list[RunStatus] | None = strawberry.field(default=None, description="With one of these statuses.")
    by_clock: bool | None = strawberry.field(default=None, description="Only runs of the day, or only the others.")

    def where(self) -> Q:
        """The condition on runs."""
        where = Q() if self.status is None else Q(status__in=self.status)
        if self.search:
            where &= Q(created_by__icontains=self.search)
        return where if self.by_clock is None else where & Q(by_clock=self.by_clock)


class PlanningRunOrder(OrderEnum):
    """Orders of planning runs."""

    CREATED_AT_ASC = ("created_at", "id"), "The oldest first."
    CREATED_AT_DESC = ("-created_at", "-id"), "The newest first."


@strawberry.type
class PlanningQueries:
    """Reading planning runs."""

    planning_runs = listing(
        PlanningRun, PlanningRunFilter, PlanningRunOrder.CREATED_AT_DESC, "Planning runs, also those that have ended."
    )


# --- changes ---------------------------------------------------------------------------------------------------------


@strawberry.input(description="Which days of which service agreements to plan.")
class PlanVisitsInput(MutationInput):
    """The base of inputs that plan."""

    from_on: date = strawberry.field(description="The first day to plan.")
    to_on: date = strawberry.field(description="The last day to plan; at most ten years later.")
    agreement_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Only these service agreements. Without them and `filter`, all."
    )
    filter: ServiceAgreementFilter | None = strawberry.field(
        default=None, description="Only service agreements that meet every condition given."
    )
    transaction_types: list[TransactionType] | None = strawberry.field(
        default=None, description="Only lines of these types; of all unless told."
    )
    continuous: bool = strawberry.field(
        default=False, description="Make up for what is missing between a line's first day and `fromOn`, too."
    )

    def _command(self, **more: Any) -> operations.PlanVisits:
        types = self.transaction_types
        return operations.PlanVisits(
            from_on=self.from_on,
            to_on=self.to_on,
            transaction_types=frozenset(TransactionType if types is None else types),
            continuous=self.continuous,
            agreement_ids=None
            if self.agreement_ids is None
            else tuple(keys_of(self.agreement_ids, "sa", "service agreement", "agreementIds")),
            criteria=AgreementCriteria() if self.filter is None else self.filter.criteria(),
            **more,
        )


@strawberry.input(description="Which visits to plan now.")
class CreatePlannedServiceOrdersInput(PlanVisitsInput):
    """For `createPlannedServiceOrders`."""

    show_report: bool = strawberry.field(
        default=True, description="Tell of every occurrence and visit, at most 10,000; else only how many."
    )
    dry_run: bool = strawberry.field(default=False, description="Only tell what would be done; nothing is written.")

    def command(self) -> operations.PlanVisits:
        """The command this asks for."""
        return self._command(show_report=self.show_report)


@strawberry.input(description="Which visits to plan in batches.")
class StartPlanningRunInput(PlanVisitsInput):
    """For `startPlanningRun`."""

    def command(self) -> operations.PlanVisits:
        """The command this asks for."""
        return self._command()


@strawberry.input(description="Which planning run to stop.")
class StopPlanningRunInput(MutationInput):
    """For `stopPlanningRun`."""

    run_id: strawberry.ID = strawberry.field(description="Which planning run.")

    def command(self) -> operations.NamePlanningRun:
        """The command this asks for."""
        return operations.NamePlanningRun(key_of(self.run_id, "pln", "planning run", "runId"))


@strawberry.type(description="Answer of `createPlannedServiceOrders`.")
class CreatePlannedServiceOrdersPayload(Payload):
    """The answer of CreatePlannedServiceOrders."""

    @strawberry.field(description="What was done, or would be; null when refused as a whole.")
    def report(self) -> PlanningReport | None:
        """The report."""
        return None if self.done is None else _report(self.done.result)


async def _plan(context: Context, input: CreatePlannedServiceOrdersInput) -> Done[Any]:
    # Before the input is read: who may not ask is not told what is wrong with the question.
    check_permission(context.actor, operations.create_planned_service_orders.requires)
    return await planning.plan(context, input.command(), dry_run=input.dry_run, key=input.client_mutation_key)


@strawberry.type
class PlanningMutations:
    """Planning visits."""

    create_planned_service_orders = action(
        _plan,
        CreatePlannedServiceOrdersInput,
        "Creates the service orders that agreements promise and that are not there yet, at most 1,000 lines at once."
        " Repeat it as often as you like: nothing is created twice.",
        CreatePlannedServiceOrdersPayload,
    )
    start_planning_run = mutation(
        operations.start_planning_run,
        StartPlanningRunInput,
        "Starts a run that plans in batches, however much there is. Follow its progress in `planningRuns`.",
        planning_run=PlanningRun,
    )
    stop_planning_run = mutation(
        operations.stop_planning_run,
        StopPlanningRunInput,
        "Stops a planning run between two batches. What it has created stays.",
        planning_run=PlanningRun,
    )
