"""Log lines: for people or for programs, never with what somebody wrote."""

from __future__ import annotations

import logging
import sys
from typing import Final

import structlog

from adapters.settings import Settings

# The SDKs log message texts and request bodies below WARNING.
QUIET: Final = (
    "slack_bolt",
    "slack_sdk",
    "aiohttp",
    "asyncio",
    "apscheduler",
    "alembic",
    "sqlalchemy",
)


def configure(settings: Settings) -> None:
    """Send every logger's lines to standard error in one form."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    is_json = settings.log_format == "json"
    last: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if is_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
