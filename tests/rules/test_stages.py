"""Stages: one tree, moves along its branches, and what a stage asks, does and allows."""

from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.core.errors import Code, Refused
from domain.stages.rules import (
    Stage,
    TimeEffect,
    check_entry_reason,
    check_may_cancel,
    check_may_delete,
    check_may_modify,
    check_may_post,
    check_new_stage,
    check_parent_kept,
    check_reason,
    check_stage_unused,
    check_tree,
    children_of,
    initial_stage,
    plan_next,
    plan_previous,
    time_effect,
)
from tests.builders.refused import refused
from tests.builders.stages import a_stage

PLANNING = a_stage(1, "Planning")
IN_PROCESS = a_stage(2, "In process", 1)
CANCEL = a_stage(3, "Cancel", 1, require_reason=True, stops_time_recording=True)
CLOSED = a_stage(4, "Closed", 2, allow_post=True, stops_time_recording=True)
STAGES = [CLOSED, IN_PROCESS, CANCEL, PLANNING]
CUSTOMER_CANCELLED = 7


# --- the specification's cases ---------------------------------------------------------------------------------------


def test_tc_stg_1_an_order_moves_to_a_child_of_its_stage_and_nowhere_else() -> None:
    assert plan_next(PLANNING, STAGES, IN_PROCESS.id) == IN_PROCESS
    assert plan_next(PLANNING, STAGES, CANCEL.id) == CANCEL

    elsewhere = Code.STAGE_TRANSITION_NOT_ALLOWED, ("stageId",)
    assert refused(lambda: plan_next(PLANNING, STAGES, CLOSED.id)) == elsewhere
    assert refused(lambda: plan_next(PLANNING, STAGES, PLANNING.id)) == elsewhere
    assert refused(lambda: plan_next(IN_PROCESS, STAGES, PLANNING.id)) == elsewhere


def test_tc_stg_2_posting_waits_for_a_stage_that_allows_it() -> None:
    check_may_post(CLOSED, "SO-1")

    assert refused(lambda: check_may_post(PLANNING, "SO-1")) == (Code.STAGE_FORBIDS_POST, ("orderId",))


def test_tc_stg_3_a_stage_that_asks_for_a_reason_is_entered_with_one() -> None:
    check_entry_reason(CANCEL, CUSTOMER_CANCELLED)

    assert refused(lambda: check_entry_reason(CANCEL, None)) == (Code.REASON_REQUIRED, ("reasonCodeId",))


# --- the tree --------------------------------------------------------------------------------------------------------


def test_the_first_stage_needs_no_parent_and_every_other_one_does() -> None:
    check_new_stage(None, [])
    check_new_stage(PLANNING.id, STAGES)

    assert refused(lambda: check_new_stage(None, STAGES)) == (Code.INITIAL_STAGE_EXISTS, ("parentStageId",))


def test_a_parent_has_to_exist() -> None:
    assert refused(lambda: check_new_stage(99, STAGES)) == (Code.NOT_FOUND, ("parentStageId",))
    assert refused(lambda: check_new_stage(1, [])) == (Code.NOT_FOUND, ("parentStageId",))


def test_a_stage_keeps_its_parent() -> None:
    check_parent_kept(CLOSED, IN_PROCESS.id)
    check_parent_kept(PLANNING, None)

    moved = Code.PARENT_IMMUTABLE, ("parentStageId",)
    assert refused(lambda: check_parent_kept(CLOSED, PLANNING.id)) == moved
    assert refused(lambda: check_parent_kept(CLOSED, None)) == moved
    assert refused(lambda: check_parent_kept(PLANNING, CLOSED.id)) == moved


def test_an_order_begins_in_the_stage_without_a_parent() -> None:
    assert initial_stage(STAGES) == PLANNING
    assert refused(lambda: initial_stage([])) == (Code.NO_INITIAL_STAGE, ())


def test_a_stage_with_children_or_orders_cannot_be_deleted() -> None:
    check_stage_unused(CLOSED, STAGES, has_orders=False)

    assert refused(lambda: check_stage_unused(PLANNING, STAGES, has_orders=False)) == (Code.STAGE_IN_USE, ("stageId",))
    assert refused(lambda: check_stage_unused(CLOSED, STAGES, has_orders=True)) == (Code.STAGE_IN_USE, ("stageId",))


def test_stages_read_from_a_file_have_to_be_a_tree() -> None:
    check_tree([])
    check_tree(STAGES)

    two_beginnings = [PLANNING, a_stage(9, "Other")]
    assert refused(lambda: check_tree(two_beginnings)) == (Code.INITIAL_STAGE_EXISTS, (1, "parentStageId"))
    lost = [PLANNING, a_stage(9, "Lost", 99)]
    assert refused(lambda: check_tree(lost, ("stages",))) == (Code.NOT_FOUND, ("stages", 1, "parentStageId"))
    ring = [PLANNING, a_stage(8, "Hen", 9), a_stage(9, "Egg", 8)]
    assert refused(lambda: check_tree(ring)) == (Code.INVALID, (1, "parentStageId"))
    only_a_ring = [a_stage(8, "Hen", 9), a_stage(9, "Egg", 8)]
    assert refused(lambda: check_tree(only_a_ring)) == (Code.NO_INITIAL_STAGE, ())


@given(st.lists(st.none() | st.integers(0, 12), max_size=12))
def test_stages_made_one_after_the_other_never_form_a_ring(parents: list[int | None]) -> None:
    stages: list[Stage] = []
    for number, parent_id in enumerate(parents):
        if parent_id is None and stages:
            assert refused(lambda: check_new_stage(None, stages))[0] == Code.INITIAL_STAGE_EXISTS
        elif parent_id is not None and all(stage.id != parent_id for stage in stages):
            assert refused(partial(check_new_stage, parent_id, stages))[0] == Code.NOT_FOUND
        else:
            check_new_stage(parent_id, stages)
            stages.append(a_stage(number, f"S{number}", parent_id))

    check_tree(stages)
    for stage in stages:  # from every stage the way back ends where orders begin
        current, steps = stage, 0
        while current.parent_id is not None:
            before = plan_previous(current, stages)
            assert plan_next(before, stages, current.id) == current
            current, steps = before, steps + 1
            assert steps < len(stages)
        assert current == initial_stage(stages)


# --- moving an order -------------------------------------------------------------------------------------------------


def test_the_only_child_comes_next_by_itself() -> None:
    assert plan_next(IN_PROCESS, STAGES) == CLOSED
    assert plan_next(IN_PROCESS, STAGES, CLOSED.id) == CLOSED


def test_among_several_children_one_has_to_be_chosen() -> None:
    with pytest.raises(Refused, match="choose Cancel or In process") as caught:
        plan_next(PLANNING, STAGES)

    assert caught.value.refusals[0].code == Code.STAGE_TRANSITION_NOT_ALLOWED
    assert children_of(PLANNING, STAGES) == [CANCEL, IN_PROCESS]


def test_nothing_follows_a_last_stage_and_nothing_comes_before_the_first() -> None:
    assert refused(lambda: plan_next(CLOSED, STAGES)) == (Code.STAGE_TRANSITION_NOT_ALLOWED, ("stageId",))
    assert refused(lambda: plan_previous(PLANNING, STAGES)) == (Code.STAGE_TRANSITION_NOT_ALLOWED, ())


def test_the_way_back_leads_to_the_parent() -> None:
    assert plan_previous(CLOSED, STAGES) == IN_PROCESS
    assert plan_previous(CANCEL, STAGES) == PLANNING


def test_a_reason_is_asked_by_the_stage_entered_not_by_the_one_left() -> None:
    check_entry_reason(plan_previous(CANCEL, STAGES), None)
    check_reason(None, needed=False, to="stop the time")

    assert refused(lambda: check_reason(None, needed=True, to="stop the time")) == (
        Code.REASON_REQUIRED,
        ("reasonCodeId",),
    )


@pytest.mark.parametrize(
    ("left", "entered", "effect"),
    [
        (PLANNING, IN_PROCESS, TimeEffect.NONE),
        (IN_PROCESS, CLOSED, TimeEffect.STOP),
        (CLOSED, IN_PROCESS, TimeEffect.RESTART),
        (CLOSED, CANCEL, TimeEffect.STOP),
    ],
)
def test_recorded_time_follows_the_stages(left: Stage, entered: Stage, effect: TimeEffect) -> None:
    assert time_effect(left, entered) is effect


# --- what a stage allows ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("permission", "check", "code"),
    [
        ("allow_modify", check_may_modify, Code.STAGE_FORBIDS_MODIFY),
        ("allow_cancel", check_may_cancel, Code.STAGE_FORBIDS_CANCEL),
        ("allow_delete", check_may_delete, Code.STAGE_FORBIDS_DELETE),
        ("allow_post", check_may_post, Code.STAGE_FORBIDS_POST),
    ],
)
def test_each_permission_of_a_stage_guards_its_own_action(
    permission: str, check: Callable[[Stage, str], None], code: Code
) -> None:
    nothing = {"allow_modify": False, "allow_cancel": False, "allow_delete": False, "allow_post": False}
    everything = dict.fromkeys(nothing, True)

    check(a_stage(1, "Only this", **{**nothing, permission: True}), "SO-1")

    assert refused(lambda: check(a_stage(1, "All but this", **{**everything, permission: False}), "SO-1")) == (
        code,
        ("orderId",),
    )
