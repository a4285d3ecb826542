"""Query fields of entities: look-ups and lists, each in one line of the schema."""

from typing import Annotated, Any

import strawberry
from strawberry.utils.str_converters import to_camel_case
from tortoise.expressions import Q

from api.context import Context
from api.resolvers import records
from api.schema.enums import described
from api.schema.nodes import prefix_of
from api.schema.paging import After, Before, Connection, First, Last, OrderEnum
from api.selection import parse_id, selection
from api.visibility import permission_to_see, select_of
from domain.core.actor import Actor, Permission
from domain.core.errors import NotPermitted
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
        where = _conditions(context.actor, filter or filter_type())
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


def _conditions(actor: Actor, given: Any) -> Q:
    """The conditions of a filter, as far as they tell no customer what they may not see of their own rows.

    Those that a filter calls `COMPANY_ONLY` are not for customers; what `OF_CUSTOMER` names has to be theirs as well.

    Raises:
        NotPermitted.
        Refused: what the filter refuses.
    """
    if actor.may(Permission.READ_COMPANY):
        found: Q = given.where()
        return found
    for name in getattr(given, "COMPANY_ONLY", ()):
        if getattr(given, name) is not None:
            raise NotPermitted(f"Your role, {actor.role}, may not filter by {to_camel_case(name)}.")
    own: Any = {owner: actor.customer_id for name, owner in getattr(given, "OF_CUSTOMER", ()) if getattr(given, name)}
    return given.where() & Q(**own)


def _keys(cls: type[Any], text: str) -> list[int]:
    """The key in an id of this type; none in anything else, which names nothing."""
    key = parse_id(text, prefix_of(cls))
    return [] if key is None else [key]
