"""Only one stage has no parent; orders are found by stage, reasons by order; which orders have posted lines is told."""

from tortoise import migrations
from tortoise.migrations import operations as ops

INDEXES = {
    "UNIQUE INDEX stage_initial ON stage (coalesce(parent_id, 0)) WHERE parent_id IS NULL": "stage_initial",
    "INDEX service_order_stage ON service_order (stage_id)": "service_order_stage",
    "UNIQUE INDEX stage_reason_number ON stage_reason (order_id, line_number)": "stage_reason_number",
}

POSTED = """
UPDATE service_order SET has_posted_lines = TRUE
WHERE EXISTS (SELECT 1 FROM service_order_line l WHERE l.order_id = service_order.id AND l.status = 'POSTED')
"""


async def add(_apps, editor):
    """Add every index, and tell of each order whether a line of it is posted."""
    for index in INDEXES:
        await editor.client.execute_query(f"CREATE {index}")
    await editor.client.execute_query(POSTED)


async def drop(_apps, editor):
    """Take every index away again."""
    for name in INDEXES.values():
        await editor.client.execute_query(f"DROP INDEX {name}")


class Migration(migrations.Migration):
    """Indexes that tables made by Tortoise do not get, and a column filled from what there is."""

    dependencies = [("tavle", "0004_stages")]
    operations = [ops.RunPython(add, drop)]
