"""Projects, project categories, items and service tasks, beyond the laws of all master data."""

import pytest

from domain.core.errors import Code
from domain.core.operation import perform
from domain.items.models import Item
from domain.items.operations import ChangeItem, CreateItem, change_item, create_item
from domain.items.rules import ItemType
from domain.projects.models import Project, ProjectCategory
from domain.projects.operations import (
    ChangeProject,
    ChangeProjectCategory,
    CreateProject,
    CreateProjectCategory,
    change_project,
    change_project_category,
    create_project,
    create_project_category,
)
from domain.projects.rules import ProjectType, TransactionType
from domain.service_objects.models import ServiceTask
from domain.service_objects.operations import (
    ChangeServiceTask,
    CreateServiceTask,
    change_service_task,
    create_service_task,
)
from tests.builders.actors import MANAGER
from tests.builders.log import events, only_event, refusal
from tests.builders.rows import (
    a_customer,
    a_project,
    an_item,
)

pytestmark = pytest.mark.usefixtures("database")


async def test_a_project_is_created_for_a_customer() -> None:
    customer = await a_customer()

    await perform(
        create_project, CreateProject(" Cold chain ", ProjectType.FIXED_PRICE, "P-1", customer.id), actor=MANAGER
    )

    columns = {
        "id": 1,
        "number": "P-1",
        "name": "Cold chain",
        "type": "FIXED_PRICE",
        "customer_id": customer.id,
        "group_id": None,
        "line_property_id": None,
        "expense_offset_account_id": None,
        "active": True,
        "version": 1,
    }
    event = await only_event()
    assert await Project.all().values() == [columns]
    assert (event.kind, event.body) == ("project_created", {"before": None, "after": columns})


async def test_a_project_changes_its_type_and_customer_and_ends() -> None:
    project = await a_project(customer=await a_customer())

    await perform(
        change_project,
        ChangeProject(project.id, type=ProjectType.INTERNAL, customer_id=None, active=False),
        actor=MANAGER,
    )

    stored, event = await Project.get(id=project.id), await only_event()
    assert (stored.type, stored.customer_id, stored.active, stored.version) == (ProjectType.INTERNAL, None, False, 2)
    assert event.body["before"] == event.body["after"] | {
        "type": "TIME_AND_MATERIAL",
        "customer_id": project.customer_id,
        "active": True,
        "version": 1,
    }


async def test_a_project_of_an_unknown_customer_is_refused() -> None:
    project = await a_project()
    created = CreateProject("Cold chain", ProjectType.COST, "P-1", 999)

    expected = (Code.NOT_FOUND, ("customerId",))
    assert await refusal(create_project, created, actor=MANAGER) == expected
    assert await refusal(change_project, ChangeProject(project.id, customer_id=999), actor=MANAGER) == expected


async def test_a_category_is_created_and_later_closed_for_journals() -> None:
    done = await perform(
        create_project_category, CreateProjectCategory("Parking", TransactionType.EXPENSE, "EXP-1"), actor=MANAGER
    )
    await perform(change_project_category, ChangeProjectCategory(done.result, active_in_journals=False), actor=MANAGER)

    created = {
        "id": 1,
        "number": "EXP-1",
        "name": "Parking",
        "transaction_type": "EXPENSE",
        "active_in_journals": True,
        "version": 1,
    }
    changed = created | {"active_in_journals": False, "version": 2}
    assert await ProjectCategory.all().values() == [changed]
    assert [(event.kind, event.body) for event in await events()] == [
        ("project_category_created", {"before": None, "after": created}),
        ("project_category_changed", {"before": created, "after": changed}),
    ]


async def test_an_item_is_created_and_changed() -> None:
    done = await perform(create_item, CreateItem("Fan belt", ItemType.ITEM, " pcs ", "I-1"), actor=MANAGER)
    await perform(change_item, ChangeItem(done.result, type=ItemType.SERVICE, unit="h", active=False), actor=MANAGER)

    created = {
        "id": 1,
        "number": "I-1",
        "name": "Fan belt",
        "type": "ITEM",
        "unit": "pcs",
        "active": True,
        "version": 1,
    }
    changed = created | {"type": "SERVICE", "unit": "h", "active": False, "version": 2}
    assert await Item.all().values() == [changed]
    assert [(event.kind, event.body) for event in await events()] == [
        ("item_created", {"before": None, "after": created}),
        ("item_changed", {"before": created, "after": changed}),
    ]


async def test_an_item_has_a_unit_of_at_most_ten_characters() -> None:
    item = await an_item()

    for unit in (" ", "x" * 11):
        created, changed = CreateItem("Fan belt", ItemType.ITEM, unit, "I-1"), ChangeItem(item.id, unit=unit)
        assert await refusal(create_item, created, actor=MANAGER) == (Code.INVALID, ("unit",))
        assert await refusal(change_item, changed, actor=MANAGER) == (Code.INVALID, ("unit",))


async def test_a_service_task_is_created_and_renamed() -> None:
    done = await perform(create_service_task, CreateServiceTask("Inspection", "INS"), actor=MANAGER)
    await perform(change_service_task, ChangeServiceTask(done.result, name="Yearly inspection"), actor=MANAGER)

    created = {"id": 1, "number": "INS", "name": "Inspection", "version": 1}
    changed = created | {"name": "Yearly inspection", "version": 2}
    assert await ServiceTask.all().values() == [changed]
    assert [(event.kind, event.body) for event in await events()] == [
        ("service_task_created", {"before": None, "after": created}),
        ("service_task_changed", {"before": created, "after": changed}),
    ]
