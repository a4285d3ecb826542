"""The demo company's working calendars and the public holidays of its two countries."""

from collections.abc import Iterator
from datetime import date, timedelta

YEARS = (2026, 2027, 2028)
NORMAL, SERVICE, DUTY, BRITISH = "CAL-1", "CAL-2", "CAL-3", "CAL-4"

CALENDARS = (
    (NORMAL, "Monday to Friday", "Europe/Copenhagen"),
    (SERVICE, "Service, 06 to 18", "Europe/Copenhagen"),
    (DUTY, "Weekend duty", "Europe/Copenhagen"),
    (BRITISH, "United Kingdom", "Europe/London"),
)
_WORKDAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY")
HOURS = (
    *((NORMAL, day, "07:00", "15:30") for day in _WORKDAYS),
    *((SERVICE, day, "06:00", "18:00") for day in _WORKDAYS),
    *((DUTY, day, "08:00", "16:00") for day in (*_WORKDAYS[2:], "SATURDAY", "SUNDAY")),
    *((BRITISH, day, "08:30", "17:00") for day in _WORKDAYS),
)


def holidays() -> Iterator[tuple[str, str, str, str, str]]:
    """Calendar, date, name, and the hours of days that are only shorter."""
    for year in YEARS:
        for calendar in (NORMAL, SERVICE):
            closed = dict(_danish(year))
            for on, name in closed.items():
                yield calendar, on.isoformat(), name, "", ""
            for on, name in ((date(year, 6, 5), "Constitution Day"), (date(year, 12, 31), "New Year's Eve")):
                if on not in closed:  # in 2028, Whit Monday is on Constitution Day
                    yield calendar, on.isoformat(), name, "07:00", "12:00"
        for on, name in ((date(year, 1, 1), "New Year's Day"), (date(year, 12, 25), "Christmas Day")):
            yield DUTY, on.isoformat(), name, "", ""
        for on, name in _british(year):
            yield BRITISH, on.isoformat(), name, "", ""


def _danish(year: int) -> list[tuple[date, str]]:
    easter = easter_sunday(year)
    return sorted(
        [
            (date(year, 1, 1), "New Year's Day"),
            (easter - timedelta(days=3), "Maundy Thursday"),
            (easter - timedelta(days=2), "Good Friday"),
            (easter, "Easter Sunday"),
            (easter + timedelta(days=1), "Easter Monday"),
            (easter + timedelta(days=39), "Ascension Day"),
            (easter + timedelta(days=49), "Whit Sunday"),
            (easter + timedelta(days=50), "Whit Monday"),
            (date(year, 12, 24), "Christmas Eve"),
            (date(year, 12, 25), "Christmas Day"),
            (date(year, 12, 26), "Second Christmas Day"),
        ]
    )


def _british(year: int) -> list[tuple[date, str]]:
    """The bank holidays of England; one that falls on a weekend is kept on the next free weekday."""
    easter = easter_sunday(year)
    kept = {
        easter - timedelta(days=2): "Good Friday",
        easter + timedelta(days=1): "Easter Monday",
        _first_monday(date(year, 5, 1)): "Early May bank holiday",
        _first_monday(date(year, 5, 25)): "Spring bank holiday",
        _first_monday(date(year, 8, 25)): "Summer bank holiday",
    }
    fixed = (
        (date(year, 1, 1), "New Year's Day"),
        (date(year, 12, 25), "Christmas Day"),
        (date(year, 12, 26), "Boxing Day"),
    )
    for day, name in fixed:
        on = day
        while on.isoweekday() > 5 or on in kept:  # noqa: PLR2004 (Friday)
            on += timedelta(days=1)
        kept[on] = name if on == day else f"{name} (substitute day)"
    return sorted(kept.items())


def _first_monday(earliest: date) -> date:
    return earliest + timedelta(days=-earliest.weekday() % 7)


def easter_sunday(year: int) -> date:
    """Easter Sunday in the Gregorian calendar (the method printed in Nature, 1876)."""
    golden = year % 19
    century, in_century = divmod(year, 100)
    leap_centuries, rest = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - correction + 15) % 30
    leap_years, last = divmod(in_century, 4)
    to_sunday = (32 + 2 * rest + 2 * leap_years - epact - last) % 7
    late = (golden + 11 * epact + 22 * to_sunday) // 451
    month, day = divmod(epact + to_sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)
