"""What Tortoise writes, the read path finds: the stored form of every kind of value, and writes still uncommitted."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from tortoise.expressions import Q

from db.health import counting
from db.projection import Many, Select, Value, Wanted, columns, count, fetch
from db.transaction import transaction
from tests.db.workshop import Client, Fitter, Grade, Repair, Team

pytestmark = pytest.mark.usefixtures("empty_shop")


async def test_an_open_transaction_sees_its_own_writes_and_nobody_else_does() -> None:
    wanted = Wanted((Value("name", ("name",)), Many("fitters", "fitters", Wanted((Value("rate", ("rate",)),)))))
    seen: list[dict[str, Any]] = []
    async with transaction() as connection:
        team = await Team.create(name="Night", using_db=connection)
        await Fitter.create(name="Eve", grade=Grade.MASTER, rate=Decimal("1.5"), team=team, using_db=connection)
        with counting() as sent:
            seen = await fetch(Select(Team), wanted)
        inside = await count(Select(Fitter, Q(rate=Decimal("1.500"))))
        await Team.filter(id=team.id).using_db(connection).update(name="Day")
        renamed = await columns(Select(Team), ("name",))

    assert seen == [{"name": "Night", "fitters": [{"rate": "1.500"}]}]
    assert sent.count == 2
    assert inside == 1
    assert renamed == [("Day",)]
    assert await columns(Select(Team), ("name",)) == [("Day",)]


async def numbers(**condition: Any) -> list[str]:
    rows = await columns(Select(Repair, Q(**condition), ("number",)), ("number",))
    return [number for (number,) in rows]


async def test_every_stored_form_is_found_again() -> None:
    client = await Client.create(name="x")
    instants = [
        datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
        datetime(2026, 3, 29, 1, 0, 0, 1, tzinfo=UTC),
        datetime(2026, 3, 29, 1, 0, 0, 500_000, tzinfo=UTC),
        datetime(2026, 3, 29, 3, 0, 1, tzinfo=timezone(timedelta(hours=2))).astimezone(UTC),
    ]
    for place, instant in enumerate(instants):
        await Repair.create(
            number=str(place), title="t", made_at=instant, starts_at=instant, cents=2**53 + place, client=client,
            hours=Decimal("0.10") + place, weight=0.1 + place, token=UUID(int=place), due_on=date(2026, 3, 1 + place),
            notes={"n": place},
        )  # fmt: skip
    names = ("made_at", "cents", "hours", "weight", "token", "due_on")
    rows = await columns(Select(Repair, order=("made_at",)), names)

    assert [row[0] for row in rows] == sorted(instants)
    for place, row in enumerate(rows):
        assert row == (
            instants[place], 2**53 + place, Decimal("0.10") + place, 0.1 + place, UUID(int=place),
            date(2026, 3, 1 + place),
        )  # fmt: skip
        for name, value in zip(names, row, strict=True):
            assert await numbers(**{name: value}) == [str(place)]
            assert await numbers(**{f"{name}__in": [value]}) == [str(place)]
            assert await numbers(**{f"{name}__range": (value, value)}) == [str(place)]
            assert await numbers(**{f"{name}__lte": value}) == [str(each) for each in range(place + 1)]


async def test_instants_are_printed_the_same_from_either_database_however_many_there_are() -> None:
    client = await Client.create(name="x")
    instants = {
        "2026-03-29T01:00:00Z": datetime(2026, 3, 29, 1, tzinfo=UTC),
        "2026-03-29T01:00:00.000001Z": datetime(2026, 3, 29, 1, 0, 0, 1, tzinfo=UTC),
        "2026-03-29T01:00:00.500000Z": datetime(2026, 3, 29, 3, 0, 0, 500_000, tzinfo=timezone(timedelta(hours=2))),
    }
    # More than are remembered.
    later = [datetime(2026, 4, 1, tzinfo=UTC) + timedelta(seconds=7 * n) for n in range(4_200)]
    instants |= {at.strftime("%Y-%m-%dT%H:%M:%SZ"): at for at in later}
    await Repair.bulk_create(
        [
            Repair(id=place, number=str(place), title="t", made_at=at, cents=0, client=client)
            for place, at in enumerate(instants.values(), start=1)
        ]
    )
    wanted = Wanted((Value("made", ("made_at",)), Value("starts", ("starts_at",)), Value("again", ("made_at",))))

    for _ in range(2):
        found = await fetch(Select(Repair), wanted)

        assert found == [{"made": text, "starts": None, "again": text} for text in instants]
