"""What an actor may see of projects."""

from tortoise.expressions import Q

from domain.core.actor import Actor, Permission
from domain.core.rows import EVERYTHING, NOTHING
from domain.customers.queries import visible_of_customers


def visible_projects(actor: Actor) -> Q:
    """The projects `actor` may see: those of the customers they may see, and for the company's own people all."""
    return visible_of_customers(actor)


def visible_project_categories(actor: Actor) -> Q:
    """The project categories `actor` may see: all for the company's own people, none for anybody else."""
    return EVERYTHING if actor.may(Permission.READ_COMPANY) else NOTHING
