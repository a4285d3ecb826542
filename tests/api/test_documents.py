"""Documents: what is refused, what an operation costs, and what is remembered."""

from collections.abc import Callable
from typing import Any

import pytest
from graphql import DocumentNode, get_introspection_query, parse

from api.documents import Documents, RequestRefused
from api.limits import Limits
from tests.api.toy import toy_schema

SCHEMA = toy_schema()


def documents(limits: Limits | None = None, *, introspection: bool = True, memory: int = 16_000_000) -> Documents:
    return Documents(SCHEMA, limits, introspection=introspection, memory=memory)


def refusal(
    text: str, *, known: Documents | None = None, name: str | None = None, **variables: object
) -> dict[str, Any]:
    with pytest.raises(RequestRefused) as caught:
        (documents() if known is None else known).prepare(text, name, variables)
    assert caught.value.status == 400
    error: dict[str, Any] = caught.value.errors[0]
    return error


def cost(text: str, **variables: object) -> int:
    return documents(Limits(cost=10**9)).prepare(text, None, variables).cost


def spread(levels: int, *, inside: str = "hello", around: Callable[[str], str] = str) -> str:
    """Fragments that each spread the next one twice, so that spreading them out doubles at each level."""
    fragments = [
        f"fragment F{level} on Query {{ {around(f'...F{level + 1}')} ...F{level + 1} }}" for level in range(levels)
    ]
    return "{ ...F0 }\n" + "\n".join(fragments) + f"\nfragment F{levels} on Query {{ {inside} }}"


def test_an_operation_is_prepared_with_its_kind_name_and_cost() -> None:
    prepared = documents().prepare("mutation Bump { bump __typename }")

    assert (prepared.kind, prepared.name, prepared.cost) == ("mutation", "Bump", 2)
    assert prepared.operation is prepared.document.definitions[0]


def test_the_operation_is_chosen_by_name() -> None:
    known = documents()
    text = "query A { hello } mutation B { bump } subscription C { ticks }"

    kinds = [known.prepare(text, name).kind for name in ("A", "B", "C")]

    assert kinds == ["query", "mutation", "subscription"]


@pytest.mark.parametrize(
    ("text", "name"),
    [("query A { hello } query B { me }", None), ("query A { hello }", "B"), ("{ hello }", "A")],
)
def test_an_unclear_operation_is_refused(text: str, name: str | None) -> None:
    assert refusal(text, name=name)["extensions"] == {"code": "BAD_USER_INPUT"}


@pytest.mark.parametrize(
    "text", ["", "   # only a comment", "{", "{ hello(", "{ hello } }", "{ }", "{ orders { } }", "\x00"]
)
def test_text_that_is_no_graphql_is_a_parse_failure(text: str) -> None:
    assert refusal(text)["extensions"] == {"code": "GRAPHQL_PARSE_FAILED"}


def test_a_parse_failure_says_where() -> None:
    assert refusal("{\n  hello(")["locations"] == [{"line": 2, "column": 9}]


@pytest.mark.parametrize(
    "text",
    [
        "{ hallo }",
        "{ hello(nam: 1) }",
        "query ($x: Prioriti) { hello(name: $x) }",
        "{ orders(filter: {priority: HIHG}) { totalCount } }",
        "{ orders(filter: {prioritu: HIGH}) { totalCount } }",
        "{ order(by: {numbre: 1}) { id } }",
        "fragment F on Ordr { id } { order(by: {id: 1}) { ...F } }",
        "{ hello @includ(if: true) }",
    ],
)
def test_a_misspelt_word_gets_no_suggestion(text: str) -> None:
    error = refusal(text)

    assert error["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert "Did you mean" not in str(error)


def test_at_most_eight_errors_are_told() -> None:
    with pytest.raises(RequestRefused) as caught:
        documents().prepare("{ " + " ".join(f"unknown{n}" for n in range(20)) + " }")

    assert len(caught.value.errors) == 8


def test_a_long_value_is_not_echoed_in_full() -> None:
    assert len(refusal(f'{{ count(number: "{"a" * 50_000}") }}')["message"]) == 400


def test_errors_are_presented_with_the_id_of_each_request() -> None:
    known = documents()
    shown = []
    for request_id in ("one", "two"):
        with pytest.raises(RequestRefused) as caught:
            known.prepare("{ hallo }")
        shown.append(caught.value.presented(request_id)[0]["extensions"])

    assert shown == [
        {"code": "GRAPHQL_VALIDATION_FAILED", "requestId": "one"},
        {"code": "GRAPHQL_VALIDATION_FAILED", "requestId": "two"},
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{ hello }", 1),
        ("{ hello me __typename }", 3),
        ("{ order(by: {id: 1}) { id lines { id } } }", 4),
        ("{ orders(first: 5) { nodes { id } totalCount } }", 1 + 5 * 3),
        ("{ orders { nodes { id } } }", 1 + 20 * 2),
        ("{ workers { nodes { id } } }", 1 + 50 * 2),
        ("{ workers(first: null) { totalCount } }", 1 + 50),
        ("{ orders(last: 30) { totalCount } }", 1 + 30),
        ("{ orders(first: 3, last: 40) { totalCount } }", 1 + 40),
        ("{ orders(first: 0) { totalCount } }", 1),
        ("{ orders(first: -5) { totalCount } }", 1),
        ('{ nodes(ids: ["a", "b", "c"]) { id title } }', 1 + 3 * 2),
        ("{ orders(first: 2) { nodes { orders(first: 3) { totalCount } } } }", 1 + 2 * (1 + 1 + 3)),
        ("{ ... on Query { orders(first: 2) { totalCount } } }", 3),
        ("{ ...F ...F } fragment F on Query { orders(first: 2) { totalCount } }", 6),
        ("{ __schema { types { name fields { name } } } }", 1),
    ],
)
def test_a_field_costs_one_and_a_page_multiplies_what_is_below_it(text: str, expected: int) -> None:
    assert cost(text) == expected


PAGED = "query ($n: Int) { orders(first: $n) { totalCount } }"


@pytest.mark.parametrize(
    ("text", "variables", "expected"),
    [
        (PAGED, {"n": 7}, 8),
        (PAGED, {"n": 7.0}, 8),
        (PAGED, {}, 21),
        (PAGED, {"n": None}, 21),
        (PAGED, {"n": "many"}, 21),
        (PAGED, {"n": True}, 21),
        (PAGED, {"n": 0}, 1),
        (PAGED, {"n": -3}, 1),
        (PAGED.replace("Int)", "Int = 4)"), {}, 5),
        (PAGED.replace("Int)", "Int = 4)"), {"n": 9}, 10),
        (PAGED.replace("Int)", "Int = null)"), {}, 21),
        ("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ["a", "b"]}, 3),
        ('query ($ids: [ID!]! = ["a", "b", "c"]) { nodes(ids: $ids) { id } }', {}, 4),
        ("query ($n: Int) { ...F hello } fragment F on Query { orders(first: $n) { nodes { id } } }", {"n": 3}, 8),
        ("query ($n: Int) { orders(first: $n) { nodes { orders(first: $n) { totalCount } } } }", {"n": 3}, 16),
    ],
)
def test_variables_count_with_their_values(text: str, variables: dict[str, object], expected: int) -> None:
    assert cost(text, **variables) == expected


def test_one_document_is_allowed_or_too_dear_by_its_variables() -> None:
    known = documents(Limits(cost=100))

    assert known.prepare(PAGED, None, {"n": 99}).cost == 100
    with pytest.raises(RequestRefused) as caught:
        known.prepare(PAGED, None, {"n": 100})
    assert caught.value.cost == 101
    shown = {"requested": 101, "limit": 100}
    assert caught.value.errors[0]["extensions"] == {"code": "COST_TOO_HIGH", "cost": shown}
    assert known.prepare(PAGED, None, {"n": 10}).cost == 11


def test_only_the_chosen_operation_is_charged() -> None:
    text = "query Dear { orders(first: 5000) { nodes { id title } } } query Cheap { hello }"

    assert documents().prepare(text, "Cheap").cost == 1
    assert refusal(text, name="Dear")["extensions"]["code"] == "COST_TOO_HIGH"


def nested(levels: int) -> str:
    return "{ order(by: {id: 1}) " + "{ lines { order " * levels + "{ id }" + " } }" * levels + " }"


@pytest.mark.parametrize(
    ("within", "beyond", "limit"),
    [
        (nested(6), nested(7), {"depth": 14}),
        ("{ hello me when }", "{ hello me when secret }", {"fields": 3}),
        ("{ a: hello b: hello }", "{ a: hello b: hello c: hello }", {"aliases": 2}),
        ("{ hello @skip(if: true) }", "{ hello @skip(if: true) me @skip(if: true) }", {"directives": 1}),
        ("{ hello hello hello }", "{ hello hello hello hello }", {"repeats": 2}),
        ("{ hello ... { hello } }", "{ hello ... { hello ... on Query { hello } } }", {"repeats": 1}),
        ("query A { me }", "query A { me } query B { me }", {"definitions": 1}),
        ("{ hello }", "{ hello me }", {"tokens": 3}),
    ],
)
def test_each_limit_refuses_one_step_beyond_it(within: str, beyond: str, limit: dict[str, int]) -> None:
    known = documents(Limits(**limit))

    known.prepare(within)
    assert refusal(beyond, known=known)["extensions"]["code"] in ("GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (spread(40), "fields 1000000000, at most 500"),
        (spread(40, inside="orders { totalCount }"), "fields 1000000000, at most 500"),
        ("{ " + "hello " * 1_400 + "}", "more than 40 fields twice"),
        ("{ " + " ".join(f"a{n}: hello" for n in range(300)) + " }", "more than 60 aliases"),
        ("{ hello " + "@include(if: true) " * 200 + "}", "more than 50 directives"),
        ("{ hello " + "@x" * 700 + " }", "more than 50 directives"),
        ("query " + "@x" * 700 + " { hello }", "more than 50 directives"),
        ("query (" + "$a: Int " + "@x" * 700 + ") { hello }", "more than 50 directives"),
        ("{ hello } fragment F on Query " + "@x" * 700 + " { hello }", "more than 50 directives"),
        (nested(30), "depth 62, at most 15"),
        (nested(60), "nested too deeply"),
        ("{ " + "... on Query { " * 150 + "hello" + " }" * 150 + " }", "nested too deeply"),
        ("{ " + "... { order(by: {id: 1}) { lines { order " * 90 + "{ id }" + "} } }" * 90 + " }", "nested too deeply"),
        (" ".join(f"query Q{n} {{ hello }}" for n in range(200)), "more than 60 operations and fragments"),
        ("{ hello(name: [" + "1 " * 2_000 + "]) }", "more than 1500 tokens"),
        ("{ hello }" + "#\n" * 2_000, "more than 500 comments"),
        ("{ a " * 5_000, "nested too deeply"),
        ("{ orders(filter: " + "[" * 1_000 + "]" * 1_000 + ") { totalCount } }", "nested too deeply"),
    ],
)
def test_a_flood_is_refused(text: str, message: str) -> None:
    assert message in refusal(text)["message"]


def test_fragments_that_spread_fragments_are_charged_without_spreading_them_out() -> None:
    text = spread(25, inside="orders(first: $n) { totalCount }").replace("{ ...F0 }", "query ($n: Int) { ...F0 }")

    assert refusal(text, known=documents(Limits(fields=10**9)), n=3)["extensions"] == {
        "code": "COST_TOO_HIGH",
        "cost": {"requested": 134217728, "limit": 10000},
    }
    assert documents(Limits(fields=10**9, cost=2**30)).prepare(text, None, {"n": 3}).cost == 2**25 * 4


@pytest.mark.parametrize(
    "text",
    [
        "{ ...F } fragment F on Query { hello ...F }",
        "{ ...F } fragment F on Query { ...G } fragment G on Query { hello ...F }",
        "{ ...Unknown }",
        "{ hello } fragment F on Query { hello }",
        "fragment F on Query { hello }",
    ],
)
def test_a_fragment_that_leads_nowhere_is_refused(text: str) -> None:
    assert refusal(text)["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


def test_every_operation_of_a_document_is_within_the_limits() -> None:
    text = "query Small { hello } query Large " + nested(10)

    assert "depth 22" in refusal(text, name="Small")["message"]


def test_the_introspection_query_of_every_tool_is_allowed() -> None:
    text = get_introspection_query(
        descriptions=True, specified_by_url=True, directive_is_repeatable=True, schema_description=True
    )

    assert documents().prepare(text).cost == 1


@pytest.mark.parametrize(
    "text",
    [
        "{ a: __schema { queryType { name } } }",
        "{ __schema { types { a: fields { name } } } }",
        "{ __schema { types { fields { type { fields { name } } } } } }",
        '{ __type(name: "Order") { fields { type { fields { type { fields { name } } } } } } }',
        '{ __type(name: "Order") ' + "{ ofType " * 30 + "{ name }" + " }" * 30 + " }",
    ],
)
def test_introspection_that_multiplies_is_refused(text: str) -> None:
    assert refusal(text)["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


@pytest.mark.parametrize(
    "text",
    [
        "{ __schema { queryType { name } } }",
        '{ __type(name: "Order") { name } }',
        '{ ...F } fragment F on Query { ... { __type(name: "Order") { name } } }',
    ],
)
def test_introspection_can_be_switched_off(text: str) -> None:
    off = documents(introspection=False)

    assert documents().prepare(text).kind == "query"
    assert refusal(text, known=off)["message"] == "Introspection is switched off."
    assert off.prepare("{ __typename orders { nodes { __typename } } }").kind == "query"


def test_a_document_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def reading(text: str, **options: Any) -> DocumentNode:
        read.append(text)
        return parse(text, **options)

    monkeypatch.setattr("api.documents.parse", reading)
    known = documents()

    for _ in range(3):
        known.prepare("{ hello }")
        refusal("{ hallo }", known=known)
        refusal("{", known=known)

    assert read == ["{ hello }", "{ hallo }", "{"]


def test_the_least_recently_used_documents_are_forgotten() -> None:
    known = documents(memory=40_000)
    first = known.prepare("{ a0: hello }").document

    for number in range(1, 200):
        known.prepare(f"{{ a{number}: hello }}")
        assert known.prepare("{ a0: hello }").document is first

    assert known.count < 20


def test_refused_documents_are_forgotten_too() -> None:
    known = documents(memory=40_000)

    for number in range(200):
        refusal(f"{{ unknown{number} }}", known=known)
        refusal("{" + " " * number, known=known)

    assert known.count < 30
