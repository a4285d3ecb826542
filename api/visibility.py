"""Who may see which entities: the condition that every read of them carries."""

from collections.abc import Callable
from typing import Any

from tortoise.expressions import Q

from api.selection import Entity, Selection, entity_of
from api.selection.asked import entity_behind
from db.projection import Select
from domain.core.actor import Actor, Permission
from domain.core.rows import company_only

Visible = Callable[[Actor], Q]

_visible: dict[type[Any], Visible] = {}
_REACH = "reaches_company"


def let_see(cls: type[Any], visible: Visible) -> None:
    """Let an actor see those rows of an entity type that `visible` admits."""
    _visible[cls] = visible


def permission_to_see(cls: type[Any]) -> Permission:
    """What it takes to ask for entities of a type at all; which of them are there depends on who asks."""
    return Permission.READ_COMPANY if _visible[cls] is company_only else Permission.READ


def select_of(actor: Actor, cls: type[Any], where: Q, order: tuple[str, ...] = ("id",)) -> Select:
    """The rows of an entity type that meet `where` and that the actor may see."""
    found = entity_of(cls)
    if found is None:
        raise TypeError(f"{cls.__name__} is no entity.")
    return Select(found.model, _visible[found.type](actor) & where, order)


def entity_asked(part: Selection) -> Entity:
    """The entity type that a selection is of."""
    found = entity_behind(part.type)
    if found is None:
        raise TypeError(f"{part.type.name} is no entity.")
    return found


def reaches_company(part: Selection) -> bool:
    """Whether a selection reads, at any depth, entities that only the company's own people may see.

    What a relation leads to is not filtered row by row, so whoever may not see it may not select it.
    """
    known: bool | None = part.memo.get(_REACH)
    if known is None:
        found = entity_behind(part.type)
        known = found is not None and _visible[found.type] is company_only
        known = known or any(reaches_company(asked.part) for asked in part.asked() if asked.part is not None)
        part.memo[_REACH] = known
    return known
