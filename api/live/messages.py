"""What a client may say on the socket: strict JSON in the shapes of graphql-transport-ws."""

from dataclasses import dataclass, field
from typing import Any

from api.auth import bearer_token
from api.http.requests import HTTPRefused, parse_json
from domain.core.errors import NotSignedIn

_MOST_ID_CHARACTERS = 200
_MOST_NESTING = 64


class Malformed(Exception):
    """A message that breaks the protocol, as a short sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Init:
    """The first message: who is calling."""

    payload: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ping:
    """Asks for a pong."""

    payload: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Pong:
    """Answers a ping, or is a sign of life."""


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Begins an operation of any kind."""

    id: str
    query: str | None
    document_id: str | None
    variables: dict[str, Any] | None
    operation_name: str | None
    wants_cost: bool


@dataclass(frozen=True, slots=True)
class Complete:
    """Ends an operation."""

    id: str


Incoming = Init | Ping | Pong | Subscribe | Complete


def read_message(text: str | None) -> Incoming:
    """The message that a text frame holds.

    Raises: Malformed.
    """
    if text is None:
        raise Malformed("Only text messages are understood.")
    try:
        message = parse_json(text.encode())
    except HTTPRefused:
        raise Malformed("The message is not valid JSON.") from None
    if not isinstance(message, dict):
        raise Malformed("A message must be an object.")
    kind = message.get("type")
    if not isinstance(kind, str):
        raise Malformed("A message needs a type.")
    if kind == "subscribe":
        return _subscribe(message)
    if kind == "complete":
        return Complete(_id(message))
    if kind not in {"connection_init", "ping", "pong"}:
        raise Malformed("The message has an unknown type.")
    payload: dict[str, Any] | None = _optional(message, "payload", dict)
    if payload is not None:
        _check_nesting(payload)
    if kind == "connection_init":
        return Init(payload or {})
    return Ping(payload) if kind == "ping" else Pong()


def token_of(init: Init) -> str | None:
    """The bearer token of a connection's first message, wherever a client library puts it.

    Raises: NotSignedIn when there is something in its place that is no bearer token.
    """
    payload = init.payload
    headers = _any_case(payload, "headers")
    found = _any_case(payload, "authorization")
    if found is None and isinstance(headers, dict):
        found = _any_case(headers, "authorization")
    token = _any_case(payload, "token") if found is None else found
    if not isinstance(token, str | None):
        raise NotSignedIn("The token must be a string.")
    return token if found is None else bearer_token(token)


def _subscribe(message: dict[str, Any]) -> Subscribe:
    operation_id = _id(message)
    payload = message.get("payload")
    if not isinstance(payload, dict):
        raise Malformed("A subscribe message needs an object as payload.")
    query: str | None = _optional(payload, "query", str)
    document_id: str | None = _optional(payload, "documentId", str)
    if query is None and document_id is None:
        raise Malformed("The query must be a string.")
    variables: dict[str, Any] | None = _optional(payload, "variables", dict)
    name: str | None = _optional(payload, "operationName", str)
    extensions: dict[str, Any] | None = _optional(payload, "extensions", dict)
    _check_nesting(payload)
    wants_cost = extensions is not None and extensions.get("cost") is True
    return Subscribe(operation_id, query, document_id, variables, name, wants_cost)


def _id(message: dict[str, Any]) -> str:
    found = message.get("id")
    if not isinstance(found, str) or not 0 < len(found) <= _MOST_ID_CHARACTERS:
        raise Malformed(f"A message id must be a string of 1 to {_MOST_ID_CHARACTERS} characters.")
    return found


def _optional(holder: dict[str, Any], name: str, kind: type) -> Any:
    value = holder.get(name)
    if value is not None and not isinstance(value, kind):
        raise Malformed(f"The {name} must be {'a string' if kind is str else 'an object'}.")
    return value


def _any_case(holder: dict[str, Any], name: str) -> object:
    return next((value for key, value in holder.items() if key.lower() == name), None)


def _check_nesting(value: object) -> None:
    """Refuse what would make code that walks it recursively run out of stack."""
    level = [value]
    for _ in range(_MOST_NESTING):
        below: list[object] = []
        for item in level:
            if isinstance(item, dict):
                below.extend(item.values())
            elif isinstance(item, list):
                below.extend(item)
        if not below:
            return
        level = below
    raise Malformed(f"The message is nested more than {_MOST_NESTING} levels deep.")
