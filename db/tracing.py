"""Where what is done can be watched: nobody does unless a watcher is set, and then nothing is spent on it."""

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Kind(StrEnum):
    """What is watched."""

    OPERATION = "operation"
    CHANGE = "change"
    STATEMENT = "statement"
    FRAME = "frame"


class Note(Protocol):
    """What a watcher is told of something under way."""

    def __call__(self, **facts: str | int) -> None:
        """Take note."""


class Watcher(Protocol):
    """Whoever watches."""

    def watch(self, kind: Kind, name: str) -> AbstractContextManager[Note]:
        """Something begins, and ends with the context; in it others may begin."""

    def here(self) -> Callable[[str], Callable[[], None]]:
        """What begins the watch of a statement for what is under way here, from any thread, and gives what ends it."""


def _nothing(**_facts: str | int) -> None:
    """Nobody is told."""


_UNWATCHED: AbstractContextManager[Note] = nullcontext(_nothing)
_watcher: Watcher | None = None


def set_watcher(watcher: Watcher | None) -> None:
    """Have everything watched from now on, or nothing."""
    global _watcher  # noqa: PLW0603 - one per process
    _watcher = watcher


def watched(kind: Kind, name: str) -> AbstractContextManager[Note]:
    """A context in which something is done."""
    return _UNWATCHED if _watcher is None else _watcher.watch(kind, name)


def watched_program(program: Generator[Any, Any, T]) -> Generator[Any, Any, T]:
    """A program of `db.reading`, with each of its statements watched."""
    # It may run in a thread of its own, where nothing tells for whom: that is found out here.
    return program if _watcher is None else _watch_each(program, _watcher.here())


def _watch_each(program: Generator[Any, Any, T], begin: Callable[[str], Callable[[], None]]) -> Generator[Any, Any, T]:
    try:
        statement = next(program)
        while True:
            end = begin(statement.sql)
            try:
                rows = yield statement
            finally:
                end()
            statement = program.send(rows)
    except StopIteration as finished:
        result: T = finished.value
        return result


def watch_statements(*classes: type[Any]) -> None:
    """Have the statements of these transactions' classes watched; called once, by who sets a watcher."""
    for cls in classes:
        for name in ("execute_insert", "execute_many", "execute_query", "execute_query_dict"):
            run = getattr(cls, name)
            if not hasattr(run, "unwatched"):
                setattr(cls, name, _watching(run))


def _watching(run: Any) -> Any:
    async def watched_run(self: Any, query: str, *values: Any) -> Any:
        with watched(Kind.STATEMENT, query):
            return await run(self, query, *values)

    watched_run.unwatched = run  # type: ignore[attr-defined]
    return watched_run
