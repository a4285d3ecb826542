"""Changes of projects and project categories."""

from dataclasses import dataclass

from domain.core.actor import Permission
from domain.core.checks import check_text
from domain.core.keep import KEEP, Keep, chosen
from domain.core.operation import Work, check_version, operation
from domain.core.removal import removed
from domain.core.rows import existing, locked
from domain.customers.models import Customer
from domain.numbering.operations import number_for
from domain.projects.models import LineProperty, Project, ProjectCategory
from domain.projects.rules import ProjectType, TransactionType


@dataclass(frozen=True, slots=True)
class CreateProject:
    """A new project; without a number it draws one."""

    name: str
    type: ProjectType
    number: str | None = None
    customer_id: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def create_project(work: Work, command: CreateProject) -> int:
    """Create a project.

    Raises:
        Refused: NOT_FOUND, INVALID, ALREADY_EXISTS, NUMBER_SEQUENCE_MISSING.
    """
    project = Project(
        name=check_text(command.name, "name"),
        type=command.type,
        customer_id=await existing(Customer, command.customer_id, "customer", "customerId"),
        number=await number_for(work, Project, command.number),
    )
    return (await work.create(project, "project_created")).id


@dataclass(frozen=True, slots=True)
class ChangeProject:
    """What is to be different about a project."""

    project_id: int
    name: str | Keep = KEEP
    type: ProjectType | Keep = KEEP
    customer_id: int | None | Keep = KEEP
    active: bool | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def change_project(work: Work, command: ChangeProject) -> int:
    """Change a project.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID.
    """
    project = await locked(Project, command.project_id, "project", "projectId")
    await check_version(project, command.expected_version)
    await work.change(
        project,
        "project_changed",
        name=check_text(chosen(command.name, project.name), "name"),
        type=chosen(command.type, project.type),
        customer_id=await existing(
            Customer, chosen(command.customer_id, project.customer_id), "customer", "customerId"
        ),
        active=chosen(command.active, project.active),
    )
    return project.id


@dataclass(frozen=True, slots=True)
class CreateProjectCategory:
    """A new kind of hours, expense, item or fee; without a number it draws one."""

    name: str
    transaction_type: TransactionType
    number: str | None = None
    active_in_journals: bool = True


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def create_project_category(work: Work, command: CreateProjectCategory) -> int:
    """Create a project category.

    Raises:
        Refused: INVALID, ALREADY_EXISTS, NUMBER_SEQUENCE_MISSING.
    """
    category = ProjectCategory(
        name=check_text(command.name, "name"),
        transaction_type=command.transaction_type,
        active_in_journals=command.active_in_journals,
        number=await number_for(work, ProjectCategory, command.number),
    )
    return (await work.create(category, "project_category_created")).id


@dataclass(frozen=True, slots=True)
class ChangeProjectCategory:
    """What is to be different about a project category. Its transaction type stays: lines of that type use it."""

    category_id: int
    name: str | Keep = KEEP
    active_in_journals: bool | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def change_project_category(work: Work, command: ChangeProjectCategory) -> int:
    """Change a project category.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID.
    """
    category = await locked(ProjectCategory, command.category_id, "project category", "categoryId")
    await check_version(category, command.expected_version)
    await work.change(
        category,
        "project_category_changed",
        name=check_text(chosen(command.name, category.name), "name"),
        active_in_journals=chosen(command.active_in_journals, category.active_in_journals),
    )
    return category.id


@dataclass(frozen=True, slots=True)
class CreateLineProperty:
    """A new way to charge lines; without a number it draws one."""

    name: str
    number: str | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def create_line_property(work: Work, command: CreateLineProperty) -> int:
    """Create a line property.

    Raises:
        Refused: INVALID, ALREADY_EXISTS, NUMBER_SEQUENCE_MISSING.

    Source: DOMAIN.md 2.
    """
    made = LineProperty(
        name=check_text(command.name, "name"), number=await number_for(work, LineProperty, command.number)
    )
    return (await work.create(made, "line_property_created")).id


@dataclass(frozen=True, slots=True)
class ChangeLineProperty:
    """What is to be different about a line property."""

    line_property_id: int
    name: str | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def change_line_property(work: Work, command: ChangeLineProperty) -> int:
    """Change a line property.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID.
    """
    row = await locked(LineProperty, command.line_property_id, "line property", "linePropertyId")
    await check_version(row, command.expected_version)
    await work.change(row, "line_property_changed", name=check_text(chosen(command.name, row.name), "name"))
    return row.id


@dataclass(frozen=True, slots=True)
class DeleteLineProperty:
    """Which line property goes."""

    line_property_id: int
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def delete_line_property(work: Work, command: DeleteLineProperty) -> int:
    """Delete a line property that no line has.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, IN_USE.
    """
    return await removed(
        work,
        LineProperty,
        command.line_property_id,
        "line property",
        "linePropertyId",
        expected_version=command.expected_version,
    )
