"""The schema as the database itself describes it: tables, columns, constraints, indexes, triggers.

Run as a program it writes the descriptions that the tests compare with: `python -m tests.contract.database`.
"""

import asyncio
import sqlite3
import tempfile
from pathlib import Path

import asyncpg

from db import migrating
from db.config import sqlite_path
from tests.postgres import cluster

FOLDER = Path(__file__).parent

_POSTGRES = """
SELECT format('column %s.%s %s%s%s', table_name, column_name, data_type,
              CASE WHEN character_maximum_length IS NULL THEN '' ELSE '(' || character_maximum_length || ')' END,
              CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END)
FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL
SELECT format('constraint %s.%s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
UNION ALL
SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL
SELECT format('trigger %s.%s', tgrelid::regclass, tgname) FROM pg_trigger WHERE NOT tgisinternal
ORDER BY 1
"""


def described_sqlite(url: str) -> str:
    """The schema of an SQLite file, one statement after the other."""
    with sqlite3.connect(sqlite_path(url)) as connection:
        rows = connection.execute(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type, name"
        ).fetchall()
    connection.close()
    return "".join(f"{row[0]};\n" for row in rows)


async def described_postgres(url: str) -> str:
    """The schema of a PostgreSQL database, one line per part."""
    connection = await asyncpg.connect(url)
    try:
        return "".join(f"{row[0]}\n" for row in await connection.fetch(_POSTGRES))
    finally:
        await connection.close()


async def _write(postgres_url: str, folder: Path) -> None:
    sqlite_url = f"sqlite://{folder / 'described.sqlite3'}"
    await migrating.migrate(sqlite_url)
    (FOLDER / "expected_sqlite.sql").write_text(described_sqlite(sqlite_url))
    await migrating.migrate(postgres_url)
    (FOLDER / "expected_postgres.txt").write_text(await described_postgres(postgres_url))


if __name__ == "__main__":
    with cluster() as made, tempfile.TemporaryDirectory() as temporary:
        made.create_database("described")
        asyncio.run(_write(made.url("described"), Path(temporary)))
