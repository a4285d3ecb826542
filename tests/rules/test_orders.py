"""Service orders: progress, moving lines, and what a new order takes from its agreement."""

from dataclasses import replace
from datetime import date
from functools import partial
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.agreements.rules import Validity
from domain.core.errors import Code
from domain.orders.rules import (
    LineStatus,
    Move,
    OrderProgress,
    OrderState,
    OrderWarning,
    check_agreement_given,
    check_within_validity,
    has_reached,
    plan_move,
    progress_of,
    project_of_agreement,
    warnings_of,
)
from tests.builders.orders import NOTHING, an_order, statuses
from tests.builders.refused import refused
from tests.builders.stages import a_stage

ORDER = ("orderId",)


# --- progress --------------------------------------------------------------------------------------------------------


def test_tc_prg_1_open_lines_keep_an_order_in_process() -> None:
    assert progress_of(statuses("CCC")) is OrderProgress.IN_PROCESS


def test_tc_prg_2_a_cancelled_line_beside_open_ones_changes_nothing() -> None:
    assert progress_of(statuses("XCC")) is OrderProgress.IN_PROCESS


def test_tc_prg_3_one_open_line_is_enough_beside_cancelled_and_posted_ones() -> None:
    assert progress_of(statuses("CXP")) is OrderProgress.IN_PROCESS


def test_tc_prg_4_an_order_is_cancelled_when_every_line_is() -> None:
    assert progress_of(statuses("XXX")) is OrderProgress.CANCELED


def test_tc_prg_5_an_order_is_posted_when_every_line_is() -> None:
    assert progress_of(statuses("PPP")) is OrderProgress.POSTED


def test_tc_prg_6_one_posted_line_among_cancelled_ones_makes_it_posted() -> None:
    assert progress_of(statuses("PXX")) is OrderProgress.POSTED


def test_tc_prg_7_a_cancelled_line_among_posted_ones_leaves_it_posted() -> None:
    assert progress_of(statuses("PPX")) is OrderProgress.POSTED


def test_an_order_without_lines_is_in_process() -> None:
    assert progress_of([]) is OrderProgress.IN_PROCESS


@given(st.lists(st.sampled_from(LineStatus)), st.randoms(use_true_random=False))
def test_progress_depends_on_which_statuses_there_are_not_on_their_number_or_order(
    lines: list[LineStatus], random: Random
) -> None:
    shuffled = sorted(lines, key=lambda _: random.random())

    assert progress_of(shuffled) is progress_of(lines) is progress_of(sorted(set(lines)))


# --- move ------------------------------------------------------------------------------------------------------------

TARGET = an_order("C", number="SO-2")
TO_TARGET, LINES = ("targetOrderId",), ("lineIds",)


def moved(
    letters: str, numbers: list[int], *, target: OrderState = TARGET, delete_empty_source: bool = False, **source: Any
) -> Move:
    lines = dict(enumerate(statuses(letters), 1))
    return plan_move(an_order(letters, **source), lines, target, numbers, delete_empty_source=delete_empty_source)


def test_moving_the_only_lines_takes_the_empty_order_away() -> None:
    assert moved("CC", [2, 1], delete_empty_source=True) == Move((1, 2), deletes_source=True)


def test_an_order_stays_when_lines_are_left_or_nobody_wants_it_gone() -> None:
    assert moved("CC", [2], delete_empty_source=True) == Move((2,), deletes_source=False)
    assert moved("CX", [1], delete_empty_source=True) == Move((1,), deletes_source=False)
    assert moved("CC", [1, 2]) == Move((1, 2), deletes_source=False)


def test_lines_move_only_within_one_agreement() -> None:
    def move(source: int | None, target: int | None) -> Move:
        return moved("C", [1], agreement_id=source, target=replace(TARGET, agreement_id=target))

    move(4, 4)
    for source, target in ((4, 5), (None, 4), (4, None), (None, None)):
        assert refused(partial(move, source, target)) == (Code.DIFFERENT_AGREEMENT, TO_TARGET)


def test_only_open_lines_move_and_both_stages_have_to_allow_it() -> None:
    posted = replace(TARGET, progress=OrderProgress.POSTED, has_posted_lines=True)

    assert refused(lambda: moved("CP", [1, 2])) == (Code.LINE_NOT_OPEN, LINES)
    assert refused(lambda: moved("XC", [1])) == (Code.LINE_NOT_OPEN, LINES)
    assert refused(lambda: moved("CC", [])) == (Code.INVALID, LINES)
    assert refused(lambda: moved("CC", [1], number="SO-2")) == (Code.INVALID, TO_TARGET)
    assert refused(lambda: moved("CC", [1], target=replace(TARGET, stage=NOTHING))) == (
        Code.STAGE_FORBIDS_MODIFY,
        TO_TARGET,
    )
    assert refused(lambda: moved("CC", [1], target=posted)) == (Code.ALREADY_POSTED, TO_TARGET)
    assert refused(lambda: moved("CC", [1], stage=NOTHING)) == (Code.STAGE_FORBIDS_MODIFY, LINES)


def test_an_order_that_may_not_be_deleted_is_not_emptied_away() -> None:
    kept = a_stage(1, "Kept", allow_delete=False)

    assert refused(lambda: moved("C", [1], stage=kept, delete_empty_source=True)) == (Code.STAGE_FORBIDS_DELETE, ORDER)
    assert refused(lambda: moved("C", [1], has_item_requirements=True, delete_empty_source=True)) == (
        Code.HAS_ITEM_REQUIREMENTS,
        ORDER,
    )
    assert moved("C", [1], stage=kept, has_item_requirements=True).deletes_source is False


# --- a new order -----------------------------------------------------------------------------------------------------


def test_an_order_needs_an_agreement_unless_the_company_does_without() -> None:
    check_agreement_given(4, allow_without_agreement=False)
    check_agreement_given(None, allow_without_agreement=True)

    missing = Code.AGREEMENT_REQUIRED, ("agreementId",)
    assert refused(lambda: check_agreement_given(None, allow_without_agreement=False)) == missing


def test_an_order_has_the_project_of_its_agreement() -> None:
    assert project_of_agreement("SAL-001", 5, None) == 5
    assert project_of_agreement("SAL-001", 5, 5) == 5
    assert refused(lambda: project_of_agreement("SAL-001", 5, 6)) == (Code.PROJECT_MISMATCH, ("projectId",))


@pytest.mark.parametrize(
    ("on", "line", "allowed"),
    [
        (date(2012, 1, 1), None, True),
        (date(2012, 12, 31), None, True),
        (date(2011, 12, 31), None, False),
        (date(2013, 1, 1), None, False),
        (date(2012, 6, 1), Validity(date(2012, 6, 1)), True),
        (date(2012, 5, 31), Validity(date(2012, 6, 1)), False),
        (date(2012, 12, 31), Validity(date(2012, 6, 1)), True),
        (date(2012, 7, 1), Validity(date(2012, 6, 1), date(2012, 6, 30)), False),
        (date(2013, 1, 1), Validity(date(2012, 6, 1)), False),
    ],
)
def test_a_service_date_lies_within_the_agreement_and_its_line(
    on: date, line: Validity | None, *, allowed: bool
) -> None:
    def check() -> None:
        check_within_validity(
            "SAL-001", on, Validity(date(2012, 1, 1), date(2012, 12, 31)), line_number=1, line_validity=line
        )

    if allowed:
        check()
    else:
        assert refused(check) == (Code.OUTSIDE_VALIDITY, ("serviceAt",))


# --- visits ----------------------------------------------------------------------------------------------------------


def test_an_order_has_reached_its_stage_and_all_before_it() -> None:
    stages = [a_stage(1, "PLANNING"), a_stage(2, "READY", 1), a_stage(3, "DONE", 2), a_stage(4, "CANCELLED", 1)]

    def reached(stage_id: int | None) -> list[int]:
        return [stage.id for stage in stages if has_reached(stage_id, stage.id, stages)]

    assert [reached(stage_id) for stage_id in (1, 2, 3, 4, None)] == [[1], [1, 2], [1, 2, 3], [1, 4], []]
    assert has_reached(None, None, stages)
    assert has_reached(1, None, [])


# --- what is odd -----------------------------------------------------------------------------------------------------


def test_an_order_warns_of_closed_days_and_of_people_whom_no_board_shows() -> None:
    def codes(conflict: bool, technician: str | None, team_id: int | None) -> list[OrderWarning]:  # noqa: FBT001
        found = warnings_of("SO-1", calendar_conflict=conflict, technician=technician, technician_team_id=team_id)
        return [each.code for each in found]

    assert codes(conflict=False, technician=None, team_id=None) == []
    assert codes(conflict=False, technician="Meg", team_id=7) == []
    assert codes(conflict=True, technician="Meg", team_id=None) == list(OrderWarning)
