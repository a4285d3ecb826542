"""The demo company's stages, and where its orders stand."""

from db.demo.plan import LAST_WEEK, NEXT_WEEK, THIS_WEEK, Order

PHASES = (("PHS-1", "Being planned"), ("PHS-2", "Under way"), ("PHS-3", "Waiting"), ("PHS-4", "Done"))
# number, name, parent; may be deleted, changed, cancelled, posted; stops the time; asks for a reason; phase of visits
STAGES = (
    ("PLANNING", "Planning", "", "true", "true", "true", "false", "false", "false", "PHS-1"),
    ("IN_PROCESS", "In process", "PLANNING", "false", "true", "true", "false", "false", "false", "PHS-2"),
    ("WAITING_PARTS", "Waiting for parts", "IN_PROCESS", "false", "true", "true", "false", "true", "true", "PHS-3"),
    ("DONE", "Done", "IN_PROCESS", "false", "true", "false", "true", "true", "false", "PHS-4"),
    ("CLOSED", "Closed", "DONE", "false", "false", "false", "false", "true", "false", "PHS-4"),
    ("CANCELLED", "Cancelled", "PLANNING", "true", "false", "true", "false", "true", "true", ""),
)
_PHASE_OF = {stage[0]: stage[-1] for stage in STAGES}
REASON_CODES = (
    ("CUSTOMER_CANCELLED", "The customer has cancelled"),
    ("DUPLICATE", "Written down twice"),
    ("PARTS_ORDERED", "Parts have been ordered"),
    ("NO_ACCESS", "Nobody could let us in"),
    ("LATE_FOR_WEATHER", "The weather did not allow it"),
)
_CANCELED = 6
_MONDAY_TUESDAY = (0, 1)


def call_off(ordered: list[Order]) -> None:
    """Let a few customers cancel what was planned for next week."""
    later = [order for order in ordered if order.weeks == (NEXT_WEEK,) and order.visits]
    for order in later[:: max(1, len(later) // _CANCELED)][:_CANCELED]:
        order.canceled = True


def stage_of(order: Order, place: int, *, is_posted: bool) -> str:
    """The stage of an order, by what has become of its visits."""
    if order.canceled:
        return "CANCELLED"
    if order.is_done:
        return "CLOSED" if is_posted else "DONE"
    if any(visit.closed for visit in order.visits):
        return "WAITING_PARTS" if order.kind.items and place % 6 == 0 else "IN_PROCESS"
    under_way = any(
        visit.dispatched and (visit.week == LAST_WEEK or (visit.week == THIS_WEEK and visit.weekday in _MONDAY_TUESDAY))
        for visit in order.visits
    )
    return "IN_PROCESS" if under_way else "PLANNING"


def phase_of(order: Order, place: int) -> str:
    """The phase of an order's visits; whether it is posted makes no difference."""
    return _PHASE_OF[stage_of(order, place, is_posted=False)]


def reason_of(stage: str, place: int) -> tuple[str, str] | None:
    """The code and the words of the reason for which an order is in a stage that asks for one."""
    if stage == "CANCELLED":
        return (("CUSTOMER_CANCELLED", "Moves out next month"), ("DUPLICATE", ""))[place % 2]
    if stage == "WAITING_PARTS":
        return "PARTS_ORDERED", ("Expected within the week", "")[place % 2]
    return None
