"""Which database, with which settings, and which tables."""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

APP = "tavle"
MIGRATIONS = "db.migrations"

# Named by string, so that this layer imports no area.
MODEL_MODULES = [
    "db.outbox",
    "db.turns",
    "domain.access.models",
    "domain.numbering.models",
    "domain.calendars.models",
    "domain.parameters.models",
    "domain.customers.models",
    "domain.workforce.models",
    "domain.projects.models",
    "domain.items.models",
    "domain.service_objects.models",
    "domain.slas.models",
    "domain.agreements.models",
    "domain.stages.models",
    "domain.orders.models",
    "domain.planning.models",
    "domain.webhooks.models",
    "domain.postings.models",
    "domain.calendar_feeds.models",
]


def is_postgres(url: str) -> bool:
    """Whether `url` names a PostgreSQL server; anything else is an SQLite file."""
    return url.startswith(("postgres://", "postgresql://"))


def sqlite_path(url: str) -> str:
    """The file an `sqlite://` URL names; a path from the root may begin with one slash more, as elsewhere."""
    path = url.removeprefix("sqlite://").partition("?")[0]
    return "/" + path.lstrip("/") if path.startswith("/") else path


def tortoise_config(url: str, *, pool: int = 10, stalled: str = "3s") -> dict[str, Any]:
    """Tortoise's configuration for the database at `url`.

    SQLite: write-ahead log, `synchronous=FULL`, because committed events are pushed to clients and a client must never
    be ahead of the server after a power cut. PostgreSQL: a `stalled` transaction gives its locks back after so long.
    """
    if is_postgres(url):
        parts = urlsplit(url)
        query = parse_qs(parts.query)
        connection: dict[str, Any] = {
            "engine": "db.backends.postgres",
            "credentials": {
                "host": query["host"][0] if "host" in query else parts.hostname or "127.0.0.1",
                "port": parts.port or 5432,
                "user": unquote(parts.username or ""),
                "password": unquote(parts.password or ""),
                "database": parts.path.lstrip("/"),
                "minsize": 1,
                "maxsize": pool,
                "server_settings": {
                    "application_name": "tavle",
                    "idle_in_transaction_session_timeout": stalled,
                    "lock_timeout": "1s",
                    "timezone": "UTC",
                },
            },
        }
    else:
        connection = {
            "engine": "db.backends.sqlite",
            "credentials": {
                "file_path": sqlite_path(url),
                "journal_mode": "WAL",
                "synchronous": "FULL",
                # A writer that cannot begin tries five times: the refusal comes before the caller's own time is up.
                "busy_timeout": 1500,
            },
        }
    return {
        "connections": {"default": connection},
        "apps": {APP: {"models": MODEL_MODULES, "default_connection": "default", "migrations": MIGRATIONS}},
        "use_tz": True,
        "timezone": "UTC",
    }
