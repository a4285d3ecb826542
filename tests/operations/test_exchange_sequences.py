"""Number sequences that a new version needs are made when a database is migrated."""

import pytest

from domain.core.actor import SYSTEM
from domain.core.operation import perform
from domain.exchange.operations import complete_sequences
from domain.numbering.models import NumberSequence
from domain.numbering.operations import SEQUENCES
from tests.builders.rows import a_customer

pytestmark = pytest.mark.usefixtures("database")


async def test_every_sequence_is_made_ahead_of_the_numbers_there_are() -> None:
    await a_customer(number=f"{SEQUENCES['customer']}10044")

    first = await perform(complete_sequences, None, actor=SYSTEM)
    again = await perform(complete_sequences, None, actor=SYSTEM)

    assert (first.result, again.result) == (len(SEQUENCES), 0)
    found = dict(await NumberSequence.all().values_list("code", "next"))
    assert found.keys() == SEQUENCES.keys()
    assert found["customer"] == 10045
