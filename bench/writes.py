"""Eight writers in one process, without HTTP and GraphQL: what the rules, the ORM and the database let through."""

import asyncio
import time
from itertools import cycle

import uvloop

from bench.data import CLOSED_DAYS, DAYS, Move, Place, moves
from bench.report import WriteFigures
from db import lifecycle, outbox
from db.outbox import Event
from db.relay import Relay
from domain.core.actor import Role, actor_of
from domain.core.operation import perform
from domain.dispatch.operations import ActivityRef, ApplyBoardChanges, Assign, apply_board_changes

WRITERS = 8
_DISPATCHER = actor_of(Role.DISPATCHER, user_id=1, name="Bench")
_PATIENCE_SECONDS = 10.0


def measure(url: str, *, seconds: float) -> WriteFigures:
    """How many changes are made, and whether a reader of the log heard of each, in order and without a hole."""
    # On the loop that a server has.
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_measure(url, seconds))


async def _measure(url: str, seconds: float) -> WriteFigures:
    heard: list[int] = []

    def hear(event: Event) -> None:
        heard.append(event.seq)

    async with lifecycle.database(url):
        relay = Relay(url)
        await relay.start()
        relay.on_event(hear)
        before = relay.last
        possible = moves(range(CLOSED_DAYS, DAYS))
        started = time.perf_counter()
        made = await asyncio.gather(*(_write(possible[place::WRITERS], started + seconds) for place in range(WRITERS)))
        elapsed = time.perf_counter() - started
        head = (await outbox.read_head()).seq
        give_up_at = time.monotonic() + _PATIENCE_SECONDS
        while relay.last < head and time.monotonic() < give_up_at:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await relay.stop()
    is_whole = heard == list(range(before + 1, head + 1))
    return WriteFigures(changes=sum(made), events=head - before, seconds=elapsed, is_whole=is_whole)


async def _write(possible: list[Move], until: float) -> int:
    """Move activities to their free places and back, one after the other; gives how often."""
    made = 0
    steps = [(move, move.free) for move in possible] + [(move, move.home) for move in possible]
    for move, place in cycle(steps):
        if time.perf_counter() >= until:
            break
        await perform(apply_board_changes, _change(move, place), actor=_DISPATCHER)
        made += 1
    return made


def _change(move: Move, place: Place) -> ApplyBoardChanges:
    change = Assign(ActivityRef(id=move.activity_id), worker_id=place.worker_id, starts_at=place.starts_at)
    return ApplyBoardChanges((change,))
