"""`python -m tests.chaos`: servers, PostgreSQL, listeners and clients fail for a while; exits with 1 if it shows."""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager

from tests.chaos.arena import Arena, arena
from tests.chaos.clients import Follower, Frame, Tamper, Writer
from tests.chaos.evidence import read_evidence
from tests.chaos.faults import Trouble
from tests.chaos.judging import CHANGED, Evidence, Verdict, Written, judge
from tests.postgres import Cluster, cluster

_SETTLE_SECONDS = 60.0
_SHOWN_FAULTS = 20
_EVERY = 5


def main() -> None:
    """Let it happen, and say what came of it."""
    asked = _arguments()
    print(
        f"chaos on {asked.database}: seed {asked.seed}, {asked.seconds:g} s, "
        f"{asked.servers if asked.database == 'postgres' else 1} servers, {asked.writers} writers, "
        f"{asked.followers} followers",
        flush=True,
    )
    with _database(asked.database) as (url, server):
        is_clean = asyncio.run(_run(asked, url, server))
    sys.exit(0 if is_clean else 1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seconds", type=float, default=75.0, help="how long things go wrong: 75")
    parser.add_argument("--seed", type=int, default=20261123, help="what goes wrong, and in which order")
    parser.add_argument("--database", choices=("postgres", "sqlite"), default="postgres")
    parser.add_argument("--servers", type=int, default=3, help="on PostgreSQL: 3")
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--followers", type=int, default=30)
    parser.add_argument(
        "--control", choices=sorted(_CONTROLS), help="falsify what one follower is told: the verdict must say so"
    )
    return parser.parse_args()


@contextmanager
def _database(engine: str) -> Generator[tuple[str, Cluster | None]]:
    if engine == "postgres":
        with cluster(durable=True, own=True) as server:
            server.create_database("chaos")
            yield server.url("chaos"), server
    else:
        with tempfile.TemporaryDirectory(prefix="tavle-chaos-") as folder:
            yield f"sqlite://{folder}/chaos.db", None


async def _run(asked: argparse.Namespace, url: str, server: Cluster | None) -> bool:
    chance = random.Random(asked.seed)  # noqa: S311 - a schedule, not a secret
    async with arena(url, server, servers=asked.servers) as stage:
        written = Written()
        writers = [Writer(stage, place, _part(chance), written) for place in range(asked.writers)]
        followers = [Follower(stage, _part(chance), _honest) for _ in range(asked.followers)]
        if asked.control is not None:
            followers[0].tamper = _CONTROLS[asked.control]()
        trouble = Trouble(stage, followers, _part(chance), asked.seconds)
        began = time.monotonic()
        following = [asyncio.create_task(follower.follow()) for follower in followers]
        writing = [asyncio.create_task(writer.write()) for writer in writers]
        await trouble.go_on()
        for writer in writers:
            writer.is_over = True
        async with asyncio.timeout(_SETTLE_SECONDS):
            await asyncio.gather(*writing)
        evidence = await _settled(stage, followers)
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)
    told, replicas = [each.told for each in followers], [each.activities for each in followers]
    verdict = judge(written, evidence, told, replicas)
    for overdue in trouble.overdue:
        verdict.find("untrue", overdue)
    _report(trouble, writers, followers, written, verdict, time.monotonic() - began)
    return verdict.is_clean


async def _settled(stage: Arena, followers: list[Follower]) -> Evidence:
    """What the database holds once nobody writes, and every follower has had time to hear of it."""
    evidence = await read_evidence(stage.database_url)
    newest = max((event.seq for event in evidence.log if event.activity_id is not None), default=0)
    give_up_at = time.monotonic() + _SETTLE_SECONDS
    while min(follower.position for follower in followers) < newest and time.monotonic() < give_up_at:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    return evidence


def _report(
    trouble: Trouble,
    writers: list[Writer],
    followers: list[Follower],
    written: Written,
    verdict: Verdict,
    seconds: float,
) -> None:
    happened = trouble.happened
    print(", ".join(f"{what} {count}" for what, count in sorted(happened.items())))
    print(
        f"sent again {sum(writer.sent_again for writer in writers)}, refused {len(written.refused)}, "
        f"frames {sum(len(follower.told) for follower in followers)}, "
        f"came back {sum(follower.came_back for follower in followers)}, "
        f"snapshots {sum(follower.snapshots for follower in followers)}, {seconds:.0f} s together"
    )
    print(f"kills         {happened['server killed'] + happened['PostgreSQL killed']}")
    print(f"acknowledged  {len(written.acknowledged)}")
    print(f"lost          {verdict.lost}")
    print(f"doubled       {verdict.doubled}")
    print(f"out of order  {verdict.out_of_order}")
    print(f"untrue        {verdict.untrue}")
    print(f"replicas      equal {verdict.equal} of {verdict.replicas}")
    for fault in verdict.faults[:_SHOWN_FAULTS]:
        print(f"  {fault}")


def _part(chance: random.Random) -> random.Random:
    """A course of its own, so that nobody's luck depends on when the others try theirs."""
    return random.Random(chance.random())  # noqa: S311 - a schedule, not a secret


def _honest(frames: list[Frame]) -> list[Frame]:
    return frames


def _every(change: Tamper) -> Tamper:
    """Change a frame now and then."""
    seen = 0

    def tamper(frames: list[Frame]) -> list[Frame]:
        nonlocal seen
        seen += frames[0]["__typename"] == CHANGED
        if seen < _EVERY:
            return frames
        seen = 0
        return change(frames)

    return tamper


def _swap() -> Tamper:
    """Give a frame after the one that follows it."""
    kept: list[Frame] = []

    def tamper(frames: list[Frame]) -> list[Frame]:
        if kept or frames[0]["__typename"] != CHANGED:
            given = frames + kept
            kept.clear()
            return given
        kept.extend(frames)
        return []

    return tamper


_CONTROLS = {
    "drop": lambda: _every(lambda _: []),
    "double": lambda: _every(lambda frames: frames * 2),
    "swap": _swap,
}

if __name__ == "__main__":
    main()
