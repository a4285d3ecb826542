"""What an actor may see of service agreements, and what is asked of the orders that hang on them."""

from datetime import UTC, date, datetime
from typing import Any

from tortoise.expressions import Q
from tortoise.functions import Max, Min

from domain.agreements.models import ServiceAgreement, ServiceAgreementLine
from domain.core.actor import Actor, Permission, Role
from domain.core.rows import EVERYTHING, NOTHING
from domain.customers.queries import sees_customer
from domain.parameters.queries import civil_date, company_parameters


def visible_agreements(actor: Actor) -> Q:
    """The service agreements `actor` may see: a customer's are those of their projects, without templates."""
    if actor.may(Permission.READ_COMPANY):
        return EVERYTHING
    if actor.role is Role.CUSTOMER and actor.customer_id is not None:
        return Q(project__customer_id=actor.customer_id, template_group_id=None)
    return NOTHING


def sees_agreement(actor: Actor, customer_id: int | None, template_group_id: int | None) -> bool:
    """`visible_agreements` of one agreement, whose project is this customer's."""
    return actor.may(Permission.READ_COMPANY) or (template_group_id is None and sees_customer(actor, customer_id))


def visible_task_relations(actor: Actor) -> Q:
    """The related tasks `actor` may see: those of the agreements and orders they may see."""
    if actor.may(Permission.READ_COMPANY):
        return EVERYTHING
    if actor.role is Role.CUSTOMER and actor.customer_id is not None:
        own = actor.customer_id
        return Q(agreement__project__customer_id=own, agreement__template_group_id=None) | Q(order__customer_id=own)
    return NOTHING


async def has_orders(agreement_id: int) -> bool:
    """Whether service orders belong to this agreement."""
    # Through the relation: the orders' area lies above this one.
    return await ServiceAgreement.filter(id=agreement_id, orders__id__isnull=False).exists()


async def served_on(agreement_id: int) -> list[date]:
    """The first and the last day on which orders of this agreement are served; empty when there are none."""
    found = (
        await ServiceAgreement.filter(id=agreement_id)
        .annotate(earliest=Min("orders__service_at"), latest=Max("orders__service_at"))
        .values_list("earliest", "latest")
    )
    zone = (await company_parameters()).time_zone
    return [civil_date(_instant(at), zone) for ends in found for at in ends if at is not None]


async def line_served_on(line_id: int) -> list[date]:
    """The first and the last day on which what was planned from an agreement line is done; empty when nothing was."""
    day = "order_lines__executes_on"
    planned = ServiceAgreementLine.filter(**{"id": line_id, f"{day}__not_isnull": True})
    days: list[Any] = list(await planned.order_by(day).values_list(day, flat=True))
    return days[:1] + days[-1:]


def _instant(at: datetime | str) -> datetime:
    """SQLite gives the earliest and the latest as it stores them: as text, without an offset or with one."""
    found = at if isinstance(at, datetime) else datetime.fromisoformat(at)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
