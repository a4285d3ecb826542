"""Why a plan is as it is, in sentences. Pure."""

from domain.agreements.rules.validity import DateRange
from domain.agreements.rules.visits import CombineBy, Fate, Outcome, PlannedVisit, SkipReason

_SHARED = {
    CombineBy.BY_SERVICE_TASK: "task",
    CombineBy.BY_EMPLOYEE: "worker",
    CombineBy.BY_SERVICE_OBJECT: "object",
}

_SKIPPED = {
    SkipReason.AGREEMENT_SUSPENDED: "The agreement is suspended.",
    SkipReason.AGREEMENT_IS_TEMPLATE: "The agreement is a template.",
    SkipReason.CUSTOMER_MISSING: "The agreement's project has no customer, so there is nobody to visit.",
    SkipReason.CUSTOMER_NOT_IN_USE: "The customer of the agreement's project is no longer in use.",
    SkipReason.PROJECT_NOT_IN_USE: "The agreement's project is no longer in use.",
    SkipReason.LINE_STOPPED: "The line is stopped.",
    SkipReason.TYPE_NOT_CHOSEN: "Its transaction type was not chosen for this run.",
    SkipReason.ITEM_NOT_IN_USE: "Its item is no longer in use.",
}


def why_together(visit: PlannedVisit, agreement_number: str, shared_name: str | None = None) -> str:
    """Why the lines of a visit were put together, and why on that day.

    `shared_name` names the task, worker or object that they share.

    Source: DOMAIN.md 4.8.
    """
    scope = agreement_number + _shared(visit, shared_name)
    numbers = sorted({planned.line.number for planned in visit.lines})
    if len(visit.lines) == 1:
        sentence = (
            f"Line {numbers[0]} of {scope} may take place {_spoken(visit.common_days)}, "
            "and nothing else was left that may take place then"
        )
    else:
        sentence = f"{_lines(numbers)} of {scope} may all take place {_spoken(visit.common_days)}"
    sentence += f"; on {visit.service_on} {_moved(visit)}."
    return f"{sentence} The calendar is closed that day." if visit.calendar_conflict else sentence


def why_so(outcome: Outcome) -> str:
    """Why an occurrence is created, passed over, or left as it is.

    Source: DOMAIN.md 4.8.
    """
    if outcome.skipped_for is not None:
        return _SKIPPED[outcome.skipped_for]
    if outcome.fate is Fate.ALREADY_THERE or outcome.visit is None:
        return "An order line of that day exists already."
    return f"Planned for {outcome.visit.service_on}."


def _shared(visit: PlannedVisit, shared_name: str | None) -> str:
    if visit.combine_by is CombineBy.BY_SERVICE_AGREEMENT:
        return ""
    what = _SHARED[visit.combine_by]
    if visit.shared_id is None:
        return f" without a {what}" if what != "object" else " without an object"
    return f" with the {what} {shared_name}" if shared_name else f" with the same {what}"


def _lines(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"Several occurrences of line {numbers[0]}"
    return f"Lines {', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"


def _spoken(days: DateRange) -> str:
    return f"on {days.from_on}" if days.from_on == days.to_on else f"from {days.from_on} to {days.to_on}"


def _moved(visit: PlannedVisit) -> str:
    if not visit.displacement_days:
        return "nothing is moved"
    days = "day" if visit.displacement_days == 1 else "days"
    moved = "it is moved" if len(visit.lines) == 1 else "they are moved"
    return f"{moved} by {visit.displacement_days} {days} in all, the fewest possible"
