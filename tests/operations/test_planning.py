"""Planned visits in the database: the specification's examples, what an order takes over, what is refused and told."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
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
from domain.agreements.rules import IntervalRange, ItemSetup, WindowMethod
from domain.core.errors import Code
from domain.core.operation import perform
from domain.numbering.models import NumberSequence
from domain.orders.models import ItemRequirement, ServiceActivity, ServiceOrder, ServiceOrderLine
from domain.orders.operations import (
    EndOrder,
    SetLineStatus,
    cancel_service_order_line,
    delete_service_order,
)
from domain.orders.rules import LineStatus, OrderOrigin, OrderProgress
from domain.planning import rules
from domain.planning.operations import PlanVisits, create_planned_service_orders, planned_service_orders
from domain.projects.rules import TransactionType
from domain.service_objects.models import ServiceObjectRelation, ServiceTaskRelation
from domain.stages.models import Stage
from tests.builders import agreed, rows
from tests.builders.actors import DISPATCHER, MANAGER
from tests.builders.log import events, nothing_changes, refusal
from tests.builders.planned import APRIL, an_agreement_to_plan, every, fates, gen_1, plan, visits

pytestmark = pytest.mark.usefixtures("initial_stage")

YEAR = PlanVisits(from_on=date(2026, 1, 1), to_on=date(2026, 12, 31))


@pytest.fixture(autouse=True)
async def sequences(initial_stage: Stage) -> None:  # noqa: ARG001 - the database has to be open
    await rows.number_sequences()


# --- the specification's examples ------------------------------------------------------------------------------------


async def test_tc_gen_1_thirteen_lines_in_ten_orders_by_service_object() -> None:
    agreement = await gen_1()
    one, two = await ServiceObjectRelation.filter(agreement_id=agreement.id).order_by("id")

    report = await plan()

    found: dict[int, list[tuple[int, int]]] = {one.object_id: [], two.object_id: []}
    for order in await ServiceOrder.all().order_by("service_at"):
        [relation] = await ServiceObjectRelation.filter(order_id=order.id)
        lines = await ServiceOrderLine.filter(order_id=order.id)
        assert {line.object_relation_id for line in lines} == {relation.id}
        assert order.service_at is not None
        found[relation.object_id].append((order.service_at.day, len(lines)))
    assert found == {
        one.object_id: [(1, 1), (8, 1), (15, 1), (22, 1), (29, 1)],
        two.object_id: [(1, 2), (8, 1), (15, 2), (22, 1), (29, 2)],
    }
    assert (report["orders_created"], report["lines_created"], fates(report)) == (10, 13, {"CREATED": 13})
    assert (await ServiceOrder.all().count(), await ServiceOrderLine.all().count()) == (10, 13)


async def test_tc_gen_3_a_second_run_finds_everything_already_there() -> None:
    await gen_1()
    await plan()

    async with nothing_changes():
        report = await plan()

    assert (report["orders_created"], fates(report)) == (0, {"ALREADY_THERE": 13})
    assert {each["order_number"] for each in report["occurrences"]} == {f"SO-{10001 + n}" for n in range(10)}


async def test_tc_gen_4_a_run_is_cut_to_the_agreements_validity() -> None:
    agreement = await an_agreement_to_plan(starts_on=date(2012, 1, 1), ends_on=date(2012, 12, 31))
    weekly = await every(IntervalRange.WEEKLY)
    await agreed.an_agreement_line(agreement, interval_id=weekly)

    report = await plan(PlanVisits(from_on=date(2012, 11, 1), to_on=date(2013, 2, 1)))

    days = [day for day, _ in visits(report)]
    assert (days[0], days[-1], len(days)) == ("2012-11-04", "2012-12-30", 9)


async def test_tc_gen_5_only_a_line_that_holds_gives_orders() -> None:
    agreement = await an_agreement_to_plan(starts_on=date(2012, 1, 1), ends_on=date(2012, 12, 31))
    weekly = await every(IntervalRange.WEEKLY)
    for starts_on, ends_on in ((date(2012, 1, 2), date(2012, 3, 1)), (date(2012, 4, 1), date(2012, 12, 31))):
        await agreed.an_agreement_line(agreement, starts_on=starts_on, ends_on=ends_on, interval_id=weekly)

    report = await plan(PlanVisits(from_on=date(2012, 10, 1), to_on=date(2012, 12, 31)))

    assert {tuple(lines) for _, lines in visits(report)} == {(2,)}
    assert report["orders_created"] == 13


async def test_tc_gen_6_every_ten_days_in_a_month_is_three_orders() -> None:
    agreement = await an_agreement_to_plan()
    await agreed.an_agreement_line(
        agreement, starts_on=date(2012, 2, 5), interval_id=await every(IntervalRange.DAILY, 10)
    )

    report = await plan(PlanVisits(from_on=date(2012, 2, 5), to_on=date(2012, 3, 5)))

    assert visits(report) == [("2012-02-05", [1]), ("2012-02-15", [1]), ("2012-02-25", [1])]


async def test_tc_gen_10_without_a_window_a_visit_is_created_on_a_closed_day_with_a_warning() -> None:
    await rows.the_parameters(calendar_id=(await rows.a_calendar()).id)
    agreement = await an_agreement_to_plan()
    await agreed.an_agreement_line(agreement, starts_on=date(2026, 11, 22))

    report = await plan(YEAR)

    order = await ServiceOrder.get()
    assert order.calendar_conflict
    # A Sunday: nothing opens, so it is eight o'clock in Copenhagen.
    assert order.service_at == datetime(2026, 11, 22, 7, tzinfo=UTC)
    assert (report["calendar_conflicts"], report["visits"][0]["calendar_conflict"]) == (1, True)
    assert report["visits"][0]["why"].endswith("The calendar is closed that day.")


async def test_tc_tw_1_and_2_a_window_is_the_open_days_of_the_month_or_week() -> None:
    await rows.the_parameters(calendar_id=(await rows.a_calendar()).id)
    agreement = await an_agreement_to_plan()
    weekly = await every(IntervalRange.YEARLY)
    for place, method in enumerate((WindowMethod.MONTH, WindowMethod.WEEK)):
        await agreed.an_agreement_line(
            agreement,
            starts_on=date(2016, 2, 15),
            interval_id=weekly,
            time_window_id=(await agreed.a_time_window(method=method)).id,
            description=f"{place}",
        )

    await plan(PlanVisits(from_on=date(2017, 1, 1), to_on=date(2017, 12, 31)))

    month, week = await ServiceOrderLine.all().order_by("id")
    assert (month.earliest_on, month.latest_on) == (date(2017, 2, 1), date(2017, 2, 28))
    assert (week.earliest_on, week.latest_on) == (date(2017, 2, 13), date(2017, 2, 17))
    assert {line.executes_on for line in (month, week)} == {date(2017, 2, 15)}


# --- what an order is ------------------------------------------------------------------------------------------------


async def test_an_order_takes_over_what_its_agreement_says(initial_stage: Stage) -> None:
    customer = await rows.a_customer()
    first, _ = await rows.an_address(customer), await rows.an_address(customer)
    technician, responsible, contact = await rows.a_worker(), await rows.a_worker(), await rows.a_contact(customer)
    agreement = await an_agreement_to_plan(
        project_id=(await rows.a_project(customer_id=customer.id)).id,
        preferred_technician_id=technician.id,
        responsible_id=responsible.id,
        contact_id=contact.id,
        activity_type_id=(await rows.an_activity_type()).id,
    )
    related, task = await agreed.a_related_object(agreement, serial_number="7"), await agreed.a_related_task(agreement)
    await agreed.a_related_object(agreement)
    line = await agreed.an_agreement_line(
        agreement,
        starts_on=date(2026, 6, 1),
        description="Lift service",
        quantity=Decimal("2.5"),
        worker_id=technician.id,
        task_id=task.task_id,
        object_relation_id=related.id,
        starts_after_minute=10 * 60 + 30,
    )

    await plan(YEAR)

    order = await ServiceOrder.get()
    assert (order.number, order.origin, order.progress) == ("SO-10001", OrderOrigin.AGREEMENT, OrderProgress.IN_PROCESS)
    assert (order.customer_id, order.address_id, order.contact_id) == (customer.id, first.id, contact.id)
    assert (order.agreement_id, order.project_id, order.stage_id) == (
        agreement.id,
        agreement.project_id,
        initial_stage.id,
    )
    assert (order.preferred_technician_id, order.responsible_id) == (technician.id, responsible.id)
    assert (order.description, order.calendar_conflict) == ("Two lifts", False)
    assert order.service_at == datetime(2026, 6, 1, 8, 30, tzinfo=UTC)

    made = await ServiceOrderLine.get()
    assert (made.line_number, made.transaction_type, made.status) == (1, TransactionType.HOUR, LineStatus.CREATED)
    assert (made.description, made.quantity, made.unit) == ("Lift service", Decimal("2.5"), "h")
    assert (made.agreement_line_id, made.calculated_on, made.executes_on) == (line.id, line.starts_on, line.starts_on)
    assert (made.earliest_on, made.latest_on) == (line.starts_on, line.starts_on)
    assert (made.worker_id, made.task_id, made.category_id) == (technician.id, task.task_id, line.category_id)

    # Of the agreement's objects the one that the line is about.
    copy = await ServiceObjectRelation.get(order_id=order.id)
    assert (copy.object_id, copy.serial_number, made.object_relation_id) == (related.object_id, "7", copy.id)
    noted = await ServiceTaskRelation.get(order_id=order.id)
    assert (noted.task_id, noted.internal_note) == (task.task_id, task.internal_note)

    activity = await ServiceActivity.get()
    assert made.activity_id == activity.id
    assert (activity.number, activity.title) == ("SO-10001-1", "Lift service")
    assert (activity.worker_id, activity.task_id) == (technician.id, task.task_id)
    assert activity.type_id == agreement.activity_type_id
    assert (activity.starts_at, activity.ends_at) == (order.service_at, order.service_at + timedelta(hours=2.5))

    kinds = [event.kind for event in await events()]
    assert kinds == [
        "service_order_created",
        "service_object_relation_created",
        "service_task_relation_created",
        "activity_created",
        "service_order_line_created",
    ]


async def test_people_who_have_left_and_contacts_of_others_are_not_taken_over() -> None:
    gone, contact = await rows.a_worker(active=False), await rows.a_contact()
    agreement = await an_agreement_to_plan(
        preferred_technician_id=gone.id, responsible_id=gone.id, contact_id=contact.id
    )
    await agreed.an_agreement_line(agreement, starts_on=date(2026, 6, 1), worker_id=gone.id)

    await plan(YEAR)

    order, line = await ServiceOrder.get(), await ServiceOrderLine.get()
    assert (order.preferred_technician_id, order.responsible_id, order.contact_id) == (None, None, None)
    assert line.worker_id is None
    assert (await ServiceActivity.get()).worker_id is None


async def test_lines_of_hours_with_equal_worker_and_task_share_an_activity() -> None:
    agreement, worker = await an_agreement_to_plan(), await rows.a_worker()
    for worker_id, type_ in ((worker.id, "HOUR"), (worker.id, "HOUR"), (None, "HOUR"), (worker.id, "FEE")):
        await agreed.an_agreement_line(
            agreement, starts_on=date(2026, 6, 1), worker_id=worker_id, transaction_type=TransactionType(type_)
        )

    await plan(YEAR)

    one, two = await ServiceActivity.all().order_by("id")
    lines = await ServiceOrderLine.all().order_by("line_number")
    assert [line.activity_id for line in lines] == [one.id, one.id, two.id, None]
    assert one.starts_at is not None
    assert one.ends_at == one.starts_at + timedelta(hours=2)
    assert (one.overlap_accepted, two.overlap_accepted) == (True, False)


async def test_activities_wait_for_their_stage(initial_stage: Stage) -> None:
    later = await rows.a_stage(initial_stage)
    await rows.the_parameters(activity_generation_stage_id=later.id)
    await agreed.an_agreement_line(await an_agreement_to_plan(), starts_on=date(2026, 6, 1))

    await plan(YEAR)

    assert await ServiceActivity.all().count() == 0
    assert (await ServiceOrderLine.get()).activity_id is None


@pytest.mark.parametrize(
    ("combine_by", "orders"),
    [
        ("BY_SERVICE_AGREEMENT", [[1, 2, 3, 4]]),
        ("BY_SERVICE_TASK", [[1, 3], [2], [4]]),
        ("BY_EMPLOYEE", [[1, 2], [3, 4]]),
        ("BY_SERVICE_OBJECT", [[1, 4], [2, 3]]),
    ],
)
async def test_lines_are_combined_in_four_ways(combine_by: str, orders: list[list[int]]) -> None:
    agreement = await an_agreement_to_plan(combine_by=combine_by)
    task_1, task_2 = [(await agreed.a_related_task(agreement)).task_id for _ in range(2)]
    worker = (await rows.a_worker()).id
    lift = (await agreed.a_related_object(agreement)).id
    for task_id, worker_id, relation_id in (
        (task_1, worker, lift),
        (task_2, worker, None),
        (task_1, None, None),
        (None, None, lift),
    ):
        await agreed.an_agreement_line(
            agreement,
            starts_on=date(2026, 6, 1),
            task_id=task_id,
            worker_id=worker_id,
            object_relation_id=relation_id,
        )

    report = await plan(YEAR)

    assert sorted(lines for _, lines in visits(report)) == orders
    assert await ServiceOrder.all().count() == len(orders)


async def test_windows_that_share_a_day_make_one_visit_on_the_day_that_moves_it_least() -> None:
    await rows.the_parameters(calendar_id=(await rows.a_calendar()).id)
    agreement = await an_agreement_to_plan()
    week, month = await agreed.a_time_window(), await agreed.a_time_window(method=WindowMethod.MONTH)
    yearly = await every(IntervalRange.YEARLY)
    for day, window in ((3, month), (11, week), (13, week)):
        await agreed.an_agreement_line(
            agreement, starts_on=date(2025, 6, day), interval_id=yearly, time_window_id=window.id
        )

    report = await plan(YEAR)

    assert visits(report) == [("2026-06-11", [1, 2, 3])]
    assert report["visits"][0]["displacement_days"] == 10


# --- again, and before -----------------------------------------------------------------------------------------------


async def test_a_cancelled_line_is_there_and_a_deleted_one_is_not() -> None:
    agreement = await an_agreement_to_plan()
    await agreed.an_agreement_line(agreement, starts_on=date(2026, 6, 1), interval_id=await every(IntervalRange.YEARLY))
    await plan(YEAR)
    line = await ServiceOrderLine.get()

    await perform(cancel_service_order_line, SetLineStatus(line.id), actor=DISPATCHER)
    cancelled = await plan(YEAR)
    await perform(delete_service_order, EndOrder(line.order_id), actor=DISPATCHER)
    deleted = await plan(YEAR)

    assert (fates(cancelled), fates(deleted)) == ({"ALREADY_THERE": 1}, {"CREATED": 1})


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


async def test_a_line_that_requires_an_item_gives_a_requirement_and_no_line() -> None:
    agreement = await an_agreement_to_plan()
    item, site = await rows.an_item(), await rows.an_address()
    await agreed.an_agreement_line(agreement, starts_on=date(2026, 6, 1))
    required = await agreed.an_agreement_line(
        agreement,
        starts_on=date(2026, 6, 1),
        transaction_type=TransactionType.ITEM,
        item_id=item.id,
        item_setup=ItemSetup.ITEM_REQUIREMENT,
        site_id=site.id,
        quantity=Decimal(4),
        unit="pcs",
    )

    report = await plan(YEAR)
    again = await plan(YEAR)

    order, line, made = await ServiceOrder.get(), await ServiceOrderLine.get(), await ItemRequirement.get()
    assert (report["orders_created"], fates(report)) == (1, {"CREATED": 2})
    assert (again["orders_created"], fates(again)) == (0, {"ALREADY_THERE": 2})
    assert (order.has_item_requirements, line.transaction_type) == (True, TransactionType.HOUR)
    assert (made.order_id, made.item_id, made.site_id, made.quantity) == (order.id, item.id, site.id, Decimal(4))
    assert (made.agreement_line_id, made.calculated_on, made.required_on) == (required.id, *[date(2026, 6, 1)] * 2)
    assert made.project_id == agreement.project_id


async def test_planned_orders_get_visits_of_their_own_where_the_company_wants_them() -> None:
    agreement = await an_agreement_to_plan()
    await agreed.an_agreement_line(agreement, starts_on=date(2026, 6, 1), transaction_type=TransactionType.FEE)
    await rows.the_parameters(create_activity_for_order=True, activity_category="Appointment")

    await plan(YEAR)

    visit = await ServiceActivity.get()
    # On its day: what is planned for next year does not wait among today's.
    assert visit.starts_at == (await ServiceOrder.get()).service_at is not None
    assert (visit.number, visit.category, visit.worker_id) == (
        f"{(await ServiceOrder.get()).number}-1",
        "Appointment",
        None,
    )


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
