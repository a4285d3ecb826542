"""Groups, journals, prices and validation of projects, beyond the laws of all master data."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.core.errors import Code, Path
from domain.core.operation import perform
from domain.projects.models import LineProperty, Project, ProjectPrice, ProjectValidation
from domain.projects.operations import (
    ChangeLineProperty,
    ChangeProjectPrice,
    CreateLineProperty,
    CreateProject,
    CreateProjectPrice,
    CreateProjectValidation,
    DeleteJournal,
    DeleteProject,
    DeleteProjectCategory,
    DeleteProjectGroup,
    change_line_property,
    change_project_price,
    create_line_property,
    create_project,
    create_project_price,
    create_project_validation,
    delete_journal,
    delete_project,
    delete_project_category,
    delete_project_group,
)
from domain.projects.rules import ProjectType, TransactionType
from tests.builders.actors import MANAGER
from tests.builders.agreed import a_line_property
from tests.builders.log import only_event, refusal
from tests.builders.rows import (
    a_journal,
    a_ledger_account,
    a_price,
    a_project,
    a_project_category,
    a_project_group,
    a_validation,
    a_worker,
    an_item,
    number_sequences,
    the_parameters,
)

pytestmark = pytest.mark.usefixtures("database")

NEW_YEAR = date(2026, 1, 1)


async def test_a_new_project_is_in_the_default_group_unless_told() -> None:
    default, other, warranty = await a_project_group(), await a_project_group(), await a_line_property()
    owed = await a_ledger_account()
    await the_parameters(default_project_group_id=default.id)

    first = await perform(create_project, CreateProject("One", ProjectType.COST, "P-1"), actor=MANAGER)
    told = CreateProject("Two", ProjectType.COST, "P-2", group_id=other.id, line_property_id=warranty.id)
    told = replace(told, expense_offset_account_id=owed.id)
    second = await perform(create_project, told, actor=MANAGER)

    assert (await Project.get(id=first.result)).group_id == default.id
    stored = await Project.get(id=second.result)
    assert (stored.group_id, stored.line_property_id) == (other.id, warranty.id)
    assert stored.expense_offset_account_id == owed.id


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"group_id": 404}, "groupId"),
        ({"line_property_id": 404}, "linePropertyId"),
        ({"expense_offset_account_id": 404}, "expenseOffsetAccountId"),
    ],
)
async def test_a_project_in_no_such_group_is_refused(wrong: dict[str, Any], path: str) -> None:
    created = CreateProject("One", ProjectType.COST, "P-1", **wrong)

    assert await refusal(create_project, created, actor=MANAGER) == (Code.NOT_FOUND, (path,))


async def test_what_is_charged_of_a_line_property_is_a_percentage() -> None:
    made = await perform(create_line_property, CreateLineProperty("Goodwill", "LPR-1", 50), actor=MANAGER)
    await perform(change_line_property, ChangeLineProperty(made.result, chargeable_percent=0), actor=MANAGER)

    assert (await LineProperty.get(id=made.result)).chargeable_percent == 0
    created = CreateLineProperty("Surcharge", "LPR-2", 101)
    changed = ChangeLineProperty(made.result, chargeable_percent=-1)
    assert await refusal(create_line_property, created, actor=MANAGER) == (Code.INVALID, ("chargeablePercent",))
    assert await refusal(change_line_property, changed, actor=MANAGER) == (Code.INVALID, ("chargeablePercent",))


async def test_a_price_is_kept_in_minor_units_of_the_companys_currency() -> None:
    await number_sequences("project_price")
    project, category, worker = await a_project(), await a_project_category(), await a_worker()

    done = await perform(
        create_project_price,
        CreateProjectPrice(
            TransactionType.HOUR,
            NEW_YEAR,
            cost_price=Decimal("410.5"),
            sales_price=Decimal(695),
            project_id=project.id,
            category_id=category.id,
            worker_id=worker.id,
        ),
        actor=MANAGER,
    )

    [stored] = await ProjectPrice.all().values()
    assert stored == {
        "id": done.result,
        "number": "PRI-10001",
        "transaction_type": "HOUR",
        "project_id": project.id,
        "category_id": category.id,
        "worker_id": worker.id,
        "item_id": None,
        "starts_on": NEW_YEAR,
        "currency": "DKK",
        "cost_price_minor": 41050,
        "sales_price_minor": 69500,
        "version": 1,
    }
    assert (await only_event()).kind == "project_price_created"


@pytest.mark.parametrize(
    ("wrong", "code", "path"),
    [
        ({"sales_price": Decimal("1.005")}, Code.INVALID, ("salesPrice",)),
        ({"sales_price": Decimal(-1)}, Code.INVALID, ("salesPrice",)),
        ({"cost_price": Decimal(-1)}, Code.INVALID, ("costPrice",)),
        ({"sales_price": None}, Code.INVALID, ("salesPrice",)),
        ({"currency": "kr"}, Code.INVALID, ("currency",)),
        ({"project_id": 404}, Code.NOT_FOUND, ("projectId",)),
        ({"category_id": 404}, Code.NOT_FOUND, ("categoryId",)),
        ({"worker_id": 404}, Code.NOT_FOUND, ("workerId",)),
        ({"item_id": 404}, Code.NOT_FOUND, ("itemId",)),
        ({"starts_on": date(1999, 1, 1)}, Code.INVALID, ("startsOn",)),
        ({}, Code.ALREADY_EXISTS, ("startsOn",)),
    ],
)
async def test_what_is_wrong_with_a_price_is_named(wrong: dict[str, Any], code: Code, path: Path) -> None:
    await a_price()
    given: dict[str, Any] = {"transaction_type": "HOUR", "starts_on": NEW_YEAR, "sales_price": Decimal(1)}
    given |= {"number": "P"} | wrong

    assert await refusal(create_project_price, CreateProjectPrice(**given), actor=MANAGER) == (code, path)


async def test_a_price_has_the_type_of_its_category_and_only_items_one_of_an_item() -> None:
    category, item = await a_project_category(), await an_item()
    of_category = CreateProjectPrice(
        TransactionType.FEE, NEW_YEAR, sales_price=Decimal(1), category_id=category.id, number="P"
    )
    of_item = CreateProjectPrice(TransactionType.HOUR, NEW_YEAR, sales_price=Decimal(1), item_id=item.id, number="P")

    assert await refusal(create_project_price, of_category, actor=MANAGER) == (Code.INVALID, ("categoryId",))
    assert await refusal(create_project_price, of_item, actor=MANAGER) == (Code.INVALID, ("itemId",))


async def test_a_price_keeps_one_of_its_two_sides_and_its_own_first_day() -> None:
    price, later = await a_price(cost_price_minor=None), await a_price(starts_on=date(2026, 7, 1))

    cleared = ChangeProjectPrice(price.id, sales_price=None)
    moved = ChangeProjectPrice(price.id, starts_on=later.starts_on)
    assert await refusal(change_project_price, cleared, actor=MANAGER) == (Code.INVALID, ("salesPrice",))
    assert await refusal(change_project_price, moved, actor=MANAGER) == (Code.ALREADY_EXISTS, ("startsOn",))


async def test_a_worker_is_allowed_on_a_project_once() -> None:
    project, worker = await a_project(), await a_worker()
    allowed = CreateProjectValidation(project.id, worker.id, number="V-1")

    await perform(create_project_validation, allowed, actor=MANAGER)

    assert await ProjectValidation.all().count() == 1
    again = CreateProjectValidation(project.id, worker.id, number="V-2")
    unknown = CreateProjectValidation(404, worker.id, number="V-2")
    nobody = CreateProjectValidation(project.id, number="V-2")
    expected = (Code.ALREADY_EXISTS, ("workerId",))
    assert await refusal(create_project_validation, again, actor=MANAGER) == expected
    assert await refusal(create_project_validation, unknown, actor=MANAGER) == (Code.NOT_FOUND, ("projectId",))
    assert await refusal(create_project_validation, nobody, actor=MANAGER) == (Code.INVALID, ("workerId",))


async def test_what_is_in_use_is_not_deleted() -> None:
    group, category, journal = await a_project_group(), await a_project_category(), await a_journal()
    project = await a_project(group_id=group.id)
    await the_parameters(journal_hour_id=journal.id)
    await a_price(category_id=category.id)
    await a_validation(project, category_id=category.id)

    assert await refusal(delete_project_group, DeleteProjectGroup(group.id), actor=MANAGER) == (
        Code.IN_USE,
        ("groupId",),
    )
    assert await refusal(delete_project_category, DeleteProjectCategory(category.id), actor=MANAGER) == (
        Code.IN_USE,
        ("categoryId",),
    )
    assert await refusal(delete_project, DeleteProject(project.id), actor=MANAGER) == (Code.IN_USE, ("projectId",))
    assert await refusal(delete_journal, DeleteJournal(journal.id), actor=MANAGER) == (Code.IN_USE, ("journalId",))
