"""GraphQL over HTTP, straight on ASGI: one request in, one answer out, one observation."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from time import perf_counter
from typing import Any, Protocol

import orjson
from graphql import ExecutionResult, GraphQLSchema

from api.documents import Documents, Kind, Prepared, RequestRefused
from api.executor import execute
from api.http.negotiation import MediaType, negotiate, wants_page
from api.http.requests import (
    DisconnectedError,
    GraphQLRequest,
    Header,
    HTTPLimits,
    HTTPRefused,
    Receive,
    Scope,
    Send,
    address_of,
    check_envelope,
    read_get,
    read_headers,
    read_post,
    request_id_of,
)
from api.masking import ErrorCode, plain, present, present_fault, rate_limited, retry_after
from api.rates import RateLimited, Rates
from api.tolerance import kept_unreadable
from api.trusted import TrustedDocuments
from db.tracing import Kind as Watched
from db.tracing import watched
from domain.core.actor import ANONYMOUS, Actor
from domain.core.errors import NotSignedIn

_CLIENT_GONE = 499
_TYPES: dict[MediaType, Header] = {
    media_type: (b"content-type", media_type.value + b"; charset=utf-8") for media_type in MediaType
}
_ALWAYS: tuple[Header, ...] = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))
_CHALLENGE: Header = (b"www-authenticate", b'Bearer error="invalid_token"')


class SignedIn(Protocol):
    """What a verified token stands for."""

    @property
    def actor(self) -> Actor:
        """On whose behalf the request is made."""


class Outcome(StrEnum):
    """How a request ended."""

    OK = "OK"
    ERRORS = "ERRORS"
    REFUSED = "REFUSED"
    TIMEOUT = "TIMEOUT"
    INTERNAL = "INTERNAL"


@dataclass(frozen=True, slots=True)
class Observation:
    """One request as metrics and the log see it; `seconds` end when the answer is handed over."""

    operation_name: str | None
    kind: Kind | None
    outcome: Outcome
    seconds: float
    cost: int | None
    statements: int
    status: int
    actor: Actor | None
    request_id: str


@dataclass(slots=True)
class _Exchange:
    """What becomes known of a request on its way."""

    request_id: str
    media_type: MediaType
    address: str | None
    actor: Actor | None = None
    prepared: Prepared | None = None
    context: object = None
    wants_cost: bool = False


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    outcome: Outcome
    body: dict[str, Any]
    headers: tuple[Header, ...] = ()


class GraphQLEndpoint:
    """The ASGI application behind `/graphql`."""

    def __init__(
        self,
        schema: GraphQLSchema,
        *,
        documents: Documents,
        authenticate: Callable[[str], Awaitable[SignedIn]],
        make_context: Callable[[Actor, str, str | None], object],
        observe: Callable[[Observation], None] | None = None,
        count_statements: Callable[[Any], int] | None = None,
        browser_page: Callable[[Scope, Receive, Send], Awaitable[None]] | None = None,
        trusted: TrustedDocuments | None = None,
        rates: Rates | None = None,
        timeout: float = 10.0,
        limits: HTTPLimits | None = None,
    ) -> None:
        self._schema = schema
        self._documents = documents
        self._authenticate = authenticate
        self._make_context = make_context
        self._observe = observe
        self._count_statements = count_statements
        self._browser_page = browser_page
        self._trusted = trusted or TrustedDocuments()
        self._rates = rates or Rates()
        self._timeout = timeout
        self._limits = limits or HTTPLimits()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        started = perf_counter()
        headers, header_size = read_headers(scope)
        accept = headers.get(b"accept", b"")
        if self._browser_page is not None and scope["method"] == "GET" and wants_page(accept):
            await self._browser_page(scope, receive, send)
            return
        exchange = _Exchange(request_id_of(headers), negotiate(accept) or MediaType.JSON, address_of(scope))
        try:
            check_envelope(scope, header_size, self._limits)
            answer = await self._answer(scope, receive, headers, exchange)
            body = _encode(answer.body)
        except DisconnectedError:
            self._report(exchange, started, Outcome.REFUSED, _CLIENT_GONE)
            return
        except Exception as error:  # noqa: BLE001 - whatever it was, the caller gets an answer and we a log line
            answer = _refusal(error, exchange, self._documents.limits.cost)
            body = _encode(answer.body)
        await _send(send, answer, body, exchange)
        self._report(exchange, started, answer.outcome, answer.status)

    async def _answer(
        self, scope: Scope, receive: Receive, headers: dict[bytes, bytes], exchange: _Exchange
    ) -> _Answer:
        method = scope["method"]
        if negotiate(headers.get(b"accept", b"")) is None:
            raise HTTPRefused(HTTPStatus.NOT_ACCEPTABLE, "The endpoint answers in JSON only.")
        if method not in ("POST", "GET"):
            raise HTTPRefused(HTTPStatus.METHOD_NOT_ALLOWED, "Use POST, or GET for queries.", (b"allow", b"GET, POST"))
        exchange.actor = actor = await self._actor(headers.get(b"authorization"))
        self._rates.check(actor, exchange.address)
        if method == "POST":
            request = await read_post(headers, receive, self._limits)
        else:
            request = read_get(headers, scope["query_string"])
        exchange.wants_cost = request.wants_cost
        try:
            text = self._trusted.text_of(request.text, request.document_id)
            prepared = self._documents.prepare(text, request.operation_name, request.variables)
        except RequestRefused:
            self._rates.charge_refused(actor, exchange.address)
            raise
        exchange.prepared = prepared
        if prepared.kind == "subscription":
            raise HTTPRefused(HTTPStatus.BAD_REQUEST, "Live fields are served over the websocket.")
        if method == "GET" and prepared.kind != "query":
            raise HTTPRefused(HTTPStatus.METHOD_NOT_ALLOWED, "Mutations need POST.", (b"allow", b"POST"))
        self._rates.charge(actor, exchange.address, prepared.cost)
        exchange.context = self._make_context(actor, exchange.request_id, exchange.address)
        return await self._execute(prepared, request, exchange)

    async def _actor(self, authorization: bytes | None) -> Actor:
        if authorization is None:
            return ANONYMOUS
        scheme, _, token = authorization.decode("latin-1").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise NotSignedIn("The Authorization header must be `Bearer` and a token.")
        return (await self._authenticate(token.strip())).actor

    async def _execute(self, prepared: Prepared, request: GraphQLRequest, exchange: _Exchange) -> _Answer:
        try:
            async with asyncio.timeout(self._timeout):
                with watched(Watched.OPERATION, prepared.name or prepared.kind), kept_unreadable(prepared.kind):
                    result = await execute(
                        self._schema,
                        prepared.document,
                        context=exchange.context,
                        variables=request.variables,
                        operation_name=prepared.name,
                        native_datetimes=True,
                    )
        except TimeoutError:
            error = plain("The operation took too long and was given up.", ErrorCode.TIMEOUT, exchange.request_id)
            status = _status(HTTPStatus.GATEWAY_TIMEOUT, exchange.media_type)
            return _Answer(status, Outcome.TIMEOUT, self._body(exchange, errors=[error]))
        return self._executed(result, exchange)

    def _executed(self, result: ExecutionResult, exchange: _Exchange) -> _Answer:
        if not result.errors:
            return _Answer(200, Outcome.OK, self._body(exchange, data=result.data))
        errors = present(result.errors, request_id=exchange.request_id)
        if result.data is None and all(error.path is None for error in result.errors):
            status = _status(HTTPStatus.BAD_REQUEST, exchange.media_type)
            return _Answer(status, Outcome.REFUSED, self._body(exchange, errors=errors))
        body = self._body(exchange, errors=errors, data=result.data)
        if result.data is None and (wait := retry_after(errors)) is not None:
            return _Answer(HTTPStatus.TOO_MANY_REQUESTS, Outcome.REFUSED, body, (_retry_after(wait),))
        return _Answer(200, _outcome(errors), body)

    def _body(self, exchange: _Exchange, **entries: object) -> dict[str, Any]:
        if exchange.wants_cost and exchange.prepared is not None:
            entries["extensions"] = cost_shown(exchange.prepared.cost, self._documents.limits.cost)
        return entries

    def _report(self, exchange: _Exchange, started: float, outcome: Outcome, status: int) -> None:
        if self._observe is None:
            return
        prepared, context = exchange.prepared, exchange.context
        counted = self._count_statements(context) if self._count_statements and context is not None else 0
        self._observe(
            Observation(
                prepared.name if prepared else None,
                prepared.kind if prepared else None,
                outcome,
                perf_counter() - started,
                prepared.cost if prepared else None,
                counted,
                status,
                exchange.actor,
                exchange.request_id,
            )
        )


def _refusal(error: Exception, exchange: _Exchange, cost_limit: int) -> _Answer:
    """The answer to a request that was not executed, or failed outside its fields."""
    request_id = exchange.request_id
    if isinstance(error, HTTPRefused):
        shown = plain(error.message, error.code, request_id)
        return _Answer(error.status, Outcome.REFUSED, {"errors": [shown]}, error.headers)
    if isinstance(error, RateLimited):
        shown = rate_limited(error, request_id)
        headers = (_retry_after(error.retry_after),)
        return _Answer(HTTPStatus.TOO_MANY_REQUESTS, Outcome.REFUSED, {"errors": [shown]}, headers)
    if isinstance(error, NotSignedIn):
        shown = plain(error.message, ErrorCode.UNAUTHENTICATED, request_id)
        return _Answer(HTTPStatus.UNAUTHORIZED, Outcome.REFUSED, {"errors": [shown]}, (_CHALLENGE,))
    if isinstance(error, RequestRefused):
        body: dict[str, Any] = {"errors": error.presented(request_id)}
        if exchange.wants_cost and error.cost is not None:
            body["extensions"] = cost_shown(error.cost, cost_limit)
        return _Answer(_status(HTTPStatus(error.status), exchange.media_type), Outcome.REFUSED, body)
    errors = present_fault(error, request_id=request_id)
    return _Answer(HTTPStatus.INTERNAL_SERVER_ERROR, Outcome.INTERNAL, {"errors": errors})


def _retry_after(seconds: int) -> Header:
    return (b"retry-after", b"%d" % seconds)


def _outcome(errors: list[dict[str, Any]]) -> Outcome:
    codes = {error["extensions"]["code"] for error in errors}
    if ErrorCode.INTERNAL in codes:
        return Outcome.INTERNAL
    return Outcome.TIMEOUT if ErrorCode.TIMEOUT in codes else Outcome.ERRORS


def _status(status: HTTPStatus, media_type: MediaType) -> int:
    # In `application/json` a client trusts only 200 to be ours: GraphQL over HTTP, "application/json".
    return status if media_type is MediaType.RESPONSE else HTTPStatus.OK


def cost_shown(requested: int, limit: int) -> dict[str, object]:
    """The cost of an operation as an answer's extensions have it."""
    return {"cost": {"requested": requested, "limit": limit}}


def _encode(body: dict[str, Any]) -> bytes:
    return orjson.dumps(body, option=orjson.OPT_UTC_Z)


async def _send(send: Send, answer: _Answer, body: bytes, exchange: _Exchange) -> None:
    headers = [
        _TYPES[exchange.media_type],
        (b"content-length", b"%d" % len(body)),
        (b"x-request-id", exchange.request_id.encode()),
        *_ALWAYS,
        *answer.headers,
    ]
    await send({"type": "http.response.start", "status": int(answer.status), "headers": headers})
    await send({"type": "http.response.body", "body": body})
