"""Orders as SQL: ORDER BY, and the condition that a row comes after another in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from db.projection.columns import Column, Encode, Kind, comparable, encoder, sortable
from db.projection.tables import Path, Tables
from db.reading import Dialect


@dataclass(frozen=True, slots=True)
class Term:
    """One column of an order."""

    sql: str
    column: Column
    descending: bool
    nullable: bool

    @property
    def kind(self) -> Kind:
        """What a value of this term is; of an enum it is the place of its member."""
        return "integer" if self.column.kind in ("text_enum", "integer_enum") else self.column.kind

    def encoder(self, dialect: Dialect) -> Encode:
        """A function from a value of this term to a parameter."""
        return _as_it_is if self.kind != self.column.kind else encoder(self.column, dialect)


def split(name: str) -> Path:
    """The names of a path, which may be written `worker.name` or `worker__name`."""
    return tuple(name.replace("__", ".").split("."))


def terms(order: Sequence[str], tables: Tables, dialect: Dialect) -> list[Term]:
    """The terms of an order, over `tables`; the key comes last, so that equal rows have their places too."""
    found: list[Term] = []
    key = tables.model._meta.pk_attr  # noqa: SLF001 - Tortoise's own description of a model
    names = {name.removeprefix("-") for name in order}
    for name in order if not order or names & {"pk", key} else (*order, "pk"):
        reference = tables.reference((), split(name.removeprefix("-")))
        sql = sortable(reference.column, reference.sql, dialect)
        found.append(Term(sql, reference.column, name.startswith("-"), reference.nullable))
    return found


def order_by(order: Sequence[Term], *, backwards: bool = False) -> str:
    """The ORDER BY clause, nulls last on both databases; backwards everything is the other way round."""
    if not order:
        return ""
    return " ORDER BY " + ", ".join(
        f"{term.sql} {'DESC' if term.descending != backwards else 'ASC'}"
        # Said only where there can be nulls, because it keeps SQLite from using an index.
        + ((" NULLS FIRST" if backwards else " NULLS LAST") if term.nullable else "")
        for term in order
    )


def beyond(order: Sequence[Term], nulls: Sequence[bool], dialect: Dialect, *, first: int, backwards: bool) -> str:
    """The condition that a row comes after the one whose terms have given values; backwards, before it.

    The values are parameters numbered from `first`, those that are null (`nulls`) left out.
    """
    values: list[str] = []
    number = first
    for term, null in zip(order, nulls, strict=True):
        values.append("NULL" if null else _parameter(term, number, dialect))
        number += not null
    if len({term.descending for term in order}) == 1 and not any(term.nullable for term in order):
        # One comparison of rows can be answered from an index.
        sign = "<" if order[0].descending != backwards else ">"
        return f"({', '.join(term.sql for term in order)}) {sign} ({', '.join(values)})"
    ways: list[str] = []
    same: list[str] = []
    for term, null, value in zip(order, nulls, values, strict=True):
        strictly = _strictly(term, value, null=null, backwards=backwards)
        if strictly:
            ways.append(" AND ".join([*same, strictly]))
        same.append(f"{term.sql} IS NULL" if null else f"{term.sql} = {value}")
    condition = f"({' OR '.join(f'({way})' for way in ways)})" if ways else "1 = 0"
    leading = order[0]
    if not leading.nullable:
        # Implied, but this the databases can answer from an index.
        sign = "<=" if leading.descending != backwards else ">="
        condition = f"{leading.sql} {sign} {values[0]} AND {condition}"
    return condition


def _strictly(term: Term, value: str, *, null: bool, backwards: bool) -> str:
    if null:
        return f"{term.sql} IS NOT NULL" if backwards else ""
    sign = "<" if term.descending != backwards else ">"
    if term.nullable and not backwards:
        return f"({term.sql} {sign} {value} OR {term.sql} IS NULL)"
    return f"{term.sql} {sign} {value}"


def _parameter(term: Term, number: int, dialect: Dialect) -> str:
    if dialect == "sqlite":
        return comparable(term.column, f"?{number}", dialect) if term.kind == term.column.kind else f"?{number}"
    return f"${number}::bigint" if term.kind == "integer" else f"${number}"


def _as_it_is(value: object) -> object:
    return value
