"""Inserting many rows in one statement for each table, inside an open transaction."""

from collections.abc import Sequence

from tortoise.models import Model

from db.transaction import current
from domain.core.operation import subject_type


async def give_ids(rows: Sequence[Model]) -> None:
    """Give rows of one table, which are not stored yet, the ids that the database would have given them.

    A bulk insert does not tell the ids, and other new rows have to name these.
    """
    if not rows:
        return
    connection = current()
    if connection is None:
        raise RuntimeError("Ids are given inside a transaction.")
    table = subject_type(type(rows[0]))
    if connection.capabilities.dialect == "postgres":
        sql = "SELECT nextval(pg_get_serial_sequence($1, 'id')) AS id FROM generate_series(1, $2)"
        ids = [int(row["id"]) for row in await connection.execute_query_dict(sql, [table, len(rows)])]
    else:
        # Whoever is in a transaction holds SQLite's only write lock, so nobody else takes these.
        found = await connection.execute_query_dict("SELECT seq FROM sqlite_sequence WHERE name = ?", [table])
        last = int(found[0]["seq"]) if found else 0
        ids = list(range(last + 1, last + 1 + len(rows)))
    for row, given in zip(rows, ids, strict=True):
        row.pk = given
        row._custom_generated_pk = True  # noqa: SLF001 - so that Tortoise stores it


async def insert(rows: Sequence[Model]) -> None:
    """Store rows of one table that have their ids; recording them is the caller's."""
    if rows:
        await type(rows[0]).bulk_create(rows)
