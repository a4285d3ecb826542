"""Stages of service orders, the phases they give visits, and the codes of the reasons given on the way."""

import strawberry

from api.schema.inputs import NUMBER, OMIT, VERSION, MutationInput, kept, kept_key
from api.schema.lists import listing
from api.schema.mutations import deletion, mutation
from api.schema.nodes import Node, key_of, node, optional_key
from api.schema.paging import RecordFilter, RecordOrder
from api.selection import column, identity, many, one
from domain.core.rows import company_only
from domain.orders import operations as tree
from domain.stages import models, operations

_VERSION = "Grows with every change; send it back as `expectedVersion`."
_NUMBER = "For people, unique, 1 to 20 letters, digits and `. _ / -`, for example `PLANNING`."
_DELETE = "Whether an order in it may be deleted."
_MODIFY = "Whether an order in it may be changed and signed off."
_CANCEL = "Whether an order in it may be cancelled and taken up again."
_POST = "Whether lines of an order in it may be posted."
_STOPS = "Whether entering it stops the time that counts for service levels."
_REASON = "Whether entering it asks for a reason."


_PHASE = "The phase that the open visits of an order that enters it are in from then on; null: they keep theirs."


@node(
    models.ActivityPhase,
    prefix="pha",
    visible=company_only,
    description="How far the visits of an order are, in the company's own words, for example waiting for parts.",
)
class ActivityPhase(Node):
    """An activity phase."""

    id: strawberry.ID = identity("pha")
    number: str = column(description="For people, unique per company.")
    name: str = column(description="The phase's name.")
    version: int = column(description=_VERSION)


@node(
    models.Stage,
    prefix="stg",
    visible=company_only,
    description="A step of service orders. All stages form one tree: an order begins at its root and moves along it.",
)
class Stage(Node):
    """A stage."""

    id: strawberry.ID = identity("stg")
    number: str = column(description="For people, unique per company.")
    name: str = column(description="Its name.")
    parent: "Stage | None" = one(description="The stage before it; null for the one in which orders begin.")
    children: list["Stage"] = many(order=("number",), description="The stages that may come next: branches.")
    allow_delete: bool = column(description=_DELETE)
    allow_modify: bool = column(description=_MODIFY)
    allow_cancel: bool = column(description=_CANCEL)
    allow_post: bool = column(description=_POST)
    stops_time_recording: bool = column(description=_STOPS)
    require_reason: bool = column(description=_REASON)
    activity_phase: ActivityPhase | None = one(description=_PHASE)
    version: int = column(description=_VERSION)


@node(
    models.StageReasonCode,
    prefix="src",
    visible=company_only,
    description="A reason that may be given when an order enters a stage, is signed off, or is late.",
)
class StageReasonCode(Node):
    """A code of reasons."""

    id: strawberry.ID = identity("src")
    number: str = column(description="For people, unique per company, for example `CUSTOMER_CANCELLED`.")
    name: str = column(description="The reason in words.")
    version: int = column(description=_VERSION)


@strawberry.input(description="A new stage. What is not said to be allowed is not.")
class CreateStageInput(MutationInput):
    """For `createStage`."""

    number: str = strawberry.field(description=_NUMBER)
    name: str = strawberry.field(description="Its name, at most 120 characters.")
    parent_stage_id: strawberry.ID | None = strawberry.field(
        default=None, description="The stage before it, for good; omit for the one in which orders begin."
    )
    allow_delete: bool = strawberry.field(default=False, description=_DELETE)
    allow_modify: bool = strawberry.field(default=False, description=_MODIFY)
    allow_cancel: bool = strawberry.field(default=False, description=_CANCEL)
    allow_post: bool = strawberry.field(default=False, description=_POST)
    stops_time_recording: bool = strawberry.field(default=False, description=_STOPS)
    require_reason: bool = strawberry.field(default=False, description=_REASON)
    activity_phase_id: strawberry.ID | None = strawberry.field(default=None, description=_PHASE)

    def command(self) -> tree.CreateStage:
        """The command this asks for."""
        return tree.CreateStage(
            number=self.number,
            name=self.name,
            parent_id=optional_key(self.parent_stage_id, "stg", "stage", "parentStageId"),
            allow_delete=self.allow_delete,
            allow_modify=self.allow_modify,
            allow_cancel=self.allow_cancel,
            allow_post=self.allow_post,
            stops_time_recording=self.stops_time_recording,
            require_reason=self.require_reason,
            activity_phase_id=optional_key(self.activity_phase_id, "pha", "activity phase", "activityPhaseId"),
        )


@strawberry.input(description="What is to be different about a stage.")
class ChangeStageInput(MutationInput):
    """For `changeStage`."""

    stage_id: strawberry.ID = strawberry.field(description="Which stage.")
    name: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    parent_stage_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(
        description="Omit, or say it as it is: another one is refused with PARENT_IMMUTABLE."
    )
    allow_delete: strawberry.Maybe[bool] = strawberry.field(description=f"{_DELETE} {OMIT}")
    allow_modify: strawberry.Maybe[bool] = strawberry.field(description=f"{_MODIFY} {OMIT}")
    allow_cancel: strawberry.Maybe[bool] = strawberry.field(description=f"{_CANCEL} {OMIT}")
    allow_post: strawberry.Maybe[bool] = strawberry.field(description=f"{_POST} {OMIT}")
    stops_time_recording: strawberry.Maybe[bool] = strawberry.field(description=f"{_STOPS} {OMIT}")
    require_reason: strawberry.Maybe[bool] = strawberry.field(description=f"{_REASON} {OMIT}")
    activity_phase_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=f"{_PHASE} {OMIT}")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeStage:
        """The command this asks for."""
        return operations.ChangeStage(
            stage_id=key_of(self.stage_id, "stg", "stage", "stageId"),
            name=kept(self.name),
            parent_id=kept_key(self.parent_stage_id, "stg", "stage", "parentStageId"),
            allow_delete=kept(self.allow_delete),
            allow_modify=kept(self.allow_modify),
            allow_cancel=kept(self.allow_cancel),
            allow_post=kept(self.allow_post),
            stops_time_recording=kept(self.stops_time_recording),
            require_reason=kept(self.require_reason),
            activity_phase_id=kept_key(self.activity_phase_id, "pha", "activity phase", "activityPhaseId"),
            expected_version=self.expected_version,
        )


@strawberry.input(description="Which stage is to go.")
class DeleteStageInput(MutationInput):
    """For `deleteStage`."""

    stage_id: strawberry.ID = strawberry.field(description="Which stage; one without children and orders.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> tree.DeleteStage:
        """The command this asks for."""
        return tree.DeleteStage(
            stage_id=key_of(self.stage_id, "stg", "stage", "stageId"), expected_version=self.expected_version
        )


@strawberry.input(description="A new activity phase.")
class CreateActivityPhaseInput(MutationInput):
    """For `createActivityPhase`."""

    name: str = strawberry.field(description="Its name, at most 120 characters.")
    number: str | None = strawberry.field(default=None, description=NUMBER)

    def command(self) -> operations.CreateActivityPhase:
        """The command this asks for."""
        return operations.CreateActivityPhase(name=self.name, number=self.number)


@strawberry.input(description="What is to be different about an activity phase.")
class ChangeActivityPhaseInput(MutationInput):
    """For `changeActivityPhase`."""

    phase_id: strawberry.ID = strawberry.field(description="Which activity phase.")
    name: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeActivityPhase:
        """The command this asks for."""
        return operations.ChangeActivityPhase(
            phase_id=key_of(self.phase_id, "pha", "activity phase", "phaseId"),
            name=kept(self.name),
            expected_version=self.expected_version,
        )


@strawberry.input(description="Which activity phase to delete.")
class DeleteActivityPhaseInput(MutationInput):
    """For `deleteActivityPhase`."""

    phase_id: strawberry.ID = strawberry.field(description="Which activity phase.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.DeleteActivityPhase:
        """The command this asks for."""
        return operations.DeleteActivityPhase(
            phase_id=key_of(self.phase_id, "pha", "activity phase", "phaseId"), expected_version=self.expected_version
        )


@strawberry.input(description="A new code of reasons.")
class CreateStageReasonCodeInput(MutationInput):
    """For `createStageReasonCode`."""

    number: str = strawberry.field(description=_NUMBER)
    name: str = strawberry.field(description="The reason in words, at most 120 characters.")

    def command(self) -> operations.CreateStageReasonCode:
        """The command this asks for."""
        return operations.CreateStageReasonCode(number=self.number, name=self.name)


@strawberry.input(description="What is to be different about a code of reasons.")
class ChangeStageReasonCodeInput(MutationInput):
    """For `changeStageReasonCode`."""

    reason_code_id: strawberry.ID = strawberry.field(description="Which code.")
    name: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeStageReasonCode:
        """The command this asks for."""
        return operations.ChangeStageReasonCode(
            code_id=key_of(self.reason_code_id, "src", "stage reason code", "reasonCodeId"),
            name=kept(self.name),
            expected_version=self.expected_version,
        )


@strawberry.input(description="Which code of reasons is to go.")
class DeleteStageReasonCodeInput(MutationInput):
    """For `deleteStageReasonCode`."""

    reason_code_id: strawberry.ID = strawberry.field(description="Which code; one that was never given.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.DeleteStageReasonCode:
        """The command this asks for."""
        return operations.DeleteStageReasonCode(
            code_id=key_of(self.reason_code_id, "src", "stage reason code", "reasonCodeId"),
            expected_version=self.expected_version,
        )


@strawberry.type
class StageQueries:
    """Reading stages."""

    stages = listing(Stage, RecordFilter, RecordOrder.NUMBER_ASC, "Stages; `parent` and `children` make the tree.")
    activity_phases = listing(ActivityPhase, RecordFilter, RecordOrder.NUMBER_ASC, "Activity phases.")
    stage_reason_codes = listing(StageReasonCode, RecordFilter, RecordOrder.NUMBER_ASC, "Codes of reasons.")


@strawberry.type
class StageMutations:
    """Changing stages."""

    create_stage = mutation(
        tree.create_stage,
        CreateStageInput,
        "Creates a stage. The first one takes in all orders that there are.",
        stage=Stage,
    )
    change_stage = mutation(
        operations.change_stage,
        ChangeStageInput,
        "Changes what a stage is called, allows, asks and does. Its place in the tree stays.",
        stage=Stage,
    )
    delete_stage = deletion(
        tree.delete_stage,
        DeleteStageInput,
        "Deletes a stage that has no children, that no order is in, and for which no reason was given.",
        Stage,
    )
    create_activity_phase = mutation(
        operations.create_activity_phase,
        CreateActivityPhaseInput,
        "Creates an activity phase.",
        activity_phase=ActivityPhase,
    )
    change_activity_phase = mutation(
        operations.change_activity_phase,
        ChangeActivityPhaseInput,
        "Changes an activity phase.",
        activity_phase=ActivityPhase,
    )
    delete_activity_phase = deletion(
        operations.delete_activity_phase,
        DeleteActivityPhaseInput,
        "Deletes an activity phase that is not in use.",
        ActivityPhase,
    )
    create_stage_reason_code = mutation(
        operations.create_stage_reason_code,
        CreateStageReasonCodeInput,
        "Creates a code of reasons.",
        reason_code=StageReasonCode,
    )
    change_stage_reason_code = mutation(
        operations.change_stage_reason_code,
        ChangeStageReasonCodeInput,
        "Renames a code of reasons.",
        reason_code=StageReasonCode,
    )
    delete_stage_reason_code = deletion(
        operations.delete_stage_reason_code,
        DeleteStageReasonCodeInput,
        "Deletes a code of reasons that was never given.",
        StageReasonCode,
    )
