"""Activity types."""

import strawberry

from api.schema.nodes import Node, node
from api.selection import column, identity
from domain.core.rows import company_only
from domain.orders import models


@node(models.ActivityType, prefix="aty", visible=company_only, description="What kind of visit an activity is.")
class ActivityType(Node):
    """An activity type."""

    id: strawberry.ID = identity("aty")
    number: str = column(description="For people, unique per company.")
    name: str = column(description="What kind of visit.")
    version: int = column(description="Grows with every change; send it back as `expectedVersion`.")
