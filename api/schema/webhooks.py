"""Webhooks, and following events without one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import strawberry
from tortoise.expressions import Q

from api.context import Context
from api.resolvers import audit, events, records
from api.schema.audit import AuditEntry
from api.schema.inputs import NUMBER, OMIT, VERSION, MutationInput, kept
from api.schema.lists import listing, looked_up
from api.schema.mutations import Payload, action, deletion, mutation
from api.schema.nodes import Node, find_node, key_of, node, optional_key
from api.schema.paging import ActiveRecordFilter, OrderEnum, RecordOrder
from api.schema.scalars import BoardCursor
from api.selection import column, computed, identity, one, selection
from api.visibility import select_of
from domain.core.actor import Permission
from domain.core.errors import Code, Refused
from domain.core.keep import Keep
from domain.core.operation import Done, check_permission
from domain.webhooks import models, operations
from domain.webhooks.queries import webhooks_of
from domain.webhooks.rules import DeliveryStatus

Info = strawberry.Info[Context, None]
_TYPES = "Names of types, for example `ServiceOrder`: only what happens to these is told; everything when empty."
_KEEP_IT = "It is shown this once; messages are signed with it. Null when refused."


def _types(tables: Sequence[str]) -> list[str]:
    return sorted(name for name in map(events.type_of, tables) if name is not None)


@node(models.Webhook, prefix="whk", visible=webhooks_of, description="An address that is told what happens.")
class Webhook(Node):
    """A webhook."""

    id: strawberry.ID = identity("whk")
    number: str = column(description="For people, unique per company.")
    name: str = column(description="What it is for.")
    url: str = column(description="Where messages are posted to.")
    about: list[str] = computed(needs=("subject_types",), value=_types, description=_TYPES)
    active: bool = column(description="Whether it is told now; what it misses meanwhile it is told later.")
    position: int = column(description="How far in the event log messages have been written down for it.")
    created_at: datetime = column(description="When it was made; it is told what has happened since.")
    version: int = column(description="Grows with every change; send it back as `expectedVersion`.")


@node(
    models.WebhookDelivery,
    prefix="whd",
    visible=webhooks_of,
    description="One message to one webhook. Those about one subject are sent one after the other, in order.",
)
class WebhookDelivery(Node):
    """A message."""

    id: strawberry.ID = identity("whd")
    webhook: Webhook = one(description="To whom.")
    message_id: str = column(description="The header `webhook-id`: equal for every try, so that repeats are noticed.")
    kind: str = column(description="What happened, for example `activity_assigned`.")
    subject: strawberry.ID | None = computed(
        needs=("subject_type", "subject_id"), value=audit.subject_text, description="Id of what it happened to."
    )
    payload: str = column(description="The message's body: JSON.")
    status: DeliveryStatus = column(description="Whether it waits, was taken, or was given up.")
    attempts: int = column(description="How often it was sent.")
    due_at: datetime | None = column(
        description="When it is sent next; null when it has ended, or waits for an earlier one about the same subject."
    )
    created_at: datetime = column(description="When it was written down.")
    ended_at: datetime | None = column(description="When it was taken or given up; null while it waits.")
    answer_status: int | None = column(description="The HTTP status of the last answer; null when there was none.")
    error: str | None = column(description="What went wrong the last time; null when nothing did.")


@strawberry.input(one_of=True, description="Exactly one way to name a webhook.")
class WebhookRef:
    """By id or by number."""

    id: strawberry.Maybe[strawberry.ID] = strawberry.field(description="Its id.")
    number: strawberry.Maybe[str] = strawberry.field(description="Its number, for example `WHK-10001`.")


@strawberry.input(description="Which webhooks to list: those that meet every condition given.")
class WebhookFilter(ActiveRecordFilter):
    """For `webhooks`."""


@strawberry.input(description="Which messages to list: those that meet every condition given.")
class WebhookDeliveryFilter:
    """For `webhookDeliveries`."""

    search: str | None = strawberry.field(
        default=None, description="Part of the message's id or of what went wrong, in any letter case."
    )
    webhook_id: strawberry.ID | None = strawberry.field(default=None, description="To this webhook.")
    status: list[DeliveryStatus] | None = strawberry.field(default=None, description="With one of these states.")

    def where(self) -> Q:
        """The condition on messages."""
        where = Q(message_id__icontains=self.search) | Q(error__icontains=self.search) if self.search else Q()
        key = optional_key(self.webhook_id, "whk", "webhook", "filter", "webhookId")
        if key is not None:
            where &= Q(webhook_id=key)
        return where if self.status is None else where & Q(status__in=self.status)


class WebhookDeliveryOrder(OrderEnum):
    """Orders of messages."""

    EVENT_ASC = ("seq", "id"), "As things happened."
    EVENT_DESC = ("-seq", "-id"), "As things happened, the newest first."


def _tables(names: Sequence[str]) -> tuple[str, ...]:
    found = [events.table_of(name) for name in names]
    for place, table in enumerate(found):
        if table is None:
            message = f"{names[place]} is no type of which events are told."
            raise Refused(Code.INVALID, message, ("about", place))
    return tuple(table for table in found if table is not None)


@strawberry.input(description="An address to be told what happens from now on.")
class CreateWebhookInput:
    """For `createWebhook`; the answer is secret, so it is not kept for a repeat."""

    name: str = strawberry.field(description="What it is for, at most 120 characters.")
    url: str = strawberry.field(description="Where messages are posted to: https, at most 500 characters.")
    about: list[str] = strawberry.field(default_factory=list, description=_TYPES)
    number: str | None = strawberry.field(default=None, description=NUMBER)


@strawberry.input(description="What is to be different about a webhook.")
class ChangeWebhookInput(MutationInput):
    """For `changeWebhook`."""

    webhook_id: strawberry.ID = strawberry.field(description="Which webhook.")
    name: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    url: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    about: strawberry.Maybe[list[str]] = strawberry.field(description=f"{OMIT} {_TYPES}")
    active: strawberry.Maybe[bool] = strawberry.field(description="Omit to keep. False lets it rest.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeWebhook:
        """The command this asks for."""
        about = kept(self.about)
        return operations.ChangeWebhook(
            webhook_id=key_of(self.webhook_id, "whk", "webhook", "webhookId"),
            name=kept(self.name),
            url=kept(self.url),
            subject_types=about if isinstance(about, Keep) else _tables(about),
            active=kept(self.active),
            expected_version=self.expected_version,
        )


@strawberry.input(description="A webhook that is to be no more, with its messages.")
class DeleteWebhookInput(MutationInput):
    """For `deleteWebhook`."""

    webhook_id: strawberry.ID = strawberry.field(description="Which webhook.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.DeleteWebhook:
        """The command this asks for."""
        key = key_of(self.webhook_id, "whk", "webhook", "webhookId")
        return operations.DeleteWebhook(key, self.expected_version)


@strawberry.input(description="A webhook that gets another secret.")
class RenewWebhookSecretInput:
    """For `renewWebhookSecret`; the answer is secret, so it is not kept for a repeat."""

    webhook_id: strawberry.ID = strawberry.field(description="Which webhook.")


@strawberry.input(description="A webhook that is to be told again what happened after a position.")
class ReplayWebhookInput(MutationInput):
    """For `replayWebhook`."""

    webhook_id: strawberry.ID = strawberry.field(description="Which webhook.")
    after: BoardCursor = strawberry.field(description="A cursor of a payload, a message, a board or `events`.")

    def command(self) -> operations.ReplayWebhook:
        """The command this asks for."""
        return operations.ReplayWebhook(key_of(self.webhook_id, "whk", "webhook", "webhookId"), self.after)


@strawberry.input(description="A message that was given up, to be tried again.")
class RetryWebhookDeliveryInput(MutationInput):
    """For `retryWebhookDelivery`."""

    delivery_id: strawberry.ID = strawberry.field(description="Which message.")

    def command(self) -> operations.RetryWebhookDelivery:
        """The command this asks for."""
        return operations.RetryWebhookDelivery(key_of(self.delivery_id, "whd", "webhook delivery", "deliveryId"))


async def _with_secret(self: Payload, info: Info) -> Webhook | None:
    found: Any = None if self.done is None else await find_node(info, self.done.result.webhook_id)
    webhook: Webhook | None = found
    return webhook


def _secret(self: Payload) -> str | None:
    return None if self.done is None else str(self.done.result.secret)


@strawberry.type(description="Answer of `createWebhook`.")
class CreateWebhookPayload(Payload):
    """The answer of createWebhook."""

    webhook: Webhook | None = strawberry.field(resolver=_with_secret, description="The new webhook; null when refused.")
    secret: str | None = strawberry.field(resolver=_secret, description=_KEEP_IT)


@strawberry.type(description="Answer of `renewWebhookSecret`.")
class RenewWebhookSecretPayload(Payload):
    """The answer of renewWebhookSecret."""

    webhook: Webhook | None = strawberry.field(resolver=_with_secret, description="The webhook; null when refused.")
    secret: str | None = strawberry.field(resolver=_secret, description=_KEEP_IT)


async def _create_webhook(context: Context, input: CreateWebhookInput) -> Done[Any]:
    check_permission(context.actor, operations.create_webhook.requires)
    command = operations.CreateWebhook(input.name, input.url, _tables(input.about), input.number)
    return await records.change(context, operations.create_webhook, command, key=None)


async def _renew_webhook_secret(context: Context, input: RenewWebhookSecretInput) -> Done[Any]:
    check_permission(context.actor, operations.renew_webhook_secret.requires)
    command = operations.RenewWebhookSecret(key_of(input.webhook_id, "whk", "webhook", "webhookId"))
    return await records.change(context, operations.renew_webhook_secret, command, key=None)


async def _entries(self: events.Stretch, info: Info) -> list[AuditEntry]:
    context = info.context
    told = Q(seq__gt=self.after, seq__lte=self.last) & ~Q(subject_type__in=events.kept_back(context.actor))
    select = select_of(context.actor, AuditEntry, told, ("seq",))
    found: Any = await records.some(context, selection(info), select)
    entries: list[AuditEntry] = found
    return entries


@strawberry.type(description="A stretch of the event log.")
class EventStretch:
    """What `events` answers."""

    entries: list[AuditEntry] = strawberry.field(resolver=_entries, description="What happened, the oldest first.")
    cursor: BoardCursor = strawberry.field(description="Where it ends: pass it as `after` the next time.")
    restarted: bool = strawberry.field(
        description="Whether `after` was too old, or of a log before a restore: read anew what you keep a copy of."
    )
    has_more: bool = strawberry.field(description="Whether there is more already: ask again at once.")


async def _events(
    self: None,  # noqa: ARG001
    info: Info,
    after: Annotated[
        BoardCursor | None, strawberry.argument(description="Where you are; without it the answer is the present end.")
    ] = None,
    first: Annotated[int, strawberry.argument(description="How many events to look at, from 1 to 500.")] = 200,
) -> EventStretch:
    made: Any = await events.stretch(info.context.actor, after, first)
    found: EventStretch = made
    return found


@strawberry.type
class WebhookQueries:
    """Reading webhooks and events."""

    webhook = looked_up(Webhook, WebhookRef, "A webhook; null when it does not exist or you may not see it.")
    webhooks = listing(
        Webhook,
        WebhookFilter,
        RecordOrder.NUMBER_ASC,
        "Webhooks. Needs the permission MAINTAIN_WEBHOOKS.",
        requires=Permission.MAINTAIN_WEBHOOKS,
    )
    webhook_deliveries = listing(
        WebhookDelivery,
        WebhookDeliveryFilter,
        WebhookDeliveryOrder.EVENT_DESC,
        "Messages to webhooks; those taken are kept for 30 days. Needs the permission MAINTAIN_WEBHOOKS.",
        requires=Permission.MAINTAIN_WEBHOOKS,
    )
    events: EventStretch = strawberry.field(
        resolver=_events,
        description="What has happened since a cursor, for programs that ask now and then. Needs READ_EVENTS; what "
        "things cost is left out without READ_MARGINS.",
    )


@strawberry.type
class WebhookMutations:
    """Changing webhooks."""

    create_webhook = action(
        _create_webhook,
        CreateWebhookInput,
        "Creates a webhook: messages signed after the Standard Webhooks specification, at least once, and in order "
        "for each subject.",
        CreateWebhookPayload,
    )
    change_webhook = mutation(operations.change_webhook, ChangeWebhookInput, "Changes a webhook.", webhook=Webhook)
    delete_webhook = deletion(operations.delete_webhook, DeleteWebhookInput, "Deletes a webhook.", Webhook)
    renew_webhook_secret = action(
        _renew_webhook_secret,
        RenewWebhookSecretInput,
        "Gives a webhook another secret; the old one is worth nothing from now on.",
        RenewWebhookSecretPayload,
    )
    replay_webhook = mutation(
        operations.replay_webhook,
        ReplayWebhookInput,
        "Tells a webhook again what happened after a cursor. Refused with CURSOR_TOO_OLD when the log begins later.",
        webhook=Webhook,
    )
    retry_webhook_delivery = mutation(
        operations.retry_webhook_delivery,
        RetryWebhookDeliveryInput,
        "Tries a message again that was given up.",
        webhook_delivery=WebhookDelivery,
    )
