"""Reads of one process and of two, on one PostgreSQL, in turns."""

from contextlib import ExitStack
from pathlib import Path

from bench.load import Load
from bench.servers import running
from bench.stores import Stores
from bench.workloads import questions

_CLIENTS = 16
_WARM_UP_SECONDS = 1.0


def measure(databases: Stores, folder: Path, *, rounds: int, seconds: float) -> list[tuple[float, float]]:
    """Answers of Q2 a second by one process and by two, for each round."""
    url = databases.copy("workers")
    with ExitStack() as stack:
        loads = []
        for workers in (1, 2):
            server = stack.enter_context(running("ours", url, folder, workers=workers))
            asked = questions("Q2", server)
            loads.append(Load(server.port, asked.requests, asked.expected, clients=_CLIENTS))
        for load in loads:
            load.run(_WARM_UP_SECONDS)
        found = []
        for number in range(rounds):
            speed = [0.0, 0.0]
            for place in (number % 2, (number + 1) % 2):
                answered, elapsed = loads[place].run(seconds)
                speed[place] = answered / elapsed
            found.append((speed[0], speed[1]))
        return found
