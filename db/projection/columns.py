"""Columns of Tortoise models: how each kind is stored, compared, and brought into the result or into Python."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Literal
from uuid import UUID

import orjson
from tortoise import fields
from tortoise.fields.base import Field
from tortoise.fields.data import CharEnumFieldInstance, IntEnumFieldInstance
from tortoise.fields.relational import BackwardFKRelation, BackwardOneToOneRelation, ForeignKeyFieldInstance
from tortoise.models import Model

from db.reading import Dialect

Kind = Literal[
    "text", "integer", "boolean", "instant", "date", "decimal", "float", "uuid", "json", "text_enum", "integer_enum"
]
Encode = Callable[[Any], object]

# In this order, because enum fields are text or integer fields too.
_KINDS: tuple[tuple[type[Any], Kind], ...] = (
    (CharEnumFieldInstance, "text_enum"),
    (IntEnumFieldInstance, "integer_enum"),
    (fields.CharField, "text"),
    (fields.TextField, "text"),
    (fields.BooleanField, "boolean"),
    (fields.IntField, "integer"),
    (fields.SmallIntField, "integer"),
    (fields.DatetimeField, "instant"),
    (fields.DateField, "date"),
    (fields.DecimalField, "decimal"),
    (fields.FloatField, "float"),
    (fields.UUIDField, "uuid"),
    (fields.JSONField, "json"),
)
_ARRAYS: dict[Kind, str] = {
    "text": "text[]",
    "text_enum": "text[]",
    "integer": "bigint[]",
    "integer_enum": "bigint[]",
    "boolean": "boolean[]",
    "instant": "timestamptz[]",
    "date": "date[]",
    "decimal": "numeric[]",
    "float": "float8[]",
    "uuid": "uuid[]",
}


class UnplannableError(TypeError):
    """A model, filter or selection asks for something the read path does not do; a mistake in the program."""


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A column of a model."""

    name: str  # in the database
    field: Field[Any]
    kind: Kind

    @property
    def nullable(self) -> bool:
        """Whether the column may be null."""
        return bool(self.field.null)


@dataclass(frozen=True, slots=True, eq=False)
class Relation:
    """A relation of a model: rows of `model` whose `there` equals this row's `here`."""

    model: type[Model]
    here: Column
    there: Column
    forward: bool  # the key is kept on this side
    many: bool
    nullable: bool


def table(model: type[Model]) -> str:
    """The model's table, quoted."""
    return f'"{model._meta.db_table}"'  # noqa: SLF001 - Tortoise's own description of a model


def column(model: type[Model], name: str) -> Column:
    """The column behind a field name of `model`; `pk` is its key.

    Raises: UnplannableError when there is no such column.
    """
    meta = model._meta  # noqa: SLF001 - Tortoise's own description of a model
    name = meta.pk_attr if name == "pk" else name
    if name not in meta.fields_db_projection:
        raise UnplannableError(f"{model.__name__} has no column {name!r}.")
    field = meta.fields_map[name]
    for field_class, kind in _KINDS:
        if isinstance(field, field_class):
            return Column(meta.fields_db_projection[name], field, kind)
    raise UnplannableError(f"{model.__name__}.{name} is of a type the read path does not know.")


def relation(model: type[Model], name: str) -> Relation | None:
    """The relation of `model` with this name, if it is one."""
    field = model._meta.fields_map.get(name)  # noqa: SLF001 - Tortoise's own description of a model
    if isinstance(field, ForeignKeyFieldInstance):
        related = field.related_model
        here = column(model, str(field.source_field))
        there = column(related, field.to_field_instance.model_field_name)
        return Relation(related, here, there, forward=True, many=False, nullable=bool(field.null))
    if isinstance(field, BackwardFKRelation):
        related = field.related_model
        here = column(model, field.to_field_instance.model_field_name)
        there = column(related, field.relation_field)
        single = isinstance(field, BackwardOneToOneRelation)
        return Relation(related, here, there, forward=False, many=not single, nullable=True)
    return None


def array_type(kind: Kind) -> str:
    """PostgreSQL's type for a list of values of this kind."""
    return _ARRAYS[kind]


def comparable(of: Column, sql: str, dialect: Dialect) -> str:
    """SQL whose values compare as the column's values do."""
    if of.kind == "decimal" and dialect == "sqlite":
        return f"CAST({sql} AS NUMERIC)"  # stored as text
    return sql


def sortable(of: Column, sql: str, dialect: Dialect) -> str:
    """SQL whose values sort as the column's values do."""
    if of.kind not in ("text_enum", "integer_enum"):
        return comparable(of, sql, dialect)
    ranks = " ".join(f"WHEN {_literal(member.value)} THEN {rank}" for rank, member in enumerate(enum_of(of.field)))
    return f"CASE {sql} {ranks} END"


def enum_of(field: Field[Any]) -> type[Enum]:
    """The enum of an enum field."""
    if isinstance(field, CharEnumFieldInstance | IntEnumFieldInstance):
        return field.enum_type
    raise UnplannableError(f"{field.model_field_name} is not an enum.")


def _literal(value: str | int) -> str:
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


# Into the database -----------------------------------------------------------------------------------------------


def encoder(of: Column, dialect: Dialect) -> Encode:
    """A function from a Python value to what the driver is given for it, in the form the column stores."""
    if of.kind in ("text_enum", "integer_enum"):
        members = enum_of(of.field)
        return lambda value: members(value).value
    if of.kind == "json":
        raise UnplannableError(f"{of.name} is JSON and cannot be compared.")
    return (_SQLITE if dialect == "sqlite" else _POSTGRES)[of.kind]


def list_encoder(of: Column, dialect: Dialect) -> Encode:
    """A function from a list of Python values to one parameter: JSON text on SQLite, an array on PostgreSQL."""
    encode = encoder(of, dialect)

    def encode_list(values: Sequence[object]) -> object:
        if isinstance(values, str | bytes):
            raise UnplannableError(f"{of.name}: expected a list of values.")
        encoded = [encode(value) for value in values]
        return json_list(encoded) if dialect == "sqlite" else encoded

    return encode_list


def json_list(values: Sequence[object]) -> str:
    """Values in SQLite's form as the one parameter that `json_each` takes apart."""
    return orjson.dumps(values).decode()


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise UnplannableError(f"{value!r} is compared with text.")
    # PostgreSQL cannot hold NUL, so no stored text has one; a search for it finds nothing instead of failing.
    return value.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _integer(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise UnplannableError(f"{value!r} is compared with whole numbers.")
    return value


def _instant(value: object) -> datetime:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise UnplannableError(f"{value!r} is compared with instants, and is no aware datetime.")
    return value.astimezone(UTC)


def _date(value: object) -> date:
    if isinstance(value, datetime) or not isinstance(value, date):
        raise UnplannableError(f"{value!r} is compared with dates.")
    return value


def _uuid(value: object) -> str:
    return str(UUID(str(value)))


_POSTGRES: dict[Kind, Encode] = {
    "text": _text,
    "integer": _integer,
    "boolean": bool,
    "instant": _instant,
    "date": _date,
    "decimal": Decimal,
    "float": float,
    "uuid": _uuid,
}
_SQLITE: dict[Kind, Encode] = _POSTGRES | {
    "boolean": int,
    "instant": lambda value: _instant(value).isoformat(" "),
    "date": lambda value: _date(value).isoformat(),
    "decimal": lambda value: str(Decimal(value)),
}
