"""Service agreements: their dates and projects, their lines, what stops them, copies, and orders done under them."""

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
    CopyAgreementLines,
    CreateServiceAgreement,
    NameAgreementLines,
    NameRelation,
    NameServiceAgreement,
    NewAgreementLine,
    add_service_agreement_line,
    change_service_agreement,
    change_service_agreement_line,
    change_template_group,
    copy_service_agreement_lines,
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
from domain.orders.models import ItemRequirement, ServiceOrder, ServiceOrderLine
from domain.orders.operations import (
    AddServiceOrderLine,
    ChangeServiceOrder,
    CopyLinesToOrder,
    CreateServiceOrder,
    NewLine,
    add_service_order_line,
    change_service_order,
    copy_lines_to_service_order,
    create_service_order,
)
from domain.projects.rules import ProjectType, TransactionType
from domain.service_objects.models import ServiceObjectRelation, ServiceTaskRelation
from domain.service_objects.operations import (
    ChangeServiceObject,
    CreateServiceObject,
    change_service_object,
    create_service_object,
)
from tests.builders import agreed, rows
from tests.builders.actors import DISPATCHER, MANAGER
from tests.builders.log import events, refusal

pytestmark = pytest.mark.usefixtures("initial_stage")

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = NewLine(TransactionType.HOUR, Decimal(1))


async def a_new_line(**columns: Any) -> NewAgreementLine:
    """A line for an agreement, with a category and a property of its own."""
    category = await rows.a_project_category(transaction_type=columns.get("transaction_type", TransactionType.HOUR))
    line = NewAgreementLine(TransactionType.HOUR, category.id, (await agreed.a_line_property()).id, Decimal(1))
    return replace(line, **columns)


# --- service objects -------------------------------------------------------------------------------------------------


async def test_one_item_is_one_object_for_each_serial_number() -> None:
    item, group = await rows.an_item(number="LIFT"), await agreed.a_service_object_group()
    await agreed.a_service_object(item_id=item.id, serial_number="1")
    second = CreateServiceObject("Lift 2", group.id, "OBJ-2", item.id, "1")

    assert await refusal(create_service_object, second, actor=MANAGER) == (
        Code.ITEM_ALREADY_SERVICE_OBJECT,
        ("itemId",),
    )
    made = await perform(create_service_object, replace(second, serial_number="2"), actor=MANAGER)
    taken = ChangeServiceObject(made.result, serial_number="1")
    assert await refusal(change_service_object, taken, actor=MANAGER) == (
        Code.ITEM_ALREADY_SERVICE_OBJECT,
        ("itemId",),
    )


async def test_the_settings_may_allow_several_objects_of_one_item() -> None:
    await rows.the_parameters(allow_identical_items_as_objects=True)
    item, group = await rows.an_item(), await agreed.a_service_object_group()
    await agreed.a_service_object(item_id=item.id)

    done = await perform(create_service_object, CreateServiceObject("Lift 2", group.id, "O", item.id), actor=MANAGER)

    assert done.result > 0


async def test_a_serial_number_is_of_an_item() -> None:
    group = await agreed.a_service_object_group()

    command = CreateServiceObject("Lift 2", group.id, "OBJ-2", None, "1")

    assert await refusal(create_service_object, command, actor=MANAGER) == (Code.INVALID, ("serialNumber",))


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


# --- copying ---------------------------------------------------------------------------------------------------------


async def test_lines_come_with_their_objects_and_tasks_when_asked_for() -> None:
    await rows.number_sequences("service_object_relation")
    source, target = await agreed.an_agreement(), await agreed.an_agreement(starts_on=date(2027, 1, 1), ends_on=None)
    shared = await agreed.a_service_object()
    relations = [await agreed.a_related_object(source, shared), await agreed.a_related_object(source)]
    there = await agreed.a_related_object(target, shared)
    task = await agreed.a_related_task(source, internal_note="Dog", external_note="We call first")
    lines = [
        await agreed.an_agreement_line(source, object_relation_id=relation.id, task_id=task.task_id)
        for relation in relations
    ]
    bare = CopyAgreementLines(target.id, tuple(line.id for line in lines))

    without = (await perform(copy_service_agreement_lines, bare, actor=MANAGER)).result
    full = replace(bare, copy_object_relations=True, copy_task_relations=True)
    with_all = (await perform(copy_service_agreement_lines, full, actor=MANAGER)).result

    copies = {line.id: line for line in await ServiceAgreementLine.filter(agreement_id=target.id)}
    assert [(copies[key].object_relation_id, copies[key].task_id) for key in without] == [
        (there.id, None),
        (None, None),
    ]
    [first, second] = [copies[key] for key in with_all]
    assert (first.object_relation_id, first.task_id, first.line_number) == (there.id, task.task_id, 3)
    assert (await ServiceObjectRelation.get(id=second.object_relation_id)).object_id == relations[1].object_id
    assert (first.project_id, first.starts_on, first.ends_on, first.version) == (
        target.project_id,
        date(2027, 1, 1),
        None,
        1,
    )
    note = await ServiceTaskRelation.get(agreement_id=target.id)
    assert (note.internal_note, note.external_note) == ("Dog", "We call first")
    assert await ServiceObjectRelation.filter(agreement_id=target.id).count() == 2


async def test_a_template_brings_objects_and_tasks_always() -> None:
    await rows.number_sequences("service_object_relation")
    template, target = await agreed.a_template(), await agreed.an_agreement()
    relation, task = await agreed.a_related_object(template), await agreed.a_related_task(template)
    line = await agreed.an_agreement_line(template, object_relation_id=relation.id, task_id=task.task_id)

    await perform(copy_service_agreement_lines, CopyAgreementLines(target.id, (line.id,)), actor=MANAGER)

    [copy] = await ServiceAgreementLine.filter(agreement_id=target.id)
    assert copy.task_id == task.task_id
    assert (await ServiceObjectRelation.get(id=copy.object_relation_id)).object_id == relation.object_id


async def test_lines_of_a_template_come_to_an_order_with_their_objects_and_tasks() -> None:
    await rows.number_sequences("service_object_relation")
    template, agreement = await agreed.a_template(), await agreed.an_agreement()
    shared = await agreed.a_service_object()
    known, new = await agreed.a_related_object(template, shared), await agreed.a_related_object(template)
    there = await agreed.a_related_object(agreement, shared)
    task = await agreed.a_related_task(template, internal_note="Dog", external_note="We call first")
    gone, item = await rows.a_worker(active=False), await rows.an_item()
    first = await agreed.an_agreement_line(
        template, object_relation_id=known.id, task_id=task.task_id, worker_id=gone.id, description="Service"
    )
    second = await agreed.an_agreement_line(template, object_relation_id=new.id, quantity=Decimal(2))
    required = await agreed.an_agreement_line(
        template,
        transaction_type=TransactionType.ITEM,
        item_id=item.id,
        item_setup=ItemSetup.ITEM_REQUIREMENT,
        site_id=(await rows.an_address()).id,
    )
    order = await rows.an_order(agreement_id=agreement.id, project_id=agreement.project_id, stage_id=1)
    await rows.a_line(order)
    command = CopyLinesToOrder(order.id, (second.id, required.id, first.id))

    made = (await perform(copy_lines_to_service_order, command, actor=DISPATCHER)).result

    lines = await ServiceOrderLine.filter(order_id=order.id).order_by("line_number")
    assert [line.id for line in lines[1:]] == made
    assert [(line.line_number, line.quantity, line.description) for line in lines[1:]] == [
        (2, Decimal(2), ""),
        (3, Decimal(1), "Service"),
    ]
    own = await ServiceObjectRelation.get(order_id=order.id)
    assert (own.object_id, lines[1].object_relation_id, lines[2].object_relation_id) == (
        new.object_id,
        own.id,
        there.id,
    )
    noted = await ServiceTaskRelation.get(order_id=order.id)
    assert (noted.task_id, noted.internal_note, noted.external_note) == (task.task_id, "Dog", "We call first")
    assert (lines[2].task_id, lines[2].worker_id, lines[2].line_property_id) == (
        task.task_id,
        None,
        first.line_property_id,
    )
    needed = await ItemRequirement.get(order_id=order.id)
    assert (needed.item_id, needed.quantity, needed.agreement_line_id) == (item.id, Decimal(1), None)


async def test_only_running_lines_of_templates_come_to_an_order() -> None:
    order = await rows.an_order(stage_id=1)
    of_agreement = await agreed.an_agreement_line()
    template = await agreed.a_template()
    stopped, good = await agreed.an_agreement_line(template, stopped=True), await agreed.an_agreement_line(template)
    resting = await agreed.an_agreement_line(await agreed.a_template(suspended=True))
    required = await agreed.an_agreement_line(
        template,
        transaction_type=TransactionType.ITEM,
        item_id=(await rows.an_item()).id,
        item_setup=ItemSetup.ITEM_REQUIREMENT,
        site_id=(await rows.an_address()).id,
    )

    for line_ids, expected in (
        ((good.id, of_agreement.id), (Code.INVALID, ("lineIds", 1))),
        ((stopped.id,), (Code.LINE_STOPPED, ("lineIds", 0))),
        ((resting.id,), (Code.LINE_STOPPED, ("lineIds", 0))),
        ((good.id, 999), (Code.NOT_FOUND, ("lineIds", 1))),
        ((), (Code.INVALID, ("lineIds",))),
    ):
        command = CopyLinesToOrder(order.id, line_ids)
        assert await refusal(copy_lines_to_service_order, command, actor=DISPATCHER) == expected
    for command, code in (
        (CopyLinesToOrder(999, (good.id,)), Code.NOT_FOUND),
        (CopyLinesToOrder(order.id, (good.id,), expected_version=9), Code.VERSION_CONFLICT),
        (CopyLinesToOrder(order.id, (good.id, required.id)), Code.PROJECT_REQUIRED),
    ):
        assert (await refusal(copy_lines_to_service_order, command, actor=DISPATCHER))[0] is code


async def test_stopped_lines_and_those_of_suspended_agreements_are_not_copied() -> None:
    target = await agreed.an_agreement()
    stopped = await agreed.an_agreement_line(stopped=True)
    resting = await agreed.an_agreement_line(await agreed.an_agreement(suspended=True))

    for line in (stopped, resting):
        command = CopyAgreementLines(target.id, (line.id,))
        assert await refusal(copy_service_agreement_lines, command, actor=MANAGER) == (
            Code.LINE_STOPPED,
            ("lineIds", 0),
        )


# --- orders under agreements -----------------------------------------------------------------------------------------


async def test_the_settings_require_an_agreement_unless_they_say_otherwise() -> None:
    customer, order = await rows.a_customer(), await rows.an_order(agreement_id=(await agreed.an_agreement()).id)
    required = (Code.AGREEMENT_REQUIRED, ("agreementId",))

    assert await refusal(create_service_order, CreateServiceOrder(customer.id, "S-1"), actor=DISPATCHER) == required
    detached = ChangeServiceOrder(order.id, agreement_id=None)
    assert await refusal(change_service_order, detached, actor=DISPATCHER) == required
    await rows.the_parameters(allow_without_service_agreement=True)
    await perform(create_service_order, CreateServiceOrder(customer.id, "S-1"), actor=DISPATCHER)
    await perform(change_service_order, detached, actor=DISPATCHER)
    assert (await ServiceOrder.get(id=order.id)).agreement_id is None


async def test_an_order_takes_over_what_its_agreement_proposes() -> None:
    customer = await rows.a_customer()
    contact, boss, gone = await rows.a_contact(customer), await rows.a_worker(), await rows.a_worker(active=False)
    agreement = await agreed.an_agreement(
        contact_id=contact.id, responsible_id=boss.id, preferred_technician_id=gone.id
    )

    done = await perform(
        create_service_order,
        CreateServiceOrder(customer.id, "S-1", agreement_id=agreement.id, service_at=NOON),
        actor=DISPATCHER,
    )

    order = await ServiceOrder.get(id=done.result)
    assert (order.agreement_id, order.project_id, order.description) == (
        agreement.id,
        agreement.project_id,
        "Two lifts",
    )
    assert (order.contact_id, order.responsible_id, order.preferred_technician_id) == (contact.id, boss.id, None)


async def test_an_order_fits_its_agreement() -> None:
    customer, project = await rows.a_customer(), await rows.a_project()
    agreement, template = await agreed.an_agreement(), await agreed.a_template()
    resting = await agreed.an_agreement(suspended=True)
    good = CreateServiceOrder(customer.id, "S-1", agreement_id=agreement.id, service_at=NOON)

    for wrong, expected in (
        ({"agreement_id": resting.id}, (Code.AGREEMENT_SUSPENDED, ("agreementId",))),
        ({"agreement_id": template.id}, (Code.AGREEMENT_IS_TEMPLATE, ("agreementId",))),
        ({"agreement_id": 404}, (Code.NOT_FOUND, ("agreementId",))),
        ({"project_id": project.id}, (Code.PROJECT_MISMATCH, ("projectId",))),
        ({"service_at": datetime(2026, 12, 31, 23, tzinfo=UTC)}, (Code.OUTSIDE_VALIDITY, ("serviceAt",))),
        ({"service_at": datetime(2025, 12, 31, 22, tzinfo=UTC)}, (Code.OUTSIDE_VALIDITY, ("serviceAt",))),
    ):
        assert await refusal(create_service_order, replace(good, **wrong), actor=DISPATCHER) == expected, wrong
    made = await perform(create_service_order, good, actor=DISPATCHER)
    change = ChangeServiceOrder(made.result)
    for change_to, expected in (
        ({"project_id": project.id}, (Code.PROJECT_MISMATCH, ("projectId",))),
        ({"service_at": datetime(2027, 1, 1, 12, tzinfo=UTC)}, (Code.OUTSIDE_VALIDITY, ("serviceAt",))),
        ({"agreement_id": resting.id}, (Code.AGREEMENT_SUSPENDED, ("agreementId",))),
    ):
        assert await refusal(change_service_order, replace(change, **change_to), actor=DISPATCHER) == expected


async def test_lines_of_an_order_name_its_own_objects_and_tasks_or_its_agreements() -> None:
    agreement = await agreed.an_agreement()
    order = await rows.an_order(agreement_id=agreement.id)
    objects = [await agreed.a_related_object(agreement), await agreed.a_related_object(order)]
    tasks = [await agreed.a_related_task(agreement), await agreed.a_related_task(order)]
    foreign, other_task = await agreed.a_related_object(await rows.an_order()), await rows.a_service_task()
    cases: list[tuple[dict[str, Any], Code, str]] = [
        ({"object_relation_id": foreign.id}, Code.OBJECT_NOT_RELATED, "objectRelationId"),
        ({"task_id": other_task.id}, Code.TASK_NOT_RELATED, "taskId"),
    ]

    for relation, task in zip(objects, tasks, strict=True):
        line = replace(HOUR, object_relation_id=relation.id, task_id=task.task_id)
        await perform(add_service_order_line, AddServiceOrderLine(order.id, line), actor=DISPATCHER)
    for wrong, code, path in cases:
        found = await refusal(
            add_service_order_line, AddServiceOrderLine(order.id, replace(HOUR, **wrong)), actor=DISPATCHER
        )
        assert (found[0], found[1][-1]) == (code, path)
    assert await ServiceOrderLine.filter(order_id=order.id).count() == 2


async def test_an_order_moves_to_an_agreement_only_with_lines_that_fit() -> None:
    agreement = await agreed.an_agreement()
    order = await rows.an_order()
    task = await rows.a_service_task()
    await rows.a_line(order, task_id=task.id)
    attach = ChangeServiceOrder(order.id, agreement_id=agreement.id)

    assert await refusal(change_service_order, attach, actor=DISPATCHER) == (
        Code.TASK_NOT_RELATED,
        ("agreementId",),
    )
    await agreed.a_related_task(order, task)
    await perform(change_service_order, attach, actor=DISPATCHER)
    stored = await ServiceOrder.get(id=order.id)
    assert (stored.agreement_id, stored.project_id) == (agreement.id, agreement.project_id)
