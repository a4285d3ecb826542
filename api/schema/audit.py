"""The audit trail."""

from datetime import datetime
from typing import Annotated, Any

import strawberry
from tortoise.expressions import Q

from api.context import Context
from api.resolvers import audit, records
from api.schema.nodes import part
from api.schema.paging import After, Before, Connection, First, Last
from api.selection import column, computed, identity, selection
from api.visibility import select_of
from db.outbox import EventRow
from domain.core.actor import Permission
from domain.core.operation import check_permission
from domain.core.rows import audit_only

Info = strawberry.Info[Context, None]
Subject = Annotated[
    strawberry.ID | None, strawberry.argument(description="Only what happened to this: the id of anything.")
]


@strawberry.type(description="One field that was made different. Values are text, as the field itself would print.")
class AuditChange:
    """A field before and after."""

    field: str = strawberry.field(description="Which field, for example `workerId`.")
    before: str | None = strawberry.field(description="Its value before; null when there was none.")
    after: str | None = strawberry.field(description="Its value after; null when there is none.")


@part(EventRow, visible=audit_only, description="One thing that happened to one subject, and who did it.")
class AuditEntry:
    """An event of the log."""

    position: int = column("seq", description="1, 2, 3 … in the order in which things happened, without a gap.")
    at: datetime = column(description="When it happened.")
    kind: str = column(description="What happened, for example `worker_changed`. New kinds can come.")
    subject: strawberry.ID | None = computed(
        needs=("subject_type", "subject_id"),
        value=audit.subject_text,
        description="Id of what it happened to, which may be no more; null for what has no id, such as a session.",
    )
    actor_id: strawberry.ID | None = identity(
        "usr", "actor_id", description="Id of the user who did it; null when the system did."
    )
    actor_name: str = column(description="Who did it, by the name they had then.")
    reason: str | None = column(description="Why, where a reason was given; else null.")
    changes: list[AuditChange] = computed(
        needs=("subject_type", "body"),
        value=audit.changes_for,
        viewer=True,
        description="What it made different; everything, for what was created or deleted. Without the permission "
        "READ_MARGINS what things cost is left out.",
    )


async def _audit_trail(
    self: None,  # noqa: ARG001
    info: Info,
    subject: Subject = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Connection[AuditEntry]:
    context = info.context
    check_permission(context.actor, Permission.READ_AUDIT)
    where = Q()
    if subject is not None:
        table, key = audit.subject_of(subject)
        where = Q(subject_type=table, subject_id=key)
    select = select_of(context.actor, AuditEntry, where, ("-seq",))
    paging = {"first": first, "after": after, "last": last, "before": before}
    found: Any = await records.page(context, selection(info), select, paging)
    page: Connection[AuditEntry] = found
    return page


@strawberry.type
class AuditQueries:
    """Reading the audit trail."""

    audit_trail: Connection[AuditEntry] = strawberry.field(
        resolver=_audit_trail,
        description="What has happened, the newest first. Needs the permission READ_AUDIT.",
    )
