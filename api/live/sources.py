"""From a live operation to the stream its field's resolver gives, and to the variable that carries the cursor."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any, TypeGuard, cast

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    located_error,
)
from graphql.execution.collect_fields import collect_fields
from graphql.execution.values import get_argument_values
from graphql.pyutils import Path

from api.executor import ReadyExecutor, executor_class
from api.executor.libraries import FieldDetails, optimized_is_awaitable
from api.live.streams import Stream

_AFTER = "after"
_MOST_KNOWN = 200
# By the operation's id; the operation is held beside the answer, so that its id stays its own.
_known: dict[int, tuple[OperationDefinitionNode, str | None]] = {}


class NoStream(Exception):
    """A live operation that does not begin, with the errors that say why."""

    def __init__(self, *errors: GraphQLError) -> None:
        super().__init__(errors[0].message)
        self.errors = errors


async def open_stream(
    schema: GraphQLSchema,
    document: DocumentNode,
    *,
    context: object,
    variables: Mapping[str, object] | None,
    operation_name: str | None,
) -> Stream:
    """What the live field's resolver returns for its coerced arguments.

    Raises: NoStream when a variable does not fit, or the resolver refuses.
    """
    built = executor_class().build(
        schema,
        document,
        None,
        context,
        dict(variables or {}),
        operation_name,
        is_awaitable=cast("Callable[[Any], TypeGuard[Awaitable[Any]]]", optimized_is_awaitable),
    )
    if isinstance(built, list):
        raise NoStream(*built)
    executor = cast("ReadyExecutor", built)
    try:
        return await _resolve(executor)
    finally:
        executor.cut()


async def _resolve(executor: ReadyExecutor) -> Stream:
    root_type = executor.schema.subscription_type
    if root_type is None or executor.operation.operation is not OperationType.SUBSCRIPTION:
        raise NoStream(GraphQLError("Expected a subscription.", executor.operation))
    name, nodes, details = _root_field(executor, root_type)
    path = Path(None, name, root_type.name)
    field = root_type.fields[nodes[0].name.value]
    try:
        arguments = get_argument_values(
            field, nodes[0], executor.variable_values, details.fragment_variable_values, hide_suggestions=True
        )
        resolve = field.subscribe or executor.subscribe_field_resolver
        found = resolve(None, executor.build_resolve_info(field, nodes, root_type, path), **arguments)
        stream = await found if executor.is_awaitable(found) else found
    except Exception as error:
        raise NoStream(located_error(error, nodes, path.as_list())) from error
    return cast("Stream", stream)


def _root_field(executor: ReadyExecutor, root_type: GraphQLObjectType) -> tuple[str, list[FieldNode], FieldDetails]:
    selected = collect_fields(
        executor.schema,
        executor.fragments,
        executor.variable_values,
        root_type,
        executor.operation,
        hide_suggestions=True,
    ).grouped_field_set
    for name, details in selected.items():
        return name, [one.node for one in details], details[0]
    raise NoStream(GraphQLError("The operation selects nothing.", executor.operation))


def cursor_variable(document: DocumentNode, operation: OperationDefinitionNode) -> str | None:
    """The variable that is given to the root field's `after` and used nowhere else: answers do not depend on it."""
    known = _known.get(id(operation))
    if known is None:
        if len(_known) >= _MOST_KNOWN:
            del _known[next(iter(_known))]
        known = _known[id(operation)] = (operation, _find_cursor_variable(document, operation))
    return known[1]


def _find_cursor_variable(document: DocumentNode, operation: OperationDefinitionNode) -> str | None:
    roots = [node for node in operation.selection_set.selections if isinstance(node, FieldNode)]
    names = [
        argument.value.name.value
        for root in roots[:1]
        for argument in root.arguments or ()
        if argument.name.value == _AFTER and isinstance(argument.value, VariableNode)
    ]
    # Its definition and that argument are two uses; a third may change what the operation answers.
    return names[0] if names and Counter(_variables(document))[names[0]] == 2 else None  # noqa: PLR2004


def _variables(document: DocumentNode) -> Iterator[str]:
    waiting: list[object] = [document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, VariableNode):
            yield node.name.value
        elif isinstance(node, Node):
            waiting.extend(getattr(node, key) for key in node.keys if key != "loc")
        elif isinstance(node, list | tuple):
            waiting.extend(node)
