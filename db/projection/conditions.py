"""Tortoise's Q filters as SQL with parameters, built once for each shape of filter."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from tortoise.expressions import F, Q
from tortoise.models import Model

from db.projection import patterns
from db.projection.columns import (
    Column,
    Encode,
    UnplannableError,
    array_type,
    comparable,
    encoder,
    list_encoder,
    relation,
)
from db.projection.tables import Path, Reference, Tables
from db.reading import Dialect

# What of a filter decides its SQL; everything else is parameters.
Shape = tuple[Any, ...]

_VALUE = "a parameter"


def shape_of(where: Q | None, values: list[object]) -> Shape | None:
    """The shape of a filter; its values are added to `values`, in the order of the shape."""
    if where is None:
        return None
    filters: list[tuple[str, object]] = []
    given: dict[str, object] = where.filters  # type: ignore[assignment]  # Tortoise types it as something else
    for key, value in given.items():
        if value is None or value is True or value is False:
            filters.append((key, value))
        elif isinstance(value, F):
            filters.append((key, _Other(value.name)))
        else:
            values.append(value.pk if isinstance(value, Model) else value)
            filters.append((key, _VALUE))
    return (
        where.join_type,
        where._is_negated,  # noqa: SLF001 - Tortoise offers no other way to ask
        tuple(filters),
        tuple([shape_of(child, values) for child in where.children]),
    )


@dataclass(frozen=True, slots=True)
class _Other:
    """Another column of the same row, which a filter names with `F`."""

    name: str


@dataclass(frozen=True, slots=True)
class Condition:
    """A compiled filter: SQL, empty when everything passes, and how its values become parameters."""

    sql: str
    encoders: tuple[Encode, ...]


def arguments(encoders: Sequence[Encode], values: Sequence[object]) -> list[object]:
    """The parameters for a filter's values."""
    return [encode(value) for encode, value in zip(encoders, values, strict=True)]


def compile_condition(
    shape: Shape | None, tables: Tables, dialect: Dialect, *, first: int = 1, by: str | None = None
) -> Condition:
    """The SQL of a shape over `tables`, its parameters numbered from `first`, to be answered by the index of `by`.

    Conditions on one reverse relation that stand in one Q(...) speak of the same row over there, those in different
    ones may speak of different rows; negated, there is no such row.
    """
    compiler = _Compiler(dialect, first, by)
    sql = compiler.node(shape, tables) if shape is not None else ""
    return Condition(sql, tuple(compiler.encoders))


@dataclass(frozen=True, slots=True)
class _Filter:
    """One keyword of a Q: what is left of its key, its value if that is part of the SQL, and its place."""

    names: Path
    value: object
    place: int


class _Compiler:
    """Writes the SQL of one filter."""

    def __init__(self, dialect: Dialect, first: int, by: str | None) -> None:
        self.dialect = dialect
        self.encoders: list[Encode] = []
        self._first = first
        self._by = by
        self._scopes = count(1)

    def node(self, shape: Shape, tables: Tables) -> str:
        """A Q and the Qs inside it."""
        join_type, negated, pairs, children = shape
        filters = []
        for key, value in pairs:
            filters.append(_Filter(tuple(key.split("__")), value, len(self.encoders)))
            if value is _VALUE:
                self.encoders.append(_unused)
        parts = self._filters(filters, tables, join_type)
        parts += [sql for child in children if (sql := self.node(child, tables))]
        joined = _joined(parts, join_type)
        return f"NOT {joined if len(parts) > 1 else f'({joined})'}" if negated and joined else joined

    def parameter(self, of: _Filter, encode: Encode, cast_to: str = "") -> str:
        """The parameter that carries a filter's value."""
        if of.value is not _VALUE:
            raise UnplannableError(f"{'__'.join(of.names)} cannot be compared with {of.value!r}.")
        self.encoders[of.place] = encode
        number = self._first + of.place
        return f"?{number}" if self.dialect == "sqlite" else f"${number}{cast_to}"

    def single(self, of: _Filter, column: Column) -> str:
        """A filter's value, to compare a column with."""
        if of.value is True or of.value is False:
            if column.kind != "boolean":
                raise UnplannableError(f"{column.name} cannot be compared with {of.value!r}.")
            return str(int(of.value)) if self.dialect == "sqlite" else str(of.value).upper()
        # A key of 63 bits must find nothing in a column of 31 bits, not fail.
        cast_to = "::bigint" if column.kind == "integer" else ""
        return comparable(column, self.parameter(of, encoder(column, self.dialect), cast_to), self.dialect)

    def listed(self, of: _Filter, column: Column) -> str:
        """A filter's list of values, as one parameter."""
        return self.parameter(of, list_encoder(column, self.dialect), f"::{array_type(column.kind)}")

    def _filters(self, filters: Sequence[_Filter], tables: Tables, join_type: str) -> list[str]:
        parts = []
        reverse: dict[Path, list[_Filter]] = {}
        for each in filters:
            way = _way_to_many(tables.model, each.names)
            if way:
                reverse.setdefault(way, []).append(replace(each, names=each.names[len(way) :]))
            else:
                parts.append(self._filter(each, tables))
        for way, inner in reverse.items():
            parts += self._exists(way, inner, tables, join_type)
        return parts

    def _exists(self, way: Path, filters: Sequence[_Filter], tables: Tables, join_type: str) -> list[str]:
        step = relation(tables.model_at(way[:-1]), way[-1])
        if step is None:
            raise UnplannableError(f"{way[-1]} is no relation.")
        here = tables.reference(way[:-1], (step.here.field.model_field_name,)).sql
        parts, together = [], []
        for each in filters:
            if each.names in (("isnull",), ("not_isnull",)):
                absent = each.value is (each.names == ("isnull",))
                parts.append(f"{'NOT ' if absent else ''}{self._exists_one(step.model, step.there, here, [], '')}")
            else:
                named = each.names if each.names and each.names[0] not in _LOOKUPS else ("pk", *each.names)
                together.append(replace(each, names=named))
        if together:
            parts.append(self._exists_one(step.model, step.there, here, together, join_type))
        return parts

    def _exists_one(
        self, model: type[Model], there: Column, here: str, filters: Sequence[_Filter], join_type: str
    ) -> str:
        inner = Tables(model, f"e{next(self._scopes)}_")
        conditions = [f"{inner.own(there)} = {here}"]
        if filters:
            conditions.append(_joined(self._filters(filters, inner, join_type), join_type))
        return f"EXISTS (SELECT 1 FROM {inner.sql()} WHERE {' AND '.join(conditions)})"

    def _filter(self, of: _Filter, tables: Tables) -> str:
        names, lookup = of.names, "exact"
        if len(names) > 1 and names[-1] in _LOOKUPS:
            names, lookup = names[:-1], names[-1]
        step = relation(tables.model_at(names[:-1]), names[-1])
        if step is not None:
            # The relation itself stands for its key.
            names = (*names[:-1], step.here.field.model_field_name) if step.forward else (*names, "pk")
        left = tables.reference((), names)
        if isinstance(of.value, _Other):
            of = replace(of, value=tables.reference((), (of.value.name,)))
        elif self._by is not None and self.dialect == "sqlite" and names != (self._by,):
            # To SQLite a column with a sign is an expression, for which there is no index.
            left = replace(left, sql=f"+{left.sql}")
        return _LOOKUPS[lookup](self, of, left)


def _exact(compiler: _Compiler, of: _Filter, left: Reference) -> str:
    if of.value is None:
        return f"{left.sql} IS NULL"
    return f"{_comparable(compiler, left)} = {compiler.single(of, left.column)}"


def _not(compiler: _Compiler, of: _Filter, left: Reference) -> str:
    if of.value is None:
        return f"{left.sql} IS NOT NULL"
    return _or_null(f"{_comparable(compiler, left)} <> {compiler.single(of, left.column)}", left)


def _in(compiler: _Compiler, of: _Filter, left: Reference) -> str:
    listed = compiler.listed(of, left.column)
    if compiler.dialect == "postgres":
        return f"{left.sql} = ANY({listed})"
    values = comparable(left.column, "value", compiler.dialect)
    return f"{_comparable(compiler, left)} IN (SELECT {values} FROM json_each({listed}))"


def _not_in(compiler: _Compiler, of: _Filter, left: Reference) -> str:
    return _or_null(f"NOT ({_in(compiler, of, left)})", left)


def _is_null(compiler: _Compiler, of: _Filter, left: Reference) -> str:  # noqa: ARG001 - a lookup's signature
    return f"{left.sql} IS {'' if _yes(of) else 'NOT '}NULL"


def _is_not_null(compiler: _Compiler, of: _Filter, left: Reference) -> str:  # noqa: ARG001 - a lookup's signature
    return f"{left.sql} IS {'NOT ' if _yes(of) else ''}NULL"


def _range(compiler: _Compiler, of: _Filter, left: Reference) -> str:
    pair = compiler.listed(of, left.column)
    ends = (
        [f"({pair})[{place}]" for place in (1, 2)]
        if compiler.dialect == "postgres"
        else [comparable(left.column, f"json_extract({pair}, '$[{place}]')", "sqlite") for place in (0, 1)]
    )
    return f"{_comparable(compiler, left)} BETWEEN {ends[0]} AND {ends[1]}"


def _compared(sign: str) -> "Lookup":
    def lookup(compiler: _Compiler, of: _Filter, left: Reference) -> str:
        return f"{_comparable(compiler, left)} {sign} {compiler.single(of, left.column)}"

    return lookup


def _over_a_day_after(compiler: _Compiler, of: _Filter, left: Reference) -> str:
    other = of.value
    if not isinstance(other, Reference) or {left.column.kind, other.column.kind} != {"instant"}:
        raise UnplannableError(f"{'__'.join(of.names)} compares an instant with another column's: F(...).")
    # To the letter as in the index of such rows, or neither database uses it. SQLite counts milliseconds.
    if compiler.dialect == "postgres":
        return f"{left.sql} - {other.sql} > '1 day'::interval"
    return f"round((julianday({left.sql}) - julianday({other.sql})) * 86400.0, 3) > 86400.0"


def _matching(kind: patterns.Lookup) -> "Lookup":
    def lookup(compiler: _Compiler, of: _Filter, left: Reference) -> str:
        if left.column.kind != "text":
            raise UnplannableError(f"{left.column.name} is not text to search in.")
        searched = compiler.parameter(of, patterns.pattern(kind, compiler.dialect))
        return f"{left.sql} {patterns.operator(kind, compiler.dialect)} {searched}"

    return lookup


Lookup = Callable[[_Compiler, _Filter, Reference], str]

_LOOKUPS: dict[str, Lookup] = {
    "exact": _exact,
    "not": _not,
    "in": _in,
    "not_in": _not_in,
    "isnull": _is_null,
    "not_isnull": _is_not_null,
    "range": _range,
    "lt": _compared("<"),
    "lte": _compared("<="),
    "gt": _compared(">"),
    "gte": _compared(">="),
    "over_a_day_after": _over_a_day_after,
    "contains": _matching("contains"),
    "icontains": _matching("icontains"),
    "startswith": _matching("startswith"),
    "istartswith": _matching("istartswith"),
}


def _way_to_many(model: type[Model], names: Path) -> Path:
    """The beginning of `names` that ends at the first reverse relation; empty when there is none."""
    for place, name in enumerate(names, start=1):
        step = relation(model, name)
        if step is None:
            return ()
        if step.many:
            return names[:place]
        model = step.model
    return ()


def _comparable(compiler: _Compiler, left: Reference) -> str:
    return comparable(left.column, left.sql, compiler.dialect)


def _or_null(sql: str, left: Reference) -> str:
    return f"({sql} OR {left.sql} IS NULL)" if left.nullable else sql


def _yes(of: _Filter) -> bool:
    if of.value is not True and of.value is not False:
        raise UnplannableError(f"{'__'.join(of.names)} is asked with True or False.")
    return of.value


def _joined(parts: Sequence[str], join_type: str) -> str:
    return f"({f' {join_type} '.join(parts)})" if len(parts) > 1 else "".join(parts)


def _unused(value: object) -> object:
    raise UnplannableError(f"The filter value {value!r} has no use.")
