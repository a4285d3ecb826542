"""Copies of agreement lines: to other agreements, and to service orders."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from domain.agreements.models import ServiceAgreement, ServiceAgreementLine
from domain.agreements.operations import CopyAgreementLines, copy_service_agreement_lines
from domain.agreements.rules import ItemSetup
from domain.core.errors import Code
from domain.core.operation import perform
from domain.orders.models import ItemRequirement, ServiceOrder, ServiceOrderLine
from domain.orders.operations import CopyLinesToOrder, copy_lines_to_service_order
from domain.planning.operations import PlanVisits
from domain.projects.rules import TransactionType
from domain.service_objects.models import ServiceObjectRelation, ServiceTaskRelation
from domain.stages.models import Stage
from tests.builders import agreed, rows
from tests.builders.actors import DISPATCHER, MANAGER
from tests.builders.log import refusal
from tests.builders.planned import an_agreement_to_plan, fates, plan

pytestmark = pytest.mark.usefixtures("initial_stage")
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


async def an_order_under(agreement: ServiceAgreement, **columns: Any) -> ServiceOrder:
    """An order of an agreement for the first of June 2026."""
    values: dict[str, Any] = {"agreement_id": agreement.id, "project_id": agreement.project_id, "stage_id": 1}
    return await rows.an_order(**values | {"service_at": NOON} | columns)


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


async def test_a_line_of_its_own_agreement_comes_to_an_order_for_its_day() -> None:
    agreement = await an_agreement_to_plan()
    related, task = await agreed.a_related_object(agreement), await agreed.a_related_task(agreement)
    line = await agreed.an_agreement_line(
        agreement,
        starts_on=date(2026, 6, 1),
        object_relation_id=related.id,
        task_id=task.task_id,
        sales_price_minor=95_000,
        sales_price_modified=True,
    )
    required = await agreed.an_agreement_line(
        agreement,
        starts_on=date(2026, 6, 1),
        transaction_type=TransactionType.ITEM,
        item_id=(await rows.an_item()).id,
        item_setup=ItemSetup.ITEM_REQUIREMENT,
        site_id=(await rows.an_address()).id,
    )
    order = await an_order_under(agreement)

    command = CopyLinesToOrder(order.id, (line.id, required.id))
    await perform(copy_lines_to_service_order, command, actor=DISPATCHER)

    made, needed = await ServiceOrderLine.get(), await ItemRequirement.get()
    assert (made.object_relation_id, made.task_id) == (related.id, task.task_id)
    assert (made.sales_price_minor, made.sales_price_modified) == (95_000, True)
    assert (made.agreement_line_id, made.calculated_on, made.executes_on) == (line.id, NOON.date(), NOON.date())
    assert (needed.agreement_line_id, needed.calculated_on) == (required.id, NOON.date())
    # What was done by hand is not planned again.
    await rows.number_sequences("service_order")
    assert fates(await plan(PlanVisits(from_on=NOON.date(), to_on=NOON.date()))) == {"ALREADY_THERE": 2}


async def test_a_line_of_its_agreement_comes_to_an_order_only_while_it_holds_and_once_a_day() -> None:
    agreement = await agreed.an_agreement()
    order, second = await an_order_under(agreement), await an_order_under(agreement)
    line, stopped = await agreed.an_agreement_line(agreement), await agreed.an_agreement_line(agreement, stopped=True)
    later = await agreed.an_agreement_line(agreement, starts_on=date(2026, 6, 2))
    ended = await agreed.an_agreement_line(agreement, ends_on=date(2026, 5, 31))
    resting = await an_order_under(await agreed.an_agreement(suspended=True))
    of_resting = await agreed.an_agreement_line(await resting.agreement)
    await perform(copy_lines_to_service_order, CopyLinesToOrder(order.id, (line.id,)), actor=DISPATCHER)

    for order_id, line_id, code in (
        (order.id, stopped.id, Code.LINE_STOPPED),
        (resting.id, of_resting.id, Code.AGREEMENT_SUSPENDED),
        (order.id, later.id, Code.OUTSIDE_VALIDITY),
        (order.id, ended.id, Code.OUTSIDE_VALIDITY),
        (second.id, line.id, Code.ALREADY_EXISTS),
        (second.id, of_resting.id, Code.INVALID),
    ):
        command = CopyLinesToOrder(order_id, (line_id,))
        assert await refusal(copy_lines_to_service_order, command, actor=DISPATCHER) == (code, ("lineIds", 0))


async def test_an_order_that_takes_no_lines_takes_no_copies() -> None:
    agreement = await agreed.an_agreement()
    line = await agreed.an_agreement_line(agreement)
    frozen = await an_order_under(agreement, stage_id=(await rows.a_stage(await Stage.get(), allow_modify=False)).id)
    posted = await an_order_under(agreement)
    await rows.a_line(posted, status="POSTED")
    waiting = await rows.a_web_order(stage_id=1)
    other = await an_order_under(agreement)
    await rows.a_validation(await other.project, category_id=(await rows.a_project_category()).id)

    for order, expected in (
        (frozen, (Code.STAGE_FORBIDS_MODIFY, ("orderId",))),
        (posted, (Code.ALREADY_POSTED, ("orderId",))),
        (waiting, (Code.WEB_ORDER_WAITS, ("orderId",))),
        (other, (Code.PROJECT_VALIDATION, ("lineIds", 0, "projectId"))),
    ):
        command = CopyLinesToOrder(order.id, (line.id,))
        assert await refusal(copy_lines_to_service_order, command, actor=DISPATCHER) == expected


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
