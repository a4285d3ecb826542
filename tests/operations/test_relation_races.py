"""Two at once about what an agreement or order is about: one wins, and no line names what is gone."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest

from domain.agreements.models import ServiceAgreement
from domain.agreements.operations import (
    AddAgreementObject,
    AddAgreementTask,
    AddServiceAgreementLine,
    NameRelation,
    NewAgreementLine,
    add_agreement_object,
    add_agreement_task,
    add_service_agreement_line,
    delete_agreement_object,
    delete_agreement_task,
)
from domain.core.errors import Refused
from domain.core.operation import perform
from domain.orders.models import ServiceOrder
from domain.orders.operations import (
    AddOrderObject,
    AddOrderTask,
    AddServiceOrderLine,
    NewLine,
    add_order_object,
    add_order_task,
    add_service_order_line,
    delete_order_object,
    delete_order_task,
)
from domain.projects.rules import TransactionType
from domain.service_objects.models import ServiceObjectRelation, ServiceTaskRelation
from tests.builders import agreed, rows
from tests.builders.actors import MANAGER

pytestmark = pytest.mark.usefixtures("initial_stage")
Asked = tuple[Any, Any]


async def at_once(*asked: Asked) -> Counter[str]:
    """What became of several changes asked for at the same time: done, or the code of the refusal."""
    outcomes = await asyncio.gather(
        *(perform(operation, command, actor=MANAGER) for operation, command in asked), return_exceptions=True
    )
    faults = [each for each in outcomes if isinstance(each, BaseException) and not isinstance(each, Refused)]
    assert faults == []
    return Counter(each.refusals[0].code.value if isinstance(each, Refused) else "DONE" for each in outcomes)


@pytest.mark.parametrize("owner", ["agreement", "order"])
async def test_of_two_who_relate_the_same_one_does(owner: str) -> None:
    await rows.number_sequences()
    lift, task = (await agreed.a_service_object()).id, (await rows.a_service_task()).id
    asked: list[Asked]
    if owner == "agreement":
        owner_id = (await agreed.an_agreement()).id
        asked = [
            (add_agreement_object, AddAgreementObject(owner_id, lift)),
            (add_agreement_task, AddAgreementTask(owner_id, task)),
        ]
    else:
        owner_id = (await rows.an_order()).id
        asked = [(add_order_object, AddOrderObject(owner_id, lift)), (add_order_task, AddOrderTask(owner_id, task))]

    for each in asked:
        assert await at_once(each, each, each) == {"DONE": 1, "ALREADY_EXISTS": 2}
    assert await ServiceObjectRelation.all().count() == await ServiceTaskRelation.all().count() == 1


async def _line_of_agreement(agreement: ServiceAgreement, **columns: Any) -> Asked:
    category, charged = await rows.a_project_category(), await agreed.a_line_property()
    line = NewAgreementLine(TransactionType.HOUR, category.id, charged.id, Decimal(1), **columns)
    return add_service_agreement_line, AddServiceAgreementLine(agreement.id, line)


async def _line_of_order(order: ServiceOrder, **columns: Any) -> Asked:
    category = await rows.a_project_category()
    line = NewLine(TransactionType.HOUR, Decimal(1), category_id=category.id, **columns)
    return add_service_order_line, AddServiceOrderLine(order.id, line)


def _either(outcomes: Iterable[str], gone: str) -> None:
    """Either the line was first, and the relation stays, or the relation went, and the line is refused."""
    assert sorted(outcomes) in (["DONE", "RELATION_IN_USE"], sorted(["DONE", gone]))


@pytest.mark.parametrize("line_first", [True, False])
async def test_a_relation_does_not_go_while_a_line_comes_to_name_it(line_first: bool) -> None:  # noqa: FBT001
    agreement = await agreed.an_agreement()
    order = await rows.an_order(agreement_id=agreement.id, stage_id=1)
    for owner, delete_object, delete_task in (
        (agreement, delete_agreement_object, delete_agreement_task),
        (order, delete_order_object, delete_order_task),
    ):
        lift, task = await agreed.a_related_object(owner), await agreed.a_related_task(owner)
        if isinstance(owner, ServiceOrder):
            of_lift = await _line_of_order(owner, object_relation_id=lift.id)
            of_task = await _line_of_order(owner, task_id=task.task_id)
        else:
            of_lift = await _line_of_agreement(owner, object_relation_id=lift.id)
            of_task = await _line_of_agreement(owner, task_id=task.task_id)
        for coming, going, gone in (
            (of_lift, (delete_object, NameRelation(lift.id)), "NOT_FOUND"),
            (of_task, (delete_task, NameRelation(task.id)), "TASK_NOT_RELATED"),
        ):
            pair = (coming, going) if line_first else (going, coming)
            _either((await at_once(*pair)).elements(), gone)
