"""What comes in over HTTP: headers, body and URL, read within limits, as one GraphQL request."""

import asyncio
import json
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, NoReturn
from urllib.parse import parse_qsl

import orjson

from api.masking import ErrorCode

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Header = tuple[bytes, bytes]

_READ_HEADERS = frozenset(
    {
        b"accept",
        b"authorization",
        b"content-encoding",
        b"content-length",
        b"content-type",
        b"x-request-id",
        b"x-tavle-cost",
    }
)
_REQUEST_ID = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
# orjson turns an integer beyond 64 bits into a float without a word; only a body with so many digits is read again.
_MANY_DIGITS = re.compile(rb"\d{19}")
# For refusals that leave a part of the request unread: it must not be taken for the next one.
CLOSE: Header = (b"connection", b"close")
_PARAMETERS = ("query", "documentId", "operationName", "variables", "extensions")


@dataclass(frozen=True, slots=True)
class HTTPLimits:
    """What one HTTP request may take."""

    body: int = 100_000
    body_seconds: float = 10.0
    headers: int = 32_000
    url: int = 20_000


class HTTPRefused(Exception):
    """A request that is not a well-formed GraphQL request."""

    def __init__(
        self,
        status: HTTPStatus,
        message: str,
        *headers: Header,
        code: ErrorCode = ErrorCode.BAD_USER_INPUT,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers
        self.code = code


class DisconnectedError(Exception):
    """The client went away before its request was complete."""


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """What a client asks to be executed: a document by its text, or by the id of a trusted one."""

    text: str | None
    document_id: str | None
    operation_name: str | None
    variables: dict[str, Any] | None
    wants_cost: bool


def read_headers(scope: Scope) -> tuple[dict[bytes, bytes], int]:
    """The headers that the endpoint reads, by name, and the size of all headers together."""
    found: dict[bytes, bytes] = {}
    size = 0
    for name, value in scope["headers"]:
        size += len(name) + len(value)
        if name in _READ_HEADERS:
            found[name] = value
    return found, size


def address_of(scope: Scope) -> str | None:
    """The address that a request came from, if the server knows."""
    client = scope.get("client")
    return client[0] if client else None


def check_envelope(scope: Scope, header_size: int, limits: HTTPLimits) -> None:
    """Refuse headers or a URL beyond the limits.

    Raises: HTTPRefused.
    """
    if header_size > limits.headers:
        raise HTTPRefused(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "The headers are too large.", CLOSE)
    if len(scope["path"]) + len(scope["query_string"]) > limits.url:
        raise HTTPRefused(HTTPStatus.REQUEST_URI_TOO_LONG, "The URL is too long.", CLOSE)


def request_id_of(headers: Mapping[bytes, bytes]) -> str:
    """The caller's request id when it is a sane one, else a new one."""
    given = headers.get(b"x-request-id", b"")
    return given.decode() if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)


async def read_post(headers: Mapping[bytes, bytes], receive: Receive, limits: HTTPLimits) -> GraphQLRequest:
    """The GraphQL request in the body of a POST.

    Raises: HTTPRefused, DisconnectedError.
    """
    _check_content(headers)
    length = headers.get(b"content-length", b"")
    if length.isdigit() and int(length) > limits.body:
        raise _too_large(limits)
    return _request(parse_json(await _read_body(receive, limits)), headers)


def read_get(headers: Mapping[bytes, bytes], query_string: bytes) -> GraphQLRequest:
    """The GraphQL request in the URL of a GET.

    Raises: HTTPRefused.
    """
    try:
        pairs = parse_qsl(query_string.decode(), keep_blank_values=True, errors="strict", max_num_fields=20)
    except ValueError as error:
        raise _bad("The URL is not valid UTF-8, or has too many parameters.") from error
    given = [(name, value) for name, value in pairs if name in _PARAMETERS]
    asked: dict[str, object] = dict(given)
    if len(asked) < len(given):
        raise _bad("A parameter is given twice.")
    for name in ("variables", "extensions"):
        if asked.get(name):
            asked[name] = parse_json(str(asked[name]).encode())
        else:
            asked.pop(name, None)
    return _request(asked, headers)


def parse_json(raw: bytes) -> object:
    """The value of a JSON text.

    Raises: HTTPRefused for anything that JSON or our integers do not allow.
    """
    try:
        if _MANY_DIGITS.search(raw):
            json.loads(raw, parse_int=_parse_int, parse_constant=_parse_constant)
        return orjson.loads(raw)
    except (ValueError, RecursionError) as error:
        raise _bad("That is not valid JSON.") from error


def _check_content(headers: Mapping[bytes, bytes]) -> None:
    if headers.get(b"content-encoding", b"identity").strip().lower() != b"identity":
        raise HTTPRefused(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "Content-Encoding is not supported: send the body as it is.",
            (b"accept-encoding", b"identity"),
        )
    content_type = headers.get(b"content-type", b"")
    if content_type == b"application/json":
        return
    # Anything but JSON could be sent by a form on a foreign page without the browser asking first.
    name, *parameters = (part.strip().lower() for part in content_type.split(b";"))
    if name != b"application/json":
        raise HTTPRefused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Content-Type must be application/json.")
    for parameter in parameters:
        if parameter.startswith(b"charset=") and parameter[8:].strip(b'"') not in (b"utf-8", b"utf8"):
            raise HTTPRefused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The charset must be utf-8.")


async def _read_body(receive: Receive, limits: HTTPLimits) -> bytes:
    body = bytearray()
    more = True
    try:
        async with asyncio.timeout(limits.body_seconds):
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise DisconnectedError
                body += message.get("body", b"")
                more = message.get("more_body", False)
                if len(body) > limits.body:
                    raise _too_large(limits)
    except TimeoutError as error:
        raise HTTPRefused(
            HTTPStatus.REQUEST_TIMEOUT, "The body came too slowly.", CLOSE, code=ErrorCode.TIMEOUT
        ) from error
    return bytes(body)


def _request(asked: object, headers: Mapping[bytes, bytes]) -> GraphQLRequest:
    if isinstance(asked, list):
        raise _bad("Batches are not supported: send one request at a time.")
    if not isinstance(asked, dict):
        raise _bad("The body must be a JSON object.")
    text, document_id, operation_name = asked.get("query"), asked.get("documentId"), asked.get("operationName")
    variables, extensions = asked.get("variables"), asked.get("extensions")
    if not isinstance(text, str) and (text is not None or document_id is None):
        raise _bad("`query` must be given, as a string.")
    if not isinstance(document_id, str | None):
        raise _bad("`documentId` must be a string.")
    if not isinstance(operation_name, str | None):
        raise _bad("`operationName` must be a string.")
    if not isinstance(variables, dict | None):
        raise _bad("`variables` must be an object.")
    if not isinstance(extensions, dict | None):
        raise _bad("`extensions` must be an object.")
    wants_cost = headers.get(b"x-tavle-cost") == b"1" or (extensions is not None and extensions.get("cost") is True)
    return GraphQLRequest(text, document_id, operation_name or None, variables, wants_cost)


def _parse_int(digits: str) -> int:
    if len(digits) > 20 or not -(2**63) <= int(digits) < 2**64:  # noqa: PLR2004 - the digits of 64 bits, and a sign
        raise ValueError(digits)
    return 0


def _parse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _bad(message: str) -> HTTPRefused:
    return HTTPRefused(HTTPStatus.BAD_REQUEST, message)


def _too_large(limits: HTTPLimits) -> HTTPRefused:
    message = f"The body is too large: at most {limits.body} bytes."
    return HTTPRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message, CLOSE)
