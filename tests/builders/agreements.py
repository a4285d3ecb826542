"""Agreements, their lines and open days for tests."""

from collections.abc import Iterable
from datetime import date, time

from domain.agreements.rules import (
    Agreement,
    AgreementLine,
    CombineBy,
    Interval,
    IntervalRange,
    OpenDays,
    PlanRequest,
    TimeWindow,
    Validity,
)
from domain.calendars.rules import Holiday, OpenHours, WorkingCalendar
from domain.projects.rules import TransactionType

WEEKLY = Interval(IntervalRange.WEEKLY, 1)


def monday_to_friday(*closed: date) -> OpenDays:
    """The days of a calendar that is open on weekdays, except on those given."""
    weekly = tuple(OpenHours(weekday, time(8), time(16)) for weekday in range(1, 6))
    return OpenDays(WorkingCalendar("Europe/Copenhagen", weekly, tuple(Holiday(on, "Holiday") for on in closed)))


def a_line(
    number: int,
    starts_on: date,
    interval: Interval | None = WEEKLY,
    *,
    ends_on: date | None = None,
    transaction_type: TransactionType = TransactionType.HOUR,
    window: TimeWindow | None = None,
    task_id: int | None = None,
    worker_id: int | None = None,
    object_relation_id: int | None = None,
    stopped: bool = False,
) -> AgreementLine:
    """A weekly line of working time without a window, unless said otherwise."""
    return AgreementLine(
        number=number,
        transaction_type=transaction_type,
        validity=Validity(starts_on, ends_on),
        interval=interval,
        window=window,
        task_id=task_id,
        worker_id=worker_id,
        object_relation_id=object_relation_id,
        stopped=stopped,
    )


def an_agreement(
    lines: Iterable[AgreementLine],
    *,
    id: int = 1,
    starts_on: date = date(2007, 1, 1),
    ends_on: date | None = None,
    combine_by: CombineBy = CombineBy.BY_SERVICE_AGREEMENT,
    suspended: bool = False,
    is_template: bool = False,
) -> Agreement:
    """An agreement from 2007 without an end, whose lines are combined whatever they are, unless said otherwise."""
    return Agreement(
        id=id,
        validity=Validity(starts_on, ends_on),
        combine_by=combine_by,
        lines=tuple(lines),
        suspended=suspended,
        is_template=is_template,
    )


def a_run(
    from_on: date,
    to_on: date,
    *transaction_types: TransactionType,
    continuous: bool = False,
) -> PlanRequest:
    """A run over some days, for every transaction type unless some are named."""
    return PlanRequest(
        from_on, to_on, frozenset(transaction_types) or frozenset(TransactionType), continuous=continuous
    )
