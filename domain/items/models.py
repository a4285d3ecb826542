"""Tables of items."""

from tortoise import fields
from tortoise.models import Model

from domain.items.rules import ItemType


class Item(Model):
    """Something that is used, sold or serviced."""

    id = fields.IntField(primary_key=True)
    number = fields.CharField(max_length=20, unique=True)
    name = fields.CharField(max_length=120)
    type = fields.CharEnumField(ItemType, max_length=10)
    unit = fields.CharField(max_length=10)
    active = fields.BooleanField(default=True)
    version = fields.IntField(default=1)

    class Meta:
        table = "item"
