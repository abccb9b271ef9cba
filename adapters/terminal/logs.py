"""Log lines: for people or for programs, never with what somebody wrote."""

from __future__ import annotations

import logging
import sys
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

import structlog
from aiohttp.http_exceptions import HttpProcessingError

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


class WithoutBytes(logging.Filter):
    """What a stranger sent instead of a request is neither our fault nor for the log, where it could forge lines.

    Nor is a whole address: a line names the network alone.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep the one line of it; drop the trace, whose last line quotes the bytes."""
        fault = record.exc_info[1] if record.exc_info else None
        if isinstance(fault, HttpProcessingError):
            record.msg, record.args = "not a request, from %s (%s)", (*_places(record), type(fault).__name__)
            record.exc_info = record.exc_text = None
            record.levelno, record.levelname = logging.WARNING, "WARNING"
        elif isinstance(record.args, tuple):
            record.args = _places(record)
        return True


def _places(record: logging.LogRecord) -> tuple[object, ...]:
    """What fills the line, with the network in place of an address: nobody needs to know which house it was."""
    given = record.args if isinstance(record.args, tuple) else ()
    return tuple(network_of(one) if isinstance(one, str) else one for one in given) or ("?",)


def network_of(text: str) -> str:
    """An address as it may be kept: the /24 network of IPv4, the /48 of IPv6; other text as it is."""
    try:
        address = ip_address(text)
    except ValueError:
        return text
    plain = (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
    return str(ip_network(f"{plain}/{24 if plain.version == 4 else 48}", strict=False))


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
    logging.getLogger("aiohttp.server").filters = [WithoutBytes()]
    # It quotes the header of clients that ask for a subprotocol.
    logging.getLogger("aiohttp.websocket").setLevel(logging.ERROR)
