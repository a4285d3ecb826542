"""What work earned: by order, agreement and project, and who sees it."""

from datetime import date, timedelta

import pytest

from domain.orders.rules import Margin
from domain.postings.models import ProjectTransaction
from domain.postings.queries import MarginCriteria, MarginSubject, margin_report, visible_transactions
from tests.builders import actors, agreed, rows
from tests.builders.actors import DISPATCHER, MANAGER
from tests.builders.posted import a_transaction
from tests.builders.times import MONDAY

pytestmark = pytest.mark.usefixtures("database")

TODAY = MONDAY.date()
DAY = timedelta(days=1)


async def test_margins_are_posted_sales_less_posted_cost_by_order_agreement_and_project() -> None:
    agreement = await agreed.an_agreement(description="Two lifts")
    one = await rows.an_order(agreement_id=agreement.id, project_id=agreement.project_id)
    two = await rows.an_order(project_id=(await rows.a_project()).id)
    await a_transaction(one)
    await a_transaction(one, cost_minor=100, sales_minor=50, currency="EUR")
    await a_transaction(one, cost_minor=0, sales_minor=1000)
    await a_transaction(two, executed_on=date(2026, 1, 5))

    by_order = await margin_report(MarginSubject.ORDER, MarginCriteria(), first=10)
    by_agreement = await margin_report(MarginSubject.AGREEMENT, MarginCriteria(), first=10)
    by_project = await margin_report(MarginSubject.PROJECT, MarginCriteria(), first=10)

    first, second = by_order.lines
    assert (first.number, first.transactions) == (one.number, 3)
    assert first.margins == (Margin("DKK", 82000, 140000), Margin("EUR", 100, 50))
    assert [each.amount for each in first.margins] == [58000, -50]
    assert second.margins == (Margin("DKK", 82000, 139000),)
    assert by_order.totals == (Margin("DKK", 164000, 279000), Margin("EUR", 100, 50))
    assert [(line.subject_id, line.description) for line in by_agreement.lines] == [(agreement.id, "Two lifts")]
    assert by_agreement.lines[0].margins == first.margins
    assert len(by_project.lines) == 2


async def test_margins_are_narrowed_and_paged() -> None:
    orders = [await rows.an_order(project_id=(await rows.a_project()).id) for _ in range(5)]
    for place, order in enumerate(orders):
        await a_transaction(order, executed_on=TODAY + place * DAY)

    page = await margin_report(MarginSubject.ORDER, MarginCriteria(), first=2)
    rest = await margin_report(MarginSubject.ORDER, MarginCriteria(), first=3, after=page.lines[-1].subject_id)
    narrowed = [
        MarginCriteria(from_on=TODAY + DAY, to_on=TODAY + 2 * DAY),
        MarginCriteria(customer_ids=(orders[1].customer_id, orders[2].customer_id)),
        MarginCriteria(order_ids=(orders[1].id, orders[2].id)),
        MarginCriteria(project_ids=(orders[1].project_id or 0, orders[2].project_id or 0)),
    ]

    assert [line.subject_id for line in page.lines] == [order.id for order in orders[:2]]
    assert (page.has_next, rest.has_next) == (True, False)
    assert [line.subject_id for line in rest.lines] == [order.id for order in orders[2:]]
    assert page.totals == rest.totals == (Margin("DKK", 5 * 82000, 5 * 139000),)
    for criteria in narrowed:
        report = await margin_report(MarginSubject.ORDER, criteria, first=10)
        assert [line.subject_id for line in report.lines] == [orders[1].id, orders[2].id]
        assert report.totals == (Margin("DKK", 164000, 278000),)
    nothing = await margin_report(MarginSubject.ORDER, MarginCriteria(order_ids=()), first=10)
    assert (nothing.lines, nothing.totals) == ((), ())


async def test_what_work_costs_is_seen_by_managers_alone() -> None:
    await a_transaction()

    seen = {
        actor.name: await ProjectTransaction.filter(visible_transactions(actor)).count()
        for actor in (MANAGER, DISPATCHER, actors.technician(1), actors.customer(1), actors.INTEGRATION)
    }

    assert {name for name, count in seen.items() if count} == {"Mona Manager"}
