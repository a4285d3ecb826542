"""The smallest document that asks for a root field, made from the schema."""

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    Undefined,
    is_composite_type,
)
from graphql import get_named_type as named

_VALUES = {
    "String": '"x"',
    "ID": '"x"',
    "Int": "1",
    "Boolean": "true",
    "Decimal": '"1"',
    "Date": '"2026-11-23"',
    "DateTime": '"2026-11-23T08:00:00Z"',
    "Duration": '"PT1H"',
    "CurrencyCode": '"DKK"',
    "BoardCursor": '"x"',
}


def root_fields(schema: GraphQLSchema) -> list[tuple[str, str, GraphQLField]]:
    """Every root field: the kind of operation, its name, itself."""
    roots = {
        "query": schema.query_type,
        "mutation": schema.mutation_type,
        "subscription": schema.subscription_type,
    }
    return [
        (kind, name, field)
        for kind, root in roots.items()
        if isinstance(root, GraphQLObjectType)
        for name, field in root.fields.items()
    ]


def smallest_document(kind: str, name: str, field: GraphQLField) -> str:
    """A document that asks for one root field, with no more than its required arguments."""
    arguments = ", ".join(f"{key}: {_value(each.type)}" for key, each in field.args.items() if _is_required(each))
    called = f"{name}({arguments})" if arguments else name
    return f"{kind} {{ {called}{' { __typename }' if is_composite_type(named(field.type)) else ''} }}"


def _is_required(given: GraphQLArgument | GraphQLInputField) -> bool:
    return isinstance(given.type, GraphQLNonNull) and given.default_value is Undefined


def _value(type_: object) -> str:
    """A value that the type accepts."""
    if isinstance(type_, GraphQLNonNull):
        return _value(type_.of_type)
    if isinstance(type_, GraphQLList):
        return f"[{_value(type_.of_type)}]"
    if isinstance(type_, GraphQLEnumType):
        return str(next(iter(type_.values)))
    if isinstance(type_, GraphQLInputObjectType):
        fields = {key: each for key, each in type_.fields.items() if _is_required(each)}
        if type_.is_one_of:
            fields = dict([next(iter(type_.fields.items()))])
        return "{" + ", ".join(f"{key}: {_value(each.type)}" for key, each in fields.items()) + "}"
    if isinstance(type_, GraphQLScalarType):
        return _VALUES[type_.name]
    raise TypeError(f"{type_} is no input.")
