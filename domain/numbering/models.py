"""Tables of number sequences."""

from tortoise import fields
from tortoise.models import Model


class NumberSequence(Model):
    """Where the next business number of one kind comes from, for example `SO-` and 10001."""

    id = fields.IntField(primary_key=True)
    code = fields.CharField(max_length=40, unique=True)
    prefix = fields.CharField(max_length=10, default="")
    next = fields.BigIntField(default=10001)
    version = fields.IntField(default=1)

    class Meta:
        table = "number_sequence"
