"""Tables of calendar feeds and of what they have shown."""

from typing import Any

from tortoise import fields
from tortoise.models import Model


class CalendarFeed(Model):
    """An address under which a calendar program finds a worker's or a customer's visits, kept only as a hash."""

    id = fields.IntField(primary_key=True)
    name = fields.CharField(max_length=120)
    token_hash = fields.CharField(max_length=64, unique=True)
    worker: Any = fields.ForeignKeyField(
        "tavle.Worker", null=True, related_name="calendar_feeds", on_delete=fields.RESTRICT
    )
    worker_id: int | None
    customer: Any = fields.ForeignKeyField(
        "tavle.Customer", null=True, related_name="calendar_feeds", on_delete=fields.RESTRICT
    )
    customer_id: int | None
    # Who made it for themselves; None of one that was made for somebody.
    user: Any = fields.ForeignKeyField("tavle.User", null=True, related_name="calendar_feeds", on_delete=fields.CASCADE)
    user_id: int | None
    created_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "calendar_feed"


class CalendarEntry(Model):
    """A visit as a feed showed it last: what a calendar program has to be told from now on."""

    id = fields.IntField(primary_key=True)
    feed: Any = fields.ForeignKeyField("tavle.CalendarFeed", related_name="entries", on_delete=fields.CASCADE)
    feed_id: int
    # No relation: an entry outlives the visit, which it then calls cancelled.
    activity_id = fields.IntField()
    digest = fields.CharField(max_length=64)
    summary = fields.CharField(max_length=400)
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    sequence = fields.IntField()
    changed_at = fields.DatetimeField()
    cancelled = fields.BooleanField(default=False)

    class Meta:
        table = "calendar_entry"
