"""Whether there is anything to be told."""

from datetime import datetime

from tortoise.expressions import Q

from db import outbox
from db.projection import Select, exists
from domain.core.actor import Actor, Permission
from domain.core.rows import EVERYTHING, NOTHING
from domain.webhooks.models import Webhook, WebhookDelivery
from domain.webhooks.rules import DeliveryStatus


def webhooks_of(actor: Actor) -> Q:
    """The webhooks that an actor sees: all, or none."""
    return EVERYTHING if actor.may(Permission.MAINTAIN_WEBHOOKS) else NOTHING


async def is_anything_to_tell(now: datetime) -> bool:
    """Whether a webhook lags behind the log, or a message is due."""
    if not await exists(Select(Webhook, Q(active=True))):
        return False
    if await exists(Select(Webhook, Q(active=True, position__lt=(await outbox.read_head()).seq))):
        return True
    due = Q(status=DeliveryStatus.PENDING, due_at__lte=now, webhook__active=True)
    return await exists(Select(WebhookDelivery, due))
