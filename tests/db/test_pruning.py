"""The oldest events are forgotten, and whoever was cut off before them gets a snapshot."""

from datetime import timedelta

import pytest

from db.outbox import Cursor, EventHead, EventRow, MutationKey
from db.pruning import prune_events
from db.relay import Relay
from domain.core.housekeeping import keep_in_order
from domain.core.operation import perform
from domain.customers.operations import CreateCustomer, create_customer
from tests.builders.actors import MANAGER
from tests.builders.times import SetClock

DAY = timedelta(days=1)


@pytest.fixture
async def week(database: str, set_clock: SetClock) -> str:
    """A database with one event on each of seven days."""
    for day in range(7):
        await perform(
            create_customer, CreateCustomer(name=f"Day {day}", number=f"K-{day}"), actor=MANAGER, key=f"day-{day}"
        )
        set_clock.advance(DAY)
    return database


async def test_events_leave_the_log_from_its_beginning(
    week: str, set_clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.pruning._AT_A_TIME", 2)
    kept = [event.seq for event in await EventRow.all().order_by("seq") if event.at >= set_clock.now - 3 * DAY]

    assert await prune_events(set_clock.now - 3 * DAY) == kept[0] - 1

    head = await EventHead.get(id=1)
    assert [event.seq for event in await EventRow.all().order_by("seq")] == kept
    assert head.floor == kept[0] - 1
    assert await prune_events(set_clock.now - 3 * DAY) == 0
    relay = Relay(week)
    assert await relay.admits(Cursor(head.epoch, head.floor))
    assert not await relay.admits(Cursor(head.epoch, head.floor - 1))
    await perform(create_customer, CreateCustomer(name="Later", number="K-8"), actor=MANAGER)
    assert (await EventHead.get(id=1)).seq > head.seq


@pytest.mark.usefixtures("week")
async def test_a_log_of_old_events_alone_can_be_emptied(set_clock: SetClock) -> None:
    before = await EventHead.get(id=1)

    assert await prune_events(set_clock.now) == before.seq

    after = await EventHead.get(id=1)
    assert (await EventRow.all().count(), after.floor, after.seq) == (0, before.seq, before.seq)


@pytest.mark.usefixtures("week")
async def test_housekeeping_forgets_keys_after_thirty_days_and_events_only_when_told(set_clock: SetClock) -> None:
    events = await EventRow.all().count()
    set_clock.advance(27 * DAY - timedelta(seconds=1))

    assert await keep_in_order(set_clock.now, None) == (4, 0)

    assert sorted([key.id.rpartition(":")[2] for key in await MutationKey.all()]) == ["day-4", "day-5", "day-6"]
    assert await EventRow.all().count() == events
    assert (await keep_in_order(set_clock.now, 1))[1] == events
