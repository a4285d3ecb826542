"""Reading and changing projects, their groups, project categories and line properties."""

import strawberry
from tortoise.expressions import Q

from api.schema.inputs import NUMBER, OMIT, OMIT_OR_CLEAR, VERSION, MutationInput, kept, kept_key
from api.schema.lists import listing, looked_up
from api.schema.mutations import deletion, mutation
from api.schema.nodes import key_of, keys_of, optional_key
from api.schema.paging import ActiveRecordFilter, RecordFilter, RecordOrder
from api.schema.projects.types import LineProperty, Project, ProjectCategory, ProjectGroup
from domain.projects import operations
from domain.projects.rules import ProjectType, TransactionType


@strawberry.input(one_of=True, description="Exactly one way to name a project.")
class ProjectRef:
    """By id or by number."""

    id: strawberry.Maybe[strawberry.ID] = strawberry.field(description="Its id.")
    number: strawberry.Maybe[str] = strawberry.field(description="Its number, for example `PRJ-10001`.")


@strawberry.input(description="Which projects to list: those that meet every condition given.")
class ProjectFilter(ActiveRecordFilter):
    """For `projects`."""

    type: list[ProjectType] | None = strawberry.field(default=None, description="Of one of these types.")
    customer_ids: list[strawberry.ID] | None = strawberry.field(default=None, description="Of one of these customers.")

    def where(self) -> Q:
        """The condition on projects."""
        where = super().where()
        if self.type is not None:
            where &= Q(type__in=self.type)
        if self.customer_ids is not None:
            where &= Q(customer_id__in=keys_of(self.customer_ids, "cus", "customer", "filter", "customerIds"))
        return where


@strawberry.input(description="Which project categories to list: those that meet every condition given.")
class ProjectCategoryFilter(RecordFilter):
    """For `projectCategories`."""

    transaction_type: list[TransactionType] | None = strawberry.field(
        default=None, description="For one of these kinds of line."
    )
    active_in_journals: bool | None = strawberry.field(
        default=None, description="Only those that new lines may use, or only the others."
    )

    def where(self) -> Q:
        """The condition on project categories."""
        where = super().where()
        if self.transaction_type is not None:
            where &= Q(transaction_type__in=self.transaction_type)
        return where if self.active_in_journals is None else where & Q(active_in_journals=self.active_in_journals)


@strawberry.input(description="A new project.")
class CreateProjectInput(MutationInput):
    """For `createProject`."""

    name: str = strawberry.field(description="The project's name, at most 120 characters.")
    type: ProjectType = strawberry.field(description="How it is charged.")
    number: str | None = strawberry.field(default=None, description=NUMBER)
    customer_id: strawberry.ID | None = strawberry.field(
        default=None, description="Whose it is; the company's own unless given."
    )
    group_id: strawberry.ID | None = strawberry.field(
        default=None, description="What kind of project it is; the company's default group unless given."
    )
    line_property_id: strawberry.ID | None = strawberry.field(
        default=None, description="How its lines are charged unless they say so; fully unless given."
    )
    expense_offset_account_id: strawberry.ID | None = strawberry.field(
        default=None, description="Ledger account that its expenses are set off against unless they say otherwise."
    )

    def command(self) -> operations.CreateProject:
        """The command this asks for."""
        return operations.CreateProject(
            name=self.name,
            type=self.type,
            number=self.number,
            customer_id=optional_key(self.customer_id, "cus", "customer", "customerId"),
            group_id=optional_key(self.group_id, "pgr", "project group", "groupId"),
            line_property_id=optional_key(self.line_property_id, "lpr", "line property", "linePropertyId"),
            expense_offset_account_id=optional_key(
                self.expense_offset_account_id, "acc", "ledger account", "expenseOffsetAccountId"
            ),
        )


@strawberry.input(description="What is to be different about a project.")
class ChangeProjectInput(MutationInput):
    """For `changeProject`."""

    project_id: strawberry.ID = strawberry.field(description="Which project.")
    name: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    type: strawberry.Maybe[ProjectType] = strawberry.field(description=OMIT)
    customer_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(
        description="Omit to keep; null makes it the company's own."
    )
    group_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    line_property_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    expense_offset_account_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    active: strawberry.Maybe[bool] = strawberry.field(description="Omit to keep. False closes the project.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeProject:
        """The command this asks for."""
        return operations.ChangeProject(
            project_id=key_of(self.project_id, "prj", "project", "projectId"),
            name=kept(self.name),
            type=kept(self.type),
            customer_id=kept_key(self.customer_id, "cus", "customer", "customerId"),
            group_id=kept_key(self.group_id, "pgr", "project group", "groupId"),
            line_property_id=kept_key(self.line_property_id, "lpr", "line property", "linePropertyId"),
            expense_offset_account_id=kept_key(
                self.expense_offset_account_id, "acc", "ledger account", "expenseOffsetAccountId"
            ),
            active=kept(self.active),
            expected_version=self.expected_version,
        )


@strawberry.input(description="Which project to delete.")
class DeleteProjectInput(MutationInput):
    """For `deleteProject`."""

    project_id: strawberry.ID = strawberry.field(description="Which project.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.DeleteProject:
        """The command this asks for."""
        return operations.DeleteProject(
            project_id=key_of(self.project_id, "prj", "project", "projectId"), expected_version=self.expected_version
        )


@strawberry.input(description="A new project group.")
class CreateProjectGroupInput(MutationInput):
    """For `createProjectGroup`."""

    name: str = strawberry.field(description="Its name, at most 120 characters.")
    number: str | None = strawberry.field(default=None, description=NUMBER)

    def command(self) -> operations.CreateProjectGroup:
        """The command this asks for."""
        return operations.CreateProjectGroup(name=self.name, number=self.number)


@strawberry.input(description="What is to be different about a project group.")
class ChangeProjectGroupInput(MutationInput):
    """For `changeProjectGroup`."""

    group_id: strawberry.ID = strawberry.field(description="Which project group.")
    name: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeProjectGroup:
        """The command this asks for."""
        return operations.ChangeProjectGroup(
            group_id=key_of(self.group_id, "pgr", "project group", "groupId"),
            name=kept(self.name),
            expected_version=self.expected_version,
        )


@strawberry.input(description="Which project group to delete.")
class DeleteProjectGroupInput(MutationInput):
    """For `deleteProjectGroup`."""

    group_id: strawberry.ID = strawberry.field(description="Which project group.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.DeleteProjectGroup:
        """The command this asks for."""
        return operations.DeleteProjectGroup(
            group_id=key_of(self.group_id, "pgr", "project group", "groupId"), expected_version=self.expected_version
        )


@strawberry.input(description="A new project category.")
class CreateProjectCategoryInput(MutationInput):
    """For `createProjectCategory`."""

    name: str = strawberry.field(description="The category's name, at most 120 characters.")
    transaction_type: TransactionType = strawberry.field(description="The kind of line it is for; it stays.")
    number: str | None = strawberry.field(default=None, description=NUMBER)
    active_in_journals: bool = strawberry.field(default=True, description="Whether new lines may use it.")

    def command(self) -> operations.CreateProjectCategory:
        """The command this asks for."""
        return operations.CreateProjectCategory(
            name=self.name,
            transaction_type=self.transaction_type,
            number=self.number,
            active_in_journals=self.active_in_journals,
        )


@strawberry.input(description="What is to be different about a project category. Its kind of line stays.")
class ChangeProjectCategoryInput(MutationInput):
    """For `changeProjectCategory`."""

    category_id: strawberry.ID = strawberry.field(description="Which project category.")
    name: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    active_in_journals: strawberry.Maybe[bool] = strawberry.field(
        description="Omit to keep. False keeps new lines from using it."
    )
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeProjectCategory:
        """The command this asks for."""
        return operations.ChangeProjectCategory(
            category_id=key_of(self.category_id, "pca", "project category", "categoryId"),
            name=kept(self.name),
            active_in_journals=kept(self.active_in_journals),
            expected_version=self.expected_version,
        )


@strawberry.input(description="Which project category to delete.")
class DeleteProjectCategoryInput(MutationInput):
    """For `deleteProjectCategory`."""

    category_id: strawberry.ID = strawberry.field(description="Which project category.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.DeleteProjectCategory:
        """The command this asks for."""
        return operations.DeleteProjectCategory(
            category_id=key_of(self.category_id, "pca", "project category", "categoryId"),
            expected_version=self.expected_version,
        )


@strawberry.input(description="A new line property.")
class CreateLinePropertyInput(MutationInput):
    """For `createLineProperty`."""

    name: str = strawberry.field(description="Its name, at most 120 characters.")
    number: str | None = strawberry.field(default=None, description=NUMBER)
    chargeable_percent: int = strawberry.field(default=100, description="How much is charged, from 0 to 100.")

    def command(self) -> operations.CreateLineProperty:
        """The command this asks for."""
        return operations.CreateLineProperty(
            name=self.name, number=self.number, chargeable_percent=self.chargeable_percent
        )


@strawberry.input(description="What is to be different about a line property.")
class ChangeLinePropertyInput(MutationInput):
    """For `changeLineProperty`."""

    line_property_id: strawberry.ID = strawberry.field(description="Which line property.")
    name: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    chargeable_percent: strawberry.Maybe[int] = strawberry.field(description=f"{OMIT} From 0 to 100.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeLineProperty:
        """The command this asks for."""
        return operations.ChangeLineProperty(
            line_property_id=key_of(self.line_property_id, "lpr", "line property", "linePropertyId"),
            name=kept(self.name),
            chargeable_percent=kept(self.chargeable_percent),
            expected_version=self.expected_version,
        )


@strawberry.input(description="Which line property to delete.")
class DeleteLinePropertyInput(MutationInput):
    """For `deleteLineProperty`."""

    line_property_id: strawberry.ID = strawberry.field(description="Which line property.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.DeleteLineProperty:
        """The command this asks for."""
        return operations.DeleteLineProperty(
            line_property_id=key_of(self.line_property_id, "lpr", "line property", "linePropertyId"),
            expected_version=self.expected_version,
        )


@strawberry.type
class ProjectQueries:
    """Reading projects and project categories."""

    project = looked_up(Project, ProjectRef, "A project; null when it does not exist or you may not see it.")
    projects = listing(Project, ProjectFilter, RecordOrder.NUMBER_ASC, "Projects.")
    project_groups = listing(ProjectGroup, RecordFilter, RecordOrder.NUMBER_ASC, "Project groups.")
    line_properties = listing(LineProperty, RecordFilter, RecordOrder.NUMBER_ASC, "Line properties.")
    project_categories = listing(ProjectCategory, ProjectCategoryFilter, RecordOrder.NUMBER_ASC, "Project categories.")


@strawberry.type
class ProjectMutations:
    """Changing projects and project categories."""

    create_project = mutation(operations.create_project, CreateProjectInput, "Creates a project.", project=Project)
    change_project = mutation(operations.change_project, ChangeProjectInput, "Changes a project.", project=Project)
    delete_project = deletion(
        operations.delete_project, DeleteProjectInput, "Deletes a project that is not in use.", Project
    )
    create_project_group = mutation(
        operations.create_project_group, CreateProjectGroupInput, "Creates a project group.", project_group=ProjectGroup
    )
    change_project_group = mutation(
        operations.change_project_group, ChangeProjectGroupInput, "Changes a project group.", project_group=ProjectGroup
    )
    delete_project_group = deletion(
        operations.delete_project_group,
        DeleteProjectGroupInput,
        "Deletes a project group that is not in use.",
        ProjectGroup,
    )
    create_project_category = mutation(
        operations.create_project_category,
        CreateProjectCategoryInput,
        "Creates a project category.",
        project_category=ProjectCategory,
    )
    change_project_category = mutation(
        operations.change_project_category,
        ChangeProjectCategoryInput,
        "Changes a project category.",
        project_category=ProjectCategory,
    )
    delete_project_category = deletion(
        operations.delete_project_category,
        DeleteProjectCategoryInput,
        "Deletes a project category that is not in use.",
        ProjectCategory,
    )
    create_line_property = mutation(
        operations.create_line_property, CreateLinePropertyInput, "Creates a line property.", line_property=LineProperty
    )
    change_line_property = mutation(
        operations.change_line_property, ChangeLinePropertyInput, "Changes a line property.", line_property=LineProperty
    )
    delete_line_property = deletion(
        operations.delete_line_property,
        DeleteLinePropertyInput,
        "Deletes a line property that is not in use.",
        LineProperty,
    )
