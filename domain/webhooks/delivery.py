"""Telling: events become messages, messages are sent, what fails is tried again, in order for each subject.

No network inside a transaction: a message is written down with its event's position, sent, and its outcome written. A
server that dies in between sends it again, with the same id.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from db import outbox
from db.outbox import Cursor, Event
from db.transaction import transaction
from domain.core import clock
from domain.core.operation import shielded
from domain.core.timetable import Job, job, run_if_due
from domain.webhooks.models import Webhook, WebhookDelivery
from domain.webhooks.queries import is_anything_to_tell
from domain.webhooks.rules import DeliveryStatus, next_attempt, signature, was_taken

KEPT = timedelta(days=30)
_EVENTS_AT_A_TIME = 200
_MESSAGES_AT_A_TIME = 32
_LONGEST_ERROR = 300

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of sending a message: a status, or what went wrong."""

    status: int | None
    error: str | None = None


Send = Callable[[str, dict[str, str], str], Awaitable[Answer]]
# The text of an event's message; None when it is about nothing that has a public id.
Render = Callable[[Event, Cursor], str | None]


def telling(send: Send, render: Render) -> Job:
    """The job that tells the webhooks: every server looks, one at a time tells."""

    async def tell(_now: datetime) -> None:
        while await tell_some(send, render):
            pass

    alone = Job("tell_webhooks", timedelta(0), tell, alone=True)

    async def look(now: datetime) -> None:
        if await is_anything_to_tell(now):
            await run_if_due(alone)

    return Job("look_for_webhooks", timedelta(seconds=0.5), look)


async def tell_some(send: Send, render: Render) -> bool:
    """Write some messages down, and send those that are due; whether there may be more to do at once."""
    more = await shielded(take_in(render))
    due = (
        await WebhookDelivery.filter(status=DeliveryStatus.PENDING, due_at__lte=clock.now(), webhook__active=True)
        .order_by("due_at", "id")
        .limit(_MESSAGES_AT_A_TIME)
        .prefetch_related("webhook")
    )
    await asyncio.gather(*(_send(each, send) for each in due))  # noqa: TID251 - no transaction is open
    return more or bool(due)


async def take_in(render: Render) -> bool:
    """Write messages down for what has happened since; whether there is more."""
    more = False
    for webhook in await Webhook.filter(active=True, position__lt=(await outbox.read_head()).seq).order_by("id"):
        async with transaction():
            held = await Webhook.filter(id=webhook.id, active=True).select_for_update().first()
            if held is None:
                continue
            head, events = await outbox.read_news(held.position, _EVENTS_AT_A_TIME)
            if not events:
                # The log begins later than where this one is: what lies between is lost to everybody.
                await Webhook.filter(id=held.id).update(position=head.seq)
                continue
            wanted = [event for event in events if not held.subject_types or event.subject_type in held.subject_types]
            await _write_down(held, wanted, head.epoch, render)
            await Webhook.filter(id=held.id).update(position=events[-1].seq)
            more = more or events[-1].seq < head.seq
    return more


@job(timedelta(hours=1), alone=True)
async def forget_told(now: datetime) -> None:
    """Delete messages that were taken long ago. Those that were given up stay until somebody deals with them."""
    await shielded(_forget(now - KEPT))


async def _forget(before: datetime) -> None:
    async with transaction():
        await WebhookDelivery.filter(status=DeliveryStatus.DELIVERED, ended_at__lt=before).delete()


async def _write_down(webhook: Webhook, events: Sequence[Event], epoch: str, render: Render) -> None:
    now = clock.now()
    told = [(event, render(event, Cursor(epoch, event.seq))) for event in events]
    behind = await _waiting(webhook, (event for event, _ in told))
    rows = []
    for event, payload in told:
        if payload is None:
            continue
        subject = (event.subject_type, event.subject_id)
        rows.append(
            WebhookDelivery(
                webhook_id=webhook.id,
                seq=event.seq,
                message_id=f"evt_{epoch}_{event.seq}",
                kind=event.kind,
                subject_type=event.subject_type,
                subject_id=event.subject_id,
                payload=payload,
                due_at=None if subject in behind else now,
                created_at=now,
            )
        )
        behind.add(subject)
    await WebhookDelivery.bulk_create(rows)


async def _waiting(webhook: Webhook, events: Iterable[Event]) -> set[tuple[str, int]]:
    """The subjects about which an earlier message is still to be told."""
    ids = {event.subject_id for event in events}
    pending = WebhookDelivery.filter(webhook_id=webhook.id, status=DeliveryStatus.PENDING, subject_id__in=ids)
    return {(kind, key) for kind, key in await pending.values_list("subject_type", "subject_id")}


async def _send(delivery: WebhookDelivery, send: Send) -> None:
    webhook: Webhook = delivery.webhook
    now = clock.now()
    headers = {
        "content-type": "application/json",
        "user-agent": "Tavle",
        "webhook-id": delivery.message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature(webhook.signing_secret, delivery.message_id, now, delivery.payload),
    }
    answer = await send(webhook.url, headers, delivery.payload)
    await shielded(_note(delivery, answer))


async def _note(delivery: WebhookDelivery, answer: Answer) -> None:
    now, attempts = clock.now(), delivery.attempts + 1
    again = None if was_taken(answer.status) else next_attempt(attempts, now)
    outcome = DeliveryStatus.PENDING
    if again is None:
        outcome = DeliveryStatus.DELIVERED if was_taken(answer.status) else DeliveryStatus.DEAD
    async with transaction():
        # Held as by `take_in`, so that none is written down behind this one while it ends.
        await Webhook.filter(id=delivery.webhook_id).select_for_update().first()
        noted = await WebhookDelivery.filter(id=delivery.id, status=DeliveryStatus.PENDING).update(
            status=outcome,
            attempts=attempts,
            due_at=again,
            ended_at=None if again else now,
            answer_status=answer.status,
            error=answer.error and answer.error[:_LONGEST_ERROR],
        )
        if noted and again is None:
            await _let_next(delivery, now)
    if outcome is DeliveryStatus.DEAD:
        log.warning("webhook_given_up", webhook=delivery.webhook_id, message=delivery.message_id, error=answer.error)


async def _let_next(delivery: WebhookDelivery, now: datetime) -> None:
    """The next message about the same subject has its turn."""
    following = WebhookDelivery.filter(
        webhook_id=delivery.webhook_id,
        subject_type=delivery.subject_type,
        subject_id=delivery.subject_id,
        status=DeliveryStatus.PENDING,
        due_at=None,
    )
    next_one = await following.order_by("id").first()
    if next_one is not None:
        await WebhookDelivery.filter(id=next_one.id).update(due_at=now)
