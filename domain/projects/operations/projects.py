"""Changes of projects and of their groups."""

from dataclasses import dataclass

from tortoise.expressions import Q

from domain.core.actor import Permission
from domain.core.checks import check_text
from domain.core.keep import KEEP, Keep, chosen
from domain.core.operation import Work, check_version, operation
from domain.core.removal import removed
from domain.core.rows import existing, locked
from domain.customers.models import Customer
from domain.numbering import named
from domain.parameters.queries import company_parameters
from domain.projects import rules
from domain.projects.models import LedgerAccount, LineProperty, Project, ProjectGroup
from domain.projects.rules import ProjectType


@dataclass(frozen=True, slots=True)
class CreateProject:
    """A new project; without a number it draws one, without a group it is in the company's default one."""

    name: str
    type: ProjectType
    number: str | None = None
    customer_id: int | None = None
    group_id: int | None = None
    line_property_id: int | None = None
    expense_offset_account_id: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def create_project(work: Work, command: CreateProject) -> int:
    """Create a project.

    Raises:
        Refused: NOT_FOUND, INVALID, ALREADY_EXISTS, NUMBER_SEQUENCE_MISSING.

    Source: DOMAIN.md 1.1, 2.
    """
    return await named.made(
        work,
        Project,
        command.name,
        command.number,
        type=command.type,
        customer_id=await existing(Customer, command.customer_id, "customer", "customerId"),
        group_id=await _group(command.group_id),
        line_property_id=await _line_property(command.line_property_id),
        expense_offset_account_id=await _account(command.expense_offset_account_id),
    )


@dataclass(frozen=True, slots=True)
class ChangeProject:
    """What is to be different about a project."""

    project_id: int
    name: str | Keep = KEEP
    type: ProjectType | Keep = KEEP
    customer_id: int | None | Keep = KEEP
    group_id: int | None | Keep = KEEP
    line_property_id: int | None | Keep = KEEP
    expense_offset_account_id: int | None | Keep = KEEP
    active: bool | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def change_project(work: Work, command: ChangeProject) -> int:
    """Change a project; one that service agreements are on does not become one of type TIME.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID, PROJECT_TYPE_NOT_ALLOWED.

    Source: DOMAIN.md 2.
    """
    project = await locked(Project, command.project_id, "project", "projectId")
    await check_version(project, command.expected_version)
    if chosen(command.type, project.type) is not project.type and await _has_agreements(project.id):
        rules.check_type_for_agreements(project.number, chosen(command.type, project.type), ("type",))
    await work.change(
        project,
        "project_changed",
        name=check_text(chosen(command.name, project.name), "name"),
        type=chosen(command.type, project.type),
        customer_id=await existing(
            Customer, chosen(command.customer_id, project.customer_id), "customer", "customerId"
        ),
        group_id=await existing(ProjectGroup, chosen(command.group_id, project.group_id), "project group", "groupId"),
        line_property_id=await _line_property(chosen(command.line_property_id, project.line_property_id)),
        expense_offset_account_id=await _account(
            chosen(command.expense_offset_account_id, project.expense_offset_account_id)
        ),
        active=chosen(command.active, project.active),
    )
    return project.id


@dataclass(frozen=True, slots=True)
class DeleteProject:
    """Which project goes."""

    project_id: int
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def delete_project(work: Work, command: DeleteProject) -> int:
    """Delete a project on which nothing is, and that has neither prices nor validation.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, IN_USE.
    """
    return await removed(
        work, Project, command.project_id, "project", "projectId", expected_version=command.expected_version
    )


# --- groups ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CreateProjectGroup:
    """A new kind of project; without a number it draws one."""

    name: str
    number: str | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def create_project_group(work: Work, command: CreateProjectGroup) -> int:
    """Create a project group.

    Raises:
        Refused: INVALID, ALREADY_EXISTS, NUMBER_SEQUENCE_MISSING.

    Source: DOMAIN.md 1.1.
    """
    return await named.made(work, ProjectGroup, command.name, command.number)


@dataclass(frozen=True, slots=True)
class ChangeProjectGroup:
    """What is to be different about a project group."""

    group_id: int
    name: str | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def change_project_group(work: Work, command: ChangeProjectGroup) -> int:
    """Change a project group.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID.
    """
    which = (command.group_id, "project group", "groupId")
    return await named.renamed(work, ProjectGroup, *which, command.name, expected_version=command.expected_version)


@dataclass(frozen=True, slots=True)
class DeleteProjectGroup:
    """Which project group goes."""

    group_id: int
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def delete_project_group(work: Work, command: DeleteProjectGroup) -> int:
    """Delete a group that neither a project nor the company's settings name.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, IN_USE.
    """
    return await removed(
        work, ProjectGroup, command.group_id, "project group", "groupId", expected_version=command.expected_version
    )


async def _has_agreements(project_id: int) -> bool:
    # Through the relations: the agreements' area lies above this one.
    named = Q(agreements__id__isnull=False) | Q(agreement_lines__id__isnull=False)
    return await Project.filter(named, id=project_id).exists()


async def _group(group_id: int | None) -> int | None:
    chosen_id = group_id if group_id is not None else (await company_parameters()).default_project_group_id
    return await existing(ProjectGroup, chosen_id, "project group", "groupId")


async def _line_property(line_property_id: int | None) -> int | None:
    return await existing(LineProperty, line_property_id, "line property", "linePropertyId")


async def _account(account_id: int | None) -> int | None:
    return await existing(LedgerAccount, account_id, "ledger account", "expenseOffsetAccountId")
