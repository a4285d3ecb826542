"""Traces: from the request over the operation and the change to the statements, and to the frame that tells of it."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncGenerator, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pydantic import SecretStr

from api import app as application
from api.settings import Settings, SettingsError
from api.tracing import Traces
from db import tracing
from domain.core.actor import Role
from tests.builders.boards import a_booking, a_dispatched_worker
from tests.builders.sockets import Client
from tests.serving import SECRET, Server, serving

TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
PRIORITISE = """mutation Prioritise($id: ID!) {
  setActivityPriority(input: {activity: {id: $id}, priority: HIGH}) { cursor activity { id priority } } }"""
BOARD = """subscription Board { dispatchBoard(input: {from: "2026-11-23"}) {
  __typename cursor ... on ActivityChanged { activity { id priority } } } }"""


@pytest.fixture
def exported() -> Iterator[InMemorySpanExporter]:
    """The spans that were sent."""
    exporter = InMemorySpanExporter()
    yield exporter
    tracing.set_watcher(None)


@pytest.fixture
async def traced(
    database_url: str, exported: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Server]:
    """The product with traces."""
    monkeypatch.setattr(application, "_traces", lambda: Traces(SimpleSpanProcessor(exported)))
    settings = Settings(database_url=database_url, secret=SecretStr(SECRET), tracing=True)
    async with serving(settings) as running:
        yield running


def named(exported: InMemorySpanExporter, name: str) -> ReadableSpan:
    [found] = [span for span in exported.get_finished_spans() if span.name == name]
    return found


def below(exported: InMemorySpanExporter, parent: ReadableSpan) -> list[ReadableSpan]:
    """The spans right below one, in the order they ended."""
    spans, own = exported.get_finished_spans(), parent.get_span_context()
    assert own is not None
    return [span for span in spans if span.parent is not None and span.parent.span_id == own.span_id]


async def test_a_change_is_traced_from_the_request_to_the_frame(traced: Server, exported: InMemorySpanExporter) -> None:
    activity = await a_booking(await a_dispatched_worker())
    token = await traced.token(Role.DISPATCHER)
    async with Client(traced.url.replace("http", "ws", 1) + "/graphql", {}) as client:
        await client.sign_in(token)
        await client.subscribe(BOARD, "live")
        await client.receive()
        exported.clear()
        async with httpx.AsyncClient() as sender:
            answer = await sender.post(
                f"{traced.url}/graphql",
                json={"query": PRIORITISE, "variables": {"id": f"act_{activity.id}"}},
                headers={"Authorization": f"Bearer {token}", "traceparent": f"00-{TRACE}-{CALLER}-01"},
            )
        told = await client.receive()
    assert told["payload"]["data"]["dispatchBoard"]["__typename"] == "ActivityChanged"
    cursor = answer.json()["data"]["setActivityPriority"]["cursor"]
    async with asyncio.timeout(30):
        while not any(span.name == "POST /graphql" for span in exported.get_finished_spans()):  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    request = named(exported, "POST /graphql")
    assert request.context is not None
    assert request.parent is not None
    assert f"{request.context.trace_id:032x}" == TRACE
    assert f"{request.parent.span_id:016x}" == CALLER
    assert request.attributes is not None
    assert request.attributes["http.response.status_code"] == 200
    assert request.attributes["tavle.request_id"] == answer.headers["x-request-id"]
    [operation] = below(exported, request)
    assert operation.name == "operation Prioritise"
    change, *read = below(exported, operation)
    assert change.name == "change domain.dispatch.operations.apply_board_changes"
    assert change.attributes is not None
    assert change.attributes["tavle.cursor"] == cursor
    statements = [span.name for span in below(exported, change)]
    # On PostgreSQL the last update goes along with the log, in one statement.
    assert "SELECT" in statements
    assert {"UPDATE", "WITH"} & set(statements)
    assert {span.name for span in read} == {"SELECT"}
    frame = named(exported, "frame Board")
    assert [link.context for link in frame.links] == [change.context]


async def test_statements_are_shown_without_their_values(traced: Server, exported: InMemorySpanExporter) -> None:
    await traced.ask('query Find { customers(filter: {search: "a secret name"}) { nodes { id } } }')

    shown = [str(span.attributes) for span in exported.get_finished_spans()]
    assert any("SELECT" in text for text in shown)
    assert not any("a secret name" in text for text in shown)


async def test_nothing_is_watched_unless_asked_for(server: Server, exported: InMemorySpanExporter) -> None:
    await server.ask("{ viewer { name } }")

    assert tracing._watcher is None
    assert tracing.watched(tracing.Kind.CHANGE, "a") is tracing.watched(tracing.Kind.FRAME, "b")
    assert exported.get_finished_spans() == ()


def test_spans_are_sent_to_where_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.append(self.path)
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Collector) as collector:
        Thread(target=collector.serve_forever, daemon=True).start()
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{collector.server_port}")
        traces = Traces()
        with traces.watch(tracing.Kind.OPERATION, "Board"):
            pass
        traces.stop()
        collector.shutdown()

    assert taken == ["/v1/traces"]


def test_the_program_needs_no_tracing_library() -> None:
    looked_for = "import sys, api.app, api.__main__; sys.exit(any('opentelemetry' in name for name in sys.modules))"

    assert subprocess.run([sys.executable, "-c", looked_for], check=False).returncode == 0


def test_without_the_extra_the_setting_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "api.tracing", None)

    with pytest.raises(SettingsError, match=r"TAVLE_TRACING: needs the extra; install tavle\[tracing\]"):
        application._traces()
