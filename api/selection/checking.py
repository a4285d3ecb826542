"""Checks, when the schema is built, that every field of an entity can be planned and gives what its type promises."""

from collections.abc import Iterator, Sequence
from typing import Any

import strawberry
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
)
from tortoise.models import Model

from api.selection.asked import definition_of, entity_behind, plan_of
from api.selection.entities import (
    ColumnPlan,
    ComputedPlan,
    Entity,
    Identity,
    ItselfPlan,
    MadePlan,
    ManyPlan,
    OnePlan,
    Plan,
)
from db.projection import UnplannableError
from db.projection.columns import Kind, enum_of, relation
from db.projection.plans import plan_rows
from db.projection.sorting import split, terms
from db.projection.tables import Reference, Tables

_BUILT_IN: dict[Kind, frozenset[str]] = {
    "text": frozenset({"String"}),
    "integer": frozenset({"Int"}),
    "boolean": frozenset({"Boolean"}),
    "instant": frozenset({"DateTime"}),
    "date": frozenset({"Date"}),
    "decimal": frozenset({"Decimal"}),
    "float": frozenset({"Float"}),
    "uuid": frozenset({"String", "ID"}),
}
_NAMED = frozenset().union(*_BUILT_IN.values(), {"ID", "Duration"})


def check_entities(schema: strawberry.Schema | GraphQLSchema) -> None:
    """Check every entity of the schema; Tortoise must have been initialised, with or without a connection.

    Raises: UnplannableError with everything that is wrong: fields without a plan or with arguments, columns and
    relations that are not there, types that promise what the model does not hold.
    """
    graphql_schema = schema if isinstance(schema, GraphQLSchema) else schema._schema  # noqa: SLF001 - no public way
    planned = [
        (type_, entity)
        for type_ in graphql_schema.type_map.values()
        if isinstance(type_, GraphQLObjectType) and (entity := entity_behind(type_)) is not None
    ]
    if not all(entity.model._meta._inited for _, entity in planned):  # noqa: SLF001 - no public way
        raise RuntimeError("Relations are known only once Tortoise has been initialised.")
    wrong = [
        f"{type_.name}.{name}: {trouble}"
        for type_, entity in planned
        for name, field in type_.fields.items()
        for trouble in _troubles(entity, field)
    ]
    if wrong:
        raise UnplannableError("\n".join(wrong))


def _troubles(entity: Entity, field: GraphQLField) -> Iterator[str]:
    if field.args:
        yield "a planned field takes no arguments"
    definition = definition_of(field)
    plan = plan_of(field)
    try:
        if plan is None:
            yield "there is no plan for it"
        elif not definition.is_basic_field:
            yield "it has a resolver, which planned fields never run"
        else:
            yield from _planned_troubles(entity, plan, field, definition.python_name)
    except UnplannableError as error:
        yield str(error)


def _planned_troubles(entity: Entity, plan: Plan, field: GraphQLField, name: str) -> Iterator[str]:
    if isinstance(plan, Identity):
        yield from _identity_troubles(entity, plan, field, name)
    elif isinstance(plan, ColumnPlan):
        yield from _column_troubles(_reference(entity, plan.column or name), field.type)
    elif isinstance(plan, ComputedPlan):
        for needed in plan.needs:
            _reference(entity, needed)
        yield from _plain_troubles(field.type, set())
    elif isinstance(plan, MadePlan):
        # Whoever plans it finds what is not there.
        plan_rows(entity.model, plan.wanted, None, (), "sqlite")
        yield from _plain_troubles(field.type, set())
    elif isinstance(plan, ItselfPlan):
        yield from _entity_troubles(get_named_type(field.type), entity.model)
    elif isinstance(plan, OnePlan):
        yield from _one_troubles(entity, plan.relation or name, field.type)
    else:
        yield from _many_troubles(entity, plan, name, field.type)


def _reference(entity: Entity, name: str) -> Reference:
    return Tables(entity.model).reference((), split(name))


def _identity_troubles(entity: Entity, plan: Identity, field: GraphQLField, name: str) -> Iterator[str]:
    reference = _reference(entity, plan.column)
    if name == "id" and plan.prefix != entity.prefix:
        yield f"its prefix is {plan.prefix}, the entity's {entity.prefix}"
    if reference.column.kind != "integer":
        yield f"{plan.column} is no number"
    if get_named_type(field.type).name != "ID":
        yield "an identity is an ID"
    yield from _null_troubles(field.type, nullable=reference.nullable)


def _column_troubles(reference: Reference, type_: GraphQLOutputType) -> Iterator[str]:
    named = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
    kind = reference.column.kind
    if kind in ("text_enum", "integer_enum"):
        members = {member.name for member in enum_of(reference.column.field)}
        if not isinstance(named, GraphQLEnumType) or set(named.values) != members:
            yield f"{named} is not the enum of {reference.column.name}"
    elif not isinstance(named, GraphQLScalarType):
        yield f"{reference.column.name} is a single value, {named} is not"
    elif kind == "json":
        yield f"{reference.column.name} is JSON: compute what is in it"
    elif named.name not in _BUILT_IN[kind] and (named.name in _NAMED or kind not in ("text", "integer")):
        # Scalars of our own may stand for texts and numbers, which are printed as they are.
        yield f"{reference.column.name} holds {kind}, not {named}"
    yield from _null_troubles(type_, nullable=reference.nullable)


def _one_troubles(entity: Entity, path: str, type_: GraphQLOutputType) -> Iterator[str]:
    tables, names = Tables(entity.model), split(path)
    named = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
    yield from _entity_troubles(named, tables.model_at(names))
    yield from _null_troubles(type_, nullable=tables.presence((), names) is not None)


def _many_troubles(entity: Entity, plan: ManyPlan, name: str, type_: GraphQLOutputType) -> Iterator[str]:
    step = relation(entity.model, plan.relation or name)
    if step is None or not step.many:
        raise UnplannableError(f"{entity.model.__name__} has no to-many relation {plan.relation or name!r}.")
    terms(plan.order, Tables(step.model), "sqlite")
    listed = type_.of_type if isinstance(type_, GraphQLNonNull) else None
    item = listed.of_type if isinstance(listed, GraphQLList) else None
    if not isinstance(item, GraphQLNonNull):
        yield "a to-many relation is a list without nulls: [T!]!"
    else:
        yield from _entity_troubles(item.of_type, step.model)


def _entity_troubles(named: object, model: type[Model]) -> Iterator[str]:
    target = entity_behind(named)
    if target is None:
        yield f"{named} is no entity"
    elif target.model is not model:
        yield f"{named} stands for {target.model.__name__}, the relation leads to {model.__name__}"


def _null_troubles(type_: GraphQLOutputType, *, nullable: bool) -> Iterator[str]:
    if nullable and isinstance(type_, GraphQLNonNull):
        yield "it may be null, and its type says that it is not"


def _plain_troubles(type_: GraphQLOutputType, seen: set[str]) -> Iterator[str]:
    named = get_named_type(type_)
    members: Sequence[Any] = ()
    if isinstance(named, GraphQLInterfaceType | GraphQLUnionType):
        yield f"{named.name} is abstract: what is computed has one type"
    elif isinstance(named, GraphQLObjectType) and named.name not in seen:
        seen.add(named.name)
        members = list(named.fields.values())
    for member in members:
        definition = definition_of(member)
        if member.args or not definition.is_basic_field or plan_of(member) is not None:
            yield f"{named.name}.{definition.python_name} is no plain attribute"
        else:
            yield from _plain_troubles(member.type, seen)
