"""Lists over HTTP: filtered, ordered, page by page, in as many statements for many rows as for few."""

from typing import Any

import pytest

from api.schema.build import schema
from domain.core.actor import Role
from tests.api.listed import LISTS, Listed
from tests.builders.rows import a_worker
from tests.serving import Server

NAMES = [f"Zeta {place}" for place in range(5)]
PLACES = (3, 0, 4, 1, 2)


def document(listed: Listed) -> str:
    return f"""query(
      $filter: {listed.filter}, $order: {listed.order}!, $first: Int, $after: String, $last: Int, $before: String
    ) {{
      list: {listed.name}(
        filter: $filter, orderBy: $order, first: $first, after: $after, last: $last, before: $before
      ) {{
        nodes {{ id shown: {listed.key} {listed.selection} }}
        edges {{ cursor node {{ id }} }}
        pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}
        totalCount
      }}
    }}"""


async def ask(server: Server, listed: Listed, **variables: Any) -> dict[str, Any]:
    """One page of the rows whose names hold `Zeta`."""
    chosen = {"filter": {"search": "zETA"}, "order": listed.ascending} | variables
    page: dict[str, Any] = (await server.ask(document(listed), **chosen))["list"]
    assert [edge["node"]["id"] for edge in page["edges"]] == [node["id"] for node in page["nodes"]]
    return page


def shown(page: dict[str, Any]) -> list[str]:
    return [node["shown"] for node in page["nodes"]]


async def make_rows(listed: Listed) -> None:
    """Five rows in no order, and one that is not looked for."""
    await listed.make(100, "Other")
    for place in PLACES:
        await listed.make(place, NAMES[place])


def test_every_list_is_told_here() -> None:
    assert schema.query_type is not None
    connections = {name for name, field in schema.query_type.fields.items() if str(field.type).endswith("Connection!")}

    assert {listed.name for listed in LISTS} | {"auditTrail"} == connections


@pytest.mark.parametrize("listed", LISTS, ids=lambda listed: listed.name)
async def test_a_list_is_filtered_ordered_and_paged(server: Server, listed: Listed) -> None:
    await make_rows(listed)

    whole = await ask(server, listed)
    falling = await ask(server, listed, order=listed.descending)
    chosen = await ask(server, listed, filter={"search": "Zeta"} | listed.only)
    forwards = [await ask(server, listed, first=2)]
    while forwards[-1]["pageInfo"]["hasNextPage"]:
        forwards.append(await ask(server, listed, first=2, after=forwards[-1]["pageInfo"]["endCursor"]))
    backwards = [await ask(server, listed, last=2)]
    while backwards[-1]["pageInfo"]["hasPreviousPage"]:
        backwards.append(await ask(server, listed, last=2, before=backwards[-1]["edges"][0]["cursor"]))

    assert (shown(whole), whole["totalCount"]) == (NAMES, 5)
    assert shown(falling) == NAMES[::-1]
    assert shown(chosen) == [NAMES[place] for place in listed.kept]
    assert [shown(page) for page in forwards] == [NAMES[0:2], NAMES[2:4], NAMES[4:]]
    assert [shown(page) for page in backwards] == [NAMES[3:], NAMES[1:3], NAMES[:1]]
    assert {page["totalCount"] for page in forwards + backwards} == {5}


@pytest.mark.parametrize("listed", LISTS, ids=lambda listed: listed.name)
async def test_a_list_takes_as_many_statements_for_fifty_rows_as_for_five(server: Server, listed: Listed) -> None:
    variables: dict[str, Any] = {"order": listed.ascending, "first": 50, "filter": {"search": "Zeta"}}
    for place in range(5):
        await listed.make(place, f"Zeta {place}")
    few = await server.statements(document(listed), **variables)
    for place in range(5, 50):
        await listed.make(place, f"Zeta {place}")

    many = await server.statements(document(listed), **variables)

    assert many == few
    assert len((await ask(server, listed, first=50))["nodes"]) == 50


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        ("first: 251", ["first"]),
        ("first: -1", ["first"]),
        ("last: 251", ["last"]),
        ("first: 1, last: 1", ["first"]),
        ('after: "x"', ["after"]),
        ('before: "x"', ["before"]),
        ('filter: {teamIds: ["wrk_1"]}', ["filter", "teamIds", 0]),
    ],
)
async def test_a_page_that_makes_no_sense_is_the_callers_mistake(
    server: Server, arguments: str, path: list[str | int]
) -> None:
    await a_worker()

    [error] = await server.errors(f"{{ workers({arguments}) {{ nodes {{ id }} }} }}")

    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["extensions"]["refusal"]["path"] == path


@pytest.mark.parametrize("selected", ["__typename", "totalCount"])
async def test_a_bad_cursor_is_a_mistake_also_where_no_row_is_asked_for(server: Server, selected: str) -> None:
    assert await server.codes(f'{{ workers(after: "x") {{ {selected} }} }}') == ["BAD_USER_INPUT"]


@pytest.mark.parametrize("name", ["users", "apiTokens", "auditTrail"])
async def test_some_lists_are_the_managers(server: Server, name: str) -> None:
    text = f"{{ {name} {{ totalCount nodes {{ __typename }} }} }}"

    for role in (Role.DISPATCHER, Role.TECHNICIAN, Role.CUSTOMER):
        assert await server.codes(text, by=role) == ["FORBIDDEN"]
