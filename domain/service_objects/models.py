"""Tables of what is serviced and what is done to it."""

from tortoise import fields
from tortoise.models import Model


class ServiceTask(Model):
    """A kind of work that order lines name, for example an inspection."""

    id = fields.IntField(primary_key=True)
    number = fields.CharField(max_length=20, unique=True)
    name = fields.CharField(max_length=120)
    version = fields.IntField(default=1)

    class Meta:
        table = "service_task"
