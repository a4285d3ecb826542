"""What a mutation's input holds that cannot be read: kept on its way in, so that it is refused like all else there."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.utils.str_converters import to_camel_case

from domain.core.errors import Code, Refusal, Refused


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Stands for a value that its scalar could not read."""

    message: str


# The number of them, while they are kept.
_kept: ContextVar[list[Unreadable] | None] = ContextVar("unreadable", default=None)


@contextmanager
def keeping_unreadable() -> Iterator[None]:
    """Inside, scalars give Unreadable for what they cannot read, and leave it to `check_readable` to refuse it."""
    token = _kept.set([])
    try:
        yield
    finally:
        _kept.reset(token)


def kept_unreadable(kind: str) -> AbstractContextManager[None]:
    """Around the execution of an operation of this kind: in mutations unreadable values are kept."""
    return keeping_unreadable() if kind == "mutation" else _REFUSED


_REFUSED = nullcontext()


def tolerant(parse: Callable[[object], Any]) -> Callable[[object], Any]:
    """`parse`, which keeps what it cannot read where that is wanted."""

    def read(value: object) -> Any:
        try:
            return parse(value)
        except GraphQLError as error:
            kept = _kept.get()
            if kept is None:
                raise
            kept.append(Unreadable(error.message))
            return kept[-1]

    return read


def check_readable(given: object) -> None:
    """Refuse an input with values that could not be read.

    Raises:
        Refused: INVALID, for each of them.
    """
    refusals = list(_refusals(given, ())) if _kept.get() else []
    if refusals:
        raise Refused.of(*refusals)


def _refusals(value: object, path: tuple[str | int, ...]) -> Iterator[Refusal]:
    if isinstance(value, Unreadable):
        yield Refusal(Code.INVALID, value.message, path)
    elif isinstance(value, strawberry.Some):
        yield from _refusals(value.value, path)
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _refusals(item, (*path, place))
    elif isinstance(definition := getattr(value, "__strawberry_definition__", None), StrawberryObjectDefinition):
        for field in definition.fields:
            name = field.graphql_name or to_camel_case(field.python_name)
            yield from _refusals(getattr(value, field.python_name), (*path, name))
