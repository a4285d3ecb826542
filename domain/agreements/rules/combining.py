"""Fewest visits: occurrences that share a day are done together, on the day that moves them least. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date

from domain.agreements.rules.validity import DateRange
from domain.agreements.rules.visits import PlannedLine
from domain.agreements.rules.windows import OpenDays


def fewest_visits(occurrences: Iterable[PlannedLine], open_days: OpenDays) -> list[list[PlannedLine]]:
    """The occurrences in as few heaps as possible, each of which has a day in common.

    The window that ends first decides the first heap: whatever may take place by its end joins it. So for the rest.
    What has to take place on a closed day meets only what has to, too.

    Source: DOMAIN.md 4.8 (5).
    """
    closed: dict[date, list[PlannedLine]] = {}
    movable: list[PlannedLine] = []
    for occurrence in occurrences:
        on = occurrence.days.from_on
        if on in open_days:
            movable.append(occurrence)
        else:
            closed.setdefault(on, []).append(occurrence)
    movable.sort(key=lambda each: each.days.from_on)
    visits: list[list[PlannedLine]] = []
    earliest_end = date.min
    for occurrence in movable:
        if occurrence.days.from_on > earliest_end or not visits:
            visits.append([occurrence])
            earliest_end = occurrence.days.to_on
        else:
            visits[-1].append(occurrence)
            earliest_end = min(earliest_end, occurrence.days.to_on)
    return visits + list(closed.values())


def common_days(occurrences: Sequence[PlannedLine]) -> DateRange:
    """The days that all of them may take: they have some."""
    if len(occurrences) == 1:
        return occurrences[0].days
    return DateRange(max(each.days.from_on for each in occurrences), min(each.days.to_on for each in occurrences))


def best_day(occurrences: Sequence[PlannedLine], common: DateRange, open_days: OpenDays) -> date:
    """The open day in common that moves them by the fewest days in all; among equals the earliest.

    Source: DOMAIN.md 4.8 (5).
    """
    # What moves them least is the day in the middle; farther off it only gets worse, on either side.
    calculated = sorted(each.calculated_on for each in occurrences)
    middle = min(max(calculated[(len(calculated) - 1) // 2], common.from_on), common.to_on)
    if middle in open_days:
        return middle
    sides = open_days.last(DateRange(common.from_on, middle)), open_days.first(DateRange(middle, common.to_on))
    days = [on for on in sides if on is not None]
    return min(days, key=lambda on: (displacement_days(occurrences, on), on), default=middle)


def displacement_days(occurrences: Iterable[PlannedLine], on: date) -> int:
    """By how many days all of them together are moved when they take place on a day."""
    return sum(abs((on - each.calculated_on).days) for each in occurrences)
