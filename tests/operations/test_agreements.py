"""Service agreements: their dates and projects, their lines, and what stops them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from domain.agreements.models import ServiceAgreement, ServiceAgreementLine, TemplateGroup
from domain.agreements.operations import (
    AddServiceAgreementLine,
    ChangeServiceAgreement,
    ChangeServiceAgreementLine,
    ChangeTemplateGroup,
    CreateServiceAgreement,
    NameAgreementLines,
    NameRelation,
    NameServiceAgreement,
    NewAgreementLine,
    add_service_agreement_line,
    change_service_agreement,
    change_service_agreement_line,
    change_template_group,
    create_service_agreement,
    delete_agreement_object,
    delete_agreement_task,
    delete_service_agreement,
    resume_service_agreement,
    stop_service_agreement_lines,
    suspend_service_agreement,
)
from domain.agreements.rules import ItemSetup
from domain.core.errors import Code
from domain.core.operation import perform
from domain.projects.operations import ChangeProject, change_project
from domain.projects.rules import ProjectType, TransactionType
from tests.builders import agreed, rows
from tests.builders.actors import MANAGER
from tests.builders.log import events, refusal

pytestmark = pytest.mark.usefixtures("initial_stage")


async def a_new_line(**columns: Any) -> NewAgreementLine:
    """A line for an agreement, with a category and a property of its own."""
    category = await rows.a_project_category(transaction_type=columns.get("transaction_type", TransactionType.HOUR))
    line = NewAgreementLine(TransactionType.HOUR, category.id, (await agreed.a_line_property()).id, Decimal(1))
    return replace(line, **columns)


# --- headers ---------------------------------------------------------------------------------------------------------


async def test_a_new_agreement_is_in_the_group_of_the_settings_unless_told() -> None:
    project = await rows.a_project()
    command = CreateServiceAgreement(project.id, date(2026, 1, 1), number="SA-1")
    assert await refusal(create_service_agreement, command, actor=MANAGER) == (Code.INVALID, ("groupId",))
    group = await agreed.an_agreement_group()
    await rows.the_parameters(default_agreement_group_id=group.id)

    done = await perform(create_service_agreement, command, actor=MANAGER)

    assert (await ServiceAgreement.get(id=done.result)).group_id == group.id


async def test_a_new_agreement_asks_for_the_activity_type_of_the_settings_unless_told() -> None:
    project, group = await rows.a_project(), await agreed.an_agreement_group()
    usual, other = await rows.an_activity_type(), await rows.an_activity_type()
    await rows.the_parameters(agreement_activity_type_id=usual.id)
    command = CreateServiceAgreement(project.id, date(2026, 1, 1), number="SA-1", group_id=group.id)

    one = await perform(create_service_agreement, command, actor=MANAGER)
    two = await perform(
        create_service_agreement, replace(command, number="SA-2", activity_type_id=other.id), actor=MANAGER
    )

    made = [(await ServiceAgreement.get(id=done.result)).activity_type_id for done in (one, two)]
    assert made == [usual.id, other.id]


async def test_what_is_out_of_use_is_not_chosen_any_more_but_may_be_kept() -> None:
    agreement, ended = await agreed.an_agreement(), await rows.a_project(active=False)
    gone = await rows.an_item(active=False)
    line = await agreed.an_agreement_line(agreement)
    kept = await agreed.an_agreement(project_id=ended.id)
    of_item = await a_new_line(transaction_type=TransactionType.ITEM, item_id=gone.id)
    contact = await rows.a_contact()

    for operation, command, path in (
        (create_service_agreement, CreateServiceAgreement(ended.id, date(2026, 1, 1), number="SA-1"), ("projectId",)),
        (change_service_agreement, ChangeServiceAgreement(agreement.id, project_id=ended.id), ("projectId",)),
        (change_service_agreement_line, ChangeServiceAgreementLine(line.id, project_id=ended.id), ("projectId",)),
        (add_service_agreement_line, AddServiceAgreementLine(agreement.id, of_item), ("line", "itemId")),
    ):
        assert await refusal(operation, command, actor=MANAGER) == (Code.INVALID, path)

    await perform(change_service_agreement, ChangeServiceAgreement(kept.id, contact_id=contact.id), actor=MANAGER)
    await perform(add_service_agreement_line, AddServiceAgreementLine(kept.id, await a_new_line()), actor=MANAGER)
    own = await ServiceAgreementLine.get(agreement_id=kept.id)
    site = (await rows.an_address()).id
    await perform(change_service_agreement_line, ChangeServiceAgreementLine(own.id, site_id=site), actor=MANAGER)


async def test_an_agreement_needs_right_dates_project_and_people() -> None:
    customer = await rows.a_customer()
    project, time = await rows.a_project(customer_id=customer.id), await rows.a_project(type=ProjectType.TIME)
    stranger, gone = await rows.a_contact(), await rows.a_worker(active=False)
    good = CreateServiceAgreement(
        project.id, date(2026, 1, 1), number="SA-1", group_id=(await agreed.an_agreement_group()).id
    )

    for wrong, expected in (
        ({"ends_on": date(2025, 12, 31)}, (Code.INVALID, ("endsOn",))),
        ({"starts_on": date(1999, 12, 31)}, (Code.INVALID, ("startsOn",))),
        ({"project_id": time.id}, (Code.PROJECT_TYPE_NOT_ALLOWED, ("projectId",))),
        ({"project_id": 404}, (Code.NOT_FOUND, ("projectId",))),
        ({"contact_id": stranger.id}, (Code.NOT_FOUND, ("contactId",))),
        ({"responsible_id": gone.id}, (Code.WORKER_INACTIVE, ("responsibleId",))),
        ({"preferred_technician_id": 404}, (Code.NOT_FOUND, ("preferredTechnicianId",))),
        ({"template_group_id": 404}, (Code.NOT_FOUND, ("templateGroupId",))),
        ({"activity_type_id": 404}, (Code.NOT_FOUND, ("activityTypeId",))),
    ):
        assert await refusal(create_service_agreement, replace(good, **wrong), actor=MANAGER) == expected, wrong


async def test_an_agreement_is_changed_to_right_projects_and_people() -> None:
    agreement, line = await agreed.an_agreement(), await agreed.an_agreement_line()
    timed, gone = await rows.a_project(type=ProjectType.TIME), await rows.a_worker(active=False)
    task = await rows.a_service_task()

    for change, expected in (
        (
            ChangeServiceAgreement(agreement.id, project_id=timed.id),
            (Code.PROJECT_TYPE_NOT_ALLOWED, ("projectId",)),
        ),
        (ChangeServiceAgreement(agreement.id, responsible_id=gone.id), (Code.WORKER_INACTIVE, ("responsibleId",))),
    ):
        assert await refusal(change_service_agreement, change, actor=MANAGER) == expected
    added = AddServiceAgreementLine(agreement.id, await a_new_line(project_id=timed.id))
    assert await refusal(add_service_agreement_line, added, actor=MANAGER) == (
        Code.PROJECT_TYPE_NOT_ALLOWED,
        ("line", "projectId"),
    )
    named = ChangeServiceAgreementLine(line.id, task_id=task.id)
    assert await refusal(change_service_agreement_line, named, actor=MANAGER) == (Code.TASK_NOT_RELATED, ("taskId",))


async def test_dates_may_not_leave_orders_outside() -> None:
    agreement = await agreed.an_agreement()
    for day in (datetime(2026, 3, 1, 12, tzinfo=UTC), datetime(2026, 9, 30, 22, 30, tzinfo=UTC)):
        await rows.an_order(agreement_id=agreement.id, service_at=day)
    change = ChangeServiceAgreement(agreement.id)
    cases: list[tuple[dict[str, Any], str]] = [
        ({"starts_on": date(2026, 3, 2)}, "startsOn"),
        # Half past midnight in Copenhagen.
        ({"ends_on": date(2026, 9, 30)}, "endsOn"),
    ]

    for wrong, path in cases:
        found = await refusal(change_service_agreement, replace(change, **wrong), actor=MANAGER)
        assert found == (Code.ORDERS_OUTSIDE_VALIDITY, (path,))
    fitting = replace(change, starts_on=date(2026, 3, 1), ends_on=date(2026, 10, 1))
    await perform(change_service_agreement, fitting, actor=MANAGER)


async def test_dates_of_a_line_may_not_leave_what_was_planned_from_it_outside() -> None:
    agreement = await agreed.an_agreement()
    line = await agreed.an_agreement_line(agreement)
    for day in (date(2026, 3, 1), date(2026, 6, 1), date(2026, 9, 1)):
        await rows.a_line(agreement_line_id=line.id, calculated_on=day, executes_on=day)
    change = ChangeServiceAgreementLine(line.id)
    cases: list[tuple[dict[str, Any], str]] = [
        ({"starts_on": date(2026, 3, 2)}, "startsOn"),
        ({"ends_on": date(2026, 8, 31)}, "endsOn"),
    ]

    for wrong, path in cases:
        found = await refusal(change_service_agreement_line, replace(change, **wrong), actor=MANAGER)
        assert found == (Code.ORDERS_OUTSIDE_VALIDITY, (path,))
    fitting = replace(change, starts_on=date(2026, 3, 1), ends_on=date(2026, 9, 1))
    await perform(change_service_agreement_line, fitting, actor=MANAGER)


async def test_an_agreement_with_orders_keeps_its_project_and_is_no_template() -> None:
    agreement, project, group = await agreed.an_agreement(), await rows.a_project(), await agreed.a_template_group()
    line = await agreed.an_agreement_line(agreement)
    moved = ChangeServiceAgreement(agreement.id, project_id=project.id)
    template = ChangeServiceAgreement(agreement.id, template_group_id=group.id)
    order = await rows.an_order(agreement_id=agreement.id)

    assert await refusal(change_service_agreement, moved, actor=MANAGER) == (
        Code.AGREEMENT_HAS_ORDERS,
        ("projectId",),
    )
    assert await refusal(change_service_agreement, template, actor=MANAGER) == (
        Code.AGREEMENT_HAS_ORDERS,
        ("templateGroupId",),
    )
    gone = NameServiceAgreement(agreement.id)
    assert await refusal(delete_service_agreement, gone, actor=MANAGER) == (
        Code.AGREEMENT_HAS_ORDERS,
        ("agreementId",),
    )

    await order.delete()
    await perform(change_service_agreement, moved, actor=MANAGER)
    await perform(change_service_agreement, template, actor=MANAGER)
    assert (await ServiceAgreementLine.get(id=line.id)).project_id == project.id
    await perform(delete_service_agreement, gone, actor=MANAGER)
    assert await ServiceAgreement.all().count() == 0


async def test_taking_an_agreement_up_again_leaves_each_line_as_stopped_as_it_was() -> None:
    agreement = await agreed.an_agreement()
    lines = [await agreed.an_agreement_line(agreement) for _ in range(2)]
    await perform(stop_service_agreement_lines, NameAgreementLines((lines[0].id,)), actor=MANAGER)

    await perform(suspend_service_agreement, NameServiceAgreement(agreement.id), actor=MANAGER)
    await perform(resume_service_agreement, NameServiceAgreement(agreement.id), actor=MANAGER)

    assert [line.stopped for line in await ServiceAgreementLine.all().order_by("id")] == [True, False]
    assert [event.kind for event in await events()] == [
        "service_agreement_line_stopped",
        "service_agreement_suspended",
        "service_agreement_resumed",
    ]


async def test_template_groups_are_a_tree() -> None:
    top = await agreed.a_template_group()
    middle = await agreed.a_template_group(parent_id=top.id)
    low = await agreed.a_template_group(parent_id=middle.id)

    for parent in (top, middle, low):
        circle = ChangeTemplateGroup(top.id, parent_id=parent.id)
        assert await refusal(change_template_group, circle, actor=MANAGER) == (Code.INVALID, ("parentId",))
    await perform(change_template_group, ChangeTemplateGroup(low.id, parent_id=top.id), actor=MANAGER)
    assert (await TemplateGroup.get(id=low.id)).parent_id == top.id


# --- lines -----------------------------------------------------------------------------------------------------------


async def test_tc_obj_1_lines_name_the_objects_of_their_agreement_and_no_others() -> None:
    agreement = await agreed.an_agreement(number="SAL-001")
    small, large = [
        await agreed.a_related_object(agreement, await agreed.a_service_object(number=number))
        for number in ("EL-S/1000", "EL-L/1000")
    ]
    inspection, gearbox = await agreed.a_related_task(agreement), await agreed.a_related_task(agreement)
    material = await rows.an_item(name="Cleaning material")
    other = await agreed.a_related_object(None, await agreed.a_service_object(number="EL-X"))

    for relation in (small, large):
        for task in (inspection, gearbox):
            line = await a_new_line(object_relation_id=relation.id, task_id=task.task_id)
            await perform(add_service_agreement_line, AddServiceAgreementLine(agreement.id, line), actor=MANAGER)
        line = await a_new_line(
            transaction_type=TransactionType.ITEM, item_id=material.id, unit="pcs", object_relation_id=relation.id
        )
        await perform(add_service_agreement_line, AddServiceAgreementLine(agreement.id, line), actor=MANAGER)
    refused = AddServiceAgreementLine(agreement.id, await a_new_line(object_relation_id=other.id))
    assert await refusal(add_service_agreement_line, refused, actor=MANAGER) == (
        Code.OBJECT_NOT_RELATED,
        ("line", "objectRelationId"),
    )

    lines = await ServiceAgreementLine.all().order_by("line_number")
    assert [(line.line_number, line.transaction_type, line.object_relation_id) for line in lines] == [
        (1, "HOUR", small.id),
        (2, "HOUR", small.id),
        (3, "ITEM", small.id),
        (4, "HOUR", large.id),
        (5, "HOUR", large.id),
        (6, "ITEM", large.id),
    ]


async def test_a_line_has_what_its_type_needs_and_nothing_else() -> None:
    customer = await rows.a_customer()
    agreement = await agreed.an_agreement(project_id=(await rows.a_project(customer_id=customer.id)).id)
    item, gone = await rows.an_item(), await rows.a_worker(active=False)
    elsewhere = await rows.an_address()
    retired = await rows.a_project_category(active_in_journals=False)
    for wrong, code, path in (
        ({"transaction_type": TransactionType.ITEM}, Code.INVALID, "itemId"),
        ({"item_id": item.id}, Code.INVALID, "itemId"),
        ({"item_setup": ItemSetup.ITEM_CONSUMPTION}, Code.INVALID, "itemSetup"),
        ({"category_id": retired.id}, Code.INVALID, "categoryId"),
        ({"category_id": 404}, Code.NOT_FOUND, "categoryId"),
        ({"line_property_id": 404}, Code.NOT_FOUND, "linePropertyId"),
        ({"site_id": elsewhere.id}, Code.NOT_FOUND, "siteId"),
        ({"worker_id": gone.id}, Code.WORKER_INACTIVE, "workerId"),
        ({"task_id": (await rows.a_service_task()).id}, Code.TASK_NOT_RELATED, "taskId"),
        ({"object_relation_id": 404}, Code.NOT_FOUND, "objectRelationId"),
        ({"interval_id": 404}, Code.NOT_FOUND, "intervalId"),
        ({"time_window_id": 404}, Code.NOT_FOUND, "timeWindowId"),
        ({"ends_on": date(2025, 1, 1)}, Code.INVALID, "endsOn"),
        ({"quantity": Decimal("0.00001")}, Code.INVALID, "quantity"),
        ({"currency": "KRONE"}, Code.INVALID, "currency"),
        ({"starts_after_minute": 600, "ends_before_minute": 600}, Code.INVALID, "serviceEndsBefore"),
        ({"starts_after_minute": 1440}, Code.INVALID, "serviceStartsAfter"),
    ):
        command = AddServiceAgreementLine(agreement.id, replace(await a_new_line(), **wrong))
        if wrong.get("transaction_type"):
            command = AddServiceAgreementLine(agreement.id, await a_new_line(**wrong))
        assert await refusal(add_service_agreement_line, command, actor=MANAGER) == (code, ("line", path)), wrong
    required = await a_new_line(
        transaction_type=TransactionType.ITEM, item_id=item.id, item_setup=ItemSetup.ITEM_REQUIREMENT
    )
    assert await refusal(
        add_service_agreement_line, AddServiceAgreementLine(agreement.id, required), actor=MANAGER
    ) == (
        Code.INVALID,
        ("line", "siteId"),
    )
    site = await rows.an_address(customer)
    await perform(
        add_service_agreement_line,
        AddServiceAgreementLine(agreement.id, replace(required, site_id=site.id)),
        actor=MANAGER,
    )


async def test_a_line_is_charged_as_its_project_says_unless_told() -> None:
    free = await agreed.a_line_property()
    project = await rows.a_project(line_property_id=free.id)
    agreement, bare = await agreed.an_agreement(project_id=project.id), await agreed.an_agreement()
    line = await a_new_line(line_property_id=None)

    done = await perform(add_service_agreement_line, AddServiceAgreementLine(agreement.id, line), actor=MANAGER)

    assert (await ServiceAgreementLine.get(id=done.result)).line_property_id == free.id
    for command, expected in (
        (AddServiceAgreementLine(bare.id, line), (Code.INVALID, ("line", "linePropertyId"))),
        (AddServiceAgreementLine(bare.id, replace(line, project_id=404)), (Code.NOT_FOUND, ("line", "projectId"))),
    ):
        assert await refusal(add_service_agreement_line, command, actor=MANAGER) == expected


async def test_a_project_that_agreements_are_on_becomes_none_of_type_time() -> None:
    agreement, line = await agreed.an_agreement(), await agreed.an_agreement_line()
    elsewhere, free = await rows.a_project(), await rows.a_project()
    await ServiceAgreementLine.filter(id=line.id).update(project_id=elsewhere.id)
    refused = Code.PROJECT_TYPE_NOT_ALLOWED, ("type",)

    for project_id in (agreement.project_id, elsewhere.id):
        command = ChangeProject(project_id, type=ProjectType.TIME)
        assert await refusal(change_project, command, actor=MANAGER) == refused
        await perform(change_project, ChangeProject(project_id, type=ProjectType.COST), actor=MANAGER)
    await perform(change_project, ChangeProject(free.id, type=ProjectType.TIME), actor=MANAGER)


async def test_a_line_is_changed_as_it_is_made() -> None:
    line = await agreed.an_agreement_line()
    change = ChangeServiceAgreementLine(line.id)

    for wrong, expected in (
        ({"ends_on": date(2025, 1, 1)}, (Code.INVALID, ("endsOn",))),
        (
            {"project_id": (await rows.a_project(type=ProjectType.TIME)).id},
            (Code.PROJECT_TYPE_NOT_ALLOWED, ("projectId",)),
        ),
        (
            {"object_relation_id": (await agreed.a_related_object()).id},
            (Code.OBJECT_NOT_RELATED, ("objectRelationId",)),
        ),
        ({"item_setup": ItemSetup.ITEM_CONSUMPTION}, (Code.INVALID, ("itemSetup",))),
    ):
        assert await refusal(change_service_agreement_line, replace(change, **wrong), actor=MANAGER) == expected
    await perform(change_service_agreement_line, replace(change, description=" Lift "), actor=MANAGER)
    assert (await ServiceAgreementLine.get(id=line.id)).description == "Lift"


async def test_relations_that_lines_name_stay() -> None:
    agreement = await agreed.an_agreement()
    by_line, by_order = await agreed.a_related_object(agreement), await agreed.a_related_object(agreement)
    task_of_line, task_of_order = await agreed.a_related_task(agreement), await agreed.a_related_task(agreement)
    await agreed.an_agreement_line(agreement, object_relation_id=by_line.id, task_id=task_of_line.task_id)
    order = await rows.an_order(agreement_id=agreement.id)
    await rows.a_line(order, object_relation_id=by_order.id, task_id=task_of_order.task_id)

    used = (Code.RELATION_IN_USE, ("relationId",))
    for relation in (by_line, by_order):
        assert await refusal(delete_agreement_object, NameRelation(relation.id), actor=MANAGER) == used
    for task in (task_of_line, task_of_order):
        assert await refusal(delete_agreement_task, NameRelation(task.id), actor=MANAGER) == used
    own = await agreed.a_related_object(order)
    assert await refusal(delete_agreement_object, NameRelation(own.id), actor=MANAGER) == (
        Code.NOT_FOUND,
        ("relationId",),
    )
