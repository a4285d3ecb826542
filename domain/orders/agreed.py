"""What a service order has to do with its service agreement, inside an open transaction."""

from datetime import date, datetime
from typing import Any

from domain.agreements.models import ServiceAgreement, ServiceAgreementLine
from domain.agreements.operations import locked_agreement
from domain.agreements.rules import Validity, check_gives_orders
from domain.core.errors import Code, Path, Refused, not_found
from domain.core.rows import locked
from domain.customers.models import Contact
from domain.orders import rules
from domain.orders.models import ItemRequirement, ServiceOrder, ServiceOrderLine
from domain.orders.rules import LineStatus
from domain.parameters.queries import civil_date, company_parameters
from domain.service_objects import rules as object_rules
from domain.service_objects.models import ServiceObjectRelation, ServiceTaskRelation
from domain.service_objects.rules import Owner
from domain.workforce.models import Worker


async def agreement_for(
    agreement_id: int | None, *, service_at: datetime | None, project_id: int | None
) -> tuple[int | None, int | None]:
    """The agreement that an order is to have, and the project that it then has; None where it may do without one.

    Raises:
        Refused: AGREEMENT_REQUIRED, NOT_FOUND, AGREEMENT_SUSPENDED, AGREEMENT_IS_TEMPLATE, OUTSIDE_VALIDITY,
            PROJECT_MISMATCH.

    Source: DOMAIN.md 4.3, 5.3.
    """
    if agreement_id is None:
        parameters = await company_parameters()
        rules.check_agreement_given(None, allow_without_agreement=parameters.allow_without_service_agreement)
        return None, project_id
    agreement = await locked_agreement(agreement_id)
    check_gives_orders(
        agreement.number, suspended=agreement.suspended, is_template=agreement.template_group_id is not None
    )
    return agreement.id, await fitting_project(agreement, service_at=service_at, project_id=project_id)


async def fitting_project(agreement: ServiceAgreement, *, service_at: datetime | None, project_id: int | None) -> int:
    """The agreement's project; refused are another one, and a day on which the agreement does not hold.

    Raises:
        Refused: OUTSIDE_VALIDITY, PROJECT_MISMATCH.

    Source: DOMAIN.md 5.3.
    """
    fitting = rules.project_of_agreement(agreement.number, agreement.project_id, project_id)
    if service_at is not None:
        served_on = civil_date(service_at, (await company_parameters()).time_zone)
        rules.check_within_validity(agreement.number, served_on, Validity(agreement.starts_on, agreement.ends_on))
    return fitting


def check_line_holds(
    agreement: ServiceAgreement, line: ServiceAgreementLine, on: date, path: Path = ("serviceAt",)
) -> None:
    """Refuse a day on which an agreement, or the line of it that is done, does not hold.

    Raises:
        Refused: OUTSIDE_VALIDITY.

    Source: DOMAIN.md 5.3.
    """
    rules.check_within_validity(
        agreement.number,
        on,
        Validity(agreement.starts_on, agreement.ends_on),
        line_number=line.line_number,
        line_validity=Validity(line.starts_on, line.ends_on),
        path=path,
    )


async def check_lines_hold(order: ServiceOrder, on: date, path: Path = ("serviceAt",), **among: Any) -> None:
    """Refuse a day for an order on which an agreement line that open lines come from does not hold.

    Raises:
        Refused: OUTSIDE_VALIDITY.

    Source: DOMAIN.md 5.3.
    """
    done = ServiceOrderLine.filter(order_id=order.id, status=LineStatus.CREATED, agreement_line_id__isnull=False)
    for line in await done.filter(**among).order_by("line_number").select_related("agreement_line__agreement"):
        check_line_holds(line.agreement_line.agreement, line.agreement_line, on, path)


async def proposed(agreement_id: int, customer_id: int) -> dict[str, Any]:
    """What an order takes over from its agreement unless told; people who have left and others' contacts are not.

    Source: DOMAIN.md 5.3.
    """
    agreement = await ServiceAgreement.get(id=agreement_id)
    values: dict[str, Any] = {"description": agreement.description}
    workers = {
        worker.id
        for worker in await Worker.filter(
            id__in=[agreement.responsible_id or 0, agreement.preferred_technician_id or 0], active=True
        )
    }
    for column in ("responsible_id", "preferred_technician_id"):
        if getattr(agreement, column) in workers:
            values[column] = getattr(agreement, column)
    contact_id = agreement.contact_id
    if contact_id is not None and await Contact.filter(id=contact_id, customer_id=customer_id).exists():
        values["contact_id"] = contact_id
    return values


async def locked_order(order_id: int, what: str, path: str) -> ServiceOrder:
    """An order, locked after its agreement, so that what its lines name there stays.

    Raises:
        Refused: NOT_FOUND.
    """
    found = await ServiceOrder.get_or_none(id=order_id)
    if found is not None and found.agreement_id is not None:
        await locked(ServiceAgreement, found.agreement_id, "service agreement", path)
    return await locked(ServiceOrder, order_id, what, path)


def owners_of(order: ServiceOrder) -> list[Owner]:
    """Whose objects and tasks a line of an order may name: the order's own, and those of its agreement.

    Source: DOMAIN.md 3, rule 1.
    """
    agreed = [] if order.agreement_id is None else [Owner(agreement_id=order.agreement_id)]
    return [Owner(order_id=order.id), *agreed]


async def check_related(
    order: ServiceOrder, *, object_relation_id: int | None = None, task_id: int | None = None
) -> None:
    """Refuse an object, or under an agreement a task, that neither the order nor its agreement is about.

    An order without an agreement names any task: it has no header that somebody planned tasks for.

    Raises:
        Refused: NOT_FOUND, OBJECT_NOT_RELATED, TASK_NOT_RELATED.

    Source: DOMAIN.md 3, rule 1.
    """
    if object_relation_id is not None:
        relation = await ServiceObjectRelation.get_or_none(id=object_relation_id)
        if relation is None:
            raise not_found("object relation", "objectRelationId")
        object_rules.check_object_related(related=Owner(relation.agreement_id, relation.order_id) in owners_of(order))
    if task_id is not None and order.agreement_id is not None:
        related = [
            await ServiceTaskRelation.filter(task_id=task_id, **owner.columns).exists() for owner in owners_of(order)
        ]
        object_rules.check_task_related(related=any(related))


async def check_lines_still_related(order: ServiceOrder, agreement_id: int | None) -> None:
    """Refuse an agreement for an order whose lines come from another, or name what they may not under it.

    Raises:
        Refused: DIFFERENT_AGREEMENT, OBJECT_NOT_RELATED, TASK_NOT_RELATED.

    Source: DOMAIN.md 3, rule 1; 5.2.
    """
    for model in (ServiceOrderLine, ItemRequirement):
        of_agreements = model.filter(order_id=order.id, agreement_line_id__isnull=False)
        if await of_agreements.exclude(agreement_line__agreement_id=agreement_id or 0).exists():
            message = f"{order.number} has work that was agreed elsewhere; delete its lines first, or leave it there."
            raise Refused(Code.DIFFERENT_AGREEMENT, message, ("agreementId",))
    moved = ServiceOrder(id=order.id, agreement_id=agreement_id)
    owners = owners_of(moved)
    for line in await ServiceOrderLine.filter(order_id=order.id).order_by("line_number"):
        if line.object_relation_id is not None:
            relation = await ServiceObjectRelation.get(id=line.object_relation_id)
            related = Owner(relation.agreement_id, relation.order_id) in owners
            object_rules.check_object_related(related=related, path=("agreementId",))
        if line.task_id is not None and agreement_id is not None:
            found = [
                await ServiceTaskRelation.filter(task_id=line.task_id, **owner.columns).exists() for owner in owners
            ]
            object_rules.check_task_related(related=any(found), path=("agreementId",))
