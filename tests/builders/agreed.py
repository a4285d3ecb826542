"""Rows of service objects and service agreements, as `tests.builders.rows` makes those of the board."""

from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from domain.agreements.models import (
    AgreementGroup,
    ServiceAgreement,
    ServiceAgreementLine,
    ServiceInterval,
    TemplateGroup,
    TimeWindow,
)
from domain.agreements.rules import IntervalRange, WindowMethod
from domain.orders.models import ServiceOrder
from domain.projects.models import LineProperty
from domain.projects.rules import TransactionType
from domain.service_objects.models import (
    ServiceObject,
    ServiceObjectGroup,
    ServiceObjectRelation,
    ServiceTask,
    ServiceTaskRelation,
)
from domain.slas.models import ServiceLevel
from tests.builders import rows

_counts = count(1)


def _filled(columns: dict[str, Any], **defaults: Any) -> dict[str, Any]:
    return defaults | columns


async def a_line_property(**columns: Any) -> LineProperty:
    """A line property."""
    return await LineProperty.create(**_filled(columns, number=f"LPR-B{next(_counts)}", name="Invoiced"))


async def a_service_object_group(**columns: Any) -> ServiceObjectGroup:
    """A service object group."""
    return await ServiceObjectGroup.create(**_filled(columns, number=f"OGR-B{next(_counts)}", name="Passenger lifts"))


async def a_service_object(**columns: Any) -> ServiceObject:
    """A service object that is no item, in a group of its own unless told."""
    if "group_id" not in columns:
        columns["group_id"] = (await a_service_object_group()).id
    return await ServiceObject.create(**_filled(columns, number=f"OBJ-B{next(_counts)}", name="Lift 1"))


async def a_service_level(**columns: Any) -> ServiceLevel:
    """A service level of eight hours without a calendar, unless a length is told."""
    length = {} if columns.keys() & {"days", "hours", "minutes"} else {"hours": 8}
    return await ServiceLevel.create(**_filled(columns, number=f"SLA-B{next(_counts)}", name="Gold", **length))


async def an_agreement_group(**columns: Any) -> AgreementGroup:
    """An agreement group."""
    return await AgreementGroup.create(**_filled(columns, number=f"AGR-B{next(_counts)}", name="Full service"))


async def a_template_group(**columns: Any) -> TemplateGroup:
    """A template group at the top."""
    return await TemplateGroup.create(**_filled(columns, number=f"TGR-B{next(_counts)}", name="Lifts"))


async def a_service_interval(**columns: Any) -> ServiceInterval:
    """An interval of a quarter."""
    return await ServiceInterval.create(
        **_filled(columns, number=f"INT-B{next(_counts)}", name="Every quarter", range=IntervalRange.QUARTERLY)
    )


async def a_time_window(**columns: Any) -> TimeWindow:
    """A window of a week."""
    return await TimeWindow.create(
        **_filled(columns, number=f"WIN-B{next(_counts)}", name="Within the week", method=WindowMethod.WEEK)
    )


async def an_agreement(**columns: Any) -> ServiceAgreement:
    """An agreement of 2026 on a project of its own, without lines."""
    if "project_id" not in columns:
        columns["project_id"] = (await rows.a_project()).id
    if "group_id" not in columns:
        columns["group_id"] = (await an_agreement_group()).id
    return await ServiceAgreement.create(
        **_filled(
            columns,
            number=f"SA-B{next(_counts)}",
            description="Two lifts",
            starts_on=date(2026, 1, 1),
            ends_on=date(2026, 12, 31),
        )
    )


async def a_template(**columns: Any) -> ServiceAgreement:
    """A template in a group of its own."""
    return await an_agreement(template_group_id=(await a_template_group()).id, **columns)


async def an_agreement_line(agreement: ServiceAgreement | None = None, **columns: Any) -> ServiceAgreementLine:
    """A line of one hour on `agreement`, or on a new one."""
    agreement = agreement or await an_agreement()
    if "category_id" not in columns:
        columns["category_id"] = (await rows.a_project_category()).id
    if "line_property_id" not in columns:
        columns["line_property_id"] = (await a_line_property()).id
    return await ServiceAgreementLine.create(
        **_filled(
            columns,
            agreement_id=agreement.id,
            line_number=await ServiceAgreementLine.filter(agreement_id=agreement.id).count() + 1,
            transaction_type=TransactionType.HOUR,
            project_id=agreement.project_id,
            currency="DKK",
            starts_on=agreement.starts_on,
            quantity=Decimal(1),
        )
    )


async def a_related_object(
    owner: ServiceAgreement | ServiceOrder | None = None, found: ServiceObject | None = None, **columns: Any
) -> ServiceObjectRelation:
    """That `owner`, or a new agreement, is about an object."""
    owner = owner or await an_agreement()
    column = "order_id" if isinstance(owner, ServiceOrder) else "agreement_id"
    object_id = (found or await a_service_object()).id
    return await ServiceObjectRelation.create(
        **_filled(columns, number=f"REL-B{next(_counts)}", object_id=object_id, **{column: owner.id})
    )


async def a_related_task(
    owner: ServiceAgreement | ServiceOrder | None = None, task: ServiceTask | None = None, **columns: Any
) -> ServiceTaskRelation:
    """That a task is done for `owner`, or for a new agreement."""
    owner = owner or await an_agreement()
    column = "order_id" if isinstance(owner, ServiceOrder) else "agreement_id"
    task_id = (task or await rows.a_service_task()).id
    return await ServiceTaskRelation.create(**_filled(columns, task_id=task_id, **{column: owner.id}))
