"""Tables of what is serviced, what is done to it, and which of it an agreement or order is about."""

from typing import Any

from tortoise import fields
from tortoise.models import Model


class ServiceTask(Model):
    """A kind of work that order lines name, for example an inspection."""

    id = fields.IntField(primary_key=True)
    number = fields.CharField(max_length=20, unique=True)
    name = fields.CharField(max_length=120)
    version = fields.IntField(default=1)

    class Meta:
        table = "service_task"


class ServiceObjectGroup(Model):
    """A kind of service object, for example passenger lifts."""

    id = fields.IntField(primary_key=True)
    number = fields.CharField(max_length=20, unique=True)
    name = fields.CharField(max_length=120)
    version = fields.IntField(default=1)

    class Meta:
        table = "service_object_group"


class ServiceObject(Model):
    """Something that is serviced, for example one lift: an item of the company, or not even a thing."""

    id = fields.IntField(primary_key=True)
    number = fields.CharField(max_length=20, unique=True)
    name = fields.CharField(max_length=120)
    group: Any = fields.ForeignKeyField(
        "tavle.ServiceObjectGroup", related_name="service_objects", on_delete=fields.RESTRICT
    )
    group_id: int
    item: Any = fields.ForeignKeyField(
        "tavle.Item", null=True, related_name="service_objects", on_delete=fields.RESTRICT
    )
    item_id: int | None
    serial_number = fields.CharField(max_length=40, null=True)
    version = fields.IntField(default=1)

    class Meta:
        table = "service_object"


class ServiceObjectRelation(Model):
    """That a service agreement or a service order is about a service object."""

    id = fields.IntField(primary_key=True)
    number = fields.CharField(max_length=20, unique=True)
    object: Any = fields.ForeignKeyField("tavle.ServiceObject", related_name="relations", on_delete=fields.RESTRICT)
    object_id: int
    agreement: Any = fields.ForeignKeyField(
        "tavle.ServiceAgreement", null=True, related_name="object_relations", on_delete=fields.CASCADE
    )
    agreement_id: int | None
    order: Any = fields.ForeignKeyField(
        "tavle.ServiceOrder", null=True, related_name="object_relations", on_delete=fields.CASCADE
    )
    order_id: int | None
    serial_number = fields.CharField(max_length=40, null=True)
    version = fields.IntField(default=1)

    class Meta:
        table = "service_object_relation"


class ServiceTaskRelation(Model):
    """That a service task is done under a service agreement or on a service order, with notes about how."""

    id = fields.IntField(primary_key=True)
    task: Any = fields.ForeignKeyField("tavle.ServiceTask", related_name="relations", on_delete=fields.RESTRICT)
    task_id: int
    agreement: Any = fields.ForeignKeyField(
        "tavle.ServiceAgreement", null=True, related_name="task_relations", on_delete=fields.CASCADE
    )
    agreement_id: int | None
    order: Any = fields.ForeignKeyField(
        "tavle.ServiceOrder", null=True, related_name="task_relations", on_delete=fields.CASCADE
    )
    order_id: int | None
    internal_note = fields.CharField(max_length=1000, default="")
    external_note = fields.CharField(max_length=1000, default="")
    version = fields.IntField(default=1)

    class Meta:
        table = "service_task_relation"
