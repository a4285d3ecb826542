"""Service tasks."""

import strawberry

from api.schema.nodes import Node, node
from api.selection import column, identity
from domain.core.rows import company_only
from domain.service_objects import models


@node(
    models.ServiceTask,
    prefix="tsk",
    visible=company_only,
    description="A kind of work that order lines name, for example an inspection.",
)
class ServiceTask(Node):
    """A service task."""

    id: strawberry.ID = identity("tsk")
    number: str = column(description="For people, unique per company.")
    name: str = column(description="What is done.")
    version: int = column(description="Grows with every change; send it back as `expectedVersion`.")
