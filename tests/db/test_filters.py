"""Filters: any Q finds what Tortoise finds with it, and text is searched alike on both databases."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tortoise.expressions import F, Q

from db.projection import Select, UnplannableError, columns, count, exists, ids
from tests.db.workshop import BEGINNING, NAMES, Fitter, Grade, Part, Repair, Shade, Urgency, loaded_repairs

pytestmark = pytest.mark.usefixtures("shop")

MOMENTS = st.integers(0, 50).map(lambda quarters: BEGINNING + timedelta(minutes=15 * quarters))
ELSEWHERE = MOMENTS.map(lambda value: value.astimezone(timezone(timedelta(hours=-7))))
DAYS = st.integers(0, 20).map(lambda days: date(2026, 3, 1) + timedelta(days=days))
HOURS = st.integers(0, 2_000).map(lambda hundredths: Decimal(hundredths) / 100)
WORDS = st.sampled_from([*NAMES, "a", "N", "%", "_", "\\", "]", "", "zzz", "\0"])
ASCII = st.sampled_from(["anna", "AN", "x", "100%", "_", "[X", "\\", "R-0000", ""])
IDS = st.integers(-1, 130)

COLUMNS: dict[str, st.SearchStrategy[Any]] = {
    "id": IDS,
    "cents": st.integers(-(2**40), 2**40),
    "made_at": MOMENTS | ELSEWHERE,
    "starts_at": MOMENTS | ELSEWHERE,
    "due_on": DAYS,
    "hours": HOURS,
    "fitter__rate": st.integers(0, 100_000).map(lambda thousandths: Decimal(thousandths) / 1000),
    "fitter_id": st.integers(0, 11),
    "fitter__team_id": st.integers(0, 4),
}
LOOKUPS = ["", "__not", "__gt", "__gte", "__lt", "__lte"]


def one_of(values: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[tuple[str, Any]]:
    return st.one_of([st.tuples(st.just(name), value) for name, value in values.items()])


def listed(values: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[tuple[str, Any]]:
    choices = {
        name + suffix: st.lists(value, max_size=5) for name, value in values.items() for suffix in ("__in", "__not_in")
    }
    return one_of(choices)


EXACT: dict[str, st.SearchStrategy[Any]] = {
    "title": WORDS.filter(lambda word: word != "\0"),
    "number": IDS.map(lambda number: f"R-{number:05}"),
    "urgency": st.sampled_from(list(Urgency)),
    "shade": st.sampled_from(list(Shade)),
    "fitter__grade": st.sampled_from(list(Grade)),
    "client__city": st.sampled_from(["Aarhus", "Ærø", "x"]),
    "fitter__team__name": st.sampled_from(["Team 1", "Team 2"]),
    "client": st.integers(1, 15),
}
CONDITIONS = st.one_of(
    st.tuples(st.sampled_from([name + lookup for name in COLUMNS for lookup in LOOKUPS]), st.none()).flatmap(
        lambda pair: st.tuples(st.just(pair[0]), COLUMNS[_column(pair[0])])
    ),
    one_of({name + lookup: value for name, value in EXACT.items() for lookup in ("", "__not") if name != "client"}),
    one_of(dict.fromkeys(("closed", "fitter__active", "fitter__retired"), st.booleans())),
    one_of(
        {
            name + lookup: st.booleans()
            for name in ("starts_at", "notes", "fitter_id", "fitter__team_id", "shade", "client__city")
            for lookup in ("__isnull", "__not_isnull")
        }
    ),
    one_of(dict.fromkeys(("starts_at", "fitter", "hours", "fitter__team", "fitter__retired"), st.none())),
    listed({name: value for name, value in (COLUMNS | EXACT).items() if name != "client"}),
    one_of({f"{name}__range": st.tuples(value, value) for name, value in COLUMNS.items()}),
    one_of({f"{name}__icontains": ASCII for name in ("title", "fitter__name", "number")}),
    one_of({f"{name}__istartswith": ASCII for name in ("title", "client__name")}),
)


def _column(key: str) -> str:
    return next(name for name in sorted(COLUMNS, key=len, reverse=True) if key.startswith(name))


def together(children: st.SearchStrategy[Q]) -> st.SearchStrategy[Q]:
    return st.one_of(
        st.lists(children, min_size=1, max_size=3).map(lambda parts: Q(*parts)),
        st.lists(children, min_size=1, max_size=3).map(lambda parts: Q(*parts, join_type="OR")),
        children.map(lambda part: ~part),
    )


FILTERS = st.recursive(
    st.lists(CONDITIONS, min_size=1, max_size=3).map(lambda pairs: Q(**dict(pairs))), together, max_leaves=6
)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(where=FILTERS)
async def test_any_filter_finds_what_tortoise_finds(where: Q) -> None:
    expected: list[Any] = await Repair.filter(_as_stored(where)).order_by("id").values_list("id", flat=True)

    assert await ids(Select(Repair, where, ("id",))) == expected
    assert await count(Select(Repair, where)) == len(expected)
    assert await exists(Select(Repair, where)) is bool(expected)


def _as_stored(where: Q) -> Q:
    """The filter as Tortoise gets it right.

    Instants are in UTC, as they are stored: it compares SQLite's texts as they stand. Double negations are taken out:
    it takes "not not in" for "not in".
    """
    filters = {key: _utc(value) for key, value in where.filters.items()}
    children = [_as_stored(child) for child in where.children]
    moved = children[0] if len(children) == 1 else Q(*children, join_type=where.join_type, **filters)
    return ~moved if where._is_negated else moved


def _utc(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return type(value)(map(_utc, value)) if isinstance(value, list | tuple) else value


async def test_conditions_in_one_q_speak_of_the_same_row_over_there() -> None:
    repairs = await loaded_repairs()

    def found(test: Callable[[Repair], bool]) -> list[int]:
        return [repair.id for repair in repairs if test(repair)]

    async def ours(where: Q) -> list[int]:
        return await ids(Select(Repair, where, ("id",)))

    assert await ours(Q(lines__place=1, lines__fitter_id=3)) == found(
        lambda repair: any(line.place == 1 and line.fitter and line.fitter.id == 3 for line in repair.lines)
    )
    assert await ours(Q(Q(lines__place=1), Q(lines__fitter_id=3))) == found(
        lambda repair: (
            any(line.place == 1 for line in repair.lines)
            and any(line.fitter and line.fitter.id == 3 for line in repair.lines)
        )
    )
    assert await ours(~Q(lines__fitter_id=3)) == found(
        lambda repair: not any(line.fitter and line.fitter.id == 3 for line in repair.lines)
    )
    assert await ours(Q(lines__place=2, closed=True, join_type="OR")) == found(
        lambda repair: repair.closed or any(line.place == 2 for line in repair.lines)
    )
    assert await ours(Q(lines__isnull=True)) == found(lambda repair: not list(repair.lines))
    assert await ours(Q(lines__not_isnull=True)) == found(lambda repair: bool(list(repair.lines)))
    assert await ours(Q(lines__parts__sku__in=["S1", "S2"])) == found(
        lambda repair: any(part.sku in ("S1", "S2") for line in repair.lines for part in line.parts)
    )
    some = sorted(repairs[4].lines, key=lambda line: line.id) or sorted(repairs[5].lines, key=lambda line: line.id)
    assert await ours(Q(lines=some[0])) == [some[0].repair_id]  # type: ignore[attr-defined]
    assert await ids(Select(Part, Q(line__repair__number="R-00007"), ("id",))) == sorted(
        part.id for line in repairs[6].lines for part in line.parts
    )
    assert await ids(Select(Fitter, Q(badge__code__in=["B2", "B4"]), ("id",))) == [2, 4]
    assert await ids(Select(Fitter, Q(badge=None), ("id",))) == [6, 7, 8, 9, 10]


@pytest.mark.parametrize(
    ("lookup", "text", "found"),
    [
        ("icontains", "søren å", {"Søren Åbye", "SØREN ÅBYE"}),
        ("icontains", "ØREN ÅB", {"Søren Åbye", "SØREN ÅBYE"}),
        ("contains", "øren", {"Søren Åbye"}),
        ("istartswith", "æBLE\\ø", {"Æble\\Øl"}),
        ("startswith", "æble", set()),
        ("startswith", "Æble\\", {"Æble\\Øl"}),
        ("icontains", "%", {"100%"}),
        ("icontains", "_", {"a_b"}),
        ("contains", "_", {"a_b"}),
        ("contains", "%", {"100%"}),
        ("icontains", "[", {"[x]"}),
        ("contains", "[x]", {"[x]"}),
        ("icontains", "X]", {"[x]"}),
        ("icontains", "*", {"C*?"}),
        ("contains", "*?", {"C*?"}),
        ("icontains", "?", {"C*?"}),
        ("icontains", "(X", {"(x)"}),
        ("icontains", ".", {"x.y"}),
        ("istartswith", "D'o", {"d'Or"}),
        ("istartswith", "nn", set()),
        ("icontains", "anna", {"anna", "ANNA"}),
        ("contains", "anna", {"anna"}),
        ("icontains", "", set(NAMES)),
        ("icontains", "\0", set()),
        ("icontains", "a" * 5_000, set()),
    ],
)
async def test_text_is_searched_to_the_letter_in_any_case(lookup: str, text: str, found: set[str]) -> None:
    there = {name for (name,) in await columns(Select(Repair), ("title",))}
    rows = await columns(Select(Repair, Q(**{f"title__{lookup}": text})), ("title",))

    assert there == set(NAMES)
    assert {name for (name,) in rows} == found


async def test_keys_and_texts_that_cannot_be_stored_find_nothing() -> None:
    for where in (Q(id=2**62), Q(id__in=[2**62, -(2**62)]), Q(client_id=2**33), Q(number="\0"), Q(title="x" * 70_000)):
        assert await ids(Select(Repair, where)) == []


@pytest.mark.parametrize(
    "where",
    [
        Q(nothing=1),
        Q(title__nothing=1),
        Q(fitter__nothing=1),
        Q(title__year=2026),
        Q(title=5),
        Q(id="5"),
        Q(id=True),
        Q(id__in="123"),
        Q(id__gt=None),
        Q(id__in=None),
        Q(closed__isnull="yes"),
        Q(made_at=datetime(2026, 3, 1)),  # noqa: DTZ001 - it is what must be refused
        Q(made_at="2026-03-01"),
        Q(due_on=datetime(2026, 3, 1, tzinfo=UTC)),
        Q(notes={"a": 1}),
        Q(id__icontains="1"),
        Q(cents=F("id")),
    ],
)
async def test_a_filter_that_makes_no_sense_is_a_mistake(where: Q) -> None:
    with pytest.raises(UnplannableError):
        await count(Select(Repair, where))


async def test_a_value_outside_an_enum_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="SOMEHOW"):
        await count(Select(Repair, Q(urgency="SOMEHOW")))
