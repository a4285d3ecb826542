"""`python -m bench`: measures this server, a plain one and the limit, and prints tables with the goals beside them."""

import argparse
import gc
import json
import tempfile
from contextlib import ExitStack, nullcontext
from os import getloadavg, sched_getaffinity
from pathlib import Path

from bench import live, planning, workers, writes
from bench.data import Table, company
from bench.load import Load, ask
from bench.report import (
    SERVERS,
    Measured,
    Round,
    as_json,
    live_table,
    planning_table,
    requests_table,
    workers_table,
    writes_table,
)
from bench.servers import Server, running
from bench.stores import Engine, Stores, stores
from bench.workloads import NAMES, Name, check_same, questions

_MOST_ROUNDS, _MOST_SECONDS = 25, 20.0
_WARM_UP_SECONDS = 1.0
_OTHERS = ("LIVE", "PLANNING", "WRITES", "WORKERS")


def main() -> None:
    """Measure what was asked for."""
    asked = _arguments()
    wanted = [name.strip().upper() for name in asked.only.split(",")] if asked.only else [*NAMES, *_OTHERS]
    unknown = set(wanted) - {*NAMES, *_OTHERS}
    if unknown:
        raise SystemExit(f"There is no {', '.join(sorted(unknown))}: choose of {', '.join((*NAMES, *_OTHERS))}.")
    engines: tuple[Engine, ...] = ("sqlite", "postgres") if asked.database == "both" else (asked.database,)
    rounds = min(asked.rounds or (3 if asked.quick else 7), _MOST_ROUNDS)
    seconds = min(asked.seconds or (1.0 if asked.quick else 2.0), _MOST_SECONDS)
    gc.disable()  # the load generator's pauses are not the servers'
    tables = company()
    measured: dict[Engine, Measured] = {}
    for engine in engines:
        print(f"\n## {engine}, {rounds} rounds of {seconds:g} s, load average {getloadavg()[0]:.1f}\n", flush=True)
        with tempfile.TemporaryDirectory(prefix="tavle-bench-") as folder:
            measured[engine] = _measure(
                engine, Path(folder), tables, wanted, rounds, seconds, followers=asked.followers, quick=asked.quick
            )
    if asked.json:
        Path(asked.json).write_text(json.dumps(as_json(measured), indent=1))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--only", metavar="NAMES", help="some of q1,q2,q3,m1,live,planning,writes,workers, by commas")
    parser.add_argument("--quick", action="store_true", help="three rounds of a second each")
    parser.add_argument("--rounds", type=int, help=f"rounds of each workload: 7, at most {_MOST_ROUNDS}")
    parser.add_argument("--seconds", type=float, help=f"length of a round: 2, at most {_MOST_SECONDS:g}")
    parser.add_argument("--followers", type=int, default=live.FOLLOWERS, help="of the live board: 1000")
    parser.add_argument("--json", metavar="FILE", help="write the medians there too")
    return parser.parse_args()


def _measure(
    engine: Engine,
    folder: Path,
    tables: list[Table],
    wanted: list[str],
    rounds: int,
    seconds: float,
    *,
    followers: int,
    quick: bool,
) -> Measured:
    found = Measured()
    names = [name for name in NAMES if name in wanted]
    with stores(engine, folder, tables) if set(wanted) - {"PLANNING"} else nullcontext() as databases:
        if databases is not None and names:
            _measure_requests(databases, folder, names, rounds, seconds, found)
            print(requests_table(engine, found), flush=True)
        if databases is not None and "LIVE" in wanted:
            with running("ours", databases.copy("live"), folder) as server:
                found.live = live.measure(server, followers=followers, seconds=5.0 if quick else 15.0)
            print("\n" + live_table(found.live), flush=True)
        if databases is not None and "WRITES" in wanted:
            found.writes = writes.measure(databases.copy("writes"), seconds=5.0 if quick else 20.0)
            print("\n" + writes_table(found.writes), flush=True)
        if databases is not None and "WORKERS" in wanted and engine == "postgres":
            found.workers = workers.measure(databases, folder, rounds=rounds, seconds=seconds)
            cores = len(sched_getaffinity(0))
            print("\n" + workers_table(found.workers, share=workers.SHARE, cores=cores), flush=True)
    if "PLANNING" in wanted:
        with ExitStack() as stack:
            filled = stack.enter_context(stores(engine, folder, [*tables, *planning.agreed()]))
            server = stack.enter_context(running("ours", filled.copy("planned"), folder))
            found.planning = planning.measure(server, folder)
        print("\n" + planning_table(found.planning), flush=True)
    return found


def _measure_requests(
    databases: Stores, folder: Path, names: list[Name], rounds: int, seconds: float, found: Measured
) -> None:
    with ExitStack() as stack:
        servers = [stack.enter_context(running(name, databases.copy(name), folder)) for name in SERVERS]
        for name in names:
            asked = {server.name: questions(name, server) for server in servers}
            check_same(name, {server.name: ask(server.port, asked[server.name].first) for server in servers})
            loads = {
                server.name: Load(server.port, asked[server.name].requests, asked[server.name].expected)
                for server in servers
            }
            for load in loads.values():
                load.run(_WARM_UP_SECONDS)
            found.rounds[name] = {server.name: [] for server in servers}
            for number in range(rounds):
                # Each goes first as often as the others.
                for place in range(len(servers)):
                    server = servers[(number + place) % len(servers)]
                    found.rounds[name][server.name].append(_round(server, loads[server.name], seconds))
        found.memory_mb = {server.name: server.memory_mb() for server in servers}


def _round(server: Server, load: Load, seconds: float) -> Round:
    before = server.cpu_seconds()
    answered, elapsed = load.run(seconds)
    return Round(answered / elapsed, (server.cpu_seconds() - before) * 1000 / answered)


main()
