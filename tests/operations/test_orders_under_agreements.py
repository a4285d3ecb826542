"""Service orders under agreements: when there has to be one, what follows from it, and what fits."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.core.errors import Code
from domain.core.operation import perform
from domain.orders.models import ServiceOrder, ServiceOrderLine
from domain.orders.operations import (
    AddServiceOrderLine,
    ChangeServiceOrder,
    ChangeServiceOrderLine,
    CreateServiceOrder,
    MoveLines,
    NewLine,
    add_service_order_line,
    change_service_order,
    change_service_order_line,
    create_service_order,
    move_service_order_lines,
)
from domain.projects.rules import TransactionType
from domain.stages.models import Stage
from tests.builders import agreed, rows
from tests.builders.actors import DISPATCHER
from tests.builders.log import refusal

pytestmark = pytest.mark.usefixtures("initial_stage")

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = NewLine(TransactionType.HOUR, Decimal(1))


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


async def test_new_and_changed_lines_name_no_objects_and_tasks_of_others() -> None:
    agreement, other = await agreed.an_agreement(), await agreed.an_agreement()
    own, foreign = await agreed.a_related_object(agreement), await agreed.a_related_object(other)
    task = await rows.a_service_task()
    order = await rows.an_order(agreement_id=agreement.id, stage_id=1)
    line = await rows.a_line(order, object_relation_id=own.id)
    new = CreateServiceOrder((await rows.a_customer()).id, "S-9", agreement_id=agreement.id)

    cases: list[tuple[dict[str, Any], Code, str]] = [
        ({"object_relation_id": foreign.id}, Code.OBJECT_NOT_RELATED, "objectRelationId"),
        ({"task_id": task.id}, Code.TASK_NOT_RELATED, "taskId"),
    ]

    for wrong, code, path in cases:
        created = replace(new, lines=(replace(HOUR, **wrong),))
        assert await refusal(create_service_order, created, actor=DISPATCHER) == (code, ("lines", 0, path))
        changed = ChangeServiceOrderLine(line.id, **wrong)
        assert await refusal(change_service_order_line, changed, actor=DISPATCHER) == (code, (path,))
    moved = ChangeServiceOrder(order.id, agreement_id=other.id)
    assert await refusal(change_service_order, moved, actor=DISPATCHER) == (
        Code.OBJECT_NOT_RELATED,
        ("agreementId",),
    )


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


async def test_an_order_leaves_neither_the_days_nor_the_agreement_of_its_lines() -> None:
    agreement, other = await agreed.an_agreement(), await agreed.an_agreement()
    line = await agreed.an_agreement_line(agreement, starts_on=date(2026, 5, 1), ends_on=date(2026, 6, 30))
    stage_id = (await Stage.get()).id
    values: dict[str, Any] = {"agreement_id": agreement.id, "project_id": agreement.project_id, "stage_id": stage_id}
    order = await rows.an_order(**values, service_at=NOON)
    autumn = await rows.an_order(**values, service_at=datetime(2026, 9, 1, 12, tzinfo=UTC))
    done = await rows.a_line(order, agreement_line_id=line.id, calculated_on=NOON.date(), executes_on=NOON.date())
    change = ChangeServiceOrder(order.id)

    outside = replace(change, service_at=autumn.service_at)
    assert await refusal(change_service_order, outside, actor=DISPATCHER) == (Code.OUTSIDE_VALIDITY, ("serviceAt",))
    late = ChangeServiceOrderLine(done.id, executes_on=date(2026, 7, 1))
    assert await refusal(change_service_order_line, late, actor=DISPATCHER) == (
        Code.OUTSIDE_VALIDITY,
        ("executesOn",),
    )
    moved = MoveLines((done.id,), autumn.id)
    assert await refusal(move_service_order_lines, moved, actor=DISPATCHER) == (
        Code.OUTSIDE_VALIDITY,
        ("targetOrderId",),
    )
    elsewhere = replace(change, agreement_id=other.id)
    assert await refusal(change_service_order, elsewhere, actor=DISPATCHER) == (
        Code.DIFFERENT_AGREEMENT,
        ("agreementId",),
    )
    await perform(change_service_order, replace(change, service_at=NOON + timedelta(days=29)), actor=DISPATCHER)
