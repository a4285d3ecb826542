"""Agreements: what their state allows, their dates, and the tree of template groups."""

from contextlib import suppress
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from domain.agreements.rules import (
    DateRange,
    Validity,
    check_becomes_template,
    check_gives_orders,
    check_group_parent,
    check_line_copied,
    check_line_gives_orders,
    check_orders_inside,
    check_project_changes,
    check_validity,
    shared_days,
)
from domain.core.errors import Code, Refused
from tests.builders.refused import refused

YEAR = Validity(date(2012, 1, 1), date(2012, 12, 31))


# --- states ----------------------------------------------------------------------------------------------------------


def test_a_suspended_agreement_and_a_template_give_no_orders() -> None:
    check_gives_orders("SAL-001", suspended=False, is_template=False)

    at = ("agreementId",)
    assert refused(lambda: check_gives_orders("SAL-001", suspended=True, is_template=False)) == (
        Code.AGREEMENT_SUSPENDED,
        at,
    )
    assert refused(lambda: check_gives_orders("SAL-001", suspended=False, is_template=True)) == (
        Code.AGREEMENT_IS_TEMPLATE,
        at,
    )
    both = refused(lambda: check_gives_orders("SAL-001", suspended=True, is_template=True))
    assert both == (Code.AGREEMENT_SUSPENDED, at)


def test_a_stopped_line_gives_no_orders_and_is_not_copied() -> None:
    check_line_gives_orders("SAL-001", 1, stopped=False)
    check_line_copied("SAL-001", 1, stopped=False, agreement_suspended=False)

    stopped = Code.LINE_STOPPED, ("lineId",)
    assert refused(lambda: check_line_gives_orders("SAL-001", 1, stopped=True)) == stopped
    assert refused(lambda: check_line_copied("SAL-001", 1, stopped=True, agreement_suspended=False)) == stopped


def test_in_a_suspended_agreement_every_line_counts_as_stopped_when_copied() -> None:
    assert refused(lambda: check_line_copied("SAL-001", 1, stopped=False, agreement_suspended=True)) == (
        Code.LINE_STOPPED,
        ("lineId",),
    )


def test_an_agreement_with_orders_becomes_no_template_and_keeps_its_project() -> None:
    check_becomes_template("SAL-001", has_orders=False)
    check_project_changes("SAL-001", has_orders=False)

    assert refused(lambda: check_becomes_template("SAL-001", has_orders=True)) == (
        Code.AGREEMENT_HAS_ORDERS,
        ("templateGroupId",),
    )
    assert refused(lambda: check_project_changes("SAL-001", has_orders=True)) == (
        Code.AGREEMENT_HAS_ORDERS,
        ("projectId",),
    )


# --- dates -----------------------------------------------------------------------------------------------------------


def test_an_end_is_not_before_the_start() -> None:
    check_validity(YEAR)
    check_validity(Validity(date(2012, 1, 1)))
    check_validity(Validity(date(2012, 1, 1), date(2012, 1, 1)))

    assert refused(lambda: check_validity(Validity(date(2012, 1, 2), date(2012, 1, 1)), ("agreement",))) == (
        Code.INVALID,
        ("agreement", "endsOn"),
    )


def test_nobody_agrees_on_the_middle_ages() -> None:
    assert refused(lambda: check_validity(Validity(date(1999, 12, 31)))) == (Code.INVALID, ("startsOn",))
    assert refused(lambda: check_validity(Validity(date(2012, 1, 1), date(9999, 12, 31)))) == (
        Code.INVALID,
        ("endsOn",),
    )


def test_dates_may_not_be_shortened_below_the_orders() -> None:
    check_orders_inside("SAL-001", YEAR, [])
    check_orders_inside("SAL-001", YEAR, [date(2012, 1, 1), date(2012, 12, 31)])
    check_orders_inside("SAL-001", Validity(date(2012, 1, 1)), [date(2099, 1, 1)])

    outside = Code.ORDERS_OUTSIDE_VALIDITY
    assert refused(lambda: check_orders_inside("SAL-001", YEAR, [date(2011, 12, 31), date(2012, 5, 1)])) == (
        outside,
        ("startsOn",),
    )
    assert refused(lambda: check_orders_inside("SAL-001", YEAR, [date(2012, 5, 1), date(2013, 1, 1)])) == (
        outside,
        ("endsOn",),
    )


def test_days_are_shared_only_where_everything_holds() -> None:
    asked = DateRange(date(2012, 11, 1), date(2013, 2, 1))

    assert shared_days(asked) == asked
    assert shared_days(asked, YEAR) == DateRange(date(2012, 11, 1), date(2012, 12, 31))
    assert shared_days(asked, YEAR, Validity(date(2012, 12, 31))) == DateRange(date(2012, 12, 31), date(2012, 12, 31))
    assert shared_days(asked, YEAR, Validity(date(2013, 1, 1))) is None


# --- template groups -------------------------------------------------------------------------------------------------


def test_a_template_group_hangs_anywhere_but_below_itself() -> None:
    parents = {1: None, 2: 1, 3: 2, 4: None}

    check_group_parent(3, None, parents)
    check_group_parent(3, 4, parents)
    check_group_parent(None, 3, parents)
    check_group_parent(4, 3, parents)

    below_itself = Code.INVALID, ("parentId",)
    assert refused(lambda: check_group_parent(1, 1, parents)) == below_itself
    assert refused(lambda: check_group_parent(1, 2, parents)) == below_itself
    assert refused(lambda: check_group_parent(1, 3, parents)) == below_itself


@given(st.lists(st.tuples(st.integers(0, 6), st.none() | st.integers(0, 6)), max_size=30))
def test_however_groups_are_moved_they_never_form_a_ring(moves: list[tuple[int, int | None]]) -> None:
    parents: dict[int, int | None] = dict.fromkeys(range(7))
    for group_id, parent_id in moves:
        with suppress(Refused):
            check_group_parent(group_id, parent_id, parents)
            parents[group_id] = parent_id

    for parent_id in parents.values():
        ancestor, steps = parent_id, 0
        while ancestor is not None:
            ancestor, steps = parents[ancestor], steps + 1
            assert steps <= len(parents)
