"""How a socket ends: rights that end, clients that are stuck, a server that is full or stops."""

import asyncio
import contextlib
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from api.live.connections import SocketLimits
from api.live.transport import LiveProtocol
from tests.builders.live import EPOCH, until
from tests.builders.sockets import ADA, SignedIn, Toy, serving

pytestmark = pytest.mark.usefixtures("logged")


async def test_a_token_that_expires_closes_with_4403_and_nothing_is_sent_afterwards() -> None:
    async with serving() as toy:
        expires_at = datetime.now(UTC) + timedelta(seconds=1.0)
        toy.tokens["short"] = SignedIn(ADA, expires_at)
        async with toy.signed_in("short") as client, toy.signed_in() as other:
            await client.follow()
            await other.follow()
            before = len(toy.contexts)
            while toy.sockets and toy.feed.counters.followers == 2:
                toy.log.append("a", 1)
                await asyncio.sleep(0.01)
            late = (datetime.now(UTC) - expires_at).total_seconds()
            toy.log.append("a", 2)

            assert await client.closed() == (4403, "Your token has expired. Sign in again.")
            assert 0 <= late < 3
            assert len(toy.contexts) > before
            assert toy.feed.counters.followers == 1
            assert (await other.told())["kind"] == "CHANGED"


async def test_a_token_that_expires_while_the_machine_sleeps_closes_when_it_wakes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with serving() as toy:
        toy.tokens["short"] = SignedIn(ADA, datetime.now(UTC) + timedelta(hours=1))
        async with toy.signed_in("short") as client:
            # The event loop's clock stands still in the meantime, the wall clock does not.
            monkeypatch.setattr("api.live.socket.time", SimpleNamespace(time=lambda: time.time() + 3_601))

            assert (await client.closed())[0] == 4403


@pytest.mark.parametrize("whom", [{"user_id": 1}, {"session_id": 11}])
async def test_a_right_that_is_revoked_closes_the_sockets_it_concerns(whom: dict[str, int]) -> None:
    async with serving() as toy, toy.signed_in("ada") as ada, toy.signed_in("ben") as ben:
        await ada.follow()
        await ben.follow()
        assert toy.sockets.revoke(**whom) == 1
        toy.log.append("a", 1)

        assert (await ada.closed(1))[0] == 4403
        assert (await ben.told())["kind"] == "CHANGED"
        assert toy.feed.counters.followers == 1


async def test_a_right_that_is_revoked_during_sign_in_is_not_granted() -> None:
    async with serving() as toy, toy.connect() as client:
        toy.slow_sign_in = asyncio.Event()
        await client.send("connection_init", payload={"token": "ada"})
        await until(lambda: len(toy.sockets) == 1)
        await asyncio.sleep(0.05)
        del toy.tokens["ada"]
        assert toy.sockets.revoke(user_id=1) == 0
        toy.slow_sign_in.set()

        assert (await client.closed())[0] == 4403


async def test_a_closed_socket_leaves_nothing_behind() -> None:
    async with serving() as toy:
        async with toy.signed_in() as client:
            await client.follow()
            await client.subscribe("{ wait }", "2")
            await until(lambda: toy.waiting == 1)

        await until(lambda: toy.waiting == 0 and len(toy.sockets) == 0 and toy.feed.counters.followers == 0)


async def test_more_sockets_than_there_is_room_for_are_told_to_try_later() -> None:
    async with serving(most=1) as toy, toy.signed_in() as client, toy.connect() as other:
        assert (await other.closed())[0] == 1013
        assert await client.answer("{ me }") == {"data": {"me": "Ada"}}


async def test_a_client_that_says_nothing_is_dropped() -> None:
    limits = SocketLimits(silent_seconds=0.5, ping_seconds=0.1)
    async with serving(limits=limits) as toy, toy.deaf(), toy.signed_in() as client:
        await until(lambda: len(toy.sockets) == 2)
        await until(lambda: len(toy.sockets) == 1)

        assert await client.answer("{ me }") == {"data": {"me": "Ada"}}


@pytest.mark.parametrize("direct", [True, False], ids=["direct", "asgi"])
async def test_a_client_that_stops_reading_holds_nobody_up(*, direct: bool) -> None:
    async with serving(direct=direct) as toy:
        async with toy.deaf(), toy.signed_in() as client:
            await client.follow()
            await until(lambda: toy.feed.counters.followers == 2)
            for value in range(200):
                toy.log.append("a", value, padding="x" * 40_000)
                assert (await client.told())["things"][0]["value"] == value
        # Beyond the kernel's buffers and one high-water mark, nothing is sent to who does not read.
        assert toy.feed.counters.frames < 2 * 201
        await until(lambda: len(toy.sockets) == 0)


async def test_a_stuck_socket_is_cut_off() -> None:
    async with serving(limits=SocketLimits(stuck_seconds=0.3)) as toy, toy.deaf():
        await until(lambda: toy.feed.counters.frames == 1)
        for value in range(100):
            toy.log.append("a", value, padding="x" * 100_000)
        await until(lambda: toy.feed.counters.frames > 1)

        await until(lambda: toy.feed.counters.followers == 0 and len(toy.sockets) == 0)
        assert toy.server is not None
        assert not toy.server.server_state.connections


async def test_three_hundred_sockets_are_drained_though_some_are_stuck() -> None:
    async with serving() as toy, toy.deaf(10), contextlib.AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(toy.signed_in()) for _ in range(300)]
        for client in clients:
            await client.follow(keys="z")
        await until(lambda: toy.feed.counters.frames == 310)
        for value in range(100):
            toy.log.append("a", value, padding="x" * 100_000)
        await until(lambda: len(_blocked(toy)) == 10)
        toy.log.append("z", 1)
        assert [(await client.told())["cursor"] for client in clients] == [f"{EPOCH}:101"] * 300
        reading = [asyncio.create_task(client.closed()) for client in clients]
        began = asyncio.get_running_loop().time()
        await toy.sockets.drain()
        closed = [await task for task in reading]

        assert closed == [(1012, "The server is restarting.")] * 300
        assert toy.feed.counters.followers == len(toy.sockets) == 0
        async with toy.connect() as late:
            assert (await late.closed())[0] == 1012
        await _all_gone(toy)
        assert asyncio.get_running_loop().time() - began < 5


async def test_a_server_that_stops_tells_its_clients_and_waits_for_no_stuck_one() -> None:
    async with serving() as toy, toy.deaf(5) as deaf, toy.signed_in() as client:
        await client.follow()
        await until(lambda: toy.feed.counters.frames == 6)
        for value in range(100):
            toy.log.append("a", value, padding="x" * 100_000)
        assert [(await client.told())["things"][0]["value"] for _ in range(100)] == list(range(100))
        assert len(_blocked(toy)) == 5
        for one in deaf:
            await one.send({"type": "ping"})
        began = asyncio.get_running_loop().time()
        assert toy.server is not None
        toy.server.should_exit = True

        assert await client.closed() == (1012, "The server is restarting.")
        await _all_gone(toy)
        assert asyncio.get_running_loop().time() - began < 4


async def test_a_server_that_stops_lets_its_followers_go_one_after_the_other() -> None:
    async with serving() as toy, contextlib.AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(toy.signed_in()) for _ in range(100)]
        for client in clients:
            await client.follow()
        await until(lambda: toy.feed.counters.frames == 100)
        assert toy.server is not None
        followed = [one for one in toy.server.server_state.connections if isinstance(one, LiveProtocol)]
        began = asyncio.get_running_loop().time()
        for one in followed:
            one.shutdown()
        assert not any(one.close_sent for one in followed)
        toy.server.should_exit = True

        for client in clients:
            assert await client.closed() == (1012, "The server is restarting.")
        await _all_gone(toy)
        assert asyncio.get_running_loop().time() - began < 5


def _blocked(toy: Toy) -> list[LiveProtocol]:
    assert toy.server is not None
    open_now = [one for one in toy.server.server_state.connections if isinstance(one, LiveProtocol)]
    return [one for one in open_now if one.blocked_since is not None]


async def _all_gone(toy: Toy) -> None:
    assert toy.server is not None
    state = toy.server.server_state
    await until(lambda: not state.connections and not state.tasks)
