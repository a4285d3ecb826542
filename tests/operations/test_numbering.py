"""Business numbers: drawn without a gap, by no two, and never backwards."""

import asyncio

import pytest

from domain.core.actor import Actor
from domain.core.errors import Code, NotPermitted
from domain.core.operation import perform
from domain.customers.models import Customer
from domain.customers.operations import CreateCustomer, create_customer
from domain.numbering.models import NumberSequence
from domain.numbering.operations import SEQUENCES, ChangeNumberSequence, change_number_sequence
from tests.builders import actors
from tests.builders.actors import MANAGER
from tests.builders.log import events, nothing_changes, only_event, refusal, refusals
from tests.builders.rows import a_customer, number_sequences

pytestmark = pytest.mark.usefixtures("database")


async def drawn(name: str = "Havnens Køl ApS") -> str:
    done = await perform(create_customer, CreateCustomer(name), actor=MANAGER)
    return (await Customer.get(id=done.result)).number


async def test_numbers_are_drawn_one_after_the_other() -> None:
    await number_sequences("customer", following=9999)

    assert [await drawn() for _ in range(3)] == ["CUS-9999", "CUS-10000", "CUS-10001"]
    assert (await NumberSequence.get(code="customer")).next == 10002


async def test_a_refused_operation_gives_its_number_back() -> None:
    await number_sequences("customer")

    refused = await refusal(create_customer, CreateCustomer("x", email="nobody"), actor=MANAGER)

    assert refused == (Code.INVALID, ("email",))
    assert await drawn() == "CUS-10001"


async def test_a_number_that_somebody_typed_already_is_passed_over() -> None:
    await number_sequences("customer")
    await a_customer(number="CUS-10001")
    await a_customer(number="CUS-10002")

    assert await drawn() == "CUS-10003"
    assert (await NumberSequence.get(code="customer")).next == 10004


async def test_many_at_once_draw_each_number_once() -> None:
    await number_sequences("customer")

    numbers = await asyncio.gather(*(drawn(f"Customer {place}") for place in range(20)))

    assert sorted(numbers) == [f"CUS-{number}" for number in range(10001, 10021)]


async def test_drawing_a_number_is_no_change_of_the_sequence() -> None:
    await number_sequences("customer")

    await drawn()

    assert (await only_event()).kind == "customer_created"
    assert (await NumberSequence.get(code="customer")).version == 1


async def test_a_known_sequence_that_is_missing_is_created() -> None:
    done = await perform(
        change_number_sequence, ChangeNumberSequence("worker", prefix=" W ", next=1, expected_version=1), actor=MANAGER
    )

    created = {"id": 1, "code": "worker", "prefix": "WRK-", "next": 10001, "version": 1}
    assert [(event.kind, event.subject_type, event.subject_id, event.body) for event in await events()] == [
        ("number_sequence_created", "number_sequence", done.result, {"before": None, "after": created}),
        (
            "number_sequence_changed",
            "number_sequence",
            done.result,
            {"before": created, "after": created | {"prefix": "W", "next": 1, "version": 2}},
        ),
    ]
    assert await NumberSequence.all().values() == [created | {"prefix": "W", "next": 1, "version": 2}]


async def test_a_known_sequence_can_be_created_as_it_comes() -> None:
    await perform(change_number_sequence, ChangeNumberSequence("customer"), actor=MANAGER)

    assert (await only_event()).kind == "number_sequence_created"
    assert await drawn() == "CUS-10001"


async def test_every_known_code_can_be_created() -> None:
    for code in SEQUENCES:
        await perform(change_number_sequence, ChangeNumberSequence(code), actor=MANAGER)

    assert dict(await NumberSequence.all().values_list("code", "prefix")) == SEQUENCES


async def test_a_sequence_gets_another_prefix_and_a_higher_next_number() -> None:
    await number_sequences("customer")

    await perform(
        change_number_sequence,
        ChangeNumberSequence("customer", prefix=None, next=20000, expected_version=1),
        actor=MANAGER,
    )

    event = await only_event()
    assert await drawn() == "20000"
    assert event.kind == "number_sequence_changed"
    assert event.body["after"] == event.body["before"] | {"prefix": "", "next": 20000, "version": 2}


async def test_what_is_wrong_with_a_sequence_is_named() -> None:
    await number_sequences("customer", following=500)

    for command, expected in [
        (ChangeNumberSequence("unicorn"), (Code.NOT_FOUND, ("code",))),
        (ChangeNumberSequence("customer", next=499), (Code.INVALID, ("next",))),
        (ChangeNumberSequence("customer", next=-1), (Code.INVALID, ("next",))),
        (ChangeNumberSequence("worker", next=0), (Code.INVALID, ("next",))),
        (ChangeNumberSequence("customer", prefix="x" * 11), (Code.INVALID, ("prefix",))),
        (ChangeNumberSequence("customer", prefix="-"), (Code.INVALID, ("prefix",))),
        (ChangeNumberSequence("customer", prefix="a b"), (Code.INVALID, ("prefix",))),
        (ChangeNumberSequence("customer", prefix="a\x00"), (Code.INVALID, ("prefix",))),
        (ChangeNumberSequence("customer", next=10**10), (Code.INVALID, ("next",))),
        (ChangeNumberSequence("customer", expected_version=7), (Code.VERSION_CONFLICT, ("expectedVersion",))),
    ]:
        assert await refusal(change_number_sequence, command, actor=MANAGER) == expected


async def test_the_longest_prefix_and_the_highest_number_make_a_number_that_fits() -> None:
    await perform(change_number_sequence, ChangeNumberSequence("customer", "Kundenr.2/", 999_999_999), actor=MANAGER)

    assert await drawn() == "Kundenr.2/999999999"


async def test_an_unknown_sequence_is_refused_with_the_known_ones() -> None:
    [only] = await refusals(change_number_sequence, ChangeNumberSequence("unicorn"), actor=MANAGER)

    assert all(code in only.message for code in SEQUENCES)


async def test_a_change_of_nothing_raises_no_version_and_no_event() -> None:
    await number_sequences("customer")

    async with nothing_changes():
        await perform(change_number_sequence, ChangeNumberSequence("customer"), actor=MANAGER)
        await perform(change_number_sequence, ChangeNumberSequence("customer", "CUS-", 10001), actor=MANAGER)


async def test_a_repeat_with_the_same_key_is_answered_again() -> None:
    command = ChangeNumberSequence("customer", next=20000)

    first = await perform(change_number_sequence, command, actor=MANAGER, key="k")
    async with nothing_changes():
        again = await perform(change_number_sequence, command, actor=MANAGER, key="k")

    assert again == first


@pytest.mark.parametrize("actor", [actors.DISPATCHER, actors.technician(1), actors.customer(1), actors.INTEGRATION])
async def test_sequences_are_the_managers(actor: Actor) -> None:
    async with nothing_changes():
        with pytest.raises(NotPermitted, match="MAINTAIN_PARAMETERS"):
            await perform(change_number_sequence, ChangeNumberSequence("customer"), actor=actor)
