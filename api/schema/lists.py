"""Query fields of entities: look-ups and lists, each in one line of the schema."""

from typing import Annotated, Any

import strawberry
from tortoise.expressions import Q

from api.context import Context
from api.resolvers import records
from api.schema.enums import described
from api.schema.nodes import prefix_of
from api.schema.paging import After, Before, Connection, First, Last, OrderEnum
from api.selection import parse_id, selection
from api.visibility import permission_to_see, select_of
from domain.core.actor import Permission
from domain.core.operation import check_permission

Info = strawberry.Info[Context, None]


def looked_up(cls: type[Any], ref: type[Any], description: str) -> Any:
    """A query field that reads one entity by id or number."""

    async def resolve(self: None, info: Info, by: Any) -> Any:  # noqa: ARG001
        context = info.context
        where = Q(number=by.number.value) if by.number else Q(id__in=_keys(cls, by.id.value))
        return await records.one(context, selection(info), select_of(context.actor, cls, where))

    named = Annotated[ref, strawberry.argument(description="Exactly one way to name it.")]  # type: ignore[valid-type]
    resolve.__annotations__ = {"info": Info, "by": named, "return": cls | None}
    return strawberry.field(resolver=resolve, description=description)


def listing(
    cls: type[Any],
    filter_type: type[Any],
    order: OrderEnum,
    description: str,
    *,
    requires: Permission | None = None,
) -> Any:
    """A query field that gives a connection: filtered, ordered (by `order` unless told), page by page."""
    needed = requires or permission_to_see(cls)

    async def resolve(
        self: None,  # noqa: ARG001
        info: Info,
        filter: Any = None,
        order_by: Any = order,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Any:
        context = info.context
        check_permission(context.actor, needed)
        where = (filter or filter_type()).where()
        select = select_of(context.actor, cls, where, order_by.columns)
        paging = {"first": first, "after": after, "last": last, "before": before}
        return await records.page(context, selection(info), select, paging)

    described(type(order), "In which order the list comes.", {each.name: each.description for each in type(order)})
    resolve.__annotations__ |= {
        "info": Info,
        "filter": Annotated[filter_type | None, strawberry.argument(description="Which ones; all unless told.")],
        "order_by": Annotated[type(order), strawberry.argument(description="In which order.")],
        "return": Connection[cls],  # type: ignore[valid-type]
    }
    return strawberry.field(resolver=resolve, description=description)


def whole_list(cls: type[Any], order: tuple[str, ...], description: str, *, requires: Permission | None = None) -> Any:
    """A query field that gives all there are, ordered by these columns: for what is few by nature."""
    needed = requires or permission_to_see(cls)

    async def resolve(self: None, info: Info) -> Any:  # noqa: ARG001
        context = info.context
        check_permission(context.actor, needed)
        return await records.some(context, selection(info), select_of(context.actor, cls, Q(), order))

    resolve.__annotations__ = {"info": Info, "return": list[cls]}  # type: ignore[valid-type]
    return strawberry.field(resolver=resolve, description=description)


def _keys(cls: type[Any], text: str) -> list[int]:
    """The key in an id of this type; none in anything else, which names nothing."""
    key = parse_id(text, prefix_of(cls))
    return [] if key is None else [key]
