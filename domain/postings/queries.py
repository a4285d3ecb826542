"""What was posted, as those may see it who may see what work costs; and what it earned."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from tortoise.expressions import Q

from db import reading
from domain.core.actor import Actor, Permission
from domain.core.rows import EVERYTHING, NOTHING
from domain.orders.rules import Margin, PostedAmount, margins_of


def visible_transactions(actor: Actor) -> Q:
    """The project transactions `actor` may see: all, for whoever may see what work costs."""
    return EVERYTHING if actor.may(Permission.READ_MARGINS) else NOTHING


class MarginSubject(StrEnum):
    """What a margin is of."""

    ORDER = "ORDER"
    AGREEMENT = "AGREEMENT"
    PROJECT = "PROJECT"


@dataclass(frozen=True, slots=True)
class MarginCriteria:
    """Which transactions count: those that meet every condition; None is no condition. The days are both included."""

    order_ids: tuple[int, ...] | None = None
    agreement_ids: tuple[int, ...] | None = None
    project_ids: tuple[int, ...] | None = None
    customer_ids: tuple[int, ...] | None = None
    from_on: date | None = None
    to_on: date | None = None


@dataclass(frozen=True, slots=True)
class MarginLine:
    """What one order, agreement or project earned, in each currency."""

    subject_id: int
    number: str
    description: str
    customer: str | None
    transactions: int
    margins: tuple[Margin, ...]


@dataclass(frozen=True, slots=True)
class MarginReport:
    """A page of margins, by the subjects' ids, the totals of all that the criteria mean, and whether more follow."""

    lines: tuple[MarginLine, ...]
    totals: tuple[Margin, ...]
    has_next: bool


# By subject: the column of the transaction, the subject's table, what of it is shown, and the way to its customer.
_SUBJECTS = {
    MarginSubject.ORDER: ("order_id", "service_order", "s.description", "s.customer_id"),
    MarginSubject.AGREEMENT: ("agreement_id", "service_agreement", "s.description", "p.customer_id"),
    MarginSubject.PROJECT: ("project_id", "project", "s.name", "s.customer_id"),
}


class _Conditions:
    """Conditions on transactions, with their parameters as the database wants them."""

    def __init__(self) -> None:
        self.values: list[object] = []
        self._mark, self._is_sqlite = ("?", True) if reading.dialect() == "sqlite" else ("$", False)

    def value(self, value: object) -> str:
        """The place of a parameter."""
        self.values.append(value.isoformat() if self._is_sqlite and isinstance(value, date) else value)
        return f"{self._mark}{len(self.values)}"

    def where(self, criteria: MarginCriteria, column: str) -> str:
        """The condition that the criteria are."""
        conditions = [f"x.{column} IS NOT NULL"]
        named = {
            "x.order_id": criteria.order_ids,
            "x.agreement_id": criteria.agreement_ids,
            "x.project_id": criteria.project_ids,
            "o.customer_id": criteria.customer_ids,
        }
        for name, ids in named.items():
            if ids is not None:
                places = ", ".join(self.value(each) for each in ids) or "NULL"
                conditions.append(f"{name} IN ({places})")
        if criteria.from_on is not None:
            conditions.append(f"x.executed_on >= {self.value(criteria.from_on)}")
        if criteria.to_on is not None:
            conditions.append(f"x.executed_on <= {self.value(criteria.to_on)}")
        return " AND ".join(conditions)


_FROM = "FROM project_transaction x JOIN service_order o ON o.id = x.order_id WHERE"


async def margin_report(
    subject: MarginSubject, criteria: MarginCriteria, *, first: int, after: int = 0
) -> MarginReport:
    """Posted sales less posted cost of each subject with a greater id than `after`, in two statements.

    Source: DOMAIN.md 4.5, 5.8.
    """
    column, table, shown, customer = _SUBJECTS[subject]
    project = " JOIN project p ON p.id = s.project_id" if subject is MarginSubject.AGREEMENT else ""
    page = _Conditions()
    where = page.where(criteria, column)
    subjects = (
        f"SELECT DISTINCT x.{column} {_FROM} {where} AND x.{column} > {page.value(after)}"
        f" ORDER BY x.{column} LIMIT {page.value(first + 1)}"
    )
    rows = await reading.read(
        f"SELECT t.id, s.number, {shown}, c.name, t.currency, t.cost, t.sales, t.many FROM ("
        f"SELECT x.{column} AS id, x.currency AS currency, sum(x.cost_minor) AS cost, sum(x.sales_minor) AS sales,"
        f" count(*) AS many {_FROM} {where} AND x.{column} IN ({subjects}) GROUP BY x.{column}, x.currency) t"
        f" JOIN {table} s ON s.id = t.id{project} LEFT JOIN customer c ON c.id = {customer} ORDER BY t.id, t.currency",
        page.values,
    )
    whole = _Conditions()
    totals = await reading.read(
        f"SELECT x.currency, sum(x.cost_minor), sum(x.sales_minor) {_FROM} {whole.where(criteria, column)}"
        " GROUP BY x.currency",
        whole.values,
    )
    lines = _lines(rows)
    return MarginReport(
        tuple(lines[:first]),
        margins_of(PostedAmount(currency, int(cost), int(sales)) for currency, cost, sales in totals),
        len(lines) > first,
    )


def _lines(rows: Sequence[Sequence[Any]]) -> list[MarginLine]:
    """One line for each subject, of its rows in each currency."""
    by_subject: dict[int, list[Sequence[Any]]] = defaultdict(list)
    for row in rows:
        by_subject[row[0]].append(row)
    return [
        MarginLine(
            subject_id,
            number=found[0][1],
            description=found[0][2],
            customer=found[0][3],
            transactions=sum(int(row[7]) for row in found),
            margins=margins_of(PostedAmount(row[4], int(row[5]), int(row[6])) for row in found),
        )
        for subject_id, found in by_subject.items()
    ]
