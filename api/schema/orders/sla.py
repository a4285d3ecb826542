"""How orders stand against their service levels: the terms, the recorded time, and what both come to now."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from api.schema.nodes import part
from api.schema.slas import ServiceLevel
from api.selection import column, computed, made, many, one
from db.projection import Many, One, Value, Wanted
from domain.calendars.queries import minute_time
from domain.calendars.rules import Holiday, OpenHours, WorkingCalendar
from domain.core import clock
from domain.core.actor import Actor, Permission
from domain.core.rows import company_only
from domain.orders import models
from domain.orders.queries import visible_orders
from domain.slas import rules
from domain.slas.rules import SlaRisk, SlaStatus, Span, TimeLog

ValueT = TypeVar("ValueT")


def _hours(weekday: int, opens: int, closes: int) -> OpenHours:
    return OpenHours(weekday, minute_time(opens), minute_time(closes))


def _holiday(on: Any, name: str, opens: int | None, closes: int | None) -> Holiday:
    return Holiday(on, name, *(None if minute is None else minute_time(minute) for minute in (opens, closes)))


def _span(starts_at: datetime, ends_at: datetime | None, counted: int | None) -> Span:
    return Span(starts_at, ends_at, None if counted is None else timedelta(microseconds=counted))


def _as_it_is(value: object) -> object:
    return value


_CALENDAR = Wanted(
    (
        Value("time_zone", ("time_zone",), _as_it_is),
        Many("hours", "hours", Wanted((Value("of", ("weekday", "opens_minute", "closes_minute"), _hours),)), ("id",)),
        Many(
            "holidays",
            "holidays",
            Wanted((Value("of", ("on_date", "name", "opens_minute", "closes_minute"), _holiday),)),
            ("id",),
        ),
    )
)
# What compliance and the latest completion follow from, as they stand at the moment of the answer.
_MEASURED = Wanted(
    (
        Value("status", ("sla_status",), _as_it_is),
        Value("minutes", ("sla_limit_minutes",), _as_it_is),
        Value("mode", ("sla_calendar_mode",), _as_it_is),
        Value("due_at", ("sla_due_at",), _as_it_is),
        One("calendar", "sla_calendar", _CALENDAR),
        Many(
            "times",
            "recorded_times",
            Wanted((Value("of", ("starts_at", "ends_at", "counted"), _span),)),
            ("starts_at", "id"),
        ),
    )
)


def _read(row: dict[str, Any]) -> tuple[rules.ServiceLevel, TimeLog]:
    found = row["calendar"]
    calendar = None
    if found is not None:
        hours, holidays = ([each["of"] for each in found[name]] for name in ("hours", "holidays"))
        calendar = WorkingCalendar(found["time_zone"], tuple(hours), tuple(holidays))
    log = TimeLog(row["status"], tuple(each["of"] for each in row["times"]))
    return rules.level_with(row["minutes"] or 0, calendar, row["mode"]), log


def _compliance(viewer: Actor, row: dict[str, Any]) -> Decimal | None:
    if row["status"] is SlaStatus.NONE or not viewer.may(Permission.READ_COMPANY):
        return None
    level, log = _read(row)
    return rules.compliance_percent(level, log, now=clock.now())


def _latest_completion(row: dict[str, Any]) -> datetime | None:
    if row["status"] is SlaStatus.NONE:
        return None
    level, log = _read(row)
    return rules.completion_of(level, log, row["due_at"], now=clock.now())


def for_company(viewer: Actor, value: ValueT) -> ValueT | None:
    """What is for the company's own people: customers are told when an order is due, not what that is called."""
    return value if viewer.may(Permission.READ_COMPANY) else None


def while_running(status: SlaStatus, due_at: datetime | None) -> datetime | None:
    """When an order is due, while its time runs."""
    return due_at if status is SlaStatus.STARTED else None


@part(models.RecordedTime, visible=company_only, description="Time of an order that counts for its service level.")
class RecordedTime:
    """An entry of the log of time."""

    starts_at: datetime = column(description="When it began.")
    ends_at: datetime | None = column(description="When it was stopped; null while it runs.")
    status: SlaStatus = column(description="STARTED while it runs, else how it ended: STOPPED or CANCELED.")


@part(models.ServiceOrder, visible=visible_orders, description="How an order stands against its service level.")
class ServiceOrderSla:
    """The part of an order that is about its service level."""

    status: SlaStatus = column("sla_status", description="Whether its time is being recorded; NONE: not measured.")
    level: ServiceLevel | None = one("sla", description="The service level; null when there is none.")
    limit_minutes: int | None = column(
        "sla_limit_minutes",
        description="How long it may take, as promised when measurement began; null when not measured.",
    )
    started_at: datetime | None = column("sla_started_at", description="When measurement began; null if it has not.")
    latest_completion_at: datetime | None = made(
        wanted=_MEASURED,
        value=_latest_completion,
        description=(
            "When all its time is used up, if time runs on; while it is stopped this moves on with the clock. Null when"
            " not measured, or not any more, and when the calendar never gets so far."
        ),
    )
    compliance_pct: Decimal | None = made(
        wanted=_MEASURED,
        value=_compliance,
        viewer=True,
        description=(
            "How much of its time is used up now, in percent with two decimals: 100 is met, more is exceeded. Null when"
            " not measured, and for customers."
        ),
    )
    risk: SlaRisk | None = computed(
        needs=("sla_risk",),
        value=for_company,
        viewer=True,
        description="How it stands, as last told: within a second of the moment. Null for customers.",
    )
    log: list[RecordedTime] = many(
        "recorded_times", order=("starts_at", "id"), description="Its recorded time, the first first."
    )
