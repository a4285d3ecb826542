"""Generated completion: one Python function per selection set of plain attributes, values in, result dicts out.

A generated function either gives exactly what graphql-core would give, or raises. Its caller then lets graphql-core
complete the same value again, so that errors, their paths and null propagation are graphql-core's own.
"""

import datetime as dt
import keyword
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from types import GeneratorType
from typing import Any, Protocol, final

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLError,
    GraphQLField,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
    GraphQLUnionType,
    OperationDefinitionNode,
)

from api.executor.libraries import (
    DEFINITION,
    TYPE_CAST_ATTRIBUTE,
    FieldDetails,
    FieldDetailsList,
    FragmentDetails,
    StrawberryEnumDefinition,
    StrawberryField,
    StrawberryObjectDefinition,
    Undefined,
    VariableValues,
    collect_subfields,
)

Completion = Callable[[Any], Any]
Collect = Callable[[GraphQLObjectType, FieldDetailsList], dict[str, FieldDetailsList]]

# Fragments that spread fragments grow exponentially when written out, so a function has a largest size.
_MOST_FIELDS = 2_000
_MOST_KNOWN_CLASSES = 2_000

# `{v}` stands for the value. What passes the test is already the result; -1e308..1e308 leaves out nan and infinities.
_FINISHED: dict[GraphQLLeafType, str] = {
    GraphQLString: "type({v}) is str",
    GraphQLID: "type({v}) is str",
    GraphQLInt: "type({v}) is int and -2147483648 <= {v} <= 2147483647",
    GraphQLFloat: "type({v}) is float and -1e308 < {v} < 1e308",
    GraphQLBoolean: "({v} is True or {v} is False)",
}
# orjson prints these as the scalars of these names do: RFC 3339 with `Z` (OPT_UTC_Z), and the plain civil date.
_FINISHED_BY_ENCODER = {
    "DateTime": "type({v}) is DateTime and {v}.tzinfo is UTC",
    "Date": "type({v}) is Date",
}


class NotPlainError(Exception):
    """A selection set needs more than attributes: resolvers, arguments, or types only known while running."""


class SurpriseError(Exception):
    """A value is not what its type promises; graphql-core has to complete it."""


@final
@dataclass(frozen=True, slots=True, eq=False)
class Ready:
    """A finished result value, a dict or a list of dicts, that completion passes through untouched."""

    data: object


class ResolveInfo(Protocol):
    """What `compile_value` reads of a resolver's info."""

    @property
    def schema(self) -> GraphQLSchema: ...  # noqa: D102 - graphql-core's names
    @property
    def fragments(self) -> dict[str, FragmentDefinitionNode]: ...  # noqa: D102
    @property
    def operation(self) -> OperationDefinitionNode: ...  # noqa: D102
    @property
    def variable_values(self) -> Any: ...  # noqa: D102


def compile_value(
    return_type: GraphQLOutputType, nodes: Sequence[FieldNode], info: ResolveInfo, *, native_datetimes: bool = False
) -> Completion:
    """A function that completes plain values of a type for the selection set of the given field nodes.

    The function raises SurpriseError, or what reading an attribute raised, on a value it cannot complete.

    Raises: NotPlainError when the selection set holds anything but attributes.
    """
    fragments = {name: FragmentDetails(definition) for name, definition in info.fragments.items()}
    variables = VariableValues({}, getattr(info.variable_values, "coerced", info.variable_values))

    def collect(object_type: GraphQLObjectType, fields: FieldDetailsList) -> dict[str, FieldDetailsList]:
        return collect_subfields(
            info.schema, fragments, variables, info.operation, object_type, fields
        ).grouped_field_set

    return compile_fields(
        return_type,
        [FieldDetails(node, None) for node in nodes],
        schema=info.schema,
        collect=collect,
        native_datetimes=native_datetimes,
    )


def compile_fields(
    return_type: GraphQLOutputType,
    fields: FieldDetailsList,
    *,
    schema: GraphQLSchema,
    collect: Collect,
    native_datetimes: bool,
) -> Completion:
    """A function that completes plain values of a type; `collect` says what is selected of an object type.

    Raises: NotPlainError when the selection set holds anything but attributes.
    """
    source = _Source(schema, collect, native_datetimes=native_datetimes)
    try:
        body = source.value(return_type, fields, "v")
    except (GraphQLError, RecursionError) as error:
        raise NotPlainError(return_type) from error
    source.lines.append(f"def complete(v):\n return {body}\n")
    exec(compile("".join(source.lines), "<completion>", "exec"), source.names)  # noqa: S102 - only names and identifiers
    complete: Completion = source.names["complete"]
    return complete


class _Source:
    """The text of generated functions and the objects their names stand for."""

    def __init__(self, schema: GraphQLSchema, collect: Collect, *, native_datetimes: bool) -> None:
        self.schema = schema
        self.collect = collect
        self.finished = _FINISHED_BY_ENCODER if native_datetimes else {}
        self.lines: list[str] = []
        self.fields_left = _MOST_FIELDS
        self.names: dict[str, Any] = {
            "Ready": Ready,
            "ready": _ready,
            "known": _known,
            "admit": _admit,
            "cast": TYPE_CAST_ATTRIBUTE,
            "DateTime": dt.datetime,
            "Date": dt.date,
            "UTC": dt.UTC,
        }

    def name(self, value: object = None) -> str:
        name = f"n{len(self.names)}"
        self.names[name] = value
        return name

    def value(self, return_type: GraphQLOutputType, fields: FieldDetailsList, v: str) -> str:
        nullable = not isinstance(return_type, GraphQLNonNull)
        inner = return_type.of_type if isinstance(return_type, GraphQLNonNull) else return_type
        if isinstance(inner, GraphQLScalarType | GraphQLEnumType):
            return self.leaf(inner, v, nullable=nullable)
        # A function given None refuses it, which is what a non-null position needs.
        function = self.composite(inner, fields)
        return f"(None if {v} is None else {function}({v}))" if nullable else f"{function}({v})"

    def leaf(self, leaf_type: GraphQLLeafType, v: str, *, nullable: bool) -> str:
        coerce = self.name(_leaf_completion(leaf_type, nullable=nullable))
        members = _enum_members(leaf_type)
        if members is not None:
            enum, names = members
            return f"({self.name(names)}[{v}] if type({v}) is {self.name(enum)} else {coerce}({v}))"
        test = _FINISHED.get(leaf_type)
        if test is None and isinstance(leaf_type, GraphQLScalarType):
            test = self.finished.get(leaf_type.name)
        if test is None:
            return f"{coerce}({v})"
        test = test.format(v=v)
        return f"({v} if {f'{v} is None or {test}' if nullable else test} else {coerce}({v}))"

    def composite(self, composite_type: GraphQLOutputType, fields: FieldDetailsList) -> str:
        if isinstance(composite_type, GraphQLList):
            return self.list_function(composite_type, fields)
        if isinstance(composite_type, GraphQLObjectType):
            return self.object_function(composite_type, fields)
        if isinstance(composite_type, GraphQLInterfaceType | GraphQLUnionType):
            return self.abstract_function(composite_type, fields)
        raise NotPlainError(composite_type)

    def list_function(self, list_type: GraphQLList[Any], fields: FieldDetailsList) -> str:
        item = self.value(list_type.of_type, fields, "x")
        function = self.name()
        self.lines.append(
            f"def {function}(v):\n"
            f" if type(v) is not list and type(v) is not tuple: return ready(v)\n"
            f" return [{item} for x in v]\n"
        )
        return function

    def object_function(self, object_type: GraphQLObjectType, fields: FieldDetailsList) -> str:
        reads: list[str] = []
        items: list[str] = []
        for key, selected in self.collect(object_type, fields).items():
            self.fields_left -= 1
            if self.fields_left < 0:
                raise NotPlainError(object_type)
            field_name = selected[0].node.name.value
            if field_name == "__typename":
                items.append(f"{key!r}: {object_type.name!r}")
                continue
            field = object_type.fields.get(field_name)
            if field is None:
                raise NotPlainError(field_name)
            v = f"v{len(reads)}"
            reads.append(f" {v} = s.{_attribute(field)}\n")
            items.append(f"{key!r}: {self.value(field.type, selected, v)}")
        function = self.name()
        self.lines.append(
            f"def {function}(s):\n{self.admission(object_type)}{''.join(reads)} return {{{', '.join(items)}}}\n"
        )
        return function

    def admission(self, object_type: GraphQLObjectType) -> str:
        if object_type.is_type_of is None:
            return " if type(s) not in known:\n  if type(s) is Ready: return ready(s)\n  admit(s)\n"
        # Strawberry's own test holds for the type's own class, unless the object is cast to another type.
        own_class = self.name(_own_class(object_type))
        return f" if type(s) is not {own_class} or getattr(s, cast, None) is not None: return ready(s)\n"

    def abstract_function(self, abstract: GraphQLInterfaceType | GraphQLUnionType, fields: FieldDetailsList) -> str:
        by_class: list[str] = []
        for object_type in self.schema.get_possible_types(abstract):
            try:
                own_class = _own_class(object_type, abstract)
                by_class.append(f"{self.name(own_class)}: {self.object_function(object_type, fields)}")
            except NotPlainError:
                continue
        if not by_class:
            raise NotPlainError(abstract)
        table, function = self.name(), self.name()
        self.lines.append(
            f"{table} = {{{', '.join(by_class)}}}\n"
            f"def {function}(v):\n"
            f" f = {table}.get(type(v))\n"
            f" return ready(v) if f is None or getattr(v, cast, None) is not None else f(v)\n"
        )
        return function


# Classes whose instances are completed as they are: not exceptions, not awaitable, not Ready, not null.
_known: set[type] = set()


def _admit(value: object) -> None:
    refused = value is None or value is Undefined or isinstance(value, Ready | Exception | GeneratorType)
    if refused or hasattr(value, "__await__"):
        raise SurpriseError(value)
    if len(_known) >= _MOST_KNOWN_CLASSES:
        _known.clear()
    _known.add(type(value))


def _ready(value: object) -> object:
    if type(value) is Ready and value.data is not None:
        return value.data
    raise SurpriseError(value)


def _leaf_completion(leaf_type: GraphQLLeafType, *, nullable: bool) -> Completion:
    coerce = leaf_type.coerce_output_value

    def complete(value: object) -> object:
        if value is None and nullable:
            return None
        if type(value) not in _known:
            _admit(value)
        result: object = coerce(value)
        if result is None or result is Undefined:
            raise SurpriseError(value)
        return result

    return complete


def _enum_members(leaf_type: GraphQLLeafType) -> tuple[type[Enum], dict[Enum, str]] | None:
    definition = leaf_type.extensions.get(DEFINITION)
    if not isinstance(definition, StrawberryEnumDefinition):
        return None
    members: Iterable[Enum] = definition.wrapped_cls
    try:
        names = {member: leaf_type.coerce_output_value(member) for member in members}
    except (TypeError, ValueError, GraphQLError):
        return None  # members without a hash or outside the schema: graphql-core's own look-up serves
    return definition.origin, names


def _attribute(field: GraphQLField) -> str:
    definition = field.extensions.get(DEFINITION)
    plain = (
        not field.args
        and getattr(field.resolve, "_is_default", False)
        and isinstance(definition, StrawberryField)
        and definition.is_basic_field
        and definition.default_resolver is getattr
        and type(definition).get_result is StrawberryField.get_result
    )
    if not plain or not isinstance(definition, StrawberryField):
        raise NotPlainError(field)
    name = definition.python_name
    if not name.isidentifier() or keyword.iskeyword(name):
        raise NotPlainError(name)
    return name


def _own_class(
    object_type: GraphQLObjectType, abstract: GraphQLInterfaceType | GraphQLUnionType | None = None
) -> type[object]:
    """The class whose instances, uncast, Strawberry always takes for this type, also where `abstract` is returned."""
    definition = object_type.extensions.get(DEFINITION)
    if not isinstance(definition, StrawberryObjectDefinition):
        raise NotPlainError(object_type)
    own_class = definition.origin
    plain = (
        definition.is_type_of is None
        and definition.concrete_of is None
        and not definition.is_graphql_generic
        and definition.name == object_type.name
        and getattr(own_class, "__strawberry_definition__", None) is definition
        and not issubclass(own_class, Exception)
        and not hasattr(own_class, "__await__")
    )
    if plain and isinstance(abstract, GraphQLInterfaceType):
        interface = abstract.extensions.get(DEFINITION)
        plain = (
            isinstance(interface, StrawberryObjectDefinition)
            and interface.resolve_type is None
            and issubclass(own_class, interface.origin)
        )
    elif plain and abstract is not None:
        plain = abstract.extensions.get(DEFINITION) is not None
    if not plain:
        raise NotPlainError(object_type)
    return own_class
