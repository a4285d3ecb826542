"""The executors: graphql-core's own, made to pass finished values through and to complete plain ones fast."""

import asyncio
from collections.abc import AsyncIterable, Iterable
from contextlib import suppress
from typing import Any, NamedTuple, cast

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLAbstractType,
    GraphQLField,
    GraphQLList,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
)

from api.executor.completion import Completion, NotPlainError, Ready, compile_fields
from api.executor.documents import Key, known_document
from api.executor.libraries import (
    AwaitableOrValue,
    CollectedErrors,
    ExecutorThrowingOnIncremental,
    FieldDetailsList,
    Path,
)

# Compiling costs as much as walking some ten rows, so a document that is run for the first time must have as many.
_LONG_LIST = 10


class _OperationInfo(NamedTuple):
    """What graphql-core tells a resolver, with the two things that Strawberry's Info expects otherwise."""

    field_name: str
    field_nodes: list[FieldNode]
    return_type: GraphQLOutputType
    parent_type: GraphQLObjectType
    path: Path
    schema: GraphQLSchema
    fragments: dict[str, FragmentDefinitionNode]
    root_value: Any
    operation: OperationDefinitionNode
    variable_values: dict[str, Any]  # the coerced values alone
    context: Any
    is_awaitable: Any
    abort_signal: Any
    async_helpers: Any
    operation_extensions: dict[str, Any] | None


class ReadyExecutor(ExecutorThrowingOnIncremental):
    """graphql-core's executor for Strawberry's resolvers, that also passes Ready values through."""

    def __init__(
        self,
        *arguments: Any,
        native_datetimes: bool = False,
        operation_extensions: dict[str, Any] | None = None,
        **named: Any,
    ) -> None:
        super().__init__(*arguments, **named)
        self.native_datetimes = native_datetimes
        self.operation_extensions = operation_extensions

    def build_resolve_info(
        self, field_def: GraphQLField, field_nodes: list[FieldNode], parent_type: GraphQLObjectType, path: Path
    ) -> GraphQLResolveInfo[Any]:
        """What a resolver is told, in the shape that Strawberry's Info reads."""
        info = _OperationInfo(
            field_nodes[0].name.value,
            field_nodes,
            field_def.type,
            parent_type,
            path,
            self.schema,
            self.fragment_definitions,
            self.root_value,
            self.operation,
            self.variable_values.coerced,
            self.context_value,
            self.is_awaitable,
            self.abort_signal,
            self.async_helpers,
            self.operation_extensions,
        )
        return cast("GraphQLResolveInfo[Any]", info)

    def complete_value(
        self,
        return_type: GraphQLOutputType,
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: None,
    ) -> AwaitableOrValue[Any]:
        """A finished value as it is; any other as graphql-core completes it."""
        if type(result) is Ready:
            if result.data is not None:
                return result.data
            result = None
        return super().complete_value(return_type, field_details_list, info, path, result, position_context)

    async def settle(self) -> None:
        """Wait for the resolvers that an error beside them made useless; none is cut short inside a statement."""
        while self.background_futures:
            await asyncio.wait(tuple(self.background_futures))

    async def stop(self) -> None:
        """Cancel what `settle` would wait for, and wait until it has stopped."""
        abandoned = tuple(self.background_futures)
        for future in abandoned:
            future.cancel()
        if abandoned:
            await asyncio.wait(abandoned)

    def cut(self) -> None:
        """Undo the reference cycles of a finished executor, which would leave it to the garbage collector."""
        # A located error gathers the frames of tasks that failed with it; where it began, its cause says.
        for error in self.collected_errors.errors:
            error.__traceback__ = error.original_error.__traceback__ if error.original_error else None
        # Bound methods of this executor, and errors whose tracebacks hold its frames.
        self.async_helpers = None  # type: ignore[assignment]  # nothing resolves any more
        self.collected_errors = CollectedErrors()


class CompiledExecutor(ReadyExecutor):
    """Completes selection sets of plain attributes with generated code, everything else as graphql-core does."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.known = known_document(self.schema, self.operation, self.fragment_definitions)
        # Middleware wraps every resolver, so nothing is plain beside it.
        self._steered = None if self.middleware_manager else self.known.steered_by(self.variable_values.coerced)

    def complete_list_value(
        self,
        return_type: GraphQLList[GraphQLOutputType],
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: AsyncIterable[Any] | Iterable[Any],
        position_context: None,
    ) -> AwaitableOrValue[list[Any]]:
        """A list completed by generated code where that can be done."""
        completed: list[Any] | None = self._attempt(return_type, field_details_list, result)
        if completed is not None:
            return completed
        return super().complete_list_value(return_type, field_details_list, info, path, result, position_context)

    def complete_object_value(
        self,
        return_type: GraphQLObjectType,
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: None,
    ) -> AwaitableOrValue[dict[str, Any]]:
        """An object completed by generated code where that can be done."""
        completed: dict[str, Any] | None = self._attempt(return_type, field_details_list, result)
        if completed is not None:
            return completed
        return super().complete_object_value(return_type, field_details_list, info, path, result, position_context)

    def complete_abstract_value(
        self,
        return_type: GraphQLAbstractType,
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: None,
    ) -> AwaitableOrValue[dict[str, Any]]:
        """An object of an interface or union completed by generated code where its class says its type."""
        completed: dict[str, Any] | None = self._attempt(return_type, field_details_list, result)
        if completed is not None:
            return completed
        return super().complete_abstract_value(return_type, field_details_list, info, path, result, position_context)

    def _attempt(self, return_type: GraphQLOutputType, fields: FieldDetailsList, value: object) -> Any:
        complete = None if self._steered is None else self._completion(return_type, fields, self._steered, value)
        if complete is None:
            return None
        try:
            return complete(value)
        except Exception:  # noqa: BLE001 - whatever it was, graphql-core meets it again and reports it
            return None

    def _completion(
        self, return_type: GraphQLOutputType, fields: FieldDetailsList, steered: Key, value: object
    ) -> Completion | None:
        # Every node counts: the same first node merges with different others at different places of a document.
        key = (id(return_type), self.native_datetimes, steered, *[id(details.node) for details in fields])
        completions = self.known.completions
        if key in completions:
            return completions[key]
        if self.known.runs == 1 and not (isinstance(value, list | tuple) and len(value) >= _LONG_LIST):
            return None
        completion = None
        with suppress(NotPlainError):
            completion = compile_fields(
                return_type,
                fields,
                schema=self.schema,
                collect=lambda object_type, selected: self.collect_subfields(object_type, selected).grouped_field_set,
                native_datetimes=self.native_datetimes,
            )
        self.known.keep(key, completion)
        return completion
