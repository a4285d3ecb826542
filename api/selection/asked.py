"""What a document asks of a value: its fields, by the names they are answered under, and what they need."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import strawberry
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_composite_type,
)
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from api.executor import Completion, NotPlainError, compile_value
from api.executor.libraries import DEFINITION, FieldDetails, FragmentDetails, VariableValues, collect_subfields
from api.selection.entities import (
    PLAN,
    ColumnPlan,
    ComputedPlan,
    Entity,
    Identity,
    ItselfPlan,
    MadePlan,
    ManyPlan,
    OnePlan,
    Plan,
    entity_of,
)
from db.projection import Constant, Entry, Made, Many, One, Same, UnplannableError, Value, Wanted

_MOST_OPERATIONS = 500
_MOST_SELECTIONS = 200


@dataclass(frozen=True, slots=True)
class _Document:
    """The parts of an operation that decide what is selected; of its variables only those that steer it."""

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDefinitionNode]
    variable_values: dict[str, Any]

    def fields(self, of: GraphQLObjectType, nodes: Sequence[FieldNode]) -> dict[str, list[FieldNode]]:
        """The fields selected of an object, merged, in the order of the answer."""
        grouped = collect_subfields(
            self.schema,
            {name: FragmentDetails(definition) for name, definition in self.fragments.items()},
            VariableValues({}, self.variable_values),
            self.operation,
            of,
            [FieldDetails(node, None) for node in nodes],
        ).grouped_field_set
        return {key: [details.node for details in fields] for key, fields in grouped.items()}


class Asked:
    """One field of a selection: the key it is answered under, and its own selection if it has one."""

    __slots__ = ("_complete", "_document", "_nodes", "field", "key", "name", "part")

    def __init__(self, key: str, field: GraphQLField | None, nodes: Sequence[FieldNode], document: _Document) -> None:
        self.key = key
        self.field = field
        self.name = "__typename" if field is None else definition_of(field).python_name
        self.part = None
        if field is not None and is_composite_type(named := get_named_type(field.type)):
            self.part = Selection(named, nodes, document)
        self._nodes = nodes
        self._document = document
        self._complete: Completion | None = None

    def completion(self) -> Completion:
        """A function that makes of a plain value what the answer holds of it."""
        if self._complete is None:
            if self.field is None:
                raise UnplannableError("__typename is no value.")
            try:
                self._complete = compile_value(self.field.type, self._nodes, self._document, native_datetimes=True)
            except NotPlainError as error:
                raise UnplannableError(f"{self.key} has fields that are not plain attributes.") from error
        return self._complete


class Selection:
    """What a document selects of values of one type. Kept with its document, and the same for every request."""

    __slots__ = ("_asked", "_document", "_nodes", "_on", "_wanted", "memo", "type")

    def __init__(self, type_: GraphQLNamedType, nodes: Sequence[FieldNode], document: _Document) -> None:
        self.type = type_
        self.memo: dict[str, Any] = {}
        self._nodes = nodes
        self._document = document
        self._asked: tuple[Asked, ...] | None = None
        self._on: dict[str, Selection] = {}
        self._wanted: Wanted | None = None

    def asked(self) -> tuple[Asked, ...]:
        """The fields of the selection, in the order of the answer."""
        if self._asked is None:
            if not isinstance(self.type, GraphQLObjectType):
                raise UnplannableError(f"Say which type of {self.type.name}: .on(...).")
            self._asked = tuple(
                Asked(key, self.type.fields.get(nodes[0].name.value), nodes, self._document)
                for key, nodes in self._document.fields(self.type, self._nodes).items()
            )
        return self._asked

    def asks(self, *names: str) -> bool:
        """Whether one of these fields, by their Python names, is selected."""
        return any(asked.name in names for asked in self.asked())

    def on(self, cls: type[Any]) -> "Selection":
        """The selection as it applies to one type of an interface or union."""
        name = cls.__strawberry_definition__.name
        if name == self.type.name:
            return self
        if name not in self._on:
            object_type = self._document.schema.get_type(name)
            abstract = self.type
            if (
                not isinstance(object_type, GraphQLObjectType)
                or not isinstance(abstract, GraphQLInterfaceType | GraphQLUnionType)
                or not self._document.schema.is_sub_type(abstract, object_type)
            ):
                raise UnplannableError(f"{name} is no type of {self.type.name}.")
            self._on[name] = Selection(object_type, self._nodes, self._document)
        return self._on[name]

    def wanted(self) -> Wanted:
        """What to read of an entity's rows."""
        if self._wanted is None:
            self._wanted = Wanted(tuple(self._entry(asked) for asked in self.asked()))
        return self._wanted

    def _entry(self, asked: Asked) -> Entry:
        if asked.field is None:
            return Constant(asked.key, self.type.name)
        plan = plan_of(asked.field)
        if plan is None:
            raise UnplannableError(f"{self.type.name}.{asked.name} has no plan.")
        if isinstance(plan, Identity):
            return Value(asked.key, (plan.column,), prefix=f"{plan.prefix}_")
        if isinstance(plan, ComputedPlan):
            return Value(asked.key, plan.needs, _computing(plan.value, asked.completion()), viewer=plan.viewer)
        if isinstance(plan, ColumnPlan):
            return Value(asked.key, (plan.column or asked.name,))
        if isinstance(plan, MadePlan):
            return Made(asked.key, plan.wanted, _computing(plan.value, asked.completion()), viewer=plan.viewer)
        return self._object(asked, plan)

    def _object(self, asked: Asked, plan: OnePlan | ManyPlan | ItselfPlan) -> Entry:
        if asked.part is None:
            raise UnplannableError(f"{self.type.name}.{asked.name} is no entity.")
        wanted = asked.part.wanted()
        if isinstance(plan, ItselfPlan):
            return Same(asked.key, wanted)
        relation = plan.relation or asked.name
        if isinstance(plan, OnePlan):
            return One(asked.key, relation, wanted, plan.shown, plan.needs)
        return Many(asked.key, relation, wanted, plan.order, plan.where)


def selection(info: strawberry.Info[Any, Any] | GraphQLResolveInfo[Any]) -> Selection:
    """What is selected of the field that is being resolved."""
    raw = info._raw_info if isinstance(info, strawberry.Info) else info  # noqa: SLF001 - has what Info leaves out
    known = _known_operation(raw)
    given: Any = raw.variable_values
    variables: dict[str, Any] = getattr(given, "coerced", given)  # our executor gives the coerced values alone
    steering = {name: variables[name] for name in known.steering if name in variables}
    # Every node counts: the same first node merges with different others at different places of a document.
    key = (id(raw.return_type), tuple(steering.items()), *[id(node) for node in raw.field_nodes])
    found = known.selections.get(key)
    if found is None:
        document = _Document(raw.schema, raw.operation, raw.fragments, steering)
        found = Selection(get_named_type(raw.return_type), raw.field_nodes, document)
        if len(known.selections) >= _MOST_SELECTIONS:
            del known.selections[next(iter(known.selections))]
        known.selections[key] = found
    return found


def definition_of(field: GraphQLField) -> StrawberryField:
    """The Strawberry field that a GraphQL field was made from."""
    definition = field.extensions.get(DEFINITION)
    if not isinstance(definition, StrawberryField):
        raise UnplannableError("A field that Strawberry did not make.")
    return definition


def plan_of(field: GraphQLField) -> Plan | None:
    """How a field of an entity is planned, if it is."""
    plan: Plan | None = definition_of(field).metadata.get(PLAN)
    return plan


def entity_behind(type_: object) -> Entity | None:
    """The entity that a GraphQL type stands for, if it is one."""
    if not isinstance(type_, GraphQLObjectType):
        return None
    definition = type_.extensions.get(DEFINITION)
    return entity_of(definition.origin) if isinstance(definition, StrawberryObjectDefinition) else None


@dataclass(slots=True)
class _KnownOperation:
    """An operation, held alive so that the ids of its nodes stay theirs, and the selections made of it."""

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: tuple[FragmentDefinitionNode, ...]
    steering: tuple[str, ...]
    selections: dict[tuple[object, ...], Selection]


_operations: dict[int, _KnownOperation] = {}


def _known_operation(info: GraphQLResolveInfo[Any]) -> _KnownOperation:
    known = _operations.get(id(info.operation))
    if (
        known is not None
        and known.schema is info.schema
        and len(known.fragments) == len(info.fragments)
        and all(ours is theirs for ours, theirs in zip(known.fragments, info.fragments.values(), strict=True))
    ):
        return known
    if known is None and len(_operations) >= _MOST_OPERATIONS:
        del _operations[next(iter(_operations))]
    fragments = tuple(info.fragments.values())
    sets = [info.operation.selection_set, *[fragment.selection_set for fragment in fragments]]
    known = _KnownOperation(info.schema, info.operation, fragments, _steering(sets), {})
    _operations[id(info.operation)] = known
    return known


def _steering(waiting: list[SelectionSetNode]) -> tuple[str, ...]:
    """The variables that @skip and @include read."""
    names: set[str] = set()
    while waiting:
        for node in waiting.pop().selections:
            for directive in node.directives or ():
                if directive.name.value in {"skip", "include"}:
                    values = [argument.value for argument in directive.arguments or ()]
                    names.update(value.name.value for value in values if isinstance(value, VariableNode))
            if isinstance(node, FieldNode | InlineFragmentNode) and node.selection_set is not None:
                waiting.append(node.selection_set)
    return tuple(sorted(names))


def _computing(value: Callable[..., object], complete: Completion) -> Callable[..., object]:
    return lambda *needed: complete(value(*needed))
