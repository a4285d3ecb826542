"""Visits of an order on the board: those that its lines share, and one of its own; inside an open transaction.

When they are made, the parameters say: with the order, with its lines, or at the stage that it has to come to.
"""

from collections.abc import Sequence
from typing import Any

from domain.agreements.models import ServiceAgreement
from domain.core.operation import Work
from domain.orders import rules
from domain.orders.models import ServiceActivity, ServiceOrder, ServiceOrderLine
from domain.orders.rules import DispatchStatus, LineStatus
from domain.parameters.queries import CompanyParameters, company_parameters
from domain.projects.rules import TransactionType
from domain.stages.queries import all_stages, stage_with


async def gives_activities(order: ServiceOrder) -> bool:
    """Whether an order's lines have visits by now: it has come to the stage at which they get them.

    Source: DOMAIN.md 1.1, D-1.
    """
    stage_id = (await company_parameters()).activity_generation_stage_id
    return stage_id is None or rules.has_reached(order.stage_id, stage_id, await all_stages())


async def visit_for(work: Work, order: ServiceOrder, line: ServiceOrderLine) -> int | None:
    """The visit that a line is on: its own, or of hours, when it is time for visits, that of its worker and task."""
    if line.activity_id is not None or line.transaction_type is not TransactionType.HOUR:
        return line.activity_id
    if not await gives_activities(order):
        return None
    return (await shared_activity(work, order, line.worker_id, line.task_id, line.description, like=None)).id


async def give_activities(work: Work, order: ServiceOrder) -> None:
    """Put the open lines of an order that have no visit on one, if it is time for that.

    Source: DOMAIN.md 1.1, D-1.
    """
    waiting = ServiceOrderLine.filter(order_id=order.id, status=LineStatus.CREATED, activity_id__isnull=True)
    for line in await waiting.order_by("id").select_for_update():
        await work.change(line, "service_order_line_changed", activity_id=await visit_for(work, order, line))


async def give_order_activity(work: Work, order: ServiceOrder) -> None:
    """Give an order a visit of its own where the company wants one for each, unless it has one.

    Source: DOMAIN.md 1.1.
    """
    wanted = (await company_parameters()).create_activity_for_order
    if wanted and not await ServiceActivity.filter(order_id=order.id).exists():
        await shared_activity(work, order, None, None, order.description, like=None)


async def shared_activity(
    work: Work, order: ServiceOrder, worker_id: int | None, task_id: int | None, title: str, *, like: int | None
) -> ServiceActivity:
    """The order's open activity of this worker and task, or a new one of the same type as the activity `like`."""
    # Locked, so that no dispatcher gives it to somebody else while a line joins it.
    shared = (
        await ServiceActivity.filter(order_id=order.id, worker_id=worker_id, task_id=task_id, closed=False)
        .order_by("id")
        .select_for_update()
        .first()
    )
    if shared is not None:
        return shared
    parameters = await company_parameters()
    activity = new_activity(
        order,
        parameters,
        number=await activity_number(order),
        title=title,
        type_id=await _type_of(order, like, parameters),
        phase_id=await phase_of(order.stage_id),
        task_id=task_id,
        worker_id=worker_id,
    )
    return await work.create(activity, "activity_created")


def new_activity(
    order: ServiceOrder,
    parameters: CompanyParameters,
    *,
    number: str,
    title: str,
    type_id: int | None,
    phase_id: int | None,
    task_id: int | None = None,
    worker_id: int | None = None,
    **more: Any,
) -> ServiceActivity:
    """A visit of an order, still unsaved, with what the company says of all; without a title it is called as the order.

    An order that is unsaved too gives its id later.

    Source: DOMAIN.md 1.1, 9.1.
    """
    columns: dict[str, Any] = {"priority": order.priority, "dispatch_status": DispatchStatus.UNDISPATCHED} | more
    if order.pk is not None:
        columns["order_id"] = order.pk
    return ServiceActivity(
        number=number,
        title=(title or order.description or order.number)[:200],
        type_id=type_id,
        phase_id=phase_id,
        category=parameters.activity_category,
        purpose=parameters.activity_purpose,
        task_id=task_id,
        worker_id=worker_id,
        **columns,
    )


async def phase_of(stage_id: int | None) -> int | None:
    """The phase that visits are in from the start: that of their order's stage.

    Source: DOMAIN.md 6.1, 9.1; docs/decisions.md, visits follow their order's stage.
    """
    stage = await stage_with(stage_id)
    return None if stage is None else stage.activity_phase_id


async def follow_stage(work: Work, order_ids: Sequence[int], phase_id: int | None) -> None:
    """Put the open visits of orders that have entered a stage into its phase; a stage without one changes nothing.

    Source: DOMAIN.md 6.1, 9.1; docs/decisions.md, visits follow their order's stage.
    """
    if phase_id is None:
        return
    visits = ServiceActivity.filter(order_id__in=list(order_ids), closed=False).order_by("id").select_for_update()
    for visit in await visits:
        await work.change(visit, "activity_changed", phase_id=phase_id)


async def drop_empty_activity(work: Work, activity_id: int | None) -> None:
    """Delete an open activity whose last line went elsewhere."""
    if activity_id is None or await ServiceOrderLine.filter(activity_id=activity_id).exists():
        return
    activity = await ServiceActivity.filter(id=activity_id, closed=False).select_for_update().first()
    if activity is not None:
        await work.remove(activity, "activity_deleted")


async def activity_number(order: ServiceOrder) -> str:
    """The number of the order's next activity."""
    taken = await ServiceActivity.filter(order_id=order.id).values_list("number", flat=True)
    return rules.next_activity_number(order.number, [str(number) for number in taken])


async def _type_of(order: ServiceOrder, like: int | None, parameters: CompanyParameters) -> int | None:
    """What kind of visit it is: as the one before it, as the agreement says, as usual."""
    if like is not None:
        return (await ServiceActivity.get(id=like)).type_id
    if order.agreement_id is not None:
        agreed = (await ServiceAgreement.get(id=order.agreement_id)).activity_type_id
        if agreed is not None:
            return agreed
    return parameters.order_activity_type_id
