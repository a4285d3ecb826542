"""What every resolver is given."""

from dataclasses import dataclass, field

from api.auth import Sessions
from api.rates import Attempts
from api.settings import Settings
from db.health import Statements, begin_counting
from db.relay import Relay
from domain.core.actor import Actor


@dataclass(frozen=True, slots=True)
class Services:
    """What all operations of one process share."""

    settings: Settings
    sessions: Sessions
    relay: Relay
    attempts: Attempts = field(default_factory=Attempts)


@dataclass(slots=True)
class Context:
    """One caller and one operation. Made anew for each operation, over a socket too, in the task that runs it."""

    actor: Actor
    request_id: str
    services: Services
    address: str | None = None
    counted: Statements = field(default_factory=begin_counting)
