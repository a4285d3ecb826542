"""Webhooks: what happens is told at least once, in order for each subject, and again after a failure."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import orjson
import pytest

from api.resolvers.audit import changes_for
from api.resolvers.events import message
from db.outbox import EventHead, EventRow
from db.pruning import prune_events
from domain.core.actor import Role, actor_of
from domain.core.errors import Code
from domain.core.operation import perform
from domain.core.timetable import run_if_due
from domain.customers.models import Customer
from domain.customers.operations import ChangeCustomer, CreateCustomer, change_customer, create_customer
from domain.webhooks.delivery import Answer, forget_told, tell_some, telling
from domain.webhooks.models import Webhook, WebhookDelivery
from domain.webhooks.operations import (
    ChangeWebhook,
    CreateWebhook,
    DeleteWebhook,
    RenewWebhookSecret,
    ReplayWebhook,
    RetryWebhookDelivery,
    change_webhook,
    create_webhook,
    delete_webhook,
    renew_webhook_secret,
    replay_webhook,
    retry_webhook_delivery,
)
from domain.webhooks.rules import DeliveryStatus, signature
from tests.builders.actors import MANAGER
from tests.builders.log import refusal
from tests.builders.times import SetClock

pytestmark = pytest.mark.usefixtures("database", "set_clock")

URL = "https://example.com/tavle"
TAKEN, BROKEN = Answer(200), Answer(503, "later")


@dataclass
class Receiver:
    """A server elsewhere: what it was sent, and what it answers to messages about a subject."""

    answers: dict[str, Answer] = field(default_factory=dict)
    got: list[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=list)

    async def send(self, url: str, headers: dict[str, str], body: str) -> Answer:
        """Take a message in."""
        assert url == URL
        told = orjson.loads(body)
        answer = self.answers.get(told["subject"]["id"], TAKEN)
        if answer is TAKEN:
            self.got.append((headers, told))
        return answer

    @property
    def names(self) -> list[str]:
        """The new names of customers, as told."""
        return [change["after"] for _, told in self.got for change in told["changes"] if change["field"] == "name"]


async def a_webhook(*tables: str) -> tuple[Webhook, str]:
    """A webhook and its secret."""
    command = CreateWebhook("Planner", URL, tables or ("customer",), number="WHK-1")
    made = (await perform(create_webhook, command, actor=MANAGER)).result
    return await Webhook.get(id=made.webhook_id), made.secret


async def a_customer(name: str) -> Customer:
    """A customer whose number is the name."""
    made = await perform(create_customer, CreateCustomer(name=name, number=name.upper()), actor=MANAGER)
    return await Customer.get(id=made.result)


async def rename(customer: Customer, name: str) -> None:
    """Give a customer another name."""
    await perform(change_customer, ChangeCustomer(customer.id, name=name), actor=MANAGER)


async def tell(receiver: Receiver) -> None:
    """Tell everything that can be told now."""
    while await tell_some(receiver.send, message):
        pass


async def test_what_happens_is_told_with_a_signature_that_its_secret_proves(set_clock: SetClock) -> None:
    await a_customer("before")
    webhook, secret = await a_webhook()
    receiver = Receiver()

    customer = await a_customer("anna")
    await tell(receiver)

    [(headers, told)] = receiver.got
    head = await EventHead.get(id=1)
    event = await EventRow.get(kind="customer_created", subject_id=customer.id)
    assert told == {
        "cursor": f"{head.epoch}:{event.seq}",
        "at": "2026-11-23T08:00:00Z",
        "type": "customer_created",
        "subject": {"id": f"cus_{customer.id}", "type": "Customer"},
        "actor": "Mona Manager",
        "reason": None,
        "clientMutationKey": None,
        "changes": told["changes"],
    }
    assert {"field": "name", "before": None, "after": "anna"} in told["changes"]
    body = orjson.dumps(told).decode()
    assert headers["webhook-id"] == f"evt_{head.epoch}_{event.seq}"
    assert headers["webhook-signature"] == signature(secret, headers["webhook-id"], set_clock.now, body)
    delivery = await WebhookDelivery.get(webhook_id=webhook.id)
    assert (delivery.status, delivery.attempts, delivery.answer_status) == (DeliveryStatus.DELIVERED, 1, 200)
    assert "whsec_" not in str([event.body for event in await EventRow.all()])


async def test_one_subject_that_cannot_be_told_holds_up_its_own_messages_alone(set_clock: SetClock) -> None:
    await a_webhook()
    anna, bent = await a_customer("anna"), await a_customer("bent")
    receiver = Receiver({f"cus_{anna.id}": BROKEN})
    await rename(anna, "anna 2")
    await rename(bent, "bent 2")
    await tell(receiver)
    await rename(anna, "anna 3")
    await tell(receiver)
    assert receiver.names == ["bent", "bent 2"]

    receiver.answers.clear()
    await tell(receiver)
    assert receiver.names == ["bent", "bent 2"]
    set_clock.advance(timedelta(seconds=12))
    await tell(receiver)

    assert receiver.names == ["bent", "bent 2", "anna", "anna 2", "anna 3"]
    tries = {delivery.seq: delivery.attempts for delivery in await WebhookDelivery.all()}
    assert sorted(tries.values()) == [1, 1, 1, 1, 2]


async def test_a_message_that_is_given_up_lets_the_next_pass_and_can_be_tried_again(set_clock: SetClock) -> None:
    await a_webhook()
    anna = await a_customer("anna")
    await rename(anna, "anna 2")
    receiver = Receiver({f"cus_{anna.id}": BROKEN})
    await tell(receiver)
    first = await WebhookDelivery.all().order_by("id").first()
    assert first is not None
    while (first := await WebhookDelivery.get(id=first.id)).status is DeliveryStatus.PENDING:
        assert first.due_at is not None
        set_clock.advance(max(first.due_at - set_clock.now, timedelta(0)))
        await tell(receiver)
    assert (first.status, first.attempts, first.error) == (DeliveryStatus.DEAD, 12, "later")

    receiver.answers.clear()
    set_clock.advance(timedelta(minutes=1))
    await tell(receiver)
    assert receiver.names == ["anna 2"]

    await perform(retry_webhook_delivery, RetryWebhookDelivery(first.id), actor=MANAGER)
    await tell(receiver)
    assert receiver.names == ["anna 2", "anna"]
    command = RetryWebhookDelivery(first.id)
    assert await refusal(retry_webhook_delivery, command, actor=MANAGER) == (Code.INVALID, ("deliveryId",))


async def test_a_server_that_dies_between_sending_and_noting_sends_again_with_the_same_id() -> None:
    await a_webhook()
    await a_customer("anna")
    receiver = Receiver()

    class Died(Exception):
        """The process is gone."""

    async def dying(url: str, headers: dict[str, str], body: str) -> Answer:
        await receiver.send(url, headers, body)
        raise Died

    with pytest.raises(Died):
        await tell_some(dying, message)
    await tell(receiver)

    assert len(receiver.got) == 2
    assert receiver.got[0][0]["webhook-id"] == receiver.got[1][0]["webhook-id"]


async def test_a_replay_tells_again_from_a_cursor_with_the_same_ids() -> None:
    webhook, _ = await a_webhook()
    start = f"{(await EventHead.get(id=1)).epoch}:{webhook.position}"
    receiver = Receiver()
    await a_customer("anna")
    await a_customer("bent")
    await tell(receiver)
    await a_customer("carl")

    await perform(replay_webhook, ReplayWebhook(webhook.id, start), actor=MANAGER)
    await tell(receiver)

    assert receiver.names == ["anna", "bent", "anna", "bent", "carl"]
    ids = [headers["webhook-id"] for headers, _ in receiver.got]
    assert ids[:2] == ids[2:4]


@pytest.mark.parametrize("after", ["nonsense", "000000000000:1", "{epoch}:999", "{epoch}:0"])
async def test_a_replay_from_where_the_log_is_not_is_refused(after: str, set_clock: SetClock) -> None:
    webhook, _ = await a_webhook()
    await prune_events(set_clock.now + timedelta(days=1))
    command = ReplayWebhook(webhook.id, after.format(epoch=(await EventHead.get(id=1)).epoch))

    assert await refusal(replay_webhook, command, actor=MANAGER) == (Code.CURSOR_TOO_OLD, ("after",))


async def test_a_webhook_that_rested_is_told_later_what_it_missed() -> None:
    webhook, _ = await a_webhook()
    receiver = Receiver()
    await perform(change_webhook, ChangeWebhook(webhook.id, active=False), actor=MANAGER)
    await a_customer("anna")
    await tell(receiver)
    assert receiver.got == []

    await perform(change_webhook, ChangeWebhook(webhook.id, active=True), actor=MANAGER)
    await tell(receiver)

    assert receiver.names == ["anna"]


async def test_events_that_left_the_log_are_passed_over(set_clock: SetClock) -> None:
    await a_webhook()
    await a_customer("anna")
    await prune_events(set_clock.now + timedelta(days=1))
    receiver = Receiver()
    await tell(receiver)
    await a_customer("bent")
    await tell(receiver)

    assert receiver.names == ["bent"]


async def test_nobody_is_told_of_users_sessions_or_tokens() -> None:
    command = CreateWebhook("All", URL, number="WHK-1")
    await perform(create_webhook, command, actor=MANAGER)
    receiver = Receiver()
    await a_customer("anna")
    for event in await EventRow.all():
        event.subject_type = "user_account" if event.subject_type == "customer" else event.subject_type
        await event.save()

    await tell(receiver)

    assert receiver.got == []


async def test_only_one_of_several_servers_tells(set_clock: SetClock) -> None:
    await a_webhook()
    for place in range(20):
        await a_customer(f"c{place}")
    receiver = Receiver()
    job = telling(receiver.send, message)

    await asyncio.gather(*(job.run(set_clock.now) for _ in range(4)))

    assert receiver.names == [f"c{place}" for place in range(20)]
    assert await run_if_due(job)
    assert len(receiver.got) == 20


async def test_a_renewed_secret_signs_and_the_old_one_does_not(set_clock: SetClock) -> None:
    webhook, old = await a_webhook()
    new = (await perform(renew_webhook_secret, RenewWebhookSecret(webhook.id), actor=MANAGER)).result.secret
    receiver = Receiver()
    await a_customer("anna")
    await tell(receiver)

    [(headers, told)] = receiver.got
    body = orjson.dumps(told).decode()
    made = {secret: signature(secret, headers["webhook-id"], set_clock.now, body) for secret in (old, new)}
    assert headers["webhook-signature"] == made[new] != made[old]


async def test_what_was_taken_is_forgotten_after_thirty_days_and_what_was_given_up_is_not(set_clock: SetClock) -> None:
    webhook, _ = await a_webhook()
    await a_customer("anna")
    await tell(Receiver())
    bent = await a_customer("bent")
    await tell(Receiver({f"cus_{bent.id}": BROKEN}))
    await WebhookDelivery.filter(status=DeliveryStatus.PENDING).update(
        status=DeliveryStatus.DEAD, ended_at=set_clock.now
    )
    set_clock.advance(timedelta(days=30, seconds=1))

    await forget_told(set_clock.now)

    assert [each.status for each in await WebhookDelivery.filter(webhook_id=webhook.id)] == [DeliveryStatus.DEAD]


async def test_a_webhook_goes_with_its_messages() -> None:
    webhook, _ = await a_webhook()
    await a_customer("anna")
    await tell(Receiver())

    await perform(delete_webhook, DeleteWebhook(webhook.id), actor=MANAGER)

    assert (await Webhook.all().count(), await WebhookDelivery.all().count()) == (0, 0)


async def test_costs_are_told_to_no_program() -> None:
    integration = actor_of(Role.INTEGRATION, user_id=7, name="Planner")
    body = {"before": None, "after": {"name": "x", "cost_price_minor": 100, "sales_price_minor": 200}}

    assert [change.field for change in changes_for(integration, "project_price", body)] == ["name"]
    assert len(changes_for(MANAGER, "project_price", body)) == 3
