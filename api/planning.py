"""What the `tavle plan` command does: a planning run, carried out here and now."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from api.settings import Settings
from db.lifecycle import database
from db.projection import Select, columns
from domain.agreements.criteria import AgreementCriteria
from domain.agreements.models import ServiceAgreement
from domain.core import clock
from domain.core.actor import SYSTEM
from domain.core.errors import Code, Refused
from domain.core.operation import perform
from domain.parameters.queries import civil_date, company_parameters
from domain.planning.jobs import see_through
from domain.planning.models import PlanningRun
from domain.planning.operations import PlanVisits, planned_service_orders, start_planning_run
from domain.projects.rules import TransactionType

COMMAND = replace(SYSTEM, name="tavle plan")
_COUNTS = ("orders_created", "lines_created", "lines_there", "lines_skipped", "calendar_conflicts")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How much was planned, or would be: orders, lines, there already, passed over, on closed days."""

    counts: tuple[int, ...]
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line says; without a first day it is today, where the company is."""

    from_at: datetime | None
    to_at: datetime
    numbers: tuple[str, ...]
    types: frozenset[TransactionType]
    continuous: bool

    async def command(self) -> PlanVisits:
        """The command this asks for.

        Raises:
            Refused: NOT_FOUND.
        """
        from_on = None if self.from_at is None else self.from_at.date()
        criteria = AgreementCriteria(numbers=self.numbers or None)
        known = {number for (number,) in await columns(Select(ServiceAgreement, criteria.where()), ("number",))}
        for number in self.numbers:
            if number not in known:
                raise Refused(Code.NOT_FOUND, f"There is no service agreement {number}.")
        return PlanVisits(
            from_on=from_on or civil_date(clock.now(), (await company_parameters()).time_zone),
            to_on=self.to_at.date(),
            transaction_types=self.types or frozenset(TransactionType),
            continuous=self.continuous,
            criteria=criteria,
            show_report=False,
        )


async def carry_out_planning(
    settings: Settings, asked: Asked, *, dry_run: bool, progress: Callable[[int, int, int], object]
) -> Outcome:
    """Plan, telling `progress` after each batch the agreements done, how many there are, and the orders so far.

    Raises:
        Refused: as `start_planning_run`.
    """
    async with database(settings.database_url):
        command = await asked.command()
        if dry_run:
            told = await planned_service_orders(command)
            return Outcome(tuple(told[name] for name in _COUNTS))
        started = await perform(start_planning_run, command, actor=COMMAND)

        def show(run: PlanningRun) -> None:
            progress(run.agreements_done, run.agreements_total, run.orders_created)

        run = await see_through(started.result, show)
        return Outcome(tuple(getattr(run, name) for name in _COUNTS), run.problem)
