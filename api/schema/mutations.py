"""Mutation fields: an input becomes a command, what the operation gives becomes a payload."""

from typing import Annotated, Any

import strawberry

from api.context import Context
from api.resolvers import records
from api.schema.errors import UserError, user_errors
from api.schema.inputs import MutationInput
from api.schema.nodes import find_node, find_nodes
from api.schema.scalars import BoardCursor
from domain.core.errors import Refused
from domain.core.operation import Done, Operation

Info = strawberry.Info[Context, None]


@strawberry.type(description="What a mutation answers.")
class Payload:
    """The fields that every payload has."""

    done: strawberry.Private[Done[Any] | None] = None
    cursor: BoardCursor | None = strawberry.field(
        default=None, description="Where this change stands in the feed: skip the echo up to here. Null when refused."
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list, description="Empty means done.")


def mutation(
    operation: Operation[Any, Any],
    input_type: type[MutationInput],
    description: str,
    *,
    many: bool = False,
    **thing: type[Any],
) -> Any:
    """A mutation field that performs `operation` and gives what it changed under the one name in `thing`.

    The operation's result is the key of the changed entity, with `many` the list of keys. The payload's type is named
    after the input's.
    """
    payload = _payload(input_type.__name__.removesuffix("Input"), thing, many=many)

    async def resolve(self: None, info: Info, input: Any) -> Any:  # noqa: ARG001
        return await answer(payload, info, operation, input)

    said = Annotated[input_type, strawberry.argument(description="What is to be done.")]
    resolve.__annotations__ = {"info": Info, "input": said, "return": payload}
    return strawberry.mutation(resolver=resolve, description=description)


async def answer(payload: type[Any], info: Info, operation: Operation[Any, Any], input: MutationInput) -> Any:
    """The payload of a performed operation, or of its refusal."""
    try:
        done = await records.change(info.context, operation, input.command(), key=input.client_mutation_key)
    except Refused as refused:
        return payload(user_errors=user_errors(refused))
    return payload(done=done, cursor=BoardCursor(done.cursor))


def _payload(verb: str, thing: dict[str, type[Any]], *, many: bool) -> type[Any]:
    name = f"{verb}Payload"
    fields: dict[str, Any] = {"__annotations__": {}, "__doc__": f"The answer of {verb}.", "__module__": __name__}
    for key, cls in thing.items():
        fields["__annotations__"][key] = list[cls] if many else cls | None  # type: ignore[valid-type]
        fields[key] = _changed_all() if many else _changed()
    field = verb[0].lower() + verb[1:]
    made: type[Any] = strawberry.type(type(name, (Payload,), fields), name=name, description=f"Answer of `{field}`.")
    return made


def _changed() -> Any:
    async def resolve(self: Payload, info: Info) -> Any:
        return None if self.done is None else await find_node(info, self.done.result)

    return strawberry.field(resolver=resolve, description="As it now is; null when refused.")


def _changed_all() -> Any:
    async def resolve(self: Payload, info: Info) -> Any:
        return [] if self.done is None else await find_nodes(info, self.done.result)

    return strawberry.field(resolver=resolve, description="All that were changed, as they now are; empty when refused.")
