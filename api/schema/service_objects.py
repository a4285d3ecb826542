"""Service tasks, service objects, and which of them agreements and orders are about."""

import strawberry
from tortoise.expressions import Q

from api.schema.inputs import NUMBER, OMIT, OMIT_OR_CLEAR, VERSION, MutationInput, kept, kept_given_key, kept_key
from api.schema.items import Item
from api.schema.lists import listing, looked_up
from api.schema.mutations import deletion, mutation
from api.schema.nodes import Node, key_of, keys_of, node, optional_key
from api.schema.paging import RecordFilter, RecordOrder
from api.selection import column, computed, identity, one
from domain.agreements.queries import visible_task_relations
from domain.core.actor import Actor, Permission
from domain.core.rows import company_only
from domain.service_objects import models, operations

_NUMBER = "For people, unique per company."
_VERSION = "Grows with every change; send it back as `expectedVersion`."


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


@node(
    models.ServiceObjectGroup,
    prefix="sog",
    visible=company_only,
    description="A kind of service object, for example passenger lifts.",
)
class ServiceObjectGroup(Node):
    """A service object group."""

    id: strawberry.ID = identity("sog")
    number: str = column(description=_NUMBER)
    name: str = column(description="The group's name.")
    version: int = column(description=_VERSION)


@node(
    models.ServiceObject,
    prefix="obj",
    visible=company_only,
    description="Something that is serviced, for example one lift: an item of the company, or not even a thing.",
)
class ServiceObject(Node):
    """A service object."""

    id: strawberry.ID = identity("obj")
    number: str = column(description=_NUMBER)
    name: str = column(description="The object's name.")
    group: ServiceObjectGroup = one(description="What kind of object it is.")
    item: Item | None = one(description="The item that it is; null when it is none.")
    serial_number: str | None = column(description="Which piece of the item it is; null when not said.")
    version: int = column(description=_VERSION)


@node(
    models.ServiceObjectRelation,
    prefix="rel",
    visible=company_only,
    description="That a service agreement or a service order is about a service object. Lines name the relation.",
)
class ServiceObjectRelation(Node):
    """A service object of an agreement or order."""

    id: strawberry.ID = identity("rel")
    number: str = column(description=_NUMBER)
    object: ServiceObject = one(description="The service object.")
    serial_number: str | None = column(description="Which piece it is about; the object's own unless told.")
    version: int = column(description=_VERSION)


def _internal_note(viewer: Actor, note: str) -> str | None:
    return note if viewer.may(Permission.READ_COMPANY) else None


@node(
    models.ServiceTaskRelation,
    prefix="trl",
    visible=visible_task_relations,
    description="That a service task is done under a service agreement or on a service order.",
)
class ServiceTaskRelation(Node):
    """A service task of an agreement or order."""

    id: strawberry.ID = identity("trl")
    task: ServiceTask = one(description="The service task.")
    task_name: str = column("task.name", description="What is done, for those who may not see the task itself.")
    internal_note: str | None = computed(
        needs=("internal_note",),
        value=_internal_note,
        viewer=True,
        description="What technicians are to know; null for customers.",
    )
    external_note: str = column(description="What the customer is told; may be empty.")
    version: int = column(description=_VERSION)


@strawberry.input(one_of=True, description="Exactly one way to name a service object.")
class ServiceObjectRef:
    """By id or by number."""

    id: strawberry.Maybe[strawberry.ID] = strawberry.field(description="Its id.")
    number: strawberry.Maybe[str] = strawberry.field(description="Its number, for example `OBJ-10001`.")


@strawberry.input(description="Which service objects to list: those that meet every condition given.")
class ServiceObjectFilter(RecordFilter):
    """For `serviceObjects`."""

    group_ids: list[strawberry.ID] | None = strawberry.field(default=None, description="Of one of these groups.")
    item_ids: list[strawberry.ID] | None = strawberry.field(default=None, description="That are one of these items.")

    def where(self) -> Q:
        """The condition on service objects."""
        where = super().where()
        if self.group_ids is not None:
            where &= Q(group_id__in=keys_of(self.group_ids, "sog", "service object group", "filter", "groupIds"))
        if self.item_ids is not None:
            where &= Q(item_id__in=keys_of(self.item_ids, "itm", "item", "filter", "itemIds"))
        return where


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


@strawberry.input(description="Which service task to delete.")
class DeleteServiceTaskInput(MutationInput):
    """For `deleteServiceTask`."""

    task_id: strawberry.ID = strawberry.field(description="Which service task.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.DeleteServiceTask:
        """The command this asks for."""
        return operations.DeleteServiceTask(
            task_id=key_of(self.task_id, "tsk", "service task", "taskId"),
            expected_version=self.expected_version,
        )


@strawberry.input(description="A new service object group.")
class CreateServiceObjectGroupInput(MutationInput):
    """For `createServiceObjectGroup`."""

    name: str = strawberry.field(description="Its name, at most 120 characters.")
    number: str | None = strawberry.field(default=None, description=NUMBER)

    def command(self) -> operations.CreateServiceObjectGroup:
        """The command this asks for."""
        return operations.CreateServiceObjectGroup(
            name=self.name,
            number=self.number,
        )


@strawberry.input(description="What is to be different about a service object group.")
class ChangeServiceObjectGroupInput(MutationInput):
    """For `changeServiceObjectGroup`."""

    group_id: strawberry.ID = strawberry.field(description="Which service object group.")
    name: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeServiceObjectGroup:
        """The command this asks for."""
        return operations.ChangeServiceObjectGroup(
            group_id=key_of(self.group_id, "sog", "service object group", "groupId"),
            name=kept(self.name),
            expected_version=self.expected_version,
        )


@strawberry.input(description="Which service object group to delete.")
class DeleteServiceObjectGroupInput(MutationInput):
    """For `deleteServiceObjectGroup`."""

    group_id: strawberry.ID = strawberry.field(description="Which service object group.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.DeleteServiceObjectGroup:
        """The command this asks for."""
        return operations.DeleteServiceObjectGroup(
            group_id=key_of(self.group_id, "sog", "service object group", "groupId"),
            expected_version=self.expected_version,
        )


@strawberry.input(description="A new service object.")
class CreateServiceObjectInput(MutationInput):
    """For `createServiceObject`."""

    name: str = strawberry.field(description="Its name, at most 120 characters.")
    group_id: strawberry.ID = strawberry.field(description="What kind of object it is.")
    item_id: strawberry.ID | None = strawberry.field(default=None, description="The item that it is.")
    serial_number: str | None = strawberry.field(
        default=None, description="Which piece of the item it is, at most 40 characters."
    )
    number: str | None = strawberry.field(default=None, description=NUMBER)

    def command(self) -> operations.CreateServiceObject:
        """The command this asks for."""
        return operations.CreateServiceObject(
            name=self.name,
            group_id=key_of(self.group_id, "sog", "service object group", "groupId"),
            item_id=optional_key(self.item_id, "itm", "item", "itemId"),
            serial_number=self.serial_number,
            number=self.number,
        )


@strawberry.input(description="What is to be different about a service object.")
class ChangeServiceObjectInput(MutationInput):
    """For `changeServiceObject`."""

    object_id: strawberry.ID = strawberry.field(description="Which service object.")
    name: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    group_id: strawberry.Maybe[strawberry.ID] = strawberry.field(description=OMIT)
    item_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    serial_number: strawberry.Maybe[str | None] = strawberry.field(description=OMIT_OR_CLEAR)
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeServiceObject:
        """The command this asks for."""
        return operations.ChangeServiceObject(
            object_id=key_of(self.object_id, "obj", "service object", "objectId"),
            name=kept(self.name),
            group_id=kept_given_key(self.group_id, "sog", "service object group", "groupId"),
            item_id=kept_key(self.item_id, "itm", "item", "itemId"),
            serial_number=kept(self.serial_number),
            expected_version=self.expected_version,
        )


@strawberry.input(description="Which service object to delete.")
class DeleteServiceObjectInput(MutationInput):
    """For `deleteServiceObject`."""

    object_id: strawberry.ID = strawberry.field(description="Which service object.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.DeleteServiceObject:
        """The command this asks for."""
        return operations.DeleteServiceObject(
            object_id=key_of(self.object_id, "obj", "service object", "objectId"),
            expected_version=self.expected_version,
        )


@strawberry.type
class ServiceObjectQueries:
    """Reading service tasks, service objects and their groups."""

    service_tasks = listing(ServiceTask, RecordFilter, RecordOrder.NUMBER_ASC, "Service tasks.")
    service_object_groups = listing(ServiceObjectGroup, RecordFilter, RecordOrder.NUMBER_ASC, "Service object groups.")
    service_object = looked_up(ServiceObject, ServiceObjectRef, "A service object; null when it does not exist.")
    service_objects = listing(ServiceObject, ServiceObjectFilter, RecordOrder.NUMBER_ASC, "Service objects.")


@strawberry.type
class ServiceObjectMutations:
    """Changing service tasks, service objects and their groups."""

    create_service_task = mutation(
        operations.create_service_task, CreateServiceTaskInput, "Creates a service task.", service_task=ServiceTask
    )
    change_service_task = mutation(
        operations.change_service_task, ChangeServiceTaskInput, "Renames a service task.", service_task=ServiceTask
    )
    delete_service_task = deletion(
        operations.delete_service_task,
        DeleteServiceTaskInput,
        "Deletes a service task that is not in use.",
        ServiceTask,
    )
    create_service_object_group = mutation(
        operations.create_service_object_group,
        CreateServiceObjectGroupInput,
        "Creates a service object group.",
        service_object_group=ServiceObjectGroup,
    )
    change_service_object_group = mutation(
        operations.change_service_object_group,
        ChangeServiceObjectGroupInput,
        "Changes a service object group.",
        service_object_group=ServiceObjectGroup,
    )
    delete_service_object_group = deletion(
        operations.delete_service_object_group,
        DeleteServiceObjectGroupInput,
        "Deletes a service object group that is not in use.",
        ServiceObjectGroup,
    )
    create_service_object = mutation(
        operations.create_service_object,
        CreateServiceObjectInput,
        "Creates a service object.",
        service_object=ServiceObject,
    )
    change_service_object = mutation(
        operations.change_service_object,
        ChangeServiceObjectInput,
        "Changes a service object.",
        service_object=ServiceObject,
    )
    delete_service_object = deletion(
        operations.delete_service_object,
        DeleteServiceObjectInput,
        "Deletes a service object that is not in use.",
        ServiceObject,
    )
