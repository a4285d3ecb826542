"""Entity types: GraphQL types whose fields are planned, each bound to its model and to the prefix of its ids."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import strawberry
from tortoise.models import Model

from db.projection import Wanted, Where

T = TypeVar("T")

# Where a Strawberry field keeps its plan.
PLAN: Final = "plan"

_PREFIX = re.compile(r"[a-z]{2,12}")
_ID = re.compile(r"([a-z]{2,12})_(0|[1-9][0-9]{0,18})", re.ASCII)
_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Identity:
    """A public id made of a key."""

    prefix: str
    column: str


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """The value of a column, of the model's own or at the end of a path of to-one relations."""

    column: str | None


@dataclass(frozen=True, slots=True)
class OnePlan:
    """What a to-one relation leads to, if the viewer may see it."""

    relation: str | None
    shown: Callable[..., bool] | None = None
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ManyPlan:
    """What points here."""

    relation: str | None
    order: tuple[str, ...]
    where: Where


@dataclass(frozen=True, slots=True)
class ItselfPlan:
    """A part of the same row, as an object of its own."""


@dataclass(frozen=True, slots=True)
class MadePlan:
    """A plain function of an object that is read for it."""

    wanted: Wanted
    value: Callable[..., object]
    viewer: bool


@dataclass(frozen=True, slots=True)
class ComputedPlan:
    """A plain function of columns."""

    needs: tuple[str, ...]
    value: Callable[..., object]
    viewer: bool


# Named, because `type` means something else inside Entity.
Class = type[Any]
ModelClass = type[Model]
Plan = Identity | ColumnPlan | OnePlan | ManyPlan | ItselfPlan | ComputedPlan | MadePlan


@dataclass(frozen=True, slots=True)
class Entity:
    """A GraphQL type and what it stands for."""

    type: Class
    model: ModelClass
    prefix: str | None  # None for what has no id, because it is only ever read as part of something else


_by_type: dict[type[Any], Entity] = {}
_by_prefix: dict[str, Entity] = {}


def entity(
    model: type[Model], *, prefix: str | None, description: str, name: str | None = None
) -> Callable[[type[T]], type[T]]:
    """Make a class a GraphQL type for rows of `model`, whose ids begin with `prefix`; without one they have no id.

    Raises: TypeError when another type has the prefix.
    """
    if prefix is not None and not _PREFIX.fullmatch(prefix):
        raise TypeError(f"{prefix!r} is no prefix for ids: small letters only.")

    def bind(cls: type[T]) -> type[T]:
        made = strawberry.type(cls, name=name, description=description)
        if prefix in _by_prefix:
            other = _by_prefix[prefix].type.__name__
            raise TypeError(f"Ids of {made.__name__} and {other} would both begin with {prefix}_.")
        _by_type[made] = Entity(made, model, prefix)
        if prefix is not None:
            _by_prefix[prefix] = _by_type[made]
        return made

    return bind


def entity_of(cls: type[Any]) -> Entity | None:
    """What a GraphQL type's class stands for, if it is an entity."""
    return _by_type.get(cls)


def entities() -> Mapping[str, Entity]:
    """All entities that have ids, by the prefix of these."""
    return _by_prefix


def identity(prefix: str, column: str = "pk", *, description: str = "Opaque and global; do not take it apart.") -> Any:
    """A field with a public id: of the row itself, or of what one of its keys (`worker_id`) points to."""
    return _field(Identity(prefix, column), description)


def column(name: str | None = None, *, description: str, deprecation_reason: str | None = None) -> Any:
    """A field with a column's value: the column of the same name, another, or one over there (`order.number`)."""
    return _field(ColumnPlan(name), description, deprecation_reason)


def one(
    relation: str | None = None,
    *,
    shown: Callable[..., bool] | None = None,
    needs: tuple[str, ...] = (),
    description: str,
    deprecation_reason: str | None = None,
) -> Any:
    """A field with the entity that a to-one relation of the same name, or a path of them, leads to.

    Where not all who may see the row may see that entity: null unless `shown(viewer, *needed)`.
    """
    return _field(OnePlan(relation, shown, needs), description, deprecation_reason)


def many(
    relation: str | None = None,
    *,
    order: tuple[str, ...] = ("pk",),
    where: Where = None,
    description: str,
    deprecation_reason: str | None = None,
) -> Any:
    """A field with the entities that point here: all, or those that `where` admits, which may depend on the viewer."""
    return _field(ManyPlan(relation, order, where), description, deprecation_reason)


def computed(
    *,
    needs: tuple[str, ...],
    value: Callable[..., object],
    viewer: bool = False,
    description: str,
    deprecation_reason: str | None = None,
) -> Any:
    """A field with what `value(*needed)` or `value(viewer, *needed)` gives: a plain value, object or list of them."""
    return _field(ComputedPlan(needs, value, viewer), description, deprecation_reason)


def itself(*, description: str) -> Any:
    """A field with another entity type, without ids of its own, that stands for a part of the same row."""
    return _field(ItselfPlan(), description)


def made(*, wanted: Wanted, value: Callable[..., object], viewer: bool = False, description: str) -> Any:
    """A field with what `value(read)` or `value(viewer, read)` gives, of the object that `wanted` reads of the row."""
    return _field(MadePlan(wanted, value, viewer), description)


def _field(plan: Plan, description: str, deprecation_reason: str | None = None) -> Any:
    return strawberry.field(description=description, deprecation_reason=deprecation_reason, metadata={PLAN: plan})


def write_id(prefix: str, key: int) -> str:
    """The public id of a row."""
    return f"{prefix}_{key}"


def parse_id(text: str, prefix: str) -> int | None:
    """The key in a public id; None when it is not, to the letter, an id with this prefix."""
    match = _ID.fullmatch(text)
    if match is None or match[1] != prefix or int(match[2]) > _LARGEST:
        return None
    return int(match[2])


def parse_any_id(text: str) -> tuple[Entity, int] | None:
    """What a public id names; None when it is no id of ours."""
    prefix = text.partition("_")[0]
    key = parse_id(text, prefix)
    return (_by_prefix[prefix], key) if key is not None and prefix in _by_prefix else None
