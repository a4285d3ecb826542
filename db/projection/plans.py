"""Plans: the SQL for a selection and the generated code that makes results of its rows, kept for the next time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tortoise.models import Model

from db.projection.bounded import Bounded
from db.projection.columns import Column, Encode, Kind, UnplannableError, array_type, column, relation
from db.projection.conditions import Shape, compile_condition
from db.projection.forms import Names, python_code, ready_code, ready_sql
from db.projection.sorting import Term, beyond, order_by, split, terms
from db.projection.tables import Path, Reference, Tables
from db.projection.tree import Constant, Entry, Made, Many, One, Same, Value, Wanted
from db.reading import Dialect, Row

# Rows, the viewer, the keys of the parents, and the lists that belong to the rows.
Shaper = Callable[[Sequence[Row], object, Sequence[object], Sequence[dict[Any, Any]]], Any]


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of the selected rows: a page's shape, without its values."""

    limited: bool = False
    single: bool = False  # one row at most is expected
    keyed: bool = False  # the values of the order come along, for cursors
    backwards: bool = False
    beyond: tuple[bool, ...] | None = None  # where a cursor is given: which of its values are null
    by: str | None = None  # the column whose index is to find the rows
    beside: bool = False  # one of several selections that a statement reads
    first: int = 1  # the number of its first parameter
    locked: bool = False  # nobody else may change the rows of the model itself until the transaction ends


@dataclass(frozen=True, slots=True, eq=False)
class ListPart:
    """A to-many relation of a plan's rows, read with one further statement."""

    key: int  # which value of a row its list is found by
    entry: Many
    model: type[Model]
    there: Column


@dataclass(frozen=True, slots=True)
class KeyTerm:
    """One value of the order of a plan's rows."""

    kind: Kind
    nullable: bool
    encode: Encode


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """One statement, its parameters, and what its rows become."""

    sql: str
    encoders: tuple[Encode, ...]
    shape: Shaper
    packed: bool = False  # all rows come as one JSON text
    lists: tuple[ListPart, ...] = ()
    keys: Callable[[Sequence[Row]], list[tuple[Any, ...]]] | None = None
    terms: tuple[KeyTerm, ...] = ()


_EVERYTHING = Window()
_MOST_PACKED = 100
# What both databases write into JSON as their drivers give it.
_SAME_IN_JSON: frozenset[Kind] = frozenset({"text", "integer", "boolean", "text_enum", "integer_enum"})
_MOST_PLANS = 1_000
_plans: Bounded[Plan] = Bounded(_MOST_PLANS)


def forget_plans() -> None:
    """Forget all plans; for tests that define their models anew."""
    _plans.clear()


def plan_rows(
    model: type[Model],
    wanted: Wanted | tuple[str, ...],
    where: Shape | None,
    order: tuple[str, ...],
    dialect: Dialect,
    window: Window = _EVERYTHING,
) -> Plan:
    """The plan for rows of `model`: as result dicts for a Wanted, as tuples of Python values for names of columns."""

    def build() -> Plan:
        rows = _Rows(Tables(model), dialect)
        code = rows.tuple_of(wanted) if isinstance(wanted, tuple) else rows.dict_of(wanted, ())
        return _build(rows, code, where, order, window)

    return _plans.get((dialect, model, wanted, where, order, window), build)


def plan_list(part: ListPart, where: Shape | None, dialect: Dialect) -> Plan:
    """The plan for a to-many relation; its first parameter is the list of the parents' keys."""

    def build() -> Plan:
        tables = Tables(part.model)
        rows = _Rows(tables, dialect)
        parent = rows.value(Reference(tables.own(part.there), part.there, nullable=False))
        code = rows.dict_of(part.entry.wanted, ())
        condition = compile_condition(where, tables, dialect, first=2)
        order = order_by(terms(part.entry.order, tables, dialect))
        keys = (
            f"= ANY($1::{array_type(part.there.kind)})"
            if dialect == "postgres"
            else "IN (SELECT value FROM json_each(?1))"
        )
        and_where = f" AND {condition.sql}" if condition.sql else ""
        source = f"{tables.sql()} WHERE {tables.own(part.there)} {keys}{and_where}{order}"
        lines = [
            "found = {key: [] for key in ids}",
            f"for {rows.unpacked()} in rows: found[{parent}].append({code})",
            "return found",
        ]
        packed = rows.packable
        return Plan(
            rows.select(source, packed=packed), condition.encoders, rows.shaper(lines), packed, tuple(rows.lists)
        )

    return _plans.get((dialect, part, where), build)


def plan_count(model: type[Model], where: Shape | None, dialect: Dialect) -> Plan:
    """The plan that counts rows."""
    return _plans.get(
        (dialect, model, "count", where), lambda: _scalar(model, where, dialect, "SELECT count(*) FROM {}")
    )


def plan_exists(model: type[Model], where: Shape | None, dialect: Dialect) -> Plan:
    """The plan that tells whether there are rows."""
    sql = "SELECT CASE WHEN EXISTS (SELECT 1 FROM {}) THEN 1 ELSE 0 END"
    return _plans.get((dialect, model, "exists", where), lambda: _scalar(model, where, dialect, sql))


def plan_records(
    model: type[Model], where: Shape | None, order: tuple[str, ...], dialect: Dialect, window: Window
) -> Plan:
    """The plan for rows as objects of their model."""

    def build() -> Plan:
        rows = _Rows(Tables(model), dialect)
        return _build(rows, rows.object_of(), where, order, window)

    return _plans.get((dialect, model, "records", where, order, window), build)


def _scalar(model: type[Model], where: Shape | None, dialect: Dialect, sql: str) -> Plan:
    tables = Tables(model)
    condition = compile_condition(where, tables, dialect)
    source = tables.sql() + (f" WHERE {condition.sql}" if condition.sql else "")
    return Plan(sql.format(source), condition.encoders, lambda rows, *_: rows[0][0])


def _build(rows: "_Rows", code: str, where: Shape | None, order: tuple[str, ...], window: Window) -> Plan:
    tables, dialect = rows.tables, rows.dialect
    sorted_by = terms(order, tables, dialect)
    keys = rows.keys(sorted_by) if window.keyed else None
    ordered = order_by(sorted_by, backwards=window.backwards)
    if window.limited and tables.joins and not window.locked:
        # Page first, join after: the database joins the rows of the page alone.
        page = Tables(tables.model, "p")
        page_terms = terms(order, page, dialect)
        condition, encoders, limit = _conditions(page, page_terms, where, dialect, window)
        own = ", ".join(
            f'{page.root}."{name}"' for name in tables.own_columns or {column(tables.model, "pk").name: None}
        )
        inner = f"SELECT {own} FROM {page.sql()}{condition}{order_by(page_terms, backwards=window.backwards)}{limit}"
        source = f"{tables.sql(f'({inner})')}{ordered}"
    else:
        condition, encoders, limit = _conditions(tables, sorted_by, where, dialect, window)
        # SQLite's transactions lock everything.
        lock = f" FOR UPDATE OF {tables.root}" if window.locked and dialect == "postgres" else ""
        source = f"{tables.sql()}{condition}{ordered}{limit}{lock}"
    described = tuple(KeyTerm(term.kind, term.nullable, term.encoder(dialect)) for term in sorted_by)
    packed = (rows.packable and not window.single) or window.beside
    if window.beside and not rows.plain:
        raise UnplannableError(f"Not all of these columns of {tables.model.__name__} can be read beside others.")
    return Plan(
        rows.select(source, packed=packed),
        encoders,
        rows.shaper([f"return [{code} for {rows.unpacked()} in rows]"]),
        packed,
        tuple(rows.lists),
        keys,
        described,
    )


def _conditions(
    tables: Tables, sorted_by: Sequence[Term], where: Shape | None, dialect: Dialect, window: Window
) -> tuple[str, tuple[Encode, ...], str]:
    condition = compile_condition(where, tables, dialect, first=window.first, by=window.by)
    number = window.first + len(condition.encoders)
    parts = [condition.sql] if condition.sql else []
    if window.beyond is not None:
        parts.append(beyond(sorted_by, window.beyond, dialect, first=number, backwards=window.backwards))
        number += window.beyond.count(False)
    limit = (f" LIMIT ?{number}" if dialect == "sqlite" else f" LIMIT ${number}") if window.limited else ""
    return f" WHERE {' AND '.join(parts)}" if parts else "", condition.encoders, limit


class _Rows:
    """The values a statement selects, and the code that makes results of them."""

    def __init__(self, tables: Tables, dialect: Dialect) -> None:
        self.tables = tables
        self.dialect = dialect
        self.lists: list[ListPart] = []
        self.packable = dialect == "sqlite"
        self.plain = True
        self._selected: dict[str, int] = {}
        self._names = Names()

    def select(self, source: str, *, packed: bool) -> str:
        """The statement that selects the values from `source`.

        Packed, its rows come as one JSON text. Python's SQLite driver goes back and forth between the interpreter's
        lock and the database for each row; so it does that once, and the loop's thread runs on meanwhile.
        """
        values = list(self._selected) or ["1"]
        if not packed:
            return f"SELECT {', '.join(values)} FROM {source}"
        named = ", ".join(f"{value} AS v{place}" for place, value in enumerate(values))
        listed = ", ".join(f"v{place}" for place in range(len(values)))
        if self.dialect == "postgres":
            array = f"coalesce(json_agg(json_build_array({listed})), '[]')"
        else:
            array = f"json_group_array(json_array({listed}))"
        return f"SELECT {array} FROM (SELECT {named} FROM {source}) packed"

    def value(self, reference: Reference) -> str:
        """Code for a stored value of a row that `unpacked` has taken apart."""
        return f"v{self._place(reference.sql, reference.column.kind)}"

    def unpacked(self) -> str:
        """Code for the names of a row's values, once all of them are known."""
        return "".join(f"v{place}, " for place in range(len(self._selected))) or "_"

    def dict_of(self, wanted: Wanted, path: Path) -> str:
        """Code for the result object that `wanted` makes of what `path` leads to."""
        return "{" + ", ".join(f"{entry.key!r}: {self._entry(entry, path)}" for entry in wanted.entries) + "}"

    def tuple_of(self, names: Sequence[str]) -> str:
        """Code for the Python values of columns."""
        return "(" + "".join(f"{self._python((), name)}, " for name in names) + ")"

    def object_of(self) -> str:
        """Code for an object of the model, in the state in which Tortoise makes one of a stored row."""
        model = self.tables.model
        meta = model._meta  # noqa: SLF001 - Tortoise's own description of a model
        stored = "".join(f", {name!r}: {self._python((), name)}" for name in meta.fields_db_projection)
        custom = meta.db_pk_column not in meta.generated_db_fields
        state = f"'_partial': False, '_saved_in_db': True, '_custom_generated_pk': {custom}, '_await_when_save': {{}}"
        return f"{self._names.name(_object)}({self._names.name(model)}, {{{state}{stored}}})"

    def keys(self, sorted_by: Sequence[Term]) -> Callable[[Sequence[Row]], list[tuple[Any, ...]]]:
        """A function from rows to the values of their order, as Python has them."""
        code = ""
        for term in sorted_by:
            v = f"r[{self._place(term.sql, term.kind)}]"
            of = Reference(term.sql, term.column, term.nullable)
            code += f"{v if term.kind != term.column.kind else self._python_of(of, v)}, "
        keys: Callable[[Sequence[Row]], list[tuple[Any, ...]]]
        keys = self._function("keys(rows)", [f"return [({code}) for r in rows]"])
        return keys

    def shaper(self, lines: Sequence[str]) -> Shaper:
        """The function that makes results of rows."""
        unpacked = "".join(f"L{place}, " for place in range(len(self.lists)))
        lines = [f"{unpacked}= lists", *lines] if unpacked else lines
        shape: Shaper = self._function("shape(rows, viewer, ids, lists)", lines)
        return shape

    def _entry(self, entry: Entry, path: Path) -> str:
        if isinstance(entry, Constant):
            return repr(entry.value)
        if isinstance(entry, Value):
            return self._value(entry, path)
        if isinstance(entry, Same):
            return self.dict_of(entry.wanted, path)
        if isinstance(entry, Made):
            viewer = "viewer, " if entry.viewer else ""
            return f"{self._names.name(entry.compute)}({viewer}{self.dict_of(entry.wanted, path)})"
        if isinstance(entry, One):
            names = split(entry.relation)
            presence = self.tables.presence(path, names)
            made = self.dict_of(entry.wanted, (*path, *names))
            conditions = [] if presence is None else [f"{self.value(presence)} is not None"]
            if entry.shown is not None:
                needed = ", ".join(["viewer", *[self._python(path, name) for name in entry.needs]])
                conditions.append(f"{self._names.name(entry.shown)}({needed})")
            return f"({made} if {' and '.join(conditions)} else None)" if conditions else made
        return self._many(entry, path)

    def _value(self, entry: Value, path: Path) -> str:
        if entry.compute is not None:
            values = ["viewer"] if entry.viewer else []
            values += [self._python(path, name) for name in entry.columns]
            return f"{self._names.name(entry.compute)}({', '.join(values)})"
        (name,) = entry.columns
        reference = self.tables.reference(path, split(name))
        of = reference.column
        if entry.prefix:
            v = self.value(reference)
            code = f"f{entry.prefix + '{' + v + '}'!r}"
            return f"(None if {v} is None else {code})" if reference.nullable else code
        v = f"v{self._place(ready_sql(of, reference.sql, self.dialect), of.kind)}"
        return ready_code(of, v, nullable=reference.nullable, dialect=self.dialect, names=self._names)

    def _many(self, entry: Many, path: Path) -> str:
        model = self.tables.model_at(path)
        step = relation(model, entry.relation)
        if step is None or not step.many:
            raise UnplannableError(f"{model.__name__} has no to-many relation {entry.relation!r}.")
        here = self.tables.reference(path, (step.here.field.model_field_name,))
        place = self._place(here.sql, here.column.kind)
        self.lists.append(ListPart(place, entry, step.model, step.there))
        return f"L{len(self.lists) - 1}[v{place}]"

    def _python(self, path: Path, name: str) -> str:
        reference = self.tables.reference(path, split(name))
        return self._python_of(reference, self.value(reference))

    def _python_of(self, reference: Reference, v: str) -> str:
        return python_code(reference.column, v, nullable=reference.nullable, dialect=self.dialect, names=self._names)

    def _place(self, sql: str, kind: Kind) -> int:
        # SQLite writes fewer digits of a float into JSON than it has, and its functions take 100 arguments.
        self.plain = self.plain and kind in _SAME_IN_JSON and len(self._selected) < _MOST_PACKED
        self.packable = self.packable and kind != "float" and len(self._selected) < _MOST_PACKED
        return self._selected.setdefault(sql, len(self._selected))

    def _function(self, signature: str, lines: Sequence[str]) -> Any:
        source = f"def {signature}:\n" + "".join(f" {line}\n" for line in lines)
        made: dict[str, Any] = {}
        exec(compile(source, "<projection>", "exec"), self._names.values, made)  # noqa: S102 - names and literals alone
        return made[signature.partition("(")[0]]


def _object(model: type[Model], state: dict[str, Any]) -> Model:
    made = model.__new__(model)
    object.__setattr__(made, "__dict__", state)
    return made
