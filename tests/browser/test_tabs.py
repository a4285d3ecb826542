"""What the explorer's tabs show of the demo company, asked without a browser: each answers, and none is empty."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any, Protocol

import httpx
import pytest
from gql import Client, gql
from gql.transport.websockets import WebsocketsTransport

from api.explorer import EXAMPLES

TABS = {tab["name"]: tab for tab in json.loads(EXAMPLES.read_text("utf-8"))}
LIVE = [name for name, tab in TABS.items() if "\nsubscription " in tab["query"]]
MANAGERS = {"Post an order", "Margin report"}


class Server(Protocol):
    """A running Tavle in demo mode."""

    url: str


async def answer(server: Server, name: str, **variables: Any) -> dict[str, Any]:
    """The data that a tab shows, with its own variables unless others are given."""
    token = "demo-manager" if name in MANAGERS else "demo-dispatcher"
    body = {"query": TABS[name]["query"], "variables": TABS[name]["variables"] | variables}
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=30) as client:
        told = (await client.post(f"{server.url}/graphql", json=body)).json()
    assert "errors" not in told, told["errors"]
    data: dict[str, Any] = told["data"]
    return data


def _orders(data: dict[str, Any]) -> list[Any]:
    return list(data["serviceOrders"]["nodes"])


# What of each tab's answer shows that there is something to see.
SHOWN: dict[str, Callable[[dict[str, Any]], object]] = {
    "Dispatch board": lambda data: data["dispatchBoard"]["teams"] and data["dispatchBoard"]["undispatched"],
    "Assign an activity": lambda data: data["assignActivity"]["activity"],
    "A refusal": lambda data: data["assignActivity"]["userErrors"],
    "Service orders": lambda data: (
        any(order["reasons"] for order in _orders(data)) and all(order["stage"] for order in _orders(data))
    ),
    "Web orders that wait": _orders,
    "Service agreements": lambda data: all(node["lines"] for node in data["serviceAgreements"]["nodes"]),
    "Plan visits": lambda data: data["createPlannedServiceOrders"]["report"]["occurrences"],
    "Planned visits": lambda data: all(order["lines"] and order["activities"] for order in _orders(data)),
    "Stages": lambda data: data["stages"]["nodes"] and data["stageReasonCodes"]["nodes"],
    "Post an order": lambda data: not data["postServiceOrder"]["userErrors"],
    "Margin report": lambda data: data["marginReport"]["lines"],
    "Service levels": lambda data: _orders(data) and data["slaCompliance"]["rows"],
}


def test_every_tab_is_looked_at() -> None:
    assert [name for name in TABS if name not in LIVE] == list(SHOWN)
    assert len(LIVE) == 3


@pytest.mark.parametrize("name", SHOWN)
async def test_a_tab_shows_something_of_the_demo_company(server: Server, name: str) -> None:
    assert SHOWN[name](await answer(server, name))


@pytest.mark.parametrize("name", LIVE)
async def test_a_live_tab_begins(server: Server, name: str) -> None:
    address = f"{server.url.replace('http', 'ws', 1)}/graphql"
    transport = WebsocketsTransport(url=address, init_payload={"authorization": "Bearer demo-dispatcher"})
    document = gql(TABS[name]["query"])
    document.variable_values = TABS[name]["variables"]
    async with Client(transport=transport) as session:
        first = await anext(aiter(session.subscribe(document)))

    [told] = first.values()
    assert told["__typename"]


async def test_service_levels_are_in_every_state(server: Server) -> None:
    states: Counter[str] = Counter()
    for status in ("NONE", "STARTED", "STOPPED", "CANCELED"):
        found = await answer(server, "Service levels", filter={"slaStatus": [status]})
        states[status] = found["serviceOrders"]["totalCount"]
    risks = {order["sla"]["risk"] for order in _orders(await answer(server, "Service levels"))}

    assert min(states.values()) > 0, states
    assert risks == {"AT_RISK", "BREACHED"}
