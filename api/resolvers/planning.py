"""Planning visits: only told, or done."""

from typing import Any

from api.context import Context
from api.resolvers import records
from db.outbox import Cursor, read_head
from db.reading import snapshot
from domain.core.operation import Done, check_permission
from domain.planning.operations import PlanVisits, create_planned_service_orders, planned_service_orders


async def plan(context: Context, command: PlanVisits, *, dry_run: bool, key: str | None) -> Done[dict[str, Any]]:
    """Plan visits for the caller; a dry run reads one state of the database and writes nothing, not even its key.

    Raises:
        NotSignedIn, NotPermitted, Refused: as the operation.
    """
    if not dry_run:
        return await records.change(context, create_planned_service_orders, command, key=key)
    check_permission(context.actor, create_planned_service_orders.requires)
    records.check_key(key)
    async with snapshot():
        head = await read_head()
        return Done(await planned_service_orders(command), str(Cursor(head.epoch, head.seq)))
