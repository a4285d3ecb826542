"""Selections: whatever a document asks, planned answers are those of plain execution, in a constant number of reads."""

import random
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLSchema,
    build_schema,
    execute_sync,
    parse,
    print_schema,
    validate,
)
from graphql.type import get_named_type, is_leaf_type

from api.executor import Ready, execute, execute_event
from api.selection import (
    assemble,
    row,
    selection,
)
from api.selection.asked import Selection
from db.health import counting
from db.projection import UnplannableError
from db.projection.plans import _plans
from tests.api import workshop_schema
from tests.api.workshop_schema import Repair, RepairChanged
from tests.db import workshop
from tests.db.conftest import shop as shop  # noqa: PLC0414 - the fixture
from tests.db.workshop import loaded_repairs

pytestmark = pytest.mark.usefixtures("shop")

VIEWER = "ANNA"
SCHEMA: GraphQLSchema = workshop_schema.schema._schema
PLAIN = build_schema(print_schema(SCHEMA))


async def run(text: str | DocumentNode, **variables: Any) -> ExecutionResult:
    document = parse(text) if isinstance(text, str) else text
    return await execute(SCHEMA, document, context=VIEWER, variables=variables, native_datetimes=True)


async def answer(text: str | DocumentNode, **variables: Any) -> Any:
    result = await run(text, **variables)
    assert result.errors is None, [error.original_error for error in result.errors or ()]
    return orjson.loads(orjson.dumps(result.data, option=orjson.OPT_UTC_Z))


def moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat().replace("+00:00", "Z")


def plain_team(team: workshop.Team | None) -> dict[str, object] | None:
    # Fitters of a team lead back and round, so the plain answers end there.
    return None if team is None else {"__typename": "Team", "id": f"shopteam_{team.id}", "name": team.name}


def plain_fitter(fitter: workshop.Fitter | None) -> dict[str, object] | None:
    return fitter and {  # type: ignore[return-value]
        "__typename": "Fitter",
        "id": f"shopfit_{fitter.id}",
        "name": fitter.name,
        "rate": f"{fitter.rate:.3f}",
        "grade": fitter.grade.name,
        "team": plain_team(fitter.team),
        "teamId": fitter.team and f"shopteam_{fitter.team.id}",
        "loud": fitter.name.upper(),
    }


def plain_line(line: workshop.Line) -> dict[str, object]:
    parts = sorted(line.parts, key=lambda part: part.id)
    return {
        "__typename": "Line",
        "id": f"shopline_{line.id}",
        "place": line.place,
        "text": line.text,
        "fitter": plain_fitter(line.fitter),
        "parts": [{"__typename": "Part", "id": f"shoppart_{part.id}", "sku": part.sku} for part in parts],
    }


def plain_repair(repair: workshop.Repair) -> dict[str, object]:
    """All there is to select of a repair, from objects that Tortoise loaded."""
    lines = [plain_line(line) for line in sorted(repair.lines, key=lambda line: line.place)]
    after = moment(repair.starts_at)
    return {
        "__typename": "Repair",
        "id": f"shoprep_{repair.id}",
        "number": repair.number,
        "urgency": repair.urgency.name,
        "shade": repair.shade and repair.shade.name,
        "closed": repair.closed,
        "startsAt": after,
        "due": repair.due_on and repair.due_on.isoformat(),
        "hours": None if repair.hours is None else f"{repair.hours:.2f}",
        "clientName": repair.client.name,
        "fitter": plain_fitter(repair.fitter),
        "team": repair.fitter and plain_team(repair.fitter.team),
        "lines": lines,
        "ownLines": [line for line in lines if line["text"] == VIEWER],
        "actions": [{"name": f"close for {VIEWER}", "allowed": not repair.closed, "after": after}],
    }


@pytest.fixture(scope="module")
async def plain(shop: str) -> dict[str, object]:  # noqa: ARG001 - it holds the rows
    return {"repairs": [plain_repair(repair) for repair in await loaded_repairs()]}


def random_selection(chance: random.Random, type_: Any, depth: int, spread: list[str]) -> str:
    """A selection with aliases, merged fields, fragments on the type and its interface, and @skip and @include."""
    parts = []
    for _ in range(chance.randrange(1, 6)):
        name = chance.choice(["__typename", *type_.fields, *type_.fields])
        if name == "__typename":
            parts.append(chance.choice(["__typename", "kind: __typename"]))
            continue
        named = get_named_type(type_.fields[name].type)
        if is_leaf_type(named):
            inner = ""
        elif depth == 0 or name == "fitters":
            continue
        else:
            inner = f" {{ {random_selection(chance, named, depth - 1, spread)} }}"
        # The alias tells the selection apart, so that fields under equal keys merge instead of clashing.
        alias = chance.choice(["", f"{name}Again: "]) if is_leaf_type(named) else ""
        steer = chance.choice(
            ["", "", " @include(if: $yes)", " @skip(if: $no)", " @include(if: $no)", " @skip(if: true)"]
        )
        text = f"{alias}{name}{steer}{inner}"
        wrapped = chance.choice(["{}", "{}", "... {{ {} }}", f"... on {type_.name} {{{{ {{}} }}}}", "fragment"])
        if wrapped == "fragment":
            spread.append(f"fragment F{len(spread)} on {type_.name} {{ {text} }}")
            parts.append(f"...F{len(spread) - 1}")
        else:
            parts.append(wrapped.format(text))
    if "id" in type_.fields:
        parts.insert(chance.randrange(len(parts) + 1), "... on Node { id }")
    return " ".join(parts) or "__typename"


async def test_random_documents_are_answered_as_plain_execution_answers_them(plain: dict[str, object]) -> None:
    chance = random.Random(11)  # noqa: S311 - a test's choice
    repair = SCHEMA.type_map["Repair"]
    tried = 0
    while tried < 120:
        spread: list[str] = []
        body = random_selection(chance, repair, 3, spread)
        text = " ".join([f"query ($yes: Boolean!, $no: Boolean = false) {{ repairs {{ {body} }} }}", *spread])
        document = parse(text)
        if any("never used" not in error.message for error in validate(SCHEMA, document)):
            continue  # merged fields that clash
        tried += 1
        for yes, no in ((True, False), (False, True)):
            variables = {"yes": yes, "no": no}
            expected = execute_sync(PLAIN, document, root_value=plain, variable_values=variables)
            assert expected.errors is None
            assert await answer(document, **variables) == expected.data, text
            assert orjson.dumps(await answer(document, **variables)) == orjson.dumps(expected.data), text


async def test_a_warm_document_plans_nothing() -> None:
    document = parse("query ($n: Int, $x: Boolean!) { repairs(limit: $n) { id number @skip(if: $x) lines { text } } }")
    for steered in (True, False):
        await answer(document, n=1, x=steered)
    known = len(_plans)
    for size in range(2, 30):
        rows = (await answer(document, n=size, x=bool(size % 2)))["repairs"]
        assert len(rows) == size
        assert ("number" in rows[0]) is not bool(size % 2)
    assert len(_plans) == known


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("{ repairs { id fitter { team { name } } clientName actions { name } } }", 1),
        ("{ repairs { lines { parts { sku } fitter { name } } } }", 3),
        ("{ repairs { a: lines { place } b: lines { text } ownLines { id } } }", 4),
        ("{ pages(first: 5) { totalCount } }", 1),
        ("{ pages(first: 5) { nodes { id } edges { cursor node { number } } pageInfo { endCursor } } }", 1),
        ("{ pages(first: 5) { nodes { id } totalCount } }", 2),
        ("{ pages(first: 5) { __typename } }", 0),
        ("{ board { zone } }", 0),
        ("{ board { teams { name } repairs { id } firstRepair { id } } }", 3),
    ],
)
async def test_statements_are_as_many_as_lists(text: str, statements: int) -> None:
    with counting() as sent:
        await answer(text)
    assert sent.count == statements


async def test_nodes_of_any_type_are_read_by_id() -> None:
    found = await answer(
        """{ repair: node(id: "shoprep_3") { __typename id ... on Repair { number } ... on Team { name } }
             team: node(id: "shopteam_1") { id ... on Team { name } ... on Repair { number } }
             nothing: node(id: "shoprep_4000") { id } unknown: node(id: "nobody_1") { id }
             bad: node(id: "x") { id } }"""
    )
    assert found == {
        "repair": {"__typename": "Repair", "id": "shoprep_3", "number": "R-00003"},
        "team": {"id": "shopteam_1", "name": "Team 1"},
        "nothing": None,
        "unknown": None,
        "bad": None,
    }


async def test_one_entity_is_found_or_null() -> None:
    found = await answer('{ a: repair(id: "shoprep_1") { number } b: repair(id: "shopteam_1") { number } }')
    assert found == {"a": {"number": "R-00001"}, "b": None}


CONNECTION = """
query ($first: Int, $after: String, $last: Int, $before: String) {
  pages(first: $first, after: $after, last: $last, before: $before) {
    __typename total: totalCount
    nodes { number ...More }
    edges { __typename cursor again: cursor node { id } other: node { lines { place } } }
    pageInfo { __typename hasNextPage hasPreviousPage startCursor endCursor }
  }
}
fragment More on Node { id }
"""


async def test_a_connection_gives_what_is_asked_for() -> None:
    document = parse(CONNECTION)
    first = (await answer(document, first=3))["pages"]
    second = (await answer(document, first=3, after=first["pageInfo"]["endCursor"]))["pages"]
    back = (await answer(document, last=3, before=second["pageInfo"]["startCursor"]))["pages"]
    whole = (await answer("{ pages(first: 6) { nodes { id } } }"))["pages"]["nodes"]
    counted = sum(not repair.closed for repair in await loaded_repairs())

    assert list(first) == ["__typename", "total", "nodes", "edges", "pageInfo"]
    assert first["__typename"] == "RepairConnection"
    assert first["total"] == counted
    assert [node["id"] for node in first["nodes"] + second["nodes"]] == [node["id"] for node in whole]
    assert list(first["nodes"][0]) == ["number", "id"]
    assert [edge["node"] for edge in first["edges"]] == [{"id": node["id"]} for node in first["nodes"]]
    assert all(list(edge) == ["__typename", "cursor", "again", "node", "other"] for edge in first["edges"])
    assert all(edge["cursor"] == edge["again"] for edge in first["edges"])
    assert first["pageInfo"] == {
        "__typename": "PageInfo",
        "hasNextPage": True,
        "hasPreviousPage": False,
        "startCursor": first["edges"][0]["cursor"],
        "endCursor": first["edges"][-1]["cursor"],
    }
    assert back["nodes"] == first["nodes"]
    assert (second["pageInfo"]["hasPreviousPage"], back["pageInfo"]["hasNextPage"]) == (True, True)


async def test_a_page_is_fifty_unless_told_and_never_over_250() -> None:
    assert len((await answer("{ pages { nodes { id } } }"))["pages"]["nodes"]) == 50
    assert len((await answer("{ pages(last: 60) { nodes { id } } }"))["pages"]["nodes"]) == 60
    for arguments in ("first: 251", "last: 251", "first: -1", "first: 1, last: 1", 'first: 1, after: "nonsense"'):
        result = await run(f"{{ pages({arguments}) {{ nodes {{ id }} }} }}")
        assert result.errors is not None
        assert isinstance(result.errors[0].original_error, ValueError)


async def test_composites_answer_each_key_with_its_own_selection() -> None:
    board = (
        await answer(
            """{ board { __typename zone place: zone a: repairs { id } b: repairs { number lines { place } }
                 one: firstRepair { id } two: firstRepair { number } actions { name } } }"""
        )
    )["board"]

    assert list(board) == ["__typename", "zone", "place", "a", "b", "one", "two", "actions"]
    assert (board["zone"], board["place"]) == ("Europe/Copenhagen", "Europe/Copenhagen")
    assert all(list(row) == ["id"] for row in board["a"])
    assert all(list(row) == ["number", "lines"] for row in board["b"])
    assert (board["one"], board["two"]) == ({"id": "shoprep_1"}, {"number": "R-00001"})
    assert board["actions"] == [{"name": "save"}]


async def test_payloads_carry_entities_and_problems_of_several_types() -> None:
    both = await answer(
        """mutation { done: close(id: "shoprep_2") { repair { id } again: repair { number } problems { code } cursor }
           stale: close(id: "shoprep_2", stale: true) {
             repair { id }
             problems { __typename code ... on StaleProblem { current { number lines { place } } } } } }"""
    )
    lines = [{"place": line.place} for line in (await loaded_repairs())[1].lines]

    assert both["done"] == {
        "repair": {"id": "shoprep_2"},
        "again": {"number": "R-00002"},
        "problems": [],
        "cursor": "abc:1",
    }
    assert both["stale"] == {
        "repair": None,
        "problems": [
            {"__typename": "StaleProblem", "code": "STALE", "current": {"number": "R-00002", "lines": lines}},
            {"__typename": "PlainProblem", "code": "PLAIN"},
        ],
    }


def selected(text: str) -> Selection:
    """The selection of a document's only field, as its resolver would get it."""
    document = parse(text)
    operation: Any = document.definitions[0]
    (field,) = operation.selection_set.selections
    root = {"query": SCHEMA.query_type, "mutation": SCHEMA.mutation_type, "subscription": SCHEMA.subscription_type}
    parent: Any = root[operation.operation.value]
    info: Any = SimpleNamespace(
        schema=SCHEMA,
        operation=operation,
        fragments={},
        variable_values={},
        field_nodes=[field],
        return_type=parent.fields[field.name.value].type,
    )
    return selection(info)


async def test_live_events_are_assembled_and_pass_through_execution() -> None:
    text = "subscription { board { cursor ... on RepairChanged { repair { number fitter { name } } } } }"
    part = selected(text).on(RepairChanged)
    repair = (await loaded_repairs())[0]

    async def loaded(inner: Selection) -> Ready | None:
        return await row(inner, workshop_schema.one_repair(1), viewer=VIEWER)

    event = await assemble(part, cursor="e:7", repair=loaded)
    result = await execute_event(SCHEMA, parse(text), event=event)

    fitter = None if repair.fitter is None else {"name": repair.fitter.name}
    assert result.errors is None
    assert result.data == {"board": {"cursor": "e:7", "repair": {"number": "R-00001", "fitter": fitter}}}


async def test_what_nothing_gives_fails_loudly() -> None:
    part = selected("{ board { zone teams { name } } }")
    with pytest.raises(UnplannableError, match=r"Board\.teams"):
        await assemble(part, zone="x")
    with pytest.raises(UnplannableError, match="Say which type"):
        selected('{ node(id: "x") { id } }').asked()
    with pytest.raises(UnplannableError, match="no type of"):
        selected("{ board { zone } }").on(Repair)
    with pytest.raises(UnplannableError, match="has no plan"):
        selected("{ board { zone } }").wanted()
    with pytest.raises(Exception, match="None"):
        await assemble(part, zone=None, teams=[])


def test_a_selection_is_kept_with_its_document() -> None:
    text = "{ repairs { id lines { id } } }"
    document = parse(text)
    operation: Any = document.definitions[0]
    (field,) = operation.selection_set.selections
    query: Any = SCHEMA.query_type

    def again() -> Selection:
        return selection(
            SimpleNamespace(  # type: ignore[arg-type]
                schema=SCHEMA,
                operation=operation,
                fragments={},
                variable_values={"unrelated": object()},
                field_nodes=[field],
                return_type=query.fields["repairs"].type,
            )
        )

    assert again() is again()
    assert again().wanted() is again().wanted()
    assert again().asks("lines", "team")
    assert not again().asks("team")
