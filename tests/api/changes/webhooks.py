"""Changes of webhooks."""

from db.outbox import read_head
from domain.webhooks.rules import DeliveryStatus
from tests.api.changes.table import Told, change
from tests.builders.rows import a_webhook, a_webhook_delivery


@change("changeWebhook", "webhook { name url about active version }")
async def _() -> Told:
    webhook = await a_webhook(active=False)
    return Told(
        given={"webhookId": f"whk_{webhook.id}", "name": "Planner", "about": ["ServiceOrder", "Customer"]},
        gives={
            "webhook": {
                "name": "Planner",
                "url": "https://example.com/tavle",
                "about": ["Customer", "ServiceOrder"],
                "active": False,
                "version": 2,
            }
        },
        wrong={"about": ["ServiceOrder", "User"]},
        code="INVALID",
        path=("about", "1"),
    )


@change("deleteWebhook", "deletedId")
async def _() -> Told:
    webhook = await a_webhook(active=False)
    return Told(
        given={"webhookId": f"whk_{webhook.id}"},
        gives={"deletedId": f"whk_{webhook.id}"},
        wrong={"expectedVersion": 2},
        code="VERSION_CONFLICT",
        path=("expectedVersion",),
    )


@change("replayWebhook", "webhook { position }")
async def _() -> Told:
    webhook = await a_webhook(active=False, position=9)
    epoch = (await read_head()).epoch
    return Told(
        given={"webhookId": f"whk_{webhook.id}", "after": f"{epoch}:0"},
        gives={"webhook": {"position": 0}},
        wrong={"after": f"{epoch}:99"},
        code="CURSOR_TOO_OLD",
        path=("after",),
    )


@change("retryWebhookDelivery", "webhookDelivery { status attempts }")
async def _() -> Told:
    dead, waiting = await a_webhook_delivery(status=DeliveryStatus.DEAD, attempts=12), await a_webhook_delivery()
    return Told(
        given={"deliveryId": f"whd_{dead.id}"},
        gives={"webhookDelivery": {"status": "PENDING", "attempts": 0}},
        wrong={"deliveryId": f"whd_{waiting.id}"},
        code="INVALID",
        path=("deliveryId",),
    )
