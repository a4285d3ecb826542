"""Service levels as the rules see them, and which one applies under an agreement."""

from domain.calendars.queries import working_calendars
from domain.calendars.rules import WorkingCalendar
from domain.core.rows import existing
from domain.parameters.rules import SlaCalendarMode
from domain.slas import models, rules


async def calendar_with(calendar_id: int | None) -> WorkingCalendar | None:
    """The calendar with this id, as it is now; None for none."""
    return None if calendar_id is None else (await working_calendars([calendar_id]))[calendar_id]


async def level_of(row: models.ServiceLevel, mode: SlaCalendarMode = SlaCalendarMode.OPEN_TIME) -> rules.ServiceLevel:
    """A stored service level as the rules see it."""
    return rules.ServiceLevel(row.days, row.hours, row.minutes, await calendar_with(row.calendar_id), mode)


async def selectable_level(level_id: int | None, path: str = "slaId", *, kept: int | None = None) -> int | None:
    """The id of a service level that may be chosen: one that rests may only be kept where it is; None stays None.

    Raises:
        Refused: NOT_FOUND, INVALID.

    Source: DOMAIN.md 8.1.
    """
    if level_id is None or level_id == kept:
        return level_id
    await existing(models.ServiceLevel, level_id, "service level", path)
    row = await models.ServiceLevel.get(id=level_id)
    rules.check_selectable(row.number, suspended=row.suspended, path=(path,))
    return level_id
