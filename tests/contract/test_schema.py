"""The schema's own rules: what it says, whom it lets in, and how it is shaped."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    build_schema,
    get_named_type,
    is_input_object_type,
    is_introspection_type,
    is_specified_directive,
    is_specified_scalar_type,
    parse,
    validate,
)

from api import visibility
from api.context import Context, Services
from api.executor import execute
from api.live.sources import NoStream, open_stream
from api.masking import present
from api.schema.build import printed_schema, schema
from api.selection import entities
from api.selection.asked import entity_behind
from domain.core.actor import ANONYMOUS
from domain.core.operation import OPERATIONS
from domain.core.rows import NOTHING
from tests.contract.documents import root_fields, smallest_document
from tests.contract.schema_changes import changes_between

ROOT = Path(__file__).parents[2]
FIELDS = root_fields(schema)
# Whoever asks these is not signed in yet.
OPEN_TO_ALL = {"signIn", "refreshSession"}
# Their answers hold secrets, so no key lets them be given again.
SECRET_ANSWERS = {
    "createApiToken",
    "createCalendarFeed",
    "createWebhook",
    "refreshSession",
    "renewWebhookSecret",
    "signIn",
}
# Few by nature, or asked for one by one.
SHORT_LISTS = {"nodes", "numberSequences", "templateTree"}
# What is done to many at once, which nobody has seen one by one.
BULK = {"cancelServiceOrders", "deleteServiceOrders"}
# There is but one order and one filter of the audit trail.
PLAIN_CONNECTIONS = {"auditTrail"}


def types_of_our_own(of: GraphQLSchema = schema) -> list[GraphQLNamedType]:
    return [
        type_
        for type_ in of.type_map.values()
        if not is_introspection_type(type_) and not is_specified_scalar_type(type_)
    ]


def output_fields() -> list[tuple[str, str, GraphQLField]]:
    return [
        (type_.name, name, field)
        for type_ in types_of_our_own()
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)
        for name, field in type_.fields.items()
    ]


def inputs() -> list[GraphQLInputObjectType]:
    return [type_ for type_ in types_of_our_own() if isinstance(type_, GraphQLInputObjectType)]


def roots(kind: str) -> list[tuple[str, GraphQLField]]:
    return [(name, field) for of, name, field in FIELDS if of == kind]


# --- what it says ----------------------------------------------------------------------------------------------------


def test_the_committed_schema_is_what_the_program_prints() -> None:
    assert (ROOT / "schema.graphql").read_text("utf-8") == printed_schema(), "Write it anew: make schema"


def test_the_printed_schema_is_whole() -> None:
    assert {type_.name for type_ in types_of_our_own(build_schema(printed_schema()))} == {
        type_.name for type_ in types_of_our_own()
    }


def described(of: GraphQLSchema) -> Iterator[tuple[str, str | None]]:
    """Everything that can have a description, and the one it has."""
    for type_ in types_of_our_own(of):
        yield type_.name, type_.description
        if isinstance(type_, GraphQLEnumType):
            yield from ((f"{type_.name}.{name}", value.description) for name, value in type_.values.items())
        if isinstance(type_, GraphQLInputObjectType):
            yield from ((f"{type_.name}.{name}", given.description) for name, given in type_.fields.items())
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in type_.fields.items():
                yield f"{type_.name}.{name}", field.description
                yield from ((f"{type_.name}.{name}({key})", each.description) for key, each in field.args.items())
    yield from ((directive.name, directive.description) for directive in _own_directives(of))


def _own_directives(of: GraphQLSchema) -> list[Any]:
    return [directive for directive in of.directives if not is_specified_directive(directive)]


def test_everything_has_a_description() -> None:
    found = dict(described(schema))

    assert len(found) > 800
    assert [name for name, text in found.items() if not (text or "").strip()] == []


def test_descriptions_are_sentences() -> None:
    found = {name: text for name, text in described(schema) if text}

    assert [name for name, text in found.items() if text != text.strip() or text[-1] not in ".`)"] == []


# --- whom it lets in -------------------------------------------------------------------------------------------------

# No service is reached by somebody who is not let in.
NOBODY = Context(ANONYMOUS, "r-1", cast("Services", None))


async def errors_of(kind: str, text: str) -> list[dict[str, Any]]:
    """The errors that answer somebody who is not signed in, without a database to ask."""
    document = parse(text)
    assert validate(schema, document) == []
    if kind == "subscription":
        with pytest.raises(NoStream) as caught:
            await open_stream(schema, document, context=NOBODY, variables=None, operation_name=None)
        return present(caught.value.errors, request_id="r-1")
    result = await execute(schema, document, context=NOBODY, variables={}, operation_name=None)
    return present(result.errors or [], request_id="r-1")


@pytest.mark.parametrize(
    ("kind", "name", "field"),
    [pytest.param(*each, id=".".join(each[:2])) for each in FIELDS if each[1] not in OPEN_TO_ALL],
)
async def test_who_is_not_signed_in_gets_nothing(kind: str, name: str, field: GraphQLField) -> None:
    errors = await errors_of(kind, smallest_document(kind, name, field))

    assert [error["extensions"]["code"] for error in errors] == ["UNAUTHENTICATED"]


def test_there_are_fields_of_every_kind_to_keep_closed() -> None:
    assert {kind for kind, _, _ in FIELDS} == {"query", "mutation", "subscription"}
    assert {name for _, name, _ in FIELDS} >= OPEN_TO_ALL
    assert len(FIELDS) > 70


def test_nobody_sees_any_entity_without_signing_in() -> None:
    bound = {
        type_.name: found.type
        for type_ in types_of_our_own()
        if isinstance(type_, GraphQLObjectType) and (found := entity_behind(type_)) is not None
    }

    assert len(bound) >= 20
    assert [name for name, cls in bound.items() if visibility._visible[cls](ANONYMOUS) is not NOTHING] == []


def test_every_node_has_ids_of_its_own_and_nothing_else_has_ids() -> None:
    bound = {
        type_.name: found.prefix
        for type_ in types_of_our_own()
        if isinstance(type_, GraphQLObjectType) and (found := entity_behind(type_)) is not None
    }
    nodes = schema.get_implementations(cast("GraphQLInterfaceType", schema.type_map["Node"])).objects

    assert {name for name, prefix in bound.items() if prefix is not None} == {type_.name for type_ in nodes}
    assert {name for name, prefix in bound.items() if prefix is None} == {
        "AuditEntry",
        "CalendarHoliday",
        "CalendarHours",
        "RecordedTime",
        "ServiceOrderSla",
    }
    assert [entities()[prefix].type.__name__ for prefix in bound.values() if prefix] == [
        name for name, prefix in bound.items() if prefix
    ]


def test_every_operation_says_what_it_requires() -> None:
    open_to_all = {name.rpartition(".")[2] for name, made in OPERATIONS.items() if made.requires == "ANYONE"}

    assert len(OPERATIONS) > 30
    assert open_to_all == {"start_session", "refresh_session"}


# --- names -----------------------------------------------------------------------------------------------------------


def test_names_are_written_as_everywhere_in_graphql() -> None:
    types = types_of_our_own()
    fields = {name for _, name, _ in output_fields()} | {name for type_ in inputs() for name in type_.fields}
    values = {name for type_ in types if isinstance(type_, GraphQLEnumType) for name in type_.values}

    assert [type_.name for type_ in types if not re.fullmatch(r"([A-Z][a-z0-9]+)+", type_.name)] == []
    assert [name for name in fields if not re.fullmatch(r"[a-z]+([A-Z][a-z0-9]+)*", name)] == []
    assert [value for value in values if not re.fullmatch(r"[A-Z]+(_[A-Z]+)*", value)] == []


def test_instants_and_dates_are_told_apart_by_their_names() -> None:
    read = [(f"{owner}.{name}", name, get_named_type(field.type).name) for owner, name, field in output_fields()]
    given = [
        (f"{type_.name}.{name}", name, get_named_type(field.type).name)
        for type_ in inputs()
        for name, field in type_.fields.items()
    ]
    instants = {where for where, name, type_ in read + given if type_ == "DateTime" and not re.search("At$|^at$", name)}
    dates = {where for where, name, type_ in read + given if type_ == "Date" and not re.search("On$|^on$", name)}

    heartbeats = {"BoardHeartbeat.serverTime", "ServiceLevelHeartbeat.serverTime"}
    assert instants == heartbeats | {"DateTimeRange.from", "DateTimeRange.before"}
    board = {"DispatchBoard.from", "DispatchBoard.to", "DispatchBoardInput.from", "DispatchBoardInput.to"}
    assert dates == board | {"SlaComplianceRow.month"}


# --- shape -----------------------------------------------------------------------------------------------------------


def test_money_is_never_a_float_and_nothing_is_json() -> None:
    used = {get_named_type(field.type).name for _, _, field in output_fields()}
    used |= {get_named_type(given.type).name for type_ in inputs() for given in type_.fields.values()}

    assert used & {"Float", "JSON"} == set()


def test_scalars_say_where_they_are_specified() -> None:
    unspecified = {
        type_.name
        for type_ in types_of_our_own()
        if isinstance(type_, GraphQLScalarType) and type_.specified_by_url is None
    }

    assert unspecified == {"BoardCursor", "Decimal"}


def test_lists_are_never_null_and_hold_no_nulls() -> None:
    loose = {
        f"{owner}.{name}"
        for owner, name, field in output_fields()
        if "[" in str(field.type) and not re.fullmatch(r"\[\w+!\]!", str(field.type))
    }

    assert {name for name in loose if not name.endswith("Error.path")} == {"Query.nodes"}


@pytest.mark.parametrize(("name", "field"), roots("query"))
def test_lists_that_may_grow_are_connections(name: str, field: GraphQLField) -> None:
    returned = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type

    if isinstance(returned, GraphQLList):
        assert name in SHORT_LISTS
    if get_named_type(field.type).name.endswith("Connection"):
        chosen = {"subject"} if name in PLAIN_CONNECTIONS else {"filter", "orderBy"}
        assert set(field.args) == {"first", "after", "last", "before"} | chosen
        connection = cast("GraphQLObjectType", returned)
        assert set(connection.fields) == {"nodes", "edges", "pageInfo", "totalCount"}
        assert str(connection.fields["totalCount"].type) == "Int!"


def test_look_ups_take_exactly_one_name() -> None:
    given = {
        name: [cast("GraphQLInputObjectType", get_named_type(argument.type)).is_one_of]
        for _, name, field in FIELDS
        for key, argument in field.args.items()
        if key == "by" and is_input_object_type(get_named_type(argument.type))
    }

    assert len(given) >= 8
    assert set(map(tuple, given.values())) == {(True,)}


@pytest.mark.parametrize(("name", "field"), roots("mutation"))
def test_a_mutation_has_one_input_and_a_payload_named_after_it(name: str, field: GraphQLField) -> None:
    verb = name[0].upper() + name[1:]
    given = cast("GraphQLInputObjectType", schema.type_map[f"{verb}Input"])
    payload = cast("GraphQLObjectType", schema.type_map[f"{verb}Payload"])

    assert {key: str(argument.type) for key, argument in field.args.items()} == {"input": f"{verb}Input!"}
    assert str(field.type) == f"{verb}Payload!"
    assert ("clientMutationKey" in given.fields) is (name not in SECRET_ANSWERS)
    assert str(payload.fields["cursor"].type) == "BoardCursor"
    assert str(payload.fields["userErrors"].type) == "[UserError!]!"


@pytest.mark.parametrize(("name", "_field"), roots("mutation"))
def test_whoever_changes_something_can_say_which_version_they_saw(name: str, _field: GraphQLField) -> None:
    given = cast("GraphQLInputObjectType", schema.type_map[f"{name[0].upper()}{name[1:]}Input"])

    if re.match("change|delete|cancel", name) and name not in BULK:
        assert str(given.fields["expectedVersion"].type) == "Int"


# --- change ----------------------------------------------------------------------------------------------------------


def test_changes_that_break_clients_are_told_from_those_that_only_may() -> None:
    older = "type Query { a: Int b(c: Int): Kind } enum Kind { ONE }"
    newer = "type Query { b(c: Int, d: Int): Kind! } enum Kind { ONE TWO }"

    found = changes_between(older, newer)

    assert found.breaking == ["Field Query.a was removed."]
    assert len(found.dangerous) == 2
    assert changes_between(newer, newer).breaking == []
