"""GraphQL over HTTP: what is answered, in which type, with which status, and what is refused."""

import asyncio
import json
from typing import Any

import pytest
from starlette.responses import HTMLResponse

from api.endpoint import Outcome
from api.limits import Limits
from api.requests import HTTPLimits
from domain.core.actor import ANONYMOUS
from tests.api.toy import DISPATCHER, Toy

RESPONSE = "application/graphql-response+json"
PLAIN = "application/json"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
MASKED = "Something went wrong on our side. Quote the request id when you report it."


async def test_a_query_is_answered() -> None:
    answer = await Toy().post({"query": "{ hello }"})

    assert answer.status_code == 200
    assert answer.content == b'{"data":{"hello":"Hello world"}}'
    assert answer.headers["content-type"] == f"{RESPONSE}; charset=utf-8"
    assert answer.headers["content-length"] == "32"
    assert answer.headers["cache-control"] == "no-store"


async def test_a_query_takes_variables_and_a_name() -> None:
    asked = {
        "query": "query A { me } query B($name: String) { hello(name: $name) }",
        "operationName": "B",
        "variables": {"name": "Åse 🚐"},
    }

    assert (await Toy().post(asked)).json() == {"data": {"hello": "Hello Åse 🚐"}}


async def test_a_mutation_is_executed_once() -> None:
    toy = Toy()

    assert await toy.ask("mutation { bump(by: 3) }") == {"data": {"bump": 3}}
    assert toy.count.value == 3


async def test_instants_are_written_in_utc() -> None:
    assert await Toy().ask("{ when }") == {"data": {"when": "2026-03-01T12:30:00Z"}}


@pytest.mark.parametrize("missing", [None, {}])
async def test_optional_parameters_may_be_null(missing: object) -> None:
    asked = {"query": "{ hello }", "operationName": None, "variables": missing, "extensions": missing}

    assert (await Toy().post(asked)).json() == {"data": {"hello": "Hello world"}}


@pytest.mark.parametrize(
    ("accept", "given"),
    [
        (RESPONSE, RESPONSE),
        (PLAIN, PLAIN),
        ("*/*", PLAIN),
        ("application/*", PLAIN),
        ("", PLAIN),
        (f"{RESPONSE}, {PLAIN};q=0.9", RESPONSE),
        (f"{RESPONSE}; charset=utf-8, {PLAIN}; charset=utf-8", RESPONSE),
        (f"{PLAIN}, {RESPONSE}", RESPONSE),
        (f"{PLAIN}, {RESPONSE};q=0.5", PLAIN),
        (f"{RESPONSE};q=0.5, */*", PLAIN),
        (f"{RESPONSE}, */*;q=0.1", RESPONSE),
        (f"{PLAIN};q=0, */*", RESPONSE),
        ("APPLICATION/GraphQL-Response+JSON", RESPONSE),
        ("text/event-stream, application/json;q=0.2", PLAIN),
        (BROWSER, PLAIN),
    ],
)
async def test_the_answer_is_in_the_type_the_client_prefers(accept: str, given: str) -> None:
    answer = await Toy().post({"query": "{ hello }"}, headers={"accept": accept})

    assert (answer.status_code, answer.headers["content-type"]) == (200, f"{given}; charset=utf-8")


@pytest.mark.parametrize("accept", ["text/html", "image/png, text/*", "application/json;q=0", "*/*;q=0", "nonsense"])
async def test_a_client_that_takes_no_json_is_refused(accept: str) -> None:
    answer = await Toy().post({"query": "{ hello }"}, headers={"accept": accept})

    assert answer.status_code == 406
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ hallo }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "query A { me } query B { hello }"}, "BAD_USER_INPUT"),
        ({"query": "{ hello }", "operationName": "C"}, "BAD_USER_INPUT"),
        ({"query": "query ($n: Int!) { count(number: $n) }"}, "BAD_USER_INPUT"),
        ({"query": "query ($n: Int!) { count(number: $n) }", "variables": {"n": 2**40}}, "BAD_USER_INPUT"),
        ({"query": "query ($n: Int!) { count(number: $n) }", "variables": {"n": 2**53}}, "BAD_USER_INPUT"),
        ({"query": "{ workers(first: 9999) { totalCount nodes { id } } }"}, "COST_TOO_HIGH"),
    ],
)
async def test_a_request_that_is_not_executed_has_no_data_and_a_status_by_type(asked: object, code: str) -> None:
    toy = Toy()
    response = await toy.post(asked, headers={"accept": RESPONSE})
    plain = await toy.post(asked, headers={"accept": PLAIN})

    assert (response.status_code, plain.status_code) == (400, 200)
    for answer in (response, plain):
        assert list(answer.json()) == ["errors"]
        assert answer.json()["errors"][0]["extensions"] == {"code": code, "requestId": answer.headers["x-request-id"]}


@pytest.mark.parametrize("accept", [RESPONSE, PLAIN])
async def test_errors_of_executed_fields_come_beside_the_data(accept: str) -> None:
    answer = await Toy().post({"query": "{ hello broken }"}, headers={"accept": accept, "x-request-id": "r-9"})

    assert answer.status_code == 200
    assert answer.json() == {
        "errors": [
            {
                "message": MASKED,
                "locations": [{"line": 1, "column": 9}],
                "path": ["broken"],
                "extensions": {"code": "INTERNAL", "requestId": "r-9"},
            }
        ],
        "data": {"hello": "Hello world", "broken": None},
    }


async def test_an_operation_that_became_null_was_executed_all_the_same() -> None:
    answer = await Toy().post({"query": "{ nothing }"})

    assert (answer.status_code, answer.json()["data"]) == (200, None)


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


async def test_a_query_may_come_by_get() -> None:
    async with Toy().client() as client:
        answer = await client.get(
            "/graphql",
            params={
                "query": "query A { me } query B($name: String) { hello(name: $name) }",
                "operationName": "B",
                "variables": '{"name": "Åse + co"}',
                "extensions": '{"cost": true}',
            },
        )

    assert answer.json() == {
        "data": {"hello": "Hello Åse + co"},
        "extensions": {"cost": {"requested": 1, "limit": 10_000}},
    }


async def test_empty_parameters_of_a_get_are_as_good_as_none() -> None:
    async with Toy().client() as client:
        answer = await client.get("/graphql?query={hello}&operationName=&variables=&extensions=&unknown=1")

    assert answer.json() == {"data": {"hello": "Hello world"}}


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


async def test_without_a_token_the_caller_is_anonymous() -> None:
    toy = Toy()

    assert await toy.ask("{ me }") == {"data": {"me": "anonymous"}}
    assert toy.seen[0].actor is ANONYMOUS


@pytest.mark.parametrize("authorization", ["Bearer good", "bearer good", "BEARER  good "])
async def test_with_a_token_the_caller_is_who_it_stands_for(authorization: str) -> None:
    toy = Toy()

    answer = await toy.post({"query": "{ me }"}, headers={"authorization": authorization})

    assert answer.json() == {"data": {"me": "Dora Dispatcher"}}
    assert toy.seen[0].actor is DISPATCHER


@pytest.mark.parametrize(
    "authorization", ["Bearer bad", "Bearer", "Bearer ", "Basic Z29vZDo=", "good", "", "Bearer \u00ff"]
)
@pytest.mark.parametrize("accept", [RESPONSE, PLAIN])
async def test_an_invalid_token_is_refused_before_anything_is_done(authorization: str, accept: str) -> None:
    toy = Toy()
    headers = {"authorization": authorization.encode("latin-1"), "accept": accept.encode()}

    answer = await toy.post({"query": "mutation { bump }"}, headers=headers)  # type: ignore[arg-type]

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert answer.headers["content-type"] == f"{accept}; charset=utf-8"
    assert list(answer.json()) == ["errors"]
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert toy.count.value == 0


@pytest.mark.parametrize("request_id", ["a", "7f3c-11", "0123456789abcdef", "trace:01.A_b", "x" * 64])
async def test_a_sane_request_id_is_kept(request_id: str) -> None:
    toy = Toy()

    answer = await toy.post({"query": "{ hallo }"}, headers={"x-request-id": request_id})

    assert answer.headers["x-request-id"] == request_id
    assert answer.json()["errors"][0]["extensions"]["requestId"] == request_id
    assert toy.seen[0].request_id == request_id


@pytest.mark.parametrize("request_id", ["", "-a", "a b", 'a"b', "x" * 65, "a\u00e5", "../etc"])
async def test_any_other_request_id_is_replaced(request_id: str) -> None:
    headers = {"x-request-id": request_id.encode("latin-1")}

    answer = await Toy().post({"query": "{ hello }"}, headers=headers)  # type: ignore[arg-type]

    assert len(answer.headers["x-request-id"]) == 16
    assert int(answer.headers["x-request-id"], 16) >= 0


async def test_two_requests_get_two_ids() -> None:
    toy = Toy()

    ids = {(await toy.post({"query": "{ hello }"})).headers["x-request-id"] for _ in range(5)}

    assert len(ids) == 5


@pytest.mark.parametrize(
    ("extensions", "headers"), [({"cost": True}, {}), ({}, {"x-tavle-cost": "1"}), (None, {"x-tavle-cost": "1"})]
)
async def test_the_cost_is_told_when_asked_for(extensions: object, headers: dict[str, str]) -> None:
    asked = {"query": "{ hello broken }", "extensions": extensions}

    answer = await Toy(limits=Limits(cost=7)).post(asked, headers=headers)

    assert answer.json()["extensions"] == {"cost": {"requested": 2, "limit": 7}}


@pytest.mark.parametrize("extensions", [None, {}, {"cost": False}, {"cost": 1}, {"persistedQuery": {"version": 1}}])
async def test_the_cost_is_not_told_otherwise(extensions: object) -> None:
    answer = await Toy().post({"query": "{ hello }", "extensions": extensions})

    assert answer.json() == {"data": {"hello": "Hello world"}}


async def test_the_cost_is_told_of_what_was_too_dear() -> None:
    asked = {"query": "{ hello me when }", "extensions": {"cost": True}}

    answer = await Toy(limits=Limits(cost=2)).post(asked)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "COST_TOO_HIGH"
    assert answer.json()["extensions"] == {"cost": {"requested": 3, "limit": 2}}


async def test_an_operation_that_takes_too_long_is_given_up() -> None:
    toy = Toy(timeout=0.02)
    asked = {"query": "{ hello slow(seconds: 30) }"}

    response = await toy.post(asked)
    plain = await toy.post(asked, headers={"accept": PLAIN})

    assert (response.status_code, plain.status_code) == (504, 200)
    for answer in (response, plain):
        assert list(answer.json()) == ["errors"]
        assert answer.json()["errors"][0]["extensions"]["code"] == "TIMEOUT"
    assert [seen.outcome for seen in toy.seen] == [Outcome.TIMEOUT, Outcome.TIMEOUT]
    assert await toy.ask("{ hello }") == {"data": {"hello": "Hello world"}}


async def test_a_timeout_of_a_field_is_that_fields_alone() -> None:
    answer = await Toy().ask("{ hello waited }")

    assert answer["data"] == {"hello": "Hello world", "waited": None}
    assert answer["errors"][0]["extensions"]["code"] == "TIMEOUT"


@pytest.mark.parametrize("asked", [{"query": "{ unwritable }"}, {"query": "{ hello unwritable }"}])
async def test_a_result_that_cannot_be_written_is_a_masked_fault(asked: object) -> None:
    toy = Toy()

    answer = await toy.post(asked)

    assert answer.status_code == 500
    assert answer.json()["errors"][0]["message"] == MASKED
    assert toy.seen[0].outcome is Outcome.INTERNAL


async def test_a_fault_before_execution_is_masked_too() -> None:
    answer = await Toy().post({"query": "{ hello }"}, headers={"authorization": "Bearer explode"})

    assert answer.status_code == 500
    assert answer.json()["errors"][0]["message"] == MASKED
    assert "vault" not in answer.text


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


async def test_every_request_is_observed() -> None:
    toy = Toy()
    asked = {"query": "query Board { a: hello b: hello orders(first: 3) { totalCount } me }"}

    await toy.post(asked, headers={"authorization": "Bearer good", "x-request-id": "r-1"})

    (seen,) = toy.seen
    assert (seen.operation_name, seen.kind, seen.outcome, seen.status) == ("Board", "query", Outcome.OK, 200)
    assert (seen.cost, seen.statements, seen.actor, seen.request_id) == (7, 2, DISPATCHER, "r-1")
    assert 0 < seen.seconds < 5


@pytest.mark.parametrize(
    ("query", "outcome", "kind"),
    [
        ("mutation { bump }", Outcome.OK, "mutation"),
        ("{ secret }", Outcome.ERRORS, "query"),
        ("{ broken }", Outcome.INTERNAL, "query"),
        ("{ waited }", Outcome.TIMEOUT, "query"),
        ("{ hallo }", Outcome.REFUSED, None),
        ("{", Outcome.REFUSED, None),
        ("query ($n: Int!) { count(number: $n) }", Outcome.REFUSED, "query"),
    ],
)
async def test_the_observation_says_how_it_ended(query: str, outcome: Outcome, kind: str | None) -> None:
    toy = Toy()

    await toy.post({"query": query})

    assert [(seen.outcome, seen.kind) for seen in toy.seen] == [(outcome, kind)]


async def test_a_browser_is_shown_the_page() -> None:
    toy = Toy(browser_page=HTMLResponse("<h1>Explorer</h1>"))
    async with toy.client() as client:
        page = await client.get("/graphql?query={hello}", headers={"accept": BROWSER})
        data = await client.get("/graphql?query={hello}", headers={"accept": "*/*"})
        posted = await client.post("/graphql", json={"query": "{ hello }"}, headers={"accept": BROWSER})

    assert page.text == "<h1>Explorer</h1>"
    assert data.json() == posted.json() == {"data": {"hello": "Hello world"}}
    assert len(toy.seen) == 2


async def test_without_a_page_a_browser_is_answered_in_json() -> None:
    async with Toy().client() as client:
        answer = await client.get("/graphql?query={hello}", headers={"accept": BROWSER})

    assert answer.json() == {"data": {"hello": "Hello world"}}


async def test_introspection_can_be_off() -> None:
    answer = await Toy(introspection=False).ask("{ __schema { queryType { name } } }")

    assert answer["errors"][0]["message"] == "Introspection is switched off."
