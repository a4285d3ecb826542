"""The report of how well service levels were met."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Annotated, Any

import strawberry
from tortoise.expressions import Q

from api.context import Context
from api.executor import Ready
from api.resolvers import records
from api.schema.agreements import AgreementGroup
from api.schema.customers import Customer
from api.schema.nodes import keys_of
from api.selection import Selection, assemble, selection
from api.visibility import select_of
from domain.core import clock
from domain.core.actor import Permission
from domain.core.operation import check_permission
from domain.orders import compliance
from domain.orders.compliance import Compliance, ComplianceRequest, Met

Info = strawberry.Info[Context, None]


@strawberry.input(description="Which months and orders a report on service levels is about.")
class SlaComplianceInput:
    """For `slaCompliance`."""

    from_on: date = strawberry.field(description="A day of the first month.")
    to_on: date = strawberry.field(description="A day of the last month, at most 60 months in all.")
    customer_ids: list[strawberry.ID] | None = strawberry.field(default=None, description="Of one of these customers.")
    agreement_group_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Under an agreement of one of these groups."
    )

    def request(self) -> ComplianceRequest:
        """The report as the domain knows it.

        Raises:
            Refused: NOT_FOUND.
        """
        return ComplianceRequest(
            self.from_on,
            self.to_on,
            _keys(self.customer_ids, "cus", "customer", "customerIds"),
            _keys(self.agreement_group_ids, "agg", "agreement group", "agreementGroupIds"),
        )


def _keys(ids: list[strawberry.ID] | None, prefix: str, what: str, name: str) -> tuple[int, ...] | None:
    return None if ids is None else tuple(keys_of(ids, prefix, what, "input", name))


_MET = "How many met it: their time was stopped because they were done, and it was enough."
_EXCEEDED = "How many took longer, or are late and still run."


@strawberry.type(description="How many orders were measured, and how many met their service level.")
class SlaComplianceTotal:
    """The figures of all rows together."""

    measured: int = strawberry.field(description="Measured orders, without cancelled ones; some may still run in time.")
    met: int = strawberry.field(description=_MET)
    exceeded: int = strawberry.field(description=_EXCEEDED)
    met_percent: Decimal | None = strawberry.field(
        description="Share of `met` in `met` and `exceeded`, in percent with two decimals; null when both are none."
    )


@strawberry.type(description="The figures of one month, customer and agreement group.")
class SlaComplianceRow:
    """One row of the report."""

    month: date = strawberry.field(description="The month in which measurement began: its first day.")
    customer: Customer = strawberry.field(description="The customer.")
    agreement_group: AgreementGroup | None = strawberry.field(
        description="The group of the orders' agreements; null for orders that left theirs."
    )
    measured: int = strawberry.field(description="Measured orders, without cancelled ones; some may still run in time.")
    met: int = strawberry.field(description=_MET)
    exceeded: int = strawberry.field(description=_EXCEEDED)
    met_percent: Decimal | None = strawberry.field(
        description="Share of `met` in `met` and `exceeded`, in percent with two decimals; null when both are none."
    )


@strawberry.type(description="How well service levels were met.")
class SlaComplianceReport:
    """The report."""

    rows: list[SlaComplianceRow] = strawberry.field(description="By month, then customer, then agreement group.")
    total: SlaComplianceTotal = strawberry.field(description="All rows together.")


@strawberry.type
class ComplianceQueries:
    """Reading reports on service levels."""

    @strawberry.field(
        description=(
            "How many orders met their service levels, by the month in which measurement began, customer and agreement"
            " group."
        )
    )
    async def sla_compliance(
        self,
        info: Info,
        input: Annotated[SlaComplianceInput, strawberry.argument(description="Which months and orders.")],
    ) -> SlaComplianceReport:
        """The report."""
        context = info.context
        check_permission(context.actor, Permission.MAINTAIN_ORDERS)
        found = await compliance.compliance_of(input.request(), now=clock.now())
        report: Any = await assemble(
            selection(info),
            rows=lambda part: _rows(context, part, found),
            total=lambda part: _figures(part, compliance.total_of(found)),
        )
        return report


async def _rows(context: Context, part: Selection, found: list[Compliance]) -> Ready:
    """The rows with the records they name, each kind of which is read at once."""
    named: dict[int, dict[int, Any]] = {}
    kinds: dict[str, tuple[type[Any], Callable[[Compliance], int | None]]] = {
        "customer": (Customer, lambda row: row.customer_id),
        "agreement_group": (AgreementGroup, lambda row: row.group_id),
    }
    for asked in part.asked():
        if asked.name in kinds and asked.part is not None:
            cls, key = kinds[asked.name]
            where = Q(id__in=sorted({each for row in found if (each := key(row)) is not None}))
            named[id(asked.part)] = await records.keyed(context, asked.part, select_of(context.actor, cls, where))
    rows = []
    for row in found:
        values = {name: partial(_one_of, named, key(row)) for name, (_, key) in kinds.items()}
        rows.append((await _figures(part, row, month=row.month, **values)).data)
    return Ready(rows)


def _one_of(named: dict[int, dict[int, Any]], key: int | None, part: Selection) -> Any:
    return None if key is None else named[id(part)].get(key)


async def _figures(part: Selection, figures: Met, **more: object) -> Ready:
    return await assemble(
        part,
        measured=figures.measured,
        met=figures.met,
        exceeded=figures.exceeded,
        met_percent=figures.met_percent,
        **more,
    )
