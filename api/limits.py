"""How large a document may be: every operation and fragment is measured once, however often it is spread."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLArgument,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    Node,
    NullValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    get_named_type,
)
from graphql.utilities.coerce_input_value import coerce_default_value

DEFAULT_PAGE = 50
_PAGE_ARGUMENTS = ("first", "last", "ids")
_CEILING = 1_000_000_000
# Selections nest deeper than fields do, by way of fragments; the measure itself must not run out of stack.
_NESTING = 80
# The introspection query that every tool sends is 14 fields deep and opens one list of members on the way.
_INTROSPECTION_DEPTH = 20
_INTROSPECTION_ROOTS = ("__schema", "__type")
_MEMBER_LISTS = frozenset({"fields", "inputFields", "interfaces", "possibleTypes"})


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may ask for; a document that asks for more is refused before it is validated."""

    tokens: int = 1_500
    depth: int = 15
    fields: int = 500
    aliases: int = 60
    directives: int = 50
    repeats: int = 40
    definitions: int = 60
    cost: int = 10_000


@dataclass(frozen=True, slots=True)
class Page:
    """How many items a field returns: a number, or the largest of variables known only with the request."""

    known: int
    variables: tuple[tuple[str, int], ...] = ()

    def size(self, variables: Mapping[str, object]) -> int:
        """The number of items, by the variables of one request."""
        asked = [
            _number(variables[name], default) if name in variables else default for name, default in self.variables
        ]
        return max(self.known, *asked) if asked else self.known


@dataclass(frozen=True, slots=True, eq=False)
class Cost:
    """A fixed cost, and the costs that are multiplied by a page."""

    fixed: int = 0
    parts: tuple[tuple[Page, "Cost"], ...] = ()


@dataclass(frozen=True, slots=True)
class OperationCost:
    """What an operation costs, and the variables' own defaults that bear on it."""

    cost: Cost
    defaults: Mapping[str, object]

    @property
    def is_fixed(self) -> bool:
        """Whether no variable can change the cost."""
        return not self.cost.parts

    def total(self, variables: Mapping[str, object] | None) -> int:
        """The cost by the variables of one request; every shared part is computed once."""
        return _total(self.cost, {**self.defaults, **(variables or {})}, {})


@dataclass(frozen=True, slots=True)
class _Size:
    """The extent of a selection with all its fragments spread out."""

    depth: int = 0
    fields: int = 0
    member_lists: int = 0
    cost: Cost = Cost()


_EMPTY = _Size()
_ONCE = Page(1)


def measure(
    schema: GraphQLSchema, document: DocumentNode, limits: Limits, *, introspection: bool = True
) -> dict[str | None, OperationCost]:
    """The cost of each operation of a document, by name.

    Raises: GraphQLError when the document passes a limit other than cost, or asks about the schema and may not.
    """
    if len(document.definitions) > limits.definitions:
        raise GraphQLError(f"The document holds more than {limits.definitions} operations and fragments.")
    survey = _Survey(schema, document, limits, introspection=introspection)
    return {
        definition.name.value if definition.name else None: survey.operation(definition)
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode)
    }


class _Survey:
    """One walk over a document, which remembers the size of each fragment."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, limits: Limits, *, introspection: bool) -> None:
        self.schema = schema
        self.limits = limits
        self.introspection = introspection
        self.fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self.sizes: dict[str, _Size] = {}
        self.aliases = 0
        self.repeats = 0
        self.directives = 0
        for fragment in self.fragments.values():
            self._count_directives(fragment)

    def operation(self, operation: OperationDefinitionNode) -> OperationCost:
        """The cost of an operation that is within every other limit."""
        self._count_directives(operation)
        for definition in operation.variable_definitions or ():
            self._count_directives(definition)
        size = self._selections(operation.selection_set, self.schema.get_root_type(operation.operation), 0)
        for what, found, most in (
            ("depth", size.depth, self.limits.depth),
            ("fields", size.fields, self.limits.fields),
        ):
            if found > most:
                raise GraphQLError(f"The operation is too large: {what} {found}, at most {most}.", operation)
        return OperationCost(size.cost, _defaults(operation.variable_definitions or ()))

    def _selections(
        self,
        selections: SelectionSetNode,
        parent: GraphQLNamedType | None,
        nesting: int,
        names: set[str] | None = None,
    ) -> _Size:
        names = set() if names is None else names
        if nesting > _NESTING:
            raise GraphQLError(f"Selections are nested too deeply: at most {_NESTING} are allowed.", selections)
        depth = fields = member_lists = fixed = 0
        parts: list[tuple[Page, Cost]] = []
        for node in selections.selections:
            self._count_directives(node)
            if isinstance(node, FieldNode):
                self._count_repeat(node, names)
                size = self._field(node, parent, nesting)
            elif isinstance(node, InlineFragmentNode):
                on = self.schema.get_type(node.type_condition.name.value) if node.type_condition else parent
                size = self._selections(node.selection_set, on, nesting + 1, names)
            elif isinstance(node, FragmentSpreadNode):
                size = self._spread(node, nesting)
            else:
                continue
            depth = max(depth, size.depth)
            fields = min(fields + size.fields, _CEILING)
            member_lists = max(member_lists, size.member_lists)
            fixed = min(fixed + size.cost.fixed, _CEILING)
            parts.extend(size.cost.parts)
        return _Size(depth, fields, member_lists, Cost(fixed, tuple(parts)))

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None, nesting: int) -> _Size:
        name = node.name.value
        if node.alias:
            self._count_alias(node, parent)
        field = self._definition(parent, name)
        if node.selection_set is None:
            return _Size(1, 1, 0, Cost(1))
        below = self._selections(node.selection_set, get_named_type(field.type) if field else None, nesting + 1)
        if name in _INTROSPECTION_ROOTS:
            return self._about_schema(node, below)
        own_list = 1 if name in _MEMBER_LISTS and parent is not None and parent.name.startswith("__") else 0
        return _Size(
            below.depth + 1,
            min(below.fields + 1, _CEILING),
            below.member_lists + own_list,
            _times(_page(node, field), below.cost),
        )

    def _spread(self, node: FragmentSpreadNode, nesting: int) -> _Size:
        name = node.name.value
        known = self.sizes.get(name)
        if known is None:
            fragment = self.fragments.get(name)
            if fragment is None:
                return _EMPTY
            # A fragment that spreads itself counts as empty here; validation refuses it afterwards.
            self.sizes[name] = _EMPTY
            on = self.schema.get_type(fragment.type_condition.name.value)
            known = self._selections(fragment.selection_set, on, nesting + 1)
            if known.cost.parts:
                # Spreading must not copy the parts: fragments that spread fragments would double them at each step.
                known = _Size(known.depth, known.fields, known.member_lists, Cost(0, ((_ONCE, known.cost),)))
            self.sizes[name] = known
        return known

    def _about_schema(self, node: FieldNode, below: _Size) -> _Size:
        if not self.introspection:
            raise GraphQLError("Introspection is switched off.", node)
        if below.depth >= _INTROSPECTION_DEPTH or below.fields > self.limits.fields:
            raise GraphQLError("The introspection is too large.", node)
        if node.name.value == "__schema" and below.member_lists > 1:
            raise GraphQLError("The introspection opens members of members.", node)
        return _Size(1, 1, 0, Cost(1))

    def _count_alias(self, node: FieldNode, parent: GraphQLNamedType | None) -> None:
        self.aliases += 1
        if self.aliases > self.limits.aliases:
            raise GraphQLError(f"The document holds more than {self.limits.aliases} aliases.", node)
        inside = parent is not None and parent.name.startswith("__") and node.name.value != "__typename"
        if inside or node.name.value in _INTROSPECTION_ROOTS:
            raise GraphQLError("Introspection takes no aliases.", node)

    def _count_repeat(self, node: FieldNode, names: set[str]) -> None:
        # Validation compares every two fields that answer under one name, so its time grows with the square of these.
        name = (node.alias or node.name).value
        self.repeats += name in names
        names.add(name)
        if self.repeats > self.limits.repeats:
            raise GraphQLError(f"The document selects more than {self.limits.repeats} fields twice.", node)

    def _count_directives(self, node: Node) -> None:
        self.directives += len(getattr(node, "directives", None) or ())
        if self.directives > self.limits.directives:
            raise GraphQLError(f"The document holds more than {self.limits.directives} directives.", node)

    def _definition(self, parent: GraphQLNamedType | None, name: str) -> GraphQLField | None:
        if not isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
            return None
        return self.schema.get_field(parent, name)


def _total(cost: Cost, variables: Mapping[str, object], known: dict[int, int]) -> int:
    found = known.get(id(cost))
    if found is None:
        found = cost.fixed
        for page, below in cost.parts:
            found = min(found + page.size(variables) * _total(below, variables, known), _CEILING)
        known[id(cost)] = found
    return found


def _times(page: Page, below: Cost) -> Cost:
    if page.variables:
        return Cost(1, ((page, below),))
    fixed = min(1 + page.known * below.fixed, _CEILING)
    if page.known == 1:
        return Cost(fixed, below.parts)
    return Cost(fixed, ((page, Cost(0, below.parts)),) if below.parts else ())


def _page(node: FieldNode, field: GraphQLField | None) -> Page:
    """How often the selection of a field is charged: once, unless the field takes one of the page arguments."""
    takes = [name for name in _PAGE_ARGUMENTS if field is not None and name in field.args]
    if field is None or not takes:
        return _ONCE
    given = {argument.name.value: argument.value for argument in node.arguments or ()}
    known: list[int] = []
    variables: list[tuple[str, int]] = []
    for name in takes:
        value, default = given.get(name), _default(field.args[name])
        if isinstance(value, VariableNode):
            variables.append((value.name.value, default or DEFAULT_PAGE))
        elif value is not None and not isinstance(value, NullValueNode):
            known.append(_literal(value))
        elif default is not None:
            known.append(default)
    if not known and not variables:
        return Page(DEFAULT_PAGE)
    return Page(max(known, default=0), tuple(variables))


def _default(argument: GraphQLArgument) -> int | None:
    value = coerce_default_value(argument)
    return _number(value, DEFAULT_PAGE) if isinstance(value, int | list) else None


def _defaults(definitions: Sequence[VariableDefinitionNode]) -> dict[str, object]:
    return {
        definition.variable.name.value: _literal(definition.default_value)
        for definition in definitions
        if isinstance(definition.default_value, IntValueNode | ListValueNode)
    }


def _literal(value: ValueNode) -> int:
    if isinstance(value, ListValueNode):
        return len(value.values)
    return _number(float(value.value), DEFAULT_PAGE) if isinstance(value, IntValueNode) else DEFAULT_PAGE


def _number(value: object, default: int) -> int:
    """The count a value stands for; what is no count is refused by coercion later, and charged as the default."""
    if isinstance(value, list):
        return min(len(value), _CEILING)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return default
    return max(0, min(int(value), _CEILING))
