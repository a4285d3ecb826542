"""Working calendars."""

import datetime as dt

import strawberry

from api.schema.nodes import Node, node
from api.selection import column, computed, identity, many
from domain.calendars import models
from domain.core.rows import company_only


def _clock(minute: int | None) -> str | None:
    """Minutes after midnight as people write them; the end of the day is 24:00."""
    return None if minute is None else f"{minute // 60:02}:{minute % 60:02}"


@node(models.CalendarHours, prefix="clh", visible=company_only, description="When work is done on one weekday.")
class CalendarHours:
    """One open interval of a weekday."""

    weekday: int = column(description="ISO weekday: Monday is 1, Sunday is 7.")
    opens_at: str = computed(needs=("opens_minute",), value=_clock, description="Wall-clock time, `HH:MM`.")
    closes_at: str = computed(
        needs=("closes_minute",), value=_clock, description="Wall-clock time, `HH:MM`; `24:00` is the end of the day."
    )


@node(models.CalendarHoliday, prefix="cld", visible=company_only, description="A date that differs from its weekday.")
class CalendarHoliday:
    """A holiday, or a day with other hours."""

    on: dt.date = column("on_date", description="Which date.")
    name: str = column(description="Why it differs.")
    opens_at: str | None = computed(
        needs=("opens_minute",), value=_clock, description="Wall-clock time, `HH:MM`; null means closed all day."
    )
    closes_at: str | None = computed(
        needs=("closes_minute",), value=_clock, description="Wall-clock time, `HH:MM`; null means closed all day."
    )


@node(
    models.Calendar,
    prefix="cal",
    visible=company_only,
    description="When work is done: weekly open hours, and the days that differ.",
)
class Calendar(Node):
    """A working calendar."""

    id: strawberry.ID = identity("cal")
    number: str = column(description="For people, unique per company.")
    name: str = column(description="The calendar's name.")
    time_zone: str = column(description="IANA time zone in which its hours are meant.")
    hours: list[CalendarHours] = many(order=("weekday", "opens_minute"), description="Weekly open hours.")
    holidays: list[CalendarHoliday] = many(order=("on_date",), description="Dates that differ.")
    version: int = column(description="Grows with every change; send it back as `expectedVersion`.")
