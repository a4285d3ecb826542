"""The event log: what happened, in commit order, without gaps. It feeds every live screen and is the audit trail.

One row, `event_head`, holds the newest number. It is raised by the last statement of each transaction and stays locked
until the commit is visible, so whoever sees number *n* sees everything before it, and a rollback gives its number back.
A database sequence cannot do this: its numbers are drawn before the commit, and commits cross.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Self

import orjson
from tortoise import fields
from tortoise.models import Model

from db.backends.postgres import CountedTransaction
from db.reading import Row, dialect, read
from db.transaction import Transaction, transaction
from db.writing import Change, check_changed

CHANNEL = "tavle_events"
_MOST_STATEMENTS = 500
_EPOCH = re.compile(r"[0-9a-f]{12}")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")


class EventHead(Model):
    """The newest number, the oldest one still kept, and the identity of this log (a restore begins a new epoch)."""

    id = fields.IntField(primary_key=True)
    epoch = fields.CharField(max_length=12)
    seq = fields.BigIntField(default=0)
    floor = fields.BigIntField(default=0)

    class Meta:
        table = "event_head"


class EventRow(Model):
    """One thing that happened to one subject."""

    seq = fields.BigIntField(primary_key=True)
    batch = fields.BigIntField()
    at = fields.DatetimeField()
    kind = fields.CharField(max_length=60)
    subject_type = fields.CharField(max_length=40)
    subject_id = fields.BigIntField()
    actor_id = fields.IntField(null=True)
    actor_name = fields.CharField(max_length=120)
    key = fields.CharField(max_length=80, null=True)
    reason = fields.CharField(max_length=1000, null=True)
    undoable_by = fields.CharField(max_length=80, null=True)
    body: dict[str, Any] = fields.JSONField()

    class Meta:
        table = "event"
        indexes = (("subject_type", "subject_id", "seq"), ("undoable_by", "batch"))


class MutationKey(Model):
    """The answer to a mutation that was sent with an idempotency key."""

    id = fields.CharField(max_length=200, primary_key=True)
    hash = fields.CharField(max_length=64)
    answer: dict[str, Any] | None = fields.JSONField(null=True)
    at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "mutation_key"


@dataclass(frozen=True, slots=True)
class Record:
    """An event that is not yet in the log."""

    kind: str
    subject_type: str
    subject_id: int
    body: dict[str, Any]
    undoable: bool = False


@dataclass(frozen=True, slots=True)
class Stamp:
    """What all events of one transaction share."""

    at: datetime
    actor_id: int | None
    actor_name: str
    actor_key: str
    key: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Event:
    """An event as it stands in the log. `batch` is the number of the first event of its transaction."""

    seq: int
    batch: int
    at: datetime
    kind: str
    subject_type: str
    subject_id: int
    actor_id: int | None
    actor_name: str
    key: str | None
    reason: str | None
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cursor:
    """A position in the log: everything up to and including `seq` has been seen."""

    epoch: str
    seq: int

    def __str__(self) -> str:
        return f"{self.epoch}:{self.seq}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The cursor `text` writes down, or None when it is not one of ours."""
        epoch, colon, number = text.partition(":")
        if not colon or not _EPOCH.fullmatch(epoch) or not _NUMBER.fullmatch(number):
            return None
        return cls(epoch, int(number))


_committed: list[Callable[[], None]] = []


def on_commit(listener: Callable[[], None]) -> Callable[[], None]:
    """Call `listener` after each commit of this process that recorded events; the result takes it off again."""
    _committed.append(listener)
    return lambda: _committed.remove(listener)


def announce() -> None:
    """Tell this process's listeners that the log has grown."""
    for listener in _committed:
        listener()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a repeat of an idempotency key is answered with, besides where its change stands in the log."""

    key_id: str
    result: Any


async def append(
    connection: Transaction, records: Sequence[Record], stamp: Stamp, answer: Answer | None = None
) -> Cursor:
    """Write `records` at the end of the log, keep the `answer`, and give the cursor behind them.

    Call last in a transaction.
    """
    if isinstance(connection, CountedTransaction):
        return await _append_postgres(connection, records, stamp, answer)
    count = len(records)
    row = (
        await connection.execute_query_dict(
            "UPDATE event_head SET seq = seq + ? WHERE id = 1 RETURNING epoch, seq", [count]
        )
    )[0]
    first = row["seq"] - count + 1
    at = stamp.at.isoformat(" ")
    await connection.execute_many(
        _INSERT_SQLITE,
        [
            [
                first + place,
                first,
                at,
                record.kind,
                record.subject_type,
                record.subject_id,
                stamp.actor_id,
                stamp.actor_name,
                stamp.key,
                stamp.reason,
                stamp.actor_key if record.undoable else None,
                orjson.dumps(record.body).decode(),
            ]
            for place, record in enumerate(records)
        ],
    )
    cursor = Cursor(row["epoch"], row["seq"])
    if answer is not None:
        await keep_answer(connection, answer, cursor)
    return cursor


async def _append_postgres(
    connection: CountedTransaction, records: Sequence[Record], stamp: Stamp, answer: Answer | None
) -> Cursor:
    updates = connection.take_updates()
    listed = [
        {
            "place": place,
            "kind": record.kind,
            "subject_type": record.subject_type,
            "subject_id": record.subject_id,
            "undoable": record.undoable,
            "body": record.body,
        }
        for place, record in enumerate(records, start=1)
    ]
    values: list[object] = [len(records), stamp.at, stamp.actor_id, stamp.actor_name, stamp.key, stamp.reason]
    values += [stamp.actor_key, orjson.dumps(listed).decode()]
    if answer is not None:
        values += [answer.key_id, orjson.dumps(answer.result).decode()]
    for update in updates:
        values += update.values
    sql = _append_statement(tuple([update.change for update in updates]), keeps_answer=answer is not None)
    row = (await connection.execute_query_dict(sql, values))[0]
    check_changed(row["changed"], len(updates))
    return Cursor(row["epoch"], row["seq"])


@lru_cache(_MOST_STATEMENTS)
def _append_statement(changes: tuple[Change, ...], *, keeps_answer: bool) -> str:
    """One statement that makes the last changes, draws the numbers, and writes the events and the answer."""
    parts: list[str] = []
    first = 11 if keeps_answer else 9
    for place, change in enumerate(changes):
        parts.append(f"changed{place} AS ({change.sql('postgres', first=first)} RETURNING 1)")
        first += len(change.columns) + 1
    counted = " + ".join(f"(SELECT count(*) FROM changed{place})" for place in range(len(changes))) or "0"
    # After the changes, which may have to wait for somebody: who has drawn numbers must not.
    parts.append(f"done AS MATERIALIZED (SELECT {counted} AS changed)")
    parts.append(_DRAWN_POSTGRES)
    parts.append(_ADDED_POSTGRES)
    if keeps_answer:
        parts.append(_KEPT_POSTGRES)
    return f"WITH {', '.join(parts)} SELECT epoch, seq, changed, pg_notify('{CHANNEL}', seq::text) FROM head"


_DRAWN_POSTGRES = (
    "head AS (UPDATE event_head SET seq = seq + $1 FROM done WHERE id = 1 AND done.changed IS NOT NULL"
    " RETURNING epoch, seq, done.changed)"
)
_ADDED_POSTGRES = """added AS (
  INSERT INTO event
    (seq, batch, at, kind, subject_type, subject_id, actor_id, actor_name, key, reason, undoable_by, body)
  SELECT head.seq - $1 + r.place, head.seq - $1 + 1, $2, r.kind, r.subject_type, r.subject_id, $3, $4, $5, $6,
         CASE WHEN r.undoable THEN $7 END, r.body
  FROM head, json_to_recordset($8::json)
    AS r(place int, kind text, subject_type text, subject_id bigint, undoable boolean, body jsonb)
)"""
_KEPT_POSTGRES = (
    "kept AS (UPDATE mutation_key"
    " SET answer = jsonb_build_object('result', $10::jsonb, 'cursor', head.epoch || ':' || head.seq)"
    " FROM head WHERE id = $9)"
)
_INSERT_SQLITE = (
    "INSERT INTO event (seq, batch, at, kind, subject_type, subject_id, actor_id, actor_name, key, reason,"
    " undoable_by, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


async def position(connection: Transaction) -> Cursor:
    """The newest position, read inside a transaction that appends nothing."""
    row = (await connection.execute_query_dict("SELECT epoch, seq FROM event_head WHERE id = 1"))[0]
    return Cursor(row["epoch"], row["seq"])


@dataclass(frozen=True, slots=True)
class Head:
    """Where the log ends, and how far back it still reaches."""

    epoch: str
    seq: int
    floor: int


_READ_HEAD = "SELECT epoch, seq, floor FROM event_head WHERE id = 1"
_EVENT_COLUMNS = "seq, batch, at, kind, subject_type, subject_id, actor_id, actor_name, key, reason, body"


async def read_head() -> Head:
    """Where the log ends, as everyone can see it."""
    row = (await read(_READ_HEAD))[0]
    return Head(row[0], row[1], row[2])


async def read_events(after: int, limit: int) -> list[Event]:
    """At most `limit` events after `after`, oldest first."""
    return [_event(row) for row in await read(_following(), (after, limit))]


async def read_news(after: int, limit: int) -> tuple[Head, list[Event]]:
    """Where the log ends and at most `limit` events after `after`, as they stand at one moment."""
    rows = await read(
        f"SELECT h.epoch, h.seq, h.floor, e.* FROM event_head h LEFT JOIN ({_following()}) e ON 1 = 1"
        " WHERE h.id = 1 ORDER BY 4",
        (after, limit),
    )
    # Without events there is one row, of the head alone.
    return Head(*rows[0][:3]), [_event(row[3:]) for row in rows if row[3] is not None]


def _following() -> str:
    marks = ("$1", "$2") if dialect() == "postgres" else ("?1", "?2")
    return f"SELECT {_EVENT_COLUMNS} FROM event WHERE seq > {marks[0]} ORDER BY seq LIMIT {marks[1]}"


def _event(row: Row) -> Event:
    at, body = row[2], row[10]
    return Event(
        seq=row[0],
        batch=row[1],
        at=datetime.fromisoformat(at) if isinstance(at, str) else at,
        kind=row[3],
        subject_type=row[4],
        subject_id=row[5],
        actor_id=row[6],
        actor_name=row[7],
        key=row[8],
        reason=row[9],
        body=orjson.loads(body) if isinstance(body, str) else body,
    )


async def last_actor(subject_type: str, subject_id: int) -> str:
    """The name of who last changed a subject, as far as the log knows."""
    marks = ("$1", "$2") if dialect() == "postgres" else ("?1", "?2")
    rows = await read(
        f"SELECT actor_name FROM event WHERE subject_type = {marks[0]} AND subject_id = {marks[1]}"
        " ORDER BY seq DESC LIMIT 1",
        (subject_type, subject_id),
    )
    return str(rows[0][0]) if rows else "Tavle"


async def claim_key(connection: Transaction, key_id: str, digest: str, at: datetime) -> MutationKey | None:
    """Take an idempotency key for this transaction, or give the row of whoever had it first.

    A rival that is still open is waited for: on PostgreSQL by the insert itself, on SQLite by the write lock.
    """
    postgres = connection.capabilities.dialect == "postgres"
    marks = "$1, $2, $3" if postgres else "?, ?, ?"
    taken = await connection.execute_query_dict(
        f"INSERT INTO mutation_key (id, hash, at) VALUES ({marks}) ON CONFLICT (id) DO NOTHING RETURNING id",
        [key_id, digest, at if postgres else at.isoformat(" ")],
    )
    return None if taken else await MutationKey.get(id=key_id)


async def keep_answer(connection: Transaction, answer: Answer, cursor: Cursor) -> None:
    """Store what a repeat of a key is answered with."""
    marks = ("$1", "$2") if connection.capabilities.dialect == "postgres" else ("?1", "?2")
    kept = orjson.dumps({"result": answer.result, "cursor": str(cursor)}).decode()
    await connection.execute_query(
        f"UPDATE mutation_key SET answer = {marks[0]} WHERE id = {marks[1]}", [kept, answer.key_id]
    )


async def forget_keys(before: datetime) -> int:
    """Delete idempotency keys older than `before`; gives how many."""
    async with transaction(bulk=True):
        return await MutationKey.filter(at__lt=before).delete()
