"""Changes of webhooks, by people."""

import base64
import secrets
from dataclasses import dataclass, field

from db import outbox
from db.outbox import Cursor
from domain.core.actor import Permission
from domain.core.checks import check_text
from domain.core.errors import Code, Refused
from domain.core.keep import KEEP, Keep, chosen
from domain.core.operation import Work, check_version, operation
from domain.core.removal import removed
from domain.core.rows import locked
from domain.numbering.operations import number_for
from domain.webhooks import rules
from domain.webhooks.models import Webhook, WebhookDelivery
from domain.webhooks.rules import DeliveryStatus

_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class CreateWebhook:
    """An address to be told what happens from now on, to things in one of these tables; to all when there is none."""

    name: str
    url: str
    subject_types: tuple[str, ...] = ()
    number: str | None = None


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A webhook with its new secret: the only time the secret is seen."""

    webhook_id: int
    secret: str = field(repr=False)


@operation(requires=Permission.MAINTAIN_WEBHOOKS, replayable=False)
async def create_webhook(work: Work, command: CreateWebhook) -> NewSecret:
    """Create a webhook.

    Raises:
        Refused: INVALID, ALREADY_EXISTS, NUMBER_SEQUENCE_MISSING.
    """
    secret = _make_secret()
    webhook = Webhook(
        name=check_text(command.name, "name"),
        url=rules.check_url(command.url),
        signing_secret=secret,
        subject_types=sorted(set(command.subject_types)),
        position=(await outbox.read_head()).seq,
        created_at=work.now,
        number=await number_for(work, Webhook, command.number),
    )
    return NewSecret((await work.create(webhook, "webhook_created")).id, secret)


@dataclass(frozen=True, slots=True)
class ChangeWebhook:
    """What is to be different about a webhook. One that is not active is told nothing, and later what it missed."""

    webhook_id: int
    name: str | Keep = KEEP
    url: str | Keep = KEEP
    subject_types: tuple[str, ...] | Keep = KEEP
    active: bool | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_WEBHOOKS)
async def change_webhook(work: Work, command: ChangeWebhook) -> int:
    """Change a webhook.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID.
    """
    webhook = await _locked(command.webhook_id)
    await check_version(webhook, command.expected_version)
    await work.change(
        webhook,
        "webhook_changed",
        name=check_text(chosen(command.name, webhook.name), "name"),
        url=rules.check_url(chosen(command.url, webhook.url)),
        subject_types=sorted(set(chosen(command.subject_types, tuple(webhook.subject_types)))),
        active=chosen(command.active, webhook.active),
    )
    return webhook.id


@dataclass(frozen=True, slots=True)
class DeleteWebhook:
    """Which webhook goes, with its messages."""

    webhook_id: int
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_WEBHOOKS)
async def delete_webhook(work: Work, command: DeleteWebhook) -> int:
    """Delete a webhook and its messages.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT.
    """
    return await removed(
        work, Webhook, command.webhook_id, "webhook", "webhookId", expected_version=command.expected_version
    )


@dataclass(frozen=True, slots=True)
class RenewWebhookSecret:
    """Which webhook gets another secret."""

    webhook_id: int


@operation(requires=Permission.MAINTAIN_WEBHOOKS, replayable=False)
async def renew_webhook_secret(work: Work, command: RenewWebhookSecret) -> NewSecret:
    """Sign with another secret from now on; the old one is worth nothing any more.

    Raises:
        Refused: NOT_FOUND.
    """
    webhook = await _locked(command.webhook_id)
    secret = _make_secret()
    await work.change(webhook, "webhook_secret_renewed", signing_secret=secret)
    return NewSecret(webhook.id, secret)


@dataclass(frozen=True, slots=True)
class ReplayWebhook:
    """A webhook that is to be told again what happened after a position in the log."""

    webhook_id: int
    after: str


@operation(requires=Permission.MAINTAIN_WEBHOOKS)
async def replay_webhook(work: Work, command: ReplayWebhook) -> int:
    """Go back to an earlier position; messages about the same event have the same id as before.

    Raises:
        Refused: NOT_FOUND, CURSOR_TOO_OLD.
    """
    webhook = await _locked(command.webhook_id)
    head, cursor = await outbox.read_head(), Cursor.parse(command.after)
    if cursor is None or cursor.epoch != head.epoch or not head.floor <= cursor.seq <= head.seq:
        raise Refused(Code.CURSOR_TOO_OLD, "This position is not, or is no longer, in the log.", ("after",))
    # What waits would be told twice, and out of order.
    await WebhookDelivery.filter(webhook_id=webhook.id, status=DeliveryStatus.PENDING, seq__gt=cursor.seq).delete()
    await work.change(webhook, "webhook_replayed", position=cursor.seq)
    return webhook.id


@dataclass(frozen=True, slots=True)
class RetryWebhookDelivery:
    """A message that was given up, to be tried again."""

    delivery_id: int


@operation(requires=Permission.MAINTAIN_WEBHOOKS)
async def retry_webhook_delivery(work: Work, command: RetryWebhookDelivery) -> int:
    """Try a message again that was given up; it comes out of order, after what has been told since.

    Raises:
        Refused: NOT_FOUND, INVALID.
    """
    delivery = await locked(WebhookDelivery, command.delivery_id, "webhook delivery", "deliveryId")
    if delivery.status is not DeliveryStatus.DEAD:
        raise Refused(Code.INVALID, "Only a message that was given up can be tried again.", ("deliveryId",))
    await work.change(
        delivery,
        "webhook_delivery_retried",
        status=DeliveryStatus.PENDING,
        attempts=0,
        due_at=work.now,
        ended_at=None,
    )
    return delivery.id


async def _locked(webhook_id: int) -> Webhook:
    return await locked(Webhook, webhook_id, "webhook", "webhookId")


def _make_secret() -> str:
    return rules.SECRET_PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
