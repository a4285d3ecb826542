"""Mutations called with inputs that are made by functions which know their types beforehand.

Strawberry finds out anew with each request what every field of an input is.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING
from functools import cache
from typing import Any

from graphql import GraphQLResolveInfo, GraphQLSchema
from strawberry.schema.config import StrawberryConfig
from strawberry.types.base import (
    StrawberryList,
    StrawberryMaybe,
    StrawberryObjectDefinition,
    StrawberryOptional,
    has_object_definition,
)
from strawberry.types.maybe import Some

from api.executor.libraries import StrawberryField
from api.selection.asked import definition_of

Convert = Callable[[Any], Any]
Field = tuple[str, str, Convert | None]


def call_directly(schema: GraphQLSchema, config: StrawberryConfig) -> None:
    """Let mutations be resolved by their own functions, with what they take made by functions of its own."""
    for field in schema.mutation_type.fields.values() if schema.mutation_type else ():
        definition = definition_of(field)
        if definition.base_resolver is not None and not definition.extensions:
            field.resolve = _resolver(definition, config)


def converted(definition: StrawberryField, config: StrawberryConfig) -> Convert:
    """A function from a field's arguments as graphql-core read them to what its function takes."""
    taken = [
        (config.name_converter.from_argument(argument), argument.python_name, _converter(argument.type, config))
        for argument in definition.arguments
    ]
    return lambda given: {
        python_name: given[name] if convert is None else convert(given[name])
        for name, python_name, convert in taken
        if name in given
    }


def _resolver(definition: StrawberryField, config: StrawberryConfig) -> Callable[..., Any]:
    run: Any = definition.base_resolver.wrapped_func if definition.base_resolver else None
    convert = converted(definition, config)

    async def resolve(source: Any, info: GraphQLResolveInfo[Any], **given: Any) -> Any:
        return await run(source, config.info_class(_raw_info=info, _field=definition), **convert(given))

    return resolve


def _input(cls: type[Any], config: StrawberryConfig) -> Convert:
    """A function that makes an input of class `cls`; the fields that were omitted are None, or their default."""
    definition: StrawberryObjectDefinition = cls.__strawberry_definition__
    omitted = {field.python_name: None for field in definition.fields if _has_no_default(field)}

    @cache
    def fields() -> list[Field]:  # at the first use, for inputs that hold one another
        return [
            (config.name_converter.from_field(field), field.python_name, _converter(field.type, config))
            for field in definition.fields
        ]

    def make(given: Mapping[str, Any]) -> Any:
        values: dict[str, Any] = dict(omitted)
        for name, python_name, convert in fields():
            if name in given:
                value = given[name]
                values[python_name] = value if convert is None else convert(value)
        return cls(**values)

    return make


def _has_no_default(field: Any) -> bool:
    return field.default_value is MISSING and field.default_factory is MISSING


def _converter(type_: Any, config: StrawberryConfig) -> Convert | None:
    """A function from a value that graphql-core read to what the input holds; None where they are the same."""
    if isinstance(type_, StrawberryMaybe):
        return _some(_converter(type_.of_type, config))
    if isinstance(type_, StrawberryOptional):
        return _converter(type_.of_type, config)
    if isinstance(type_, StrawberryList):
        return _listed(_converter(type_.of_type, config))
    if has_object_definition(type_):
        return _unless_null(_input(type_, config))
    return None


def _some(convert: Convert | None) -> Convert:
    return Some if convert is None else lambda value: Some(convert(value))


def _listed(convert: Convert | None) -> Convert:
    # A copy, because an omitted list is the same default for everybody.
    return _unless_null(list if convert is None else lambda value: [convert(each) for each in value])


def _unless_null(convert: Convert) -> Convert:
    return lambda value: None if value is None else convert(value)
