"""From what is wanted of a row to the tables that its answer is made of, and the relations that lead there."""

import pytest

from db.projection import Constant, Made, Many, One, Same, Value, Wanted, Way, ways
from domain.orders.models import ServiceActivity

# Which relations there are is known once any database is open.
pytestmark = [
    pytest.mark.usefixtures("database"),
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]
NAME = Value("name", ("name",))
NUMBERED = Wanted((Value("number", ("line_number",)),))


def test_own_columns_lead_nowhere() -> None:
    wanted = Wanted((Constant("type", "X"), Value("id", ("pk",), prefix="act_"), Value("workerId", ("worker_id",))))

    assert ways(ServiceActivity, wanted) == frozenset()


def test_every_table_on_the_way_is_named() -> None:
    wanted = Wanted(
        (
            Value("number", ("order.customer.name", "title")),
            One("team", "worker.team", Wanted((One("owner", "owner", Wanted((NAME,))),))),
            Same("again", Wanted((One("type", "type", Wanted((NAME,))),))),
        )
    )

    assert ways(ServiceActivity, wanted) == {
        Way("service_order", "order"),
        Way("customer", "order__customer"),
        Way("worker", "worker"),
        Way("dispatch_team", "worker__team"),
        Way("worker", "worker__team__owner"),
        Way("activity_type", "type"),
    }


def test_what_a_value_is_made_of_counts_too() -> None:
    wanted = Wanted(
        (Made("hours", Wanted((One("order", "order", Wanted((Many("lines", "lines", NUMBERED),))),)), len),)
    )

    assert ways(ServiceActivity, wanted) == {
        Way("service_order", "order"),
        Way("service_order_line", "order__lines", owner="order", column="order_id"),
    }


def test_what_is_listed_is_found_by_what_it_points_to_as_well() -> None:
    line = Wanted((One("item", "item", Wanted((NAME,))),))
    wanted = Wanted(
        (One("order", "order", Wanted((Many("lines", "lines", line),))), Many("own", "lines", Wanted((NAME,))))
    )

    assert ways(ServiceActivity, wanted) == {
        Way("service_order", "order"),
        Way("service_order_line", "order__lines", owner="order", column="order_id"),
        Way("item", "order__lines__item"),
        Way("service_order_line", "lines", owner="", column="activity_id"),
    }
