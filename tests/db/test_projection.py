"""Projections: the same answers as Tortoise's own, in a constant number of statements, on both databases."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
import pytest
from tortoise.expressions import Q

from db.health import counting
from db.projection import (
    Constant,
    Made,
    Many,
    One,
    Same,
    Select,
    UnplannableError,
    Value,
    Wanted,
    columns,
    count,
    fetch,
    fetch_one,
)
from db.projection.plans import _plans
from tests.db.workshop import Badge, Fitter, Line, Repair, Team, Urgency, loaded_repairs

pytestmark = pytest.mark.usefixtures("shop")

TEAM = Wanted((Constant("__typename", "Team"), Value("id", ("id",), prefix="team_"), Value("name", ("name",))))
FITTER = Wanted(
    (
        Value("id", ("pk",), prefix="fit_"),
        Value("teamId", ("team_id",), prefix="team_"),
        Value("name", ("name",)),
        Value("active", ("active",)),
        Value("retired", ("retired",)),
        Value("grade", ("grade",)),
        Value("rate", ("rate",)),
        One("team", "team", TEAM),
        Value("badge", ("badge.code",)),
    )
)
PART = Wanted((Value("sku", ("sku",)),))
LINE = Wanted(
    (
        Value("place", ("place",)),
        Value("number", ("repair.number",)),
        One("fitter", "fitter", FITTER),
        Many("parts", "parts", PART),
    )
)
REPAIR = Wanted(
    (
        Constant("__typename", "Repair"),
        Value("id", ("id",), prefix="rep_"),
        Value("number", ("number",)),
        Value("title", ("title",)),
        Value("urgency", ("urgency",)),
        Value("shade", ("shade",)),
        Value("closed", ("closed",)),
        Value("startsAt", ("starts_at",)),
        Value("madeAt", ("made_at",)),
        Value("dueOn", ("due_on",)),
        Value("cents", ("cents",)),
        Value("hours", ("hours",)),
        Value("weight", ("weight",)),
        Value("token", ("token",)),
        Value("notes", ("notes",)),
        Value("client", ("client.name",)),
        Value("clientId", ("client.id",), prefix="cli_"),
        One("fitter", "fitter", FITTER),
        One("team", "fitter.team", TEAM),
        Same("again", Wanted((Value("number", ("number",)),))),
        Many("lines", "lines", LINE, ("-place",)),
    )
)


def printed(value: object) -> Any:
    """What a client reads."""
    return orjson.loads(orjson.dumps(value, option=orjson.OPT_UTC_Z))


def moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat().replace("+00:00", "Z")


def places(value: Decimal | None, digits: int) -> str | None:
    return None if value is None else f"{value:.{digits}f}"


def team_of(team: Team | None) -> dict[str, object] | None:
    return None if team is None else {"__typename": "Team", "id": f"team_{team.id}", "name": team.name}


def fitter_of(fitter: Fitter | None) -> dict[str, object] | None:
    if fitter is None:
        return None
    badge: Badge | None = fitter.badge
    return {
        "id": f"fit_{fitter.id}",
        "teamId": fitter.team and f"team_{fitter.team.id}",
        "name": fitter.name,
        "active": fitter.active,
        "retired": fitter.retired,
        "grade": fitter.grade.name,
        "rate": places(fitter.rate, 3),
        "team": team_of(fitter.team),
        "badge": None if badge is None else badge.code,
    }


def repair_of(repair: Repair) -> dict[str, object]:
    """What REPAIR should give, of an object that Tortoise loaded."""
    return {
        "__typename": "Repair",
        "id": f"rep_{repair.id}",
        "number": repair.number,
        "title": repair.title,
        "urgency": repair.urgency.name,
        "shade": repair.shade and repair.shade.name,
        "closed": repair.closed,
        "startsAt": moment(repair.starts_at),
        "madeAt": moment(repair.made_at),
        "dueOn": repair.due_on and repair.due_on.isoformat(),
        "cents": repair.cents,
        "hours": places(repair.hours, 2),
        "weight": repair.weight,
        "token": repair.token and str(repair.token),
        "notes": repair.notes,
        "client": repair.client.name,
        "clientId": f"cli_{repair.client.id}",
        "fitter": fitter_of(repair.fitter),
        "team": None if repair.fitter is None else team_of(repair.fitter.team),
        "again": {"number": repair.number},
        "lines": [
            {
                "place": line.place,
                "number": repair.number,
                "fitter": fitter_of(line.fitter),
                "parts": [{"sku": part.sku} for part in sorted(line.parts, key=lambda part: part.id)],
            }
            for line in sorted(repair.lines, key=lambda line: line.place, reverse=True)
        ],
    }


async def test_rows_come_out_as_tortoise_loads_them() -> None:
    rows = await fetch(Select(Repair, order=("id",)), REPAIR)

    assert printed(rows) == [repair_of(repair) for repair in await loaded_repairs()]
    assert list(rows[0]) == [entry.key for entry in REPAIR.entries]


async def test_a_page_is_the_beginning_of_the_whole() -> None:
    order = ("-urgency", "fitter__name", "-due_on", "id")
    whole = await fetch(Select(Repair, Q(closed=False), order), REPAIR)

    for limit in (0, 1, 7, 1000):
        assert await fetch(Select(Repair, Q(closed=False), order, limit), REPAIR) == whole[:limit]


async def test_columns_are_what_tortoise_holds_in_value_and_type() -> None:
    names = (
        "id", "number", "title", "urgency", "shade", "closed", "starts_at", "made_at", "due_on", "cents", "hours",
        "weight", "token", "notes", "client_id", "fitter_id",
    )  # fmt: skip
    rows = await columns(Select(Repair, order=("id",)), (*names, "fitter.grade", "fitter__team__name"))

    for row, repair in zip(rows, await loaded_repairs(), strict=True):
        fitter = repair.fitter
        expected = [getattr(repair, name) for name in names]
        expected += [fitter and fitter.grade, fitter and fitter.team and fitter.team.name]
        assert list(row) == expected
        for ours, theirs in zip(row, expected, strict=True):
            assert isinstance(ours, type(theirs).__mro__[-2] if isinstance(theirs, UUID) else type(theirs))
    assert all(row[7].tzinfo is UTC for row in rows)


@pytest.mark.parametrize("rows", [0, 1, 60])
async def test_statements_do_not_grow_with_rows(rows: int) -> None:
    with counting() as sent:
        await fetch(Select(Repair, Q(id__lte=rows), ("id",)), REPAIR)
    lines = await count(Select(Line, Q(repair_id__lte=rows)))

    # Repairs, lines, parts; what there is nothing to list for is not asked.
    assert sent.count == (1 if rows == 0 else 3 if lines else 2)


async def test_one_statement_answers_to_one_relations() -> None:
    wanted = Wanted((One("fitter", "fitter", FITTER), Value("client", ("client.name",))))
    with counting() as sent:
        await fetch(Select(Repair), wanted)
    assert sent.count == 1


async def test_what_a_relation_leads_to_may_be_hidden_from_who_asks() -> None:
    def shown(viewer: str, name: str | None) -> bool:
        return name == viewer

    names = {repair.id: repair.fitter and repair.fitter.name for repair in await loaded_repairs()}
    somebody = next(name for name in names.values() if name)
    hidden = One("fitter", "fitter", Wanted((Value("name", ("name",)),)), shown, ("fitter.name",))
    rows = await fetch(Select(Repair, order=("id",)), Wanted((Value("id", ("id",)), hidden)), viewer=somebody)

    assert len(set(names.values()) - {None}) > 1
    assert rows == [
        {"id": key, "fitter": {"name": somebody} if names[key] == somebody else None} for key in sorted(names)
    ]


async def test_lists_may_be_filtered_also_by_who_asks() -> None:
    wanted = Wanted(
        (
            Value("id", ("id",)),
            Many("first", "lines", Wanted((Value("place", ("place",)),)), where=Q(place=0)),
            Many("own", "lines", Wanted((Value("text", ("text",)),)), where=lambda viewer: Q(text=viewer)),
            Many("all", "lines", Wanted((Value("place", ("place",)),)), where=lambda _: None),
        )
    )
    rows = await fetch(Select(Repair, order=("id",)), wanted, viewer="ANNA")
    lines = [line for repair in await loaded_repairs() for line in repair.lines]

    for row in rows:
        mine = sorted([line for line in lines if line.repair_id == row["id"]], key=lambda line: line.id)  # type: ignore[attr-defined]
        assert row["first"] == [{"place": 0}] * any(line.place == 0 for line in mine)
        assert row["own"] == [{"text": "ANNA"}] * sum(line.text == "ANNA" for line in mine)
        assert row["all"] == [{"place": line.place} for line in mine]


async def test_computed_values_get_python_values_and_the_viewer() -> None:
    def told(viewer: str, *needed: object) -> object:
        return [viewer, *needed]

    needs = ("made_at", "urgency", "hours", "due_on", "closed", "fitter.grade", "fitter.rate")
    wanted = Wanted((Value("told", needs, told, viewer=True), Value("loud", ("title",), str.upper)))
    rows = await fetch(Select(Repair, order=("id",)), wanted, viewer="anna")

    for row, repair in zip(rows, await loaded_repairs(), strict=True):
        fitter = repair.fitter
        told_of = [repair.made_at, repair.urgency, repair.hours, repair.due_on, repair.closed]
        assert row["told"] == ["anna", *told_of, fitter and fitter.grade, fitter and fitter.rate]
        assert isinstance(row["told"][2], Urgency)
        assert row["loud"] == repair.title.upper()


async def test_a_value_may_be_made_of_what_is_listed() -> None:
    listed = Many("lines", "lines", Wanted((Value("place", ("place",)),)), ("place",))
    read = Wanted((Value("number", ("number",)), listed))
    wanted = Wanted(
        (
            Made("counted", read, lambda row: f"{row['number']}: {len(row['lines'])}"),
            Made("seen", read, lambda viewer, row: f"{viewer} sees {row['number']}", viewer=True),
        )
    )

    rows = await fetch(Select(Repair, order=("id",)), wanted, viewer="Ann")

    expected = [(repair.number, len(repair.lines)) for repair in await loaded_repairs()]
    assert rows == [{"counted": f"{number}: {lines}", "seen": f"Ann sees {number}"} for number, lines in expected]


async def test_nulls_come_last_and_enums_as_declared() -> None:
    starts = [start for (start,) in await columns(Select(Repair, order=("starts_at",)), ("starts_at",))]
    reversed_starts = [start for (start,) in await columns(Select(Repair, order=("-starts_at",)), ("starts_at",))]
    urgencies = [urgency for (urgency,) in await columns(Select(Repair, order=("urgency",)), ("urgency",))]
    hours = [hours for (hours,) in await columns(Select(Repair, Q(hours__isnull=False), ("hours",)), ("hours",))]
    known = sorted(start for start in starts if start is not None)
    nulls = [None] * (len(starts) - len(known))

    assert starts == known + nulls
    assert reversed_starts == known[::-1] + nulls
    assert nulls
    assert urgencies == sorted(urgencies, key=list(Urgency).index)
    assert hours == sorted(hours)


async def test_one_row_is_one_row() -> None:
    wanted = Wanted((Value("id", ("id",)),))

    assert await fetch_one(Select(Repair, Q(number="R-00003")), wanted) == {"id": 3}
    assert await fetch_one(Select(Repair, Q(number="R-99999")), wanted) is None
    assert await fetch_one(Select(Repair, order=("-id",)), wanted) == {"id": 120}
    with pytest.raises(LookupError):
        await fetch_one(Select(Repair), wanted)


async def test_warm_filters_compile_nothing() -> None:
    async def ask(number: int) -> None:
        where = Q(closed=True) & (Q(id__in=list(range(number))) | Q(title__icontains=f"word {number}"))
        await fetch(Select(Repair, where, ("id",), number), REPAIR)
        await count(Select(Repair, where))

    await ask(1)
    await ask(50)
    known = len(_plans)
    for number in range(2, 40):
        await ask(number)
    assert len(_plans) == known


async def test_plans_are_bounded() -> None:
    for number in range(2_100):
        _plans.get(("filler", number), lambda: _plans.get(("one",), lambda: None))  # type: ignore[arg-type,return-value]
    assert len(_plans) == 1_000
    assert len(await fetch(Select(Repair, order=("id",), limit=3), REPAIR)) == 3


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted((Value("x", ("nothing",)),)),
        Wanted((Value("x", ("lines.place",)),)),
        Wanted((One("x", "lines", PART),)),
        Wanted((One("x", "title", PART),)),
        Wanted((Many("x", "fitter", PART),)),
        Wanted((Many("x", "nothing", PART),)),
    ],
)
async def test_a_want_that_makes_no_sense_is_a_mistake(wanted: Wanted) -> None:
    with pytest.raises(UnplannableError):
        await fetch(Select(Repair), wanted)


async def test_an_order_through_many_rows_is_a_mistake() -> None:
    with pytest.raises(UnplannableError):
        await fetch(Select(Repair, order=("lines__place",)), PART)
