"""A year of 10,000 agreement lines planned by `tavle plan`, while a server on the same database goes on being used."""

import asyncio
import os
import secrets
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import asyncpg

from bench.data import CLOSED_DAYS, CUSTOMERS, PROJECTS, WORKERS, Table, moves
from bench.load import Client
from bench.report import PlanningFigures
from bench.servers import Server
from bench.workloads import assignment
from db.config import is_postgres, sqlite_path

AGREEMENTS, LINES_EACH, OBJECTS_EACH = 1_000, 10, 2
FIRST_DAY, LAST_DAY = date(2027, 1, 1), date(2027, 12, 31)
_CHANGE_EVERY_SECONDS = 0.1
_INTERVALS = (("MONTHLY", 1), ("QUARTERLY", 1), ("MONTHLY", 6), ("YEARLY", 1))
# Of an agreement's lines: which interval, which window (none, week, month), which type.
_KINDS = (
    (1, 1, "HOUR"),
    (2, 2, "HOUR"),
    (2, 2, "HOUR"),
    (2, None, "HOUR"),
    (3, 1, "HOUR"),
    (3, 2, "HOUR"),
    (4, 2, "HOUR"),
    (4, 1, "HOUR"),
    (4, 2, "ITEM"),
    (2, None, "FEE"),
)


def agreed() -> list[Table]:
    """The rows of the agreements, on top of those of `bench.data.company`."""
    return [*_set_up(), *_agreements()]


def measure(server: Server, folder: Path) -> PlanningFigures:
    """Plan the year beside a server whose board is being changed ten times a second.

    Raises:
        RuntimeError: the command failed.
    """
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TAVLE_")} | {
        "TAVLE_DATABASE_URL": server.database_url,
        "TAVLE_SECRET": secrets.token_urlsafe(48),
        "TAVLE_STATE_DIR": str(folder),
    }
    command = [sys.executable, "-m", "api", "plan", "--from", str(FIRST_DAY), "--to", str(LAST_DAY)]
    alone = _changes(server, until=time.monotonic() + 3, process=None)
    began = time.monotonic()
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        beside = _changes(server, until=began + 600, process=process)
        seconds = time.monotonic() - began
        said = process.stderr.read().decode() if process.stderr is not None else ""
    if process.returncode != 0:
        raise RuntimeError(said)
    orders, lines, events = asyncio.run(_counted(server.database_url))
    return PlanningFigures(AGREEMENTS * LINES_EACH, orders, lines, events, seconds, alone, beside)


def _changes(server: Server, *, until: float, process: subprocess.Popen[bytes] | None) -> list[float]:
    """How many milliseconds each change of the board took, until a moment or a process's end."""
    client = Client(server.port)
    taken: list[float] = []
    for move in _endlessly():
        if time.monotonic() >= until or (process is not None and process.poll() is not None):
            return taken
        began = time.monotonic()
        client.send(move)
        while client.receive() is None:
            pass
        taken.append((time.monotonic() - began) * 1000)
        time.sleep(_CHANGE_EVERY_SECONDS)
    raise AssertionError("There is always another change.")


def _endlessly() -> Iterator[bytes]:
    """Changes of the board, there and back again."""
    every = moves([CLOSED_DAYS])
    while True:
        for move in every:
            yield assignment(move.activity_id, move.free)
        for move in every:
            yield assignment(move.activity_id, move.home)


async def _counted(url: str) -> tuple[int, int, int]:
    """The planned orders and lines, and the events that tell of them."""
    statements = (
        "SELECT count(*) FROM service_order WHERE origin = 'AGREEMENT'",
        "SELECT count(*) FROM service_order_line WHERE agreement_line_id IS NOT NULL",
        "SELECT count(*) FROM event WHERE actor_name = 'tavle plan'",
    )
    if is_postgres(url):
        connection = await asyncpg.connect(url)
        try:
            orders, lines, events = [int(await connection.fetchval(each)) for each in statements]
        finally:
            await connection.close()
    else:
        file = sqlite3.connect(sqlite_path(url))
        orders, lines, events = [int(file.execute(each).fetchone()[0]) for each in statements]
        file.close()
    return orders, lines, events


def _set_up() -> Iterator[Table]:
    stage = [(1, "PLANNING", "Planning", True, True, True, True, False, False, False, 1)]
    allowed = (
        "allow_delete",
        "allow_modify",
        "allow_cancel",
        "allow_post",
        "stops_time_recording",
        "require_reason",
        "has_next",
    )
    yield Table("stage", ("id", "number", "name", *allowed, "version"), list(stage))
    sequences = [(1, "service_order", "PO-", 1, 1), (2, "service_object_relation", "REL-", 1_000_001, 1)]
    yield Table("number_sequence", ("id", "code", "prefix", "next", "version"), list(sequences))
    projects = [
        (PROJECTS + n, f"PRJ-A{n}", f"Agreement {n}", "TIME_AND_MATERIAL", n % CUSTOMERS + 1, True, 1)
        for n in range(1, AGREEMENTS + 1)
    ]
    yield Table("project", ("id", "number", "name", "type", "customer_id", "active", "version"), list(projects))
    categories = [(n, f"CAT-{n}", kind, kind, True, 1) for n, kind in enumerate(("HOUR", "ITEM", "FEE"), 1)]
    columns: tuple[str, ...] = ("id", "number", "name", "transaction_type", "active_in_journals", "version")
    yield Table("project_category", columns, list(categories))
    yield Table("line_property", ("id", "number", "name", "version"), [(1, "LPR-1", "Invoiced", 1)])
    items = [(1, "ITM-1", "Filter", "ITEM", "pcs", True, 1)]
    yield Table("item", ("id", "number", "name", "type", "unit", "active", "version"), list(items))
    tasks = [(n, f"TSK-{n}", f"Task {n}", 1) for n in (1, 2)]
    yield Table("service_task", ("id", "number", "name", "version"), list(tasks))
    intervals = [(n, f"INT-{n}", unit, unit, each, 1) for n, (unit, each) in enumerate(_INTERVALS, 1)]
    yield Table("service_interval", ("id", "number", "name", "range", "frequency", "version"), list(intervals))
    windows = [(n, f"WIN-{n}", method, method, 0, 0, 1) for n, method in enumerate(("WEEK", "MONTH"), 1)]
    columns = ("id", "number", "name", "method", "days_before", "days_after", "version")
    yield Table("time_window", columns, list(windows))


def _agreements() -> Iterator[Table]:
    yield Table("agreement_group", ("id", "number", "name", "version"), [(1, "AGR-1", "Full service", 1)])
    every = range(1, AGREEMENTS + 1)
    starts = {n: date(2026, 1, 1) + timedelta(days=n % 365) for n in every}
    headers = [
        (n, f"SA-{n}", f"Agreement {n}", 1, PROJECTS + n, starts[n], False, "BY_SERVICE_AGREEMENT", n % WORKERS + 1, 1)
        for n in every
    ]
    columns: tuple[str, ...] = (
        "id",
        "number",
        "description",
        "group_id",
        "project_id",
        "starts_on",
        "suspended",
        "combine_by",
    )
    yield Table("service_agreement", (*columns, "preferred_technician_id", "version"), list(headers))
    yield Table("service_object_group", ("id", "number", "name", "version"), [(1, "OGR-1", "Lifts", 1)])
    objects = range(1, AGREEMENTS * OBJECTS_EACH + 1)
    columns = ("id", "number", "name", "group_id", "version")
    yield Table("service_object", columns, [(n, f"OBJ-{n}", f"Lift {n}", 1, 1) for n in objects])
    related = [(n, f"REL-{n}", n, (n - 1) // OBJECTS_EACH + 1, 1) for n in objects]
    yield Table("service_object_relation", ("id", "number", "object_id", "agreement_id", "version"), list(related))
    tasks = [(2 * n + task, task, n, "Key at the reception", "", 1) for n in every for task in (1, 2)]
    columns = ("id", "task_id", "agreement_id", "internal_note", "external_note", "version")
    yield Table("service_task_relation", columns, list(tasks))
    lines = [
        (
            *((n - 1) * LINES_EACH + place, n, place, kind, f"Work {place}", _CATEGORY[kind], 1, PROJECTS + n),
            *("DKK", starts[n], n % WORKERS + 1 if place % 2 else None, (n - 1) * OBJECTS_EACH + place % 2 + 1),
            *(place % 2 + 1, interval, window, False, Decimal("1.5000"), "h", 1 if kind == "ITEM" else None, 1),
        )
        for n in every
        for place, (interval, window, kind) in enumerate(_KINDS, 1)
    ]
    columns = (
        *("id", "agreement_id", "line_number", "transaction_type", "description", "category_id"),
        *("line_property_id", "project_id", "currency", "starts_on", "worker_id", "object_relation_id"),
        *("task_id", "interval_id", "time_window_id", "stopped", "quantity", "unit", "item_id", "version"),
    )
    yield Table("service_agreement_line", columns, list(lines))


_CATEGORY = {"HOUR": 1, "ITEM": 2, "FEE": 3}
