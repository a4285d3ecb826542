"""Tables of the people who do the work, and the teams that dispatch them."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from domain.workforce.rules import WorkerType


class DispatchTeam(Model):
    """Workers who are dispatched together, owned by an employee."""

    id = fields.IntField(primary_key=True)
    number = fields.CharField(max_length=20, unique=True)
    name = fields.CharField(max_length=120)
    owner: Any = fields.ForeignKeyField("tavle.Worker", related_name="owned_teams", on_delete=fields.RESTRICT)
    owner_id: int
    version = fields.IntField(default=1)

    class Meta:
        table = "dispatch_team"


class Worker(Model):
    """A person who carries out service, in at most one dispatch team."""

    id = fields.IntField(primary_key=True)
    number = fields.CharField(max_length=20, unique=True)
    name = fields.CharField(max_length=120)
    type = fields.CharEnumField(WorkerType, max_length=10)
    email = fields.CharField(max_length=200, null=True)
    phone = fields.CharField(max_length=40, null=True)
    active = fields.BooleanField(default=True)
    calendar: Any = fields.ForeignKeyField(
        "tavle.Calendar", null=True, related_name="workers", on_delete=fields.RESTRICT
    )
    calendar_id: int | None
    team: Any = fields.ForeignKeyField(
        "tavle.DispatchTeam", null=True, related_name="workers", on_delete=fields.RESTRICT
    )
    team_id: int | None
    version = fields.IntField(default=1)

    class Meta:
        table = "worker"
