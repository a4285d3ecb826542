"""Planning runs: batches of whole visits, progress, who carries them out, and the run of the day."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby
from typing import Any

import pytest

from db.health import counting
from domain.agreements.models import ServiceAgreement, ServiceAgreementLine
from domain.agreements.rules import IntervalRange, WindowMethod
from domain.core.actor import SYSTEM
from domain.core.errors import Code, Refused
from domain.core.operation import perform
from domain.core.timetable import JOBS, run_if_due
from domain.numbering.models import NumberSequence
from domain.orders.models import ServiceOrder, ServiceOrderLine
from domain.parameters.models import ServiceManagementParameters
from domain.planning import jobs, operations
from domain.planning.jobs import carry_out, go_on_planning, plan_the_day, see_through
from domain.planning.models import PlanningRun
from domain.planning.operations import (
    FailPlanningRun,
    NamePlanningRun,
    PlanVisits,
    fail_planning_run,
    plan_next_batch,
    planned_service_orders,
    start_daily_planning,
    start_planning_run,
    stop_planning_run,
)
from domain.planning.queries import planned
from domain.planning.rules import RunStatus
from domain.stages.models import Stage
from tests.builders import agreed, rows
from tests.builders.actors import DISPATCHER
from tests.builders.log import events, nothing_changes, refusal
from tests.builders.planned import an_agreement_to_plan, every, plan
from tests.builders.times import MONDAY, SetClock

pytestmark = pytest.mark.usefixtures("initial_stage")

YEAR = PlanVisits(from_on=date(2026, 1, 1), to_on=date(2026, 12, 31))


@pytest.fixture(autouse=True)
async def company(initial_stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 - has to be open
    """Three agreements with windows, one with many visits, one that rests; batches are small and follow at once."""
    monkeypatch.setattr(operations, "AGREEMENTS_AT_ONCE", 2)
    monkeypatch.setattr(operations, "LINES_AT_ONCE", 10)
    monkeypatch.setattr(jobs, "_PAUSE_SECONDS", 0)
    monkeypatch.setattr(jobs, "_BUSY_SECONDS", 0.05)
    await rows.number_sequences()
    week, month = await agreed.a_time_window(), await agreed.a_time_window(method=WindowMethod.MONTH)
    monthly, weekly = await every(IntervalRange.MONTHLY), await every(IntervalRange.WEEKLY)
    for interval_id, windows in ((monthly, (None, week, month)), (weekly, (week, week)), (monthly, (month,))):
        agreement = await an_agreement_to_plan(starts_on=date(2026, 1, 1))
        for place, window in enumerate(windows):
            await agreed.an_agreement_line(
                agreement,
                starts_on=date(2026, 1, 5 + place),
                interval_id=interval_id,
                time_window_id=None if window is None else window.id,
            )
    resting = await an_agreement_to_plan(starts_on=date(2026, 1, 1), suspended=True)
    await agreed.an_agreement_line(resting, interval_id=monthly)


async def started(command: PlanVisits = YEAR) -> int:
    return (await perform(start_planning_run, command, actor=DISPATCHER)).result


Visit = tuple[int | None, str, tuple[tuple[int, str], ...]]


async def made() -> list[Visit]:
    """The visits that are there: agreement, day, and their lines with the days these were calculated for."""
    numbers = {line.id: line.line_number for line in await ServiceAgreementLine.all()}
    found = []
    for order in await ServiceOrder.all():
        lines = await ServiceOrderLine.filter(order_id=order.id).order_by("line_number")
        planned = tuple((numbers[line.agreement_line_id or 0], str(line.calculated_on)) for line in lines)
        found.append((order.agreement_id, str(lines[0].executes_on), planned))
    return sorted(found, key=str)


def told(report: dict[str, Any]) -> list[Visit]:
    """The same of a report."""
    found = [
        (
            visit["agreement_id"],
            visit["service_on"],
            tuple((line["line_number"], line["calculated_on"]) for line in visit["lines"]),
        )
        for visit in report["visits"]
    ]
    return sorted(found, key=str)


async def test_batches_make_the_visits_that_one_go_would_make() -> None:
    wanted = await planned_service_orders(YEAR)
    seen: list[tuple[int, int, int]] = []

    await carry_out(
        await started(), lambda run: seen.append((run.agreements_done, run.orders_created, run.lines_created))
    )

    run = await PlanningRun.get()
    assert (run.status, run.agreements_done, run.agreements_total) == (RunStatus.DONE, 4, 4)
    for name in ("orders_created", "lines_created", "lines_there", "lines_skipped", "calendar_conflicts"):
        assert getattr(run, name) == wanted[name], name
    assert await made() == told(wanted)
    # A hundred lines and more, at most ten in a transaction, told after each.
    assert len(seen) >= wanted["lines_created"] / 10 > 10
    assert seen == sorted(seen)
    batches = sorted(event.batch for event in await events() if event.kind == "service_order_line_created")
    assert max(len(list(lines)) for _, lines in groupby(batches)) <= 10


async def test_a_run_is_logged_at_its_beginning_and_its_end_under_the_name_of_who_started_it() -> None:
    await carry_out(await started(replace(YEAR, to_on=date(2026, 1, 31))))

    log = await events()
    assert {(event.actor_name, event.actor_id) for event in log} == {(DISPATCHER.name, DISPATCHER.user_id)}
    of_run = [event for event in log if event.subject_type == "planning_run"]
    assert [event.kind for event in of_run] == ["planning_run_started", "planning_run_ended"]
    assert [event.body["after"]["status"] for event in of_run] == ["WAITING", "DONE"]


async def test_a_second_run_counts_what_is_there_once() -> None:
    await carry_out(await started())
    before = await made()

    await carry_out(await started())

    first, second = await PlanningRun.all().order_by("id")
    assert (second.orders_created, second.lines_there) == (0, first.lines_created)
    assert second.lines_skipped == first.lines_skipped == 12
    assert await made() == before


async def test_a_run_that_was_broken_off_goes_on_where_it_was() -> None:
    wanted = await planned_service_orders(YEAR)
    run_id = await started()
    for _ in range(5):
        assert (await perform(plan_next_batch, NamePlanningRun(run_id), actor=SYSTEM)).result
    halfway = len(await made())

    await carry_out(run_id)

    assert 0 < halfway < len(wanted["visits"])
    assert await made() == told(wanted)
    assert (await PlanningRun.get()).lines_created == wanted["lines_created"]


async def test_several_who_carry_out_a_run_at_once_create_everything_once() -> None:
    wanted = await planned_service_orders(YEAR)
    run_id = await started()

    await asyncio.gather(*(carry_out(run_id) for _ in range(3)), plan(replace(YEAR, to_on=date(2026, 3, 31))))

    assert (await PlanningRun.get()).status is RunStatus.DONE
    lines = [(line.agreement_line_id, line.calculated_on) for line in await ServiceOrderLine.all()]
    assert len(lines) == len(set(lines)) == wanted["lines_created"]


async def test_a_run_is_about_the_agreements_asked_for() -> None:
    agreement = await ServiceAgreement.all().order_by("-id").first()
    assert agreement is not None
    run_id = await started(replace(YEAR, agreement_ids=(agreement.id,)))

    await carry_out(run_id)

    run = await PlanningRun.get()
    assert (run.agreement_ids, run.agreements_total, run.agreements_done) == ([agreement.id], 1, 1)
    assert (run.orders_created, run.lines_skipped) == (0, 12)


async def test_a_run_that_is_stopped_keeps_what_it_made() -> None:
    run_id = await started()
    await perform(plan_next_batch, NamePlanningRun(run_id), actor=SYSTEM)
    before = await made()

    await perform(stop_planning_run, NamePlanningRun(run_id), actor=DISPATCHER)
    async with nothing_changes():
        await carry_out(run_id)
        await perform(stop_planning_run, NamePlanningRun(run_id), actor=DISPATCHER)
        await perform(fail_planning_run, FailPlanningRun(run_id, "late"), actor=SYSTEM)

    run = await PlanningRun.get()
    assert (run.status, run.problem, run.ended_at is None) == (RunStatus.STOPPED, None, False)
    assert await made() == before != []


async def test_a_run_that_cannot_go_on_says_why() -> None:
    run_id = await started()
    await NumberSequence.all().delete()

    await carry_out(run_id)

    run = await PlanningRun.get()
    assert run.status is RunStatus.FAILED
    assert run.problem == "There is no number sequence for service order; create one, or give a number."


async def test_a_run_during_which_the_server_errs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def err(*_: object) -> None:
        raise ZeroDivisionError

    run_id = await started()
    monkeypatch.setattr(operations, "planned", err)

    with pytest.raises(ZeroDivisionError):
        await carry_out(run_id)

    run = await PlanningRun.get()
    assert (run.status, run.problem) == (RunStatus.FAILED, "Something went wrong in the server; its log says more.")


async def test_a_batch_that_others_are_in_the_way_of_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[Any] = []

    async def busy(*given: Any) -> Any:
        tries.append(given)
        if len(tries) == 1:
            raise Refused(Code.BUSY, "Others are changing the same thing; try again.")
        return await planned(*given)

    run_id = await started(replace(YEAR, to_on=date(2026, 1, 10)))
    monkeypatch.setattr(operations, "planned", busy)

    await carry_out(run_id)

    assert (await PlanningRun.get()).status is RunStatus.DONE
    assert len(tries) > 1


@pytest.mark.parametrize("missing", [Stage, NumberSequence])
async def test_a_run_is_not_started_where_no_order_could_be_made(missing: Any) -> None:
    run_id = await started()
    await rows.the_parameters(plan_visits_daily=True)
    await missing.all().delete()
    expected = {Stage: Code.NO_INITIAL_STAGE, NumberSequence: Code.NUMBER_SEQUENCE_MISSING}[missing]

    assert (await refusal(start_planning_run, YEAR, actor=DISPATCHER))[0] is expected
    assert (await refusal(start_daily_planning, None, actor=SYSTEM))[0] is expected
    assert (await refusal(plan_next_batch, NamePlanningRun(run_id), actor=DISPATCHER))[0] is expected


async def test_a_run_of_agreements_that_do_not_exist_is_not_started() -> None:
    command = replace(YEAR, agreement_ids=(999,))

    assert await refusal(start_planning_run, command, actor=DISPATCHER) == (Code.NOT_FOUND, ("agreementIds", 0))
    assert await refusal(stop_planning_run, NamePlanningRun(999), actor=DISPATCHER) == (Code.NOT_FOUND, ("runId",))


async def test_every_batch_takes_the_same_few_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "AGREEMENTS_AT_ONCE", 1)
    run_id = await started(replace(YEAR, agreement_ids=(1,)))
    sent, lines = set(), []
    for most in (1, 5, 20):
        monkeypatch.setattr(operations, "LINES_AT_ONCE", most)
        before = await ServiceOrderLine.all().count()
        with counting() as counted:
            await perform(plan_next_batch, NamePlanningRun(run_id), actor=SYSTEM)
        sent.add(counted.count)
        lines.append(await ServiceOrderLine.all().count() - before)

    assert lines[0] < lines[1] < lines[2]
    assert len(sent) == 1
    assert max(sent) <= 40


# --- by the clock ----------------------------------------------------------------------------------------------------


async def test_servers_take_on_what_is_under_way_once() -> None:
    wanted = await planned_service_orders(YEAR)
    await started()

    await asyncio.gather(*(go_on_planning(MONDAY) for _ in range(3)))

    assert await made() == told(wanted)
    assert (await PlanningRun.get()).status is RunStatus.DONE
    async with nothing_changes():
        await go_on_planning(MONDAY)


async def test_a_command_waits_while_a_server_plans_its_run() -> None:
    run_id = await started()
    seen: list[RunStatus] = []

    _, run = await asyncio.gather(go_on_planning(MONDAY), see_through(run_id, lambda run: seen.append(run.status)))

    assert (run.status, seen[0], seen[-1]) == (RunStatus.DONE, RunStatus.WAITING, RunStatus.DONE)
    assert len(await made()) == run.orders_created > 0


async def test_the_day_is_planned_once_if_the_company_wants_it(set_clock: SetClock) -> None:
    async with nothing_changes():
        await plan_the_day(set_clock.now)
    await rows.the_parameters(plan_visits_daily=True, planning_horizon_days=30)
    day = JOBS["plan_the_day"]

    assert sorted(await asyncio.gather(*(run_if_due(day) for _ in range(3)))) == [False, False, True]
    set_clock.advance(timedelta(hours=1))
    await run_if_due(day)

    run = await PlanningRun.get()
    assert (run.from_on, run.to_on) == (date(2026, 11, 23), date(2026, 12, 23))
    assert (run.by_clock, run.created_by, run.user_id) == (True, "Tavle", None)

    set_clock.advance(timedelta(hours=24))
    await run_if_due(day)
    await ServiceManagementParameters.all().update(plan_visits_daily=False)
    set_clock.advance(timedelta(hours=24))
    await run_if_due(day)

    assert [str(each.from_on) for each in await PlanningRun.all().order_by("id")] == ["2026-11-23", "2026-11-24"]
