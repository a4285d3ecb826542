"""What one caller may use: by cost, per user and per address, and how often a sign-in may fail."""

import asyncio
import time
from collections.abc import AsyncGenerator
from functools import cache

import httpx
import pytest
from pydantic import SecretStr

from api.rates import Attempts, Buckets, RateLimited, Rates, network_of
from api.settings import Settings
from domain.access import passwords
from domain.core.actor import ANONYMOUS, Role
from tests.api.toy import DISPATCHER, Toy
from tests.builders.access import PASSWORD, a_person
from tests.serving import SECRET, Server, serving

SIGN_IN = """mutation ($email: String!, $password: String!) {
  signIn(input: {email: $email, password: $password}) { tokens: session { accessToken } userErrors { code message } }
}"""


class Watch:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        """The time."""
        return self.now


# --- buckets ---------------------------------------------------------------------------------------------------------


def test_a_bucket_fills_again_with_time() -> None:
    watch = Watch()
    buckets = Buckets(60, 60.0, now=watch)
    buckets.take("a", 50)

    assert (buckets.wait("a", 10), buckets.wait("a", 25), buckets.wait("b", 60)) == (0, 15, 0)
    watch.now += 15
    assert buckets.wait("a", 25) == 0
    watch.now += 3_600
    assert (buckets.wait("a", 60), buckets.wait("a", 61)) == (0, 1)


def test_the_memory_for_buckets_is_bounded() -> None:
    buckets = Buckets(60, 60.0, most=3, now=Watch())
    for key in "abcda":
        buckets.take(key, 1)

    assert len(buckets) == 3


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        (None, "unknown"),
    ],
)
def test_an_ipv6_household_is_one_caller(address: str | None, network: str) -> None:
    assert network_of(address) == network


def test_users_and_addresses_have_limits_of_their_own() -> None:
    rates = Rates(10_000, now=Watch())
    rates.charge(ANONYMOUS, "192.0.2.1", 10_000)

    rates.charge(DISPATCHER, "192.0.2.1", 10_000)
    rates.charge(ANONYMOUS, "192.0.2.2", 10_000)
    for actor in (ANONYMOUS, DISPATCHER):
        with pytest.raises(RateLimited):
            rates.check(actor, "192.0.2.1")


def test_without_a_limit_nothing_is_counted() -> None:
    rates = Rates(0)
    for _ in range(100):
        rates.charge(ANONYMOUS, None, 10_000)
        rates.charge_refused(ANONYMOUS, None)
        rates.check(ANONYMOUS, None)


# --- over HTTP -------------------------------------------------------------------------------------------------------

GOOD = {"authorization": "Bearer good"}


async def test_who_has_used_up_its_share_is_told_when_to_come_back() -> None:
    watch = Watch()
    toy = Toy(rates=Rates(10_000, now=watch))
    many = {"query": "{ orders(first: 3333) { nodes { id title } } }"}
    first = await toy.post(many, headers=GOOD)
    refused = await toy.post({"query": "mutation { bump } "}, headers=GOOD)
    plain = await toy.post({"query": "{ me }"}, headers={**GOOD, "accept": "application/json"})

    assert first.status_code == 200
    assert (refused.status_code, plain.status_code, toy.count.value) == (429, 429, 0)
    assert refused.headers["retry-after"] == "1"
    [error] = refused.json()["errors"]
    assert error["extensions"] == {
        "code": "RATE_LIMITED",
        "requestId": refused.headers["x-request-id"],
        "retryAfter": 1,
    }
    watch.now += 1
    assert (await toy.post({"query": "{ me }"}, headers=GOOD)).status_code == 200


async def test_an_operation_is_charged_what_it_costs() -> None:
    toy = Toy(rates=Rates(10_000, now=Watch()))
    asked = {"query": "{ orders(first: 600) { nodes { id title } } }", "extensions": {"cost": True}}
    answers = [await toy.post(asked, headers=GOOD) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[0].json()["extensions"] == {"cost": {"requested": 1801, "limit": 10_000}}
    assert answers[5].headers["retry-after"] == "5"  # 806 of 10,000 a minute


async def test_documents_that_are_refused_are_charged_too() -> None:
    toy = Toy(rates=Rates(10_000, now=Watch()))
    statuses = [(await toy.post({"query": f"{{ nothing{number} }}"})).status_code for number in range(101)]

    assert statuses == [400] * 100 + [429]


# --- signing in ------------------------------------------------------------------------------------------------------


def test_failures_are_counted_per_account_and_address() -> None:
    watch = Watch()
    attempts = Attempts(2, now=watch)
    for _ in range(2):
        attempts.begin("ada@x.example", "192.0.2.1")

    with pytest.raises(RateLimited) as caught:
        attempts.begin(" Ada@X.example", "192.0.2.1")
    assert caught.value.retry_after == 450
    attempts.begin("ada@x.example", "192.0.2.2")
    attempts.begin("ben@x.example", "192.0.2.1")
    watch.now += 450
    attempts.begin("ada@x.example", "192.0.2.1")


def test_one_address_cannot_try_many_accounts_nor_lock_the_owner_of_one_out() -> None:
    attempts = Attempts(2, now=Watch())
    for number in range(10):
        attempts.begin(f"{number}@x.example", "192.0.2.1")

    with pytest.raises(RateLimited):
        attempts.begin("ada@x.example", "192.0.2.1")
    attempts.begin("0@x.example", "192.0.2.2")


def test_many_addresses_cannot_try_one_account_for_ever() -> None:
    attempts = Attempts(2, now=Watch())
    for number in range(20):
        attempts.begin("ada@x.example", f"192.0.2.{number}")

    with pytest.raises(RateLimited):
        attempts.begin("ada@x.example", "192.0.2.99")


def test_a_sign_in_that_works_does_not_count() -> None:
    attempts = Attempts(1, now=Watch())
    for _ in range(5):
        attempts.begin("ada@x.example", "192.0.2.1")()


@pytest.fixture
async def strict(database_url: str) -> AsyncGenerator[Server]:
    """A server that lets a sign-in fail three times."""
    settings = Settings(database_url=database_url, secret=SecretStr(SECRET), sign_in_attempts=3)
    async with serving(settings) as running:
        yield running


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_who_guesses_is_stopped_and_learns_nothing_of_accounts(strict: Server) -> None:
    await a_person("ada@tavle.example", Role.DISPATCHER, password=PASSWORD)

    async def tried(client: httpx.AsyncClient, email: str, password: str) -> tuple[int, object, str | None]:
        asked = {"query": SIGN_IN, "variables": {"email": email, "password": password}}
        answer = await client.post(f"{strict.url}/graphql", json=asked)
        body = answer.json()
        shown = body["data"]["signIn"]["userErrors"] if body.get("data") else body["errors"][0]["extensions"]["code"]
        return answer.status_code, shown, answer.headers.get("retry-after")

    async with httpx.AsyncClient() as client:
        known = [await tried(client, "ada@tavle.example", f"wrong-password-{number}") for number in range(4)]
        unknown = [await tried(client, "eve@tavle.example", f"wrong-password-{number}") for number in range(4)]
        right = await tried(client, "ada@tavle.example", PASSWORD)

    assert [answer[:2] for answer in known] == [answer[:2] for answer in unknown]
    assert [status for status, _, _ in known] == [200, 200, 200, 429]
    # The right password is not looked at either, or guessing would go on.
    assert known[3][:2] == unknown[3][:2] == right[:2] == (429, "RATE_LIMITED")
    assert all(290 < int(answer[2] or 0) <= 300 for answer in (known[3], unknown[3], right))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_thousand_guesses_at_once_are_a_thousand(strict: Server) -> None:
    asked = {"query": SIGN_IN, "variables": {"email": "ada@tavle.example", "password": "a wrong password"}}
    async with httpx.AsyncClient() as client:
        answers = await asyncio.gather(*(client.post(f"{strict.url}/graphql", json=asked) for _ in range(20)))

    assert sorted(answer.status_code for answer in answers) == [200] * 3 + [429] * 17


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_unknown_accounts_take_as_long_as_wrong_passwords(
    strict: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As it is outside the tests; the hash of nobody's password may have been made before.
    monkeypatch.setattr(passwords, "_hasher", passwords._recommended())
    monkeypatch.setattr(passwords, "_nobodys_hash", cache(passwords._nobodys_hash.__wrapped__))
    await a_person("ada@tavle.example", Role.DISPATCHER, password=PASSWORD)
    asked = {
        email: {"query": SIGN_IN, "variables": {"email": email, "password": "a wrong password"}}
        for email in ("ada@tavle.example", "eve@tavle.example")
    }
    taken: dict[str, float] = {}
    async with httpx.AsyncClient() as client:
        await client.post(f"{strict.url}/graphql", json=asked["eve@tavle.example"])  # starts the hashing threads
        for email, body in asked.items():
            times = []
            for _ in range(2):
                started = time.perf_counter()
                await client.post(f"{strict.url}/graphql", json=body)
                times.append(time.perf_counter() - started)
            taken[email] = min(times)

    quick, slow = sorted(taken.values())
    assert quick > slow / 3
    assert quick > 0.01  # no password is matched so fast
