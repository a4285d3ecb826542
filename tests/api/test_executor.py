"""What the executor promises beside parity: finished values, order, hooks, and completions used where they belong."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import strawberry
from graphql import DocumentNode, GraphQLNonNull, GraphQLSchema, parse

from api.executor import (
    NotPlainError,
    Ready,
    ReadyExecutor,
    SurpriseError,
    compile_value,
    documents,
    execute,
    execute_event,
)
from tests.api.planted_orders import SCHEMA, Context, Payload, Problem, Size, money, order
from tests.api.planted_orders import schema as planted_schema


async def _twice(text: str | DocumentNode, schema: GraphQLSchema = SCHEMA, **options: Any) -> Any:
    """The data of the second run, which is the compiled one; both runs agree."""
    document = parse(text) if isinstance(text, str) else text
    first = await execute(schema, document, **options)
    second = await execute(schema, document, **options)
    assert first.data == second.data
    assert [one.formatted for one in first.errors or ()] == [one.formatted for one in second.errors or ()]
    if second.errors:
        return second.data, [(one.message, one.path) for one in second.errors]
    return second.data


def _known(document: DocumentNode) -> documents.KnownDocument:
    return documents._known[id(document.definitions[0])]


async def test_finished_values_pass_through_wherever_a_value_may_stand() -> None:
    row, rows = {"any": "thing"}, [{"rows": 1}]
    text = "{ given { order { id } orders { id } node { id } userErrors { id } thing { ... on Order { id } } } }"
    payload = Payload(
        order=Ready(row),  # type: ignore[arg-type]  # stands for rows that are not objects
        orders=[order(7), None, Ready(row)],  # type: ignore[list-item]
        node=Ready(row),  # type: ignore[arg-type]
        user_errors=Ready(rows),  # type: ignore[arg-type]
        thing=Ready(row),  # type: ignore[arg-type]
    )
    expected = {"order": row, "orders": [{"id": "7"}, None, row], "node": row, "userErrors": rows, "thing": row}

    document = parse(text)
    assert await _twice(document, root=payload) == {"given": expected}
    assert any(_known(document).completions.values())
    assert await _twice("{ given { order { id } } }", root=Ready(row)) == {"given": row}
    assert await _twice("{ orders { id } }", root=Ready(rows)) == {"orders": rows}
    # Beside a field that is not plain, graphql-core walks the payload and meets the same values.
    assert await _twice("{ orders { told parent { id } } }", root=[order(parent=Ready(row))], context=Context()) == {
        "orders": [{"told": "nobody - {} told None", "parent": row}]
    }


async def test_a_finished_null_is_null_where_it_may_be_and_refused_where_not() -> None:
    none: Any = Ready(None)
    payload = Payload(order=none, orders=[none], node=order(), user_errors=[])
    assert await _twice("{ given { order { id } orders { id } } }", root=payload) == {
        "given": {"order": None, "orders": [None]}
    }
    payload.node = none
    assert await _twice("{ given { node { id } } }", root=payload) == (
        {"given": None},
        [("Cannot return null for non-nullable field Payload.node.", ["given", "node"])],
    )


async def test_mutations_run_one_after_the_other() -> None:
    context = Context()
    text = 'mutation { a: step(name: "a", ticks: 5) { node { id } } b: step(name: "b", ticks: 0) { node { id } } }'
    result = await execute(SCHEMA, parse(text), context=context)
    assert result.data == {"a": {"node": {"id": "a"}}, "b": {"node": {"id": "b"}}}
    assert context.log == ["begin a", "end a", "begin b", "end b"]


async def test_resolvers_permissions_and_extensions_run_beside_compiled_fields() -> None:
    text = 'query ($n: Int) { orders { id told(word: "x") secret loud price { amount } } }'
    root = order(price=money("1.50"))
    data = {"id": "1", "told": "anna x {'n': 3} told None", "secret": "s", "loud": "L", "price": {"amount": "1.50"}}
    assert await _twice(text, root=[root], context=Context("anna"), variables={"n": 3}) == {"orders": [data]}
    hidden = {**data, "told": "bert x {'n': 3} told None", "secret": None}
    assert await _twice(text, root=[root], context=Context("bert"), variables={"n": 3}) == (
        {"orders": [hidden]},
        [("Only Anna.", ["orders", 0, "secret"])],
    )


async def test_one_fragment_merged_with_other_fields_at_two_places_is_two_selections() -> None:
    text = """
    { order { told parent { ...F price { currency } } other { ...F price { size } } } }
    fragment F on Order { told price { amount } }
    """
    root = order(parent=order(2, price=money()), other=order(3, price=money("2", "EUR")))
    data = (await _twice(text, root=root, context=Context()))["order"]
    assert data["parent"]["price"] == {"amount": "1", "currency": "DKK"}
    assert data["other"]["price"] == {"amount": "2", "size": "SMALL"}


async def test_what_was_compiled_is_used_for_the_same_variables_fragments_and_schema_only() -> None:
    operation = parse("query ($on: Boolean = true) { order { ...F id @include(if: $on) } }").definitions
    by_currency, by_size = (
        DocumentNode(definitions=(*operation, *parse(f"fragment F on Order {{ price {{ {name} }} }}").definitions))
        for name in ("currency", "size")
    )
    root = order(price=money())
    for _ in range(2):
        assert await _twice(by_currency, root=root) == {"order": {"price": {"currency": "DKK"}, "id": "1"}}
        assert await _twice(by_currency, root=root, variables={"on": False}) == {
            "order": {"price": {"currency": "DKK"}}
        }
        assert await _twice(by_size, root=root) == {"order": {"price": {"size": "SMALL"}, "id": "1"}}
        assert await _twice(by_size, planted_schema(auto_camel_case=False), root=root) == {
            "order": {"price": {"size": "SMALL"}, "id": "1"}
        }


async def test_deferred_parts_are_never_compiled() -> None:
    schema = planted_schema(enable_experimental_incremental_execution=True)
    kept, deferred = (parse(f"{{ order {{ id ... @defer(if: {on}) {{ loud }} }} }}") for on in ("false", "true"))
    assert await _twice(kept, schema, root=order()) == {"order": {"id": "1", "loud": "L"}}
    data, [(message, _)] = await _twice(deferred, schema, root=order())
    assert data is None
    assert "multiple payloads" in message
    for document in (kept, deferred):
        assert not _known(document).plain
        assert not _known(document).completions


async def test_caches_are_bounded_and_fragments_within_fragments_do_not_explode() -> None:
    for number in range(documents._MOST_DOCUMENTS + 20):
        await execute(SCHEMA, parse(f"{{ order {{ a{number}: id }} }}"), root=order())
    assert len(documents._known) == documents._MOST_DOCUMENTS

    many = " ".join(f"$v{number}: Boolean!" for number in range(8))
    steered = parse(f"query ({many}) {{ order {{ id {' '.join(f'id @skip(if: $v{n})' for n in range(8))} }} }}")
    for values in range(256):
        variables = {f"v{number}": bool(values >> number & 1) for number in range(8)}
        assert (await execute(SCHEMA, steered, root=order(), variables=variables)).data == {"order": {"id": "1"}}
    assert len(_known(steered).completions) == documents._MOST_COMPLETIONS

    nested = "".join(
        f"fragment F{depth} on Order {{ parent {{ ...F{depth + 1} }} other {{ ...F{depth + 1} }} }}"
        for depth in range(20)
    )
    vast = parse(f"{{ order {{ ...F0 }} }} {nested} fragment F20 on Order {{ id }}")
    async with asyncio.timeout(30):
        assert await _twice(vast, root=order()) == {"order": {"parent": None, "other": None}}


async def test_native_datetimes_leave_utc_to_the_encoder_and_nothing_else() -> None:
    instant, day = datetime(2026, 5, 1, 12, tzinfo=UTC), date(2026, 5, 1)
    elsewhere = instant.astimezone(ZoneInfo("Europe/Copenhagen"))
    root = [order(prices=[money(at=at, on=day) for at in (instant, elsewhere, None)])] * 10
    text = "{ orders { prices { at on } } }"
    rows = (await _twice(text, root=root, native_datetimes=True))["orders"][0]["prices"]
    assert rows == [{"at": instant, "on": day}, {"at": elsewhere.isoformat(), "on": day}, {"at": None, "on": day}]
    rows = (await _twice(text, root=root))["orders"][0]["prices"]
    texts = [instant.isoformat(), elsewhere.isoformat(), None]
    assert rows == [{"at": at, "on": "2026-05-01"} for at in texts]


def _info(text: str, variables: dict[str, Any]) -> tuple[Any, Any, Any]:
    document = parse(text)
    executor = ReadyExecutor.build(SCHEMA, document, None, None, variables)
    assert isinstance(executor, ReadyExecutor)
    node: Any = executor.operation.selection_set.selections[0]
    type_: Any = SCHEMA.type_map["Order"]
    root: Any = SCHEMA.query_type
    return executor.build_resolve_info(root.fields["order"], [node], root, None), type_, node  # type: ignore[arg-type]


def test_a_plain_value_is_completed_for_a_selection_set_on_its_own() -> None:
    text = "query ($no: Boolean!) { order { price { amount size c: currency on @skip(if: $no) } } }"
    info, type_, node = _info(text, {"no": True})
    complete = compile_value(type_.fields["price"].type, [node.selection_set.selections[0]], info)
    assert complete(money("2.50", size=Size.LARGE)) == {"amount": "2.50", "size": "LARGE", "c": "DKK"}
    assert complete(None) is None
    whole = compile_value(GraphQLNonNull(type_), [node], info)
    assert whole(order()) == {"price": None}
    broken: Any = None
    with pytest.raises(SurpriseError):
        complete(money(broken))
    with pytest.raises(SurpriseError):
        whole(None)


def test_a_selection_set_with_a_resolver_in_it_cannot_be_completed_on_its_own() -> None:
    info, type_, node = _info("{ order { id told } }", {})
    with pytest.raises(NotPlainError):
        compile_value(type_, [node], info)


async def test_a_live_event_is_completed_by_its_own_type() -> None:
    text = "subscription { changed { __typename id ... on Problem { message } ... on Order { price { amount } } } }"
    document = parse(text)
    problem = Problem(id=strawberry.ID("3"), message="m")
    cases: list[tuple[Any, dict[str, Any]]] = [
        (order(), {"__typename": "Order", "id": "1", "price": None}),
        (problem, {"__typename": "Problem", "id": "3", "message": "m"}),
        (Ready({"a": 1}), {"a": 1}),
    ]
    for _ in range(2):
        for event, expected in cases:
            result = await execute_event(SCHEMA, document, event=event)
            assert (result.data, result.errors) == ({"changed": expected}, None)
    broken = await execute_event(SCHEMA, document, event=None)
    assert broken.data is None
    assert [error.path for error in broken.errors or ()] == [["changed"]]


async def test_requests_that_cannot_run_are_answered_with_errors_alone() -> None:
    live, query = parse("subscription { changed { id } }"), parse("query A($n: Int!) { order { id } }")
    refusals = [
        (await execute(SCHEMA, live), "Expected a query or a mutation."),
        (await execute_event(SCHEMA, query, event=None, variables={"n": 1}), "Expected a subscription."),
        (await execute(SCHEMA, query, operation_name="B"), "Unknown operation named 'B'."),
        (await execute(SCHEMA, query), "Variable '$n' has invalid value: Expected a value of non-null type 'Int!'"),
    ]
    for result, message in refusals:
        assert result.data is None
        assert message in (result.errors or [])[0].message
