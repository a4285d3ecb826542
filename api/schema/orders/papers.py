"""Links to the papers of service orders."""

from datetime import datetime
from typing import Annotated

import strawberry

from api.context import Context
from api.papers.tickets import issue, path_of
from api.selection import parse_id
from domain.core import clock
from domain.core.actor import Permission
from domain.core.operation import check_permission
from domain.orders.papers import PaperKind, may_read_paper

Info = strawberry.Info[Context, None]
_LARGEST_KEY = 2**31 - 1
_Order = Annotated[strawberry.ID, strawberry.argument(description="Of which order.")]
_Kind = Annotated[PaperKind, strawberry.argument(description="Which paper.")]


@strawberry.type(description="An address at which a document can be fetched without a token, for a short time.")
class DocumentLink:
    """A link with a ticket in it."""

    url: str = strawberry.field(
        description="Path and query on this server. Good for this document and for you; do not pass it on."
    )
    expires_at: datetime = strawberry.field(description="When it ends; ask for a new one then.")


@strawberry.type
class PaperQueries:
    """Reading papers."""

    @strawberry.field(
        description=(
            "A link to a service order's work description or work receipt as PDF; null when you may not see the order."
            " With a bearer token the path alone will do."
        )
    )
    async def document_link(self, info: Info, order_id: _Order, kind: _Kind) -> DocumentLink | None:
        """The link."""
        context = info.context
        check_permission(context.actor, Permission.READ)
        key = parse_id(order_id, "so")
        if key is None or key > _LARGEST_KEY or not await may_read_paper(context.actor, key):
            return None
        path = path_of(kind, order_id)
        ticket, expires_at = issue(
            context.services.settings.secret.get_secret_value(), context.actor, path, clock.now()
        )
        return DocumentLink(url=f"{path}?ticket={ticket}", expires_at=expires_at)
