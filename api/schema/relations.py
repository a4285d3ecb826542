"""What the objects and tasks of agreements and orders are changed with: the same inputs for both owners."""

from typing import Any

import strawberry

from api.schema.inputs import NUMBER, OMIT, VERSION, MutationInput, kept
from api.schema.nodes import key_of
from domain.agreements import operations


@strawberry.input(description="A service object that something is to be about.")
class RelateObjectInput(MutationInput):
    """The base of inputs that relate an object."""

    object_id: strawberry.ID = strawberry.field(description="Which service object.")
    serial_number: str | None = strawberry.field(
        default=None, description="Which piece it is about; the object's own serial number unless given."
    )
    number: str | None = strawberry.field(default=None, description=NUMBER)

    def _related(self) -> dict[str, Any]:
        """What commands for both owners say.

        Raises:
            Refused: NOT_FOUND.
        """
        return {
            "object_id": key_of(self.object_id, "obj", "service object", "objectId"),
            "serial_number": self.serial_number,
            "number": self.number,
        }


@strawberry.input(description="A service task that is to be done.")
class RelateTaskInput(MutationInput):
    """The base of inputs that relate a task."""

    task_id: strawberry.ID = strawberry.field(description="Which service task.")
    internal_note: str = strawberry.field(default="", description="For technicians, at most 1,000 characters.")
    external_note: str = strawberry.field(default="", description="For the customer, at most 1,000 characters.")

    def _related(self) -> dict[str, Any]:
        """What commands for both owners say.

        Raises:
            Refused: NOT_FOUND.
        """
        return {
            "task_id": key_of(self.task_id, "tsk", "service task", "taskId"),
            "internal_note": self.internal_note,
            "external_note": self.external_note,
        }


@strawberry.input(description="What is to be different about the notes of a task.")
class ChangeTaskNotesInput(MutationInput):
    """The base of inputs that change notes."""

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


@strawberry.input(description="Which service object to take off something.")
class DeleteObjectRelationInput(MutationInput):
    """The base of inputs that take an object off."""

    relation_id: strawberry.ID = strawberry.field(description="Which relation.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.NameRelation:
        """The command this asks for."""
        return operations.NameRelation(
            relation_id=key_of(self.relation_id, "rel", "object relation", "relationId"),
            expected_version=self.expected_version,
        )


@strawberry.input(description="Which service task to take off something.")
class DeleteTaskRelationInput(MutationInput):
    """The base of inputs that take a task off."""

    relation_id: strawberry.ID = strawberry.field(description="Which relation.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.NameRelation:
        """The command this asks for."""
        return operations.NameRelation(
            relation_id=key_of(self.relation_id, "trl", "task relation", "relationId"),
            expected_version=self.expected_version,
        )
