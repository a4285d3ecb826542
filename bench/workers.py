"""Reads of one process and of two, on one PostgreSQL, in turns: with what the machine gives, and with little of it."""

import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.load import Load
from bench.report import Reads, WorkersRound
from bench.servers import Server, processes, running
from bench.stores import Stores
from bench.workloads import questions

# By how much of a core each process of a server is held to, the load generator and PostgreSQL have room beside two.
SHARE = 0.25
_CLIENTS = 32
_WARM_UP_SECONDS = 1.0
_LOOK_SECONDS = 0.004


def measure(databases: Stores, folder: Path, *, rounds: int, seconds: float) -> list[WorkersRound]:
    """Answers of Q2 by one process and by two, free and held, for each round."""
    url = databases.copy("workers")
    with ExitStack() as stack:
        servers = [stack.enter_context(running("ours", url, folder, workers=count)) for count in (1, 2)]
        loads = []
        for server in servers:
            asked = questions("Q2", server)
            loads.append(Load(server.port, asked.requests, asked.expected, clients=_CLIENTS))
            loads[-1].run(_WARM_UP_SECONDS)

        def reads(place: int) -> Reads:
            return _reads(servers[place], loads[place], databases, seconds)

        found = []
        for number in range(rounds):
            first, second = number % 2, (number + 1) % 2
            free = {place: reads(place) for place in (first, second)}
            held = {}
            for place in (first, second):
                with _held(processes(servers[place].pid)):
                    held[place] = reads(place)
            found.append(WorkersRound((free[0], free[1]), (held[0], held[1])))
        return found


def _reads(server: Server, load: Load, databases: Stores, seconds: float) -> Reads:
    before, beside = server.cpu_seconds(), databases.cpu_seconds() + time.process_time()
    answered, elapsed = load.run(seconds)
    return Reads(
        per_second=answered / elapsed,
        cpu_ms=(server.cpu_seconds() - before) * 1000 / answered,
        cpu_ms_beside=(databases.cpu_seconds() + time.process_time() - beside) * 1000 / answered,
    )


@contextmanager
def _held(pids: Sequence[int]) -> Iterator[None]:
    """Let processes compute for no more than their share of the time: whoever is ahead of it is stopped for a while."""
    began = time.perf_counter()
    before = {pid: _computed(pid) for pid in pids}
    is_over = threading.Event()

    def hold() -> None:
        while not is_over.wait(_LOOK_SECONDS):
            allowed = (time.perf_counter() - began) * SHARE
            for pid in pids:
                is_ahead = _computed(pid) - before[pid] > allowed
                os.kill(pid, signal.SIGSTOP if is_ahead else signal.SIGCONT)

    holding = threading.Thread(target=hold)
    holding.start()
    try:
        yield
    finally:
        is_over.set()
        holding.join()
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def _computed(pid: int) -> float:
    """The seconds that a process has computed, more exactly than by the kernel's ticks."""
    return sum(int(file.read_text().split()[0]) for file in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9
