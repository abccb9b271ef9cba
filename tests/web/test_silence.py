"""Connections that say nothing, half a word, or one letter at a time: each ends at a deadline."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from adapters.settings import load
from adapters.web import server
from bridge.clock import SystemClock
from bridge.visitors import VisitorDesk
from storage.signals import LocalSignals
from tests.web.door import Door
from tests.world import PATIENCE

pytestmark = pytest.mark.asyncio(loop_scope="module")


@contextlib.asynccontextmanager
async def impatient(door: Door, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """The application on a port of its own, with little patience."""
    monkeypatch.setattr(server, "SILENT", 0.3)
    desk = VisitorDesk(door.world.bridge.store, SystemClock())
    app = server.build(desk, LocalSignals(), load(None, site_origins=(door.origin,)))
    running = server.runner(app, shutdown_timeout=1)
    await running.setup()
    await web.TCPSite(running, "127.0.0.1", 0).start()
    try:
        yield running.addresses[0][1]
    finally:
        await running.cleanup()


async def is_ended(port: int, first: bytes, drop: bytes = b"") -> bytes:
    """What came before the other end closed; `drop` goes on coming all the while."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(first)
    told = b""
    async with asyncio.timeout(PATIENCE):
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.05):
                    piece = await reader.read(1000)
                    if not piece:
                        writer.close()
                        return told
                    told += piece
            if drop:
                writer.write(drop)


@pytest.mark.parametrize(
    ("first", "drop"),
    [
        (b"", b""),
        (b"GET /v1/site?key=main HTTP/1.1\r\nHost: x\r\n", b""),
        (b"GET /v1/si", b""),
        (b"GET /v1/site HTTP/1.1\r\nX: ", b"x"),
        (b"GET /", b"x"),
    ],
    ids=["nothing", "half a header", "half a line", "a letter at a time", "a long line at a time"],
)
async def test_who_does_not_finish_asking_is_let_go(
    door: Door, monkeypatch: pytest.MonkeyPatch, first: bytes, drop: bytes
) -> None:
    async with impatient(door, monkeypatch) as port:
        assert await is_ended(port, first, drop) == b""


async def test_who_asks_nothing_more_is_let_go(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    async with impatient(door, monkeypatch) as port:
        told = await is_ended(port, b"GET /widget.js HTTP/1.1\r\nHost: x\r\n\r\n")
        assert told.startswith(b"HTTP/1.1 200")
        told = await is_ended(port, b"GET /widget.js HTTP/1.1\r\nHost: x\r\n\r\nGET /half")
        assert told.count(b"HTTP/1.1 200") == 1
