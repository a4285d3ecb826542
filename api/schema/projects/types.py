"""What is seen of projects: groups, categories, line properties, ledger accounts, journals, validation."""

import strawberry

from api.schema.customers import Customer
from api.schema.nodes import Node, node
from api.schema.workforce import Worker
from api.selection import column, identity, many, one
from domain.core.rows import company_only
from domain.customers.queries import visible_of_customers
from domain.projects import models
from domain.projects.rules import ProjectType, TransactionType

_NUMBER = "For people, unique per company."
_VERSION = "Grows with every change; send it back as `expectedVersion`."


@node(
    models.ProjectGroup,
    prefix="pgr",
    visible=company_only,
    description="A kind of project, in the company's own words, for example service.",
)
class ProjectGroup(Node):
    """A project group."""

    id: strawberry.ID = identity("pgr")
    number: str = column(description=_NUMBER)
    name: str = column(description="The group's name.")
    version: int = column(description=_VERSION)


@node(
    models.LineProperty,
    prefix="lpr",
    visible=company_only,
    description="How a line is charged, in the company's own words, for example warranty.",
)
class LineProperty(Node):
    """A line property."""

    id: strawberry.ID = identity("lpr")
    number: str = column(description=_NUMBER)
    name: str = column(description="The property's name.")
    chargeable_percent: int = column(description="How much of the sales amount is charged: 0, as for warranty, to 100.")
    version: int = column(description=_VERSION)


@node(
    models.LedgerAccount,
    prefix="acc",
    visible=company_only,
    description="An account of the company's ledger, as its bookkeeping numbers it.",
)
class LedgerAccount(Node):
    """A ledger account."""

    id: strawberry.ID = identity("acc")
    number: str = column(description=_NUMBER)
    name: str = column(description="The account's name.")
    version: int = column(description=_VERSION)


@node(
    models.Project, prefix="prj", visible=visible_of_customers, description="What costs and revenue are collected on."
)
class Project(Node):
    """A project."""

    id: strawberry.ID = identity("prj")
    number: str = column(description=_NUMBER)
    name: str = column(description="The project's name.")
    type: ProjectType = column(description="How it is charged.")
    customer: Customer | None = one(description="Whose it is; null for the company's own.")
    group: ProjectGroup | None = one(description="What kind of project it is; null when not said.")
    line_property: LineProperty | None = one(
        description="How its lines are charged unless they say so themselves; null: fully."
    )
    expense_offset_account: LedgerAccount | None = one(
        description="What its expenses are set off against unless a line says otherwise; null when not said."
    )
    active: bool = column(description="Whether it is still open.")
    validations: list["ProjectValidation"] = many(
        order=("number",), where=company_only, description="Who may work on it with what; anybody while it is empty."
    )
    version: int = column(description=_VERSION)


@node(
    models.ProjectCategory,
    prefix="pca",
    visible=company_only,
    description="What kind of hours, expense, item or fee a line is.",
)
class ProjectCategory(Node):
    """A project category."""

    id: strawberry.ID = identity("pca")
    number: str = column(description=_NUMBER)
    name: str = column(description="The category's name.")
    transaction_type: TransactionType = column(description="The kind of line it is for.")
    active_in_journals: bool = column(description="Whether new lines may use it.")
    version: int = column(description=_VERSION)


@node(models.Journal, prefix="jrn", visible=company_only, description="Where lines of one type are posted.")
class Journal(Node):
    """A journal."""

    id: strawberry.ID = identity("jrn")
    number: str = column(description=_NUMBER)
    name: str = column(description="The journal's name.")
    transaction_type: TransactionType = column(description="The kind of line it is for.")
    show_start_end_time: bool = column(
        description="Whether lines of hours say from when to when, if the company's settings say so too."
    )
    version: int = column(description=_VERSION)


@node(
    models.ProjectValidation,
    prefix="pvl",
    visible=company_only,
    description="That a worker may work, or a project category be used, on a project. Once one may, others may not.",
)
class ProjectValidation(Node):
    """A permission to work on a project."""

    id: strawberry.ID = identity("pvl")
    number: str = column(description=_NUMBER)
    project: Project = one(description="On which project.")
    worker: Worker | None = one(description="Who; null: anybody.")
    category: ProjectCategory | None = one(description="With which project category; null: with any.")
    version: int = column(description=_VERSION)
