"""A whole bridge whose only workplace is the pretend Teams, and what is asked of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapters import settings as table
from adapters.playground import Playground
from adapters.playground.teams.workspace import APP_ID, APP_PASSWORD, SUPPORT, TENANT
from adapters.teams.setup import MESSAGES_PATH
from app import Bridge, running
from bridge.clock import MovedClock
from tests.teams.conftest import RULES
from tests.world import PATIENCE, Visitor, until


@dataclass
class Ticks:
    """A task on the loop: how often it ran."""

    count: int = 0

    async def run(self) -> None:
        while True:
            self.count += 1
            await asyncio.sleep(0.01)


@dataclass
class Scene:
    """A running bridge, the pretend Teams and the visitors who came."""

    playground: Playground
    bridge: Bridge
    clock: MovedClock
    visitors: list[Visitor] = field(default_factory=list)

    @property
    def teams(self) -> Any:
        return self.playground.teams

    async def visitor(self) -> Visitor:
        made = Visitor(self.bridge.url, self.playground.url)
        self.visitors.append(made)
        return await made.arrive()

    async def card(self, number: int = 0) -> dict[str, Any]:
        """Wait for the n-th card."""
        found: dict[str, Any] = (
            await until(lambda: roots if len(roots := self.teams.messages(SUPPORT)) > number else None, "a card")
        )[number]
        return found

    async def passing(self, happened: Callable[[], Any]) -> None:
        """Time passes until something is true: what is tried again has its time when the try before it has ended."""
        async with asyncio.timeout(PATIENCE):
            while not happened():
                self.clock.forward(seconds=31)
                await self.bridge.timekeeper.tick()
                await asyncio.sleep(0.02)

    def lines(self, root: dict[str, Any]) -> list[str]:
        """What visitors said in a thread."""
        found = self.teams.thread(SUPPORT, root["id"])[1:]
        return [one["text"].split("\n", 1)[1] for one in found if one["is_bot"] and "\n" in one["text"]]


def values(playground: Playground, folder: Path) -> dict[str, Any]:
    """The settings of a bridge to the pretend Teams alone."""
    teams = playground.teams
    return {
        "port": 0,
        "database": str(folder / "silta.db"),
        "site_name": "Kauppa",
        "site_origins": (playground.url,),
        "teams_app_id": APP_ID,
        "teams_app_password": APP_PASSWORD,
        "teams_tenant_id": TENANT,
        "teams_channel": SUPPORT,
        "teams_login_url": teams.login_url,
        "teams_openid_url": teams.openid_url,
        "teams_service_url": teams.service_url,
        "teams_pace": "off",
        "limit_visitor_minute": 10_000,
        "limit_address_minute": 10_000,
    }


@asynccontextmanager
async def a_scene(folder: Path) -> AsyncIterator[Scene]:
    """Started, its door open, and known to the pretend Teams."""
    playground = Playground(rules=RULES)
    await playground.start()
    try:
        clock = MovedClock()
        async with running(table.load(None, **values(playground, folder)), clock) as bridge:
            await until(lambda: bridge.connection.hears, "an open door")
            await playground.teams.deliver_to(f"{bridge.url}{MESSAGES_PATH}")
            scene = Scene(playground, bridge, clock)
            try:
                yield scene
            finally:
                for visitor in scene.visitors:
                    await visitor.leave()
                await playground.teams.stage.deliveries.stop()
    finally:
        await playground.stop()
