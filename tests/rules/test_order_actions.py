"""What may be done to orders and lines: by stage and by progress, and the same as data."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from domain.core.errors import Code, Path, Refused
from domain.orders import rules
from domain.orders.rules import LineStatus, OrderAction, OrderProgress, OrderState
from domain.slas.rules import SlaStatus
from domain.stages.rules import Stage
from tests.builders.stages import a_stage

OPEN, POSTED, CANCELED = OrderProgress
CREATED, LINE_POSTED, LINE_CANCELED = LineStatus
NOTHING = a_stage(2, "CLOSED", 1, allow_delete=False, allow_modify=False, allow_cancel=False)
REQUIRED = Code.HAS_ITEM_REQUIREMENTS
MODIFY, CANCEL, DELETE = Code.STAGE_FORBIDS_MODIFY, Code.STAGE_FORBIDS_CANCEL, Code.STAGE_FORBIDS_DELETE


def an_order(
    progress: OrderProgress = OPEN, *, posted: bool = False, required: bool = False, **more: object
) -> OrderState:
    """An order in a stage that allows everything."""
    stage = more.get("stage", a_stage(1, "PLANNING"))
    return OrderState("SO-1", stage, progress, posted, required)  # type: ignore[arg-type]


def refused(check: Callable[[], object]) -> tuple[Code, Path] | None:
    try:
        check()
    except Refused as caught:
        return caught.refusals[0].code, caught.refusals[0].path
    return None


ORDER_CASES = [
    (an_order(), [None] * 6),
    (an_order(stage=None), [None] * 6),
    (an_order(posted=True), [None, None, None, Code.ALREADY_POSTED, Code.NOT_CANCELED, Code.ALREADY_POSTED]),
    (
        an_order(POSTED, posted=True),
        [None, Code.ALREADY_POSTED, Code.ALREADY_POSTED, Code.ALREADY_POSTED, Code.NOT_CANCELED, Code.ALREADY_POSTED],
    ),
    (an_order(CANCELED), [None, None, Code.LINE_NOT_OPEN, Code.LINE_NOT_OPEN, None, None]),
    (an_order(required=True), [None, None, None, REQUIRED, Code.NOT_CANCELED, REQUIRED]),
    (an_order(stage=NOTHING), [MODIFY, MODIFY, MODIFY, CANCEL, CANCEL, DELETE]),
]


@pytest.mark.parametrize(("order", "codes"), ORDER_CASES)
def test_an_order_allows_what_its_stage_and_progress_allow(order: OrderState, codes: list[Code | None]) -> None:
    checks = (
        rules.check_change,
        rules.check_new_line,
        rules.check_sign_off,
        rules.check_cancel,
        rules.check_revoke,
        rules.check_delete,
    )
    if order.progress is OPEN and codes[4] is None:
        codes = [*codes[:4], Code.NOT_CANCELED, codes[5]]

    found = [refused(lambda check=check: check(order)) for check in checks]  # type: ignore[misc]

    assert found == [None if code is None else (code, ("orderId",)) for code in codes]


LINE_CASES = [
    (an_order(), CREATED, [None, None, Code.NOT_CANCELED]),
    (an_order(posted=True), LINE_POSTED, [Code.LINE_NOT_OPEN, Code.LINE_NOT_OPEN, Code.NOT_CANCELED]),
    (an_order(posted=True), LINE_CANCELED, [Code.LINE_NOT_OPEN, Code.LINE_NOT_OPEN, None]),
    (an_order(POSTED, posted=True), LINE_CANCELED, [Code.LINE_NOT_OPEN, Code.LINE_NOT_OPEN, Code.ALREADY_POSTED]),
    (an_order(required=True), CREATED, [None, REQUIRED, Code.NOT_CANCELED]),
    (an_order(stage=None), CREATED, [None, None, Code.NOT_CANCELED]),
    (an_order(stage=NOTHING), CREATED, [MODIFY, CANCEL, CANCEL]),
]


@pytest.mark.parametrize(("order", "status", "codes"), LINE_CASES)
def test_a_line_allows_what_its_order_and_status_allow(
    order: OrderState, status: LineStatus, codes: list[Code | None]
) -> None:
    checks = (rules.check_line_change, rules.check_line_cancel, rules.check_line_revoke)

    found = [refused(lambda check=check: check(order, 1, status)) for check in checks]  # type: ignore[misc]

    assert found == [None if code is None else (code, ("lineId",)) for code in codes]


def test_the_actions_of_an_order_say_what_the_checks_refuse() -> None:
    order = an_order(CANCELED)

    found = {each.action: each for each in rules.order_actions(order, has_next_stage=False, may=True, may_post=True)}

    assert {action: each.code for action, each in found.items()} == {
        OrderAction.CHANGE: None,
        OrderAction.ADD_LINE: None,
        OrderAction.MOVE_TO_NEXT_STAGE: Code.STAGE_TRANSITION_NOT_ALLOWED,
        OrderAction.MOVE_TO_PREVIOUS_STAGE: Code.STAGE_TRANSITION_NOT_ALLOWED,
        OrderAction.START_SLA_TIME: Code.SLA_NOT_STARTED,
        OrderAction.STOP_SLA_TIME: Code.SLA_NOT_STARTED,
        OrderAction.CANCEL_SLA: Code.SLA_NOT_STARTED,
        OrderAction.SIGN_OFF: Code.LINE_NOT_OPEN,
        OrderAction.CANCEL: Code.LINE_NOT_OPEN,
        OrderAction.REVOKE_CANCELLATION: None,
        OrderAction.DELETE: None,
        OrderAction.TRANSFER: Code.NOT_A_WEB_ORDER,
        OrderAction.POST: Code.STAGE_FORBIDS_POST,
    }
    assert all(each.allowed is (each.code is None) is (each.reason is None) for each in found.values())
    assert found[OrderAction.CANCEL].reason == "SO-1 is cancelled, it has no open line; take it up again first."


def test_an_order_in_the_middle_of_the_tree_moves_both_ways() -> None:
    order = an_order(stage=a_stage(2, "IN_PROCESS", 1))

    moves = {
        each.action: each.allowed for each in rules.order_actions(order, has_next_stage=True, may=True, may_post=True)
    }

    assert (moves[OrderAction.MOVE_TO_NEXT_STAGE], moves[OrderAction.MOVE_TO_PREVIOUS_STAGE]) == (True, True)


def test_an_order_without_a_stage_moves_nowhere() -> None:
    moves = {
        each.action: each.code
        for each in rules.order_actions(an_order(stage=None), has_next_stage=False, may=True, may_post=True)
        if not each.allowed
    }

    assert moves == {
        OrderAction.MOVE_TO_NEXT_STAGE: Code.NO_INITIAL_STAGE,
        OrderAction.MOVE_TO_PREVIOUS_STAGE: Code.NO_INITIAL_STAGE,
        OrderAction.START_SLA_TIME: Code.SLA_NOT_STARTED,
        OrderAction.STOP_SLA_TIME: Code.SLA_NOT_STARTED,
        OrderAction.CANCEL_SLA: Code.SLA_NOT_STARTED,
        OrderAction.REVOKE_CANCELLATION: Code.NOT_CANCELED,
        OrderAction.TRANSFER: Code.NOT_A_WEB_ORDER,
    }


SLA_CASES = [
    (SlaStatus.NONE, [Code.SLA_NOT_STARTED] * 3),
    (SlaStatus.STARTED, [Code.SLA_ALREADY_STARTED, None, None]),
    (SlaStatus.STOPPED, [None, Code.SLA_NOT_STARTED, None]),
    (SlaStatus.CANCELED, [Code.SLA_CANCELED] * 3),
]


@pytest.mark.parametrize(("status", "codes"), SLA_CASES)
def test_the_time_of_an_order_allows_what_its_status_allows(status: SlaStatus, codes: list[Code | None]) -> None:
    order = replace(an_order(), sla_status=status)

    found = {each.action: each.code for each in rules.order_actions(order, has_next_stage=True, may=True)}

    actions = (OrderAction.START_SLA_TIME, OrderAction.STOP_SLA_TIME, OrderAction.CANCEL_SLA)
    assert [found[action] for action in actions] == codes


def test_the_actions_of_a_line_say_what_the_checks_refuse() -> None:
    found = rules.line_actions(an_order(), 1, LINE_CANCELED, may=True, may_post=True)

    assert [(each.action, each.code) for each in found] == [
        (OrderAction.CHANGE, Code.LINE_NOT_OPEN),
        (OrderAction.SIGN_OFF, Code.LINE_NOT_OPEN),
        (OrderAction.CANCEL, Code.LINE_NOT_OPEN),
        (OrderAction.REVOKE_CANCELLATION, None),
        (OrderAction.DELETE, Code.LINE_NOT_OPEN),
        (OrderAction.POST, Code.STAGE_FORBIDS_POST),
    ]


def test_to_post_takes_a_stage_a_signature_and_the_right_to_approve_it() -> None:
    allowing, forbidding = a_stage(1, "DONE", allow_post=True), a_stage(2, "PLANNING", 1)

    def of_line(stage: Stage, *, signed_off: bool, may_post: bool) -> Code | str | None:
        [found] = [
            each
            for each in rules.line_actions(
                an_order(stage=stage), 1, CREATED, may=True, signed_off=signed_off, may_post=may_post
            )
            if each.action is OrderAction.POST
        ]
        return found.code or found.reason

    def of_order(stage: Stage) -> Code | None:
        found = rules.order_actions(an_order(stage=stage), has_next_stage=False, may=True, may_post=True)
        return {each.action: each.code for each in found}[OrderAction.POST]

    assert of_line(allowing, signed_off=True, may_post=True) is None
    assert of_line(allowing, signed_off=False, may_post=True) is Code.NOT_SIGNED_OFF
    assert of_line(forbidding, signed_off=True, may_post=True) is Code.STAGE_FORBIDS_POST
    assert of_line(allowing, signed_off=True, may_post=False) == "Your role does not allow this."
    assert (of_order(allowing), of_order(forbidding)) == (None, Code.STAGE_FORBIDS_POST)


def test_a_role_that_may_not_is_told_so_and_no_more() -> None:
    order = rules.order_actions(an_order(), has_next_stage=True, may=False)
    line = rules.line_actions(an_order(), 1, CREATED, may=False)

    assert {(each.allowed, each.code, each.reason) for each in [*order, *line]} == {
        (False, None, "Your role does not allow this.")
    }


def test_a_web_order_that_waits_is_changed_transferred_or_deleted() -> None:
    order = replace(an_order(stage=a_stage(2, "IN_PROCESS", 1)), incoming_web_order=True)

    found = rules.order_actions(order, has_next_stage=True, may=True, may_post=True)

    assert {each.action: each.code for each in found} == {
        OrderAction.CHANGE: None,
        OrderAction.ADD_LINE: Code.WEB_ORDER_WAITS,
        OrderAction.MOVE_TO_NEXT_STAGE: Code.WEB_ORDER_WAITS,
        OrderAction.MOVE_TO_PREVIOUS_STAGE: Code.WEB_ORDER_WAITS,
        OrderAction.SIGN_OFF: Code.WEB_ORDER_WAITS,
        OrderAction.CANCEL: None,
        OrderAction.REVOKE_CANCELLATION: Code.NOT_CANCELED,
        OrderAction.DELETE: None,
        OrderAction.TRANSFER: None,
        OrderAction.POST: Code.WEB_ORDER_WAITS,
        OrderAction.START_SLA_TIME: Code.SLA_NOT_STARTED,
        OrderAction.STOP_SLA_TIME: Code.SLA_NOT_STARTED,
        OrderAction.CANCEL_SLA: Code.SLA_NOT_STARTED,
    }
