"""Decisions about the stages that service orders pass, and about the reasons given on the way. Pure.

The stages form one tree. An order begins in the stage without a parent and moves to a child, or back to the parent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.core.errors import Code, Path, Refused, not_found


class ReasonType(StrEnum):
    """On what occasion a reason was given."""

    STAGE_CHANGE = "STAGE_CHANGE"
    CLOSE = "CLOSE"
    CANCEL = "CANCEL"
    MANUAL = "MANUAL"


class TimeEffect(StrEnum):
    """What a move between stages does to the time recorded against a service level."""

    NONE = "NONE"
    STOP = "STOP"
    RESTART = "RESTART"


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the tree: what an order in it allows, and what entering it asks and does.

    Source: DOMAIN.md 6.1.
    """

    id: int
    number: str
    parent_id: int | None
    allow_delete: bool
    allow_modify: bool
    allow_cancel: bool
    allow_post: bool
    stops_time_recording: bool
    require_reason: bool
    activity_phase_id: int | None = None


# --- the tree --------------------------------------------------------------------------------------------------------


def check_new_stage(parent_id: int | None, stages: Sequence[Stage], path: Path = ("parentStageId",)) -> None:
    """Refuse a second stage without a parent, and a parent that does not exist.

    A parent exists before its children and never changes, so the stages cannot form a ring.

    Raises:
        Refused: INITIAL_STAGE_EXISTS, NOT_FOUND.

    Source: DOMAIN.md 6.1.
    """
    if parent_id is None:
        for stage in stages:
            if stage.parent_id is None:
                message = f"Orders begin in {stage.number} already; give this stage a parent."
                raise Refused(Code.INITIAL_STAGE_EXISTS, message, path)
    elif all(stage.id != parent_id for stage in stages):
        raise not_found("stage", *path)


def check_parent_kept(stage: Stage, parent_id: int | None, path: Path = ("parentStageId",)) -> None:
    """Refuse to hang a stage elsewhere.

    Raises:
        Refused: PARENT_IMMUTABLE.

    Source: DOMAIN.md 6.1.
    """
    if parent_id != stage.parent_id:
        message = f"{stage.number} keeps its place in the tree; delete it and create it elsewhere."
        raise Refused(Code.PARENT_IMMUTABLE, message, path)


def check_tree(stages: Sequence[Stage], path: Path = ()) -> None:
    """Refuse stages that were not made one after the other and are no tree: two beginnings, lost parents, rings.

    Raises:
        Refused: INITIAL_STAGE_EXISTS, NO_INITIAL_STAGE, NOT_FOUND, INVALID.
    """
    if not stages:
        return
    initial = initial_stage(stages, path)
    ids = {stage.id for stage in stages}
    for index, stage in enumerate(stages):
        if stage.parent_id is None and stage is not initial:
            message = f"{stage.number} has no parent, but orders begin in {initial.number} already; give it a parent."
            raise Refused(Code.INITIAL_STAGE_EXISTS, message, (*path, index, "parentStageId"))
        if stage.parent_id is not None and stage.parent_id not in ids:
            raise not_found("stage", *path, index, "parentStageId")
    reached = {initial.id}
    while grown := {stage.id for stage in stages if stage.parent_id in reached} - reached:
        reached |= grown
    for index, stage in enumerate(stages):
        if stage.id not in reached:
            message = f"{stage.number} is its own ancestor; no way leads to it from {initial.number}."
            raise Refused(Code.INVALID, message, (*path, index, "parentStageId"))


def check_stage_unused(stage: Stage, stages: Sequence[Stage], *, has_orders: bool, path: Path = ("stageId",)) -> None:
    """Refuse to delete a stage that has children, or that orders are in.

    Raises:
        Refused: STAGE_IN_USE.

    Source: DOMAIN.md 6.1.
    """
    children = ", ".join(child.number for child in children_of(stage, stages))
    if children:
        raise Refused(Code.STAGE_IN_USE, f"{children} come after {stage.number}; delete them first.", path)
    if has_orders:
        raise Refused(Code.STAGE_IN_USE, f"Service orders are in {stage.number}; move them on first.", path)


def initial_stage(stages: Sequence[Stage], path: Path = ()) -> Stage:
    """The stage in which an order begins.

    Raises:
        Refused: NO_INITIAL_STAGE.

    Source: DOMAIN.md 6.1.
    """
    for stage in stages:
        if stage.parent_id is None:
            return stage
    message = "There is no stage for an order to begin in; create a stage without a parent first."
    raise Refused(Code.NO_INITIAL_STAGE, message, path)


def children_of(stage: Stage, stages: Sequence[Stage]) -> list[Stage]:
    """The stages that may come next, in the order of their numbers."""
    return sorted((each for each in stages if each.parent_id == stage.id), key=lambda each: each.number)


# --- moving an order -------------------------------------------------------------------------------------------------


def plan_next(
    current: Stage, stages: Sequence[Stage], chosen_id: int | None = None, *, path: Path = ("stageId",)
) -> Stage:
    """The stage after the current one: the only child, or the one chosen among several.

    Raises:
        Refused: STAGE_TRANSITION_NOT_ALLOWED.

    Source: DOMAIN.md 6.2.
    """
    children = children_of(current, stages)
    check_has_next(current, has_next=bool(children), path=path)
    numbers = " or ".join(child.number for child in children)
    if chosen_id is None:
        if len(children) > 1:
            message = f"Several stages follow {current.number}; choose {numbers}."
            raise Refused(Code.STAGE_TRANSITION_NOT_ALLOWED, message, path)
        return children[0]
    for child in children:
        if child.id == chosen_id:
            return child
    message = f"That stage does not follow {current.number}; what follows is {numbers}."
    raise Refused(Code.STAGE_TRANSITION_NOT_ALLOWED, message, path)


def plan_previous(current: Stage, stages: Sequence[Stage], *, path: Path = ()) -> Stage:
    """The stage before the current one: its parent.

    Raises:
        Refused: STAGE_TRANSITION_NOT_ALLOWED.

    Source: DOMAIN.md 6.2.
    """
    check_has_previous(current, path)
    return next(stage for stage in stages if stage.id == current.parent_id)


def check_has_next(current: Stage, *, has_next: bool, path: Path = ("stageId",)) -> None:
    """Refuse to go on from a last stage.

    Raises:
        Refused: STAGE_TRANSITION_NOT_ALLOWED.

    Source: DOMAIN.md 6.2.
    """
    if not has_next:
        raise Refused(Code.STAGE_TRANSITION_NOT_ALLOWED, f"{current.number} is a last stage; nothing follows.", path)


def check_has_previous(current: Stage, path: Path = ()) -> None:
    """Refuse to go back from the stage in which orders begin.

    Raises:
        Refused: STAGE_TRANSITION_NOT_ALLOWED.

    Source: DOMAIN.md 6.2.
    """
    if current.parent_id is None:
        message = f"{current.number} is the stage in which orders begin; there is none before it."
        raise Refused(Code.STAGE_TRANSITION_NOT_ALLOWED, message, path)


def check_entry_reason(entered: Stage, reason_code_id: int | None, path: Path = ("reasonCodeId",)) -> None:
    """Refuse to enter a stage that asks for a reason without one; the stage left asks for nothing.

    Raises:
        Refused: REASON_REQUIRED.

    Source: DOMAIN.md 6.2, 8.4.
    """
    check_reason(reason_code_id, needed=entered.require_reason, to=f"enter {entered.number}", path=path)


def check_reason(reason_code_id: int | None, *, needed: bool, to: str, path: Path = ("reasonCodeId",)) -> None:
    """Refuse to do what needs a reason without one; `to` says what is done.

    Raises:
        Refused: REASON_REQUIRED.

    Source: DOMAIN.md 8.4.
    """
    if needed and reason_code_id is None:
        raise Refused(Code.REASON_REQUIRED, f"Give a stage reason code to {to}.", path)


def time_effect(left: Stage, entered: Stage) -> TimeEffect:
    """What a move does to recorded time: the stage entered stops it, or the one left no longer holds it.

    Source: DOMAIN.md 6.2.
    """
    if entered.stops_time_recording:
        return TimeEffect.STOP
    return TimeEffect.RESTART if left.stops_time_recording else TimeEffect.NONE


# --- what a stage allows ---------------------------------------------------------------------------------------------


def check_may_modify(stage: Stage, order_number: str, path: Path = ("orderId",)) -> None:
    """Refuse to change, or sign off, an order whose stage does not allow it.

    Raises:
        Refused: STAGE_FORBIDS_MODIFY.

    Source: DOMAIN.md 5.6, D-16.
    """
    if not stage.allow_modify:
        raise _forbidden(Code.STAGE_FORBIDS_MODIFY, stage, order_number, "be changed", path)


def check_may_cancel(stage: Stage, order_number: str, path: Path = ("orderId",)) -> None:
    """Refuse to cancel, or to take that back, in a stage that does not allow it.

    Raises:
        Refused: STAGE_FORBIDS_CANCEL.

    Source: DOMAIN.md 5.6, D-14.
    """
    if not stage.allow_cancel:
        raise _forbidden(Code.STAGE_FORBIDS_CANCEL, stage, order_number, "be cancelled or taken up again", path)


def check_may_delete(stage: Stage, order_number: str, path: Path = ("orderId",)) -> None:
    """Refuse to delete an order whose stage does not allow it.

    Raises:
        Refused: STAGE_FORBIDS_DELETE.

    Source: DOMAIN.md 5.6.
    """
    if not stage.allow_delete:
        raise _forbidden(Code.STAGE_FORBIDS_DELETE, stage, order_number, "be deleted", path)


def check_may_post(stage: Stage, order_number: str, path: Path = ("orderId",)) -> None:
    """Refuse to post lines of an order whose stage does not allow it.

    Raises:
        Refused: STAGE_FORBIDS_POST.

    Source: DOMAIN.md 5.6.
    """
    if not stage.allow_post:
        raise _forbidden(Code.STAGE_FORBIDS_POST, stage, order_number, "be posted", path)


def _forbidden(code: Code, stage: Stage, number: str, what: str, path: Path) -> Refused:
    return Refused(code, f"{number} is in stage {stage.number}, where it cannot {what}; move it on first.", path)
