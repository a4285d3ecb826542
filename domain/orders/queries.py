"""What an actor may see of service orders and activities."""

from tortoise.expressions import Q

from domain.core.actor import Actor, Permission, Role
from domain.core.rows import EVERYTHING, NOTHING


def visible_orders(actor: Actor) -> Q:
    """The service orders `actor` may see: a technician's have an activity or line of theirs, or they answer for it."""
    if actor.role is Role.TECHNICIAN:
        own = actor.worker_id
        return (
            NOTHING if own is None else Q(activities__worker_id=own) | Q(lines__worker_id=own) | Q(responsible_id=own)
        )
    if actor.role is Role.CUSTOMER:
        return NOTHING if actor.customer_id is None else Q(customer_id=actor.customer_id)
    return EVERYTHING if actor.may(Permission.READ_COMPANY) else NOTHING


def visible_activities(actor: Actor) -> Q:
    """The service activities `actor` may see: a technician's own, a customer's own orders'."""
    if actor.role is Role.TECHNICIAN:
        return NOTHING if actor.worker_id is None else Q(worker_id=actor.worker_id)
    if actor.role is Role.CUSTOMER:
        return NOTHING if actor.customer_id is None else Q(order__customer_id=actor.customer_id)
    return EVERYTHING if actor.may(Permission.READ_COMPANY) else NOTHING


def visible_reasons(actor: Actor) -> Q:
    """The reasons `actor` may see: a technician's are those of the orders they may see; no customer sees any."""
    if actor.role is Role.TECHNICIAN:
        own = actor.worker_id
        return NOTHING if own is None else _of_own_orders(own) | Q(order__lines__worker_id=own)
    return EVERYTHING if actor.may(Permission.READ_COMPANY) else NOTHING


def visible_lines(actor: Actor) -> Q:
    """The order lines `actor` may see: those of the orders they may see."""
    if actor.role is Role.TECHNICIAN:
        own = actor.worker_id
        return NOTHING if own is None else _of_own_orders(own) | Q(worker_id=own)
    if actor.role is Role.CUSTOMER:
        return NOTHING if actor.customer_id is None else Q(order__customer_id=actor.customer_id)
    return EVERYTHING if actor.may(Permission.READ_COMPANY) else NOTHING


def visible_requirements(actor: Actor) -> Q:
    """The item requirements `actor` may see: a technician's are those of the orders they may see."""
    if actor.role is Role.TECHNICIAN:
        own = actor.worker_id
        return NOTHING if own is None else _of_own_orders(own) | Q(order__lines__worker_id=own)
    return EVERYTHING if actor.may(Permission.READ_COMPANY) else NOTHING


def _of_own_orders(worker_id: int) -> Q:
    """What belongs to the orders that a technician works on or answers for."""
    return Q(order__activities__worker_id=worker_id) | Q(order__responsible_id=worker_id)
