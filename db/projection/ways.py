"""Which other tables' rows stand in a result object, and the ways that lead to them."""

from collections.abc import Iterator
from dataclasses import dataclass

from tortoise.models import Model

from db.projection.columns import UnplannableError, relation
from db.projection.sorting import split
from db.projection.tables import Path, to_one
from db.projection.tree import Made, Many, One, Same, Value, Wanted


@dataclass(frozen=True, slots=True)
class Way:
    """The relations that lead from the rows of a projection to rows of `table` that are read with them.

    Over a to-many relation a row is found both by `path` and, should it have come from elsewhere or be gone, by what
    its own `column` points or pointed to, which is at the end of `owner`.
    """

    table: str
    path: str
    owner: str = ""
    column: str | None = None


def ways(model: type[Model], wanted: Wanted) -> frozenset[Way]:
    """The ways from rows of `model` to everything else that `wanted` reads."""
    return frozenset(_ways(model, (), wanted))


def _ways(model: type[Model], path: Path, wanted: Wanted) -> Iterator[Way]:
    for entry in wanted.entries:
        if isinstance(entry, Value):
            for column in entry.columns:
                yield from _passed(model, path, split(column)[:-1])
        elif isinstance(entry, Same | Made):
            yield from _ways(model, path, entry.wanted)
        elif isinstance(entry, One):
            names = split(entry.relation)
            yield from _passed(model, path, names)
            yield from _ways(_model_at(model, names), (*path, *names), entry.wanted)
        elif isinstance(entry, Many):
            step = relation(model, entry.relation)
            if step is None:
                raise UnplannableError(f"{model.__name__} has no relation {entry.relation!r}.")
            there = (*path, entry.relation)
            yield Way(_table(step.model), "__".join(there), "__".join(path), step.there.field.model_field_name)
            yield from _ways(step.model, there, entry.wanted)


def _passed(model: type[Model], path: Path, names: Path) -> Iterator[Way]:
    """What lies on a path of to-one relations."""
    for length in range(1, len(names) + 1):
        yield Way(_table(_model_at(model, names[:length])), "__".join((*path, *names[:length])))


def _model_at(model: type[Model], names: Path) -> type[Model]:
    for name in names:
        model = to_one(model, name).model
    return model


def _table(model: type[Model]) -> str:
    return model._meta.db_table  # noqa: SLF001 - Tortoise's own description of a model
