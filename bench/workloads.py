"""What is asked: the same question to every server, in its own words."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, cycle
from random import Random
from typing import Any, Literal

from bench.data import CLOSED_DAYS, DAYS, FIRST_DAY, ORDERS, TOKEN, Place, day_bounds, moves, order_number
from bench.load import Refused, ask
from bench.servers import Server

Name = Literal["Q1", "Q2", "Q3", "M1"]
NAMES: tuple[Name, ...] = ("Q1", "Q2", "Q3", "M1")
TITLES: dict[Name, str] = {
    "Q1": "one order by number, 10 fields and its customer's name",
    "Q2": "a day of the board: 330 activities with worker, order, customer",
    "Q3": "50 orders with 5 lines each, customer, project",
    "M1": "assign an activity: worker and time, checked, logged, read again",
}
PAGE = 50

_ACTIVITY = "id startsAt endsAt dispatchStatus priority worker { id name } order { number priority customer { name } }"
_ORDER = "id number description priority origin progress serviceAt createdAt version customer { id name }"
_LISTED = (
    "id number progress priority lines { id lineNumber transactionType description quantity unit }"
    " customer { id name phone } project { id name }"
)
OURS: dict[Name, str] = {
    "Q1": f"query Q1($number: String!) {{ order: serviceOrder(by: {{number: $number}}) {{ {_ORDER} }} }}",
    "Q2": f"query Q2($day: Date!) {{ board: dispatchBoard(input: {{from: $day, to: $day}}) "
    f"{{ activities {{ {_ACTIVITY} }} }} }}",
    "Q3": f"query Q3($first: Int!, $after: String) {{ orders: serviceOrders(first: $first, after: $after) "
    f"{{ nodes {{ {_LISTED} }} }} }}",
    "M1": f"mutation M1($input: AssignActivityInput!) {{ assignActivity(input: $input) "
    f"{{ activity {{ {_ACTIVITY} }} userErrors {{ code message }} }} }}",
}
PLAIN: dict[Name, str] = {
    "Q1": f"query Q1($number: String!) {{ order: serviceOrder(number: $number) {{ {_ORDER} }} }}",
    "Q2": "query Q2($startsAt: DateTime!, $endsAt: DateTime!) "
    f"{{ activities: board(startsAt: $startsAt, endsAt: $endsAt) {{ {_ACTIVITY} }} }}",
    "Q3": "query Q3($first: Int!, $after: String!) "
    f"{{ orders: serviceOrders(first: $first, after: $after) {{ {_LISTED} }} }}",
    "M1": "mutation M1($id: Int!, $workerId: Int!, $startsAt: DateTime!) "
    f"{{ activity: assignActivity(id: $id, workerId: $workerId, startsAt: $startsAt) {{ {_ACTIVITY} }} }}",
}
# In every right answer, and in no other.
_EXPECTED: dict[Name, bytes] = {
    "Q1": b'"customer":',
    "Q2": b'"startsAt":',
    "Q3": b'"lines":',
    "M1": b'"activity":{"id"',
}
_CURSORS = (
    "query($first: Int!, $after: String) { orders: serviceOrders(first: $first, after: $after) "
    "{ pageInfo { endCursor } } }"
)


def http(text: str, variables: dict[str, Any], name: str | None, *, token: str | None) -> bytes:
    """One POST."""
    body = json.dumps({"query": text, "operationName": name, "variables": variables}).encode()
    head = [
        "POST /graphql HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/json",
        "Accept: application/json",
        f"Content-Length: {len(body)}",
    ]
    if token is not None:
        head.append(f"Authorization: Bearer {token}")
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


@dataclass(frozen=True, slots=True)
class Questions:
    """The requests of one workload to one server, over and over, and what is in every right answer."""

    first: bytes
    requests: Iterator[bytes]
    expected: bytes


def questions(name: Name, server: Server) -> Questions:
    """The workload `name` as `server` understands it; the order is random, and the same for all."""
    is_ours = server.name == "ours"
    asked = {"Q1": _orders_by_number, "Q2": _days, "Q3": _pages, "M1": _assignments}[name](server)
    token = TOKEN if is_ours else None
    text = (OURS if is_ours else PLAIN)[name]
    made = [http(text, variables, name, token=token) for variables in asked]
    return Questions(made[0], chain(made, cycle(made)), _EXPECTED[name])


def assignment(activity_id: int, place: Place) -> bytes:
    """The request that gives an activity a worker and a time, to our server."""
    return http(OURS["M1"], _assignment(activity_id, place), "M1", token=TOKEN)


def check_same(name: Name, answers: dict[str, bytes]) -> None:
    """Refuse to compare servers that do not say the same.

    Raises:
        Refused: they differ.
    """
    plain = {server: _plain(json.loads(answer)["data"]) for server, answer in answers.items()}
    said = set(map(json.dumps, plain.values()))
    if len(said) > 1 or said <= {"null", "[]"}:
        raise Refused(f"{name}: the answers differ: " + json.dumps(plain)[:4000])


def _orders_by_number(_server: Server) -> list[dict[str, Any]]:
    numbers = [order_number(order) for order in range(1, ORDERS + 1)]
    Random(1).shuffle(numbers)
    return [{"number": number} for number in numbers]


def _days(server: Server) -> list[dict[str, Any]]:
    days = list(range(CLOSED_DAYS, DAYS))
    Random(2).shuffle(days)
    if server.name == "ours":
        return [{"day": str(FIRST_DAY + timedelta(days=day))} for day in days]
    return [dict(zip(("startsAt", "endsAt"), map(datetime.isoformat, day_bounds(day)), strict=True)) for day in days]


def _pages(server: Server) -> list[dict[str, Any]]:
    afters: list[str | None]
    if server.name != "ours":
        afters = ["", *[order_number(order) for order in range(PAGE, ORDERS - PAGE + 1, PAGE)]]
    else:
        afters = [None]
        while len(afters) < ORDERS // PAGE:
            request = http(_CURSORS, {"first": PAGE, "after": afters[-1]}, None, token=TOKEN)
            afters.append(json.loads(ask(server.port, request))["data"]["orders"]["pageInfo"]["endCursor"])
    Random(3).shuffle(afters)
    return [{"first": PAGE, "after": after} for after in afters]


def _assignments(server: Server) -> list[dict[str, Any]]:
    """Every activity to its free place, and then every one back: each is a change that nothing is in the way of."""
    made = moves(range(CLOSED_DAYS, DAYS))
    Random(4).shuffle(made)
    steps = [(move.activity_id, move.free) for move in made] + [(move.activity_id, move.home) for move in made]
    if server.name == "ours":
        return [_assignment(*step) for step in steps]
    return [
        {"id": activity_id, "workerId": place.worker_id, "startsAt": place.starts_at.isoformat()}
        for activity_id, place in steps
    ]


def _assignment(activity_id: int, place: Place) -> dict[str, Any]:
    activity, worker = {"id": f"act_{activity_id}"}, f"wrk_{place.worker_id}"
    return {"input": {"activity": activity, "workerId": worker, "startsAt": place.starts_at.isoformat()}}


_ID = re.compile(r"[a-z]{2,3}_(\d+)")


def _plain(value: Any) -> Any:
    """A value without what each server may say in its own way: wrappers, the form of ids, the form of instants."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        value = {key: each for key, each in value.items() if key != "userErrors"}
        if len(value) == 1 and (inner := next(iter(value.items())))[0] in _WRAPPERS:
            return _plain(inner[1])
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, str) and (found := _ID.fullmatch(value)):
        return int(found[1])
    if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d.\d\d:", value):
        return datetime.fromisoformat(value).timestamp()
    return value


_WRAPPERS = frozenset({"order", "board", "orders", "nodes", "activity", "activities", "assignActivity"})
