"""Documents: parsed, measured and validated once, then known by their text."""

from collections import OrderedDict
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Literal

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    parse,
    validate,
)

from api.limits import Limits, OperationCost, measure
from api.masking import MOST_ERRORS, ErrorCode, refusal_of_document
from api.tolerance import keeping_unreadable

Kind = Literal["query", "mutation", "subscription"]

_MOST_COMMENTS = 500
# Measured on graphql-core: what the syntax tree holds for each token, places in the text included.
_BYTES_PER_TOKEN = 620
_BYTES_PER_ENTRY = 1_000


@dataclass(frozen=True, slots=True)
class Prepared:
    """An operation that may be executed."""

    document: DocumentNode
    operation: OperationDefinitionNode
    kind: Kind
    name: str | None
    cost: int


class RequestRefused(Exception):
    """A request that is not executed, with the errors that say why."""

    def __init__(self, status: int, errors: list[dict[str, object]], *, cost: int | None = None) -> None:
        super().__init__(errors[0]["message"])
        self.status = status
        self.errors = errors
        self.cost = cost

    def presented(self, request_id: str) -> list[dict[str, object]]:
        """The errors as the caller of one request sees them."""
        return [{**error, "extensions": {**_extensions(error), "requestId": request_id}} for error in self.errors]


@dataclass(frozen=True, slots=True)
class _Operation:
    """One operation of a document; `ready` is there when no variable bears on its cost."""

    node: OperationDefinitionNode
    cost: OperationCost
    ready: Prepared | None


@dataclass(frozen=True, slots=True)
class _Entry:
    """What is known of one text: its operations by name, or why it is refused."""

    document: DocumentNode | None
    operations: Mapping[str | None, _Operation]
    errors: list[dict[str, object]]
    weight: int


@dataclass(frozen=True, slots=True)
class Description:
    """The operations of a document by name, or why it cannot be executed."""

    operations: tuple[str, ...]
    problems: tuple[str, ...]


class Documents:
    """The documents of one schema, the most recently used of them kept within a bound of memory."""

    def __init__(
        self,
        schema: GraphQLSchema,
        limits: Limits | None = None,
        *,
        introspection: bool = True,
        memory: int = 16_000_000,
    ) -> None:
        self.limits = limits or Limits()
        self._schema = schema
        self._introspection = introspection
        self._memory = memory
        self._held = 0
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    @property
    def count(self) -> int:
        """How many texts are known."""
        return len(self._entries)

    def prepare(
        self, text: str, operation_name: str | None = None, variables: Mapping[str, object] | None = None
    ) -> Prepared:
        """The operation that a request asks for.

        Raises: RequestRefused when the document is not valid, too large or too dear, or names no one operation.
        """
        entry = self._entries.get(text)
        if entry is None:
            entry = self._learn(text)
        else:
            self._entries.move_to_end(text)
        if entry.document is None:
            raise RequestRefused(400, entry.errors)
        operation = _chosen(entry, operation_name)
        prepared = operation.ready or _prepared(entry.document, operation.node, operation.cost.total(variables))
        if prepared.cost > self.limits.cost:
            raise self._too_dear(prepared.cost)
        return prepared

    def describe(self, text: str) -> Description:
        """What a document holds, or what is wrong with it; nothing is remembered."""
        try:
            entry = self._read(text)
        except GraphQLError as error:
            return Description((), (error.message,))
        return Description(
            tuple(name or "(unnamed)" for name in entry.operations), tuple(str(e["message"]) for e in entry.errors)
        )

    def _too_dear(self, cost: int) -> RequestRefused:
        message = (
            f"The operation costs {cost}, at most {self.limits.cost} is allowed: ask for smaller pages or fewer fields."
        )
        shown = {"requested": cost, "limit": self.limits.cost}
        error: dict[str, object] = {"message": message, "extensions": {"code": ErrorCode.COST_TOO_HIGH, "cost": shown}}
        return RequestRefused(400, [error], cost=cost)

    def _learn(self, text: str) -> _Entry:
        try:
            entry = self._read(text)
        except GraphQLError as error:
            entry = _refused(text, refusal_of_document([error]))
        self._entries[text] = entry
        self._held += entry.weight
        while self._held > self._memory and len(self._entries) > 1:
            _, oldest = self._entries.popitem(last=False)
            self._held -= oldest.weight
        return entry

    def _read(self, text: str) -> _Entry:
        document = parse(
            text,
            max_lexical_tokens=self.limits.tokens,
            max_comments=_MOST_COMMENTS,
            allow_empty_selection_sets=False,
        )
        # Before validation: the rules of graphql-core take the square of what the limits bound.
        costs = measure(self._schema, document, self.limits, introspection=self._introspection)
        with keeping_unreadable() if _changes_things(document) else nullcontext():
            errors = validate(
                self._schema,
                document,
                max_errors=MOST_ERRORS,
                hide_suggestions=True,
                allow_empty_selection_sets=False,
            )
        if errors:
            return _refused(text, refusal_of_document(errors))
        nodes = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        operations = {
            (name := node.name.value if node.name else None): _operation(document, node, costs[name]) for node in nodes
        }
        weight = _BYTES_PER_ENTRY + len(text) + _BYTES_PER_TOKEN * (document.token_count or 0)
        return _Entry(document, operations, [], weight)


def _changes_things(document: DocumentNode) -> bool:
    return any(
        isinstance(node, OperationDefinitionNode) and node.operation is OperationType.MUTATION
        for node in document.definitions
    )


def _operation(document: DocumentNode, node: OperationDefinitionNode, cost: OperationCost) -> _Operation:
    return _Operation(node, cost, _prepared(document, node, cost.total(None)) if cost.is_fixed else None)


def _prepared(document: DocumentNode, node: OperationDefinitionNode, cost: int) -> Prepared:
    return Prepared(document, node, node.operation.value, node.name.value if node.name else None, cost)


def _refused(text: str, errors: list[dict[str, object]]) -> _Entry:
    return _Entry(None, {}, errors, _BYTES_PER_ENTRY * (1 + len(errors)) + len(text))


def _chosen(entry: _Entry, name: str | None) -> _Operation:
    if name:
        operation = entry.operations.get(name)
        if operation is None:
            raise _unclear("The document holds no operation of that name.")
        return operation
    if len(entry.operations) > 1:
        raise _unclear("The document holds several operations: say which one in operationName.")
    for operation in entry.operations.values():
        return operation
    raise _unclear("The document holds no operation.")


def _unclear(message: str) -> RequestRefused:
    return RequestRefused(400, [{"message": message, "extensions": {"code": ErrorCode.BAD_USER_INPUT}}])


def _extensions(error: dict[str, object]) -> dict[str, object]:
    extensions = error.get("extensions")
    return extensions if isinstance(extensions, dict) else {}
