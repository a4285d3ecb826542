"""Bringing the database to the newest schema. Apart from the rest, because a server does not load it."""

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tortoise.context import TortoiseContext
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget
from tortoise.migrations.migration import Migration
from tortoise.migrations.operations import AddField, AlterModelOptions, CreateModel, RunPython
from tortoise.migrations.schema_generator.state import State

from db.config import APP, is_postgres, sqlite_path, tortoise_config

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


class OtherMigrationsError(Exception):
    """The database was migrated by another version of Tavle, whose migrations this one does not have."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(f"This version does not know the database's migrations: {', '.join(names)}.")


async def migrate(
    url: str, *, target: str = "__latest__", progress: Callable[[str, str], object] | None = None
) -> list[str]:
    """Bring the schema at `url` to the newest migration, or to `target`; gives the names of those applied.

    `progress` is called with an event (`apply_start`, `apply_done`) and a migration's name.

    Raises:
        OtherMigrationsError: a newer version has been here before, or one from before the first release.
    """
    if not is_postgres(url):
        Path(sqlite_path(url)).parent.mkdir(parents=True, exist_ok=True)
    # Tortoise computes between a migration's statements, for seconds where the machine is busy.
    config = tortoise_config(url, stalled="10min")
    applied: list[str] = []

    def report(event: str, _app: str, name: str) -> None:
        if event == "apply_done":
            applied.append(name)
        if progress is not None:
            progress(event, name)

    async with TortoiseContext() as context:
        await context.init(config=config)
        connection = context.connections.get("default")
        executor = MigrationExecutor(connection, {APP: config["apps"][APP]})
        await _refuse_others(executor)
        await executor.migrate([MigrationTarget(APP, target)], progress=report)
        marks = "$1" if is_postgres(url) else "?"
        await connection.execute_query(
            f"INSERT INTO event_head (id, epoch, seq, floor) VALUES (1, {marks}, 0, 0) ON CONFLICT (id) DO NOTHING",
            [secrets.token_hex(6)],
        )
    return applied


async def _refuse_others(executor: MigrationExecutor) -> None:
    await executor.loader.build_graph()
    others = [
        key.name for key in await executor.recorder.applied_migrations() if key not in executor.loader.graph.nodes
    ]
    if others:
        raise OtherMigrationsError(others)


async def pending_migrations(url: str) -> list[str]:
    """The migrations that the database at `url` still lacks.

    Raises:
        OtherMigrationsError: it has some that this version does not know.
    """
    config = tortoise_config(url)
    async with TortoiseContext() as context:
        await context.init(config=config)
        executor = MigrationExecutor(context.connections.get("default"), {APP: config["apps"][APP]})
        await _refuse_others(executor)
        return [step.migration.name for step in await executor.plan([MigrationTarget(APP, "__latest__")])]


async def missing_migrations() -> list[str]:
    """What the models have and the migrations lack: names of the migrations that would have to be written."""
    config = tortoise_config("sqlite://:memory:")
    async with TortoiseContext() as context:
        await context.init(config=config, init_connections=False)
        return [writer.name for writer in await _autodetector(context, config).changes()]


async def write_migrations() -> list[str]:
    """Write the migrations that the models ask for; gives the files."""
    config = tortoise_config("sqlite://:memory:")
    async with TortoiseContext() as context:
        await context.init(config=config, init_connections=False)
        return await _autodetector(context, config).write()


def _autodetector(context: TortoiseContext, config: dict[str, Any]) -> MigrationAutodetector:
    if context.apps is None:
        raise RuntimeError("Tortoise has not been initialised.")
    return MigrationAutodetector(context.apps, config["apps"])
