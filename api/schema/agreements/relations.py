"""What the objects and tasks of service agreements are changed with."""

import strawberry

from api.schema.inputs import NUMBER, OMIT, VERSION, MutationInput, kept
from api.schema.nodes import key_of
from domain.agreements import operations


@strawberry.input(description="A service object that an agreement is to be about.")
class AddAgreementObjectInput(MutationInput):
    """For `addAgreementObject`."""

    agreement_id: strawberry.ID = strawberry.field(description="Which service agreement.")
    object_id: strawberry.ID = strawberry.field(description="Which service object.")
    serial_number: str | None = strawberry.field(
        default=None, description="Which piece it is about; the object's own serial number unless given."
    )
    number: str | None = strawberry.field(default=None, description=NUMBER)

    def command(self) -> operations.AddAgreementObject:
        """The command this asks for."""
        return operations.AddAgreementObject(
            agreement_id=key_of(self.agreement_id, "sa", "service agreement", "agreementId"),
            object_id=key_of(self.object_id, "obj", "service object", "objectId"),
            serial_number=self.serial_number,
            number=self.number,
        )


@strawberry.input(description="Which service object to take off an agreement.")
class DeleteAgreementObjectInput(MutationInput):
    """For `deleteAgreementObject`."""

    relation_id: strawberry.ID = strawberry.field(description="Which relation.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.NameRelation:
        """The command this asks for."""
        return operations.NameRelation(
            relation_id=key_of(self.relation_id, "rel", "object relation", "relationId"),
            expected_version=self.expected_version,
        )


@strawberry.input(description="A service task that is to be done under an agreement.")
class AddAgreementTaskInput(MutationInput):
    """For `addAgreementTask`."""

    agreement_id: strawberry.ID = strawberry.field(description="Which service agreement.")
    task_id: strawberry.ID = strawberry.field(description="Which service task.")
    internal_note: str = strawberry.field(default="", description="For technicians, at most 1,000 characters.")
    external_note: str = strawberry.field(default="", description="For the customer, at most 1,000 characters.")

    def command(self) -> operations.AddAgreementTask:
        """The command this asks for."""
        return operations.AddAgreementTask(
            agreement_id=key_of(self.agreement_id, "sa", "service agreement", "agreementId"),
            task_id=key_of(self.task_id, "tsk", "service task", "taskId"),
            internal_note=self.internal_note,
            external_note=self.external_note,
        )


@strawberry.input(description="What is to be different about the notes of a task of an agreement.")
class ChangeAgreementTaskInput(MutationInput):
    """For `changeAgreementTask`."""

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


@strawberry.input(description="Which service task to take off an agreement.")
class DeleteAgreementTaskInput(MutationInput):
    """For `deleteAgreementTask`."""

    relation_id: strawberry.ID = strawberry.field(description="Which relation.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.NameRelation:
        """The command this asks for."""
        return operations.NameRelation(
            relation_id=key_of(self.relation_id, "trl", "task relation", "relationId"),
            expected_version=self.expected_version,
        )
