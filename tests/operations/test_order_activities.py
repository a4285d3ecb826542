"""Visits that orders and their lines get, when and as the company's settings say."""

from decimal import Decimal
from typing import Any

import pytest

from domain.core.operation import perform
from domain.orders.models import ServiceActivity, ServiceOrder, ServiceOrderLine
from domain.orders.operations import (
    AddServiceOrderLine,
    ChangeServiceOrderLine,
    CreateServiceOrder,
    EndOrder,
    MoveToNextStage,
    NewLine,
    add_service_order_line,
    cancel_service_order,
    change_service_order_line,
    create_service_order,
    move_service_order_to_next_stage,
    revoke_service_order_cancellation,
)
from domain.parameters.models import ServiceManagementParameters
from domain.projects.rules import TransactionType
from domain.stages.models import Stage
from tests.builders.actors import DISPATCHER
from tests.builders.agreed import an_agreement
from tests.builders.log import events
from tests.builders.rows import (
    a_customer,
    a_project,
    a_stage,
    a_worker,
    an_activity_type,
    number_sequences,
    the_parameters,
)

pytestmark = pytest.mark.usefixtures("database")

HOURS = NewLine(TransactionType.HOUR, Decimal(1))


async def a_company(**parameters: Any) -> tuple[Stage, Stage]:
    """A company with the stages PLANNING and READY, and these settings."""
    await number_sequences("service_order")
    await the_parameters(allow_without_service_agreement=True, **parameters)
    planning = await a_stage(number="PLANNING")
    return planning, await a_stage(planning, number="READY")


async def an_order_with(*lines: NewLine, **more: Any) -> ServiceOrder:
    command = CreateServiceOrder((await a_customer()).id, description="Look at it", lines=lines, **more)
    done = await perform(create_service_order, command, actor=DISPATCHER)
    return await ServiceOrder.get(id=done.result)


async def visits() -> list[ServiceActivity]:
    return await ServiceActivity.all().order_by("id")


async def test_an_order_has_no_visit_of_its_own_unless_the_company_wants_one() -> None:
    await a_company()

    await an_order_with(NewLine(TransactionType.FEE, Decimal(1)))

    assert await visits() == []


async def test_every_order_gets_a_visit_that_says_what_the_company_says() -> None:
    kind = await an_activity_type()
    await a_company(
        create_activity_for_order=True,
        activity_category="Appointment",
        activity_purpose="Service",
        order_activity_type_id=kind.id,
    )

    order = await an_order_with()

    [visit] = await visits()
    assert (visit.order_id, visit.title, visit.type_id) == (order.id, "Look at it", kind.id)
    assert (visit.category, visit.purpose, visit.worker_id) == ("Appointment", "Service", None)


async def test_lines_that_have_visits_make_one_more_needless() -> None:
    await a_company(create_activity_for_order=True)

    order = await an_order_with(HOURS)
    await perform(add_service_order_line, AddServiceOrderLine(order.id, HOURS), actor=DISPATCHER)

    assert len(await visits()) == 1


async def test_an_agreements_type_of_visit_goes_before_the_companys() -> None:
    usual, special = await an_activity_type(), await an_activity_type()
    await a_company(order_activity_type_id=usual.id)
    project = await a_project(customer_id=(await a_customer()).id)
    agreement = await an_agreement(project_id=project.id, activity_type_id=special.id)

    await perform(create_service_order, CreateServiceOrder(agreement_id=agreement.id, lines=(HOURS,)), actor=DISPATCHER)

    assert [visit.type_id for visit in await visits()] == [special.id]


async def test_lines_get_their_visits_at_the_stage_that_the_settings_name() -> None:
    planning, ready = await a_company()
    await the_stage_of_visits(ready)
    worker = await a_worker()

    order = await an_order_with(HOURS, NewLine(TransactionType.FEE, Decimal(1)))
    await perform(add_service_order_line, AddServiceOrderLine(order.id, HOURS), actor=DISPATCHER)
    line = await ServiceOrderLine.filter(order_id=order.id).order_by("-line_number").first()
    assert line is not None
    await perform(change_service_order_line, ChangeServiceOrderLine(line.id, worker_id=worker.id), actor=DISPATCHER)
    assert (order.stage_id, await visits()) == (planning.id, [])

    await perform(move_service_order_to_next_stage, MoveToNextStage(order.id), actor=DISPATCHER)

    made = await visits()
    assert [visit.worker_id for visit in made] == [None, worker.id]
    lines = await ServiceOrderLine.filter(order_id=order.id).order_by("line_number")
    assert [each.activity_id for each in lines] == [made[0].id, None, made[1].id]
    assert [event.kind for event in await events()][-4:] == [
        "activity_created",
        "service_order_line_changed",
        "activity_created",
        "service_order_line_changed",
    ]


async def test_beyond_that_stage_lines_get_them_at_once() -> None:
    planning, ready = await a_company()
    await the_stage_of_visits(planning)

    order = await an_order_with(HOURS)
    await ServiceOrder.filter(id=order.id).update(stage_id=ready.id)
    await perform(add_service_order_line, AddServiceOrderLine(order.id, HOURS), actor=DISPATCHER)

    assert len(await visits()) == 1


async def test_an_order_taken_up_again_has_the_visits_it_is_due() -> None:
    await a_company(create_activity_for_order=True)
    order = await an_order_with(NewLine(TransactionType.FEE, Decimal(1)))
    await perform(cancel_service_order, EndOrder(order.id), actor=DISPATCHER)
    assert await visits() == []

    await perform(revoke_service_order_cancellation, EndOrder(order.id), actor=DISPATCHER)

    assert [visit.title for visit in await visits()] == ["Look at it"]


async def the_stage_of_visits(stage: Stage) -> None:
    """Let visits of lines be made when an order comes to this stage."""
    await ServiceManagementParameters.all().update(activity_generation_stage_id=stage.id)
