"""The only door to a database transaction."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from contextvars import ContextVar

from tortoise.transactions import in_transaction

from db.backends.postgres import CountedTransaction
from db.backends.sqlite import ImmediateTransaction, SharedTransactionContext

Transaction = CountedTransaction | ImmediateTransaction

_current: ContextVar[Transaction | None] = ContextVar("transaction", default=None)


def current() -> Transaction | None:
    """The connection of the open transaction, or None outside one."""
    return _current.get()


@asynccontextmanager
async def transaction(*, bulk: bool = False) -> AsyncGenerator[Transaction]:
    """Open one transaction; commit on success, roll back on any exception.

    On SQLite it may be committed together with others', and is over when that is on the disk. With `bulk` it is for
    many rows at a time: it keeps nobody waiting who is done already, and may pause for a minute between statements.

    Whoever opens a transaction runs in a task of its own that nobody cancels (`domain.core.operation.perform`): what is
    cancelled between two statements is rolled back, but nobody knows what became of a commit.
    """
    context = in_transaction("default")
    if isinstance(context, SharedTransactionContext):
        context.is_long = bulk
    async with context as connection:
        if not isinstance(connection, Transaction):
            raise TypeError(f"{connection} is no connection of ours.")
        token = _current.set(connection)
        try:
            if bulk and isinstance(connection, CountedTransaction):
                await connection.prepare_for_bulk()
            yield connection
        finally:
            _current.reset(token)


# A part that comes to nothing leaves the transaction as it was. On PostgreSQL it has to: after a statement that failed
# it takes no other.


async def begin_part(connection: Transaction) -> None:
    """Begin a part of an open transaction that can be undone alone; parts follow each other, none is in another."""
    await connection.execute_query("SAVEPOINT part")


async def end_part(connection: Transaction) -> None:
    """Keep what was written since the part began."""
    await connection.execute_query("RELEASE SAVEPOINT part")


async def undo_part(connection: Transaction) -> None:
    """Take back what was written since the part began, also what has yet to be sent."""
    if isinstance(connection, CountedTransaction):
        connection.take_updates()
    await connection.execute_query("ROLLBACK TO SAVEPOINT part")
    await end_part(connection)
