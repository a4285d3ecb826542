"""The ASGI application: routes, start and stop."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from api.auth import Sessions
from api.calendars.endpoint import CalendarEndpoint
from api.context import Context, Services
from api.documents import Documents
from api.explorer import explorer_response, explorer_routes
from api.http.endpoint import GraphQLEndpoint, Observation
from api.live.connections import SocketLimits, Sockets
from api.live.encoding import Rendering
from api.live.feed import Feed
from api.live.socket import SocketEndpoint
from api.live.streams import FeedCounters
from api.logs import configure_logs
from api.metrics import Metrics
from api.outgoing import Outgoing
from api.papers.endpoint import PaperEndpoint
from api.rates import Attempts, Rates
from api.resolvers.events import message
from api.schema.build import schema
from api.selection import check_entities
from api.settings import Settings, SettingsError, load_settings
from api.trusted import DocumentsError, TrustedDocuments
from db.lifecycle import database, ping
from db.outbox import Event
from db.relay import Relay
from domain.core.actor import Actor
from domain.core.housekeeping import housekeeping
from domain.core.operation import finish_running
from domain.core.timetable import JOBS, keep_timetable
from domain.planning import jobs as _planning  # noqa: F401 - declares what is done by the clock
from domain.webhooks.delivery import telling

DEMO_TOKEN = "demo-dispatcher"  # noqa: S105 - public, and accepted in demo mode only
_LONGEST_LAG_SECONDS = 5.0
_LONGEST_ANSWER_SECONDS = 3.0

log = structlog.get_logger()


def create_app(settings: Settings | None = None, *, moving: bool = False) -> Starlette:
    """The application, with the settings of the environment unless given; `moving` lets demo dispatchers work."""
    settings = settings or load_settings()
    configure_logs(settings)
    return _Parts(settings, moving=moving).app()


class _Application(Starlette):
    """Starlette, with a short way to the one route that nearly every request takes."""

    def __init__(
        self,
        endpoint: ASGIApp,
        routes: list[BaseRoute],
        lifespan: Callable[[Starlette], AbstractAsyncContextManager[None]],
    ) -> None:
        super().__init__(routes=routes, lifespan=lifespan)
        self._endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "http" and scope["path"] == "/graphql":
            await self._endpoint(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


class _Parts:
    """The parts of one process, put together."""

    def __init__(self, settings: Settings, *, moving: bool) -> None:
        self.settings = settings
        self.moving = moving
        self.relay = Relay(settings.database_url)
        self.sessions = Sessions(settings.secret.get_secret_value(), demo_tokens=_demo_tokens(settings))
        self.services = Services(settings, self.sessions, self.relay, Attempts(settings.sign_in_attempts))
        self.rates = Rates(settings.cost_per_minute)
        secret = settings.secret.get_secret_value()
        self.papers = PaperEndpoint(secret, authenticate=self.sessions.authenticate, rates=self.rates)
        self.calendars = CalendarEndpoint(self.rates)
        try:
            self.trusted = TrustedDocuments(settings.trusted_documents, settings.documents)
        except DocumentsError as error:
            raise SettingsError(f"TAVLE_DOCUMENTS: {error}") from error
        self.traces = _traces() if settings.tracing else None
        self.counters = FeedCounters()
        self.sockets = Sockets()
        self.feed = Feed(self.relay, Rendering(schema), counters=self.counters)
        self.metrics = Metrics(self.relay, self.counters, self.sockets)
        self.documents = Documents(schema, introspection=settings.allows_introspection)
        self.asking: asyncio.Task[list[str]] | None = None
        self.relay.on_event(self.heed)

    def app(self) -> Starlette:
        """The routes, and what happens at start and stop."""
        settings, demo_token = self.settings, DEMO_TOKEN if self.settings.mode == "demo" else None

        async def browser_page(scope: Scope, receive: Receive, send: Send) -> None:
            await explorer_response(Request(scope), demo_token=demo_token)(scope, receive, send)

        endpoint = GraphQLEndpoint(
            schema,
            documents=self.documents,
            authenticate=self.sessions.authenticate,
            make_context=self.make_context,
            observe=self.observe,
            count_statements=_statements,
            browser_page=browser_page if settings.serves_explorer else None,
            trusted=self.trusted,
            rates=self.rates,
            timeout=settings.operation_seconds,
        )
        socket = SocketEndpoint(
            schema,
            documents=self.documents,
            authenticate=self.sessions.authenticate,
            make_context=self.make_context,
            feed=self.feed,
            sockets=self.sockets,
            observe=self.observe,
            count_statements=_statements,
            limits=SocketLimits(operation_seconds=settings.operation_seconds),
            trusted=self.trusted,
            rates=self.rates,
        )
        routes: list[BaseRoute] = [
            Route("/graphql", endpoint, methods=None),
            WebSocketRoute("/graphql", socket),
            Route("/documents/{kind}/{order}.pdf", self.papers.answer),
            Route("/calendars/{token}.ics", self.calendars.answer),
            Route("/healthz", _healthy),
            Route("/readyz", self.ready),
            Route("/metrics", self.metrics.page),
        ]
        if settings.allows_introspection:
            routes.append(Route("/schema.graphql", _schema_file))
        if settings.serves_explorer:
            routes += [Route("/", _to_explorer), *explorer_routes(demo_token=demo_token)]
        return _Application(endpoint if self.traces is None else self.traces.requests(endpoint), routes, self.lifespan)

    @asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncGenerator[None]:
        """Open the database and the relay; at the end drain the sockets before anything else goes."""
        async with database(self.settings.database_url):
            check_entities(schema)
            await self.relay.start()
            if self.traces is not None:
                self.traces.start()
            outgoing = Outgoing(private_allowed=self.settings.webhook_private_addresses)
            kept = [housekeeping(self.settings.keep_events_days), telling(outgoing.send, message)]
            started = [asyncio.create_task(keep_timetable([*JOBS.values(), *kept]))]
            if self.moving:
                started.append(_moves())
            log.info("started", mode=self.settings.mode)
            try:
                yield
            finally:
                for task in started:
                    task.cancel()
                await self.sockets.drain()
                await asyncio.gather(*started, return_exceptions=True)
                await outgoing.close()
                await self.feed.stop()
                await finish_running()
                await self.relay.stop()
                if self.traces is not None:
                    await asyncio.to_thread(self.traces.stop)
                log.info("stopped")

    def make_context(self, actor: Actor, request_id: str, address: str | None) -> Context:
        """The context of one operation."""
        return Context(actor, request_id, self.services, address)

    def heed(self, event: Event) -> None:
        """Let what has happened to users and sessions take effect here."""
        self.sessions.heed(event)
        if event.subject_type == "user_account":
            self.sockets.revoke(user_id=event.subject_id)
        elif event.kind == "session_ended":
            self.sockets.revoke(session_id=event.subject_id)
        elif event.kind == "worker_changed" and event.body["after"]["active"] is False:
            self.sockets.revoke(worker_id=event.subject_id)
        elif event.kind == "api_token_ended":
            self.sockets.revoke(user_id=event.body["before"]["user_id"])

    def observe(self, seen: Observation) -> None:
        """Measure and log one finished operation."""
        self.metrics.count(seen)
        log.info(
            "request",
            request_id=seen.request_id,
            actor=seen.actor.key if seen.actor else None,
            operation=seen.operation_name,
            kind=seen.kind,
            outcome=seen.outcome.value,
            status=seen.status,
            cost=seen.cost,
            statements=seen.statements,
            milliseconds=round(seen.seconds * 1000, 2),
        )

    async def ready(self, _request: Request) -> Response:
        """Whether this process can serve: database, migrations, relay."""
        from db.migrating import OtherMigrationsError

        problems: dict[str, str] = {}
        try:
            lacking = await self.ask_database()
            if lacking:
                problems["migrations"] = f"Run `tavle migrate`: {', '.join(lacking)}."
        except OtherMigrationsError as error:
            problems["migrations"] = str(error)
        except Exception as error:  # noqa: BLE001 - whatever it is, we are not ready
            log.warning("not_ready", error=str(error))
            problems["database"] = "The database does not answer."
        if self.relay.lag_seconds > _LONGEST_LAG_SECONDS:
            problems["relay"] = f"The event log is {self.relay.lag_seconds:.1f} s ahead of this process."
        return JSONResponse({"ready": not problems, "problems": problems}, 503 if problems else 200)

    async def ask_database(self) -> list[str]:
        """The migrations that the database lacks, if it answers.

        Raises:
            TimeoutError: it is silent.
        """
        # Who asks again while nothing has come waits for the same answer: a silent database is not asked more often.
        if self.asking is None or self.asking.done():
            self.asking = asyncio.create_task(_lacking(self.settings.database_url))
        answered, _ = await asyncio.wait({self.asking}, timeout=_LONGEST_ANSWER_SECONDS)
        if not answered:
            raise TimeoutError
        return self.asking.result()


async def _lacking(database_url: str) -> list[str]:
    from db.migrating import pending_migrations

    await ping()
    return await pending_migrations(database_url)


def _traces() -> Any:
    try:
        from api.tracing import Traces
    except ImportError as error:
        raise SettingsError("TAVLE_TRACING: needs the extra; install tavle[tracing].") from error
    return Traces()


def _demo_tokens(settings: Settings) -> Mapping[str, str] | None:
    if settings.mode != "demo":
        return None
    from api.demo import TOKENS

    return TOKENS


def _moves() -> asyncio.Task[None]:
    """The demo's dispatchers at work."""
    from api.demo import keep_moving

    return asyncio.create_task(keep_moving())


def _statements(context: Context) -> int:
    return context.counted.count


async def _healthy(_request: Request) -> Response:
    """Whether the process answers at all."""
    return PlainTextResponse("ok\n")


async def _schema_file(_request: Request) -> Response:
    """The schema as committed in `schema.graphql`."""
    from api.schema.build import printed_schema

    return PlainTextResponse(printed_schema())


async def _to_explorer(_request: Request) -> Response:
    return RedirectResponse("/explorer")
