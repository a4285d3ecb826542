"""GraphQL over HTTP: what is answered, in which type, and with which status."""

import pytest
from starlette.responses import HTMLResponse

from api.http.endpoint import Outcome
from api.limits import Limits
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
        extensions = answer.json()["errors"][0]["extensions"]
        assert (extensions["code"], extensions["requestId"]) == (code, answer.headers["x-request-id"])


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
