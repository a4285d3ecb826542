"""What graphql-core must know of inputs, and Strawberry keeps to itself, so that callers' mistakes count as theirs."""

from collections.abc import Callable
from typing import Any

from graphql import GraphQLError, GraphQLInputObjectType, GraphQLSchema
from strawberry.types.base import StrawberryMaybe, StrawberryOptional

from api.executor.libraries import DEFINITION

Given = dict[str, Any]


def make_strict(schema: GraphQLSchema) -> None:
    """Let inputs of exactly one field be validated as such, and refuse null where a field can only be omitted."""
    for type_ in schema.type_map.values():
        if not isinstance(type_, GraphQLInputObjectType):
            continue
        definition = type_.extensions[DEFINITION]
        type_.is_one_of = definition.is_one_of
        kept = frozenset(
            name
            for name, field in type_.fields.items()
            if (given := field.extensions[DEFINITION].type) is not None
            and isinstance(given, StrawberryMaybe)
            and not isinstance(given.of_type, StrawberryOptional)
        )
        if kept and not type_.is_one_of:
            type_.out_type = _refusing_nulls(kept)  # type: ignore[assignment,method-assign]


def _refusing_nulls(kept: frozenset[str]) -> Callable[[Given], Given]:
    """A check of one input's fields: what cannot be cleared may be omitted, but not be null."""

    def check(given: Given) -> Given:
        for name, value in given.items():
            if value is None and name in kept:
                raise GraphQLError(
                    f"`{name}` cannot be cleared: omit it to keep it.", extensions={"code": "BAD_USER_INPUT"}
                )
        return given

    return check
