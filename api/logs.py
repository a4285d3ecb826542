"""Structured logs: one line per request and per live operation, JSON for machines, colours for people."""

import json
import logging
import sys
from typing import Any

import orjson
import structlog

from api.settings import Settings

# Always this list: loggers that were used before hold it.
_processors: list[Any] = []


def configure_logs(settings: Settings) -> None:
    """Send everything that is logged, by us and by libraries, to standard error in one form."""
    as_json = settings.log_format == "json" or (settings.log_format == "auto" and not sys.stderr.isatty())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Any] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(_json)]
        if as_json
        else [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    )
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    _processors[:] = [*shared, *last]
    structlog.configure(
        processors=_processors,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared], processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last]
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(max(level, logging.WARNING))


def _json(event: object, **options: Any) -> str:
    """One line of JSON."""
    try:
        return orjson.dumps(event, default=options.get("default")).decode()
    except TypeError:  # what only Python can print, such as an integer of many digits
        return json.dumps(event, **options)
