"""Changes of stages, phases and codes of reasons. What also concerns orders is in `domain.orders.operations`."""

from dataclasses import dataclass

from domain.core.actor import Permission
from domain.core.checks import check_text
from domain.core.errors import Code, Refused
from domain.core.keep import KEEP, Keep, chosen
from domain.core.operation import Work, check_version, operation
from domain.core.removal import removed
from domain.core.rows import existing, free_number, locked
from domain.numbering import named
from domain.stages import rules
from domain.stages.models import ActivityPhase, Stage, StageReasonCode
from domain.stages.queries import stage_of


@dataclass(frozen=True, slots=True)
class ChangeStage:
    """What is to be different about a stage. Its parent may only be said as it is."""

    stage_id: int
    name: str | Keep = KEEP
    parent_id: int | None | Keep = KEEP
    allow_delete: bool | Keep = KEEP
    allow_modify: bool | Keep = KEEP
    allow_cancel: bool | Keep = KEEP
    allow_post: bool | Keep = KEEP
    stops_time_recording: bool | Keep = KEEP
    require_reason: bool | Keep = KEEP
    activity_phase_id: int | None | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def change_stage(work: Work, command: ChangeStage) -> int:
    """Change what a stage is called, allows, asks and does to orders that enter it; its place in the tree stays.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, PARENT_IMMUTABLE, INVALID.

    Source: DOMAIN.md 6.1.
    """
    row = await locked(Stage, command.stage_id, "stage", "stageId")
    await check_version(row, command.expected_version)
    rules.check_parent_kept(stage_of(row), chosen(command.parent_id, row.parent_id))
    await work.change(
        row,
        "stage_changed",
        name=check_text(chosen(command.name, row.name), "name"),
        allow_delete=chosen(command.allow_delete, row.allow_delete),
        allow_modify=chosen(command.allow_modify, row.allow_modify),
        allow_cancel=chosen(command.allow_cancel, row.allow_cancel),
        allow_post=chosen(command.allow_post, row.allow_post),
        stops_time_recording=chosen(command.stops_time_recording, row.stops_time_recording),
        require_reason=chosen(command.require_reason, row.require_reason),
        activity_phase_id=await existing_phase(chosen(command.activity_phase_id, row.activity_phase_id)),
    )
    return row.id


async def existing_phase(phase_id: int | None) -> int | None:
    """The phase that a stage gives visits; None stays None.

    Raises:
        Refused: NOT_FOUND.
    """
    return await existing(ActivityPhase, phase_id, "activity phase", "activityPhaseId")


# --- phases ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CreateActivityPhase:
    """A new phase of visits; without a number it draws one."""

    name: str
    number: str | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def create_activity_phase(work: Work, command: CreateActivityPhase) -> int:
    """Create an activity phase.

    Raises:
        Refused: INVALID, ALREADY_EXISTS, NUMBER_SEQUENCE_MISSING.

    Source: DOMAIN.md 6.1.
    """
    return await named.made(work, ActivityPhase, command.name, command.number)


@dataclass(frozen=True, slots=True)
class ChangeActivityPhase:
    """What is to be different about an activity phase."""

    phase_id: int
    name: str | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def change_activity_phase(work: Work, command: ChangeActivityPhase) -> int:
    """Change an activity phase.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID.
    """
    which = (command.phase_id, "activity phase", "phaseId")
    return await named.renamed(work, ActivityPhase, *which, command.name, expected_version=command.expected_version)


@dataclass(frozen=True, slots=True)
class DeleteActivityPhase:
    """Which activity phase goes."""

    phase_id: int
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def delete_activity_phase(work: Work, command: DeleteActivityPhase) -> int:
    """Delete a phase that no stage gives, and that no visit is in.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, IN_USE.
    """
    return await removed(
        work, ActivityPhase, command.phase_id, "activity phase", "phaseId", expected_version=command.expected_version
    )


# --- codes of reasons ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CreateStageReasonCode:
    """A new code of reasons."""

    number: str
    name: str


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def create_stage_reason_code(work: Work, command: CreateStageReasonCode) -> int:
    """Create a code of reasons.

    Raises:
        Refused: INVALID, ALREADY_EXISTS.

    Source: DOMAIN.md 6.3.
    """
    made = StageReasonCode(
        number=await free_number(StageReasonCode, command.number), name=check_text(command.name, "name")
    )
    return (await work.create(made, "stage_reason_code_created")).id


@dataclass(frozen=True, slots=True)
class ChangeStageReasonCode:
    """What is to be different about a code of reasons."""

    code_id: int
    name: str | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def change_stage_reason_code(work: Work, command: ChangeStageReasonCode) -> int:
    """Rename a code of reasons.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID.
    """
    which = (command.code_id, "stage reason code", "reasonCodeId")
    return await named.renamed(work, StageReasonCode, *which, command.name, expected_version=command.expected_version)


@dataclass(frozen=True, slots=True)
class DeleteStageReasonCode:
    """Which code of reasons is to go."""

    code_id: int
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def delete_stage_reason_code(work: Work, command: DeleteStageReasonCode) -> int:
    """Delete a code of reasons that was never given.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, IN_USE.

    Source: DOMAIN.md 6.3.
    """
    row = await locked(StageReasonCode, command.code_id, "stage reason code", "reasonCodeId")
    await check_version(row, command.expected_version)
    code_id, number = row.id, row.number
    try:
        await work.remove(row, "stage_reason_code_deleted")
    except Refused:
        message = f"{number} has been given as a reason and cannot be deleted."
        raise Refused(Code.IN_USE, message, ("reasonCodeId",)) from None
    return code_id
