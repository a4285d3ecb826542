"""How well service levels were met: by month, customer and agreement group, counted by the database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

import orjson

from db.reading import dialect, read
from domain.calendars.rules import date_range_bounds
from domain.core.errors import Code, Refused
from domain.parameters.queries import company_parameters

MOST_MONTHS = 60
_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class ComplianceRequest:
    """Of which months, by the days of the company, and of which orders; None is no condition."""

    from_on: date
    to_on: date
    customer_ids: tuple[int, ...] | None = None
    group_ids: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Met:
    """How many orders were measured; of these some have met their service level, some exceeded it, others still run."""

    measured: int
    met: int
    exceeded: int

    @property
    def met_percent(self) -> Decimal | None:
        """The share of those that have come to an end, or are late, that met it; None when there is none."""
        decided = self.met + self.exceeded
        if not decided:
            return None
        return (Decimal(100 * self.met) / decided).quantize(_HUNDREDTH, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Compliance(Met):
    """The figures of one month, customer and agreement group; None stands for orders that left their agreement."""

    month: date
    customer_id: int
    group_id: int | None


def months_of(from_on: date, to_on: date) -> list[date]:
    """The first days of all months that these days are in, and of the one after.

    Raises:
        Refused: INVALID when the range is reversed or longer than five years.
    """
    if to_on < from_on:
        raise Refused(Code.INVALID, f"The report ends on {to_on}, before it begins on {from_on}.", ("input", "toOn"))
    places = range(12 * from_on.year + from_on.month - 1, 12 * to_on.year + to_on.month + 1)
    if len(places) > MOST_MONTHS + 1:
        raise Refused(Code.INVALID, f"A report covers at most {MOST_MONTHS} months.", ("input", "toOn"))
    return [date(place // 12, place % 12 + 1, 1) for place in places]


async def compliance_of(request: ComplianceRequest, *, now: datetime) -> list[Compliance]:
    """The figures of the months in which measurement began, in one statement however many orders there are.

    An order counts as met when its time was stopped because it was done. Cancelled orders, and those whose
    measurement was cancelled, do not count.

    Raises:
        Refused: INVALID.

    Source: DOMAIN.md 8.3.
    """
    zone, reads = (await company_parameters()).time_zone, dialect()
    months = []
    for month, after in pairwise(months_of(request.from_on, request.to_on)):
        bounds = date_range_bounds(zone, month, after - timedelta(days=1))
        starts, ends = (at.isoformat(" ") for at in (bounds.starts_at, bounds.ends_at))
        months.append({"month": month.isoformat(), "starts": starts, "ends": ends})
    chosen = (request.customer_ids, request.group_ids)
    rows = await read(
        _STATEMENT.format(**_WORDS[reads]),
        (
            _json(months),
            now if reads == "postgres" else now.isoformat(" "),
            *(None if ids is None else _json(ids) for ids in chosen),
        ),
    )
    found = [
        Compliance(measured, met, exceeded, date.fromisoformat(month), customer_id, group_id)
        for month, customer_id, group_id, measured, met, exceeded in rows
    ]
    return sorted(found, key=lambda row: (row.month, row.customer_id, row.group_id or 0))


def total_of(parts: Iterable[Met]) -> Met:
    """All figures together."""
    listed = list(parts)
    return Met(
        sum(part.measured for part in listed), sum(part.met for part in listed), sum(part.exceeded for part in listed)
    )


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


# What is late has exceeded its service level although its time still runs.
_STATEMENT = """
SELECT j.month, j.customer_id, j.group_id, count(*), sum(j.done * (1 - j.late)), sum(j.late)
FROM (
  SELECT m.month, o.customer_id, a.group_id,
         CASE WHEN o.sla_risk = 'BREACHED' OR (o.sla_status = 'STARTED' AND o.sla_due_at < {now}) THEN 1 ELSE 0 END
           AS late,
         CASE WHEN o.sla_status = 'STOPPED' AND (o.signed_off_at IS NOT NULL OR o.progress = 'POSTED'
           OR s.stops_time_recording) THEN 1 ELSE 0 END AS done
  FROM {months}
  JOIN service_order o ON o.sla_started_at >= m.starts AND o.sla_started_at < m.ends
  LEFT JOIN service_agreement a ON a.id = o.agreement_id
  LEFT JOIN stage s ON s.id = o.stage_id
  WHERE o.sla_status IN ('STARTED', 'STOPPED') AND o.progress <> 'CANCELED'
    AND {customers} AND {groups}
) j
GROUP BY j.month, j.customer_id, j.group_id
"""
_WORDS = {
    "postgres": {
        "now": "$2",
        "months": "json_to_recordset($1::json) AS m(month text, starts timestamptz, ends timestamptz)",
        "customers": "($3::text IS NULL OR o.customer_id IN"
        " (SELECT value::int FROM json_array_elements_text($3::json)))",
        "groups": "($4::text IS NULL OR a.group_id IN (SELECT value::int FROM json_array_elements_text($4::json)))",
    },
    "sqlite": {
        "now": "?2",
        "months": "(SELECT value ->> 'month' AS month, value ->> 'starts' AS starts, value ->> 'ends' AS ends"
        " FROM json_each(?1)) AS m",
        "customers": "(?3 IS NULL OR o.customer_id IN (SELECT value FROM json_each(?3)))",
        "groups": "(?4 IS NULL OR a.group_id IN (SELECT value FROM json_each(?4)))",
    },
}
