"""What an actor may see of workers and dispatch teams."""

from tortoise.expressions import Q

from domain.core.actor import Actor, Permission
from domain.core.rows import EVERYTHING, NOTHING


def visible_workers(actor: Actor) -> Q:
    """The workers `actor` may see: all for the company's own people, none for anybody else."""
    return EVERYTHING if actor.may(Permission.READ_COMPANY) else NOTHING


def visible_teams(actor: Actor) -> Q:
    """The dispatch teams `actor` may see: all for the company's own people, none for anybody else."""
    return EVERYTHING if actor.may(Permission.READ_COMPANY) else NOTHING
