"""Mutation fields: an input becomes a command, what the operation gives becomes a payload."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import strawberry

from api.context import Context
from api.resolvers import records
from api.schema.errors import UserError, user_errors
from api.schema.inputs import MutationInput
from api.schema.nodes import find_node, find_nodes, prefix_of
from api.schema.scalars import BoardCursor
from api.selection import write_id
from api.tolerance import check_readable
from domain.core.actor import Permission
from domain.core.errors import Refused
from domain.core.operation import Done, Operation, check_permission

Info = strawberry.Info[Context, None]
Doing = Callable[[Context, Any], Awaitable[Done[Any]]]


@strawberry.type(description="What a mutation answers.")
class Payload:
    """The fields that every payload has."""

    done: strawberry.Private[Done[Any] | None] = None
    cursor: BoardCursor | None = strawberry.field(
        default=None, description="Where this change stands in the feed: skip the echo up to here. Null when refused."
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list, description="Empty means done.")


def mutation(
    operation: Operation[Any, Any] | Doing,
    input_type: type[Any],
    description: str,
    *,
    many: bool = False,
    requires: Permission | None = None,
    **thing: type[Any],
) -> Any:
    """A mutation field that performs `operation` and gives what it changed under the one name in `thing`.

    The operation's result is the key of the changed entity, with `many` the list of keys. The payload's type is named
    after the input's. Where there is more to do than to perform the input's command, a function does it. `requires` is
    said where this use of an operation takes more than the operation.
    """
    fields = {name: (list[cls], _changed_all()) if many else (cls | None, _changed()) for name, cls in thing.items()}  # type: ignore[valid-type]
    return action(operation, input_type, description, _payload(input_type, fields), requires=requires)


def deletion(operation: Operation[Any, Any], input_type: type[Any], description: str, cls: type[Any]) -> Any:
    """A mutation field that deletes an entity of type `cls`, of which the operation's result is the key."""
    fields = {"deleted_id": (strawberry.ID | None, _deleted(prefix_of(cls)))}
    return action(operation, input_type, description, _payload(input_type, fields))


def action(
    operation: Operation[Any, Any] | Doing,
    input_type: type[Any],
    description: str,
    payload: type[Any],
    *,
    requires: Permission | None = None,
) -> Any:
    """A mutation field that answers with `payload`, which takes what it shows from what was done.

    Whoever has not what it `requires` is not told either what is wrong with the input.
    """
    do = _performing(operation, requires) if isinstance(operation, Operation) else _reading(operation, requires)

    async def resolve(self: None, info: Info, input: Any) -> Any:  # noqa: ARG001
        try:
            done = await do(info.context, input)
        except Refused as refused:
            return payload(user_errors=user_errors(refused))
        return payload(done=done, cursor=BoardCursor(done.cursor))

    said = Annotated[input_type, strawberry.argument(description="What is to be done.")]  # type: ignore[valid-type]
    resolve.__annotations__ = {"info": Info, "input": said, "return": payload}
    return strawberry.mutation(resolver=resolve, description=description)


def _performing(operation: Operation[Any, Any], requires: Permission | None) -> Doing:
    async def do(context: Context, input: MutationInput) -> Done[Any]:
        # Before the input is read: who may not ask is not told what is wrong with the question.
        check_permission(context.actor, requires or operation.requires)
        check_readable(input)
        return await records.change(context, operation, input.command(), key=input.client_mutation_key)

    return do


def _reading(do: Doing, requires: Permission | None) -> Doing:
    async def read_and_do(context: Context, input: Any) -> Done[Any]:
        if requires is not None:
            check_permission(context.actor, requires)
        check_readable(input)
        return await do(context, input)

    return read_and_do


def _payload(input_type: type[Any], shown: dict[str, tuple[Any, Any]]) -> type[Any]:
    verb = input_type.__name__.removesuffix("Input")
    fields: dict[str, Any] = {"__annotations__": {}, "__doc__": f"The answer of {verb}.", "__module__": __name__}
    for key, (type_, field) in shown.items():
        fields["__annotations__"][key] = type_
        fields[key] = field
    said = verb[0].lower() + verb[1:]
    made: type[Any] = strawberry.type(
        type(f"{verb}Payload", (Payload,), fields), name=f"{verb}Payload", description=f"Answer of `{said}`."
    )
    return made


def _changed() -> Any:
    async def resolve(self: Payload, info: Info) -> Any:
        # Done is done, also for a program that may not read what it has done.
        if self.done is None or not info.context.actor.may(Permission.READ):
            return None
        # What can change several things gives a list, of one where one was asked for.
        key = self.done.result
        return await find_node(info, key[0] if isinstance(key, list) else key)

    return strawberry.field(
        resolver=resolve, description="As it now is; null when refused, or for an API token that may not read."
    )


def _changed_all() -> Any:
    async def resolve(self: Payload, info: Info) -> Any:
        if self.done is None or not info.context.actor.may(Permission.READ):
            return []
        return await find_nodes(info, self.done.result)

    return strawberry.field(resolver=resolve, description="All that were changed, as they now are; empty when refused.")


def _deleted(prefix: str) -> Any:
    def resolve(self: Payload) -> Any:
        return None if self.done is None else write_id(prefix, self.done.result)

    return strawberry.field(resolver=resolve, description="Id of what is no more; null when refused.")
