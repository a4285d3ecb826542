"""Signed-in people and programs, one per role."""

from domain.core.actor import Actor, Role, actor_of

MANAGER = actor_of(Role.SERVICE_MANAGER, user_id=1, name="Mona Manager")
DISPATCHER = actor_of(Role.DISPATCHER, user_id=2, name="Dina Dispatcher")
INTEGRATION = actor_of(Role.INTEGRATION, user_id=3, name="Route planner")


def technician(worker_id: int | None = None, *, user_id: int = 4, name: str = "Tim Technician") -> Actor:
    """A technician, who sees what belongs to their own worker."""
    return actor_of(Role.TECHNICIAN, user_id=user_id, name=name, worker_id=worker_id)


def customer(customer_id: int | None = None, *, user_id: int = 5, name: str = "Kim Customer") -> Actor:
    """A customer's contact, who sees what belongs to their own customer."""
    return actor_of(Role.CUSTOMER, user_id=user_id, name=name, customer_id=customer_id)
