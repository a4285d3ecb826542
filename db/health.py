"""How many statements a request sends, and whether the database answers."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class Statements:
    """A count that tasks started for the same request share."""

    count: int = 0


_counted: ContextVar[Statements | None] = ContextVar("statements", default=None)


@contextmanager
def counting() -> Iterator[Statements]:
    """Count the statements sent from here on, in this task and those it starts."""
    counted = Statements()
    token = _counted.set(counted)
    try:
        yield counted
    finally:
        _counted.reset(token)


def count_statement() -> None:
    """Add one to the count of the request under way, if there is one."""
    counted = _counted.get()
    if counted is not None:
        counted.count += 1


def statements() -> int:
    """The statements sent so far by the request under way."""
    counted = _counted.get()
    return counted.count if counted is not None else 0


def begin_counting() -> Statements:
    """Count the statements that the present task, and those it starts, send from now on."""
    counted = Statements()
    _counted.set(counted)
    return counted
