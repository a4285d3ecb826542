"""What an actor may see of items."""

from tortoise.expressions import Q

from domain.core.actor import Actor, Permission
from domain.core.rows import EVERYTHING, NOTHING


def visible_items(actor: Actor) -> Q:
    """The items `actor` may see: all for the company's own people, none for anybody else."""
    return EVERYTHING if actor.may(Permission.READ_COMPANY) else NOTHING
