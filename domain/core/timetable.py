"""What is done by the clock: every server looks regularly, and what there is to do is done once among them all."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from db.turns import end_turn, keep_turn, take_turn
from domain.core import clock
from domain.core.operation import shielded

# For so long a server that died keeps the others from its turn.
LEASE = timedelta(seconds=30)

Run = Callable[[datetime], Awaitable[None]]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Job:
    """Something done by the clock; `run` gets the present instant.

    With `alone` one server at a time runs it, `every` so long after its last end. Without, each server runs it, and
    the row locks of its operations see to it that each thing is done once.
    """

    name: str
    every: timedelta
    run: Run
    alone: bool = False


JOBS: dict[str, Job] = {}


def job(every: timedelta, *, alone: bool = False) -> Callable[[Run], Run]:
    """Declare a function as a job of its name."""

    def wrap(run: Run) -> Run:
        name = getattr(run, "__name__", "job")
        JOBS[name] = Job(name, every, run, alone)
        return run

    return wrap


async def keep_timetable(jobs: Iterable[Job]) -> None:
    """Run `jobs`, each when it is time, until cancelled; one that fails is logged and tried again."""
    async with asyncio.TaskGroup() as group:
        for each in jobs:
            group.create_task(_keep(each), name=f"job {each.name}")


async def run_if_due(job: Job, *, lease: timedelta = LEASE) -> bool:
    """Run `job` if it is time and no other server is at it; whether it was run.

    A job that fails stays due: its turn is free again at once.
    """
    if not job.alone:
        await job.run(clock.now())
        return True
    holder, started = secrets.token_hex(8), clock.now()
    if not await shielded(take_turn(job.name, holder, now=started, until=started + lease)):
        return False
    ended, due_at = asyncio.Event(), started
    renewing = asyncio.create_task(_renew(job, holder, lease, ended))
    try:
        await job.run(started)
        due_at = clock.now() + job.every
    finally:
        ended.set()
        await renewing
        await shielded(end_turn(job.name, holder, due_at=due_at))
    return True


async def _renew(job: Job, holder: str, lease: timedelta, ended: asyncio.Event) -> None:
    """Hold the turn for as long as the job takes."""
    while True:
        try:
            async with asyncio.timeout(lease.total_seconds() / 3):
                await ended.wait()
        except TimeoutError:
            await keep_turn(job.name, holder, until=clock.now() + lease)
        else:
            return


async def _keep(job: Job) -> None:
    # What is done once a day is looked for more often: a restart must not cost a day.
    pause = min(job.every, LEASE).total_seconds()
    while True:
        try:
            await run_if_due(job)
        except Exception:
            log.exception("job_failed", job=job.name)
        await asyncio.sleep(pause)
