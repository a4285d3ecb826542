"""What to read, and what of it is wanted: the two questions a projection answers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tortoise.expressions import Q
from tortoise.models import Model

# A filter that depends on who asks is a function of the viewer.
Where = Q | Callable[[Any], Q | None] | None


@dataclass(frozen=True, slots=True, eq=False)
class Select:
    """Rows of `model`: which (`where`), in which order ("-starts_at", "worker__name"), and at most how many.

    Nulls come last in either direction, an enum sorts in the order its members are declared, and rows that are equal
    in all of it sort by their key. `by` names the column whose index finds the rows best, where that is not plain:
    SQLite prefers any equality, even one that most rows meet.
    """

    model: type[Model]
    where: Q | None = None
    order: tuple[str, ...] = ()
    limit: int | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Constant:
    """The same value in every row."""

    key: str
    value: str | int | bool | None


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """One value of a row.

    `columns` are names of the model's own columns or lead through to-one relations ("order.number"). Without `compute`
    there is one column, and its value comes out as the encoder wants it, behind `prefix` if there is one. With
    `compute` its values come as Python has them (aware datetimes, dates, Decimals, enums); the viewer goes first if
    asked for.
    """

    key: str
    columns: tuple[str, ...]
    compute: Callable[..., object] | None = None
    viewer: bool = False
    prefix: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class One:
    """The object a to-one relation, or a path of them ("worker.team"), leads to; null where it leads nowhere.

    It is null as well where `shown(viewer, *needed)` says that the viewer may not see it; what that needs are columns,
    as in a Value.
    """

    key: str
    relation: str
    wanted: "Wanted"
    shown: Callable[..., bool] | None = None
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Same:
    """A second object made of the same row."""

    key: str
    wanted: "Wanted"


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """One value that `compute` makes of an object that is read for it, of the same row; the viewer first if asked for.

    For what depends on lists, which `Value` does not reach.
    """

    key: str
    wanted: "Wanted"
    compute: Callable[..., object]
    viewer: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Many:
    """The list of objects that point here, by a reverse relation, ordered, and those of them that `where` admits."""

    key: str
    relation: str
    wanted: "Wanted"
    order: tuple[str, ...] = ("pk",)
    where: Where = None


Entry = Constant | Value | One | Same | Made | Many


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """The entries of a result object, in the order they are printed. Plans are kept by its identity: make it once."""

    entries: tuple[Entry, ...]
