"""Planning by the clock: a run a day, and the batches of every run that is under way."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from tortoise.expressions import Q

from db.projection import Select, ids
from db.reading import dialect
from domain.core.actor import SYSTEM, Actor
from domain.core.errors import Code, Refused
from domain.core.operation import perform
from domain.core.timetable import Job, job, run_if_due
from domain.planning.models import PlanningRun
from domain.planning.operations import (
    FailPlanningRun,
    NamePlanningRun,
    fail_planning_run,
    plan_next_batch,
    start_daily_planning,
)
from domain.planning.queries import stored_run
from domain.planning.rules import UNDER_WAY

Progress = Callable[[PlanningRun], object]

# So long others have SQLite's file to themselves between two batches: who waits for it looks that often.
_PAUSE_SECONDS = 0.06
_BUSY_SECONDS = 1.0
_LOOK_SECONDS = 0.5


@job(every=timedelta(minutes=10), alone=True)
async def plan_the_day(_now: datetime) -> None:
    """Start the run of the day, where the company plans by the clock and it is not there yet."""
    await perform(start_daily_planning, None, actor=SYSTEM)


@job(every=timedelta(seconds=5))
async def go_on_planning(_now: datetime) -> None:
    """Take on what runs are under way, the oldest first, unless another server is at it."""
    # Only then is the turn asked for: an idle server writes nothing.
    if await _under_way():
        await run_if_due(_batches(None))


async def see_through(run_id: int, progress: Progress) -> PlanningRun:
    """Carry out a run here, or wait while a server does; `progress` is told now and then how far it has come."""
    while (run := await stored_run(run_id)).status in UNDER_WAY:
        progress(run)
        if not await run_if_due(_batches(progress)):
            await asyncio.sleep(_LOOK_SECONDS)
    progress(run)
    return run


def _batches(progress: Progress | None) -> Job:
    """The work on all runs, which one process at a time does: two would only wait for each other."""

    async def carry_out_all(_now: datetime) -> None:
        for run_id in await _under_way():
            await carry_out(run_id, progress)

    return Job("planning", timedelta(), carry_out_all, alone=True)


async def carry_out(run_id: int, progress: Progress | None = None) -> None:
    """Do what is left of a run, batch by batch.

    What refuses a batch would refuse the next one too, so it ends the run, unless others only were in the way.
    """
    actor = await _behind(run_id)
    more = True
    while more:
        pause = _PAUSE_SECONDS if dialect() == "sqlite" else 0
        try:
            more = (await perform(plan_next_batch, NamePlanningRun(run_id), actor=actor)).result
        except Refused as refused:
            if refused.refusals[0].code is not Code.BUSY:
                await _give_up(run_id, actor, refused.refusals[0].message)
                return
            pause = _BUSY_SECONDS
        except Exception:
            await _give_up(run_id, actor, "Something went wrong in the server; its log says more.")
            raise
        if progress is not None:
            progress(await stored_run(run_id))
        await asyncio.sleep(pause)


async def _give_up(run_id: int, actor: Actor, problem: str) -> None:
    await perform(fail_planning_run, FailPlanningRun(run_id, problem), actor=actor)


async def _under_way() -> list[int]:
    return await ids(Select(PlanningRun, Q(status__in=sorted(UNDER_WAY)), ("id",)))


async def _behind(run_id: int) -> Actor:
    """On whose behalf a run plans: whoever started it, who was asked for the permission then."""
    run = await stored_run(run_id)
    return replace(SYSTEM, user_id=run.user_id, name=run.created_by)
