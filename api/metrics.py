"""Counts and times for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from api.http.endpoint import Observation
from api.live.connections import Sockets
from api.live.streams import FeedCounters
from db.relay import Relay

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_STATEMENTS = (0, 1, 2, 3, 5, 8, 13, 21, 34, 55)
# An operation's name is the caller's own text: the first so many get a series of their own, the rest share one.
_MOST_NAMES = 200


class _Live(Collector):
    """What is read off the live parts at the moment somebody asks."""

    def __init__(self, relay: Relay, counters: FeedCounters, sockets: Sockets) -> None:
        self._relay, self._counters, self._sockets = relay, counters, sockets

    def collect(self) -> list[Metric]:
        """The present values."""
        counters = self._counters
        return [
            GaugeMetricFamily("tavle_live_followers", "Live fields followed now.", counters.followers),
            GaugeMetricFamily("tavle_live_groups", "Groups of followers that share frames.", counters.groups),
            CounterMetricFamily("tavle_live_frames", "Frames sent to followers.", counters.frames),
            CounterMetricFamily("tavle_live_snapshots", "Snapshots read for followers.", counters.snapshots),
            CounterMetricFamily("tavle_live_renderings", "Answers rendered for groups.", counters.renderings),
            CounterMetricFamily("tavle_live_failures", "Failures of following that were retried.", counters.failures),
            GaugeMetricFamily("tavle_sockets", "Open websockets.", len(self._sockets)),
            GaugeMetricFamily("tavle_relay_position", "Newest event known to this process.", self._relay.last),
            GaugeMetricFamily(
                "tavle_relay_lag_seconds", "Age of the oldest event not yet read.", self._relay.lag_seconds
            ),
        ]


class Metrics:
    """The measurements of one process."""

    def __init__(self, relay: Relay, counters: FeedCounters, sockets: Sockets) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "tavle_requests",
            "Operations by name, kind and outcome.",
            ("operation", "kind", "outcome"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "tavle_request_seconds", "Time to the answer, seconds.", ("kind",), buckets=_SECONDS, registry=self.registry
        )
        self._statements = Histogram(
            "tavle_request_statements",
            "Database statements per operation.",
            ("kind",),
            buckets=_STATEMENTS,
            registry=self.registry,
        )
        self.registry.register(_Live(relay, counters, sockets))
        self._names: set[str] = set()

    def count(self, seen: Observation) -> None:
        """Take one finished operation into account."""
        kind = seen.kind or "none"
        self._requests.labels(self._name(seen.operation_name), kind, seen.outcome.value).inc()
        self._seconds.labels(kind).observe(seen.seconds)
        self._statements.labels(kind).observe(seen.statements)

    async def page(self, _request: Request) -> Response:
        """Everything, in Prometheus' text format."""
        return Response(generate_latest(self.registry), media_type=CONTENT_TYPE)

    def _name(self, name: str | None) -> str:
        if name is None:
            return ""
        if name not in self._names:
            if len(self._names) >= _MOST_NAMES:
                return "other"
            self._names.add(name)
        return name
