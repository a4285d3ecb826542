"""Indexes and checks as a step of a migration: what tables made by Tortoise do not get."""

from collections.abc import Mapping, Sequence
from typing import Any

from tortoise.migrations.operations import RunPython


def constraining(indexes: Sequence[str], checks: Mapping[str, Mapping[str, str]]) -> RunPython:
    """A step that adds indexes, as written after `CREATE`, and checks, by table and name; undone it drops them.

    In a check `{c}` stands before each column: nothing on PostgreSQL, `NEW.` in the triggers by which SQLite checks,
    because it cannot add a check to a table.
    """
    listed = [(table, name, check) for table, named in checks.items() for name, check in named.items()]

    async def add(_apps: Any, editor: Any) -> None:
        for index in indexes:
            await editor.client.execute_query(f"CREATE {index}")
        added = _checked if _is_postgres(editor.client) else _watched
        for table, name, check in listed:
            for statement in added(table, name, check):
                await editor.client.execute_query(statement)

    async def drop(_apps: Any, editor: Any) -> None:
        for index in indexes:
            await editor.client.execute_query(f"DROP INDEX {index.partition('INDEX ')[2].partition(' ')[0]}")
        dropped = _unchecked if _is_postgres(editor.client) else _unwatched
        for table, name, _ in listed:
            for statement in dropped(table, name):
                await editor.client.execute_query(statement)

    return RunPython(add, drop)


def _checked(table: str, name: str, check: str) -> list[str]:
    return [f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({check.format(c='')})"]


def _unchecked(table: str, name: str) -> list[str]:
    return [f"ALTER TABLE {table} DROP CONSTRAINT {name}"]


def _watched(table: str, name: str, check: str) -> list[str]:
    return [
        f"CREATE TRIGGER {name}_{event.lower()} BEFORE {event} ON {table} FOR EACH ROW"
        f" WHEN NOT ({check.format(c='NEW.')}) BEGIN SELECT RAISE(ABORT, 'CHECK {name}'); END"
        for event in ("INSERT", "UPDATE")
    ]


def _unwatched(_table: str, name: str) -> list[str]:
    return [f"DROP TRIGGER {name}_{event}" for event in ("insert", "update")]


def _is_postgres(client: Any) -> bool:
    return bool(client.capabilities.dialect == "postgres")
