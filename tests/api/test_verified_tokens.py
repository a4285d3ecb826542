"""Tokens are verified once in a while, and never believed for longer than they are valid."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from api.verified_tokens import VerifiedTokens
from domain.core import clock
from domain.core.errors import NotSignedIn
from tests.api.toy import DISPATCHER, SignedIn

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Time:
    """A clock that is set by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = START
        monkeypatch.setattr(clock, "now", lambda: self.now)

    def pass_(self, **amount: float) -> None:
        """Let time go by."""
        self.now += timedelta(**amount)


@pytest.fixture(autouse=True)
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    return Time(monkeypatch)


class Verifier:
    """Counts how often it is asked."""

    def __init__(self, expires_at: datetime | None = None) -> None:
        self.asked: list[str] = []
        self.signed_in = SignedIn(DISPATCHER, expires_at)
        self.refuses = False
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, token: str) -> SignedIn:
        """Who the token stands for."""
        self.asked.append(token)
        await self.gate.wait()
        if self.refuses:
            raise NotSignedIn
        return self.signed_in


async def test_a_token_is_verified_once_in_a_second(time: Time) -> None:
    verifier = Verifier()
    tokens = VerifiedTokens(verifier)

    for _ in range(4):
        assert await tokens("one") is verifier.signed_in
        time.pass_(milliseconds=300)
    assert await tokens("one") is verifier.signed_in

    assert verifier.asked == ["one", "one"]


async def test_each_token_is_verified_for_itself() -> None:
    verifier = Verifier()
    tokens = VerifiedTokens(verifier)

    for token in ("one", "two", "one"):
        await tokens(token)

    assert verifier.asked == ["one", "two"]


async def test_a_token_is_not_believed_beyond_its_expiry(time: Time) -> None:
    verifier = Verifier(expires_at=START + timedelta(milliseconds=400))
    tokens = VerifiedTokens(verifier)

    await tokens("one")
    time.pass_(milliseconds=400)
    verifier.refuses = True

    with pytest.raises(NotSignedIn):
        await tokens("one")


async def test_a_refusal_is_not_remembered() -> None:
    verifier = Verifier()
    verifier.refuses = True
    tokens = VerifiedTokens(verifier)

    with pytest.raises(NotSignedIn):
        await tokens("one")
    verifier.refuses = False

    assert await tokens("one") is verifier.signed_in


async def test_a_sign_out_is_seen_at_once() -> None:
    verifier = Verifier()
    tokens = VerifiedTokens(verifier)

    await tokens("one")
    verifier.refuses = True
    tokens.forget()

    with pytest.raises(NotSignedIn):
        await tokens("one")


async def test_an_answer_from_before_a_sign_out_is_not_remembered_after_it() -> None:
    verifier = Verifier()
    verifier.gate.clear()
    tokens = VerifiedTokens(verifier)

    early = asyncio.create_task(tokens("one"))
    await asyncio.sleep(0)
    tokens.forget()
    verifier.gate.set()
    await early
    await tokens("one")

    assert verifier.asked == ["one", "one"]


async def test_the_oldest_tokens_make_room() -> None:
    verifier = Verifier()
    tokens = VerifiedTokens(verifier, most=2)

    for token in ("one", "two", "three", "two", "one"):
        await tokens(token)

    assert verifier.asked == ["one", "two", "three", "one"]
