"""What every resolver is given."""

from dataclasses import dataclass, field

from api.auth import Sessions
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


@dataclass(slots=True)
class Context:
    """One caller and one operation. Made anew for each operation, over a socket too, in the task that runs it."""

    actor: Actor
    request_id: str
    services: Services
    counted: Statements = field(default_factory=begin_counting)
