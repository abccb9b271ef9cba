"""Where the web application listens."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

from adapters.settings import Settings
from adapters.web import server
from bridge.errors import Refused

DRAIN: Final = 5.0  # seconds that requests under way get at the end


@asynccontextmanager
async def serving(app: web.Application, settings: Settings) -> AsyncIterator[str]:
    """The application on the port of the settings, as long as the context lasts; its address."""
    runner = server.runner(app, shutdown_timeout=DRAIN)
    await runner.setup()
    try:
        await _listen(runner, settings)
        yield f"http://{settings.host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, settings: Settings) -> None:
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
    except OSError as error:
        raise Refused("port", f"cannot listen on {settings.host}:{settings.port}: {error.strerror}") from error


def free_port() -> int:
    """The page must know the bridge's port before the bridge listens; a port that another takes meanwhile is told."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
