"""Whose calendar feeds are, how long they are open, and how they say what changed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar_feeds.rules import (
    Edition,
    Entry,
    FeedState,
    Owner,
    Visit,
    edition,
    is_open,
    owner_for,
    window_at,
)
from domain.core.actor import Actor, Role, actor_of
from domain.core.errors import Code, NotPermitted, Refused
from tests.builders.actors import DISPATCHER, MANAGER, customer, technician
from tests.builders.times import MONDAY, at

VISIT = Visit(1, "Repair, Nordhavn", at(2), at(4), confirmed=True)


def followed(visits: list[Visit], before: Edition | None = None, *, days: int = 0) -> Edition:
    """What a feed shows so many days after Monday."""
    shown = {} if before is None else {entry.activity_id: entry for entry in before.entries}
    now = MONDAY + timedelta(days=days)
    return edition(visits, shown, window=window_at(now), now=now)


@pytest.mark.parametrize(
    ("actor", "worker_id", "customer_id", "owner"),
    [
        (DISPATCHER, 7, None, Owner(7, None, None)),
        (MANAGER, None, 9, Owner(None, 9, None)),
        (technician(7), None, None, Owner(7, None, 4)),
        (technician(7), 7, None, Owner(7, None, 4)),
        (customer(9), None, None, Owner(None, 9, 5)),
        (customer(9), None, 9, Owner(None, 9, 5)),
        (actor_of(Role.DISPATCHER, user_id=2, name="Dina", worker_id=7), None, None, Owner(7, None, 2)),
    ],
)
def test_whose_feed_it_is(actor: Actor, worker_id: int | None, customer_id: int | None, owner: Owner) -> None:
    assert owner_for(actor, worker_id, customer_id) == owner


@pytest.mark.parametrize("named", [(8, None), (None, 9)])
@pytest.mark.parametrize("actor", [technician(7), customer(8)])
def test_technicians_and_customers_make_feeds_of_themselves_only(
    actor: Actor, named: tuple[int | None, int | None]
) -> None:
    with pytest.raises(NotPermitted):
        owner_for(actor, *named)


@pytest.mark.parametrize("named", [(None, None), (7, 9)])
def test_a_feed_is_of_one_worker_or_of_one_customer(named: tuple[int | None, int | None]) -> None:
    with pytest.raises(Refused) as caught:
        owner_for(DISPATCHER, *named)
    assert (caught.value.refusals[0].code, caught.value.refusals[0].path) == (Code.INVALID, ("workerId",))


OFFICE = FeedState(None, 7, True, None, None, None, None, None, None)
OWN = replace(OFFICE, user_id=4, user_active=True, user_worker_id=7)
OF_CUSTOMER = FeedState(None, None, None, 9, True, 5, True, None, 9)


@pytest.mark.parametrize(
    ("feed", "is_shown"),
    [
        (OFFICE, True),
        (OWN, True),
        (
            replace(OWN, worker_id=None, worker_active=None, customer_id=9, customer_active=True, user_customer_id=9),
            True,
        ),
        (replace(OFFICE, ended_at=MONDAY), False),
        (replace(OFFICE, worker_active=False), False),
        (replace(OF_CUSTOMER, customer_active=False), False),
        (replace(OWN, user_active=False), False),
        (replace(OWN, user_worker_id=8), False),
        (replace(OWN, user_worker_id=None), False),
    ],
)
def test_a_feed_is_open_while_whoever_it_is_of_is_there(feed: FeedState, is_shown: bool) -> None:  # noqa: FBT001
    assert is_open(feed) is is_shown


def test_a_visit_is_shown_as_it_was_while_nothing_changes() -> None:
    first = followed([VISIT])
    again = followed([VISIT], first, days=1)

    assert first.entries == (Entry(1, VISIT.digest, VISIT.summary, at(2), at(4), 0, MONDAY),)
    assert (first.is_new, again.is_new) == (True, False)
    assert again.entries == first.entries


@pytest.mark.parametrize(
    "change",
    [
        {"starts_at": at(3)},
        {"ends_at": at(5)},
        {"summary": "Inspection"},
        {"confirmed": False},
        {"location": "Søndre Kaj 4"},
        {"description": "SO-1"},
    ],
)
def test_whatever_is_seen_to_change_raises_the_sequence(change: dict[str, object]) -> None:
    first = followed([VISIT])
    second = followed([replace(VISIT, **change)], first, days=1)  # type: ignore[arg-type]
    third = followed([VISIT], second, days=2)

    assert [(each.sequence, each.changed_at) for each in second.entries + third.entries] == [
        (1, at(days=1)),
        (2, at(days=2)),
    ]
    assert len(second.written) == 1


def test_a_visit_that_was_shown_and_is_no_more_is_cancelled_for_a_month() -> None:
    first = followed([VISIT])
    gone = followed([], first, days=1)
    still = followed([], gone, days=30)
    over = followed([], still, days=31)

    assert gone.entries == (replace(first.entries[0], sequence=1, changed_at=at(days=1), cancelled=True),)
    assert (still.entries, still.is_new) == (gone.entries, False)
    assert (over.entries, over.dropped) == ((), (1,))


def test_a_visit_that_comes_back_is_no_longer_cancelled() -> None:
    back = followed([VISIT], followed([], followed([VISIT]), days=1), days=2)

    assert [(each.sequence, each.cancelled) for each in back.entries] == [(2, False)]


def test_what_was_never_shown_is_not_cancelled() -> None:
    assert followed([]).entries == ()


def test_what_has_grown_old_is_dropped_and_not_cancelled() -> None:
    later = followed([], followed([VISIT]), days=31)

    assert (later.entries, later.written, later.dropped) == ((), (), (1,))


def test_a_visit_put_off_beyond_the_calendar_is_cancelled() -> None:
    far = followed([replace(VISIT, starts_at=at(days=300), ends_at=at(1, days=300))])

    assert [each.cancelled for each in followed([], far, days=1).entries] == [True]


_VISITS = st.dictionaries(
    st.integers(1, 4), st.tuples(st.integers(0, 3), st.sampled_from(["Repair", "Inspection"])), max_size=4
)


@given(st.lists(_VISITS, min_size=1, max_size=12))
def test_a_reader_who_obeys_sequences_has_what_there_is(days: list[dict[int, tuple[int, str]]]) -> None:
    """A calendar program keeps, of each event, the version with the highest sequence, and hides what is cancelled."""
    kept: dict[int, Entry] = {}
    last: Edition | None = None
    for day, there in enumerate(days):
        visits = [Visit(key, title, at(hour), at(hour + 1), confirmed=True) for key, (hour, title) in there.items()]
        last = followed(visits, last, days=day)
        for entry in last.entries:
            if entry.activity_id not in kept or entry.sequence > kept[entry.activity_id].sequence:
                kept[entry.activity_id] = entry
        seen = {key: (entry.starts_at, entry.summary) for key, entry in kept.items() if not entry.cancelled}
        assert seen == {key: (at(hour), title) for key, (hour, title) in there.items()}
