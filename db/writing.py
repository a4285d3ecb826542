"""Changing rows that are known: one statement for each, made once for each set of columns."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tortoise.exceptions import OperationalError
from tortoise.models import Model

from db.programs import Dialect

_MOST_STATEMENTS = 500
_MARKS: dict[Dialect, str] = {"sqlite": "?", "postgres": "$"}


@dataclass(frozen=True, slots=True)
class Change:
    """Which columns of a row, found by its key, get new values."""

    table: str
    columns: tuple[str, ...]
    key: str

    def sql(self, dialect: Dialect, *, first: int = 1) -> str:
        """The statement; its parameters, of which the key is the last, are numbered from `first`."""
        mark = _MARKS[dialect]
        changes = ", ".join(f'"{column}" = {mark}{first + place}' for place, column in enumerate(self.columns))
        return f'UPDATE {self.table} SET {changes} WHERE "{self.key}" = {mark}{first + len(self.columns)}'


@dataclass(frozen=True, slots=True)
class Update:
    """A change with its values, the key last."""

    change: Change
    values: tuple[object, ...]


def update_of(row: Model, names: Sequence[str]) -> Update:
    """What brings the fields of `row` with these names, as they are now, into the database.

    Raises:
        ValidationError: a value does not fit its column.
    """
    return _maker(type(row), tuple(names))(row)


@lru_cache(_MOST_STATEMENTS)
def _maker(model: type[Model], names: tuple[str, ...]) -> Callable[[Model], Update]:
    meta = model._meta  # noqa: SLF001 - Tortoise's own description of a model
    change = Change(f'"{meta.db_table}"', tuple(meta.fields_db_projection[name] for name in names), meta.db_pk_column)
    fields: list[tuple[str, Callable[..., Any]]] = [(name, meta.fields_map[name].to_db_value) for name in names]

    def make(row: Model) -> Update:
        return Update(change, (*[stored(getattr(row, name), row) for name, stored in fields], row.pk))

    return make


def check_changed(changed: int, expected: int) -> None:
    """Stop when rows that were to be changed are not there.

    Raises:
        OperationalError.
    """
    if changed != expected:
        raise OperationalError(f"{expected} rows were to be changed and {changed} were there.")
