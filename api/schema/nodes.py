"""Entities: what has an id, who may see it, and how it is read by it."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Annotated, Any, TypeVar

import strawberry
from tortoise.expressions import Q
from tortoise.models import Model

from api.context import Context
from api.resolvers import records
from api.selection import entity, entity_of, parse_any_id, parse_id, selection
from api.visibility import Visible, entity_asked, let_see, select_of
from domain.core.actor import Actor, Permission
from domain.core.errors import Code, Refused, not_found
from domain.core.operation import check_permission

NodeT = TypeVar("NodeT")
_MOST_IDS = 100
# Keys of records have 32 bits, and PostgreSQL is not even asked about a larger one: it would fail.
_LARGEST_KEY = 2**31 - 1
Info = strawberry.Info[Context, None]


@strawberry.interface(description="Everything that has an id. `node(id)` reads any of them.")
class Node:
    """The root of all entities."""

    id: strawberry.ID = strawberry.field(description="Opaque and global; do not take it apart.")


def node(
    model: type[Model], *, prefix: str, visible: Visible, description: str
) -> Callable[[type[NodeT]], type[NodeT]]:
    """Make a class the GraphQL type for rows of `model`, of which an actor sees what `visible` admits."""

    def bind(cls: type[NodeT]) -> type[NodeT]:
        made = entity(model, prefix=prefix, description=description)(cls)
        let_see(made, visible)
        return made

    return bind


def part(model: type[Model], *, visible: Visible, description: str) -> Callable[[type[NodeT]], type[NodeT]]:
    """`node` for what has no id, because it is only ever read as part of something else."""

    def bind(cls: type[NodeT]) -> type[NodeT]:
        made = entity(model, prefix=None, description=description)(cls)
        let_see(made, visible)
        return made

    return bind


def prefix_of(cls: type[Any]) -> str:
    """What the ids of an entity type begin with."""
    found = entity_of(cls)
    if found is None or found.prefix is None:
        raise TypeError(f"{cls.__name__} has no ids.")
    return found.prefix


async def find_node(info: Info, key: int, *, viewer: Actor | None = None) -> Any:
    """The entity of the field's type with this key; None when the caller, or `viewer`, may not see it."""
    part, context = selection(info), info.context
    if viewer is not None:
        context = replace(context, actor=viewer)
    return await records.one(context, part, select_of(context.actor, entity_asked(part).type, Q(id=key)))


async def find_nodes(info: Info, keys: Sequence[int]) -> Any:
    """The entities of the field's type with these keys, in order of their ids, as far as the caller may see them."""
    part, context = selection(info), info.context
    return await records.some(context, part, select_of(context.actor, entity_asked(part).type, Q(id__in=list(keys))))


def key_of(text: str, prefix: str, what: str, *path: str | int) -> int:
    """The key an id stands for; an id of another kind, or no id at all, is one that does not exist.

    Raises:
        Refused: NOT_FOUND.
    """
    key = parse_id(text, prefix)
    if key is None or key > _LARGEST_KEY:
        raise not_found(what, *path)
    return key


def keys_of(texts: Sequence[str], prefix: str, what: str, *path: str | int) -> list[int]:
    """`key_of` for each of several ids.

    Raises:
        Refused: NOT_FOUND.
    """
    return [key_of(text, prefix, what, *path, place) for place, text in enumerate(texts)]


def optional_key(text: str | None, prefix: str, what: str, *path: str | int) -> int | None:
    """`key_of`, where null stays null.

    Raises:
        Refused: NOT_FOUND.
    """
    return None if text is None else key_of(text, prefix, what, *path)


_Id = Annotated[strawberry.ID, strawberry.argument(description="The id of anything.")]
_Ids = Annotated[list[strawberry.ID], strawberry.argument(description="At most 100 ids, of any kinds.")]


@strawberry.type
class NodeQueries:
    """Reading anything by its id."""

    @strawberry.field(description="Anything by its id; null when it does not exist or you may not see it.")
    async def node(self, info: Info, id: _Id) -> Node | None:
        """One entity of whatever type."""
        return await _read(info, id)

    @strawberry.field(description="Several by their ids, in the same order, each null when it is not there for you.")
    async def nodes(self, info: Info, ids: _Ids) -> list[Node | None]:
        """Entities of whatever types."""
        if len(ids) > _MOST_IDS:
            raise Refused(Code.INVALID, f"Ask for at most {_MOST_IDS} at once.", ("ids",))
        named = [parse_any_id(text) for text in ids]
        by_type: defaultdict[type[Any], list[int]] = defaultdict(list)
        for found in named:
            if found is not None:
                by_type[found[0].type].append(found[1])
        context, part = info.context, selection(info)
        check_permission(context.actor, Permission.READ)
        read = {
            cls: await records.keyed(context, part.on(cls), select_of(context.actor, cls, Q(id__in=keys)))
            for cls, keys in by_type.items()
        }
        return [None if found is None else read[found[0].type].get(found[1]) for found in named]


async def _read(info: Info, id: str) -> Any:
    found = parse_any_id(id)
    if found is None:
        check_permission(info.context.actor, Permission.READ)
        return None
    entity_type, key = found
    part = selection(info).on(entity_type.type)
    return await records.one(info.context, part, select_of(info.context.actor, entity_type.type, Q(id=key)))
