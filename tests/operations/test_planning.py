"""Planned visits in the database: the specification's examples, and what an order takes over."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from domain.agreements.rules import IntervalRange, ItemSetup, WindowMethod
from domain.orders.models import ItemRequirement, ServiceActivity, ServiceOrder, ServiceOrderLine
from domain.orders.rules import LineStatus, OrderOrigin, OrderProgress
from domain.planning.operations import PlanVisits
from domain.projects.rules import TransactionType
from domain.service_objects.models import ServiceObjectRelation, ServiceTaskRelation
from domain.stages.models import Stage
from tests.builders import agreed, rows
from tests.builders.log import events, nothing_changes
from tests.builders.planned import an_agreement_to_plan, every, fates, gen_1, plan, visits

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
