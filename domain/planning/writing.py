"""Writing planned visits: orders with relations, activities and lines, in the same few statements for any number."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tortoise.models import Model

from domain.agreements.rules import AgreementLine, PlannedLine, PlannedVisit
from domain.core.bulk import give_ids, insert
from domain.core.operation import Work, columns_of
from domain.numbering.operations import numbers_for
from domain.orders import measuring
from domain.orders.activities import new_activity, phase_of
from domain.orders.models import ItemRequirement, RecordedTime, ServiceActivity, ServiceOrder, ServiceOrderLine
from domain.orders.requirements import planned_requirement
from domain.orders.rules import OrderOrigin
from domain.planning.queries import Planned, Promise, PromisedLine, RelatedObject, related_objects, task_notes
from domain.planning.rules import visit_begins_at, work_length
from domain.projects.rules import TransactionType
from domain.service_objects.models import ServiceObjectRelation, ServiceTaskRelation
from domain.stages.queries import initial_stage_id


@dataclass(slots=True)
class _Draft:
    """A visit on its way into the database: the rows that have yet to get their ids, and what names them."""

    visit: PlannedVisit
    promise: Promise
    order: ServiceOrder
    lines: list[ServiceOrderLine] = field(default_factory=list)
    requirements: list[ItemRequirement] = field(default_factory=list)
    objects: dict[int, ServiceObjectRelation] = field(default_factory=dict)
    tasks: dict[int, ServiceTaskRelation] = field(default_factory=dict)
    activities: dict[tuple[int | None, int | None], ServiceActivity] = field(default_factory=dict)
    time: RecordedTime | None = None

    @property
    def done(self) -> list[PlannedLine]:
        """What is done on the visit: what gives order lines, in their order."""
        return [each for each in self.visit.lines if not each.line.makes_requirement]


async def write_visits(work: Work, planned: Planned, visits: Sequence[PlannedVisit]) -> list[ServiceOrder]:
    """Create the orders of these visits in the initial stage, measured if the company wants it; gives them in order.

    Raises:
        Refused: NUMBER_SEQUENCE_MISSING, NO_INITIAL_STAGE.

    Source: DOMAIN.md 4.8 (6, 7), 8.2, D-3.
    """
    stage_id = await initial_stage_id()
    phase_id = await phase_of(stage_id)
    numbers = await numbers_for(work, ServiceOrder, len(visits))
    drafts = [_draft(planned, visit, number, stage_id, work.now) for visit, number in zip(visits, numbers, strict=True)]
    await _relate(work, drafts)
    generates_at = planned.parameters.activity_generation_stage_id
    for draft in drafts:
        if generates_at in {None, stage_id}:
            _give_activities(planned, draft, phase_id)
        if planned.parameters.create_activity_for_order and not draft.activities:
            _give_order_activity(planned, draft, phase_id)
    times = await measuring.begin(work, [draft.order for draft in drafts], generated=True)
    for draft, time in zip(drafts, times, strict=True):
        draft.time = time
    await _store(drafts)
    for draft in drafts:
        _record(work, draft)
    return [draft.order for draft in drafts]


def _draft(planned: Planned, visit: PlannedVisit, number: str, stage_id: int, now: datetime) -> _Draft:
    promise = planned.promises[visit.agreement_id]
    if promise.customer_id is None:
        raise AssertionError("An agreement without a customer gives no visits.")
    pieces = [promise.lines[each.line.number].piece for each in visit.lines]
    order = ServiceOrder(
        number=number,
        description=promise.description,
        customer_id=promise.customer_id,
        address_id=promise.address_id,
        contact_id=promise.contact_id,
        project_id=promise.project_id,
        agreement_id=visit.agreement_id,
        origin=OrderOrigin.AGREEMENT,
        service_at=visit_begins_at(visit.service_on, pieces, planned.calendar, planned.parameters.time_zone),
        responsible_id=promise.responsible_id,
        preferred_technician_id=promise.preferred_technician_id,
        stage_id=stage_id,
        calendar_conflict=visit.calendar_conflict,
        created_at=now,
    )
    draft = _Draft(visit, promise, order)
    for place, each in enumerate(draft.done, start=1):
        draft.lines.append(_line(each, promise.lines[each.line.number], visit, place))
    for place, each in enumerate((each for each in visit.lines if each.line.makes_requirement), start=1):
        draft.requirements.append(_requirement(order, each, promise.lines[each.line.number], visit, place))
    return draft


def _line(each: PlannedLine, promised: PromisedLine, visit: PlannedVisit, line_number: int) -> ServiceOrderLine:
    return ServiceOrderLine(
        line_number=line_number,
        transaction_type=each.line.transaction_type,
        description=promised.description,
        category_id=promised.category_id,
        line_property_id=promised.line_property_id,
        offset_account_id=promised.offset_account_id,
        project_id=promised.project_id,
        currency=promised.currency,
        sales_price_minor=promised.typed_price_minor,
        sales_price_modified=promised.typed_price_minor is not None,
        item_id=promised.item_id,
        task_id=each.line.task_id,
        worker_id=promised.worker_id,
        quantity=promised.piece.quantity,
        unit=promised.piece.unit,
        agreement_line_id=promised.id,
        calculated_on=each.calculated_on,
        earliest_on=each.days.from_on,
        latest_on=each.days.to_on,
        executes_on=visit.service_on,
    )


def _requirement(
    order: ServiceOrder, each: PlannedLine, promised: PromisedLine, visit: PlannedVisit, line_number: int
) -> ItemRequirement:
    if promised.item_id is None:
        raise AssertionError("An agreement line without an item requires none.")
    return planned_requirement(
        order,
        line_number=line_number,
        project_id=promised.project_id,
        item_id=promised.item_id,
        site_id=promised.site_id,
        agreement_line_id=promised.id,
        calculated_on=each.calculated_on,
        required_on=visit.service_on,
        quantity=promised.piece.quantity,
        unit=promised.piece.unit,
        description=promised.description,
    )


async def _relate(work: Work, drafts: Sequence[_Draft]) -> None:
    """Copy the relations that the lines of each visit name, so that these name the order's own."""
    related = await related_objects(
        sorted({line.object_relation_id for line in _planned_lines(drafts) if line.object_relation_id is not None})
    )
    notes = await task_notes(sorted({draft.visit.agreement_id for draft in drafts}))
    for draft in drafts:
        for each in draft.visit.lines:
            relation_id, task_id = each.line.object_relation_id, each.line.task_id
            if relation_id is not None and relation_id not in draft.objects:
                draft.objects[relation_id] = _copied(related[relation_id])
            if task_id is not None and task_id not in draft.tasks:
                internal, external = notes.get((draft.visit.agreement_id, task_id), ("", ""))
                draft.tasks[task_id] = ServiceTaskRelation(
                    task_id=task_id, internal_note=internal, external_note=external
                )
    copies = [relation for draft in drafts for relation in draft.objects.values()]
    for relation, number in zip(copies, await numbers_for(work, ServiceObjectRelation, len(copies)), strict=True):
        relation.number = number


def _planned_lines(drafts: Sequence[_Draft]) -> Iterator[AgreementLine]:
    return (each.line for draft in drafts for each in draft.visit.lines)


def _copied(related: RelatedObject) -> ServiceObjectRelation:
    return ServiceObjectRelation(object_id=related.object_id, serial_number=related.serial_number)


def _give_activities(planned: Planned, draft: _Draft, phase_id: int | None) -> None:
    """Lines of hours with equal worker and task share an activity, which has the time of the visit.

    Source: DOMAIN.md 9.1.
    """
    by_share: dict[tuple[int | None, int | None], list[ServiceOrderLine]] = {}
    for line in draft.lines:
        if line.transaction_type is TransactionType.HOUR:
            by_share.setdefault((line.worker_id, line.task_id), []).append(line)
    pieces = {line.id: line.piece for line in draft.promise.lines.values()}
    for place, (share, lines) in enumerate(by_share.items(), start=1):
        order, own = draft.order, [pieces[line.agreement_line_id] for line in lines if line.agreement_line_id]
        starts_at = visit_begins_at(draft.visit.service_on, own, planned.calendar, planned.parameters.time_zone)
        worker_id, task_id = share
        draft.activities[share] = new_activity(
            order,
            planned.parameters,
            number=f"{order.number}-{place}",
            title=lines[0].description,
            type_id=_type_of(planned, draft),
            phase_id=phase_id,
            task_id=task_id,
            worker_id=worker_id,
            starts_at=starts_at,
            ends_at=starts_at + work_length(own),
            # Nobody has looked at the worker's day yet: that is the dispatcher's to do.
            overlap_accepted=worker_id is not None,
        )


def _type_of(planned: Planned, draft: _Draft) -> int | None:
    return draft.promise.activity_type_id or planned.parameters.order_activity_type_id


def _give_order_activity(planned: Planned, draft: _Draft, phase_id: int | None) -> None:
    """An order whose lines gave it no visit gets one of its own.

    Source: DOMAIN.md 1.1.
    """
    order = draft.order
    if order.service_at is None:
        raise AssertionError("A planned order has its day.")
    pieces = [draft.promise.lines[each.line.number].piece for each in draft.done]
    draft.activities[None, None] = new_activity(
        order,
        planned.parameters,
        number=f"{order.number}-1",
        title=order.description,
        type_id=_type_of(planned, draft),
        phase_id=phase_id,
        starts_at=order.service_at,
        ends_at=order.service_at + work_length(pieces),
    )


async def _store(drafts: Sequence[_Draft]) -> None:
    """Give every row its id and tell the others, then write each table at once."""
    orders = [draft.order for draft in drafts]
    await give_ids(orders)
    objects = [relation for draft in drafts for relation in draft.objects.values()]
    tasks = [relation for draft in drafts for relation in draft.tasks.values()]
    activities = [activity for draft in drafts for activity in draft.activities.values()]
    times = [draft.time for draft in drafts if draft.time is not None]
    for draft in drafts:
        if draft.time is not None:
            draft.time.order_id = draft.order.id
        for row in _parts(draft):
            row.order_id = draft.order.id
    lines = [line for draft in drafts for line in draft.lines]
    requirements = [required for draft in drafts for required in draft.requirements]
    tables: tuple[Sequence[Model], ...] = (objects, tasks, activities, lines, requirements, times)
    for rows in tables:
        await give_ids(rows)
    for draft in drafts:
        for line, each in zip(draft.lines, draft.done, strict=True):
            if each.line.object_relation_id is not None:
                line.object_relation_id = draft.objects[each.line.object_relation_id].id
            activity = draft.activities.get((line.worker_id, line.task_id))
            if activity is not None and line.transaction_type is TransactionType.HOUR:
                line.activity_id = activity.id
    for rows in (orders, *tables):
        await insert(rows)


def _parts(draft: _Draft) -> Iterator[Any]:
    """The rows that belong to a visit's order."""
    yield from (*draft.objects.values(), *draft.tasks.values(), *draft.activities.values())
    yield from (*draft.lines, *draft.requirements)


def _record(work: Work, draft: _Draft) -> None:
    """Log what became of one visit, in the words of orders made by hand."""
    recorded: list[tuple[Model, str]] = [(draft.order, "service_order_created")]
    recorded += [(row, "service_object_relation_created") for row in draft.objects.values()]
    recorded += [(row, "service_task_relation_created") for row in draft.tasks.values()]
    recorded += [(row, "activity_created") for row in draft.activities.values()]
    recorded += [(row, "service_order_line_created") for row in draft.lines]
    recorded += [(row, "item_requirement_created") for row in draft.requirements]
    recorded += [(row, "recorded_time_started") for row in (draft.time,) if row is not None]
    for row, kind in recorded:
        work.record(kind, row, before=None, after=columns_of(row))
