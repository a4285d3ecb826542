"""Working calendars as the rules want them."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import time

from domain.calendars.models import Calendar, CalendarHoliday, CalendarHours
from domain.calendars.rules import Holiday, OpenHours, WorkingCalendar

_END_OF_DAY = 1440


def minute_time(minute: int) -> time:
    """The wall-clock time `minute` minutes after midnight; 1440, the end of the day, is written as midnight."""
    return time() if minute == _END_OF_DAY else time(minute // 60, minute % 60)


async def working_calendars(calendar_ids: Iterable[int]) -> dict[int, WorkingCalendar]:
    """The calendars with these ids, in three statements however many there are."""
    wanted = sorted(set(calendar_ids))
    if not wanted:
        return {}
    hours: defaultdict[int, list[OpenHours]] = defaultdict(list)
    for opening in await CalendarHours.filter(calendar_id__in=wanted).order_by("weekday", "opens_minute"):
        hours[opening.calendar_id].append(
            OpenHours(opening.weekday, minute_time(opening.opens_minute), minute_time(opening.closes_minute))
        )
    holidays: defaultdict[int, list[Holiday]] = defaultdict(list)
    for day in await CalendarHoliday.filter(calendar_id__in=wanted).order_by("on_date"):
        opens = None if day.opens_minute is None else minute_time(day.opens_minute)
        closes = None if day.closes_minute is None else minute_time(day.closes_minute)
        holidays[day.calendar_id].append(Holiday(day.on_date, day.name, opens, closes))
    return {
        calendar.id: WorkingCalendar(calendar.time_zone, tuple(hours[calendar.id]), tuple(holidays[calendar.id]))
        for calendar in await Calendar.filter(id__in=wanted)
    }
