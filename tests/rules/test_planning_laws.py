"""Planned visits: laws that hold for any agreement, the fewest visits proved against trying everything."""

from collections import Counter
from datetime import date, timedelta
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.agreements.rules import (
    Agreement,
    AgreementLine,
    CombineBy,
    DateRange,
    Fate,
    Interval,
    IntervalRange,
    OccurrenceKey,
    OpenDays,
    PlannedLine,
    PlannedVisit,
    PlanRequest,
    TimeWindow,
    Validity,
    WindowMethod,
    candidate_dates,
    fewest_visits,
    occurrence_keys,
    plan_agreement,
    plan_visits,
    planned_days,
)
from domain.projects.rules import TransactionType
from tests.builders.agreements import a_line, monday_to_friday

FIRST = date(2024, 1, 29)  # a Monday; the 31st and the leap day are near
NOTHING: frozenset[OccurrenceKey] = frozenset()

near = st.dates(FIRST - timedelta(days=20), FIRST + timedelta(days=60))
windows = (
    st.none()
    | st.builds(TimeWindow, st.just(WindowMethod.MANUAL), st.integers(0, 5), st.integers(0, 5))
    | st.sampled_from([TimeWindow(WindowMethod.WEEK), TimeWindow(WindowMethod.MONTH)])
)
intervals = st.none() | st.builds(Interval, st.sampled_from(IntervalRange), st.integers(1, 9))
few = st.none() | st.integers(1, 2)


@st.composite
def validities(draw: st.DrawFn) -> Validity:
    starts_on = draw(near)
    return Validity(starts_on, draw(st.none() | st.dates(starts_on, FIRST + timedelta(days=90))))


@st.composite
def lines(draw: st.DrawFn, number: int) -> AgreementLine:
    return AgreementLine(
        number=number,
        transaction_type=draw(st.sampled_from(TransactionType)),
        validity=draw(validities()),
        interval=draw(intervals),
        window=draw(windows),
        task_id=draw(few),
        worker_id=draw(few),
        object_relation_id=draw(few),
        stopped=draw(st.integers(0, 9)) == 0,
    )


@st.composite
def agreements(draw: st.DrawFn, *, id: int = 1) -> Agreement:
    return Agreement(
        id=id,
        validity=draw(validities()),
        combine_by=draw(st.sampled_from(CombineBy)),
        lines=tuple(draw(lines(number)) for number in range(1, draw(st.integers(1, 4)) + 1)),
        suspended=draw(st.integers(0, 9)) == 0,
        is_template=draw(st.integers(0, 9)) == 0,
    )


@st.composite
def requests(draw: st.DrawFn) -> PlanRequest:
    from_on = draw(near)
    types = draw(st.sets(st.sampled_from(TransactionType), min_size=2))
    return PlanRequest(
        from_on, from_on + timedelta(days=draw(st.integers(0, 60))), frozenset(types), continuous=draw(st.booleans())
    )


@st.composite
def calendars(draw: st.DrawFn) -> OpenDays:
    if draw(st.booleans()):
        return OpenDays(None)
    return monday_to_friday(*draw(st.sets(st.dates(FIRST, FIRST + timedelta(days=30)), max_size=12)))


def fewest_by_trying(choices: list[set[date]]) -> int:
    """The fewest days of which every set of choices holds one."""
    every = sorted(set().union(*choices))
    for size in range(len(choices) + 1):
        if any(all(choice & set(days) for choice in choices) for days in combinations(every, size)):
            return size
    raise AssertionError("a choice was empty")


def shared(agreement: Agreement, line: AgreementLine) -> int | None:
    """What a line has of what the agreement's lines are combined by."""
    return {
        CombineBy.BY_SERVICE_AGREEMENT: None,
        CombineBy.BY_SERVICE_TASK: line.task_id,
        CombineBy.BY_EMPLOYEE: line.worker_id,
        CombineBy.BY_SERVICE_OBJECT: line.object_relation_id,
    }[agreement.combine_by]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.dates(FIRST, FIRST + timedelta(days=13)), st.integers(0, 6), st.integers(0, 6)),
        min_size=1,
        max_size=7,
    ),
    calendars(),
)
def test_visits_are_as_few_as_trying_everything_finds(drawn: list[tuple[date, int, int]], open_days: OpenDays) -> None:
    within = DateRange(FIRST - timedelta(days=6), FIRST + timedelta(days=19))
    planned: list[PlannedLine] = []
    choices: list[set[date]] = []
    for on, before, after in drawn:
        window = TimeWindow(WindowMethod.MANUAL, before, after)
        days = candidate_dates(window, on, within, open_days)
        planned.append(PlannedLine(a_line(len(planned) + 1, on), on, DateRange(days[0], days[-1])))
        choices.append(set(days))

    visits = fewest_visits(planned, open_days)

    assert len(visits) == fewest_by_trying(choices)
    assert sorted(each.line.number for visit in visits for each in visit) == list(range(1, len(planned) + 1))


@settings(max_examples=120, deadline=None)
@given(agreements(), requests(), calendars())
def test_every_occurrence_is_on_one_visit_on_a_day_that_it_may_take(
    agreement: Agreement, request: PlanRequest, open_days: OpenDays
) -> None:
    plan = plan_agreement(agreement, request, existing=NOTHING, open_days=open_days)

    for visit in plan.visits:
        assert visit.calendar_conflict is (visit.service_on not in open_days)
        assert visit.displacement_days == least_displacement(visit, open_days)
        for each in visit.lines:
            within = planned_days(agreement, each.line, request)
            assert within is not None
            assert each.calculated_on in within
            assert visit.service_on in within
            offered = candidate_dates(each.line.window, each.calculated_on, within, open_days)
            assert visit.service_on in offered
            assert (each.days.from_on, each.days.to_on) == (offered[0], offered[-1])
            assert not visit.calendar_conflict or visit.service_on == each.calculated_on
            assert shared(agreement, each.line) == visit.shared_id
            assert not each.line.stopped
            assert each.line.transaction_type in request.transaction_types
    once = Counter((each.line.number, each.calculated_on) for visit in plan.visits for each in visit.lines)
    created = [outcome for outcome in plan.outcomes if outcome.fate is Fate.CREATED]
    assert set(once.values()) <= {1}
    assert sorted(once) == [(outcome.line_number, outcome.calculated_on) for outcome in created]
    assert not plan.visits or not (agreement.suspended or agreement.is_template)


def least_displacement(visit: PlannedVisit, open_days: OpenDays) -> int:
    """The least by which the lines of a visit can be moved together; its day is the earliest that does."""
    first, last = visit.common_days.from_on, visit.common_days.to_on
    every = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    allowed = [on for on in every if on in open_days] or every
    moved = {on: sum(abs((on - each.calculated_on).days) for each in visit.lines) for on in allowed}
    assert visit.service_on == min(allowed, key=lambda on: (moved[on], on))
    return min(moved.values())


@settings(max_examples=120, deadline=None)
@given(agreements(), requests(), calendars())
def test_visits_of_an_agreement_are_as_few_as_trying_everything_finds(
    agreement: Agreement, request: PlanRequest, open_days: OpenDays
) -> None:
    plan = plan_agreement(agreement, request, existing=NOTHING, open_days=open_days)

    choices: dict[int | None, list[set[date]]] = {}
    for visit in plan.visits:
        for each in visit.lines:
            within = planned_days(agreement, each.line, request)
            assert within is not None
            offered = set(candidate_dates(each.line.window, each.calculated_on, within, open_days))
            choices.setdefault(visit.shared_id, []).append(offered)
    for shared_id, group in choices.items():
        visits = [visit for visit in plan.visits if visit.shared_id == shared_id]
        assert len({visit.service_on for visit in visits}) == len(visits)
        distinct = [set(choice) for choice in {frozenset(choice) for choice in group}]
        if len(visits) <= 3:  # few enough to try everything
            assert len(visits) == fewest_by_trying(distinct)


@settings(max_examples=80, deadline=None)
@given(agreements(), agreements(id=2), requests(), calendars())
def test_planning_again_plans_nothing(
    first: Agreement, second: Agreement, request: PlanRequest, open_days: OpenDays
) -> None:
    plan = plan_visits([first, second], request, existing=NOTHING, open_days=open_days)

    again = plan_visits([first, second], request, existing=occurrence_keys(plan), open_days=open_days)

    assert again.visits == ()
    assert len(again.outcomes) == len(plan.outcomes)
    for before, after in zip(plan.outcomes, again.outcomes, strict=True):
        if before.fate is Fate.CREATED:
            assert after.fate is Fate.ALREADY_THERE
            assert (after.line_number, after.calculated_on) == (before.line_number, before.calculated_on)
        else:
            assert after == before


@settings(max_examples=80, deadline=None)
@given(agreements(), agreements(id=2), requests(), calendars())
def test_batches_plan_what_one_run_plans(
    first: Agreement, second: Agreement, request: PlanRequest, open_days: OpenDays
) -> None:
    whole = plan_visits([second, first], request, existing=NOTHING, open_days=open_days)

    parts = [plan_agreement(each, request, existing=NOTHING, open_days=open_days) for each in (first, second)]

    assert whole.visits == parts[0].visits + parts[1].visits
    assert whole.outcomes == parts[0].outcomes + parts[1].outcomes
    assert plan_visits([first, second], request, existing=NOTHING, open_days=open_days) == whole
