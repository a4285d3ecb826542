"""How a write happens: permission, transaction, idempotency key, rules, event log, commit."""

import asyncio
import hashlib
import random
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Generic, TypeVar

import orjson
import structlog
from tortoise.exceptions import IntegrityError, OperationalError
from tortoise.models import Model

from db import outbox
from db.backends.sharing import GroupLost
from db.tracing import Kind, watched
from db.transaction import Transaction, begin_part, end_part, transaction, undo_part
from db.writing import update_of
from domain.core import clock
from domain.core.actor import Actor, Permission
from domain.core.errors import Code, NotPermitted, NotSignedIn, Refused

CommandT = TypeVar("CommandT")
ResultT = TypeVar("ResultT")
ModelT = TypeVar("ModelT", bound=Model)
ValueT = TypeVar("ValueT")

log = structlog.get_logger()

KEY_DAYS = 30
_ATTEMPTS = 5
_SECRET_COLUMNS = frozenset({"password_hash", "token_hash", "refresh_hash", "previous_hash", "signing_secret"})


@dataclass(frozen=True, slots=True)
class Stale:
    """What a VERSION_CONFLICT shows: which thing moved on, and who moved it."""

    subject_type: str
    subject_id: int
    changed_by: str


@dataclass(slots=True)
class Work:
    """An open transaction: the actor, the moment, and the events so far.

    Only `perform` makes one, so a function that takes `work` cannot run outside a transaction.
    """

    actor: Actor
    now: datetime
    connection: Transaction
    records: list[outbox.Record] = field(default_factory=list)
    reason: str | None = None

    def record(
        self,
        kind: str,
        row: Model,
        *,
        before: dict[str, Any] | None,
        after: dict[str, Any] | None,
        undoable: bool = False,
        **more: Any,
    ) -> None:
        """Log that `kind` happened to `row`; published when, and only when, the transaction commits."""
        body = {"before": before, "after": after, **more}
        self.records.append(outbox.Record(kind, subject_type(row), row.pk, body, undoable=undoable))

    async def create(self, row: ModelT, kind: str) -> ModelT:
        """Insert `row` and log it."""
        await row.save(force_create=True)
        self.record(kind, row, before=None, after=columns_of(row))
        return row

    async def change(self, row: Model, kind: str, *, undoable: bool = False, **values: Any) -> bool:
        """Set `values` on `row`, raise its version and log it; False when nothing would differ."""
        before = columns_of(row)
        changed = {name: value for name, value in values.items() if getattr(row, name) != value}
        if not changed:
            return False
        for name, value in changed.items():
            setattr(row, name, value)
        saved = [*changed]
        if "version" in row._meta.fields_map:
            row.version += 1  # type: ignore[attr-defined]
            saved.append("version")
        await self.connection.update(update_of(row, saved))
        after = before | {name: _plain(getattr(row, name)) for name in saved if name in before}
        self.record(kind, row, before=before, after=after, undoable=undoable)
        return True

    async def remove(self, row: Model, kind: str) -> None:
        """Delete `row` and log it; refused while something refers to it.

        Raises:
            Refused: IN_USE.
        """
        before = columns_of(row)
        try:
            await row.delete()
        except IntegrityError as error:
            raise Refused(Code.IN_USE, "This is in use and cannot be deleted.") from error
        self.record(kind, row, before=before, after=None)

    async def whole_or_not(self, part: Callable[[], Awaitable[ValueT]]) -> ValueT | Refused:
        """Do one record of many: when it is refused, what it has written is taken back, and the refusal given.

        The others stand. Whatever else goes wrong ends the whole transaction, as everywhere.
        """
        logged = len(self.records)
        await begin_part(self.connection)
        try:
            done = await part()
        except Refused as refused:
            await undo_part(self.connection)
            del self.records[logged:]
            return refused
        await end_part(self.connection)
        return done


def subject_type(row: Model | type[Model]) -> str:
    """The name under which a table's rows stand in the event log."""
    return row._meta.db_table


def columns_of(row: Model) -> dict[str, Any]:
    """The stored columns of `row` as JSON-ready values, secrets left out."""
    return {name: _plain(getattr(row, name)) for name in row._meta.db_fields if name not in _SECRET_COLUMNS}


_WRITTEN: dict[type, Callable[[Any], Any]] = {
    datetime: datetime.isoformat,
    date: date.isoformat,
    time: time.isoformat,
    Decimal: str,
    timedelta: timedelta.total_seconds,
}


def _plain(value: Any) -> Any:
    """A column's value as the event log stores it."""
    write = _WRITTEN.get(type(value))
    return value if write is None else write(value)


async def check_version(row: Model, expected: int | None, *path: str | int) -> None:
    """Refuse when `row` has moved on since the caller read it. No expectation, no check.

    Raises:
        Refused: VERSION_CONFLICT, with who changed it last.
    """
    version: int = row.version  # type: ignore[attr-defined]
    if expected is None or expected == version:
        return
    name = await last_changed_by(row)
    raise Refused(
        Code.VERSION_CONFLICT,
        f"This has been changed by {name} since you read it (version {version}, yours is {expected}).",
        (*path, "expectedVersion"),
        Stale(subject_type(row), row.pk, name),
    )


async def last_changed_by(row: Model) -> str:
    """The name of the actor who last changed `row`."""
    return await outbox.last_actor(subject_type(row), row.pk)


@dataclass(frozen=True, slots=True)
class Operation(Generic[CommandT, ResultT]):
    """A use case that changes data, with the permission it requires.

    Its result is what an answer needs in order to be read again: ids and plain values, JSON-ready.
    """

    name: str
    requires: Permission
    run: Callable[[Work, CommandT], Awaitable[ResultT]]
    replayable: bool
    bulk: bool = False


OPERATIONS: dict[str, Operation[Any, Any]] = {}


def operation(
    requires: Permission, *, replayable: bool = True, bulk: bool = False
) -> Callable[[Callable[[Work, CommandT], Awaitable[ResultT]]], Operation[CommandT, ResultT]]:
    """Declare a function as an operation and list it for the permission table.

    `replayable=False` is for results that must not be stored (tokens): such an operation takes no idempotency key.
    `bulk=True` is for what writes many rows at a time, and keeps its transaction open for long.
    """

    def wrap(run: Callable[[Work, CommandT], Awaitable[ResultT]]) -> Operation[CommandT, ResultT]:
        made = Operation(f"{run.__module__}.{run.__name__}", requires, run, replayable, bulk)
        OPERATIONS[made.name] = made
        return made

    return wrap


@dataclass(frozen=True, slots=True)
class Done(Generic[ResultT]):
    """What a committed operation answers: its result, and where its change stands in the event log."""

    result: ResultT
    cursor: str


def check_permission(actor: Actor, permission: Permission) -> None:
    """Stop an actor who may not do this.

    Raises:
        NotSignedIn: nobody is signed in.
        NotPermitted: the role, or the API token's scopes, do not allow it.
    """
    if actor.may(permission):
        return
    if actor.role is None:
        raise NotSignedIn
    lacking = actor.lacks_scope(permission)
    if lacking is not None:
        raise NotPermitted(f"This API token lacks the scope {lacking}; it was made without.")
    raise NotPermitted(f"Your role, {actor.role}, does not allow this (it needs {permission}).")


_running: set[asyncio.Task[Any]] = set()


async def perform(
    operation: Operation[CommandT, ResultT],
    command: CommandT,
    *,
    actor: Actor,
    key: str | None = None,
    reason: str | None = None,
) -> Done[ResultT]:
    """Run one operation as one transaction; a caller who goes away does not stop it half way.

    Raises:
        NotSignedIn, NotPermitted: the actor may not.
        Refused: the rules say no; nothing was changed.
    """
    check_permission(actor, operation.requires)
    return await shielded(_perform(operation, command, actor, key, reason))


async def shielded(unit: Coroutine[Any, Any, ValueT]) -> ValueT:
    """Await `unit` in a task of its own that the caller's cancellation does not reach."""
    task = asyncio.create_task(unit)  # noqa: TID251 - a unit of work outlives its caller, see db.transaction
    _running.add(task)
    task.add_done_callback(_running.discard)
    return await asyncio.shield(task)


async def finish_running() -> None:
    """Wait until every unit of work under way has ended: the last step of a graceful stop."""
    while _running:
        await asyncio.wait(_running)


async def _perform(
    operation: Operation[CommandT, ResultT], command: CommandT, actor: Actor, key: str | None, reason: str | None
) -> Done[ResultT]:
    with watched(Kind.CHANGE, operation.name) as note:
        done = await _retried(operation, command, actor, key, reason)
        note(cursor=done.cursor)
    return done


async def _retried(
    operation: Operation[CommandT, ResultT], command: CommandT, actor: Actor, key: str | None, reason: str | None
) -> Done[ResultT]:
    digest = _digest(operation, command) if key is not None else ""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return await _attempt(operation, command, actor, key, digest, reason)
        except Exception as error:
            if _is_full(error):
                log.error("storage_full", operation=operation.name)
                raise Refused(Code.STORAGE_FULL, "The server's disk is full; nothing was changed.") from error
            if attempt == _ATTEMPTS or not _is_passing(error):
                if _is_busy(error) or _sqlstate(error) in _CROSSED:
                    raise Refused(Code.BUSY, "Others are changing the same thing; try again.") from error
                raise
            await asyncio.sleep(0.01 * 2**attempt * random.random())  # noqa: S311 - spreads retries, guards nothing
    raise AssertionError("unreachable")


async def _attempt(
    operation: Operation[CommandT, ResultT],
    command: CommandT,
    actor: Actor,
    key: str | None,
    digest: str,
    reason: str | None,
) -> Done[ResultT]:
    async with transaction(bulk=operation.bulk) as connection:
        work = Work(actor=actor, now=clock.now(), connection=connection, reason=reason)
        key_id = f"{actor.key}:{key}" if key is not None and operation.replayable else None
        if key_id is not None:
            earlier = await outbox.claim_key(connection, key_id, digest, work.now)
            if earlier is not None:
                if earlier.hash != digest or earlier.answer is None:
                    raise Refused(
                        Code.KEY_REUSED,
                        "This clientMutationKey was used for another request; use a new one.",
                        ("clientMutationKey",),
                    )
                return Done(earlier.answer["result"], earlier.answer["cursor"])
        result = await operation.run(work, command)
        answer = None if key_id is None else outbox.Answer(key_id, result)
        if work.records:
            stamp = outbox.Stamp(work.now, actor.user_id, actor.name, actor.key, key, work.reason)
            cursor = await outbox.append(connection, work.records, stamp, answer)
        else:
            cursor = await outbox.position(connection)
            if answer is not None:
                await outbox.keep_answer(connection, answer, cursor)
    if work.records:
        outbox.announce()
    return Done(result, str(cursor))


def _digest(operation: Operation[Any, Any], command: Any) -> str:
    """What must be equal for a repeat to be the same request."""
    # orjson's own way with times refuses those that have an offset; that is for the rules to judge.
    options = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME
    body = orjson.dumps(asdict(command), option=options, default=_digestible)
    return hashlib.sha256(operation.name.encode() + b"\0" + body).hexdigest()


def _digestible(value: Any) -> Any:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, frozenset | set):
        return sorted(value)
    return repr(value)


def _sqlstate(error: BaseException) -> str:
    cause = error.__cause__ if isinstance(error, OperationalError | IntegrityError) else error
    return str(getattr(cause, "sqlstate", "") or "")


def _is_busy(error: BaseException) -> bool:
    """A lock that could not be had in time, or a shared transaction that another's fault has ended."""
    return _sqlstate(error) == "55P03" or "database is locked" in str(error) or isinstance(error, GroupLost)


def _is_full(error: BaseException) -> bool:
    """There is no room for what was to be written."""
    return _sqlstate(error) == "53100" or "database or disk is full" in str(error)


# Serialization failure, deadlock, and a worker's time taken by one who holds no lock, which the commit is told.
_CROSSED = frozenset({"40001", "40P01", "23P01"})
# And a number taken, or a row gone or come into use, since the rules looked. Tried again, the rules see it and refuse
# with its path.
_PASSING = _CROSSED | {"23505", "23503"}


def _is_passing(error: BaseException) -> bool:
    """A lock time-out or a race that was lost: the same work may end otherwise when tried again."""
    return _is_busy(error) or _sqlstate(error) in _PASSING
