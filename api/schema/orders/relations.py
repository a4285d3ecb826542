"""Changing the objects and tasks that service orders are about."""

import strawberry

from api.schema.mutations import deletion, mutation
from api.schema.nodes import key_of
from api.schema.relations import (
    ChangeTaskNotesInput,
    DeleteObjectRelationInput,
    DeleteTaskRelationInput,
    RelateObjectInput,
    RelateTaskInput,
)
from api.schema.service_objects import ServiceObjectRelation, ServiceTaskRelation
from domain.orders.operations import relations


@strawberry.input(description="A service object that an order is to be about.")
class AddOrderObjectInput(RelateObjectInput):
    """For `addOrderObject`."""

    order_id: strawberry.ID = strawberry.field(description="Which service order.")

    def command(self) -> relations.AddOrderObject:
        """The command this asks for."""
        owner_id = key_of(self.order_id, "so", "service order", "orderId")
        return relations.AddOrderObject(order_id=owner_id, **self._related())


@strawberry.input(description="Which service object to take off an order.")
class DeleteOrderObjectInput(DeleteObjectRelationInput):
    """For `deleteOrderObject`."""


@strawberry.input(description="A service task that is to be done on an order.")
class AddOrderTaskInput(RelateTaskInput):
    """For `addOrderTask`."""

    order_id: strawberry.ID = strawberry.field(description="Which service order.")

    def command(self) -> relations.AddOrderTask:
        """The command this asks for."""
        owner_id = key_of(self.order_id, "so", "service order", "orderId")
        return relations.AddOrderTask(order_id=owner_id, **self._related())


@strawberry.input(description="What is to be different about the notes of a task of an order.")
class ChangeOrderTaskInput(ChangeTaskNotesInput):
    """For `changeOrderTask`."""


@strawberry.input(description="Which service task to take off an order.")
class DeleteOrderTaskInput(DeleteTaskRelationInput):
    """For `deleteOrderTask`."""


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
