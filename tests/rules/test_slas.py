"""Service levels: the specification's cases, which order is measured, the log, the reasons and the alarms."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from domain.calendars.rules import OpenHours, WorkingCalendar
from domain.core.errors import Code, Path
from domain.parameters.rules import SlaCalendarMode
from domain.slas.rules import (
    NOT_MEASURED,
    Alarms,
    ServiceLevel,
    SlaRisk,
    SlaStatus,
    Span,
    Standing,
    TimeLog,
    alarms_of,
    begin,
    check_cancel_reason,
    check_selectable,
    check_service_level,
    check_stop_reason,
    completion_of,
    compliance_percent,
    effective_sla_id,
    elapsed,
    follow_stage,
    is_exceeded,
    latest_completion,
    limit_minutes,
    newly_reached,
    plan_cancel,
    plan_start,
    plan_stop,
    reached_at,
    risk_of,
    standing_of,
    stop_needs_reason,
)
from domain.stages.rules import plan_next, plan_previous, time_effect
from tests.builders.refused import refused
from tests.builders.stages import a_stage
from tests.builders.times import MONDAY, at

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
OFFICE = WorkingCalendar("Europe/Copenhagen", tuple(OpenHours(day, time(8), time(16)) for day in range(1, 6)), ())
NEVER_OPEN = WorkingCalendar("Europe/Copenhagen", (), ())
EIGHT_HOURS = ServiceLevel(0, 8, 0)
ONE_WORKING_DAY = ServiceLevel(1, 0, 0, OFFICE)
RUNNING = begin(MONDAY)
CODE = 5


def local(month: int, day: int, hour: int, minute: int = 0, *, year: int = 2024) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=COPENHAGEN).astimezone(UTC)


def percent(level: ServiceLevel, log: TimeLog, now: datetime) -> str:
    return str(compliance_percent(level, log, now=now))


# --- the specification's cases ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "compliance", "exceeded"), [(4, "50.00", False), (8, "100.00", False), (10, "125.00", True)]
)
def test_tc_sla_1_compliance_is_the_share_of_the_limit_and_exactly_100_is_met(
    hours: int, compliance: str, *, exceeded: bool
) -> None:
    assert percent(EIGHT_HOURS, RUNNING, at(hours)) == compliance
    assert is_exceeded(EIGHT_HOURS, RUNNING, now=at(hours)) is exceeded


def test_tc_sla_3_under_a_calendar_a_request_of_saturday_starts_on_monday() -> None:
    saturday = begin(local(1, 6, 10))

    assert limit_minutes(ONE_WORKING_DAY) == 8 * 60
    assert elapsed(ONE_WORKING_DAY, saturday, now=local(1, 8, 8)) == timedelta()
    assert elapsed(ONE_WORKING_DAY, saturday, now=local(1, 8, 12)) == timedelta(minutes=240)
    assert percent(ONE_WORKING_DAY, saturday, local(1, 8, 12)) == "50.00"
    assert latest_completion(ONE_WORKING_DAY, saturday, now=local(1, 6, 10)) == local(1, 8, 16)


def test_tc_sla_4_stopping_exceeded_time_needs_a_reason() -> None:
    needed = stop_needs_reason(EIGHT_HOURS, RUNNING, now=at(10), reason_on_exceed_time=True)

    check_stop_reason(CODE, needed=needed)
    assert refused(lambda: check_stop_reason(None, needed=needed)) == (Code.REASON_REQUIRED, ("reasonCodeId",))


def test_tc_sla_5_stopping_in_time_needs_none() -> None:
    in_time = at(8 * 0.9)

    assert percent(EIGHT_HOURS, RUNNING, in_time) == "90.00"
    check_stop_reason(None, needed=stop_needs_reason(EIGHT_HOURS, RUNNING, now=in_time, reason_on_exceed_time=True))


def test_tc_sla_6_cancelling_needs_a_reason_if_the_company_asks_for_one() -> None:
    check_cancel_reason(None, reason_on_cancel=False)
    check_cancel_reason(CODE, reason_on_cancel=True)

    unexplained = Code.REASON_REQUIRED, ("reasonCodeId",)
    assert refused(lambda: check_cancel_reason(None, reason_on_cancel=True)) == unexplained


def test_tc_sla_7_an_order_planned_from_an_agreement_has_no_service_level() -> None:
    gold = 3

    assert effective_sla_id(gold, None, generated=True, measure_generated=False) is None
    assert effective_sla_id(gold, None, generated=True, measure_generated=True) == gold
    assert NOT_MEASURED.status is SlaStatus.NONE
    assert risk_of(EIGHT_HOURS, NOT_MEASURED, now=at(100)) is SlaRisk.NONE


def test_tc_sla_8_a_stage_stops_the_time_and_the_way_back_starts_it_again() -> None:
    planning, closed = a_stage(1, "Planning"), a_stage(2, "Closed", 1, stops_time_recording=True)
    stages = [planning, closed]

    stopped = follow_stage(RUNNING, time_effect(planning, plan_next(planning, stages)), at=at(2))
    restarted = follow_stage(stopped, time_effect(closed, plan_previous(closed, stages)), at=at(5))

    assert stopped == TimeLog(SlaStatus.STOPPED, (Span(at(0), at(2)),))
    assert restarted == TimeLog(SlaStatus.STARTED, (Span(at(0), at(2)), Span(at(5))))
    assert elapsed(EIGHT_HOURS, restarted, now=at(6)) == timedelta(hours=3)


# --- which orders are measured, and against what ---------------------------------------------------------------------


def test_the_agreement_comes_before_its_group() -> None:
    assert effective_sla_id(1, 2, generated=False, measure_generated=False) == 1
    assert effective_sla_id(None, 2, generated=False, measure_generated=False) == 2
    assert effective_sla_id(None, None, generated=False, measure_generated=True) is None


def test_a_day_is_24_hours_or_the_calendars_standard_day() -> None:
    assert limit_minutes(ServiceLevel(2, 3, 4)) == 2 * 1440 + 184
    assert limit_minutes(ServiceLevel(2, 3, 4, OFFICE)) == 2 * 480 + 184
    assert limit_minutes(ServiceLevel(2, 3, 4, NEVER_OPEN)) == 2 * 1440 + 184


@pytest.mark.parametrize(
    ("level", "path"),
    [
        (ServiceLevel(0, 0, 0), ("sla", "minutes")),
        (ServiceLevel(-1, 8, 0), ("sla", "days")),
        (ServiceLevel(0, 10_000, 0), ("sla", "hours")),
        (ServiceLevel(0, 1, -5), ("sla", "minutes")),
        (ServiceLevel(1, 0, 0, NEVER_OPEN), ("sla", "calendarId")),
        (ServiceLevel(0, 1, 0, NEVER_OPEN), ("sla", "calendarId")),
        (ServiceLevel(9_999, 0, 0, OFFICE), ("sla", "calendarId")),
    ],
)
def test_a_service_level_has_a_length_that_can_be_reached(level: ServiceLevel, path: Path) -> None:
    assert refused(lambda: check_service_level(level, now=MONDAY, path=("sla",))) == (Code.INVALID, path)


@pytest.mark.parametrize("level", [EIGHT_HOURS, ONE_WORKING_DAY, ServiceLevel(0, 0, 1), ServiceLevel(9_999, 30, 90)])
def test_a_service_level_that_can_be_reached_is_accepted(level: ServiceLevel) -> None:
    check_service_level(level, now=MONDAY)


def test_a_suspended_service_level_cannot_be_chosen() -> None:
    check_selectable("Gold", suspended=False)

    assert refused(lambda: check_selectable("Gold", suspended=True)) == (Code.INVALID, ("slaId",))


# --- the log ---------------------------------------------------------------------------------------------------------


def test_time_is_stopped_started_and_cancelled() -> None:
    stopped = plan_stop("SO-1", RUNNING, at=at(1), now=at(2))
    running = plan_start("SO-1", stopped, at=at(2), now=at(2))

    assert stopped == TimeLog(SlaStatus.STOPPED, (Span(at(0), at(1)),))
    assert running == TimeLog(SlaStatus.STARTED, (Span(at(0), at(1)), Span(at(2))))
    assert plan_cancel("SO-1", running, at=at(3), now=at(3)) == TimeLog(
        SlaStatus.CANCELED, (Span(at(0), at(1)), Span(at(2), at(3)))
    )
    assert plan_cancel("SO-1", stopped, at=at(3), now=at(3)) == replace(stopped, status=SlaStatus.CANCELED)


def test_time_that_runs_cannot_be_started_and_time_that_stands_cannot_be_stopped() -> None:
    stopped = plan_stop("SO-1", RUNNING, at=at(1), now=at(1))

    assert refused(lambda: plan_start("SO-1", RUNNING, at=at(1), now=at(1))) == (
        Code.SLA_ALREADY_STARTED,
        ("orderId",),
    )
    assert refused(lambda: plan_stop("SO-1", stopped, at=at(1), now=at(1))) == (Code.SLA_NOT_STARTED, ("orderId",))


def test_what_is_not_measured_can_be_neither_started_nor_stopped_nor_cancelled() -> None:
    for plan in (plan_start, plan_stop, plan_cancel):
        assert refused(partial(plan, "SO-1", NOT_MEASURED, at=at(1), now=at(1))) == (
            Code.SLA_NOT_STARTED,
            ("orderId",),
        )


def test_after_a_cancellation_nothing_is_recorded_any_more() -> None:
    ended = plan_cancel("SO-1", RUNNING, at=at(1), now=at(1))

    for plan in (plan_start, plan_stop, plan_cancel):
        assert refused(partial(plan, "SO-1", ended, at=at(2), now=at(2))) == (
            Code.SLA_CANCELED,
            ("orderId",),
        )
    assert risk_of(EIGHT_HOURS, ended, now=at(100)) is SlaRisk.NONE
    assert latest_completion(EIGHT_HOURS, ended, now=at(2)) is None
    assert alarms_of(EIGHT_HOURS, ended) == Alarms(None, None)


def test_a_time_lies_between_the_last_start_or_stop_and_now() -> None:
    stopped = plan_stop("SO-1", RUNNING, at=at(3), now=at(9))

    wrong = Code.INVALID_TIME, ("at",)
    assert refused(lambda: plan_stop("SO-1", RUNNING, at=at(-1), now=at(9))) == wrong
    assert refused(lambda: plan_start("SO-1", stopped, at=at(2), now=at(9))) == wrong
    assert refused(lambda: plan_cancel("SO-1", RUNNING, at=at(10), now=at(9))) == wrong
    assert refused(lambda: plan_stop("SO-1", RUNNING, at=at(1).replace(tzinfo=None), now=at(9))) == wrong
    assert plan_start("SO-1", stopped, at=at(3), now=at(3)).status is SlaStatus.STARTED


def test_a_stage_leaves_alone_what_is_stopped_cancelled_or_not_measured() -> None:
    planning, closed = a_stage(1, "Planning"), a_stage(2, "Closed", 1, stops_time_recording=True)
    stopped = plan_stop("SO-1", RUNNING, at=at(1), now=at(1))
    ended = plan_cancel("SO-1", RUNNING, at=at(1), now=at(1))

    assert follow_stage(stopped, time_effect(planning, closed), at=at(2)) == stopped
    assert follow_stage(RUNNING, time_effect(closed, planning), at=at(2)) == RUNNING
    assert follow_stage(RUNNING, time_effect(planning, planning), at=at(2)) == RUNNING
    for log in (ended, NOT_MEASURED):
        assert follow_stage(log, time_effect(planning, closed), at=at(2)) == log
        assert follow_stage(log, time_effect(closed, planning), at=at(2)) == log


def test_a_stage_entered_by_a_clock_that_lags_stops_at_the_last_start() -> None:
    planning, closed = a_stage(1, "Planning"), a_stage(2, "Closed", 1, stops_time_recording=True)

    stopped = follow_stage(RUNNING, time_effect(planning, closed), at=at(-1))

    assert stopped.spans == (Span(at(0), at(0)),)


# --- compliance and the last moment ----------------------------------------------------------------------------------


def test_compliance_is_rounded_half_up_to_hundredths() -> None:
    assert percent(EIGHT_HOURS, RUNNING, at(8 / 3)) == "33.33"
    assert percent(ServiceLevel(0, 0, 800), RUNNING, at(1 / 60)) == "0.13"  # 0.125
    assert compliance_percent(EIGHT_HOURS, RUNNING, now=at(8000)) == Decimal(100_000)


def test_what_is_exceeded_never_reads_100() -> None:
    just_late = at(8) + timedelta.resolution

    assert percent(EIGHT_HOURS, RUNNING, at(8) - timedelta.resolution) == "100.00"
    assert percent(EIGHT_HOURS, RUNNING, just_late) == "100.01"
    assert risk_of(EIGHT_HOURS, RUNNING, now=just_late) is SlaRisk.BREACHED


def test_a_pause_pushes_the_last_moment_while_it_lasts() -> None:
    stopped = plan_stop("SO-1", RUNNING, at=at(3), now=at(3))

    assert latest_completion(EIGHT_HOURS, RUNNING, now=at(3)) == at(8)
    assert latest_completion(EIGHT_HOURS, stopped, now=at(3)) == at(8)
    assert latest_completion(EIGHT_HOURS, stopped, now=at(5)) == at(10)
    restarted = plan_start("SO-1", stopped, at=at(5), now=at(5))
    assert latest_completion(EIGHT_HOURS, restarted, now=at(6)) == at(10)


def test_what_was_reached_long_ago_stays_where_it_was() -> None:
    late = plan_stop("SO-1", RUNNING, at=at(10), now=at(10))
    restarted = plan_start("SO-1", late, at=at(20), now=at(20))

    for log in (late, restarted):
        assert latest_completion(EIGHT_HOURS, log, now=at(30)) == at(8)
        assert reached_at(EIGHT_HOURS, log, 50, now=at(30)) == at(4)


def test_a_pause_while_the_calendar_is_closed_costs_nothing() -> None:
    friday = begin(local(1, 5, 12))
    stopped = plan_stop("SO-1", friday, at=local(1, 5, 18), now=local(1, 5, 18))

    assert percent(ONE_WORKING_DAY, stopped, local(1, 7, 12)) == "50.00"
    assert latest_completion(ONE_WORKING_DAY, stopped, now=local(1, 6, 9)) == local(1, 8, 12)
    assert latest_completion(ONE_WORKING_DAY, stopped, now=local(1, 7, 9)) == local(1, 8, 12)


def test_a_calendar_that_lost_its_hours_has_no_last_moment() -> None:
    emptied = ServiceLevel(1, 0, 0, NEVER_OPEN)

    assert latest_completion(emptied, RUNNING, now=at(1)) is None
    assert percent(emptied, RUNNING, at(100)) == "0.00"
    waiting = replace(emptied, calendar_mode=SlaCalendarMode.START_ONLY)
    assert latest_completion(waiting, RUNNING, now=at(1)) is None
    assert percent(waiting, RUNNING, at(100)) == "0.00"


def test_a_day_without_a_calendar_is_24_hours_also_when_clocks_change() -> None:
    day = ServiceLevel(1, 0, 0)

    assert latest_completion(day, begin(local(3, 30, 12)), now=local(3, 30, 12)) == local(3, 31, 13)
    assert latest_completion(day, begin(local(10, 26, 12)), now=local(10, 26, 12)) == local(10, 27, 11)
    in_danish_time = begin(datetime(2024, 3, 30, 12, tzinfo=COPENHAGEN))
    assert elapsed(day, in_danish_time, now=datetime(2024, 3, 31, 12, tzinfo=COPENHAGEN)) == timedelta(hours=23)


# --- a calendar that only puts off the start -------------------------------------------------------------------------

TWO_DAYS_FROM_OPENING = ServiceLevel(2, 0, 0, OFFICE, SlaCalendarMode.START_ONLY)


def test_start_only_waits_for_the_calendar_to_open_and_then_runs_on_the_clock() -> None:
    saturday = begin(local(1, 6, 10))

    assert latest_completion(TWO_DAYS_FROM_OPENING, saturday, now=local(1, 6, 10)) == local(1, 9, 0)
    assert percent(TWO_DAYS_FROM_OPENING, saturday, local(1, 7, 12)) == "0.00"
    assert percent(TWO_DAYS_FROM_OPENING, saturday, local(1, 8, 20)) == "75.00"
    # A request within hours starts at once.
    monday = begin(local(1, 8, 9, 30))
    assert latest_completion(TWO_DAYS_FROM_OPENING, monday, now=local(1, 8, 10)) == local(1, 9, 1, 30)


def test_start_only_holds_for_the_specifications_saturday_as_well() -> None:
    level = replace(ONE_WORKING_DAY, calendar_mode=SlaCalendarMode.START_ONLY)
    saturday = begin(local(1, 6, 10))

    assert percent(level, saturday, local(1, 8, 12)) == "50.00"
    assert latest_completion(level, saturday, now=local(1, 6, 10)) == local(1, 8, 16)


def test_start_only_puts_off_every_start() -> None:
    begun = begin(local(1, 5, 12))
    stopped = plan_stop("SO-1", begun, at=local(1, 5, 14), now=local(1, 5, 14))
    restarted = plan_start("SO-1", stopped, at=local(1, 6, 10), now=local(1, 6, 10))

    assert latest_completion(TWO_DAYS_FROM_OPENING, stopped, now=local(1, 6, 9)) == local(1, 8, 22)
    assert latest_completion(TWO_DAYS_FROM_OPENING, restarted, now=local(1, 6, 12)) == local(1, 8, 22)
    again = plan_stop("SO-1", restarted, at=local(1, 7, 10), now=local(1, 7, 10))
    assert elapsed(TWO_DAYS_FROM_OPENING, again, now=local(1, 9, 0)) == timedelta(hours=2)


# --- reasons and alarms ----------------------------------------------------------------------------------------------


def test_a_reason_is_asked_only_of_exceeded_measured_time_and_only_if_the_company_wants_it() -> None:
    stopped = plan_stop("SO-1", RUNNING, at=at(10), now=at(10))
    ended = plan_cancel("SO-1", RUNNING, at=at(10), now=at(10))

    def asked(log: TimeLog, now: datetime, *, wanted: bool = True, level: ServiceLevel | None = EIGHT_HOURS) -> bool:
        return stop_needs_reason(level, log, now=now, reason_on_exceed_time=wanted)

    assert asked(RUNNING, at(10))
    assert asked(stopped, at(10))
    assert not asked(RUNNING, at(8))
    assert not asked(RUNNING, at(10), wanted=False)
    assert not asked(ended, at(10))
    assert not asked(NOT_MEASURED, at(10))
    assert not asked(RUNNING, at(10), level=None)


def test_an_order_is_at_risk_from_80_percent_and_breached_after_100() -> None:
    assert risk_of(EIGHT_HOURS, RUNNING, now=at(6.4) - timedelta.resolution) is SlaRisk.ON_TIME
    assert risk_of(EIGHT_HOURS, RUNNING, now=at(6.4)) is SlaRisk.AT_RISK
    assert risk_of(EIGHT_HOURS, RUNNING, now=at(8)) is SlaRisk.AT_RISK
    assert alarms_of(EIGHT_HOURS, RUNNING) == Alarms(at(6.4), at(8))
    stopped = plan_stop("SO-1", RUNNING, at=at(7), now=at(7))
    assert alarms_of(EIGHT_HOURS, stopped) == Alarms(None, None)
    assert risk_of(EIGHT_HOURS, stopped, now=at(100)) is SlaRisk.AT_RISK


def test_every_alarm_is_told_once_and_none_is_left_out() -> None:
    assert newly_reached(SlaRisk.NONE, SlaRisk.ON_TIME) == []
    assert newly_reached(SlaRisk.ON_TIME, SlaRisk.AT_RISK) == [SlaRisk.AT_RISK]
    assert newly_reached(SlaRisk.AT_RISK, SlaRisk.AT_RISK) == []
    assert newly_reached(SlaRisk.AT_RISK, SlaRisk.BREACHED) == [SlaRisk.BREACHED]
    assert newly_reached(SlaRisk.ON_TIME, SlaRisk.BREACHED) == [SlaRisk.AT_RISK, SlaRisk.BREACHED]
    assert newly_reached(SlaRisk.BREACHED, SlaRisk.ON_TIME) == []


def test_the_next_look_is_at_the_next_thing_to_tell() -> None:
    instant = timedelta.resolution

    assert standing_of(EIGHT_HOURS, RUNNING, now=at(1)) == Standing(
        SlaStatus.STARTED, SlaRisk.ON_TIME, at(0), at(8), at(6.4)
    )
    assert standing_of(EIGHT_HOURS, RUNNING, now=at(8)).next_alarm_at == at(8) + instant
    assert standing_of(EIGHT_HOURS, RUNNING, now=at(8) + instant) == Standing(
        SlaStatus.STARTED, SlaRisk.BREACHED, at(0), at(8), None
    )


def test_while_time_stands_still_an_order_is_due_only_if_that_has_passed() -> None:
    in_time = plan_stop("SO-1", RUNNING, at=at(7), now=at(7))
    late = plan_stop("SO-1", RUNNING, at=at(9), now=at(9))

    assert standing_of(EIGHT_HOURS, in_time, now=at(20)) == Standing(
        SlaStatus.STOPPED, SlaRisk.AT_RISK, at(0), None, None
    )
    assert completion_of(EIGHT_HOURS, in_time, None, now=at(20)) == at(21)
    assert standing_of(EIGHT_HOURS, late, now=at(20)) == Standing(
        SlaStatus.STOPPED, SlaRisk.BREACHED, at(0), at(8), None
    )
    assert completion_of(EIGHT_HOURS, late, at(8), now=at(20)) == at(8)
    assert standing_of(EIGHT_HOURS, NOT_MEASURED, now=at(1)) == Standing(SlaStatus.NONE, SlaRisk.NONE, None, None, None)


def test_what_was_counted_stays_counted() -> None:
    log = TimeLog(SlaStatus.STARTED, (Span(at(0), at(2), timedelta(hours=1)), Span(at(5))))

    assert elapsed(EIGHT_HOURS, log, now=at(6)) == timedelta(hours=2)
    assert latest_completion(EIGHT_HOURS, log, now=at(6)) == at(12)
