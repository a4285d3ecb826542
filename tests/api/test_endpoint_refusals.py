"""Requests that GraphQL over HTTP does not allow: each is refused in JSON, and nothing is done."""

import asyncio
import json
from typing import Any

import pytest

from api.http.endpoint import Outcome
from api.http.requests import HTTPLimits
from tests.api.toy import Toy

RESPONSE = "application/graphql-response+json"
PLAIN = "application/json"


@pytest.mark.parametrize("accept", ["text/html", "image/png, text/*", "application/json;q=0", "*/*;q=0", "nonsense"])
async def test_a_client_that_takes_no_json_is_refused(accept: str) -> None:
    answer = await Toy().post({"query": "{ hello }"}, headers={"accept": accept})

    assert answer.status_code == 406
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"true",
        b"7",
        b'"{ hello }"',
        b"[]",
        b'[{"query": "{ hello }"}]',
        b"{}",
        b'{"query": "{ hello }"',
        b'{"query": "{ hello }"} trailing',
        b'{"qeury": "{ hello }"}',
        b'{"query": null}',
        b'{"query": 7}',
        b'{"query": ["{ hello }"]}',
        b'{"query": "{ hello }", "operationName": 7}',
        b'{"query": "{ hello }", "operationName": {}}',
        b'{"query": "{ hello }", "variables": "{}"}',
        b'{"query": "{ hello }", "variables": []}',
        b'{"query": "{ hello }", "variables": 0}',
        b'{"query": "{ hello }", "extensions": []}',
        b'{"query": "{ hello }", "extensions": false}',
        b'{"query": "{ hello }", "variables": {"n": NaN}}',
        b'{"query": "{ hello }", "variables": {"n": Infinity}}',
        b'{"query": "{ hello }", "variables": {"n": -Infinity}}',
        b'{"query": "{ hello }", "variables": {"n": 1e999}}',
        b'{"query": "{ hello }", "variables": {"n": 18446744073709551616}}',
        b'{"query": "{ hello }", "variables": {"n": -9223372036854775809}}',
        b'{"query": "{ hello }", "variables": {"n": ' + b"9" * 5_000 + b"}}",
        b'{"query": "{ hello }", "variables": {"n": "\\ud800"}}',
        b'{"query": "{ hello }", "variables": {"n": "\xff"}}',
        b'{"query": "{ hello }", "variables": {"n": "\xed\xa0\x80"}}',
        b'{"query": "{ hello }", "variables": {"n": ' + b"[" * 20_000 + b"]" * 20_000 + b"}}",
        b'{"query": "{ hello }", "variables": {"n": ' + b'{"a":' * 9_000 + b"1" + b"}" * 9_000 + b"}}",
        b"[" * 90_000,
        b"\xef\xbb\xbf" + b'{"query": "{ hello }"}',
        '{"query": "{ hello }"}'.encode("utf-16"),
        b"query=%7B+hello+%7D",
    ],
)
@pytest.mark.parametrize("accept", [RESPONSE, PLAIN])
async def test_a_malformed_body_is_a_bad_request(body: bytes, accept: str) -> None:
    answer = await Toy().post(content=body, headers={"accept": accept})

    assert answer.status_code == 400
    assert answer.headers["content-type"] == f"{accept}; charset=utf-8"
    assert list(answer.json()) == ["errors"]
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    "variables",
    [
        b'{"name": "12345678901234567890123"}',
        b'{"name": "x", "spare": 18446744073709551615}',
        b'{"name": "x", "spare": -9223372036854775808}',
        b'{"name": "x", "spare": 0.12345678901234567890123}',
    ],
)
async def test_many_digits_are_no_fault_in_themselves(variables: bytes) -> None:
    body = b'{"query": "query ($name: String) { hello(name: $name) }", "variables": ' + variables + b"}"

    answer = await Toy().post(content=body)

    assert answer.json() == {"data": {"hello": f"Hello {json.loads(variables)['name']}"}}


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "application/jsonx",
        "application/json-patch+json",
        "text/json",
        "application/json; charset=iso-8859-1",
        "application/json; charset=utf-16",
        "application/json, text/plain",
    ],
)
async def test_only_json_is_taken_so_that_no_foreign_form_can_post(content_type: str) -> None:
    toy = Toy()
    body = b'{"query": "mutation { bump }"}'

    answer = await toy.post(content=body, headers={"content-type": content_type})

    assert answer.status_code == 415
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert toy.count.value == 0


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "Application/JSON", "application/json;charset=UTF-8", 'application/json; charset="utf-8"'],
)
async def test_json_in_utf_8_is_taken(content_type: str) -> None:
    answer = await Toy().post(content=b'{"query": "{ hello }"}', headers={"content-type": content_type})

    assert answer.status_code == 200


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate, gzip", "zstd"])
async def test_an_encoded_body_is_refused(encoding: str) -> None:
    answer = await Toy().post(content=b"\x1f\x8b", headers={"content-encoding": encoding})

    assert answer.status_code == 415
    assert answer.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    "query_string",
    [
        "",
        "query",
        "variables={}",
        "query={hello}&query={me}",
        "query={hello}&variables=[]",
        "query={hello}&variables=7",
        "query={hello}&variables={",
        "query={hello}&extensions=true",
        "query=%ff",
        "query=%ED%A0%80",
        "&".join(f"p{number}=1" for number in range(50)),
    ],
)
async def test_a_malformed_get_is_a_bad_request(query_string: str) -> None:
    async with Toy().client() as client:
        answer = await client.get(f"/graphql?{query_string}", headers={"accept": RESPONSE})

    assert answer.status_code == 400
    assert list(answer.json()) == ["errors"]


@pytest.mark.parametrize("accept", [RESPONSE, PLAIN])
async def test_a_get_never_executes_a_mutation(accept: str) -> None:
    toy = Toy()
    async with toy.client() as client:
        answer = await client.get(
            "/graphql",
            params={"query": "query A { me } mutation B { bump }", "operationName": "B"},
            headers={"accept": accept},
        )

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert toy.count.value == 0


async def test_a_live_field_is_not_served_over_http() -> None:
    answer = await Toy().post({"query": "subscription { ticks }"})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["message"] == "Live fields are served over the websocket."


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "QUERY"])
async def test_other_methods_are_refused(method: str) -> None:
    async with Toy().client() as client:
        answer = await client.request(method, "/graphql", json={"query": "mutation { bump }"})

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")


async def test_a_body_at_the_limit_is_read_and_one_beyond_is_not() -> None:
    toy = Toy(http_limits=HTTPLimits(body=200))
    fitting = json.dumps({"query": "{ hello }"}).encode().ljust(200)

    assert (await toy.post(content=fitting)).status_code == 200
    too_large = await toy.post(content=fitting + b" ")

    assert (too_large.status_code, too_large.headers["connection"]) == (413, "close")
    assert too_large.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_headers_and_urls_are_limited() -> None:
    toy = Toy(http_limits=HTTPLimits(headers=1_000, url=100))
    async with toy.client() as client:
        large = await client.get("/graphql?query={hello}", headers={"x-filler": "x" * 1_000})
        long = await client.get("/graphql?query={hello}&filler=" + "x" * 100)
        fine = await client.get("/graphql?query={hello}")

    assert (large.status_code, long.status_code, fine.status_code) == (431, 414, 200)
    assert "errors" in large.json()
    assert "errors" in long.json()


class Body:
    """The receiving end of a request whose body arrives in pieces."""

    def __init__(self, *pieces: bytes, ends: bool = True) -> None:
        self.messages: list[dict[str, Any]] = [
            {"type": "http.request", "body": piece, "more_body": True} for piece in pieces
        ]
        if ends:
            self.messages.append({"type": "http.request"})

    async def __call__(self) -> dict[str, Any]:
        """The next message, or a wait without end."""
        if not self.messages:
            await asyncio.Event().wait()
        return self.messages.pop(0)


async def converse(toy: Toy, receive: Any) -> list[Any]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json")],
    }
    await toy.endpoint(scope, receive, send)
    return sent


async def test_a_body_may_come_in_pieces() -> None:
    start, body = await converse(Toy(), Body(b'{"query"', b"", b': "{ hello', b' }"}'))

    assert start["status"] == 200
    assert body["body"] == b'{"data":{"hello":"Hello world"}}'


async def test_a_body_that_grows_beyond_the_limit_is_refused_without_waiting_for_its_end() -> None:
    start, _ = await converse(Toy(http_limits=HTTPLimits(body=100)), Body(b"x" * 60, b"x" * 60, ends=False))

    assert start["status"] == 413


async def test_a_body_that_does_not_come_is_refused() -> None:
    start, body = await converse(Toy(http_limits=HTTPLimits(body_seconds=0.02)), Body(b'{"query"', ends=False))

    assert start["status"] == 408
    assert (b"connection", b"close") in start["headers"]
    assert json.loads(body["body"])["errors"][0]["extensions"]["code"] == "TIMEOUT"


async def test_a_client_that_goes_away_gets_no_answer_but_is_observed() -> None:
    toy = Toy()
    receive = Body(b'{"query": "mutation { bump }"}', ends=False)
    receive.messages.append({"type": "http.disconnect"})

    assert await converse(toy, receive) == []
    assert [(seen.status, seen.outcome) for seen in toy.seen] == [(499, Outcome.REFUSED)]
    assert toy.count.value == 0
