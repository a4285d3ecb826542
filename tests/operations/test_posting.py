"""Posting: signed-off lines become project transactions once and for all, and the others are told why not."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.core.actor import Actor
from domain.core.errors import Code, NotPermitted, Path, Refused
from domain.core.operation import perform
from domain.numbering.models import NumberSequence
from domain.orders.criteria import OrderCriteria
from domain.orders.models import ServiceActivity, ServiceOrder, ServiceOrderLine
from domain.orders.operations import (
    ChangeServiceOrderLine,
    EndOrder,
    SetLineStatus,
    SignOffLine,
    cancel_service_order,
    cancel_service_order_line,
    change_service_order_line,
    delete_service_order,
    sign_off_service_order_line,
)
from domain.orders.rules import LineStatus, OrderProgress
from domain.parameters.models import ServiceManagementParameters
from domain.postings.models import JournalPosting, ProjectTransaction
from domain.postings.operations import (
    PostServiceOrder,
    PostServiceOrderLine,
    PostServiceOrders,
    post_service_order,
    post_service_order_line,
    post_service_orders,
)
from domain.projects.operations import DeleteJournal, DeleteProject, delete_journal, delete_project
from domain.projects.rules import TransactionType
from domain.stages.models import Stage
from tests.builders import actors, agreed, rows
from tests.builders.actors import DISPATCHER, MANAGER
from tests.builders.log import events, nothing_changes, of_orders, refusal
from tests.builders.posted import a_company_that_posts, a_line_done, a_transaction, an_order_done
from tests.builders.times import MONDAY, SetClock

pytestmark = pytest.mark.usefixtures("database")

HOUR, EXPENSE, ITEM, FEE = TransactionType
TODAY = MONDAY.date()
DAY = timedelta(days=1)


async def post(order: ServiceOrder, *types: TransactionType, **more: Any) -> dict[str, Any]:
    command = PostServiceOrder(order.id, transaction_types=frozenset(types or TransactionType), **more)
    return (await perform(post_service_order, command, actor=MANAGER)).result


async def post_refused(order: ServiceOrder, *types: TransactionType, **more: Any) -> tuple[Code, Path]:
    command = PostServiceOrder(order.id, transaction_types=frozenset(types or TransactionType), **more)
    return await refusal(post_service_order, command, actor=MANAGER)


async def statuses(order: ServiceOrder) -> list[LineStatus]:
    lines = await ServiceOrderLine.filter(order_id=order.id).order_by("line_number")
    return [line.status for line in lines]


async def stored(order: ServiceOrder) -> ServiceOrder:
    return await ServiceOrder.get(id=order.id)


# --- the specification's cases ---------------------------------------------------------------------------------------


async def test_tc_post_1_hours_are_posted_and_the_item_keeps_the_order_in_process() -> None:
    await a_company_that_posts()
    order = await an_order_done(HOUR, HOUR)
    await a_line_done(order, ITEM, signed_off_at=None)

    done = await post(order, HOUR)

    assert await statuses(order) == ["POSTED", "POSTED", "CREATED"]
    now = await stored(order)
    assert (now.progress, now.has_posted_lines) == (OrderProgress.IN_PROCESS, True)
    assert done["left"] == []
    assert await ProjectTransaction.all().count() == 2


async def test_tc_post_2_an_item_that_is_not_signed_off_is_not_posted() -> None:
    await a_company_that_posts()
    order = await an_order_done(HOUR, HOUR)
    await a_line_done(order, ITEM, signed_off_at=None)

    assert await post_refused(order, ITEM) == (Code.NOT_SIGNED_OFF, ("orderId",))


async def test_tc_stg_2_a_stage_that_forbids_it_refuses_to_post() -> None:
    await a_company_that_posts()
    await Stage.all().update(allow_post=False)
    closed = await rows.a_stage(await Stage.get(parent_id=None), name="Closed")
    order, last = await an_order_done(), await an_order_done(stage_id=closed.id)

    assert await post_refused(order) == (Code.STAGE_FORBIDS_POST, ("orderId",))
    line = await ServiceOrderLine.get(order_id=order.id)
    assert await refusal(post_service_order_line, PostServiceOrderLine(line.id), actor=MANAGER) == (
        Code.STAGE_FORBIDS_POST,
        ("lineId",),
    )
    await post(last)
    assert (await stored(last)).progress is OrderProgress.POSTED


# --- what is written -------------------------------------------------------------------------------------------------


async def test_a_line_becomes_a_transaction_under_a_voucher(set_clock: SetClock) -> None:
    await a_company_that_posts()
    agreement, category = await agreed.an_agreement(), await rows.a_project_category()
    meg, goodwill = await rows.a_worker(), await agreed.a_line_property(chargeable_percent=50)
    order = await an_order_done(FEE, agreement_id=agreement.id, project_id=agreement.project_id)
    line = await a_line_done(
        order,
        quantity=Decimal("1.5"),
        description="Grease the rails",
        category_id=category.id,
        worker_id=meg.id,
        line_property_id=goodwill.id,
        executes_on=TODAY - DAY,
    )
    set_clock.advance(timedelta(hours=2))

    done = await post(order, HOUR)

    voucher = await JournalPosting.get(id=done["posting_ids"][0])
    journal_id = (await ServiceManagementParameters.get(id=1)).journal_hour_id
    assert (voucher.number, voucher.journal_id, voucher.posted_by) == ("VOU-10001", journal_id, "Mona Manager")
    assert voucher.posted_at == MONDAY + timedelta(hours=2)
    [transaction] = await ProjectTransaction.all().values()
    assert transaction == {
        "id": 1,
        "posting_id": voucher.id,
        "order_id": order.id,
        "line_number": 2,
        "order_line_id": line.id,
        "project_id": agreement.project_id,
        "agreement_id": agreement.id,
        "transaction_type": "HOUR",
        "executed_on": TODAY - DAY,
        "description": "Grease the rails",
        "category_id": category.id,
        "line_property_id": goodwill.id,
        "offset_account_id": None,
        "worker_id": meg.id,
        "item_id": None,
        "quantity": Decimal("1.5000"),
        "unit": "h",
        "currency": "DKK",
        "cost_price_minor": 41000,
        "sales_price_minor": 69500,
        "cost_minor": 61500,
        "sales_minor": 52125,
        "version": 1,
    }
    assert [event.kind for event in await events()] == [
        "journal_posting_created",
        "project_transaction_created",
        "service_order_line_posted",
        "service_order_posted",
    ]


async def test_each_journal_gets_one_voucher_however_many_lines() -> None:
    await a_company_that_posts()
    first, second = await an_order_done(HOUR, HOUR, FEE), await an_order_done(HOUR, EXPENSE)

    report = (await perform(post_service_orders, PostServiceOrders(confirm_all=True), actor=MANAGER)).result

    assert [(each["order_id"], each["posted"]) for each in report] == [(first.id, 3), (second.id, 2)]
    assert await JournalPosting.all().count() == 3
    assert await ProjectTransaction.all().count() == 5
    sequence = await NumberSequence.get(code="journal_posting")
    assert sequence.next == 10004


async def test_amounts_are_rounded_once_half_up_and_negative_quantities_take_back() -> None:
    await a_company_that_posts()
    third = await agreed.a_line_property(chargeable_percent=33)
    order = await an_order_done()
    await ServiceOrderLine.all().delete()
    await a_line_done(order, quantity=Decimal("0.3333"), cost_price_minor=5, sales_price_minor=15)
    await a_line_done(order, quantity=Decimal(-1), line_property_id=third.id, sales_price_minor=101)

    await post(order)

    amounts = await ProjectTransaction.all().order_by("line_number").values_list("cost_minor", "sales_minor")
    # 0.3333 · 5 = 1.6665 → 2 and 0.3333 · 15 = 4.9995 → 5; -33 % of 101 = -33.33 → -33
    assert [tuple(each) for each in amounts] == [(2, 5), (-41000, -33)]


# --- prices ----------------------------------------------------------------------------------------------------------


async def test_prices_nobody_typed_are_those_of_the_day_it_was_done_and_of_who_did_it() -> None:
    await a_company_that_posts()
    meg, tim = await rows.a_worker(), await rows.a_worker()
    await rows.a_price(worker_id=meg.id, sales_price_minor=70000)
    await rows.a_price(worker_id=tim.id, sales_price_minor=80000, cost_price_minor=50000)
    await rows.a_price(worker_id=tim.id, sales_price_minor=90000, starts_on=TODAY)
    order = await an_order_done()
    line = await ServiceOrderLine.get(order_id=order.id)
    # Given to somebody else on the board, which asks for no price.
    await ServiceOrderLine.filter(id=line.id).update(worker_id=tim.id, executes_on=TODAY - DAY, sales_price_minor=70000)

    await post(order)

    [transaction] = await ProjectTransaction.all()
    assert (transaction.cost_price_minor, transaction.sales_price_minor) == (50000, 80000)
    posted = await ServiceOrderLine.get(id=line.id)
    assert (posted.cost_price_minor, posted.sales_price_minor) == (50000, 80000)


async def test_a_price_somebody_typed_stays() -> None:
    await a_company_that_posts()
    await rows.a_price()
    order = await an_order_done()
    await ServiceOrderLine.all().update(sales_price_minor=100, sales_price_modified=True)

    await post(order)

    [transaction] = await ProjectTransaction.all()
    assert (transaction.cost_price_minor, transaction.sales_price_minor) == (41000, 100)


async def test_what_nobody_has_priced_costs_nothing_and_is_charged_at_nothing() -> None:
    await a_company_that_posts()
    order = await an_order_done()
    await ServiceOrderLine.all().update(sales_price_minor=None, cost_price_minor=None)

    await post(order)

    [transaction] = await ProjectTransaction.all()
    assert (transaction.cost_minor, transaction.sales_minor) == (0, 0)


async def test_the_projects_line_property_is_the_lines_unless_it_has_its_own() -> None:
    await a_company_that_posts()
    warranty, full = await agreed.a_line_property(chargeable_percent=0), await agreed.a_line_property()
    project = await rows.a_project(line_property_id=warranty.id)
    order = await an_order_done(HOUR, HOUR, project_id=project.id)
    await ServiceOrderLine.filter(line_number=2).update(line_property_id=full.id)

    await post(order)

    found = await ProjectTransaction.all().order_by("line_number").values_list("line_property_id", "sales_minor")
    assert [tuple(each) for each in found] == [(warranty.id, 0), (full.id, 139000)]


async def test_an_expense_is_set_off_as_its_line_says_or_else_its_project() -> None:
    await a_company_that_posts()
    card, owed = await rows.a_ledger_account(), await rows.a_ledger_account()
    project = await rows.a_project(expense_offset_account_id=owed.id)
    order = await an_order_done(EXPENSE, EXPENSE, HOUR, project_id=project.id)
    await ServiceOrderLine.filter(line_number=2).update(offset_account_id=card.id)

    await post(order)

    posted = await ProjectTransaction.all().order_by("line_number")
    assert [transaction.offset_account_id for transaction in posted] == [owed.id, card.id, None]


# --- what is in the way ----------------------------------------------------------------------------------------------


async def test_what_is_missing_is_named() -> None:
    await a_company_that_posts(allow_without_service_agreement=False)
    agreement = await agreed.an_agreement()
    unattached = await an_order_done()
    no_project = await an_order_done(agreement_id=agreement.id, project_id=None)
    with_fee = await an_order_done(FEE, agreement_id=agreement.id)
    await ServiceManagementParameters.all().update(journal_fee_id=None)

    assert await post_refused(unattached) == (Code.AGREEMENT_REQUIRED, ("orderId",))
    assert await post_refused(no_project) == (Code.PROJECT_REQUIRED, ("orderId",))
    assert await post_refused(with_fee) == (Code.JOURNAL_MISSING, ("orderId",))
    await ServiceManagementParameters.all().update(allow_without_service_agreement=True)
    await post(unattached)


async def test_a_worker_the_project_does_not_take_is_not_posted() -> None:
    await a_company_that_posts()
    meg, tim, project = await rows.a_worker(), await rows.a_worker(), await rows.a_project()
    await rows.a_validation(project, worker_id=meg.id)
    order = await an_order_done(HOUR, HOUR, project_id=project.id)
    await ServiceOrderLine.filter(line_number=1).update(worker_id=meg.id)
    await ServiceOrderLine.filter(line_number=2).update(worker_id=tim.id)

    done = await post(order)

    assert [(each["line_number"], each["code"]) for each in done["left"]] == [(2, "PROJECT_VALIDATION")]
    assert await post_refused(order) == (Code.PROJECT_VALIDATION, ("orderId",))


async def test_lines_in_whose_way_something_is_stay_open_and_are_told() -> None:
    await a_company_that_posts()
    order = await an_order_done(HOUR, FEE)
    unsigned = await a_line_done(order, signed_off_at=None)
    await ServiceManagementParameters.all().update(journal_fee_id=None)

    done = await post(order)

    assert await statuses(order) == ["POSTED", "CREATED", "CREATED"]
    assert [(each["line_number"], each["code"]) for each in done["left"]] == [
        (2, "JOURNAL_MISSING"),
        (3, "NOT_SIGNED_OFF"),
    ]
    assert done["left"][1]["line_id"] == unsigned.id


async def test_only_days_and_types_asked_for_are_posted() -> None:
    await a_company_that_posts()
    order = await an_order_done()
    await ServiceOrderLine.all().delete()
    for day in range(4):
        await a_line_done(order, executes_on=TODAY + day * DAY)

    await post(order, from_on=TODAY + DAY, to_on=TODAY + 2 * DAY)

    assert await statuses(order) == ["CREATED", "POSTED", "POSTED", "CREATED"]
    assert await post_refused(order, from_on=TODAY + DAY, to_on=TODAY + 2 * DAY) == (
        Code.LINE_NOT_OPEN,
        ("orderId",),
    )
    assert await post_refused(order, from_on=TODAY, to_on=TODAY - DAY) == (Code.INVALID, ("toOn",))
    command = PostServiceOrder(order.id, transaction_types=frozenset())
    assert await refusal(post_service_order, command, actor=MANAGER) == (Code.INVALID, ("transactionTypes",))


async def test_what_does_not_exist_has_moved_on_or_draws_from_nothing_is_refused() -> None:
    await a_company_that_posts()
    order = await an_order_done()
    line = await ServiceOrderLine.get(order_id=order.id)

    assert await refusal(post_service_order, PostServiceOrder(404), actor=MANAGER) == (Code.NOT_FOUND, ("orderId",))
    assert await post_refused(order, expected_version=2) == (Code.VERSION_CONFLICT, ("expectedVersion",))
    by_line = [PostServiceOrderLine(404), PostServiceOrderLine(line.id, expected_version=2)]
    assert [await refusal(post_service_order_line, each, actor=MANAGER) for each in by_line] == [
        (Code.NOT_FOUND, ("lineId",)),
        (Code.VERSION_CONFLICT, ("expectedVersion",)),
    ]
    await NumberSequence.all().delete()
    assert (await post_refused(order))[0] is Code.NUMBER_SEQUENCE_MISSING


@pytest.mark.parametrize("actor", [DISPATCHER, actors.technician(1), actors.customer(1), actors.INTEGRATION])
async def test_posting_is_the_managers_to_approve(actor: Actor) -> None:
    await a_company_that_posts()
    order = await an_order_done()
    attempts: list[tuple[Any, Any]] = [
        (post_service_order, PostServiceOrder(order.id)),
        (post_service_order_line, PostServiceOrderLine(1)),
        (post_service_orders, PostServiceOrders(confirm_all=True)),
    ]
    for operation, command in attempts:
        async with nothing_changes():
            with pytest.raises(NotPermitted):
                await perform(operation, command, actor=actor)


# --- what is posted stays --------------------------------------------------------------------------------------------


async def test_a_posted_line_is_not_changed_cancelled_signed_off_or_posted_again() -> None:
    await a_company_that_posts()
    order = await an_order_done(HOUR, HOUR)
    first = await ServiceOrderLine.get(order_id=order.id, line_number=1)
    done = await perform(post_service_order_line, PostServiceOrderLine(first.id), actor=MANAGER)

    assert done.result == first.id
    assert await statuses(order) == ["POSTED", "CREATED"]
    attempts: list[tuple[Any, Any]] = [
        (change_service_order_line, ChangeServiceOrderLine(first.id, description="Other")),
        (cancel_service_order_line, SetLineStatus(first.id)),
        (sign_off_service_order_line, SignOffLine(first.id)),
        (post_service_order_line, PostServiceOrderLine(first.id)),
    ]
    for operation, command in attempts:
        assert (await refusal(operation, command, actor=MANAGER))[0] is Code.LINE_NOT_OPEN
    for operation in (cancel_service_order, delete_service_order):
        assert await refusal(operation, EndOrder(order.id), actor=MANAGER) == (Code.ALREADY_POSTED, ("orderId",))


async def test_a_repeat_with_the_same_key_posts_once() -> None:
    await a_company_that_posts()
    order = await an_order_done()
    command = PostServiceOrder(order.id)

    first = await perform(post_service_order, command, actor=MANAGER, key="k")
    async with nothing_changes():
        again = await perform(post_service_order, command, actor=MANAGER, key="k")

    assert again == first


async def test_a_visit_closes_when_none_of_its_lines_is_open_any_more() -> None:
    await a_company_that_posts()
    order = await an_order_done()
    visit, other = await rows.an_activity(order), await rows.an_activity(order)
    await ServiceOrderLine.all().update(activity_id=visit.id)
    unsigned = await a_line_done(order, activity_id=visit.id, signed_off_at=None)

    await post(order)
    assert not (await ServiceActivity.get(id=visit.id)).closed
    await ServiceOrderLine.filter(id=unsigned.id).update(signed_off_at=MONDAY)
    await post(order)

    assert (await ServiceActivity.get(id=visit.id)).closed
    assert not (await ServiceActivity.get(id=other.id)).closed
    assert "activity_closed" in [event.kind for event in await events()]


# --- many orders -----------------------------------------------------------------------------------------------------


async def test_a_report_tells_of_each_order_and_passes_over_those_not_meant() -> None:
    await a_company_that_posts()
    good, unsigned, nothing_asked = await an_order_done(), await an_order_done(), await an_order_done(FEE)
    await ServiceOrderLine.filter(order_id=unsigned.id).update(signed_off_at=None)
    partly = await an_order_done(HOUR, HOUR)
    await ServiceOrderLine.filter(order_id=partly.id, line_number=2).update(signed_off_at=None)

    command = PostServiceOrders(transaction_types=frozenset({HOUR}), confirm_all=True)
    report = (await perform(post_service_orders, command, actor=MANAGER)).result

    told = [(each["number"], each["posted"], each["code"], [left["code"] for left in each["left"]]) for each in report]
    assert told == [
        (good.number, 1, None, []),
        (unsigned.number, 0, "NOT_SIGNED_OFF", []),
        (partly.number, 1, None, ["NOT_SIGNED_OFF"]),
    ]
    assert await statuses(unsigned) == await statuses(nothing_asked) == ["CREATED"]


async def test_of_many_orders_one_that_is_refused_has_written_nothing() -> None:
    await a_company_that_posts(journal_item_id=None)
    closed = await rows.a_stage(await Stage.get(parent_id=None), allow_post=False)
    taken = await rows.a_project()
    await rows.a_validation(taken, worker_id=(await rows.a_worker()).id)
    meg = await rows.a_worker()
    first = await an_order_done(HOUR)
    refused = [
        await an_order_done(FEE, stage_id=closed.id),
        await an_order_done(TransactionType.ITEM),
        await an_order_done(EXPENSE, project_id=taken.id),
        await an_order_done(FEE),
    ]
    await ServiceOrderLine.filter(order_id=refused[2].id).update(worker_id=meg.id)
    await ServiceOrderLine.filter(order_id=refused[3].id).update(signed_off_at=None)
    last = await an_order_done(HOUR)
    before = await of_orders(*refused)

    report = (await perform(post_service_orders, PostServiceOrders(confirm_all=True), actor=MANAGER)).result

    codes = [None, "STAGE_FORBIDS_POST", "JOURNAL_MISSING", "PROJECT_VALIDATION", "NOT_SIGNED_OFF", None]
    assert [each["code"] for each in report] == codes
    assert await of_orders(*refused) == before
    assert {event.subject_id for event in await events() if event.subject_type == "service_order"} == {
        first.id,
        last.id,
    }
    # Fees and expenses, of which nothing was posted, have opened no voucher.
    assert [voucher.number for voucher in await JournalPosting.all()] == ["VOU-10001"]


async def test_without_a_sequence_of_vouchers_nothing_of_many_is_posted() -> None:
    await a_company_that_posts()
    orders = [await an_order_done(HOUR, FEE) for _ in range(2)]
    await NumberSequence.filter(code="journal_posting").delete()

    async with nothing_changes():
        done = await perform(post_service_orders, PostServiceOrders(confirm_all=True), actor=MANAGER)

    assert [(each["order_id"], each["posted"], each["code"]) for each in done.result] == [
        (order.id, 0, "NUMBER_SEQUENCE_MISSING") for order in orders
    ]


async def test_an_agreement_or_a_project_is_posted_with_its_orders() -> None:
    await a_company_that_posts()
    agreement, project = await agreed.an_agreement(), await rows.a_project()
    of_agreement = await an_order_done(agreement_id=agreement.id, project_id=agreement.project_id)
    of_project, other = await an_order_done(project_id=project.id), await an_order_done()

    for criteria in (OrderCriteria(agreement_ids=(agreement.id,)), OrderCriteria(project_ids=(project.id,))):
        await perform(post_service_orders, PostServiceOrders(criteria), actor=MANAGER)

    assert [(await stored(each)).progress for each in (of_agreement, of_project, other)] == [
        "POSTED",
        "POSTED",
        "IN_PROCESS",
    ]


async def test_all_orders_are_posted_only_when_that_is_meant() -> None:
    await a_company_that_posts()
    await an_order_done()

    assert await refusal(post_service_orders, PostServiceOrders(), actor=MANAGER) == (
        Code.CONFIRM_ALL_REQUIRED,
        ("confirmAll",),
    )
    backwards = PostServiceOrders(confirm_all=True, from_on=TODAY, to_on=TODAY - DAY)
    assert await refusal(post_service_orders, backwards, actor=MANAGER) == (Code.INVALID, ("toOn",))


async def test_of_several_posters_each_line_is_posted_once() -> None:
    await a_company_that_posts()
    orders = [await an_order_done(HOUR, HOUR, EXPENSE) for _ in range(4)]
    lines = await ServiceOrderLine.all()
    everything = PostServiceOrders(confirm_all=True)
    attempts: list[Any] = [(post_service_order, PostServiceOrder(order.id)) for order in orders for _ in range(2)]
    attempts += [(post_service_order_line, PostServiceOrderLine(line.id)) for line in lines]
    attempts += [(post_service_orders, everything)] * 3

    async def attempt(operation: Any, command: Any) -> object:
        try:
            return await perform(operation, command, actor=MANAGER)
        except Refused as refused:
            return refused.refusals[0].code

    outcomes = await asyncio.gather(*(attempt(*each) for each in attempts))

    assert {each for each in outcomes if isinstance(each, Code)} <= {Code.LINE_NOT_OPEN, Code.BUSY}
    posted = [transaction.order_line_id for transaction in await ProjectTransaction.all()]
    assert sorted(posted) == sorted(line.id for line in lines)
    assert {status for order in orders for status in await statuses(order)} == {LineStatus.POSTED}
    numbers = sorted(str(each) for each in await JournalPosting.all().values_list("number", flat=True))
    assert numbers == [f"VOU-{10001 + place}" for place in range(len(numbers))]
    assert await JournalPosting.filter(transactions__id__isnull=True).count() == 0


async def test_a_project_or_journal_with_transactions_is_not_deleted() -> None:
    transaction = await a_transaction()
    posting = await JournalPosting.get(id=transaction.posting_id)

    assert await refusal(delete_project, DeleteProject(transaction.project_id), actor=MANAGER) == (
        Code.IN_USE,
        ("projectId",),
    )
    assert await refusal(delete_journal, DeleteJournal(posting.journal_id), actor=MANAGER) == (
        Code.IN_USE,
        ("journalId",),
    )
