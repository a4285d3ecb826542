"""The table's rows of documents, variables, ids, cursors, tokens and keys: over HTTP, and where it matters a socket."""

import asyncio
import base64
import json
from datetime import UTC, datetime, timedelta

import jwt

from api.schema.build import schema as _schema
from api.selection import entities
from tests.hostile.target import Target, nonsense, row, together
from tests.serving import SECRET

BAD, REFUSED, KEPT = "400 BAD_USER_INPUT", "200 BAD_USER_INPUT", "200 data"
INVALID, UNPARSED, DEAR = "400 GRAPHQL_VALIDATION_FAILED", "400 GRAPHQL_PARSE_FAILED", "400 COST_TOO_HIGH"
assert _schema.query_type is not None  # the entities are known once the schema is built


def spread(levels: int) -> str:
    """Fragments that each spread the next one twice."""
    steps = "".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }} " for n in range(levels))
    return f"{{ ...F0 }} {steps} fragment F{levels} on Query {{ viewer {{ name }} }}"


def nested(levels: int) -> str:
    """An order's activities' order's activities …."""
    return "{ serviceOrders { nodes " + "{ activities { order " * levels + "{ id }" + " } }" * levels + " } }"


DOCUMENTS = {
    "nothing": ("", UNPARSED),
    "a syntax error": ("{ viewer { ", UNPARSED),
    "90,000 open braces": ("{" * 90_000, UNPARSED),
    "1,600 words": ("{ " + "viewer " * 1_600 + "}", UNPARSED),
    "90 KB of comments": ("#\n" * 25_000 + "{ viewer { name } }", UNPARSED),
    "a byte order mark within": ("{ viewer \ufeff { name } }", KEPT),
    "a string of 90 KB": (f'{{ node(id: "{"a" * 90_000}") {{ id }} }}', KEPT),
    "a list nested 400 deep": ("{ nodes(ids: " + "[" * 400 + "]" * 400 + ") { id } }", UNPARSED),
    "an object nested 300 deep": ("{ customers(filter: " + "{a: " * 300 + "1" + "}" * 300 + ") { id } }", UNPARSED),
    "50 levels of fields": (nested(25), INVALID),
    "100 levels of inline fragments": ("{ " + "... { " * 100 + "viewer { name }" + " }" * 101, INVALID),
    "fragments that double 25 times": (spread(25), INVALID),
    "a fragment of itself": ("{ ...A } fragment A on Query { ...A }", INVALID),
    "fragments in a ring": ("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }", INVALID),
    "a fragment nobody wrote": ("{ ...A }", INVALID),
    "70 aliases": ("{ " + " ".join(f"a{n}: viewer {{ name }}" for n in range(70)) + " }", INVALID),
    "1,400 equal fields": ("{ viewer { " + "name " * 1_400 + "} }", INVALID),
    "60 directives": ("{ viewer { name " + "@include(if: true) " * 60 + "} }", INVALID),
    "an unknown directive 40 times": ("{ viewer { name " + "@evil " * 40 + "} }", INVALID),
    "100 operations": (" ".join(f"query Q{n} {{ viewer {{ name }} }}" for n in range(100)), INVALID),
    "two operations, none named": ("query A { viewer { name } } query B { viewer { name } }", BAD),
    "400 variables": (f"query ({' '.join(f'$v{n}: Int' for n in range(400))}) {{ viewer {{ name }} }}", UNPARSED),
    "an unknown field": ("{ passwords }", INVALID),
    "the whole schema": ("{ __schema { types { name } } }", INVALID),
    "one type of the schema": ('{ __type(name: "User") { fields { name } } }', INVALID),
    "the schema behind a fragment": ("{ ...A } fragment A on Query { __schema { types { name } } }", INVALID),
    "the schema under an alias": ("{ a: __schema { types { name } } }", INVALID),
    "a live field": ("subscription { dispatchBoard(input: {}) { cursor } }", BAD),
    "lists of 250 within lists": (("{ serviceOrders(first: 250) { nodes { activities { order { lines { id } } } } }"
                                  " b: serviceOrders(first: 5000) { nodes { id number } } }"), DEAR),
    "a page of 2,147,483,647": ("{ serviceOrders(first: 2147483647) { nodes { id } } }", DEAR),
    "a page of 10^30": (f"{{ serviceOrders(first: {10**30}) {{ nodes {{ id }} }} }}", INVALID),
    "a page of -1": ("{ serviceOrders(first: -1) { nodes { id } } }", REFUSED),
    "a page of 251": ("{ serviceOrders(first: 251) { nodes { id } } }", REFUSED),
    "first and last at once": ("{ serviceOrders(first: 1, last: 1) { nodes { id } } }", REFUSED),
}  # fmt: skip
for name, (text, safe) in DOCUMENTS.items():
    row("document", name, safe, lambda target, text=text: target.ask(text))  # type: ignore[misc]


async def strangers(target: Target) -> str:
    """Two hundred documents that nobody has sent before, at once."""
    asked = (target.ask(f"{{ viewer {{ name }} a{nonsense(8)} }}", by="flooder") for _ in range(200))
    return together(await asyncio.gather(*asked))


async def suggested(target: Target) -> str:
    """Whether a near miss is told what it nearly hit."""
    reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
    body = b'{"query":"{ serviceOrder { numbr } }"}'
    token = {"Authorization": f"Bearer {target.tokens['mallory']}", "Connection": "close"}
    sent = {"Content-Type": "application/json", "Content-Length": str(len(body)), **token}
    writer.write(target.head("POST", "/graphql", sent) + body)
    answer = await reader.read()
    writer.close()
    return "suggests" if b"Did you mean" in answer else "says no more than that"


async def refused_often(target: Target) -> str:
    """How many of fifty refusals are told."""
    fields = " ".join(f'a{n}: calendar(by: {{id: "cal_1"}}) {{ name }}' for n in range(50))
    async with target.socket("customer") as client:
        answer = await client.answer(f"{{ {fields} }}")
    return f"{len(answer['errors'])} errors"


def beside(another: str) -> dict[str, object]:
    """A request for a harmless operation of a document that has another one as well."""
    return {"query": f"query A {{ viewer {{ name }} }} query B {another}", "operationName": "A"}


# What is charged depends on the variables, so only for what is executed; what is measured holds for all.
for name, safe in (
    ("50 levels of fields", INVALID),
    ("the whole schema", INVALID),
    ("lists of 250 within lists", KEPT),
):
    text = DOCUMENTS[name][0]
    row("document", f"{name}, in an operation nobody asks for", safe, lambda t, text=text: t.send(beside(text)))  # type: ignore[misc]
row("document", "50 refusals in one", "8 errors", refused_often)
row("document", "200 new ones at once", INVALID, strangers)
row("document", "a near miss", "says no more than that", suggested)

# --- variables -------------------------------------------------------------------------------------------------------

PAGED = "query ($n: Int) { serviceOrders(first: $n) { nodes { id } } }"
NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
for name, query, variables, safe in [
    ("an integer beyond 32 bits", PAGED, {"n": 2**31}, DEAR),
    ("an integer beyond 53 bits", PAGED, {"n": 2**53 + 1}, DEAR),
    ("a float for an integer", PAGED, {"n": 1.5}, BAD),
    ("an object for an integer", PAGED, {"n": {"$gt": 0}}, BAD),
    ("a boolean for an integer", PAGED, {"n": True}, BAD),
    ("10,000 ids", NODES, {"ids": ["so_1"] * 10_000}, DEAR),
    ("101 ids", NODES, {"ids": ["so_1"] * 101}, REFUSED),
    ("ids that are null", NODES, {"ids": [None]}, BAD),
    ("SQL in a search", "query ($s: String) { customers(filter: {search: $s}) { totalCount } }",
     {"s": "'; DROP TABLE customer; --"}, KEPT),
    ("a pattern in a search", "query ($s: String) { customers(filter: {search: $s}) { totalCount } }",
     {"s": "%" * 2_000 + "x"}, KEPT),
    ("10,000 numbers to look for", "query ($s: [String!]) { customers(filter: {numbers: $s}) { totalCount } }",
     {"s": ["x"] * 10_000}, KEPT),
    ("a date in the year 99999", "query ($d: Date) { dispatchBoard(input: {from: $d}) { timeZone } }",
     {"d": "99999-01-01"}, BAD),
    ("a board of 8,000 years", "query ($a: Date, $b: Date) { dispatchBoard(input: {from: $a, to: $b}) { timeZone } }",
     {"a": "1000-01-01", "b": "9999-12-31"}, REFUSED),
    ("the last day there is", "query ($a: Date) { dispatchBoard(input: {from: $a, to: $a}) { timeZone } }",
     {"a": "9999-12-31"}, REFUSED),
]:  # fmt: skip
    row("variable", name, safe, lambda t, query=query, variables=variables: t.ask(query, **variables))  # type: ignore[misc]

# --- ids and cursors -------------------------------------------------------------------------------------------------

WRONG_KEYS = ("0", "-1", "1e3", "01", "9223372036854775808", "9" * 400, "\u0661", "1 OR 1=1", "1\0", "", " 1")


def wrong_ids(prefix: str) -> str:
    """A document that asks for many wrong ids of a type."""
    return f"{{ nodes(ids: {json.dumps([f'{prefix}_{key}' for key in WRONG_KEYS])}) {{ id }} }}"


WRONG = {found.type.__name__: wrong_ids(prefix) for prefix, found in entities().items()}
for name, query in WRONG.items():
    row("id", f"wrong ids of {name}", KEPT, lambda t, query=query: t.ask(query))  # type: ignore[misc]
row("id", "an order's id as a customer's", KEPT, lambda t: t.ask('{ customer(by: {id: "so_1"}) { id } }'))
row(
    "id",
    "a foreign id in a change",
    "200 NOT_FOUND",
    lambda t: t.ask('mutation { closeActivity(input: {activity: {id: "cus_1"}}) { userErrors { code } } }'),
)
row(
    "id",
    "another customer's",
    KEPT,
    lambda t: t.ask(f'{{ customer(by: {{id: "{t.customers[1]}"}}) {{ id }} }}', "customer"),
)


async def borrowed_cursor(target: Target) -> str:
    """A cursor of one list, used in another."""
    listed = base64.urlsafe_b64encode(b'["x",1]').decode()
    asked = [
        f'{{ serviceOrders(after: "{cursor}") {{ nodes {{ id }} }} }}' for cursor in (listed, "x", "", "9" * 5_000, "é")
    ]
    return together([await target.ask(text) for text in asked])


row("cursor", "garbage, or of another list", REFUSED, borrowed_cursor)

# --- tokens ----------------------------------------------------------------------------------------------------------

NOW = datetime.now(UTC)
CLAIMS = {"sub": "usr_1", "sid": 1, "iat": NOW, "exp": NOW + timedelta(minutes=5), "aud": "tavle"}


def unsigned(algorithm: str) -> str:
    """A token that claims to need no signature."""
    parts = ({"alg": algorithm, "typ": "JWT"}, {**CLAIMS, "iat": 1, "exp": 9_999_999_999})
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return f"{encoded[0]}.{encoded[1]}."


TOKENS = {
    "no algorithm": unsigned("none"),
    "NoNe algorithm": unsigned("NoNe"),
    "an expired one": jwt.encode({**CLAIMS, "exp": NOW - timedelta(minutes=1)}, SECRET, algorithm="HS256"),
    "another secret": jwt.encode(CLAIMS, "another secret that is long enough for it", algorithm="HS256"),
    "another algorithm": jwt.encode(CLAIMS, SECRET * 2, algorithm="HS512"),
    "another audience": jwt.encode({**CLAIMS, "aud": "other"}, SECRET, algorithm="HS256"),
    "no expiry": jwt.encode({key: each for key, each in CLAIMS.items() if key != "exp"}, SECRET, algorithm="HS256"),
    "a session that never was": jwt.encode({**CLAIMS, "sid": 987_654}, SECRET, algorithm="HS256"),
    "somebody else's session": jwt.encode({**CLAIMS, "sub": "usr_2", "sid": 1}, SECRET, algorithm="HS256"),
    "a demo token": "demo-dispatcher",
    "an API token nobody made": "tvl_" + "a" * 43,
    "10 KB": "a.b." + "c" * 10_000,
    "nested 2,000 deep": base64.urlsafe_b64encode(b"[" * 2_000).decode() + ".e30.x",
}
for name, token in TOKENS.items():
    row("token", name, "401 UNAUTHENTICATED", lambda t, token=token: t.ask("{ viewer { name } }", token))  # type: ignore[misc]
for header in ("Basic dXNlcjpwYXNz", "Bearer", "Bearer ", "bearer  ", "Token x"):
    row(
        "token",
        f"header {header!r}",
        "401 UNAUTHENTICATED",
        lambda t, header=header: t.send(  # type: ignore[misc]
            {"query": "{ viewer { name } }"}, by=None, Authorization=header
        ),
    )
row("token", "none at all", "200 UNAUTHENTICATED", lambda t: t.ask("{ serviceOrders { totalCount } }", None))

# --- keys, sign-in, floods -------------------------------------------------------------------------------------------

CREATE = """mutation ($key: String, $name: String!) {
  createCustomer(input: {name: $name, clientMutationKey: $key}) { customer { id } userErrors { code } } }"""


async def same_key(target: Target) -> str:
    """One key for two different changes."""
    key = nonsense(16)
    await target.ask(CREATE, key=key, name="First")
    return await target.ask(CREATE, key=key, name="Second")


async def same_key_at_once(target: Target) -> str:
    """One change thirty times at once is one customer."""
    key, name = nonsense(16), f"Once {nonsense(8)}"
    outcomes = await asyncio.gather(*(target.ask(CREATE, key=key, name=name) for _ in range(30)))
    count = "query ($s: String) { customers(filter: {search: $s}) { totalCount nodes { id } } }"
    async with target.socket() as client:
        made = (await client.answer(count, s=name))["data"]["customers"]["totalCount"]
    return f"{together(outcomes)}, {made} made"


async def guessing(target: Target) -> str:
    """Passwords for one account, one after the other and sixty in one document."""
    sign_in = 'signIn(input: {email: "victim@tavle.example", password: "guess-%d"}) { userErrors { code } }'
    first = [await target.ask(f"mutation {{ {sign_in % n} }}", None) for n in range(12)]
    many = " ".join(f"a{n}: {sign_in % n}" for n in range(60))
    return together([*first[:10], first[11], await target.ask(f"mutation {{ {many} }}", None)])


async def greedy(target: Target) -> str:
    """One caller who asks for all there is until told to stop, on forty connections."""
    query = "{ serviceActivities(first: 250) { nodes { id number title startsAt order { id customer { id name } } } } }"

    async def asking() -> list[str]:
        return [await target.ask(query, "greedy") for _ in range(12)]

    return together(each for some in await asyncio.gather(*(asking() for _ in range(40))) for each in some)


row("key", "10 KB", "200 INVALID", lambda t: t.ask(CREATE, key="k" * 10_000, name="Long"))
row("key", "empty", "200 INVALID", lambda t: t.ask(CREATE, key="", name="Empty"))
row("key", "for two different changes", "200 KEY_REUSED", same_key)
row("key", "thirty times at once", "200 data, 1 made", same_key_at_once)
row("sign-in", "guessing", "200 WRONG_CREDENTIALS | 429 RATE_LIMITED", guessing)
row(
    "sign-in",
    "a password of 90 KB",
    "200 WRONG_CREDENTIALS",
    lambda t: t.ask(
        'mutation ($p: String!) { signIn(input: {email: "a@b.example", password: $p}) { userErrors { code } } }',
        None,
        p="x" * 90_000,
    ),
)
row("flood", "480 dear requests of one caller", "200 data | 429 RATE_LIMITED", greedy)
row(
    "role",
    "a customer who dispatches",
    "200 FORBIDDEN",
    lambda t: t.ask(
        f'mutation {{ closeActivity(input: {{activity: {{id: "{t.activities[0]}"}}}}) {{ cursor }} }}', "customer"
    ),
)
row("role", "a customer who reads workers", "200 FORBIDDEN", lambda t: t.ask("{ workers { totalCount } }", "customer"))
row(
    "role",
    "a technician who makes a manager",
    "200 FORBIDDEN",
    lambda t: t.ask(
        'mutation { createUser(input: {email: "x@y.example", name: "X", role: SERVICE_MANAGER}) { cursor } }',
        "technician",
    ),
)
