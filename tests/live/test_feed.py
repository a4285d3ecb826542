"""Following the log: what each cursor gets, and how work, failures and memory are shared."""

import asyncio
import tracemalloc
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from graphql import parse

from api.live.feed import Feed, FeedLimits, LiveOperation
from domain.core.errors import NotPermitted
from tests.builders.live import EPOCH, FAST, OTHER_EPOCH, FakeWire, Things, render, rig, settled, until

pytestmark = pytest.mark.usefixtures("logged")


def has_told(wire: FakeWire, seq: int) -> bool:
    """Whether the client was told of an event."""
    return bool(wire.payloads) and wire.frames[-1]["seq"] == seq


@pytest.mark.parametrize(
    ("after", "frames"),
    [
        (f"{EPOCH}:100", [("RESUMED", 100)]),
        (f"{EPOCH}:97", [("CHANGED", 98), ("CHANGED", 99), ("CHANGED", 100)]),
        (f"{EPOCH}:60", [("CHANGED", seq) for seq in range(61, 101)]),
        (f"{EPOCH}:50", [("CHANGED", seq) for seq in range(51, 101)]),
        (None, [("STARTED", 100)]),
        (f"{EPOCH}:49", [("TOO_OLD", 100)]),
        (f"{EPOCH}:0", [("TOO_OLD", 100)]),
        (f"{EPOCH}:101", [("TOO_OLD", 100)]),
        (f"{OTHER_EPOCH}:100", [("TOO_OLD", 100)]),
        ("", [("TOO_OLD", 100)]),
        ("100", [("TOO_OLD", 100)]),
        ("nonsense", [("TOO_OLD", 100)]),
        (f"{EPOCH}:-1", [("TOO_OLD", 100)]),
        (f"{EPOCH}:{'9' * 40}", [("TOO_OLD", 100)]),
        (f"{EPOCH}:1e2", [("TOO_OLD", 100)]),
    ],
)
async def test_a_cursor_gets_what_was_missed_or_one_snapshot(after: str | None, frames: list[tuple[str, int]]) -> None:
    async with rig(floor=50, head=100) as live:
        wire, _ = live.join(after)

        assert await settled(wire) == frames
        assert live.ended == []


async def test_a_cursor_too_far_behind_gets_a_snapshot() -> None:
    async with rig(head=100) as live:
        wire, _ = live.join(f"{EPOCH}:49")

        assert await settled(wire) == [("TOO_OLD", 100)]


async def test_a_client_that_missed_nothing_of_its_own_is_told_so_at_the_present_position() -> None:
    async with rig(head=10) as live:
        for _ in range(3):
            live.log.append("z", 1)
        wire, _ = live.join(f"{EPOCH}:10")

        assert await settled(wire) == [("RESUMED", 13)]
        live.log.append("a", 1)
        await until(lambda: len(wire.payloads) == 2)
        assert wire.frames[1]["seq"] == 14


async def test_a_cursor_that_a_stream_does_not_resume_from_gets_a_snapshot_though_nothing_has_happened() -> None:
    async with rig(head=10) as live:
        live.things.since = 10
        wire, _ = live.join(f"{EPOCH}:9")
        second, _ = live.join(f"{EPOCH}:10")
        assert await settled(wire) == [("TOO_OLD", 10)]
        assert await settled(second) == [("RESUMED", 10)]

        live.things.since = 11
        third, _ = live.join(f"{EPOCH}:10")

        assert await settled(third) == [("TOO_OLD", 10)]


async def test_when_a_stream_turns_everyone_gets_a_snapshot_once_though_nothing_has_happened() -> None:
    async with rig(head=10) as live:
        reading, _ = live.join()
        stalled, _ = live.join()
        for wire in (reading, stalled):
            assert await settled(wire) == [("STARTED", 10)]
        stalled.stall()
        live.log.append("a", 1)
        await until(lambda: len(reading.payloads) == 2)
        live.log.state["a"] = 7
        live.things.turning = True

        await until(lambda: len(reading.payloads) == 3)
        stalled.read_on()
        await until(lambda: len(stalled.payloads) == 2)
        live.log.append("b", 2)
        for wire in (reading, stalled):
            await until(partial(has_told, wire, 12))
            kinds = await settled(wire)
            assert kinds[-2:] == [("LAYOUT_CHANGED", 11), ("CHANGED", 12)]
            assert wire.frames[-2]["state"]["a"] == 7
        assert live.things.snapshots == ["STARTED", "LAYOUT_CHANGED"]


async def test_every_value_of_one_event_arrives_in_order() -> None:
    async with rig() as live:
        wire, _ = live.join()
        await settled(wire)
        live.log.append("a", 7, "twice")

        await until(lambda: len(wire.payloads) == 3)
        assert [(frame["seq"], frame["value"]) for frame in wire.frames[1:]] == [(1, -1), (1, 7)]


async def test_an_event_is_told_and_rendered_once_for_two_hundred_followers() -> None:
    async with rig(head=5) as live:
        wires = [live.join(variables={"after": number})[0] for number in range(200)]
        await until(lambda: all(wire.payloads for wire in wires))
        for value in range(10):
            live.log.append("a", value)

        await until(lambda: all(len(wire.payloads) == 11 for wire in wires))
        assert live.things.told == list(range(6, 16))
        assert live.things.snapshots == ["STARTED"]
        assert live.feed.counters.renderings == 1 + 10
        assert live.feed.counters.frames == 200 * 11
        assert live.feed.counters.groups == 1
        assert all(
            other is ours for wire in wires for other, ours in zip(wire.payloads, wires[0].payloads, strict=True)
        )


async def test_a_missed_stretch_is_rendered_once_for_all_who_come_back() -> None:
    async with rig(head=40, limits=replace(FAST, kept_events=100)) as live:
        wires = [live.join(f"{EPOCH}:10")[0] for _ in range(50)]

        await until(lambda: all(len(wire.payloads) == 30 for wire in wires))
        assert live.things.told == list(range(11, 41))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"variables": {"team": 1}}, {"variables": {"team": 2}}),
        ({"text": "{a}"}, {"text": "{b}"}),
        ({"key": "scope 1"}, {"key": "scope 2"}),
    ],
)
async def test_nothing_is_shared_between_different_operations_or_scopes(first: Any, second: Any) -> None:
    async with rig() as live:
        streams = [Things(live.log, key=one.pop("key", "same")) for one in (first, second)]
        for stream, one in zip(streams, (first, second), strict=True):
            await settled(live.join(things=stream, **one)[0])
        live.log.append("a", 1)

        await until(lambda: all(stream.told == [1] for stream in streams))
        assert [stream.snapshots for stream in streams] == [["STARTED"], ["STARTED"]]
        assert live.feed.counters.groups == 2


async def test_a_change_of_layout_is_one_snapshot_for_the_group_at_its_position() -> None:
    async with rig() as live:
        wires = [live.join()[0] for _ in range(20)]
        for wire in wires:
            await settled(wire)
        wires[3].stall()
        live.log.append("a", 1, "layout")
        await until(lambda: len(wires[0].payloads) == 2)
        live.log.append("a", 2)
        await until(lambda: len(wires[0].payloads) == 3)
        wires[3].read_on()

        await until(lambda: len(wires[3].payloads) == 3)
        assert [await settled(wire) for wire in wires[:3]] == [
            [("STARTED", 0), ("LAYOUT_CHANGED", 1), ("CHANGED", 2)]
        ] * 3
        assert await settled(wires[3]) == [("STARTED", 0), ("LAYOUT_CHANGED", 1), ("CHANGED", 2)]
        assert live.things.snapshots == ["STARTED", "LAYOUT_CHANGED"]
        newcomer, _ = live.join()
        assert await settled(newcomer) == [("STARTED", 2)]


async def test_a_restored_database_gives_everyone_a_snapshot() -> None:
    async with rig(head=10) as live:
        following, stalled = live.join()[0], live.join()[0]
        await settled(following)
        stalled.stall()
        live.log.restore(OTHER_EPOCH, 4)

        await until(lambda: len(following.payloads) == 2)
        stalled.read_on()
        assert (await settled(following))[1:] == [("TOO_OLD", 4)]
        assert (await settled(stalled))[1:] == [("TOO_OLD", 4)]
        live.log.append("b", 1)
        await until(lambda: len(following.payloads) == len(stalled.payloads) == 3)
        assert [frame["epoch"] for frame in following.frames] == [EPOCH, OTHER_EPOCH, OTHER_EPOCH]


async def test_followers_keep_their_places_while_the_database_is_away(logged: list[Any]) -> None:
    async with rig() as live:
        wire, _ = live.join()
        await settled(wire)
        live.log.fail = OSError("away")
        live.log.append("a", 1)
        await until(lambda: live.feed.counters.failures >= 2)
        newcomer, _ = live.join(f"{EPOCH}:0")
        live.log.append("a", 2)
        live.log.fail = None

        await until(lambda: wire.payloads and wire.frames[-1]["seq"] == 2)
        await until(lambda: newcomer.payloads and newcomer.frames[-1]["seq"] == 2)
        assert {entry["event"] for entry in logged} <= {"live_group_failed", "live_follower_failed"}
        assert live.ended == []


async def test_an_event_that_cannot_be_told_is_replaced_by_a_snapshot() -> None:
    async with rig() as live:
        live.things.poison = 1
        wire, _ = live.join()
        await settled(wire)
        live.log.append("a", 1)
        await until(lambda: len(wire.payloads) == 2)
        live.log.append("a", 2)

        await until(lambda: len(wire.payloads) == 3)
        assert await settled(wire) == [("STARTED", 0), ("TOO_OLD", 1), ("CHANGED", 2)]


async def test_a_hole_in_the_log_is_never_walked_over() -> None:
    async with rig() as live:
        wire, _ = live.join()
        await settled(wire)
        live.log.append("a", 1)
        live.log.past[1] = replace(live.log.past[1], seq=2)

        await until(lambda: len(wire.payloads) == 2)
        assert await settled(wire) == [("STARTED", 0), ("TOO_OLD", 1)]


async def test_a_right_that_ends_while_following_ends_the_operation() -> None:
    async with rig() as live:
        wires = [live.join()[0] for _ in range(3)]
        for wire in wires:
            await settled(wire)
        live.things.fail = NotPermitted()
        live.log.append("a", 1)

        await until(lambda: len(live.ended) == 3)
        assert all(isinstance(error, NotPermitted) for error in live.ended)
        assert [len(wire.payloads) for wire in wires] == [1, 1, 1]
        await until(lambda: live.feed.counters.groups == 0)
        assert live.feed.counters.followers == 0


async def test_a_snapshot_that_never_comes_ends_the_wait_with_an_error() -> None:
    async with rig(limits=replace(FAST, patience_seconds=0.05)) as live:
        live.things.fail = OSError("away")
        wire, _ = live.join()

        await until(lambda: live.ended)
        assert wire.payloads == []
        assert len(live.things.snapshots) > 2


async def test_a_heartbeat_comes_only_after_silence_and_carries_the_newest_position() -> None:
    async with rig(limits=replace(FAST, heartbeat_seconds=0.6)) as live:
        wire, _ = live.join()
        await settled(wire)
        for value in range(4):
            await asyncio.sleep(0.2)
            live.log.append("a", value)
        live.log.append("z", 1)
        await until(lambda: wire.frames[-1]["kind"] == "HEARTBEAT")

        assert await settled(wire) == [
            ("STARTED", 0), ("CHANGED", 1), ("CHANGED", 2), ("CHANGED", 3), ("CHANGED", 4), ("HEARTBEAT", 5),
        ]  # fmt: skip


async def test_who_left_gets_nothing_and_an_empty_group_ends() -> None:
    async with rig() as live:
        (staying, stay), (leaving, leave) = live.join(), live.join()
        await settled(staying)
        await settled(leaving)
        leave()
        leave()
        live.log.append("a", 1)
        await until(lambda: len(staying.payloads) == 2)
        assert len(leaving.payloads) == 1
        assert live.feed.counters.followers == 1
        stay()

        await until(lambda: live.feed.counters.groups == 0)
        again, _ = live.join(f"{EPOCH}:0")
        assert await settled(again) == [("CHANGED", 1)]


async def test_a_stalled_follower_is_told_later_exactly_what_it_missed() -> None:
    async with rig(head=3) as live:
        wire, _ = live.join()
        await settled(wire)
        wire.stall()
        for value in range(40):
            live.log.append("abz"[value % 3], value)
        await asyncio.sleep(0.02)
        assert len(wire.payloads) == 1
        wire.read_on()

        await until(lambda: wire.frames[-1]["seq"] == 43)
        assert [frame["seq"] for frame in wire.frames[1:]] == [value + 4 for value in range(40) if value % 3 != 2]


async def test_a_follower_stalled_for_too_long_gets_a_snapshot() -> None:
    async with rig() as live:
        wire, _ = live.join()
        await settled(wire)
        wire.stall()
        for value in range(51):
            live.log.append("a", value)
            await asyncio.sleep(0)
        await until(lambda: live.things.told[-1:] == [51])
        wire.read_on()

        assert (await settled(wire))[1:] == [("TOO_OLD", 51)]


async def test_stalled_followers_hold_no_frames() -> None:
    padding = "x" * 4_000
    limits = FeedLimits(kept_events=2_000, kept_bytes=2_000_000)
    async with rig(limits=limits) as live:
        wires: list[FakeWire] = [live.join()[0] for _ in range(20)]
        for wire in wires:
            await settled(wire)
            wire.stall()
        tracemalloc.start()
        try:
            for _ in range(30):
                for value in range(100):
                    live.log.append("a", value, padding=f"{value}{padding}")
                await until(lambda: live.things.told[-1:] == [live.log.last])
                live.log.past.clear()
            held, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

        assert held < 6_000_000
        assert live.feed.counters.frames == 20


async def test_stopping_waits_for_nobody_who_does_not_read() -> None:
    async with rig(head=3) as live:
        wire, _ = live.join()
        wire.stall()
        await asyncio.sleep(0.01)

        async with asyncio.timeout(10):
            await live.feed.stop()
        assert live.feed.counters.groups == 0


async def test_a_reading_of_the_database_is_never_cut_short() -> None:
    async with rig() as live:
        finished = asyncio.Event()

        async def slowly(_: LiveOperation, root: object) -> bytes:
            await asyncio.sleep(0.1)
            finished.set()
            return await render(_, root)

        feed = Feed(live.log, slowly, limits=FAST)
        leave = feed.follow(_operation(), Things(live.log), FakeWire(), "1", live.ended.append)
        await asyncio.sleep(0.02)
        leave()
        await feed.stop()

        assert finished.is_set()


def _operation() -> LiveOperation:
    return LiveOperation("{}", parse("{a}"), None, {}, None, object, "r-1")
