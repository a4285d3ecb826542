"""Working calendars."""

import datetime as dt
import re

import strawberry

from api.schema.inputs import NUMBER, OMIT, VERSION, MutationInput, kept
from api.schema.lists import listing, looked_up
from api.schema.mutations import deletion, mutation
from api.schema.nodes import Node, key_of, node, part
from api.schema.paging import RecordFilter, RecordOrder
from api.selection import column, computed, identity, many
from domain.calendars import models, operations
from domain.calendars.rules import MIDNIGHT, Holiday, OpenHours
from domain.core.errors import Code, Refused
from domain.core.keep import KEEP
from domain.core.rows import company_only

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_END_OF_DAY = "24:00"
_OPENS = "Wall-clock time, `HH:MM`."
_CLOSES = "Wall-clock time, `HH:MM`; `24:00` is the end of the day."
_OPENS_OR_CLOSED = "Wall-clock time, `HH:MM`; null means closed all day."
_CLOSES_OR_CLOSED = "Wall-clock time, `HH:MM`; `24:00` is the end of the day, null means closed all day."
_ALL_HOURS = "Weekly open hours, several on a weekday if need be. They replace all there were."
_ALL_HOLIDAYS = "Dates that differ. They replace all there were."


def _written(minute: int | None) -> str | None:
    """Minutes after midnight as people write them; the end of the day is 24:00."""
    return None if minute is None else f"{minute // 60:02}:{minute % 60:02}"


def _read(text: str, *path: str | int) -> dt.time:
    """A wall-clock time as people write it; the end of the day is the midnight that follows.

    Raises:
        Refused: INVALID.
    """
    if text == _END_OF_DAY and path[-1] == "closes":
        return MIDNIGHT
    match = _TIME.fullmatch(text)
    if match is None:
        raise Refused(Code.INVALID, f"{text[:20]} is no time of day; write it like 08:00.", path)
    return dt.time(int(match[1]), int(match[2]))


@part(models.CalendarHours, visible=company_only, description="When work is done on one weekday.")
class CalendarHours:
    """One open interval of a weekday."""

    weekday: int = column(description="ISO weekday: Monday is 1, Sunday is 7.")
    opens: str = computed(needs=("opens_minute",), value=_written, description=_OPENS)
    closes: str = computed(needs=("closes_minute",), value=_written, description=_CLOSES)


@part(models.CalendarHoliday, visible=company_only, description="A date that differs from its weekday.")
class CalendarHoliday:
    """A holiday, or a day with other hours."""

    on: dt.date = column("on_date", description="Which date.")
    name: str = column(description="Why it differs.")
    opens: str | None = computed(needs=("opens_minute",), value=_written, description=_OPENS_OR_CLOSED)
    closes: str | None = computed(needs=("closes_minute",), value=_written, description=_CLOSES_OR_CLOSED)


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


@strawberry.input(one_of=True, description="Exactly one way to name a calendar.")
class CalendarRef:
    """By id or by number."""

    id: strawberry.Maybe[strawberry.ID] = strawberry.field(description="Its id.")
    number: strawberry.Maybe[str] = strawberry.field(description="Its number, for example `CAL-10001`.")


@strawberry.input(description="When work is done on one weekday.")
class CalendarHoursInput:
    """One open interval of a weekday."""

    weekday: int = strawberry.field(description="ISO weekday: Monday is 1, Sunday is 7.")
    opens: str = strawberry.field(description=_OPENS)
    closes: str = strawberry.field(description=_CLOSES)

    def hours(self, *path: str | int) -> OpenHours:
        """The hours as the domain wants them.

        Raises:
            Refused: INVALID.
        """
        return OpenHours(self.weekday, _read(self.opens, *path, "opens"), _read(self.closes, *path, "closes"))


@strawberry.input(description="A date that differs from its weekday: closed, or open at other hours.")
class CalendarHolidayInput:
    """A holiday, or a day with other hours."""

    on: dt.date = strawberry.field(description="Which date.")
    name: str = strawberry.field(description="Why it differs, at most 120 characters.")
    opens: str | None = strawberry.field(
        default=None, description="Wall-clock time, `HH:MM`. Omit both times when it is closed all day."
    )
    closes: str | None = strawberry.field(default=None, description=_CLOSES)

    def holiday(self, *path: str | int) -> Holiday:
        """The holiday as the domain wants it.

        Raises:
            Refused: INVALID.
        """
        opens = None if self.opens is None else _read(self.opens, *path, "opens")
        closes = None if self.closes is None else _read(self.closes, *path, "closes")
        return Holiday(self.on, self.name, opens, closes)


def _all_hours(hours: list[CalendarHoursInput]) -> tuple[OpenHours, ...]:
    return tuple(each.hours("hours", place) for place, each in enumerate(hours))


def _all_holidays(holidays: list[CalendarHolidayInput]) -> tuple[Holiday, ...]:
    return tuple(each.holiday("holidays", place) for place, each in enumerate(holidays))


@strawberry.input(description="A new working calendar.")
class CreateCalendarInput(MutationInput):
    """For `createCalendar`."""

    name: str = strawberry.field(description="The calendar's name, at most 120 characters.")
    time_zone: str = strawberry.field(description="IANA time zone in which its hours are meant.")
    number: str | None = strawberry.field(default=None, description=NUMBER)
    hours: list[CalendarHoursInput] = strawberry.field(
        default_factory=list, description="Weekly open hours, several on a weekday if need be; closed without any."
    )
    holidays: list[CalendarHolidayInput] = strawberry.field(
        default_factory=list, description="Dates that differ from their weekday."
    )

    def command(self) -> operations.CreateCalendar:
        """The command this asks for."""
        return operations.CreateCalendar(
            name=self.name,
            time_zone=self.time_zone,
            number=self.number,
            hours=_all_hours(self.hours),
            holidays=_all_holidays(self.holidays),
        )


@strawberry.input(description="What is to be different about a calendar.")
class ChangeCalendarInput(MutationInput):
    """For `changeCalendar`."""

    calendar_id: strawberry.ID = strawberry.field(description="Which calendar.")
    name: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    time_zone: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    hours: strawberry.Maybe[list[CalendarHoursInput]] = strawberry.field(description=f"{OMIT} {_ALL_HOURS}")
    holidays: strawberry.Maybe[list[CalendarHolidayInput]] = strawberry.field(description=f"{OMIT} {_ALL_HOLIDAYS}")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeCalendar:
        """The command this asks for."""
        return operations.ChangeCalendar(
            calendar_id=key_of(self.calendar_id, "cal", "calendar", "calendarId"),
            name=kept(self.name),
            time_zone=kept(self.time_zone),
            hours=KEEP if self.hours is None else _all_hours(self.hours.value),
            holidays=KEEP if self.holidays is None else _all_holidays(self.holidays.value),
            expected_version=self.expected_version,
        )


@strawberry.input(description="A calendar that is no longer needed.")
class DeleteCalendarInput(MutationInput):
    """For `deleteCalendar`."""

    calendar_id: strawberry.ID = strawberry.field(description="Which calendar; one that nobody uses.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.DeleteCalendar:
        """The command this asks for."""
        return operations.DeleteCalendar(
            calendar_id=key_of(self.calendar_id, "cal", "calendar", "calendarId"),
            expected_version=self.expected_version,
        )


@strawberry.type
class CalendarQueries:
    """Reading calendars."""

    calendar = looked_up(Calendar, CalendarRef, "A calendar; null when it does not exist or you may not see it.")
    calendars = listing(Calendar, RecordFilter, RecordOrder.NUMBER_ASC, "Working calendars.")


@strawberry.type
class CalendarMutations:
    """Changing calendars."""

    create_calendar = mutation(
        operations.create_calendar, CreateCalendarInput, "Creates a working calendar.", calendar=Calendar
    )
    change_calendar = mutation(
        operations.change_calendar,
        ChangeCalendarInput,
        "Changes a working calendar; hours and holidays that are given replace all there were.",
        calendar=Calendar,
    )
    delete_calendar = deletion(
        operations.delete_calendar,
        DeleteCalendarInput,
        "Deletes a calendar; refused with IN_USE while a worker or the company has it.",
        Calendar,
    )
