"""A small schema behind the real endpoint, for tests of what is true of every schema."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

import httpx
from graphql import GraphQLResolveInfo, GraphQLSchema, build_schema

from api.documents import Documents
from api.http.endpoint import GraphQLEndpoint, Observation
from api.http.requests import HTTPLimits
from api.limits import Limits
from api.rates import Rates
from api.trusted import TrustedDocuments
from domain.core.actor import Actor, Role, actor_of
from domain.core.errors import NotPermitted, NotSignedIn, Refusal, Refused

SDL = """
type Query {
  hello(name: String = "world"): String!
  when: Moment!
  me: String!
  count(number: Int!): Int!
  moment(at: Moment!): String!
  orders(first: Int = 20, last: Int, filter: OrderFilter): OrderConnection!
  workers(first: Int, after: String): OrderConnection!
  nodes(ids: [ID!]!): [Order]!
  order(by: OrderRef!): Order
  slow(seconds: Float!): Int
  secret: String
  staff: String
  refusedOnce: String
  refusedTwice: String
  broken: String
  brokenToo: String
  nothing: String!
  waited: String
  unfit: Int
  unwritable: String
}
type Mutation { bump(by: Int! = 1): Int! }
type Subscription { ticks: Int! }
type OrderConnection { nodes: [Order!]! totalCount: Int! }
type Order {
  id: ID!
  title: String
  priority: Priority
  lines: [Line!]!
  orders(first: Int): OrderConnection!
  faulty: String
}
type Line { id: ID! order: Order! }
enum Priority { HIGH LOW }
input OrderFilter { priority: Priority }
input OrderRef @oneOf { id: ID number: String }
scalar Moment
"""

DISPATCHER = actor_of(Role.DISPATCHER, user_id=7, name="Dora Dispatcher")


@dataclass
class Count:
    """What the mutation changes."""

    value: int = 0


@dataclass(frozen=True)
class SignedIn:
    """Who a token stands for."""

    actor: Actor
    expires_at: datetime | None = None


@dataclass
class Context:
    """What the toy's resolvers are given."""

    actor: Actor
    request_id: str
    count: Count = field(default_factory=Count)
    statements: int = 0


def _parse_moment(value: object) -> datetime:
    if not isinstance(value, str):
        raise TypeError(f"no text: {value!r} at /var/lib/secret")
    return datetime.fromisoformat(value)


async def _slow(_root: object, _info: GraphQLResolveInfo[Context], seconds: float) -> int:
    await asyncio.sleep(seconds)
    return 1


def _hello(_root: object, info: GraphQLResolveInfo[Context], name: str | None) -> str:
    info.context.statements += 1
    return f"Hello {name}"


def _raise(make: Callable[[], Exception]) -> Callable[..., object]:
    def resolve(_root: object, _info: GraphQLResolveInfo[Context]) -> object:
        raise make()

    return resolve


_TWICE = Refused.of(
    Refusal("NOT_FOUND", "There is no such order.", ("by", "id")),  # type: ignore[arg-type]
    Refusal("INVALID", "The end is before the start.", ("by",)),  # type: ignore[arg-type]
)


def _bump(_root: object, info: GraphQLResolveInfo[Context], by: int) -> int:
    info.context.count.value += by
    return info.context.count.value


@cache
def toy_schema() -> GraphQLSchema:
    """The schema with its resolvers."""
    schema = build_schema(SDL)
    resolvers: Mapping[str, Callable[..., object]] = {
        "hello": _hello,
        "when": lambda *_: datetime(2026, 3, 1, 12, 30, tzinfo=UTC),
        "me": lambda _root, info: info.context.actor.name,
        "count": lambda _root, _info, number: number,
        "moment": lambda _root, _info, at: at.isoformat(),
        "nodes": lambda _root, _info, ids: [{"id": each} for each in ids],
        "orders": lambda *_, **__: {"nodes": [], "totalCount": 3},
        "slow": _slow,
        "secret": _raise(NotSignedIn),
        "staff": _raise(NotPermitted),
        "refusedOnce": _raise(lambda: Refused("NOT_FOUND", "There is no such order.", ("by", 0, "id"))),
        "refusedTwice": _raise(lambda: _TWICE),
        "broken": _raise(lambda: KeyError("password=hunter2")),
        "brokenToo": _raise(lambda: RuntimeError("SELECT secret FROM vault")),
        "nothing": lambda *_: None,
        "waited": _raise(TimeoutError),
        "unfit": lambda *_: "no number: hunter2",
        "unwritable": lambda *_: "half a pair: \ud800",
    }
    assert schema.query_type is not None
    assert schema.mutation_type is not None
    for name, resolve in resolvers.items():
        schema.query_type.fields[name].resolve = resolve
    schema.mutation_type.fields["bump"].resolve = _bump
    order = schema.type_map["Order"]
    order.fields["faulty"].resolve = _raise(lambda: ValueError("hunter2"))  # type: ignore[attr-defined]
    moment: Any = schema.type_map["Moment"]
    moment.coerce_input_value = _parse_moment
    moment.coerce_output_value = lambda value: value
    return schema


async def authenticate(token: str) -> SignedIn:
    """The dispatcher for `good`, nobody for any other token."""
    if token == "explode":
        raise RuntimeError("vault is sealed")
    if token != "good":
        raise NotSignedIn("The token is not valid.")
    return SignedIn(DISPATCHER)


@dataclass
class Toy:
    """An endpoint and everything that can be seen of it from outside."""

    limits: Limits = field(default_factory=Limits)
    http_limits: HTTPLimits = field(default_factory=HTTPLimits)
    timeout: float = 10.0
    introspection: bool = True
    browser_page: Callable[..., Awaitable[None]] | None = None
    trusted: TrustedDocuments | None = None
    rates: Rates | None = None

    def __post_init__(self) -> None:
        self.count = Count()
        self.seen: list[Observation] = []
        schema = toy_schema()
        self.endpoint = GraphQLEndpoint(
            schema,
            documents=Documents(schema, self.limits, introspection=self.introspection),
            authenticate=authenticate,
            make_context=lambda actor, request_id, _address: Context(actor, request_id, self.count),
            observe=self.seen.append,
            count_statements=lambda context: context.statements,
            browser_page=self.browser_page,
            timeout=self.timeout,
            limits=self.http_limits,
            trusted=self.trusted,
            rates=self.rates,
        )

    def client(self) -> httpx.AsyncClient:
        """A client of the endpoint, in process."""
        transport = httpx.ASGITransport(app=self.endpoint, raise_app_exceptions=True)
        return httpx.AsyncClient(transport=transport, base_url="http://tavle.test")

    async def post(
        self, body: object = None, *, headers: Mapping[str, str] | None = None, **sent: Any
    ) -> httpx.Response:
        """The answer to a POST of a JSON body, or of raw `content`."""
        given = {"content-type": "application/json", "accept": "application/graphql-response+json", **(headers or {})}
        async with self.client() as client:
            if body is not None:
                return await client.post("/graphql", json=body, headers=given)
            return await client.post("/graphql", headers=given, **sent)

    async def ask(self, query: str, **variables: object) -> dict[str, Any]:
        """The body of the answer to a query."""
        answer: dict[str, Any] = (await self.post({"query": query, "variables": variables})).json()
        return answer
