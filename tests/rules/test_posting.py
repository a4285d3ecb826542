"""Posting: which lines of an order go, why others stay, and what was earned."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.core.errors import Code, Path, Refused
from domain.orders.rules import (
    LineState,
    LineStatus,
    Margin,
    OrderProgress,
    PostedAmount,
    Posting,
    PostingRules,
    PostingRun,
    check_posting_run,
    lines_asked_for,
    margins_of,
    minor_units,
    plan_posting,
    progress_of,
)
from domain.projects.rules import TransactionType
from tests.builders.orders import DONE_ON, NOTHING, an_order, some_lines

HOUR, ITEM = TransactionType.HOUR, TransactionType.ITEM
RULES = PostingRules(frozenset(TransactionType), allow_without_agreement=False)
DAY = timedelta(days=1)
ORDER = ("orderId",)

# Two hours that are signed off, and an item that is not.
ORDER_OF_THREE = an_order("CCC")
THREE_LINES = (
    LineState(1, LineStatus.CREATED, HOUR, DONE_ON, signed_off=True),
    LineState(2, LineStatus.CREATED, HOUR, DONE_ON, signed_off=True),
    LineState(3, LineStatus.CREATED, ITEM, DONE_ON, signed_off=False),
)


def a_posting_run(*types: TransactionType, numbers: frozenset[int] | None = None) -> PostingRun:
    return PostingRun(DONE_ON, DONE_ON, frozenset(types) or frozenset(TransactionType), numbers)


def refusals(change: Callable[[], object]) -> list[tuple[Code, Path]]:
    with pytest.raises(Refused) as caught:
        change()
    return [(refusal.code, refusal.path) for refusal in caught.value.refusals]


def left(posting: Posting) -> dict[int, list[Code]]:
    return {line.number: [refusal.code for refusal in line.refusals] for line in posting.left}


def after(lines: Sequence[LineState], posting: Posting) -> OrderProgress:
    return progress_of([LineStatus.POSTED if line.number in posting.line_numbers else line.status for line in lines])


def test_tc_post_1_hours_are_posted_and_the_item_keeps_the_order_in_process() -> None:
    posting = plan_posting(ORDER_OF_THREE, THREE_LINES, a_posting_run(HOUR), RULES)

    assert posting == Posting((1, 2), ())
    assert after(THREE_LINES, posting) is OrderProgress.IN_PROCESS


def test_tc_post_2_an_item_that_is_not_signed_off_is_not_posted() -> None:
    assert refusals(lambda: plan_posting(ORDER_OF_THREE, THREE_LINES, a_posting_run(ITEM), RULES)) == [
        (Code.NOT_SIGNED_OFF, ORDER)
    ]


def test_lines_in_whose_way_something_is_stay_while_the_others_go() -> None:
    posting = plan_posting(ORDER_OF_THREE, THREE_LINES, a_posting_run(), RULES)

    assert posting.line_numbers == (1, 2)
    assert left(posting) == {3: [Code.NOT_SIGNED_OFF]}


def test_a_stage_that_does_not_allow_it_posts_nothing() -> None:
    frozen = replace(ORDER_OF_THREE, stage=NOTHING)

    assert refusals(lambda: plan_posting(frozen, THREE_LINES, a_posting_run(), RULES)) == [
        (Code.STAGE_FORBIDS_POST, ORDER)
    ]


def test_an_order_without_an_agreement_waits_for_one_unless_the_company_does_without() -> None:
    unattached = replace(ORDER_OF_THREE, agreement_id=None)

    assert refusals(lambda: plan_posting(unattached, THREE_LINES, a_posting_run(), RULES)) == [
        (Code.AGREEMENT_REQUIRED, ORDER)
    ]
    without = replace(RULES, allow_without_agreement=True)
    assert plan_posting(unattached, THREE_LINES, a_posting_run(HOUR), without).line_numbers == (1, 2)


def test_posting_needs_a_project_of_the_line_or_of_the_order() -> None:
    first, *others = THREE_LINES
    without = replace(ORDER_OF_THREE, project_id=None)
    with_one = (replace(first, project_id=9), *others)

    assert refusals(lambda: plan_posting(without, THREE_LINES, a_posting_run(HOUR), RULES)) == [
        (Code.PROJECT_REQUIRED, ORDER),
    ]
    posting = plan_posting(without, with_one, a_posting_run(HOUR), RULES)
    assert (posting.line_numbers, left(posting)) == ((1,), {2: [Code.PROJECT_REQUIRED]})


def test_posting_needs_a_journal_for_each_type() -> None:
    signed_off = tuple(replace(line, signed_off=True) for line in THREE_LINES)
    no_items = replace(RULES, journals=frozenset({HOUR}))

    posting = plan_posting(ORDER_OF_THREE, signed_off, a_posting_run(), no_items)
    assert (posting.line_numbers, left(posting)) == ((1, 2), {3: [Code.JOURNAL_MISSING]})
    no_journals = replace(RULES, journals=frozenset())
    assert refusals(lambda: plan_posting(ORDER_OF_THREE, signed_off, a_posting_run(), no_journals)) == [
        (Code.JOURNAL_MISSING, ORDER),  # for hours
        (Code.JOURNAL_MISSING, ORDER),  # for items
    ]


def test_everything_in_the_way_of_a_line_is_told_at_once() -> None:
    nothing = PostingRules(frozenset(), allow_without_agreement=False)
    without = replace(ORDER_OF_THREE, project_id=None)

    assert refusals(lambda: plan_posting(without, THREE_LINES, a_posting_run(ITEM), nothing)) == [
        (Code.NOT_SIGNED_OFF, ORDER),
        (Code.PROJECT_REQUIRED, ORDER),
        (Code.JOURNAL_MISSING, ORDER),
    ]


def test_only_lines_done_on_the_days_asked_for_are_posted() -> None:
    first, second, third = THREE_LINES
    lines = (replace(first, executes_on=DONE_ON - DAY), replace(second, executes_on=DONE_ON + DAY), third)
    later = PostingRun(DONE_ON + 2 * DAY, DONE_ON + 3 * DAY)

    assert plan_posting(ORDER_OF_THREE, lines, PostingRun(DONE_ON - DAY, DONE_ON - DAY), RULES).line_numbers == (1,)
    assert plan_posting(ORDER_OF_THREE, lines, PostingRun(DONE_ON - DAY, DONE_ON + DAY), RULES).line_numbers == (1, 2)
    assert refusals(lambda: plan_posting(ORDER_OF_THREE, lines, later, RULES)) == [(Code.LINE_NOT_OPEN, ORDER)]
    assert lines_asked_for(lines, later) == []


def test_lines_that_are_posted_or_cancelled_are_not_asked_for() -> None:
    lines = some_lines("CPX")

    posting = plan_posting(an_order("CPX"), lines, a_posting_run(), RULES)

    assert posting == Posting((1,), ())
    assert after(lines, posting) is OrderProgress.POSTED
    assert refusals(lambda: plan_posting(an_order("PX"), some_lines("PX"), a_posting_run(), RULES)) == [
        (Code.LINE_NOT_OPEN, ORDER)
    ]


def test_chosen_lines_have_to_be_open() -> None:
    assert plan_posting(ORDER_OF_THREE, THREE_LINES, a_posting_run(numbers=frozenset({2})), RULES) == Posting((2,), ())

    posted = an_order("CP"), some_lines("CP")
    assert refusals(lambda: plan_posting(*posted, a_posting_run(numbers=frozenset({1, 2})), RULES)) == [
        (Code.LINE_NOT_OPEN, ("lineId",))
    ]
    assert refusals(lambda: plan_posting(*posted, a_posting_run(numbers=frozenset({3})), RULES)) == [
        (Code.NOT_FOUND, ("lineId",))
    ]


def test_a_posting_run_has_days_in_order_and_a_type() -> None:
    check_posting_run(a_posting_run())

    assert refusals(lambda: check_posting_run(PostingRun(DONE_ON, DONE_ON - DAY), ("input",))) == [
        (Code.INVALID, ("input", "toOn"))
    ]
    assert refusals(lambda: check_posting_run(PostingRun(DONE_ON, DONE_ON, frozenset()))) == [
        (Code.INVALID, ("transactionTypes",))
    ]


# --- what was earned -------------------------------------------------------------------------------------------------


def test_a_margin_is_sales_less_cost_in_each_currency() -> None:
    amounts = [PostedAmount("DKK", 10_000, 15_000), PostedAmount("EUR", 500, 400), PostedAmount("DKK", 2_500, 5_001)]

    crowns, euros = margins_of(amounts)

    assert crowns == Margin("DKK", cost=12_500, sales=20_001)
    assert (crowns.amount, crowns.percent) == (7_501, Decimal("37.50"))
    assert (euros.amount, euros.percent) == (-100, Decimal("-25.00"))
    assert margins_of([]) == ()


def test_without_sales_there_is_no_percentage() -> None:
    given_away = Margin("DKK", cost=100, sales=0)

    assert (given_away.amount, given_away.percent) == (-100, None)


@pytest.mark.parametrize(
    ("quantity", "price", "expected"),
    [("2", "500.00", 100_000), ("0.5", "0.01", 1), ("0.4999", "0.01", 0), ("1.005", "1", 101), ("-0.5", "0.01", -1)],
)
def test_an_amount_is_rounded_half_up_once(quantity: str, price: str, expected: int) -> None:
    assert minor_units(Decimal(quantity), Decimal(price)) == expected


@given(
    st.lists(
        st.builds(PostedAmount, st.sampled_from(["DKK", "EUR"]), st.integers(-(10**9), 10**9), st.integers(0, 10**9))
    ),
    st.integers(0, 10),
)
def test_margins_of_parts_add_up_to_the_margin_of_the_whole(amounts: list[PostedAmount], cut: int) -> None:
    def earned(part: list[PostedAmount], currency: str) -> int:
        return sum(margin.amount for margin in margins_of(part) if margin.currency == currency)

    for currency in ("DKK", "EUR"):
        assert earned(amounts, currency) == earned(amounts[:cut], currency) + earned(amounts[cut:], currency)


def test_posting_days_reach_from_the_first_to_the_last_date_there_is() -> None:
    assert plan_posting(ORDER_OF_THREE, THREE_LINES, PostingRun(date.min, date.max), RULES).line_numbers == (1, 2)
