"""Whether the process lives and is of use, asked by machines as often as they like."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp.test_utils import BaseTestServer, TestServer

from adapters.settings import load
from adapters.web import health
from adapters.web.server import build
from adapters.web.visitor_socket import SOCKETS
from bridge.clock import SystemClock
from bridge.visitors import VisitorDesk
from storage.signals import LocalSignals
from tests.web.door import Door
from tests.world import until

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Parts:
    """What the composition root tells of its parts, and how often it was asked."""

    def __init__(self, **parts: bool) -> None:
        self.parts: Mapping[str, bool] = parts
        self.looks = 0
        self.under_way = 0
        self.fault: Exception | None = None
        self.lasts = 0.0

    async def look(self) -> Mapping[str, bool]:
        self.looks += 1
        self.under_way += 1
        try:
            await asyncio.sleep(self.lasts)
        finally:
            self.under_way -= 1
        if self.fault:
            raise self.fault
        return self.parts


@asynccontextmanager
async def watched(door: Door, parts: Parts) -> AsyncIterator[BaseTestServer]:
    desk = VisitorDesk(door.world.bridge.store, SystemClock())
    async with TestServer(build(desk, LocalSignals(), load(None), ready=parts.look)) as server:
        yield server


async def readiness(door: Door, server: BaseTestServer) -> tuple[int, Any]:
    async with door.http.get(server.make_url("/readyz")) as answer:
        return answer.status, await answer.json()


@pytest.fixture
def never_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "FRESH", 0.0)


async def test_who_watches_needs_no_page_and_no_token(door: Door) -> None:
    for origin in (None, "https://evil.example"):
        answer = await door.get("/healthz", headers={"Origin": origin})
        assert (answer.status, answer.text) == (200, "ok")
        assert not answer.is_readable_by_pages
        answer = await door.get("/readyz", headers={"Origin": origin})
        assert set(answer.json) == {"ready", "parts"}
        assert not answer.is_readable_by_pages
        assert answer.headers["Cache-Control"] == "no-store"
    assert (await door.ask("HEAD", "/healthz")).status == 200
    assert (await door.post("/readyz", {})).status == 405


async def test_one_part_that_fails_makes_it_unready(door: Door, never_fresh: None) -> None:
    parts = Parts(database=True, slack=True)
    async with watched(door, parts) as server:
        assert await readiness(door, server) == (200, {"ready": True, "parts": {"database": "ok", "slack": "ok"}})
        parts.parts = {"database": True, "slack": False}
        told = {"ready": False, "parts": {"database": "ok", "slack": "failing"}}
        assert await readiness(door, server) == (503, told)
        parts.parts = {"database": True, "slack": True}
        assert (await readiness(door, server))[0] == 200


async def test_a_flood_of_questions_is_one_look(door: Door) -> None:
    parts = Parts(database=True)
    parts.lasts = 0.05
    async with watched(door, parts) as server:
        answers = await asyncio.gather(*(readiness(door, server) for _ in range(300)))
        assert [status for status, _ in answers] == [200] * 300
        assert parts.looks == 1


async def test_a_look_is_good_for_a_second() -> None:
    now = [0.0]
    parts = Parts(database=True)
    readiness = health.Readiness(parts.look, lambda: now[0])
    for now[0] in (0.0, 0.5, 0.99, 1.0, 1.5):
        assert await readiness.parts() == {"database": True}
    assert parts.looks == 2


async def test_a_look_that_never_ends_holds_nobody_up(
    door: Door, never_fresh: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "PATIENCE", 0.05)
    parts = Parts(database=True)
    parts.lasts = 3600
    async with watched(door, parts) as server:
        assert await readiness(door, server) == (503, {"ready": False, "parts": {"bridge": "failing"}})
        async with door.http.get(server.make_url("/healthz")) as answer:
            assert answer.status == 200
        await until(lambda: not parts.under_way)
        parts.lasts = 0.0
        assert (await readiness(door, server))[0] == 200


async def test_a_fault_of_the_look_is_said_once_and_not_told(
    door: Door, never_fresh: None, caplog: pytest.LogCaptureFixture
) -> None:
    parts = Parts(database=True)
    parts.fault = ValueError("postgresql://user:SECRET@host")
    async with watched(door, parts) as server:
        for _ in range(5):
            assert await readiness(door, server) == (503, {"ready": False, "parts": {"bridge": "failing"}})
    assert [record.levelname for record in caplog.records if record.name == "silta.health"] == ["ERROR"]


async def test_who_is_stopping_is_not_ready_but_alive(door: Door) -> None:
    parts = Parts(database=True)
    async with watched(door, parts) as server:
        app = server.app  # type: ignore[attr-defined]
        app[SOCKETS].is_closing = True
        assert (await readiness(door, server))[0] == 503
        assert parts.looks == 0
        async with door.http.get(server.make_url("/healthz")) as answer:
            assert answer.status == 200
