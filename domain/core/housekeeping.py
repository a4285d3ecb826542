"""What is thrown away once nobody needs it any more."""

from datetime import datetime, timedelta

import structlog

from db import outbox
from db.pruning import prune_events
from domain.core.operation import KEY_DAYS, shielded
from domain.core.timetable import Job

log = structlog.get_logger()


def housekeeping(keep_events_days: int | None) -> Job:
    """The job that forgets old idempotency keys and, unless they are kept for ever, old events."""

    async def keep_house(now: datetime) -> None:
        keys, events = await keep_in_order(now, keep_events_days)
        if keys or events:
            log.info("housekeeping", keys=keys, events=events)

    return Job("keep_house", timedelta(hours=1), keep_house, alone=True)


async def keep_in_order(now: datetime, keep_events_days: int | None) -> tuple[int, int]:
    """Forget what is too old; gives how many idempotency keys and how many events."""
    keys = await shielded(outbox.forget_keys(now - timedelta(days=KEY_DAYS)))
    if keep_events_days is None:
        return keys, 0
    return keys, await shielded(prune_events(now - timedelta(days=keep_events_days)))
