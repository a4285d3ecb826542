"""What a board shows, and what an event does to it."""

from dataclasses import replace
from typing import Any

import pytest

from db.outbox import Event
from domain.dispatch.feed import Consequence, Effect, consequence
from domain.dispatch.rules import (
    BoardFilter,
    Facts,
    is_bar,
    is_shown,
    is_undispatched,
)
from tests.builders.times import MONDAY, at

# --- what a board shows ----------------------------------------------------------------------------------------------

# One week; of the workers 1 to 4 in teams, those of the team shown are 1 and 2; 5 is in none.
BOARD = BoardFilter(
    starts_at=at(-9),
    ends_at=at(-9, days=7),
    worker_ids=frozenset({1, 2}),
    team_worker_ids=frozenset({1, 2, 3, 4}),
    all_teams=False,
    include_closed=False,
    priorities=frozenset(),
    type_ids=frozenset(),
    only_worker_id=None,
)
EVERY_TEAM = replace(BOARD, worker_ids=BOARD.team_worker_ids, all_teams=True)
BAR = Facts(1, at(0), at(2), "NORMAL", 1, "DISPATCHED", closed=False)
FREE = Facts(None, None, None, "NORMAL", 1, "UNDISPATCHED", closed=False)


@pytest.mark.parametrize(
    ("facts", "bar", "waits"),
    [
        (BAR, True, False),
        (replace(BAR, dispatch_status="UNDISPATCHED"), True, True),
        (replace(BAR, worker_id=3), False, False),
        (replace(BAR, worker_id=3, dispatch_status="UNDISPATCHED"), False, False),
        (replace(BAR, worker_id=5), False, True),
        (replace(BAR, closed=True), False, False),
        (replace(BAR, starts_at=at(-10), ends_at=at(-9)), False, False),
        (replace(BAR, starts_at=at(-10), ends_at=at(-8)), True, False),
        (replace(BAR, starts_at=at(-9, days=7), ends_at=at(0, days=7)), False, False),
        (replace(BAR, starts_at=at(-10, days=7), ends_at=at(0, days=7)), True, False),
        (replace(BAR, starts_at=None, ends_at=None, dispatch_status="UNDISPATCHED"), False, True),
        (FREE, False, True),
        (replace(FREE, starts_at=at(days=-30), ends_at=at(days=-29)), False, True),
        (replace(FREE, starts_at=at(days=30), ends_at=at(days=31)), False, False),
        (replace(FREE, closed=True), False, False),
    ],
)
def test_a_board_shows_bars_of_its_days_and_what_waits(facts: Facts, *, bar: bool, waits: bool) -> None:
    assert (is_bar(facts, BOARD), is_undispatched(facts, BOARD)) == (bar, waits)
    assert is_shown(facts, BOARD) is (bar or waits)


def test_a_board_of_every_team_shows_what_waits_with_any_worker() -> None:
    waits = replace(BAR, worker_id=3, dispatch_status="UNDISPATCHED", starts_at=None, ends_at=None)

    assert is_undispatched(waits, EVERY_TEAM)
    assert not is_undispatched(waits, BOARD)


def test_closed_activities_are_shown_on_request_and_never_wait() -> None:
    both = replace(BOARD, include_closed=True)
    done = replace(BAR, closed=True, dispatch_status="UNDISPATCHED")

    assert (is_bar(done, both), is_undispatched(done, both)) == (True, False)


@pytest.mark.parametrize(
    ("board", "shown"),
    [
        (replace(BOARD, priorities=frozenset({"HIGH"})), False),
        (replace(BOARD, priorities=frozenset({"HIGH", "NORMAL"})), True),
        (replace(BOARD, type_ids=frozenset({2})), False),
        (replace(BOARD, type_ids=frozenset({1, 2})), True),
        (replace(BOARD, only_worker_id=2), False),
        (replace(BOARD, only_worker_id=1), True),
    ],
)
def test_filters_hide_what_they_do_not_name(board: BoardFilter, *, shown: bool) -> None:
    assert is_shown(BAR, board) is shown


def test_an_activity_without_a_type_is_hidden_by_any_filter_of_types() -> None:
    assert not is_shown(replace(BAR, type_id=None), replace(BOARD, type_ids=frozenset({1})))


# --- what an event does to a board -----------------------------------------------------------------------------------


def columns(facts: Facts | None) -> dict[str, Any] | None:
    """An activity as the event log keeps it, or none."""
    if facts is None:
        return None
    return {
        "worker_id": facts.worker_id,
        "starts_at": facts.starts_at and facts.starts_at.isoformat(),
        "ends_at": facts.ends_at and facts.ends_at.isoformat(),
        "priority": facts.priority,
        "type_id": facts.type_id,
        "dispatch_status": facts.dispatch_status,
        "closed": facts.closed,
    }


def event(subject_type: str, before: dict[str, Any] | None, after: dict[str, Any] | None) -> Event:
    body = {"before": before, "after": after}
    return Event(1, 1, MONDAY, "changed", subject_type, 40, 1, "Dina", None, None, body)


HIDDEN = replace(BAR, worker_id=3)
SHOWS, LEAVES = Consequence(Effect.SHOWS, 40), Consequence(Effect.LEAVES, 40)
NOTHING, LAYOUT = Consequence(Effect.NOTHING), Consequence(Effect.LAYOUT)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, BAR, SHOWS),
        (BAR, replace(BAR, worker_id=2), SHOWS),
        (HIDDEN, BAR, SHOWS),
        (BAR, HIDDEN, LEAVES),
        (BAR, replace(BAR, closed=True), LEAVES),
        (BAR, None, LEAVES),
        (HIDDEN, None, NOTHING),
        (HIDDEN, replace(HIDDEN, priority="HIGH"), NOTHING),
        (None, HIDDEN, NOTHING),
    ],
)
def test_an_activity_comes_changes_and_leaves_as_the_filter_demands(
    before: Facts | None, after: Facts | None, expected: Consequence
) -> None:
    happened = event("service_activity", columns(before), columns(after))

    assert consequence(happened, BOARD) == expected


@pytest.mark.parametrize("table", ["worker", "dispatch_team", "calendar", "service_management_parameters"])
def test_teams_workers_and_settings_change_the_layout(table: str) -> None:
    assert consequence(event(table, {}, {}), BOARD) == LAYOUT


@pytest.mark.parametrize("table", ["user_account", "session", "number_sequence", "mutation_key"])
def test_what_no_board_shows_changes_no_board(table: str) -> None:
    assert consequence(event(table, {}, {}), BOARD) == NOTHING
