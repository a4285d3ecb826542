"""Agreements that can be planned, and what planning them comes to."""

from collections import Counter
from datetime import date
from typing import Any

from domain.agreements.models import ServiceAgreement
from domain.agreements.rules import IntervalRange
from domain.core.operation import perform
from domain.planning.operations import PlanVisits, create_planned_service_orders
from tests.builders import agreed, rows
from tests.builders.actors import DISPATCHER


async def an_agreement_to_plan(**columns: Any) -> ServiceAgreement:
    """An agreement from 2007 without an end, on a project of a customer with an address."""
    if "project_id" not in columns:
        customer = await rows.a_customer()
        await rows.an_address(customer)
        columns["project_id"] = (await rows.a_project(customer_id=customer.id)).id
    return await agreed.an_agreement(**({"starts_on": date(2007, 1, 1), "ends_on": None} | columns))


async def every(range_: IntervalRange, frequency: int = 1) -> int:
    """The id of an interval of so many units."""
    return (await agreed.a_service_interval(range=range_, frequency=frequency)).id


async def gen_1() -> ServiceAgreement:
    """The agreement of the specification's first example: two objects, three lines."""
    agreement = await an_agreement_to_plan(starts_on=date(2007, 3, 31), combine_by="BY_SERVICE_OBJECT")
    x_1, x_2 = await agreed.a_related_object(agreement), await agreed.a_related_object(agreement)
    weekly, fortnightly = await every(IntervalRange.WEEKLY), await every(IntervalRange.WEEKLY, 2)
    for related, interval_id in ((x_1, weekly), (x_2, fortnightly), (x_2, weekly)):
        await agreed.an_agreement_line(
            agreement, starts_on=date(2007, 4, 1), object_relation_id=related.id, interval_id=interval_id
        )
    return agreement


APRIL = PlanVisits(from_on=date(2007, 4, 1), to_on=date(2007, 4, 30))


async def plan(command: PlanVisits = APRIL) -> dict[str, Any]:
    """The report of planning, as a dispatcher gets it."""
    return (await perform(create_planned_service_orders, command, actor=DISPATCHER)).result


def fates(report: dict[str, Any]) -> Counter[str]:
    """How many occurrences of a report have each fate."""
    return Counter(each["fate"] for each in report["occurrences"])


def visits(report: dict[str, Any]) -> list[tuple[str, list[int]]]:
    """Each visit's day and the numbers of its lines."""
    return [(visit["service_on"], [line["line_number"] for line in visit["lines"]]) for visit in report["visits"]]
