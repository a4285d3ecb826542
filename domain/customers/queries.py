"""What an actor may see of customers."""

from tortoise.expressions import Q

from domain.core.actor import Actor, Permission, Role
from domain.core.rows import EVERYTHING, NOTHING


def visible_customers(actor: Actor) -> Q:
    """The customers `actor` may see: all for the company's own people, itself for a customer."""
    if actor.may(Permission.READ_COMPANY):
        return EVERYTHING
    if actor.role is Role.CUSTOMER and actor.customer_id is not None:
        return Q(id=actor.customer_id)
    return NOTHING


def visible_of_customers(actor: Actor) -> Q:
    """The contacts, addresses and projects `actor` may see: those of the customers they may see."""
    if actor.may(Permission.READ_COMPANY):
        return EVERYTHING
    if actor.role is Role.CUSTOMER and actor.customer_id is not None:
        return Q(customer_id=actor.customer_id)
    return NOTHING


def sees_customer(actor: Actor, customer_id: int | None) -> bool:
    """`visible_of_customers` of one row, whose customer this is."""
    return actor.may(Permission.READ_COMPANY) or (customer_id is not None and customer_id == actor.customer_id)


def known_addresses(_actor: Actor) -> Q:
    """The addresses of a customer that can be chosen: not those that were given for one order alone."""
    return Q(this_service_only=False)
