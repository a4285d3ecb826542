"""Words of the items area."""

from enum import StrEnum


class ItemType(StrEnum):
    """What an item is."""

    ITEM = "ITEM"
    BOM = "BOM"
    SERVICE = "SERVICE"
