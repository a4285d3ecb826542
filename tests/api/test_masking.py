"""What a caller sees of an error, and what the log keeps."""

from typing import Any

import pytest
from graphql import GraphQLError, parse
from structlog.testing import capture_logs

from api.executor import execute
from api.masking import present, present_fault, tidy
from domain.core.actor import ANONYMOUS
from domain.core.errors import NotSignedIn
from tests.api.toy import Context, toy_schema

SCHEMA = toy_schema()
MASKED = "Something went wrong on our side. Quote the request id when you report it."


async def errors_of(text: str, **variables: object) -> list[dict[str, Any]]:
    result = await execute(SCHEMA, parse(text), context=Context(ANONYMOUS, "r-1"), variables=variables)
    return present(result.errors or [], request_id="r-1")


async def error_of(text: str, **variables: object) -> dict[str, Any]:
    (error,) = await errors_of(text, **variables)
    return error


async def test_one_who_is_not_signed_in_is_told_so() -> None:
    assert await error_of("{ secret }") == {
        "message": "Sign in first: send a bearer token.",
        "locations": [{"line": 1, "column": 3}],
        "path": ["secret"],
        "extensions": {"code": "UNAUTHENTICATED", "requestId": "r-1"},
    }


async def test_one_who_may_not_is_told_so() -> None:
    error = await error_of("{ alias: staff }")

    assert error["message"] == "Your role does not allow this."
    assert error["path"] == ["alias"]
    assert error["extensions"] == {"code": "FORBIDDEN", "requestId": "r-1"}


async def test_a_refusal_outside_a_payload_is_bad_input_with_its_code_and_path() -> None:
    error = await error_of("{ refusedOnce }")

    assert error["message"] == "There is no such order."
    assert error["extensions"] == {
        "code": "BAD_USER_INPUT",
        "requestId": "r-1",
        "refusal": {"code": "NOT_FOUND", "path": ["by", 0, "id"]},
    }


async def test_every_reason_of_a_refusal_is_told() -> None:
    errors = await errors_of("{ refusedTwice }")

    assert [error["message"] for error in errors] == ["There is no such order.", "The end is before the start."]
    assert [error["extensions"]["refusal"]["code"] for error in errors] == ["NOT_FOUND", "INVALID"]
    assert [error["path"] for error in errors] == [["refusedTwice"], ["refusedTwice"]]


@pytest.mark.parametrize(
    ("text", "variables", "message"),
    [
        (
            "query ($n: Int!) { count(number: $n) }",
            {},
            "Variable '$n' has invalid value: Expected a value of non-null type 'Int!' to be provided.",
        ),
        (
            "query ($n: Int!) { count(number: $n) }",
            {"n": "four"},
            "Variable '$n' has invalid value: Int cannot represent non-integer value: 'four'",
        ),
        (
            "query ($by: OrderRef!) { order(by: $by) { id } }",
            {"by": {"id": "1", "number": "2"}},
            "Variable '$by' has invalid value: Within OneOf Input Object type 'OrderRef'",
        ),
        (
            "query ($filter: OrderFilter) { orders(filter: $filter) { totalCount } }",
            {"filter": {"prioritu": "HIGH"}},
            "Variable '$filter' has invalid value: Expected value of type 'OrderFilter' not to include unknown field",
        ),
        (
            "query ($filter: OrderFilter) { orders(filter: $filter) { totalCount } }",
            {"filter": {"priority": "HIHG"}},
            "Variable '$filter' has invalid value at .priority: Value 'HIHG' does not exist in 'Priority' enum.",
        ),
        (
            "query ($at: Moment!) { moment(at: $at) }",
            {"at": "tomorrow"},
            "Variable '$at' has invalid value: Expected value of type 'Moment'.",
        ),
        (
            "query ($at: Moment!) { moment(at: $at) }",
            {"at": 7},
            "Variable '$at' has invalid value: Expected value of type 'Moment'.",
        ),
    ],
)
async def test_a_value_that_does_not_fit_is_bad_input(text: str, variables: dict[str, object], message: str) -> None:
    with capture_logs() as log:
        error = await error_of(text, **variables)

    assert error["message"].startswith(message)
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "requestId": "r-1"}
    assert "path" not in error
    assert "secret" not in str(error)
    assert "Did you mean" not in str(error)
    assert log == []


async def test_a_literal_that_does_not_fit_is_bad_input() -> None:
    error = await error_of("{ moment(at: 7) }")

    assert error["message"] == "Argument 'at' has invalid value: Expected value of type 'Moment'."
    assert error["path"] == ["moment"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "requestId": "r-1"}


@pytest.mark.parametrize("field", ["broken", "brokenToo", "nothing", "unfit"])
async def test_a_fault_of_ours_is_masked_and_logged_with_its_traceback(field: str) -> None:
    with capture_logs() as log:
        error = await error_of(f"{{ {field} }}")

    assert error["message"] == MASKED
    assert error["path"] == [field]
    assert error["extensions"] == {"code": "INTERNAL", "requestId": "r-1"}
    assert len(log) == 1
    assert {name: log[0][name] for name in ("event", "log_level", "error_id", "code", "path")} == {
        "event": "operation_failed",
        "log_level": "error",
        "error_id": "r-1",
        "code": "INTERNAL",
        "path": [field],
    }
    assert isinstance(log[0]["exc_info"], Exception)


async def test_the_exception_itself_reaches_the_log() -> None:
    with capture_logs() as log:
        await errors_of("{ broken }")

    assert repr(log[0]["exc_info"]) == "KeyError('password=hunter2')"
    assert log[0]["exc_info"].__traceback__ is not None


async def test_one_fault_met_in_every_row_is_logged_once() -> None:
    rows = " ".join(f'"{number}"' for number in range(30))
    with capture_logs() as log:
        errors = await errors_of(f"{{ nodes(ids: [{rows}]) {{ faulty }} }}")

    assert len(errors) == 8
    assert [error["path"] for error in errors] == [["nodes", number, "faulty"] for number in range(8)]
    assert len(log) == 1


async def test_two_faults_are_logged_each() -> None:
    with capture_logs() as log:
        await errors_of("{ broken brokenToo again: broken }")

    assert [repr(entry["exc_info"]) for entry in log] == [
        "KeyError('password=hunter2')",
        "RuntimeError('SELECT secret FROM vault')",
    ]


async def test_something_that_took_too_long_is_a_timeout_and_a_warning() -> None:
    with capture_logs() as log:
        error = await error_of("{ waited }")

    assert error["extensions"]["code"] == "TIMEOUT"
    assert [entry["log_level"] for entry in log] == ["warning"]


@pytest.mark.parametrize(
    ("extensions", "code"),
    [
        ({"code": "RATE_LIMITED"}, "RATE_LIMITED"),
        ({"code": "MADE_UP"}, "INTERNAL"),
        ({"code": {"of": "a dict"}}, "INTERNAL"),
        (None, "INTERNAL"),
    ],
)
def test_only_codes_of_the_catalogue_leave_the_house(extensions: dict[str, Any] | None, code: str) -> None:
    error = GraphQLError("Slow down.", extensions=extensions)

    (shown,) = present([error], request_id="r-1")

    assert shown["extensions"] == {"code": code, "requestId": "r-1"}
    assert shown["message"] == ("Slow down." if code == "RATE_LIMITED" else MASKED)


def test_an_exception_that_sounds_like_bad_input_is_masked_all_the_same() -> None:
    error = GraphQLError("Argument 'x' of connect() leaked", original_error=ValueError("Argument 'x' leaked"))

    (shown,) = present([error], request_id="r-1")

    assert shown["message"] == MASKED


def test_extensions_of_a_foreign_exception_are_not_passed_on() -> None:
    class ForeignError(Exception):
        extensions = {"code": "FORBIDDEN", "row": "secret"}  # noqa: RUF012 - what a library might do

    (shown,) = present([GraphQLError("x", original_error=ForeignError("x"))], request_id="r-1")

    assert shown["extensions"] == {"code": "INTERNAL", "requestId": "r-1"}


def test_our_own_errors_are_known_however_often_they_were_wrapped() -> None:
    error = GraphQLError("x", original_error=GraphQLError("y", original_error=NotSignedIn("Too late.")))

    (shown,) = present([error], request_id="r-1")

    assert (shown["message"], shown["extensions"]["code"]) == ("Too late.", "UNAUTHENTICATED")  # type: ignore[index]


def test_a_fault_outside_any_field_is_masked_too() -> None:
    with capture_logs() as log:
        (shown,) = present_fault(OSError("disk of 10.0.0.7 is full"), request_id="r-1")

    assert shown == {"message": MASKED, "extensions": {"code": "INTERNAL", "requestId": "r-1"}}
    assert len(log) == 1


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("Unknown type 'Ordr'. Did you mean 'Order'?", "Unknown type 'Ordr'."),
        ("Expected 'Moment', but encountered error 'at /var/lib'; found: 7.", "Expected 'Moment'."),
        ("a" * 401, "a" * 399 + "…"),
        ("a" * 400, "a" * 400),
    ],
)
def test_messages_are_tidied(message: str, told: str) -> None:
    assert tidy(message) == told
