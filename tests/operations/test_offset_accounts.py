"""What expenses are set off against: the project's account, from its agreements' lines to what is posted."""

from dataclasses import replace
from datetime import date
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
from domain.core.errors import Code
from domain.core.operation import perform
from domain.orders.models import ServiceOrder, ServiceOrderLine
from domain.orders.operations import (
    AddServiceOrderLine,
    ChangeServiceOrderLine,
    CopyLinesToOrder,
    NewLine,
    add_service_order_line,
    change_service_order_line,
    copy_lines_to_service_order,
)
from domain.planning.operations import PlanVisits
from domain.projects.models import Project
from domain.projects.operations import ChangeProject, change_project
from domain.projects.rules import TransactionType
from tests.builders import agreed, rows
from tests.builders.actors import DISPATCHER, MANAGER
from tests.builders.log import refusal
from tests.builders.planned import an_agreement_to_plan, plan

pytestmark = pytest.mark.usefixtures("initial_stage")
EXPENSE, HOUR = TransactionType.EXPENSE, TransactionType.HOUR
ONE = Decimal(1)


async def a_project_with_an_account(**columns: Any) -> Project:
    """A project whose expenses are set off against an account of its own."""
    return await rows.a_project(expense_offset_account_id=(await rows.a_ledger_account()).id, **columns)


async def a_category(kind: TransactionType) -> int:
    """A category for lines of this type."""
    return (await rows.a_project_category(transaction_type=kind)).id


async def account_of(line_id: int) -> int | None:
    """What an order line is set off against."""
    return (await ServiceOrderLine.get(id=line_id)).offset_account_id


async def an_order(project: Project) -> ServiceOrder:
    """An order on a project, in the stage in which orders begin."""
    return await rows.an_order(project_id=project.id, stage_id=1)


async def test_an_expense_of_an_agreement_is_set_off_as_its_project_says_unless_told() -> None:
    project, card = await a_project_with_an_account(), await rows.a_ledger_account()
    agreement = await agreed.an_agreement(project_id=project.id)
    charged = (await agreed.a_line_property()).id
    expense = NewAgreementLine(EXPENSE, await a_category(EXPENSE), charged, ONE)
    hours = NewAgreementLine(HOUR, await a_category(HOUR), charged, ONE)

    for line, expected in (
        (expense, project.expense_offset_account_id),
        (replace(expense, offset_account_id=card.id), card.id),
        (replace(expense, project_id=(await rows.a_project()).id), None),
        (hours, None),
    ):
        command = AddServiceAgreementLine(agreement.id, line)
        made = (await perform(add_service_agreement_line, command, actor=MANAGER)).result
        assert (await ServiceAgreementLine.get(id=made)).offset_account_id == expected


async def test_an_agreement_lines_account_is_there_and_only_of_an_expense() -> None:
    card, agreement = await rows.a_ledger_account(), await agreed.an_agreement()
    charged = (await agreed.a_line_property()).id
    expense = await agreed.an_agreement_line(agreement, transaction_type=EXPENSE, category_id=await a_category(EXPENSE))
    hours = await agreed.an_agreement_line(agreement)
    new = NewAgreementLine(HOUR, hours.category_id, charged, ONE, offset_account_id=card.id)

    added = AddServiceAgreementLine(agreement.id, new)
    assert await refusal(add_service_agreement_line, added, actor=MANAGER) == (
        Code.INVALID,
        ("line", "offsetAccountId"),
    )
    for line_id, account_id, code in ((hours.id, card.id, Code.INVALID), (expense.id, 404, Code.NOT_FOUND)):
        change = ChangeServiceAgreementLine(line_id, offset_account_id=account_id)
        assert await refusal(change_service_agreement_line, change, actor=MANAGER) == (code, ("offsetAccountId",))
    for given in (card.id, None):
        change = ChangeServiceAgreementLine(expense.id, offset_account_id=given)
        await perform(change_service_agreement_line, change, actor=MANAGER)
        assert (await ServiceAgreementLine.get(id=expense.id)).offset_account_id == given


async def test_an_expense_of_an_order_is_set_off_as_its_project_says_unless_told() -> None:
    project, other = await a_project_with_an_account(), await a_project_with_an_account()
    card = (await rows.a_ledger_account()).id
    order = await an_order(project)
    await a_category(EXPENSE)
    await a_category(HOUR)

    for line, expected in (
        (NewLine(EXPENSE, ONE), project.expense_offset_account_id),
        (NewLine(EXPENSE, ONE, project_id=other.id), other.expense_offset_account_id),
        (NewLine(EXPENSE, ONE, offset_account_id=card), card),
        (NewLine(HOUR, ONE), None),
    ):
        command = AddServiceOrderLine(order.id, line)
        assert await account_of((await perform(add_service_order_line, command, actor=DISPATCHER)).result) == expected


async def test_an_order_lines_account_is_there_and_only_of_an_expense() -> None:
    card, order = (await rows.a_ledger_account()).id, await an_order(await rows.a_project())
    hours, expense = await rows.a_line(order), await rows.a_line(order, transaction_type=EXPENSE)
    await a_category(HOUR)

    added = AddServiceOrderLine(order.id, NewLine(HOUR, ONE, offset_account_id=card))
    assert await refusal(add_service_order_line, added, actor=DISPATCHER) == (Code.INVALID, ("line", "offsetAccountId"))
    for line_id, account_id, code in ((hours.id, card, Code.INVALID), (expense.id, 404, Code.NOT_FOUND)):
        change = ChangeServiceOrderLine(line_id, offset_account_id=account_id)
        assert await refusal(change_service_order_line, change, actor=DISPATCHER) == (code, ("offsetAccountId",))
    for given in (card, None):
        change = ChangeServiceOrderLine(expense.id, offset_account_id=given)
        await perform(change_service_order_line, change, actor=DISPATCHER)
        assert await account_of(expense.id) == given


async def test_planned_and_copied_expenses_keep_the_account_of_the_agreements_line() -> None:
    await rows.number_sequences("service_order", "service_object_relation")
    customer = await rows.a_customer()
    project = await a_project_with_an_account(customer_id=customer.id)
    card = (await rows.a_ledger_account()).id
    agreement = await an_agreement_to_plan(project_id=project.id)
    category_id = await a_category(EXPENSE)
    columns = {"transaction_type": EXPENSE, "category_id": category_id, "offset_account_id": card}
    line = await agreed.an_agreement_line(agreement, starts_on=date(2026, 3, 2), **columns)
    of_template = await agreed.an_agreement_line(await agreed.a_template(), **columns)

    await plan(PlanVisits(from_on=date(2026, 3, 1), to_on=date(2026, 3, 31)))
    planned = await ServiceOrderLine.get(agreement_line_id=line.id)
    command = CopyLinesToOrder(planned.order_id, (of_template.id,))
    [copied] = (await perform(copy_lines_to_service_order, command, actor=DISPATCHER)).result

    assert (planned.offset_account_id, await account_of(copied)) == (card, card)


async def test_a_project_gives_up_its_account() -> None:
    project = await a_project_with_an_account()

    change = ChangeProject(project.id, expense_offset_account_id=None)
    await perform(change_project, change, actor=MANAGER)

    assert (await Project.get(id=project.id)).expense_offset_account_id is None
    unknown = ChangeProject(project.id, expense_offset_account_id=404)
    assert await refusal(change_project, unknown, actor=MANAGER) == (Code.NOT_FOUND, ("expenseOffsetAccountId",))
