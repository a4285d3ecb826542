"""Results of the executor as the JSON bytes that callers get."""

import orjson
from graphql import ExecutionResult, GraphQLError, GraphQLSchema

from api.executor import execute_event
from api.live.streams import LiveOperation
from api.masking import present
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
        result = await execute_event(
            self._schema,
            live.document,
            event=root,
            context=live.make_context(),
            variables=live.variables,
            operation_name=live.name,
            native_datetimes=True,
        )
        if result.data is None:
            errors = result.errors or []
            for cause in map(_cause, errors):
                if isinstance(cause, Refused | NotSignedIn | NotPermitted):
                    raise cause
            raise NotRendered(errors)
        return encode_result(result, request_id=live.request_id)


def _cause(error: GraphQLError) -> Exception:
    cause: Exception = error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause
