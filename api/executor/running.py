"""One operation, or a live operation for one event, run through the executor."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from typing import Any, TypeGuard, cast

import structlog
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    OperationType,
)

from api.executor.check import self_test
from api.executor.execution import CompiledExecutor, ReadyExecutor
from api.executor.libraries import optimized_is_awaitable

_log = structlog.get_logger(__name__)


@cache
def executor_class() -> type[ReadyExecutor]:
    """The compiled executor if it agrees with graphql-core on this installation, else the plain one."""
    if self_test():
        return CompiledExecutor
    _log.warning("compiled_executor_off", reason="it does not agree with graphql-core; answers are right but slow")
    return ReadyExecutor


async def execute(
    schema: GraphQLSchema,
    document: DocumentNode,
    *,
    context: object = None,
    variables: Mapping[str, Any] | None = None,
    operation_name: str | None = None,
    root: object = None,
    native_datetimes: bool = False,
) -> ExecutionResult:
    """The result of a query or a mutation; nothing it started runs on when this returns or is cancelled."""
    executor = _build(schema, document, root, context, variables, operation_name, native_datetimes=native_datetimes)
    if isinstance(executor, list):
        return ExecutionResult(None, executor)
    if executor.operation.operation is OperationType.SUBSCRIPTION:
        return _refused(executor, "Expected a query or a mutation.")
    return await _run(executor)


async def execute_event(
    schema: GraphQLSchema,
    document: DocumentNode,
    *,
    event: object,
    context: object = None,
    variables: Mapping[str, Any] | None = None,
    operation_name: str | None = None,
    native_datetimes: bool = False,
) -> ExecutionResult:
    """The result of a subscription's selection set for one event of its source."""
    executor = _build(schema, document, event, context, variables, operation_name, native_datetimes=native_datetimes)
    if isinstance(executor, list):
        return ExecutionResult(None, executor)
    if executor.operation.operation is not OperationType.SUBSCRIPTION:
        return _refused(executor, "Expected a subscription.")
    return await _run(executor)


def _build(
    schema: GraphQLSchema,
    document: DocumentNode,
    root: object,
    context: object,
    variables: Mapping[str, Any] | None,
    operation_name: str | None,
    *,
    native_datetimes: bool,
) -> ReadyExecutor | list[GraphQLError]:
    is_awaitable = cast("Callable[[Any], TypeGuard[Awaitable[Any]]]", optimized_is_awaitable)
    built = executor_class().build(
        schema,
        document,
        root,
        context,
        dict(variables) if variables else None,
        operation_name,
        is_awaitable=is_awaitable,
        native_datetimes=native_datetimes,
    )
    return cast("ReadyExecutor | list[GraphQLError]", built)


async def _run(executor: ReadyExecutor) -> ExecutionResult:
    # The executor raises rather than answer in several payloads.
    return cast("ExecutionResult", await _finished(executor, executor.execute_operation()))


async def _finished(executor: ReadyExecutor, result: object) -> object:
    try:
        if isinstance(result, Awaitable):
            result = await result
        await executor.settle()
    except asyncio.CancelledError:
        await executor.stop()
        raise
    finally:
        executor.cut()
    return result


def _refused(executor: ReadyExecutor, message: str) -> ExecutionResult:
    return ExecutionResult(None, [GraphQLError(message, executor.operation)])
