"""What lines of orders and agreements cost and are sold for while they are open, and what their projects take."""

from decimal import Decimal
from typing import Any

import pytest

from domain.agreements.models import ServiceAgreementLine
from domain.agreements.operations import (
    AddServiceAgreementLine,
    ChangeServiceAgreementLine,
    NewAgreementLine,
    add_service_agreement_line,
    change_service_agreement_line,
)
from domain.core.errors import Code, Path
from domain.core.operation import perform
from domain.orders.models import ServiceOrder, ServiceOrderLine
from domain.orders.operations import (
    AddServiceOrderLine,
    ChangeServiceOrderLine,
    NewLine,
    add_service_order_line,
    change_service_order_line,
)
from domain.projects.rules import TransactionType
from tests.builders import agreed, rows
from tests.builders.actors import DISPATCHER, MANAGER
from tests.builders.log import nothing_changes, refusal
from tests.builders.times import MONDAY

pytestmark = pytest.mark.usefixtures("database")

HOUR = TransactionType.HOUR


async def an_order(**columns: Any) -> ServiceOrder:
    """An order on a project, for this Monday."""
    if "project_id" not in columns:
        columns["project_id"] = (await rows.a_project()).id
    return await rows.an_order(service_at=MONDAY, **columns)


async def added(order: ServiceOrder, **columns: Any) -> ServiceOrderLine:
    new = NewLine(HOUR, Decimal(1), **columns)
    done = await perform(add_service_order_line, AddServiceOrderLine(order.id, new), actor=DISPATCHER)
    return await ServiceOrderLine.get(id=done.result)


async def change(line: ServiceOrderLine, **columns: Any) -> ServiceOrderLine:
    await perform(change_service_order_line, ChangeServiceOrderLine(line.id, **columns), actor=DISPATCHER)
    return await ServiceOrderLine.get(id=line.id)


def prices(line: ServiceOrderLine | ServiceAgreementLine) -> tuple[int | None, int | None, bool]:
    return line.cost_price_minor, line.sales_price_minor, line.sales_price_modified


# --- lines of orders -------------------------------------------------------------------------------------------------


async def test_a_new_line_has_the_most_specific_price_in_the_companys_currency() -> None:
    await rows.the_parameters(currency="SEK")
    order, category = await an_order(), await rows.a_project_category()
    await rows.a_price(currency="SEK", category_id=category.id)
    await rows.a_price(currency="SEK", project_id=order.project_id, cost_price_minor=None, sales_price_minor=90000)

    line = await added(order, category_id=category.id)

    assert (line.currency, *prices(line)) == ("SEK", 41000, 90000, False)


async def test_a_line_without_a_price_set_up_has_none() -> None:
    line = await added(await an_order())

    assert prices(line) == (None, None, False)


async def test_another_worker_or_project_brings_another_price_unless_somebody_typed_one() -> None:
    meg, tim, project = await rows.a_worker(), await rows.a_worker(), await rows.a_project()
    await rows.a_price()
    await rows.a_price(worker_id=meg.id, cost_price_minor=50000, sales_price_minor=80000)
    await rows.a_price(project_id=project.id, cost_price_minor=None, sales_price_minor=100)
    line = await added(await an_order(), worker_id=meg.id)

    assert prices(line) == (50000, 80000, False)
    assert prices(await change(line, worker_id=tim.id)) == (41000, 69500, False)
    assert prices(await change(line, sales_price=Decimal("12.5"))) == (41000, 1250, True)
    assert prices(await change(line, worker_id=meg.id)) == (50000, 1250, True)
    assert prices(await change(line, sales_price=None)) == (50000, 80000, False)
    assert prices(await change(line, project_id=project.id)) == (50000, 100, False)


async def test_a_price_may_be_typed_with_a_new_line_in_another_currency() -> None:
    await rows.a_price()

    line = await added(await an_order(), currency="eur", sales_price=Decimal(90))

    assert (line.currency, *prices(line)) == ("EUR", None, 9000, True)


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"sales_price": Decimal(-1)}, ("salesPrice",)),
        ({"sales_price": Decimal("0.001")}, ("salesPrice",)),
        ({"currency": "kr"}, ("currency",)),
        ({"starts_minute": 480, "ends_minute": 540}, ("startTime",)),
    ],
)
async def test_what_is_no_price_or_time_is_refused(wrong: dict[str, Any], path: Path) -> None:
    order = await an_order()
    line = await rows.a_line(order)
    new = AddServiceOrderLine(order.id, NewLine(HOUR, Decimal(1), **wrong))

    assert await refusal(add_service_order_line, new, actor=DISPATCHER) == (Code.INVALID, ("line", *path))
    if "currency" not in wrong:
        changed = ChangeServiceOrderLine(line.id, **wrong)
        assert await refusal(change_service_order_line, changed, actor=DISPATCHER) == (Code.INVALID, path)


async def test_hours_last_from_when_to_when_where_the_settings_and_the_journal_say_so() -> None:
    journal = await rows.a_journal(show_start_end_time=True)
    await rows.the_parameters(journal_hour_id=journal.id, show_start_end_time=True)
    order = await an_order()

    line = await added(order, starts_minute=480, ends_minute=600)
    line = await change(line, ends_minute=1440)

    assert (line.starts_minute, line.ends_minute) == (480, 1440)
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"ends_minute": None}, "endTime"),
        ({"starts_minute": None}, "startTime"),
        ({"ends_minute": 480}, "endTime"),
        ({"ends_minute": 1441}, "endTime"),
        ({"starts_minute": -1}, "endTime"),
    ]
    for columns, path in wrong:
        changed = ChangeServiceOrderLine(line.id, **columns)
        assert await refusal(change_service_order_line, changed, actor=DISPATCHER) == (Code.INVALID, (path,))
    fee = NewLine(TransactionType.FEE, Decimal(1), starts_minute=480, ends_minute=600)
    assert await refusal(add_service_order_line, AddServiceOrderLine(order.id, fee), actor=DISPATCHER) == (
        Code.INVALID,
        ("line", "startTime"),
    )
    cleared = await change(line, starts_minute=None, ends_minute=None)
    assert (cleared.starts_minute, cleared.ends_minute) == (None, None)


async def test_a_project_takes_only_whom_it_says() -> None:
    meg, tim, project = await rows.a_worker(), await rows.a_worker(), await rows.a_project()
    await rows.a_validation(project, worker_id=meg.id)
    order = await an_order(project_id=project.id)

    line = await added(order, worker_id=meg.id)
    nobody = await added(order)

    new = AddServiceOrderLine(order.id, NewLine(HOUR, Decimal(1), worker_id=tim.id))
    expected = (Code.PROJECT_VALIDATION, ("line", "projectId"))
    assert await refusal(add_service_order_line, new, actor=DISPATCHER) == expected
    for each in (line, nobody):
        changed = ChangeServiceOrderLine(each.id, worker_id=tim.id)
        assert await refusal(change_service_order_line, changed, actor=DISPATCHER) == (
            Code.PROJECT_VALIDATION,
            ("projectId",),
        )
    other = await added(await an_order(), worker_id=tim.id)
    moved = ChangeServiceOrderLine(other.id, project_id=project.id)
    assert (await refusal(change_service_order_line, moved, actor=DISPATCHER))[0] is Code.PROJECT_VALIDATION


async def test_who_has_left_and_what_is_inactive_may_be_chosen_where_the_company_lets_it() -> None:
    gone = await rows.a_worker(active=False)
    retired = await rows.a_project_category(active_in_journals=False)
    order = await an_order()
    by_gone = AddServiceOrderLine(order.id, NewLine(HOUR, Decimal(1), worker_id=gone.id))
    of_retired = AddServiceOrderLine(order.id, NewLine(HOUR, Decimal(1), category_id=retired.id))

    expected = (Code.WORKER_INACTIVE, ("line", "workerId"))
    assert await refusal(add_service_order_line, by_gone, actor=DISPATCHER) == expected
    assert await refusal(add_service_order_line, of_retired, actor=DISPATCHER) == (
        Code.INVALID,
        ("line", "categoryId"),
    )
    await rows.the_parameters(inactive_categories_selectable=True, terminated_workers_selectable=True)
    await perform(add_service_order_line, by_gone, actor=DISPATCHER)
    await perform(add_service_order_line, of_retired, actor=DISPATCHER)


# --- lines of agreements ---------------------------------------------------------------------------------------------


async def test_a_line_of_an_agreement_is_priced_on_its_first_day() -> None:
    agreement, category = await agreed.an_agreement(), await rows.a_project_category()
    charged = await agreed.a_line_property()
    await rows.a_price()
    await rows.a_price(category_id=category.id, starts_on=MONDAY.date(), sales_price_minor=99900)
    new = NewAgreementLine(HOUR, category.id, charged.id, Decimal(1))

    done = await perform(add_service_agreement_line, AddServiceAgreementLine(agreement.id, new), actor=MANAGER)
    assert prices(await ServiceAgreementLine.get(id=done.result)) == (41000, 69500, False)
    await perform(
        change_service_agreement_line,
        ChangeServiceAgreementLine(done.result, starts_on=MONDAY.date()),
        actor=MANAGER,
    )
    assert prices(await ServiceAgreementLine.get(id=done.result)) == (41000, 99900, False)
    typed = ChangeServiceAgreementLine(done.result, sales_price=Decimal(500))
    await perform(change_service_agreement_line, typed, actor=MANAGER)
    async with nothing_changes():
        await perform(change_service_agreement_line, typed, actor=MANAGER)
    assert prices(await ServiceAgreementLine.get(id=done.result)) == (41000, 50000, True)
    below = ChangeServiceAgreementLine(done.result, sales_price=Decimal(-1))
    assert await refusal(change_service_agreement_line, below, actor=MANAGER) == (Code.INVALID, ("salesPrice",))


async def test_lines_of_agreements_obey_the_same_settings_and_validation() -> None:
    agreement, charged = await agreed.an_agreement(), await agreed.a_line_property()
    retired = await rows.a_project_category(active_in_journals=False)
    gone = await rows.a_worker(active=False)
    by_gone = NewAgreementLine(HOUR, retired.id, charged.id, Decimal(1), worker_id=gone.id)
    add = AddServiceAgreementLine(agreement.id, by_gone)

    assert (await refusal(add_service_agreement_line, add, actor=MANAGER))[0] is Code.WORKER_INACTIVE
    parameters = await rows.the_parameters(terminated_workers_selectable=True)
    assert await refusal(add_service_agreement_line, add, actor=MANAGER) == (Code.INVALID, ("line", "categoryId"))
    parameters.inactive_categories_selectable = True
    await parameters.save()
    done = await perform(add_service_agreement_line, add, actor=MANAGER)
    await rows.a_validation(await agreement.project, worker_id=(await rows.a_worker()).id)
    assert await refusal(add_service_agreement_line, add, actor=MANAGER) == (
        Code.PROJECT_VALIDATION,
        ("line", "projectId"),
    )
    moved = ChangeServiceAgreementLine(done.result, worker_id=(await rows.a_worker()).id)
    assert (await refusal(change_service_agreement_line, moved, actor=MANAGER))[0] is Code.PROJECT_VALIDATION
