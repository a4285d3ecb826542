"""Which price holds, and who may work on which project."""

from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.core.errors import Code, Refused
from domain.core.money import LARGEST, Money, from_minor, money, to_minor
from domain.projects.rules import (
    Allowed,
    Price,
    Priced,
    Prices,
    TransactionType,
    check_allowed,
    check_journal,
    check_percent,
    check_price,
    is_allowed,
    prices_of,
)

HOUR, ITEM = TransactionType.HOUR, TransactionType.ITEM
NEW_YEAR, TODAY = date(2026, 1, 1), date(2026, 11, 23)
WANTED = Priced(HOUR, project_id=1, item_id=None, worker_id=3, category_id=4)


def price(sales: int | None = 100, cost: int | None = None, *, on: date = NEW_YEAR, **what: int) -> Price:
    return Price(Priced(HOUR, **what), "DKK", on, cost, sales)


def sales_of(*prices: Price, wanted: Priced = WANTED, currency: str = "DKK", on: date = TODAY) -> int | None:
    return prices_of(wanted, prices, currency=currency, on=on).sales_minor


def refused(code: Code, path: str) -> tuple[Code, tuple[str, ...]]:
    return code, (path,)


# --- prices ----------------------------------------------------------------------------------------------------------


def test_the_project_weighs_more_than_the_worker_and_the_worker_more_than_the_category() -> None:
    names = {"project_id": 1, "worker_id": 3, "category_id": 4}
    rows = []
    for chosen in product((False, True), repeat=3):
        what: dict[str, Any] = {
            name: value for (name, value), is_in in zip(names.items(), chosen, strict=True) if is_in
        }
        weight = sum(2**place for place, is_in in enumerate(reversed(chosen)) if is_in)
        rows.append(price(weight, **what))

    for left in range(len(rows), 0, -1):
        assert sales_of(*rows[:left]) == left - 1


def test_the_item_weighs_more_than_the_worker_and_less_than_the_project() -> None:
    wanted = Priced(ITEM, project_id=1, item_id=2, worker_id=3, category_id=4)
    of_worker = Price(Priced(ITEM, worker_id=3, category_id=4), "DKK", NEW_YEAR, None, 1)
    of_item = Price(Priced(ITEM, item_id=2), "DKK", NEW_YEAR, None, 2)
    of_project = Price(Priced(ITEM, project_id=1), "DKK", NEW_YEAR, None, 3)

    assert sales_of(of_worker, of_item, wanted=wanted) == 2
    assert sales_of(of_worker, of_item, of_project, wanted=wanted) == 3


def test_among_equals_the_price_that_began_last_holds_and_none_before_it_begins() -> None:
    old, new, later = price(1), price(2, on=TODAY), price(3, on=date(2026, 11, 24))

    assert sales_of(old, new, later) == 2
    assert sales_of(old, new, later, on=date(2026, 11, 22)) == 1
    assert sales_of(new, later, on=NEW_YEAR) is None


def test_a_price_of_other_things_another_type_or_currency_does_not_hold() -> None:
    others = [
        price(project_id=2),
        price(worker_id=4),
        price(category_id=5),
        Price(Priced(ITEM), "DKK", NEW_YEAR, None, 1),
        Price(Priced(HOUR), "EUR", NEW_YEAR, None, 1),
    ]

    assert sales_of(*others) is None
    assert sales_of(*others, currency="EUR") == 1


def test_what_a_line_does_not_name_no_special_price_is_for() -> None:
    assert sales_of(price(1), price(2, worker_id=3), wanted=Priced(HOUR)) == 1


def test_cost_and_sales_are_looked_up_each_for_itself() -> None:
    rows = [price(69500, 41000, category_id=4), price(None, 56000, worker_id=3)]

    assert prices_of(WANTED, rows, currency="DKK", on=TODAY) == Prices(cost_minor=56000, sales_minor=69500)


@given(st.permutations([price(each, on=date(2026, 1, each + 1), worker_id=3) for each in range(6)]))
def test_the_order_of_the_set_up_makes_no_difference(rows: list[Price]) -> None:
    assert sales_of(*rows) == 5


@pytest.mark.parametrize(
    ("what", "more", "path"),
    [
        (Priced(HOUR), {"sales_minor": None}, "salesPrice"),
        (Priced(HOUR), {"sales_minor": -1}, "salesPrice"),
        (Priced(HOUR), {"cost_minor": -1}, "costPrice"),
        (Priced(HOUR, category_id=4), {"category_type": ITEM}, "categoryId"),
        (Priced(HOUR, item_id=2), {}, "itemId"),
        (Priced(HOUR), {"starts_on": date(1999, 12, 31)}, "startsOn"),
        (Priced(HOUR), {"starts_on": date(2100, 1, 1)}, "startsOn"),
    ],
)
def test_what_is_no_price_is_refused(what: Priced, more: dict[str, object], path: str) -> None:
    values: dict[str, object] = {"starts_on": NEW_YEAR, "cost_minor": None, "sales_minor": 0, "category_type": HOUR}
    check_price(Priced(HOUR), **values)  # type: ignore[arg-type]

    with pytest.raises(Refused) as caught:
        check_price(what, **(values | more))  # type: ignore[arg-type]

    assert [(each.code, each.path) for each in caught.value.refusals] == [refused(Code.INVALID, path)]


# --- money -----------------------------------------------------------------------------------------------------------


@given(st.decimals(min_value=-LARGEST, max_value=LARGEST, places=2))
def test_an_amount_comes_out_of_its_minor_units_as_it_went_in(amount: Decimal) -> None:
    back = from_minor(to_minor(amount))

    assert back == amount
    assert back.as_tuple().exponent == -2


@pytest.mark.parametrize("amount", ["0.001", "NaN", "Infinity", "10000000000", "-10000000000"])
def test_what_is_no_amount_is_refused(amount: str) -> None:
    with pytest.raises(Refused) as caught:
        to_minor(Decimal(amount), "salesPrice")

    assert caught.value.refusals[0].path == ("salesPrice",)


def test_money_is_null_where_there_is_none() -> None:
    assert money(None, "DKK") is None
    assert money(5, None) is None
    assert money(69550, "DKK") == Money(Decimal("695.50"), "DKK")


# --- percent, journals -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("percent", [-1, 101])
def test_more_than_all_or_less_than_nothing_cannot_be_charged(percent: int) -> None:
    assert (check_percent(0), check_percent(100)) == (0, 100)
    with pytest.raises(Refused) as caught:
        check_percent(percent)

    assert caught.value.refusals[0].path == ("chargeablePercent",)


def test_only_hours_last_from_when_to_when() -> None:
    check_journal(HOUR, show_start_end_time=True)
    check_journal(ITEM, show_start_end_time=False)
    with pytest.raises(Refused):
        check_journal(ITEM, show_start_end_time=True)


# --- validation ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("allowed", "worker_id", "category_id", "expected"),
    [
        ([], 3, 4, True),
        ([Allowed(3, None)], 3, 4, True),
        ([Allowed(3, None)], 5, 4, False),
        ([Allowed(None, 4)], 3, 4, True),
        ([Allowed(None, 4)], 3, 5, False),
        ([Allowed(3, 4), Allowed(5, 6)], 3, 6, False),
        ([Allowed(3, 4), Allowed(5, 6)], 5, 6, True),
        ([Allowed(3, 4)], None, 4, True),
        ([Allowed(3, 4)], 3, None, True),
        ([Allowed(3, 4)], None, 5, False),
    ],
)
def test_once_somebody_is_allowed_others_are_not(
    allowed: list[Allowed], worker_id: int | None, category_id: int | None, *, expected: bool
) -> None:
    assert is_allowed(allowed, worker_id=worker_id, category_id=category_id) is expected
    if expected:
        check_allowed(allowed, "PRJ-1", worker_id=worker_id, category_id=category_id)
    else:
        with pytest.raises(Refused) as caught:
            check_allowed(allowed, "PRJ-1", worker_id=worker_id, category_id=category_id)
        assert caught.value.refusals[0].code is Code.PROJECT_VALIDATION
