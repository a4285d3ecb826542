"""Webhooks over GraphQL, messages over real HTTP, and the events that programs ask for."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from api.outgoing import Outgoing
from domain.core.actor import Role
from domain.webhooks.delivery import Answer
from tests.builders.rows import number_sequences
from tests.serving import Server

CREATE = """mutation($input: CreateWebhookInput!) {
  createWebhook(input: $input) { webhook { number about active } secret userErrors { code path message } } }"""
RENEW = """mutation($input: RenewWebhookSecretInput!) {
  renewWebhookSecret(input: $input) { webhook { id } secret userErrors { code path } } }"""
EVENTS = """query($after: BoardCursor, $first: Int! = 200) {
  events(after: $after, first: $first) {
    cursor restarted hasMore entries { kind subject changes { field after } } } }"""
CREATE_CUSTOMER = """mutation($input: CreateCustomerInput!) {
  createCustomer(input: $input) { cursor customer { id } userErrors { code } } }"""


@asynccontextmanager
async def receiver(status: str = "200 OK", *headers: str, body: str = "", pause: float = 0) -> AsyncGenerator[str]:
    """A server elsewhere that answers so to everything; gives its address."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(pause)
        lines = (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", body)
        writer.write("\r\n".join(lines).encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/tavle"


async def test_a_webhook_is_made_with_a_secret_that_is_shown_once(server: Server) -> None:
    await number_sequences()

    made = (await server.ask(CREATE, input={"name": "Planner", "url": "https://x.example", "about": ["Customer"]}))[
        "createWebhook"
    ]

    assert made["userErrors"] == []
    assert made["webhook"] == {"number": "WHK-10001", "about": ["Customer"], "active": True}
    assert made["secret"].startswith("whsec_")
    again = (await server.ask(RENEW, input={"webhookId": "whk_1"}))["renewWebhookSecret"]
    assert again["secret"].startswith("whsec_")
    assert again["secret"] != made["secret"]
    wrong = await server.ask(CREATE, input={"name": "P", "url": "https://x.example", "about": ["Session"]})
    [error] = wrong["createWebhook"]["userErrors"]
    assert (error["code"], error["path"]) == ("INVALID", ["input", "about", "0"])
    for text, given in ((CREATE, {"name": "P", "url": "https://x.example"}), (RENEW, {"webhookId": "whk_1"})):
        assert await server.codes(text, by=Role.DISPATCHER, input=given) == ["FORBIDDEN"]


async def test_programs_ask_for_what_happened_since(server: Server) -> None:
    await number_sequences()
    begun = (await server.ask(EVENTS, by=Role.INTEGRATION))["events"]
    assert (begun["entries"], begun["restarted"], begun["hasMore"]) == ([], False, False)

    for name in ("Anna", "Bent", "Carl"):
        await server.ask(CREATE_CUSTOMER, input={"name": name})
    first = (await server.ask(EVENTS, by=Role.INTEGRATION, after=begun["cursor"], first=4))["events"]
    rest = (await server.ask(EVENTS, by=Role.INTEGRATION, after=first["cursor"]))["events"]
    entries = first["entries"] + rest["entries"]

    assert (first["hasMore"], rest["hasMore"]) == (True, False)
    told = [entry for entry in entries if entry["kind"] == "customer_created"]
    names = [change["after"] for entry in told for change in entry["changes"] if change["field"] == "name"]
    assert names == ["Anna", "Bent", "Carl"]
    assert (await server.ask(EVENTS, by=Role.INTEGRATION, after=rest["cursor"]))["events"]["entries"] == []


@pytest.mark.parametrize("after", ["nonsense", "000000000000:1", ""])
async def test_a_program_with_a_cursor_of_another_log_is_told_to_read_anew(server: Server, after: str) -> None:
    found = (await server.ask(EVENTS, by=Role.INTEGRATION, after=after))["events"]

    assert (found["entries"], found["restarted"], found["hasMore"]) == ([], True, False)


async def test_events_are_for_programs_and_managers(server: Server) -> None:
    for role in (Role.DISPATCHER, Role.TECHNICIAN, Role.CUSTOMER):
        assert await server.codes(EVENTS, by=role) == ["FORBIDDEN"]
    assert await server.codes(EVENTS, first=501) == ["BAD_USER_INPUT"]


async def test_a_message_is_posted_and_what_is_answered_is_noted() -> None:
    outgoing = Outgoing(private_allowed=True)
    try:
        async with receiver() as url:
            assert await outgoing.send(url, {"x": "y"}, "{}") == Answer(200)
        async with receiver("503 Busy", body="later" * 100) as url:
            answer = await outgoing.send(url, {}, "{}")
            assert answer == Answer(503, ("later" * 100)[:200])
        async with receiver("302 Found", "Location: http://127.0.0.1:1/") as url:
            assert (await outgoing.send(url, {}, "{}")).status == 302
        async with receiver() as url:
            pass
        gone = await outgoing.send(url, {}, "{}")
        assert gone.status is None
        assert gone.error
    finally:
        await outgoing.close()


async def test_a_receiver_that_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.outgoing.SECONDS", 0.2)
    outgoing = Outgoing(private_allowed=True)
    try:
        async with receiver(pause=1) as url:
            assert await outgoing.send(url, {}, "{}") == Answer(None, "No answer within 0 s.")
    finally:
        await outgoing.close()


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://example.com/", "Only https is allowed"),
        ("https://127.0.0.1/", "127.0.0.1 is inside this network"),
        ("https://localhost:8443/", "localhost is inside this network"),
        ("https://[::1]/", "::1 is inside this network"),
        ("https://[::ffff:10.0.0.1]/", "is inside this network"),
        ("https://169.254.169.254/latest/meta-data", "inside this network"),
        ("https://2130706433/", "inside this network"),
        ("https://nowhere.invalid/", "There is no nowhere.invalid"),
    ],
)
async def test_messages_do_not_lead_into_this_network(url: str, why: str) -> None:
    outgoing = Outgoing()
    try:
        answer = await outgoing.send(url, {}, "{}")
    finally:
        await outgoing.close()

    assert answer.status is None
    assert why in str(answer.error)
