"""The verdict of a run that went wrong says so, and of one that went right, that too."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.chaos.judging import CHANGED, HEARTBEAT, SNAPSHOT, Evidence, Logged, Shown, Told, Verdict, Written, judge

EPOCH = "0123456789ab"


def columns(version: int, activity_id: int) -> dict[str, Any]:
    """An activity as an event has it: each change moves it by an hour, and each has a worker of its own."""
    day = f"2026-11-{23 + version:02}"
    return {
        "version": version,
        "worker_id": activity_id,
        "starts_at": f"{day}T08:00:00+00:00",
        "ends_at": f"{day}T09:00:00+00:00",
    }


def shown(version: int, activity_id: int) -> Shown:
    return Shown(**columns(version, activity_id))


# Activity 1 is changed, a customer is made, activity 2 is changed, both are by one write.
LOG = (
    Logged(1, 1, "a", 1, columns(1, 1), columns(2, 1)),
    Logged(2, 2, "b", None, {}, {}),
    Logged(3, 3, "c", 2, columns(1, 2), columns(2, 2)),
    Logged(4, 4, "d", 1, columns(2, 1), columns(3, 1)),
    Logged(5, 4, "d", 2, columns(2, 2), columns(3, 2)),
)
ANSWERS = {"a": f"{EPOCH}:1", "b": f"{EPOCH}:2", "c": f"{EPOCH}:3", "d": f"{EPOCH}:5"}
ACTIVITIES = {1: shown(3, 1), 2: shown(3, 2)}
EVIDENCE = Evidence(5, LOG, ANSWERS, ACTIVITIES)
TOLD = (
    Told(SNAPSHOT, 0),
    Told(CHANGED, 1, 1, 2, "a"),
    Told(CHANGED, 3, 2, 2, "c"),
    Told(HEARTBEAT, 3),
    Told(CHANGED, 4, 1, 3, "d"),
    Told(CHANGED, 5, 2, 3, "d"),
)


def verdict(
    *,
    told: tuple[Told, ...] = TOLD,
    evidence: Evidence = EVIDENCE,
    acknowledged: dict[str, str] | None = None,
    refused: tuple[str, ...] = (),
    replica: dict[int, Shown] | None = None,
) -> Verdict:
    """What is said of a run with one follower."""
    written = Written(ANSWERS if acknowledged is None else acknowledged, set(refused))
    return judge(written, evidence, [told], [ACTIVITIES if replica is None else replica])


def counts(found: Verdict) -> tuple[int, int, int, int]:
    return found.lost, found.doubled, found.out_of_order, found.untrue


def test_a_run_that_went_right_is_clean() -> None:
    found = verdict()

    assert (counts(found), found.equal, found.replicas, found.faults) == ((0, 0, 0, 0), 1, 1, [])
    assert found.is_clean


def test_a_run_that_nobody_followed_proves_nothing() -> None:
    assert not judge(Written(ANSWERS), EVIDENCE, [], []).is_clean


def without(place: int) -> tuple[Told, ...]:
    return TOLD[:place] + TOLD[place + 1 :]


@pytest.mark.parametrize(
    ("told", "found"),
    [
        (without(1), (1, 0, 0, 0)),
        (without(5), (1, 0, 0, 0)),
        ((), (4, 0, 0, 0)),
        ((*TOLD[:3], TOLD[2], *TOLD[3:]), (0, 1, 0, 0)),
        ((*TOLD, TOLD[1]), (0, 1, 0, 0)),
        ((*TOLD[:4], TOLD[5], TOLD[4]), (0, 0, 1, 0)),
        ((*TOLD, Told(HEARTBEAT, 3)), (0, 0, 1, 0)),
        ((*TOLD, Told(SNAPSHOT, 2)), (0, 0, 1, 0)),
        ((*TOLD[:2], Told(HEARTBEAT, 5), *TOLD[4:]), (1, 0, 1, 0)),
        ((*TOLD[:2], replace(TOLD[2], activity_id=1), *TOLD[3:]), (0, 0, 0, 1)),
        ((*TOLD[:2], replace(TOLD[2], version=1), *TOLD[3:]), (0, 0, 0, 1)),
        ((*TOLD, Told(CHANGED, 6, 1, 4, "e")), (0, 0, 0, 1)),
    ],
    ids=[
        "one lost",
        "the last lost",
        "told nothing",
        "twice at once",
        "twice, later",
        "swapped",
        "a heartbeat of before",
        "a snapshot of before",
        "a heartbeat that runs ahead",
        "another activity",
        "an older version",
        "what never happened",
    ],
)
def test_what_a_follower_was_told_wrong_is_found(told: tuple[Told, ...], found: tuple[int, int, int, int]) -> None:
    assert counts(verdict(told=told)) == found
    assert not verdict(told=told).is_clean


def test_a_snapshot_stands_for_what_it_skips() -> None:
    assert verdict(told=(TOLD[0], Told(SNAPSHOT, 4), TOLD[5])).is_clean


def test_what_was_acknowledged_and_is_not_there_is_lost() -> None:
    assert counts(verdict(acknowledged=ANSWERS | {"e": f"{EPOCH}:6"})) == (1, 0, 0, 0)
    assert counts(verdict(acknowledged=ANSWERS | {"a": f"{EPOCH}:3"})) == (1, 0, 0, 0)


def test_what_was_refused_and_is_there_is_untrue() -> None:
    assert counts(verdict(acknowledged={}, refused=("c",))) == (0, 0, 0, 1)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda: replace(EVIDENCE, log=(*LOG[:1], replace(LOG[1], key="a"), *LOG[2:])), (1, 1, 0, 0)),
        (lambda: replace(EVIDENCE, answers=ANSWERS | {"a": f"{EPOCH}:9"}), (1, 0, 0, 0)),
        (lambda: replace(EVIDENCE, head=6), (1, 0, 0, 0)),
        (lambda: replace(EVIDENCE, log=(*LOG[:3], replace(LOG[3], before=columns(1, 1)), LOG[4])), (0, 0, 0, 1)),
        (lambda: replace(EVIDENCE, activities=ACTIVITIES | {1: shown(2, 1)}), (0, 0, 0, 1)),
        (lambda: replace(EVIDENCE, activities=ACTIVITIES | {7: shown(3, 1)}), (0, 1, 0, 0)),
    ],
    ids=[
        "done twice",
        "another answer",
        "a shorter log",
        "a broken chain",
        "not what the log says",
        "booked twice",
    ],
)
def test_what_is_wrong_in_the_database_is_found(
    change: Callable[[], Evidence], found: tuple[int, int, int, int]
) -> None:
    evidence = change()

    assert counts(verdict(evidence=evidence, replica=dict(evidence.activities))) == found


def test_a_replica_that_differs_is_counted() -> None:
    found = verdict(replica=ACTIVITIES | {2: shown(2, 2)})

    assert (found.equal, found.replicas, found.faults) == (0, 1, ["replica 0 differs in activities [2]"])
    assert not found.is_clean
