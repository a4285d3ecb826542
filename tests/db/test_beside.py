"""Several selections read by one statement: the same rows as one by one."""

from decimal import Decimal

import pytest
from tortoise.expressions import Q

from db.health import counting
from db.projection import Select, UnplannableError, columns, columns_of_each
from tests.db.workshop import Fitter, Grade, Repair, Team

pytestmark = pytest.mark.usefixtures("empty_shop")

TEAMS = (Select(Team, order=("-name",)), ("id", "name"))
MASTERS = (Select(Fitter, Q(grade=Grade.MASTER, team__name="Day"), ("name",), 2), ("name", "grade", "team_id"))
LATER = (Select(Team, Q(name__gt="E"), ("name",), 1), ("name",))


async def test_one_statement_reads_what_several_would() -> None:
    day, night = await Team.create(name="Day"), await Team.create(name='Ni"ght\n')
    for name in ("Eve", "Åse", "Bo"):
        await Fitter.create(name=name, grade=Grade.MASTER, rate=Decimal(1), team=day)
    await Fitter.create(name="Ib", grade=Grade.MASTER, rate=Decimal(1), team=night)

    with counting() as sent:
        together = await columns_of_each(TEAMS, MASTERS, LATER)

    assert sent.count == 1
    assert together == [await columns(*TEAMS), await columns(*MASTERS), await columns(*LATER)]
    assert together[0] == [(night.id, 'Ni"ght\n'), (day.id, "Day")]
    assert [row[1] for row in together[1]] == [Grade.MASTER] * 2


async def test_nothing_is_read_as_nothing() -> None:
    assert await columns_of_each(TEAMS, MASTERS) == [[], []]


async def test_what_json_would_change_is_not_read_beside_others() -> None:
    with pytest.raises(UnplannableError):
        await columns_of_each(TEAMS, (Select(Repair), ("hours",)))
