"""Changing the objects and tasks that service orders are about."""

import strawberry

from api.schema.inputs import NUMBER, OMIT, VERSION, MutationInput, kept
from api.schema.mutations import deletion, mutation
from api.schema.nodes import key_of
from api.schema.service_objects import ServiceObjectRelation, ServiceTaskRelation
from domain.agreements import operations
from domain.orders.operations import relations


@strawberry.input(description="A service object that an order is to be about.")
class AddOrderObjectInput(MutationInput):
    """For `addOrderObject`."""

    order_id: strawberry.ID = strawberry.field(description="Which service order.")
    object_id: strawberry.ID = strawberry.field(description="Which service object.")
    serial_number: str | None = strawberry.field(
        default=None, description="Which piece it is about; the object's own serial number unless given."
    )
    number: str | None = strawberry.field(default=None, description=NUMBER)

    def command(self) -> relations.AddOrderObject:
        """The command this asks for."""
        return relations.AddOrderObject(
            order_id=key_of(self.order_id, "so", "service order", "orderId"),
            object_id=key_of(self.object_id, "obj", "service object", "objectId"),
            serial_number=self.serial_number,
            number=self.number,
        )


@strawberry.input(description="Which service object to take off an order.")
class DeleteOrderObjectInput(MutationInput):
    """For `deleteOrderObject`."""

    relation_id: strawberry.ID = strawberry.field(description="Which relation.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.NameRelation:
        """The command this asks for."""
        return operations.NameRelation(
            relation_id=key_of(self.relation_id, "rel", "object relation", "relationId"),
            expected_version=self.expected_version,
        )


@strawberry.input(description="A service task that is to be done on an order.")
class AddOrderTaskInput(MutationInput):
    """For `addOrderTask`."""

    order_id: strawberry.ID = strawberry.field(description="Which service order.")
    task_id: strawberry.ID = strawberry.field(description="Which service task.")
    internal_note: str = strawberry.field(default="", description="For technicians, at most 1,000 characters.")
    external_note: str = strawberry.field(default="", description="For the customer, at most 1,000 characters.")

    def command(self) -> relations.AddOrderTask:
        """The command this asks for."""
        return relations.AddOrderTask(
            order_id=key_of(self.order_id, "so", "service order", "orderId"),
            task_id=key_of(self.task_id, "tsk", "service task", "taskId"),
            internal_note=self.internal_note,
            external_note=self.external_note,
        )


@strawberry.input(description="What is to be different about the notes of a task of an order.")
class ChangeOrderTaskInput(MutationInput):
    """For `changeOrderTask`."""

    relation_id: strawberry.ID = strawberry.field(description="Which relation.")
    internal_note: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    external_note: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeTaskNotes:
        """The command this asks for."""
        return operations.ChangeTaskNotes(
            relation_id=key_of(self.relation_id, "trl", "task relation", "relationId"),
            internal_note=kept(self.internal_note),
            external_note=kept(self.external_note),
            expected_version=self.expected_version,
        )


@strawberry.input(description="Which service task to take off an order.")
class DeleteOrderTaskInput(MutationInput):
    """For `deleteOrderTask`."""

    relation_id: strawberry.ID = strawberry.field(description="Which relation.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.NameRelation:
        """The command this asks for."""
        return operations.NameRelation(
            relation_id=key_of(self.relation_id, "trl", "task relation", "relationId"),
            expected_version=self.expected_version,
        )


@strawberry.type
class OrderRelationMutations:
    """Changing what orders are about."""

    add_order_object = mutation(
        relations.add_order_object,
        AddOrderObjectInput,
        "Relates a service object to a service order. Lines of this order alone may then name it.",
        relation=ServiceObjectRelation,
    )
    delete_order_object = deletion(
        relations.delete_order_object,
        DeleteOrderObjectInput,
        "Takes a service object off a service order, if no line names it.",
        ServiceObjectRelation,
    )
    add_order_task = mutation(
        relations.add_order_task,
        AddOrderTaskInput,
        "Relates a service task to a service order. Lines of this order alone may then name it.",
        relation=ServiceTaskRelation,
    )
    change_order_task = mutation(
        relations.change_order_task,
        ChangeOrderTaskInput,
        "Changes the notes of a task of a service order.",
        relation=ServiceTaskRelation,
    )
    delete_order_task = deletion(
        relations.delete_order_task,
        DeleteOrderTaskInput,
        "Takes a service task off a service order, if no line names it.",
        ServiceTaskRelation,
    )
