"""The demo company's service levels, and the orders that are measured by them: some in every state."""

from collections.abc import Callable, Iterable

from db.demo import calendars
from db.demo.agreements import Agreement
from db.demo.plan import Order

# number, name, days, hours, minutes, calendar, suspended
SERVICE_LEVELS = (
    ("SLA-1", "Somebody comes within four open hours", 0, 4, 0, calendars.SERVICE, "false"),
    ("SLA-2", "Done within three open days", 3, 0, 0, calendars.SERVICE, "false"),
    ("SLA-3", "Done within a fortnight", 14, 0, 0, "", "false"),
    ("SLA-4", "Within two hours, night and day", 0, 2, 0, "", "true"),
)
# By agreement group. Inspections are planned, so nobody waits for them.
OF_GROUPS = {"AGR-1": "SLA-3", "AGR-2": "", "AGR-3": "SLA-2"}

FORTNIGHT = "SLA-3"

Row = tuple[str, ...]


def measured(ordered: Iterable[Order], made: list[Agreement], groups: dict[str, str]) -> dict[str, str]:
    """The orders under agreements whose group promises a fortnight, with when each was written down.

    So long ago that their fortnights stand alike on any day of the import.
    """
    agreed = {order.number for each in made if OF_GROUPS[groups[each.number]] == FORTNIGHT for order in each.orders}
    chosen = [order for order in ordered if order.number in agreed and not order.canceled]
    begun: dict[str, str] = {}
    for done, moments in ((True, _DONE), (False, _OPEN)):
        for place, order in enumerate(order for order in chosen if order.is_done is done):
            begun[order.number] = moments[place % len(moments)]
    return {order.number: begun[order.number] for order in chosen}


# What is done was done last week: within the fortnight, or long after it.
_DONE = ("D-9T10:20", "D-30T09:10")
# In time, at risk, late, paused once, not measured any more, in time.
_OPEN = ("D-3T08:40", "D-12T12:00", "D-20T11:30", "D-13T09:00", "D-10T10:00", "D-2T13:15")
_PAUSED, _CANCELED = _OPEN[3], _OPEN[4]


def times(
    chosen: dict[str, str], stages: dict[str, tuple[Order, str]], signed_off: Callable[[Order], str]
) -> list[Row]:
    """The recorded time of these orders: done, held by a stage, paused, cancelled, or running."""
    rows: list[Row] = []
    for number, at in chosen.items():
        order, stage = stages[number]
        if order.is_done:
            rows.append((number, at, signed_off(order), "STOPPED"))
        elif stage == "WAITING_PARTS":
            rows.append((number, at, "D-1T10:00", "STOPPED"))
        elif at == _PAUSED:
            rows += [(number, at, "D-11T12:00", "STOPPED"), (number, "D-8T08:00", "", "STARTED")]
        elif at == _CANCELED:
            rows.append((number, at, "D-5T12:00", "CANCELED"))
        else:
            rows.append((number, at, "", "STARTED"))
    return rows
