"""Service orders: progress, what stands in the way of every action, and what a new order takes from its agreement."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.agreements.rules import Validity
from domain.core.errors import Code, Path, Refused
from domain.orders.rules import (
    LineAction,
    LineStatus,
    Move,
    OrderAction,
    OrderProgress,
    PostingRules,
    available_line_actions,
    available_order_actions,
    check_agreement_given,
    check_all_confirmed,
    check_delete,
    check_line_cancel,
    check_line_changes,
    check_line_revoke_cancel,
    check_takes_lines,
    check_within_validity,
    plan_bulk_cancel,
    plan_cancel,
    plan_move,
    plan_revoke_cancel,
    plan_sign_off,
    progress_of,
    project_of_agreement,
)
from domain.projects.rules import TransactionType
from domain.slas.rules import NOT_MEASURED, begin
from tests.builders.orders import EVERYTHING, NOTHING, an_order, statuses
from tests.builders.stages import a_stage
from tests.builders.times import MONDAY, at

ORDER, LINE = ("orderId",), ("lineId",)


def refused(change: Callable[[], object]) -> tuple[Code, Path]:
    with pytest.raises(Refused) as caught:
        change()
    [only] = caught.value.refusals
    return only.code, only.path


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


# --- cancel, and take that back --------------------------------------------------------------------------------------


def test_cancelling_an_order_cancels_its_open_lines() -> None:
    assert plan_cancel(an_order("CXC")) == (1, 3)


def test_an_order_is_not_cancelled_when_something_is_in_the_way() -> None:
    assert refused(lambda: plan_cancel(an_order(stage=NOTHING))) == (Code.STAGE_FORBIDS_CANCEL, ORDER)
    assert refused(lambda: plan_cancel(an_order(has_item_requirements=True))) == (Code.HAS_ITEM_REQUIREMENTS, ORDER)
    assert refused(lambda: plan_cancel(an_order("CPX"))) == (Code.ALREADY_POSTED, ORDER)


@pytest.mark.parametrize("letters", ["", "XX"])
def test_an_order_without_open_lines_has_nothing_to_cancel(letters: str) -> None:
    assert refused(lambda: plan_cancel(an_order(letters))) == (Code.LINE_NOT_OPEN, ORDER)


def test_lines_are_cancelled_singly_also_beside_posted_ones() -> None:
    check_line_cancel(an_order("CP"), 1)

    assert refused(lambda: check_line_cancel(an_order("CP"), 2)) == (Code.LINE_NOT_OPEN, LINE)
    assert refused(lambda: check_line_cancel(an_order("X"), 1)) == (Code.LINE_NOT_OPEN, LINE)
    assert refused(lambda: check_line_cancel(an_order(stage=NOTHING), 1)) == (Code.STAGE_FORBIDS_CANCEL, ORDER)
    required = an_order(has_item_requirements=True)
    assert refused(lambda: check_line_cancel(required, 1)) == (Code.HAS_ITEM_REQUIREMENTS, ORDER)
    assert refused(lambda: check_line_cancel(an_order("CC"), 3)) == (Code.NOT_FOUND, LINE)


def test_a_cancelled_order_is_taken_up_again_with_all_its_lines() -> None:
    assert plan_revoke_cancel(an_order("XX")) == (1, 2)

    for letters in ("", "CC", "XC", "PX", "PP"):
        assert refused(partial(plan_revoke_cancel, an_order(letters))) == (Code.NOT_CANCELED, ORDER)
    assert refused(lambda: plan_revoke_cancel(an_order("XX", stage=NOTHING))) == (Code.STAGE_FORBIDS_CANCEL, ORDER)


def test_a_cancelled_line_is_taken_up_again_unless_its_order_is_posted() -> None:
    check_line_revoke_cancel(an_order("XC"), 1)
    check_line_revoke_cancel(an_order("XX"), 2)

    assert refused(lambda: check_line_revoke_cancel(an_order("XC"), 2)) == (Code.NOT_CANCELED, LINE)
    assert refused(lambda: check_line_revoke_cancel(an_order("XP"), 1)) == (Code.ALREADY_POSTED, LINE)
    frozen = an_order("X", stage=NOTHING)
    assert refused(lambda: check_line_revoke_cancel(frozen, 1)) == (Code.STAGE_FORBIDS_CANCEL, ORDER)


def test_a_bulk_job_that_takes_up_again_never_cancels() -> None:
    assert plan_bulk_cancel(an_order("CC"), revoke=False) == (1, 2)
    assert plan_bulk_cancel(an_order("XX"), revoke=True) == (1, 2)
    assert refused(lambda: plan_bulk_cancel(an_order("CC"), revoke=True)) == (Code.NOT_CANCELED, ORDER)
    assert refused(lambda: plan_bulk_cancel(an_order("XX"), revoke=False)) == (Code.LINE_NOT_OPEN, ORDER)


# --- change, delete --------------------------------------------------------------------------------------------------


def test_a_line_changes_while_it_is_open_and_its_stage_allows_it() -> None:
    check_line_changes(an_order("CP"), 1)

    assert refused(lambda: check_line_changes(an_order("CP"), 2)) == (Code.LINE_NOT_OPEN, LINE)
    assert refused(lambda: check_line_changes(an_order(stage=NOTHING), 1)) == (Code.STAGE_FORBIDS_MODIFY, ORDER)


def test_a_posted_order_takes_no_more_lines() -> None:
    for letters in ("", "CP", "XX"):
        check_takes_lines(an_order(letters))

    assert refused(lambda: check_takes_lines(an_order("PX"))) == (Code.ALREADY_POSTED, ORDER)
    assert refused(lambda: check_takes_lines(an_order(stage=NOTHING))) == (Code.STAGE_FORBIDS_MODIFY, ORDER)


def test_an_order_is_deleted_unless_something_is_in_the_way() -> None:
    for letters in ("", "CC", "XX", "CX"):
        check_delete(an_order(letters))

    assert refused(lambda: check_delete(an_order(stage=NOTHING))) == (Code.STAGE_FORBIDS_DELETE, ORDER)
    assert refused(lambda: check_delete(an_order(has_item_requirements=True))) == (Code.HAS_ITEM_REQUIREMENTS, ORDER)
    assert refused(lambda: check_delete(an_order("CP"))) == (Code.ALREADY_POSTED, ORDER)


def test_to_delete_everything_has_to_be_confirmed() -> None:
    check_all_confirmed(has_criteria=True, confirm_all=False)
    check_all_confirmed(has_criteria=False, confirm_all=True)

    unconfirmed = Code.CONFIRM_ALL_REQUIRED, ("confirmAll",)
    assert refused(lambda: check_all_confirmed(has_criteria=False, confirm_all=False)) == unconfirmed


# --- move ------------------------------------------------------------------------------------------------------------

TARGET = an_order("C", id=2)
TO_TARGET = ("targetOrderId",)


def test_tc_move_1_moving_the_only_lines_takes_the_empty_order_away() -> None:
    assert plan_move(an_order("CC"), TARGET, [2, 1], delete_empty_source=True) == Move((1, 2), deletes_source=True)


def test_an_order_stays_when_lines_are_left_or_nobody_wants_it_gone() -> None:
    assert plan_move(an_order("CC"), TARGET, [2], delete_empty_source=True) == Move((2,), deletes_source=False)
    assert plan_move(an_order("CX"), TARGET, [1], delete_empty_source=True) == Move((1,), deletes_source=False)
    assert plan_move(an_order("CC"), TARGET, [1, 2], delete_empty_source=False) == Move((1, 2), deletes_source=False)


def test_lines_move_only_within_one_agreement() -> None:
    def move(source: int | None, target: int | None) -> object:
        return plan_move(
            an_order(agreement_id=source), replace(TARGET, agreement_id=target), [1], delete_empty_source=False
        )

    move(4, 4)
    for source, target in ((4, 5), (None, 4), (4, None), (None, None)):
        assert refused(partial(move, source, target)) == (Code.DIFFERENT_AGREEMENT, TO_TARGET)


def test_only_open_lines_move_and_both_stages_have_to_allow_it() -> None:
    def move(source: str, numbers: list[int], **target: object) -> object:
        return plan_move(an_order(source), replace(TARGET, **target), numbers, delete_empty_source=False)  # type: ignore[arg-type]

    assert refused(lambda: move("CP", [1, 2])) == (Code.LINE_NOT_OPEN, LINE)
    assert refused(lambda: move("XC", [1])) == (Code.LINE_NOT_OPEN, LINE)
    assert refused(lambda: move("CC", [3])) == (Code.NOT_FOUND, LINE)
    assert refused(lambda: move("CC", [])) == (Code.INVALID, ("lineIds",))
    assert refused(lambda: move("CC", [1], id=1)) == (Code.INVALID, TO_TARGET)
    assert refused(lambda: move("CC", [1], stage=NOTHING)) == (Code.STAGE_FORBIDS_MODIFY, TO_TARGET)
    assert refused(lambda: move("CC", [1], lines=an_order("P").lines)) == (Code.ALREADY_POSTED, TO_TARGET)
    frozen = an_order(stage=NOTHING)
    assert refused(lambda: plan_move(frozen, TARGET, [1], delete_empty_source=False)) == (
        Code.STAGE_FORBIDS_MODIFY,
        ORDER,
    )


def test_an_order_that_may_not_be_deleted_is_not_emptied_away() -> None:
    kept = an_order("C", stage=a_stage(1, "Kept", allow_delete=False))

    assert refused(lambda: plan_move(kept, TARGET, [1], delete_empty_source=True)) == (Code.STAGE_FORBIDS_DELETE, ORDER)
    required = an_order("C", has_item_requirements=True)
    assert refused(lambda: plan_move(required, TARGET, [1], delete_empty_source=True)) == (
        Code.HAS_ITEM_REQUIREMENTS,
        ORDER,
    )


# --- sign off --------------------------------------------------------------------------------------------------------


def test_signing_off_an_order_signs_off_its_open_lines() -> None:
    order = an_order("CXCP", signed_off=False)

    assert plan_sign_off(order) == (1, 3)
    assert plan_sign_off(order, 3) == (3,)


def test_signing_off_again_changes_nothing() -> None:
    assert plan_sign_off(an_order("CC", signed_off=True)) == ()
    assert plan_sign_off(an_order("CC", signed_off=True), 1) == ()
    assert plan_sign_off(an_order("", signed_off=False)) == ()


def test_what_is_cancelled_is_not_signed_off() -> None:
    assert refused(lambda: plan_sign_off(an_order("XX"))) == (Code.LINE_NOT_OPEN, ORDER)
    assert refused(lambda: plan_sign_off(an_order("XC"), 1)) == (Code.LINE_NOT_OPEN, LINE)
    assert refused(lambda: plan_sign_off(an_order("PC"), 1)) == (Code.LINE_NOT_OPEN, LINE)
    assert refused(lambda: plan_sign_off(an_order("CC", stage=NOTHING))) == (Code.STAGE_FORBIDS_MODIFY, ORDER)


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


# --- what can be done now --------------------------------------------------------------------------------------------

POSTING = PostingRules(frozenset(TransactionType), allow_without_agreement=False)
CLOSED = a_stage(7, "Closed", EVERYTHING.id)
STAGES = [EVERYTHING, CLOSED]


def test_what_can_be_done_to_an_open_order() -> None:
    order = an_order("CC")

    found = available_order_actions(order, stages=STAGES, log=begin(MONDAY), posting=POSTING, now=at(1))

    assert {each.action: each.refusal.code if each.refusal else None for each in found} == {
        OrderAction.MODIFY: None,
        OrderAction.CANCEL: None,
        OrderAction.REVOKE_CANCEL: Code.NOT_CANCELED,
        OrderAction.DELETE: None,
        OrderAction.SIGN_OFF: None,
        OrderAction.POST: None,
        OrderAction.NEXT_STAGE: None,
        OrderAction.PREVIOUS_STAGE: Code.STAGE_TRANSITION_NOT_ALLOWED,
        OrderAction.START_SLA: Code.SLA_ALREADY_STARTED,
        OrderAction.STOP_SLA: None,
        OrderAction.CANCEL_SLA: None,
    }
    assert {each.action for each in found} == set(OrderAction)


def test_what_can_be_done_to_a_cancelled_order_at_the_end_of_its_way() -> None:
    order = an_order("XX", stage=replace(CLOSED, allow_delete=False))

    found = available_order_actions(order, stages=STAGES, log=NOT_MEASURED, posting=POSTING, now=at(1))

    assert {each.action: each.refusal.code if each.refusal else None for each in found} == {
        OrderAction.MODIFY: None,
        OrderAction.CANCEL: Code.LINE_NOT_OPEN,
        OrderAction.REVOKE_CANCEL: None,
        OrderAction.DELETE: Code.STAGE_FORBIDS_DELETE,
        OrderAction.SIGN_OFF: Code.LINE_NOT_OPEN,
        OrderAction.POST: Code.STAGE_FORBIDS_POST,
        OrderAction.NEXT_STAGE: Code.STAGE_TRANSITION_NOT_ALLOWED,
        OrderAction.PREVIOUS_STAGE: None,
        OrderAction.START_SLA: Code.SLA_NOT_STARTED,
        OrderAction.STOP_SLA: Code.SLA_NOT_STARTED,
        OrderAction.CANCEL_SLA: Code.SLA_NOT_STARTED,
    }


def test_which_branch_to_take_is_not_judged_beforehand() -> None:
    branches = [EVERYTHING, CLOSED, a_stage(8, "Cancel", EVERYTHING.id, require_reason=True)]

    found = available_order_actions(an_order(), stages=branches, log=NOT_MEASURED, posting=POSTING, now=at(1))

    assert {each.action: each.refusal for each in found}[OrderAction.NEXT_STAGE] is None


def test_what_can_be_done_to_a_line() -> None:
    def codes(letters: str, number: int, *, signed_off: bool = True) -> dict[LineAction, Code | None]:
        found = available_line_actions(an_order(letters, signed_off=signed_off), number, posting=POSTING)
        return {each.action: each.refusal.code if each.refusal else None for each in found}

    assert codes("CX", 1, signed_off=False) == {
        LineAction.MODIFY: None,
        LineAction.CANCEL: None,
        LineAction.REVOKE_CANCEL: Code.NOT_CANCELED,
        LineAction.SIGN_OFF: None,
        LineAction.POST: Code.NOT_SIGNED_OFF,
    }
    assert codes("CX", 1)[LineAction.POST] is None
    assert codes("CX", 2) == {
        LineAction.MODIFY: Code.LINE_NOT_OPEN,
        LineAction.CANCEL: Code.LINE_NOT_OPEN,
        LineAction.REVOKE_CANCEL: None,
        LineAction.SIGN_OFF: Code.LINE_NOT_OPEN,
        LineAction.POST: Code.LINE_NOT_OPEN,
    }
    with pytest.raises(Refused, match="no such service order line"):
        codes("CX", 3)
