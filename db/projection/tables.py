"""The FROM clause under construction: which tables are joined, and under which alias."""

from dataclasses import dataclass

from tortoise.models import Model

from db.projection.columns import Column, Relation, UnplannableError, column, relation, table

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """A column of a joined table."""

    sql: str
    column: Column
    nullable: bool


class Tables:
    """One row of `model`, and what to-one relations lead to from it, each joined once."""

    def __init__(self, model: type[Model], alias: str = "t") -> None:
        self.model = model
        self.joins: list[str] = []
        self.own_columns: dict[str, None] = {}  # of `model`'s table, in order of first use
        self._alias = alias
        self._aliases: dict[Path, str] = {(): f"{alias}0"}

    @property
    def root(self) -> str:
        """The alias of the model's own table."""
        return f"{self._alias}0"

    def sql(self, source: str | None = None) -> str:
        """The FROM clause, over the model's table or over `source`."""
        return " ".join([f"{source or table(self.model)} {self.root}", *self.joins])

    def model_at(self, path: Path) -> type[Model]:
        """The model that a path of to-one relations leads to."""
        model = self.model
        for name in path:
            model = to_one(model, name).model
        return model

    def reference(self, path: Path, names: Path) -> Reference:
        """The column that `names` lead to from `path`; whether it is nullable is told from there on."""
        *relations, last = names
        model = self.model_at(path)
        if path and not relations:
            step = to_one(self.model_at(path[:-1]), path[-1])
            if step.forward and column(model, last).name == step.there.name:
                # The key of what a relation leads to stands on this side of it.
                return Reference(self._column(path[:-1], step.here), step.here, nullable=False)
        nullable = False
        for place, name in enumerate(relations):
            step = to_one(model, name)
            if place == len(relations) - 1 and column(step.model, last).name == step.there.name:
                # "worker.id" is the worker_id of this row: no join needed.
                return Reference(
                    self._column((*path, *relations[:place]), step.here), step.here, step.nullable or nullable
                )
            nullable = nullable or step.nullable
            model = step.model
        found = column(model, last)
        return Reference(self._column((*path, *relations), found), found, found.nullable or nullable)

    def presence(self, path: Path, names: Path) -> Reference | None:
        """A column that is null exactly where `names` lead to nothing from `path`; None when they always lead on."""
        model = self.model_at(path)
        nullable = False
        for name in names:
            step = to_one(model, name)
            nullable = nullable or step.nullable
            model = step.model
        if not nullable:
            return None
        if len(names) == 1:
            step = to_one(self.model_at(path), names[0])
            own = step.here if step.here.nullable else step.there
            place = path if own is step.here else (*path, *names)
            return Reference(self._column(place, own), own, nullable=True)
        found = column(model, "pk")
        return Reference(self._column((*path, *names), found), found, nullable=True)

    def own(self, of: Column) -> str:
        """SQL for a column of the model's own table."""
        return self._column((), of)

    def _column(self, path: Path, of: Column) -> str:
        alias = self._join(path)
        if not path:
            self.own_columns[of.name] = None
        return f'{alias}."{of.name}"'

    def _join(self, path: Path) -> str:
        alias = self._aliases.get(path)
        if alias is None:
            step = to_one(self.model_at(path[:-1]), path[-1])
            here = self._column(path[:-1], step.here)
            alias = self._aliases[path] = f"{self._alias}{len(self._aliases)}"
            # LEFT even where the key is never null: it keeps the planners from starting at the far end.
            self.joins.append(f'LEFT JOIN {table(step.model)} {alias} ON {alias}."{step.there.name}" = {here}')
        return alias


def to_one(model: type[Model], name: str) -> Relation:
    """The to-one relation of `model` with this name.

    Raises: UnplannableError when there is none.
    """
    step = relation(model, name)
    if step is None or step.many:
        raise UnplannableError(f"{model.__name__} has no to-one relation {name!r}.")
    return step
