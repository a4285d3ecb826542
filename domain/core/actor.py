"""Who is asking, and what they may do."""

from collections.abc import Iterable
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
    READ = "READ"
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
    MAINTAIN_CALENDAR_FEEDS = "MAINTAIN_CALENDAR_FEEDS"
    READ_MARGINS = "READ_MARGINS"
    APPROVE_POSTING = "APPROVE_POSTING"
    RECORD_INVOICES = "RECORD_INVOICES"
    IMPORT = "IMPORT"


_P = Permission
_MANAGER = frozenset(_P) - {_P.IMPORT, _P.MAINTAIN_DISPATCH}
# Duties as in DOMAIN.md 9.5. A manager maintains everything but the board, which is the dispatcher's; a technician
# maintains activities, of which only the own ones are visible. Web orders are written down by customers, technicians
# and programs of customers; a dispatcher takes them over. An integration feeds the board, so it may what a
# dispatcher may; and it says what it has invoiced, which is no dispatcher's.
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.SERVICE_MANAGER: _MANAGER,
    Role.DISPATCHER: frozenset(
        {
            _P.ANYONE,
            _P.SIGNED_IN,
            _P.READ,
            _P.READ_COMPANY,
            _P.MAINTAIN_ORDERS,
            _P.MAINTAIN_DISPATCH,
            _P.MAINTAIN_ACTIVITIES,
            _P.MAINTAIN_CALENDAR_FEEDS,
        }
    ),
    Role.TECHNICIAN: frozenset(
        {
            _P.ANYONE,
            _P.SIGNED_IN,
            _P.READ,
            _P.READ_COMPANY,
            _P.CREATE_WEB_ORDERS,
            _P.MAINTAIN_ACTIVITIES,
            _P.MAINTAIN_CALENDAR_FEEDS,
        }
    ),
    Role.CUSTOMER: frozenset({_P.ANYONE, _P.SIGNED_IN, _P.READ, _P.CREATE_WEB_ORDERS, _P.MAINTAIN_CALENDAR_FEEDS}),
    Role.INTEGRATION: frozenset(
        {
            _P.ANYONE,
            _P.SIGNED_IN,
            _P.READ,
            _P.READ_COMPANY,
            _P.READ_EVENTS,
            _P.MAINTAIN_ORDERS,
            _P.RECORD_INVOICES,
            _P.CREATE_WEB_ORDERS,
            _P.MAINTAIN_DISPATCH,
            _P.MAINTAIN_ACTIVITIES,
        }
    ),
}


class TokenScope(StrEnum):
    """What an API token may be given, of what its role may."""

    READ = "READ"
    EVENTS = "EVENTS"
    ORDERS = "ORDERS"
    WEB_ORDERS = "WEB_ORDERS"
    DISPATCH = "DISPATCH"


_READ = frozenset({_P.READ, _P.READ_COMPANY})
# Whoever changes things reads them too, and events say what changed. A shop that hands in web orders reads nothing.
SCOPES: dict[TokenScope, frozenset[Permission]] = {
    TokenScope.READ: _READ,
    TokenScope.EVENTS: _READ | {_P.READ_EVENTS},
    TokenScope.ORDERS: _READ | {_P.MAINTAIN_ORDERS, _P.RECORD_INVOICES},
    TokenScope.WEB_ORDERS: frozenset({_P.CREATE_WEB_ORDERS}),
    TokenScope.DISPATCH: _READ | {_P.MAINTAIN_DISPATCH, _P.MAINTAIN_ACTIVITIES},
}
_UNSCOPED = frozenset({_P.ANYONE, _P.SIGNED_IN})


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
    scopes: frozenset[TokenScope] | None = None

    @property
    def key(self) -> str:
        """The name under which this actor's idempotency keys and undo history are kept."""
        return f"user:{self.user_id}" if self.user_id is not None else f"system:{self.name}"

    @property
    def view(self) -> tuple[Role | None, frozenset[Permission], int | None, int | None]:
        """Who has an equal view sees equal rows and values, so what was read for one may be shown to the other."""
        own_worker = self.worker_id if self.role is Role.TECHNICIAN else None
        own_customer = self.customer_id if self.role is Role.CUSTOMER else None
        return (self.role, self.permissions, own_worker, own_customer)

    def may(self, permission: Permission) -> bool:
        """Whether this actor holds `permission`."""
        return permission in self.permissions

    def lacks_scope(self, permission: Permission) -> TokenScope | None:
        """The scope that keeps an API token from what its role may; None when it is not for want of one."""
        if self.scopes is None or self.role is None or permission not in PERMISSIONS[self.role] - self.permissions:
            return None
        return next(scope for scope, granted in SCOPES.items() if permission in granted)


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
    scopes: Iterable[TokenScope] | None = None,
) -> Actor:
    """The actor with the permissions of `role`, for an API token as far as its scopes grant them."""
    permissions, given = PERMISSIONS[role], None
    if scopes is not None:
        given = frozenset(scopes)
        permissions &= _UNSCOPED.union(*(SCOPES[scope] for scope in given))
    return Actor(user_id, name, role, permissions, worker_id, customer_id, session_id, given)
