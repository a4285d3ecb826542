"""The table of planning runs."""

from tortoise import fields
from tortoise.models import Model

from domain.planning.rules import RunStatus


class PlanningRun(Model):
    """Planning of many agreements in batches: what was asked for, how far it has come, and what came of it."""

    id = fields.IntField(primary_key=True)
    status = fields.CharEnumField(RunStatus, max_length=10, default=RunStatus.WAITING, db_index=True)
    from_on = fields.DateField()
    to_on = fields.DateField()
    transaction_types: list[str] = fields.JSONField()
    continuous = fields.BooleanField(default=False)
    # The agreements asked for; None for all there are.
    agreement_ids: list[int] | None = fields.JSONField(null=True)
    # Everything of agreements up to this one is done; of the next one, maybe some.
    done_up_to = fields.IntField(default=0)
    begun_next = fields.BooleanField(default=False)
    agreements_total = fields.IntField()
    agreements_done = fields.IntField(default=0)
    orders_created = fields.IntField(default=0)
    lines_created = fields.IntField(default=0)
    lines_there = fields.IntField(default=0)
    lines_skipped = fields.IntField(default=0)
    calendar_conflicts = fields.IntField(default=0)
    problem = fields.CharField(max_length=1000, null=True)
    created_at = fields.DatetimeField()
    created_by = fields.CharField(max_length=120)
    user_id = fields.IntField(null=True)
    by_clock = fields.BooleanField(default=False)
    ended_at = fields.DatetimeField(null=True)
    version = fields.IntField(default=1)

    class Meta:
        table = "planning_run"
