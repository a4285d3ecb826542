"""What callers see of an error: a code and a message if it is theirs to mend, else a masked fault that is logged."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

import structlog
from graphql import GraphQLError, GraphQLSyntaxError

from api.rates import RateLimited
from domain.core.errors import NotPermitted, NotSignedIn, Refusal, Refused

MOST_ERRORS = 8
_LONGEST_MESSAGE = 400
_MASKED = "Something went wrong on our side. Quote the request id when you report it."
_TIMED_OUT = "The operation took too long and was given up."
# Each with what ends the sentence in its place.
_TAILS = ((" Did you mean", ""), (", but encountered error", "."))
# What a person is told, and the refusal that says it.
_Sentence = tuple[str, Refusal | None]
_log = structlog.get_logger("tavle.errors")


class ErrorCode(StrEnum):
    """What `extensions.code` of a top-level error can be."""

    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    DOCUMENT_NOT_FOUND = "DOCUMENT_NOT_FOUND"
    DOCUMENT_NOT_ALLOWED = "DOCUMENT_NOT_ALLOWED"
    COST_TOO_HIGH = "COST_TOO_HIGH"
    RATE_LIMITED = "RATE_LIMITED"
    TIMEOUT = "TIMEOUT"
    INTERNAL = "INTERNAL"


_CODES = frozenset(ErrorCode)
# How graphql-core begins what it says of a value that does not fit; anything else it raises itself is our fault.
_INPUT_FAULTS = ("Argument '", "Variable '$", "Variable values ", "Too many errors processing variables")


def present(errors: Sequence[GraphQLError], *, request_id: str) -> list[dict[str, object]]:
    """The errors of an execution as the caller sees them, at most 8; faults of ours are masked and logged once."""
    shown: list[dict[str, object]] = []
    logged: set[tuple[type, object, int]] = set()
    for error in errors:
        cause = _cause(error)
        code, messages = _judge(error, cause)
        if code in (ErrorCode.INTERNAL, ErrorCode.TIMEOUT):
            _log_once(error, cause, request_id=request_id, code=code, logged=logged)
        shown.extend(_shape(error, message, code, refusal, request_id) for message, refusal in messages)
        if isinstance(cause, RateLimited):
            shown[-1]["extensions"] = rate_limited(cause, request_id)["extensions"]
    return shown[:MOST_ERRORS]


def present_fault(fault: Exception, *, request_id: str) -> list[dict[str, object]]:
    """The one masked error for a fault outside any field; it is logged."""
    return present([GraphQLError(str(fault), original_error=fault)], request_id=request_id)


def refusal_of_document(errors: Iterable[GraphQLError], code: ErrorCode | None = None) -> list[dict[str, object]]:
    """Errors of a document that was not executed, without a request id; a syntax error says so itself."""
    return [
        _shape(error, error.message, code or _document_code(error), None, None)
        for error, _ in zip(errors, range(MOST_ERRORS), strict=False)
    ]


def rate_limited(limited: RateLimited, request_id: str) -> dict[str, object]:
    """What a caller that has used up its share is told."""
    extensions = {"code": ErrorCode.RATE_LIMITED, "requestId": request_id, "retryAfter": limited.retry_after}
    return {"message": limited.message, "extensions": extensions}


def retry_after(errors: Sequence[dict[str, Any]]) -> int | None:
    """The seconds after which to try again, when one of the errors shown says so."""
    return next((wait for error in errors if (wait := error["extensions"].get("retryAfter")) is not None), None)


def plain(message: str, code: ErrorCode, request_id: str) -> dict[str, object]:
    """An error that points at no place of a document."""
    return {"message": tidy(message), "extensions": {"code": code, "requestId": request_id}}


def tidy(message: str) -> str:
    """A message without suggestions from the schema or words of an exception, and of bounded length."""
    for tail, end in _TAILS:
        head, found, _ = message.partition(tail)
        message = head + end if found else message
    return message if len(message) <= _LONGEST_MESSAGE else f"{message[: _LONGEST_MESSAGE - 1]}…"


def _document_code(error: GraphQLError) -> ErrorCode:
    if isinstance(error, GraphQLSyntaxError):
        return ErrorCode.GRAPHQL_PARSE_FAILED
    return ErrorCode.GRAPHQL_VALIDATION_FAILED


def _cause(error: GraphQLError) -> Exception:
    """The exception at the bottom of what graphql-core wrapped."""
    cause: Exception = error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause


def _judge(error: GraphQLError, cause: Exception) -> tuple[ErrorCode, list[_Sentence]]:
    if isinstance(cause, Refused):
        return ErrorCode.BAD_USER_INPUT, [(refusal.message, refusal) for refusal in cause.refusals]
    if isinstance(cause, NotSignedIn | NotPermitted):
        code = ErrorCode.UNAUTHENTICATED if isinstance(cause, NotSignedIn) else ErrorCode.FORBIDDEN
        return code, [(cause.message, None)]
    if isinstance(cause, RateLimited):
        return ErrorCode.RATE_LIMITED, [(cause.message, None)]
    if isinstance(cause, TimeoutError):
        return ErrorCode.TIMEOUT, [(_TIMED_OUT, None)]
    code = _code_of(error, cause)
    return code, [(_MASKED if code is ErrorCode.INTERNAL else error.message, None)]


def _code_of(error: GraphQLError, cause: Exception) -> ErrorCode:
    if isinstance(cause, GraphQLSyntaxError):
        return ErrorCode.GRAPHQL_PARSE_FAILED
    if error.message.startswith(_INPUT_FAULTS) and isinstance(error.original_error, GraphQLError | None):
        return ErrorCode.BAD_USER_INPUT
    own = (error.extensions or {}).get("code")
    if isinstance(cause, GraphQLError) and isinstance(own, str) and own in _CODES:
        return ErrorCode(own)
    return ErrorCode.INTERNAL


def _shape(
    error: GraphQLError, message: str, code: ErrorCode, refusal: Refusal | None, request_id: str | None
) -> dict[str, object]:
    extensions: dict[str, object] = {"code": code}
    if request_id is not None:
        extensions["requestId"] = request_id
    if refusal is not None:
        extensions["refusal"] = {"code": refusal.code, "path": list(refusal.path)}
    shaped: dict[str, object] = {"message": tidy(message)}
    if error.locations:
        shaped["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error.path:
        shaped["path"] = error.path
    shaped["extensions"] = extensions
    return shaped


def _log_once(
    error: GraphQLError, cause: Exception, *, request_id: str, code: ErrorCode, logged: set[tuple[type, object, int]]
) -> None:
    """Write a fault to the log, unless another row of the same list failed at the same line."""
    origin = cause.__traceback__
    while origin is not None and origin.tb_next is not None:
        origin = origin.tb_next
    place = (type(cause), origin and origin.tb_frame.f_code, origin.tb_lineno if origin else 0)
    if place in logged:
        return
    logged.add(place)
    write = _log.error if code is ErrorCode.INTERNAL else _log.warning
    write("operation_failed", error_id=request_id, code=str(code), path=error.path, exc_info=cause)
