"""Service tasks."""

import strawberry

from api.schema.inputs import NUMBER, OMIT, VERSION, MutationInput, kept
from api.schema.lists import listing
from api.schema.mutations import mutation
from api.schema.nodes import Node, key_of, node
from api.schema.paging import RecordFilter, RecordOrder
from api.selection import column, identity
from domain.core.rows import company_only
from domain.service_objects import models, operations


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


@strawberry.input(description="A new service task.")
class CreateServiceTaskInput(MutationInput):
    """For `createServiceTask`."""

    name: str = strawberry.field(description="What is done, at most 120 characters.")
    number: str | None = strawberry.field(default=None, description=NUMBER)

    def command(self) -> operations.CreateServiceTask:
        """The command this asks for."""
        return operations.CreateServiceTask(name=self.name, number=self.number)


@strawberry.input(description="What is to be different about a service task.")
class ChangeServiceTaskInput(MutationInput):
    """For `changeServiceTask`."""

    task_id: strawberry.ID = strawberry.field(description="Which service task.")
    name: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeServiceTask:
        """The command this asks for."""
        return operations.ChangeServiceTask(
            task_id=key_of(self.task_id, "tsk", "service task", "taskId"),
            name=kept(self.name),
            expected_version=self.expected_version,
        )


@strawberry.type
class ServiceObjectQueries:
    """Reading service tasks."""

    service_tasks = listing(ServiceTask, RecordFilter, RecordOrder.NUMBER_ASC, "Service tasks.")


@strawberry.type
class ServiceObjectMutations:
    """Changing service tasks."""

    create_service_task = mutation(
        operations.create_service_task, CreateServiceTaskInput, "Creates a service task.", service_task=ServiceTask
    )
    change_service_task = mutation(
        operations.change_service_task, ChangeServiceTaskInput, "Renames a service task.", service_task=ServiceTask
    )
