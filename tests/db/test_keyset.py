"""Keyset pages: together they are the whole list, forwards and backwards, whatever its order and whoever writes."""

import base64
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tortoise.expressions import Q

from db.health import counting
from db.keyset import BadCursorError, BadPageError, Page, decode, encode, page
from db.projection import Many, Select, Value, Wanted, fetch
from tests.db.workshop import Repair

pytestmark = pytest.mark.usefixtures("shop")

WANTED = Wanted((Value("id", ("id",)),))
WITH_LINES = Wanted((Value("id", ("id",)), Many("lines", "lines", Wanted((Value("place", ("place",)),)))))
SORTABLE = (
    "urgency", "shade", "closed", "starts_at", "made_at", "due_on", "cents", "hours", "weight", "token", "title",
    "number", "fitter__name", "fitter__rate", "client__city", "fitter__retired", "fitter__team__name", "fitter__grade",
)  # fmt: skip
TERMS = st.tuples(st.sampled_from(["", "-"]), st.sampled_from(SORTABLE)).map("".join)
ORDERS = st.lists(TERMS, max_size=3, unique_by=lambda term: term.lstrip("-")).flatmap(
    lambda terms: st.sampled_from([tuple(terms), (*terms, "id"), (*terms, "-id")])
)


def keys(of: Page) -> list[int]:
    return [row["id"] for row in of.rows]


async def forwards(select: Select, size: int) -> list[Page]:
    pages = [await page(select, WANTED, first=size)]
    while pages[-1].has_next:
        pages.append(await page(select, WANTED, first=size, after=pages[-1].end))
    return pages


async def backwards(select: Select, size: int) -> list[Page]:
    pages = [await page(select, WANTED, last=size)]
    while pages[-1].has_previous:
        pages.append(await page(select, WANTED, last=size, before=pages[-1].start))
    return pages[::-1]


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(order=ORDERS, size=st.integers(7, 50), few=st.booleans())
async def test_pages_together_are_the_whole_list(order: tuple[str, ...], size: int, few: bool) -> None:  # noqa: FBT001
    select = Select(Repair, Q(closed=True) | Q(lines__place=2) if few else None, order)
    whole = [row["id"] for row in await fetch(Select(Repair, select.where, order or ("id",)), WANTED)]

    ahead, back = await forwards(select, size), await backwards(select, size)

    assert [key for each in ahead for key in keys(each)] == whole
    assert [key for each in back for key in keys(each)] == whole
    assert [len(each.rows) for each in ahead[:-1]] == [size] * (len(ahead) - 1)
    assert [len(each.rows) for each in back[1:]] == [size] * (len(back) - 1)
    assert [each.has_previous for each in ahead] == [False] + [True] * (len(ahead) - 1)
    assert [each.has_next for each in back] == [True] * (len(back) - 1) + [False]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(order=ORDERS, data=st.data())
async def test_every_cursor_leads_on_from_its_own_row(order: tuple[str, ...], data: st.DataObject) -> None:
    select = Select(Repair, None, order)
    whole = await page(select, WANTED, first=500)
    ids = keys(whole)
    place = data.draw(st.integers(0, len(ids) - 1))
    cursor = whole.cursors[place]

    assert keys(await page(select, WANTED, first=3, after=cursor)) == ids[place + 1 : place + 4]
    assert keys(await page(select, WANTED, last=3, before=cursor)) == ids[max(0, place - 3) : place]


async def test_a_page_tells_where_it_stands() -> None:
    select = Select(Repair, Q(id__lte=5), ("id",))
    first = await page(select, WANTED, first=2)
    middle = await page(select, WANTED, first=2, after=first.end)
    end = await page(select, WANTED, first=2, after=middle.end)
    nothing = await page(select, WANTED, first=2, after=end.end)

    assert [keys(each) for each in (first, middle, end, nothing)] == [[1, 2], [3, 4], [5], []]
    assert [each.has_next for each in (first, middle, end, nothing)] == [True, True, False, False]
    assert [each.has_previous for each in (first, middle, end, nothing)] == [False, True, True, True]
    assert (first.start, first.end) == (first.cursors[0], first.cursors[1])
    assert (nothing.start, nothing.end, nothing.cursors) == (None, None, [])
    assert keys(await page(select, WANTED, first=0)) == []
    assert (await page(select, WANTED, first=0)).has_next
    assert not (await page(Select(Repair, Q(id=-1)), WANTED, first=0)).has_next


async def test_lists_are_read_for_the_rows_that_are_shown() -> None:
    with counting() as sent:
        shown = await page(Select(Repair, order=("id",)), WITH_LINES, first=4)
    whole = await fetch(Select(Repair, order=("id",), limit=4), WITH_LINES)

    assert shown.rows == whole
    assert sent.count == 2


async def test_rows_that_come_and_go_shift_nothing() -> None:
    select = Select(Repair, Q(client_id=1), ("-made_at", "id"))
    rest = keys(await page(select, WANTED, first=500))

    async def add(key: int, year: int) -> None:
        made_at = datetime(year, 1, 1, tzinfo=UTC)
        await Repair.create(id=key, number=f"{key}", title="t", made_at=made_at, cents=1, client_id=1)

    try:
        await add(9_001, 2032)
        await add(9_002, 2031)
        shown = await page(select, WANTED, first=2)
        await Repair.filter(id=9_002).delete()  # the row of the cursor itself
        await add(9_003, 2033)
        after = await page(select, WANTED, first=500, after=shown.end)
        before = await page(select, WANTED, last=500, before=shown.end)
    finally:
        await Repair.filter(id__gt=9_000).delete()

    assert keys(shown) == [9_001, 9_002]
    assert keys(after) == rest
    assert keys(before) == [9_003, 9_001]


@pytest.mark.parametrize(
    ("first", "last", "after", "before"),
    [(None, None, None, None), (1, 1, None, None), (1, None, None, "x"), (None, 1, "x", None), (-1, None, None, None)],
)
async def test_a_page_with_two_ends_or_none_is_refused(
    first: int | None, last: int | None, after: str | None, before: str | None
) -> None:
    with pytest.raises(BadPageError):
        await page(Select(Repair), WANTED, first=first, last=last, after=after, before=before)


VALUES: tuple[Any, ...] = (
    "Ærø,\"'",
    -5,
    True,
    datetime(2026, 3, 29, 1, 0, 0, 500, tzinfo=UTC),
    date(2026, 3, 29),
    Decimal("-12.50"),
    1.5,
    UUID(int=7),
    None,
)
KINDS: tuple[Any, ...] = ("text", "integer", "boolean", "instant", "date", "decimal", "float", "uuid", "integer")


def test_a_cursor_holds_values_of_every_kind() -> None:
    cursor = encode(VALUES, order=("a", "-b"))

    assert decode(cursor, KINDS, order=("a", "-b")) == VALUES
    assert [type(value) for value in decode(cursor, KINDS, order=("a", "-b"))] == [type(value) for value in VALUES]


def test_a_cursor_is_good_for_its_order_alone() -> None:
    cursor = encode((1, 2), order=("a", "id"))

    for order in ((), ("id", "a"), ("-a", "id"), ("a",)):
        with pytest.raises(BadCursorError):
            decode(cursor, ("integer", "integer"), order=order)


def raw(*values: object) -> str:
    mark = orjson.loads(base64.urlsafe_b64decode(encode(()) + "=="))[0]
    return base64.urlsafe_b64encode(orjson.dumps([mark, *values])).rstrip(b"=").decode()


@pytest.mark.parametrize(
    ("cursor", "kind"),
    [
        ("", "integer"),
        ("%%%", "integer"),
        ("é", "integer"),
        ("AAAA", "integer"),
        (encode((1,)) + "=", "integer"),
        (encode((1,)) + "\n", "integer"),
        ("A" * 20_000, "integer"),
        (raw(), "integer"),
        (raw(1, 2), "integer"),
        (raw("1"), "integer"),
        (raw(True), "integer"),
        (raw(1.0), "integer"),
        (raw(2**63), "integer"),
        (raw(1), "text"),
        (raw(1), "boolean"),
        (raw(1), "float"),
        (raw([1]), "integer"),
        (raw("NaN"), "decimal"),
        (raw("1E+5000"), "decimal"),
        (raw("1" * 60), "decimal"),
        (raw("2026-03-29"), "instant"),
        (raw("2026-03-29T01:00:00"), "instant"),
        (raw("2026-03-29T01:00:00+02:00"), "instant"),
        (raw("2026-03-29T01:00:00Z"), "instant"),
        (raw("20260329"), "date"),
        (raw("2026-13-01"), "date"),
        (raw("{00000000-0000-0000-0000-000000000007}"), "uuid"),
        (raw("x"), "json"),
        (base64.urlsafe_b64encode(orjson.dumps({"a": 1})).rstrip(b"=").decode(), "integer"),
        (base64.urlsafe_b64encode(b"\xff\xff").rstrip(b"=").decode(), "integer"),
    ],
)
def test_a_cursor_that_was_not_given_out_is_refused(cursor: str, kind: Any) -> None:
    with pytest.raises(BadCursorError):
        decode(cursor, (kind,))


@given(st.text(max_size=40) | st.binary(max_size=40).map(lambda data: base64.urlsafe_b64encode(data).decode()))
def test_no_text_breaks_the_reading_of_a_cursor(text: str) -> None:
    with pytest.raises(BadCursorError):
        decode(text, ("integer", "text"))


@given(st.integers(0, 500), st.characters())
def test_a_changed_cursor_is_refused_or_says_something_else(place: int, character: str) -> None:
    values = (datetime(2026, 3, 29, tzinfo=UTC), 17)
    cursor = encode(values, order=("at", "id"))
    place %= len(cursor)
    changed = cursor[:place] + character + cursor[place + 1 :]
    assume(changed != cursor)
    found = None
    with suppress(BadCursorError):
        found = decode(changed, ("instant", "integer"), order=("at", "id"))
    assert found != values


@pytest.mark.parametrize("order", [("made_at", "cents"), ("starts_at", "made_at")])
async def test_a_null_where_there_can_be_none_is_refused(order: tuple[str, ...]) -> None:
    forged = encode((None, None, 1), order=order)
    with pytest.raises(BadCursorError):
        await page(Select(Repair, order=order), WANTED, first=1, after=forged)


async def test_extreme_cursors_are_answered() -> None:
    select = Select(Repair, order=("hours", "cents", "made_at"))
    extremes: list[tuple[Any, ...]] = [
        (Decimal("9" * 40), 2**63 - 1, datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), 2**63 - 1),
        (Decimal("-" + "9" * 40), -(2**63 - 1), datetime(1, 1, 1, tzinfo=UTC) + timedelta(days=1), 0),
        (None, 0, datetime(2026, 1, 1, tzinfo=UTC), -5),
    ]
    counts = []
    for values in extremes:
        found = await page(select, WANTED, first=500, after=encode(values, order=select.order))
        counts.append(len(found.rows))
    by_hours = [row["id"] for row in await fetch(Select(Repair, Q(hours__isnull=True)), WANTED)]

    assert counts[0] == len(by_hours)
    assert counts[1] == 120
    assert 0 < counts[2] < len(by_hours)


def test_cursors_differ() -> None:
    cursors = [encode((value,)) for value in range(50)]
    assert all(one != other for one, other in pairwise(cursors))
