"""Asking over the socket: by document id, with the cost shown, and within a caller's share."""

import hashlib
from pathlib import Path

from api.rates import Rates
from api.trusted import TrustedDocuments
from tests.builders.sockets import FOLLOW, Client, serving

COST = {"cost": True}


async def refusal(client: Client, **payload: object) -> dict[str, object]:
    """The extensions of the error that answers an operation."""
    await client.send("subscribe", "1", payload)
    message = await client.receive()
    assert message["type"] == "error", message
    extensions: dict[str, object] = message["payload"][0]["extensions"]
    assert extensions.pop("requestId")
    return extensions


async def test_documents_are_asked_for_by_id(tmp_path: Path) -> None:
    (tmp_path / "follow.graphql").write_text(FOLLOW)
    follow_id = f"sha256:{hashlib.sha256(FOLLOW.encode()).hexdigest()}"
    only = TrustedDocuments("only", tmp_path)
    async with serving(trusted=only) as toy, toy.signed_in() as client:
        assert await refusal(client, query="{ me }") == {"code": "DOCUMENT_NOT_ALLOWED"}
        assert await refusal(client, documentId="sha256:0") == {"code": "DOCUMENT_NOT_FOUND"}
        assert await refusal(client, documentId=follow_id, query=FOLLOW) == {"code": "BAD_USER_INPUT"}
        await client.send("subscribe", "live", {"documentId": follow_id, "variables": {"keys": "a"}})
        assert (await client.told("live"))["kind"] == "STARTED"
        toy.log.append("a", 1)

        assert (await client.told("live"))["things"] == [{"key": "a", "value": 1}]


async def test_the_cost_is_shown_to_those_who_ask_for_it_and_to_no_other() -> None:
    shown = {"cost": {"requested": 2, "limit": 10_000}}
    async with serving() as toy, toy.signed_in() as client, toy.signed_in() as other:
        await client.send("subscribe", "1", {"query": "{ me number(of: 1) }", "extensions": COST})
        answered = await client.receive()
        assert answered["payload"] == {"data": {"me": "Ada", "number": 1}, "extensions": shown}
        assert (await client.receive())["type"] == "complete"

        await client.send("subscribe", "live", {"query": FOLLOW, "variables": {"keys": "a"}, "extensions": COST})
        begun = await client.receive()
        await other.follow("live", keys="a")
        toy.log.append("a", 1)
        changed, plain = await client.receive(), await other.receive()

        cost = {"cost": {"requested": 7, "limit": 10_000}}
        assert (begun["payload"]["extensions"], changed["payload"]["extensions"]) == (cost, cost)
        assert changed["payload"]["data"] == plain["payload"]["data"]
        assert "extensions" not in plain["payload"]


async def test_who_has_used_up_its_share_is_refused_and_the_socket_lives() -> None:
    # One a minute: nothing comes back within this test.
    async with serving(rates=Rates(1)) as toy, toy.signed_in() as client:
        for number in range(99):
            await client.subscribe(f"{{ nothing{number} }}", "1")
            assert (await client.receive())["payload"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
        # 9,900 of 10,000 are gone.
        for _ in range(10):
            assert await client.answer("{ me }") == {"data": {"me": "Ada"}}
        refused = await refusal(client, query="{ me }")
        assert refused["code"] == "RATE_LIMITED"
        assert isinstance(refused["retryAfter"], int)
        assert 500 < refused["retryAfter"] <= 600

        async with toy.signed_in("ben") as other:
            assert await other.answer("{ me }") == {"data": {"me": "Ben"}}


async def test_who_does_not_sign_in_takes_no_room_from_those_who_do() -> None:
    async with serving(most_strangers=2) as toy:
        async with toy.signed_in() as known, toy.connect() as first, toy.connect() as second:
            await second.sign_in(None)
            async with toy.connect() as third:
                assert await third.closed() == (1013, "Too many connections from your address have not signed in.")
            await first.sign_in("ben")

            async with toy.signed_in() as fourth:
                assert await fourth.answer("{ me }") == {"data": {"me": "Ada"}}
            assert await known.answer("{ me }") == {"data": {"me": "Ada"}}
        async with toy.signed_in() as again:
            assert await again.answer("{ me }") == {"data": {"me": "Ada"}}
