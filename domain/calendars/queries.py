"""Working calendars as the rules want them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import time

from tortoise.expressions import Q

from db.projection import Select, columns
from db.remembered import Remembered
from domain.calendars.models import Calendar, CalendarHoliday, CalendarHours
from domain.calendars.rules import Holiday, OpenHours, WorkingCalendar

_MOST_KNOWN = 200
_known: Remembered[WorkingCalendar] = Remembered(_MOST_KNOWN)

_END_OF_DAY = 1440
_MINUTES = ("opens_minute", "closes_minute")


def minute_time(minute: int) -> time:
    """The wall-clock time `minute` minutes after midnight; 1440, the end of the day, is written as midnight."""
    return time() if minute == _END_OF_DAY else time(minute // 60, minute % 60)


async def known_calendars(versions: Mapping[int, int]) -> dict[int, WorkingCalendar]:
    """The calendars with these ids in these versions, read once; for who changes none in the same transaction."""
    found = {
        calendar_id: known for calendar_id in versions if (known := _known.get((calendar_id, versions[calendar_id])))
    }
    for calendar_id, read in (await working_calendars(versions.keys() - found.keys())).items():
        found[calendar_id] = read
        _known.put((calendar_id, versions[calendar_id]), read)
    return found


async def working_calendars(calendar_ids: Iterable[int]) -> dict[int, WorkingCalendar]:
    """The calendars with these ids, in three statements however many there are."""
    wanted = sorted(set(calendar_ids))
    if not wanted:
        return {}
    of_them = Q(calendar_id__in=wanted)
    hours: defaultdict[int, list[OpenHours]] = defaultdict(list)
    opening = Select(CalendarHours, of_them, ("weekday", "opens_minute"))
    for calendar_id, weekday, opens, closes in await columns(opening, ("calendar_id", "weekday", *_MINUTES)):
        hours[calendar_id].append(OpenHours(weekday, minute_time(opens), minute_time(closes)))
    holidays: defaultdict[int, list[Holiday]] = defaultdict(list)
    days = Select(CalendarHoliday, of_them, ("on_date",))
    for calendar_id, on_date, name, *minutes in await columns(days, ("calendar_id", "on_date", "name", *_MINUTES)):
        opens_at, closes_at = (None if minute is None else minute_time(minute) for minute in minutes)
        holidays[calendar_id].append(Holiday(on_date, name, opens_at, closes_at))
    return {
        calendar_id: WorkingCalendar(time_zone, tuple(hours[calendar_id]), tuple(holidays[calendar_id]))
        for calendar_id, time_zone in await columns(Select(Calendar, Q(id__in=wanted)), ("id", "time_zone"))
    }
