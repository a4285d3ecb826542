"""Changes of activity types, and of activities apart from what a dispatcher does to them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from domain.core.actor import Permission
from domain.core.checks import check_text, optional_text
from domain.core.errors import Code, Refused
from domain.core.keep import KEEP, Keep, chosen
from domain.core.operation import Work, check_version, operation
from domain.core.rows import existing, locked
from domain.numbering import named
from domain.orders import rules
from domain.orders.activities import activity_number, new_activity, phase_of
from domain.orders.models import ActivityType, ServiceActivity, ServiceOrder
from domain.orders.parts import state_of
from domain.orders.rules import Priority
from domain.parameters.queries import company_parameters
from domain.service_objects.models import ServiceTask
from domain.stages.models import ActivityPhase


@dataclass(frozen=True, slots=True)
class CreateActivityType:
    """A new kind of visit."""

    name: str
    number: str | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def create_activity_type(work: Work, command: CreateActivityType) -> int:
    """Create an activity type.

    Raises:
        Refused: INVALID, ALREADY_EXISTS, NUMBER_SEQUENCE_MISSING.
    """
    return await named.made(work, ActivityType, command.name, command.number)


@dataclass(frozen=True, slots=True)
class ChangeActivityType:
    """What is to be different about an activity type."""

    activity_type_id: int
    name: str | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def change_activity_type(work: Work, command: ChangeActivityType) -> int:
    """Change an activity type.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID.
    """
    which = (command.activity_type_id, "activity type", "activityTypeId")
    return await named.renamed(work, ActivityType, *which, command.name, expected_version=command.expected_version)


@dataclass(frozen=True, slots=True)
class CreateServiceActivity:
    """A new activity on an order; without times it waits in the undispatched list."""

    order_id: int
    title: str
    type_id: int | None = None
    task_id: int | None = None
    starts_at: datetime | None = None
    duration: timedelta | None = None
    priority: Priority | None = None


@operation(requires=Permission.MAINTAIN_ORDERS)
async def create_service_activity(work: Work, command: CreateServiceActivity) -> int:
    """Create an activity nobody has yet; `assign_activity` gives it to a worker.

    Raises:
        Refused: NOT_FOUND, WEB_ORDER_WAITS, INVALID, TIME_REQUIRED.
    """
    order = await locked(ServiceOrder, command.order_id, "service order", "orderId")
    rules.check_transferred(await state_of(order))
    parameters = await company_parameters()
    starts_at = ends_at = None
    if command.starts_at is not None:
        if command.duration is None:
            raise Refused(Code.TIME_REQUIRED, "An activity with a start needs a duration.", ("duration",))
        starts_at = rules.check_instant(command.starts_at, "startsAt")
        ends_at = starts_at + rules.check_length(command.duration, "duration")
    elif command.duration is not None:
        raise Refused(Code.TIME_REQUIRED, "An activity with a duration needs a start.", ("startsAt",))
    activity = new_activity(
        order,
        parameters,
        number=await activity_number(order),
        title=check_text(command.title, "title", longest=200),
        type_id=await existing(ActivityType, command.type_id, "activity type", "typeId"),
        phase_id=await phase_of(order.stage_id),
        task_id=await existing(ServiceTask, command.task_id, "service task", "taskId"),
        starts_at=starts_at,
        ends_at=ends_at,
        priority=command.priority or order.priority,
    )
    return (await work.create(activity, "activity_created")).id


@dataclass(frozen=True, slots=True)
class ChangeServiceActivity:
    """What is to be different about an activity, apart from who does it and when."""

    activity_id: int
    title: str | Keep = KEEP
    type_id: int | None | Keep = KEEP
    category: str | None | Keep = KEEP
    purpose: str | None | Keep = KEEP
    phase_id: int | None | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_ORDERS)
async def change_service_activity(work: Work, command: ChangeServiceActivity) -> int:
    """Change what an activity is called, what kind of visit it is, and the phase it is in.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID.
    """
    activity = await locked(ServiceActivity, command.activity_id, "activity", "activityId")
    await check_version(activity, command.expected_version)
    values: dict[str, Any] = {
        "title": check_text(chosen(command.title, activity.title), "title", longest=200),
        "category": optional_text(chosen(command.category, activity.category), "category", longest=60),
        "purpose": optional_text(chosen(command.purpose, activity.purpose), "purpose"),
    }
    if not isinstance(command.type_id, Keep):
        values["type_id"] = await existing(ActivityType, command.type_id, "activity type", "typeId")
    if not isinstance(command.phase_id, Keep):
        values["phase_id"] = await existing(ActivityPhase, command.phase_id, "activity phase", "phaseId")
    await work.change(activity, "activity_changed", **values)
    return activity.id
