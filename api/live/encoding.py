"""Results of the executor as the JSON bytes that callers get."""

from typing import Any

import orjson
from graphql import ExecutionResult, GraphQLError, GraphQLSchema

from api.executor import execute_event
from api.live.streams import LiveOperation
from api.masking import present
from db.tracing import Kind, watched
from domain.core.errors import NotPermitted, NotSignedIn, Refused


class NotRendered(Exception):
    """A live value that came out as nothing but errors."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(errors[0].message)
        self.errors = errors


def encode(value: object) -> bytes:
    """The JSON of a value; instants as RFC 3339 with `Z`."""
    return orjson.dumps(value, option=orjson.OPT_UTC_Z)


def encode_result(result: ExecutionResult, *, request_id: str, extensions: dict[str, object] | None = None) -> bytes:
    """The JSON of an execution's result, its errors as the caller may see them."""
    answer: dict[str, object] = {"data": result.data}
    if result.errors:
        answer["errors"] = present(result.errors, request_id=request_id)
    if extensions is not None:
        answer["extensions"] = extensions
    return encode(answer)


class Rendering:
    """Turns the root value of a live operation into the payload that its followers share."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema

    async def __call__(self, live: LiveOperation, root: object) -> bytes:
        """The payload for one root value, resolved with a context of its own.

        Raises: NotRendered when there is no data; what refused it, when that was a refusal.
        """
        with watched(Kind.FRAME, live.name or "subscription") as note:
            result = await execute_event(
                self._schema,
                live.document,
                event=root,
                context=live.make_context(),
                variables=live.variables,
                operation_name=live.name,
                native_datetimes=True,
            )
            note(cursor=_cursor(result.data))
        if result.data is None:
            errors = result.errors or []
            for cause in map(_cause, errors):
                if isinstance(cause, Refused | NotSignedIn | NotPermitted):
                    raise cause
            raise NotRendered(errors)
        return encode_result(result, request_id=live.request_id)


def _cursor(data: dict[str, Any] | None) -> str:
    """The cursor of what is told, when the client selects it."""
    for told in (data or {}).values():
        if isinstance(told, dict) and isinstance(told.get("cursor"), str):
            return str(told["cursor"])
    return ""


def _cause(error: GraphQLError) -> Exception:
    cause: Exception = error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause
