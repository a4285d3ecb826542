"""Tables of working calendars."""

from typing import Any

from tortoise import fields
from tortoise.models import Model


class Calendar(Model):
    """When work is done: weekly open hours, and the days that differ."""

    id = fields.IntField(primary_key=True)
    number = fields.CharField(max_length=20, unique=True)
    name = fields.CharField(max_length=120)
    time_zone = fields.CharField(max_length=60)
    version = fields.IntField(default=1)

    class Meta:
        table = "calendar"


class CalendarHours(Model):
    """One open interval of a weekday, in minutes after local midnight, where 1440 closes at the end of the day."""

    id = fields.IntField(primary_key=True)
    calendar: Any = fields.ForeignKeyField("tavle.Calendar", related_name="hours", on_delete=fields.CASCADE)
    calendar_id: int
    weekday = fields.SmallIntField()
    opens_minute = fields.SmallIntField()
    closes_minute = fields.SmallIntField()

    class Meta:
        table = "calendar_hours"


class CalendarHoliday(Model):
    """A date that differs from its weekday: closed, or open at other hours."""

    id = fields.IntField(primary_key=True)
    calendar: Any = fields.ForeignKeyField("tavle.Calendar", related_name="holidays", on_delete=fields.CASCADE)
    calendar_id: int
    on_date = fields.DateField()
    name = fields.CharField(max_length=120)
    opens_minute = fields.SmallIntField(null=True)
    closes_minute = fields.SmallIntField(null=True)

    class Meta:
        table = "calendar_holiday"
