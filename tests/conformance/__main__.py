"""Runs the public suites against a running server and prints a line for each: `python -m tests.conformance [NAME…]`."""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.conformance.cable import Cable
from tests.conformance.commands import Outcome, run
from tests.conformance.servers import Servers
from tests.conformance.suites import SUITES, Suite
from tests.conformance.tools import ROOT, Tools, prepare


def main() -> int:
    """Run the suites whose names contain one of the words given, or all; 1 when a check failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=main.__doc__)
    parser.add_argument("words", nargs="*", help="parts of the names of suites")
    parser.add_argument("--without", action="append", default=[], metavar="WORD", help="part of a name to leave out")
    arguments = parser.parse_args()
    wanted = [
        suite
        for suite in SUITES
        if (not arguments.words or _is_named(suite, arguments.words)) and not _is_named(suite, arguments.without)
    ]
    if not wanted:
        parser.error(f"There are these suites: {', '.join(suite.name for suite in SUITES)}.")
    return asyncio.run(_run_all(wanted))


def _is_named(suite: Suite, words: list[str]) -> bool:
    return any(word.lower() in suite.name.lower() for word in words)


async def _run_all(suites: list[Suite]) -> int:
    tools = await prepare()
    with tempfile.TemporaryDirectory(prefix="tavle-") as folder:
        async with Servers(Path(folder)) as servers:
            # Those that share a server come one after another; beside them run those that have one of their own.
            alone = [suite for suite in suites if suite.mode != "demo" or suite.fresh]
            sharing = [suite for suite in suites if suite not in alone]
            lanes = (_run_lane(lane, tools, servers, Path(folder)) for lane in (sharing, alone))
            outcomes = [outcome for lane in await asyncio.gather(*lanes) for outcome in lane]
    passed, failed = sum(outcome.passed for outcome in outcomes), sum(outcome.failed for outcome in outcomes)
    _say(f"{passed} passed, {failed} failed")
    return int(failed > 0 or passed == 0)


async def _run_lane(suites: list[Suite], tools: Tools, servers: Servers, folder: Path) -> list[Outcome]:
    outcomes = []
    for suite in suites:
        started = time.perf_counter()
        outcome = await _run_one(suite, tools, servers, folder)
        seconds = time.perf_counter() - started
        _say(f"{suite.name:<28} {outcome.passed:>5} passed {outcome.failed:>4} failed {seconds:>7.1f} s")
        for said in outcome.said:
            _say(said)
        outcomes.append(outcome)
    return outcomes


async def _run_one(suite: Suite, tools: Tools, servers: Servers, folder: Path) -> Outcome:
    own = Path(tempfile.mkdtemp(dir=folder))
    environment = {
        **tools.environment,
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(own))),
        "MYPYPATH": str(own),
        "TAVLE_SCHEMA": str(ROOT / "schema.graphql"),
        "TAVLE_FOLDER": str(own),
    }
    if suite.mode is None:
        return await run(suite.commands(tools), environment)
    server = await servers.serving(suite.mode, fresh=suite.fresh)
    async with Cable(server.port) as cable:
        environment |= {
            "TAVLE_URL": f"http://127.0.0.1:{server.port}",
            "TAVLE_CABLE": cable.url,
            "TAVLE_CABLE_CONTROL": cable.control,
        }
        outcome = await run(suite.commands(tools), environment)
    if faults := server.faults():
        outcome.failed += 1
        outcome.said.append("\n".join(["The server has logged faults:", *faults]))
    return outcome


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
