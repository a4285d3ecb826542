"""Who is asking, and what they may do."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a signed-in person or program is to the company."""

    SERVICE_MANAGER = "SERVICE_MANAGER"
    DISPATCHER = "DISPATCHER"
    TECHNICIAN = "TECHNICIAN"
    CUSTOMER = "CUSTOMER"
    INTEGRATION = "INTEGRATION"


class Permission(StrEnum):
    """What an operation may require. ANYONE needs no sign-in; SIGNED_IN needs nothing more than one."""

    ANYONE = "ANYONE"
    SIGNED_IN = "SIGNED_IN"
    MAINTAIN_USERS = "MAINTAIN_USERS"
    MAINTAIN_PARAMETERS = "MAINTAIN_PARAMETERS"
    MAINTAIN_MASTER_DATA = "MAINTAIN_MASTER_DATA"
    MAINTAIN_ORDERS = "MAINTAIN_ORDERS"
    CREATE_WEB_ORDERS = "CREATE_WEB_ORDERS"
    MAINTAIN_DISPATCH = "MAINTAIN_DISPATCH"
    MAINTAIN_ACTIVITIES = "MAINTAIN_ACTIVITIES"
    READ_COMPANY = "READ_COMPANY"
    READ_AUDIT = "READ_AUDIT"
    READ_EVENTS = "READ_EVENTS"
    MAINTAIN_WEBHOOKS = "MAINTAIN_WEBHOOKS"
    READ_MARGINS = "READ_MARGINS"
    APPROVE_POSTING = "APPROVE_POSTING"
    IMPORT = "IMPORT"


_P = Permission
_MANAGER = frozenset(_P) - {_P.IMPORT, _P.MAINTAIN_DISPATCH}
# Duties as in DOMAIN.md 9.5. A manager maintains everything but the board, which is the dispatcher's; a technician
# maintains activities, of which only the own ones are visible. Web orders are written down by customers, technicians
# and programs of customers; a dispatcher takes them over. An integration feeds the board, so it may what a
# dispatcher may.
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.SERVICE_MANAGER: _MANAGER,
    Role.DISPATCHER: frozenset(
        {
            _P.ANYONE,
            _P.SIGNED_IN,
            _P.READ_COMPANY,
            _P.MAINTAIN_ORDERS,
            _P.MAINTAIN_DISPATCH,
            _P.MAINTAIN_ACTIVITIES,
        }
    ),
    Role.TECHNICIAN: frozenset(
        {_P.ANYONE, _P.SIGNED_IN, _P.READ_COMPANY, _P.CREATE_WEB_ORDERS, _P.MAINTAIN_ACTIVITIES}
    ),
    Role.CUSTOMER: frozenset({_P.ANYONE, _P.SIGNED_IN, _P.CREATE_WEB_ORDERS}),
    Role.INTEGRATION: frozenset(
        {
            _P.ANYONE,
            _P.SIGNED_IN,
            _P.READ_COMPANY,
            _P.READ_EVENTS,
            _P.MAINTAIN_ORDERS,
            _P.CREATE_WEB_ORDERS,
            _P.MAINTAIN_DISPATCH,
            _P.MAINTAIN_ACTIVITIES,
        }
    ),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """The person or program on whose behalf something is read or changed."""

    user_id: int | None
    name: str
    role: Role | None
    permissions: frozenset[Permission]
    worker_id: int | None = None
    customer_id: int | None = None
    session_id: int | None = None

    @property
    def key(self) -> str:
        """The name under which this actor's idempotency keys and undo history are kept."""
        return f"user:{self.user_id}" if self.user_id is not None else f"system:{self.name}"

    @property
    def scope(self) -> tuple[Role | None, int | None, int | None]:
        """Equal scopes see equal rows, so what was read for one may be shown to the other."""
        own_worker = self.worker_id if self.role is Role.TECHNICIAN else None
        own_customer = self.customer_id if self.role is Role.CUSTOMER else None
        return (self.role, own_worker, own_customer)

    def may(self, permission: Permission) -> bool:
        """Whether this actor holds `permission`."""
        return permission in self.permissions


ANONYMOUS = Actor(user_id=None, name="anonymous", role=None, permissions=frozenset({Permission.ANYONE}))
SYSTEM = Actor(user_id=None, name="Tavle", role=Role.SERVICE_MANAGER, permissions=frozenset(Permission))


def actor_of(
    role: Role,
    *,
    user_id: int | None,
    name: str,
    worker_id: int | None = None,
    customer_id: int | None = None,
    session_id: int | None = None,
) -> Actor:
    """The actor with the permissions of `role`."""
    return Actor(user_id, name, role, PERMISSIONS[role], worker_id, customer_id, session_id)
