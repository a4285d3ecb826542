"""Documents that were executed before, and the completions compiled for each of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)

from api.executor.completion import Completion
from api.executor.libraries import Undefined

_MOST_DOCUMENTS = 500
_MOST_COMPLETIONS = 200

Key = tuple[object, ...]
Definitions = list[OperationDefinitionNode | FragmentDefinitionNode]


@dataclass(slots=True)
class KnownDocument:
    """An operation with its fragments and schema, held alive so that the ids of their parts stay theirs."""

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: tuple[FragmentDefinitionNode, ...]
    steering: tuple[str, ...]
    plain: bool
    runs: int = 0
    completions: dict[Key, Completion | None] = field(default_factory=dict)

    def steered_by(self, variables: Mapping[str, Any]) -> Key | None:
        """The values that @skip and @include read, or None when no completion may be compiled."""
        values = tuple(variables.get(name, Undefined) for name in self.steering)
        return values if self.plain and all(type(value) in _STEERS for value in values) else None

    def keep(self, key: Key, completion: Completion | None) -> None:
        """Remember a completion, or that there can be none; the oldest makes room."""
        if len(self.completions) >= _MOST_COMPLETIONS:
            del self.completions[next(iter(self.completions))]
        self.completions[key] = completion


# Only what a valid @skip or @include can read: anything else is left to graphql-core to refuse.
_STEERS = frozenset({bool, type(Undefined)})

_known: dict[int, KnownDocument] = {}


def known_document(
    schema: GraphQLSchema, operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> KnownDocument:
    """The record of an operation, with exactly these fragments on exactly this schema, that is run once more."""
    known = _known.get(id(operation))
    if (
        known is not None
        and known.schema is schema
        and len(known.fragments) == len(fragments)
        and all(ours is theirs for ours, theirs in zip(known.fragments, fragments.values(), strict=True))
    ):
        known.runs += 1
        return known
    if known is None and len(_known) >= _MOST_DOCUMENTS:
        del _known[next(iter(_known))]
    held = tuple(fragments.values())
    definitions: Definitions = [operation, *held]
    known = KnownDocument(schema, operation, held, _steering(definitions), _is_plain(definitions), runs=1)
    _known[id(operation)] = known
    return known


def _selections(definitions: Definitions) -> list[Any]:
    found: list[Any] = []
    waiting: list[SelectionSetNode] = [definition.selection_set for definition in definitions]
    while waiting:
        for selection in waiting.pop().selections:
            found.append(selection)
            if not isinstance(selection, FragmentSpreadNode) and selection.selection_set:  # type: ignore[attr-defined]
                waiting.append(selection.selection_set)  # type: ignore[attr-defined]
    return found


def _steering(definitions: Definitions) -> tuple[str, ...]:
    names = {
        argument.value.name.value
        for selection in _selections(definitions)
        for directive in selection.directives or ()
        if directive.name.value in {"skip", "include"}
        for argument in directive.arguments or ()
        if isinstance(argument.value, VariableNode)
    }
    return tuple(sorted(names))


def _is_plain(definitions: Definitions) -> bool:
    # Deferred and streamed parts are answers of their own, and a fragment's own variables change what it selects.
    if any(isinstance(part, FragmentDefinitionNode) and part.variable_definitions for part in definitions):
        return False
    return not any(
        directive.name.value in {"defer", "stream"}
        for selection in _selections(definitions)
        for directive in selection.directives or ()
    )
