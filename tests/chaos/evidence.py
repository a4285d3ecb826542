"""What the database holds, read with nothing of the product in between."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import asyncpg

from db.config import is_postgres, sqlite_path
from tests.chaos.judging import Evidence, Logged, Shown

_HEAD = "SELECT seq FROM event_head WHERE id = 1"
_LOG = "SELECT seq, batch, key, subject_type, subject_id, body FROM event ORDER BY seq"
_KEYS = "SELECT id, answer FROM mutation_key"
_ACTIVITIES = "SELECT id, version, worker_id, starts_at, ends_at FROM service_activity"


async def read_evidence(url: str) -> Evidence:
    """Everything that a run is judged by."""
    head, log, keys, activities = await _rows(url, _HEAD, _LOG, _KEYS, _ACTIVITIES)
    return Evidence(
        head[0][0],
        [_logged(*row) for row in log],
        # A key's row is named by its actor too.
        {name.rpartition(":")[2]: json.loads(answer)["cursor"] for name, answer in keys if answer is not None},
        {row[0]: Shown(row[1], row[2], _instant(row[3]), _instant(row[4])) for row in activities},
    )


def _logged(seq: int, batch: int, key: str | None, subject: str, subject_id: int, body: str) -> Logged:
    told = json.loads(body)
    if subject != "service_activity":
        return Logged(seq, batch, key, None, {}, {})
    return Logged(seq, batch, key, subject_id, _normal(told["before"] or {}), _normal(told["after"] or {}))


def _normal(columns: dict[str, Any]) -> dict[str, Any]:
    times = {name: _instant(value) for name, value in columns.items() if name in {"starts_at", "ends_at"}}
    return columns | times


def _instant(value: str | datetime | None) -> str | None:
    if value is None:
        return None
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return at.astimezone(UTC).isoformat()


async def _rows(url: str, *statements: str) -> list[Sequence[Any]]:
    if is_postgres(url):
        connection = await asyncpg.connect(url)
        try:
            return [await connection.fetch(statement) for statement in statements]
        finally:
            await connection.close()
    with closing(sqlite3.connect(sqlite_path(url))) as opened:
        return [opened.execute(statement).fetchall() for statement in statements]
