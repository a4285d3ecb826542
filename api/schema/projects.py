"""Projects and project categories."""

import strawberry

from api.schema.customers import Customer
from api.schema.nodes import Node, node
from api.selection import column, identity, one
from domain.core.rows import company_only
from domain.customers.queries import visible_of_customers
from domain.projects import models
from domain.projects.rules import ProjectType, TransactionType


@node(
    models.Project, prefix="prj", visible=visible_of_customers, description="What costs and revenue are collected on."
)
class Project(Node):
    """A project."""

    id: strawberry.ID = identity("prj")
    number: str = column(description="For people, unique per company.")
    name: str = column(description="The project's name.")
    type: ProjectType = column(description="How it is charged.")
    customer: Customer | None = one(description="Whose it is; null for the company's own.")
    active: bool = column(description="Whether it is still open.")
    version: int = column(description="Grows with every change; send it back as `expectedVersion`.")


@node(
    models.ProjectCategory,
    prefix="pca",
    visible=company_only,
    description="What kind of hours, expense, item or fee a line is.",
)
class ProjectCategory(Node):
    """A project category."""

    id: strawberry.ID = identity("pca")
    number: str = column(description="For people, unique per company.")
    name: str = column(description="The category's name.")
    transaction_type: TransactionType = column(description="The kind of line it is for.")
    active_in_journals: bool = column(description="Whether new lines may use it.")
    version: int = column(description="Grows with every change; send it back as `expectedVersion`.")
