"""graphql-transport-ws on ASGI: operations of every kind over one socket, each answered or followed by itself."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any

import structlog
from graphql import ExecutionResult, GraphQLSchema

from api.documents import Documents, Kind, Prepared, RequestRefused
from api.executor import execute
from api.http.endpoint import Observation, Outcome
from api.http.requests import Receive, Scope, Send, address_of
from api.live.asked import Operation, Shared, SignedIn, too_many
from api.live.connections import UNAUTHENTICATED, Allowance, SocketLimits, Sockets
from api.live.encoding import encode, encode_result
from api.live.feed import Feed, LiveOperation
from api.live.messages import Complete, Init, Malformed, Ping, Subscribe, read_message, token_of
from api.live.sources import NoStream, cursor_variable, open_stream
from api.live.transport import MESSAGE_BYTES, AsgiWire, Wire, direct_wire
from api.masking import ErrorCode, present, present_fault, rate_limited
from api.rates import RateLimited, Rates
from api.tolerance import kept_unreadable
from api.trusted import TrustedDocuments
from db.tracing import Kind as Watched
from db.tracing import watched
from domain.core.actor import ANONYMOUS, Actor
from domain.core.errors import NotSignedIn

SUBPROTOCOL = "graphql-transport-ws"
_SWITCHED_PROTOCOLS = 101
_PING = b'{"type":"ping"}'
log = structlog.get_logger("tavle.live")

_OUTCOMES = {ErrorCode.INTERNAL: Outcome.INTERNAL, ErrorCode.TIMEOUT: Outcome.TIMEOUT}

Errors = list[dict[str, object]]


class SocketEndpoint:
    """The ASGI application behind the websocket of `/graphql`."""

    def __init__(
        self,
        schema: GraphQLSchema,
        *,
        documents: Documents,
        authenticate: Callable[[str], Awaitable[SignedIn]],
        make_context: Callable[[Actor, str, str | None], object],
        feed: Feed,
        sockets: Sockets,
        observe: Callable[[Observation], None] | None = None,
        count_statements: Callable[[Any], int] | None = None,
        limits: SocketLimits | None = None,
        trusted: TrustedDocuments | None = None,
        rates: Rates | None = None,
    ) -> None:
        self._sockets = sockets
        self._shared = Shared(
            schema,
            documents,
            authenticate,
            make_context,
            feed,
            observe,
            count_statements,
            limits or SocketLimits(),
            trusted or TrustedDocuments(),
            rates or Rates(),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket until it closes."""
        await receive()
        is_ours = SUBPROTOCOL in scope["subprotocols"]
        await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL if is_ours else None})
        wire: Wire | None = direct_wire(scope)
        if wire is None:
            wire = asgi = AsgiWire(send)
            writer = asyncio.create_task(asgi.run())
            writer.add_done_callback(lambda task: task.cancelled() or task.exception())
        connection = SocketConnection(self._shared, wire, address_of(scope), self._sockets.know)
        try:
            if not is_ours:
                connection.close(4406, "The subprotocol must be graphql-transport-ws.")
            elif self._sockets.admit(connection):
                await connection.serve(receive)
        finally:
            self._sockets.leave(connection)
            connection.leave()
            await wire.finished()


class SocketConnection:
    """One client's socket."""

    def __init__(
        self,
        shared: Shared,
        wire: Wire,
        address: str | None,
        on_signed_in: Callable[["SocketConnection"], None],
    ) -> None:
        self._shared = shared
        self._limits = shared.limits
        self._loop = asyncio.get_running_loop()
        self.wire = wire
        self.address = address
        self._on_signed_in = on_signed_in
        self._actor: Actor | None = None
        self._expires_at: float | None = None
        self._is_initialised = False
        self._is_closed = False
        self._must_authenticate_again = False
        self._running: dict[str, Operation] = {}
        self._in_flight = 0
        self._live = 0
        self._allowance = Allowance(self._limits)
        self._pinged_at = self._loop.time()
        self._timer = self._loop.call_later(
            self._limits.init_seconds, self.close, 4408, "No connection_init message came in time."
        )

    @property
    def actor(self) -> Actor | None:
        """Who signed in on this socket; None before anyone has."""
        return self._actor

    async def serve(self, receive: Receive) -> None:
        """Answer the client's messages until the socket closes."""
        while not self._is_closed:
            message = await receive()
            if message["type"] != "websocket.receive":
                return
            self.wire.heard_at = self._loop.time()
            try:
                await self._handle(message.get("text"))
            except Malformed as malformed:
                self.close(4400, malformed.reason)
            # A client that does not read is not listened to either; and others have their turn between messages.
            await self.wire.drained()
            await asyncio.sleep(0)

    def close(self, code: int, reason: str) -> None:
        """End every operation and close the socket, sending nothing afterwards."""
        if not self._is_closed:
            self.leave()
            self.wire.end(code, reason)

    def leave(self) -> None:
        """End every operation; what comes of them is not sent any more."""
        self._is_closed = True
        self._timer.cancel()
        for operation in list(self._running.values()):
            self._stop(operation)

    def check(self, now: float) -> None:
        """Cut off a socket that takes or says nothing, end one whose token has, and ask for a sign of life."""
        blocked = self.wire.blocked_since
        if (blocked is not None and now - blocked >= self._limits.stuck_seconds) or (
            now - self.wire.heard_at >= self._limits.silent_seconds
        ):
            self.leave()
            self.wire.abort()
        elif self._expires_at is not None and time.time() >= self._expires_at:
            self._expire()
        elif self._actor is not None and self.wire.is_ready and now - self._pinged_at >= self._limits.ping_seconds:
            self._pinged_at = now
            self.wire.ping(_PING)

    def authenticate_again(self) -> None:
        """Distrust an answer about the token that is still being awaited."""
        self._must_authenticate_again = True

    async def _handle(self, text: str | None) -> None:
        if text is not None and len(text) > MESSAGE_BYTES:
            self.close(1009, f"A message may hold at most {MESSAGE_BYTES} bytes.")
            return
        message = read_message(text)
        if isinstance(message, Init):
            await self._initialise(message)
        elif isinstance(message, Ping):
            answer: dict[str, object] = {"type": "pong"}
            self._send(answer if message.payload is None else {**answer, "payload": message.payload})
        elif isinstance(message, Subscribe):
            self._subscribe(message)
        elif isinstance(message, Complete) and message.id in self._running:
            self._stop(self._running[message.id])

    async def _initialise(self, message: Init) -> None:
        if self._is_initialised:
            self.close(4429, "connection_init was sent twice.")
            return
        self._is_initialised = True
        self._timer.cancel()
        try:
            actor, expires_at = await self._authenticate(token_of(message))
        except NotSignedIn as refused:
            self.close(UNAUTHENTICATED, refused.message)
            return
        except Exception as error:  # not the client's fault: 1013 makes it try again
            log.error("socket_sign_in_failed", exc_info=error)
            self.close(1013, "Signing in is not possible now. Try again later.")
            return
        if self._is_closed:
            return
        self._actor, self._expires_at = actor, expires_at
        if actor.user_id is not None:
            self._on_signed_in(self)
        if expires_at is not None:
            self._timer = self._loop.call_later(max(0.0, expires_at - time.time()), self._expire)
        self._pinged_at = self._loop.time()
        self._send({"type": "connection_ack"})

    async def _authenticate(self, token: str | None) -> tuple[Actor, float | None]:
        if token is None:
            return ANONYMOUS, None
        while True:
            self._must_authenticate_again = False
            signed_in = await self._shared.authenticate(token)
            if not self._must_authenticate_again:
                expires_at = signed_in.expires_at
                return signed_in.actor, None if expires_at is None else expires_at.timestamp()

    def _expire(self) -> None:
        self.close(UNAUTHENTICATED, "Your token has expired. Sign in again.")

    def _subscribe(self, message: Subscribe) -> None:
        if self._actor is None:
            self.close(4401, "Send connection_init first, and wait for connection_ack.")
            return
        if message.id in self._running:
            self.close(4409, "An operation with this id is still running.")
            return
        operation = Operation(
            message.id, secrets.token_hex(8), perf_counter(), message.variables or {}, message.wants_cost
        )
        try:
            if not self._allowance.take(self._loop.time()):
                raise too_many("Too many operations were begun at once. Try again in a moment.")  # noqa: TRY301
            prepared = self._shared.prepare(operation, message, self._actor, self.address)
            self._check_room(prepared.kind)
            self._shared.rates.charge(self._actor, self.address, prepared.cost)
        except RequestRefused as refused:
            self._refuse(operation, refused.presented(operation.request_id), Outcome.REFUSED)
            return
        except RateLimited as limited:
            self._refuse(operation, [rate_limited(limited, operation.request_id)], Outcome.REFUSED)
            return
        except Exception as error:  # noqa: BLE001 - a bug of ours ends one operation, not the socket
            self._refuse(operation, present_fault(error, request_id=operation.request_id), Outcome.INTERNAL)
            return
        kind = prepared.kind
        self._running[operation.id] = operation
        self._count(kind, 1)
        work = self._follow if kind == "subscription" else self._answer
        task = asyncio.create_task(work(operation, prepared, self._actor))
        task.add_done_callback(lambda _: None if operation.is_followed else self._count(kind, -1))
        operation.stop = task.cancel

    def _check_room(self, kind: Kind) -> None:
        if kind == "subscription" and self._live >= self._limits.live:
            raise too_many(f"At most {self._limits.live} live fields can be followed on one socket.")
        if kind != "subscription" and self._in_flight >= self._limits.in_flight:
            raise too_many(f"At most {self._limits.in_flight} operations can be in flight on one socket.")

    def _count(self, kind: Kind, change: int) -> None:
        if kind == "subscription":
            self._live += change
        else:
            self._in_flight += change

    async def _answer(self, operation: Operation, prepared: Prepared, actor: Actor) -> None:
        """Execute a query or a mutation and send its result."""
        try:
            operation.context = self._shared.make_context(actor, operation.request_id, self.address)
            async with asyncio.timeout(self._limits.operation_seconds):
                with watched(Watched.OPERATION, prepared.name or prepared.kind), kept_unreadable(prepared.kind):
                    result = await execute(
                        self._shared.schema,
                        prepared.document,
                        context=operation.context,
                        variables=operation.variables,
                        operation_name=prepared.name,
                        native_datetimes=True,
                    )
            if await self.wire.drained():
                self._send_result(operation, result)
        except asyncio.CancelledError:
            self._report(operation, Outcome.REFUSED)
            raise
        except Exception as error:  # noqa: BLE001 - also a timeout; it ends one operation, not the socket
            self._fail(operation, error)

    def _send_result(self, operation: Operation, result: ExecutionResult) -> None:
        errors = result.errors or []
        if errors and result.data is None and all(error.path is None for error in errors):
            self._refuse(operation, present(errors, request_id=operation.request_id), Outcome.REFUSED)
            return
        payload = encode_result(result, request_id=operation.request_id, extensions=self._shared.shown_cost(operation))
        self._running.pop(operation.id)
        if not self._is_closed:
            self.wire.write(b'{"id":', encode(operation.id), b',"type":"next","payload":', payload, b"}")
            self._send({"id": operation.id, "type": "complete"})
        self._report(operation, Outcome.ERRORS if errors else Outcome.OK)

    async def _follow(self, operation: Operation, prepared: Prepared, actor: Actor) -> None:
        """Have a live field's stream sent, from now on."""
        shared, request_id = self._shared, operation.request_id
        try:
            operation.context = shared.make_context(actor, request_id, self.address)
            async with asyncio.timeout(self._limits.operation_seconds):
                stream = await open_stream(
                    shared.schema,
                    prepared.document,
                    context=operation.context,
                    variables=operation.variables,
                    operation_name=prepared.name,
                )
            live = LiveOperation(
                operation.text,
                prepared.document,
                prepared.name,
                operation.variables,
                cursor_variable(prepared.document, prepared.operation),
                lambda: shared.make_context(actor, request_id, None),
                request_id,
            )
            cost = self._shared.shown_cost(operation)
            leave = shared.feed.follow(
                live,
                stream,
                self.wire,
                operation.id,
                lambda error: self._fail(operation, error),
                None if cost is None else encode(cost),
            )
        except NoStream as refused:
            self._refuse(operation, present(refused.errors, request_id=request_id), Outcome.REFUSED)
        except Exception as error:  # noqa: BLE001 - also a timeout; it ends one operation, not the socket
            self._fail(operation, error)
        else:
            operation.is_followed = True

            def stop() -> None:
                leave()
                self._count("subscription", -1)

            operation.stop = stop
            self._report(operation, Outcome.OK)

    def _stop(self, operation: Operation) -> None:
        """End an operation without a word."""
        if self._running.get(operation.id) is operation:
            del self._running[operation.id]
            operation.stop()

    def _fail(self, operation: Operation, error: Exception) -> None:
        errors = present_fault(error, request_id=operation.request_id)
        extensions: Any = errors[0]["extensions"]
        self._refuse(operation, errors, _OUTCOMES.get(extensions["code"], Outcome.REFUSED))

    def _refuse(self, operation: Operation, errors: Errors, outcome: Outcome) -> None:
        """End one operation with an error message; the socket and its other operations go on."""
        if self._running.get(operation.id) is operation:
            del self._running[operation.id]
            if operation.is_followed:
                operation.stop()
        self._send({"id": operation.id, "type": "error", "payload": errors})
        self._report(operation, outcome)

    def _send(self, message: dict[str, Any]) -> None:
        if not self._is_closed:
            self.wire.write(encode(message))

    def _report(self, operation: Operation, outcome: Outcome) -> None:
        shared, prepared = self._shared, operation.prepared
        if shared.observe is None:
            return
        has_counted = shared.count_statements is not None and operation.context is not None
        shared.observe(
            Observation(
                prepared.name if prepared else None,
                prepared.kind if prepared else None,
                outcome,
                perf_counter() - operation.started,
                prepared.cost if prepared else None,
                shared.count_statements(operation.context) if shared.count_statements and has_counted else 0,
                _SWITCHED_PROTOCOLS,
                self._actor,
                operation.request_id,
            )
        )
