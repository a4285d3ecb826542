"""Tortoise's migrations, without the copies that no step looks back at."""

from typing import Any

from tortoise.migrations.executor import MigrationExecutor, MigrationTarget
from tortoise.migrations.migration import Migration
from tortoise.migrations.operations import AddField, AlterModelOptions, CreateModel, RunPython
from tortoise.migrations.schema_generator.state import State

__all__ = ["MigrationExecutor", "MigrationTarget"]

_apply = Migration.apply
_LOOKING_AHEAD = (CreateModel, AddField, AlterModelOptions, RunPython)


async def _apply_ahead(self: Migration, state: State, **options: Any) -> State:
    # Tortoise copies its picture of all tables before each step, which was most of a migration's time; only steps that
    # take away or alter look at it.
    if not all(isinstance(step, _LOOKING_AHEAD) for step in self.operations):
        return await _apply(self, state, **options)
    clone, State.clone = State.clone, lambda self: self  # type: ignore[method-assign]
    try:
        return await _apply(self, state, **options)
    finally:
        State.clone = clone  # type: ignore[method-assign]


Migration.apply = _apply_ahead  # type: ignore[method-assign]
