"""The executor: graphql-core's execution of Strawberry's schema, with generated completion of plain values."""

from api.executor.check import self_test
from api.executor.completion import Completion, NotPlainError, Ready, SurpriseError, compile_value
from api.executor.execution import CompiledExecutor, ReadyExecutor
from api.executor.libraries import PINNED
from api.executor.running import execute, execute_event, executor_class

__all__ = [
    "PINNED",
    "CompiledExecutor",
    "Completion",
    "NotPlainError",
    "Ready",
    "ReadyExecutor",
    "SurpriseError",
    "compile_value",
    "execute",
    "execute_event",
    "executor_class",
    "self_test",
]
