"""Tables of stages: the tree that service orders pass through, the phases it gives visits, and reasons on the way."""

from typing import Any

from tortoise import fields
from tortoise.models import Model


class ActivityPhase(Model):
    """How far the visits of an order are, in the company's own words, for example waiting for parts."""

    id = fields.IntField(primary_key=True)
    number = fields.CharField(max_length=20, unique=True)
    name = fields.CharField(max_length=120)
    version = fields.IntField(default=1)

    class Meta:
        table = "activity_phase"


class Stage(Model):
    """A step of service orders: what an order in it allows, and what entering it asks and does."""

    id = fields.IntField(primary_key=True)
    number = fields.CharField(max_length=20, unique=True)
    name = fields.CharField(max_length=120)
    parent: Any = fields.ForeignKeyField("tavle.Stage", null=True, related_name="children", on_delete=fields.RESTRICT)
    parent_id: int | None
    # Follows from the stages below it; kept here, because what an order may do now is read without them.
    has_next = fields.BooleanField(default=False)
    allow_delete = fields.BooleanField(default=False)
    allow_modify = fields.BooleanField(default=False)
    allow_cancel = fields.BooleanField(default=False)
    allow_post = fields.BooleanField(default=False)
    stops_time_recording = fields.BooleanField(default=False)
    require_reason = fields.BooleanField(default=False)
    # What the open visits of an order that enters it are in from then on; None changes nothing.
    activity_phase: Any = fields.ForeignKeyField(
        "tavle.ActivityPhase", null=True, related_name="stages", on_delete=fields.RESTRICT
    )
    activity_phase_id: int | None
    version = fields.IntField(default=1)

    class Meta:
        table = "stage"


class StageReasonCode(Model):
    """Why an order went where it went."""

    id = fields.IntField(primary_key=True)
    number = fields.CharField(max_length=20, unique=True)
    name = fields.CharField(max_length=120)
    version = fields.IntField(default=1)

    class Meta:
        table = "stage_reason_code"
