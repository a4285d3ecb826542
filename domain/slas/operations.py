"""Changes of service levels. What concerns the time of single orders is in `domain.orders.operations.recording`."""

from dataclasses import dataclass

from domain.calendars.models import Calendar
from domain.core.actor import Permission
from domain.core.checks import check_text
from domain.core.keep import KEEP, Keep, chosen
from domain.core.operation import Work, check_version, operation
from domain.core.removal import removed
from domain.core.rows import existing, locked
from domain.numbering import named
from domain.slas import rules
from domain.slas.models import ServiceLevel
from domain.slas.queries import calendar_with


@dataclass(frozen=True, slots=True)
class CreateServiceLevel:
    """A new service level; without a number it draws one."""

    name: str
    days: int = 0
    hours: int = 0
    minutes: int = 0
    calendar_id: int | None = None
    suspended: bool = False
    number: str | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def create_service_level(work: Work, command: CreateServiceLevel) -> int:
    """Create a service level.

    Raises:
        Refused: NOT_FOUND, INVALID, ALREADY_EXISTS, NUMBER_SEQUENCE_MISSING.

    Source: DOMAIN.md 8.1.
    """
    await _check(work, command.days, command.hours, command.minutes, command.calendar_id)
    return await named.made(
        work,
        ServiceLevel,
        command.name,
        command.number,
        days=command.days,
        hours=command.hours,
        minutes=command.minutes,
        calendar_id=command.calendar_id,
        suspended=command.suspended,
    )


@dataclass(frozen=True, slots=True)
class ChangeServiceLevel:
    """What is to be different about a service level."""

    level_id: int
    name: str | Keep = KEEP
    days: int | Keep = KEEP
    hours: int | Keep = KEEP
    minutes: int | Keep = KEEP
    calendar_id: int | None | Keep = KEEP
    suspended: bool | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def change_service_level(work: Work, command: ChangeServiceLevel) -> int:
    """Change a service level for the orders to come; those that are measured keep what was promised to them.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID.

    Source: DOMAIN.md 8.1.
    """
    level = await locked(ServiceLevel, command.level_id, "service level", "slaId")
    await check_version(level, command.expected_version)
    days, hours = chosen(command.days, level.days), chosen(command.hours, level.hours)
    minutes, calendar_id = chosen(command.minutes, level.minutes), chosen(command.calendar_id, level.calendar_id)
    if (days, hours, minutes, calendar_id) != (level.days, level.hours, level.minutes, level.calendar_id):
        await _check(work, days, hours, minutes, calendar_id)
    await work.change(
        level,
        "service_level_changed",
        name=check_text(chosen(command.name, level.name), "name"),
        days=days,
        hours=hours,
        minutes=minutes,
        calendar_id=calendar_id,
        suspended=chosen(command.suspended, level.suspended),
    )
    return level.id


@dataclass(frozen=True, slots=True)
class DeleteServiceLevel:
    """Which service level goes."""

    level_id: int
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def delete_service_level(work: Work, command: DeleteServiceLevel) -> int:
    """Delete a service level that no agreement, no group and no order has.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, IN_USE.
    """
    return await removed(
        work, ServiceLevel, command.level_id, "service level", "slaId", expected_version=command.expected_version
    )


async def _check(work: Work, days: int, hours: int, minutes: int, calendar_id: int | None) -> None:
    await existing(Calendar, calendar_id, "calendar", "calendarId")
    level = rules.ServiceLevel(days, hours, minutes, await calendar_with(calendar_id))
    rules.check_service_level(level, now=work.now)
