"""The protocol of the socket, over a real server on loopback: operations, refusals and limits."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from gql import Client as GqlClient
from gql import gql
from gql.transport.websockets import WebsocketsTransport
from websockets.asyncio.client import connect

from api.http.endpoint import Outcome
from api.live.connections import SocketLimits
from tests.builders.live import EPOCH, until
from tests.builders.sockets import ADA, FOLLOW, Toy, serving

pytestmark = pytest.mark.usefixtures("logged")

DEEP = '{"type":"ping","payload":' + '{"a":' * 2_000 + "1" + "}" * 2_001
NESTED = {"type": "ping", "payload": json.loads('{"a":' * 80 + "1" + "}" * 80)}


@pytest.fixture(scope="module")
async def served() -> AsyncIterator[Toy]:
    """One server for the tests that only say something wrong to it."""
    async with serving() as toy:
        yield toy


@pytest.mark.parametrize("direct", [True, False], ids=["direct", "asgi"])
async def test_queries_mutations_and_live_fields_share_one_socket(*, direct: bool) -> None:
    async with serving(direct=direct) as toy, toy.signed_in() as client:
        assert await client.answer("{ me number(of: 3) }") == {"data": {"me": "Ada", "number": 3}}
        assert await client.answer("{ number(of: 4) }") == {"data": {"number": 4}}
        assert (await client.follow("live"))["kind"] == "STARTED"
        await client.subscribe('mutation M { set(key: "a", value: 7) }', "2")
        received = [await client.receive() for _ in range(3)]

        changed = {"kind": "CHANGED", "cursor": f"{EPOCH}:1", "things": [{"key": "a", "value": 7}], "padding": ""}
        assert {"id": "live", "type": "next", "payload": {"data": {"things": changed}}} in received
        assert {"id": "2", "type": "next", "payload": {"data": {"set": 1}}} in received
        assert {"id": "2", "type": "complete"} in received


async def test_each_operation_has_a_context_of_its_own() -> None:
    async with serving() as toy, toy.signed_in() as client:
        await client.answer("{ me }", "1")
        await client.answer("{ me }", "2")
        assert len({context.request_id for context in toy.contexts}) == 2
        await client.follow("3")
        before = len(toy.contexts)
        toy.log.append("a", 1)
        await client.told("3")

        assert len(toy.contexts) == before + 1


async def test_every_operation_is_observed_once() -> None:
    async with serving() as toy, toy.signed_in() as client:
        await client.answer("query Q { me }", "1")
        await client.answer("query B { me broken }", "2")
        await client.subscribe("query S { nothing }", "3")
        await client.receive()
        await client.follow("4")

        assert [(seen.operation_name, seen.kind, seen.outcome) for seen in toy.seen] == [
            ("Q", "query", Outcome.OK),
            ("B", "query", Outcome.ERRORS),
            (None, None, Outcome.REFUSED),
            ("F", "subscription", Outcome.OK),
        ]
        assert all(0 <= seen.seconds < 5 and seen.actor == ADA for seen in toy.seen)


@pytest.mark.parametrize(
    "payload",
    [
        {"Authorization": "Bearer ada"},
        {"authorization": "bearer ada"},
        {"AUTHORIZATION": "BEARER  ada "},
        {"headers": {"Authorization": "Bearer ada"}},
        {"headers": {"authorization": "Bearer ada"}},
        {"token": "ada"},
    ],
)
async def test_the_token_is_found_wherever_a_client_puts_it(payload: dict[str, Any], served: Toy) -> None:
    async with served.connect() as client:
        await client.send("connection_init", payload=payload)
        await client.receive()

        assert await client.answer("{ me }") == {"data": {"me": "Ada"}}


async def test_without_a_token_one_is_nobody() -> None:
    async with serving() as toy, toy.connect() as client:
        await client.sign_in(None)

        assert await client.answer("{ me }") == {"data": {"me": "anonymous"}}


@pytest.mark.parametrize(
    "payload",
    [{"token": "other"}, {"token": 5}, {"Authorization": "ada"}, {"Authorization": 5}, {"Authorization": "Bearer "}],
)
async def test_a_bad_token_closes_with_4403(payload: dict[str, Any], served: Toy) -> None:
    async with served.connect() as client:
        await client.send("connection_init", payload=payload)

        assert (await client.closed())[0] == 4403


async def test_a_sign_in_that_fails_for_our_own_reasons_asks_to_try_again() -> None:
    async with serving() as toy, toy.connect() as client:
        await client.send("connection_init", payload={"token": "broken"})

        assert await client.closed() == (1013, "Signing in is not possible now. Try again later.")


@pytest.mark.parametrize("subprotocols", [None, ["graphql-ws"]])
async def test_another_subprotocol_closes_with_4406(subprotocols: Any) -> None:
    async with serving() as toy, toy.connect(subprotocols=subprotocols) as client:
        assert await client.closed() == (4406, "The subprotocol must be graphql-transport-ws.")


async def test_silence_instead_of_an_introduction_closes_with_4408() -> None:
    async with serving(limits=SocketLimits(init_seconds=0.1)) as toy, toy.connect() as client:
        assert (await client.closed())[0] == 4408


async def test_a_second_introduction_closes_with_4429() -> None:
    async with serving() as toy, toy.signed_in() as client:
        await client.send("connection_init")

        assert (await client.closed())[0] == 4429


async def test_an_operation_before_the_introduction_closes_with_4401() -> None:
    async with serving() as toy, toy.connect() as client:
        await client.subscribe("{ me }")

        assert (await client.closed())[0] == 4401


async def test_an_id_that_is_still_running_closes_with_4409() -> None:
    async with serving() as toy, toy.signed_in() as client:
        await client.follow("1")
        await client.subscribe("{ me }", "1")

        assert (await client.closed())[0] == 4409


@pytest.mark.parametrize(
    "message",
    [
        "",
        "nonsense",
        "null",
        "5",
        "[]",
        '"ping"',
        "{}",
        '{"type":null}',
        '{"type":5}',
        '{"type":"nonsense"}',
        '{"type":"next","id":"1","payload":{}}',
        '{"type":"connection_ack"}',
        '{"type":"ping","payload":5}',
        '{"type":"pong","payload":[]}',
        '{"type":"connection_init","payload":"token"}',
        '{"type":"complete"}',
        '{"type":"complete","id":5}',
        '{"type":"subscribe","payload":{"query":"{me}"}}',
        '{"type":"subscribe","id":"","payload":{"query":"{me}"}}',
        '{"type":"subscribe","id":1,"payload":{"query":"{me}"}}',
        json.dumps({"type": "subscribe", "id": "x" * 201, "payload": {"query": "{me}"}}),
        '{"type":"subscribe","id":"1"}',
        '{"type":"subscribe","id":"1","payload":null}',
        '{"type":"subscribe","id":"1","payload":"{me}"}',
        '{"type":"subscribe","id":"1","payload":{}}',
        '{"type":"subscribe","id":"1","payload":{"query":null}}',
        '{"type":"subscribe","id":"1","payload":{"query":5}}',
        '{"type":"subscribe","id":"1","payload":{"query":"{me}","variables":[]}}',
        '{"type":"subscribe","id":"1","payload":{"query":"{me}","variables":"{}"}}',
        '{"type":"subscribe","id":"1","payload":{"query":"{me}","operationName":5}}',
        '{"type":"subscribe","id":"1","payload":{"query":"{me}","extensions":[]}}',
        '{"type":"subscribe","id":"1","payload":{"query":"{me}","variables":{"a":NaN}}}',
        '{"type":"subscribe","id":"1","payload":{"query":"{me}","variables":{"a":Infinity}}}',
        '{"type":"subscribe","id":"1","payload":{"query":"{me}","variables":{"a":1e999}}}',
        '{"type":"subscribe","id":"1","payload":{"query":"{me}","variables":{"a":' + "9" * 5_000 + "}}}",
        '{"type":"subscribe","id":"1","payload":{"query":"{me}","variables":{"a":"\\ud800"}}}',
        DEEP,
        json.dumps(NESTED),
        b'{"type":"ping"}',
    ],
    ids=lambda message: str(message)[:70],
)
async def test_a_malformed_message_closes_with_4400_and_a_sentence(
    message: str | bytes, served: Toy, logged: list[Any]
) -> None:
    async with served.signed_in() as client:
        await client.socket.send(message)

        code, reason = await client.closed()
        assert code == 4400
        assert reason.endswith(".")
        assert logged == []


async def test_a_message_beyond_the_limit_closes_with_1009() -> None:
    async with serving() as toy, toy.signed_in() as client:
        await client.send("ping", payload={"a": "x" * 140_000})

        assert (await client.closed())[0] == 1009


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("query A { me } query B { me }", "BAD_USER_INPUT"),
        ("query Q($of: Int!) { number(of: $of) }", "BAD_USER_INPUT"),
        ("subscription { secrets { kind } }", "FORBIDDEN"),
        ("subscription { faulty { kind } }", "INTERNAL"),
        ("subscription S($keys: String!) { things(keys: $keys) { kind } }", "BAD_USER_INPUT"),
    ],
)
async def test_an_operation_that_cannot_begin_ends_alone(query: str, code: str) -> None:
    async with serving() as toy, toy.signed_in() as client:
        await client.follow("live")
        await client.subscribe(query, "bad")
        message = await client.receive()
        toy.log.append("a", 1)

        assert (message["type"], message["id"]) == ("error", "bad")
        assert [error["extensions"]["code"] for error in message["payload"]] == [code]
        assert "secret" not in str(message).lower().replace("secrets are not", "").replace("'secrets'", "")
        assert (await client.told("live"))["cursor"] == f"{EPOCH}:1"
        assert await client.answer("{ me }", "bad") == {"data": {"me": "Ada"}}


async def test_a_field_that_fails_is_masked_and_the_rest_arrives() -> None:
    async with serving() as toy, toy.signed_in() as client:
        payload = await client.answer("query { me number(of: 1) things: broken }")

        assert payload["data"] is None
        assert payload["errors"][0]["extensions"]["code"] == "INTERNAL"
        assert "a secret" not in str(payload)


async def test_a_live_value_that_may_not_be_read_ends_the_operation_with_forbidden() -> None:
    async with serving() as toy, toy.signed_in() as client:
        await client.subscribe("subscription { things { kind notForAll } }")
        message = await client.receive()

        assert (message["type"], message["payload"][0]["extensions"]["code"]) == ("error", "FORBIDDEN")
        await until(lambda: toy.feed.counters.followers == 0)


async def test_a_client_that_comes_back_gets_exactly_what_it_missed() -> None:
    async with serving() as toy:
        async with toy.signed_in() as client:
            cursor = (await client.follow())["cursor"]
        for value in range(3):
            toy.log.append("a", value)
        async with toy.signed_in() as client:
            told = [await client.follow(after=cursor), await client.told(), await client.told()]
            assert [one["things"] for one in told] == [[{"key": "a", "value": value}] for value in range(3)]
            assert (await client.follow("2", after=told[-1]["cursor"]))["kind"] == "RESUMED"


async def test_followers_with_cursors_of_their_own_share_one_group() -> None:
    async with serving() as toy, toy.signed_in() as one, toy.signed_in("ben") as other:
        cursor = (await one.follow())["cursor"]
        await other.follow(after=cursor)
        toy.log.append("a", 1)

        assert await one.told() == await other.told()
        assert toy.feed.counters.groups == 1


async def test_what_a_client_completes_is_not_told_any_more() -> None:
    async with serving() as toy, toy.signed_in() as client:
        await client.follow("1")
        await client.follow("2")
        await client.send("complete", "1")
        await client.send("complete", "unknown")
        await until(lambda: toy.feed.counters.followers == 1)
        toy.log.append("a", 1)
        assert (await client.told("2"))["kind"] == "CHANGED"

        assert (await client.follow("1"))["kind"] == "STARTED"


async def test_a_completed_query_is_cancelled_without_a_word() -> None:
    async with serving() as toy, toy.signed_in() as client:
        await client.subscribe("{ wait }", "1")
        await until(lambda: toy.waiting == 1)
        await client.send("complete", "1")
        await until(lambda: toy.waiting == 0)

        assert await client.answer("{ me }", "1") == {"data": {"me": "Ada"}}


async def test_a_query_that_takes_too_long_is_given_up() -> None:
    async with serving(limits=SocketLimits(operation_seconds=0.1)) as toy, toy.signed_in() as client:
        await client.subscribe("{ wait }", "1")
        message = await client.receive()

        assert (message["type"], message["payload"][0]["extensions"]["code"]) == ("error", "TIMEOUT")
        assert toy.waiting == 0


async def test_at_most_twenty_operations_are_in_flight() -> None:
    async with serving() as toy, toy.signed_in() as client:
        for number in range(21):
            await client.subscribe("{ wait }", str(number))
        refused = await client.receive()
        assert (refused["type"], refused["id"]) == ("error", "20")
        assert refused["payload"][0]["extensions"]["code"] == "RATE_LIMITED"
        toy.let_go.set()
        answered = [await client.receive() for _ in range(40)]

        assert sum(message["type"] == "next" for message in answered) == 20
        assert await client.answer("{ me }", "20") == {"data": {"me": "Ada"}}


async def test_at_most_a_hundred_live_fields_are_followed_on_one_socket() -> None:
    async with serving() as toy, toy.signed_in() as client:
        for number in range(101):
            await client.subscribe(FOLLOW, str(number), keys="a")
        received = [await client.receive() for _ in range(101)]
        errors = [message for message in received if message["type"] == "error"]
        assert [error["id"] for error in errors] == ["100"]
        assert errors[0]["payload"][0]["extensions"]["code"] == "RATE_LIMITED"
        await client.send("complete", "0")

        assert (await client.follow("100"))["kind"] == "STARTED"


async def test_operations_can_be_begun_only_so_fast() -> None:
    limits = SocketLimits(burst=5, operations_per_second=2.0)
    async with serving(limits=limits) as toy, toy.signed_in() as client:
        for number in range(6):
            await client.subscribe("{ nothing }", str(number))
        codes = [(await client.receive())["payload"][0]["extensions"]["code"] for _ in range(6)]
        assert codes == ["GRAPHQL_VALIDATION_FAILED"] * 5 + ["RATE_LIMITED"]
        await asyncio.sleep(0.6)

        assert await client.answer("{ me }") == {"data": {"me": "Ada"}}


async def test_pings_are_answered_and_sent() -> None:
    async with serving(limits=SocketLimits(ping_seconds=0.1)) as toy, toy.signed_in() as client:
        await client.send("ping")
        assert await client.receive() == {"type": "pong"}
        await client.send("ping", payload={"at": 5})
        assert await client.receive() == {"type": "pong", "payload": {"at": 5}}
        await client.send("pong")

        async with asyncio.timeout(30):
            assert json.loads(await client.socket.recv()) == {"type": "ping"}


async def test_gql_queries_mutates_and_follows() -> None:
    async with serving() as toy:
        transport = WebsocketsTransport(url=toy.url, init_payload={"Authorization": "Bearer ada"})
        async with GqlClient(transport=transport) as session:
            assert await session.execute(gql("{ me }")) == {"me": "Ada"}
            seen: list[Any] = []
            async for told in session.subscribe(gql("subscription { things { kind things { value } } }")):
                seen.append(told["things"])
                if len(seen) == 3:
                    break
                await session.execute(gql(f'mutation {{ set(key: "a", value: {len(seen)}) }}'))

        assert [one["kind"] for one in seen] == ["STARTED", "CHANGED", "CHANGED"]
        assert [thing["value"] for one in seen for thing in one["things"]] == [1, 2]


async def test_compression_is_not_negotiated() -> None:
    async with serving() as toy, connect(toy.url, subprotocols=["graphql-transport-ws"], proxy=None) as client:  # type: ignore[list-item]
        assert client.protocol.extensions == []
