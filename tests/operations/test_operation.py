"""The one way to write: all or nothing, once per key, in an order without holes, whoever goes away meanwhile."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from tortoise.connection import get_connection

from db import outbox
from db.config import is_postgres
from domain.core.actor import ANONYMOUS, Permission
from domain.core.errors import Code, NotPermitted, NotSignedIn, Refused
from domain.core.operation import Operation, Work, check_version, finish_running, perform
from domain.core.rows import locked
from domain.customers.models import Customer
from domain.numbering.models import NumberSequence
from domain.numbering.operations import number_for
from tests.builders import actors
from tests.builders.actors import DISPATCHER, MANAGER
from tests.builders.log import events, everything, nothing_changes, only_event, refusal
from tests.builders.rows import a_customer, an_order, number_sequences
from tests.builders.times import SetClock

pytestmark = pytest.mark.usefixtures("database")


@dataclass(frozen=True, slots=True)
class Add:
    """Customers to add, one event each; afterwards, perhaps, a mishap."""

    names: tuple[str, ...]
    mishap: str | None = None


async def _add(work: Work, command: Add) -> list[int]:
    made = [
        await work.create(Customer(name=name, number=await number_for(work, Customer, None)), "customer_created")
        for name in command.names
    ]
    if command.mishap == "refusal":
        raise Refused(Code.INVALID, "Not this one.", ("names",))
    if command.mishap == "bug":
        raise ZeroDivisionError("a bug")
    return [row.id for row in made]


@dataclass(frozen=True, slots=True)
class Rename:
    """Customers to rename, locked in this order with a pause between."""

    customer_ids: tuple[int, ...]
    name: str
    expected_version: int | None = None
    pause: float = 0.0


async def _rename(work: Work, command: Rename) -> int:
    for customer_id in command.customer_ids:
        customer = await locked(Customer, customer_id, "customer", "customerIds")
        await asyncio.sleep(command.pause)
        await check_version(customer, command.expected_version)
        await work.change(customer, "customer_changed", name=command.name)
    return len(command.customer_ids)


@dataclass(frozen=True, slots=True)
class AddEach:
    """Customers to add one after the other, each of which is renamed at once; some come to nothing."""

    names: tuple[str, ...]
    mishaps: dict[str, str]


async def _add_each(work: Work, command: AddEach) -> list[str]:
    async def one(name: str) -> int:
        [customer_id] = await _add(work, Add((name,)))
        customer = await locked(Customer, customer_id, "customer", "names")
        # Kept back on PostgreSQL until the next statement, if there is one.
        await work.change(customer, "customer_changed", name=f"{name} ApS")
        if command.mishaps.get(name) == "refusal":
            raise Refused(Code.INVALID, "Not this one.", ("names",))
        if command.mishaps.get(name) == "in use":
            await work.remove(await Customer.get(orders__id__isnull=False), "customer_deleted")
        if command.mishaps.get(name) == "bug":
            raise ZeroDivisionError("a bug")
        return customer_id

    done = [await work.whole_or_not(partial(one, name)) for name in command.names]
    return [each.refusals[0].code.value if isinstance(each, Refused) else "DONE" for each in done]


# Made by hand and not declared, so that the list of the product's operations stays the product's.
add = Operation("tests.add", Permission.MAINTAIN_ORDERS, _add, replayable=True)
add_also = Operation("tests.add_also", Permission.MAINTAIN_ORDERS, _add, replayable=True)
add_unkept = Operation("tests.add_unkept", Permission.MAINTAIN_ORDERS, _add, replayable=False)
add_each = Operation("tests.add_each", Permission.MAINTAIN_ORDERS, _add_each, replayable=False)
rename = Operation("tests.rename", Permission.MAINTAIN_ORDERS, _rename, replayable=True)

ONE = Add(("Havnens Køl ApS",))


@pytest.fixture(autouse=True)
async def sequences(database: str) -> str:
    await number_sequences("customer")
    return database


def refused_codes(outcomes: Iterable[object]) -> Counter[Code]:
    """How often each code was refused; anything but a result or a refusal fails the test."""
    faults = [each for each in outcomes if isinstance(each, BaseException) and not isinstance(each, Refused)]
    assert faults == []
    return Counter(each.refusals[0].code for each in outcomes if isinstance(each, Refused))


async def assert_log_has_no_hole() -> None:
    """The log counts from 1 to its head, and each batch is one unbroken run."""
    log = await events()
    head = await outbox.EventHead.get(id=1)
    assert [event.seq for event in log] == list(range(1, head.seq + 1))
    batch = 0
    for event in log:
        if event.batch != batch:
            assert event.batch == event.seq
            batch = event.batch


async def assert_every_connection_is_free(url: str) -> None:
    """No connection of the write side is in use, and more callers than there are connections get through at once."""
    await finish_running()
    client: Any = get_connection("default")
    if is_postgres(url):
        assert client._pool.get_idle_size() == client._pool.get_size() > 0
    else:
        assert not client._lock.locked()
    done = await asyncio.gather(*(perform(add, Add((f"After {place}",)), actor=MANAGER) for place in range(12)))
    assert len({each.result[0] for each in done}) == 12


# --- the way of one write --------------------------------------------------------------------------------------------


async def test_a_write_and_its_events_are_committed_together(set_clock: SetClock) -> None:
    done = await perform(add, Add(("One", "Two")), actor=DISPATCHER, key="k", reason="They asked.")

    head = await outbox.EventHead.get(id=1)
    log = await events()
    assert done.cursor == f"{head.epoch}:2"
    assert [(event.seq, event.batch, event.kind, event.subject_id) for event in log] == [
        (1, 1, "customer_created", done.result[0]),
        (2, 1, "customer_created", done.result[1]),
    ]
    assert {(event.at, event.actor_id, event.actor_name, event.key, event.reason) for event in log} == {
        (set_clock.now, 2, "Dina Dispatcher", "k", "They asked.")
    }


async def test_the_read_side_sees_the_same_events_as_the_write_side() -> None:
    await perform(add, Add(("One", "Two")), actor=DISPATCHER)

    [first, second] = await outbox.read_events(0, 10)
    [stored, _] = await events()
    assert (first.seq, second.seq, (await outbox.read_head()).seq) == (1, 2, 2)
    assert (first.at, first.body, first.subject_type) == (stored.at, stored.body, "customer")


async def test_what_changes_nothing_answers_with_the_present_position() -> None:
    await perform(add, ONE, actor=DISPATCHER)

    done = await perform(add, Add(()), actor=DISPATCHER)

    assert (done.result, done.cursor.partition(":")[2]) == ([], "1")


async def test_listeners_hear_of_a_commit_and_of_nothing_else() -> None:
    heard: list[int] = []
    silence = outbox.on_commit(lambda: heard.append(1))
    try:
        await perform(add, ONE, actor=DISPATCHER)
        assert heard == [1]
        await perform(add, Add(()), actor=DISPATCHER)
        await refusal(add, Add(("One",), "refusal"), actor=DISPATCHER)
        assert heard == [1]
    finally:
        silence()


async def test_who_may_not_is_stopped_before_anything_is_looked_at() -> None:
    async with nothing_changes():
        with pytest.raises(NotPermitted, match="TECHNICIAN"):
            await perform(add, Add(("One",), "bug"), actor=actors.technician(), key="k")
        with pytest.raises(NotSignedIn):
            await perform(add, Add(("One",), "bug"), actor=ANONYMOUS, key="k")


# --- all or nothing --------------------------------------------------------------------------------------------------


async def test_a_refusal_takes_back_what_was_written_before_it() -> None:
    refused = await refusal(add, Add(("One", "Two"), "refusal"), actor=DISPATCHER)

    assert refused == (Code.INVALID, ("names",))


async def test_of_many_records_one_that_is_refused_leaves_nothing_and_the_others_stand() -> None:
    await an_order(await a_customer(name="Kold"))
    command = AddEach(("Å", "B", "C", "D", "E"), {"B": "refusal", "D": "in use"})

    done = await perform(add_each, command, actor=MANAGER)

    assert done.result == ["DONE", "INVALID", "DONE", "IN_USE", "DONE"]
    stored = await Customer.all().order_by("id").values_list("name", "number")
    assert [name for name, _ in stored] == ["Kold", "Å ApS", "C ApS", "E ApS"]
    assert [number for _, number in stored[1:]] == ["CUS-10001", "CUS-10002", "CUS-10003"]
    assert [event.kind for event in await events()] == ["customer_created", "customer_changed"] * 3


async def test_the_last_of_many_may_be_refused_and_a_bug_takes_them_all_back() -> None:
    done = await perform(add_each, AddEach(("Å", "B"), {"B": "refusal"}), actor=MANAGER)
    assert (done.result, await Customer.all().count()) == (["DONE", "INVALID"], 1)

    async with nothing_changes():
        with pytest.raises(ZeroDivisionError):
            await perform(add_each, AddEach(("C", "D"), {"D": "bug"}), actor=MANAGER)


async def test_a_bug_takes_back_what_was_written_before_it(sequences: str) -> None:
    async with nothing_changes():
        with pytest.raises(ZeroDivisionError, match="a bug"):
            await perform(add, Add(("One", "Two"), "bug"), actor=DISPATCHER, key="k")

    await assert_every_connection_is_free(sequences)


async def test_an_error_of_the_database_takes_back_what_was_written_before_it(sequences: str) -> None:
    # A name that no rule has shortened: PostgreSQL refuses it, SQLite's models do.
    async with nothing_changes():
        with pytest.raises(Exception, match=r"too long|max_length|Length"):
            await perform(add, Add(("One", "x" * 500)), actor=DISPATCHER, key="k")

    await assert_every_connection_is_free(sequences)


async def test_failures_leave_no_hole_in_the_log() -> None:
    for mishap in (None, "refusal", None, "bug", "bug", None, "refusal"):
        try:
            await perform(add, Add(("One", "Two"), mishap), actor=DISPATCHER)
        except (Refused, ZeroDivisionError):
            assert mishap is not None

    await assert_log_has_no_hole()
    assert [event.batch for event in await events()] == [1, 1, 3, 3, 5, 5]


# --- once per key ----------------------------------------------------------------------------------------------------


async def test_each_of_200_keys_is_done_once_however_often_it_is_sent_at_once(sequences: str) -> None:
    commands = [(Add((f"Customer {place}",)), f"key-{place}") for place in range(200)] * 8
    random.shuffle(commands)

    done = await asyncio.gather(*(perform(add, command, actor=DISPATCHER, key=key) for command, key in commands))

    answers: dict[str, set[tuple[int, str]]] = {}
    for (_, key), answer in zip(commands, done, strict=True):
        answers.setdefault(key, set()).add((answer.result[0], answer.cursor))
    assert {len(each) for each in answers.values()} == {1}
    assert len({answer for each in answers.values() for answer in each}) == 200
    assert await Customer.all().count() == len(await events()) == await outbox.MutationKey.all().count() == 200
    assert (await NumberSequence.get(code="customer")).next == 10201
    await assert_log_has_no_hole()
    await assert_every_connection_is_free(sequences)


async def test_a_key_is_not_for_another_request() -> None:
    await perform(add, ONE, actor=DISPATCHER, key="k")

    reused = (Code.KEY_REUSED, ("clientMutationKey",))
    assert await refusal(add, Add(("Another",)), actor=DISPATCHER, key="k") == reused
    assert await refusal(add_also, ONE, actor=DISPATCHER, key="k") == reused


async def test_everyone_has_keys_of_their_own() -> None:
    first = await perform(add, ONE, actor=DISPATCHER, key="k")
    second = await perform(add, Add(("Another",)), actor=MANAGER, key="k")

    assert first.result != second.result
    assert await perform(add, ONE, actor=DISPATCHER, key="k") == first


async def test_a_refused_request_leaves_its_key_free() -> None:
    await refusal(add, Add(("One",), "refusal"), actor=DISPATCHER, key="k")

    done = await perform(add, Add(("One",)), actor=DISPATCHER, key="k")

    assert await perform(add, Add(("One",)), actor=DISPATCHER, key="k") == done
    assert (await only_event()).key == "k"


async def test_what_changes_nothing_is_remembered_too() -> None:
    first = await perform(add, Add(()), actor=DISPATCHER, key="k")
    await perform(add, ONE, actor=DISPATCHER)

    assert await perform(add, Add(()), actor=DISPATCHER, key="k") == first


async def test_a_result_that_must_not_be_stored_is_made_anew_each_time() -> None:
    first = await perform(add_unkept, ONE, actor=DISPATCHER, key="k")
    second = await perform(add_unkept, ONE, actor=DISPATCHER, key="k")

    assert first.result != second.result
    assert await outbox.MutationKey.all().count() == 0


async def test_without_a_key_the_same_request_is_done_again() -> None:
    first, second = await perform(add, ONE, actor=DISPATCHER), await perform(add, ONE, actor=DISPATCHER)

    assert first.result != second.result


# --- several at once -------------------------------------------------------------------------------------------------


async def test_readers_see_a_log_without_holes_while_eight_write() -> None:
    finished = asyncio.Event()

    async def write(writer: int) -> list[object]:
        chance = random.Random(writer)  # noqa: S311 - a test's data
        outcomes: list[object] = []
        for turn in range(15):
            names = tuple(f"{writer}.{turn}.{place}" for place in range(chance.randrange(1, 4)))
            mishap = chance.choice([None, None, "refusal"])
            outcomes += await asyncio.gather(perform(add, Add(names, mishap), actor=DISPATCHER), return_exceptions=True)
        return outcomes

    async def follow() -> int:
        position = 0
        while not (finished.is_set() and position == (await outbox.read_head()).seq):
            fresh = await outbox.read_events(position, 1000)
            assert [event.seq for event in fresh] == list(range(position + 1, position + 1 + len(fresh)))
            if fresh:
                position = fresh[-1].seq
                # A transaction is seen whole: the log never ends in the middle of a batch.
                last = [event for event in fresh if event.batch == fresh[-1].batch]
                writer_and_turn = last[0].body["after"]["name"].rpartition(".")[0]
                assert {event.body["after"]["name"].rpartition(".")[0] for event in last} == {writer_and_turn}
            await asyncio.sleep(0)
        return position

    following = asyncio.create_task(follow())
    written = await asyncio.gather(*(write(writer) for writer in range(8)))
    finished.set()

    outcomes = [outcome for each in written for outcome in each]
    refused = refused_codes(outcomes)
    assert refused.keys() == {Code.INVALID}
    assert await following == await Customer.all().count() > 100
    await assert_log_has_no_hole()
    assert len({event.batch for event in await events()}) == len(outcomes) - refused[Code.INVALID]


async def test_of_eight_who_expect_the_same_version_one_wins() -> None:
    customer = await a_customer()

    outcomes = await asyncio.gather(
        *(
            perform(rename, Rename((customer.id,), f"Name {place}", expected_version=1), actor=DISPATCHER)
            for place in range(8)
        ),
        return_exceptions=True,
    )

    assert refused_codes(outcomes) == {Code.VERSION_CONFLICT: 7}
    stored = await Customer.get(id=customer.id)
    assert stored.version == 2
    assert (await only_event()).body["after"]["name"] == stored.name


async def test_two_who_lock_crosswise_both_get_done(sequences: str) -> None:
    one, two = await a_customer(), await a_customer()

    await asyncio.gather(
        perform(rename, Rename((one.id, two.id), "Forth", pause=0.1), actor=DISPATCHER),
        perform(rename, Rename((two.id, one.id), "Back", pause=0.1), actor=MANAGER),
    )

    names = {row["name"] for row in (await everything())["customer"]}
    assert len(names) == 1
    assert len(await events()) == 4
    await assert_log_has_no_hole()
    await assert_every_connection_is_free(sequences)


# --- callers who go away ---------------------------------------------------------------------------------------------


async def test_300_callers_who_go_away_leave_every_connection_free(sequences: str) -> None:
    chance = random.Random(7)  # noqa: S311 - a test's data
    for turn in range(300):
        caller = asyncio.create_task(perform(add, Add((f"Turn {turn}",)), actor=DISPATCHER, key=f"turn-{turn}"))
        # From before its first step to after its last.
        for _ in range(chance.randrange(12)):
            await asyncio.sleep(0)
        if chance.random() < 0.5:
            await asyncio.sleep(chance.random() * 0.01)
        caller.cancel()
        await asyncio.gather(caller, return_exceptions=True)
        if turn % 50 == 0:
            assert (await outbox.read_head()).seq <= turn + 1
            assert await Customer.all().count() <= turn + 1

    await finish_running()
    tables = await everything()
    added = {row["name"] for row in tables["customer"]}
    # Whoever was heard at all was heard to the end: row, event and key.
    assert {event["body"]["after"]["name"] for event in tables["event"]} == added
    assert {f"Turn {row['id'].rpartition('-')[2]}" for row in tables["mutation_key"]} == added
    assert all(row["answer"] is not None for row in tables["mutation_key"])
    assert len(added) > 100
    await assert_log_has_no_hole()
    await assert_every_connection_is_free(sequences)


async def test_a_caller_who_comes_back_with_the_same_key_gets_the_answer() -> None:
    caller = asyncio.create_task(perform(add, ONE, actor=DISPATCHER, key="k"))
    await asyncio.sleep(0)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller

    done = await perform(add, ONE, actor=DISPATCHER, key="k")

    assert (await only_event()).subject_id == done.result[0]


async def test_300_readers_who_go_away_leave_the_next_reader_served() -> None:
    await perform(add, Add(tuple(f"Customer {place}" for place in range(20))), actor=DISPATCHER)
    chance = random.Random(7)  # noqa: S311 - a test's data

    for _ in range(300):
        reader = asyncio.create_task(outbox.read_events(0, 100))
        for _ in range(chance.randrange(6)):
            await asyncio.sleep(0)
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)

    together = await asyncio.gather(*(outbox.read_events(0, 100) for _ in range(12)))
    assert [len(each) for each in together] == [20] * 12
