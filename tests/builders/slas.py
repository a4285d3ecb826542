"""Orders that are measured by a service level, made as people make them."""

from datetime import timedelta
from itertools import count
from typing import Any

from domain.agreements.models import ServiceAgreement
from domain.core import clock
from domain.core.operation import perform
from domain.orders.models import RecordedTime, ServiceOrder
from domain.orders.operations import CreateServiceOrder, create_service_order
from domain.slas.models import ServiceLevel
from domain.slas.rules import SlaRisk, SlaStatus
from domain.stages.models import Stage
from tests.builders.actors import DISPATCHER
from tests.builders.agreed import a_service_level, an_agreement
from tests.builders.rows import a_customer, a_stage
from tests.builders.times import MONDAY

_counts = count(1)
_HOUR = timedelta(hours=1)


async def an_agreement_with_level(**level: Any) -> ServiceAgreement:
    """An agreement without an end whose orders may take eight hours, unless a length is told."""
    return await an_agreement(sla_id=(await a_service_level(**level)).id, ends_on=None, starts_on=MONDAY.date())


async def a_measured_order(agreement: ServiceAgreement | None = None, **level: Any) -> ServiceOrder:
    """An order that a dispatcher has just written down under `agreement`, or under a new one with this level."""
    await Stage.get_or_none(parent_id=None) or await a_stage()
    agreement = agreement or await an_agreement_with_level(**level)
    command = CreateServiceOrder((await a_customer()).id, f"SO-M{next(_counts)}", agreement_id=agreement.id)
    done = await perform(create_service_order, command, actor=DISPATCHER)
    return await ServiceOrder.get(id=done.result)


async def times_of(order: ServiceOrder) -> list[tuple[Any, ...]]:
    """What is recorded of an order: start, end, status and what counted in hours."""
    times = await RecordedTime.filter(order_id=order.id).order_by("starts_at", "id")
    return [
        (time.starts_at, time.ends_at, time.status, None if time.counted is None else time.counted / 3_600_000_000)
        for time in times
    ]


async def measure(order: ServiceOrder, *, stopped: bool = False) -> ServiceLevel:
    """Measure an order for an hour, against a new service level of eight; as of now, without an event."""
    level, now = await a_service_level(), clock.now()
    status = SlaStatus.STOPPED if stopped else SlaStatus.STARTED
    await ServiceOrder.filter(id=order.id).update(
        sla_id=level.id,
        sla_status=status,
        sla_risk=SlaRisk.ON_TIME,
        sla_limit_minutes=480,
        sla_started_at=now - _HOUR,
        sla_due_at=None if stopped else now + 7 * _HOUR,
    )
    ended: dict[str, Any] = {"ends_at": now, "counted": _HOUR // timedelta.resolution} if stopped else {}
    await RecordedTime.create(order_id=order.id, starts_at=now - _HOUR, status=status, **ended)
    return level
