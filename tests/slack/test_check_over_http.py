"""`check` when events come over HTTP: the public address is knocked at, as Slack would."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from click.testing import CliRunner

from adapters.playground.workspace import SUPPORT
from adapters.terminal.commands import commands
from app import Programme
from tests.world import SIGNING_SECRET, World, a_world


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    for name in [name for name in os.environ if name.startswith("SILTA_")]:
        monkeypatch.delenv(name)
    (tmp_path / "empty.env").write_text("")
    async with a_world(tmp_path, over_http=True) as made:
        await made.start()
        yield made


async def check(world: World, **changes: str) -> dict[str, Any]:
    """The finding about the workplace."""
    settings = world.settings
    environment = {
        "SILTA_SLACK_BOT_TOKEN": settings.slack_bot_token,
        "SILTA_SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "SILTA_SLACK_CHANNEL": SUPPORT,
        "SILTA_SLACK_API_URL": settings.slack_api_url,
        "SILTA_SITE_ORIGINS": "https://shop.example",
        "SILTA_DATABASE": settings.database,
        "SILTA_PUBLIC_URL": world.bridge.url,
        **changes,
    }
    words = ["check", "--json", "--env-file", str(Path(settings.database).parent / "empty.env")]
    result = await asyncio.to_thread(CliRunner().invoke, commands(Programme()), words, env=environment)
    assert SIGNING_SECRET not in result.output
    found: dict[str, dict[str, Any]] = {one["what"].split()[0]: one for one in json.loads(result.stdout)}
    assert result.exit_code == (0 if all(finding["is_well"] for finding in found.values()) else 1)
    return found["workplace"] if "workplace" in found else found["settings"]


async def test_a_bridge_that_answers_is_well(world: World) -> None:
    assert (await check(world))["is_well"]


async def test_a_bridge_that_does_not_run_is_no_fault_yet(world: World) -> None:
    url = world.bridge.url
    await world.stop()
    assert (await check(world, SILTA_PUBLIC_URL=url))["is_well"]


async def test_another_secret_there_is_a_fault(world: World) -> None:
    found = await check(world, SILTA_SLACK_SIGNING_SECRET="f" * 32)
    assert not found["is_well"]
    assert "another signing secret" in found["advice"]


async def test_a_secret_of_the_wrong_shape_is_a_fault(world: World) -> None:
    found = await check(world, SILTA_SLACK_SIGNING_SECRET="xoxb-not-a-secret")
    assert "Signing Secret" in found["advice"]
    assert "xoxb-not" not in found["advice"]


@pytest.mark.parametrize("address", ["http://chat.example.com", "http://192.0.2.1:8300"])
async def test_an_address_that_slack_cannot_reach_is_a_fault(world: World, address: str) -> None:
    assert "SILTA_PUBLIC_URL" in (await check(world, SILTA_PUBLIC_URL=address))["advice"]


@pytest.mark.parametrize(("status", "is_well"), [(404, False), (200, False), (302, False), (502, True), (503, True)])
async def test_a_proxy_that_leads_elsewhere_is_a_fault(world: World, status: int, *, is_well: bool) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, text="not the bridge")

    app = web.Application()
    app.router.add_post("/slack/events", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found = await check(world, SILTA_PUBLIC_URL=f"http://127.0.0.1:{runner.addresses[0][1]}")
    await runner.cleanup()
    assert found["is_well"] is is_well
    assert is_well or f"answers {status}" in found["advice"]
