"""Changes of what service agreements are set up with: groups, template groups, intervals, time windows."""

from dataclasses import dataclass

from domain.agreements import rules
from domain.agreements.models import AgreementGroup, ServiceInterval, TemplateGroup, TimeWindow
from domain.agreements.rules import Interval, IntervalRange, WindowMethod
from domain.core.actor import Permission
from domain.core.checks import check_text
from domain.core.keep import KEEP, Keep, chosen
from domain.core.operation import Work, check_version, operation
from domain.core.removal import removed
from domain.core.rows import existing, locked
from domain.numbering import named
from domain.slas.queries import selectable_level

# --- agreement groups ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CreateAgreementGroup:
    """A new kind of agreement; without a number it draws one."""

    name: str
    number: str | None = None
    sla_id: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def create_agreement_group(work: Work, command: CreateAgreementGroup) -> int:
    """Create an agreement group.

    Raises:
        Refused: NOT_FOUND, INVALID, ALREADY_EXISTS, NUMBER_SEQUENCE_MISSING.

    Source: DOMAIN.md 4.1, 8.1.
    """
    sla_id = await selectable_level(command.sla_id)
    return await named.made(work, AgreementGroup, command.name, command.number, sla_id=sla_id)


@dataclass(frozen=True, slots=True)
class ChangeAgreementGroup:
    """What is to be different about an agreement group."""

    group_id: int
    name: str | Keep = KEEP
    sla_id: int | None | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def change_agreement_group(work: Work, command: ChangeAgreementGroup) -> int:
    """Change an agreement group.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID.
    """
    group = await locked(AgreementGroup, command.group_id, "agreement group", "groupId")
    await check_version(group, command.expected_version)
    await work.change(
        group,
        "agreement_group_changed",
        name=check_text(chosen(command.name, group.name), "name"),
        sla_id=await selectable_level(chosen(command.sla_id, group.sla_id), kept=group.sla_id),
    )
    return group.id


@dataclass(frozen=True, slots=True)
class DeleteAgreementGroup:
    """Which agreement group goes."""

    group_id: int
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def delete_agreement_group(work: Work, command: DeleteAgreementGroup) -> int:
    """Delete a group that neither an agreement nor the company's settings name.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, IN_USE.
    """
    return await removed(
        work, AgreementGroup, command.group_id, "agreement group", "groupId", expected_version=command.expected_version
    )


# --- template groups -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CreateTemplateGroup:
    """A new place in the tree of templates; without a number it draws one."""

    name: str
    number: str | None = None
    parent_id: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def create_template_group(work: Work, command: CreateTemplateGroup) -> int:
    """Create a template group.

    Raises:
        Refused: NOT_FOUND, INVALID, ALREADY_EXISTS, NUMBER_SEQUENCE_MISSING.

    Source: DOMAIN.md 4.1.
    """
    parent_id = await existing(TemplateGroup, command.parent_id, "template group", "parentId")
    return await named.made(work, TemplateGroup, command.name, command.number, parent_id=parent_id)


@dataclass(frozen=True, slots=True)
class ChangeTemplateGroup:
    """What is to be different about a template group."""

    group_id: int
    name: str | Keep = KEEP
    parent_id: int | None | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def change_template_group(work: Work, command: ChangeTemplateGroup) -> int:
    """Change a template group; it never comes to hang below itself.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID.

    Source: DOMAIN.md 4.1.
    """
    # All of them, in id order: two moves at once could make a circle that neither of them sees.
    groups = {group.id: group for group in await TemplateGroup.all().order_by("id").select_for_update()}
    group = await locked(TemplateGroup, command.group_id, "template group", "groupId")
    await check_version(group, command.expected_version)
    parent_id = chosen(command.parent_id, group.parent_id)
    await existing(TemplateGroup, parent_id, "template group", "parentId")
    rules.check_group_parent(group.id, parent_id, {each.id: each.parent_id for each in groups.values()})
    name = check_text(chosen(command.name, group.name), "name")
    await work.change(group, "template_group_changed", name=name, parent_id=parent_id)
    return group.id


@dataclass(frozen=True, slots=True)
class DeleteTemplateGroup:
    """Which template group goes."""

    group_id: int
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def delete_template_group(work: Work, command: DeleteTemplateGroup) -> int:
    """Delete a template group with neither groups below it nor templates.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, IN_USE.
    """
    return await removed(
        work, TemplateGroup, command.group_id, "template group", "groupId", expected_version=command.expected_version
    )


# --- service intervals -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CreateServiceInterval:
    """A new interval; without a number it draws one."""

    name: str
    range: IntervalRange
    frequency: int = 1
    number: str | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def create_service_interval(work: Work, command: CreateServiceInterval) -> int:
    """Create a service interval.

    Raises:
        Refused: INVALID, ALREADY_EXISTS, NUMBER_SEQUENCE_MISSING.

    Source: DOMAIN.md 4.6.
    """
    rules.check_interval(Interval(command.range, command.frequency))
    interval = {"range": command.range, "frequency": command.frequency}
    return await named.made(work, ServiceInterval, command.name, command.number, **interval)


@dataclass(frozen=True, slots=True)
class ChangeServiceInterval:
    """What is to be different about a service interval."""

    interval_id: int
    name: str | Keep = KEEP
    range: IntervalRange | Keep = KEEP
    frequency: int | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def change_service_interval(work: Work, command: ChangeServiceInterval) -> int:
    """Change a service interval; what has been planned with it stays.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID.

    Source: DOMAIN.md 4.6.
    """
    interval = await locked(ServiceInterval, command.interval_id, "service interval", "intervalId")
    await check_version(interval, command.expected_version)
    wanted = Interval(chosen(command.range, interval.range), chosen(command.frequency, interval.frequency))
    rules.check_interval(wanted)
    await work.change(
        interval,
        "service_interval_changed",
        name=check_text(chosen(command.name, interval.name), "name"),
        range=wanted.range,
        frequency=wanted.frequency,
    )
    return interval.id


@dataclass(frozen=True, slots=True)
class DeleteServiceInterval:
    """Which service interval goes."""

    interval_id: int
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def delete_service_interval(work: Work, command: DeleteServiceInterval) -> int:
    """Delete a service interval that no agreement line has.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, IN_USE.
    """
    return await removed(
        work,
        ServiceInterval,
        command.interval_id,
        "service interval",
        "intervalId",
        expected_version=command.expected_version,
    )


# --- time windows ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CreateTimeWindow:
    """A new time window; without a number it draws one."""

    name: str
    method: WindowMethod
    days_before: int = 0
    days_after: int = 0
    number: str | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def create_time_window(work: Work, command: CreateTimeWindow) -> int:
    """Create a time window.

    Raises:
        Refused: INVALID, ALREADY_EXISTS, NUMBER_SEQUENCE_MISSING.

    Source: DOMAIN.md 4.7.
    """
    rules.check_time_window(rules.TimeWindow(command.method, command.days_before, command.days_after))
    window = {"method": command.method, "days_before": command.days_before, "days_after": command.days_after}
    return await named.made(work, TimeWindow, command.name, command.number, **window)


@dataclass(frozen=True, slots=True)
class ChangeTimeWindow:
    """What is to be different about a time window."""

    window_id: int
    name: str | Keep = KEEP
    method: WindowMethod | Keep = KEEP
    days_before: int | Keep = KEEP
    days_after: int | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def change_time_window(work: Work, command: ChangeTimeWindow) -> int:
    """Change a time window; what has been planned with it stays.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID.

    Source: DOMAIN.md 4.7.
    """
    window = await locked(TimeWindow, command.window_id, "time window", "windowId")
    await check_version(window, command.expected_version)
    wanted = rules.TimeWindow(
        chosen(command.method, window.method),
        chosen(command.days_before, window.days_before),
        chosen(command.days_after, window.days_after),
    )
    rules.check_time_window(wanted)
    await work.change(
        window,
        "time_window_changed",
        name=check_text(chosen(command.name, window.name), "name"),
        method=wanted.method,
        days_before=wanted.days_before,
        days_after=wanted.days_after,
    )
    return window.id


@dataclass(frozen=True, slots=True)
class DeleteTimeWindow:
    """Which time window goes."""

    window_id: int
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def delete_time_window(work: Work, command: DeleteTimeWindow) -> int:
    """Delete a time window that no agreement line has.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, IN_USE.
    """
    return await removed(
        work, TimeWindow, command.window_id, "time window", "windowId", expected_version=command.expected_version
    )
