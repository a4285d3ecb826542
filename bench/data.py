"""A company of a fixed size, made in memory and inserted in bulk: the same rows at every run."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import asyncpg

from domain.access.operations import API_TOKEN_PREFIX, hash_of
from domain.core.actor import TokenScope

TOKEN = f"{API_TOKEN_PREFIX}bench-token-of-a-made-up-company"
ZONE = ZoneInfo("Europe/Copenhagen")
FIRST_DAY = date(2026, 9, 14)
DAYS, PER_DAY = 60, 330
ORDERS, LINES_EACH = 5_000, 5
WORKERS, TEAMS = 100, 10
CUSTOMERS, PROJECTS = 1_000, 200
WAITING = 200  # activities that nobody has and that have no time yet
CLOSED_DAYS = 20  # the first days are past: their activities are done

_SLOTS = 5  # of a day; those of the last one and a half are free
_SLOT, _LENGTH = timedelta(hours=2), timedelta(minutes=90)
_MADE_AT = datetime(2026, 9, 1, 8, tzinfo=UTC)
_PRIORITIES = ("HIGH", "NORMAL", "NORMAL", "LOW")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows for one table, values as Python has them."""

    name: str
    columns: tuple[str, ...]
    rows: list[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Place:
    """A worker and a start: where an activity stands."""

    worker_id: int
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Move:
    """An activity, where it stands, and a place of the same day that is free for it alone."""

    activity_id: int
    home: Place
    free: Place


def day_bounds(day: int) -> tuple[datetime, datetime]:
    """The first instant of a day of the company, and the first after it."""
    midnight = datetime.combine(FIRST_DAY + timedelta(days=day), datetime.min.time(), ZONE)
    return midnight.astimezone(UTC), (midnight + timedelta(days=1)).astimezone(UTC)


def moves(days: Sequence[int]) -> list[Move]:
    """Changes of the board that are in nobody's way, whichever of them are made, in any order."""
    found = []
    for day in days:
        for place in range(WORKERS * _SLOTS - PER_DAY):
            home, free = _place(day, place), _place(day, PER_DAY + place)
            found.append(Move(day * PER_DAY + place + 1, home, free))
    return found


def order_number(order: int) -> str:
    """The number of an order, counted from 1."""
    return f"SO-{10_000 + order}"


def company() -> list[Table]:
    """All rows, each table after those it refers to."""
    dice = Random(20260914)
    return [*_company_itself(), *_master_data(), _orders(dice), _activities(), _lines()]


def fill_sqlite(path: Path, tables: Sequence[Table]) -> None:
    """Insert the rows into a migrated SQLite file, in the forms that Tortoise stores."""
    connection = sqlite3.connect(path)
    try:
        for table in tables:
            marks = ", ".join("?" * len(table.columns))
            connection.executemany(
                f"INSERT INTO {table.name} ({', '.join(table.columns)}) VALUES ({marks})",
                ([_stored(value) for value in row] for row in table.rows),
            )
        connection.commit()
        connection.execute("ANALYZE")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


async def fill_postgres(url: str, tables: Sequence[Table]) -> None:
    """Insert the rows into a migrated PostgreSQL database."""
    connection = await asyncpg.connect(url)
    try:
        for table in tables:
            await connection.copy_records_to_table(table.name, records=table.rows, columns=list(table.columns))
            if table.name != "service_management_parameters":
                await connection.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), (SELECT max(id) FROM {table.name}))"
                )
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


def _stored(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _place(day: int, place: int) -> Place:
    slot, worker = divmod(place, WORKERS)
    opening = datetime.combine(FIRST_DAY + timedelta(days=day), datetime.min.time(), ZONE).replace(hour=7)
    return Place(worker + 1, (opening + slot * _SLOT).astimezone(UTC))


def _company_itself() -> Iterator[Table]:
    calendar = [(1, "CAL-1", "Every day", "Europe/Copenhagen", 1)]
    yield Table("calendar", ("id", "number", "name", "time_zone", "version"), list(calendar))
    hours = [(weekday, 1, weekday, 6 * 60, 18 * 60) for weekday in range(1, 8)]
    yield Table("calendar_hours", ("id", "calendar_id", "weekday", "opens_minute", "closes_minute"), list(hours))
    holidays = [(n, 1, date(2026, 12, 31) + timedelta(days=30 * n), f"Holiday {n}") for n in range(1, 12)]
    yield Table("calendar_holiday", ("id", "calendar_id", "on_date", "name"), list(holidays))
    kinds = [(n, f"ACT-{n}", f"Kind {n}", 1) for n in range(1, 6)]
    yield Table("activity_type", ("id", "number", "name", "version"), list(kinds))
    yield Table(
        "service_management_parameters",
        (
            "id",
            "company_name",
            "time_zone",
            "currency",
            "calendar_id",
            "order_activity_type_id",
            "dispatch_color_high",
            "dispatch_color_normal",
            "dispatch_color_low",
            "dispatch_days_before",
            "dispatch_days_after",
            "version",
        ),
        [(1, "Bench A/S", "Europe/Copenhagen", "DKK", 1, 1, "#c62828", "#f9a825", "#2e7d32", 0, 7, 1)],
    )


def _master_data() -> Iterator[Table]:
    owner = [(WORKERS + 1, "WRK-OWNER", "Olga Owner", "EMPLOYEE", True, None, None, 1)]
    columns = ("id", "number", "name", "type", "active", "calendar_id", "team_id", "version")
    yield Table("worker", columns, list(owner))
    teams = [(n, f"TEAM-{n}", f"Team {n:02}", WORKERS + 1, 1) for n in range(1, TEAMS + 1)]
    yield Table("dispatch_team", ("id", "number", "name", "owner_id", "version"), list(teams))
    workers = [
        (n, f"WRK-{n}", f"Worker Number {n}", "EMPLOYEE", True, 1, (n - 1) % TEAMS + 1, 1)
        for n in range(1, WORKERS + 1)
    ]
    yield Table("worker", columns, list(workers))
    customers = [
        (n, f"CUS-{10_000 + n}", f"Kølehuset {n} ApS", f"+45 32 {n:06}", f"post{n}@customer.example", True, 1)
        for n in range(1, CUSTOMERS + 1)
    ]
    yield Table("customer", ("id", "number", "name", "phone", "email", "active", "version"), list(customers))
    addresses = [
        (n, n, f"ADR-{10_000 + n}", "Site", f"Søndre Kaj {n}", "2150", "Nordhavn", "DK", 1)
        for n in range(1, CUSTOMERS + 1)
    ]
    yield Table(
        "address",
        ("id", "customer_id", "number", "name", "street", "postal_code", "city", "country", "version"),
        list(addresses),
    )
    projects = [(n, f"PRJ-{n}", f"Project {n}", "TIME_AND_MATERIAL", None, True, 1) for n in range(1, PROJECTS + 1)]
    yield Table("project", ("id", "number", "name", "type", "customer_id", "active", "version"), list(projects))
    user = [(1, "program@bench.example", "Bench program", "INTEGRATION", True, 1)]
    yield Table("user_account", ("id", "email", "name", "role", "active", "version"), list(user))
    token = [(1, 1, "bench", hash_of(TOKEN), json.dumps(list(TokenScope)), _MADE_AT)]
    yield Table("api_token", ("id", "user_id", "name", "token_hash", "scopes", "created_at"), list(token))


def _orders(dice: Random) -> Table:
    rows: list[tuple[object, ...]] = []
    for n in range(1, ORDERS + 1):
        customer = dice.randint(1, CUSTOMERS)
        description = f"Cold room {n}: the compressor runs hot, and the door seal lets air in."
        service_at = _MADE_AT + timedelta(days=n % DAYS + 13)
        project, priority = n % PROJECTS + 1, _PRIORITIES[n % 4]
        rows.append(
            (
                *(n, order_number(n), description, customer, customer, project, priority),
                *("MANUAL", "IN_PROCESS", service_at, _MADE_AT + timedelta(seconds=n), 1),
            )
        )
    return Table(
        "service_order",
        (
            "id",
            "number",
            "description",
            "customer_id",
            "address_id",
            "project_id",
            "priority",
            "origin",
            "progress",
            "service_at",
            "created_at",
            "version",
        ),
        rows,
    )


def _activities() -> Table:
    rows: list[tuple[object, ...]] = []
    for n in range(1, DAYS * PER_DAY + WAITING + 1):
        order, visit = (n - 1) % ORDERS + 1, (n - 1) // ORDERS + 1
        day, place = divmod(n - 1, PER_DAY)
        at = _place(day, place) if day < DAYS else None
        closed = day < CLOSED_DAYS
        rows.append(
            (
                *(n, f"{order_number(order)}-{visit}", f"Visit {visit} of order {order}", order, n % 5 + 1),
                *((at.worker_id, at.starts_at, at.starts_at + _LENGTH) if at else (None, None, None)),
                *(_PRIORITIES[n % 4], "DISPATCHED" if closed else "UNDISPATCHED", closed, False, 1),
            )
        )
    return Table(
        "service_activity",
        (
            "id",
            "number",
            "title",
            "order_id",
            "type_id",
            "worker_id",
            "starts_at",
            "ends_at",
            "priority",
            "dispatch_status",
            "closed",
            "overlap_accepted",
            "version",
        ),
        rows,
    )


def _lines() -> Table:
    rows: list[tuple[object, ...]] = []
    for order in range(1, ORDERS + 1):
        for line in range(1, LINES_EACH + 1):
            # The last line is of no activity; each of the others is one visit's.
            visit = order + (line - 1) * ORDERS if line < LINES_EACH else None
            day, place = divmod((visit or 0) - 1, PER_DAY)
            worker = place % WORKERS + 1 if visit is not None and day < DAYS else None
            rows.append(
                (
                    *(
                        len(rows) + 1,
                        order,
                        line,
                        "HOUR" if visit else "FEE",
                        "CREATED",
                        f"Line {line} of order {order}",
                    ),
                    *(visit, worker, Decimal("1.5000"), "h", 1),
                )
            )
    return Table(
        "service_order_line",
        (
            "id",
            "order_id",
            "line_number",
            "transaction_type",
            "status",
            "description",
            "activity_id",
            "worker_id",
            "quantity",
            "unit",
            "version",
        ),
        rows,
    )
