"""Forgetting the oldest events, so that the log does not grow for ever."""

from datetime import datetime

from db.transaction import transaction

_AT_A_TIME = 1_000


async def prune_events(before: datetime) -> int:
    """Delete the events from the log's beginning to the first that is not older than `before`; gives how many.

    Followers who were cut off before them get a snapshot when they come back. The audit trail is as long as the log.
    """
    pruned = 0
    while (count := await _prune_some(before)) > 0:
        pruned += count
    return pruned


async def _prune_some(before: datetime) -> int:
    async with transaction(bulk=True) as connection:
        postgres = connection.capabilities.dialect == "postgres"
        # Changing the head is what keeps its row: whoever asks whether a cursor is admitted sees all of this or none.
        floor, mark = "UPDATE event_head SET floor = {} WHERE id = 1", "$1" if postgres else "?"
        oldest = await connection.execute_query_dict(f"SELECT seq, at FROM event ORDER BY seq LIMIT {_AT_A_TIME}")
        first, last = 0, 0
        for row in oldest:
            at = row["at"] if postgres else datetime.fromisoformat(row["at"])
            if at >= before:
                break
            first, last = first or row["seq"], row["seq"]
        if not last:
            return 0
        await connection.execute_query(floor.format(mark), [last])
        await connection.execute_query(f"DELETE FROM event WHERE seq <= {mark}", [last])
        return last - first + 1
