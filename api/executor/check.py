"""The self-test: a planted schema whose answers, right and wrong, must be graphql-core's own."""

from dataclasses import field
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any

import strawberry
import structlog
from graphql import DocumentNode, ExecutionResult, GraphQLSchema, parse

from api.executor.completion import NotPlainError, Ready
from api.executor.execution import CompiledExecutor, ReadyExecutor
from api.executor.libraries import Executor, ExecutorThrowingOnIncremental

_log = structlog.get_logger(__name__)


@strawberry.enum
class Colour(StrEnum):
    """A planted enum."""

    RED = "RED"


@strawberry.interface
class Thing:
    """A planted interface."""

    id: strawberry.ID


@strawberry.type
class Part(Thing):
    """A planted object of every usual kind of leaf."""

    count: int = 3
    weight: float | None = 1.5
    name: str | None = None
    sound: bool = True
    colour: Colour = Colour.RED
    made_at: datetime = datetime(2026, 1, 2, tzinfo=UTC)


@strawberry.type
class Whole(Thing):
    """A planted object that holds others."""

    part: Part | None = None
    parts: list[Part] = field(default_factory=list)
    things: list[Thing | None] = field(default_factory=list)


def _whole(number: int) -> Whole:
    # Every third holds a null where none may be, every fifth a value of the wrong type.
    broken: Any = None if number % 3 == 0 else 4
    wrong: Any = "four" if number % 5 == 0 else 2.5
    parts = [Part(id=strawberry.ID("p")), Part(id=strawberry.ID("q"), count=broken)]
    return Whole(
        id=strawberry.ID(str(number)), part=parts[1], parts=parts, things=[Part(id=broken, weight=wrong), None]
    )


@strawberry.type
class Query:
    """The planted roots."""

    @strawberry.field
    def wholes(self) -> list[Whole | None]:
        """Plain values, some of them broken."""
        return [_whole(number) for number in range(12)]

    @strawberry.field
    def thing(self) -> Thing | None:
        """A plain value of an interface."""
        return _whole(1)

    @strawberry.field
    def finished(self) -> list[Whole]:
        """A finished value, which has no fields to read."""
        return Ready([{"finished": 1}])  # type: ignore[return-value]  # what the read path returns in place of rows


_DOCUMENT = """
query ($yes: Boolean!) {
  wholes {
    __typename id part { ...part } twice: parts { ...part count @skip(if: $yes) }
    things { id ... on Part { weight colour @include(if: $yes) } ... on Whole { parts { id } } }
  }
  thing { __typename ... on Whole { parts { n: name name madeAt sound } } }
}
fragment part on Part { count weight name sound colour madeAt id }
"""


@cache
def _planted() -> GraphQLSchema:
    return strawberry.Schema(Query, types=[Part, Whole])._schema  # noqa: SLF001 - the graphql-core schema inside


def _answer(executor_class: type[Executor[None]], text: str, variables: dict[str, Any]) -> tuple[str, str]:
    document = parse(text)
    _run(executor_class, document, variables)
    result = _run(executor_class, document, variables)  # compiled from its second run on
    return repr(result.data), repr([error.formatted for error in result.errors or ()])


def _run(executor_class: type[Executor[None]], document: DocumentNode, variables: dict[str, Any]) -> ExecutionResult:
    executor = executor_class.build(_planted(), document, None, None, variables)
    result = executor.execute_operation() if isinstance(executor, Executor) else executor
    if not isinstance(result, ExecutionResult):
        raise TypeError(result)
    if isinstance(executor, CompiledExecutor) and not any(executor.known.completions.values()):
        raise NotPlainError(document)
    return result


def self_test() -> bool:
    """Whether the compiled executor compiles, and answers as graphql-core does in data, nulls, messages and paths."""
    try:
        for yes in (True, False):
            compiled = _answer(CompiledExecutor, _DOCUMENT, {"yes": yes})
            stock = _answer(ExecutorThrowingOnIncremental, _DOCUMENT, {"yes": yes})
            if compiled != stock:
                _log.error("compiled_executor_differs", compiled=compiled, stock=stock)
                return False
        finished, _ = _answer(ReadyExecutor, "{ finished { id } }", {})
    except Exception:  # noqa: BLE001 - a new library version can fail in any way, and the plain executor still serves
        _log.exception("compiled_executor_failed")
        return False
    return finished == repr({"finished": [{"finished": 1}]})
