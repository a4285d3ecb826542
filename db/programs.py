"""Reads as programs: generators that yield statements and are sent their rows; one text serves both databases."""

from collections.abc import Awaitable, Callable, Generator, Sequence
from typing import Any, Literal, NamedTuple, TypeVar

T = TypeVar("T")
Row = Sequence[Any]
Dialect = Literal["sqlite", "postgres"]


class Statement(NamedTuple):
    """SQL and the values of its parameters, in the driver's form."""

    sql: str
    arguments: Sequence[object] = ()


Program = Generator[Statement, Sequence[Row], T]


class ReadTooSlowError(TimeoutError):
    """A read ran over its limit and was given up."""


def single(sql: str, arguments: Sequence[object] = ()) -> Program[Sequence[Row]]:
    """The program of one statement, giving its rows."""
    return (yield Statement(sql, arguments))


async def drive(fetch: Callable[..., Awaitable[Sequence[Row]]], program: Program[T]) -> T:
    """Run `program`, one statement after the other, through a driver's `fetch(sql, *arguments)`."""
    try:
        statement = next(program)
        while True:
            statement = program.send(await fetch(statement.sql, *statement.arguments))
    except StopIteration as finished:
        result: T = finished.value
        return result
