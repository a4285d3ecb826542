"""Planned visits: the specification's examples, what is passed over, how lines are combined, and what is told."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.agreements.rules import (
    AgreementLine,
    CombineBy,
    DateRange,
    Fate,
    Interval,
    IntervalRange,
    ItemSetup,
    OccurrenceKey,
    OpenDays,
    Outcome,
    PlanRequest,
    SkipReason,
    TimeWindow,
    Validity,
    VisitPlan,
    WindowMethod,
    check_request,
    occurrence_keys,
    plan_agreement,
    plan_visits,
    planned_days,
    why_so,
    why_together,
)
from domain.core.errors import Code, Path, Refused
from domain.projects.rules import TransactionType
from tests.builders.agreements import WEEKLY, a_line, a_run, an_agreement, monday_to_friday

ALWAYS_OPEN = OpenDays(None)
NOTHING: frozenset[OccurrenceKey] = frozenset()
MONTH, WEEK = TimeWindow(WindowMethod.MONTH), TimeWindow(WindowMethod.WEEK)
FORTNIGHTLY = Interval(IntervalRange.WEEKLY, 2)
X_1, X_2 = 71, 72
APRIL = a_run(date(2007, 4, 1), date(2007, 4, 30))
GEN_1 = an_agreement(
    [
        a_line(1, date(2007, 4, 1), WEEKLY, object_relation_id=X_1),
        a_line(2, date(2007, 4, 1), FORTNIGHTLY, object_relation_id=X_2),
        a_line(3, date(2007, 4, 1), WEEKLY, object_relation_id=X_2),
    ],
    starts_on=date(2007, 3, 31),
    combine_by=CombineBy.BY_SERVICE_OBJECT,
)


def a_yearly_line(
    number: int, day: int, window: TimeWindow | None = None, *, worker_id: int | None = None
) -> AgreementLine:
    """A line of one day in April; it began the year before, so that its window reaches to both sides."""
    return a_line(number, date(2006, 4, day), Interval(IntervalRange.YEARLY, 1), window=window, worker_id=worker_id)


def planned(plan: VisitPlan) -> list[tuple[date, list[int]]]:
    """Each visit's day and the numbers of its lines."""
    return [(visit.service_on, [each.line.number for each in visit.lines]) for visit in plan.visits]


def fates(plan: VisitPlan) -> Counter[Fate]:
    return Counter(outcome.fate for outcome in plan.outcomes)


# --- the specification's examples ------------------------------------------------------------------------------------


def test_tc_gen_1_thirteen_lines_in_ten_orders_by_service_object() -> None:
    plan = plan_agreement(GEN_1, APRIL, existing=NOTHING, open_days=ALWAYS_OPEN)

    by_object = {
        shared: [(visit.service_on.day, len(visit.lines)) for visit in plan.visits if visit.shared_id == shared]
        for shared in (X_1, X_2)
    }
    assert by_object == {
        X_1: [(1, 1), (8, 1), (15, 1), (22, 1), (29, 1)],
        X_2: [(1, 2), (8, 1), (15, 2), (22, 1), (29, 2)],
    }
    assert len(plan.visits) == 10
    assert fates(plan) == {Fate.CREATED: 13}


def test_tc_gen_3_a_second_run_finds_everything_already_there() -> None:
    first = plan_agreement(GEN_1, APRIL, existing=NOTHING, open_days=ALWAYS_OPEN)

    again = plan_agreement(GEN_1, APRIL, existing=occurrence_keys(first), open_days=ALWAYS_OPEN)

    assert again.visits == ()
    assert fates(again) == {Fate.ALREADY_THERE: 13}


def test_tc_gen_4_a_run_is_cut_to_the_agreements_validity() -> None:
    line = a_line(1, date(2012, 1, 1))
    agreement = an_agreement([line], starts_on=date(2012, 1, 1), ends_on=date(2012, 12, 31))
    run = a_run(date(2012, 11, 1), date(2013, 2, 1))

    plan = plan_agreement(agreement, run, existing=NOTHING, open_days=ALWAYS_OPEN)

    assert planned_days(agreement, line, run) == DateRange(date(2012, 11, 1), date(2012, 12, 31))
    assert (plan.visits[0].service_on, plan.visits[-1].service_on) == (date(2012, 11, 4), date(2012, 12, 30))
    assert len(plan.visits) == 9


def test_tc_gen_5_only_a_line_that_holds_gives_orders() -> None:
    a = a_line(1, date(2012, 1, 2), ends_on=date(2012, 3, 1))
    b = a_line(2, date(2012, 4, 1), ends_on=date(2012, 12, 31))
    agreement = an_agreement([a, b], starts_on=date(2012, 1, 1), ends_on=date(2012, 12, 31))

    plan = plan_agreement(
        agreement, a_run(date(2012, 10, 1), date(2012, 12, 31)), existing=NOTHING, open_days=ALWAYS_OPEN
    )

    assert {outcome.line_number for outcome in plan.outcomes} == {2}
    assert len(plan.visits) == 13
    assert (plan.visits[0].service_on, plan.visits[-1].service_on) == (date(2012, 10, 7), date(2012, 12, 30))


def test_tc_gen_6_every_ten_days_gives_three_orders() -> None:
    agreement = an_agreement([a_line(1, date(2012, 2, 5), Interval(IntervalRange.DAILY, 10))])

    plan = plan_agreement(agreement, a_run(date(2012, 2, 5), date(2012, 3, 5)), existing=NOTHING, open_days=ALWAYS_OPEN)

    assert planned(plan) == [(date(2012, 2, 5), [1]), (date(2012, 2, 15), [1]), (date(2012, 2, 25), [1])]


def test_tc_gen_10_a_closed_sunday_is_planned_and_flagged() -> None:
    sunday = date(2007, 4, 1)
    agreement = an_agreement([a_line(1, sunday, None)])

    [visit] = plan_agreement(agreement, APRIL, existing=NOTHING, open_days=monday_to_friday()).visits

    assert visit.service_on == sunday
    assert visit.calendar_conflict
    without_calendar = plan_agreement(agreement, APRIL, existing=NOTHING, open_days=ALWAYS_OPEN)
    assert not without_calendar.visits[0].calendar_conflict


# --- what is passed over ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("suspended", "is_template", "reason"),
    [
        (True, False, SkipReason.AGREEMENT_SUSPENDED),
        (False, True, SkipReason.AGREEMENT_IS_TEMPLATE),
        (True, True, SkipReason.AGREEMENT_SUSPENDED),
    ],
)
def test_suspended_agreements_and_templates_are_passed_over_and_told(
    *, suspended: bool, is_template: bool, reason: SkipReason
) -> None:
    agreement = replace(GEN_1, suspended=suspended, is_template=is_template)

    plan = plan_agreement(agreement, APRIL, existing=NOTHING, open_days=ALWAYS_OPEN)

    assert plan.visits == ()
    assert len(plan.outcomes) == 13
    assert {(outcome.fate, outcome.skipped_for) for outcome in plan.outcomes} == {(Fate.SKIPPED, reason)}
    empty = plan_agreement(replace(agreement, lines=()), APRIL, existing=NOTHING, open_days=ALWAYS_OPEN)
    assert empty.outcomes == (Outcome(1, None, None, Fate.SKIPPED, reason),)


def test_stopped_lines_and_types_not_chosen_are_passed_over_and_told() -> None:
    on = date(2007, 4, 2)
    agreement = an_agreement(
        [
            a_line(1, on, None, stopped=True),
            a_line(2, on, None, transaction_type=TransactionType.FEE),
            a_line(3, on, None),
            a_line(4, date(2009, 1, 1), None, stopped=True),
        ]
    )
    run = a_run(APRIL.from_on, APRIL.to_on, TransactionType.HOUR, TransactionType.ITEM)

    plan = plan_agreement(agreement, run, existing=NOTHING, open_days=ALWAYS_OPEN)

    assert planned(plan) == [(on, [3])]
    assert plan.outcomes == (
        Outcome(1, 1, on, Fate.SKIPPED, SkipReason.LINE_STOPPED),
        Outcome(1, 2, on, Fate.SKIPPED, SkipReason.TYPE_NOT_CHOSEN),
        Outcome(1, 3, on, Fate.CREATED, visit=plan.visits[0]),
        Outcome(1, 4, None, Fate.SKIPPED, SkipReason.LINE_STOPPED),
    )


def test_a_line_without_an_occurrence_in_the_run_is_no_news() -> None:
    agreement = an_agreement([a_line(1, date(2009, 1, 1))])

    assert plan_agreement(agreement, APRIL, existing=NOTHING, open_days=ALWAYS_OPEN) == VisitPlan((), ())


def test_only_what_is_missing_is_planned() -> None:
    there = frozenset(OccurrenceKey(1, 1, date(2007, 4, day)) for day in (1, 15))
    elsewhere = frozenset({OccurrenceKey(2, 1, date(2007, 4, 8)), OccurrenceKey(1, 2, date(2007, 4, 8))})
    agreement = an_agreement([a_line(1, date(2007, 4, 1))])

    plan = plan_agreement(agreement, APRIL, existing=there | elsewhere, open_days=ALWAYS_OPEN)

    assert planned(plan) == [(date(2007, 4, day), [1]) for day in (8, 22, 29)]
    assert fates(plan) == {Fate.CREATED: 3, Fate.ALREADY_THERE: 2}


def test_a_continuous_run_makes_up_for_what_is_missing_before_it() -> None:
    line = a_line(1, date(2007, 3, 11))
    agreement = an_agreement([line], starts_on=date(2007, 3, 15))
    there = frozenset({OccurrenceKey(1, 1, date(2007, 3, 25))})
    run = a_run(date(2007, 4, 8), date(2007, 4, 15), continuous=True)

    plan = plan_agreement(agreement, run, existing=there, open_days=ALWAYS_OPEN)

    # The 11th lies before the agreement, the 25th is there.
    assert [on for on, _ in planned(plan)] == [
        date(2007, 3, 18),
        date(2007, 4, 1),
        date(2007, 4, 8),
        date(2007, 4, 15),
    ]
    just_the_run = plan_agreement(agreement, replace(run, continuous=False), existing=there, open_days=ALWAYS_OPEN)
    assert [on for on, _ in planned(just_the_run)] == [date(2007, 4, 8), date(2007, 4, 15)]


@pytest.mark.parametrize(
    ("run", "path"),
    [
        (a_run(date(2007, 4, 2), date(2007, 4, 1)), ("input", "toOn")),
        (a_run(date(2007, 4, 1), date(2017, 4, 2)), ("input", "toOn")),
        (a_run(date(1800, 4, 1), date(2007, 4, 1)), ("input", "fromOn")),
        (PlanRequest(date(2007, 4, 1), date(2007, 4, 1), frozenset()), ("input", "transactionTypes")),
    ],
)
def test_a_run_has_days_in_order_not_too_many_and_a_type(run: PlanRequest, path: Path) -> None:
    with pytest.raises(Refused) as caught:
        check_request(run, ("input",))

    assert [(refusal.code, refusal.path) for refusal in caught.value.refusals] == [(Code.INVALID, path)]


def test_a_run_of_one_day_or_ten_years_is_accepted() -> None:
    check_request(a_run(date(2007, 4, 1), date(2007, 4, 1)))
    check_request(a_run(date(2007, 4, 1), date(2017, 4, 1)))


# --- how lines are combined ------------------------------------------------------------------------------------------

LINES = (
    a_line(1, date(2007, 4, 2), None, task_id=1, worker_id=5, object_relation_id=X_1),
    a_line(2, date(2007, 4, 2), None, task_id=1, worker_id=6, object_relation_id=X_2),
    a_line(3, date(2007, 4, 2), None, task_id=2, worker_id=6, object_relation_id=X_1),
    a_line(4, date(2007, 4, 2), None),
    a_line(5, date(2007, 4, 2), None),
)


@pytest.mark.parametrize(
    ("combine_by", "together"),
    [
        (CombineBy.BY_SERVICE_AGREEMENT, [[1, 2, 3, 4, 5]]),
        (CombineBy.BY_SERVICE_TASK, [[1, 2], [3], [4, 5]]),
        (CombineBy.BY_EMPLOYEE, [[1], [2, 3], [4, 5]]),
        (CombineBy.BY_SERVICE_OBJECT, [[1, 3], [2], [4, 5]]),
    ],
)
def test_lines_are_combined_by_what_they_share_and_those_that_have_none_share_that(
    combine_by: CombineBy, together: list[list[int]]
) -> None:
    plan = plan_agreement(an_agreement(LINES, combine_by=combine_by), APRIL, existing=NOTHING, open_days=ALWAYS_OPEN)

    assert [numbers for _, numbers in planned(plan)] == together


def test_lines_of_different_agreements_are_never_combined() -> None:
    first, second = an_agreement(LINES[:1]), an_agreement(LINES[:1], id=2)

    plan = plan_visits([second, first], APRIL, existing=NOTHING, open_days=ALWAYS_OPEN)

    assert [visit.agreement_id for visit in plan.visits] == [1, 2]
    assert [outcome.agreement_id for outcome in plan.outcomes] == [1, 2]


def test_windows_that_overlap_share_one_visit_on_the_day_that_moves_them_least() -> None:
    # The first may move within the week of Wednesday the 4th, the second within April; the third cannot move.
    agreement = an_agreement(
        [
            a_yearly_line(1, 4, WEEK),
            a_yearly_line(2, 10, MONTH),
            a_line(3, date(2007, 4, 25), None),
        ]
    )

    plan = plan_agreement(agreement, APRIL, existing=NOTHING, open_days=monday_to_friday())

    together, alone = plan.visits
    assert (together.service_on, [each.line.number for each in together.lines]) == (date(2007, 4, 4), [1, 2])
    assert together.common_days == DateRange(date(2007, 4, 2), date(2007, 4, 6))
    assert together.displacement_days == 6
    assert [each.days for each in together.lines] == [
        DateRange(date(2007, 4, 2), date(2007, 4, 6)),
        DateRange(date(2007, 4, 2), date(2007, 4, 30)),
    ]
    assert (alone.service_on, alone.displacement_days) == (date(2007, 4, 25), 0)


def test_among_days_that_move_lines_equally_the_earliest_is_taken() -> None:
    agreement = an_agreement([a_yearly_line(number, day, WEEK) for number, day in ((1, 3), (2, 5))])

    [visit] = plan_agreement(agreement, APRIL, existing=NOTHING, open_days=monday_to_friday()).visits

    assert (visit.service_on, visit.displacement_days) == (date(2007, 4, 3), 2)


def test_a_closed_middle_gives_way_to_the_nearer_open_day() -> None:
    def on(*closed: int, calculated: int = 4) -> date:
        open_days = monday_to_friday(*(date(2007, 4, day) for day in closed))
        agreement = an_agreement([a_yearly_line(1, calculated, WEEK)])
        [visit] = plan_agreement(agreement, APRIL, existing=NOTHING, open_days=open_days).visits
        assert not visit.calendar_conflict
        return visit.service_on

    assert on(4) == date(2007, 4, 3)  # a tie: the earlier
    assert on(3, 4) == date(2007, 4, 5)
    assert on(2, 3, 4) == date(2007, 4, 5)
    assert on(calculated=8) == date(2007, 4, 6)  # a Sunday moves back into its week


def test_what_cannot_leave_a_closed_day_meets_only_what_cannot_either() -> None:
    sunday = date(2007, 4, 8)
    agreement = an_agreement([a_line(1, sunday, None), a_line(2, sunday, None), a_yearly_line(3, sunday.day, WEEK)])

    plan = plan_agreement(agreement, APRIL, existing=NOTHING, open_days=monday_to_friday())

    assert planned(plan) == [(date(2007, 4, 6), [3]), (sunday, [1, 2])]
    assert [visit.calendar_conflict for visit in plan.visits] == [False, True]


def test_a_window_stays_within_the_run_and_the_validity() -> None:
    line = a_line(1, date(2007, 4, 12), None, window=MONTH, ends_on=date(2007, 4, 18))
    agreement = an_agreement([line], starts_on=date(2007, 4, 11), ends_on=date(2007, 4, 20))
    run = a_run(date(2007, 4, 2), date(2007, 4, 17))

    [visit] = plan_agreement(agreement, run, existing=NOTHING, open_days=monday_to_friday()).visits

    assert visit.common_days == DateRange(date(2007, 4, 12), date(2007, 4, 17))


def test_the_order_in_which_lines_and_agreements_are_given_changes_nothing() -> None:
    agreements = [GEN_1, replace(GEN_1, id=2, combine_by=CombineBy.BY_SERVICE_AGREEMENT), an_agreement(LINES, id=3)]
    reversed_ones = [replace(each, lines=each.lines[::-1]) for each in reversed(agreements)]

    plan = plan_visits(agreements, APRIL, existing=NOTHING, open_days=monday_to_friday())

    assert plan_visits(reversed_ones, APRIL, existing=NOTHING, open_days=monday_to_friday()) == plan


def test_only_an_item_that_is_to_be_required_makes_a_requirement() -> None:
    def makes(transaction_type: TransactionType, item_setup: ItemSetup | None) -> bool:
        line = AgreementLine(1, transaction_type, Validity(date(2007, 1, 1)), item_setup=item_setup)
        return line.makes_requirement

    assert makes(TransactionType.ITEM, ItemSetup.ITEM_REQUIREMENT)
    assert not makes(TransactionType.ITEM, ItemSetup.ITEM_CONSUMPTION)
    assert not makes(TransactionType.ITEM, None)
    assert not makes(TransactionType.HOUR, ItemSetup.ITEM_REQUIREMENT)


# --- what is told ----------------------------------------------------------------------------------------------------


def test_a_visit_says_why_its_lines_are_together() -> None:
    agreement = an_agreement(
        [
            a_yearly_line(1, 4, WEEK, worker_id=5),
            a_yearly_line(2, 10, MONTH, worker_id=5),
            a_line(3, date(2007, 4, 8), None),
        ],
        combine_by=CombineBy.BY_EMPLOYEE,
    )

    together, alone = plan_agreement(agreement, APRIL, existing=NOTHING, open_days=monday_to_friday()).visits

    assert why_together(together, "SAL-001", "Meg Madsen") == (
        "Lines 1 and 2 of SAL-001 with the worker Meg Madsen may all take place from 2007-04-02 to 2007-04-06; "
        "on 2007-04-04 they are moved by 6 days in all, the fewest possible."
    )
    assert why_together(alone, "SAL-001") == (
        "Line 3 of SAL-001 without a worker may take place on 2007-04-08, and nothing else was left that may take "
        "place then; on 2007-04-08 nothing is moved. The calendar is closed that day."
    )


def test_a_visit_names_what_its_lines_share() -> None:
    def told(combine_by: CombineBy, name: str | None = None, *, lines: tuple[AgreementLine, ...] = LINES) -> str:
        plan = plan_agreement(
            an_agreement(lines, combine_by=combine_by), APRIL, existing=NOTHING, open_days=ALWAYS_OPEN
        )
        return why_together(plan.visits[0], "SAL-001", name)

    assert told(CombineBy.BY_SERVICE_AGREEMENT).startswith("Lines 1, 2, 3, 4 and 5 of SAL-001 may all")
    assert told(CombineBy.BY_SERVICE_OBJECT, "EL-S/1000").startswith("Lines 1 and 3 of SAL-001 with the object EL-S/")
    assert told(CombineBy.BY_SERVICE_TASK).startswith("Lines 1 and 2 of SAL-001 with the same task may all")
    without = told(CombineBy.BY_SERVICE_OBJECT, lines=LINES[3:])
    assert without.startswith("Lines 4 and 5 of SAL-001 without an object may all")
    often = (a_line(1, date(2007, 4, 2), WEEKLY, window=MONTH),)
    assert told(CombineBy.BY_SERVICE_AGREEMENT, lines=often).startswith("Several occurrences of line 1 of SAL-001 may")


def test_every_outcome_says_why() -> None:
    on = date(2007, 4, 2)
    agreement = an_agreement([a_line(1, on, None), a_line(2, on, None, stopped=True), a_line(3, on, None)])
    there = frozenset({OccurrenceKey(1, 3, on)})

    plan = plan_agreement(agreement, APRIL, existing=there, open_days=ALWAYS_OPEN)

    assert [why_so(outcome) for outcome in plan.outcomes] == [
        "Planned for 2007-04-02.",
        "The line is stopped.",
        "An order line of that day exists already.",
    ]
    sentences = {why_so(Outcome(1, 1, on, Fate.SKIPPED, reason)) for reason in SkipReason}
    assert len(sentences) == len(SkipReason)


def test_ten_years_of_a_daily_line_are_planned_day_by_day() -> None:
    run = a_run(date(2007, 4, 1), date(2017, 4, 1))
    agreement = an_agreement([a_line(1, date(2007, 4, 1), Interval(IntervalRange.DAILY, 1))])

    plan = plan_agreement(agreement, run, existing=NOTHING, open_days=monday_to_friday())

    assert len(plan.visits) == (run.to_on - run.from_on).days + 1
    assert {two.service_on - one.service_on for one, two in zip(plan.visits, plan.visits[1:], strict=False)} == {
        timedelta(days=1)
    }
