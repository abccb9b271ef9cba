"""How things stand, for whoever keeps the machine alive: no detail that would help anybody else."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from aiohttp import web

from adapters.web import wire
from adapters.web.visitor_socket import SOCKETS

Look = Callable[[], Awaitable[Mapping[str, bool]]]
FRESH: Final = 1.0  # seconds: who asks more often gets the same answer, so that asking is no load
PATIENCE: Final = 2.0  # seconds that a look may take
NO_STORE: Final = {"Cache-Control": "no-store"}
WORDS: Final = {True: "ok", False: "failing"}
_log = logging.getLogger("silta.health")


class Readiness:
    """Whether each part is healthy, looked at once a second at most however many ask."""

    def __init__(self, look: Look, ticking: Callable[[], float] = time.monotonic) -> None:
        self._look = look
        self._ticking = ticking
        self._turn = asyncio.Lock()
        self._parts: Mapping[str, bool] = {}
        self._looked = -FRESH
        self._could_look = True

    async def parts(self) -> Mapping[str, bool]:
        """The parts by name; `bridge` is unhealthy when nobody could look in time."""
        async with self._turn:
            if self._ticking() - self._looked >= FRESH:
                self._parts = await self._seen()
                self._looked = self._ticking()
            return self._parts

    async def _seen(self) -> Mapping[str, bool]:
        looking = asyncio.ensure_future(self._look())
        try:
            await asyncio.wait({looking}, timeout=PATIENCE)
        finally:
            is_late = looking.cancel()
        fault = TimeoutError(f"it took more than {PATIENCE:.0f} s") if is_late else looking.exception()
        if fault is not None:
            self._tell(fault)
            return {"bridge": False}
        self._could_look = True
        return looking.result()

    def _tell(self, fault: BaseException) -> None:
        """Once, until it is over: whoever asks asks every few seconds."""
        if self._could_look:
            _log.error("nobody can see how things stand: %s", fault, exc_info=fault)
        self._could_look = False


READINESS: Final = web.AppKey("readiness", Readiness)


def add_routes(app: web.Application, look: Look | None) -> None:
    """Answer those who watch. They come from no page, so nobody asks for their Origin."""
    app[READINESS] = Readiness(look or _nothing)
    app.router.add_get("/healthz", alive)
    app.router.add_get("/readyz", ready)


async def alive(_request: web.Request) -> web.Response:
    """GET /healthz: there is an answer as long as the loop turns."""
    return web.Response(text="ok", headers=NO_STORE)


async def ready(request: web.Request) -> web.Response:
    """GET /readyz: 200 when all parts are healthy, else 503."""
    is_stopping = request.app[SOCKETS].is_closing
    parts = {"bridge": False} if is_stopping else await request.app[READINESS].parts()
    is_ready = all(parts.values())
    body = {"ready": is_ready, "parts": {name: WORDS[is_well] for name, is_well in parts.items()}}
    return web.Response(
        status=200 if is_ready else 503, text=wire.dumps(body), content_type="application/json", headers=NO_STORE
    )


async def _nothing() -> Mapping[str, bool]:
    return {}
