"""What goes wrong, and when: decks of faults, shuffled by a seed, each mended before the next of its deck comes."""

import asyncio
import contextlib
import os
import random
import signal
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.arena import Arena
from tests.chaos.clients import Follower

LISTENERS = "SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tavle-relay'"
LISTENING = "SELECT pid FROM pg_stat_activity WHERE application_name = 'tavle-relay'"
STOPPED_SECONDS = 10.0


@dataclass
class Trouble:
    """Who brings it about, and how often each thing happened."""

    arena: Arena
    followers: list[Follower]
    chance: random.Random
    seconds: float
    happened: Counter[str] = field(default_factory=Counter)
    overdue: list[str] = field(default_factory=list)

    async def go_on(self) -> None:
        """Let things go wrong for as long as it lasts; in the end everything runs again."""
        decks = [*self._servers(), self._clients(), *([self._database()] if self.arena.cluster else [])]
        until = asyncio.get_running_loop().time() + self.seconds
        async with asyncio.TaskGroup() as group:
            for place, deck in enumerate(decks):
                group.create_task(self._play(deck, random.Random(self.chance.random() + place), until))  # noqa: S311

    async def _play(self, deck: "Deck", chance: random.Random, until: float) -> None:
        loop = asyncio.get_running_loop()
        while True:
            for fault in deck:
                await asyncio.sleep(chance.uniform(0.2, 1.2))
                if loop.time() >= until:
                    return
                await fault(chance)
            chance.shuffle(deck)

    def _servers(self) -> list["Deck"]:
        # One goes on while the other waits for a server that is stopped for ten seconds.
        return [[self.kill_server, self.restart_server, *[self.kill_server] * 3], [self.halt_server, self.kill_server]]

    def _database(self) -> "Deck":
        return [*[self.crash_database] * 2, *[self.end_listeners] * 2, self.deafen_listeners]

    def _clients(self) -> "Deck":
        return [*[self.cut_clients] * 2, self.let_clients_be_deaf]

    async def kill_server(self, chance: random.Random) -> None:
        """As a power cut does; a new one comes after a while."""
        with self.arena.one_place(chance) as place:
            if place is not None and place.served is not None:
                await place.kill()
                self.happened["server killed"] += 1
                await asyncio.sleep(chance.uniform(0.0, 0.5))
                await place.start()

    async def restart_server(self, chance: random.Random) -> None:
        """SIGTERM, as an upgrade does."""
        with self.arena.one_place(chance) as place:
            if place is not None and place.served is not None:
                self.happened["server restarted"] += 1
                if not await place.ask_to_stop():
                    self.overdue.append("a server did not stop in time")
                await place.start()

    async def halt_server(self, chance: random.Random) -> None:
        """SIGSTOP for ten seconds, or for half of a short run; other faults go on meanwhile."""
        with self.arena.one_place(chance) as place:
            if place is not None and place.served is not None:
                self.happened["server stopped for a while"] += 1
                place.halt(is_stopped=True)
                await asyncio.sleep(min(STOPPED_SECONDS, self.seconds / 2))
                place.halt(is_stopped=False)

    async def crash_database(self, chance: random.Random) -> None:
        """PostgreSQL stops at once and recovers from its log."""
        cluster = self.arena.cluster
        assert cluster is not None
        self.happened["PostgreSQL killed"] += 1
        await asyncio.to_thread(cluster.crash)
        await asyncio.sleep(chance.uniform(0.0, 1.5))
        await asyncio.to_thread(cluster.start)

    async def end_listeners(self, _chance: random.Random) -> None:
        """The connections that hear NOTIFY are cut."""
        if await self.arena.on_database(LISTENERS):
            self.happened["listeners killed"] += 1

    async def deafen_listeners(self, chance: random.Random) -> None:
        """NOTIFY is heard by nobody for a while: the backends that would pass it on are stopped."""
        pids = [row["pid"] for row in await self.arena.on_database(LISTENING)]
        self.happened["NOTIFY off"] += bool(pids)
        try:
            _signal_all(pids, signal.SIGSTOP)
            await asyncio.sleep(chance.uniform(1.0, 3.0))
        finally:
            _signal_all(pids, signal.SIGCONT)

    async def cut_clients(self, chance: random.Random) -> None:
        """A third of the followers lose their connections."""
        for follower in chance.sample(self.followers, len(self.followers) // 3):
            follower.cut()
        self.happened["clients cut"] += 1
        await asyncio.sleep(chance.uniform(0.2, 1.0))

    async def let_clients_be_deaf(self, chance: random.Random) -> None:
        """A fifth of the followers read nothing for a while."""
        self.happened["clients deaf"] += 1
        deaf = chance.sample(self.followers, len(self.followers) // 5)
        await asyncio.gather(*(follower.be_deaf(chance.uniform(0.5, 2.5)) for follower in deaf))


Deck = list[Callable[[random.Random], Coroutine[Any, Any, None]]]


def _signal_all(pids: list[int], sent: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sent)
