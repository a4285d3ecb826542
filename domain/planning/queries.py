"""What planning reads: agreements with all that their orders take over, and what has been planned before."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tortoise.expressions import Q

from db.projection import Select, columns, exists
from domain.agreements.models import ServiceAgreement, ServiceAgreementLine
from domain.agreements.rules import (
    Agreement,
    AgreementLine,
    Interval,
    OccurrenceKey,
    OpenDays,
    PlanRequest,
    SkipReason,
    TimeWindow,
    Validity,
    VisitPlan,
    plan_visits,
)
from domain.calendars.queries import working_calendars
from domain.calendars.rules import WorkingCalendar
from domain.core.operation import subject_type
from domain.customers.models import Address
from domain.numbering.models import NumberSequence
from domain.numbering.rules import sequence_missing
from domain.orders.models import ItemRequirement, ServiceOrder, ServiceOrderLine
from domain.parameters.queries import CompanyParameters, company_parameters
from domain.planning.models import PlanningRun
from domain.planning.rules import Piece
from domain.service_objects.models import ServiceObjectRelation, ServiceTaskRelation
from domain.stages.models import Stage
from domain.stages.rules import initial_stage

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PromisedLine:
    """What an order line takes over from its agreement line, and what it is called by."""

    id: int
    rule: AgreementLine
    piece: Piece
    description: str
    category_id: int
    line_property_id: int
    offset_account_id: int | None
    project_id: int
    currency: str
    typed_price_minor: int | None
    item_id: int | None
    site_id: int | None
    worker_id: int | None
    task_name: str | None
    worker_name: str | None
    object_name: str | None


@dataclass(frozen=True, slots=True)
class Promise:
    """An agreement as planning sees it, and what its orders take over; `lines` by number."""

    rule: Agreement
    number: str
    description: str
    project_id: int
    customer_id: int | None
    address_id: int | None
    contact_id: int | None
    responsible_id: int | None
    preferred_technician_id: int | None
    activity_type_id: int | None
    lines: Mapping[int, PromisedLine]


@dataclass(frozen=True, slots=True)
class RelatedObject:
    """What a copy of an object's relation takes over."""

    object_id: int
    serial_number: str | None


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan with what it was made from. `there` names the order of each occurrence that exists already."""

    plan: VisitPlan
    promises: Mapping[int, Promise]
    there: Mapping[OccurrenceKey, tuple[int, str]]
    parameters: CompanyParameters
    calendar: WorkingCalendar | None


async def planned(agreement_ids: Sequence[int], request: PlanRequest) -> Planned:
    """The plan of these agreements as everything stands now; so many statements, however many agreements.

    Source: DOMAIN.md 4.8.
    """
    parameters = await company_parameters()
    calendar_id = parameters.calendar_id
    calendar = None if calendar_id is None else (await working_calendars([calendar_id])).get(calendar_id)
    found = await promises(agreement_ids)
    there = await _there(agreement_ids, found, request)
    plan = plan_visits(
        (promise.rule for promise in found.values()), request, existing=there.keys(), open_days=OpenDays(calendar)
    )
    return Planned(plan, found, there, parameters, calendar)


async def stored_run(run_id: int) -> PlanningRun:
    """A planning run as everybody can see it, between its batches."""
    names = tuple(PlanningRun._meta.fields_db_projection)  # noqa: SLF001 - Tortoise's own description of a model
    [values] = await columns(Select(PlanningRun, Q(id=run_id)), names)
    return PlanningRun(**dict(zip(names, values, strict=True)))


async def check_ready() -> None:
    """Refuse to plan where no order could be made.

    Raises:
        Refused: NUMBER_SEQUENCE_MISSING, NO_INITIAL_STAGE.

    Source: DOMAIN.md 1.3, 6.1.
    """
    if not await exists(Select(NumberSequence, Q(code=subject_type(ServiceOrder)))):
        raise sequence_missing(subject_type(ServiceOrder))
    if not await exists(Select(Stage, Q(parent_id__isnull=True))):
        initial_stage(())


async def promises(agreement_ids: Sequence[int]) -> dict[int, Promise]:
    """These agreements with their lines, by id, in the order of their ids."""
    lines = await _lines(agreement_ids)
    found = await _rows(Select(ServiceAgreement, Q(id__in=list(agreement_ids)), ("id",)), _OF_AGREEMENTS)
    addresses = await _addresses(sorted({row["project.customer_id"] for row in found} - {None}))
    return {row["id"]: _promise(row, lines.get(row["id"], {}), addresses) for row in found}


async def related_objects(relation_ids: Sequence[int]) -> dict[int, RelatedObject]:
    """What these relations lead to, by id."""
    names = ("id", "object_id", "serial_number")
    found = await columns(Select(ServiceObjectRelation, Q(id__in=list(relation_ids))), names)
    return {relation_id: RelatedObject(object_id, serial) for relation_id, object_id, serial in found}


async def task_notes(agreement_ids: Sequence[int]) -> dict[tuple[int, int], tuple[str, str]]:
    """The internal and the external note of each task of these agreements, by agreement and task."""
    names = ("agreement_id", "task_id", "internal_note", "external_note")
    found = await columns(Select(ServiceTaskRelation, Q(agreement_id__in=list(agreement_ids))), names)
    return {(agreement_id, task_id): (internal, external) for agreement_id, task_id, internal, external in found}


_OF_AGREEMENTS = (
    *("id", "number", "description", "starts_on", "ends_on", "suspended", "template_group_id", "combine_by"),
    *("project_id", "project.active", "project.customer_id", "project.customer.active", "activity_type_id"),
    *("contact_id", "contact.customer_id", "responsible_id", "responsible.active"),
    *("preferred_technician_id", "preferred_technician.active"),
)
_OF_LINES = (
    *("id", "agreement_id", "line_number", "transaction_type", "description", "starts_on", "ends_on", "stopped"),
    *("interval.range", "interval.frequency", "time_window.method", "time_window.days_before"),
    *("time_window.days_after", "task_id", "task.name", "worker_id", "worker.name", "worker.active"),
    *("object_relation_id", "object_relation.object.name", "category_id", "item_id", "item.active", "item_setup"),
    *("quantity", "unit", "starts_after_minute", "line_property_id", "project_id", "currency"),
    "offset_account_id",
    *("sales_price_minor", "sales_price_modified", "site_id"),
)


async def _lines(agreement_ids: Sequence[int]) -> dict[int, dict[int, PromisedLine]]:
    """The lines of these agreements, by agreement and number."""
    select = Select(ServiceAgreementLine, Q(agreement_id__in=list(agreement_ids)), ("agreement_id", "line_number"))
    made: defaultdict[int, dict[int, PromisedLine]] = defaultdict(dict)
    for row in await _rows(select, _OF_LINES):
        made[row["agreement_id"]][row["line_number"]] = _promised(row)
    return made


def _promise(row: Row, lines: Mapping[int, PromisedLine], addresses: Mapping[int, int]) -> Promise:
    customer_id = row["project.customer_id"]
    rule = Agreement(
        id=row["id"],
        validity=Validity(row["starts_on"], row["ends_on"]),
        combine_by=row["combine_by"],
        lines=tuple(line.rule for line in lines.values()),
        suspended=row["suspended"],
        is_template=row["template_group_id"] is not None,
        hindered_by=_agreement_hindered_by(row),
    )
    return Promise(
        rule=rule,
        number=row["number"],
        description=row["description"],
        project_id=row["project_id"],
        customer_id=customer_id,
        address_id=addresses.get(customer_id),
        # Others' contacts, and people who have left, are not taken over.
        contact_id=row["contact_id"] if row["contact.customer_id"] == customer_id else None,
        responsible_id=row["responsible_id"] if row["responsible.active"] else None,
        preferred_technician_id=row["preferred_technician_id"] if row["preferred_technician.active"] else None,
        activity_type_id=row["activity_type_id"],
        lines=lines,
    )


def _agreement_hindered_by(row: Row) -> SkipReason | None:
    if row["project.customer_id"] is None:
        return SkipReason.CUSTOMER_MISSING
    if not row["project.customer.active"]:
        return SkipReason.CUSTOMER_NOT_IN_USE
    return None if row["project.active"] else SkipReason.PROJECT_NOT_IN_USE


def _promised(row: Row) -> PromisedLine:
    recurs, method = row["interval.range"], row["time_window.method"]
    rule = AgreementLine(
        number=row["line_number"],
        transaction_type=row["transaction_type"],
        validity=Validity(row["starts_on"], row["ends_on"]),
        interval=None if recurs is None else Interval(recurs, row["interval.frequency"]),
        window=None
        if method is None
        else TimeWindow(method, row["time_window.days_before"], row["time_window.days_after"]),
        task_id=row["task_id"],
        worker_id=row["worker_id"],
        object_relation_id=row["object_relation_id"],
        stopped=row["stopped"],
        item_setup=row["item_setup"],
        hindered_by=_line_hindered_by(row),
    )
    return PromisedLine(
        id=row["id"],
        rule=rule,
        piece=Piece(row["transaction_type"], row["quantity"], row["unit"], row["starts_after_minute"]),
        description=row["description"],
        category_id=row["category_id"],
        line_property_id=row["line_property_id"],
        offset_account_id=row["offset_account_id"],
        project_id=row["project_id"],
        currency=row["currency"],
        typed_price_minor=row["sales_price_minor"] if row["sales_price_modified"] else None,
        item_id=row["item_id"],
        site_id=row["site_id"],
        worker_id=row["worker_id"] if row["worker.active"] else None,
        task_name=row["task.name"],
        worker_name=row["worker.name"],
        object_name=row["object_relation.object.name"],
    )


def _line_hindered_by(row: Row) -> SkipReason | None:
    return SkipReason.ITEM_NOT_IN_USE if row["item_id"] is not None and not row["item.active"] else None


async def _addresses(customer_ids: Sequence[int]) -> dict[int, int]:
    """Each customer's first address."""
    found = await columns(
        Select(Address, Q(customer_id__in=list(customer_ids), this_service_only=False), ("-id",)), ("customer_id", "id")
    )
    return dict(found)


async def _there(
    agreement_ids: Sequence[int], found: Mapping[int, Promise], request: PlanRequest
) -> dict[OccurrenceKey, tuple[int, str]]:
    """The order of each occurrence that exists; cancelled ones do, deleted ones do not.

    Source: DOMAIN.md 4.8 (3).
    """
    where = Q(agreement_line__agreement_id__in=list(agreement_ids), calculated_on__lte=request.to_on)
    if not request.continuous:
        where &= Q(calculated_on__gte=request.from_on)
    names = ("agreement_line_id", "calculated_on", "order_id", "order.number")
    keys = {line.id: (each.rule.id, number) for each in found.values() for number, line in each.lines.items()}
    return {
        OccurrenceKey(*keys[line_id], calculated_on): (order_id, order_number)
        for model in (ServiceOrderLine, ItemRequirement)
        for line_id, calculated_on, order_id, order_number in await columns(Select(model, where), names)
    }


async def _rows(select: Select, names: Sequence[str]) -> list[Row]:
    return [dict(zip(names, row, strict=True)) for row in await columns(select, names)]
