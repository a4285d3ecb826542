"""The table's rows over HTTP: bodies, headers, methods, URLs, and connections as such."""

import asyncio
import json
import zlib
from functools import partial

from tests.hostile.target import JSON, Target, When, nonsense, row, together

BAD, KEPT = "400 BAD_USER_INPUT", "200 data"
HELLO = {"query": "{ viewer { name } }"}
ECHO = "query ($s: String) { customers(filter: {search: $s}) { totalCount } }"


def sent(section: str, name: str, safe: str, body: object, **how: str) -> None:
    """A row of one request."""
    row(section, name, safe, lambda target: target.send(body, **how))


# --- bodies ----------------------------------------------------------------------------------------------------------

for name, raw in {
    "empty": b"",
    "null": b"null",
    "a number": b"1",
    "a string": b'"{ viewer { name } }"',
    "a list": b'[{"query":"{ viewer { name } }"}]',
    "a batch of 1,000": json.dumps([HELLO] * 1_000).encode(),
    "not JSON": b"{query: 1}",
    "cut off": b'{"query":"{ viewer',
    "invalid UTF-8": b'{"query":"\xff\xfe"}',
    "50,000 open brackets": b"[" * 50_000,
    "10,000 nested objects": b'{"query":"{ viewer { name } }","variables":' + b'{"a":' * 10_000 + b"1" + b"}" * 10_001,
    "NaN": b'{"query":"{ viewer { name } }","variables":{"a":NaN}}',
    "Infinity": b'{"query":"{ viewer { name } }","variables":{"a":-Infinity}}',
    "an integer of 5,000 digits": b'{"query":"{ viewer { name } }","variables":{"a":' + b"9" * 5_000 + b"}}",
    "a lone surrogate in the query": b'{"query":"{ viewer { name \\ud800 } }"}',
    "a lone surrogate in a variable": b'{"query":"{ viewer { name } }","variables":{"s":"\\udfff"}}',
    "a query that is a number": b'{"query":1}',
    "a query that is a list": b'{"query":["{ viewer { name } }"]}',
    "variables that are a list": b'{"query":"{ viewer { name } }","variables":[1]}',
    "an operation name that is an object": b'{"query":"{ viewer { name } }","operationName":{}}',
    "extensions that are a list": b'{"query":"{ viewer { name } }","extensions":[]}',
    "a document id that is a list": b'{"documentId":["x"]}',
}.items():
    sent("body", name, BAD, raw)
sent("body", "a document id that nobody knows", "400 DOCUMENT_NOT_FOUND", {"documentId": "sha256:" + "0" * 64})
sent("body", "NUL in the query", "400 GRAPHQL_PARSE_FAILED", {"query": "{ viewer \0 { name } }"})
sent("body", "NUL in a variable", KEPT, {"query": ECHO, "variables": {"s": "\0"}})
sent("body", "keys a thousand times twice", KEPT, b"{" + b'"a":1,' * 1_000 + json.dumps(HELLO).encode()[1:])
sent("body", "5,000 variables nobody declared", KEPT, {**HELLO, "variables": {f"v{n}": n for n in range(5_000)}})
sent("body", "90 KB in one variable", KEPT, {"query": ECHO, "variables": {"s": "%_" * 45_000}})
sent("body", "101 KB", "413 BAD_USER_INPUT", b'{"query":"' + b"a" * 101_000 + b'"}')
sent("body", "10 GB announced", "413 BAD_USER_INPUT", b"{}", Content_Length="10000000000")


async def endless(target: Target) -> str:
    head = target.head("POST", "/graphql", {**JSON, "Transfer-Encoding": "chunked"})
    chunk = b"4000\r\n" + b"a" * 0x4000 + b"\r\n"
    return await target.raw(head, *[chunk] * 40, keep_open=True)


async def trickling(target: Target, count: int = 20) -> str:
    head = target.head("POST", "/graphql", {**JSON, "Content-Length": "90000"})
    return together(await asyncio.gather(*(target.raw(head, b"{", keep_open=True) for _ in range(count))))


async def cut_off(target: Target) -> str:
    return await target.raw(target.head("POST", "/graphql", {**JSON, "Content-Length": "900"}), b"{")


row("body", "chunks without an end", "413 BAD_USER_INPUT", endless)
row("body", "20 that stop after a byte", "408 TIMEOUT", trickling, when=When.BESIDE)
row("body", "a client that leaves amid it", "closed", cut_off)
bomb = zlib.compress(b" " * 20_000_000)
for coding in ("gzip", "deflate", "br", "gzip, gzip"):
    sent("body", f"Content-Encoding {coding}", "415 BAD_USER_INPUT", bomb[:90_000], Content_Encoding=coding)

# --- what browsers send without asking (CSRF) ------------------------------------------------------------------------

MUTATION = 'mutation { setActivityPriority(input: {activity: {id: "act_1"}, priority: HIGH}) { cursor } }'
for content_type in (
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/plain",
    "application/jsonx",
    "application/json; charset=utf-16",
    "",
):
    sent("form", content_type or "no type", "415 BAD_USER_INPUT", {"query": MUTATION}, Content_Type=content_type)
row(
    "form",
    "a multipart upload map",
    "415 BAD_USER_INPUT",
    lambda target: target.send(
        b'--x\r\nContent-Disposition: form-data; name="operations"\r\n\r\n{"query":"{ viewer { name } }"}\r\n--x--\r\n',
        Content_Type="multipart/form-data; boundary=x",
    ),
)
get = partial(sent, "GET", body=b"", method="GET")
get("a mutation", "405 BAD_USER_INPUT", path="/graphql?query=mutation%7BsignOut(input:%7B%7D)%7Bcursor%7D%7D")
get(
    "a live field",
    "400 BAD_USER_INPUT",
    path="/graphql?query=subscription%7BdispatchBoard(input:%7B%7D)%7Bcursor%7D%7D",
)
get("no query", BAD, path="/graphql")
get("two queries", BAD, path="/graphql?query=%7Bviewer%7Bname%7D%7D&query=%7Bviewer%7Bname%7D%7D")
get("variables that are no JSON", BAD, path="/graphql?query=%7Bviewer%7Bname%7D%7D&variables=%7B")
get("1,000 parameters", BAD, path="/graphql?" + "&".join(f"a{n}=1" for n in range(1_000)))
get("invalid UTF-8", BAD, path="/graphql?query=%FF%FE")
get("30 KB", "414 BAD_USER_INPUT", path="/graphql?query=" + "a" * 30_000)
for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
    sent("method", method, "405 BAD_USER_INPUT", HELLO, method=method)
sent("method", "MERGE-THIS", "400", HELLO, method="MERGE-THIS")

# --- addresses beside the API ----------------------------------------------------------------------------------------


async def guessed(target: Target) -> str:
    """Two hundred guesses at the address of a calendar."""
    paths = (f"/calendars/{nonsense(40)}.ics" for _ in range(200))
    return together(await asyncio.gather(*(target.send(method="GET", path=path, by=None) for path in paths)))


fetch = partial(sent, body=b"", method="GET")
fetch("calendar", "a long token", "404 NOT_FOUND", path=f"/calendars/{'a' * 15_000}.ics")
fetch("calendar", "NUL and a half letter", "404 NOT_FOUND", path="/calendars/%00%C3.ics")
fetch("calendar", "the way to a file", "404", path="/calendars/..%2F..%2Fetc%2Fpasswd.ics")
sent("calendar", "a change", "405", b"{}", path="/calendars/a.ics")
row("calendar", "200 guesses", "404 NOT_FOUND", guessed)
fetch("paper", "a ticket that is none", "401 UNAUTHENTICATED", path="/documents/work-receipt/so_1.pdf?ticket=a.b.c")
fetch("paper", "a long ticket", "401 UNAUTHENTICATED", path=f"/documents/work-receipt/so_1.pdf?ticket={'a' * 15_000}")
fetch("paper", "another customer's order", "404 NOT_FOUND", path="/documents/work-receipt/so_1.pdf", by="customer")
fetch("paper", "an order of 400 digits", "404 NOT_FOUND", path=f"/documents/work-receipt/so_{'9' * 400}.pdf")
fetch("paper", "a kind nobody prints", "404 NOT_FOUND", path="/documents/..%00/so_1.pdf")

# --- headers and lines -----------------------------------------------------------------------------------------------

sent("headers", "40 KB in one", "431 BAD_USER_INPUT", HELLO, X_Large="a" * 40_000)
sent("headers", "2,000 of them", "431 BAD_USER_INPUT", HELLO, **{f"X_Many_{n}": "aaaaaaaa" for n in range(2_000)})
sent("headers", "Accept: nothing of ours", "406 BAD_USER_INPUT", HELLO, Accept="image/png")
sent("headers", "Accept: 500 types", KEPT, HELLO, Accept=", ".join(["a/b;q=0.1"] * 500 + ["application/json"]))
sent("headers", "a request id with a line break's name", KEPT, HELLO, X_Request_Id="%0d%0aSet-Cookie: a=b")
sent("headers", "somebody else's address", KEPT, HELLO, X_Forwarded_For="10.0.0.1, 127.0.0.1", Forwarded="for=evil")
sent("headers", "an upgrade to HTTP/2", KEPT, HELLO, Upgrade="h2c", HTTP2_Settings="AAMAAABkAAQAoAAA")


def line(name: str, safe: str, *raw: bytes) -> None:
    """A row of bytes that no client sends."""
    row("line", name, safe, lambda target: target.raw(*raw))


line("nothing at all", "closed", b"")
line("not HTTP", "400", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20)
line("HTTP/9.9", "400", b"GET /graphql HTTP/9.9\r\nHost: x\r\n\r\n")
line("a NUL in a header", "400", b"GET /graphql HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n")
line("two lengths", "400", b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n{}{}{}")
line("a negative length", "400", b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n")
line(
    "a length and chunks (smuggling)",
    "400",
    b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 4\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n5c\r\nGET /admin HTTP/1.1\r\n\r\n0\r\n\r\n",
)
line(
    "a chunk of a wrong size",
    "400",
    b"POST /graphql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n\r\n",
)
line("a header line without an end", "closed", b"GET /graphql HTTP/1.1\r\nA: " + b"a" * 500_000)

# --- paths that production does not have -----------------------------------------------------------------------------

for path in (
    "/explorer",
    "/explorer/static/..%2f..%2fapi%2fauth.py",
    "/schema.graphql",
    "/../../etc/passwd",
):
    sent("path", path, "404", HELLO, method="GET", path=path)

sent("path", "/graphql/", "307", HELLO, method="GET", path="/graphql/")

# --- connections -----------------------------------------------------------------------------------------------------


async def half_heads(target: Target) -> str:
    """Heads that never end; they are held open for the rest of the attack and hurt nobody."""
    return together(
        await asyncio.gather(*(target.raw(b"GET /graphql HTTP/1.1\r\nHost: x\r\n", keep_open=True) for _ in range(150)))
    )


async def pipelined(target: Target) -> str:
    body = json.dumps(HELLO).encode()
    head = target.head(
        "POST",
        "/graphql",
        {**JSON, "Content-Length": str(len(body)), "Authorization": f"Bearer {target.tokens['mallory']}"},
    )
    return await target.raw(*[head + body] * 500)


async def leaving(target: Target) -> str:
    """Two hundred who ask for something dear and leave before the answer."""
    body = json.dumps(
        {"query": "{ serviceActivities(first: 250) { nodes { id number title order { number } } } }"}
    ).encode()
    head = target.head(
        "POST",
        "/graphql",
        {**JSON, "Content-Length": str(len(body)), "Authorization": f"Bearer {target.tokens['flooder']}"},
    )
    for _ in range(200):
        _, writer = await asyncio.open_connection("127.0.0.1", target.port)
        writer.write(head + body)
        writer.close()
    return await target.send(HELLO)


sent("headers", "a control character in the token", "400", HELLO, Authorization="Bearer a\x01b")
row("connections", "150 heads that never end", "no answer", half_heads, when=When.BESIDE)
row("connections", "500 requests in one breath", KEPT, pipelined)
row("connections", "200 that leave before their answer", KEPT, leaving)
