"""The limit: what is left when nothing is general. SQL by hand, rows to JSON, no GraphQL, no rules, no sign-in."""

import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from db.config import is_postgres, sqlite_path

Rows = list[Any]
Run = Callable[..., Awaitable[Rows]]

_ORDER = """
SELECT o.id, o.number, o.description, o.priority, o.origin, o.progress, o.service_at, o.created_at, o.version,
       c.id, c.name
FROM service_order o JOIN customer c ON c.id = o.customer_id WHERE o.number = $1
"""
_ACTIVITY = """
SELECT a.id, a.starts_at, a.ends_at, a.dispatch_status, a.priority, w.id, w.name, o.number, o.priority, c.name
FROM {source} a JOIN service_order o ON o.id = a.order_id JOIN customer c ON c.id = o.customer_id
     LEFT JOIN worker w ON w.id = a.worker_id
"""
_BOARD = _ACTIVITY.format(source="service_activity") + "WHERE a.starts_at >= $1 AND a.starts_at < $2 ORDER BY 2, a.id"
_ONE = _ACTIVITY.format(source="service_activity") + "WHERE a.id = $1"
_ORDERS = """
SELECT o.id, o.number, o.progress, o.priority, c.id, c.name, c.phone, p.id, p.name
FROM service_order o JOIN customer c ON c.id = o.customer_id LEFT JOIN project p ON p.id = o.project_id
WHERE o.number > $1 ORDER BY o.number LIMIT $2
"""
_LINES = """
SELECT order_id, id, line_number, transaction_type, description, quantity, unit
FROM service_order_line WHERE order_id {among} ORDER BY line_number
"""
_UPDATE = "UPDATE service_activity SET worker_id = $2, starts_at = $3, ends_at = $4 WHERE id = $1"
_FOLLOW = "UPDATE service_order_line SET worker_id = $2 WHERE activity_id = $1 AND status = 'CREATED'"
_EVENTS = """
INSERT INTO event (batch, at, kind, subject_type, subject_id, actor_name, body)
SELECT 0, {at}, 'assigned', subject_type, id, 'limit', '{{}}' FROM ({subjects}) AS subjects
"""
_ASSIGN = f"""
WITH changed AS ({_UPDATE} RETURNING *), followed AS ({_FOLLOW} RETURNING id),
logged AS ({
    _EVENTS.format(
        at="$5::timestamptz",
        subjects="SELECT 'service_activity' AS subject_type, id::bigint FROM changed"
        " UNION ALL SELECT 'service_order_line', id FROM followed",
    )
})
{_ACTIVITY.format(source="changed")}
"""
_LOG = _EVENTS.format(
    at="$2",
    subjects="SELECT 'service_activity' AS subject_type, $1 AS id"
    " UNION ALL SELECT 'service_order_line', id FROM service_order_line WHERE activity_id = $1 AND status = 'CREATED'",
)


class Postgres:
    """The statements on PostgreSQL."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def order(self, number: str) -> Rows:
        """One order."""
        return await self._fetch(_ORDER, number)

    async def board(self, starts_at: datetime, ends_at: datetime) -> Rows:
        """The activities of a time."""
        return await self._fetch(_BOARD, starts_at, ends_at)

    async def orders(self, after: str, first: int) -> tuple[Rows, Rows]:
        """Orders by number, and their lines."""
        orders = await self._fetch(_ORDERS, after, first)
        return orders, await self._fetch(_LINES.format(among="= ANY($1)"), [row[0] for row in orders])

    async def assign(self, activity_id: int, worker_id: int, starts_at: datetime, ends_at: datetime) -> Rows:
        """Update, log and read in one statement, which is a transaction of its own."""
        return await self._fetch(_ASSIGN, activity_id, worker_id, starts_at, ends_at, datetime.now(UTC))

    async def _fetch(self, sql: str, *arguments: object) -> Rows:
        async with self._pool.acquire() as connection:
            rows: Rows = await connection.fetch(sql, *arguments)
            return rows


class Sqlite:
    """The statements on SQLite, in the loop's own thread: nothing is quicker while nobody else writes."""

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, cached_statements=512)
        for pragma in ("synchronous = FULL", "mmap_size = 268435456", "cache_size = -65536"):
            self._connection.execute(f"PRAGMA {pragma}")

    async def order(self, number: str) -> Rows:
        """One order."""
        return self._fetch(_ORDER, number)

    async def board(self, starts_at: datetime, ends_at: datetime) -> Rows:
        """The activities of a time."""
        return self._fetch(_BOARD, starts_at.isoformat(" "), ends_at.isoformat(" "))

    async def orders(self, after: str, first: int) -> tuple[Rows, Rows]:
        """Orders by number, and their lines."""
        orders = self._fetch(_ORDERS, after, first)
        among = f"IN ({', '.join(str(row[0]) for row in orders)})"
        return orders, self._fetch(_LINES.format(among=among))

    async def assign(self, activity_id: int, worker_id: int, starts_at: datetime, ends_at: datetime) -> Rows:
        """Update and log in a transaction, then read."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._fetch(_UPDATE, activity_id, worker_id, starts_at.isoformat(" "), ends_at.isoformat(" "))
        self._fetch(_FOLLOW, activity_id, worker_id)
        self._fetch(_LOG, activity_id, datetime.now(UTC).isoformat(" "))
        self._connection.execute("COMMIT")
        return self._fetch(_ONE, activity_id)

    def _fetch(self, sql: str, *arguments: object) -> Rows:
        return self._connection.execute(sql.replace("$", "?"), arguments).fetchall()


class _Plain(asyncpg.Connection):
    def get_reset_query(self) -> str:
        """No statement between two uses."""
        return ""


def create_app(url: str) -> Starlette:
    """The application over the database at `url`."""
    database: Postgres | Sqlite

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        nonlocal database
        if not is_postgres(url):
            database = Sqlite(sqlite_path(url))
            yield
            return
        settings = {"jit": "off", "timezone": "UTC"}
        async with asyncpg.create_pool(
            url, min_size=5, max_size=5, connection_class=_Plain, server_settings=settings
        ) as pool:
            database = Postgres(pool)
            yield

    async def answer(request: Request) -> Response:
        asked = orjson.loads(await request.body())
        data = await _ANSWERS[asked["operationName"]](database, asked["variables"])
        return Response(
            orjson.dumps({"data": data}, option=orjson.OPT_UTC_Z, default=str), media_type="application/json"
        )

    return Starlette(lifespan=lifespan, routes=[Route("/graphql", answer, methods=["POST"])])


async def _order(database: Postgres | Sqlite, asked: dict[str, Any]) -> dict[str, Any]:
    for row in await database.order(asked["number"]):
        names = ("id", "number", "description", "priority", "origin", "progress", "serviceAt", "createdAt", "version")
        return {"order": dict(zip(names, row[:9], strict=True)) | {"customer": {"id": row[9], "name": row[10]}}}
    return {"order": None}


async def _board(database: Postgres | Sqlite, asked: dict[str, Any]) -> dict[str, Any]:
    starts_at, ends_at = datetime.fromisoformat(asked["startsAt"]), datetime.fromisoformat(asked["endsAt"])
    return {"activities": [_activity(row) for row in await database.board(starts_at, ends_at)]}


async def _orders(database: Postgres | Sqlite, asked: dict[str, Any]) -> dict[str, Any]:
    orders, lines = await database.orders(asked["after"], asked["first"])
    of: dict[int, list[dict[str, Any]]] = {row[0]: [] for row in orders}
    for row in lines:
        of[row[0]].append(
            {
                "id": row[1],
                "lineNumber": row[2],
                "transactionType": row[3],
                "description": row[4],
                "quantity": format(Decimal(row[5]), ".4f"),
                "unit": row[6],
            }
        )
    nodes = [
        {
            "id": row[0],
            "number": row[1],
            "progress": row[2],
            "priority": row[3],
            "lines": of[row[0]],
            "customer": {"id": row[4], "name": row[5], "phone": row[6]},
            "project": {"id": row[7], "name": row[8]},
        }
        for row in orders
    ]
    return {"orders": nodes}


async def _assign(database: Postgres | Sqlite, asked: dict[str, Any]) -> dict[str, Any]:
    starts_at = datetime.fromisoformat(asked["startsAt"])
    ends_at = starts_at + timedelta(minutes=90)
    rows = await database.assign(asked["id"], asked["workerId"], starts_at, ends_at)
    return {"activity": _activity(rows[0])}


def _activity(row: Any) -> dict[str, Any]:
    return {
        "id": row[0],
        "startsAt": row[1],
        "endsAt": row[2],
        "dispatchStatus": row[3],
        "priority": row[4],
        "worker": None if row[5] is None else {"id": row[5], "name": row[6]},
        "order": {"number": row[7], "priority": row[8], "customer": {"name": row[9]}},
    }


_ANSWERS: dict[str, Callable[..., Awaitable[dict[str, Any]]]] = {
    "Q1": _order,
    "Q2": _board,
    "Q3": _orders,
    "M1": _assign,
}
