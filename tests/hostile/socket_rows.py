"""The table's rows over the websocket: handshakes, messages, operations, and sockets by the hundred."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from tests.builders.sockets import Client, DeafClient
from tests.hostile.document_rows import TOKENS, spread
from tests.hostile.target import Target, When, answer_on, nonsense, row, together

INIT = {"type": "connection_init"}
BOARD = "subscription ($after: BoardCursor) { dispatchBoard(input: {}, after: $after) { __typename } }"
VIEWER = "{ viewer { name } }"


def subscribe(**payload: object) -> dict[str, object]:
    """A message that begins an operation."""
    return {"type": "subscribe", "id": "1", "payload": payload}


# --- messages that break the protocol --------------------------------------------------------------------------------

MALFORMED: dict[str, object] = {
    "no JSON": "hello",
    "nothing": "",
    "bytes": b'{"type":"ping"}',
    "a list": "[]",
    "a number": "7",
    "null": "null",
    "a string": '"ping"',
    "2,000 open brackets": "[" * 2_000,
    "NaN": '{"type":"ping","payload":{"a":NaN}}',
    "an integer of 5,000 digits": '{"type":"ping","payload":{"a":' + "9" * 5_000 + "}}",
    "a lone surrogate": '{"type":"ping","payload":{"a":"\\ud800"}}',
    "no type": {},
    "a type that is a number": {"type": 1},
    "a type that is a list": {"type": ["ping"]},
    "a type nobody knows": {"type": "become_admin"},
    "graphql-ws' old start": {"type": "start", "id": "1", "payload": {"query": VIEWER}},
    "a ping with a list": {"type": "ping", "payload": [1]},
    "a ping nested 100 deep": json.dumps({"type": "ping", "payload": 0}).replace("0", '{"a":' * 100 + "1" + "}" * 100),
    "no id": {"type": "subscribe", "payload": {"query": VIEWER}},
    "an id that is a number": {"type": "subscribe", "id": 1, "payload": {"query": VIEWER}},
    "an id that is empty": {"type": "subscribe", "id": "", "payload": {"query": VIEWER}},
    "an id of 10 KB": {"type": "subscribe", "id": "i" * 10_000, "payload": {"query": VIEWER}},
    "no payload": {"type": "subscribe", "id": "1"},
    "a payload that is a list": {"type": "subscribe", "id": "1", "payload": []},
    "no query": subscribe(),
    "a query that is a number": subscribe(query=1),
    "variables that are a list": subscribe(query=VIEWER, variables=[1]),
    "an operation name that is a number": subscribe(query=VIEWER, operationName=1),
    "extensions that are a string": subscribe(query=VIEWER, extensions="cost"),
    "a document id that is a number": subscribe(documentId=1),
    "completing an id that is an object": {"type": "complete", "id": {}},
}
for name, message in MALFORMED.items():
    row("message", name, "closed 4400", lambda t, message=message: t.say(message, by="mallory"))  # type: ignore[misc]
row("message", "200 KB", "closed 1009", lambda t: t.say("x" * 200_000, by="mallory"))
row(
    "message",
    "an introduction nested 100 deep",
    "closed 4400",
    lambda t: t.say(json.dumps({**INIT, "payload": 0}).replace("0", '{"a":' * 100 + "1" + "}" * 100)),
)
row("message", "an operation before the introduction", "closed 4401", lambda t: t.say(subscribe(query=VIEWER)))
row("message", "two introductions", "closed 4429", lambda t: t.say(INIT, by="mallory"))
row("message", "no introduction", "closed 4408", lambda t: t.say(), when=When.BESIDE)
row(
    "message",
    "completing what never began",
    "pong",
    lambda t: t.say({"type": "complete", "id": "never"}, {"type": "ping"}, by="mallory"),
)
for name, token in TOKENS.items():
    row(
        "token (socket)",
        name,
        "closed 4403",
        lambda t, token=token: t.say(  # type: ignore[misc]
            {**INIT, "payload": {"Authorization": f"Bearer {token}"}}
        ),
    )
row("token (socket)", "a token that is an object", "closed 4403", lambda t: t.say({**INIT, "payload": {"token": {}}}))

# --- frames and handshakes -------------------------------------------------------------------------------------------


async def frames(target: Target, *raw: bytes) -> str:
    """The code with which the socket closes on raw frames, sent after an introduction."""
    client = DeafClient(target.port)
    try:
        await client.open()
        await client.send(INIT)
        for each in raw:
            with contextlib.suppress(OSError):
                await client.send_raw(each)
        return await _close_code(client)
    finally:
        client.close()


async def _close_code(client: DeafClient) -> str:
    received, loop = b"", asyncio.get_running_loop()
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(10):
            while chunk := await loop.sock_recv(client._socket, 4096):
                received += chunk
    at = received.rfind(b"\x88")
    return f"closed {int.from_bytes(received[at + 2 : at + 4], 'big')}" if at >= 0 else "cut off"


MASK = b"\0\0\0\0"
row("frame", "without a mask", "closed 1002", lambda t: frames(t, b"\x81\x02{}"))
row("frame", "a reserved bit", "closed 1002", lambda t: frames(t, b"\xc1\x82" + MASK + b"{}"))
row("frame", "an unknown opcode", "closed 1002", lambda t: frames(t, b"\x83\x82" + MASK + b"{}"))
row("frame", "text that is no UTF-8", "closed 1007", lambda t: frames(t, b"\x81\x82" + MASK + b"\xff\xfe"))
row("frame", "2^62 bytes announced", "closed 1009", lambda t: frames(t, b"\x81\xff\x40" + b"\0" * 7 + MASK))
row("frame", "a ping of 200 bytes", "closed 1002", lambda t: frames(t, b"\x89\xfe\x00\xc8" + MASK + b"a" * 200))
row(
    "frame",
    "parts without an end",
    "closed 1009",
    lambda t: frames(t, b"\x01\xfe\x80\x00" + MASK + b"a" * 0x8000, *[b"\x00\xfe\x80\x00" + MASK + b"a" * 0x8000] * 6),
)
row("frame", "a part without a beginning", "closed 1002", lambda t: frames(t, b"\x80\x82" + MASK + b"{}"))


async def shaken(target: Target, *protocols: str) -> str:
    """What comes of a handshake for other protocols."""
    try:
        async with target.plain_socket(subprotocols=[Subprotocol(each) for each in protocols] or None) as client:
            return await answer_on(client)
    except InvalidHandshake:
        return "refused"


row("handshake", "graphql-ws", "closed 4406", lambda t: shaken(t, "graphql-ws"))
row("handshake", "no protocol", "closed 4406", shaken)
row(
    "handshake",
    "version 7",
    "400",
    lambda t: t.raw(
        b"GET /graphql HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 7\r\n\r\n",
        keep_open=True,
    ),
)
row(
    "handshake",
    "no key",
    "400",
    lambda t: t.raw(
        b"GET /graphql HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\n\r\n",
        keep_open=True,
    ),
)

# --- operations that end, on a socket that goes on -------------------------------------------------------------------

for name, text, code in [
    ("a syntax error", "{", "GRAPHQL_PARSE_FAILED"),
    ("an unknown field", "{ passwords }", "GRAPHQL_VALIDATION_FAILED"),
    ("the whole schema", "{ __schema { types { name } } }", "GRAPHQL_VALIDATION_FAILED"),
    ("fragments that double 25 times", spread(25), "GRAPHQL_VALIDATION_FAILED"),
    ("a page of 2,147,483,647", "{ serviceOrders(first: 2147483647) { nodes { id } } }", "COST_TOO_HIGH"),
    ("two operations, none named", "query A { viewer { name } } query B { viewer { name } }", "BAD_USER_INPUT"),
    ("two live fields", "subscription { dispatchBoard(input: {}) { cursor } b: dispatchBoard(input: {}) { cursor } }",
     "GRAPHQL_VALIDATION_FAILED"),
    ("an activity nobody has", 'subscription { serviceActivityChanged(by: {id: "act_999999"}) { cursor } }',
     "BAD_USER_INPUT"),
]:  # fmt: skip
    row("operation", name, f"error {code}, lives", lambda t, text=text: t.operate(text))  # type: ignore[misc]
row(
    "operation",
    "a document id that nobody knows",
    "error DOCUMENT_NOT_FOUND, lives",
    lambda t: t.operate(documentId="sha256:0"),
)
row("operation", "a customer who follows the board", "error FORBIDDEN, lives", lambda t: t.operate(BOARD, "customer"))
for cursor in ("x", "", "9" * 5_000, "epoch:99999999999999999999", "00000000:1"):
    row(
        "operation",
        f"resuming at {cursor[:12]!r}",
        "next, lives",
        lambda t, cursor=cursor: t.operate(  # type: ignore[misc]
            BOARD, variables={"after": cursor}
        ),
    )


async def same_id(target: Target) -> str:
    """Two operations under one id."""
    async with target.socket() as client:
        await client.subscribe(BOARD, "1")
        await client.receive()
        await client.subscribe(BOARD, "1")
        return await answer_on(client)


async def answers(client: Client, count: int) -> AsyncIterator[str]:
    """So many of the next answers."""
    for _ in range(count):
        yield await answer_on(client)


async def many_live(target: Target) -> str:
    """A hundred and ten live fields on one socket."""
    async with target.socket("flooder") as client:
        for number in range(110):
            await client.subscribe(BOARD, str(number))
        return together([each async for each in answers(client, 110)])


async def many_at_once(target: Target) -> str:
    """A thousand operations in one breath."""
    async with target.socket("flooder") as client:
        for number in range(1_000):
            await client.subscribe(VIEWER, str(number))
        seen = [each async for each in answers(client, 1_000)]
        # How many there is room for depends on how fast they come.
        return together(set(seen) - {"complete", "error RATE_LIMITED"})


async def back_and_forth(target: Target) -> str:
    """A live field begun and ended, five hundred times."""
    async with target.socket("flooder") as client:
        for number in range(500):
            await client.subscribe(BOARD, str(number))
            await client.send("complete", str(number))
        await client.send("ping")
        while (await client.receive(30))["type"] != "pong":
            pass
        return "pong"


async def ping_flood(target: Target) -> str:
    """Twenty thousand pings."""
    async with target.socket() as client:
        for _ in range(20_000):
            await client.socket.send('{"type":"ping"}')
        return await answer_on(client)


async def deaf(target: Target) -> str:
    """Twenty followers who ask without end and read nothing."""
    clients = [DeafClient(target.port) for _ in range(20)]
    loop = asyncio.get_running_loop()
    try:
        for client in clients:
            await client.open()
            await client.send({**INIT, "payload": {"t": 1}})
        filler = b'{"type":"ping","payload":{"a":"' + b"a" * 60_000 + b'"}}'
        frame = b"\x81\xfe" + len(filler).to_bytes(2, "big") + MASK + filler

        async def ask(client: DeafClient) -> str:
            try:
                async with asyncio.timeout(30):
                    while True:
                        await client.send_raw(frame)
            except OSError:
                return "cut off"
            except TimeoutError:
                return "goes on"

        return together(await asyncio.gather(*map(ask, clients)))
    finally:
        for client in clients:
            loop.call_soon(client.close)


async def strangers(target: Target) -> str:
    """Seven hundred sockets of people who do not sign in; who had signed in before goes on."""
    async with contextlib.AsyncExitStack() as stack:
        known = await stack.enter_async_context(target.socket())
        clients = []
        for _ in range(700):
            clients.append(await stack.enter_async_context(target.plain_socket()))
            with contextlib.suppress(ConnectionClosed):
                await clients[-1].send("connection_init")
        async with asyncio.timeout(30):
            while any(client.socket.close_code is None for client in clients[-150:]):  # noqa: ASYNC110 - no event
                await asyncio.sleep(0.05)
        codes = together(str(client.socket.close_code) for client in clients[-150:])
        return (
            f"the last closed {codes}, {'others served' if 'data' in await known.answer(VIEWER) else 'nobody served'}"
        )


async def vanishing(target: Target) -> str:
    """Two hundred followers who are gone without a word."""
    for _ in range(200):
        client = DeafClient(target.port)
        await client.open()
        await client.send(INIT)
        client.close()
    return await target.ask(VIEWER)


async def stranger_document(target: Target) -> str:
    """Three hundred documents that nobody has sent before."""
    async with target.socket("flooder") as client:
        for number in range(300):
            await client.subscribe(f"{{ viewer {{ name }} a{nonsense(8)} }}", str(number))
        seen = {each async for each in answers(client, 300)}
        # How many there is room for depends on how fast they come.
        return together(seen - {"error RATE_LIMITED"})


row("socket", "two operations under one id", "closed 4409", same_id)
row("socket", "110 live fields", "error RATE_LIMITED | next", many_live)
row("socket", "1,000 operations at once", "next", many_at_once)
row("socket", "300 new documents", "error GRAPHQL_VALIDATION_FAILED", stranger_document)
row("socket", "500 live fields begun and ended", "pong", back_and_forth)
row("socket", "20,000 pings", "pong", ping_flood)
row("socket", "20 who read nothing", "cut off", deaf, when=When.BESIDE)
row("socket", "200 who vanish", "200 data", vanishing)
row("socket", "700 who do not sign in", "the last closed 1013, others served", strangers, when=When.LAST)
