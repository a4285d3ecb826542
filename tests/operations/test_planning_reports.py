"""Planning again and in parts, what it passes over and refuses, and what it only tells."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from tortoise.exceptions import IntegrityError

from db.health import counting
from domain.agreements.models import ServiceAgreementLine
from domain.agreements.operations import (
    DeleteServiceAgreementLine,
    NameServiceAgreement,
    delete_service_agreement_line,
    suspend_service_agreement,
)
from domain.agreements.rules import IntervalRange
from domain.core.errors import Code
from domain.core.operation import perform
from domain.numbering.models import NumberSequence
from domain.orders.models import ServiceOrder, ServiceOrderLine
from domain.orders.operations import (
    EndOrder,
    SetLineStatus,
    cancel_service_order_line,
    delete_service_order,
    delete_service_order_line,
)
from domain.planning import rules
from domain.planning.operations import PlanVisits, create_planned_service_orders, planned_service_orders
from domain.projects.rules import TransactionType
from domain.stages.models import Stage
from tests.builders import agreed, rows
from tests.builders.actors import DISPATCHER, MANAGER
from tests.builders.log import nothing_changes, refusal
from tests.builders.planned import APRIL, an_agreement_to_plan, every, fates, gen_1, plan, visits

pytestmark = pytest.mark.usefixtures("initial_stage")

YEAR = PlanVisits(from_on=date(2026, 1, 1), to_on=date(2026, 12, 31))


@pytest.fixture(autouse=True)
async def sequences(initial_stage: Stage) -> None:  # noqa: ARG001 - the database has to be open
    await rows.number_sequences()


# --- again, and before -----------------------------------------------------------------------------------------------


async def test_a_cancelled_line_is_there_and_a_deleted_one_is_not() -> None:
    agreement = await an_agreement_to_plan()
    await agreed.an_agreement_line(agreement, starts_on=date(2026, 6, 1), interval_id=await every(IntervalRange.YEARLY))
    await plan(YEAR)
    line = await ServiceOrderLine.get()

    await perform(cancel_service_order_line, SetLineStatus(line.id), actor=DISPATCHER)
    cancelled = await plan(YEAR)
    await perform(delete_service_order, EndOrder(line.order_id), actor=DISPATCHER)
    with_its_order = await plan(YEAR)
    await perform(delete_service_order_line, SetLineStatus((await ServiceOrderLine.get()).id), actor=DISPATCHER)
    deleted = await plan(YEAR)

    assert fates(cancelled) == {"ALREADY_THERE": 1}
    assert fates(with_its_order) == fates(deleted) == {"CREATED": 1}


async def test_a_continuous_run_makes_up_for_what_is_missing_since_the_lines_start() -> None:
    agreement = await an_agreement_to_plan()
    await agreed.an_agreement_line(
        agreement, starts_on=date(2026, 1, 31), interval_id=await every(IntervalRange.MONTHLY)
    )
    june = PlanVisits(from_on=date(2026, 6, 1), to_on=date(2026, 6, 30))

    await plan(june)
    report = await plan(replace(june, continuous=True))

    assert [day for day, _ in visits(report)] == ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]
    assert fates(report) == {"CREATED": 5, "ALREADY_THERE": 1}


async def test_the_database_itself_keeps_an_occurrence_from_existing_twice() -> None:
    await agreed.an_agreement_line(await an_agreement_to_plan(), starts_on=date(2026, 6, 1))
    await plan(YEAR)
    line = await ServiceOrderLine.get()

    with pytest.raises(IntegrityError):
        await rows.a_line(agreement_line_id=line.agreement_line_id, calculated_on=line.calculated_on)


async def test_two_who_plan_at_once_create_everything_once() -> None:
    await gen_1()

    reports = await asyncio.gather(*(plan() for _ in range(3)))

    assert sorted(report["orders_created"] for report in reports) == [0, 0, 10]
    assert (await ServiceOrder.all().count(), await ServiceOrderLine.all().count()) == (10, 13)


async def test_a_line_that_was_planned_is_not_deleted() -> None:
    line = await agreed.an_agreement_line(await an_agreement_to_plan(), starts_on=date(2026, 6, 1))
    await plan(YEAR)

    found = await refusal(delete_service_agreement_line, DeleteServiceAgreementLine(line.id), actor=MANAGER)

    assert found[0] is Code.IN_USE


# --- what is passed over ---------------------------------------------------------------------------------------------


async def test_what_gives_no_orders_is_passed_over_and_told() -> None:
    suspended = await an_agreement_to_plan()
    await agreed.an_agreement_line(suspended, starts_on=date(2026, 6, 1), stopped=True)
    await perform(suspend_service_agreement, NameServiceAgreement(suspended.id), actor=MANAGER)
    template = await an_agreement_to_plan(template_group_id=(await agreed.a_template_group()).id)
    agreement = await an_agreement_to_plan()
    gone = await rows.an_item(active=False)
    of_item = {"transaction_type": TransactionType.ITEM, "starts_on": date(2026, 6, 1)}
    await agreed.an_agreement_line(agreement, starts_on=date(2026, 6, 1), stopped=True)
    await agreed.an_agreement_line(agreement, starts_on=date(2026, 6, 1), transaction_type=TransactionType.FEE)
    await agreed.an_agreement_line(agreement, item_id=gone.id, **of_item)
    chosen = replace(YEAR, transaction_types=frozenset({TransactionType.HOUR, TransactionType.ITEM}))

    async with nothing_changes():
        report = await plan(chosen)

    told = {(each["agreement_id"], each["line_number"], each["skipped_for"]) for each in report["occurrences"]}
    assert told == {
        (suspended.id, 1, "AGREEMENT_SUSPENDED"),
        (template.id, None, "AGREEMENT_IS_TEMPLATE"),
        (agreement.id, 1, "LINE_STOPPED"),
        (agreement.id, 2, "TYPE_NOT_CHOSEN"),
        (agreement.id, 3, "ITEM_NOT_IN_USE"),
    }
    assert (report["lines_skipped"], report["orders_created"]) == (5, 0)
    assert all(each["reason"] for each in report["occurrences"])


@pytest.mark.parametrize(
    ("customer", "project", "reason"),
    [
        (None, {}, "CUSTOMER_MISSING"),
        ({"active": False}, {}, "CUSTOMER_NOT_IN_USE"),
        ({}, {"active": False}, "PROJECT_NOT_IN_USE"),
    ],
)
async def test_an_agreement_that_nobody_can_be_visited_for_is_passed_over(
    customer: dict[str, bool] | None, project: dict[str, bool], reason: str
) -> None:
    customer_id = None if customer is None else (await rows.a_customer(**customer)).id
    agreement = await an_agreement_to_plan(project_id=(await rows.a_project(customer_id=customer_id, **project)).id)
    await agreed.an_agreement_line(agreement, starts_on=date(2026, 6, 1))

    async with nothing_changes():
        report = await plan(YEAR)

    [told] = report["occurrences"]
    assert (told["fate"], told["skipped_for"], told["calculated_on"]) == ("SKIPPED", reason, "2026-06-01")


async def test_only_the_agreements_that_are_named_and_meet_the_filter_are_planned() -> None:
    named, other = await an_agreement_to_plan(), await an_agreement_to_plan()
    for agreement in (named, other, await an_agreement_to_plan()):
        await agreed.an_agreement_line(agreement, starts_on=date(2026, 6, 1))
    numbers = (named.number, "SA-NONE")

    both = await plan(
        replace(YEAR, agreement_ids=(named.id, other.id), criteria=replace(YEAR.criteria, numbers=numbers))
    )
    by_id = await plan(replace(YEAR, agreement_ids=(other.id,)))
    rest = await plan(replace(YEAR, show_report=False))

    assert [each["agreement_id"] for each in both["occurrences"]] == [named.id]
    assert [each["agreement_id"] for each in by_id["occurrences"]] == [other.id]
    assert (rest["lines_created"], rest["lines_there"], rest["occurrences"], rest["visits"]) == (1, 2, [], [])


# --- refused as a whole ----------------------------------------------------------------------------------------------


async def test_planning_is_refused_without_a_number_sequence() -> None:
    await gen_1()
    await NumberSequence.filter(code="service_order").delete()

    assert (await refusal(create_planned_service_orders, APRIL, actor=DISPATCHER))[0] is Code.NUMBER_SEQUENCE_MISSING


async def test_planning_is_refused_without_a_sequence_for_the_relations_that_are_copied() -> None:
    await gen_1()
    await NumberSequence.filter(code="service_object_relation").delete()

    assert (await refusal(create_planned_service_orders, APRIL, actor=DISPATCHER))[0] is Code.NUMBER_SEQUENCE_MISSING


async def test_planning_is_refused_without_a_stage_to_begin_in() -> None:
    await gen_1()
    await Stage.all().delete()

    assert (await refusal(create_planned_service_orders, APRIL, actor=DISPATCHER))[0] is Code.NO_INITIAL_STAGE


@pytest.mark.parametrize(
    ("command", "code", "path"),
    [
        (replace(APRIL, to_on=date(2007, 3, 31)), Code.INVALID, ("toOn",)),
        (replace(APRIL, to_on=date(2017, 5, 1)), Code.INVALID, ("toOn",)),
        (replace(APRIL, transaction_types=frozenset()), Code.INVALID, ("transactionTypes",)),
        (replace(APRIL, agreement_ids=(1, 99)), Code.NOT_FOUND, ("agreementIds", 1)),
    ],
)
async def test_days_types_and_agreements_have_to_make_sense(
    command: PlanVisits, code: Code, path: tuple[object, ...]
) -> None:
    await gen_1()

    assert await refusal(create_planned_service_orders, command, actor=DISPATCHER) == (code, path)


async def test_more_than_others_can_wait_for_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    await gen_1()

    monkeypatch.setattr(rules, "MOST_AT_ONCE", 12)
    assert await refusal(create_planned_service_orders, APRIL, actor=DISPATCHER) == (Code.INVALID, ("toOn",))
    monkeypatch.setattr(rules, "MOST_AT_ONCE", 13)
    monkeypatch.setattr(rules, "MOST_SHOWN", 12)
    assert await refusal(create_planned_service_orders, APRIL, actor=DISPATCHER) == (Code.INVALID, ("showReport",))
    assert (await plan(replace(APRIL, show_report=False)))["lines_created"] == 13


# --- only told -------------------------------------------------------------------------------------------------------


async def test_a_dry_run_tells_what_would_be_done_and_writes_nothing() -> None:
    agreement = await gen_1()
    await plan(replace(APRIL, to_on=date(2007, 4, 8)))
    await agreed.an_agreement_line(agreement, starts_on=date(2007, 4, 8), stopped=True)

    async with nothing_changes():
        told = await planned_service_orders(APRIL)
    done = await plan()

    assert (told["dry_run"], done["dry_run"]) == (True, False)
    assert fates(told) == {"CREATED": 8, "ALREADY_THERE": 5, "SKIPPED": 1}
    created = [each for each in told["occurrences"] if each["fate"] == "CREATED"]
    assert {each["order_id"] for each in created} == {None}
    for one in (told, done):
        one.pop("dry_run")
        for each in (*one["visits"], *one["occurrences"]):
            each["order_id"] = each["order_number"] = None
    assert told == done


async def test_it_takes_as_many_statements_for_many_visits_as_for_few() -> None:
    daily = await every(IntervalRange.DAILY)
    for _ in range(3):
        agreement = await an_agreement_to_plan()
        related, task = await agreed.a_related_object(agreement), await agreed.a_related_task(agreement)
        await agreed.an_agreement_line(
            agreement,
            starts_on=date(2026, 6, 1),
            interval_id=daily,
            object_relation_id=related.id,
            task_id=task.task_id,
        )
    few = PlanVisits(from_on=date(2026, 6, 1), to_on=date(2026, 6, 1))
    many = PlanVisits(from_on=date(2026, 6, 2), to_on=date(2026, 9, 1))

    sent = []
    for command in (few, many):
        with counting() as counted:
            await plan(command)
        sent.append(counted.count)

    assert await ServiceOrder.all().count() == 3 * 93
    assert sent[0] == sent[1] <= 45


async def test_planning_again_and_again_in_any_parts_makes_each_occurrence_once() -> None:
    chance = Random(20261123)  # noqa: S311 - a company, not a secret
    windows = [None, *[(await agreed.a_time_window(method=method)).id for method in ("WEEK", "MONTH")]]
    units = (IntervalRange.DAILY, IntervalRange.WEEKLY, IntervalRange.MONTHLY)
    intervals = [None, *[await every(unit, chance.randrange(1, 4)) for unit in units]]
    for combine_by in ("BY_SERVICE_AGREEMENT", "BY_EMPLOYEE"):
        agreement = await an_agreement_to_plan(
            starts_on=date(2026, 1, 1), ends_on=date(2026, 3, 31), combine_by=combine_by
        )
        for _ in range(4):
            await agreed.an_agreement_line(
                agreement,
                starts_on=date(2026, 1, 1) + timedelta(days=chance.randrange(60)),
                interval_id=chance.choice(intervals),
                time_window_id=chance.choice(windows),
                worker_id=chance.choice([None, (await rows.a_worker()).id]),
            )
    everything = PlanVisits(from_on=date(2026, 1, 1), to_on=date(2026, 4, 30))
    wanted = {
        (each["agreement_id"], each["line_number"], each["calculated_on"])
        for each in (await planned_service_orders(everything))["occurrences"]
    }
    for _ in range(12):
        first = date(2026, 1, 1) + timedelta(days=chance.randrange(100))
        part = PlanVisits(
            from_on=first, to_on=first + timedelta(days=chance.randrange(40)), continuous=chance.random() < 0.2
        )
        planned = await plan(part)
        async with nothing_changes():
            again = await plan(part)
        assert (again["lines_created"], again["lines_there"]) == (0, planned["lines_created"] + planned["lines_there"])
    await plan(everything)

    lines = {line.id: line for line in await ServiceAgreementLine.all()}
    made = [(lines[line.agreement_line_id or 0], line.calculated_on, line) for line in await ServiceOrderLine.all()]
    assert len(made) == len(wanted)
    assert {(line.agreement_id, line.line_number, str(on)) for line, on, _ in made} == wanted
    for _, _, line in made:
        assert line.earliest_on is not None
        assert line.latest_on is not None
        assert line.executes_on is not None
        assert line.earliest_on <= line.executes_on <= line.latest_on
    assert len(wanted) > 50
