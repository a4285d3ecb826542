"""Stages as far as orders are concerned: the tree they pass through, their moves along it, and the reasons given."""

from dataclasses import dataclass

from domain.core.actor import Permission
from domain.core.checks import check_text
from domain.core.errors import Code, Refused
from domain.core.operation import Work, check_version, operation
from domain.core.rows import existing, free_number, locked
from domain.orders.activities import follow_stage, give_activities
from domain.orders.measuring import check_may_stop, follow_effect, measured
from domain.orders.models import ServiceOrder, StageReason
from domain.orders.parts import log_reason, state_of
from domain.orders.rules import check_in_stage
from domain.stages import rules
from domain.stages.models import Stage, StageReasonCode
from domain.stages.operations import existing_phase
from domain.stages.queries import all_stages, stage_of
from domain.stages.rules import ReasonType

# --- the tree --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CreateStage:
    """A new stage; without a parent it is the one in which orders begin."""

    number: str
    name: str
    parent_id: int | None = None
    allow_delete: bool = False
    allow_modify: bool = False
    allow_cancel: bool = False
    allow_post: bool = False
    stops_time_recording: bool = False
    require_reason: bool = False
    activity_phase_id: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def create_stage(work: Work, command: CreateStage) -> int:
    """Create a stage; orders that are in none, because there was none, are put into the first.

    Raises:
        Refused: INVALID, ALREADY_EXISTS, INITIAL_STAGE_EXISTS, NOT_FOUND.

    Source: DOMAIN.md 6.1.
    """
    parent = None
    if command.parent_id is not None:
        parent = await locked(Stage, command.parent_id, "stage", "parentStageId")
    rules.check_new_stage(command.parent_id, await all_stages())
    made = await work.create(
        Stage(
            number=await free_number(Stage, command.number),
            name=check_text(command.name, "name"),
            parent_id=command.parent_id,
            allow_delete=command.allow_delete,
            allow_modify=command.allow_modify,
            allow_cancel=command.allow_cancel,
            allow_post=command.allow_post,
            stops_time_recording=command.stops_time_recording,
            require_reason=command.require_reason,
            activity_phase_id=await existing_phase(command.activity_phase_id),
        ),
        "stage_created",
    )
    if parent is not None:
        await work.change(parent, "stage_changed", has_next=True)
    else:
        orders = await ServiceOrder.filter(stage_id__isnull=True).order_by("id").select_for_update()
        for order in orders:
            await work.change(order, "service_order_moved", stage_id=made.id)
        await follow_stage(work, [order.id for order in orders], made.activity_phase_id)
    return made.id


@dataclass(frozen=True, slots=True)
class DeleteStage:
    """Which stage is to go."""

    stage_id: int
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def delete_stage(work: Work, command: DeleteStage) -> int:
    """Delete a stage that has no children, that no order is in, and for which no reason was given.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, STAGE_IN_USE.

    Source: DOMAIN.md 6.1.
    """
    row = await locked(Stage, command.stage_id, "stage", "stageId")
    await check_version(row, command.expected_version)
    stages = await all_stages()
    has_orders = await ServiceOrder.filter(stage_id=row.id).exists()
    rules.check_stage_unused(stage_of(row), stages, has_orders=has_orders)
    if await StageReason.filter(stage_id=row.id).exists():
        message = f"Reasons of service orders name {row.number}; it stays with them."
        raise Refused(Code.STAGE_IN_USE, message, ("stageId",))
    await work.remove(row, "stage_deleted")
    if row.parent_id is not None:
        parent = await locked(Stage, row.parent_id, "stage", "stageId")
        rest = await Stage.filter(parent_id=parent.id).exists()
        await work.change(parent, "stage_changed", has_next=rest)
    return command.stage_id


# --- moves -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MoveToNextStage:
    """Which order goes on, into which branch where there are several, and why."""

    order_id: int
    stage_id: int | None = None
    reason_code_id: int | None = None
    description: str | None = None
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_ORDERS)
async def move_service_order_to_next_stage(work: Work, command: MoveToNextStage) -> int:
    """Move an order to a stage after the one it is in.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, NO_INITIAL_STAGE, STAGE_TRANSITION_NOT_ALLOWED, REASON_REQUIRED, INVALID.

    Source: DOMAIN.md 6.2.
    """
    order = await locked(ServiceOrder, command.order_id, "service order", "orderId")
    await check_version(order, command.expected_version)
    current = check_in_stage(await state_of(order))
    entered = rules.plan_next(current, await all_stages(), command.stage_id)
    await _enter(work, order, current, entered, command.reason_code_id, command.description)
    return order.id


@dataclass(frozen=True, slots=True)
class MoveToPreviousStage:
    """Which order goes back, and why."""

    order_id: int
    reason_code_id: int | None = None
    description: str | None = None
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_ORDERS)
async def move_service_order_to_previous_stage(work: Work, command: MoveToPreviousStage) -> int:
    """Move an order back to the stage before the one it is in.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, NO_INITIAL_STAGE, STAGE_TRANSITION_NOT_ALLOWED, REASON_REQUIRED, INVALID.

    Source: DOMAIN.md 6.2.
    """
    order = await locked(ServiceOrder, command.order_id, "service order", "orderId")
    await check_version(order, command.expected_version)
    current = check_in_stage(await state_of(order))
    entered = rules.plan_previous(current, await all_stages(), path=("orderId",))
    await _enter(work, order, current, entered, command.reason_code_id, command.description)
    return order.id


async def _enter(
    work: Work,
    order: ServiceOrder,
    left: rules.Stage,
    entered: rules.Stage,
    reason_code_id: int | None,
    description: str | None,
) -> None:
    rules.check_entry_reason(entered, reason_code_id)
    found = await measured([order])
    if entered.stops_time_recording:
        for each in found:
            await check_may_stop(each, each.log, work, reason_code_id)
    await work.change(order, "service_order_moved", stage_id=entered.id)
    await follow_stage(work, [order.id], entered.activity_phase_id)
    await give_activities(work, order)
    await log_reason(work, order, ReasonType.STAGE_CHANGE, reason_code_id, description)
    for each in found:
        await follow_effect(work, each, rules.time_effect(left, entered))


# --- reasons ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AddStageReason:
    """A reason to note on an order, of the stage it is in."""

    order_id: int
    reason_code_id: int
    description: str | None = None


@operation(requires=Permission.MAINTAIN_ORDERS)
async def add_stage_reason(work: Work, command: AddStageReason) -> int:
    """Note a reason on an order by hand; gives the order.

    Raises:
        Refused: NOT_FOUND, INVALID, NO_INITIAL_STAGE.

    Source: DOMAIN.md 6.3.
    """
    order = await locked(ServiceOrder, command.order_id, "service order", "orderId")
    await existing(StageReasonCode, command.reason_code_id, "stage reason code", "reasonCodeId")
    await log_reason(work, order, ReasonType.MANUAL, command.reason_code_id, command.description)
    return order.id


@dataclass(frozen=True, slots=True)
class DeleteStageReason:
    """Which reason was noted by mistake."""

    reason_id: int
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_ORDERS)
async def delete_stage_reason(work: Work, command: DeleteStageReason) -> int:
    """Delete a reason that was noted by hand; the audit trail keeps it. One that was asked for stays.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID.

    Source: DOMAIN.md 6.3.
    """
    row = await locked(StageReason, command.reason_id, "stage reason", "reasonId")
    await check_version(row, command.expected_version)
    if row.type is not ReasonType.MANUAL:
        message = "This reason was given for a step of the order and stays with it; only noted ones can be deleted."
        raise Refused(Code.INVALID, message, ("reasonId",))
    await work.remove(row, "stage_reason_deleted")
    return command.reason_id
