"""The audit trail: what the event log says, as people read it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson

from api.selection import entities, parse_any_id, write_id
from db.projection.columns import relation
from domain.core.actor import Actor, Permission
from domain.core.errors import not_found
from domain.core.operation import subject_type

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00", re.ASCII)
_KEY = "_id"
_COSTS = ("cost", "price", "minor")


@dataclass(frozen=True, slots=True)
class Change:
    """One field of a change, its values as text."""

    field: str
    before: str | None
    after: str | None


def subject_of(text: str) -> tuple[str, int]:
    """What an id names, in the event log's terms: it may have been deleted since.

    Raises:
        Refused: NOT_FOUND.
    """
    found = parse_any_id(text)
    if found is None:
        raise not_found("subject", "subject")
    entity, key = found
    return subject_type(entity.model), key


def subject_text(table: str, key: int) -> str | None:
    """The public id of an event's subject; None for what has no ids."""
    prefix = _prefixes().get(table)
    return None if prefix is None else write_id(prefix, key)


def changes_of(table: str, body: Mapping[str, Any]) -> list[Change]:
    """What an event made different, field by field."""
    before, after = body["before"] or {}, body["after"] or {}
    # The log keeps columns in no order.
    names = sorted(name for name in before | after if before.get(name) != after.get(name) and name != "id")
    return [*_told(table, names, before, after), *_password(body)]


def changes_for(actor: Actor, table: str, body: Mapping[str, Any]) -> list[Change]:
    """What an event made different, as far as an actor may know."""
    changes = changes_of(table, body)
    return changes if actor.may(Permission.READ_MARGINS) else [each for each in changes if not tells_cost(each.field)]


def tells_cost(field: str) -> bool:
    """Whether a field is about what things cost."""
    return any(word in field.lower() for word in _COSTS)


def _told(table: str, names: list[str], before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for name in names:
        prefix = _references(table).get(name)
        if prefix is None and name.endswith(_KEY):
            continue  # a key that has no public form is nobody's business
        yield Change(_camel(name), _text(before.get(name), prefix), _text(after.get(name), prefix))


def _password(body: Mapping[str, Any]) -> Iterator[Change]:
    # The password itself is not in the log, only that it was set or taken away.
    if "password_set" in body:
        yield Change("password", None, "set" if body["password_set"] else None)


def _text(value: Any, prefix: str | None) -> str | None:
    """A logged value as the rest of the API would print it."""
    if value is None:
        return None
    if prefix is not None:
        return write_id(prefix, value)
    if isinstance(value, str):
        return f"{value[:-6]}Z" if _INSTANT.fullmatch(value) else value
    return orjson.dumps(value).decode()


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.title() for word in others)


@cache
def _prefixes() -> dict[str, str]:
    """What the ids of each table's rows begin with."""
    return {subject_type(entity.model): prefix for prefix, entity in entities().items()}


@cache
def _references(table: str) -> dict[str, str]:
    """What the ids in each column of a table that refers to another one begin with."""
    prefix = _prefixes().get(table)
    if prefix is None:
        return {}
    model = entities()[prefix].model
    steps = [relation(model, name) for name in model._meta.fields_map]  # noqa: SLF001 - Tortoise's own description
    referring = {step.here.name: subject_type(step.model) for step in steps if step is not None and step.forward}
    return {column: _prefixes()[there] for column, there in referring.items() if there in _prefixes()}
