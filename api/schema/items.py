"""Items."""

import strawberry

from api.schema.nodes import Node, node
from api.selection import column, identity
from domain.core.rows import company_only
from domain.items import models
from domain.items.rules import ItemType


@node(models.Item, prefix="itm", visible=company_only, description="Something that is used, sold or serviced.")
class Item(Node):
    """An item."""

    id: strawberry.ID = identity("itm")
    number: str = column(description="For people, unique per company.")
    name: str = column(description="The item's name.")
    type: ItemType = column(description="A single part, a bill of materials, or a service.")
    unit: str = column(description="What quantities are counted in, for example `pcs`.")
    active: bool = column(description="Whether it is still in use.")
    version: int = column(description="Grows with every change; send it back as `expectedVersion`.")
