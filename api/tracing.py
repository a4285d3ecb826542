"""Traces for OpenTelemetry, with the extra `tavle[tracing]`: request, operation, change, statements, live frames."""

from collections import OrderedDict
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from opentelemetry import context as contexts
from opentelemetry import propagate, trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from db.backends.postgres import CountedTransaction
from db.backends.sqlite import ImmediateTransaction
from db.tracing import Kind, Note, set_watcher, watch_statements

_MOST_CHANGES = 2_000
_LONGEST_STATEMENT = 2_000
_SERVER_ERROR = 500


class Traces:
    """The spans of one process, from when it is set as the watcher until it is stopped."""

    def __init__(self, processor: SpanProcessor | None = None) -> None:
        """Send spans to `processor`; unless given, by OTLP to where OTEL_EXPORTER_OTLP_ENDPOINT says."""
        self._provider = TracerProvider(resource=Resource.create({"service.name": "tavle"}))
        self._provider.add_span_processor(processor or BatchSpanProcessor(_otlp()))
        self._tracer = self._provider.get_tracer("tavle")
        # Which change made which event, for the frames that tell of it.
        self._changes: OrderedDict[str, trace.SpanContext] = OrderedDict()

    def start(self) -> None:
        """Watch everything from now on."""
        watch_statements(CountedTransaction, ImmediateTransaction)
        set_watcher(self)

    def stop(self) -> None:
        """Watch nothing any more, and send what is left."""
        set_watcher(None)
        self._provider.shutdown()

    def watch(self, kind: Kind, name: str) -> AbstractContextManager[Note]:
        """A span that is the parent of what is done in it."""
        return self._watch(kind, name)

    @contextmanager
    def _watch(self, kind: Kind, name: str) -> Generator[Note]:
        with self._tracer.start_as_current_span(_title(kind, name), attributes=_attributes(kind, name)) as span:

            def note(**facts: str | int) -> None:
                for key, fact in facts.items():
                    span.set_attribute(f"tavle.{key}", fact)
                cursor = str(facts.get("cursor", ""))
                if kind is Kind.CHANGE and cursor:
                    self._remember(cursor, span.get_span_context())
                elif kind is Kind.FRAME and cursor in self._changes:
                    span.add_link(self._changes[cursor])

            yield note

    def here(self) -> Callable[[str], Callable[[], None]]:
        """What begins a statement's span below the one under way here, and gives what ends it."""
        parent, tracer, kind = contexts.get_current(), self._tracer, Kind.STATEMENT
        return lambda sql: tracer.start_span(_title(kind, sql), parent, attributes=_attributes(kind, sql)).end

    def requests(self, app: ASGIApp) -> ASGIApp:
        """The application with a span for each HTTP request, below that of whoever sent it."""

        async def traced(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            headers = {name.decode("latin-1"): text.decode("latin-1") for name, text in scope["headers"]}
            title, parent = f"{scope['method']} {scope['path']}", propagate.extract(headers)
            with self._tracer.start_as_current_span(title, parent, kind=trace.SpanKind.SERVER) as span:

                async def noting(message: Message) -> None:
                    if message["type"] == "http.response.start":
                        _note_answer(span, message)
                    await send(message)

                await app(scope, receive, noting)

        return traced

    def _remember(self, cursor: str, change: trace.SpanContext) -> None:
        self._changes[cursor] = change
        if len(self._changes) > _MOST_CHANGES:
            self._changes.popitem(last=False)


def _note_answer(span: trace.Span, message: Message) -> None:
    span.set_attribute("http.response.status_code", message["status"])
    for name, text in message.get("headers", ()):
        if name == b"x-request-id":
            span.set_attribute("tavle.request_id", text.decode("latin-1"))
    if message["status"] >= _SERVER_ERROR:
        span.set_status(trace.StatusCode.ERROR)


def _title(kind: Kind, name: str) -> str:
    return name.split(None, 1)[0] if kind is Kind.STATEMENT else f"{kind} {name}"


def _attributes(kind: Kind, name: str) -> dict[str, str]:
    # Parameters are not in the text, so no customer's data is.
    return {"db.query.text": name[:_LONGEST_STATEMENT]} if kind is Kind.STATEMENT else {f"tavle.{kind}": name}


def _otlp() -> Any:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter()
