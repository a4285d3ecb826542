"""Inputs are made as Strawberry makes them, only sooner."""

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, GraphQLInputType, get_nullable_type, is_enum_type, is_list_type
from strawberry.exceptions import StrawberryInputCoercionError
from strawberry.types.arguments import convert_arguments

from api.executor.libraries import DEFINITION
from api.schema import build
from api.schema.build import schema
from api.schema.conversion import converted
from api.schema.scalars import CONFIG
from api.selection.asked import definition_of

assert schema.mutation_type is not None
MUTATIONS = sorted(schema.mutation_type.fields)


def examples(type_: GraphQLInputType, depth: int = 0) -> Iterator[Any]:
    """Values as graphql-core reads them: everything given, everything that can be left out, and nulls."""
    bare: Any = get_nullable_type(type_)
    if is_list_type(bare):
        inner = list(examples(bare.of_type, depth + 1))
        yield from ([], inner)
    elif isinstance(bare, GraphQLInputObjectType):
        if depth > 4:
            return
        fields = {name: list(examples(field.type, depth + 1)) for name, field in bare.fields.items()}
        required = {name for name, field in bare.fields.items() if field.type is not get_nullable_type(field.type)}
        if bare.is_one_of:
            yield from ({name: value} for name, values in fields.items() for value in values if value is not None)
            return
        yield {name: values[0] for name, values in fields.items()}
        yield {name: values[-1] for name, values in fields.items()}
        yield {name: fields[name][0] for name in required}
    elif is_enum_type(bare):
        yield next(iter(bare.values.values())).value
    else:
        yield f"a {bare.name}"
    if bare is type_ and depth:
        yield None


@pytest.mark.parametrize("name", MUTATIONS)
def test_every_input_is_made_as_strawberry_makes_it(name: str) -> None:
    assert schema.mutation_type is not None
    field = schema.mutation_type.fields[name]
    definition = definition_of(field)
    taken = converted(definition, CONFIG)
    registry = build._schema.schema_converter.scalar_registry

    tried = 0
    for given in examples(field.args["input"].type):
        expected: Any
        try:
            expected = convert_arguments({"input": given}, definition.arguments, registry, CONFIG)
        except StrawberryInputCoercionError:
            continue  # a null that is refused before it comes to this
        assert repr(taken({"input": given})) == repr(expected)
        assert taken({"input": given}) == expected
        tried += 1
    assert tried >= 2
    assert taken({}) == {}


def test_every_mutation_is_called_directly() -> None:
    assert schema.mutation_type is not None
    resolvers = {name: field.resolve for name, field in schema.mutation_type.fields.items()}

    assert {each.__module__ for each in resolvers.values() if each is not None} == {"api.schema.conversion"}
    assert DEFINITION in schema.mutation_type.fields[MUTATIONS[0]].extensions
