"""Stored values on their way out: code that makes of one what the encoder prints, or what Python computes with."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from tortoise import fields

from db.projection.columns import Column, Kind, enum_of
from db.reading import Dialect

# `{v}` is the stored value, `{places}` a decimal's. What is not listed is right as the driver gives it.
_READY: dict[tuple[Dialect, Kind], str] = {
    ("sqlite", "boolean"): "({v} != 0)",
    ("sqlite", "instant"): "instant_texts[{v}]",
    ("sqlite", "decimal"): "format(Decimal({v}), '.{places}f')",
    ("sqlite", "json"): "parsed({v})",
    ("postgres", "instant"): "instant_texts[{v}]",
    ("postgres", "decimal"): "format({v}, '.{places}f')",
    ("postgres", "uuid"): "str({v})",
    ("postgres", "json"): "parsed({v})",
}
_PYTHON: dict[tuple[Dialect, Kind], str] = {
    ("sqlite", "boolean"): "({v} != 0)",
    ("sqlite", "instant"): "instant({v})",
    ("sqlite", "date"): "date({v})",
    ("sqlite", "decimal"): "Decimal(format(Decimal({v}), '.{places}f'))",
    ("sqlite", "uuid"): "UUID({v})",
    ("sqlite", "json"): "parsed({v})",
    ("postgres", "json"): "parsed({v})",
}


class Names:
    """Objects that generated code refers to by name."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {
            "Decimal": Decimal,
            "UUID": UUID,
            "date": date.fromisoformat,
            "instant": _instant,
            "instant_texts": _instant_texts,
            "parsed": _parsed,
        }
        self._known: dict[int, str] = {}

    def name(self, value: object) -> str:
        """The name under which generated code finds `value`."""
        name = self._known.get(id(value))
        if name is None:
            name = self._known[id(value)] = f"n{len(self.values)}"
            self.values[name] = value  # which also keeps its id its own
        return name


def ready_sql(of: Column, sql: str, dialect: Dialect) -> str:
    """SQL for the stored value that `ready_code` is written for."""
    if of.kind == "instant" and dialect == "postgres":
        # As text it takes the driver and the encoder a third of the time; JSON's form depends on no setting.
        return f"to_json({sql})"
    return sql


def ready_code(of: Column, v: str, *, nullable: bool, dialect: Dialect, names: Names) -> str:
    """Code for the value that the JSON encoder is given, from the stored value that the code `v` yields."""
    if of.kind in ("text_enum", "integer_enum"):
        spelled = {member.value: member.name for member in enum_of(of.field)}
        same = all(value == name for value, name in spelled.items())
        return v if same else _unless_null(f"{names.name(spelled)}[{v}]", v, nullable=nullable)
    return _filled(_READY.get((dialect, of.kind)), of, v, nullable=nullable)


def python_code(of: Column, v: str, *, nullable: bool, dialect: Dialect, names: Names) -> str:
    """Code for the Python value of the stored value that the code `v` yields."""
    if of.kind in ("text_enum", "integer_enum"):
        members = {member.value: member for member in enum_of(of.field)}
        return _unless_null(f"{names.name(members)}[{v}]", v, nullable=nullable)
    return _filled(_PYTHON.get((dialect, of.kind)), of, v, nullable=nullable)


def _filled(template: str | None, of: Column, v: str, *, nullable: bool) -> str:
    if template is None:
        return v
    places = of.field.decimal_places if isinstance(of.field, fields.DecimalField) else 0
    return _unless_null(template.format(v=v, places=places), v, nullable=nullable)


def _unless_null(code: str, v: str, *, nullable: bool) -> str:
    return f"(None if {v} is None else {code})" if nullable else code


def _parsed(stored: object) -> object:
    # Text from either driver; SQLite makes a number of JSON that is a bare number.
    return orjson.loads(stored) if isinstance(stored, str) else stored


class _InstantTexts(dict[str, str]):
    """Stored instants and how they are printed: on a board many rows share few of them."""

    _MOST = 4_096

    def __missing__(self, stored: str) -> str:
        read = _instant(stored.strip('"'))
        text = f"{read.replace(tzinfo=None).isoformat()}Z"
        if len(self) >= self._MOST:
            self.clear()
        self[stored] = text
        return text


_instant_texts = _InstantTexts()


def _instant(stored: str) -> datetime:
    read = datetime.fromisoformat(stored)
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
