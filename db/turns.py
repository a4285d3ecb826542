"""Turns: among several servers on one database, one at a time does what is to be done alone."""

from datetime import datetime

from tortoise import fields
from tortoise.expressions import Q
from tortoise.models import Model

from db.transaction import transaction


class Turn(Model):
    """When something that one server does at a time is due, and who is at it until when."""

    name = fields.CharField(max_length=60, primary_key=True)
    due_at = fields.DatetimeField()
    holder = fields.CharField(max_length=32, null=True)
    held_until = fields.DatetimeField(null=True)

    class Meta:
        table = "turn"


async def take_turn(name: str, holder: str, *, now: datetime, until: datetime) -> bool:
    """Whether the turn `name` is due and free, and now `holder`'s until `until`."""
    # Looked at first: a write at every look would take the database's lock for nothing, most of the time.
    known = await Turn.filter(name=name).first()
    if known is not None and (known.due_at > now or (known.held_until is not None and known.held_until > now)):
        return False
    async with transaction():
        if known is None:
            await Turn.bulk_create([Turn(name=name, due_at=now)], ignore_conflicts=True)
        free = Q(held_until=None) | Q(held_until__lte=now)
        taken = await Turn.filter(free, name=name, due_at__lte=now).update(holder=holder, held_until=until)
    return bool(taken)


async def keep_turn(name: str, holder: str, *, until: datetime) -> None:
    """Hold the turn longer, if it is still `holder`'s."""
    async with transaction():
        await Turn.filter(name=name, holder=holder).update(held_until=until)


async def end_turn(name: str, holder: str, *, due_at: datetime) -> None:
    """Give the turn back, if it is still `holder`'s; it is due again at `due_at`."""
    async with transaction():
        await Turn.filter(name=name, holder=holder).update(due_at=due_at, holder=None, held_until=None)
