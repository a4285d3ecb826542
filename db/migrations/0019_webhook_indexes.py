"""Messages are found by when they are due, by their webhook, and behind others about the same subject."""

from tortoise import migrations
from tortoise.migrations import operations as ops

INDEXES = {
    "INDEX webhook_delivery_due ON webhook_delivery (due_at) WHERE status = 'PENDING'": "webhook_delivery_due",
    "INDEX webhook_delivery_subject ON webhook_delivery (webhook_id, subject_type, subject_id) WHERE status = 'PENDING'": "webhook_delivery_subject",
    "INDEX webhook_delivery_status ON webhook_delivery (webhook_id, status)": "webhook_delivery_status",
    "INDEX webhook_delivery_ended ON webhook_delivery (ended_at) WHERE status = 'DELIVERED'": "webhook_delivery_ended",
}


async def add(_apps, editor):
    """Add every index."""
    for index in INDEXES:
        await editor.client.execute_query(f"CREATE {index}")


async def drop(_apps, editor):
    """Take every index away again."""
    for name in INDEXES.values():
        await editor.client.execute_query(f"DROP INDEX {name}")


class Migration(migrations.Migration):
    """Indexes that tables made by Tortoise do not get."""

    dependencies = [("tavle", "0018_webhooks")]
    operations = [ops.RunPython(add, drop)]
