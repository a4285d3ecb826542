"""What clients ask for over sockets: one operation each, with what all of them are answered by."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from graphql import GraphQLSchema

from api.documents import Documents, Prepared, RequestRefused
from api.http.endpoint import Observation, cost_shown
from api.live.connections import SocketLimits
from api.live.feed import Feed
from api.live.messages import Subscribe
from api.masking import ErrorCode
from api.rates import Rates
from api.trusted import TrustedDocuments
from domain.core.actor import Actor


class SignedIn(Protocol):
    """What a verified token stands for, until it expires."""

    @property
    def actor(self) -> Actor:
        """On whose behalf the socket is used."""

    @property
    def expires_at(self) -> Any:
        """The instant at which the token ends, or None."""


@dataclass(slots=True, eq=False)
class Operation:
    """One operation that a client began. `stop` ends it, whatever it is doing."""

    id: str
    request_id: str
    started: float
    variables: Mapping[str, Any]
    wants_cost: bool
    text: str = ""
    prepared: Prepared | None = None
    context: object = None
    is_followed: bool = False
    stop: Callable[[], object] = field(default=lambda: None)


@dataclass(frozen=True, slots=True)
class Shared:
    """What all connections share."""

    schema: GraphQLSchema
    documents: Documents
    authenticate: Callable[[str], Awaitable[SignedIn]]
    make_context: Callable[[Actor, str, str | None], object]
    feed: Feed
    observe: Callable[[Observation], None] | None
    count_statements: Callable[[Any], int] | None
    limits: SocketLimits
    trusted: TrustedDocuments
    rates: Rates

    def prepare(self, operation: Operation, message: Subscribe, actor: Actor, address: str | None) -> Prepared:
        """What a message asks for, found and measured.

        Raises: RequestRefused, RateLimited.
        """
        self.rates.check(actor, address)
        try:
            operation.text = self.trusted.text_of(message.query, message.document_id)
            operation.prepared = self.documents.prepare(operation.text, message.operation_name, message.variables)
        except RequestRefused:
            self.rates.charge_refused(actor, address)
            raise
        return operation.prepared

    def shown_cost(self, operation: Operation) -> dict[str, object] | None:
        """The cost as an answer's extensions have it, for those who asked for it."""
        if not operation.wants_cost or operation.prepared is None:
            return None
        return cost_shown(operation.prepared.cost, self.documents.limits.cost)


def too_many(message: str) -> RequestRefused:
    """What is answered when there is no room for another operation."""
    return RequestRefused(429, [{"message": message, "extensions": {"code": ErrorCode.RATE_LIMITED}}])
