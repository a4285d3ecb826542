"""What a board shows is the same by the rules and by the database, whatever the activities and the filter."""

import random
from datetime import datetime, timedelta

import pytest

from db.projection import Select, ids
from domain.core.operation import columns_of
from domain.dispatch.queries import bars_where, facts_of, shown_where, undispatched_where
from domain.dispatch.rules import BoardFilter, is_bar, is_shown, is_undispatched
from domain.orders.models import ServiceActivity
from domain.orders.rules import DispatchStatus, Priority
from tests.builders.rows import a_worker, an_activity, an_activity_type, an_order
from tests.builders.times import at

# Instants around the ends of the boards below, at them, and far away.
EDGES = [at(hours) for hours in (-1000, -9, -8, 0, 15, 16, 159, 160, 1000)]
SECOND = timedelta(seconds=1)


def some_instant(chance: random.Random) -> datetime:
    return chance.choice(EDGES) + chance.choice((-SECOND, timedelta(), timedelta(), SECOND))


async def some_activities(chance: random.Random, workers: list[int], types: list[int]) -> list[ServiceActivity]:
    order = await an_order()
    made = []
    for _ in range(120):
        worker_id = chance.choice([None, *workers])
        starts_at = chance.choice([None, some_instant(chance), some_instant(chance)])
        length = timedelta(hours=chance.choice((1, 7, 24, 700)))
        made.append(
            await an_activity(
                order,
                worker_id=worker_id,
                starts_at=starts_at,
                ends_at=None if starts_at is None else starts_at + length,
                priority=chance.choice(list(Priority)),
                type_id=chance.choice([None, *types]),
                dispatch_status=chance.choice(list(DispatchStatus)) if worker_id else DispatchStatus.UNDISPATCHED,
                closed=chance.random() < 0.2,
                overlap_accepted=True,
            )
        )
    return made


def some_board(chance: random.Random, workers: list[int], types: list[int]) -> BoardFilter:
    starts_at, ends_at = sorted(chance.sample(EDGES[1:-1], 2))
    in_teams = frozenset(chance.sample(workers, chance.randrange(len(workers) + 1)))
    all_teams = chance.random() < 0.3
    shown = in_teams if all_teams else frozenset(chance.sample(sorted(in_teams), chance.randrange(len(in_teams) + 1)))
    return BoardFilter(
        starts_at=starts_at,
        ends_at=ends_at,
        worker_ids=shown,
        team_worker_ids=in_teams,
        all_teams=all_teams,
        include_closed=chance.random() < 0.5,
        priorities=frozenset(chance.sample(list(Priority), chance.choice((0, 0, 1, 2)))),
        type_ids=frozenset(chance.sample(types, chance.choice((0, 0, 1)))),
        only_worker_id=chance.choice([None, None, 0, *workers]),
    )


@pytest.mark.usefixtures("database")
async def test_rules_and_database_show_the_same() -> None:
    chance = random.Random(20261123)  # noqa: S311 - a schedule, not a secret
    workers = [(await a_worker()).id for _ in range(4)]
    types = [(await an_activity_type()).id for _ in range(2)]
    activities = await some_activities(chance, workers, types)
    # As the event log keeps them: this is what followers' boards are judged by.
    facts = {activity.id: facts_of(columns_of(activity)) for activity in activities}
    sizes = set()

    for _ in range(150):
        board = some_board(chance, workers, types)
        for by_rule, by_database in (
            (is_bar, bars_where),
            (is_undispatched, undispatched_where),
            (is_shown, shown_where),
        ):
            found = await ids(Select(ServiceActivity, by_database(board), ("id",)))
            assert found == [key for key, fact in facts.items() if by_rule(fact, board)], board
            sizes.add(len(found))

    assert len(sizes) > 30
