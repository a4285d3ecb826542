"""What the objects and tasks of service agreements are changed with."""

import strawberry

from api.schema.nodes import key_of
from api.schema.relations import (
    ChangeTaskNotesInput,
    DeleteObjectRelationInput,
    DeleteTaskRelationInput,
    RelateObjectInput,
    RelateTaskInput,
)
from domain.agreements import operations


@strawberry.input(description="A service object that an agreement is to be about.")
class AddAgreementObjectInput(RelateObjectInput):
    """For `addAgreementObject`."""

    agreement_id: strawberry.ID = strawberry.field(description="Which service agreement.")

    def command(self) -> operations.AddAgreementObject:
        """The command this asks for."""
        owner_id = key_of(self.agreement_id, "sa", "service agreement", "agreementId")
        return operations.AddAgreementObject(agreement_id=owner_id, **self._related())


@strawberry.input(description="Which service object to take off an agreement.")
class DeleteAgreementObjectInput(DeleteObjectRelationInput):
    """For `deleteAgreementObject`."""


@strawberry.input(description="A service task that is to be done under an agreement.")
class AddAgreementTaskInput(RelateTaskInput):
    """For `addAgreementTask`."""

    agreement_id: strawberry.ID = strawberry.field(description="Which service agreement.")

    def command(self) -> operations.AddAgreementTask:
        """The command this asks for."""
        owner_id = key_of(self.agreement_id, "sa", "service agreement", "agreementId")
        return operations.AddAgreementTask(agreement_id=owner_id, **self._related())


@strawberry.input(description="What is to be different about the notes of a task of an agreement.")
class ChangeAgreementTaskInput(ChangeTaskNotesInput):
    """For `changeAgreementTask`."""


@strawberry.input(description="Which service task to take off an agreement.")
class DeleteAgreementTaskInput(DeleteTaskRelationInput):
    """For `deleteAgreementTask`."""
